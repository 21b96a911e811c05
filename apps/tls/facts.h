/* facts.h - what is known of a connection, kept past its end: for summaries, logs and JSON. */
#ifndef HS_APPS_TLS_FACTS_H
#define HS_APPS_TLS_FACTS_H

#include <jansson.h>

#include "handshake/conn.h"

typedef struct {
    char *subject, *issuer, *names, *key, *serial, *sha256; /* "" where it does not parse */
    int64_t not_before, not_after;
    char *pem;
} hs__cert_facts;

typedef struct {
    bool is_connected, hrr, authenticated;
    bool resumed, extended_main_secret;
    uint16_t version, suite, group, scheme, own_scheme;
    char *server_name; /* NULL: none */
    char *alpn;        /* NULL: none; escaped where it is not text */
    hs_status verdict;
    char *verdict_text;  /* "" when trusted and no report is there */
    char *anchor;        /* where the anchor came from, "" */
    const char *revoked; /* the peer's certificate: "no", "yes", "unclear" (a staple or a list that
                            cannot be relied on); NULL: nothing is known of it */
    hs__cert_facts *chain;
    size_t n_chain;
    json_t *checks; /* failed ones; NULL: none */
} hs__facts;

/* While the connection is there; call it in the connected callback, for the peer's chain. */
void hs__facts_take(hs__facts *facts, const hs_conn *conn, const hs_provider *provider);
void hs__facts_free(hs__facts *facts);

/* RFC names, never NULL: "TLS 1.3", "x25519", "0x1234". In one of eight buffers of the thread. */
const char *hs__version_text(uint16_t version);
const char *hs__suite_text(uint16_t suite);
const char *hs__group_text(uint16_t group);
const char *hs__scheme_text(uint16_t scheme);

/* How the keys came about: the group, "RSA key transport", "resumed". */
const char *hs__exchange_text(const hs__facts *facts);

/* Round trips until the client could send data: TLS 1.2 has one more, but not when resumed. */
int hs__facts_rtts(const hs__facts *facts);

/* {version, suite, group, sigalg, alpn, servername, hrr, resumed, ...}; null is "has none". */
json_t *hs__facts_json(const hs__facts *facts);
json_t *hs__chain_json(const hs__facts *facts);

#endif
