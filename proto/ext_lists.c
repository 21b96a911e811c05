/* The extensions that are one list of numbers, the same in every message. */
#include "proto/ext.h"

/* RFC 9846 4.3.7. A group twice is not refused: the RFC leaves it free, and nothing hangs
 * on it. */
void hs__ext_supported_groups_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    (void)in;
    e->supported_groups = hs__rd_list16(r, "named_group_list", 2, 2, 0xffff, hs__group_name);
}

void hs__ext_supported_groups_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)in;
    hs__wr_opaque(w, "named_group_list", 2, e->supported_groups);
}

/* RFC 9846 4.3.3. */
void hs__ext_signature_algorithms_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    (void)in;
    e->signature_algorithms =
        hs__rd_list16(r, "supported_signature_algorithms", 2, 2, 0xfffe, hs__scheme_name);
}

void hs__ext_signature_algorithms_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)in;
    hs__wr_opaque(w, "supported_signature_algorithms", 2, e->signature_algorithms);
}

void hs__ext_signature_algorithms_cert_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    (void)in;
    e->signature_algorithms_cert =
        hs__rd_list16(r, "supported_signature_algorithms", 2, 2, 0xfffe, hs__scheme_name);
}

void hs__ext_signature_algorithms_cert_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)in;
    hs__wr_opaque(w, "supported_signature_algorithms", 2, e->signature_algorithms_cert);
}

/* RFC 8879 section 3. */
void hs__ext_compress_certificate_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    (void)in;
    e->compress_certificate = hs__rd_list16(r, "algorithms", 1, 2, 254, hs__cert_compression_name);
}

void hs__ext_compress_certificate_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)in;
    hs__wr_opaque(w, "algorithms", 1, e->compress_certificate);
}

/* RFC 8422 section 5.1.2. A client's list matters only where an ECDHE suite of TLS 1.2 is
 * chosen, so that it has uncompressed in it is for the engine to check. */
void hs__ext_ec_point_formats_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    e->ec_point_formats = hs__rd_list8(r, "ec_point_format_list", 1, 1, 255, hs__point_format_name);
    if (in != HS__IN_CLIENT_HELLO &&
        !hs__list8_has(e->ec_point_formats, HS__POINT_FORMAT_uncompressed)) {
        hs__rd_fail(r, "ec_point_format_list", HS_E_ILLEGAL_VALUE, "lacks uncompressed (0)");
    }
}

void hs__ext_ec_point_formats_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)in;
    hs__wr_opaque(w, "ec_point_format_list", 1, e->ec_point_formats);
}

/* RFC 9846 4.3.9. */
void hs__ext_psk_key_exchange_modes_read(hs__rd *r, hs__ext_in in, hs__extensions *e) {
    (void)in;
    e->psk_modes = hs__rd_list8(r, "ke_modes", 1, 1, 255, hs__psk_mode_name);
}

void hs__ext_psk_key_exchange_modes_write(hs__wr *w, hs__ext_in in, const hs__extensions *e) {
    (void)in;
    hs__wr_opaque(w, "ke_modes", 1, e->psk_modes);
}
