#include "pki/oid.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    hs_span bytes;
    const char *dotted, *name, *meaning;
} oids[HS__OID_COUNT] = {
    [HS__OID_UNKNOWN] = {{NULL, 0}, "", "", ""},
#define HS__OID(id, bytes, dotted, name, meaning)                                                  \
    [HS__OID_##id] = {{(const uint8_t *)bytes, sizeof(bytes) - 1}, dotted, name, meaning},
#include "pki/oids.def"
#undef HS__OID
};

hs__oid hs__oid_find(hs_span content) {
    for (int id = 1; id < HS__OID_COUNT; id++) {
        const hs_span known = oids[id].bytes;
        /* The last byte tells most of them apart. */
        if (known.n == content.n && known.p[known.n - 1] == content.p[content.n - 1] &&
            memcmp(known.p, content.p, content.n) == 0) {
            return (hs__oid)id;
        }
    }
    return HS__OID_UNKNOWN;
}

hs__oid hs__oid_by_name(const char *name, size_t n) {
    for (int id = 1; id < HS__OID_COUNT; id++) {
        const bool is_name = strlen(oids[id].name) == n && strncasecmp(oids[id].name, name, n) == 0;
        const bool is_number =
            strlen(oids[id].dotted) == n && strncmp(oids[id].dotted, name, n) == 0;
        if (is_name || is_number) {
            return (hs__oid)id;
        }
    }
    return HS__OID_UNKNOWN;
}

hs_span hs__oid_bytes(hs__oid id) {
    return oids[id].bytes;
}

const char *hs__oid_name(hs__oid id) {
    return oids[id].name;
}

const char *hs__oid_meaning(hs__oid id) {
    return oids[id].meaning;
}

const char *hs__oid_dotted_of(hs__oid id) {
    return oids[id].dotted;
}

/* Appends ".number" (without the dot at the front); what does not fit is cut. */
static void append_arc(char *out, size_t room, size_t *n, uint64_t arc) {
    if (*n >= room) {
        return;
    }
    const int wrote =
        snprintf(out + *n, room - *n, *n > 0 ? ".%llu" : "%llu", (unsigned long long)arc);
    *n += wrote > 0 ? (size_t)wrote : 0;
}

void hs__oid_dotted(hs_span content, char *out, size_t room) {
    size_t n = 0;
    uint64_t arc = 0;
    bool is_whole = false;
    out[0] = '\0';
    for (size_t i = 0; i < content.n && arc >> 56 == 0; i++) {
        arc = arc << 7 | (content.p[i] & 0x7f);
        is_whole = content.p[i] < 0x80;
        if (!is_whole) {
            continue;
        }
        if (n == 0) { /* X.690 8.19.4: the first two arcs share a number */
            const uint64_t first = arc < 80 ? arc / 40 : 2;
            append_arc(out, room, &n, first);
            arc -= first * 40;
        }
        append_arc(out, room, &n, arc);
        arc = 0;
    }
    if (!is_whole && n + 1 < room) {
        (void)snprintf(out + n, room - n, "?");
    }
}

void hs__oid_text(hs_span content, char *out, size_t room) {
    const hs__oid id = hs__oid_find(content);
    if (id == HS__OID_UNKNOWN) {
        hs__oid_dotted(content, out, room);
    } else {
        (void)snprintf(out, room, "%s", oids[id].name);
    }
}
