#include "cms/open.h"

#include <stdlib.h>
#include <string.h>

#include "cms/ber_value.h"
#include "cms/open_state.h"
#include "crypto/digest.h"
#include "pki/credential.h"
#include "pki/text.h"
#include "proto/span.h"

enum { LOOK = 32, PIECE = 16384 };

const char *hs__cms_kind_name(hs__cms_kind kind) {
    static const char *const names[HS__CMS_KINDS] = {[HS__CMS_AUTH_ENVELOPED] = "AuthEnvelopedData",
                                                     [HS__CMS_ENVELOPED] = "EnvelopedData",
                                                     [HS__CMS_SIGNED] = "SignedData"};
    return names[kind];
}

static hs_status set_up(hs__cms_open *o, const hs__cms_open_options *options) {
    hs__rd_root root;
    size_t n;
    o->provider = hs_provider_ref(options->provider);
    o->allow_pkcs1 = options->allow_pkcs1;
    o->more_certs = options->certificates;
    o->n_more_certs = options->n_certificates;
    o->info.mine = -1;
    o->info.digest_name = "";
    o->unarmor.in = options->in;
    hs__ber_init(&o->outer, (hs__cms_source){hs__cms_unarmor_read, &o->unarmor});
    hs__ber_init(&o->inner, (hs__cms_source){hs__cms_envelope_read, o});
    o->recipients = calloc(HS__CMS_RECEIVERS_MAX, sizeof(*o->recipients));
    o->info.recipients = o->recipients;
    if (o->recipients == NULL) {
        return HS_E_NOMEM;
    }
    if (options->receiver == NULL) {
        return HS_OK;
    }
    o->receiver = hs_credential_ref(options->receiver);
    return hs__certificate_read(hs_credential_chain(o->receiver, &n)[0], NULL, &o->cert, &root);
}

hs_status hs__cms_open_new(const hs__cms_open_options *options, hs__cms_open **out) {
    *out = NULL;
    hs__cms_open *o = calloc(1, sizeof(*o));
    if (o == NULL) {
        return HS_E_NOMEM;
    }
    const hs_status st = set_up(o, options);
    if (st) {
        hs__cms_open_free(o);
        return st;
    }
    *out = o;
    return HS_OK;
}

void hs__cms_open_free(hs__cms_open *o) {
    if (o == NULL) {
        return;
    }
    o->provider->aes_free(o->provider, o->secret.aes);
    hs__cms_signed_free(&o->signed_data, o->provider);
    hs__ber_free(&o->outer);
    hs__ber_free(&o->inner);
    hs__cms_buf_free(&o->mine);
    free(o->recipients);
    hs_credential_unref(o->receiver);
    hs_provider_unref(o->provider);
    hs__wipe(o, sizeof(*o));
    free(o);
}

const hs__cms_info *hs__cms_open_info(const hs__cms_open *o) {
    return &o->info;
}

const char *hs__cms_open_where(const hs__cms_open *o) {
    return o->where;
}

const char *hs__cms_open_problem(const hs__cms_open *o) {
    return o->problem;
}

/* ---- steps ---------------------------------------------------------------------------------- */

static hs_status fail(hs__cms_open *o, hs_status st, const char *where, const char *problem) {
    if (o->failed == HS_OK && st != HS_OK) {
        o->failed = st;
        hs__text t;
        hs__text_init(&t, o->where, sizeof(o->where));
        hs__text_add(&t, where);
        hs__text_init(&t, o->problem, sizeof(o->problem));
        hs__text_add(&t, problem);
    }
    return o->failed;
}

static hs_status fail_like(hs__cms_open *o, const hs__ber *b) {
    return fail(o, b->status, b->where, b->problem);
}

/* A step may be taken in its turn only. */
static hs_status turn(hs__cms_open *o, hs__cms_step step) {
    if (o->failed == HS_OK && o->step != step) {
        return fail(o, HS_E_MISUSE, "", "");
    }
    o->step++;
    return o->failed;
}

