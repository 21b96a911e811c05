#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/compare.h"

enum { TIME = 9, ARROW = 46, GAP = 4, LABEL = 22, CELL = 52 };

/* ---- lines ------------------------------------------------------------------------------- */

typedef struct {
    const hs_compare *c;
    hs__strbuf line;
} page;

static size_t time_width(const page *p) {
    return p->c->setup.o.no_time ? 0 : TIME;
}

static size_t column_at(const page *p, size_t run) {
    return run * (time_width(p) + ARROW + 2 + GAP);
}

/* Ends the line and writes it out, with foreign bytes made harmless. */
static void end(page *p) {
    hs__strbuf *b = &p->line;
    while (b->n > 0 && b->p[b->n - 1] == ' ') {
        b->p[--b->n] = 0;
    }
    const size_t n = hs_safe_text(NULL, 0, hs__buf_str(b), b->n);
    char *safe = malloc(n + 2);
    if (safe != NULL && !b->failed) {
        (void)hs_safe_text(safe, n + 1, hs__buf_str(b), b->n);
        safe[n] = '\n';
        p->c->setup.o.write(p->c->setup.o.ctx, safe, n + 1);
    } else {
        static const char sorry[] = "(out of memory: a line is lost)\n";
        p->c->setup.o.write(p->c->setup.o.ctx, sorry, sizeof sorry - 1);
    }
    free(safe);
    hs__buf_clear(b);
}

static void text_line(page *p, const char *text) {
    hs__buf_add(&p->line, text);
    end(p);
}

/* ---- ladders ----------------------------------------------------------------------------- */

static void titles(page *p) {
    for (size_t i = 0; i < 2; i++) {
        hs__buf_pad(&p->line, column_at(p, i) + time_width(p));
        hs__buf_add(&p->line, hs__buf_str(&p->c->runs[i].title));
    }
    end(p);
    for (size_t i = 0; i < 2; i++) {
        hs__buf_pad(&p->line, column_at(p, i) + time_width(p));
        hs__buf_add(&p->line, "client");
        hs__buf_pad(&p->line, column_at(p, i) + time_width(p) + ARROW + 2 - strlen("server"));
        hs__buf_add(&p->line, "server");
    }
    end(p);
}

/* An arrow with its label in it: "--- ClientHello 196 B ---->". */
static void arrow(const hs__rung *g, char out[ARROW + 1]) {
    char label[ARROW - 3];
    int n = snprintf(label, sizeof label, " %s %zu B ", g->name, g->n);
    memset(out, g->is_encrypted ? '=' : '-', ARROW);
    out[ARROW] = 0;
    memcpy(out + 3, label, (size_t)n < sizeof label ? (size_t)n : sizeof label - 1);
    out[g->from_client ? ARROW - 1 : 0] = g->from_client ? '>' : '<';
}

/* NULL: the lifelines alone. */
static void rung(page *p, size_t run, const hs__rung *g) {
    char body[ARROW + 1];
    hs__buf_pad(&p->line, column_at(p, run));
    if (!p->c->setup.o.no_time) {
        if (g != NULL) {
            hs__buf_fmt(&p->line, "%8.2f ", (double)g->t_us / 1000.0);
        } else {
            hs__buf_pad(&p->line, column_at(p, run) + TIME);
        }
    }
    if (g != NULL) {
        arrow(g, body);
    } else {
        memset(body, ' ', ARROW);
        body[ARROW] = 0;
    }
    hs__buf_fmt(&p->line, "|%s|", body);
}

/* Rungs from `at` on that go the same way. */
static size_t flight(const hs__compare_run *r, size_t at) {
    size_t n = 0;
    while (at + n < r->n_rungs && r->rungs[at + n].from_client == r->rungs[at].from_client) {
        n++;
    }
    return n;
}

/* Flight by flight, so that what answers what stands beside each other. */
static void ladders(page *p) {
    const hs__compare_run *runs = p->c->runs;
    size_t at[2] = {0, 0};
    while (at[0] < runs[0].n_rungs || at[1] < runs[1].n_rungs) {
        const size_t n[2] = {flight(&runs[0], at[0]), flight(&runs[1], at[1])};
        for (size_t i = 0; i < n[0] || i < n[1]; i++) {
            for (size_t k = 0; k < 2; k++) {
                rung(p, k, i < n[k] ? &runs[k].rungs[at[k] + i] : NULL);
            }
            end(p);
        }
        at[0] += n[0];
        at[1] += n[1];
        rung(p, 0, NULL);
        rung(p, 1, NULL);
        end(p);
    }
    if (runs[0].is_cut || runs[1].is_cut) {
        text_line(p, "(and more, not drawn)");
    }
}

/* ---- table ------------------------------------------------------------------------------- */

/* How much of a text fits a cell: up to its last blank. */
static size_t cut(const char *s) {
    size_t n = strlen(s);
    if (n <= CELL) {
        return n;
    }
    for (size_t i = CELL; i > 0; i--) {
        if (s[i] == ' ') {
            return i;
        }
    }
    return CELL;
}

static void row(page *p, const char *label, const char *left, const char *right) {
    const char *cell[2] = {left, right};
    hs__buf_add(&p->line, label);
    do {
        for (size_t i = 0; i < 2; i++) {
            const size_t n = cut(cell[i]);
            hs__buf_pad(&p->line, LABEL + i * (CELL + GAP));
            hs__buf_bytes(&p->line, cell[i], n);
            cell[i] += n + strspn(cell[i] + n, " ");
        }
        end(p);
    } while (cell[0][0] != 0 || cell[1][0] != 0);
}

