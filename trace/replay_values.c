#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/provider.h"
#include "pki/time.h"
#include "trace/replay_line.h"

/* ---- memory ------------------------------------------------------------------------------ */

struct hs__replay_room {
    hs__replay_room *next;
    size_t n;
    max_align_t bytes[];
};

void *hs__line_room(hs__line *l, size_t n) {
    hs__replay_room *room = calloc(1, sizeof *room + (n > 0 ? n : 1));
    if (room == NULL) {
        hs__line_fail(l, HS_E_NOMEM, "%s", hs_status_text(HS_E_NOMEM));
        return NULL;
    }
    room->next = l->rooms;
    room->n = n;
    l->rooms = room;
    return room->bytes;
}

/* What was decoded may be a secret. */
void hs__line_free(hs__line *l) {
    while (l->rooms != NULL) {
        hs__replay_room *room = l->rooms;
        l->rooms = room->next;
        hs__wipe(room->bytes, room->n);
        free(room);
    }
}

/* ---- values ------------------------------------------------------------------------------ */

static void wrong(hs__line *l, const char *key, const char *want) {
    hs__line_fail(l, HS_E_DECODE, "%s%s\"%s\" is not %s", l->ev != NULL ? l->ev : "",
                  l->ev != NULL ? ": " : "", key, want);
}

/* NULL where the key is missing or null, and after a failure. */
static const json_t *get(const hs__line *l, const json_t *o, const char *key) {
    const json_t *v = l->status == HS_OK ? json_object_get(o, key) : NULL;
    return json_is_null(v) ? NULL : v;
}

static const json_t *must(hs__line *l, const json_t *o, const char *key) {
    const json_t *v = get(l, o, key);
    if (v == NULL) {
        hs__line_fail(l, HS_E_DECODE, "%s%s\"%s\" is missing", l->ev != NULL ? l->ev : "",
                      l->ev != NULL ? ": " : "", key);
    }
    return v;
}

static uint64_t number(hs__line *l, const char *key, const json_t *v, uint64_t max) {
    const json_int_t n = json_integer_value(v);
    if (v == NULL) {
        return 0;
    }
    if (!json_is_integer(v) || n < 0 || (uint64_t)n > max) {
        wrong(l, key, "a number in its range");
        return 0;
    }
    return (uint64_t)n;
}

uint64_t hs__line_uint(hs__line *l, const json_t *o, const char *key, uint64_t max) {
    return number(l, key, must(l, o, key), max);
}

uint64_t hs__line_uint_if(hs__line *l, const json_t *o, const char *key, uint64_t max) {
    return number(l, key, get(l, o, key), max);
}

static bool truth(hs__line *l, const char *key, const json_t *v) {
    if (v != NULL && !json_is_boolean(v)) {
        wrong(l, key, "true or false");
    }
    return json_is_true(v);
}

bool hs__line_bool(hs__line *l, const json_t *o, const char *key) {
    return truth(l, key, must(l, o, key));
}

bool hs__line_bool_if(hs__line *l, const json_t *o, const char *key) {
    return truth(l, key, get(l, o, key));
}

static const char *text(hs__line *l, const char *key, const json_t *v) {
    if (v != NULL && !json_is_string(v)) {
        wrong(l, key, "a text");
    }
    return json_string_value(v);
}

const char *hs__line_word(hs__line *l, const json_t *o, const char *key) {
    return text(l, key, must(l, o, key));
}

const char *hs__line_text_if(hs__line *l, const json_t *o, const char *key) {
    return text(l, key, get(l, o, key));
}

const char *hs__line_text(hs__line *l, const json_t *o, const char *key) {
    const char *s = hs__line_text_if(l, o, key);
    return s != NULL ? s : "";
}

bool hs__line_outbound(hs__line *l) {
    const char *dir = hs__line_word(l, l->o, "dir");
    if (dir != NULL && strcmp(dir, "tx") != 0 && strcmp(dir, "rx") != 0) {
        wrong(l, "dir", "tx or rx");
    }
    return dir != NULL && strcmp(dir, "tx") == 0;
}

