/* echo_server.c - a TLS server over libuv that sends back what comes.
 *
 *   echo_server CERT.pem KEY.pem PORT
 *
 * One loop, no threads: what hs_uv_stream needs beside a uv_tcp_t is a configuration. */
#include <handshake/uv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What listener and connections share. */
typedef struct {
    hs_uv_loop *loop;
    hs_config *config;
} program;

typedef struct {
    hs_uv_write_req req;
    char bytes[];
} answer;

/* ---- a connection ------------------------------------------------------------------------ */
static void on_shut(hs_uv_shutdown_req *req, int status) {
    hs_uv_stream *s = req->stream;
    free(req);
    if (status != UV_ECANCELED) /* that one comes from hs_uv_close */
        hs_uv_close(s, NULL);
}

static void on_sent(hs_uv_write_req *req, int status) {
    (void)status; /* a stream that fails tells so in on_data */
    free(req->data);
}

static void on_data(hs_uv_stream *s, ssize_t n, const uv_buf_t *buf) {
    if (n == UV_EOF) { /* the client's close_notify: answer with ours, after all that is queued */
        hs_uv_shutdown_req *req = malloc(sizeof *req);
        if (!req || hs_uv_shutdown(req, s, on_shut) != 0) {
            free(req);
            hs_uv_close(s, NULL);
        }
        return;
    }
    if (n < 0) {
        const hs_error *error = hs_uv_error(s);
        fprintf(stderr, "connection ended: %s\n",
                error ? hs_status_text(error->status) : uv_strerror((int)n));
        hs_uv_close(s, NULL);
        return;
    }
    /* The plaintext is lent for this call; a write needs its bytes until it is called back. */
    answer *a = malloc(sizeof *a + (size_t)n);
    if (!a) {
        hs_uv_close(s, NULL);
        return;
    }
    memcpy(a->bytes, buf->base, (size_t)n);
    a->req.data = a;
    uv_buf_t out = uv_buf_init(a->bytes, (unsigned)n);
    if (hs_uv_write(&a->req, s, &out, 1, on_sent) != 0)
        free(a);
}

static void on_connected(hs_uv_stream *s, int status) {
    if (status) {
        const hs_error *error = hs_uv_error(s);
        fprintf(stderr, "no handshake: %s\n", error ? error->text : uv_strerror(status));
        hs_uv_close(s, NULL);
        return;
    }
    hs_uv_read_start(s, on_data);
}

static void on_connection(uv_stream_t *listener, int status) {
    program *p = listener->data;
    const hs_server_options o = {.size = sizeof o};
    hs_uv_stream *s;
    if (status || hs_uv_stream_new(p->loop, UV_TCP, &s) != 0)
        return;
    hs_uv_set_timeouts(s, 10000, 60000);
    if (uv_accept(listener, hs_uv_transport(s)) != 0 ||
        hs_uv_start_server(s, p->config, &o, on_connected) != 0)
        hs_uv_close(s, NULL);
}

/* ---- the configuration ------------------------------------------------------------------- */
static hs_span read_file(const char *path) {
    static uint8_t room[2][65536];
    static int next;
    uint8_t *p = room[next++ % 2];
    FILE *file = fopen(path, "rb");
    size_t n = file ? fread(p, 1, sizeof room[0], file) : 0;
    if (file)
        fclose(file);
    return (hs_span){p, n};
}

static uint64_t now_ms(void *ctx) {
    (void)ctx;
    return (uint64_t)time(NULL) * 1000;
}

static hs_config *make_config(const char *cert, const char *key) {
    hs_provider *provider = NULL;
    hs_credential *credential = NULL;
    hs_config *config = NULL;
    const char *why = "";
    hs_status st = hs_provider_new(NULL, &provider);
    if (st == HS_OK)
        st = hs_credential_new(provider, read_file(cert), read_file(key), (hs_span){NULL, 0},
                               &credential);
    hs_credential *identity[] = {credential, NULL};
    const hs_options o = {
        .size = sizeof o, .provider = provider, .identity = identity, .now_ms = now_ms};
    if (st == HS_OK)
        st = hs_config_new(&o, &config, &why);
    if (st)
        fprintf(stderr, "cannot start: %s %s\n", hs_status_text(st), why);
    /* The configuration has references of its own. */
    hs_credential_unref(credential);
    hs_provider_unref(provider);
    return config;
}

int main(int argc, char **argv) {
    program p = {0};
    uv_tcp_t listener;
    struct sockaddr_in address;
    uv_loop_t *uv = uv_default_loop();
    if (argc != 4) {
        fprintf(stderr, "usage: %s CERT.pem KEY.pem PORT\n", argv[0]);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    p.config = make_config(argv[1], argv[2]);
    if (!p.config || hs_uv_loop_new(uv, &p.loop) != 0)
        return 1;
    uv_ip4_addr("127.0.0.1", atoi(argv[3]), &address);
    uv_tcp_init(uv, &listener);
    listener.data = &p;
    int r = uv_tcp_bind(&listener, (const struct sockaddr *)&address, 0);
    if (r == 0)
        r = uv_listen((uv_stream_t *)&listener, 128, on_connection);
    if (r == 0)
        uv_run(uv, UV_RUN_DEFAULT);
    else
        fprintf(stderr, "cannot listen: %s\n", uv_strerror(r));
    hs_uv_loop_free(p.loop);
    hs_config_unref(p.config);
    return r ? 1 : 0;
}
