#include "pki/ocsp.h"

#include <string.h>

#include "pki/time.h"

enum { ENUMERATED = 0x0a, REASON_MAX = 10 };

const char *hs__ocsp_status_text(unsigned status) {
    static const char *const texts[] = {"successful",
                                        "the responder found the request malformed",
                                        "the responder has an internal error",
                                        "the responder says: try later",
                                        "the responder says something of its own",
                                        "the responder wants the request signed",
                                        "the responder refuses the request"};
    return status < sizeof(texts) / sizeof(texts[0]) ? texts[status] : "an unknown status";
}

/* An ENUMERATED of one byte. */
static unsigned read_enumerated(hs__rd *r, const char *field, unsigned max) {
    const hs_span v = hs__der_value(r, field, ENUMERATED);
    if (hs__rd_status(r) == HS_OK && (v.n != 1 || v.p[0] > max)) {
        hs__rd_fail(r, field, HS_E_DECODE, "is not a number from 0 to %u", max);
    }
    return hs__rd_status(r) == HS_OK ? v.p[0] : 0;
}

/* ---- one certificate's answer ------------------------------------------------------------ */

/* None of those that a single may have changes what it says (RFC 6960 4.4). */
static bool read_no_extension(void *ctx, hs__oid id, bool is_critical, hs__rd *value) {
    (void)ctx;
    (void)id;
    (void)is_critical;
    (void)value;
    return false;
}

static void read_extensions(hs__rd *r, const char *field, hs__extension_reader read, void *ctx,
                            size_t *n_unknown_critical) {
    hs__cert_extension_list view = {.n_unknown_critical = 0};
    hs__rd outer;
    if (hs__der_next_is(r, HS__DER_CONTEXT_OPENED | 1)) {
        hs__der_open(r, field, HS__DER_CONTEXT_OPENED | 1, &outer);
        hs__cert_extension_list_read(&outer, NULL, read, ctx, &view);
        hs__der_close(&outer);
    }
    *n_unknown_critical = view.n_unknown_critical;
}

static void read_cert_id(hs__rd *r, hs__ocsp_single *out) {
    hs__rd id;
    hs__rd alg;
    uint8_t tag;
    hs__der_open(r, "certID", HS__DER_SEQUENCE, &id);
    hs__der_open(&id, "hashAlgorithm", HS__DER_SEQUENCE, &alg);
    out->hash = hs__oid_find(hs__der_oid(&alg, "algorithm", HS__DER_OID));
    if (hs__rd_more(&alg)) {
        (void)hs__der_any(&alg, "parameters", &tag);
    }
    hs__der_close(&alg);
    out->issuer_name_hash = hs__der_value(&id, "issuerNameHash", HS__DER_OCTET_STRING);
    out->issuer_key_hash = hs__der_value(&id, "issuerKeyHash", HS__DER_OCTET_STRING);
    out->serial = hs__der_integer(&id, "serialNumber", HS__DER_INTEGER);
    hs__der_close(&id);
}

static void read_verdict(hs__rd *r, hs__ocsp_single *out) {
    hs__rd revoked;
    hs__rd reason;
    if (!hs__der_next_is(r, HS__DER_CONTEXT_OPENED | 1)) {
        const bool is_good = hs__der_next_is(r, HS__DER_CONTEXT | 0);
        out->verdict = is_good ? HS__OCSP_GOOD : HS__OCSP_UNKNOWN;
        const hs_span v = hs__der_value(r, is_good ? "good" : "unknown",
                                        (uint8_t)(HS__DER_CONTEXT | (is_good ? 0 : 2)));
        if (v.n > 0) {
            hs__rd_fail(r, "certStatus", HS_E_DECODE, "is a NULL with content");
        }
        return;
    }
    out->verdict = HS__OCSP_REVOKED;
    hs__der_open(r, "revoked", HS__DER_CONTEXT_OPENED | 1, &revoked);
    out->revoked_at = hs__der_time(&revoked, "revocationTime");
    if (hs__rd_more(&revoked)) {
        hs__der_open(&revoked, "revocationReason", HS__DER_CONTEXT_OPENED | 0, &reason);
        out->reason = read_enumerated(&reason, NULL, REASON_MAX);
        hs__der_close(&reason);
    }
    hs__der_close(&revoked);
}

static void read_single(hs__rd *r, hs__ocsp_single *out) {
    hs__rd single;
    hs__rd next;
    memset(out, 0, sizeof(*out));
    hs__der_open(r, NULL, HS__DER_SEQUENCE, &single);
    read_cert_id(&single, out);
    read_verdict(&single, out);
    out->this_update = hs__der_time(&single, "thisUpdate");
    out->has_next_update = hs__der_next_is(&single, HS__DER_CONTEXT_OPENED | 0);
    if (out->has_next_update) {
        hs__der_open(&single, "nextUpdate", HS__DER_CONTEXT_OPENED | 0, &next);
        out->next_update = hs__der_time(&next, NULL);
        hs__der_close(&next);
    }
    read_extensions(&single, "singleExtensions", read_no_extension, NULL, &out->n_unknown_critical);
    hs__der_close(&single);
}

bool hs__ocsp_next(hs_span *singles, hs__ocsp_single *out) {
    hs__rd_root root;
    hs__rd r;
    if (singles->n == 0) {
        return false;
    }
    hs__rd_init(&r, &root, *singles, NULL, NULL);
    read_single(&r, out);
    *singles = hs__rd_tail(&r);
    return root.status == HS_OK;
}

