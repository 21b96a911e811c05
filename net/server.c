#include "net/server.h"

#include <stdlib.h>
#include <string.h>

uint64_t hs__clock_ms(void) {
    return uv_hrtime() / 1000000;
}

static size_t address_size(const struct sockaddr *a) {
    switch (a->sa_family) {
    case AF_INET:
        return sizeof(struct sockaddr_in);
    case AF_INET6:
        return sizeof(struct sockaddr_in6);
    case AF_UNIX:
        return sizeof(struct sockaddr_un);
    default:
        return 0;
    }
}

/* All workers have ended: their threads are joined here, in the main loop's. */
static void on_worker_end(uv_async_t *async) {
    hs_uv_server *server = async->data;
    if (!server->is_running || atomic_load(&server->ended) < server->n_workers)
        return;
    for (unsigned i = 0; i < server->n_workers; i++)
        uv_thread_join(&server->workers[i].thread);
    server->is_running = false;
    if (server->o.on_done)
        server->o.on_done(server, server->o.ctx);
}

static void on_freed(uv_handle_t *handle) {
    hs_uv_server *server = handle->data;
    free(server->workers);
    free(server);
}

int hs_uv_server_new(uv_loop_t *main_loop, const hs_uv_server_options *o, hs_uv_server **out) {
    *out = NULL;
    size_t n =
        o->size == sizeof *o && o->address && o->on_connection ? address_size(o->address) : 0;
    if (n == 0)
        return UV_EINVAL;
    hs_uv_server *server = calloc(1, sizeof *server);
    if (!server)
        return UV_ENOMEM;
    server->o = *o;
    server->n_workers = o->workers ? o->workers : 1;
    memcpy(&server->address, o->address, n);
    atomic_init(&server->end_at, UINT64_MAX);
    server->workers = calloc(server->n_workers, sizeof *server->workers);
    int r = server->workers ? uv_async_init(main_loop, &server->done, on_worker_end) : UV_ENOMEM;
    if (r) {
        free(server->workers);
        free(server);
        return r;
    }
    server->done.data = server;
    r = uv_mutex_init(&server->lock);
    if (r) {
        uv_close((uv_handle_t *)&server->done, on_freed);
        return r;
    }
    for (unsigned i = 0; i < server->n_workers; i++)
        server->workers[i] = (hs_uv_worker){.server = server, .index = i, .socket = -1};
    r = hs__sockets_open(server);
    if (r)
        hs_uv_server_free(server);
    else
        *out = server;
    return r;
}

const struct sockaddr *hs_uv_server_address(const hs_uv_server *server) {
    return &server->address.any;
}

static int start_one(hs_uv_worker *w) {
    int r = hs__worker_init(w);
    if (r)
        return r;
    r = uv_thread_create(&w->thread, hs__worker_main, w);
    if (r)
        hs__worker_abandon(w);
    return r;
}

int hs_uv_server_start(hs_uv_server *server) {
    int r = 0;
    unsigned n = 0;
    while (n < server->n_workers && r == 0) {
        r = start_one(&server->workers[n]);
        n += r == 0;
    }
    server->is_running = r == 0;
    if (r == 0)
        return 0;
    hs_uv_server_stop(server, 0);
    for (unsigned i = 0; i < n; i++)
        uv_thread_join(&server->workers[i].thread);
    return r;
}

void hs__server_wake(hs_uv_server *server) {
    uv_mutex_lock(&server->lock);
    for (unsigned i = 0; i < server->n_workers; i++)
        if (server->workers[i].can_wake)
            uv_async_send(&server->workers[i].wake);
    uv_mutex_unlock(&server->lock);
}

void hs_uv_server_stop(hs_uv_server *server, uint64_t drain) {
    uint64_t end = hs__clock_ms() + drain;
    uint64_t known = atomic_load(&server->end_at);
    while (end < known && !atomic_compare_exchange_weak(&server->end_at, &known, end))
        ;
    hs__server_wake(server);
}

uint64_t hs_uv_server_accepted(const hs_uv_server *server) {
    return atomic_load(&server->accepted);
}

uint64_t hs_uv_server_open(const hs_uv_server *server) {
    return atomic_load(&server->open);
}

void hs_uv_server_free(hs_uv_server *server) {
    if (!server)
        return;
    hs__sockets_close(server);
    uv_mutex_destroy(&server->lock);
    uv_close((uv_handle_t *)&server->done, on_freed);
}

hs_uv_loop *hs_uv_worker_loop(hs_uv_worker *w) {
    return w->slabs;
}

uv_loop_t *hs_uv_worker_uv_loop(hs_uv_worker *w) {
    return &w->loop;
}

unsigned hs_uv_worker_index(const hs_uv_worker *w) {
    return w->index;
}
