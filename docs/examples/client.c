/* client.c - a TLS client over libuv: sends one line, prints what comes back.
 *
 *   client ROOT.pem NAME PORT TEXT
 *
 * Connects to PORT on this machine and believes it only if its certificate is for NAME and leads
 * to ROOT.pem. */
#include <handshake/uv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    hs_config *config;
    const char *name;
    hs_uv_stream *s;
    uv_connect_t connect;
    hs_uv_write_req write;
    hs_uv_shutdown_req shutdown;
    uv_buf_t text;
    int exit_code;
} program;

static void on_data(hs_uv_stream *s, ssize_t n, const uv_buf_t *buf) {
    program *p = hs_uv_data(s);
    if (n > 0) {
        fwrite(buf->base, 1, (size_t)n, stdout);
        return;
    }
    /* UV_EOF is the server's close_notify: what was printed is all it had to say. Anything else
     * means that something may be missing. */
    p->exit_code = n == UV_EOF ? 0 : 1;
    if (n != UV_EOF)
        fprintf(stderr, "\nended badly: %s\n", uv_strerror((int)n));
    hs_uv_close(s, NULL);
}

static void on_connected(hs_uv_stream *s, int status) {
    program *p = hs_uv_data(s);
    if (status) {
        const hs_error *error = hs_uv_error(s);
        fprintf(stderr, "no handshake: %s\n", error ? error->text : uv_strerror(status));
        hs_uv_close(s, NULL);
        return;
    }
    hs_uv_read_start(s, on_data);
    if (hs_uv_write(&p->write, s, &p->text, 1, NULL) != 0 ||
        hs_uv_shutdown(&p->shutdown, s, NULL) != 0)
        hs_uv_close(s, NULL);
}

static void on_tcp(uv_connect_t *req, int status) {
    program *p = req->data;
    const hs_client_options o = {.size = sizeof o, .server_name = p->name};
    if (status)
        fprintf(stderr, "cannot connect: %s\n", uv_strerror(status));
    if (status || hs_uv_start_client(p->s, p->config, &o, on_connected) != 0)
        hs_uv_close(p->s, NULL);
}

static uint64_t now_ms(void *ctx) {
    (void)ctx;
    return (uint64_t)time(NULL) * 1000;
}

static hs_config *make_config(const char *root) {
    hs_provider *provider = NULL;
    hs_trust *trust = NULL;
    hs_config *config = NULL;
    const char *why = "";
    hs_status st = hs_provider_new(NULL, &provider);
    if (st == HS_OK)
        st = hs_trust_new(provider, &trust);
    if (st == HS_OK)
        st = hs_trust_add_path(trust, root, 0, NULL, NULL);
    const hs_options o = {.size = sizeof o, .provider = provider, .trust = trust, .now_ms = now_ms};
    if (st == HS_OK)
        st = hs_config_new(&o, &config, &why);
    if (st)
        fprintf(stderr, "cannot start: %s %s\n", hs_status_text(st), why);
    hs_trust_unref(trust);
    hs_provider_unref(provider);
    return config;
}

int main(int argc, char **argv) {
    program p = {.exit_code = 1};
    hs_uv_loop *loop;
    struct sockaddr_in address;
    uv_loop_t *uv = uv_default_loop();
    if (argc != 5) {
        fprintf(stderr, "usage: %s ROOT.pem NAME PORT TEXT\n", argv[0]);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    p.config = make_config(argv[1]);
    p.name = argv[2];
    p.text = uv_buf_init(argv[4], (unsigned)strlen(argv[4]));
    p.connect.data = &p;
    if (!p.config || hs_uv_loop_new(uv, &loop) != 0 || hs_uv_stream_new(loop, UV_TCP, &p.s) != 0)
        return 1;
    hs_uv_set_data(p.s, &p);
    hs_uv_set_timeouts(p.s, 10000, 10000);
    uv_ip4_addr("127.0.0.1", atoi(argv[3]), &address);
    int r = uv_tcp_connect(&p.connect, (uv_tcp_t *)hs_uv_transport(p.s),
                           (const struct sockaddr *)&address, on_tcp);
    if (r)
        hs_uv_close(p.s, NULL);
    uv_run(uv, UV_RUN_DEFAULT);
    hs_uv_loop_free(loop);
    hs_config_unref(p.config);
    return p.exit_code;
}
