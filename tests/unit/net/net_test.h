/* net_test.h - two TLS streams on one loop, joined by a socket pair, that record what happens. */
#ifndef HS_TESTS_NET_TEST_H
#define HS_TESTS_NET_TEST_H

#include "handshake/uv.h"
#include "tests/lib/identity.h"

/* Names of things that both ends share. */
typedef struct {
    uv_loop_t uv;
    hs_uv_loop *loop;
    hs_provider *provider;
    hs__test_identity id;
    hs_config *client, *server;
} net_fixture;

/* `ask` goes into the client's configuration; without `trusts` it believes nobody. */
void net_fixture_new(net_fixture *f, bool trusts, unsigned ask);
void net_fixture_free(net_fixture *f); /* checks that the loop has nothing left */

typedef struct {
    hs_uv_stream *s; /* NULL once closed */
    net_fixture *f;
    int connected; /* the status told; 1: not told yet */
    int ended;     /* negative code told to the read callback; 0: none */
    hs_status error;
    int alert;
    uint64_t received, wrong; /* bytes; those that are not the pattern's */
    uint64_t to_send, sent;   /* bytes of the pattern */
    bool shuts_when_sent, closes_at_end, reads_by_copy;
    unsigned seed;
    uint8_t out[70000], in[1000];
    hs_uv_write_req write;
    hs_uv_shutdown_req shutdown;
    int last_write, last_shutdown; /* statuses; 1: none yet */
    bool in_call;                  /* a function of the stream is being called */
} net_end;

void net_pair(int fds[2]); /* a connected, non-blocking socket pair */

/* An end over a transport that is not connected yet. */
void net_end_over(net_end *e, net_fixture *f, uv_handle_type transport);

/* An end over that descriptor; start says TLS to it. */
void net_end_new(net_end *e, net_fixture *f, int fd);
void net_end_start(net_end *e, bool is_server);
void net_end_send(net_end *e); /* goes on until `to_send` is reached */
void net_end_read(net_end *e);
void net_end_close(net_end *e);

/* Turns the loop until `done` is true or five seconds are over: then the test fails. */
void net_run_until(net_fixture *f, bool (*done)(void *), void *arg);
void net_run_for(net_fixture *f, unsigned ms);

#endif
