#include "proto/alert.h"

#include "proto/codepoints.h"

hs_status hs__alert_read(hs_span content, const hs__field_sink *sink, hs__rd_root *root,
                         hs__alert *out) {
    hs__rd r;
    hs__rd_init(&r, root, content, "Alert", sink);
    out->level = hs__rd_code8(&r, "level", hs__alert_level_name);
    out->description = hs__rd_code8(&r, "description", hs__alert_name);
    return hs__rd_end(&r);
}

void hs__alert_write(hs__wr *w, const hs__alert *a) {
    hs__wr_u8(w, "level", a->level);
    hs__wr_u8(w, "description", a->description);
}

uint8_t hs__alert_level_of(uint8_t description) {
    switch (description) {
    case HS__ALERT_close_notify:
    case HS__ALERT_user_canceled:
    case HS__ALERT_no_renegotiation:
        return HS__ALERT_LEVEL_warning;
    default:
        return HS__ALERT_LEVEL_fatal;
    }
}
