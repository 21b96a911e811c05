#include "trace/cert_text.h"

#include "pki/certificate.h"
#include "pki/time.h"
#include "trace/jsonl.h"

void hs__cert_summary(hs__strbuf *b, hs_span der) {
    hs__cert cert;
    hs__rd_root root;
    if (hs__certificate_read(der, NULL, &cert, &root) != HS_OK) {
        hs__buf_fmt(b, "not X.509: %s %s", root.where, root.problem);
        return;
    }
    char text[HS__NAME_TEXT], key[HS__KEY_TEXT], until[HS__DATE_TEXT];
    hs__name_text(cert.subject, text, sizeof text);
    hs__spki_text(&cert.key, key, sizeof key);
    hs__date_text(cert.not_after, until);
    hs__buf_fmt(b, "%s, %s, ", text[0] != 0 ? text : "(no subject)", key);
    if (hs__cert_is_self_issued(&cert)) {
        hs__buf_add(b, "self-signed");
    } else {
        hs__name_text(cert.issuer, text, sizeof text);
        hs__buf_fmt(b, "by %s", text);
    }
    hs__buf_fmt(b, ", until %s", until);
}

json_t *hs__cert_json(hs_span der) {
    hs__cert cert;
    hs__rd_root root;
    json_t *o = json_object();
    char text[HS__NAME_TEXT];
    if (hs__certificate_read(der, NULL, &cert, &root) != HS_OK) {
        hs__json_set(o, "error", hs__json_text(root.problem));
        return o;
    }
    hs__name_text(cert.subject, text, sizeof text);
    hs__json_set(o, "subject", hs__json_text(text));
    hs__name_text(cert.issuer, text, sizeof text);
    hs__json_set(o, "issuer", hs__json_text(text));
    hs__cert_names_text(&cert, text, sizeof text);
    hs__json_set_if(o, "san", text);
    hs__spki_text(&cert.key, text, sizeof text);
    hs__json_set(o, "key", hs__json_text(text));
    hs__json_set(o, "serial", hs__json_hex(cert.serial));
    hs__json_set(o, "not_before", hs__json_time(cert.not_before));
    hs__json_set(o, "not_after", hs__json_time(cert.not_after));
    return o;
}