hs_status hs__cms_open_envelope(hs__cms_open *o) {
    if (turn(o, HS__CMS_AT_START)) {
        return o->failed;
    }
    hs__cms_envelope_begin(o);
    o->info.is_pem = o->unarmor.label[0] != '\0';
    o->info.is_ber = o->outer.is_ber;
    return fail_like(o, &o->outer);
}

static hs_status unwrap(hs__cms_open *o) {
    hs__cms_rinfo mine;
    const hs__cms_content_alg *alg = &o->secret.alg;
    if (o->info.mine < 0) {
        return HS_E_CMS_NOT_FOR_ME;
    }
    const hs__cms_recipient *r = &o->recipients[o->info.mine];
    if (r->is_pkcs1 && !o->allow_pkcs1) {
        return HS_E_CMS_PKCS1;
    }
    if (alg->cipher == NULL || !r->is_known) {
        return HS_E_UNSUPPORTED;
    }
    hs_status st = hs__cms_envelope_mine(o, &mine);
    if (st == HS_OK) {
        st = hs__cms_recipient_unwrap(hs__credential_provider(o->receiver),
                                      hs__credential_key(o->receiver), &o->cert, &mine,
                                      alg->cipher->key_n, o->key);
    }
    return st;
}

hs_status hs__cms_open_key(hs__cms_open *o) {
    if (turn(o, HS__CMS_AT_KEY) || o->info.kind == HS__CMS_SIGNED) {
        return o->failed;
    }
    if (o->receiver != NULL && hs__credential_key(o->receiver) == NULL) {
        return fail(o, HS_E_MISUSE, "", "");
    }
    return fail(o, unwrap(o), "recipientInfos", "");
}

/* ---- content -------------------------------------------------------------------------------- */

static hs_status count(void *ctx, hs_span bytes) {
    hs__cms_open *o = ctx;
    o->info.content_n += bytes.n;
    return o->out.write(o->out.ctx, bytes);
}

static hs__cms_sink sink_of(hs__cms_open *o) {
    return (hs__cms_sink){count, o};
}

/* The content is a ContentInfo that holds SignedData: SEQUENCE, OID signedData. */
static bool looks_signed(hs__ber *b) {
    const hs_span oid = hs__oid_bytes(HS__OID_CMS_SIGNED_DATA);
    const hs_span next = hs__ber_peek(b, LOOK);
    if (next.n < 2 || next.p[0] != HS__DER_SEQUENCE) {
        return false;
    }
    const size_t at = 2 + (next.p[1] > 0x80 ? (size_t)(next.p[1] & 0x7f) : 0);
    return at + 2 + oid.n <= next.n && next.p[at] == HS__DER_OID && next.p[at + 1] == oid.n &&
           memcmp(next.p + at + 2, oid.p, oid.n) == 0;
}

static void pass_on(hs__cms_open *o) {
    uint8_t piece[PIECE];
    size_t n;
    hs__ber_raw(&o->inner, piece, sizeof(piece), &n);
    while (n > 0) {
        const hs_status st = count(o, (hs_span){piece, n});
        if (st) {
            hs__ber_fail(&o->inner, NULL, st, "the content could not be passed on");
        }
        hs__ber_raw(&o->inner, piece, sizeof(piece), &n);
    }
    hs__wipe(piece, sizeof(piece));
}

/* What was encrypted: SignedData in a ContentInfo, or bare, or anything. */
static void read_inner(hs__cms_open *o) {
    hs__ber *b = &o->inner;
    const bool is_bare = o->content_type == HS__OID_CMS_SIGNED_DATA;
    const bool is_wrapped = !is_bare && looks_signed(b);
    o->info.is_signed = is_bare || is_wrapped;
    if (is_wrapped) {
        (void)hs__ber_content_info(b, NULL);
    }
    if (o->info.is_signed) {
        hs__cms_signed_read(&o->signed_data, o->provider, b, sink_of(o));
    } else {
        pass_on(o);
    }
    if (is_wrapped) {
        hs__ber_close(b);
        hs__ber_close(b);
    }
    const hs_status st = hs__ber_end(b);
    (void)st; /* sticks to b */
}

