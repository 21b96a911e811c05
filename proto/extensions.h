/* extensions.h - extension blocks (RFC 9846 section 4.3).
 *
 * A block is read into hs__extensions: one bit and one body for each extension that we know,
 * in the form it has in that message; unknown ones are counted and stay in `block`. Bodies
 * are spans of the message that was read, lists are spans of big-endian values.
 *
 * What reading checks, whatever the message: bounds of every vector, bytes left over in a
 * body, an extension twice, a known extension in a message that it is not defined for,
 * pre_shared_key before the end of a ClientHello, and what each extension's RFC says of its
 * own values. What needs more than the block (is it answered, unasked, missing) is the
 * engine's. */
#ifndef HS_PROTO_EXTENSIONS_H
#define HS_PROTO_EXTENSIONS_H

#include "proto/codepoints.h"
#include "proto/cursor.h"

/* The messages an extension may be in. HelloRetryRequest and ServerHello of TLS 1.2 are
 * server_hello messages too, with rules of their own. */
typedef enum {
    HS__IN_CLIENT_HELLO = 1,
    HS__IN_SERVER_HELLO = 2,
    HS__IN_HELLO_RETRY_REQUEST = 4,
    HS__IN_ENCRYPTED_EXTENSIONS = 8,
    HS__IN_CERTIFICATE_REQUEST = 16,
    HS__IN_CERTIFICATE = 32,
    HS__IN_NEW_SESSION_TICKET = 64,
    HS__IN_SERVER_HELLO_12 = 128
} hs__ext_in;

/* Which extensions a block holds. */
typedef struct {
    uint64_t known; /* a bit for each that we know; by hs__ext_has and hs__ext_set only */
    size_t n_unknown;
    uint16_t first_unknown;
} hs__ext_types;

/* -- bodies with more than one value ------------------------------------------------- */

/* status_request (RFC 6066 section 8, RFC 9846 4.5.1.1). ClientHello: the request.
 * Certificate: type and response. Elsewhere empty. */
typedef struct {
    uint8_t status_type;
    hs_span responder_id_list;  /* inside of the vector */
    hs_span request_extensions; /* DER, may be empty */
    hs_span response;           /* OCSPResponse, DER; of an unknown type all that follows it */
} hs__status_request;

/* One entry of key_share (RFC 9846 section 4.3.8). */
typedef struct {
    uint16_t group;
    hs_span key_exchange;
} hs__key_share;

/* pre_shared_key of a ClientHello (RFC 9846 section 4.3.11): as many binders as identities. */
typedef struct {
    size_t count;
    hs_span identities; /* inside of the vector: hs__psk_identity_next */
    hs_span binders;    /* inside of the vector: hs__psk_binder_next */
} hs__offered_psks;

typedef struct {
    hs_span identity;
    uint32_t obfuscated_ticket_age;
} hs__psk_identity;

typedef struct {
    hs_span certificate_extension_oid;
    hs_span certificate_extension_values;
} hs__oid_filter;

/* -- the block ------------------------------------------------------------------------- */
typedef struct hs__extensions {
    hs__ext_types types;
    hs_span block; /* read: the inside of the block, all extensions raw */

    /* Writing only. `like`: a block as read; its order is taken over and what is unknown in
     * it (or GREASE) is copied, the rest follows in our own order. Else grease_first, empty,
     * comes first and grease_last, one zero byte, last but for padding and pre_shared_key
     * (RFC 8701 section 3.1; 0: none). */
    hs_span like;
    uint16_t grease_first, grease_last;

    hs_span server_name;        /* CH, CR: the host_name; empty when the list has none. EE: empty */
    hs_span supported_versions; /* CH: list16 */
    uint16_t selected_version;  /* SH, HRR */
    hs_span supported_groups;   /* list16 */
    hs_span client_shares;      /* CH: inside of the vector: hs__key_share_next */
    hs__key_share server_share; /* SH */
    uint16_t selected_group;    /* HRR */
    hs_span signature_algorithms;      /* list16 */
    hs_span signature_algorithms_cert; /* list16 */
    hs_span protocol_name_list; /* ALPN, inside of the vector: hs__protocol_name_next. Read in
                                   an answer it holds exactly one name */
    hs__status_request status_request;
    hs_span sct_list; /* CT, SH of TLS 1.2: inside of the vector; else empty */
    uint8_t max_fragment_length;
    uint16_t record_size_limit;
    hs_span compress_certificate; /* list16 */
    hs_span authorities;          /* inside of the vector: hs__authority_next */
    hs_span oid_filters;          /* inside of the vector: hs__oid_filter_next */
    hs_span ec_point_formats;     /* list8 */
    hs_span renegotiated_connection;
    hs_span session_ticket;
    hs_span cookie;
    hs_span psk_modes;             /* list8 */
    uint32_t max_early_data_size;  /* NST; else the body is empty */
    size_t padding;                /* bytes; written as zeros */
    hs__offered_psks offered_psks; /* CH */
    uint16_t selected_identity;    /* SH */
} hs__extensions;

/* Reads `Extension extensions<0..2^16-1>`, prefix included. */
void hs__extensions_read(hs__rd *r, hs__ext_in in, hs__extensions *out);

/* Writes the block, prefix included: all that are set. Setting one that is not defined for
 * `in` is a fault of the caller and fails with HS_E_EXTENSION_NOT_ALLOWED. */
void hs__extensions_write(hs__wr *w, hs__ext_in in, const hs__extensions *e);

/* Is the extension in the block? Both are for extensions that we know only. */
bool hs__ext_has(const hs__extensions *e, uint16_t type);
void hs__ext_set(hs__extensions *e, uint16_t type);
void hs__ext_clear(hs__extensions *e, uint16_t type);

/* An answer must not hold what was not asked for (RFC 9846 4.3): tells whether `answer` has
 * a type that `asked` lacks, and which. Types that we do not know count as not asked for,
 * GREASE ones too. The cookie of a HelloRetryRequest, which needs no asking, is left out. */
bool hs__ext_unasked(const hs__ext_types *answer, const hs__ext_types *asked, uint16_t *type);

/* The messages a known extension may be in (HS__IN_* or-ed); 0 for an unknown one. */
unsigned hs__ext_allowed_in(uint16_t type);

/* -- walking over what was read ---------------------------------------------------------
 * Each takes a span that reading has checked, gives its first item and moves the span
 * behind it; false at the end. */
bool hs__extension_next(hs_span *block, uint16_t *type, hs_span *body);
bool hs__protocol_name_next(hs_span *list, hs_span *name);
bool hs__key_share_next(hs_span *list, hs__key_share *share);
bool hs__psk_identity_next(hs_span *list, hs__psk_identity *identity);
bool hs__psk_binder_next(hs_span *list, hs_span *binder);
bool hs__authority_next(hs_span *list, hs_span *name);
bool hs__oid_filter_next(hs_span *list, hs__oid_filter *filter);
bool hs__sct_next(hs_span *list, hs_span *sct);

/* -- items of lists, for the caller to put such a list together ------------------------- */
void hs__key_share_write(hs__wr *w, const hs__key_share *share);
void hs__protocol_name_write(hs__wr *w, hs_span name);
void hs__psk_identity_write(hs__wr *w, const hs__psk_identity *identity);
void hs__psk_binder_write(hs__wr *w, hs_span binder);
void hs__authority_write(hs__wr *w, hs_span name);
void hs__oid_filter_write(hs__wr *w, const hs__oid_filter *filter);

#endif
