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

/* An arc of up to 128 bits, as those under 2.25 are, the lowest 32 first. */
enum { LIMBS = 4 };
typedef struct {
    uint32_t limb[LIMBS];
} arc;

/* arc = arc * 128 + low; false if it gets too long. */
static bool arc_push(arc *a, uint32_t low) {
    if (a->limb[LIMBS - 1] >> 25 != 0) {
        return false;
    }
    for (size_t i = 0; i < LIMBS; i++) {
        const uint64_t wide = (uint64_t)a->limb[i] << 7 | low;
        a->limb[i] = (uint32_t)wide;
        low = (uint32_t)(wide >> 32);
    }
    return true;
}

static void arc_subtract(arc *a, uint32_t n) {
    for (size_t i = 0; i < LIMBS; i++) {
        const bool borrows = a->limb[i] < n;
        a->limb[i] -= n;
        n = borrows;
    }
}

/* Divides by 10 and returns what is left over. */
static unsigned arc_digit(arc *a) {
    uint64_t rest = 0;
    for (size_t i = LIMBS; i-- > 0;) {
        rest = rest << 32 | a->limb[i];
        a->limb[i] = (uint32_t)(rest / 10);
        rest %= 10;
    }
    return (unsigned)rest;
}

/* Appends ".number" (without the dot at the front); what does not fit is cut. */
static void append_arc(char *out, size_t room, size_t *n, arc a) {
    static const arc zero = {{0}};
    char digits[40];
    char *at = digits + sizeof(digits) - 1;
    *at = '\0';
    do {
        *--at = (char)('0' + arc_digit(&a));
    } while (memcmp(&a, &zero, sizeof(a)) != 0);
    if (*n >= room) {
        return;
    }
    const int wrote = snprintf(out + *n, room - *n, *n > 0 ? ".%s" : "%s", at);
    *n += wrote > 0 ? (size_t)wrote : 0;
}

/* X.690 8.19.4: the first two arcs share a number. */
static void append_first(char *out, size_t room, size_t *n, arc both) {
    const bool is_small = (both.limb[1] | both.limb[2] | both.limb[3]) == 0 && both.limb[0] < 80;
    const arc first = {{is_small ? both.limb[0] / 40 : 2}};
    append_arc(out, room, n, first);
    arc_subtract(&both, first.limb[0] * 40);
    append_arc(out, room, n, both);
}

void hs__oid_dotted(hs_span content, char *out, size_t room) {
    size_t n = 0;
    arc a = {{0}};
    bool is_whole = false;
    out[0] = '\0';
    for (size_t i = 0; i < content.n; i++) {
        is_whole = arc_push(&a, content.p[i] & 0x7f) && content.p[i] < 0x80;
        if (a.limb[LIMBS - 1] >> 25 != 0 && !is_whole) {
            break;
        }
        if (!is_whole) {
            continue;
        }
        if (n == 0) {
            append_first(out, room, &n, a);
        } else {
            append_arc(out, room, &n, a);
        }
        a = (arc){{0}};
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
