/* uv.h - TLS over libuv: a stream that looks like libuv's own, and a listener with worker loops.
 *
 *   hs_uv_loop_new(uv_default_loop(), &loop);            once per uv_loop_t
 *   hs_uv_stream_new(loop, UV_TCP, &s);                  a stream over a uv_tcp_t
 *   uv_tcp_connect(&req, (uv_tcp_t *)hs_uv_transport(s), address, on_tcp);
 *   hs_uv_start_client(s, config, &options, on_connected);         in on_tcp
 *   hs_uv_read_start(s, on_data);  hs_uv_write(&w, s, bufs, 1, on_written);   in on_connected
 *   hs_uv_shutdown(&q, s, on_shut);  hs_uv_close(s, on_closed);
 *
 * Rules that hold everywhere:
 *  ERRORS    functions and callbacks tell 0 or one of libuv's negative codes, as libuv does. What
 *            happened to the TLS connection is in hs_uv_error(): UV_EPROTO is any failure of TLS,
 *            UV_ECONNABORTED an end without close_notify.
 *  CALLBACKS are called from the loop, never from inside the function that asked for them. In
 *            each of them every function of this header may be called on that stream.
 *  MEMORY    one read buffer serves all streams of a loop and is lent to a connection only while
 *            bytes are moving; an idle stream holds none. What was read but cannot be handed out
 *            yet (a question waits, reading is stopped, output is in the way) keeps its buffer,
 *            and the transport is not read meanwhile: that is the back-pressure.
 *  THREAD    a loop and its streams belong to the loop's thread.
 *
 * libuv writes with write(2), so a program has to ignore SIGPIPE. */
#ifndef HANDSHAKE_UV_H
#define HANDSHAKE_UV_H

#include <uv.h>

#include "handshake/conn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- loop: what the streams of a uv_loop_t share ----------------------------------------- */
typedef struct hs_uv_loop hs_uv_loop;

/* UV_ENOMEM. `loop` has to outlive it. */
HS_MUST_CHECK int hs_uv_loop_new(uv_loop_t *loop, hs_uv_loop **out);

/* After the last stream's close callback; NULL is allowed. */
void hs_uv_loop_free(hs_uv_loop *loop);

/* ---- stream ------------------------------------------------------------------------------ */
typedef struct hs_uv_stream hs_uv_stream;

/* status 0: both Finished are verified, hs_peer_chain and hs_peer_report may be read during the
 * call. Else the handshake failed or took too long (UV_ETIMEDOUT): close the stream. */
typedef void (*hs_uv_connected_cb)(hs_uv_stream *s, int status);

/* A buffer for at most `suggested` bytes of plaintext. An empty one stops reading, as
 * hs_uv_read_stop does, and the read callback is told UV_ENOBUFS. */
typedef void (*hs_uv_alloc_cb)(hs_uv_stream *s, size_t suggested, uv_buf_t *buf);

/* nread > 0: that many bytes of plaintext in buf->base. UV_EOF: the peer's close_notify, nothing
 * was lost; writing may go on. UV_ETIMEDOUT: no bytes went either way for the idle timeout; told
 * again after as long. UV_EBUSY: the server is full and this stream was idle longest. Any other
 * negative: the stream has failed. Errors are told even while reading is stopped, if it was ever
 * started. */
typedef void (*hs_uv_read_cb)(hs_uv_stream *s, ssize_t nread, const uv_buf_t *buf);

/* A question of the engine, HS_EV_ASK_*. Answer with hs_answer_*(hs_uv_conn(s), ...), now or later
 * in the loop's thread, and then call hs_uv_answered. */
typedef void (*hs_uv_ask_cb)(hs_uv_stream *s, const hs_event *question);

/* Client: something to resume with next time; hs_session_ref to keep it. After the connected
 * callback, for a configuration with `sessions_wanted`. */
typedef void (*hs_uv_session_cb)(hs_uv_stream *s, hs_session *session);

typedef void (*hs_uv_close_cb)(hs_uv_stream *s);

/* transport: UV_TCP or UV_NAMED_PIPE. UV_EINVAL for any other, UV_ENOMEM. */
HS_MUST_CHECK int hs_uv_stream_new(hs_uv_loop *loop, uv_handle_type transport, hs_uv_stream **out);

