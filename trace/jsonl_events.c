#include "trace/jsonl.h"

#include <string.h>

#include "proto/extensions.h"
#include "trace/notes.h"

static json_t *conn(const hs_trace_conn *c) {
    json_t *b = json_object();
    hs__json_set(b, "what", hs__json_text(c->what));
    hs__json_set_if(b, "peer", c->peer);
    hs__json_set_if(b, "local", c->local);
    return b;
}

static json_t *state(const hs_trace_state *s) {
    json_t *b = json_object();
    hs__json_set(b, "from", hs__json_text(s->from));
    hs__json_set(b, "to", hs__json_text(s->to));
    hs__json_set_if(b, "cause", s->cause);
    return b;
}

/* ---- choices ----------------------------------------------------------------------------- */

static json_t *names_of(const char *what, hs_span list) {
    json_t *a = json_array();
    hs__name_fn names = hs__choose_names(what);
    hs_span name;
    if (strcmp(hs__str(what), "alpn") == 0) {
        while (hs__protocol_name_next(&list, &name)) {
            (void)json_array_append_new(a, hs__json_foreign(name.p, name.n));
        }
        return a;
    }
    for (size_t i = 0; i < hs__list16_count(list); i++) {
        hs__strbuf b = {0};
        hs__code_add(&b, names, hs__list16_at(list, i));
        (void)json_array_append_new(a, hs__json_text(hs__buf_str(&b)));
        hs__buf_free(&b);
    }
    return a;
}

static json_t *choose(const hs_trace_choose *c, bool is_server) {
    json_t *b = json_object();
    hs__json_set(b, "what", hs__json_text(c->what));
    hs__json_set(b, "chosen", hs__json_text(c->chosen));
    hs__json_set(b, "by", hs__json_text(c->by_us == is_server ? "server" : "client"));
    if (c->offered.n > 0) {
        hs__json_set(b, "offered", names_of(c->what, c->offered));
    }
    if (c->supported.n > 0) {
        hs__json_set(b, "supported", names_of(c->what, c->supported));
    }
    hs__json_set_if(b, "why", c->why);
    return b;
}

/* ---- keys -------------------------------------------------------------------------------- */

static json_t *transcript(const hs_trace_transcript *t) {
    json_t *b = json_object();
    hs__json_set(b, "through", hs__json_text(t->through));
    hs__json_set(b, "messages", hs__json_text(t->messages));
    hs__json_set(b, "hash", hs__json_text(t->hash));
    hs__json_set(b, "value", hs__json_hex(t->value));
    if (t->is_reset) {
        hs__json_set(b, "reset", json_true());
    }
    return b;
}

