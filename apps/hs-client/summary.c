#include <stdio.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/common/say.h"
#include "apps/hs-client/client.h"
#include "pki/time.h"

/* ---- text -------------------------------------------------------------------------------- */
static void row(const char *name, const char *text) {
    printf("%-12s %s\n", name, text);
}

static bool is_shown(const client *c, const char *what) {
    for (size_t i = 0; i < c->a.show.n; i++)
        if (strcmp(c->a.show.v[i], what) == 0)
            return true;
    return false;
}

static const char *verdict_name(const client *c) {
    if (c->facts.verdict)
        return c->facts.verdict_text ? c->facts.verdict_text : hs_status_text(c->facts.verdict);
    return c->a.verify_name ? c->a.verify_name : c->host;
}

static void put_verdict(const client *c) {
    bool is_bad = c->facts.verdict != HS_OK;
    const char *anchor = c->facts.anchor ? c->facts.anchor : "";
    const char *label = is_bad ? "NOT TRUSTED" : "trusted";
    printf("%s%-12s%s %s%s", hs__style_on(stdout, is_bad ? HS__RED : HS__GREEN), label,
           hs__style_off(stdout), is_bad ? "" : "for ", hs__safe(verdict_name(c)));
    if (!is_bad && *anchor)
        printf(", by %s", hs__safe(anchor));
    else if (c->facts.resumed)
        printf(" when the session was made");
    printf("%s\n", is_bad && c->a.insecure ? " (ignored: --insecure)" : "");
}

static void put_chain(const client *c) {
    char date[HS__DATE_TEXT], begins[HS__DATE_TEXT];
    for (size_t i = 0; i < c->facts.n_chain; i++) {
        const hs__cert_facts *cert = &c->facts.chain[i];
        hs__date_text(cert->not_after, date);
        printf("%-12s %zu %s%s%s, until %s\n", i ? "" : "chain", i,
               cert->subject && *cert->subject ? hs__safe(cert->subject) : "(no subject)",
               cert->key ? ", " : "", cert->key ? cert->key : "", date);
        if (!is_shown(c, "chain") || !cert->serial)
            continue;
        hs__date_text(cert->not_before, begins);
        printf("%14s names   %s\n", "", hs__safe(cert->names));
        printf("%14s issuer  %s\n", "", hs__safe(cert->issuer));
        printf("%14s from    %s\n", "", begins);
        printf("%14s serial  %s\n", "", cert->serial);
        printf("%14s sha256  %s\n", "", cert->sha256 ? cert->sha256 : "");
    }
}

static double ms(uint64_t from, uint64_t to) {
    return to > from ? (double)(to - from) / 1000 : 0;
}

static void put_times(const client *c) {
    if (c->a.see.no_time)
        return;
    int rtts = hs__facts_rtts(&c->facts);
    printf("%-12s %.1f ms (handshake %.1f), %d round trip%s\n", "time", ms(c->t_begin, c->t_done),
           ms(c->t_connected, c->t_done), rtts, rtts == 1 ? "" : "s");
    if (!is_shown(c, "timing"))
        return;
    printf("%-12s %.2f ms\n", "  resolve", ms(c->t_begin, c->t_resolved));
    printf("%-12s %.2f ms\n", "  connect", ms(c->t_resolved, c->t_connected));
    printf("%-12s %.2f ms\n", "  handshake", ms(c->t_connected, c->t_done));
}

static const char *resumed_by(const client *c) {
    hs_session_info info;
    hs_session_get_info(c->session, &info);
    return info.has_ticket ? "resumed by ticket" : "resumed by id";
}

void client_summary_text(const client *c) {
    const hs__facts *f = &c->facts;
    put_verdict(c);
    row("version", hs__version_text(f->version));
    row("suite", hs__suite_text(f->suite));
    if (f->resumed)
        printf("%-12s %s: no certificates, no key exchange\n", "session", resumed_by(c));
    else
        printf("%-12s %s%s\n", f->group ? "group" : "keys by", hs__exchange_text(f),
               f->hrr ? " (after a HelloRetryRequest)" : "");
    if (f->scheme)
        row("signature", hs__scheme_text(f->scheme));
    if (f->version == HS__VERSION_TLS12 && !f->extended_main_secret)
        row("main secret", "not bound to the whole handshake (no extended_main_secret, RFC 7627)");
    if (f->revoked)
        row("revoked", f->revoked);
    if (f->alpn)
        row("alpn", hs__safe(f->alpn));
    if (f->own_scheme)
        row("we signed", hs__scheme_text(f->own_scheme));
    put_chain(c);
    put_times(c);
    if (c->a.key_update && f->version == HS__VERSION_TLS13)
        row("key update", c->key_update_answered ? "both ways" : "ours only");
    if (is_shown(c, "keys"))
        client_keys_print(c);
}

