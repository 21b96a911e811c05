/* stream.h - the inside of an hs_uv_stream, for the files of this folder.
 *
 * loop.c lends read buffers; stream.c has life, timers and ending; stream_in.c takes bytes and
 * events from below to the program; stream_out.c takes writes from the program down. */
#ifndef HS_NET_STREAM_H
#define HS_NET_STREAM_H

#include "handshake/uv.h"

enum {
    HS__SLAB = 64 * 1024,      /* one read; holds four full records (E1) */
    HS__TX_SPANS = 64,         /* for one write; a flight has few chunks */
    HS__LINGER_MS = 500,       /* for an alert to arrive */
    HS__LINGER_BYTES = 1 << 20 /* what a peer may still send meanwhile */
};

struct hs_uv_loop {
    uv_loop_t *uv;
    uint8_t *spare; /* a slab that nobody has */
};

/* A read buffer of HS__SLAB bytes, NULL without memory; back to its loop. */
uint8_t *hs__slab_take(hs_uv_loop *loop);
void hs__slab_give(hs_uv_loop *loop, uint8_t *slab);

typedef enum {
    HS__UV_NEW,       /* no TLS yet                             */
    HS__UV_HANDSHAKE, /* hs_uv_start_* was called               */
    HS__UV_OPEN,      /* connected                              */
    HS__UV_FAILED,    /* `status` was told or is about to be    */
    HS__UV_CLOSING    /* hs_uv_close was called                 */
} hs__uv_phase;

struct hs_uv_stream {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } transport;
    uv_timer_t timer; /* both deadlines, and "soon" */
    uv_write_t write_req;
    uv_shutdown_t shut_req;
    hs_uv_loop *loop;
    hs_conn *conn;
    void *data;

    hs_uv_connected_cb on_connected;
    hs_uv_alloc_cb on_alloc;
    hs_uv_read_cb on_read;
    hs_uv_ask_cb on_ask;
    hs_uv_session_cb on_session;
    hs_uv_close_cb on_close;

    hs__uv_phase phase;
    int status;          /* why it failed, libuv's code */
    int transport_error; /* what happened below         */
    const hs_error *error;

    /* in */
    uint8_t *slab;          /* lent to the engine; NULL: none */
    hs_span rest;           /* of a DATA event that went to the program in part */
    bool wants_data;        /* read_start, not read_stop */
    bool reads_transport;   /* uv_read_start is in force */
    bool asks;              /* a question waits */
    bool peer_closed;       /* close_notify came */
    bool has_eof, told_eof; /* the transport ended; the engine knows */
    bool pumps;             /* hs__uv_pump is on the stack */
    size_t lingered;        /* bytes thrown away while an alert travels */

    /* out */
    hs_uv_write_req *writes, *last_write; /* not called back yet, oldest first */
    hs_uv_write_req *unsealed;            /* the first that is not sealed to its end */
    size_t queued;                        /* plaintext in `unsealed` and after */
    uint64_t sent;                        /* bytes that the kernel took */
    bool writes_transport;                /* write_req is in flight */
    hs_uv_shutdown_req *shutdown;
    size_t in_flight;           /* bytes that write_req has */
    bool close_sent;            /* close_notify is queued   */
    bool shut_asked, shut_told; /* uv_shutdown was called; `shutdown` was called back */

    /* time, all in the loop's milliseconds */
    uint64_t handshake_ms, idle_ms;
    uint64_t started, last_active;
    uint64_t due; /* when the timer comes; UINT64_MAX: it is off */
    bool soon;    /* something waits to be told from the loop */
    bool failure_told;

    /* closing */
    unsigned open_handles;

    /* server.c: the worker's list, and whom to tell at the end */
    hs_uv_stream *prev, *next;
    void (*on_gone)(hs_uv_stream *s, void *owner);
    void *owner;
};

/* stream.c */
void hs__uv_soon(hs_uv_stream *s);             /* hs__uv_pump from the loop, as soon as it turns */
void hs__uv_rearm(hs_uv_stream *s);            /* sets the timer to the next deadline */
void hs__uv_fail(hs_uv_stream *s, int status); /* the first one counts; told by the pump */
/* Its time is over: a handshake fails with the status, an open stream is told it. From the loop. */
void hs__uv_expire(hs_uv_stream *s, int status);
void hs__uv_end_linger(hs_uv_stream *s); /* closes the transport at last */

/* stream_in.c: takes events, writes, tells; only from the loop. */
void hs__uv_pump(hs_uv_stream *s);
void hs__uv_sync_reading(hs_uv_stream *s); /* reads the transport or not, as the state wants */

/* stream_out.c. flush seals what waits and sends what it can, without any callback; true if
 * bytes went out. finish_writes calls back those that are done, cancel_writes all of them and
 * the shutdown. has_news: there is something to call back. */
bool hs__uv_flush(hs_uv_stream *s);
void hs__uv_finish_writes(hs_uv_stream *s);
void hs__uv_cancel_writes(hs_uv_stream *s, int status);
bool hs__uv_has_news(const hs_uv_stream *s);

#endif
