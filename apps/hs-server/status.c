/* --status: a client sees its own connection, whatever the server's flags, with secrets hidden
 * (DECISIONS S7). --status-all: clients on this machine see those of late. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/common/say.h"
#include "apps/hs-server/server.h"

enum { ALL_TRACES = 64 * 1024 * 1024 };

/* ---- answers ----------------------------------------------------------------------------- */
typedef enum { AS_TEXT, AS_JSON, AS_LINES, AS_PAGE } form;

static const char *const TYPES[] = {
    [AS_TEXT] = "text/plain; charset=utf-8",
    [AS_JSON] = "application/json",
    [AS_LINES] = "application/jsonl",
    [AS_PAGE] = "text/html; charset=utf-8",
};

/* Takes over `text`; NULL: no memory. Nothing of it may be kept, put into a frame or be read by
 * another site's script. */
static void answer(http_answer *a, form as, char *text, size_t n) {
    if (!text) {
        http_answer_text(a, 500, "Out of memory.\n");
        return;
    }
    *a = (http_answer){.status = 200, .file = -1, .body = (uint8_t *)text, .length = n};
    int at = snprintf(a->head, sizeof a->head,
                      "Content-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n"
                      "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
                      "Cross-Origin-Resource-Policy: same-origin\r\nVary: Accept\r\n",
                      TYPES[as], n);
    if (as == AS_PAGE)
        snprintf(a->head + at, sizeof a->head - (size_t)at,
                 "Content-Security-Policy: %s; frame-ancestors 'none'\r\n", status_policy());
}

static void answer_text(http_answer *a, form as, char *text) {
    answer(a, as, text, text ? strlen(text) : 0);
}

static void answer_json(http_answer *a, json_t *j) {
    answer_text(a, AS_JSON, json_dumps(j, JSON_INDENT(2)));
    json_decref(j);
}

/* The lines themselves, or the page that shows them. `trace` is a reference, taken over. */
static void answer_trace(http_answer *a, form as, kept *trace) {
    const char *why;
    size_t n = 0;
    char *lines = kept_copy(trace, &n, &why);
    if (!lines) {
        http_answer_text(a, 404, "%s\n", why);
    } else if (as == AS_LINES) {
        answer(a, as, lines, n);
    } else {
        answer_text(a, as, status_page(lines, n));
        free(lines);
    }
    kept_unref(trace);
}

/* ---- one's own connection ---------------------------------------------------------------- */
static char *text_with_reason(const connection *c) {
    const char *why;
    size_t n;
    char *lines = kept_copy(c->trace, &n, &why), *text = status_text(c), *both = NULL;
    free(lines);
    if (text && !lines && asprintf(&both, "%sNo page: %s\n", text, why) < 0)
        both = NULL;
    if (lines || !both)
        return text;
    free(text);
    return both;
}

static form own_form(const http_request *r) {
    return r->wants_json ? AS_JSON : r->wants_html ? AS_PAGE : AS_TEXT;
}

static void answer_own(const http_request *r, http_answer *a, form as) {
    const char *why;
    size_t n;
    char *lines;
    switch (as) {
    case AS_JSON:
        answer_json(a, status_json(r->c));
        return;
    case AS_LINES:
        answer_trace(a, as, kept_ref(r->c->trace));
        return;
    case AS_PAGE:
        lines = kept_copy(r->c->trace, &n, &why);
        if (lines) {
            answer_text(a, as, status_page(lines, n));
            free(lines);
            return;
        }
        break;
    case AS_TEXT:
        break;
    }
    answer_text(a, AS_TEXT, text_with_reason(r->c));
}

/* ---- those of late ----------------------------------------------------------------------- */
/* "/c/ID" and "/c/ID.jsonl" */
static void answer_one(const http_request *r, http_answer *a, const char *path) {
    char id[RECENT_ID];
    size_t n = strcspn(path, ".");
    bool is_lines = strcmp(path + n, ".jsonl") == 0;
    kept *trace = NULL;
    json_t *about = NULL;
    if (n == sizeof id - 1 && (is_lines || !path[n])) {
        memcpy(id, path, n);
        id[n] = 0;
        about = recents_find(r->c->app->recents, id, &trace);
    }
    if (about)
        answer_trace(a, is_lines ? AS_LINES : AS_PAGE, trace);
    else
        http_answer_text(a, 404, "There is no such connection, or not any more.\n");
    json_decref(about);
}

