#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "apps/common/json.h"
#include "apps/common/say.h"
#include "apps/hs-server/server.h"

void log_event(server *app, const char *event, json_t *j, const char *format, ...) {
    char text[1200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    uv_mutex_lock(&app->lock);
    if (app->a.common.json) {
        json_t *line = json_pack("{s:s}", "ev", event);
        json_object_update(line, j);
        hs__json_line(stdout, line);
        fflush(stdout);
    } else if (!app->a.common.quiet) {
        fprintf(app->log, "%s\n", text);
        fflush(app->log);
    }
    uv_mutex_unlock(&app->lock);
    json_decref(j);
}

static json_t *about(const connection *c) {
    return json_pack("{s:s, s:s}", "conn", c->name, "peer", c->peer);
}

static double seconds(uint64_t from) {
    return (double)(hs__clock_mono_us(NULL) - from) / 1e6;
}

void log_connected(connection *c) {
    const hs__facts *f = &c->facts;
    char name[300] = "", alpn[300] = "", client[700] = "";
    json_t *j = about(c), *facts = hs__facts_json(f);
    json_object_update(j, facts);
    json_decref(facts);
    if (f->n_chain > 0) {
        json_object_set_new(j, "client", hs__json_string(f->chain[0].subject));
        json_object_set_new(j, "client_verdict", json_string(hs_status_name(f->verdict)));
        snprintf(client, sizeof client, ", client %s%s", hs__safe(f->chain[0].subject),
                 f->verdict ? " (NOT TRUSTED, --insecure)" : "");
    }
    if (f->server_name)
        snprintf(name, sizeof name, ", sni=%s", hs__safe(f->server_name));
    if (f->alpn)
        snprintf(alpn, sizeof alpn, ", alpn=%s", hs__safe(f->alpn));
    log_event(c->app, "connected", j, "%s %s %s, %s, %s%s%s%s%s", c->name, c->peer,
              hs__version_text(f->version), hs__suite_text(f->suite), hs__exchange_text(f),
              f->hrr ? " (HelloRetryRequest)" : "", name, alpn, client);
}

/* What came of --break. */
static void log_broken(connection *c, const hs_error *error) {
    char text[600];
    const hs__break *b = &c->app->broken;
    hs__broke how = hs__break_result(b, hs_uv_conn(c->s), error);
    if (!c->app->a.break_what)
        return;
    json_t *j = about(c);
    json_object_set_new(j, "break", hs__json_string(b->lab.text));
    json_object_set_new(j, "happened", json_boolean(how != HS__BREAK_NOT_YET));
    json_object_set_new(j, "noticed_by", json_string(hs__broke_name(how)));
    hs__break_text(b, how, text, sizeof text);
    log_event(c->app, "lab", j, "%s lab: %s", c->name, text);
}

void log_failed(connection *c, const hs__failure *f) {
    char text[900];
    json_t *j = about(c);
    hs__failure_text(f, text, sizeof text);
    json_object_set_new(j, "error", hs__failure_json(f));
    log_event(c->app, "failed", j, "%s %s %s", c->name, c->peer, text);
    log_broken(c, f->error);
}

void log_closed(connection *c) {
    hs_info info = {0};
    if (hs_uv_conn(c->s))
        hs_conn_info(hs_uv_conn(c->s), &info);
    atomic_fetch_add(&c->app->app_tx, info.app_tx);
    atomic_fetch_add(&c->app->app_rx, info.app_rx);
    if (c->t_done == 0 || c->has_failed)
        return;
    json_t *j = about(c);
    json_object_set_new(j, "why", json_string(c->why_closed));
    json_object_set_new(j, "app_tx", json_integer((json_int_t)info.app_tx));
    json_object_set_new(j, "app_rx", json_integer((json_int_t)info.app_rx));
    json_object_set_new(j, "ms", json_integer((json_int_t)(seconds(c->t_begin) * 1000)));
    log_event(c->app, "closed", j, "%s %s closed: %s, %llu B in, %llu B out, %.3f s", c->name,
              c->peer, c->why_closed, (unsigned long long)info.app_rx,
              (unsigned long long)info.app_tx, seconds(c->t_begin));
    log_broken(c, NULL);
}

void log_stats(server *app) {
    unsigned long long open = hs_uv_server_open(app->listener),
                       accepted = hs_uv_server_accepted(app->listener),
                       good = atomic_load(&app->handshakes), resumed = atomic_load(&app->resumed),
                       bad = atomic_load(&app->failures), tx = atomic_load(&app->app_tx),
                       rx = atomic_load(&app->app_rx), requests = atomic_load(&app->requests);
    json_t *j =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "open", (json_int_t)open, "accepted",
                  (json_int_t)accepted, "handshakes", (json_int_t)good, "resumed",
                  (json_int_t)resumed, "failures", (json_int_t)bad, "app_rx", (json_int_t)rx,
                  "app_tx", (json_int_t)tx, "requests", (json_int_t)requests);
    log_event(app, "stats", j,
              "%llu open, %llu accepted, %llu handshakes (%llu resumed), %llu failed, %llu "
              "requests; of ended "
              "connections %llu B in, %llu B out; up %.0f s",
              open, accepted, good, resumed, bad, requests, rx, tx, seconds(app->t_begin));
}

/* Common log format: host ident user [date] "request" status bytes. */
void log_request(connection *c, const char *method, const char *url, int status, uint64_t bytes) {
    char date[40];
    struct tm tm;
    time_t now = time(NULL);
    atomic_fetch_add(&c->app->requests, 1);
    if (!c->app->access_log)
        return;
    gmtime_r(&now, &tm);
    strftime(date, sizeof date, "%d/%b/%Y:%H:%M:%S +0000", &tm);
    uv_mutex_lock(&c->app->lock);
    fprintf(c->app->access_log, "%s - - [%s] \"%s %s\" %d %llu\n", c->peer, date, method,
            hs__safe(url), status, (unsigned long long)bytes);
    fflush(c->app->access_log);
    uv_mutex_unlock(&c->app->lock);
}
