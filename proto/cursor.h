/* cursor.h - reading and writing wire formats, one named field at a time.
 *
 * A reader walks over borrowed bytes. Every read names its field as the RFC does, and
 * that name serves three ends at once: the place in an error ("key_share.client_shares[0].
 * group"), a field of the trace, and the fuzzers' map. With no sink a name costs nothing.
 *
 * The first failure sticks to the whole tree of readers: after it reads return 0 or empty
 * spans, and hs__rd_end() tells. So a message is read straight down, in the order of its
 * RFC struct, and checked once at its end.
 *
 * Readers nest: a vector is a reader of its own whose `up` is the reader it was cut from.
 * A reader is used on the stack of the function that reads; it never outlives its bytes. */
#ifndef HS_PROTO_CURSOR_H
#define HS_PROTO_CURSOR_H

#include "handshake/status.h"

/* Turns a code point into its RFC name, or NULL where it has none. */
typedef const char *(*hs__name_fn)(uint32_t code);

typedef enum {
    HS__FIELD_LENGTH, /* a length prefix; `value` is the number of bytes that follow */
    HS__FIELD_UINT,   /* a number */
    HS__FIELD_CODE,   /* a number with a name: `names` */
    HS__FIELD_BYTES,  /* opaque bytes */
    HS__FIELD_TEXT    /* bytes that are text by their definition (host name, protocol name) */
} hs__field_kind;

typedef struct hs__rd hs__rd;

/* One leaf field. Leaves cover every byte of a message exactly once. */
typedef struct {
    const hs__rd *at; /* the reader it was read by: hs__rd_path(at, name) is its full path */
    const char *name; /* NULL: an item of the list `at` */
    size_t off;       /* from the first byte of the outermost reader */
    hs_span bytes;
    hs__field_kind kind;
    uint64_t value;    /* for LENGTH, UINT and CODE */
    hs__name_fn names; /* for CODE */
} hs__field;

typedef struct {
    void (*field)(void *ctx, const hs__field *f);
    void *ctx;
} hs__field_sink;

enum { HS__PATH_MAX = 128, HS__PROBLEM_MAX = 96 };

/* What all readers of one message share: where offsets count from, who listens, and the
 * first error. */
typedef struct {
    const uint8_t *base;
    const hs__field_sink *sink; /* NULL: nobody listens */
    hs_status status;
    char where[HS__PATH_MAX];      /* path of the field that failed; "" before */
    char problem[HS__PROBLEM_MAX]; /* "needs 32 bytes, 3 are left" */
} hs__rd_root;

struct hs__rd {
    const uint8_t *p, *end;
    hs__rd_root *root;
    const hs__rd *up;
    const char *name;  /* NULL: adds nothing to the path */
    const char *label; /* "name[label]"; wins over index */
    long index;        /* "name[index]"; < 0: none */
};

/* Begins reading `bytes`; `name` heads every path ("ClientHello"), may be NULL. */
void hs__rd_init(hs__rd *r, hs__rd_root *root, hs_span bytes, const char *name,
                 const hs__field_sink *sink);

uint8_t hs__rd_u8(hs__rd *r, const char *name);
uint16_t hs__rd_u16(hs__rd *r, const char *name);
uint32_t hs__rd_u24(hs__rd *r, const char *name);
uint32_t hs__rd_u32(hs__rd *r, const char *name);

/* The same, for numbers that have names. */
uint8_t hs__rd_code8(hs__rd *r, const char *name, hs__name_fn names);
uint16_t hs__rd_code16(hs__rd *r, const char *name, hs__name_fn names);

/* Exactly n bytes / all that is left; borrowed from the input. */
hs_span hs__rd_bytes(hs__rd *r, const char *name, size_t n);
hs_span hs__rd_rest(hs__rd *r, const char *name);

/* opaque name<min..max>: a length prefix of `prefix` bytes (1, 2 or 3), then the bytes. */
hs_span hs__rd_opaque(hs__rd *r, const char *name, unsigned prefix, size_t min, size_t max);
hs_span hs__rd_text(hs__rd *r, const char *name, unsigned prefix, size_t min, size_t max);

