/* ids.h - facts about groups that every provider needs: sizes and forms of shares. */
#ifndef HS_CRYPTO_IDS_H
#define HS_CRYPTO_IDS_H

#include "crypto/provider.h"

typedef struct {
    uint16_t id;
    uint16_t client_share, server_share; /* bytes on the wire */
    uint16_t secret;                     /* bytes of the shared secret */
    uint16_t private_len;                /* bytes of kex_export, 0: has none */
    bool is_nist;                        /* shares are uncompressed points */
} hs__group_form;

/* NULL for a group that no provider has. */
const hs__group_form *hs__group_form_of(uint16_t group);

/* The form of a peer's share: length and the 0x04 of an uncompressed point (RFC 9846
 * 4.3.8.2). Comes before the library sees it, because libraries take other forms too.
 * HS_E_BAD_POINT, or HS_E_UNSUPPORTED for an unknown group. */
HS_MUST_CHECK hs_status hs__share_check(uint16_t group, bool is_client_share, hs_span share);

#endif
