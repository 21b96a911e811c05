#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <unistd.h>

#include "apps/common/say.h"
#include "apps/hs-server/server.h"

enum { SPARE_FILES = 64 };

/* ---- before the loop --------------------------------------------------------------------- */
static hs__exit open_log(const char *path, FILE **out, hs__fault *fault) {
    if (!path)
        return HS__EXIT_OK;
    int fd = hs__secret_file(path, true);
    *out = fd >= 0 ? fdopen(fd, "a") : NULL;
    if (*out)
        return HS__EXIT_OK;
    return hs__fault_set(fault, HS__EXIT_INTERNAL, "%s: %s", hs__safe(path), strerror(errno));
}

static const service *choose_service(const server_args *a) {
    return a->echo      ? &echo_service
           : a->io      ? &io_service
           : a->www     ? &www_service
           : a->forward ? &forward_service
                        : &status_service;
}

static hs__exit open_see(server *app, hs__fault *fault) {
    const hs__keep KEEP = {.make = status_keep, .mask = kept_mask()}, NONE = {0};
    const char *env = getenv("SSLKEYLOGFILE");
    bool heeds_env = env && *env && app->a.see.keylog;
    if (heeds_env)
        hs__say_warning("SSLKEYLOGFILE is set: the secrets of all connections go to %s as well",
                        hs__safe(env));
    const hs__see_setup setup = {.options = &app->a.see,
                                 .common = &app->a.common,
                                 .tool = "hs-server",
                                 .log = app->log,
                                 .keylog_env = heeds_env,
                                 .tag_lines = true,
                                 .keep = app->service == &status_service ? KEEP : NONE};
    return hs__see_open(&setup, &app->see, fault);
}

static hs__exit prepare(server *app, hs__fault *fault) {
    app->log = stderr;
    app->root = -1;
    app->service = choose_service(&app->a);
    hs__exit code = open_log(app->a.log, &app->log, fault);
    if (!code)
        code = open_log(app->a.access_log, &app->access_log, fault);
    if (!code)
        code = hs__offer_read(&app->a.offer, &app->offer, fault);
    if (!code)
        code =
            hs__break_read(app->a.break_what, HS__LAB_SERVER, &app->a.offer, &app->broken, fault);
    if (!code && hs__break_is_stale(&app->broken) && (app->a.identity.cert.n || app->a.fixtures))
        code = hs__fault_set(fault, HS__EXIT_USAGE,
                             "--break=stale-certificate makes its own, from the default mini-ca: "
                             "no --cert, no --fixtures");
    if (!code)
        code = open_see(app, fault);
    if (!code && app->service == &status_service)
        code = status_open(app, fault);
    if (!code && app->a.www)
        code = www_open(app, fault);
    if (!code && app->a.forward)
        code = forward_open(app, fault);
    return code ? code : identity_load(app, fault);
}

/* Each connection is a descriptor, with --forward two. */
static void raise_file_limit(const server_args *a) {
    struct rlimit limit;
    rlim_t wanted = (rlim_t)a->max_conns * (a->forward ? 2 : 1) + SPARE_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    bool is_enough = limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= wanted;
    limit.rlim_cur = is_enough ? wanted : limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || !is_enough)
        hs__say_warning("--max-conns=%llu needs more files than the %llu this process may open",
                        (unsigned long long)a->max_conns, (unsigned long long)limit.rlim_cur);
}

