/* hs_verify: parse, build, judge, report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "pki/path.h"
#include "pki/text.h"
#include "proto/span.h"

enum { POOL_MAX = 256, EXTRA_ROWS = 2, NAMES_TEXT = 1024 };

typedef struct {
    hs_report report; /* first: what the caller sees */
    hs__arena arena;
    hs_report_cert path[HS__PATH_CERTS_MAX];
    hs_dead_end dead_ends[HS__DEAD_ENDS];
    hs_report_row rows[];
} box;

static box *box_new(size_t rows) {
    box *b = calloc(1, sizeof(*b) + rows * sizeof(b->rows[0]));
    if (b != NULL) {
        b->report.rows = b->rows;
        b->report.path = b->path;
        b->report.dead_ends = b->dead_ends;
        b->report.anchor_source = "";
    }
    return b;
}

void hs_report_free(hs_report *report) {
    box *b = (box *)report;
    if (b != NULL) {
        hs__arena_free(&b->arena);
        free(b);
    }
}

static void add_row(box *b, hs_report_row row) {
    b->report.n_failed += row.ok ? 0 : 1;
    b->rows[b->report.n_rows++] = row;
}

/* ---- certificates of the path ------------------------------------------------------------ */

static const char *sha256_text(box *b, const hs_provider *p, hs_span der) {
    uint8_t digest[HS__HASH_MAX];
    char text[2 * HS__HASH_MAX + 4];
    hs__text t;
    if (hs__digest(p, HS__SHA256, der, digest)) {
        return "";
    }
    hs__text_init(&t, text, sizeof(text));
    hs__text_hex(&t, (hs_span){digest, 32});
    return hs__arena_f(&b->arena, "%s", text);
}

static const char *name_text(box *b, hs_span name) {
    char text[HS__NAME_TEXT];
    hs__name_text(name, text, sizeof(text));
    return hs__arena_f(&b->arena, "%s", text);
}

static void describe(box *b, const hs_provider *p, const hs__cert *c, hs_report_cert *out) {
    char names[NAMES_TEXT];
    char key[HS__KEY_TEXT];
    char serial[64];
    hs__text t;
    hs__cert_names_text(c, names, sizeof(names));
    hs__spki_text(&c->key, key, sizeof(key));
    hs__text_init(&t, serial, sizeof(serial));
    /* As a number: without the byte that only says "not negative". */
    const size_t sign = c->serial.n > 1 && c->serial.p[0] == 0 ? 1 : 0;
    hs__text_hex(&t, (hs_span){c->serial.p + sign, c->serial.n - sign});
    out->subject = name_text(b, c->subject);
    out->issuer = name_text(b, c->issuer);
    out->names = hs__arena_f(&b->arena, "%s", names);
    out->key = hs__arena_f(&b->arena, "%s", key);
    out->serial = hs__arena_f(&b->arena, "%s", serial);
    out->sha256 = sha256_text(b, p, c->der);
}

static void fill_path(box *b, const hs__judge *j, const hs__path *path, bool with_texts) {
    b->report.n_path = path->n;
    for (size_t i = 0; i < path->n; i++) {
        const hs__cert *c = path->cert[i];
        b->path[i] = (hs_report_cert){.der = c->der,
                                      .subject = "",
                                      .issuer = "",
                                      .names = "",
                                      .key = "",
                                      .serial = "",
                                      .sha256 = "",
                                      .not_before = c->not_before,
                                      .not_after = c->not_after};
        if (with_texts) {
            describe(b, j->provider, c, &b->path[i]);
        }
    }
}

/* ---- rows -------------------------------------------------------------------------------- */

/* The failure that the verdict is made of, so far. */
typedef struct {
    unsigned rank;
    hs_status status;
    const char *summary;
} verdict;

static const char *or_empty(const char *text) {
    return text != NULL ? text : "";
}

static void run_check(box *b, hs__judge *j, const hs__path *path, size_t depth,
                      const hs__check *check, hs__arena *arena, verdict *v) {
    hs__finding f = {.arena = arena};
    check->run(j, path, depth, &f);
    if (f.is_skipped) {
        return;
    }
    const bool ok = f.status == HS_OK;
    add_row(b, (hs_report_row){.check = check->name,
                               .ok = ok,
                               .depth = (int)depth,
                               .status = f.status,
                               .subject = arena != NULL ? b->path[depth].subject : "",
                               .expected = or_empty(f.expected),
                               .got = or_empty(f.got),
                               .fix = ok ? "" : or_empty(f.fix),
                               .rule = check->rule});
    if (!ok && check->rank < v->rank) {
        *v = (verdict){check->rank, f.status, or_empty(f.summary)};
    }
}

