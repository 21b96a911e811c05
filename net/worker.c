#include "net/server.h"

enum {
    IDLE_ENOUGH_MS = 1000, /* a stream may be told to make room when idle for that long */
    TRY_AGAIN_MS = 250
};

/* ---- ending ------------------------------------------------------------------------------ */
static void end_if_empty(hs_uv_worker *w) {
    if (!w->is_deaf || w->first || w->is_ending)
        return;
    w->is_ending = true;
    uv_mutex_lock(&w->server->lock);
    w->can_wake = false;
    uv_mutex_unlock(&w->server->lock);
    uv_close((uv_handle_t *)&w->wake, NULL);
    uv_close((uv_handle_t *)&w->timer, NULL);
}

static void wait_for_room(hs_uv_worker *w, bool waits) {
    if (waits && !w->waits)
        atomic_fetch_add(&w->server->waiting, 1);
    if (!waits && w->waits)
        atomic_fetch_sub(&w->server->waiting, 1);
    w->waits = waits;
}

static void go_deaf(hs_uv_worker *w) {
    if (w->is_deaf)
        return;
    w->is_deaf = true;
    wait_for_room(w, false);
    uv_close(&w->listener.handle, NULL);
}

static void on_gone(hs_uv_stream *s, void *owner) {
    hs_uv_worker *w = owner;
    if (s->prev)
        s->prev->next = s->next;
    else
        w->first = s->next;
    if (s->next)
        s->next->prev = s->prev;
    atomic_fetch_sub(&w->server->open, 1);
    if (atomic_load(&w->server->waiting) > 0)
        hs__server_wake(w->server);
    end_if_empty(w);
}

/* ---- accepting --------------------------------------------------------------------------- */
/* Takes the connection at the door. */
static void take(hs_uv_worker *w, hs_uv_stream *s, uint64_t id) {
    s->on_gone = on_gone;
    s->owner = w;
    s->next = w->first;
    if (w->first)
        w->first->prev = s;
    w->first = s;
    s->last_active = uv_now(&w->loop);
    if (uv_accept(&w->listener.stream, hs_uv_transport(s)) == 0)
        w->server->o.on_connection(w, s, id, w->server->o.ctx);
    else
        hs_uv_close(s, NULL);
}

static bool claim_room(hs_uv_server *server) {
    uint64_t open = atomic_fetch_add(&server->open, 1);
    if (server->o.max_conns == 0 || open < server->o.max_conns)
        return true;
    atomic_fetch_sub(&server->open, 1);
    return false;
}

/* The one that no bytes went through for the longest time makes room. */
static void expire_idlest(hs_uv_worker *w) {
    hs_uv_stream *idlest = NULL;
    for (hs_uv_stream *s = w->first; s; s = s->next) {
        bool may_go = s->phase == HS__UV_HANDSHAKE || s->phase == HS__UV_OPEN;
        if (may_go && (!idlest || s->last_active < idlest->last_active))
            idlest = s;
    }
    if (idlest && uv_now(&w->loop) - idlest->last_active >= IDLE_ENOUGH_MS)
        hs__uv_expire(idlest, UV_EBUSY);
}

static void try_again(uv_timer_t *timer);

/* Room for one more, and a stream for it; NULL: not now. */
static hs_uv_stream *place(hs_uv_worker *w) {
    hs_uv_stream *s = NULL;
    if (!claim_room(w->server)) {
        expire_idlest(w);
        return NULL;
    }
    int r = hs_uv_stream_new(w->slabs, w->listener.handle.type, &s);
    if (r)
        atomic_fetch_sub(&w->server->open, 1);
    return s;
}

static void accept_one(hs_uv_worker *w) {
    hs_uv_server *server = w->server;
    hs_uv_stream *s = place(w);
    wait_for_room(w, !s);
    if (!s) {
        uv_timer_start(&w->timer, try_again, TRY_AGAIN_MS, 0);
        return;
    }
    uint64_t id = atomic_fetch_add(&server->accepted, 1) + 1;
    if (server->o.accept && id >= server->o.accept)
        atomic_store(&server->is_full, true);
    if (!server->o.accept || id <= server->o.accept) {
        take(w, s, id);
    } else {
        atomic_fetch_sub(&server->accepted, 1);
        atomic_fetch_sub(&server->open, 1);
        hs_uv_close(s, NULL);
    }
    if (atomic_load(&server->is_full))
        hs__server_wake(server);
}

