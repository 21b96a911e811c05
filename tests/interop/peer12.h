/* peer12.h - a small TLS 1.2 client and server for tests, around a library that is not ours.
 *
 *   PROGRAM client PORT NAME=VALUE...    connects to localhost
 *   PROGRAM server 0 NAME=VALUE...       prints {"port": N}, then serves until it is ended
 *
 * Each handshake ends in a line of JSON on standard output: what the library says of it. Then the
 * client asks for a page and prints it, and the server answers with that line as a page; with
 * much=N the client sends N bytes and compares what comes back, and an echo=1 server sends all
 * back. peer12.c has this; the other file of a program is its library. */
#ifndef HS_TESTS_PEER12_H
#define HS_TESTS_PEER12_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    bool is_server;
    const char *root; /* whom to trust; a server that has it demands a certificate */
    const char *cert, *key;
    const char *name;          /* client: the server's, asked for and verified */
    const char *suite;         /* as the library calls it */
    const char *groups, *alpn; /* "secp256r1,x25519" and "h2,http/1.1", best first */
    const char *ticket;        /* not NULL: sessions by ticket (else by id) */
    const char *no_ems;        /* not NULL: without the extended main secret */
    const char *times;         /* client: that many connections, each resuming the one before */
    const char *much;          /* client: how many bytes to send */
    const char *renegotiate;   /* not NULL: ask for it, once, with data on its way */
    const char *echo;          /* server: send back what comes */
} peer12_options;

typedef struct {
    char suite[64], group[32], alpn[32], peer[128]; /* "" where it does not say */
    bool resumed;
} peer12_facts;

/* The library's part: one connection at a time, blocking. What fails is told on standard error. */
bool peer12_open(const peer12_options *options);
bool peer12_handshake(int fd, peer12_facts *out);
int peer12_read(void *p, size_t n); /* 0: close_notify came; negative: it failed */
bool peer12_write(const void *p, size_t n);
bool peer12_renegotiate(void); /* asks, and goes on if it is refused by a warning */
void peer12_close(void);       /* close_notify; a client keeps the session */

/* The next name of a list with commas into out; false after the last one. */
bool peer12_next_name(const char **list, char *out, size_t room);

#endif
