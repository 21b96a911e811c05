#include "cms/identifier.h"

#include "pki/name.h"
#include "pki/text.h"
#include "proto/span.h"

void hs__cms_id_read(hs__rd *r, const char *name, hs__cms_id *out) {
    hs__rd inside;
    *out = (hs__cms_id){{NULL, 0}, {NULL, 0}, {NULL, 0}};
    if (hs__der_next_is(r, HS__DER_CONTEXT | 0)) {
        out->key_id = hs__der_value(r, name, HS__DER_CONTEXT | 0);
        return;
    }
    hs__der_open(r, name, HS__DER_SEQUENCE, &inside);
    out->issuer = hs__name_read(&inside, "issuer");
    out->serial = hs__der_integer(&inside, "serialNumber", HS__DER_INTEGER);
    hs__der_close(&inside);
}

void hs__cms_id_write(hs__der_out *o, const hs__cert *cert) {
    const uint8_t *end = o->p;
    hs__der_put_value(o, HS__DER_INTEGER, cert->serial);
    hs__der_put(o, cert->issuer.p, cert->issuer.n);
    hs__der_wrap(o, HS__DER_SEQUENCE, end);
}

bool hs__cms_id_is(const hs__cms_id *id, const hs__cert *cert) {
    if (id->key_id.n > 0) {
        return hs__span_equal(id->key_id, cert->subject_key_id);
    }
    return id->serial.n > 0 && hs__span_equal(id->serial, cert->serial) &&
           hs__name_equal(id->issuer, cert->issuer);
}

void hs__cms_id_text(const hs__cms_id *id, char out[HS__CMS_WHO_TEXT]) {
    char issuer[HS__NAME_TEXT];
    hs__text t;
    hs__text_init(&t, out, HS__CMS_WHO_TEXT);
    if (id->key_id.n > 0) {
        hs__text_add(&t, "key id ");
        hs__text_hex(&t, id->key_id);
    } else if (id->serial.n > 0) {
        hs__name_text(id->issuer, issuer, sizeof(issuer));
        hs__text_f(&t, "%s, serial ", issuer);
        hs__text_hex(&t, id->serial);
    } else {
        hs__text_add(&t, "somebody who is named in another way");
    }
}
