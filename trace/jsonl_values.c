#include "trace/jsonl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/time.h"

void hs__json_set(json_t *o, const char *key, json_t *value) {
    if (value != NULL) {
        (void)json_object_set_new(o, key, value);
    }
}

json_t *hs__json_uint(uint64_t v) {
    return json_integer(v <= INT64_MAX ? (json_int_t)v : INT64_MAX);
}

json_t *hs__json_hex(hs_span bytes) {
    hs__strbuf b = {0};
    hs__buf_hex(&b, bytes);
    json_t *v = b.failed ? NULL : json_string(hs__buf_str(&b));
    hs__buf_free(&b);
    return v;
}

json_t *hs__json_foreign(const void *p, size_t n) {
    json_t *v = json_stringn(n > 0 ? p : "", n);
    if (v != NULL) {
        return v;
    }
    /* not UTF-8 */
    size_t len = hs_safe_text(NULL, 0, p, n);
    char *room = malloc(len + 1);
    if (room == NULL) {
        return NULL;
    }
    (void)hs_safe_text(room, len + 1, p, n);
    v = json_string(room);
    free(room);
    return v;
}

json_t *hs__json_text(const char *s) {
    return s != NULL ? hs__json_foreign(s, strlen(s)) : json_null();
}

void hs__json_set_if(json_t *o, const char *key, const char *s) {
    if (s != NULL && s[0] != 0) {
        hs__json_set(o, key, hs__json_text(s));
    }
}

json_t *hs__json_dir(bool outbound) {
    return json_string(outbound ? "tx" : "rx");
}

json_t *hs__json_range(size_t off, size_t n) {
    json_t *o = json_object();
    hs__json_set(o, "off", hs__json_uint(off));
    hs__json_set(o, "len", hs__json_uint(n));
    return o;
}

json_t *hs__json_ref(const char *rule) {
    hs__ref ref;
    if (!hs__ref_read(rule, &ref)) {
        return NULL;
    }
    json_t *o = json_object();
    if (ref.rfc != 0) {
        hs__json_set(o, "rfc", hs__json_uint(ref.rfc));
    } else {
        hs__json_set(o, "doc", hs__json_text(ref.doc));
    }
    hs__json_set_if(o, "section", ref.section);
    return o;
}

static json_t *date(int64_t t, const char *fraction) {
    hs__civil c;
    char text[80];
    hs__civil_from_time(t, &c);
    (void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", c.year, c.month, c.day,
                   c.hour, c.minute, c.second, fraction);
    return json_string(text);
}

json_t *hs__json_time(int64_t t) {
    return date(t, "");
}

json_t *hs__json_time_ms(int64_t ms) {
    char fraction[8];
    (void)snprintf(fraction, sizeof fraction, ".%03d", (int)(ms % 1000));
    return date(ms / 1000, fraction);
}
