#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "apps/common/say.h"
#include "apps/hs-client/client.h"
#include "apps/tls/sockaddr.h"

static void try_next(client *c);

static void note_local(client *c) {
    struct sockaddr_storage a;
    int n = sizeof a;
    uv_tcp_t *tcp = (uv_tcp_t *)hs_uv_transport(c->s);
    if (uv_tcp_getsockname(tcp, (struct sockaddr *)&a, &n) == 0)
        hs__sockaddr_text((struct sockaddr *)&a, c->local, sizeof c->local);
}

/* ---- one attempt ------------------------------------------------------------------------- */
static void note_failure(client *c, int status) {
    size_t at = strlen(c->tried);
    snprintf(c->tried + at, sizeof c->tried - at, "%s%s: %s", at ? ", " : "", c->peer,
             uv_strerror(status));
}

static void fail_all(client *c) {
    char text[HS__ADDRESS_TEXT];
    client_fail(c, HS__EXIT_CONNECT, "cannot connect to %s (%s)",
                hs__safe(hs__address_text(&c->address, text)), c->tried);
}

static void on_try_closed(hs_uv_stream *s) {
    client *c = hs_uv_data(s);
    c->s = NULL;
    if (c->is_over)
        return;
    try_next(c);
}

static void on_connect(uv_connect_t *req, int status) {
    client *c = req->data;
    if (c->is_over)
        return;
    if (status) {
        note_failure(c, status);
        hs_uv_close(c->s, on_try_closed);
        return;
    }
    c->t_connected = hs__clock_mono_us(NULL);
    if (!*c->address.path)
        note_local(c);
    client_start_tls(c);
}

static bool new_stream(client *c, uv_handle_type type) {
    int r = hs_uv_stream_new(c->tls, type, &c->s);
    if (r) {
        c->s = NULL;
        client_fail(c, HS__EXIT_INTERNAL, "a connection: %s", uv_strerror(r));
        return false;
    }
    hs_uv_set_data(c->s, c);
    c->connect_req.data = c;
    return true;
}

static void try_next(client *c) {
    struct addrinfo *now = c->next;
    if (!now) {
        fail_all(c);
        return;
    }
    c->next = now->ai_next;
    if (!new_stream(c, UV_TCP))
        return;
    hs__sockaddr_text(now->ai_addr, c->peer, sizeof c->peer);
    uv_tcp_t *tcp = (uv_tcp_t *)hs_uv_transport(c->s);
    int r = uv_tcp_connect(&c->connect_req, tcp, now->ai_addr, on_connect);
    if (r == 0) {
        uv_tcp_nodelay(tcp, 1);
        return;
    }
    note_failure(c, r);
    hs_uv_close(c->s, on_try_closed);
}

static void connect_unix(client *c) {
    if (!new_stream(c, UV_NAMED_PIPE))
        return;
    snprintf(c->peer, sizeof c->peer, "unix:%.70s", c->address.path);
    c->t_resolved = hs__clock_mono_us(NULL);
    uv_pipe_connect(&c->connect_req, (uv_pipe_t *)hs_uv_transport(c->s), c->address.path,
                    on_connect);
}

/* ---- names ------------------------------------------------------------------------------- */
static void on_resolved(uv_getaddrinfo_t *req, int status, struct addrinfo *found) {
    client *c = req->data;
    c->found = found;
    c->is_resolving = false;
    if (c->is_over)
        return;
    if (status) {
        client_fail(c, HS__EXIT_CONNECT, "cannot resolve %s: %s", hs__safe(c->address.host),
                    uv_strerror(status));
        return;
    }
    c->t_resolved = hs__clock_mono_us(NULL);
    c->next = found;
    try_next(c);
}

void client_connect(client *c) {
    char port[8];
    const struct addrinfo hints = {.ai_family = c->a.family,
                                   .ai_socktype = SOCK_STREAM,
                                   .ai_flags = c->address.is_ip ? AI_NUMERICHOST : 0};
    client_expect_within(c, c->a.timeout_ms);
    if (*c->address.path) {
        connect_unix(c);
        return;
    }
    snprintf(port, sizeof port, "%u", c->address.port);
    c->resolve_req.data = c;
    c->is_resolving = true;
    int r = uv_getaddrinfo(&c->loop, &c->resolve_req, on_resolved, c->address.host, port, &hints);
    if (r == 0)
        return;
    c->is_resolving = false;
    client_fail(c, HS__EXIT_CONNECT, "cannot resolve %s: %s", hs__safe(c->address.host),
                uv_strerror(r));
}
