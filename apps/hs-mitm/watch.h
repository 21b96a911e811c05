/* watch.h - what somebody without keys gets to know of a connection: told to the trace while it
 * happens, kept for the summary. */
#ifndef HS_MITM_WATCH_H
#define HS_MITM_WATCH_H

#include "apps/common/files.h"
#include "apps/tls/see.h"

enum { WATCH_MESSAGE = 128 * 1024, WATCH_TEXT = 300 };

/* How a socket ended. */
typedef enum { SIDE_OPEN, SIDE_CLOSED, SIDE_RESET } side_end;

/* What one end sends. */
typedef struct {
    uint64_t bytes, records, hidden, hidden_bytes; /* hidden: encrypted records */
    uint64_t flight, flight_records;               /* the server's first encrypted ones, before the
                                                      client's; bytes on the wire */
    uint64_t data;                                 /* encrypted bytes after the handshake */
    bool has_ccs;                                  /* TLS 1.2: its next records are encrypted */
    bool has_finished;                             /* as far as can be seen */
    bool has_alert;                                /* in clear */
    uint8_t level, alert;
    uint64_t alert_us;
    bool has_hidden_alert; /* what came last was encrypted, and an alert by its type or size */
    uint64_t hidden_alert_us;
    uint8_t *stream; /* handshake bytes in clear that are no whole message yet */
    size_t stream_n, stream_cap;
    uint64_t stream_record; /* where the first of them came from */
} watched_end;

typedef struct {
    hs__seen *seen; /* NULL: nobody wants to see it */
    uint64_t started_us, done_us;
    watched_end end[2]; /* [outbound]: the server, the client */
    bool is_opaque;     /* no TLS */

    uint16_t version, suite, group; /* 0: not known */
    size_t suites;                  /* offered */
    uint16_t kx;                    /* hs__kx of a suite of TLS 1.2 */
    bool hrr, resumed, extended_main_secret, is_done;
    bool offers_psk, offers_early, offers_ech;
    char name[WATCH_TEXT];     /* SNI; "": none */
    char versions[WATCH_TEXT]; /* offered */
    char protocols[WATCH_TEXT];
    char alpn[WATCH_TEXT];                                 /* chosen; "": none, or hidden */
    char server_cert[WATCH_TEXT], client_cert[WATCH_TEXT]; /* TLS 1.2 */
    bool asks_for_cert;                                    /* TLS 1.2 */
    bool has_ticket;                                       /* in clear: TLS 1.2 */
} watch;

void watch_begin(watch *w, hs__see *see, const hs__see_conn *conn);
void watch_record(watch *w, bool outbound, hs_span record);
void watch_note(watch *w, const char *text, const char *rule);
void watch_end(watch *w); /* tells the end, frees what it holds */

/* Both Finished went by, and the server did not answer the client's with what may be an alert. */
bool watch_is_complete(const watch *w);

/* Microseconds since the beginning. */
uint64_t watch_us(const watch *w);

#endif
