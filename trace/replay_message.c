#include <stdlib.h>
#include <string.h>

#include "trace/names.h"
#include "trace/replay_line.h"

static hs_field_kind kind_of(hs__line *l, const json_t *f) {
    const char *name = hs__line_word(l, f, "kind");
    for (int i = HS_FIELD_LENGTH; name != NULL && i <= HS_FIELD_TEXT; i++) {
        if (strcmp(name, hs__field_kind_name((hs_field_kind)i)) == 0) {
            return (hs_field_kind)i;
        }
    }
    hs__line_fail(l, HS_E_DECODE, "msg: the \"kind\" of a field is not known");
    return HS_FIELD_BYTES;
}

static void tell_field(hs__line *l, const json_t *f, hs_span raw) {
    const hs_field_kind kind = kind_of(l, f);
    const bool has_number = kind != HS_FIELD_BYTES && kind != HS_FIELD_TEXT;
    const size_t off = (size_t)hs__line_uint(l, f, "off", raw.n);
    const size_t len = (size_t)hs__line_uint(l, f, "len", raw.n - off);
    hs_trace ev = {.u.field = {.path = hs__line_word(l, f, "path"),
                               .off = off,
                               .bytes = {raw.p + off, len},
                               .kind = kind,
                               .value = has_number ? hs__line_uint(l, f, "val", INT64_MAX) : 0,
                               .meaning = hs__line_text_if(l, f, "name")}};
    hs__line_tell(l, HS_TR_FIELD, l->t_us, &ev);
}

static void tell_fields(hs__line *l, hs_span raw) {
    const json_t *fields = hs__line_array_if(l, l->o, "fields");
    for (size_t i = 0; l->status == HS_OK && i < json_array_size(fields); i++) {
        const json_t *f = hs__line_item(l, fields, "fields", i);
        if (f != NULL) {
            tell_field(l, f, raw);
        }
    }
}

static void tell_end(hs__line *l) {
    const json_t *error = hs__line_object_if(l, l->o, "error");
    hs_trace ev = {.u.message_end = {.status = HS_OK, .where = "", .problem = ""}};
    if (error != NULL) {
        ev.u.message_end = (hs_trace_message_end){.status = hs__line_status(l, error, "code"),
                                                  .where = hs__line_text(l, error, "where"),
                                                  .problem = hs__line_text(l, error, "problem")};
    }
    hs__line_tell(l, HS_TR_MESSAGE_END, l->t_us, &ev);
}

/* "client_hello" -> "ClientHello", unless the message had a name of another form. */
static const char *title_of(hs__line *l) {
    const char *title = hs__line_text_if(l, l->o, "title");
    char *name = hs__line_room(l, HS__SNAKE_NAME);
    if (title != NULL || name == NULL) {
        return title;
    }
    hs__camel_name(hs__line_word(l, l->o, "name"), name);
    return name;
}

void hs__line_message(hs__line *l) {
    const hs_span raw = hs__line_hex_if(l, l->o, "raw");
    hs_trace ev = {.u.message = {.outbound = hs__line_outbound(l),
                                 .type = (uint8_t)hs__line_uint(l, l->o, "type", UINT8_MAX),
                                 .name = title_of(l),
                                 .raw = raw,
                                 .record = hs__line_uint_if(l, l->o, "record", INT64_MAX)}};
    if (raw.p == NULL) {
        hs__line_fail(l, HS_E_DECODE, "msg: \"raw\" is missing");
    }
    hs__line_tell(l, HS_TR_MESSAGE, l->began_us, &ev);
    tell_fields(l, raw);
    tell_end(l);
}
