#include "crypto/ecdsa_sig.h"

#include <string.h>

#include "crypto/der.h"

hs_status hs__ecdsa_sig_read(hs_span sig, size_t coordinate, hs_span *r, hs_span *s) {
    hs_span seq;
    if (!hs__der_take(&sig, HS__DER_SEQUENCE, &seq) || sig.n != 0)
        return HS_E_BAD_SIGNATURE;
    if (!hs__der_take_unsigned(&seq, r) || !hs__der_take_unsigned(&seq, s) || seq.n != 0)
        return HS_E_BAD_SIGNATURE;
    bool fit = r->n > 0 && r->n <= coordinate && s->n > 0 && s->n <= coordinate;
    return fit ? HS_OK : HS_E_BAD_SIGNATURE;
}

hs_status hs__ecdsa_sig_write(hs_span r, hs_span s, uint8_t *out, size_t room, size_t *n) {
    uint8_t *end = out + room;
    hs__der_out o = {out, end, false};
    hs__der_put_unsigned(&o, s);
    hs__der_put_unsigned(&o, r);
    hs__der_wrap(&o, HS__DER_SEQUENCE, end);
    if (o.full)
        return HS_E_NO_SPACE;
    *n = (size_t)(end - o.p);
    memmove(out, o.p, *n);
    return HS_OK;
}