/* These are no secrets; what is not in the list may be one. */
static bool is_public_input(const char *name) {
    static const char *const names[] = {"label", "context", "public", "seed", "ciphertext"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static json_t *derive(const hs_trace_derive *d, hs_secrets secrets) {
    json_t *b = json_object(), *inputs = json_object(), *values = json_object();
    hs__json_set(b, "name", hs__json_text(d->name));
    hs__json_set(b, "fn", hs__json_text(d->fn));
    if (d->hash != NULL) {
        hs__json_set(b, "hash", hs__json_text(d->hash));
    }
    for (size_t i = 0; i < d->n_inputs; i++) {
        const hs_trace_input *in = &d->inputs[i];
        const char *name = hs__str(in->name);
        hs__json_set(inputs, name, hs__json_text(hs__str(in->ref)));
        if (in->bytes.n > 0 && (secrets == HS_SECRETS_SHOW || is_public_input(name))) {
            hs__json_set(values, name, hs__json_hex(in->bytes));
        }
    }
    hs__json_set(b, "inputs", inputs);
    if (json_object_size(values) > 0) {
        hs__json_set(b, "input_values", json_incref(values));
    }
    json_decref(values);
    hs__json_set(b, "len", hs__json_uint(d->len));
    if (secrets == HS_SECRETS_SHOW && d->value.n > 0) {
        hs__json_set(b, "value", hs__json_hex(d->value));
    }
    if (secrets != HS_SECRETS_HIDE && d->id.n > 0) {
        hs__json_set(b, "id", hs__json_hex(d->id));
    }
    if (d->us > 0) {
        hs__json_set(b, "us", hs__json_uint(d->us));
    }
    return b;
}

static json_t *key(const hs_trace_key *k) {
    json_t *b = json_object();
    hs__json_set(b, "dir", hs__json_dir(k->outbound));
    hs__json_set(b, "name", hs__json_text(k->name));
    hs__json_set(b, "aead", hs__json_text(k->aead));
    hs__json_set(b, "secret", hs__json_text(k->secret));
    return b;
}

static json_t *secret(const hs_trace_secret *s) {
    json_t *b = json_object();
    hs__json_set(b, "label", hs__json_text(s->label));
    hs__json_set(b, "client_random", hs__json_hex(s->client_random));
    hs__json_set(b, "value", hs__json_hex(s->secret));
    return b;
}

static json_t *key_update(const hs_trace_key_update *k) {
    json_t *b = json_object();
    hs__json_set(b, "dir", hs__json_dir(k->outbound));
    hs__json_set(b, "gen", hs__json_uint(k->generation));
    hs__json_set(b, "requested", json_boolean(k->requested));
    return b;
}

static json_t *ticket(const hs_trace_ticket *t) {
    json_t *b = json_object();
    hs__json_set(b, "dir", hs__json_dir(t->outbound));
    hs__json_set(b, "lifetime", hs__json_uint(t->lifetime));
    hs__json_set(b, "age_add", hs__json_uint(t->age_add));
    hs__json_set(b, "nonce", hs__json_hex(t->nonce));
    hs__json_set(b, "len", hs__json_uint(t->ticket_n));
    hs__json_set(b, "early_max", hs__json_uint(t->early_max));
    return b;
}

/* ---- checks ------------------------------------------------------------------------------ */

static json_t *report_row(const hs_report_row *r) {
    json_t *o = json_object();
    hs__json_set(o, "t", hs__json_text(r->check));
    hs__json_set(o, "ok", json_boolean(r->ok));
    hs__json_set(o, "code", hs__json_text(hs_status_name(r->status)));
    if (r->depth >= 0) {
        hs__json_set(o, "depth", hs__json_uint((uint64_t)r->depth));
    }
    hs__json_set_if(o, "subject", r->subject);
    hs__json_set_if(o, "want", r->expected);
    hs__json_set_if(o, "got", r->got);
    hs__json_set_if(o, "fix", r->fix);
    hs__json_set(o, "ref", hs__json_ref(r->rule));
    return o;
}

static json_t *report_cert(const hs_report_cert *c) {
    json_t *o = json_object();
    hs__json_set(o, "subject", hs__json_text(c->subject));
    hs__json_set(o, "issuer", hs__json_text(c->issuer));
    hs__json_set_if(o, "san", c->names);
    hs__json_set(o, "key", hs__json_text(c->key));
    hs__json_set(o, "serial", hs__json_text(c->serial));
    hs__json_set(o, "not_before", hs__json_time(c->not_before));
    hs__json_set(o, "not_after", hs__json_time(c->not_after));
    hs__json_set(o, "sha256", hs__json_text(c->sha256));
    hs__json_set(o, "der", hs__json_hex(c->der));
    return o;
}

static json_t *dead_ends(const hs_report *r) {
    json_t *all = json_array();
    for (size_t i = 0; i < r->n_dead_ends; i++) {
        json_t *o = json_object();
        hs__json_set(o, "path", hs__json_text(r->dead_ends[i].path));
        hs__json_set(o, "why", hs__json_text(r->dead_ends[i].why));
        (void)json_array_append_new(all, o);
    }
    return all;
}

static void add_report(json_t *b, const hs_report *r) {
    json_t *tests = json_array(), *path = json_array();
    hs__json_set(b, "summary", hs__json_text(r->summary));
    hs__json_set(b, "anchors", hs__json_uint(r->anchors));
    hs__json_set_if(b, "anchor_source", r->anchor_source);
    hs__json_set(b, "paths_tried", hs__json_uint(r->paths_tried));
    for (size_t i = 0; i < r->n_rows; i++) {
        (void)json_array_append_new(tests, report_row(&r->rows[i]));
        if (!r->rows[i].ok && r->rows[i].status == r->verdict &&
            json_object_get(b, "fix") == NULL) {
            hs__json_set_if(b, "fix", r->rows[i].fix);
        }
    }
    hs__json_set(b, "tests", tests);
    for (size_t i = 0; i < r->n_path; i++) {
        (void)json_array_append_new(path, report_cert(&r->path[i]));
    }
    hs__json_set(b, "path", path);
    if (r->n_dead_ends > 0) {
        hs__json_set(b, "dead_ends", dead_ends(r));
    }
}

/* In TLS 1.2 a client signs the messages as they are, session ids and tickets included. */
static bool shows_signed(const hs__jsonl *j, const hs_trace_check *c) {
    const bool are_messages =
        j->version == HS__VERSION_TLS12 && strcmp(hs__str(c->what), "certificate_verify") == 0;
    return c->signed_content.n > 0 && (!are_messages || j->secrets == HS_SECRETS_SHOW);
}

static json_t *check(const hs__jsonl *j, const hs_trace_check *c) {
    json_t *b = json_object();
    hs__json_set(b, "what", hs__json_text(c->what));
    hs__json_set_if(b, "side", c->side);
    hs__json_set(b, "ok", json_boolean(c->ok));
    hs__json_set(b, "enforced", json_boolean(c->enforced));
    hs__json_set_if(b, "covers", c->covers);
    hs__json_set_if(b, "scheme", c->scheme);
    if (c->expected.n > 0) {
        hs__json_set(b, "expected", hs__json_hex(c->expected));
    }
    if (c->got.n > 0) {
        hs__json_set(b, "got", hs__json_hex(c->got));
    }
    if (shows_signed(j, c)) {
        hs__json_set(b, "signed_content", hs__json_hex(c->signed_content));
    } else if (c->signed_content.n > 0) {
        hs__json_set(b, "signed_len", hs__json_uint(c->signed_content.n));
    }
    if (c->report != NULL) {
        hs__json_set(b, "code", hs__json_text(hs_status_name(c->report->verdict)));
        add_report(b, c->report);
    }
    if (c->us > 0) {
        hs__json_set(b, "us", hs__json_uint(c->us));
    }
    return b;
}

/* ---- alerts, notes, data ----------------------------------------------------------------- */

static json_t *alert(const hs_trace_alert *a, bool is_server) {
    json_t *b = json_object();
    const hs__code *code = hs__code_find(&hs__alerts, a->description);
    hs__json_set(b, "dir", hs__json_dir(a->outbound));
    hs__json_set(b, "level", hs__json_text(hs__alert_level_name(a->level)));
    hs__json_set(b, "desc", hs__json_text(code != NULL ? code->name : NULL));
    hs__json_set(b, "code", hs__json_uint(a->description));
    hs__json_set_if(b, "meaning", code != NULL ? code->note : NULL);
    hs__json_set_if(b, "local_error", a->cause);
    hs__json_set_if(b, "where", a->where);
    hs__json_set_if(b, "cause", a->detail);
    hs__json_set(b, "ref", hs__json_ref(a->rule));
    hs__json_set_if(b, "after", a->after);
    if (!a->outbound) {
        hs__json_set_if(b, "fix", hs__alert_advice(a->description, is_server));
    }
    return b;
}

static json_t *appdata(const hs_trace_appdata *a, hs_secrets secrets) {
    json_t *b = json_object();
    hs__json_set(b, "dir", hs__json_dir(a->outbound));
    hs__json_set(b, "len", hs__json_uint(a->n));
    if (secrets == HS_SECRETS_SHOW && a->bytes.n > 0) {
        hs__json_set(b, "bytes", hs__json_hex(a->bytes));
    }
    return b;
}

static json_t *note(const hs_trace_note *n) {
    json_t *b = json_object();
    hs__json_set(b, "text", hs__json_text(n->text));
    hs__json_set(b, "ref", hs__json_ref(n->rule));
    return b;
}

/* ---- the end ----------------------------------------------------------------------------- */

static json_t *done(const hs_trace_done *d) {
    json_t *b = json_object(), *us = json_object(), *ops = json_object();
    hs__json_set(b, "ok", json_true());
    hs__json_set(b, "version", hs__json_text(d->version));
    hs__json_set(b, "mode", hs__json_text(d->mode));
    hs__json_set(b, "rtts", hs__json_uint(d->rtts));
    hs__json_set(b, "suite", hs__json_text(d->suite));
    hs__json_set(b, "group", hs__json_text(d->group));
    hs__json_set(b, "sigalg", hs__json_text(d->scheme));
    hs__json_set(b, "alpn", d->alpn.n > 0 ? hs__json_foreign(d->alpn.p, d->alpn.n) : json_null());
    hs__json_set(b, "resumed", json_boolean(d->resumed));
    hs__json_set(b, "extended_main_secret", json_boolean(d->extended_main_secret));
    hs__json_set(b, "hrr", json_boolean(d->hrr));
    hs__json_set(b, "client_authenticated", json_boolean(d->client_authenticated));
    hs__json_set(b, "verified", json_boolean(d->verified));
    hs__json_set(b, "verify_enforced", json_boolean(d->verify_enforced));
    hs__json_set(b, "verify_code", hs__json_text(hs_status_name(d->verdict)));
    hs__json_set(b, "bytes_tx", hs__json_uint(d->bytes_tx));
    hs__json_set(b, "bytes_rx", hs__json_uint(d->bytes_rx));
    hs__json_set(b, "records_tx", hs__json_uint(d->records_tx));
    hs__json_set(b, "records_rx", hs__json_uint(d->records_rx));
    hs__json_set(us, "total", hs__json_uint(d->us_total));
    hs__json_set(us, "crypto", hs__json_uint(d->us_crypto));
    hs__json_set(b, "us", us);
    hs__json_set(ops, "sign", hs__json_uint(d->ops.sign));
    hs__json_set(ops, "verify", hs__json_uint(d->ops.verify));
    hs__json_set(ops, "ecdh", hs__json_uint(d->ops.kex));
    hs__json_set(b, "ops", ops);
    return b;
}

static json_t *closed(const hs_trace_closed *c) {
    json_t *b = json_object();
    hs__json_set(b, "clean", json_boolean(c->clean));
    hs__json_set(b, "bytes_tx", hs__json_uint(c->bytes_tx));
    hs__json_set(b, "bytes_rx", hs__json_uint(c->bytes_rx));
    hs__json_set(b, "records_tx", hs__json_uint(c->records_tx));
    hs__json_set(b, "records_rx", hs__json_uint(c->records_rx));
    hs__json_set(b, "app_tx", hs__json_uint(c->app_tx));
    hs__json_set(b, "app_rx", hs__json_uint(c->app_rx));
    return b;
}

/* A handshake that did not end well has a result, too. */
static void not_done(hs__jsonl *j) {
    json_t *b = json_object();
    hs__json_set(b, "ok", json_false());
    if (j->failure != NULL) {
        hs__json_set(b, "alert", json_incref(j->failure));
    }
    (void)hs__jsonl_emit(j, "done", b, false);
}

static void on_alert(hs__jsonl *j, const hs_trace_alert *a) {
    json_t *b = alert(a, j->is_server);
    if (a->description != HS__ALERT_close_notify && j->failure == NULL) {
        j->failure = json_incref(b);
    }
    (void)hs__jsonl_emit(j, "alert", b, false);
}

void hs__jsonl_event(hs__jsonl *j, const hs_trace *ev) {
    switch (ev->kind) {
    case HS_TR_CONN:
        (void)hs__jsonl_emit(j, "conn", conn(&ev->u.conn), false);
        break;
    case HS_TR_STATE:
        (void)hs__jsonl_emit(j, "state", state(&ev->u.state), false);
        break;
    case HS_TR_CHOOSE:
        (void)hs__jsonl_emit(j, "choose", choose(&ev->u.choose, j->is_server), false);
        break;
    case HS_TR_TRANSCRIPT:
        (void)hs__jsonl_emit(j, "transcript", transcript(&ev->u.transcript), false);
        break;
    case HS_TR_DERIVE:
        (void)hs__jsonl_emit(j, "derive", derive(&ev->u.derive, j->secrets), false);
        break;
    case HS_TR_KEY:
        (void)hs__jsonl_emit(j, "key", key(&ev->u.key), false);
        break;
    case HS_TR_SECRET:
        (void)hs__jsonl_emit(j, "secret", secret(&ev->u.secret), false);
        break;
    case HS_TR_CHECK:
        (void)hs__jsonl_emit(j, "check", check(j, &ev->u.check), false);
        break;
    case HS_TR_ALERT:
        on_alert(j, &ev->u.alert);
        break;
    case HS_TR_APPDATA:
        (void)hs__jsonl_emit(j, "appdata", appdata(&ev->u.appdata, j->secrets), false);
        break;
    case HS_TR_KEY_UPDATE:
        (void)hs__jsonl_emit(j, "keyupdate", key_update(&ev->u.key_update), false);
        break;
    case HS_TR_TICKET:
        (void)hs__jsonl_emit(j, "ticket", ticket(&ev->u.ticket), false);
        break;
    case HS_TR_NOTE:
        (void)hs__jsonl_emit(j, "note", note(&ev->u.note), false);
        break;
    case HS_TR_DONE:
        j->done = true;
        (void)hs__jsonl_emit(j, "done", done(&ev->u.done), false);
        break;
    case HS_TR_CLOSED:
        hs__jsonl_records_end(j);
        if (!j->done) {
            not_done(j);
        }
        (void)hs__jsonl_emit(j, "closed", closed(&ev->u.closed), false);
        break;
    case HS_TR_WIRE:
    case HS_TR_OPENED:
    case HS_TR_MESSAGE:
    case HS_TR_FIELD:
    case HS_TR_MESSAGE_END:
    case HS_TR_KINDS:
        break;
    }
}
