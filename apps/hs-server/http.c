/* HTTP/1.x for --status and --www: one request after the other on a connection. */
#include <http_parser.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "apps/hs-server/server.h"

enum {
    URL_MAX = 8000,
    ACCEPT_MAX = 200,
    REST_MAX = 64 * 1024, /* requests sent ahead while an answer goes out */
    FILE_CHUNK = 64 * 1024
};

typedef struct {
    connection *c;
    http_parser parser;
    char url[URL_MAX + 1], accept[ACCEPT_MAX + 1];
    size_t url_n, accept_n;
    bool url_is_cut, in_accept;
    bool is_complete; /* the request */
    bool is_busy;     /* its answer goes out */
    bool keeps_alive;
    uint8_t *rest; /* input behind the request */
    size_t rest_n;
    int file;
    uint64_t file_left;
} http;

/* ---- reading a request ------------------------------------------------------------------- */
static void add_text(char *out, size_t *at, size_t room, const char *p, size_t n, bool *is_cut) {
    size_t take = n < room - *at ? n : room - *at;
    memcpy(out + *at, p, take);
    *at += take;
    out[*at] = 0;
    if (is_cut && take < n)
        *is_cut = true;
}

static int on_begin(http_parser *parser) {
    http *h = parser->data;
    h->url_n = h->accept_n = 0;
    h->url[0] = h->accept[0] = 0;
    h->url_is_cut = h->in_accept = h->is_complete = false;
    return 0;
}

static int on_url(http_parser *parser, const char *p, size_t n) {
    http *h = parser->data;
    add_text(h->url, &h->url_n, URL_MAX, p, n, &h->url_is_cut);
    return 0;
}

/* A field's name may come in parts; only `Accept` in one is looked at, which is what peers send. */
static int on_field(http_parser *parser, const char *p, size_t n) {
    http *h = parser->data;
    h->in_accept = n == 6 && strncasecmp(p, "accept", 6) == 0;
    return 0;
}

static int on_value(http_parser *parser, const char *p, size_t n) {
    http *h = parser->data;
    if (h->in_accept)
        add_text(h->accept, &h->accept_n, ACCEPT_MAX, p, n, NULL);
    return 0;
}

static int on_complete(http_parser *parser) {
    http *h = parser->data;
    h->is_complete = true;
    h->keeps_alive = http_should_keep_alive(parser) != 0 && !parser->upgrade;
    http_parser_pause(parser, 1);
    return 0;
}

static const http_parser_settings SETTINGS = {.on_message_begin = on_begin,
                                              .on_url = on_url,
                                              .on_header_field = on_field,
                                              .on_header_value = on_value,
                                              .on_message_complete = on_complete};

/* ---- answering --------------------------------------------------------------------------- */
void http_answer_text(http_answer *a, int status, const char *format, ...) {
    char text[600];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    n = n < (int)sizeof text ? n : (int)sizeof text - 1;
    *a = (http_answer){.status = status, .file = -1, .length = (uint64_t)n};
    a->body = (uint8_t *)strdup(text);
    snprintf(a->head, sizeof a->head,
             "Content-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n", n);
}

static void finish(http *h) {
    h->is_busy = false;
    h->is_complete = false;
    if (h->keeps_alive)
        connection_hold(h->c, false);
    else
        connection_end(h->c);
}

static void send_file(http *h) {
    while (h->file >= 0 && h->c->waiting < CONNECTION_FULL && !hs_uv_is_closing(h->c->s)) {
        size_t n = h->file_left < FILE_CHUNK ? (size_t)h->file_left : FILE_CHUNK;
        uint8_t *chunk = n > 0 ? malloc(n) : NULL;
        ssize_t r = chunk ? read(h->file, chunk, n) : 0;
        if (r > 0) {
            h->file_left -= (uint64_t)r;
            connection_send(h->c, chunk, (size_t)r);
        } else {
            free(chunk);
        }
        bool is_short = n > 0 && r <= 0;
        if (h->file_left > 0 && !is_short)
            continue;
        close(h->file);
        h->file = -1;
        /* The length was promised: without all of it there is no honest end. */
        if (is_short)
            connection_abort(h->c, "file became shorter");
        else
            finish(h);
    }
}

static const char *reason(int status) {
    return http_status_str((enum http_status)status);
}

static void send_answer(http *h, const http_request *r, http_answer *a) {
    char head[HEAD_ROOM + 400], date[40];
    struct tm tm;
    time_t now = time(NULL);
    gmtime_r(&now, &tm);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    int n = snprintf(
        head, sizeof head,
        "HTTP/1.1 %d %s\r\nDate: %s\r\nServer: hs-server/%s\r\nConnection: %s\r\n%s\r\n", a->status,
        reason(a->status), date, HS_VERSION, h->keeps_alive ? "keep-alive" : "close", a->head);
    size_t body_n = a->body && !r->is_head ? (size_t)a->length : 0;
    uint8_t *all = malloc((size_t)n + body_n);
    log_request(h->c, r->method, r->url, a->status, r->is_head ? 0 : a->length);
    if (!all) {
        free(a->body);
        connection_abort(h->c, "out of memory");
        return;
    }
    memcpy(all, head, (size_t)n);
    if (body_n > 0)
        memcpy(all + n, a->body, body_n);
    free(a->body);
    connection_send(h->c, all, (size_t)n + body_n);
    h->file = a->file;
    h->file_left = a->length;
    if (a->file >= 0 && r->is_head) {
        close(a->file);
        h->file = -1;
    }
    if (h->file >= 0)
        send_file(h);
    else
        finish(h);
}

