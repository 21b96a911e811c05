#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "apps/common/default_ca.h"
#include "apps/common/library.h"
#include "apps/common/say.h"
#include "apps/hs-mitm/mitm.h"
#include "apps/tls/sockaddr.h"
#include "proto/span.h"

enum { BACKLOG = 128 };

/* ---- addresses: this machine's own, and no name is looked up ------------------------------ */
static bool is_loopback(const struct sockaddr *a) {
    if (a->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr) >> 24 == 127;
    return a->sa_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)a)->sin6_addr);
}

static bool is_localhost(const char *host) {
    return strcasecmp(host, "localhost") == 0;
}

static bool add_address(const char *host, int port, struct sockaddr_storage *out) {
    *out = (struct sockaddr_storage){0};
    int r = strchr(host, ':') ? uv_ip6_addr(host, port, (struct sockaddr_in6 *)out)
                              : uv_ip4_addr(host, port, (struct sockaddr_in *)out);
    return r == 0 && is_loopback((struct sockaddr *)out);
}

/* How many of them were found; 0: it leads elsewhere. */
static size_t find_addresses(const hs__address *a, struct sockaddr_storage out[ADDRESSES]) {
    if (*a->path)
        return 0;
    if (is_localhost(a->host))
        return add_address("127.0.0.1", a->port, &out[0]) && add_address("::1", a->port, &out[1])
                   ? ADDRESSES
                   : 0;
    return add_address(a->host, a->port, &out[0]) ? 1 : 0;
}

static hs__exit read_addresses(mitm *app, char **operands, struct sockaddr_storage *at) {
    hs__address listen, target;
    struct sockaddr_storage found[ADDRESSES];
    const char *wrong = hs__address_listen(operands[0], &listen);
    if (wrong)
        return hs__usage_error(&mitm_program, "'%s': %s", hs__safe(operands[0]), wrong);
    wrong = hs__address_connect(operands[1], 0, &target);
    if (wrong)
        return hs__usage_error(&mitm_program, "'%s': %s", hs__safe(operands[1]), wrong);
    app->n_to = find_addresses(&target, app->to);
    const char *foreign = find_addresses(&listen, found) == 0 ? operands[0]
                          : app->n_to == 0                    ? operands[1]
                                                              : NULL;
    if (foreign)
        return hs__usage_error(&mitm_program,
                               "'%s' is not on this machine: only loopback addresses are taken "
                               "(127.0.0.1, [::1], localhost)",
                               hs__safe(foreign));
    *at = found[0];
    snprintf(app->target, sizeof app->target, "%.70s", operands[1]);
    return HS__EXIT_OK;
}

/* ---- certificates ------------------------------------------------------------------------ */
/* A man in the middle with the key that all clients of this machine believe would be a lesson in
 * nothing. */
static hs__exit refuse_own_root(const hs__certs *certs, hs__fault *fault) {
    char folder[HS__FILE_PATH], path[HS__FILE_PATH + 16];
    hs__certs root = {0};
    hs__fault ignored;
    if (hs__default_ca_folder(folder, &ignored))
        return HS__EXIT_OK;
    snprintf(path, sizeof path, "%s/root.pem", folder);
    if (!hs__file_exists(path) || hs__certs_read(path, &root, &ignored))
        return HS__EXIT_OK;
    bool is_same = hs__span_equal(root.v[0].key.der, certs->v[0].key.der);
    hs__certs_free(&root);
    return is_same ? hs__fault_set(fault, HS__EXIT_USAGE,
                                   "--cert: this is the default mini-ca's root, whose key is not "
                                   "for a man in the middle")
                   : HS__EXIT_OK;
}

static hs__exit load_certificates(mitm *app, hs__fault *fault) {
    const break_plan *plan = &app->plan;
    bool swaps = plan->row && plan->lab.row->id == HS__LAB_CERTIFICATE;
    const hs__list *given = &app->a.identity.cert;
    const char *path = plan->lab.file ? plan->lab.file : given->n > 0 ? given->v[0] : NULL;
    if (plan->row && !swaps && given->n > 0)
        return hs__fault_set(fault, HS__EXIT_USAGE,
                             "--cert ends TLS here, and --break=%s works on what others say: not "
                             "both",
                             plan->row->name);
    hs__exit code = path ? hs__certs_read(path, &app->swap, fault) : HS__EXIT_OK;
    if (code || !path)
        return code;
    if (swaps)
        app->plan.lab.file_bytes = app->swap.v[0].der;
    return refuse_own_root(&app->swap, fault);
}

static hs__exit prepare(mitm *app, hs__fault *fault) {
    const hs__see_setup see = {
        .options = &app->a.see, .common = &app->a.common, .tool = "hs-mitm", .tag_lines = true};
    hs__exit code =
        app->a.break_what ? breaks_read(app->a.break_what, &app->plan, fault) : HS__EXIT_OK;
    if (!code)
        code = load_certificates(app, fault);
    if (!code && !app->plan.row && app->a.identity.cert.n > 0)
        code = terminate_prepare(app, fault);
    else if (!code)
        code =
            hs__library_choose(app->a.provider, HS__KEY_P256, HS__KEY_RSA, &app->provider, fault);
    if (!code)
        code = hs__see_open(&see, &app->see, fault);
    return code || !app->identities.n ? code : terminate_open(app, fault);
}