static void answer_all(const http_request *r, http_answer *a, form as) {
    json_t *list = recents_list(r->c->app->recents);
    if (as == AS_JSON) {
        answer_json(a, list);
        return;
    }
    answer_text(a, AS_PAGE, status_list_page(list));
    json_decref(list);
}

/* true: the path is one of these, and is answered. */
static bool answer_recent(const http_request *r, http_answer *a, const char *path) {
    bool is_list = strcmp(path, "/all") == 0 || strcmp(path, "/all.json") == 0;
    bool is_one = strncmp(path, "/c/", 3) == 0;
    if (!r->c->app->recents || (!is_list && !is_one))
        return false;
    if (!r->c->is_local)
        http_answer_text(a, 403, "Other connections are shown to visitors on this machine only.\n");
    else if (is_one)
        answer_one(r, a, path + 3);
    else
        answer_all(r, a, path[4] || r->wants_json || !r->wants_html ? AS_JSON : AS_PAGE);
    return true;
}

static const char *verdict_of(const hs__facts *f) {
    return f->n_chain == 0 ? "none" : f->verdict ? "not trusted" : "trusted";
}

/* Of a handshake that failed only the hello is known. */
static json_t *about_failed(const connection *c, const hs__failure *failure) {
    char text[900], name[300];
    hs__rd_root root;
    hs__client_hello hello;
    json_t *about = json_object();
    hs__failure_text(failure, text, sizeof text);
    json_object_set_new(about, "text", hs__json_string(text));
    json_object_set_new(about, "error", hs__failure_json(failure));
    if (c->hello &&
        hs__client_hello_read((hs_span){c->hello, c->hello_n}, NULL, &root, &hello) == HS_OK) {
        hs_span asked = hello.extensions.server_name;
        snprintf(name, sizeof name, "%.*s", (int)asked.n, (const char *)asked.p);
        json_object_set_new(about, "servername", asked.n ? hs__json_string(name) : json_null());
    }
    return about;
}

void status_add(connection *c, const hs__failure *failure) {
    if (!c->app->recents)
        return;
    json_t *about = failure ? about_failed(c, failure) : hs__facts_json(&c->facts);
    json_object_set_new(about, "ok", json_boolean(!failure));
    json_object_set_new(about, "conn", json_string(c->name));
    json_object_set_new(about, "peer", json_string(c->peer));
    json_object_set_new(about, "time", hs__json_date((int64_t)(hs__clock_now_ms(NULL) / 1000)));
    json_object_set_new(about, "client_certificate", json_string(verdict_of(&c->facts)));
    if (*c->prints.ja4)
        json_object_set_new(about, "ja4", json_string(c->prints.ja4));
    recents_add(c->app->recents, about, c->trace);
}

/* ---- what there is ----------------------------------------------------------------------- */
static const struct {
    const char *path;
    form as;
    bool by_accept; /* the form is the visitor's choice */
} PATHS[] = {
    {"/", AS_TEXT, true},      {"/status", AS_TEXT, true},
    {"/json", AS_JSON, false}, {"/status.json", AS_JSON, false},
    {"/text", AS_TEXT, false}, {"/trace.jsonl", AS_LINES, false},
};

void status_answer(const http_request *r, http_answer *a) {
    char path[64];
    snprintf(path, sizeof path, "%.*s", (int)strcspn(r->url, "?#"), r->url);
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++)
        if (strcmp(path, PATHS[i].path) == 0) {
            answer_own(r, a, PATHS[i].by_accept ? own_form(r) : PATHS[i].as);
            return;
        }
    if (strcmp(path, "/favicon.ico") == 0)
        *a = (http_answer){.status = 204, .file = -1, .head = "Cache-Control: max-age=86400\r\n"};
    else if (!answer_recent(r, a, path))
        http_answer_text(a, 404, "There are /, /json, /text and /trace.jsonl here%s.\n",
                         r->c->app->recents ? ", and /all for visitors on this machine" : "");
}

/* ---- the service ------------------------------------------------------------------------- */
hs_render *status_keep(void *ctx, const hs_render_options *o) {
    connection *c = ctx;
    hs_render *render = NULL;
    return kept_new(&c->app->traces, o, &c->trace, &render) == HS_OK ? render : NULL;
}

hs__exit status_open(server *app, hs__fault *fault) {
    app->traces.most = ALL_TRACES;
    if (!app->a.status_all)
        return HS__EXIT_OK;
    app->recents = recents_new();
    return app->recents ? HS__EXIT_OK : hs__fail_status(fault, HS_E_NOMEM, "--status-all");
}

void status_close(server *app) {
    recents_free(app->recents);
}
