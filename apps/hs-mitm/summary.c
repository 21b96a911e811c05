/* What a connection gave away, and what became of what was broken: on standard output. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "apps/common/say.h"
#include "apps/hs-mitm/mitm.h"
#include "apps/tls/facts.h"
#include "proto/codepoints.h"

enum { LINE = 400 };

static const char *const NAMES[] = {"server", "client"}; /* [outbound] */

static bool is_13(const watch *w) {
    return w->version == HS__VERSION_TLS13;
}

static const char *alert_text(uint8_t alert) {
    const char *name = hs__alert_name(alert);
    return name ? name : "unknown";
}

/* ---- who noticed ------------------------------------------------------------------------- */
typedef enum { NOBODY, BY_ALERT, BY_HIDDEN_ALERT, BY_END } notice;

/* The first sign of an end that something is wrong, and when; close_notify is none. */
static notice sign_of(const pair *p, bool outbound, uint64_t *us) {
    const watched_end *e = &p->watch.end[outbound];
    const side *s = outbound ? &p->client : &p->server;
    if (e->has_alert && e->alert != HS__ALERT_close_notify) {
        *us = e->alert_us;
        return BY_ALERT;
    }
    if (e->has_hidden_alert) {
        *us = e->hidden_alert_us;
        return BY_HIDDEN_ALERT;
    }
    *us = s->end_us;
    return s->end != SIDE_OPEN ? BY_END : NOBODY;
}

/* The one that was first to give a sign. */
static notice who_noticed(const pair *p, bool *outbound) {
    uint64_t client_us, server_us;
    notice client = sign_of(p, true, &client_us), server = sign_of(p, false, &server_us);
    bool was_done = p->watch.is_done && p->change.at_us > p->watch.done_us;
    bool is_used = p->watch.end[true].data > 0 || client != BY_HIDDEN_ALERT;
    *outbound = client && (!server || client_us <= server_us);
    if (watch_is_complete(&p->watch) && is_used && !was_done)
        return NOBODY;
    return *outbound ? client : server;
}

static void notice_text(const pair *p, char out[LINE]) {
    bool outbound = false;
    notice how = who_noticed(p, &outbound);
    const char *who = NAMES[outbound];
    const watched_end *e = &p->watch.end[outbound];
    switch (how) {
    case BY_ALERT:
        snprintf(out, LINE, "the %s noticed: alert %s(%u), in clear", who, alert_text(e->alert),
                 e->alert);
        break;
    case BY_HIDDEN_ALERT:
        snprintf(out, LINE, "the %s noticed: an alert, encrypted, so it cannot be read here%s", who,
                 p->watch.is_done ? " (or its close_notify)" : "");
        break;
    case BY_END:
        snprintf(out, LINE, "the %s ended the connection, without an alert", who);
        break;
    case NOBODY:
        snprintf(out, LINE, "%s",
                 watch_is_complete(&p->watch) ? "nobody noticed: the handshake seems complete"
                                              : "nobody said anything");
        break;
    }
}

/* ---- text -------------------------------------------------------------------------------- */
static void row(const char **label, const char *format, ...) HS_PRINTF(2, 3);
static void row(const char **label, const char *format, ...) {
    va_list args;
    va_start(args, format);
    printf("    %-11s ", *label);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    *label = "";
}

static void put_head(const pair *p) {
    const watch *w = &p->watch;
    printf("%s%s%s  %s -> %s: ", hs__style_on(stdout, HS__BOLD), p->name, hs__style_off(stdout),
           p->client_name, p->server_name);
    if (!w->version) {
        puts(w->is_opaque ? "not TLS" : w->end[true].records ? "no ServerHello" : "nothing said");
        return;
    }
    printf("%s, %s", hs__version_text(w->version), hs__suite_text(w->suite));
    if (w->group)
        printf(", %s", hs__group_text(w->group));
    printf("%s%s; the handshake %s\n", w->hrr ? ", after a HelloRetryRequest" : "",
           w->resumed ? ", resumed" : "",
           watch_is_complete(w) ? "seems complete" : "did not complete");
}

static void put_read(const watch *w) {
    const char *label = "could read";
    if (*w->name)
        row(&label, "the name that the client asks for: %s%s", w->name,
            w->offers_ech ? " (or a decoy: it sends encrypted_client_hello)" : "");
    if (*w->versions)
        row(&label, "versions offered: %s", w->versions);
    if (*w->protocols)
        row(&label, "protocols offered: %s", w->protocols);
    if (*w->alpn)
        row(&label, "the protocol that was chosen: %s", w->alpn);
    if (w->suites)
        row(&label, "%zu cipher suites, whose list tells one program from another", w->suites);
    if (*w->server_cert)
        row(&label, "the server's certificate: %s", w->server_cert);
    if (*w->client_cert)
        row(&label, "the client's certificate, so who the user is: %s", w->client_cert);
    else if (w->asks_for_cert)
        row(&label, "that the server asked for a certificate");
    if (w->offers_psk)
        row(&label, "that these two have spoken before (a session is offered%s)",
            w->offers_early ? ", with early data" : "");
    if (w->has_ticket)
        row(&label, "the ticket for the next session, so that it can be recognised");
}

