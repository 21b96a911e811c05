#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/common/say.h"
#include "apps/hs-client/client.h"

enum {
    LINGER_MS = 500, /* for the peer's close_notify, or for its alert at our certificate */
    KEY_UPDATE_MS = 2000
};

/* ---- ending ------------------------------------------------------------------------------ */
static void note_totals(client *c) {
    hs_conn *conn = c->s ? hs_uv_conn(c->s) : NULL;
    if (!conn)
        return;
    hs_info info;
    hs_conn_info(conn, &info);
    c->app_tx = info.app_tx;
    c->app_rx = info.app_rx;
    c->wire_tx = info.bytes_tx;
    c->wire_rx = info.bytes_rx;
    c->key_update_answered = info.key_updates_rx > 0;
    c->broke = hs__break_result(&c->broken, conn, hs_uv_error(c->s));
}

static void on_closed(hs_uv_stream *s) {
    client *c = hs_uv_data(s);
    c->s = NULL;
    hs__seen_free(c->seen);
    c->seen = NULL;
}

void client_finish(client *c, hs__exit code) {
    if (c->is_over)
        return;
    c->is_over = true;
    c->code = hs__see_interrupted(c->see) ? HS__EXIT_INTERRUPTED : code;
    note_totals(c);
    if (c->mode && c->mode->stop)
        c->mode->stop(c);
    if (c->s && !hs_uv_is_closing(c->s))
        hs_uv_close(c->s, on_closed);
    /* The resolver may take long to see that nobody waits for it any more. */
    c->is_resolving = c->is_resolving && uv_cancel((uv_req_t *)&c->resolve_req) != 0;
    if (c->is_resolving)
        uv_stop(&c->loop);
    uv_close((uv_handle_t *)&c->timer, NULL);
    uv_close((uv_handle_t *)&c->waiter, NULL);
    uv_close((uv_handle_t *)&c->on_int, NULL);
}

void client_fail(client *c, hs__exit code, const char *format, ...) {
    char text[700];
    va_list args;
    if (c->is_over)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!c->is_probe)
        hs__say_error("%s", text);
    c->error = json_pack("{s:o}", "text", hs__json_string(text));
    client_finish(c, code);
}

static void fail_stream(client *c, int status, bool was_connected) {
    const hs__failure f = {
        .error = hs_uv_error(c->s), .uv_status = status, .was_connected = was_connected};
    char text[700];
    hs__failure_text(&f, text, sizeof text);
    if (!c->is_probe)
        hs__say_error("%s", text);
    if (!c->a.common.quiet && !c->is_probe)
        hs__failure_details(&f, stderr);
    c->error = hs__failure_json(&f);
    if (!was_connected)
        hs__facts_take(&c->facts, hs_uv_conn(c->s), c->provider);
    client_finish(c, hs__failure_code(&f));
}

static void on_late(uv_timer_t *timer) {
    client *c = timer->data;
    client_fail(c, HS__EXIT_TIMEOUT, "%s within %.3g s (--timeout)",
                c->t_done        ? "nothing came"
                : c->t_connected ? "the handshake was not finished"
                                 : "there was no connection",
                (double)c->a.timeout_ms / 1000);
}

void client_expect_within(client *c, uint64_t ms) {
    if (c->is_over)
        return;
    uv_timer_stop(&c->timer);
    uv_update_time(&c->loop);
    if (ms)
        uv_timer_start(&c->timer, on_late, ms, 0);
}

/* ---- closing with close_notify ----------------------------------------------------------- */
static void on_lingered(uv_timer_t *timer) {
    client_finish(timer->data, HS__EXIT_OK);
}

static void on_shut(hs_uv_shutdown_req *req, int status) {
    client *c = req->data;
    (void)status;
    c->close_has_gone = true;
    if (c->peer_has_closed)
        client_finish(c, HS__EXIT_OK);
}

void client_half_close(client *c) {
    if (c->is_over || c->close_was_sent)
        return;
    c->close_was_sent = true;
    c->shutdown.data = c;
    if (hs_uv_shutdown(&c->shutdown, c->s, on_shut) != 0)
        client_finish(c, HS__EXIT_OK);
}

void client_close_politely(client *c) {
    client_half_close(c);
    if (!c->is_over)
        uv_timer_start(&c->waiter, on_lingered, LINGER_MS, 0);
}

/* RFC 9846 6.1: each side sends its own close_notify, also the one that got it first. */
void client_end(client *c) {
    c->peer_has_closed = true;
    client_close_politely(c);
    if (c->close_has_gone)
        client_finish(c, HS__EXIT_OK);
}

static void ignore_data(client *c, const uint8_t *p, size_t n) {
    (void)c;
    (void)p;
    (void)n;
}

static void on_held(uv_timer_t *timer) {
    client_close_politely(timer->data);
}

static void hold(client *c) {
    c->data_complete = true;
    if (c->a.hold_ms)
        uv_timer_start(&c->waiter, on_held, c->a.hold_ms, 0);
    else
        client_close_politely(c);
}

