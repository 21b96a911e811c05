/* --cert with --key: TLS ends here and begins anew to the server, both with our engine, so that all
 * can be read. It takes a client that believes that certificate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/say.h"
#include "apps/hs-mitm/mitm.h"
#include "apps/tls/facts.h"
#include "apps/tls/failure.h"
#include "apps/tls/offer.h"
#include "apps/tls/sockaddr.h"
#include "proto/extensions.h"

enum { MOST_PROTOCOLS = 16, PROTOCOL = 256, HANDSHAKE_MS = 10000 };

/* One of the two connections. */
typedef struct {
    terminated *t;
    hs_uv_stream *s; /* NULL: not there */
    hs__seen *seen;
    hs_config *config; /* for this connection; NULL: none of its own */
    bool is_connected, has_ended, is_shut;
    hs_uv_shutdown_req shutting;
    uint64_t bytes;  /* plaintext that came */
    char error[500]; /* "": all was well */
} leg;

struct terminated {
    mitm *app;
    terminated *next, *before;
    char name[16], client_name[80], server_name[80];
    leg client, server; /* towards it */
    char host[256];     /* SNI; "": none */
    char protocols[MOST_PROTOCOLS][PROTOCOL];
    const char *alpn[MOST_PROTOCOLS + 1];
    size_t next_address;
    uv_connect_t connecting;
    hs__facts facts; /* of the server */
    unsigned n_streams;
    bool is_ending;
};

static void try_next(terminated *t);
static void on_data(hs_uv_stream *s, ssize_t n, const uv_buf_t *buf);

/* ---- configurations ---------------------------------------------------------------------- */
static hs_status configure(const mitm *app, bool to_client, const char *const *alpn,
                           hs_config **out) {
    const char *why;
    const hs_options o = {.size = sizeof o,
                          .provider = app->provider,
                          .identity = to_client ? app->identities.v : NULL,
                          .trust = app->trust,
                          .verify = HS_VERIFY_REPORT_ONLY,
                          .extended_main_secret = HS_EMS_OPTIONAL,
                          .alpn = alpn && alpn[0] ? alpn : NULL,
                          .ask = to_client ? HS_ASK_CONFIG : 0,
                          .now_ms = hs__clock_now_ms,
                          .mono_us = hs__clock_mono_us,
                          .trace_mask = hs__see_mask(app->see),
                          .trace = hs__see_mask(app->see) ? hs__seen_event : NULL};
    return hs_config_new(&o, out, &why);
}

hs__exit terminate_prepare(mitm *app, hs__fault *fault) {
    return hs__identities_load(&app->a.identity, app->a.provider, &app->provider, &app->identities,
                               fault);
}

hs__exit terminate_open(mitm *app, hs__fault *fault) {
    hs_status st = hs_trust_new(app->provider, &app->trust);
    if (st == HS_OK)
        st = configure(app, true, NULL, &app->to_client);
    return st ? hs__fail_status(fault, st, "--cert") : HS__EXIT_OK;
}

/* ---- what is said of it ------------------------------------------------------------------ */
static void tell_text(const terminated *t) {
    const leg *c = &t->client, *s = &t->server;
    printf("%s  %s -> %s: TLS ends here\n", t->name, t->client_name, t->server_name);
    if (*s->error)
        printf("    %-11s %s\n", "server", s->error);
    else if (t->facts.is_connected)
        printf("    %-11s %s, %s; we asked it for %s\n", "server",
               hs__version_text(t->facts.version), hs__suite_text(t->facts.suite),
               *t->host ? hs__safe(t->host) : "no name");
    if (*c->error)
        printf("    %-11s %s\n", "client", c->error);
    else if (c->is_connected)
        printf("    %-11s took our certificate: it believes who issued it, or does not check\n",
               "client");
    if (c->is_connected)
        printf("    %-11s all of it: %llu B of the client, %llu B of the server\n", "could read",
               (unsigned long long)c->bytes, (unsigned long long)s->bytes);
    else if (t->facts.is_connected)
        printf("    %-11s nothing: a client that checks certificates ends it here\n", "could read");
}

static json_t *leg_json(const leg *l) {
    return json_pack("{s:b, s:o, s:I}", "ok", l->is_connected, "error",
                     *l->error ? hs__json_string(l->error) : json_null(), "data",
                     (json_int_t)l->bytes);
}

static void tell(const terminated *t) {
    if (t->app->a.common.json)
        hs__json_line(stdout,
                      json_pack("{s:s, s:s, s:o, s:o}", "ev", "terminated", "conn", t->name,
                                "client", leg_json(&t->client), "server", leg_json(&t->server)));
    else if (!t->app->a.common.quiet)
        tell_text(t);
    fflush(stdout);
}

/* ---- the end ----------------------------------------------------------------------------- */
static void free_leg(leg *l) {
    hs__seen_free(l->seen);
    hs_config_unref(l->config);
}

