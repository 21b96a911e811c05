#include "pki/issue.h"

#include <stdlib.h>
#include <string.h>

#include "pki/signed.h"
#include "pki/time.h"

enum {
    SERIAL_MAX = 20,  /* RFC 5280 4.1.2.2 */
    FIXED_ROOM = 1024 /* all that does not grow with the template, the key left out */
};

static void put_names(hs__der_out *o, const hs__cert_template *t) {
    const uint8_t *end = o->p;
    if (t->n_names == 0) {
        return;
    }
    for (size_t i = t->n_names; i-- > 0;) {
        hs__general_name_write(o, &t->names[i]);
    }
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    /* RFC 5280 4.2.1.6: critical where the subject says nothing. */
    hs__der_wrap_extension(o, HS__OID_SUBJECT_ALT_NAME, hs__name_is_empty(t->subject), end);
}

static void put_subtrees(hs__der_out *o, uint8_t tag, const hs__general_name *names, size_t n) {
    const uint8_t *end = o->p;
    if (n == 0) {
        return;
    }
    while (n-- > 0) {
        const uint8_t *subtree_end = o->p;
        hs__general_name_write(o, &names[n]);
        hs__der_wrap(o, HS__DER_SEQUENCE, subtree_end);
    }
    hs__der_wrap(o, tag, end);
}

static void put_name_constraints(hs__der_out *o, const hs__cert_template *t) {
    const uint8_t *end = o->p;
    if (t->n_permitted + t->n_excluded == 0) {
        return;
    }
    put_subtrees(o, HS__DER_CONTEXT_OPENED | 1, t->excluded, t->n_excluded);
    put_subtrees(o, HS__DER_CONTEXT_OPENED | 0, t->permitted, t->n_permitted);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    hs__der_wrap_extension(o, HS__OID_NAME_CONSTRAINTS, true, end);
}

static void put_purposes(hs__der_out *o, const hs__cert_template *t) {
    const uint8_t *end = o->p;
    if (t->n_purposes == 0) {
        return;
    }
    for (size_t i = t->n_purposes; i-- > 0;) {
        hs__der_put_oid(o, t->purposes[i]);
    }
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    hs__der_wrap_extension(o, HS__OID_EXT_KEY_USAGE, false, end);
}

static void put_key_usage(hs__der_out *o, const hs__cert_template *t) {
    const uint8_t *end = o->p;
    if (t->key_usage == 0) {
        return;
    }
    hs__der_put_named_bits(o, t->key_usage);
    hs__der_wrap_extension(o, HS__OID_KEY_USAGE, true, end);
}

static void put_basic_constraints(hs__der_out *o, const hs__cert_template *t) {
    const uint8_t *end = o->p;
    if (!t->is_ca && !t->is_leaf) {
        return;
    }
    if (t->is_ca) {
        if (t->path_len >= 0) {
            hs__der_put_small(o, (unsigned)t->path_len);
        }
        hs__der_put_true(o);
    }
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    hs__der_wrap_extension(o, HS__OID_BASIC_CONSTRAINTS, true, end);
}

static void put_subject_key_id(hs__der_out *o, hs_span id) {
    const uint8_t *end = o->p;
    hs__der_put_value(o, HS__DER_OCTET_STRING, id);
    hs__der_wrap_extension(o, HS__OID_SUBJECT_KEY_ID, false, end);
}

/* RFC 7633 4.1: a list of TLS extensions that the server must answer; 5 is status_request. */
static void put_must_staple(hs__der_out *o, const hs__cert_template *t) {
    const uint8_t *end = o->p;
    if (!t->must_staple) {
        return;
    }
    hs__der_put_small(o, 5);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    hs__der_wrap_extension(o, HS__OID_TLS_FEATURE, false, end);
}

static hs_span text_span(const char *text) {
    return (hs_span){(const uint8_t *)text, text != NULL ? strlen(text) : 0};
}

/* RFC 5280 4.2.1.13: one distribution point with one full name. */
static void put_crl_url(hs__der_out *o, const hs__cert_template *t) {
    const uint8_t *end = o->p;
    if (t->crl_url == NULL) {
        return;
    }
    hs__der_put_value(o, HS__DER_CONTEXT | HS__NAME_URI, text_span(t->crl_url));
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 0, end);
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 0, end);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    hs__der_wrap_extension(o, HS__OID_CRL_DISTRIBUTION, false, end);
}

