/* ber.h - BER (X.690) read from a stream, field by field, with proto's contract: reads are named,
 * the first failure sticks, offsets count from the first byte.
 *
 * It takes what X.690 8.1.3 allows beyond DER: indefinite lengths, lengths in more bytes than
 * needed, OCTET STRINGs in parts. Small elements are handed over as DER, for pki's strict cursor;
 * long strings are read piece by piece. Depth is bounded by HS__BER_DEPTH, tag numbers end at 30.
 */
#ifndef HS_CMS_BER_H
#define HS_CMS_BER_H

#include "cms/buf.h"
#include "cms/show.h"
#include "pki/der.h"

enum { HS__BER_DEPTH = 24, HS__BER_BUFFER = 16384, HS__BER_NO_INDEX = -1 };

typedef struct {
    uint64_t limit; /* no byte of it lies behind: its end, or its parent's */
    bool is_indefinite;
    const char *name; /* NULL: adds nothing to the path */
    long index;
} hs__ber_level;

typedef struct {
    hs__cms_source in;
    hs__cms_leaf_fn *leaf; /* NULL: nobody listens */
    void *leaf_ctx;
    uint64_t off; /* of the next byte */
    bool is_ber;  /* something was not as DER has it */
    bool at_end;  /* the source has nothing more */
    hs__ber_level levels[HS__BER_DEPTH];
    unsigned depth;
    struct {
        bool is_single; /* one part, no level of its own */
        unsigned base;  /* the depth around it */
        uint64_t left;  /* of the current part */
        const char *name;
    } string;
    hs_status status;
    char where[HS__PATH_MAX];
    char problem[HS__PROBLEM_MAX];
    uint64_t taken_off; /* where the element began that was taken last */
    bool taken_is_der;  /* and whether its bytes were DER */
    bool is_recording;
    hs__cms_buf raw; /* as it stood there, while somebody listens */
    size_t from, to; /* what is unread in `buffer` */
    uint8_t buffer[HS__BER_BUFFER];
} hs__ber;

void hs__ber_init(hs__ber *b, hs__cms_source in);
void hs__ber_free(hs__ber *b); /* wipes */

/* There is a further element in this level. / Its tag; 0 where there is none. */
bool hs__ber_more(hs__ber *b);
uint8_t hs__ber_tag(hs__ber *b);

/* Enters the next element, which must be constructed and have this tag. / Leaves: nothing may be
 * left in it. / Names what is read next as item i of this level. */
void hs__ber_open(hs__ber *b, const char *name, uint8_t tag);
void hs__ber_close(hs__ber *b);
void hs__ber_item(hs__ber *b, long i);

/* The next element, which must have this tag (0: any), as DER behind what `out` holds; at most
 * `max` bytes of it. */
void hs__ber_take(hs__ber *b, const char *name, uint8_t tag, size_t max, hs__cms_buf *out);

/* Reads what was taken last with pki's cursor: `r` stands before the element. End with
 * hs__ber_read_end, which takes the cursor's failure over. Leaves are told as they are read; what
 * came in BER is told in one piece. */
typedef struct {
    hs__ber *ber;
    uint64_t off;
    hs__field_sink sink;
    hs__rd_root root;
    uint8_t tag; /* of the value that is read next */
} hs__ber_taken;
void hs__ber_read_taken(hs__ber *b, hs_span der, hs__ber_taken *t, hs__rd *r);
void hs__ber_read_end(hs__ber_taken *t, hs__rd *r);

/* Goes over the next element, whatever it is. */
void hs__ber_skip(hs__ber *b, const char *name);

/* An OCTET STRING of any length, in one part or many; tag: that of one part, 04 or [n] IMPLICIT.
 * read: at most `room` bytes; *n 0: the end, and the string is closed. */
void hs__ber_string_open(hs__ber *b, const char *name, uint8_t tag);
void hs__ber_string_read(hs__ber *b, uint8_t *out, size_t room, size_t *n);

/* Up to n of the next bytes, not consumed; fewer at the end of the source. n is small. */
hs_span hs__ber_peek(hs__ber *b, size_t n);

/* Whatever comes next, no structure: *n 0 at the end. */
void hs__ber_raw(hs__ber *b, uint8_t *out, size_t room, size_t *n);

/* Nothing may follow. Returns the status. */
HS_MUST_CHECK hs_status hs__ber_end(hs__ber *b);

/* Records the first failure at field `name` of this level. */
void hs__ber_fail(hs__ber *b, const char *name, hs_status status, const char *fmt, ...)
    HS_PRINTF(4, 5);

#endif