/* A vector <min..max> (bytes) of something with structure: `sub` reads its inside. After a
 * failure `sub` is empty. Ends with hs__rd_end(sub). */
void hs__rd_vector(hs__rd *r, const char *name, unsigned prefix, size_t min, size_t max,
                   hs__rd *sub);

/* A struct inside that has no length of its own: `sub` reads it under its name, leave moves
 * `r` behind what was read. */
void hs__rd_enter(hs__rd *r, const char *name, hs__rd *sub);
void hs__rd_leave(hs__rd *r, const hs__rd *sub);

/* vector of 16-bit numbers <min..max> (bytes), the whole list at once: each becomes a leaf
 * name[i]; the span holds them big-endian. An odd length fails. The 8-bit form likewise. */
hs_span hs__rd_list16(hs__rd *r, const char *name, unsigned prefix, size_t min, size_t max,
                      hs__name_fn names);
hs_span hs__rd_list8(hs__rd *r, const char *name, unsigned prefix, size_t min, size_t max,
                     hs__name_fn names);

/* More to read, and no failure so far: the condition of a loop over a vector's items. */
bool hs__rd_more(const hs__rd *r);
size_t hs__rd_left(const hs__rd *r);

/* Names what is read next as item `i` / as `label` of this reader: "client_shares[1]". */
void hs__rd_item(hs__rd *r, size_t i);
void hs__rd_label(hs__rd *r, const char *label);

/* Records the first failure at field `name` of `r`; later ones are dropped. */
void hs__rd_fail(hs__rd *r, const char *name, hs_status status, const char *fmt, ...)
    HS_PRINTF(4, 5);

/* Nothing may be left over: else HS_E_TRAILING. Returns the tree's status. */
HS_MUST_CHECK hs_status hs__rd_end(hs__rd *r);
/* The same for an inner reader, whose failure the outermost one's end returns. */
void hs__rd_done(hs__rd *r);
hs_status hs__rd_status(const hs__rd *r);

/* What has not been read yet. */
hs_span hs__rd_tail(const hs__rd *r);

/* "ServerHello.extensions[key_share].server_share.group" into buf (cut if it does not fit). */
void hs__rd_path(const hs__rd *at, const char *name, char *buf, size_t cap);

/* The path of a field inside its message: the same without the outermost reader's name. */
void hs__field_path(const hs__field *f, char *buf, size_t cap);

/* ---- lists that a reader returned -------------------------------------------------------- */
size_t hs__list16_count(hs_span list);
uint16_t hs__list16_at(hs_span list, size_t i);
bool hs__list16_has(hs_span list, uint16_t v);
bool hs__list8_has(hs_span list, uint8_t v);

/* ---- writing --------------------------------------------------------------------------
 * A writer fills a buffer of fixed size, or with p == NULL only counts, so that a message
 * can be measured and then written by the same function. The first failure sticks; `where`
 * is the field that did not fit. */
typedef struct {
    uint8_t *p;
    size_t n;   /* bytes written, or counted */
    size_t cap; /* SIZE_MAX when counting */
    hs_status status;
    const char *where;
} hs__wr;

void hs__wr_init(hs__wr *w, uint8_t *p, size_t cap); /* p == NULL: count */
/* Records the first failure; for what the cursor itself cannot see. */
void hs__wr_fail(hs__wr *w, const char *name, hs_status status);
void hs__wr_u8(hs__wr *w, const char *name, uint8_t v);
void hs__wr_u16(hs__wr *w, const char *name, uint16_t v);
void hs__wr_u32(hs__wr *w, const char *name, uint32_t v);
void hs__wr_bytes(hs__wr *w, const char *name, const void *p, size_t n);
void hs__wr_opaque(hs__wr *w, const char *name, unsigned prefix, hs_span bytes);

/* Opens a vector with a length prefix of `prefix` bytes and returns a mark for close, which
 * fills the length in; a length that does not fit the prefix fails. */
HS_MUST_CHECK size_t hs__wr_open(hs__wr *w, const char *name, unsigned prefix);
void hs__wr_close(hs__wr *w, const char *name, unsigned prefix, size_t mark);

#endif