static void put_hidden(const watch *w) {
    const char *label = "could not";
    if (!w->version)
        return;
    if (is_13(w))
        row(&label, "all behind ServerHello: certificates, the protocol chosen, Finished, data");
    else
        row(&label, "all behind ChangeCipherSpec: Finished, data");
}

static void put_sizes(const watch *w) {
    const watched_end *s = &w->end[false], *c = &w->end[true];
    const char *label = "gives away";
    if (is_13(w) && s->flight)
        row(&label, "the server's first encrypted flight: %llu B in %llu records%s",
            (unsigned long long)s->flight, (unsigned long long)s->flight_records,
            w->resumed ? " (short: no certificates)" : " (so long are its certificates, about)");
    row(&label,
        "bytes: client %llu (of them encrypted, behind the handshake: %llu), server %llu "
        "(%llu), and when",
        (unsigned long long)c->bytes, (unsigned long long)c->data, (unsigned long long)s->bytes,
        (unsigned long long)s->data);
}

static void put_broken(const pair *p) {
    char noticed[LINE];
    const char *label = "broken";
    if (!p->app->plan.row)
        return;
    if (!p->change.is_done) {
        row(&label, "nothing: what --break=%s is about never came by%s", p->app->a.break_what,
            is_13(&p->watch) ? " (in TLS 1.3 only hellos are in clear)" : "");
        return;
    }
    row(&label, "%s", p->change.what);
    notice_text(p, noticed);
    label = "answer";
    row(&label, "%s", noticed);
}

static void put_alerts(const watch *w) {
    for (size_t outbound = 0; outbound < 2; outbound++) {
        const watched_end *e = &w->end[outbound];
        const char *label = "alert";
        if (e->has_alert)
            row(&label, "the %s: %s(%u), in clear", NAMES[outbound], alert_text(e->alert),
                e->alert);
    }
}

/* ---- JSON -------------------------------------------------------------------------------- */
static json_t *text_or_null(const char *text) {
    return *text ? hs__json_string(text) : json_null();
}

static json_t *end_json(const watched_end *e, side_end end) {
    static const char *const ENDS[] = {"open", "closed", "reset"};
    return json_pack("{s:o, s:o, s:b, s:s, s:I, s:I, s:I}", "alert",
                     e->has_alert ? json_integer(e->alert) : json_null(), "alert_name",
                     e->has_alert ? json_string(alert_text(e->alert)) : json_null(), "hidden_alert",
                     e->has_hidden_alert, "end", ENDS[end], "bytes", (json_int_t)e->bytes,
                     "records", (json_int_t)e->records, "data", (json_int_t)e->data);
}

static json_t *read_json(const watch *w) {
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "servername", text_or_null(w->name),
                     "versions", text_or_null(w->versions), "protocols", text_or_null(w->protocols),
                     "suites", json_integer((json_int_t)w->suites), "alpn", text_or_null(w->alpn),
                     "server_certificate", text_or_null(w->server_cert), "client_certificate",
                     text_or_null(w->client_cert));
}

static json_t *noticed_json(const pair *p) {
    static const char *const HOW[] = {"nothing", "alert", "hidden_alert", "end"};
    bool outbound = false;
    notice how = who_noticed(p, &outbound);
    return json_pack("{s:o, s:s}", "by", how ? json_string(NAMES[outbound]) : json_null(), "how",
                     HOW[how]);
}

static void put_json(const pair *p) {
    const watch *w = &p->watch;
    json_t *j =
        json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:b, s:b}", "ev", "connection", "conn",
                  p->name, "client_address", p->client_name, "server_address", p->server_name,
                  "version", w->version ? json_string(hs__version_text(w->version)) : json_null(),
                  "suite", w->suite ? json_string(hs__suite_text(w->suite)) : json_null(), "group",
                  w->group ? json_string(hs__group_text(w->group)) : json_null(), "hrr", w->hrr,
                  "resumed", w->resumed, "complete", watch_is_complete(w));
    json_object_set_new(j, "read", read_json(w));
    json_object_set_new(j, "flight", json_integer((json_int_t)w->end[false].flight));
    json_object_set_new(j, "client", end_json(&w->end[true], p->client.end));
    json_object_set_new(j, "server", end_json(&w->end[false], p->server.end));
    if (p->app->plan.row) {
        json_object_set_new(j, "broken", text_or_null(p->change.what));
        json_object_set_new(j, "noticed", noticed_json(p));
    }
    hs__json_line(stdout, j);
}

void summary_tell(const pair *p) {
    const hs__common *common = &p->app->a.common;
    if (common->json) {
        put_json(p);
    } else if (!common->quiet) {
        put_head(p);
        put_read(&p->watch);
        put_hidden(&p->watch);
        put_sizes(&p->watch);
        put_alerts(&p->watch);
        put_broken(p);
    }
    fflush(stdout);
}