static void free_terminated(terminated *t) {
    mitm *app = t->app;
    tell(t);
    free_leg(&t->client);
    free_leg(&t->server);
    hs__facts_free(&t->facts);
    if (t->next)
        t->next->before = t->before;
    if (t->before)
        t->before->next = t->next;
    else
        app->terminateds = t->next;
    free(t);
    mitm_ended(app);
}

static void on_closed(hs_uv_stream *s) {
    leg *l = hs_uv_data(s);
    terminated *t = l->t;
    l->s = NULL;
    if (--t->n_streams == 0)
        free_terminated(t);
}

static void end(terminated *t) {
    if (t->is_ending)
        return;
    t->is_ending = true;
    if (t->client.s)
        hs_uv_close(t->client.s, on_closed);
    if (t->server.s && !hs_uv_is_closing(t->server.s))
        hs_uv_close(t->server.s, on_closed);
}

void terminate_stop(mitm *app) {
    for (terminated *t = app->terminateds, *next; t; t = next) {
        next = t->next;
        end(t);
    }
}

static void fail(leg *l, int status) {
    const hs__failure f = {
        .error = hs_uv_error(l->s), .uv_status = status, .was_connected = l->is_connected};
    if (!l->t->is_ending)
        hs__failure_text(&f, l->error, sizeof l->error);
    end(l->t);
}

/* ---- data both ways ---------------------------------------------------------------------- */
typedef struct {
    hs_uv_write_req req;
    leg *to;
    char bytes[];
} passing;

static leg *other(leg *l) {
    return l == &l->t->client ? &l->t->server : &l->t->client;
}

static void on_passed(hs_uv_write_req *req, int status) {
    passing *w = req->data;
    leg *to = w->to, *from = other(to);
    free(w);
    if (status == 0 && !to->t->is_ending && hs_uv_write_queue_size(to->s) < FULL / 4)
        hs_uv_read_start(from->s, on_data);
}

static void pass(leg *from, const char *p, size_t n) {
    leg *to = other(from);
    passing *w = malloc(sizeof *w + n);
    if (!w) {
        end(from->t);
        return;
    }
    memcpy(w->bytes, p, n);
    w->to = to;
    w->req.data = w;
    uv_buf_t buf = uv_buf_init(w->bytes, (unsigned)n);
    if (hs_uv_write(&w->req, to->s, &buf, 1, on_passed) != 0) {
        free(w);
        end(from->t);
        return;
    }
    if (hs_uv_write_queue_size(to->s) >= FULL)
        hs_uv_read_stop(from->s);
}

static void on_shut(hs_uv_shutdown_req *req, int status) {
    leg *l = req->data;
    l->is_shut = true;
    if (status || other(l)->is_shut)
        end(l->t);
}

static void on_data(hs_uv_stream *s, ssize_t n, const uv_buf_t *buf) {
    leg *l = hs_uv_data(s);
    if (l->t->is_ending || n == 0)
        return;
    if (n > 0) {
        l->bytes += (uint64_t)n;
        pass(l, buf->base, (size_t)n);
    } else if (n == UV_EOF) {
        leg *to = other(l);
        l->has_ended = true;
        to->shutting.data = to;
        if (hs_uv_shutdown(&to->shutting, to->s, on_shut) != 0)
            end(l->t);
    } else {
        fail(l, (int)n);
    }
}

/* A side is through with its handshake; false: it failed, or all has ended before. */
static bool is_through(leg *l, int status) {
    if (l->t->is_ending)
        return false;
    if (status) {
        fail(l, status);
        return false;
    }
    l->is_connected = true;
    hs_uv_set_timeouts(l->s, 0, l->t->app->a.idle_ms);
    return true;
}

/* ---- to the client ----------------------------------------------------------------------- */
static void on_client_connected(hs_uv_stream *s, int status) {
    leg *l = hs_uv_data(s);
    terminated *t = l->t;
    if (!is_through(l, status))
        return;
    hs_uv_read_start(t->client.s, on_data);
    hs_uv_read_start(t->server.s, on_data);
}

/* The protocol is the one that the server has chosen from the client's. */
static void answer_client(terminated *t) {
    const char *alpn[] = {t->facts.alpn, NULL};
    hs_status st = configure(t->app, true, alpn, &t->client.config);
    if (st == HS_OK)
        st = hs_answer_config(hs_uv_conn(t->client.s), t->client.config);
    if (st != HS_OK)
        end(t);
    else
        hs_uv_answered(t->client.s);
}

