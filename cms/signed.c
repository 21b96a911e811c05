#include "cms/signed.h"

#include "cms/ber_value.h"

enum { PIECE = 16384, ALGORITHM_BYTES = 1024, VERSION_MAX = 5, ALGORITHMS_MAX = 16 };

/* The hashes have to run before it is known which one the signer has taken. */
static void read_digest_algorithms(hs__cms_signed *s, const hs_provider *p, hs__ber *b) {
    hs__ber_open(b, "digestAlgorithms", HS__DER_SET);
    for (long i = 0; hs__ber_more(b); i++) {
        hs__cms_buf der = {NULL, 0, 0};
        hs__ber_taken t;
        hs__rd r;
        hs__hash_id id;
        hs__ber_item(b, i);
        hs__ber_take(b, NULL, HS__DER_SEQUENCE, ALGORITHM_BYTES, &der);
        hs__ber_read_taken(b, hs__cms_buf_span(&der), &t, &r);
        const bool is_known = hs__hashalg_read(&r, NULL, &id);
        hs__ber_read_end(&t, &r);
        hs__cms_buf_free(&der);
        if (i == ALGORITHMS_MAX) {
            hs__ber_fail(b, NULL, HS_E_CMS_FORMAT, "is one too many");
        }
        if (b->status == HS_OK && is_known && !s->runs[id]) {
            const hs_status st = p->hash_start(p, &s->hash[id], id);
            s->runs[id] = st == HS_OK;
            if (st) {
                hs__ber_fail(b, NULL, st, "cannot be computed");
            }
        }
    }
    hs__ber_item(b, HS__BER_NO_INDEX);
    hs__ber_close(b);
}

static hs_status pass(hs__cms_signed *s, const hs_provider *p, hs_span bytes, hs__cms_sink out) {
    hs_status st = HS_OK;
    for (size_t i = 0; i < HS__CMS_HASHES && st == HS_OK; i++) {
        if (s->runs[i]) {
            st = p->hash_update(p, &s->hash[i], bytes.p, bytes.n);
        }
    }
    s->content_n += bytes.n;
    return st ? st : out.write(out.ctx, bytes);
}

static void read_content(hs__cms_signed *s, const hs_provider *p, hs__ber *b, hs__cms_sink out) {
    uint8_t piece[PIECE];
    size_t n = 0;
    hs__ber_open(b, "encapContentInfo", HS__DER_SEQUENCE);
    (void)hs__ber_oid(b, "eContentType", &s->content_type);
    if (b->status == HS_OK && !hs__ber_more(b)) {
        hs__ber_fail(b, "eContent", HS_E_UNSUPPORTED, "is not in the message (detached signature)");
    }
    hs__ber_open(b, "eContent", HS__DER_CONTEXT_OPENED | 0);
    hs__ber_string_open(b, "bytes", HS__DER_OCTET_STRING);
    hs__ber_string_read(b, piece, sizeof(piece), &n);
    while (n > 0 && b->status == HS_OK) {
        const hs_status st = pass(s, p, (hs_span){piece, n}, out);
        if (st) {
            hs__ber_fail(b, "eContent", st, "the content could not be passed on");
        }
        hs__ber_string_read(b, piece, sizeof(piece), &n);
    }
    hs__wipe(piece, sizeof(piece));
    hs__ber_close(b);
    hs__ber_close(b);
}

/* Whether it is a sound certificate matters if it is used; here only its leaves do. */
static void tell_certificate(hs__ber *b, hs_span der) {
    hs__ber_taken t;
    hs__rd r;
    hs__cert cert;
    hs__ber_read_taken(b, der, &t, &r);
    if (t.root.sink == NULL) {
        return;
    }
    const hs_status st = hs__certificate_read(der, &t.sink, &cert, &t.root);
    if (st) {
        hs__ber_fail(b, t.root.where, HS_E_CMS_FORMAT, "%s", t.root.problem);
    }
}

static void read_certificate(hs__cms_signed *s, hs__ber *b) {
    const size_t before = s->certificates.n;
    hs__ber_take(b, NULL, HS__DER_SEQUENCE, HS__CMS_CERT_BYTES, &s->certificates);
    if (b->status != HS_OK) {
        return;
    }
    if (s->n_certificates == HS__CMS_CERTS_MAX || s->certificates.n > HS__CMS_CERTS_BYTES) {
        hs__ber_fail(b, NULL, HS_E_CMS_FORMAT, "is one too many");
        return;
    }
    const hs_span der = {s->certificates.p + before, s->certificates.n - before};
    tell_certificate(b, der);
    s->cert_n[s->n_certificates++] = der.n;
}

static void read_certificates(hs__cms_signed *s, hs__ber *b) {
    hs__ber_open(b, "certificates", HS__DER_CONTEXT_OPENED | 0);
    for (long i = 0; hs__ber_more(b); i++) {
        hs__ber_item(b, i);
        if (hs__ber_tag(b) == HS__DER_SEQUENCE) {
            read_certificate(s, b);
        } else {
            hs__ber_skip(b, NULL); /* an obsolete or a foreign kind (RFC 5652 10.2.2) */
        }
    }
    hs__ber_item(b, HS__BER_NO_INDEX);
    hs__ber_close(b);
}

static void read_signers(hs__cms_signed *s, hs__ber *b) {
    hs__ber_open(b, "signerInfos", HS__DER_SET);
    if (hs__ber_more(b)) {
        hs__ber_taken t;
        hs__rd r;
        hs__cms_signer signer;
        hs__ber_item(b, 0);
        hs__ber_take(b, NULL, HS__DER_SEQUENCE, HS__CMS_SIGNER_BYTES, &s->signer);
        hs__ber_read_taken(b, hs__cms_buf_span(&s->signer), &t, &r);
        hs__cms_signer_read(&r, &signer);
        hs__ber_read_end(&t, &r);
    }
    if (hs__ber_more(b)) {
        hs__ber_fail(b, NULL, HS_E_UNSUPPORTED, "there is more than one signer");
    }
    hs__ber_item(b, HS__BER_NO_INDEX);
    hs__ber_close(b);
}

void hs__cms_signed_read(hs__cms_signed *s, const hs_provider *p, hs__ber *b, hs__cms_sink out) {
    hs__ber_open(b, "SignedData", HS__DER_SEQUENCE);
    (void)hs__ber_number(b, "version", VERSION_MAX);
    read_digest_algorithms(s, p, b);
    read_content(s, p, b, out);
    if (hs__ber_tag(b) == (HS__DER_CONTEXT_OPENED | 0)) {
        read_certificates(s, b);
    }
    if (hs__ber_tag(b) == (HS__DER_CONTEXT_OPENED | 1)) {
        hs__ber_skip(b, "crls");
    }
    read_signers(s, b);
    hs__ber_close(b);
}

void hs__cms_signed_free(hs__cms_signed *s, const hs_provider *p) {
    for (size_t i = 0; i < HS__CMS_HASHES; i++) {
        p->hash_end(p, &s->hash[i]);
    }
    hs__cms_buf_free(&s->content_type);
    hs__cms_buf_free(&s->certificates);
    hs__cms_buf_free(&s->signer);
}