/* ---- listening --------------------------------------------------------------------------- */
static hs__exit resolve(server *app, struct sockaddr_storage *out, hs__fault *fault) {
    char port[8];
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    if (*app->address.path) {
        struct sockaddr_un *un = (struct sockaddr_un *)out;
        un->sun_family = AF_UNIX;
        snprintf(un->sun_path, sizeof un->sun_path, "%s", app->address.path);
        return HS__EXIT_OK;
    }
    snprintf(port, sizeof port, "%u", app->address.port);
    int r = getaddrinfo(app->address.host, port, &hints, &found);
    if (r)
        return hs__fault_set(fault, HS__EXIT_CONNECT, "cannot resolve %s: %s",
                             hs__safe(app->address.host), gai_strerror(r));
    memcpy(out, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return HS__EXIT_OK;
}

static void on_done(hs_uv_server *listener, void *ctx) {
    server *app = ctx;
    (void)listener;
    if (app->a.stats_ms)
        log_stats(app);
    for (size_t i = 0; i < sizeof app->signals / sizeof app->signals[0]; i++)
        uv_close((uv_handle_t *)&app->signals[i], NULL);
    uv_close((uv_handle_t *)&app->stats_timer, NULL);
    hs_uv_server_free(app->listener);
}

static hs__exit listen_on(server *app, hs__fault *fault) {
    struct sockaddr_storage address = {0};
    char text[HS__ADDRESS_TEXT];
    hs__exit code = resolve(app, &address, fault);
    if (code)
        return code;
    const hs_uv_server_options o = {.size = sizeof o,
                                    .address = (const struct sockaddr *)&address,
                                    .workers = (unsigned)app->a.workers,
                                    .max_conns = app->a.max_conns,
                                    .accept = app->a.accept,
                                    .ctx = app,
                                    .on_connection = connection_accept,
                                    .on_drain = connection_drain,
                                    .on_done = on_done};
    int r = hs_uv_server_new(&app->loop, &o, &app->listener);
    if (r == 0)
        return HS__EXIT_OK;
    code = hs__fault_set(fault, HS__EXIT_CONNECT, "cannot listen on %s: %s",
                         hs__safe(hs__address_text(&app->address, text)), uv_strerror(r));
    if (r == UV_EADDRINUSE)
        return hs__hint(fault, "another program is there; port 0 lets the system choose");
    return r == UV_EACCES ? hs__hint(fault, "ports below 1024 need more rights; 8443 does not")
                          : code;
}

/* ---- what it says when it is ready ------------------------------------------------------- */
static unsigned port_of(const struct sockaddr *a) {
    return a->sa_family == AF_INET    ? ntohs(((const struct sockaddr_in *)a)->sin_port)
           : a->sa_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)a)->sin6_port)
                                      : 0;
}

static void say_fixtures(const server *app) {
    const char *folder = hs__safe(app->a.fixtures);
    hs__say_progress("with --cacert=%s/root.pem --crl=%s/crl.pem --servername=NAME; %s/"
                     "manifest.json has the %zu names and what to expect of each",
                     folder, folder, folder, fixtures_count(app->fixtures));
}

static void say_ready(server *app) {
    char where[200], command[HS__FILE_PATH + 200];
    const struct sockaddr *a = hs_uv_server_address(app->listener);
    unsigned port = port_of(a);
    hs__sockaddr_text(a, where, sizeof where);
    int n = snprintf(command, sizeof command, "hs-client%s%s ",
                     app->a.client_auth == HS_CLIENT_AUTH_NEED ? " --cert=F --key=F" : "",
                     *app->root_path || app->fixtures ? "" : " --cacert=ROOT.pem");
    if (port)
        snprintf(command + n, sizeof command - (size_t)n, "localhost:%u", port);
    else
        snprintf(command + n, sizeof command - (size_t)n, "%s", where);
    json_t *j = json_pack("{s:s, s:i, s:s, s:I}", "address", where, "port", (int)port, "service",
                          app->service->name, "pid", (json_int_t)getpid());
    json_object_set_new(j, "root", *app->root_path ? json_string(app->root_path) : json_null());
    if (app->a.common.json || app->log != stderr)
        log_event(app, "listening", j, "listening on %s", where);
    else
        json_decref(j);
    hs__say_progress("listening on %s (%s)", where, app->service->name);
    hs__say_progress("try: %s", command);
    hs__break_say(&app->broken);
    if (app->fixtures)
        say_fixtures(app);
    if (app->recents && port)
        hs__say_progress("recent connections: https://localhost:%u/all (for visitors on this "
                         "machine)",
                         port);
    if (*app->root_path)
        hs__say_progress("or:  curl --cacert %s https://localhost:%u/", app->root_path, port);
}

