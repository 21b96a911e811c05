#include "crypto/hkdf.h"

#include <assert.h>
#include <string.h>

#include "crypto/hmac.h"

hs_status hs__hkdf_extract(const hs_provider *p, hs__hash_id id, hs_span salt, hs_span ikm,
                           uint8_t *out) {
    /* HMAC pads a short key with zeros, so no salt and a salt of zeros are the same. */
    return hs__hmac(p, id, salt, &ikm, 1, out);
}

enum { INFO_PARTS_MAX = 6 };

/* T(i) = HMAC(prk, T(i-1) | info | i), RFC 5869 section 2.3. */
static hs_status expand(const hs_provider *p, hs__hash_id id, hs_span prk, const hs_span *info,
                        size_t n_info, uint8_t *out, size_t n) {
    size_t hash_len = hs__hash_len(id);
    uint8_t t[HS__HASH_MAX];
    uint8_t counter = 0;
    hs_span parts[INFO_PARTS_MAX + 2] = {{t, 0}};
    hs_status st = HS_OK;

    if (n > 255 * hash_len)
        return HS_E_MISUSE;
    memcpy(&parts[1], info, n_info * sizeof *info);
    parts[1 + n_info] = (hs_span){&counter, 1};
    for (size_t done = 0; done < n && !st; done += hash_len) {
        counter++;
        st = hs__hmac(p, id, prk, parts, n_info + 2, t);
        parts[0].n = hash_len;
        if (!st)
            memcpy(out + done, t, n - done < hash_len ? n - done : hash_len);
    }
    if (st)
        hs__wipe(out, n);
    hs__wipe(t, sizeof t);
    return st;
}

hs_status hs__hkdf_expand(const hs_provider *p, hs__hash_id id, hs_span prk, hs_span info,
                          uint8_t *out, size_t n) {
    return expand(p, id, prk, &info, 1, out, n);
}

hs_status hs__hkdf_expand_label(const hs_provider *p, hs__hash_id id, hs_span secret,
                                const char *label, hs_span context, uint8_t *out, size_t n) {
    static const char prefix[] = "tls13 ";
    size_t prefix_n = sizeof prefix - 1;
    size_t label_n = strlen(label);

    if (n > UINT16_MAX || label_n == 0 || label_n > 255 - prefix_n || context.n > 255)
        return HS_E_MISUSE;
    /* struct HkdfLabel: length, label<7..255>, context<0..255>. */
    const uint8_t head[3] = {(uint8_t)(n >> 8), (uint8_t)n, (uint8_t)(prefix_n + label_n)};
    const uint8_t context_n = (uint8_t)context.n;
    const hs_span info[] = {
        {head, sizeof head},
        {(const uint8_t *)prefix, prefix_n},
        {(const uint8_t *)label, label_n},
        {&context_n, 1},
        context,
    };
    static_assert(sizeof info / sizeof info[0] <= INFO_PARTS_MAX, "HkdfLabel's parts fit");
    return expand(p, id, secret, info, sizeof info / sizeof info[0], out, n);
}