/* ---- the response ------------------------------------------------------------------------ */

/* RFC 8954 2.1: an OCTET STRING. */
static bool read_response_extension(void *ctx, hs__oid id, bool is_critical, hs__rd *value) {
    hs__ocsp *out = ctx;
    (void)is_critical;
    if (id != HS__OID_OCSP_NONCE) {
        return false;
    }
    out->has_nonce = true;
    out->nonce = hs__der_value(value, NULL, HS__DER_OCTET_STRING);
    return true;
}

static void read_responder(hs__rd *r, hs__ocsp *out) {
    hs__rd inside;
    out->is_by_key = hs__der_next_is(r, HS__DER_CONTEXT_OPENED | 2);
    if (out->is_by_key) {
        hs__der_open(r, "byKey", HS__DER_CONTEXT_OPENED | 2, &inside);
        out->responder = hs__der_value(&inside, NULL, HS__DER_OCTET_STRING);
    } else {
        hs__der_open(r, "byName", HS__DER_CONTEXT_OPENED | 1, &inside);
        out->responder = hs__name_read(&inside, NULL);
    }
    hs__der_close(&inside);
}

static void read_tbs(hs__rd *r, hs__ocsp *out) {
    const uint8_t *from = r->p;
    hs__rd tbs;
    hs__rd list;
    size_t n = 0;
    hs__der_open(r, "tbsResponseData", HS__DER_SEQUENCE, &tbs);
    if (hs__der_next_is(&tbs, HS__DER_CONTEXT_OPENED | 0)) {
        hs__rd_fail(&tbs, "version", HS_E_DECODE, "is given, but only v1 is known, the default");
    }
    read_responder(&tbs, out);
    out->produced = hs__der_time(&tbs, "producedAt");
    hs__der_open(&tbs, "responses", HS__DER_SEQUENCE, &list);
    out->singles = (hs_span){list.p, hs__rd_left(&list)};
    for (; hs__rd_more(&list); n++) {
        hs__ocsp_single one;
        hs__rd_item(&list, n);
        read_single(&list, &one);
    }
    hs__require_items(&list, n);
    read_extensions(&tbs, "responseExtensions", read_response_extension, out,
                    &out->n_unknown_critical);
    hs__der_close(&tbs);
    out->tbs = hs__der_since(r, from);
}

static void read_certificates(hs__rd *r, hs__ocsp *out) {
    hs__rd outer;
    hs__rd list;
    uint8_t tag;
    if (!hs__der_next_is(r, HS__DER_CONTEXT_OPENED | 0)) {
        return;
    }
    hs__der_open(r, "certs", HS__DER_CONTEXT_OPENED | 0, &outer);
    hs__der_open(&outer, NULL, HS__DER_SEQUENCE, &list);
    out->certificates = (hs_span){list.p, hs__rd_left(&list)};
    for (size_t n = 0; hs__rd_more(&list); n++) {
        hs__rd_item(&list, n);
        (void)hs__der_any(&list, NULL, &tag);
    }
    hs__der_close(&list);
    hs__der_close(&outer);
}

static void read_basic(hs__rd *r, hs__ocsp *out) {
    hs__rd basic;
    hs__der_open(r, "BasicOCSPResponse", HS__DER_SEQUENCE, &basic);
    read_tbs(&basic, out);
    hs__sigalg_read(&basic, "signatureAlgorithm", &out->signature);
    out->signature_value = hs__der_octet_aligned_bits(&basic, "signature", HS__DER_BIT_STRING);
    read_certificates(&basic, out);
    hs__der_close(&basic);
}

static void read_response_bytes(hs__rd *r, hs__ocsp *out) {
    hs__rd outer;
    hs__rd bytes;
    hs__rd inside;
    hs__der_open(r, "responseBytes", HS__DER_CONTEXT_OPENED | 0, &outer);
    hs__der_open(&outer, NULL, HS__DER_SEQUENCE, &bytes);
    const hs_span type = hs__der_oid(&bytes, "responseType", HS__DER_OID);
    if (hs__rd_status(r) == HS_OK && hs__oid_find(type) != HS__OID_OCSP_BASIC) {
        hs__rd_fail(&bytes, "responseType", HS_E_DECODE, "is not basicOCSPResponse");
    }
    hs__der_open(&bytes, "response", HS__DER_OCTET_STRING, &inside);
    read_basic(&inside, out);
    hs__der_close(&inside);
    hs__der_close(&bytes);
    hs__der_close(&outer);
}

hs_status hs__ocsp_read(hs_span der, const hs__field_sink *sink, hs__ocsp *out, hs__rd_root *root) {
    hs__rd all;
    hs__rd response;
    memset(out, 0, sizeof(*out));
    hs__rd_init(&all, root, der, NULL, sink);
    hs__der_open(&all, "OCSPResponse", HS__DER_SEQUENCE, &response);
    out->status = read_enumerated(&response, "responseStatus", 6);
    if (out->status == 0 || hs__rd_more(&response)) {
        read_response_bytes(&response, out);
    }
    hs__der_close(&response);
    hs__der_close(&all);
    return root->status ? HS_E_OCSP : HS_OK;
}