static void try_again(uv_timer_t *timer) {
    hs_uv_worker *w = timer->data;
    if (w->waits && !w->is_deaf)
        accept_one(w);
}

/* libuv does not watch the listener again until uv_accept took what it holds: a connection that
 * there is no room for keeps all others in the kernel's queue. */
static void on_connection(uv_stream_t *listener, int status) {
    hs_uv_worker *w = listener->data;
    if (status == 0 && !w->is_deaf)
        accept_one(w);
}

/* ---- orders
 * ---------------------------------------------------------------------------------------- */
static void on_drain_end(uv_timer_t *timer) {
    hs_uv_worker *w = timer->data;
    hs_uv_stream *next;
    for (hs_uv_stream *s = w->first; s; s = next) {
        next = s->next;
        hs__uv_fail(s, UV_ECANCELED);
    }
}

static void drain(hs_uv_worker *w, uint64_t end_at) {
    hs_uv_server *server = w->server;
    uint64_t now = hs__clock_ms();
    uv_update_time(&w->loop);
    uv_timer_start(&w->timer, on_drain_end, end_at > now ? end_at - now : 0, 0);
    if (w->drains)
        return;
    w->drains = true;
    hs_uv_stream *next;
    for (hs_uv_stream *s = w->first; s && server->o.on_drain; s = next) {
        next = s->next;
        if (!hs_uv_is_closing(s))
            server->o.on_drain(s, server->o.ctx);
    }
}

static void on_wake(uv_async_t *async) {
    hs_uv_worker *w = async->data;
    hs_uv_server *server = w->server;
    uint64_t end_at = atomic_load(&server->end_at);
    if (atomic_load(&server->is_full) || end_at != UINT64_MAX)
        go_deaf(w);
    if (end_at != UINT64_MAX)
        drain(w, end_at);
    else if (w->waits)
        accept_one(w);
    end_if_empty(w);
}

/* ---- the thread
 * ------------------------------------------------------------------------------------- */
static int listen_on(hs_uv_worker *w) {
    bool is_unix = w->server->address.any.sa_family == AF_UNIX;
    int r = is_unix ? uv_pipe_init(&w->loop, &w->listener.pipe, 0)
                    : uv_tcp_init(&w->loop, &w->listener.tcp);
    if (r)
        return r;
    w->listener.handle.data = w;
    r = is_unix ? uv_pipe_open(&w->listener.pipe, w->socket)
                : uv_tcp_open(&w->listener.tcp, w->socket);
    if (r == 0)
        w->socket = -1;
    int backlog = w->server->o.backlog > 0 ? w->server->o.backlog : HS__BACKLOG;
    return r ? r : uv_listen(&w->listener.stream, backlog, on_connection);
}

static void on_walk(uv_handle_t *handle, void *arg) {
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

void hs__worker_abandon(hs_uv_worker *w) {
    uv_mutex_lock(&w->server->lock);
    w->can_wake = false;
    uv_mutex_unlock(&w->server->lock);
    uv_walk(&w->loop, on_walk, NULL);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    hs_uv_loop_free(w->slabs);
    uv_loop_close(&w->loop);
}

int hs__worker_init(hs_uv_worker *w) {
    int r = uv_loop_init(&w->loop);
    if (r)
        return r;
    r = hs_uv_loop_new(&w->loop, &w->slabs);
    if (r == 0)
        r = uv_async_init(&w->loop, &w->wake, on_wake);
    if (r == 0)
        r = uv_timer_init(&w->loop, &w->timer);
    if (r == 0)
        r = listen_on(w);
    if (r) {
        hs__worker_abandon(w);
        return r;
    }
    w->wake.data = w;
    w->timer.data = w;
    w->can_wake = true;
    return 0;
}

void hs__worker_main(void *worker) {
    hs_uv_worker *w = worker;
    hs_uv_server *server = w->server;
    on_wake(&w->wake); /* orders that came before there was anybody to wake */
    uv_run(&w->loop, UV_RUN_DEFAULT);
    hs_uv_loop_free(w->slabs);
    uv_loop_close(&w->loop);
    atomic_fetch_add(&server->ended, 1);
    uv_async_send(&server->done);
}
