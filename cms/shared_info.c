#include "cms/shared_info.h"

#include <stdlib.h>

#include "crypto/x963kdf.h"
#include "pki/der_write.h"

enum { MORE = 64 }; /* what is around wrap_alg and ukm */

/* ECC-CMS-SharedInfo: keyInfo, entityUInfo [0], suppPubInfo [2]: the length of the key in bits. */
hs_status hs__cms_derive_kek(const hs_provider *p, hs__hash_id hash, hs_span secret,
                             hs_span wrap_alg, hs_span ukm, uint8_t *kek, size_t kek_n) {
    const size_t room_n = wrap_alg.n + ukm.n + MORE;
    const size_t bits = 8 * kek_n;
    const uint8_t counted[4] = {(uint8_t)(bits >> 24), (uint8_t)(bits >> 16), (uint8_t)(bits >> 8),
                                (uint8_t)bits};
    uint8_t *room = malloc(room_n);
    if (room == NULL) {
        return HS_E_NOMEM;
    }
    hs__der_out o = {.start = room, .p = room + room_n};
    hs__der_put_value(&o, HS__DER_OCTET_STRING, (hs_span){counted, sizeof(counted)});
    hs__der_wrap(&o, HS__DER_CONTEXT_OPENED | 2, room + room_n);
    if (ukm.n > 0) {
        const uint8_t *end = o.p;
        hs__der_put_value(&o, HS__DER_OCTET_STRING, ukm);
        hs__der_wrap(&o, HS__DER_CONTEXT_OPENED | 0, end);
    }
    hs__der_put(&o, wrap_alg.p, wrap_alg.n);
    hs__der_wrap(&o, HS__DER_SEQUENCE, room + room_n);
    const hs_span info = {o.p, (size_t)(room + room_n - o.p)};
    const hs_status st = o.full ? HS_E_NO_SPACE : hs__x963_kdf(p, hash, secret, info, kek, kek_n);
    free(room);
    return st;
}
