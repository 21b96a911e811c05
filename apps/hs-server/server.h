/* server.h - hs-server: one process, its configuration, its connections.
 *
 * main.c starts and ends it; identity.c makes and reloads the TLS configuration; connection.c has
 * the life of a connection, which a service fills: echo.c, forward.c, io.c, http.c with status.c or
 * www.c behind it. status.c answers with what status_text.c and status_page.c make of a connection;
 * status_kept.c holds traces for that, status_recent.c those of the connections of late. log.c
 * tells what happens. */
#ifndef HS_SERVER_SERVER_H
#define HS_SERVER_SERVER_H

#include <netdb.h>
#include <stdatomic.h>

#include "apps/common/address.h"
#include "apps/hs-server/ja.h"
#include "apps/hs-server/status_kept.h"
#include "apps/hs-server/status_recent.h"
#include "apps/tls/break.h"
#include "apps/tls/facts.h"
#include "apps/tls/failure.h"
#include "apps/tls/identity.h"
#include "apps/tls/offer.h"
#include "apps/tls/see.h"
#include "apps/tls/sockaddr.h"
#include "handshake/uv.h"

typedef struct server server;
typedef struct connection connection;
typedef struct server_fixtures server_fixtures;

/* ---- the command line -------------------------------------------------------------------- */
typedef struct {
    hs__common common;
    hs__offer_options offer;
    hs__identity_options identity;
    hs__see_options see;
    bool status, status_all, echo, io, strict_sni, insecure, no_resume;
    const char *www, *forward, *log, *access_log, *fixtures, *break_what;
    hs__list cacert, crl;
    int client_auth, prefer, hrr; /* indices of the engine's enums */
    uint64_t workers, max_conns, accept;
    uint64_t tickets, ticket_life_ms;
    uint64_t handshake_ms, idle_ms, drain_ms, stats_ms;
} server_args;

int server_args_read(int argc, char **argv, server_args *a, hs__exit *code);
void server_args_free(server_args *a);
extern const hs__program server_program;

/* ---- services ---------------------------------------------------------------------------- */
typedef struct {
    const char *name;
    bool wants_hello; /* keep the ClientHello */
    /* The handshake is done. false: no memory, or nothing to connect to. */
    bool (*open)(connection *c);
    /* Plaintext, for the call only. */
    void (*data)(connection *c, const uint8_t *p, size_t n);
    /* The peer's close_notify. */
    void (*end)(connection *c);
    /* What was sent is with the kernel: there is room for more. NULL: not interested. */
    void (*drained)(connection *c);
    /* The server is going down: finish soon. */
    void (*drain)(connection *c);
    /* The stream is closed. */
    void (*close)(connection *c);
} service;
extern const service echo_service, forward_service, io_service, status_service, www_service;

/* What http.c asks for an answer: status.c or www.c. */
typedef struct http_request http_request;

/* ---- connection -------------------------------------------------------------------------- */
struct connection {
    server *app;
    hs_uv_stream *s;
    uint64_t id;
    char name[24]; /* "c12" */
    char peer[80], local[80];
    hs__seen *seen;
    hs_config *config;
    const service *service;
    void *data; /* the service's */
    hs__facts facts;
    uint8_t *hello; /* ClientHello; NULL: not kept */
    size_t hello_n;
    fingerprints prints; /* of the hello; empty while there is none */
    kept *trace;         /* NULL: the service has no use for it */
    bool is_local;       /* the peer is on this machine */
    uint64_t t_begin, t_done;
    size_t waiting;      /* bytes given to connection_send and not yet with the kernel */
    bool is_ending;      /* close_notify is on its way, and nothing more is taken */
    bool is_half_closed; /* it is on its way, and the peer may go on */
    bool holds;          /* connection_hold */
    bool is_shut;        /* and with the kernel              */
    bool peer_ended;
    bool is_unwanted; /* the server is full */
    bool has_failed;  /* which the log has told */
    hs_uv_shutdown_req shutdown;
    const char *why_closed;
};

/* hs_uv_server_options. */
void connection_accept(hs_uv_worker *w, hs_uv_stream *s, uint64_t id, void *app);
void connection_drain(hs_uv_stream *s, void *app);

/* Takes over `bytes`, from malloc, and sends them. While much waits the peer is not read. */
void connection_send(connection *c, uint8_t *bytes, size_t n);
enum { CONNECTION_FULL = 256 * 1024 }; /* more waiting than that is much */

/* The service takes no data for now, or takes it again. */
void connection_hold(connection *c, bool holds);

/* close_notify after all that was sent, then the end as soon as the peer agrees. */
void connection_end(connection *c);

/* close_notify after all that was sent; the peer may go on. */
void connection_half_close(connection *c);

/* At once, without close_notify; `why` is static, for the log. */
void connection_abort(connection *c, const char *why);

