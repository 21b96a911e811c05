/* --diagnose: after a refusal, other offers to the same peer. First the widest; if that is taken,
 * all of it that is not needed is left out again, so that the smallest change remains. */
#include "apps/hs-client/diagnose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/common/say.h"

enum { PROBE_MS = 5000, COMMAND = 1000 };

typedef struct {
    client *base;
    hs__see *see; /* that sees nothing */
    unsigned tried;
    uint64_t started_us;
    bool asks_for_certificate;
    hs__facts facts; /* of what was accepted last */
    hs__fault *fault;
} search;

static bool may_go_on(const search *s) {
    uint64_t ms = (hs__clock_mono_us(NULL) - s->started_us) / 1000;
    return s->tried < DIAGNOSE_CONNECTIONS && ms < DIAGNOSE_MS && !s->fault->code &&
           !s->base->is_resolving;
}

/* ---- one connection ---------------------------------------------------------------------- */
/* Only the handshake, and whatever the certificate: that is not the peer's refusal. */
static void make_probe(const search *s, client *c) {
    *c = *s->base;
    c->is_probe = true;
    c->number = s->tried + 1;
    c->config = NULL;
    c->shares = NULL;
    c->see = s->see;
    c->error = c->http = NULL;
    c->a.http = c->a.pin = c->a.session_in = c->a.session_out = NULL;
    c->a.io = c->a.key_update = c->a.require_staple = false;
    c->a.insecure = true;
    c->a.resume = c->a.hold_ms = 0;
    c->a.expect = c->a.show = (hs__list){0};
    if (c->a.timeout_ms == 0 || c->a.timeout_ms > PROBE_MS)
        c->a.timeout_ms = PROBE_MS;
}

static hs__exit configure(client *c, hs__offer *offer, hs__fault *fault) {
    hs__exit code = hs__offer_read(&c->a.offer, offer, fault);
    if (!code)
        code = hs__offer_only_classic(&c->a.offer, offer, fault);
    if (!code)
        code = hs__codes_read(&c->a.shares, &hs__groups, "--shares", &c->shares, fault);
    return code ? code
                : client_configure(c, offer, HS_TRACE_MASK(HS_TR_MESSAGE), &c->config, fault);
}

/* Offers that do not go together are none. */
static bool is_accepted(search *s, const diagnose_set *set) {
    client c;
    hs__fault fault = {0};
    hs__offer offer = {0};
    bool is_taken = false;
    if (!may_go_on(s))
        return false;
    make_probe(s, &c);
    hs__exit code = diagnose_apply(set, &c.a, &fault);
    client_set_host(&c);
    if (!code)
        code = configure(&c, &offer, &fault);
    if (!code) {
        s->tried++;
        code = client_run(&c, s->base, s->fault);
        is_taken = c.facts.is_connected && code != HS__EXIT_HANDSHAKE;
        s->asks_for_certificate = s->asks_for_certificate || c.asked_for_certificate;
    }
    if (is_taken) {
        hs__facts_free(&s->facts);
        s->facts = c.facts;
        c.facts = (hs__facts){0};
    }
    client_free_own(&c);
    hs_config_unref(c.config);
    free(c.shares);
    hs__offer_free(&offer);
    diagnose_forget(set, &c.a);
    return is_taken;
}

/* ---- the search -------------------------------------------------------------------------- */
static diagnose_set without(const diagnose_set *set, size_t i) {
    diagnose_set less = *set;
    memmove(&less.v[i], &less.v[i + 1], (less.n - i - 1) * sizeof *less.v);
    less.n--;
    return less;
}

static void shrink(search *s, diagnose_set *set) {
    diagnose_set less;
    for (size_t i = set->n; i-- > 0 && set->n > 1;) {
        less = without(set, i);
        if (is_accepted(s, &less))
            *set = less;
    }
    if (diagnose_sharpen(set, &s->facts, &less) && is_accepted(s, &less))
        diagnose_sharpen(set, &s->facts, set);
}

