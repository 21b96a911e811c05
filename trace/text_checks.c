#include "trace/text.h"

#include <stdio.h>
#include <string.h>

#include "pki/time.h"
#include "proto/client_hello.h"
#include "proto/codepoints.h"
#include "proto/extensions.h"
#include "trace/notes.h"

/* ---- choices ----------------------------------------------------------------------------- */

static const char *choice_title(const char *what) {
    static const char *const titles[][2] = {
        {"suite", "cipher suite"},      {"group", "key exchange"},
        {"sigalg", "signature scheme"}, {"alpn", "application protocol"},
        {"hrr", "HelloRetryRequest"},
    };
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        if (strcmp(what, titles[i][0]) == 0) {
            return titles[i][1];
        }
    }
    return what;
}

/* "#2 of 3 offers"; which of the names in a ProtocolNameList or of the codes it was. */
static size_t position(const hs_trace_choose *c, size_t *count) {
    hs__name_fn names = hs__choose_names(c->what);
    hs_span list = c->offered, name;
    size_t found = 0;
    *count = 0;
    if (strcmp(hs__str(c->what), "alpn") == 0) {
        while (hs__protocol_name_next(&list, &name)) {
            ++*count;
            bool is_it = name.n == strlen(c->chosen) && memcmp(name.p, c->chosen, name.n) == 0;
            found = is_it && found == 0 ? *count : found;
        }
        return found;
    }
    for (size_t i = 0; names != NULL && i < hs__list16_count(list); i++) {
        const char *text = names(hs__list16_at(list, i));
        ++*count;
        found = text != NULL && found == 0 && strcmp(text, c->chosen) == 0 ? *count : found;
    }
    return found;
}

static void add_list(hs__text *t, const hs_trace_choose *c, const char *title, hs_span list) {
    hs__name_fn names = hs__choose_names(c->what);
    hs_span name;
    size_t n = 0;
    if (list.n == 0) {
        return;
    }
    hs__text_begin_at(t, HS__COL_TEXT);
    hs__buf_fmt(&t->line, "%s: ", title);
    if (strcmp(hs__str(c->what), "alpn") == 0) {
        while (hs__protocol_name_next(&list, &name)) {
            hs__buf_add(&t->line, n++ > 0 ? ", " : "");
            hs__buf_bytes(&t->line, name.p, name.n);
        }
    } else {
        for (size_t i = 0; i < hs__list16_count(list); i++) {
            hs__buf_add(&t->line, n++ > 0 ? ", " : "");
            hs__code_add(&t->line, names, hs__list16_at(list, i));
        }
    }
    hs__text_end(t, HS__COL_TEXT + 2);
}

static void nothing_fits(hs__text *t, const hs_trace_choose *c) {
    hs__text_begin(t, "!!", choice_title(hs__str(c->what)));
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_add(&t->line, "nothing in common");
    hs__text_end(t, HS__COL_TEXT);
    add_list(t, c, "offered", c->offered);
    add_list(t, c, "supported", c->supported);
}

void hs__text_choose(hs__text *t, const hs_trace_choose *c) {
    if (c->chosen == NULL) {
        nothing_fits(t, c);
        return;
    }
    if (t->level < 2) {
        return;
    }
    hs__text_begin_untimed(t, "==", choice_title(hs__str(c->what)));
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_add(&t->line, c->chosen);
    size_t count, at = position(c, &count);
    if (at > 0 && count == 1) {
        hs__buf_fmt(&t->line, ", %s only offer", c->by_us ? "the peer's" : "my");
    } else if (at > 0) {
        hs__buf_fmt(&t->line, ", #%zu of %s %zu offers", at, c->by_us ? "the peer's" : "my", count);
    }
    if (hs__str(c->why)[0] != 0) {
        hs__buf_fmt(&t->line, "; %s", c->why);
    }
    hs__text_end(t, HS__COL_TEXT);
}

/* ---- checks ------------------------------------------------------------------------------ */

static void report_cert(hs__text *t, size_t depth, const hs_report_cert *cert) {
    char from[HS__DATE_TEXT], until[HS__DATE_TEXT];
    hs__date_text(cert->not_before, from);
    hs__date_text(cert->not_after, until);
    hs__text_begin_at(t, HS__COL_TEXT);
    hs__buf_fmt(&t->line, "[%zu]  %s, %s, %s to %s", depth, hs__str(cert->subject),
                hs__str(cert->key), from, until);
    if (hs__str(cert->names)[0] != 0) {
        hs__buf_fmt(&t->line, ", for %s", cert->names);
    }
    hs__text_end(t, HS__COL_TEXT + 5);
}

