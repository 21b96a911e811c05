#include "proto/server_key_exchange.h"

#include "proto/codepoints.h"

/* ECParameters. RFC 8422 5.4: explicit curves are gone; what would follow is not known. */
static void read_curve(hs__rd *params, hs__server_ecdh_params *out) {
    hs__rd curve;
    hs__rd_enter(params, "curve_params", &curve);
    const uint8_t type = hs__rd_code8(&curve, "curve_type", hs__curve_type_name);
    if (type != HS__CURVE_TYPE_named_curve) {
        hs__rd_fail(&curve, "curve_type", HS_E_ILLEGAL_VALUE, "is %u, allowed is named_curve (3)",
                    type);
    }
    out->group = hs__rd_code16(&curve, "namedcurve", hs__group_name);
    hs__rd_leave(params, &curve);
}

hs_status hs__server_key_exchange_read(hs_span message, const hs__field_sink *sink,
                                       hs__rd_root *root, hs__server_key_exchange *out) {
    hs__rd r;
    hs__rd params;
    hs__handshake_begin(&r, root, message, HS__HT_server_key_exchange, "ServerKeyExchange", sink);
    const hs_span from = hs__rd_tail(&r);
    hs__rd_enter(&r, "params", &params);
    read_curve(&params, &out->params);
    out->params.point = hs__rd_opaque(&params, "public", 1, 1, 255);
    hs__rd_leave(&r, &params);
    out->signed_params = (hs_span){from.p, from.n - hs__rd_left(&r)};
    out->algorithm = hs__rd_code16(&r, "algorithm", hs__scheme_name);
    out->signature = hs__rd_opaque(&r, "signature", 2, 0, 0xffff);
    return hs__rd_end(&r);
}

void hs__server_ecdh_params_write(hs__wr *w, const hs__server_ecdh_params *params) {
    hs__wr_u8(w, "curve_type", HS__CURVE_TYPE_named_curve);
    hs__wr_u16(w, "namedcurve", params->group);
    hs__wr_opaque(w, "public", 1, params->point);
}

void hs__server_key_exchange_write(hs__wr *w, const hs__server_key_exchange *m) {
    size_t mark = hs__handshake_open(w, HS__HT_server_key_exchange);
    hs__server_ecdh_params_write(w, &m->params);
    hs__wr_u16(w, "algorithm", m->algorithm);
    hs__wr_opaque(w, "signature", 2, m->signature);
    hs__handshake_close(w, mark);
}
