/* client.h - one connection of hs-client: what was asked for, how far it is, what came of it.
 *
 * main.c prepares what all connections share; rounds.c makes one, and then those that resume it;
 * compare.c makes two that differ in their version. Each goes through run.c (its loop), connect.c
 * (resolve, connect) and connection.c (TLS, then what follows the handshake: closing, http.c,
 * io.c); summary.c says at the end what came of it. */
#ifndef HS_CLIENT_CLIENT_H
#define HS_CLIENT_CLIENT_H

#include <netdb.h>

#include "apps/common/address.h"
#include "apps/tls/break.h"
#include "apps/tls/facts.h"
#include "apps/tls/failure.h"
#include "apps/tls/identity.h"
#include "apps/tls/offer.h"
#include "apps/tls/see.h"
#include "handshake/uv.h"

typedef struct {
    hs__common common;
    hs__offer_options offer;
    hs__list shares;
    hs__identity_options identity;
    hs__see_options see;
    const char *http, *server_name, *verify_name, *pin, *connect_to;
    const char *session_in, *session_out, *break_what;
    bool diagnose;
    bool no_server_name, io, key_update, no_compat, insecure, require_staple;
    hs__list cacert, crl, show, expect, compare, bench;
    uint64_t resume; /* so many more connections */
    uint64_t hold_ms, timeout_ms;
    int family; /* AF_UNSPEC, AF_INET, AF_INET6 */
} client_args;

/* Reads the command line; -1 with *code: there is nothing left to do. */
int client_args_read(int argc, char **argv, client_args *a, hs__exit *code);
void client_args_free(client_args *a);
extern const hs__program client_program;

typedef struct client client;
typedef struct client_key client_key;

/* What happens after the handshake. `end`: the peer's close_notify came. */
typedef struct {
    void (*begin)(client *c);
    void (*data)(client *c, const uint8_t *p, size_t n);
    void (*end)(client *c);
    void (*stop)(client *c); /* the run is over; NULL: nothing to do */
    void (*free)(client *c); /* the loop has ended; NULL: nothing to do */
} client_mode;
extern const client_mode client_close_mode, client_http_mode, client_io_mode, client_bench_mode;

struct client {
    /* Shared: a connection's client is a copy of the one that main.c has prepared. */
    client_args a;
    char **words;        /* the command line behind the program's name */
    hs__address target;  /* whose names count */
    hs__address address; /* where the connection goes */
    const char *host;    /* the name to ask for: --servername, else that of the target */

    bool host_is_ip;

    uv_loop_t loop;
    hs_uv_loop *tls;
    uv_timer_t timer;  /* the deadline of what goes on */
    uv_timer_t waiter; /* of modes */
    uv_signal_t on_int;
    hs_provider *provider;
    hs_trust *trust;
    hs__identities identities;
    hs__offer offer;
    hs__break broken; /* of the one that main.c has prepared */
    uint16_t *shares;
    hs_config *config;
    hs__see *see;

    /* The connection's own. */
    unsigned number; /* 1, 2, ... */
    bool is_probe;   /* of --diagnose or --bench: nothing is said of it */
    bool asked_for_certificate;
    bool is_last;        /* whose expectations count */
    bool drops_body;     /* of --http: there is something else to show */
    hs_render *side;     /* its side of a comparison; NULL: none */
    hs_session *session; /* to resume with; NULL: none. Borrowed */
    hs_session *given;   /* what the server gave for another time; NULL: nothing */
    hs__seen *seen;

    uv_getaddrinfo_t resolve_req;
    bool is_resolving; /* at the end of the run: still, and it cannot be stopped */
    struct addrinfo *found, *next;
    uv_connect_t connect_req;
    char tried[400]; /* addresses that did not work, and why */
    char peer[80], local[80];