static void report_fix(hs__text *t, const hs_report_row *row) {
    if (!row->ok && hs__str(row->fix)[0] != 0) {
        hs__text_begin_at(t, HS__COL_TEXT + 5);
        hs__buf_fmt(&t->line, "-> %s", row->fix);
        hs__text_end(t, HS__COL_TEXT + 8);
    }
}

static void report_row(hs__text *t, const hs_report_row *row) {
    hs__text_begin_at(t, HS__COL_TEXT);
    hs__buf_fmt(&t->line, "%-4s %-19s ", row->ok ? "ok" : "FAIL", hs__str(row->check));
    if (row->depth >= 0) {
        hs__buf_fmt(&t->line, "[%d] ", row->depth);
    }
    hs__buf_add(&t->line, hs__str(row->got));
    if (!row->ok) {
        hs__buf_fmt(&t->line, "; expected %s ", hs__str(row->expected));
        hs__ref_add(&t->line, row->rule);
    }
    hs__text_end(t, HS__COL_TEXT + 5);
    report_fix(t, row);
}

static void report_dead_end(hs__text *t, const hs_dead_end *end) {
    hs__text_begin_at(t, HS__COL_TEXT);
    hs__buf_fmt(&t->line, "dead end %s: %s", hs__str(end->path), hs__str(end->why));
    hs__text_end(t, HS__COL_TEXT + 5);
}

static void trust(hs__text *t, const hs_trace_check *c) {
    const hs_report *r = c->report;
    hs__text_begin(t, c->ok ? "ok" : "!!", "trust");
    hs__text_column(t, HS__COL_TEXT);
    if (!c->ok) {
        hs__buf_fmt(&t->line, "NOT TRUSTED%s", c->enforced ? "" : " (ignored: --insecure)");
    }
    if (r == NULL) {
        hs__buf_add(&t->line, c->ok ? "accepted by the program's own verdict"
                                    : ": refused by the program's own verdict");
    } else if (c->ok) {
        hs__buf_fmt(&t->line, "%s; all %zu checks passed", r->summary, r->n_rows);
    } else {
        hs__buf_fmt(&t->line, ": %s", r->summary);
        if (r->n_failed > 1) {
            hs__buf_fmt(&t->line, " (%zu checks fail)", r->n_failed);
        }
    }
    hs__text_end(t, HS__COL_TEXT);
    for (size_t i = 0; r != NULL && t->level >= 2 && i < r->n_path; i++) {
        report_cert(t, i, &r->path[i]);
    }
    for (size_t i = 0; r != NULL && i < r->n_rows; i++) {
        if (t->level >= 2 || (!r->rows[i].ok && r->n_failed > 1)) {
            report_row(t, &r->rows[i]);
        } else if (!r->rows[i].ok) { /* the line above has said what is wrong */
            report_fix(t, &r->rows[i]);
        }
    }
    for (size_t i = 0; r != NULL && t->level >= 2 && i < r->n_dead_ends; i++) {
        report_dead_end(t, &r->dead_ends[i]);
    }
    hs__text_explain(t, "trust");
}

static void proof_of_key(hs__text *t, const hs_trace_check *c) {
    hs__text_begin(t, c->ok ? "ok" : "!!", "proof of key");
    hs__text_column(t, HS__COL_TEXT);
    if (c->ok) {
        hs__buf_fmt(&t->line, "good signature over %s: the %s has the certificate's private key",
                    hs__str(c->covers), hs__str(c->side));
    } else {
        hs__buf_fmt(&t->line,
                    "bad signature over %s: the %s has not shown that it has the "
                    "certificate's private key",
                    hs__str(c->covers), hs__str(c->side));
    }
    hs__text_end(t, HS__COL_TEXT);
    if (t->level >= 3 && c->signed_content.n > 0) {
        hs__text_begin_at(t, HS__COL_TEXT);
        if (t->version == HS__VERSION_TLS12) {
            hs__buf_fmt(&t->line, "signed: the messages %s as they are, %zu B", hs__str(c->covers),
                        c->signed_content.n);
        } else {
            hs__buf_fmt(&t->line,
                        "signed: 64 x 20 | \"TLS 1.3, %s CertificateVerify\" | 00 | H(%s), %zu B",
                        hs__str(c->side), hs__str(c->covers), c->signed_content.n);
        }
        hs__text_end(t, HS__COL_TEXT);
    }
    hs__text_explain(t, "proof of key");
}