static void version_cell(const hs__compare_run *r, hs__strbuf *b) {
    if (!r->is_done) {
        hs__buf_fmt(b, "FAILED: %s", r->failure[0] != 0 ? r->failure : "no answer");
        return;
    }
    hs__code_add(b, hs__version_name, r->version);
    hs__buf_fmt(b, ", %s%s", r->suite, r->done.resumed ? ", resumed" : "");
}

static void round_trips_cell(const hs__compare_run *r, hs__strbuf *b) {
    if (r->is_done) {
        hs__buf_fmt(b, "%u", r->done.rtts);
    }
}

static void bytes_cell(const hs__compare_run *r, hs__strbuf *b) {
    if (r->is_done) {
        hs__buf_fmt(b, "%llu sent, %llu received", (unsigned long long)r->done.bytes_tx,
                    (unsigned long long)r->done.bytes_rx);
    }
}

static void records_cell(const hs__compare_run *r, hs__strbuf *b) {
    if (r->is_done) {
        hs__buf_fmt(b, "%llu sent, %llu received", (unsigned long long)r->done.records_tx,
                    (unsigned long long)r->done.records_rx);
    }
}

static void time_cell(const hs__compare_run *r, hs__strbuf *b) {
    if (r->is_done) {
        hs__buf_fmt(b, "%.2f ms, of which %.2f in our cryptography",
                    (double)r->done.us_total / 1000.0, (double)r->done.us_crypto / 1000.0);
    }
}

static void exchange_cell(const hs__compare_run *r, hs__strbuf *b) {
    if (!r->is_done) {
        return;
    }
    if (r->done.resumed && r->version == HS__VERSION_TLS12) {
        hs__buf_add(b, "none: the main secret of the session");
    } else if (hs__is_key_transport(r->suite)) {
        hs__buf_add(b, "the client's secret, encrypted to the server's RSA key");
    } else {
        hs__buf_fmt(b, "%s", r->group);
    }
    if (r->scheme[0] != 0) {
        hs__buf_fmt(b, ", signed with %s", r->scheme);
    }
}

static void encryption_cell(const hs__compare_run *r, hs__strbuf *b) {
    size_t number = 0;
    for (size_t i = 0; i < r->n_rungs; i++) {
        number += r->rungs[i].is_message ? 1 : 0;
        if (r->rungs[i].is_message && number == r->first_encrypted) {
            hs__buf_fmt(b, "with %s, message %zu of %zu", r->rungs[i].name, number, r->n_messages);
            return;
        }
    }
    hs__buf_add(b, "never");
}

static void seen_cell(const hs__compare_run *r, hs__strbuf *b) {
    hs__buf_add(b, hs__buf_str(&r->seen));
    hs__buf_add(b, "; size and time of each record");
}

static void hidden_cell(const hs__compare_run *r, hs__strbuf *b) {
    hs__buf_add(b, hs__buf_str(&r->hidden));
    if (r->is_done) {
        hs__buf_fmt(b, "%sthe data", r->hidden.n > 0 ? "; " : "");
    }
}

static void stolen_cell(const hs__compare_run *r, hs__strbuf *b) {
    if (r->is_done && hs__is_key_transport(r->suite)) {
        hs__buf_add(b, "ALL: whoever gets the server's key later and kept a recording reads it");
    } else if (r->is_done && r->done.resumed && r->version == HS__VERSION_TLS12) {
        hs__buf_add(b, "nothing; but the old session's main secret opens this one, too");
    } else if (r->is_done) {
        hs__buf_add(b, "nothing: the keys of this exchange are forgotten");
    }
}

static void binding_cell(const hs__compare_run *r, hs__strbuf *b) {
    if (r->is_done) {
        hs__buf_add(b, r->done.extended_main_secret
                           ? "yes"
                           : "NO: no extended_main_secret (older: extended_master_secret)");
    }
}

static void table(page *p) {
    static const struct {
        const char *label;
        void (*add)(const hs__compare_run *r, hs__strbuf *b);
        bool is_time;
    } rows[] = {
        {"result", version_cell, false},
        {"round trips to data", round_trips_cell, false},
        {"bytes of handshake", bytes_cell, false},
        {"records", records_cell, false},
        {"time", time_cell, true},
        {"key exchange", exchange_cell, false},
        {"bound to the messages", binding_cell, false},
        {"encryption starts", encryption_cell, false},
        {"an observer reads", seen_cell, false},
        {"he cannot read", hidden_cell, false},
        {"a stolen key opens", stolen_cell, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        hs__strbuf cell[2] = {{0}, {0}};
        rows[i].add(&p->c->runs[0], &cell[0]);
        rows[i].add(&p->c->runs[1], &cell[1]);
        if (!(rows[i].is_time && p->c->setup.o.no_time)) {
            row(p, rows[i].label, hs__buf_str(&cell[0]), hs__buf_str(&cell[1]));
        }
        hs__buf_free(&cell[0]);
        hs__buf_free(&cell[1]);
    }
}

void hs_compare_print(const hs_compare *c) {
    page p = {.c = c};
    text_line(&p, "# hs-compare/1   ---- in clear: anybody on the path reads it   ==== encrypted");
    titles(&p);
    ladders(&p);
    table(&p);
    hs__buf_free(&p.line);
}
