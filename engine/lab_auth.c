/* What is changed in messages that say who we are. */
#include <string.h>

#include "engine/lab_bytes.h"
#include "engine/lab_edits.h"
#include "pki/issue.h"
#include "pki/sigalg.h"
#include "proto/certificate12.h"
#include "proto/certificate13.h"
#include "proto/certificate_verify.h"

bool hs__lab_do_last_byte(hs__lab_message *m) {
    return hs__lab_flip_last(m, hs__lab_whole(m));
}

/* Where the scheme stands, with the signature behind it; 0: this message has none. */
static size_t scheme_at(const hs__lab_message *m, hs_span *signature) {
    hs__rd_root root = {.status = HS_OK};
    hs__certificate_verify cv;
    hs__server_key_exchange ske;
    const bool is_cv = m->m[0] == HS__HT_certificate_verify;
    if (is_cv && hs__certificate_verify_read(hs__lab_whole(m), NULL, &root, &cv) == HS_OK) {
        *signature = cv.signature;
    } else if (!is_cv && hs__lab_server_exchange(m, &ske)) {
        *signature = ske.signature;
    } else {
        return 0;
    }
    return hs__lab_at(m, *signature) - 4;
}

bool hs__lab_do_other_signature(hs__lab_message *m) {
    hs_span signature;
    return scheme_at(m, &signature) != 0 && hs__lab_flip_last(m, signature);
}

bool hs__lab_do_other_scheme(hs__lab_message *m) {
    enum { RSA_PKCS1_SHA1 = 0x0201 };
    hs_span signature;
    const size_t at = scheme_at(m, &signature);
    if (at != 0) {
        hs__lab_put(m, at, 2, RSA_PKCS1_SHA1);
    }
    return at != 0;
}

/* The inside of certificate_list, its first certificate, and what stands behind that. */
static bool read_list(const hs__lab_message *m, hs_span *list, hs_span *first, hs_span *rest) {
    hs__rd_root root = {.status = HS_OK};
    hs__certificate13 c13;
    hs__certificate12 c12;
    hs_span extensions;
    if (hs__lab_is_13(m)) {
        const bool ok = hs__certificate13_read(hs__lab_whole(m), NULL, &root, &c13) == HS_OK;
        *list = *rest = ok ? c13.list : (hs_span){NULL, 0};
        return ok && hs__certificate13_next(rest, first, &extensions);
    }
    const bool ok = hs__certificate12_read(hs__lab_whole(m), NULL, &root, &c12) == HS_OK;
    *list = *rest = ok ? c12.list : (hs_span){NULL, 0};
    return ok && hs__certificate12_next(rest, first);
}

static bool resize_list(hs__lab_message *m, size_t at, size_t n) {
    hs__lab_put(m, at - 3, 3, n);
    return true;
}

bool hs__lab_do_no_certificate(hs__lab_message *m) {
    hs_span list, first, rest;
    if (!read_list(m, &list, &first, &rest)) {
        return false;
    }
    const size_t at = hs__lab_at(m, list);
    return hs__lab_splice(m, at, list.n, (hs_span){NULL, 0}) && resize_list(m, at, 0);
}

bool hs__lab_do_only_leaf(hs__lab_message *m) {
    hs_span list, first, rest;
    if (!read_list(m, &list, &first, &rest) || rest.n == 0) {
        return false;
    }
    const size_t at = hs__lab_at(m, list);
    const size_t n = list.n - rest.n;
    return hs__lab_splice(m, at + n, rest.n, (hs_span){NULL, 0}) && resize_list(m, at, n);
}

bool hs__lab_do_forged(hs__lab_message *m) {
    hs_span list, first, rest;
    return read_list(m, &list, &first, &rest) && hs__lab_flip_last(m, first);
}

/* A certificate like that one, for a key that nobody keeps. */
static bool make_up(const hs_provider *p, hs_span like, uint8_t *out, size_t *n) {
    static const uint8_t serial[] = {1};
    enum { RSA_BITS = 2048 };
    hs__rd_root root = {.status = HS_OK};
    hs__cert cert;
    hs__private_key *key = NULL;
    hs__public_numbers numbers;
    if (hs__certificate_read(like, NULL, &cert, &root) != HS_OK || !cert.key.is_known) {
        return false;
    }
    const hs__key_type type = cert.key.numbers.type;
    hs_status st = p->key_generate(p, type, RSA_BITS, &key);
    st = st == HS_OK ? p->key_public(p, key, &numbers) : st;
    if (st == HS_OK) {
        const hs__cert_template t = {.serial = {serial, sizeof(serial)},
                                     .issuer = cert.subject,
                                     .subject = cert.subject,
                                     .not_before = cert.not_before,
                                     .not_after = cert.not_after,
                                     .public_key = &numbers,
                                     .is_leaf = true};
        st = hs__certificate_issue(p, &t, key, hs__sig_alg_for(type), out, n);
    }
    p->key_free(p, key);
    return st == HS_OK;
}

bool hs__lab_do_other_certificate(hs__lab_message *m) {
    static const uint8_t no_extensions[2] = {0, 0};
    uint8_t made[HS__LAB_ROOM - 16];
    size_t n = sizeof(made);
    hs_span list, first, rest;
    hs_span der = m->lab->file_bytes;
    if (!read_list(m, &list, &first, &rest) || (der.n == 0 && !make_up(m->p, first, made, &n))) {
        return false;
    }
    der = der.n > 0 ? der : (hs_span){made, n};
    const uint8_t length[3] = {(uint8_t)(der.n >> 16), (uint8_t)(der.n >> 8), (uint8_t)der.n};
    const hs_span tail = {no_extensions, hs__lab_is_13(m) ? sizeof(no_extensions) : 0};
    const size_t at = hs__lab_at(m, list);
    const size_t entry = sizeof(length) + der.n + tail.n;
    return m->n - list.n + entry <= m->cap && hs__lab_splice(m, at, list.n, der) &&
           hs__lab_splice(m, at + der.n, 0, tail) &&
           hs__lab_splice(m, at, 0, (hs_span){length, sizeof(length)}) && resize_list(m, at, entry);
}
