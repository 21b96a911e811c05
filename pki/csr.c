#include "pki/csr.h"

#include <string.h>

/* RFC 2985 5.4.2: one value, a list of extensions as a certificate has it. */
static void read_values(hs__rd *attribute, hs__oid id, hs__csr *out) {
    hs__rd values;
    uint8_t tag;
    hs__der_open(attribute, "values", HS__DER_SET, &values);
    if (id == HS__OID_EXTENSION_REQUEST && out->wanted.extensions.p == NULL) {
        hs__cert_extensions_read(&values, &out->wanted);
    } else if (id == HS__OID_EXTENSION_REQUEST) {
        hs__rd_fail(attribute, "type", HS_E_DECODE, "has extensionRequest a second time");
    }
    for (size_t i = 0; id != HS__OID_EXTENSION_REQUEST && hs__rd_more(&values); i++) {
        hs__rd_item(&values, i);
        (void)hs__der_any(&values, NULL, &tag);
    }
    hs__der_close(&values);
}

/* RFC 2986 4.1: [0] IMPLICIT SET OF Attribute; some leave out an empty one. */
static void read_attributes(hs__rd *info, hs__csr *out) {
    hs__rd list;
    if (!hs__der_next_is(info, HS__DER_CONTEXT_OPENED | 0)) {
        return;
    }
    hs__der_open(info, "attributes", HS__DER_CONTEXT_OPENED | 0, &list);
    out->attributes = (hs_span){list.p, hs__rd_left(&list)};
    for (size_t i = 0; hs__rd_more(&list); i++) {
        hs__rd attribute;
        hs__rd_item(&list, i);
        hs__der_open(&list, NULL, HS__DER_SEQUENCE, &attribute);
        const hs_span type = hs__der_oid(&attribute, "type", HS__DER_OID);
        read_values(&attribute, hs__oid_find(type), out);
        hs__der_close(&attribute);
    }
    hs__der_close(&list);
}

hs_status hs__csr_read(hs_span der, const hs__field_sink *sink, hs__csr *out, hs__rd_root *root) {
    hs__rd all, request, info;
    memset(out, 0, sizeof(*out));
    out->wanted.path_len = -1;
    out->der = der;
    hs__rd_init(&all, root, der, NULL, sink);
    hs__der_open(&all, "CertificationRequest", HS__DER_SEQUENCE, &request);
    const uint8_t *from = request.p;
    hs__der_open(&request, "certificationRequestInfo", HS__DER_SEQUENCE, &info);
    (void)hs__der_number(&info, "version", HS__DER_INTEGER, 0);
    out->subject = hs__name_read(&info, "subject");
    hs__spki_read(&info, "subjectPKInfo", &out->key);
    read_attributes(&info, out);
    hs__der_close(&info);
    out->info = hs__der_since(&request, from);
    hs__sigalg_read(&request, "signatureAlgorithm", &out->signature);
    out->signature_value = hs__der_octet_aligned_bits(&request, "signature", HS__DER_BIT_STRING);
    hs__der_close(&request);
    hs__der_close(&all);
    return root->status ? HS_E_DECODE : HS_OK;
}

hs_status hs__csr_verify(const hs_provider *p, const hs__csr *csr) {
    hs__public_key *key;
    if (!csr->key.is_known || !csr->signature.is_known) {
        return HS_E_UNSUPPORTED_KEY;
    }
    hs_status st = p->public_new(p, &csr->key.numbers, &key);
    if (st) {
        return st;
    }
    st = p->public_verify(p, key, csr->signature.alg, csr->info, csr->signature_value);
    p->public_free(p, key);
    return st;
}

bool hs__csr_attribute_next(hs_span *attributes, hs_span *oid) {
    hs_span attribute;
    uint8_t tag;
    return hs__der_walk(attributes, &tag, &attribute) && hs__der_walk(&attribute, &tag, oid);
}
