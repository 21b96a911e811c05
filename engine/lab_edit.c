/* Which break changes which message. */
#include "engine/lab_bytes.h"
#include "engine/lab_edits.h"

static bool as_it_is(hs__lab_message *m) {
    (void)m;
    return true;
}

enum { ANY = 0xff };

static const struct {
    hs__lab_id id;
    uint8_t type;
    bool (*edit)(hs__lab_message *m);
} edits[] = {
    {HS__LAB_TAMPER, ANY, hs__lab_do_one_bit},
    {HS__LAB_ALTER, ANY, hs__lab_do_one_bit},
    {HS__LAB_STRIP, HS__HT_client_hello, hs__lab_do_strip},
    {HS__LAB_STRIP, HS__HT_server_hello, hs__lab_do_strip},
    {HS__LAB_STRIP, HS__HT_encrypted_extensions, hs__lab_do_strip},
    {HS__LAB_DOWNGRADE, HS__HT_client_hello, hs__lab_do_without_13},
    {HS__LAB_VERSION, HS__HT_client_hello, hs__lab_do_version_offered},
    {HS__LAB_VERSION, HS__HT_server_hello, hs__lab_do_version_chosen},
    {HS__LAB_SUITE, HS__HT_server_hello, hs__lab_do_null_suite},
    {HS__LAB_GROUP, HS__HT_server_hello, hs__lab_do_group_chosen},
    {HS__LAB_GROUP, HS__HT_server_key_exchange, hs__lab_do_group_signed},
    {HS__LAB_SESSION_ID, HS__HT_server_hello, hs__lab_do_other_session_id},
    {HS__LAB_COMPRESSION, HS__HT_client_hello, hs__lab_do_compression_offered},
    {HS__LAB_COMPRESSION, HS__HT_server_hello, hs__lab_do_compression_chosen},
    {HS__LAB_UNASKED, HS__HT_server_hello, hs__lab_do_unasked},
    {HS__LAB_TWICE, HS__HT_client_hello, hs__lab_do_twice},
    {HS__LAB_TWICE, HS__HT_server_hello, hs__lab_do_twice},
    {HS__LAB_KEYSHARE, HS__HT_client_hello, hs__lab_do_other_share},
    {HS__LAB_KEYSHARE, HS__HT_server_hello, hs__lab_do_other_share},
    {HS__LAB_KEYSHARE, HS__HT_server_key_exchange, hs__lab_do_other_share},
    {HS__LAB_KEYSHARE, HS__HT_client_key_exchange, hs__lab_do_other_share},
    {HS__LAB_BAD_POINT, HS__HT_client_hello, hs__lab_do_bad_point},
    {HS__LAB_BAD_POINT, HS__HT_server_hello, hs__lab_do_bad_point},
    {HS__LAB_BAD_POINT, HS__HT_server_key_exchange, hs__lab_do_bad_point},
    {HS__LAB_BAD_POINT, HS__HT_client_key_exchange, hs__lab_do_bad_point},
    {HS__LAB_HELLO2, HS__HT_client_hello, hs__lab_do_other_random_again},
    {HS__LAB_FALLBACK, HS__HT_client_hello, hs__lab_do_fallback},
    {HS__LAB_SENTINEL, HS__HT_server_hello, hs__lab_do_marked_random},
    {HS__LAB_EMS, HS__HT_client_hello, hs__lab_do_without_ems},
    {HS__LAB_EMS, HS__HT_server_hello, hs__lab_do_without_ems},
    {HS__LAB_ALPN, HS__HT_server_hello, hs__lab_do_other_protocol},
    {HS__LAB_ALPN, HS__HT_encrypted_extensions, hs__lab_do_other_protocol},
    {HS__LAB_REPLAY_HELLO, HS__HT_client_hello, hs__lab_do_old_hello},
    {HS__LAB_FINISHED, HS__HT_finished, hs__lab_do_last_byte},
    {HS__LAB_SIGNATURE, HS__HT_certificate_verify, hs__lab_do_other_signature},
    {HS__LAB_SIGNATURE, HS__HT_server_key_exchange, hs__lab_do_other_signature},
    {HS__LAB_SCHEME, HS__HT_certificate_verify, hs__lab_do_other_scheme},
    {HS__LAB_SCHEME, HS__HT_server_key_exchange, hs__lab_do_other_scheme},
    {HS__LAB_CERTIFICATE, HS__HT_certificate, hs__lab_do_other_certificate},
    {HS__LAB_FORGED, HS__HT_certificate, hs__lab_do_forged},
    {HS__LAB_STALE, HS__HT_certificate, as_it_is}, /* it is the identity's */
    {HS__LAB_EMPTY_CERTIFICATE, HS__HT_certificate, hs__lab_do_no_certificate},
    {HS__LAB_SHORT_CHAIN, HS__HT_certificate, hs__lab_do_only_leaf},
    {HS__LAB_PREMASTER, HS__HT_client_key_exchange, hs__lab_do_damaged_premaster},
    {HS__LAB_TICKET, HS__HT_client_hello, hs__lab_do_other_ticket},
};

/* A HelloRetryRequest is a ServerHello on the wire and another message for people. */
bool hs__lab_means(const hs__lab *lab, hs_span message) {
    const uint8_t type =
        hs__lab_is_retry(message) ? (uint8_t)HS__HT_hello_retry_request : message.p[0];
    return lab->row->kind <= HS__LAB_TAKES_MESSAGE_BYTE &&
           lab->row->kind >= HS__LAB_TAKES_MESSAGE && lab->message == type;
}

/* Somebody else's hello may be anything; where its fields stand is known of a sound one only. */
static bool is_sound(const hs__lab_message *m) {
    hs__client_hello ch;
    hs__server_hello sh;
    return m->n > HS__HANDSHAKE_HEADER &&
           (m->m[0] != HS__HT_client_hello || hs__lab_client_hello(m, &ch)) &&
           (m->m[0] != HS__HT_server_hello || hs__lab_server_hello(m, &sh));
}

bool hs__lab_edit(hs__lab_message *m) {
    if (!is_sound(m)) {
        return false;
    }
    const uint8_t type = m->m[0];
    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        if (edits[i].id != m->lab->row->id) {
            continue;
        }
        const hs_span whole = hs__lab_whole(m);
        const bool is_its = edits[i].type == ANY
                                ? hs__lab_means(m->lab, whole)
                                : edits[i].type == type && !hs__lab_is_retry(whole);
        if (is_its && edits[i].edit(m)) {
            return true;
        }
    }
    return false;
}
