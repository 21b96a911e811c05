/* pair.h - a client and a server in one process, with every byte between them in our hands. */
#ifndef HS_TESTS_PAIR_H
#define HS_TESTS_PAIR_H

#include "handshake/conn.h"

typedef struct {
    uint8_t *p;
    size_t n, cap;
} hs__test_bytes;

void hs__test_bytes_add(hs__test_bytes *b, const void *p, size_t n);
void hs__test_bytes_free(hs__test_bytes *b);

/* One end, and what it has said so far. */
typedef struct {
    hs_conn *conn;
    hs__test_bytes data; /* application data received */
    hs__test_bytes sent; /* everything it put on the wire */
    size_t delivered;    /* how much of `sent` the other end was given */
    bool connected, closed, failed;
    hs_error error; /* a copy, when failed; `where` and `report` are gone */
    char where[128];
    hs_session *session; /* the last one told */
    hs_event question;   /* the one that waits for an answer */
    uint8_t *loan;       /* still lent: a question is open */
} hs__test_end;

typedef struct {
    hs__test_end client, server;
    size_t step; /* deliver at most that many bytes at a time; 0: all there are */
} hs__test_pair;

/* Aborts when a connection cannot be made. */
void hs__test_pair_open(hs__test_pair *pair, hs_config *client, hs_config *server,
                        const char *name);
void hs__test_pair_free(hs__test_pair *pair);

/* Carries bytes both ways until nothing moves any more. */
void hs__test_pair_run(hs__test_pair *pair);

/* Takes what an end has to send into `sent`. */
void hs__test_end_drain(hs__test_end *end);

void hs__test_end_free(hs__test_end *end);

/* Gives bytes to an end and takes its events. */
void hs__test_end_feed(hs__test_end *end, const uint8_t *p, size_t n);

/* Takes events without new bytes, after an answer. */
void hs__test_end_poll(hs__test_end *end);

/* Unix time in the middle of the test certificates' life. */
uint64_t hs__test_now_ms(void *ctx);

#endif
