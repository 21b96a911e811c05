#include "proto/extensions.h"

#include <assert.h>
#include <stdio.h>

#include "proto/ext.h"

/* ---- the table of known extensions ------------------------------------------------------- */

typedef struct {
    uint16_t type;
    uint8_t in;
    const char *name;
    void (*read)(hs__rd *r, hs__ext_in at, hs__extensions *e);
    void (*write)(hs__wr *w, hs__ext_in at, const hs__extensions *e);
} known_extension;

/* Positions in the table, which are bits of hs__ext_types.known too. */
enum {
#define HS__EXT_KNOWN(code, name, in, section, note) AT_##name,
#include "proto/extensions.def"
    KNOWN_COUNT
};
static_assert(KNOWN_COUNT <= 64, "known extensions must fit the bits of hs__ext_types");

static const known_extension known[KNOWN_COUNT] = {
#define HS__EXT_KNOWN(code, name, in, section, note)                                               \
    {code, in, #name, hs__ext_##name##_read, hs__ext_##name##_write},
#include "proto/extensions.def"
};

/* Position of a type in the table; KNOWN_COUNT when it is not there. */
static unsigned position(uint16_t type) {
    switch (type) {
#define HS__EXT_KNOWN(code, name, in, section, note)                                               \
    case code:                                                                                     \
        return AT_##name;
#include "proto/extensions.def"
    }
    return KNOWN_COUNT;
}

static uint64_t bit_of(uint16_t type) {
    unsigned at = position(type);
    return at < KNOWN_COUNT ? UINT64_C(1) << at : 0;
}

bool hs__ext_has(const hs__extensions *e, uint16_t type) {
    return (e->types.known & bit_of(type)) != 0;
}

void hs__ext_set(hs__extensions *e, uint16_t type) {
    e->types.known |= bit_of(type);
}

void hs__ext_clear(hs__extensions *e, uint16_t type) {
    e->types.known &= ~bit_of(type);
}

unsigned hs__ext_allowed_in(uint16_t type) {
    unsigned at = position(type);
    return at < KNOWN_COUNT ? known[at].in : 0;
}

bool hs__ext_unasked(const hs__ext_types *answer, const hs__ext_types *asked, uint16_t *type) {
    uint64_t unasked = answer->known & ~asked->known & ~bit_of(HS__EXT_cookie);
    for (unsigned at = 0; at < KNOWN_COUNT; at++) {
        if ((unasked & UINT64_C(1) << at) != 0) {
            *type = known[at].type;
            return true;
        }
    }
    /* What we do not know we did not ask for; nor does GREASE have an answer. */
    *type = answer->first_unknown;
    return answer->n_unknown > 0;
}

/* ---- reading ----------------------------------------------------------------------------- */

/* RFC 9846 4.3: no type twice; no known one in a message that it is not defined for. */
static void read_known(hs__rd *block, hs__rd *body, unsigned at, hs__ext_in in,
                       hs__extensions *out) {
    const uint64_t bit = UINT64_C(1) << at;
    if ((out->types.known & bit) != 0) {
        hs__rd_fail(block, NULL, HS_E_DUPLICATE_EXTENSION, "occurs twice");
    } else if ((known[at].in & in) == 0) {
        hs__rd_fail(block, NULL, HS_E_EXTENSION_NOT_ALLOWED, "is not defined for this message");
    }
    if (hs__rd_status(block) != HS_OK) {
        return;
    }
    out->types.known |= bit;
    known[at].read(body, in, out);
    hs__rd_done(body);
}

static void read_unknown(hs__rd *body, uint16_t type, hs__extensions *out) {
    (void)hs__rd_rest(body, "extension_data");
    if (out->types.n_unknown++ == 0) {
        out->types.first_unknown = type;
    }
}

static void read_one(hs__rd *block, hs__ext_in in, hs__extensions *out) {
    if (hs__rd_left(block) < 2) {
        (void)hs__rd_u16(block, "extension_type"); /* fails, without a name to tell */
        return;
    }
    /* Its name belongs into the path of its own type already. */
    const uint16_t type = hs__list16_at(hs__rd_tail(block), 0);
    const unsigned at = position(type);
    const char *name = hs__extension_name(type);
    char number[8];
    if (name == NULL || hs__is_grease16(type)) { /* several GREASE ones need a path each */
        (void)snprintf(number, sizeof(number), "0x%04x", type);
        name = number;
    }
    hs__rd_label(block, name);
    (void)hs__rd_code16(block, "extension_type", hs__extension_name);
    hs__rd body;
    hs__rd_vector(block, NULL, 2, 0, 0xffff, &body);
    if (at < KNOWN_COUNT) {
        read_known(block, &body, at, in, out);
    } else {
        read_unknown(&body, type, out);
    }
    /* RFC 9846 4.3.11: binders cover all that stands before them. */
    if (type == HS__EXT_pre_shared_key && in == HS__IN_CLIENT_HELLO && hs__rd_left(block) > 0) {
        hs__rd_fail(block, NULL, HS_E_ILLEGAL_VALUE, "is not the last extension");
    }
    hs__rd_label(block, NULL); /* `number` ends here */
}

static void refuse_unknown_twice(hs__rd *block, hs_span extensions) {
    hs__seen16 seen = {{0}};
    uint16_t type;
    while (hs__extension_next(&extensions, &type, NULL)) {
        if (hs__seen16_add(&seen, type)) {
            hs__rd_fail(block, NULL, HS_E_DUPLICATE_EXTENSION, "type %u occurs twice", type);
            return;
        }
    }
}

void hs__extensions_read(hs__rd *r, hs__ext_in in, hs__extensions *out) {
    *out = (hs__extensions){.types = {0}};
    hs__rd block;
    hs__rd_vector(r, "extensions", 2, 0, 0xffff, &block);
    out->block = hs__rd_tail(&block);
    while (hs__rd_more(&block)) {
        read_one(&block, in, out);
    }
    if (hs__rd_status(r) == HS_OK && out->types.n_unknown > 1) {
        refuse_unknown_twice(&block, out->block);
    }
}

bool hs__extension_next(hs_span *block, uint16_t *type, hs_span *body) {
    hs__rd_root root;
    hs__rd r;
    hs__rd_init(&r, &root, *block, NULL, NULL);
    const uint16_t found = hs__rd_u16(&r, NULL);
    const hs_span data = hs__rd_opaque(&r, NULL, 2, 0, 0xffff);
    if (hs__rd_status(&r) != HS_OK) {
        return false;
    }
    *type = found;
    if (body != NULL) {
        *body = data;
    }
    *block = hs__rd_tail(&r);
    return true;
}

/* ---- writing ----------------------------------------------------------------------------- */

static void write_raw(hs__wr *w, uint16_t type, hs_span body) {
    hs__wr_u16(w, "extension_type", type);
    hs__wr_opaque(w, "extension_data", 2, body);
}

static void write_known(hs__wr *w, unsigned at, hs__ext_in in, const hs__extensions *e) {
    hs__wr_u16(w, "extension_type", known[at].type);
    size_t mark = hs__wr_open(w, known[at].name, 2);
    known[at].write(w, in, e);
    hs__wr_close(w, known[at].name, 2, mark);
}

/* In the order of `like`; returns what is set and still to be written. */
static uint64_t write_like(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    uint64_t left = e->types.known;
    /* RFC 9846 4.3.11: in a ClientHello it stays last, whatever joins after `like`. */
    uint64_t last = in == HS__IN_CLIENT_HELLO ? bit_of(HS__EXT_pre_shared_key) : 0;
    hs_span like = e->like;
    uint16_t type;
    hs_span body;
    while (hs__extension_next(&like, &type, &body)) {
        const unsigned at = position(type);
        if (at == KNOWN_COUNT) {
            write_raw(w, type, body);
        } else if ((left & ~last & UINT64_C(1) << at) != 0) {
            write_known(w, at, in, e);
            left &= ~(UINT64_C(1) << at);
        }
    }
    return left;
}

static void write_ours(hs__wr *w, hs__ext_in in, const hs__extensions *e, uint64_t left) {
    static const uint8_t zero = 0;
    const bool greases = e->like.n == 0;
    if (greases && e->grease_first != 0) {
        write_raw(w, e->grease_first, (hs_span){NULL, 0});
    }
    for (unsigned at = 0; at < KNOWN_COUNT; at++) {
        if (at == AT_padding && greases && e->grease_last != 0) {
            write_raw(w, e->grease_last, (hs_span){&zero, 1});
        }
        if ((left & UINT64_C(1) << at) != 0) {
            write_known(w, at, in, e);
        }
    }
}

void hs__extensions_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    for (unsigned at = 0; at < KNOWN_COUNT; at++) {
        if ((e->types.known & UINT64_C(1) << at) != 0 && (known[at].in & in) == 0) {
            hs__wr_fail(w, known[at].name, HS_E_EXTENSION_NOT_ALLOWED);
        }
    }
    size_t mark = hs__wr_open(w, "extensions", 2);
    uint64_t left = e->like.n > 0 ? write_like(w, in, e) : e->types.known;
    write_ours(w, in, e, left);
    hs__wr_close(w, "extensions", 2, mark);
}