/* Whatever was wrong inside: first all has to be decrypted and its tag to be good. */
static hs_status drain(hs__cms_open *o) {
    uint8_t piece[PIECE];
    size_t n;
    hs_status st;
    do {
        st = hs__cms_envelope_read(o, piece, sizeof(piece), &n);
    } while (st == HS_OK && n > 0);
    hs__wipe(piece, sizeof(piece));
    return st;
}

static hs_status open_secret(hs__cms_open *o) {
    const hs__cms_content_alg *alg = &o->secret.alg;
    const hs_provider *p = o->provider;
    hs_status st = p->aes_new(p, alg->cipher->mode, (hs_span){o->key, alg->cipher->key_n},
                              (hs_span){alg->iv, alg->iv_n}, false, &o->secret.aes);
    hs__wipe(o->key, sizeof(o->key));
    if (st) {
        return fail(o, st, "", "");
    }
    read_inner(o);
    st = drain(o);
    o->info.is_ber = o->info.is_ber || o->outer.is_ber || o->inner.is_ber;
    if (o->outer.status) {
        return fail_like(o, &o->outer);
    }
    return st ? fail(o, st, "", "") : fail_like(o, &o->inner);
}

static hs_status open_signed(hs__cms_open *o) {
    hs__ber *b = &o->outer;
    o->info.is_signed = true;
    hs__cms_signed_read(&o->signed_data, o->provider, b, sink_of(o));
    hs__ber_close(b);
    hs__ber_close(b);
    const hs_status st = hs__ber_end(b);
    o->info.is_ber = b->is_ber;
    (void)st; /* sticks to b */
    return fail_like(o, b);
}

hs_status hs__cms_open_content(hs__cms_open *o, hs__cms_sink out) {
    if (turn(o, HS__CMS_AT_CONTENT)) {
        return o->failed;
    }
    o->out = out;
    const hs_status st = o->info.kind == HS__CMS_SIGNED ? open_signed(o) : open_secret(o);
    o->info.n_certificates = o->signed_data.n_certificates;
    return st;
}

/* ---- signature ------------------------------------------------------------------------------ */

static hs_status read_signer(hs__cms_open *o) {
    hs__rd_root root;
    hs__rd r;
    if (o->signed_data.signer.n == 0) {
        return fail(o, HS_E_CMS_UNSIGNED, "signerInfos", "is empty");
    }
    hs__rd_init(&r, &root, hs__cms_buf_span(&o->signed_data.signer), "signerInfos[0]", NULL);
    hs__cms_signer_read(&r, &o->signer);
    const hs_status st = hs__rd_end(&r);
    if (st) {
        return fail(o, st, root.where, root.problem);
    }
    hs__cms_id_text(&o->signer.id, o->info.signer);
    hs__sigalg_text(&o->signer.alg, o->info.signature, sizeof(o->info.signature));
    o->info.signature_n = o->signer.signature.n;
    o->info.attributes_n = o->signer.attributes.n;
    return HS_OK;
}

/* RFC 5652 5.3 and 11.1: both must be there, and contentType is that of the content. */
static hs_status check_attributes(hs__cms_open *o) {
    const char *where = "signerInfos[0].signedAttrs";
    const hs__cms_attributes_found *a = &o->signer.found;
    if (o->signer.attributes.n == 0) {
        return fail(o, HS_E_CMS_ATTRIBUTES, where, "there are none");
    }
    if (!hs__span_equal(a->content_type, hs__cms_buf_span(&o->signed_data.content_type))) {
        return fail(o, HS_E_CMS_ATTRIBUTES, where, "contentType is missing or another one");
    }
    if (a->digest.n == 0) {
        return fail(o, HS_E_CMS_ATTRIBUTES, where, "messageDigest is missing");
    }
    return HS_OK;
}