/* The uv_tcp_t or uv_pipe_t below, for uv_tcp_connect, uv_accept, uv_tcp_open, uv_tcp_nodelay and
 * the like. Reading, writing and closing are the stream's. */
uv_stream_t *hs_uv_transport(hs_uv_stream *s);

/* The engine's connection, for hs_conn_info, hs_peer_chain, hs_export, hs_answer_*; NULL before
 * hs_uv_start_*. Bytes and events are the stream's. */
hs_conn *hs_uv_conn(hs_uv_stream *s);

/* Any pointer of the program's; NULL at first. */
void *hs_uv_data(const hs_uv_stream *s);
void hs_uv_set_data(hs_uv_stream *s, void *data);

/* Why TLS failed, until the close callback; NULL: it did not. */
const hs_error *hs_uv_error(const hs_uv_stream *s);

/* What failed below TLS (UV_ECONNRESET, UV_EPIPE, ...), 0: nothing. */
int hs_uv_transport_error(const hs_uv_stream *s);

/* Milliseconds, 0: none (the default). `handshake` runs from hs_uv_start_*, `idle` while no bytes
 * go either way after it. */
void hs_uv_set_timeouts(hs_uv_stream *s, uint64_t handshake, uint64_t idle);

/* Begins TLS on a transport that is connected. UV_ENOMEM, UV_EINVAL (started before, or options
 * the engine refuses). Configurations with questions need hs_uv_on_ask first: a question that
 * nobody takes fails the connection. */
HS_MUST_CHECK int hs_uv_start_client(hs_uv_stream *s, hs_config *config, const hs_client_options *o,
                                     hs_uv_connected_cb cb);
HS_MUST_CHECK int hs_uv_start_server(hs_uv_stream *s, hs_config *config, const hs_server_options *o,
                                     hs_uv_connected_cb cb);

void hs_uv_on_ask(hs_uv_stream *s, hs_uv_ask_cb cb);
void hs_uv_answered(hs_uv_stream *s);
void hs_uv_on_session(hs_uv_stream *s, hs_uv_session_cb cb);

/* Plaintext is lent to the callback where it was decrypted, for the call only. */
void hs_uv_read_start(hs_uv_stream *s, hs_uv_read_cb cb);

/* The same with buffers of the program's: each byte is copied once. */
void hs_uv_read_start_alloc(hs_uv_stream *s, hs_uv_alloc_cb alloc, hs_uv_read_cb cb);

/* No more calls with data. What is in the kernel stays there. */
void hs_uv_read_stop(hs_uv_stream *s);

/* A write request; the program owns it until its callback, `data` is the program's. */
typedef struct hs_uv_write_req hs_uv_write_req;
typedef void (*hs_uv_write_cb)(hs_uv_write_req *req, int status);
struct hs_uv_write_req {
    void *data;
    hs_uv_stream *stream;
    /* private */
    hs_uv_write_cb cb;
    hs_uv_write_req *next;
    uv_buf_t *bufs, few[4];
    unsigned n_bufs, at;
    size_t off;
    uint64_t end;
};

/* Seals and sends the bytes, in order. Their memory stays as it is until the callback: status 0
 * when the kernel has all of it. Before the handshake is done they wait. UV_EPIPE after
 * hs_uv_shutdown or a failure, UV_ENOMEM, UV_EINVAL before hs_uv_start_*. cb may be NULL. */
HS_MUST_CHECK int hs_uv_write(hs_uv_write_req *req, hs_uv_stream *s, const uv_buf_t *bufs,
                              unsigned n_bufs, hs_uv_write_cb cb);

/* Plaintext that was given to hs_uv_write and is not yet sealed. */
size_t hs_uv_write_queue_size(const hs_uv_stream *s);

typedef struct hs_uv_shutdown_req hs_uv_shutdown_req;
typedef void (*hs_uv_shutdown_cb)(hs_uv_shutdown_req *req, int status);
struct hs_uv_shutdown_req {
    void *data;
    hs_uv_stream *stream;
    /* private */
    hs_uv_shutdown_cb cb;
};