/* RFC 5280 4.2.2.1 */
static void put_ocsp_url(hs__der_out *o, const hs__cert_template *t) {
    const uint8_t *end = o->p;
    if (t->ocsp_url == NULL) {
        return;
    }
    hs__der_put_value(o, HS__DER_CONTEXT | HS__NAME_URI, text_span(t->ocsp_url));
    hs__der_put_oid(o, HS__OID_OCSP);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    hs__der_wrap_extension(o, HS__OID_AUTHORITY_INFO, false, end);
}

static void put_extensions(hs__der_out *o, const hs__cert_template *t, hs_span subject_key_id) {
    const uint8_t *end = o->p;
    put_must_staple(o, t);
    put_ocsp_url(o, t);
    put_crl_url(o, t);
    hs__der_put_authority_key_id(o, t->authority_key_id);
    put_subject_key_id(o, subject_key_id);
    put_name_constraints(o, t);
    put_names(o, t);
    put_purposes(o, t);
    put_key_usage(o, t);
    put_basic_constraints(o, t);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 3, end);
}

static void put_tbs(hs__der_out *o, const hs__cert_template *t, hs__sig_alg alg,
                    hs_span subject_key_id) {
    const uint8_t *end = o->p;
    put_extensions(o, t, subject_key_id);
    hs__spki_write(o, t->public_key);
    hs__der_put(o, t->subject.p, t->subject.n);
    const uint8_t *validity_end = o->p;
    hs__der_put_time(o, t->not_after);
    hs__der_put_time(o, t->not_before);
    hs__der_wrap(o, HS__DER_SEQUENCE, validity_end);
    hs__der_put(o, t->issuer.p, t->issuer.n);
    hs__sigalg_write(o, alg);
    hs__der_put_unsigned(o, t->serial);
    const uint8_t *version_end = o->p;
    hs__der_put_small(o, 2); /* v3 */
    hs__der_wrap(o, HS__DER_CONTEXT_OPENED | 0, version_end);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

static bool is_nonzero(hs_span v) {
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] != 0) {
            return true;
        }
    }
    return false;
}

static bool is_writable(const hs__cert_template *t) {
    const bool is_serial = t->serial.n <= SERIAL_MAX && is_nonzero(t->serial) &&
                           !(t->serial.n == SERIAL_MAX && t->serial.p[0] >= 0x80);
    const bool is_period =
        t->not_before >= 0 && t->not_before <= t->not_after && t->not_after <= HS__TIME_MAX;
    return is_serial && is_period && t->public_key != NULL && t->issuer.n > 0 && t->subject.n > 0 &&
           !(t->is_ca && t->is_leaf);
}

static size_t names_room(const hs__general_name *names, size_t n) {
    size_t room = 0;
    for (size_t i = 0; i < n; i++) {
        room += names[i].value.n + 16; /* tags and lengths, SEQUENCE of a subtree included */
    }
    return room;
}

static size_t tbs_room(const hs__cert_template *t) {
    const hs__public_numbers *k = t->public_key;
    return FIXED_ROOM + (k != NULL ? k->n.n + k->e.n + k->point.n : 0) + t->issuer.n +
           t->subject.n + names_room(t->names, t->n_names) +
           names_room(t->permitted, t->n_permitted) + names_room(t->excluded, t->n_excluded) +
           32 * t->n_purposes + t->subject_key_id.n + t->authority_key_id.n +
           text_span(t->crl_url).n + text_span(t->ocsp_url).n;
}

size_t hs__certificate_room(const hs__cert_template *t) {
    return tbs_room(t) + HS__SIGNED_ROOM;
}

hs_status hs__certificate_issue(const hs_provider *p, const hs__cert_template *t,
                                const hs__private_key *issuer_key, hs__sig_alg alg, uint8_t *out,
                                size_t *n) {
    uint8_t key_id[HS__KEY_ID];
    hs_span subject_key_id = t->subject_key_id;
    if (!is_writable(t)) {
        return HS_E_MISUSE;
    }
    if (subject_key_id.p == NULL) {
        const hs_status id_status = hs__spki_key_id(p, t->public_key, key_id);
        if (id_status) {
            return id_status;
        }
        subject_key_id = (hs_span){key_id, sizeof(key_id)};
    }
    const size_t room = tbs_room(t);
    uint8_t *buffer = malloc(room);
    if (buffer == NULL) {
        return HS_E_NOMEM;
    }
    hs__der_out o = {.start = buffer, .p = buffer + room};
    put_tbs(&o, t, alg, subject_key_id);
    const hs_span tbs = {o.p, (size_t)(buffer + room - o.p)};
    hs_status st = o.full ? HS_E_MISUSE : HS_OK;
    if (st == HS_OK) {
        st = hs__signed_write(p, issuer_key, alg, tbs, (hs_span){NULL, 0}, out, n);
    }
    free(buffer);
    return st;
}