/* ---- the loop ---------------------------------------------------------------------------- */
static bool is_full(const mitm *app) {
    return app->open >= app->a.max_conns || (app->a.accept && app->accepted >= app->a.accept);
}

static void accept_one(mitm *app) {
    app->has_waiting = is_full(app) || app->is_stopping;
    if (app->has_waiting)
        return;
    if (app->to_client)
        terminate_accept(app);
    else
        pair_accept(app);
}

/* One that is not taken waits, and libuv tells of no other until it is. */
static void on_connection(uv_stream_t *listener, int status) {
    if (status == 0)
        accept_one(listener->data);
}

static void stop(mitm *app) {
    if (app->is_stopping)
        return;
    app->is_stopping = true;
    uv_close((uv_handle_t *)&app->listener, NULL);
    uv_close((uv_handle_t *)&app->on_int, NULL);
    uv_close((uv_handle_t *)&app->on_term, NULL);
}

void mitm_ended(mitm *app) {
    app->open--;
    if (app->a.accept && app->accepted >= app->a.accept && app->open == 0)
        stop(app);
    else if (app->has_waiting)
        accept_one(app);
}

static void on_signal(uv_signal_t *handle, int number) {
    mitm *app = handle->data;
    (void)number;
    stop(app);
    for (pair *p = app->pairs, *next; p; p = next) {
        next = p->next;
        pair_end(p);
    }
    terminate_stop(app);
}

static hs__exit listen_on(mitm *app, const struct sockaddr *at, hs__fault *fault) {
    char text[80];
    uv_tcp_init(&app->loop, &app->listener);
    app->listener.data = app;
    int r = uv_tcp_bind(&app->listener, at, 0);
    if (r == 0)
        r = uv_listen((uv_stream_t *)&app->listener, BACKLOG, on_connection);
    if (r == 0)
        return HS__EXIT_OK;
    uv_close((uv_handle_t *)&app->listener, NULL);
    hs__sockaddr_text(at, text, sizeof text);
    hs__fault_set(fault, HS__EXIT_CONNECT, "cannot listen on %s: %s", text, uv_strerror(r));
    return r == UV_EADDRINUSE
               ? hs__hint(fault, "another program is there; port 0 lets the system choose")
               : HS__EXIT_CONNECT;
}

static void say_ready(mitm *app) {
    struct sockaddr_storage at;
    char where[80];
    int n = sizeof at;
    uv_tcp_getsockname(&app->listener, (struct sockaddr *)&at, &n);
    hs__sockaddr_text((struct sockaddr *)&at, where, sizeof where);
    int port = ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
                                              : ((struct sockaddr_in *)&at)->sin_port);
    if (app->a.common.json) {
        hs__json_line(stdout, json_pack("{s:s, s:s, s:i, s:I}", "ev", "listening", "address", where,
                                        "port", port, "pid", (json_int_t)getpid()));
        fflush(stdout);
    }
    hs__say_progress("between clients on %s and %s%s%s", where, hs__safe(app->target),
                     app->plan.row ? ", breaking: " : "",
                     app->plan.row ? hs__safe(app->a.break_what) : "");
}

static void watch_signals(mitm *app) {
    static const int NUMBERS[] = {SIGINT, SIGTERM};
    uv_signal_t *handles[] = {&app->on_int, &app->on_term};
    for (size_t i = 0; i < 2; i++) {
        uv_signal_init(&app->loop, handles[i]);
        handles[i]->data = app;
        uv_signal_start(handles[i], on_signal, NUMBERS[i]);
    }
}

static hs__exit run(mitm *app, const struct sockaddr *at, hs__fault *fault) {
    int r = uv_loop_init(&app->loop);
    if (r)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "the event loop: %s", uv_strerror(r));
    hs__exit code = hs_uv_loop_new(&app->loop, &app->tls)
                        ? hs__fail_status(fault, HS_E_NOMEM, "the event loop")
                        : listen_on(app, at, fault);
    if (!code) {
        watch_signals(app);
        say_ready(app);
    }
    uv_run(&app->loop, UV_RUN_DEFAULT);
    hs_uv_loop_free(app->tls);
    uv_loop_close(&app->loop);
    return code;
}

static void free_all(mitm *app) {
    hs_config_unref(app->to_client);
    hs__identities_free(&app->identities);
    hs_trust_unref(app->trust);
    hs__certs_free(&app->swap);
    hs__bytes_free(&app->old_hello);
    hs__see_close(app->see);
    hs_provider_unref(app->provider);
    mitm_args_free(&app->a);
}

int main(int argc, char **argv) {
    static mitm app;
    struct sockaddr_storage at;
    hs__fault fault = {0};
    hs__exit code;
    signal(SIGPIPE, SIG_IGN);
    int first = mitm_args_read(argc, argv, &app.a, &code);
    if (first < 0) {
        mitm_args_free(&app.a);
        return (int)hs__say_end(code);
    }
    hs__say_setup(mitm_program.name, &app.a.common);
    code = read_addresses(&app, argv + first, &at);
    if (!code) {
        code = prepare(&app, &fault);
        if (!code)
            code = run(&app, (struct sockaddr *)&at, &fault);
        if (fault.code)
            hs__say_fault(&fault);
    }
    free_all(&app);
    return (int)hs__say_end(code);
}
