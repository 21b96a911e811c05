/* mitm.h - a man in the middle between a client and a server on this machine.
 *
 * main.c listens; pair.c carries the bytes between the two sockets of a connection; split.c cuts
 * them into records; watch.c reads what is in clear and tells the trace; summary.c says in the end
 * what could be read, and who noticed what. With --break, breaks.c knows what can be broken, and
 * change.c does it. With --cert and no --break, terminate.c speaks TLS to both ends itself.
 *
 * Directions are those of the trace: what the client sends is outbound. */
#ifndef HS_MITM_MITM_H
#define HS_MITM_MITM_H

#include "apps/common/address.h"
#include "apps/common/certs.h"
#include "apps/common/json.h"
#include "apps/hs-mitm/breaks.h"
#include "apps/hs-mitm/split.h"
#include "apps/hs-mitm/watch.h"
#include "apps/tls/identity.h"
#include "apps/tls/see.h"
#include "handshake/uv.h"

enum {
    CHUNK = 64 * 1024, /* read at once */
    FULL = 256 * 1024, /* a side with so much to be written slows the other down */
    ADDRESSES = 2,     /* of localhost */
    DELAY_MS = 2000    /* of --break=delay */
};

typedef struct {
    hs__common common;
    hs__see_options see;
    hs__identity_options identity;
    const char *break_what;
    uint64_t max_conns, accept, idle_ms;
    const char *provider;
} mitm_args;

/* Reads the command line; -1 with *code: there is nothing left to do. */
int mitm_args_read(int argc, char **argv, mitm_args *a, hs__exit *code);
void mitm_args_free(mitm_args *a);
extern const hs__program mitm_program;

typedef struct pair pair;
typedef struct terminated terminated;

typedef struct {
    mitm_args a;
    hs__see *see;
    hs_provider *provider;
    hs__identities identities; /* of --cert with --key: TLS ends here */
    hs_config *to_client;      /* NULL: it does not */
    hs_trust *trust;           /* nobody's: what the server shows is told, not believed */
    hs__certs swap;            /* of --break=certificate */
    break_plan plan;
    hs__bytes old_hello; /* the first ClientHello, for --break=replay-hello */

    struct sockaddr_storage to[ADDRESSES];
    size_t n_to;
    char target[80];

    uv_loop_t loop;
    hs_uv_loop *tls;
    uv_tcp_t listener;
    uv_signal_t on_int, on_term;
    bool is_stopping, has_waiting; /* a connection that there was no room for */
    uint64_t accepted, open;
    pair *pairs;             /* all that are open */
    terminated *terminateds; /* the same */
    char buffer[CHUNK];      /* lent to one read at a time */
} mitm;

/* One socket of a pair. */
typedef struct {
    uv_tcp_t tcp;
    pair *p;
    splitter in; /* what comes from it */
    bool is_there, is_closing;
    bool is_slowed; /* not read, until the other side has taken what waits */
    bool is_deaf;   /* takes nothing any more */
    bool is_held;   /* not read, for --break=delay */
    uv_shutdown_t shutting;
    side_end end;
    uint64_t end_us;
} side;

struct pair {
    mitm *app;
    pair *next, *before;
    unsigned number;
    char name[16], client_name[80], server_name[80];
    side client, server;
    size_t next_address;
    uv_connect_t connecting;
    uv_timer_t idle, delay;
    unsigned n_handles; /* that are not closed yet */
    bool is_ending, is_cut;
    watch watch;
    change change;
};

/* ---- main.c ------------------------------------------------------------------------------ */
/* A connection is over: the program ends with its last one. */
void mitm_ended(mitm *app);

/* ---- pair.c ------------------------------------------------------------------------------ */
void pair_accept(mitm *app);
/* Bytes go on to the end that they are for; nothing is said of them. */
void pair_send(pair *p, bool outbound, hs_span bytes);
/* The receiver of this direction gets no more after what was sent; nor does the other. */
void pair_cut(pair *p);
/* Nothing is read from the sender of this direction for DELAY_MS, then change_resume goes on. */
void pair_hold(pair *p, bool outbound);
void pair_end(pair *p);

/* ---- change.c: --break ------------------------------------------------------------------- */
/* A whole record of a direction, to be passed on with what the plan changes. */
void change_record(pair *p, bool outbound, hs_span record);
/* What is not TLS, as it is. */
void change_opaque(pair *p, bool outbound, hs_span bytes);
/* Held messages are let go: the time is over, or the sender has ended. */
void change_resume(pair *p, bool outbound);
void change_free(change *c);

/* ---- summary.c --------------------------------------------------------------------------- */
void summary_tell(const pair *p);

/* ---- terminate.c ------------------------------------------------------------------------- */
/* The identity and the provider; then, once app->see is there, the configuration. */
HS_MUST_CHECK hs__exit terminate_prepare(mitm *app, hs__fault *fault);
HS_MUST_CHECK hs__exit terminate_open(mitm *app, hs__fault *fault);
void terminate_accept(mitm *app);
void terminate_stop(mitm *app);

#endif