    hs_uv_stream *s;
    hs_uv_shutdown_req shutdown;
    const client_mode *mode;
    void *mode_data;
    bool is_over;                        /* the end is known: only closing is left */
    bool close_was_sent, close_has_gone; /* our close_notify: asked for, with the kernel */
    bool peer_has_closed;
    bool data_complete; /* all that was asked for is here: how the peer ends does not matter */

    uint64_t t_begin, t_resolved, t_connected, t_done; /* microseconds */
    hs__facts facts;
    uint64_t app_tx, app_rx, wire_tx, wire_rx;
    hs__broke broke;
    client_key *keys; /* of --show=keys */
    size_t n_keys;
    bool key_update_answered;
    bool expectation_failed;
    hs_status chain_verdict; /* with --pin: what -k may have passed over */
    hs__exit code;
    json_t *error; /* of --json; NULL: none */
    json_t *http;  /* of --json with --http */
};

/* main.c: the shared options as a configuration, for these versions and suites. `wants_trace`:
 * HS_TRACE_MASKs beside those of the options. */
HS_MUST_CHECK hs__exit client_configure(const client *c, const hs__offer *offer,
                                        unsigned wants_trace, hs_config **out, hs__fault *fault);

/* main.c: whose name is asked for, by target and options. */
void client_set_host(client *c);

/* What must be known of the server's certificate. */
static inline hs_revocation client_revocation(const client *c) {
    return c->a.require_staple ? HS_REVOCATION_LEAF : HS_REVOCATION_SOFT;
}

/* rounds.c, compare.c: one or more connections, and all that is said of them. */
HS_MUST_CHECK hs__exit client_rounds(client *base, hs__fault *fault);
HS_MUST_CHECK hs__exit client_compare(client *base, hs__fault *fault);
hs__exit client_compare_check(const client_args *a, hs__fault *fault);

/* bench.c: many, measured. */
HS_MUST_CHECK hs__exit client_bench(client *base, hs__fault *fault);
hs__exit client_bench_check(const client_args *a, hs__fault *fault);

/* diagnose.c: tries other offers after a refusal and says what helps; with --json that is returned.
 */
json_t *client_diagnose(client *base, bool asked_for_certificate, hs__fault *fault);

/* run.c: one connection, from resolving to its end; `base` is told if the resolver still runs and
 * the process has to go without waiting for it. Then client_free_own. */
HS_MUST_CHECK hs__exit client_run(client *c, client *base, hs__fault *fault);
void client_free_own(client *c);

/* connect.c */
void client_connect(client *c);

/* connection.c: begins TLS over the connected stream c->s. */
void client_start_tls(client *c);
void client_half_close(client *c);     /* close_notify; the peer may go on */
void client_close_politely(client *c); /* the same, then wait a little for the peer's */
void client_end(client *c);            /* the peer's has come: ours, and the run is over */

/* The run is over with this code; what was said stays said. */
void client_finish(client *c, hs__exit code);
/* Prints and finishes. */
void client_fail(client *c, hs__exit code, const char *format, ...) HS_PRINTF(3, 4);
/* A deadline for what comes now; 0: none. */
void client_expect_within(client *c, uint64_t ms);

/* expect.c */
#define CLIENT_EXPECT_KEYS                                                                         \
    "version, suite, group, sigalg, alpn, servername, hrr, resumed, extended_main_secret, "        \
    "trusted, revoked, key, subject"
hs__exit client_expect_check(const client_args *a, hs__fault *fault); /* before connecting */
bool client_expect_met(client *c);                                    /* says what is not */

/* pin.c */
hs__exit client_pin_check(const client_args *a, hs__fault *fault);
void client_on_ask(hs_uv_stream *s, const hs_event *question);

/* keys.c */
void client_on_trace(void *c, const hs_trace *event);
void client_keys_print(const client *c);
json_t *client_keys_json(const client *c);

/* summary.c */
void client_summary_text(const client *c);
void client_summary_resumed(const client *c); /* in a line */
json_t *client_summary_json(const client *c);

#endif
