/* identity.h - which of our credentials to show. */
#ifndef HS_ENGINE_IDENTITY_H
#define HS_ENGINE_IDENTITY_H

#include "engine/connection.h"

/* What the other side can make use of. */
typedef struct {
    uint16_t version;
    hs__kx kx;        /* HS__KX_RSA: the key opens the preliminary secret, else it signs */
    hs__auth auth;    /* of the TLS 1.2 suite; 0: any */
    hs_span schemes;  /* list16 of SignatureScheme */
    hs_span groups;   /* list16, TLS 1.2: curves of ECDSA keys; empty: any */
    const char *name; /* only credentials for this name; NULL: any */
} hs__wanted;

/* The first credential that fits, and the scheme it would sign with (0 with HS__KX_RSA); NULL when
 * there is none. */
hs_credential *hs__identity_for(const hs_conn *c, const hs__wanted *wanted, uint16_t *scheme);

/* Server, TLS 1.3: by name first; without a fit the first usable one, as most servers do, or with
 * strict_sni an unrecognized_name alert (RFC 6066 3). */
HS_MUST_CHECK hs_status hs__choose_identity(hs_conn *c);

/* strict_sni: an unrecognized_name alert when no credential is for the name asked for. */
HS_MUST_CHECK hs_status hs__check_server_name(hs_conn *c);

/* Nothing fits: tells why. */
hs_status hs__no_identity(hs_conn *c);

#endif
