/* What is changed in hellos: versions, suites, extensions. */
#include <string.h>

#include "engine/lab_bytes.h"
#include "engine/lab_edits.h"

bool hs__lab_do_one_bit(hs__lab_message *m) {
    const bool is_hello = m->m[0] == HS__HT_client_hello || m->m[0] == HS__HT_server_hello;
    const size_t usual = is_hello ? HS__LAB_RANDOM_AT : m->n - 1;
    const size_t at = m->lab->place != HS__LAB_ANYWHERE ? m->lab->place : usual;
    if (at < m->n) {
        m->m[at] ^= 1;
    }
    return at < m->n;
}

bool hs__lab_do_strip(hs__lab_message *m) {
    return hs__lab_cut(m, m->lab->extension);
}

bool hs__lab_do_without_ems(hs__lab_message *m) {
    return hs__lab_cut(m, HS__EXT_extended_main_secret);
}

bool hs__lab_do_without_13(hs__lab_message *m) {
    static const uint8_t only_12[] = {0, HS__EXT_supported_versions, 0, 3, 2, 3, 3};
    hs__client_hello h;
    return hs__lab_client_hello(m, &h) &&
           hs__list16_has(h.extensions.supported_versions, HS__VERSION_TLS13) &&
           hs__lab_replace(m, HS__EXT_supported_versions, only_12, sizeof(only_12));
}

static bool legacy_version_11(hs__lab_message *m) {
    hs__lab_put(m, HS__HANDSHAKE_HEADER, 2, HS__VERSION_TLS11);
    return true;
}

bool hs__lab_do_version_offered(hs__lab_message *m) {
    static const uint8_t only_11[] = {0, HS__EXT_supported_versions, 0, 3, 2, 3, 2};
    return hs__lab_replace(m, HS__EXT_supported_versions, only_11, sizeof(only_11)) ||
           legacy_version_11(m);
}

bool hs__lab_do_version_chosen(hs__lab_message *m) {
    static const uint8_t tls11[] = {0, HS__EXT_supported_versions, 0, 2, 3, 2};
    return hs__lab_replace(m, HS__EXT_supported_versions, tls11, sizeof(tls11)) ||
           legacy_version_11(m);
}

/* TLS_NULL_WITH_NULL_NULL: the number in every list of suites, and in no offer. */
bool hs__lab_do_null_suite(hs__lab_message *m) {
    hs__lab_put(m, hs__lab_suites_at(m), 2, 0);
    return true;
}

/* secp256k1, known from Bitcoin: nobody offers it for TLS. */
bool hs__lab_do_group_chosen(hs__lab_message *m) {
    enum { SECP256K1 = 22 };
    const size_t at = hs__lab_find(m, HS__EXT_key_share);
    if (at != 0) {
        hs__lab_put(m, at + 4, 2, SECP256K1);
    }
    return at != 0;
}

bool hs__lab_do_group_signed(hs__lab_message *m) {
    enum { NAMED_CURVE_AT = HS__HANDSHAKE_HEADER + 1, SECP256K1 = 22 };
    hs__server_key_exchange ske;
    const bool ok = hs__lab_server_exchange(m, &ske);
    if (ok) {
        hs__lab_put(m, NAMED_CURVE_AT, 2, SECP256K1);
    }
    return ok;
}

bool hs__lab_do_other_session_id(hs__lab_message *m) {
    const size_t n = m->m[HS__LAB_SESSION_ID_AT];
    return hs__lab_is_13(m) && hs__lab_flip_last(m, (hs_span){m->m + HS__LAB_SESSION_ID_AT + 1, n});
}

bool hs__lab_do_compression_offered(hs__lab_message *m) {
    hs__lab_put(m, hs__lab_compression_at(m) + 1, 1, HS__COMPRESSION_DEFLATE);
    return true;
}

bool hs__lab_do_compression_chosen(hs__lab_message *m) {
    hs__lab_put(m, hs__lab_compression_at(m), 1, HS__COMPRESSION_DEFLATE);
    return true;
}

/* 0xff07 is for private use; nobody asks for it. */
bool hs__lab_do_unasked(hs__lab_message *m) {
    static const uint8_t private[] = {0xff, 0x07, 0, 3, 'l', 'a', 'b'};
    return hs__lab_add(m, private, sizeof(private));
}

bool hs__lab_do_twice(hs__lab_message *m) {
    const size_t block = hs__lab_block_at(m);
    if (block == 0 || hs__lab_get16(m, block) < 4) {
        return false;
    }
    uint8_t first[256];
    const size_t n = 4 + hs__lab_get16(m, block + 4);
    if (n > sizeof(first)) {
        return false;
    }
    memcpy(first, m->m + block + 2, n);
    return hs__lab_splice_block(m, block + 2, 0, (hs_span){first, n});
}

bool hs__lab_do_other_random_again(hs__lab_message *m) {
    m->m[HS__LAB_RANDOM_AT] ^= m->hellos == 2;
    return m->hellos == 2;
}

bool hs__lab_do_fallback(hs__lab_message *m) {
    static const uint8_t scsv[] = {HS__SUITE_TLS_FALLBACK_SCSV >> 8,
                                   HS__SUITE_TLS_FALLBACK_SCSV & 0xff};
    const size_t at = hs__lab_suites_at(m);
    const size_t n = hs__lab_get16(m, at);
    const bool is_12 = hs__lab_find(m, HS__EXT_supported_versions) == 0;
    const bool ok = is_12 && hs__lab_splice(m, at + 2 + n, 0, (hs_span){scsv, sizeof(scsv)});
    if (ok) {
        hs__lab_put(m, at, 2, n + sizeof(scsv));
    }
    return ok;
}

bool hs__lab_do_marked_random(hs__lab_message *m) {
    enum { MARK = sizeof(hs__downgrade_to_12) };
    uint8_t *end = m->m + HS__LAB_RANDOM_AT + HS__RANDOM - MARK;
    if (hs__lab_is_13(m) || memcmp(end, hs__downgrade_to_12, MARK) == 0) {
        return false;
    }
    memcpy(end, hs__downgrade_to_12, MARK);
    return true;
}

bool hs__lab_do_other_protocol(hs__lab_message *m) {
    static const uint8_t lab[] = {
        0, HS__EXT_application_layer_protocol_negotiation, 0, 6, 0, 4, 3, 'l', 'a', 'b'};
    const bool is_its_place =
        m->m[0] == (hs__lab_is_13(m) ? HS__HT_encrypted_extensions : HS__HT_server_hello);
    return is_its_place &&
           (hs__lab_replace(m, HS__EXT_application_layer_protocol_negotiation, lab, sizeof(lab)) ||
            hs__lab_add(m, lab, sizeof(lab)));
}

bool hs__lab_do_other_ticket(hs__lab_message *m) {
    hs__client_hello h;
    return hs__lab_client_hello(m, &h) && hs__lab_flip_last(m, h.extensions.session_ticket);
}
