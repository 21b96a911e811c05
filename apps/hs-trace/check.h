/* check.h - recomputes what a trace tells (TRACE.md, "Self-check").
 *
 * Lines go in one by one, faults come out with the number of the line that is wrong. The logic is
 * written from the RFCs and shares nothing with the engine but the primitives below it.
 *
 * Where two lines disagree, a third one decides which of them is wrong: a record that opens under
 * its key, a transcript hash, a fingerprint. So one changed digit makes one fault, at its line. */
#ifndef HS_TRACE_CHECK_H
#define HS_TRACE_CHECK_H

#include <jansson.h>

#include "crypto/provider.h"

typedef enum {
    CHECK_VALUES,       /* of the key schedule: recomputed by their formula          */
    CHECK_FINGERPRINTS, /* of values                                                 */
    CHECK_HASHES,       /* of the transcript                                         */
    CHECK_MESSAGES,
    CHECK_FIELDS,
    CHECK_RECORDS,
    CHECK_OPENED, /* records that were opened with the key told                */
    CHECK_FINISHED,
    CHECK_SIGNATURES,
    CHECK_CERTIFICATES,
    CHECK_ALERTS,
    CHECK_DATA, /* bytes of application data */
    CHECK_KINDS
} check_kind;
const char *check_kind_text(check_kind kind, uint64_t n); /* "values of the key schedule" */

typedef struct {
    size_t line;
    char *text; /* "main_secret is not what HKDF-Extract gives: expected ..., got ..." */
} check_fault;

/* What could not be checked: how often, and why. */
typedef struct {
    const char *what; /* "values: secrets are hidden" */
    size_t n;
} check_gap;

typedef struct {
    const char *conn, *role, *version; /* "c1", "client", "TLS 1.3" or "" */
    uint64_t count[CHECK_KINDS];
    const check_gap *gaps;
    size_t n_gaps;
} check_conn_result;

typedef struct check check;

/* The provider is referenced; `key` (NULL: none) is the server's, borrowed: it opens the secret of
 * RSA key transport. NULL where memory runs out. */
check *check_new(hs_provider *p, const hs__private_key *key);
void check_line(check *c, size_t number, json_t *o); /* `o` may be kept by reference */
void check_end(check *c);                            /* after the last line */
void check_free(check *c);

/* After check_end: in the order of their lines. */
size_t check_faults(const check *c, const check_fault **faults);
size_t check_conns(const check *c);
check_conn_result check_conn_at(const check *c, size_t i);
bool check_ran_out(const check *c); /* of memory: the result says nothing */

#endif
