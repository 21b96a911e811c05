/* lab.h - breaking on purpose (S11): what a peer does when a handshake goes wrong, shown by making
 * it go wrong.
 *
 * A break is a row of lab_breaks.def and its parameter, read from text ("flip=3,17"). Set on a
 * configuration, it happens once on each of its connections, and a note beginning with "lab:" in
 * the trace says so. Everything else of the engine stays as it is: there are few places where a
 * break can happen, called by the dispatcher and the record layer, and without HS_LAB (meson
 * -Dlab=false, and always in the installed library) they are nothing and cost nothing. */
#ifndef HS_ENGINE_LAB_H
#define HS_ENGINE_LAB_H

#include "engine/connection.h"

/* ---- the list ---------------------------------------------------------------------------- */
typedef enum {
#define HS__LAB_BREAK(id, name, parameter, kind, number, roles, versions, wire, text, answer)      \
    HS__LAB_##id,
#include "engine/lab_breaks.def"
    HS__LAB_N_BREAKS
} hs__lab_id;

/* How a parameter is read. */
typedef enum {
    HS__LAB_TAKES_NOTHING,
    HS__LAB_TAKES_MESSAGE,      /* ClientHello, client_hello */
    HS__LAB_TAKES_MESSAGE_BYTE, /* ClientHello[,BYTE], counted from msg_type */
    HS__LAB_TAKES_EXTENSION,    /* server_name, 0 */
    HS__LAB_TAKES_RECORD,       /* [N], counted from 1 */
    HS__LAB_TAKES_RECORD_BIT,   /* N[,BIT], counted from the first bit behind the header */
    HS__LAB_TAKES_NUMBER,       /* [N] */
    HS__LAB_TAKES_ALERT,        /* [NAME], unknown_ca, 48 */
    HS__LAB_TAKES_FILE          /* [FILE] */
} hs__lab_kind;

enum { HS__LAB_CLIENT = 1, HS__LAB_SERVER = 2 };

typedef struct {
    hs__lab_id id;
    const char *name, *parameter; /* "flip", "N[,BIT]" or "" */
    hs__lab_kind kind;
    uint32_t number;    /* of RECORD, NUMBER, ALERT where none is given */
    unsigned roles;     /* HS__LAB_CLIENT, HS__LAB_SERVER or-ed */
    unsigned versions;  /* HS__TLS12, HS__TLS13 or-ed */
    bool wire;          /* somebody on the path can do it, without any key */
    const char *text;   /* what is done, without a full stop */
    const char *answer; /* who notices, by which check, with which alert */
} hs__lab_row;

extern const hs__lab_row hs__lab_rows[HS__LAB_N_BREAKS];

/* ---- one of them ------------------------------------------------------------------------------
 */
typedef struct hs__lab {
    const hs__lab_row *row;
    const char *text; /* as it was given, borrowed */
    uint8_t message;  /* HandshakeType */
    uint16_t extension;
    uint32_t number;    /* N */
    uint32_t place;     /* BYTE or BIT; HS__LAB_ANYWHERE: not given */
    const char *file;   /* FILE as it was given, borrowed; NULL: none. Who reads it fills in: */
    hs_span file_bytes; /* CERTIFICATE: DER; REPLAY_HELLO: the message */
} hs__lab;

enum { HS__LAB_ANYWHERE = INT32_MAX, HS__LAB_WHY = 160 };

/* "NAME" or "NAME=PARAMETER"; text is borrowed. HS_E_MISUSE: it is none, and `why` says so. */
HS_MUST_CHECK hs_status hs__lab_read(const char *text, hs__lab *out, char why[HS__LAB_WHY]);

/* All connections of the configuration break; before it is shared. `lab` is borrowed until its last
 * connection is gone. */
void hs__config_set_lab(hs_config *config, const hs__lab *lab);

/* It has happened on this connection. */
bool hs__lab_happened(const hs_conn *c);

/* ---- messages as bytes, for those who are on the path as well ---------------------------------
 */

/* A whole handshake message with some room behind it. */
typedef struct {
    const hs__lab *lab;
    const hs_provider *p;
    uint16_t version; /* 0: not known yet */
    hs__kx kx;        /* TLS 1.2, for ClientKeyExchange */
    uint16_t group;   /* the same; 0: not known */
    unsigned hellos;  /* ClientHellos so far, with this one */
    uint8_t *m;
    size_t n, cap;
} hs__lab_message;

/* Room that every edit gets along with, beside the message and file_bytes. */
enum { HS__LAB_ROOM = 4096 };

/* Does what the row says to this message, where it is about this message; TAMPER and ALTER alike.
 * False: it is not, there is nothing to change in it, or something here failed; nothing was done.
 * DROP, REPEAT and SWAP are the caller's. */
bool hs__lab_edit(hs__lab_message *m);

/* DROP, REPEAT, SWAP, TAMPER and ALTER are about this message. */
bool hs__lab_means(const hs__lab *lab, hs_span message);

/* ---- the places where it happens ---------------------------------------------------------------
 */
#ifdef HS_LAB

/* A message stands at the end of the flight from `start` on. *hashed: what our transcript gets of
 * it and its sender believes; *sent: what goes out, for the trace; empty: nothing. */
HS_MUST_CHECK hs_status hs__lab_before_transcript(hs_conn *c, uint8_t type, size_t start,
                                                  hs_span *hashed, hs_span *sent);

/* It is hashed: what else goes out with it. */
HS_MUST_CHECK hs_status hs__lab_after_transcript(hs_conn *c);

/* Content is about to become records. *taken: it did, or is not to. */
HS_MUST_CHECK hs_status hs__lab_on_content(hs_conn *c, uint8_t type, hs_span content, bool *taken);

/* Record number c->out.records stands in the queue's room and is not queued yet. True: that, and
 * the trace of it, has been seen to. */
bool hs__lab_on_record(hs_conn *c, uint8_t *record, size_t n, bool is_protected);

void hs__lab_end(hs_conn *c);

#else

static inline hs_status hs__lab_before_transcript(hs_conn *c, uint8_t type, size_t start,
                                                  hs_span *hashed, hs_span *sent) {
    (void)c, (void)type, (void)start, (void)hashed, (void)sent;
    return HS_OK;
}

static inline hs_status hs__lab_after_transcript(hs_conn *c) {
    (void)c;
    return HS_OK;
}

static inline hs_status hs__lab_on_content(hs_conn *c, uint8_t type, hs_span content, bool *taken) {
    (void)c, (void)type, (void)content, (void)taken;
    return HS_OK;
}

static inline bool hs__lab_on_record(hs_conn *c, uint8_t *record, size_t n, bool is_protected) {
    (void)c, (void)record, (void)n, (void)is_protected;
    return false;
}

static inline void hs__lab_end(hs_conn *c) {
    (void)c;
}

#endif
#endif