static void signed_part(hs__text *t, const char *name, hs_span bytes) {
    hs__text_begin_at(t, HS__COL_NAME);
    hs__buf_fmt(&t->line, "signed: %-13s ", name);
    hs__buf_hex(&t->line, bytes);
    hs__text_end(t, 0);
}

/* What is signed: both randoms, then the params (RFC 8422 5.4). */
static void server_key_exchange(hs__text *t, const hs_trace_check *c) {
    const hs_span all = c->signed_content;
    hs__text_begin(t, c->ok ? "ok" : "!!", "proof of key");
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_fmt(&t->line, "%s signature over client_random, server_random and params: ",
                c->ok ? "good" : "bad");
    hs__buf_add(&t->line, c->ok ? "the share comes from who has the certificate's private key"
                                : "the share may be anybody's");
    hs__text_end(t, HS__COL_TEXT);
    if (t->level >= 3 && all.n > 2 * HS__RANDOM) {
        signed_part(t, "client_random", (hs_span){all.p, HS__RANDOM});
        signed_part(t, "server_random", (hs_span){all.p + HS__RANDOM, HS__RANDOM});
        signed_part(t, "params", (hs_span){all.p + 2 * HS__RANDOM, all.n - 2 * HS__RANDOM});
    }
    hs__text_explain(t, "server_key_exchange");
}

static void finished(hs__text *t, const hs_trace_check *c) {
    char name[48];
    (void)snprintf(name, sizeof name, "%s Finished", hs__str(c->side));
    hs__text_begin(t, c->ok ? "ok" : "!!", name);
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_add(&t->line, t->version == HS__VERSION_TLS12 ? "verify_data " : "HMAC ");
    hs__buf_fmt(&t->line,
                c->ok ? "matches: both ends saw the same %s, byte for byte"
                      : "differs: the two ends did not see the same %s",
                hs__str(c->covers));
    hs__text_end(t, HS__COL_TEXT);
    if (t->level >= 3 && c->expected.n > 0) {
        hs__text_begin_at(t, HS__COL_NAME);
        hs__buf_add(&t->line, "expected ");
        hs__buf_hex(&t->line, c->expected);
        hs__text_end(t, 0);
        hs__text_begin_at(t, HS__COL_NAME);
        hs__buf_add(&t->line, "received ");
        hs__buf_hex(&t->line, c->got);
        hs__text_end(t, 0);
    }
    hs__text_explain(t, "finished");
}

void hs__text_check(hs__text *t, const hs_trace_check *c) {
    static const struct {
        const char *what;
        void (*print)(hs__text *t, const hs_trace_check *c);
    } rows[] = {{"chain", trust},
                {"certificate_verify", proof_of_key},
                {"server_key_exchange", server_key_exchange},
                {"finished", finished}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(hs__str(c->what), rows[i].what) == 0) {
            rows[i].print(t, c);
            return;
        }
    }
    hs__text_line(t, c->ok ? "ok" : "!!", hs__str(c->what), c->ok ? "passed" : "failed");
}

/* ---- alerts ------------------------------------------------------------------------------ */

static void add_alert_name(hs__text *t, uint8_t description) {
    hs__code_add(&t->line, hs__alert_name, description);
    hs__buf_fmt(&t->line, "(%u)", description);
}

static void add_if(hs__text *t, const char *before, const char *text) {
    if (hs__str(text)[0] != 0) {
        hs__buf_fmt(&t->line, "%s%s", before, text);
    }
}

static const char *alert_title(const hs__text *t, const hs_trace_alert *a) {
    if (a->description == HS__ALERT_close_notify) {
        return "alert";
    }
    if (t->is_observer) {
        return a->outbound ? "client's alert" : "server's alert";
    }
    return a->outbound ? "alert sent" : "alert received";
}

