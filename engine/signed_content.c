#include "engine/signed_content.h"

#include <assert.h>
#include <string.h>

#include "engine/transcript.h"

enum { SPACES = 64, TEXT = 34 }; /* the text with its zero byte */

hs_status hs__signed_content(hs_conn *c, bool by_server, uint8_t out[HS__SIGNED_CONTENT],
                             size_t *n) {
    static const char server[] = "TLS 1.3, server CertificateVerify";
    static const char client[] = "TLS 1.3, client CertificateVerify";
    static_assert(sizeof(server) == TEXT && sizeof(client) == TEXT, "both texts are of one length");
    memset(out, ' ', SPACES);
    memcpy(out + SPACES, by_server ? server : client, TEXT);
    *n = SPACES + TEXT + hs__hash_len(c->suite->hash);
    return hs__transcript_digest(c, out + SPACES + TEXT);
}
