/* server.h - the inside of an hs_uv_server: sockets.c opens what it listens on, server.c starts
 * and ends the threads, worker.c is one of them. */
#ifndef HS_NET_SERVER_H
#define HS_NET_SERVER_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/un.h>

#include "net/stream.h"

enum { HS__BACKLOG = 511 };

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un path;
} hs__sockaddr;

struct hs_uv_worker {
    hs_uv_server *server;
    unsigned index;
    int socket; /* bound and listening; -1: the loop has it */
    uv_thread_t thread;
    uv_loop_t loop;
    hs_uv_loop *slabs;
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } listener;
    uv_async_t wake;     /* the server's state has changed */
    bool can_wake;       /* `wake` is open; under the server's lock */
    uv_timer_t timer;    /* end of the drain; while full: try again */
    hs_uv_stream *first; /* open streams */
    bool waits;          /* a connection is at the door and there is no room */
    bool is_deaf;        /* the listener is closed */
    bool drains;         /* on_drain was called for all */
    bool is_ending;
};

struct hs_uv_server {
    hs_uv_server_options o;
    hs__sockaddr address;
    uv_async_t done; /* a worker has ended */
    uv_mutex_t lock;
    bool is_running; /* threads were started and not all of them joined */
    bool has_file;   /* a unix socket is in the file system */
    unsigned n_workers;
    hs_uv_worker *workers;
    atomic_uint_fast64_t accepted, open;
    atomic_uint waiting;         /* workers that wait for room */
    atomic_uint ended;           /* workers */
    atomic_bool is_full;         /* `accept` connections have come */
    atomic_uint_fast64_t end_at; /* uv_hrtime when a drain ends, in ms; UINT64_MAX: no drain */
};

/* sockets.c: a socket for each worker, -1 in what is not opened. */
HS_MUST_CHECK int hs__sockets_open(hs_uv_server *server);
void hs__sockets_close(hs_uv_server *server); /* those that no loop has; unlinks a unix socket */

/* worker.c: the thread. */
HS_MUST_CHECK int hs__worker_init(hs_uv_worker *w);
void hs__worker_abandon(hs_uv_worker *w); /* after init, instead of running it */
void hs__worker_main(void *worker);

/* server.c */
void hs__server_wake(hs_uv_server *server);
uint64_t hs__clock_ms(void); /* the same in all threads */

#endif
