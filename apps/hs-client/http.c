/* --http: one GET, the answer's body on standard output. */
#include <http_parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/common/say.h"
#include "apps/hs-client/client.h"

enum { JSON_BODY_MAX = 1 << 20 };

typedef struct {
    client *c;
    http_parser parser;
    char *request;
    hs_uv_write_req write;
    uint8_t *body; /* kept for --json only */
    size_t body_n;
    bool is_complete, is_cut; /* is_cut: the body was too long to keep */
} get;

static get *get_of(http_parser *parser) {
    return parser->data;
}

/* ---- the answer -------------------------------------------------------------------------- */
static bool wants_head(const get *g) {
    return g->c->a.common.verbose > 0 && !g->c->a.common.quiet;
}

static void say_head(const char *mark, const char *p, size_t n) {
    char text[512];
    snprintf(text, sizeof text, "%.*s", (int)(n < sizeof text ? n : sizeof text - 1), p);
    fprintf(stderr, "%s%s", mark, hs__safe(text));
}

static int on_status(http_parser *parser, const char *p, size_t n) {
    if (!wants_head(get_of(parser)))
        return 0;
    fprintf(stderr, "< HTTP/%u.%u %u", parser->http_major, parser->http_minor, parser->status_code);
    say_head(" ", p, n);
    return 0;
}

static int on_field(http_parser *parser, const char *p, size_t n) {
    if (wants_head(get_of(parser)))
        say_head("\n< ", p, n);
    return 0;
}

static int on_value(http_parser *parser, const char *p, size_t n) {
    if (wants_head(get_of(parser)))
        say_head(": ", p, n);
    return 0;
}

static int on_head_end(http_parser *parser) {
    if (wants_head(get_of(parser)))
        fprintf(stderr, "\n<\n");
    return 0;
}

static void keep(get *g, const char *p, size_t n) {
    size_t room = JSON_BODY_MAX - g->body_n;
    size_t take = n < room ? n : room;
    uint8_t *body = realloc(g->body, g->body_n + take + 1);
    g->is_cut = g->is_cut || take < n || !body;
    if (!body)
        return;
    memcpy(body + g->body_n, p, take);
    g->body = body;
    g->body_n += take;
    g->body[g->body_n] = 0;
}

static int on_body(http_parser *parser, const char *p, size_t n) {
    get *g = get_of(parser);
    if (g->c->drops_body)
        return 0;
    if (g->c->a.common.json)
        keep(g, p, n);
    else if (fwrite(p, 1, n, stdout) != n)
        client_fail(g->c, HS__EXIT_INTERNAL, "the body could not be written to standard output");
    return 0;
}

/* 100 Continue and its like are not the answer yet. */
static int on_complete(http_parser *parser) {
    get *g = get_of(parser);
    g->is_complete = g->is_complete || parser->status_code >= 200;
    return 0;
}

static const http_parser_settings SETTINGS = {.on_status = on_status,
                                              .on_header_field = on_field,
                                              .on_header_value = on_value,
                                              .on_headers_complete = on_head_end,
                                              .on_body = on_body,
                                              .on_message_complete = on_complete};

/* ---- the mode ---------------------------------------------------------------------------- */
static void end(client *c) {
    get *g = c->mode_data;
    c->data_complete = true;
    if (c->a.common.json)
        c->http =
            json_pack("{s:i, s:o, s:b}", "status", (int)g->parser.status_code, "body",
                      hs__json_string(g->body ? (const char *)g->body : ""), "cut", g->is_cut);
    fflush(stdout);
    client_expect_within(c, 0);
    client_close_politely(c);
}

static void on_data(client *c, const uint8_t *p, size_t n) {
    get *g = c->mode_data;
    if (c->data_complete)
        return;
    http_parser_execute(&g->parser, &SETTINGS, (const char *)p, n);
    if (c->is_over)
        return;
    if (g->is_complete)
        end(c);
    else if (HTTP_PARSER_ERRNO(&g->parser) != HPE_OK)
        client_fail(c, HS__EXIT_INTERNAL, "the answer is not HTTP: %s",
                    http_errno_description(HTTP_PARSER_ERRNO(&g->parser)));
}

/* Without a length the body ends with close_notify. */
static void on_end(client *c) {
    get *g = c->mode_data;
    if (!c->data_complete) {
        http_parser_execute(&g->parser, &SETTINGS, NULL, 0);
        if (!g->is_complete) {
            client_fail(c, HS__EXIT_INTERNAL,
                        "the peer closed before its HTTP answer was complete");
            return;
        }
        end(c);
    }
    client_end(c);
}

static void begin(client *c) {
    get *g = calloc(1, sizeof *g);
    size_t room = strlen(c->a.http) + strlen(c->target.host) + 200;
    char *request = g ? malloc(room) : NULL;
    c->mode_data = g;
    if (!request) {
        client_fail(c, HS__EXIT_INTERNAL, "out of memory");
        return;
    }
    bool is_v6 = c->target.is_ip && strchr(c->target.host, ':');
    char port[8] = "";
    if (c->target.port != 443 && !*c->target.path)
        snprintf(port, sizeof port, ":%u", c->target.port);
    snprintf(request, room,
             "GET %s%s HTTP/1.1\r\nHost: %s%s%s%s\r\nUser-Agent: hs-client/%s\r\n"
             "Accept: */*\r\nConnection: close\r\n\r\n",
             *c->a.http == '/' ? "" : "/", c->a.http, is_v6 ? "[" : "",
             *c->target.path ? c->host : c->target.host, is_v6 ? "]" : "", port, HS_VERSION);
    g->c = c;
    g->request = request;
    g->parser.data = g;
    http_parser_init(&g->parser, HTTP_RESPONSE);
    if (wants_head(g))
        fprintf(stderr, "> GET %s HTTP/1.1\n", hs__safe(c->a.http));
    client_expect_within(c, c->a.timeout_ms);
    uv_buf_t buf = uv_buf_init(request, (unsigned)strlen(request));
    int r = hs_uv_write(&g->write, c->s, &buf, 1, NULL);
    if (r)
        client_fail(c, HS__EXIT_INTERNAL, "the request could not be sent: %s", uv_strerror(r));
}

static void free_data(client *c) {
    get *g = c->mode_data;
    if (!g)
        return;
    free(g->request);
    free(g->body);
    free(g);
    c->mode_data = NULL;
}

const client_mode client_http_mode = {
    .begin = begin, .data = on_data, .end = on_end, .free = free_data};
