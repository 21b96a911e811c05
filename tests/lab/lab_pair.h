/* lab_pair.h - a handshake in which one end breaks something on purpose. */
#ifndef HS_TESTS_LAB_PAIR_H
#define HS_TESTS_LAB_PAIR_H

#include "engine/lab.h"
#include "tests/lib/identity.h"
#include "tests/lib/pair.h"

/* How the handshake would go; or-ed. */
enum {
    LAB_TLS12 = 1,      /* both speak TLS 1.2 only */
    LAB_OLD_SERVER = 2, /* only the server does */
    LAB_OLD_CLIENT = 4,
    LAB_AUTH = 8,          /* the client shows a certificate, too */
    LAB_RETRY = 16,        /* with a HelloRetryRequest */
    LAB_CLASSIC = 1 | 32,  /* RSA key transport */
    LAB_RESUME = 1 | 64,   /* from a ticket of a connection before */
    LAB_CHAIN = 128,       /* a chain of two, of which the root is one too many */
    LAB_LATE = 256,        /* the client's clock is behind all certificates' end */
    LAB_ALPN = 512,        /* both have "h2" */
    LAB_ONLY_TLS13 = 1024, /* both speak TLS 1.3 only */
};

typedef struct {
    hs_provider *client, *server;
    hs__test_identity ecdsa, rsa;
    hs_credential *with_root; /* ecdsa's, its root behind it */
    const hs_alloc *alloc;    /* of servers; NULL: the usual */
    /* every message that an end sends; NULL: nobody looks */
    void (*message)(hs_span raw, uint16_t version);
} lab_world;

/* Aborts when it cannot be made; the providers' references are taken over. */
void lab_world_new(lab_world *w, hs_provider *client, hs_provider *server);
void lab_world_free(lab_world *w);

/* Both ends of a connection that is over, one way or the other. */
typedef struct {
    const lab_world *world;
    hs__test_pair pair;
    hs_config *client, *server;
    bool by_server, happened;
    unsigned notes; /* lines of the breaking end's trace that begin with "lab:" */
} lab_run;

/* A whole connection: handshake, data of the breaking end and its close_notify; then the other end
 * finds the transport closed. `lab` NULL: nothing breaks. */
void lab_run_new(const lab_world *w, const hs__lab *lab, bool by_server, unsigned how,
                 lab_run *out);
void lab_run_free(lab_run *r);

/* The same in two steps: both ends are there / everything else. */
void lab_run_open(const lab_world *w, const hs__lab *lab, bool by_server, unsigned how,
                  lab_run *out);
void lab_run_go(lab_run *r);

#endif
