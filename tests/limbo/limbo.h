/* limbo.h - a case of x509-limbo: read from JSON, judged by hs_verify. */
#ifndef HS_TESTS_LIMBO_H
#define HS_TESTS_LIMBO_H

#include <jansson.h>

#include "handshake/pki.h"

enum { LIMBO_CERTS = 256, LIMBO_ROOM = 1 << 20 };

/* What all cases share. */
typedef struct {
    hs_provider *provider;
    bool is_rfc5280;   /* the other side of cases that exclude each other */
    char *suffixes;    /* the public suffix list, where the system has one */
    size_t n_suffixes; /* its length */
    int64_t now;
} limbo_world;

bool limbo_world_open(limbo_world *w, const char *provider, bool is_rfc5280);
void limbo_world_close(limbo_world *w);

/* The whole file, also packed by xz; NULL where it cannot be read. */
json_t *limbo_load(const char *file);

/* One case; the texts are borrowed from its JSON. */
typedef struct {
    const char *id;
    bool is_good; /* what is expected */
    hs_purpose purpose;
    const json_t *anchors, *crls, *names;
    const char *name; /* NULL: none, or those of `names` */
    int64_t now;      /* INT64_MIN: the present */
    size_t depth;
    bool has_depth;
    uint8_t *room; /* of the certificates below */
    hs_span chain[LIMBO_CERTS];
    size_t n_chain;
} limbo_case;

/* FOLDER/<id> for fuzz_chain: the first anchor, the chain, the lists, each behind its length. */
bool limbo_write_seed(const limbo_case *c, const char *folder);

bool limbo_read(const json_t *from, limbo_case *c);
void limbo_case_free(limbo_case *c);

typedef struct {
    bool is_accepted;
    char why[256];
} limbo_verdict;

void limbo_judge(const limbo_world *w, const limbo_case *c, limbo_verdict *v);

#endif
