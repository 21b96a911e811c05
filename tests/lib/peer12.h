/* peer12.h - a TLS 1.2 peer made by hand: it can say every message of a handshake, in any order,
 * right or wrong, and checks what the engine answers.
 *
 * It shares nothing with the engine but the provider's primitives and the PRF: messages are bytes
 * written here (RFC 5246 7.4, RFC 8422 5), and its own keys, transcript and Finished tell whether
 * the engine's are right. One peer talks to one end of the engine. */
#ifndef HS_TESTS_PEER12_H
#define HS_TESTS_PEER12_H

#include "tests/lib/hand.h"
#include "tests/lib/stage.h"

/* Variants of a handshake, or-ed. */
enum {
    HS__PEER12_AUTH = 1,     /* with the client's certificate */
    HS__PEER12_TICKET = 2,   /* a NewSessionTicket comes */
    HS__PEER12_RSA = 4,      /* key transport, no ServerKeyExchange; the stage's key is RSA */
    HS__PEER12_NO_EMS = 8,   /* without extended_main_secret (extended_master_secret) */
    HS__PEER12_RESUME = 16,  /* abbreviated: the peer resumes, or lets the engine resume */
    HS__PEER12_NO_CERT = 32, /* the client has none: with AUTH, an empty Certificate */
    HS__PEER12_CHACHA = 64,
    HS__PEER12_P256 = 128,        /* instead of x25519 */
    HS__PEER12_STATUS = 256,      /* server: a CertificateStatus is promised ... */
    HS__PEER12_STATUS_COMES = 512 /* ... and comes; what it says is nonsense */
};

/* The steps of a handshake: messages by their type, and what is no handshake message. */
enum { HS__STEP_CCS = 0x100, HS__STEP_END = -1 };
enum { HS__PEER12_STEPS = 12, HS__PEER12_SECRET = 48, HS__PEER12_VERIFY = 12 };

/* What both ends keep of a session. */
typedef struct {
    uint8_t main_secret[HS__PEER12_SECRET];
    uint8_t id[32];
    size_t id_n;
    hs__test_bytes ticket;
    uint16_t suite;
} hs__peer12_session;

typedef struct {
    hs__aead *aead; /* NULL: in clear */
    uint8_t iv[12];
    uint64_t seq;
} hs__peer12_key;

typedef struct {
    const hs__stage *stage;
    const hs_provider *p;
    hs__test_end *end; /* of the engine */
    bool is_server;    /* the peer */
    unsigned how;
    hs__private_key *key, *engine_key; /* of the same certificate, unless a test changes one */
    hs__peer12_session session;        /* made, or to be resumed */
    bool resumes;

    uint16_t suite, group, scheme; /* scheme: of the peer's signatures */
    bool ems, has_ticket;          /* what ServerHello said, or will say */
    bool no_renegotiation_info;    /* not offered */
    uint8_t client_random[32], server_random[32];
    uint8_t session_id[32]; /* of ServerHello */
    size_t session_id_n;
    hs__kex *kex;
    hs__test_bytes engine_point;
    uint8_t premaster[HS__KEX_SECRET_MAX];
    size_t premaster_n;
    bool has_secret;
    hs__test_bytes transcript;
    hs__peer12_key in, out;

    size_t taken; /* of what the end has sent */
    hs__test_bytes stream;
    hs__hand_flight heard; /* the engine's messages, in clear */
    bool heard_ccs, heard_finished;
    hs__test_bytes data;       /* application data */
    uint8_t alert[2];          /* the last one: level, description */
    unsigned alerts, warnings; /* how many came */
} hs__peer12;

/* A peer for that end, which is the other role of it; `session`: to resume, or NULL. */
void hs__peer12_open(hs__peer12 *peer, const hs__stage *s, unsigned how, hs__test_end *end,
                     bool is_server, const hs__peer12_session *session);
void hs__peer12_free(hs__peer12 *peer);
void hs__peer12_session_free(hs__peer12_session *session);

/* What the peer says in an ordinary handshake of that variant, in order; ends with STEP_END. */
void hs__peer12_script(const hs__peer12 *peer, int steps[HS__PEER12_STEPS]);

/* The message of that step as it would be right now; handshake messages with their header.
 * Nothing is sent, and the transcript does not have it. */
void hs__peer12_make(hs__peer12 *peer, int step, hs__test_bytes *out);

/* Appends scheme, length and signature over `content` with the peer's key. */
void hs__peer12_sign(const hs__peer12 *peer, hs_span content, hs__test_bytes *out);

/* A handshake message, made or changed by hand, that is said in some other way: takes part in the
 * transcript and gives the main secret where it is a ClientKeyExchange. */
void hs__peer12_note(hs__peer12 *peer, hs_span message);
/* The same, and it goes to the engine in a record of its own. */
void hs__peer12_say(hs__peer12 *peer, hs_span message);

/* A record under the writing key in force; no transcript. */
void hs__peer12_send(hs__peer12 *peer, uint8_t type, hs_span content);

/* The same, appended to `out` and not sent. */
void hs__peer12_seal(hs__peer12 *peer, uint8_t type, hs_span content, hs__test_bytes *out);

/* One step as it should be: make, say; ChangeCipherSpec also changes the key. */
void hs__peer12_step(hs__peer12 *peer, int step);

/* Changes the writing key without saying so. Needs the main secret. */
void hs__peer12_rekey(hs__peer12 *peer);

/* Takes what the engine has said since, checks it and learns from it. */
void hs__peer12_hear(hs__peer12 *peer);

/* An ordinary handshake, up to but not including the peer's n-th step. */
void hs__peer12_run(hs__peer12 *peer, size_t n);
/* All of it; aborts unless the engine is connected and both Finished were right. */
void hs__peer12_connect(hs__peer12 *peer);

#endif