void hs__text_alert(hs__text *t, const hs_trace_alert *a) {
    bool is_close = a->description == HS__ALERT_close_notify;
    const char *mark = !is_close ? "!!" : a->outbound ? "->" : "<-";
    hs__text_begin_sized(t, mark, alert_title(t, a), 2);
    hs__text_record_column(t, a->outbound, a->outbound ? 0 : t->side[0].n);
    t->last_record = 0;
    hs__text_column(t, HS__COL_TEXT);
    /* TLS 1.3 goes by the description alone */
    if (t->version == HS__VERSION_TLS12 && !is_close) {
        hs__buf_fmt(&t->line, "%s ", hs__str(hs__alert_level_name(a->level)));
    }
    add_alert_name(t, a->description);
    const hs__code *code = hs__code_find(&hs__alerts, a->description);
    if (a->outbound && !is_close && hs__str(a->detail)[0] != 0) {
        add_if(t, ": ", a->detail);
        add_if(t, "; at ", a->where);
        hs__buf_add(&t->line, " ");
        hs__ref_add(&t->line, a->rule);
    } else {
        add_if(t, ": ", code != NULL ? code->note : "");
        add_if(t, ", after ", is_close ? "" : a->after);
    }
    hs__text_end(t, HS__COL_TEXT);
    bool is_ours = a->outbound || t->is_observer;
    if (!is_ours && hs__alert_advice(a->description, t->is_server)[0] != 0) {
        hs__text_begin_at(t, HS__COL_TEXT);
        hs__buf_fmt(&t->line, "-> %s", hs__alert_advice(a->description, t->is_server));
        hs__text_end(t, HS__COL_TEXT + 3);
    }
    hs__text_explain(t, "alert");
}

/* ---- the beginning and the end ----------------------------------------------------------- */

void hs__text_conn(hs__text *t, const hs_trace_conn *c) {
    hs__text_begin(t, "--", hs__str(c->what));
    hs__text_column(t, HS__COL_TEXT);
    add_if(t, "", c->peer);
    if (t->level >= 2) {
        add_if(t, ", local ", c->local);
    }
    if (!t->setup.o.no_time && t->t_us > 0 && strcmp(hs__str(c->what), "connected") == 0) {
        hs__buf_fmt(&t->line, " in %.2f ms", (double)t->t_us / 1000.0);
    }
    hs__text_end(t, HS__COL_TEXT);
}

void hs__text_done(hs__text *t, const hs_trace_done *d) {
    hs__text_begin(t, "--", t->is_observer ? "seems complete" : "handshake complete");
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_fmt(&t->line, "%s %s, %u RTT", hs__str(d->version), hs__str(d->mode), d->rtts);
    if (!t->setup.o.no_time && t->is_observer) {
        hs__buf_fmt(&t->line, ", %.2f ms", (double)d->us_total / 1000.0);
    } else if (!t->setup.o.no_time) {
        hs__buf_fmt(&t->line, ", %.2f ms (crypto %.2f)", (double)d->us_total / 1000.0,
                    (double)d->us_crypto / 1000.0);
    }
    if (d->alpn.n > 0) {
        hs__buf_add(&t->line, "; alpn ");
        hs__buf_bytes(&t->line, d->alpn.p, d->alpn.n);
    }
    hs__buf_fmt(&t->line, "; tx %llu B, rx %llu B", (unsigned long long)d->bytes_tx,
                (unsigned long long)d->bytes_rx);
    hs__text_end(t, HS__COL_TEXT);
    if (t->level >= 2 && !t->is_observer) {
        hs__text_begin_at(t, HS__COL_TEXT);
        hs__buf_add(&t->line, hs__str(d->suite));
        if (t->version == HS__VERSION_TLS12) {
            hs__buf_add(&t->line, d->extended_main_secret ? ", extended main secret"
                                                          : ", no extended main secret");
        }
        add_if(t, ", ", d->group);
        add_if(t, ", ", d->scheme);
        hs__buf_fmt(&t->line, "; %u key exchange, %u sign, %u verify operations", d->ops.kex,
                    d->ops.sign, d->ops.verify);
        hs__text_end(t, HS__COL_TEXT);
    }
    hs__text_explain(t, "complete");
}

void hs__text_closed(hs__text *t, const hs_trace_closed *c) {
    hs__text_begin(t, "--", "closed");
    hs__text_column(t, HS__COL_TEXT);
    hs__buf_fmt(&t->line, "%s; data tx %llu B, rx %llu B", c->clean ? "cleanly" : "not cleanly",
                (unsigned long long)c->app_tx, (unsigned long long)c->app_rx);
    hs__buf_fmt(&t->line, "; in all tx %llu B (%llu records), rx %llu B (%llu)",
                (unsigned long long)c->bytes_tx, (unsigned long long)c->records_tx,
                (unsigned long long)c->bytes_rx, (unsigned long long)c->records_rx);
    hs__text_end(t, HS__COL_TEXT);
}