static void fill_rows(box *b, hs__judge *j, const hs__path *path, hs__arena *arena, verdict *v) {
    *v = (verdict){.rank = ~0u, .status = HS_OK, .summary = ""};
    b->report.n_rows = 0;
    b->report.n_failed = 0;
    for (size_t depth = 0; depth < path->n; depth++) {
        for (size_t i = 0; i < hs__n_checks; i++) {
            if (hs__check_applies(&hs__checks[i], path, depth)) {
                run_check(b, j, path, depth, &hs__checks[i], arena, v);
            }
        }
    }
}

/* A search that was given up may have missed a good path: that is the verdict then. */
static void add_limit_row(box *b, verdict *v) {
    *v = (verdict){0, HS_E_VERIFY_LIMIT,
                   "the search for a chain was given up: the certificates sent allow too many"};
    add_row(b, (hs_report_row){.check = "work",
                               .depth = -1,
                               .status = HS_E_VERIFY_LIMIT,
                               .subject = "",
                               .expected = "a chain that is found within bounds",
                               .got = "too many ways to try",
                               .fix = "send the leaf and the intermediates it needs, no others",
                               .rule = hs_status_rule(HS_E_VERIFY_LIMIT)});
}

static void add_pool_row(box *b, size_t n_skipped) {
    add_row(b,
            (hs_report_row){.check = "pool",
                            .ok = true,
                            .depth = -1,
                            .subject = "",
                            .expected = "certificates that can be read",
                            .got = hs__arena_f(
                                &b->arena, "%zu of those sent cannot and were left out", n_skipped),
                            .fix = "",
                            .rule = "rfc5280#section-4.1"});
}

/* ---- ways that led nowhere --------------------------------------------------------------- */

static const char *way_text(box *b, const hs__path *path) {
    char text[NAMES_TEXT];
    hs__text t;
    hs__text_init(&t, text, sizeof(text));
    for (size_t i = 0; i < path->n && !t.is_cut; i++) {
        const char *name = name_text(b, path->cert[i]->subject);
        hs__text_f(&t, "%s%s", i > 0 ? " < " : "", name[0] != '\0' ? name : "(empty name)");
    }
    return hs__arena_f(&b->arena, "%s", text);
}

static void fill_dead_ends(box *b, hs__judge *j) {
    for (size_t i = 0; i < j->n_dead_ends; i++) {
        const hs__path *path = &j->dead_ends[i];
        b->dead_ends[i] = (hs_dead_end){way_text(b, path), hs__dead_end_text(j, path, &b->arena)};
    }
    b->report.n_dead_ends = j->n_dead_ends;
}

/* "CN=a.test is trusted, by way of CN=root of system bundle" */
static void praise(box *b, const hs__path *path) {
    const char *leaf = b->path[0].subject;
    const char *root = b->path[path->n - 1].subject;
    (void)snprintf(b->report.summary, sizeof(b->report.summary), "trusted, by way of %.100s%s%.60s",
                   path->n > 1 ? root : leaf, " of ", b->report.anchor_source);
}

static box *report_path(hs__judge *j, const hs__path *path, size_t n_skipped) {
    verdict v;
    box *b = box_new(path->n * hs__n_checks + EXTRA_ROWS);
    if (b == NULL) {
        return NULL;
    }
    if (path->anchor != NULL) {
        b->report.anchor_source = hs__trust_source(j->trust, path->anchor);
    }
    fill_path(b, j, path, false);
    fill_rows(b, j, path, NULL, &v);
    const bool with_texts = j->options->details || v.status != HS_OK;
    if (with_texts) {
        fill_path(b, j, path, true);
        fill_rows(b, j, path, &b->arena, &v);
    }
    if (v.status != HS_OK && j->is_exhausted) {
        add_limit_row(b, &v);
    }
    if (with_texts && n_skipped > 0) {
        add_pool_row(b, n_skipped);
    }
    if (with_texts) {
        fill_dead_ends(b, j);
    }
    b->report.verdict = v.status;
    (void)snprintf(b->report.summary, sizeof(b->report.summary), "%s",
                   v.status == HS_OK ? "trusted" : v.summary);
    if (with_texts && v.status == HS_OK) {
        praise(b, path);
    }
    return b;
}

