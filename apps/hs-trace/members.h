/* members.h - what `check` and `diff` need of the lines of a trace: members of an object without
 * fuss, hex, memory for many small runs of bytes, and the lines of a file one by one. */
#ifndef HS_TRACE_MEMBERS_H
#define HS_TRACE_MEMBERS_H

#include <jansson.h>

#include "apps/common/fault.h"
#include "handshake/types.h"

/* ---- memory ------------------------------------------------------------------------------ */

/* Bytes that live and die together; all zero is an empty one. Wiped when freed. */
typedef struct lines_block lines_block;
typedef struct {
    lines_block *blocks;
    bool failed; /* memory ran out */
} lines_pool;

/* n bytes, zeroed; NULL where memory runs out. */
void *lines_take(lines_pool *pool, size_t n);
void lines_free(lines_pool *pool);

/* Room for one item more in an array: the array, moved perhaps; NULL where memory runs out, and
 * then the old one stays. */
void *lines_grow(void *items, size_t n, size_t *cap, size_t item);

/* ---- members: "" / 0 / false for what is missing or of another type ---------------------- */

const char *lines_text(const json_t *o, const char *key);
uint64_t lines_uint(const json_t *o, const char *key);
bool lines_true(const json_t *o, const char *key);
bool lines_has(const json_t *o, const char *key);
bool lines_is_sent(const json_t *o); /* "dir" is "tx" */

/* Lower-case hex into the pool. False when it is missing or something else. */
bool lines_hex(lines_pool *pool, const json_t *o, const char *key, hs_span *out);

bool lines_same(hs_span a, hs_span b);
/* Offset of the first byte that differs; the shorter one's length when one begins the other. */
size_t lines_first_difference(hs_span a, hs_span b);

/* Hex of at most 40 bytes with "..." behind, in one of eight buffers of this thread. */
const char *lines_show(hs_span bytes);

/* ---- files ------------------------------------------------------------------------------- */

/* Calls `each` for every line of the file ("-": standard input) that is a JSON object of version
 * 1; lines count from 1, empty ones are passed over. A line that is no object is a fault: "FILE:
 * line 3: ...". `each` may keep a reference. */
typedef void lines_each(void *ctx, size_t number, json_t *o);
HS_MUST_CHECK hs__exit lines_read(const char *path, lines_each *each, void *ctx, hs__fault *fault);

#endif