void client_summary_resumed(const client *c) {
    const hs__facts *f = &c->facts;
    int rtts = hs__facts_rtts(f);
    char name[24];
    snprintf(name, sizeof name, "again %u", c->number - 1);
    printf("%s%-12s%s %s, %s, %s", hs__style_on(stdout, f->resumed ? HS__GREEN : HS__YELLOW), name,
           hs__style_off(stdout), f->resumed ? resumed_by(c) : "NOT resumed",
           hs__version_text(f->version), hs__suite_text(f->suite));
    if (!c->a.see.no_time)
        printf("; %.1f ms (handshake %.1f)", ms(c->t_begin, c->t_done),
               ms(c->t_connected, c->t_done));
    printf(", %d round trip%s\n", rtts, rtts == 1 ? "" : "s");
}

/* ---- JSON -------------------------------------------------------------------------------- */
static json_t *span_json(uint64_t from, uint64_t to) {
    return json_integer(to > from ? (json_int_t)(to - from) : 0);
}

static json_t *times_json(const client *c) {
    if (c->a.see.no_time)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o}", "resolve", span_json(c->t_begin, c->t_resolved),
                     "connect", span_json(c->t_resolved, c->t_connected), "handshake",
                     span_json(c->t_connected, c->t_done), "total",
                     span_json(c->t_begin, c->t_done));
}

static json_t *trust_json(const client *c) {
    const hs__facts *f = &c->facts;
    bool is_trusted = f->is_connected && f->authenticated && f->verdict == HS_OK;
    json_t *j =
        json_pack("{s:b, s:s, s:o}", "trusted", is_trusted, "verdict", hs_status_name(f->verdict),
                  "verdict_text", hs__json_string(f->verdict_text ? f->verdict_text : ""));
    json_object_set_new(j, "anchor", hs__json_string(f->anchor ? f->anchor : ""));
    json_object_set_new(j, "revoked", f->revoked ? json_string(f->revoked) : json_null());
    json_object_set(j, "checks", f->checks ? f->checks : json_null());
    return j;
}

json_t *client_summary_json(const client *c) {
    char target[HS__ADDRESS_TEXT];
    json_t *j = json_pack("{s:b, s:i, s:o}", "ok", c->code == HS__EXIT_OK, "exit", (int)c->code,
                          "host", hs__json_string(hs__address_text(&c->target, target)));
    json_object_set_new(j, "address", hs__json_string(c->peer));
    json_object_set_new(j, "connected", json_boolean(c->facts.is_connected));
    if (c->facts.version) {
        json_t *facts = hs__facts_json(&c->facts), *trust = trust_json(c);
        json_object_update(j, facts);
        json_object_update(j, trust);
        json_decref(facts);
        json_decref(trust);
        json_object_set_new(j, "chain", hs__chain_json(&c->facts));
    }
    json_object_set_new(j, "time_us", c->t_done ? times_json(c) : json_null());
    json_object_set_new(j, "bytes",
                        json_pack("{s:I, s:I, s:I, s:I}", "app_tx", (json_int_t)c->app_tx, "app_rx",
                                  (json_int_t)c->app_rx, "wire_tx", (json_int_t)c->wire_tx,
                                  "wire_rx", (json_int_t)c->wire_rx));
    if (c->a.key_update)
        json_object_set_new(j, "key_update_answered", json_boolean(c->key_update_answered));
    if (is_shown(c, "keys"))
        json_object_set_new(j, "keys", client_keys_json(c));
    if (c->a.break_what)
        json_object_set_new(
            j, "lab",
            json_pack("{s:o, s:b, s:s}", "break", hs__json_string(c->broken.lab.text), "happened",
                      c->broke != HS__BREAK_NOT_YET, "noticed_by", hs__broke_name(c->broke)));
    if (c->http)
        json_object_set(j, "http", c->http);
    json_object_set(j, "error", c->error ? c->error : json_null());
    return j;
}