static bool find(search *s, diagnose_set *set) {
    for (size_t i = 0; diagnose_wide(s->base, i, set); i++)
        if (set->n > 0 && is_accepted(s, set)) {
            shrink(s, set);
            return true;
        }
    for (size_t i = 0; diagnose_narrow(s->base, i, set); i++)
        if (set->n > 0 && is_accepted(s, set))
            return true;
    set->n = 0;
    return false;
}

/* ---- what came of it --------------------------------------------------------------------- */
static const char TRIED[] = "versions, cipher suites, groups, signature schemes, key shares, the "
                            "name asked for, application protocols, record sizes, the classic "
                            "profile, no extended main secret";

static bool needs_certificate(const search *s) {
    return s->asks_for_certificate && s->base->a.identity.cert.n == 0;
}

static void put_text(const search *s, const diagnose_set *set) {
    char text[160], command[COMMAND];
    if (set->n == 0) {
        if (needs_certificate(s))
            printf("%-12s the peer asks for a certificate of ours, and none was given: --cert=F "
                   "--key=F\n",
                   "diagnose");
        printf("%-12s nothing%s that was tried makes it accept: %s\n",
               needs_certificate(s) ? "" : "diagnose", needs_certificate(s) ? " else" : "", TRIED);
    } else {
        printf("%-12s the peer accepts it with %s:", "diagnose",
               set->n == 1 ? "one change" : "these changes together");
        for (size_t i = 0; i < set->n; i++)
            printf("%s %s", i ? "," : "", hs__safe(diagnose_text(&set->v[i], text)));
        diagnose_command(s->base, set, command, sizeof command);
        printf("\n%-12s then: %s, %s, %s\n%-12s type: %s\n", "", hs__version_text(s->facts.version),
               hs__suite_text(s->facts.suite), hs__exchange_text(&s->facts), "", command);
    }
    printf("%-12s %u connections in %.1f s\n", "", s->tried,
           (double)(hs__clock_mono_us(NULL) - s->started_us) / 1000000);
}

static json_t *as_json(const search *s, const diagnose_set *set) {
    char text[160], command[COMMAND] = "";
    json_t *changes = json_array();
    for (size_t i = 0; i < set->n; i++)
        json_array_append_new(changes, hs__json_string(diagnose_text(&set->v[i], text)));
    if (set->n > 0)
        diagnose_command(s->base, set, command, sizeof command);
    return json_pack("{s:b, s:o, s:o, s:b, s:i}", "accepted", set->n > 0, "changes", changes,
                     "command", *command ? hs__json_string(command) : json_null(),
                     "needs_certificate", needs_certificate(s), "connections", (int)s->tried);
}

static hs__exit open_blind(search *s, hs__fault *fault) {
    static const hs__see_options NOTHING;
    static const hs__common QUIET = {.quiet = true};
    const hs__see_setup setup = {.options = &NOTHING, .common = &QUIET, .tool = "hs-client"};
    return hs__see_open(&setup, &s->see, fault);
}

json_t *client_diagnose(client *base, bool asked_for_certificate, hs__fault *fault) {
    search s = {.base = base,
                .started_us = hs__clock_mono_us(NULL),
                .asks_for_certificate = asked_for_certificate,
                .fault = fault};
    diagnose_set set = {.n = 0};
    json_t *told = NULL;
    if (open_blind(&s, fault))
        return NULL;
    hs__say_progress("refused: trying other offers, at most %d connections in %d s",
                     DIAGNOSE_CONNECTIONS, DIAGNOSE_MS / 1000);
    find(&s, &set);
    if (!fault->code && base->a.common.json)
        told = as_json(&s, &set);
    else if (!fault->code)
        put_text(&s, &set);
    hs__facts_free(&s.facts);
    hs__see_close(s.see);
    return told;
}