static void refuse(http *h, int status, const char *text) {
    const http_request r = {.c = h->c, .method = "-", .url = "-"};
    http_answer a;
    h->keeps_alive = false;
    h->is_busy = true;
    http_answer_text(&a, status, "%s\n", text);
    send_answer(h, &r, &a);
}

static void answer(http *h) {
    enum http_method method = (enum http_method)h->parser.method;
    const http_request r = {.c = h->c,
                            .method = http_method_str(method),
                            .url = h->url,
                            .is_head = method == HTTP_HEAD,
                            .wants_json = strcasestr(h->accept, "application/json") != NULL,
                            .wants_html = strcasestr(h->accept, "text/html") != NULL};
    http_answer a;
    h->is_busy = true;
    if (h->url_is_cut) {
        h->keeps_alive = false;
        http_answer_text(&a, 414, "The address is longer than %d bytes.\n", URL_MAX);
    } else if (method != HTTP_GET && method != HTTP_HEAD) {
        http_answer_text(&a, 405, "This server answers GET and HEAD only.\n");
        strncat(a.head, "Allow: GET, HEAD\r\n", sizeof a.head - strlen(a.head) - 1);
    } else if (h->c->app->a.www) {
        www_answer(&r, &a);
    } else {
        status_answer(&r, &a);
    }
    send_answer(h, &r, &a);
}

/* ---- the service ------------------------------------------------------------------------- */
static bool open_http(connection *c) {
    http *h = calloc(1, sizeof *h);
    c->data = h;
    if (!h)
        return false;
    h->c = c;
    h->file = -1;
    h->keeps_alive = true;
    h->parser.data = h;
    http_parser_init(&h->parser, HTTP_REQUEST);
    return true;
}

static bool keep_rest(http *h, const uint8_t *p, size_t n) {
    uint8_t *rest = h->rest_n + n <= REST_MAX ? realloc(h->rest, h->rest_n + n) : NULL;
    if (!rest)
        return false;
    memcpy(rest + h->rest_n, p, n);
    h->rest = rest;
    h->rest_n += n;
    return true;
}

/* Parses up to the end of one request; returns how many bytes that took. */
static size_t parse(http *h, const uint8_t *p, size_t n) {
    http_parser_pause(&h->parser, 0);
    size_t taken = http_parser_execute(&h->parser, &SETTINGS, (const char *)p, n);
    enum http_errno problem = HTTP_PARSER_ERRNO(&h->parser);
    if (h->is_complete)
        answer(h);
    else if (problem == HPE_HEADER_OVERFLOW)
        refuse(h, 431, "The request's head is too long.");
    else if (problem != HPE_OK)
        refuse(h, 400, http_errno_description(problem));
    return taken;
}

/* Not while much waits to be sent: requests are short and answers may be long. */
static bool takes_input(const http *h) {
    return !h->is_busy && h->c->waiting < CONNECTION_FULL && !h->c->is_ending &&
           !hs_uv_is_closing(h->c->s);
}

/* The peer has said its last, and has all its answers. */
static void end_if_done(http *h) {
    if (h->c->peer_ended && !h->is_busy && h->rest_n == 0)
        connection_end(h->c);
}

static void on_data(connection *c, const uint8_t *p, size_t n) {
    http *h = c->data;
    while (n > 0 && takes_input(h)) {
        size_t taken = parse(h, p, n);
        p += taken;
        n -= taken;
    }
    if (c->is_ending || hs_uv_is_closing(c->s))
        return;
    if (n == 0) {
        if (!h->is_busy) /* what is left over may have been the beginning of a request */
            connection_hold(c, false);
        end_if_done(h);
        return;
    }
    connection_hold(c, true);
    if (!keep_rest(h, p, n))
        connection_abort(c, "too much sent ahead");
}

/* An answer is out: what came meanwhile. */
static void go_on(http *h) {
    uint8_t *rest = h->rest;
    size_t n = h->rest_n;
    if (n == 0 || !takes_input(h))
        return;
    h->rest = NULL;
    h->rest_n = 0;
    on_data(h->c, rest, n);
    free(rest);
}

static void on_drained(connection *c) {
    http *h = c->data;
    if (h->file >= 0)
        send_file(h);
    go_on(h);
    end_if_done(h);
}

static void on_end(connection *c) {
    end_if_done(c->data);
}

/* An answer on its way is finished. */
static void on_drain(connection *c) {
    http *h = c->data;
    h->keeps_alive = false;
    if (!h->is_busy)
        connection_end(c);
}

static void on_close(connection *c) {
    http *h = c->data;
    if (!h)
        return;
    if (h->file >= 0)
        close(h->file);
    free(h->rest);
    free(h);
}

#define HTTP_SERVICE                                                                               \
    .open = open_http, .data = on_data, .end = on_end, .drained = on_drained, .drain = on_drain,   \
    .close = on_close

const service status_service = {.name = "status", .wants_hello = true, HTTP_SERVICE};
const service www_service = {.name = "www", HTTP_SERVICE};