/* What the client asks for, we ask the server for. */
static void on_ask(hs_uv_stream *s, const hs_event *question) {
    terminated *t = ((leg *)hs_uv_data(s))->t;
    hs_span list = question->alpn, name;
    size_t n = 0;
    snprintf(t->host, sizeof t->host, "%s", question->server_name ? question->server_name : "");
    while (n < MOST_PROTOCOLS && hs__protocol_name_next(&list, &name)) {
        if (memchr(name.p, 0, name.n))
            continue;
        snprintf(t->protocols[n], PROTOCOL, "%.*s", (int)name.n, (const char *)name.p);
        t->alpn[n] = t->protocols[n];
        n++;
    }
    try_next(t);
}

/* ---- to the server ----------------------------------------------------------------------- */
static void on_server_connected(hs_uv_stream *s, int status) {
    leg *l = hs_uv_data(s);
    terminated *t = l->t;
    if (!is_through(l, status))
        return;
    hs__facts_take(&t->facts, hs_uv_conn(s), t->app->provider);
    answer_client(t);
}

static void start_server_leg(terminated *t) {
    char id[24];
    snprintf(id, sizeof id, "%s-server", t->name);
    const hs__see_conn seen = {.conn_id = id,
                               .peer = t->server_name,
                               .what = "connected",
                               .sni = *t->host ? t->host : NULL};
    const hs_client_options o = {.size = sizeof o,
                                 .server_name = *t->host ? t->host : NULL,
                                 .verify_name = *t->host ? t->host : "localhost",
                                 .trace_ctx = t->server.seen = hs__seen_new(t->app->see, &seen)};
    hs_uv_set_timeouts(t->server.s, HANDSHAKE_MS, 0);
    if (configure(t->app, false, t->alpn, &t->server.config) != HS_OK ||
        hs_uv_start_client(t->server.s, t->server.config, &o, on_server_connected) != 0)
        end(t);
}

static void on_try_closed(hs_uv_stream *s) {
    terminated *t = ((leg *)hs_uv_data(s))->t;
    t->server.s = NULL;
    t->n_streams--;
    if (!t->is_ending)
        try_next(t);
    else if (t->n_streams == 0)
        free_terminated(t);
}

static void on_connect(uv_connect_t *req, int status) {
    terminated *t = req->data;
    if (t->is_ending)
        return;
    if (status == 0) {
        start_server_leg(t);
        return;
    }
    snprintf(t->server.error, sizeof t->server.error, "%s: %s", t->server_name,
             uv_strerror(status));
    hs_uv_close(t->server.s, on_try_closed);
}

static bool open_leg(terminated *t, leg *l) {
    if (hs_uv_stream_new(t->app->tls, UV_TCP, &l->s) != 0) {
        l->s = NULL;
        return false;
    }
    l->t = t;
    hs_uv_set_data(l->s, l);
    t->n_streams++;
    return true;
}

static void try_next(terminated *t) {
    const mitm *app = t->app;
    if (t->next_address == app->n_to || !open_leg(t, &t->server)) {
        end(t);
        return;
    }
    const struct sockaddr *to = (const struct sockaddr *)&app->to[t->next_address++];
    hs__sockaddr_text(to, t->server_name, sizeof t->server_name);
    t->connecting.data = t;
    *t->server.error = 0;
    int r =
        uv_tcp_connect(&t->connecting, (uv_tcp_t *)hs_uv_transport(t->server.s), to, on_connect);
    if (r)
        on_connect(&t->connecting, r);
}

/* ---- the beginning ----------------------------------------------------------------------- */
static void start_client_leg(terminated *t) {
    char id[24];
    struct sockaddr_storage a;
    int n = sizeof a;
    uv_tcp_t *tcp = (uv_tcp_t *)hs_uv_transport(t->client.s);
    if (uv_tcp_getpeername(tcp, (struct sockaddr *)&a, &n) == 0)
        hs__sockaddr_text((struct sockaddr *)&a, t->client_name, sizeof t->client_name);
    snprintf(id, sizeof id, "%s-client", t->name);
    const hs__see_conn seen = {
        .conn_id = id, .peer = t->client_name, .what = "accepted", .is_server = true};
    const hs_server_options o = {.size = sizeof o,
                                 .trace_ctx = t->client.seen = hs__seen_new(t->app->see, &seen)};
    hs_uv_on_ask(t->client.s, on_ask);
    hs_uv_set_timeouts(t->client.s, HANDSHAKE_MS, 0);
    if (hs_uv_start_server(t->client.s, t->app->to_client, &o, on_client_connected) != 0)
        end(t);
}

void terminate_accept(mitm *app) {
    terminated *t = calloc(1, sizeof *t);
    if (!t)
        return;
    t->app = app;
    snprintf(t->name, sizeof t->name, "c%u", (unsigned)++app->accepted);
    app->open++;
    t->next = app->terminateds;
    if (t->next)
        t->next->before = t;
    app->terminateds = t;
    if (!open_leg(t, &t->client)) {
        free_terminated(t);
        return;
    }
    if (uv_accept((uv_stream_t *)&app->listener, hs_uv_transport(t->client.s)) != 0)
        end(t);
    else
        start_client_leg(t);
}