static hs_status check_digest(hs__cms_open *o) {
    const hs__hash_id id = o->signer.hash;
    hs__cms_signed *s = &o->signed_data;
    if (!o->signer.has_hash || !s->runs[id]) {
        return fail(o, HS_E_UNSUPPORTED_KEY, "signerInfos[0].digestAlgorithm",
                    "is not one of ours, or not listed before the content");
    }
    const hs_status st = o->provider->hash_snapshot(o->provider, &s->hash[id], o->info.digest);
    if (st) {
        return fail(o, st, "", "");
    }
    o->info.digest_name = hs__hash_name(id);
    o->info.digest_n = hs__hash_len(id);
    const hs_span told = o->signer.found.digest;
    const bool is_same = told.n == o->info.digest_n && hs__ct_equal(told.p, o->info.digest, told.n);
    return is_same ? HS_OK : fail(o, HS_E_CMS_DIGEST, "signerInfos[0].signedAttrs", "");
}

/* Is this the certificate that the signer names? Unreadable ones are none. */
static bool is_signers(const hs__cms_open *o, hs_span der, hs__cert *cert) {
    hs__rd_root root;
    return hs__certificate_read(der, NULL, cert, &root) == HS_OK &&
           hs__cms_id_is(&o->signer.id, cert);
}

/* Puts the signer's certificate first; false if it is not there. */
static bool make_chain(hs__cms_open *o, hs__cert *cert) {
    const hs__cms_signed *s = &o->signed_data;
    const uint8_t *at = s->certificates.p;
    size_t found = 0;
    bool is_found = false;
    o->info.n_chain = 0;
    for (size_t i = 0; i < s->n_certificates; i++) {
        o->chain[o->info.n_chain++] = (hs_span){at, s->cert_n[i]};
        at += s->cert_n[i];
    }
    for (size_t i = 0; i < o->info.n_chain && !is_found; i++) {
        is_found = is_signers(o, o->chain[i], cert);
        found = i;
    }
    for (size_t i = 0; i < o->n_more_certs && !is_found; i++) {
        is_found = is_signers(o, o->more_certs[i], cert);
        if (is_found) {
            found = o->info.n_chain++;
            o->chain[found] = o->more_certs[i];
        }
    }
    if (is_found) {
        const hs_span first = o->chain[found];
        o->chain[found] = o->chain[0];
        o->chain[0] = first;
        o->info.chain = o->chain;
    }
    return is_found;
}

static hs_status tell_receivers(hs__cms_open *o) {
    hs_span rest = o->signer.found.receivers;
    hs_span hash;
    uint8_t tag;
    uint8_t own[HS__CMS_CERT_HASH];
    hs_status st = HS_OK;
    if (o->receiver != NULL) {
        st = hs__digest(o->provider, HS__SHA256, o->cert.der, own);
    }
    while (st == HS_OK && hs__der_walk(&rest, &tag, &hash)) {
        memcpy(o->receivers + o->info.n_receivers++ * HS__CMS_CERT_HASH, hash.p, hash.n);
        o->info.is_receiver =
            o->info.is_receiver || (o->receiver != NULL && memcmp(hash.p, own, sizeof(own)) == 0);
    }
    o->info.has_receivers = o->signer.found.has_receivers;
    o->info.receivers = o->receivers;
    return st;
}

static hs_status tell_attributes(hs__cms_open *o) {
    const hs__cms_attributes_found *a = &o->signer.found;
    o->info.has_time = a->has_time;
    o->info.time = a->time;
    o->info.has_serial = a->serial.n == HS__CMS_SERIAL;
    if (o->info.has_serial) {
        memcpy(o->info.serial, a->serial.p, HS__CMS_SERIAL);
    }
    return fail(o, tell_receivers(o), "", "");
}

hs_status hs__cms_open_signature(hs__cms_open *o) {
    hs__cert cert;
    if (turn(o, HS__CMS_AT_SIGNATURE)) {
        return o->failed;
    }
    if (!o->info.is_signed) {
        return fail(o, HS_E_CMS_UNSIGNED, "", "");
    }
    if (read_signer(o) || check_attributes(o) || check_digest(o)) {
        return o->failed;
    }
    if (!make_chain(o, &cert)) {
        return fail(o, HS_E_CMS_NO_SIGNER, "certificates", o->info.signer);
    }
    const hs_status st = hs__cms_signer_verify(o->provider, &o->signer, &cert);
    return st ? fail(o, st, "signerInfos[0].signature", "") : tell_attributes(o);
}