/* The leaf cannot even be read. */
static box *report_unreadable(const hs__rd_root *root) {
    box *b = box_new(1);
    if (b == NULL) {
        return NULL;
    }
    b->report.verdict = HS_E_CERT_FORMAT;
    const char *got = hs__arena_f(&b->arena, "%s %s", root->where, root->problem);
    add_row(b, (hs_report_row){.check = "format",
                               .status = HS_E_CERT_FORMAT,
                               .subject = "",
                               .expected = "a certificate in strict DER",
                               .got = got,
                               .fix = "issue it anew with a tool that writes correct DER",
                               .rule = hs_status_rule(HS_E_CERT_FORMAT)});
    (void)snprintf(b->report.summary, sizeof(b->report.summary),
                   "certificate does not follow its format: %.150s", got);
    return b;
}

/* ---- the call ---------------------------------------------------------------------------- */

/* The same certificate twice would only be tried twice. */
static bool is_in_pool(const hs__pool_cert *pool, size_t n, const hs__pool_cert *one) {
    for (size_t i = 0; i < n; i++) {
        if (pool[i].subject_hash == one->subject_hash &&
            hs__span_equal(pool[i].cert.der, one->cert.der)) {
            return true;
        }
    }
    return false;
}

/* Reads all but the leaf; what cannot be read is left out. */
static size_t read_pool(const hs_verify_options *o, hs__pool_cert *pool, size_t *n_skipped) {
    hs__rd_root root;
    size_t n = 0;
    for (size_t i = 1; i < o->n_chain; i++) {
        if (n == POOL_MAX ||
            hs__certificate_read(o->chain[i], NULL, &pool[n].cert, &root) != HS_OK) {
            *n_skipped += 1;
            continue;
        }
        pool[n].subject_hash = hs__name_hash(pool[n].cert.subject);
        n += is_in_pool(pool, n, &pool[n]) ? 0 : 1;
    }
    return n;
}

static box *judge_chain(hs__judge *j, const hs__cert *leaf, hs__pool_cert *pool) {
    hs__path path;
    size_t tried;
    size_t n_skipped = 0;
    const size_t n_pool = read_pool(j->options, pool, &n_skipped);
    hs__path_build(j, leaf, pool, n_pool, &path, &tried);
    box *b = report_path(j, &path, n_skipped);
    if (b != NULL) {
        b->report.paths_tried = tried;
        b->report.signatures = j->n_signatures;
    }
    return b;
}

hs_status hs_verify(hs_provider *provider, const hs_trust *trust, const hs_verify_options *o,
                    hs_report **report) {
    hs__judge j;
    hs__rd_root root;
    hs__cert leaf;
    box *b = NULL;
    *report = NULL;
    if (provider == NULL || o == NULL || o->size != sizeof(*o) || o->chain == NULL ||
        o->n_chain == 0 || (unsigned)o->purpose > HS_PURPOSE_KEY_TRANSPORT ||
        (o->n_policies > 0 && o->policies == NULL)) {
        return HS_E_MISUSE;
    }
    memset(&j, 0, sizeof(j));
    j.provider = provider;
    j.trust = trust;
    j.options = o;
    j.host_status = o->name != NULL ? hs__host_read(o->name, &j.host) : HS_E_ILLEGAL_VALUE;
    if (o->staple.p != NULL) {
        j.staple_status = hs__ocsp_read(o->staple, NULL, &j.staple, &root);
    }
    if (hs__certificate_read(o->chain[0], NULL, &leaf, &root) != HS_OK) {
        b = report_unreadable(&root);
    } else {
        const size_t n = o->n_chain - 1 < POOL_MAX ? o->n_chain - 1 : POOL_MAX;
        hs__pool_cert *pool = n > 0 ? malloc(n * sizeof(*pool)) : NULL;
        if (n > 0 && pool == NULL) {
            return HS_E_NOMEM;
        }
        b = judge_chain(&j, &leaf, pool);
        free(pool);
    }
    if (b == NULL || b->arena.is_short || b->report.verdict == HS_E_NOMEM) {
        hs_report_free((hs_report *)b);
        return HS_E_NOMEM;
    }
    b->report.anchors = trust != NULL ? hs_trust_count(trust) : 0;
    *report = &b->report;
    return b->report.verdict;
}
