/* The pages of --status: a connection's, which is the page of --html made after the fact, and the
 * list of those of late. */
#include <stdlib.h>
#include <string.h>

#include "apps/common/say.h"
#include "apps/hs-server/server.h"
#include "trace/html.h"
#include "trace/replay.h"

/* ---- a connection ------------------------------------------------------------------------ */
static void to_buffer(void *ctx, const char *p, size_t n) {
    hs__buf_bytes(ctx, p, n);
}

static void *begin(void *ctx, const hs__replay_head *head) {
    hs_render_options o = hs__replay_options(head);
    o.write = to_buffer;
    o.ctx = ctx;
    o.secrets = HS_SECRETS_HIDE;
    hs_render *render = NULL;
    return hs_html_new(&o, &render) == HS_OK ? render : NULL;
}

static void end(void *render) {
    hs_render_free(render);
}

static hs_status replay(const char *lines, size_t n, hs__strbuf *out) {
    const hs__replay_sink sink = {begin, hs_render_event, end, out};
    const char *stop = lines + n;
    hs__replay_error error;
    hs__replay *r;
    hs_status st = hs__replay_new(&sink, &r);
    while (!st && lines < stop) {
        const char *line = lines, *next = memchr(line, '\n', (size_t)(stop - line));
        lines = next ? next + 1 : stop;
        st = hs__replay_line(r, line, (size_t)(lines - line), &error);
    }
    hs__replay_free(r);
    return st;
}

static char *taken(hs__strbuf *b) {
    char *text = b->failed ? NULL : strdup(hs__buf_str(b));
    hs__buf_free(b);
    return text;
}

char *status_page(const char *lines, size_t n) {
    hs__strbuf b = {0};
    hs_html_begin(to_buffer, &b);
    if (replay(lines, n, &b) != HS_OK)
        b.failed = true;
    return taken(&b);
}

const char *status_policy(void) {
    return hs_html_policy();
}

/* ---- the list ---------------------------------------------------------------------------- */
static void put_style(hs__strbuf *b) {
    static const char BEGIN[] = "<style>", END[] = "</style>";
    const char *page = (const char *)hs__html_page;
    const char *style = memmem(page, hs__html_page_n, BEGIN, strlen(BEGIN));
    size_t left = style ? hs__html_page_n - (size_t)(style - page) : 0;
    const char *stop = style ? memmem(style, left, END, strlen(END)) : NULL;
    if (stop)
        hs__buf_bytes(b, style, (size_t)(stop - style) + strlen(END));
}

/* Foreign text: first as on a terminal, then as markup. */
static void put(hs__strbuf *b, const json_t *about, const char *key) {
    const char *text = json_string_value(json_object_get(about, key));
    const char *safe = text ? hs__safe(text) : "";
    hs__html_text(b, safe, strlen(safe));
}

static void put_outcome(hs__strbuf *b, const json_t *about) {
    bool is_ok = json_is_true(json_object_get(about, "ok"));
    hs__buf_fmt(b, "<td class=\"outcome %s\"><b>", is_ok ? "is-ok" : "is-bad");
    if (is_ok)
        put(b, about, "version");
    else
        hs__buf_add(b, "Failed");
    if (json_is_true(json_object_get(about, "resumed")))
        hs__buf_add(b, ", resumed");
    hs__buf_add(b, "</b> <small>");
    put(b, about, is_ok ? "suite" : "text");
    hs__buf_add(b, "</small></td>");
}

/* "2026-11-21T18:53:57Z": the time of day, then the date. */
static void put_when(hs__strbuf *b, const json_t *about) {
    const char *when = json_string_value(json_object_get(about, "time"));
    if (when && strlen(when) == 20)
        hs__buf_fmt(
            b, "<td class=\"at\"><time datetime=\"%s\">%.8s <small>%.10s UTC</small></time></td>",
            when, when + 11, when);
}

static void put_row(hs__strbuf *b, const json_t *about) {
    hs__buf_add(b, "<tr><td class=\"conn\"><a href=\"/c/");
    put(b, about, "id");
    hs__buf_add(b, "\">");
    put(b, about, "conn");
    hs__buf_add(b, "</a></td>");
    put_when(b, about);
    put_outcome(b, about);
    hs__buf_add(b, "<td class=\"from\">");
    put(b, about, "peer");
    hs__buf_add(b, "</td>");
    hs__buf_add(b, "<td class=\"asked\">");
    put(b, about, "servername");
    hs__buf_add(b, " <small>");
    put(b, about, "alpn");
    hs__buf_add(b, "</small></td>");
    hs__buf_add(b, "<td class=\"print\"><code>");
    put(b, about, "ja4");
    hs__buf_add(b, "</code></td></tr>\n");
}

static const char HEAD[] =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Recent connections</title>\n";
static const char TABLE[] =
    "</head>\n<body>\n<div class=\"view\">\n<main class=\"recent\">\n<section class=\"panel\">\n"
    "<h1>Recent connections</h1>\n"
    "<p class=\"lead\">What this server has seen of late, the newest first, failed handshakes too. "
    "Each has its page; yours is <a href=\"/\">here</a>.</p>\n"
    "<table>\n<thead><tr><th>Connection</th><th>When</th><th>What came of it</th><th>From</th>"
    "<th>Asked for</th><th>JA4</th></tr></thead>\n<tbody>\n";
static const char TAIL[] =
    "</tbody>\n</table>\n"
    "<p class=\"hint\">For programs: <a href=\"/all.json\">/all.json</a>, and "
    "each page's trace at its address with .jsonl behind it.</p>\n"
    "</section>\n</main>\n</div>\n</body>\n</html>\n";

char *status_list_page(const json_t *list) {
    hs__strbuf b = {0};
    size_t i;
    const json_t *about;
    hs__buf_add(&b, HEAD);
    put_style(&b);
    hs__buf_add(&b, TABLE);
    json_array_foreach(list, i, about) put_row(&b, about);
    hs__buf_add(&b, TAIL);
    return taken(&b);
}
