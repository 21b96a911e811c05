/* --compare: the same visit in two versions, side by side. */
#include <stdio.h>
#include <stdlib.h>

#include "apps/common/json.h"
#include "apps/common/say.h"
#include "apps/hs-client/client.h"

enum { RUNS = 2, TITLE = 40 };

static bool version_of(const char *word, uint16_t *out) {
    uint16_t max;
    return hs__versions_read(word, out, &max) && *out == max;
}

hs__exit client_compare_check(const client_args *a, hs__fault *fault) {
    uint16_t version;
    if (a->compare.n == 0)
        return HS__EXIT_OK;
    for (size_t i = 0; i < a->compare.n; i++)
        if (a->compare.n != RUNS || !version_of(a->compare.v[i], &version))
            return hs__fault_set(fault, HS__EXIT_USAGE,
                                 "--compare: two versions were expected, as in 1.2,1.3");
    if (a->io || a->hold_ms || a->resume || a->session_in || a->session_out || a->expect.n ||
        a->offer.tls)
        return hs__fault_set(fault, HS__EXIT_USAGE,
                             "--compare goes with none of --io, --hold, --resume, --session-in, "
                             "--session-out, --expect, --tls");
    return HS__EXIT_OK;
}

/* ---- the two runs ------------------------------------------------------------------------ */
typedef struct {
    client *base;
    hs_compare *table;
    json_t *all;
} comparison;

/* In the classic profile the old version is shown as it was, not with what replaced it. */
static hs__exit configure(const comparison *p, size_t run, client *c, hs__fault *fault) {
    hs__offer offer = c->offer;
    (void)version_of(c->a.compare.v[run], &offer.min_version);
    offer.max_version = offer.min_version;
    hs__exit code = offer.min_version == HS__VERSION_TLS12
                        ? hs__offer_only_classic(&c->a.offer, &offer, fault)
                        : HS__EXIT_OK;
    if (!code)
        code = client_configure(c, &offer, hs_render_mask(hs_compare_run(p->table, run)),
                                &c->config, fault);
    if (offer.suites != c->offer.suites)
        free(offer.suites);
    return code;
}

static hs__exit make_one(comparison *p, size_t run, hs__fault *fault) {
    client c = *p->base;
    c.number = (unsigned)run + 1;
    c.is_last = true;
    c.drops_body = !c.a.common.json;
    c.side = hs_compare_run(p->table, run);
    hs__exit code = configure(p, run, &c, fault);
    if (!code)
        code = client_run(&c, p->base, fault);
    if (!fault->code && c.a.common.json)
        json_array_append_new(p->all, client_summary_json(&c));
    hs_config_unref(c.config);
    client_free_own(&c);
    return code;
}

/* ---- what comes of them ------------------------------------------------------------------ */
static void to_stdout(void *ctx, const char *p, size_t n) {
    (void)ctx;
    fwrite(p, 1, n, stdout);
}

static void title(const client *base, size_t run, char out[TITLE]) {
    uint16_t version = 0;
    (void)version_of(base->a.compare.v[run], &version);
    bool is_classic = base->a.offer.profile == HS__OFFER_CLASSIC && version == HS__VERSION_TLS12;
    snprintf(out, TITLE, "%s%s", hs__version_text(version), is_classic ? ", classic RSA" : "");
}

static hs__exit open_table(comparison *p, hs__fault *fault) {
    char left[TITLE], right[TITLE];
    const hs_render_options o = {
        .size = sizeof o, .write = to_stdout, .no_time = p->base->a.see.no_time};
    title(p->base, 0, left);
    title(p->base, 1, right);
    hs_status st = hs_compare_new(&o, left, right, &p->table);
    return st ? hs__fail_status(fault, st, "--compare") : HS__EXIT_OK;
}

/* Both are made even if the first one fails: that, too, is a difference. */
hs__exit client_compare(client *base, hs__fault *fault) {
    comparison p = {.base = base, .all = json_array()};
    hs__exit code = open_table(&p, fault);
    for (size_t run = 0; run < RUNS && !fault->code && !base->is_resolving; run++) {
        hs__exit own = make_one(&p, run, fault);
        code = code ? code : own;
    }
    if (!fault->code && base->a.common.json)
        hs__json_print(stdout, json_pack("{s:b, s:i, s:O}", "ok", code == HS__EXIT_OK, "exit",
                                         (int)code, "compare", p.all));
    else if (!fault->code && !base->a.common.quiet)
        hs_compare_print(p.table);
    hs_compare_free(p.table);
    json_decref(p.all);
    return fault->code ? fault->code : code;
}