/* ---- the process ------------------------------------------------------------------------- */
struct server {
    server_args a;
    hs__address address;
    uv_loop_t loop;
    hs_uv_server *listener;
    uv_signal_t signals[4];
    uv_timer_t stats_timer;
    bool is_stopping;

    hs_provider *provider;
    hs__offer offer;
    hs__break broken;
    hs_trust *trust;
    hs_session_store *sessions; /* of all configurations there will be; NULL: no resumption */
    hs__see *see;
    uv_mutex_t lock;           /* of config and of the logs */
    hs_config *config;         /* that of the next connection */
    server_fixtures *fixtures; /* --fixtures: for the names that have one; NULL: none */
    FILE *log, *access_log;
    const service *service;
    int root;                 /* --www: descriptor of the folder */
    struct addrinfo *backend; /* --forward; NULL with a unix socket */
    hs__address backend_address;
    kept_budget traces;            /* --status */
    recents *recents;              /* --status-all; NULL: without */
    char root_path[HS__FILE_PATH]; /* of the CA that issued our certificate; "": another one */
    uint64_t t_begin;

    atomic_uint_fast64_t handshakes, resumed, failures, app_tx, app_rx, requests;
};

/* ---- identity.c -------------------------------------------------------------------------- */
HS_MUST_CHECK hs__exit identity_load(server *app, hs__fault *fault);
void identity_reload(server *app);        /* keeps what is there when that fails, and says so */
hs_config *identity_current(server *app); /* a reference */

/* The configuration for a name that a client asks for, with --fixtures: a reference. NULL: there is
 * none of its own. */
hs_config *identity_for_name(server *app, const char *name);

/* With these certificates and the options of the command line. */
HS_MUST_CHECK hs__exit identity_config(const server *app, hs_credential *const *identity,
                                       hs_config **out, hs__fault *fault);

/* ---- fixtures.c: certificates of `mini-ca fixtures`, a configuration for each name ------- */
/* Reads DIR/manifest.json; `name` of the crypto library as with hs__identities_load. *identities
 * gets the certificates, first the one for names that have none. */
HS_MUST_CHECK hs__exit fixtures_load(const char *folder, const char *library, server_fixtures **out,
                                     hs_provider **provider, hs__identities *identities,
                                     hs__fault *fault);
/* One for each, once the provider and the trust are there. */
HS_MUST_CHECK hs__exit fixtures_configure(server_fixtures *f, const server *app,
                                          const hs__identities *identities, hs__fault *fault);
/* Borrowed; NULL: there is none for this name. */
hs_config *fixtures_find(const server_fixtures *f, const char *name);
size_t fixtures_count(const server_fixtures *f);
void fixtures_free(server_fixtures *f);

/* ---- log.c: from any thread -------------------------------------------------------------- */
/* One line for people, or with --json the object as JSON Lines; takes over `j`. */
void log_event(server *app, const char *event, json_t *j, const char *format, ...) HS_PRINTF(4, 5);
void log_connected(connection *c);
void log_failed(connection *c, const hs__failure *f);
void log_closed(connection *c);
void log_stats(server *app);
void log_request(connection *c, const char *method, const char *url, int status, uint64_t bytes);

/* ---- http.c ------------------------------------------------------------------------------ */
struct http_request {
    connection *c;
    const char *method;
    const char *url;
    bool is_head, wants_json, wants_html;
};

/* The answer: `head` lines end with \r\n each, Content-Length included; `body` is from malloc and
 * taken over (NULL: none); file >= 0: `length` bytes of it follow, it is closed. */
enum { HEAD_ROOM = 1400 };
typedef struct {
    int status;
    char head[HEAD_ROOM];
    uint8_t *body;
    int file;
    uint64_t length;
} http_answer;

/* Fills the answer with a short text as its body. */
void http_answer_text(http_answer *a, int status, const char *format, ...) HS_PRINTF(3, 4);

/* status.c */
void status_answer(const http_request *r, http_answer *a);
/* The budget, and with --status-all the list. */
HS_MUST_CHECK hs__exit status_open(server *app, hs__fault *fault);
void status_close(server *app);
hs_render *status_keep(void *connection, const hs_render_options *o); /* hs__keep.make */
/* The handshake is over, with this failure (NULL: complete): it goes into the list. */
void status_add(connection *c, const hs__failure *failure);

/* status_text.c: all from malloc, terminated; NULL: no memory. */
char *status_text(const connection *c);
json_t *status_json(const connection *c);

/* status_page.c: likewise. With the connection's lines; without the page of all connections. */
char *status_page(const char *lines, size_t n);
char *status_list_page(const json_t *list);
const char *status_policy(void); /* of pages: their Content-Security-Policy */

/* www.c */
void www_answer(const http_request *r, http_answer *a);
HS_MUST_CHECK hs__exit www_open(server *app, hs__fault *fault);

/* forward.c */
HS_MUST_CHECK hs__exit forward_open(server *app, hs__fault *fault);
void forward_close(server *app);

#endif