/* ---- the loop ---------------------------------------------------------------------------- */
/* The second time it ends at once. */
static void on_end_signal(uv_signal_t *handle, int number) {
    server *app = handle->data;
    bool is_again = app->is_stopping;
    app->is_stopping = true;
    log_event(app, "stopping", json_pack("{s:i}", "signal", number), "ending: %s",
              is_again ? "now" : "open connections may finish");
    hs_uv_server_stop(app->listener, is_again ? 0 : app->a.drain_ms);
}

static void on_reload_signal(uv_signal_t *handle, int number) {
    (void)number;
    identity_reload(handle->data);
}

static void on_stats_signal(uv_signal_t *handle, int number) {
    (void)number;
    log_stats(handle->data);
}

static void on_stats_time(uv_timer_t *timer) {
    log_stats(timer->data);
}

static void watch(server *app) {
    static const struct {
        int number;
        uv_signal_cb cb;
    } SIGNALS[] = {{SIGINT, on_end_signal},
                   {SIGTERM, on_end_signal},
                   {SIGHUP, on_reload_signal},
                   {SIGUSR1, on_stats_signal}};
    for (size_t i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++) {
        uv_signal_init(&app->loop, &app->signals[i]);
        app->signals[i].data = app;
        uv_signal_start(&app->signals[i], SIGNALS[i].cb, SIGNALS[i].number);
    }
    uv_timer_init(&app->loop, &app->stats_timer);
    app->stats_timer.data = app;
    if (app->a.stats_ms)
        uv_timer_start(&app->stats_timer, on_stats_time, app->a.stats_ms, app->a.stats_ms);
}

static hs__exit run(server *app, hs__fault *fault) {
    int r = uv_loop_init(&app->loop);
    if (r)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "the event loop: %s", uv_strerror(r));
    hs__exit code = listen_on(app, fault);
    if (!code) {
        watch(app);
        app->t_begin = hs__clock_mono_us(NULL);
        say_ready(app);
        r = hs_uv_server_start(app->listener);
        if (r) {
            code = hs__fault_set(fault, HS__EXIT_INTERNAL, "workers: %s", uv_strerror(r));
            on_done(app->listener, app);
        }
    }
    uv_run(&app->loop, UV_RUN_DEFAULT);
    uv_loop_close(&app->loop);
    return code;
}

static void free_all(server *app) {
    hs_config_unref(app->config);
    fixtures_free(app->fixtures);
    hs_trust_unref(app->trust);
    hs_session_store_unref(app->sessions);
    hs__see_close(app->see);
    status_close(app);
    hs_provider_unref(app->provider);
    hs__offer_free(&app->offer);
    hs__break_free(&app->broken);
    forward_close(app);
    if (app->root >= 0)
        close(app->root);
    if (app->log != stderr && app->log)
        fclose(app->log);
    if (app->access_log)
        fclose(app->access_log);
    server_args_free(&app->a);
}

int main(int argc, char **argv) {
    static server app;
    hs__fault fault = {0};
    hs__exit code;
    signal(SIGPIPE, SIG_IGN);
    app.root = -1;
    int first = server_args_read(argc, argv, &app.a, &code);
    if (first < 0) {
        server_args_free(&app.a);
        return (int)hs__say_end(code);
    }
    hs__say_setup(server_program.name, &app.a.common);
    const char *wrong = hs__address_listen(argv[first], &app.address);
    if (wrong || uv_mutex_init(&app.lock) != 0) {
        code = hs__usage_error(&server_program, "'%s': %s", hs__safe(argv[first]),
                               wrong ? wrong : "out of memory");
        server_args_free(&app.a);
        return (int)hs__say_end(code);
    }
    raise_file_limit(&app.a);
    code = prepare(&app, &fault);
    if (!code)
        code = run(&app, &fault);
    if (fault.code)
        hs__say_fault(&fault);
    free_all(&app);
    uv_mutex_destroy(&app.lock);
    return (int)hs__say_end(code);
}