/* After all writes: close_notify, then uv_shutdown of the transport. Reading goes on (half-close,
 * RFC 9846 6.1). UV_EALREADY the second time, UV_ENOTCONN before the handshake is done. */
HS_MUST_CHECK int hs_uv_shutdown(hs_uv_shutdown_req *req, hs_uv_stream *s, hs_uv_shutdown_cb cb);

/* hs_key_update of the connection, sent at once. UV_EAGAIN while an earlier request of ours is
 * unanswered, UV_ENOTCONN before the handshake is done and after the end. */
HS_MUST_CHECK int hs_uv_key_update(hs_uv_stream *s, bool ask_peer);

/* Ends the stream without close_notify: that is hs_uv_shutdown's. What waits to be written is
 * given up with UV_ECANCELED; an alert that was queued is sent, and the transport then kept open
 * for up to half a second so that it arrives (a close with unread input would take it back). The
 * stream is freed after cb, which may be NULL. */
void hs_uv_close(hs_uv_stream *s, hs_uv_close_cb cb);
bool hs_uv_is_closing(const hs_uv_stream *s);

/* ---- server: a listener with worker loops ------------------------------------------------ */
typedef struct hs_uv_server hs_uv_server;
typedef struct hs_uv_worker hs_uv_worker; /* one thread with a loop of its own */

typedef struct {
    size_t size;                    /* sizeof(hs_uv_server_options)                      */
    const struct sockaddr *address; /* IPv4, IPv6 or unix; port 0: the system chooses.   */
                                    /* "::" takes IPv4 as well                           */
    unsigned workers;               /* 0: 1                                              */
    int backlog;                    /* 0: 511                                            */
    uint64_t max_conns;             /* open at once in all workers; 0: no limit. When full, the
                                       stream of the worker that was idle longest, a second at
                                       least, is told UV_EBUSY: it should end. Until then new
                                       connections wait */
    uint64_t accept;                /* that many, then no more; 0: no limit              */
    void *ctx;
    /* In the worker's thread: a connection has come. id is 1, 2, 3 ... over all workers. The
     * callee owns the stream, calls hs_uv_start_server on it and closes it some day. */
    void (*on_connection)(hs_uv_worker *w, hs_uv_stream *s, uint64_t id, void *ctx);
    /* In the worker's thread: hs_uv_server_stop was called. NULL: nothing to do. */
    void (*on_drain)(hs_uv_stream *s, void *ctx);
    /* In the thread of the main loop: no worker runs any more. The server may be freed. */
    void (*on_done)(hs_uv_server *server, void *ctx);
} hs_uv_server_options;

/* Binds and listens, starts no thread. libuv's code where the system refuses (UV_EADDRINUSE,
 * UV_EACCES, ...), UV_EINVAL, UV_ENOMEM. `main_loop` runs on_done. */
HS_MUST_CHECK int hs_uv_server_new(uv_loop_t *main_loop, const hs_uv_server_options *o,
                                   hs_uv_server **out);

/* Where it listens, with the real port. */
const struct sockaddr *hs_uv_server_address(const hs_uv_server *server);

/* Starts the workers. On failure nothing runs; free the server. */
HS_MUST_CHECK int hs_uv_server_start(hs_uv_server *server);

/* No more connections. Those that are open get on_drain and `drain` milliseconds; then they fail
 * with UV_ECANCELED, told to the callback that is told of errors. A second call with a shorter time
 * shortens it. From any thread, and from on_connection. */
void hs_uv_server_stop(hs_uv_server *server, uint64_t drain);

/* How many connections were accepted, and how many are open. From any thread. */
uint64_t hs_uv_server_accepted(const hs_uv_server *server);
uint64_t hs_uv_server_open(const hs_uv_server *server);

/* Before hs_uv_server_start, or in or after on_done; NULL is allowed. The main loop has to run
 * once more, as after uv_close. */
void hs_uv_server_free(hs_uv_server *server);

hs_uv_loop *hs_uv_worker_loop(hs_uv_worker *w);
uv_loop_t *hs_uv_worker_uv_loop(hs_uv_worker *w);
unsigned hs_uv_worker_index(const hs_uv_worker *w); /* 0, 1, ... */

#ifdef __cplusplus
}
#endif

#endif
