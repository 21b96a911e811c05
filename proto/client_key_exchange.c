#include "proto/client_key_exchange.h"

typedef struct {
    const char *field;
    unsigned prefix;
    size_t min, max;
} form;

static const form forms[] = {
    [HS__KX_ECDHE] = {"ecdh_Yc", 1, 1, 255},
    [HS__KX_RSA] = {"encrypted_preliminary_secret", 2, 0, 0xffff},
};

hs_status hs__client_key_exchange_read(hs_span message, hs__kx kx, const hs__field_sink *sink,
                                       hs__rd_root *root, hs__client_key_exchange *out) {
    const form *f = &forms[kx];
    hs__rd r;
    hs__handshake_begin(&r, root, message, HS__HT_client_key_exchange, "ClientKeyExchange", sink);
    out->kx = kx;
    out->exchange_keys = hs__rd_opaque(&r, f->field, f->prefix, f->min, f->max);
    return hs__rd_end(&r);
}

void hs__client_key_exchange_write(hs__wr *w, const hs__client_key_exchange *m) {
    const form *f = &forms[m->kx];
    size_t mark = hs__handshake_open(w, HS__HT_client_key_exchange);
    hs__wr_opaque(w, f->field, f->prefix, m->exchange_keys);
    hs__handshake_close(w, mark);
}