const json_t *hs__line_object_if(hs__line *l, const json_t *o, const char *key) {
    const json_t *v = get(l, o, key);
    if (v != NULL && !json_is_object(v)) {
        wrong(l, key, "an object");
        return NULL;
    }
    return v;
}

const json_t *hs__line_array_if(hs__line *l, const json_t *o, const char *key) {
    const json_t *v = get(l, o, key);
    if (v != NULL && !json_is_array(v)) {
        wrong(l, key, "a list");
        return NULL;
    }
    return v;
}

const json_t *hs__line_item(hs__line *l, const json_t *array, const char *name, size_t i) {
    const json_t *v = json_array_get(array, i);
    if (!json_is_object(v)) {
        wrong(l, name, "a list of objects");
        return NULL;
    }
    return v;
}

/* ---- hex --------------------------------------------------------------------------------- */

static int digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool decode(const char *hex, uint8_t *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const int high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

hs_span hs__line_hex_if(hs__line *l, const json_t *o, const char *key) {
    const hs_span nothing = {NULL, 0};
    const json_t *v = get(l, o, key);
    const char *hex = text(l, key, v);
    if (hex == NULL) {
        return nothing;
    }
    const size_t n = json_string_length(v);
    uint8_t *bytes = hs__line_room(l, n / 2);
    if (bytes == NULL || n % 2 != 0 || !decode(hex, bytes, n / 2)) {
        wrong(l, key, "bytes in lower-case hex");
        return nothing;
    }
    return (hs_span){bytes, n / 2};
}

/* ---- what has a form of its own ---------------------------------------------------------- */

/* hs__ref_read the other way; it does not matter that all is a "section" now. */
const char *hs__line_ref(hs__line *l, const json_t *o, const char *key) {
    enum { MAX = 128 };
    const json_t *ref = hs__line_object_if(l, o, key);
    if (ref == NULL) {
        return "";
    }
    const uint64_t rfc = hs__line_uint_if(l, ref, "rfc", 99999);
    const char *doc = hs__line_text(l, ref, "doc"), *section = hs__line_text(l, ref, "section");
    char *out = hs__line_room(l, MAX);
    if (out == NULL) {
        return "";
    }
    const char *before = section[0] != 0 ? "#section-" : "";
    if (rfc > 0) {
        (void)snprintf(out, MAX, "rfc%u%s%s", (unsigned)rfc, before, section);
    } else {
        (void)snprintf(out, MAX, "%s%s%s", doc, before, section);
    }
    return out;
}

int64_t hs__line_time_ms(hs__line *l, const json_t *o, const char *key) {
    const char *s = hs__line_text_if(l, o, key);
    hs__civil c = {0};
    int end = 0;
    unsigned ms = 0;
    if (s == NULL) {
        return 0;
    }
    const bool is_read = sscanf(s, "%4d-%2d-%2dT%2d:%2d:%2d%n", &c.year, &c.month, &c.day, &c.hour,
                                &c.minute, &c.second, &end) == 6;
    const bool in_range = is_read && c.year >= 0 && c.day >= 1 &&
                          c.day <= hs__days_in_month(c.year, c.month) && c.hour >= 0 &&
                          c.hour < 24 && c.minute >= 0 && c.minute < 60 && c.second >= 0 &&
                          c.second < 60;
    if (in_range && s[end] == '.') {
        int n = 0;
        if (sscanf(s + end, ".%3u%n", &ms, &n) == 1) {
            end += n;
        }
    }
    if (!in_range || strcmp(s + end, "Z") != 0) {
        wrong(l, key, "a date like 2026-11-18T12:00:05Z");
        return 0;
    }
    return hs__time_from_civil(&c) * 1000 + ms;
}

hs_status hs__line_status(hs__line *l, const json_t *o, const char *key) {
    static const struct {
        const char *name;
        hs_status status;
    } rows[] = {
        {"HS_OK", HS_OK},
#define HS_ERROR(name, alert, rule, text) {"HS_E_" #name, HS_E_##name},
#include "handshake/errors.def"
#undef HS_ERROR
    };
    const char *name = hs__line_word(l, o, key);
    for (size_t i = 0; name != NULL && i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(name, rows[i].name) == 0) {
            return rows[i].status;
        }
    }
    wrong(l, key, "a status that this version knows");
    return HS_OK;
}
