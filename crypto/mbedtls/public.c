#include "crypto/public_numbers.h"

#include <stdlib.h>

#include "crypto/mbedtls/internal.h"

static hs_status read_point(const hs_provider *p, hs__public_key *k) {
    mbedtls_ecp_group *curve = hs__mb_curve_of_key(p, k->numbers.type);
    if (!curve)
        return HS_E_UNSUPPORTED;
    int ret =
        mbedtls_ecp_point_read_binary(curve, &k->point, k->numbers.point.p, k->numbers.point.n);
    if (!ret)
        ret = mbedtls_ecp_check_pubkey(curve, &k->point);
    return hs__mb_status(ret, HS_E_BAD_PUBLIC_KEY);
}

static hs_status fill(const hs_provider *p, const hs__public_numbers *numbers, hs__public_key *k) {
    hs_status st = hs__numbers_copy(numbers, &k->numbers, &k->storage);
    if (st)
        return st;
    if (numbers->n.n == 0)
        return read_point(p, k);
    st = hs__mb_pool_new(&k->pool);
    return st ? st : hs__mb_rsa_public_check(k);
}

hs_status hs__mb_public_new(const hs_provider *p, const hs__public_numbers *numbers,
                            hs__public_key **out) {
    *out = NULL;
    hs_status st = hs__numbers_check(numbers);
    if (!st && !hs__provider_has_key_type(p, numbers->type))
        st = HS_E_UNSUPPORTED;
    if (st)
        return st;
    hs__public_key *k = calloc(1, sizeof *k);
    if (!k)
        return HS_E_NOMEM;
    mbedtls_ecp_point_init(&k->point);
    st = fill(p, numbers, k);
    if (st)
        hs__mb_public_free(p, k);
    else
        *out = k;
    return st;
}

void hs__mb_public_free(const hs_provider *p, hs__public_key *k) {
    (void)p;
    if (!k)
        return;
    mbedtls_ecp_point_free(&k->point);
    hs__mb_pool_free(k->pool);
    free(k->storage);
    free(k);
}