const client_mode client_close_mode = {.begin = hold, .data = ignore_data, .end = client_end};

/* ---- after the handshake ----------------------------------------------------------------- */
static void on_read(hs_uv_stream *s, ssize_t n, const uv_buf_t *buf) {
    client *c = hs_uv_data(s);
    if (c->is_over)
        return;
    if (n > 0) {
        if (uv_is_active((uv_handle_t *)&c->timer))
            client_expect_within(c, c->a.timeout_ms);
        c->mode->data(c, (const uint8_t *)buf->base, (size_t)n);
    } else if (n == UV_EOF) {
        c->mode->end(c);
    } else if (c->peer_has_closed) {
        /* Our close_notify met a socket that is gone already. */
        client_finish(c, HS__EXIT_OK);
    } else if (c->close_was_sent && c->data_complete && !hs_uv_error(s)) {
        client_finish(c, HS__EXIT_OK);
    } else if (c->data_complete && n == UV_ECONNABORTED) {
        /* Everything was there before the cut; many servers close like that. */
        client_finish(c, HS__EXIT_OK);
    } else {
        fail_stream(c, (int)n, true);
    }
}

static void wait_for_key_update(uv_timer_t *timer) {
    client *c = timer->data;
    hs_info info;
    hs_conn_info(hs_uv_conn(c->s), &info);
    bool is_late = hs__clock_mono_us(NULL) - c->t_done > KEY_UPDATE_MS * 1000;
    if (info.key_updates_rx == 0 && !is_late)
        return;
    if (is_late)
        hs__say_warning("the peer did not answer the KeyUpdate within %d s", KEY_UPDATE_MS / 1000);
    uv_timer_stop(timer);
    c->mode->begin(c);
}

static void begin(client *c) {
    c->mode = c->a.http      ? &client_http_mode
              : c->a.io      ? &client_io_mode
              : c->a.bench.n ? &client_bench_mode
                             : &client_close_mode;
    hs_uv_read_start(c->s, on_read);
    if (c->a.key_update && c->facts.version == HS__VERSION_TLS12) {
        client_fail(c, HS__EXIT_EXPECTATION, "--key-update: TLS 1.2 was chosen, which has none");
        return;
    }
    int r = c->a.key_update ? hs_uv_key_update(c->s, true) : 0;
    if (r)
        client_fail(c, HS__EXIT_INTERNAL, "KeyUpdate: %s", uv_strerror(r));
    else if (c->a.key_update && c->mode == &client_close_mode)
        uv_timer_start(&c->waiter, wait_for_key_update, 1, 1);
    else
        /* RFC 9846 4.7.3: many peers answer a KeyUpdate only when they next send data, so where
         * data is to come there is nothing to wait for. */
        c->mode->begin(c);
}

static void on_connected(hs_uv_stream *s, int status) {
    client *c = hs_uv_data(s);
    if (c->is_over)
        return;
    if (status) {
        fail_stream(c, status, false);
        return;
    }
    c->t_done = hs__clock_mono_us(NULL);
    client_expect_within(c, 0);
    hs__facts_take(&c->facts, hs_uv_conn(s), c->provider);
    if (c->a.pin)
        c->facts.verdict = c->chain_verdict;
    if (c->a.insecure && c->facts.verdict && !c->is_probe)
        hs__say_warning("NOT TRUSTED, going on (--insecure): %s",
                        c->facts.verdict_text ? c->facts.verdict_text
                                              : hs_status_text(c->facts.verdict));
    if (!c->is_last || client_expect_met(c)) {
        begin(c);
        return;
    }
    c->mode = &client_close_mode;
    c->a.hold_ms = 0;
    hs_uv_read_start(s, on_read);
    c->mode->begin(c);
}

static void on_session(hs_uv_stream *s, hs_session *session) {
    client *c = hs_uv_data(s);
    hs_session_unref(c->given);
    c->given = hs_session_ref(session);
}

void client_start_tls(client *c) {
    char id[16];
    snprintf(id, sizeof id, "c%u", c->number);
    const hs__see_conn seen = {.conn_id = id,
                               .peer = c->peer,
                               .local = c->local,
                               .what = "connected",
                               .sni = c->a.no_server_name || c->host_is_ip ? NULL : c->host};
    c->seen = hs__seen_new(c->see, &seen);
    const hs_client_options o = {.size = sizeof o,
                                 .server_name = c->a.no_server_name ? NULL : c->host,
                                 .verify_name = c->a.verify_name ? c->a.verify_name : c->host,
                                 .session = c->session,
                                 .trace_ctx = c};
    hs_uv_on_session(c->s, on_session);
    hs_uv_on_ask(c->s, client_on_ask);
    int r = hs_uv_start_client(c->s, c->config, &o, on_connected);
    if (r)
        client_fail(c, HS__EXIT_INTERNAL, "TLS for %s could not be started: %s", hs__safe(c->host),
                    uv_strerror(r));
}
