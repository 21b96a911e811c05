/* One connection, then with --resume those that resume it; sessions from and to files. */
#include <stdlib.h>

#include "apps/common/files.h"
#include "apps/common/json.h"
#include "apps/common/say.h"
#include "apps/hs-client/client.h"

enum { SESSION_MAX = 256 * 1024 };

/* ---- sessions in files ------------------------------------------------------------------- */
static hs__exit read_session(const char *path, hs_session **out, hs__fault *fault) {
    hs__bytes bytes;
    *out = NULL;
    if (!path)
        return HS__EXIT_OK;
    hs__exit code = hs__file_read(path, SESSION_MAX, &bytes, fault);
    if (code)
        return code;
    hs_status st = hs_session_read(hs__bytes_span(&bytes), out);
    hs__bytes_free(&bytes);
    return st ? hs__fail_status(fault, st, "--session-in=%s", hs__safe(path)) : HS__EXIT_OK;
}

static hs__exit write_session(const char *path, const hs_session *session, hs__fault *fault) {
    hs__bytes bytes = {0};
    size_t n = 0;
    if (hs_session_write(session, NULL, &n) == HS_E_NO_SPACE)
        bytes = (hs__bytes){.p = malloc(n), .n = n};
    if (!bytes.p)
        return hs__fail_status(fault, HS_E_NOMEM, "--session-out");
    hs_status st = hs_session_write(session, bytes.p, &n);
    hs__exit code = st ? hs__fail_status(fault, st, "--session-out=%s", hs__safe(path))
                       : hs__file_write(path, hs__bytes_span(&bytes), 0600, true, fault);
    hs__bytes_free(&bytes);
    return code;
}

/* ---- the connections --------------------------------------------------------------------- */
typedef struct {
    client *base;
    hs_session *session; /* the last one that is worth keeping; NULL: none */
    json_t *first, *more;
    bool asked_for_certificate;
} rounds;

static void warn_without_session(const client *c) {
    bool is_12 = c->facts.version == HS__VERSION_TLS12;
    hs__say_warning("the server gave nothing to resume with%s",
                    is_12 ? "" : " (resumption is spoken in TLS 1.2 only: --tls=1.2)");
}

/* What was resumed without a new session can be resumed once more. */
static void keep_session(rounds *r, const client *c) {
    bool wants_one = c->a.session_out || !c->is_last;
    if (c->given) {
        hs_session_unref(r->session);
        r->session = hs_session_ref(c->given);
    } else if (!c->facts.resumed) {
        hs_session_unref(r->session);
        r->session = NULL;
    }
    if (wants_one && !r->session)
        warn_without_session(c);
}

static void tell(rounds *r, const client *c) {
    bool is_quiet = c->a.common.quiet || c->a.io || c->a.http || !c->facts.is_connected;
    if (c->a.common.json && !r->first)
        r->first = client_summary_json(c);
    else if (c->a.common.json)
        json_array_append_new(r->more, client_summary_json(c));
    else if (!is_quiet && c->number == 1)
        client_summary_text(c);
    else if (!is_quiet)
        client_summary_resumed(c);
}

/* What came of --break: where it happened, or where it could have for the last time. */
static void tell_broken(const client *c, hs__exit code) {
    char text[600];
    if (!c->a.break_what || (c->broke == HS__BREAK_NOT_YET && !c->is_last && code == HS__EXIT_OK))
        return;
    hs__break_text(&c->broken, c->broke, text, sizeof text);
    hs__say_progress("lab: %s", text);
}

static hs__exit make_one(rounds *r, unsigned number, hs__fault *fault) {
    client c = *r->base;
    c.number = number;
    c.is_last = number == r->base->a.resume + 1;
    c.session = r->session;
    hs__exit code = client_run(&c, r->base, fault);
    if (!code && c.session && !c.facts.resumed)
        hs__say_warning("the session was not resumed: the handshake was full");
    if (!code)
        keep_session(r, &c);
    if (!fault->code)
        tell(r, &c);
    tell_broken(&c, code);
    r->asked_for_certificate = c.asked_for_certificate;
    client_free_own(&c);
    return code;
}

/* What is not trusted was refused by us, and not by the peer. */
static void diagnose(rounds *r, hs__exit code, hs__fault *fault) {
    if (!r->base->a.diagnose || code != HS__EXIT_HANDSHAKE || fault->code)
        return;
    json_t *told = client_diagnose(r->base, r->asked_for_certificate, fault);
    if (told && r->first)
        json_object_set(r->first, "diagnose", told);
    json_decref(told);
}

/* A fault is said by main, as the one document there is. */
static void print(rounds *r, hs__exit code, const hs__fault *fault) {
    if (!r->first || fault->code) {
        json_decref(r->first);
        return;
    }
    if (r->base->a.resume) {
        json_object_set(r->first, "resumptions", r->more);
        json_object_set_new(r->first, "ok", json_boolean(code == HS__EXIT_OK));
        json_object_set_new(r->first, "exit", json_integer((int)code));
    }
    hs__json_print(stdout, r->first);
}

hs__exit client_rounds(client *base, hs__fault *fault) {
    rounds r = {.base = base, .more = json_array()};
    hs__exit code = read_session(base->a.session_in, &r.session, fault);
    if (!code)
        code = client_configure(base, &base->offer,
                                base->a.diagnose ? HS_TRACE_MASK(HS_TR_MESSAGE) : 0, &base->config,
                                fault);
    if (!code)
        hs__break_say(&base->broken);
    for (unsigned number = 1; !code && number <= base->a.resume + 1; number++)
        code = make_one(&r, number, fault);
    if (!code && base->a.session_out && r.session)
        code = write_session(base->a.session_out, r.session, fault);
    diagnose(&r, code, fault);
    print(&r, code, fault);
    hs_session_unref(r.session);
    json_decref(r.more);
    return code;
}
