#include "apps/mini-ca/extension_value.h"

#include <string.h>

enum { STATUS_REQUEST = 5, DEPTH_MAX = 6, URI_TAG = HS__DER_CONTEXT | HS__NAME_URI };

static bool find(const hs__cert *cert, hs__oid id, hs_span *value) {
    hs_span list = cert->extensions;
    hs__cert_extension e;
    while (hs__cert_extension_next(&list, &e)) {
        if (e.id == id) {
            *value = e.value;
            return true;
        }
    }
    return false;
}

bool extension_must_staple(const hs__cert *cert) {
    hs_span value, list, number;
    uint8_t tag;
    if (!find(cert, HS__OID_TLS_FEATURE, &value) || !hs__der_walk(&value, &tag, &list))
        return false;
    while (hs__der_walk(&list, &tag, &number))
        if (number.n == 1 && number.p[0] == STATUS_REQUEST)
            return true;
    return false;
}

static bool copy(hs_span uri, char *out, size_t room) {
    if (uri.n >= room || memchr(uri.p, 0, uri.n))
        return false;
    memcpy(out, uri.p, uri.n);
    out[uri.n] = 0;
    return true;
}

/* The first URI in it, however deep. */
static bool first_uri(hs_span der, unsigned depth, hs_span *out) {
    uint8_t tag;
    hs_span content;
    while (hs__der_walk(&der, &tag, &content)) {
        if (tag == URI_TAG) {
            *out = content;
            return true;
        }
        bool is_constructed = (tag & 0x20) != 0;
        if (is_constructed && depth > 0 && first_uri(content, depth - 1, out))
            return true;
    }
    return false;
}

bool extension_crl_url(const hs__cert *cert, char *out, size_t room) {
    hs_span value, uri;
    return find(cert, HS__OID_CRL_DISTRIBUTION, &value) && first_uri(value, DEPTH_MAX, &uri) &&
           copy(uri, out, room);
}

bool extension_ocsp_url(const hs__cert *cert, char *out, size_t room) {
    hs_span value, list, access, method, uri;
    uint8_t tag;
    if (!find(cert, HS__OID_AUTHORITY_INFO, &value) || !hs__der_walk(&value, &tag, &list))
        return false;
    while (hs__der_walk(&list, &tag, &access))
        if (hs__der_walk(&access, &tag, &method) && hs__oid_find(method) == HS__OID_OCSP &&
            hs__der_walk(&access, &tag, &uri) && tag == URI_TAG)
            return copy(uri, out, room);
    return false;
}
