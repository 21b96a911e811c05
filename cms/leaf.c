#include "cms/leaf.h"

#include <stdio.h>

#include "pki/der.h"
#include "pki/oid.h"
#include "pki/text.h"

static void number_text(hs_span value, char *text) {
    long long n = value.n > 0 && value.p[0] >= 0x80 ? -1 : 0;
    if (value.n == 0 || value.n > 4) {
        return; /* a serial number, told by its bytes */
    }
    for (size_t i = 0; i < value.n; i++) {
        n = n * 256 + value.p[i];
    }
    (void)snprintf(text, HS__CMS_LEAF_TEXT, "%lld", n);
}

static void oid_text(hs_span value, char *text) {
    char dotted[HS__OID_TEXT_MAX];
    const hs__oid id = hs__oid_find(value);
    hs__oid_dotted(value, dotted, sizeof(dotted));
    if (id == HS__OID_UNKNOWN) {
        (void)snprintf(text, HS__CMS_LEAF_TEXT, "%s", dotted);
    } else {
        (void)snprintf(text, HS__CMS_LEAF_TEXT, "%s (%s)", hs__oid_name(id), dotted);
    }
}

void hs__cms_value_text(uint8_t tag, hs_span value, char text[HS__CMS_LEAF_TEXT]) {
    hs__text t;
    text[0] = '\0';
    switch (tag) {
    case HS__DER_INTEGER:
        number_text(value, text);
        break;
    case HS__DER_OID:
        oid_text(value, text);
        break;
    case HS__DER_UTF8_STRING:
    case HS__DER_PRINTABLE_STRING:
    case HS__DER_IA5_STRING:
    case HS__DER_UTC_TIME:
    case HS__DER_GENERALIZED_TIME:
        hs__text_init(&t, text, HS__CMS_LEAF_TEXT);
        hs__text_foreign(&t, value);
        break;
    default:
        break;
    }
}

hs__cms_leaf_kind hs__cms_leaf_of(const hs__field *f, uint8_t *tag, char text[HS__CMS_LEAF_TEXT]) {
    text[0] = '\0';
    if (f->kind == HS__FIELD_CODE && f->names == hs__der_tag_name) {
        const char *name = hs__der_tag_name((uint32_t)f->value);
        *tag = (uint8_t)f->value;
        (void)snprintf(text, HS__CMS_LEAF_TEXT, "%s", name != NULL ? name : "");
        return HS__CMS_LEAF_TAG;
    }
    if (f->kind == HS__FIELD_LENGTH) {
        (void)snprintf(text, HS__CMS_LEAF_TEXT, "%llu", (unsigned long long)f->value);
        return HS__CMS_LEAF_LENGTH;
    }
    hs__cms_value_text(*tag, f->bytes, text);
    return HS__CMS_LEAF_VALUE;
}
