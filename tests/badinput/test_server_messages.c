/* What a client makes of a server's messages that were changed, RFC 9846 4.2.3 to 4.5: one change
 * at a time to a genuine one. */
#include "tests/badinput/rules.h"
#include "tests/lib/edit.h"

enum { ACCEPTED = -2 };

typedef struct {
    const char *row; /* of the list of requirements, or a section */
    void (*edit)(hs__test_bytes *m);
    int alert; /* or ACCEPTED */
} change;

#define BODY(...)                                                                                  \
    (hs_span) {                                                                                    \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})                     \
    }
#define EMPTY                                                                                      \
    (hs_span) {                                                                                    \
        NULL, 0                                                                                    \
    }

/* ---- edits of ServerHello and HelloRetryRequest -------------------------------------------- */

static void version_tls11(hs__test_bytes *m) {
    m->p[HS__EDIT_VERSION + 1] = 2;
}
static void version_tls13(hs__test_bytes *m) {
    m->p[HS__EDIT_VERSION + 1] = 4;
}
static void echo_changed(hs__test_bytes *m) {
    m->p[HS__EDIT_SESSION_ID + 9] ^= 1;
}
static void echo_empty(hs__test_bytes *m) {
    hs__edit_vector(m, HS__EDIT_SESSION_ID, 1, EMPTY);
}
static void echo_longer(hs__test_bytes *m) {
    uint8_t id[33];
    memcpy(id, m->p + HS__EDIT_SESSION_ID + 1, 32);
    id[32] = 0;
    hs__edit_vector(m, HS__EDIT_SESSION_ID, 1, rules_span(id, sizeof(id)));
}
static void echo_shorter(hs__test_bytes *m) {
    uint8_t id[31];
    memcpy(id, m->p + HS__EDIT_SESSION_ID + 1, 31);
    hs__edit_vector(m, HS__EDIT_SESSION_ID, 1, rules_span(id, sizeof(id)));
}
static void suite(hs__test_bytes *m, uint8_t a, uint8_t b) {
    m->p[hs__edit_suites(m)] = a;
    m->p[hs__edit_suites(m) + 1] = b;
}
static void suite_not_offered(hs__test_bytes *m) {
    suite(m, 0x13, 0x04);
}
static void suite_of_tls12(hs__test_bytes *m) {
    suite(m, 0xc0, 0x2f);
}
static void suite_other(hs__test_bytes *m) {
    suite(m, 0x13, m->p[hs__edit_suites(m) + 1] == 2 ? 1 : 2);
}
static void suite_grease(hs__test_bytes *m) {
    suite(m, 0x0a, 0x0a);
}
static void compression(hs__test_bytes *m) {
    m->p[hs__edit_compression(m)] = 1;
}
static void trailing(hs__test_bytes *m) {
    hs__edit_splice(m, m->n, 0, BODY(0));
}
static void cut_short(hs__test_bytes *m) {
    hs__edit_splice(m, m->n - 1, 1, EMPTY);
}
static void to_retry(hs__test_bytes *m) { /* 9846-4.2.3-13: the random decides */
    static const uint8_t random[] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
                                     0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
                                     0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
                                     0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
    memcpy(m->p + HS__EDIT_RANDOM, random, sizeof(random));
}
static void downgraded(hs__test_bytes *m) { /* a sentinel means nothing where TLS 1.3 is chosen */
    memcpy(m->p + HS__EDIT_RANDOM + 24, "DOWNGRD\x01", 8);
}

#define SET(name, what, ...)                                                                       \
    static void name(hs__test_bytes *m) {                                                          \
        hs__edit_set_ext(m, HS__EXT_##what, BODY(__VA_ARGS__));                                    \
    }
#define SET_EMPTY(name, what)                                                                      \
    static void name(hs__test_bytes *m) {                                                          \
        hs__edit_set_ext(m, HS__EXT_##what, EMPTY);                                                \
    }
#define ADD(name, type, ...)                                                                       \
    static void name(hs__test_bytes *m) {                                                          \
        hs__edit_add_ext(m, type, BODY(__VA_ARGS__));                                              \
    }
#define CUT(what)                                                                                  \
    static void no_##what(hs__test_bytes *m) {                                                     \
        assert_true(hs__edit_cut_ext(m, HS__EXT_##what));                                          \
    }
CUT(supported_versions)
CUT(key_share)
CUT(signature_algorithms)
static void hello_of_tls12(hs__test_bytes *m) {
    no_supported_versions(m);
    no_key_share(m);
}
SET(version_12, supported_versions, 3, 3)
SET(version_15, supported_versions, 3, 5)
SET(version_grease, supported_versions, 0x2a, 0x2a)
SET(version_long, supported_versions, 3, 4, 0)
ADD(version_twice, HS__EXT_supported_versions, 3, 4)
SET_EMPTY(share_empty_body, key_share)
SET(share_bare_group, key_share, 0, 29)
SET(share_empty, key_share, 0, 29, 0, 0)
SET(share_short, key_share, 0, 29, 0, 3, 1, 2, 3)
SET(share_unknown_group, key_share, 0x4a, 0x4a, 0, 1, 0)
SET(psk_unasked, pre_shared_key, 0, 0)
SET(alpn_in_hello, application_layer_protocol_negotiation, 0, 3, 2, 'h', '2')
SET_EMPTY(name_in_hello, server_name)
SET(groups_in_hello, supported_groups, 0, 2, 0, 29)
SET(cookie_in_hello, cookie, 0, 1, 7)
ADD(stranger, 0x8a8a, 1)
ADD(stranger_2, 0xfe0d, 1)

static void share_of(hs__test_bytes *m, uint8_t group, uint8_t fill, uint8_t n) {
    uint8_t body[4 + 200] = {0, group, 0, n};
    memset(body + 4, fill, n);
    if (group != 29 && n > 0) {
        body[4] = 4;
    }
    hs__edit_set_ext(m, HS__EXT_key_share, rules_span(body, 4U + n));
}
static void share_zero(hs__test_bytes *m) {
    share_of(m, 29, 0, 32);
}
static void share_too_long(hs__test_bytes *m) {
    share_of(m, 29, 9, 33);
}
static void share_of_other_group(hs__test_bytes *m) {
    share_of(m, 23, 0x11, 65);
}
static void shuffled(hs__test_bytes *m) {
    hs__test_bytes copy = {NULL, 0, 0};
    const hs_span body = hs__edit_ext(m, HS__EXT_supported_versions);
    hs__test_bytes_add(&copy, body.p, body.n);
    assert_true(hs__edit_cut_ext(m, HS__EXT_supported_versions));
    hs__edit_add_ext(m, HS__EXT_supported_versions, rules_span(copy.p, copy.n));
    hs__test_bytes_free(&copy);
}

/* Our client offers x25519 first and sends a share for it. */
static const change server_hello[] = {
    {"9846-4.2.3-02, E.5-09", version_tls11, HS__ALERT_protocol_version},
    {"9846-4.2.3-02, E.5-09", version_tls13, HS__ALERT_protocol_version},
    {"9846-4.2.3-06", echo_changed, HS__ALERT_illegal_parameter},
    {"9846-4.2.3-06", echo_empty, HS__ALERT_illegal_parameter},
    {"9846-4.2.3-06", echo_shorter, HS__ALERT_illegal_parameter},
    {"9846-4.2.2-27", echo_longer, HS__ALERT_decode_error},
    {"9846-4.2.3-07", suite_not_offered, HS__ALERT_illegal_parameter},
    {"9846-4.2.3-07, B.4-01", suite_of_tls12, HS__ALERT_illegal_parameter},
    {"9846-4.2.3-07", suite_grease, HS__ALERT_illegal_parameter},
    {"9846-4.2.3-09", compression, HS__ALERT_illegal_parameter},
    {"9846-6-09", trailing, HS__ALERT_decode_error},
    {"9846-6-09", cut_short, HS__ALERT_decode_error},
    {"9846-4.3.1-15: TLS 1.2 has no key_share", no_supported_versions, HS__ALERT_illegal_parameter},
    {"9846-E.1-03", hello_of_tls12, HS__ALERT_protocol_version},
    {"9846-4.3.1-18", version_12, HS__ALERT_illegal_parameter},
    {"9846-4.3.1-18", version_15, HS__ALERT_illegal_parameter},
    {"9846-4.3.1-18", version_grease, HS__ALERT_illegal_parameter},
    {"9846-4.3-02", version_long, HS__ALERT_decode_error},
    {"9846-4.3-10", version_twice, HS__ALERT_illegal_parameter},
    {"9846-9.2-06, 6.2-04, -17", no_key_share, HS__ALERT_missing_extension},
    {"9846-6-09", share_empty_body, HS__ALERT_decode_error},
    {"9846-6-09", share_bare_group, HS__ALERT_decode_error},
    {"9846-4.3.8-22", share_empty, HS__ALERT_decode_error},
    {"9846-4.3.8-22", share_short, HS__ALERT_illegal_parameter},
    {"9846-4.3.8-22", share_too_long, HS__ALERT_illegal_parameter},
    {"9846-7.4.2-03", share_zero, HS__ALERT_illegal_parameter},
    {"9846-2-01, 4.3.8-18", share_of_other_group, HS__ALERT_illegal_parameter},
    {"9846-4.3.8-18", share_unknown_group, HS__ALERT_illegal_parameter},
    {"9846-4.3-06", psk_unasked, HS__ALERT_unsupported_extension},
    {"9846-4.2.3-10, 4.3-07", alpn_in_hello, HS__ALERT_illegal_parameter},
    {"9846-4.3-07", name_in_hello, HS__ALERT_illegal_parameter},
    {"9846-4.3-07", groups_in_hello, HS__ALERT_illegal_parameter},
    {"9846-4.3-07", cookie_in_hello, HS__ALERT_illegal_parameter},
    {"9846-4.3-06, 6.2-18", stranger, HS__ALERT_unsupported_extension},
    {"9846-4.3-06, 6.2-18", stranger_2, HS__ALERT_unsupported_extension},
    {"9846-4.2.3-13", to_retry, HS__ALERT_decode_error},
    {"9846-4.3-08", shuffled, ACCEPTED},
    {"9846-4.2.3-19 is for TLS 1.2", downgraded, ACCEPTED},
};

/* ---- HelloRetryRequest: 9846-4.2.4 --------------------------------------------------------- */

SET(retry_for_unknown, key_share, 0x4a, 0x4a)
SET(retry_for_obsolete, key_share, 0, 21)
SET(retry_long, key_share, 0, 29, 0)
SET(retry_with_cookie, cookie, 0, 3, 1, 2, 3)
SET_EMPTY(retry_with_empty_cookie_body, cookie)
SET(retry_with_empty_cookie, cookie, 0, 0)
static void retry_with_cookie_only(hs__test_bytes *m) {
    retry_with_cookie(m);
    no_key_share(m);
}
static void retry_with_long_cookie(hs__test_bytes *m) {
    static uint8_t cookie[2 + 5000] = {5000 >> 8, 5000 & 0xff};
    hs__edit_set_ext(m, HS__EXT_cookie, rules_span(cookie, sizeof(cookie)));
}

/* Our client offers every group and sends no share. */
static const change retry[] = {
    {"9846-4.2.4-04", version_tls11, HS__ALERT_protocol_version},
    {"9846-4.2.4-04", echo_changed, HS__ALERT_illegal_parameter},
    {"9846-4.2.4-04", echo_empty, HS__ALERT_illegal_parameter},
    {"9846-4.2.4-08", suite_not_offered, HS__ALERT_illegal_parameter},
    {"9846-4.2.4-08", suite_of_tls12, HS__ALERT_illegal_parameter},
    {"9846-4.2.4-04", compression, HS__ALERT_illegal_parameter},
    {"9846-4.2.4-01", no_supported_versions, HS__ALERT_missing_extension},
    {"9846-4.3.1-18", version_12, HS__ALERT_illegal_parameter},
    {"9846-4.2.4-05", no_key_share, HS__ALERT_illegal_parameter},
    {"9846-4.3.8-14, -15", retry_for_unknown, HS__ALERT_illegal_parameter},
    {"9846-4.3.8-14, -15", retry_for_obsolete, HS__ALERT_illegal_parameter},
    {"9846-4.3-02", retry_long, HS__ALERT_decode_error},
    {"9846-4.3.2-01", retry_with_cookie, ACCEPTED},
    {"9846-4.3.2-01", retry_with_long_cookie, ACCEPTED},
    {"9846-4.2.2-03", retry_with_cookie_only, ACCEPTED},
    {"9846-4.3.2-05", retry_with_empty_cookie, HS__ALERT_decode_error},
    {"9846-4.3.2-05", retry_with_empty_cookie_body, HS__ALERT_decode_error},
    {"9846-4.2.4-03, 4.3-06", stranger, HS__ALERT_unsupported_extension},
    {"9846-4.3-07", alpn_in_hello, HS__ALERT_illegal_parameter},
    {"9846-6-09", trailing, HS__ALERT_decode_error},
};

/* The ServerHello behind a HelloRetryRequest. */
static const change hello_after_retry[] = {
    {"9846-4.2.4-10", suite_other, HS__ALERT_illegal_parameter},
    {"9846-4.2.4-13", version_12, HS__ALERT_illegal_parameter},
    {"9846-4.2.4-13", no_supported_versions, HS__ALERT_illegal_parameter},
    {"9846-4.3.8-20, -21", share_of_other_group, HS__ALERT_illegal_parameter},
    {"9846-4.2.3-06", echo_changed, HS__ALERT_illegal_parameter},
    {"9846-4.3-08", shuffled, ACCEPTED},
};

/* ---- EncryptedExtensions, CertificateRequest ----------------------------------------------- */

SET(alpn_other, application_layer_protocol_negotiation, 0, 3, 2, 'x', 'y')
SET(alpn_two, application_layer_protocol_negotiation, 0, 6, 2, 'h', '2', 2, 'h', '2')
SET(alpn_none, application_layer_protocol_negotiation, 0, 0)
SET(groups_told, supported_groups, 0, 4, 0, 24, 0, 23)
SET(share_in_extensions, key_share, 0, 29, 0, 1, 1)
SET(version_in_extensions, supported_versions, 3, 4)
SET(psk_in_extensions, pre_shared_key, 0, 0)
SET(cookie_in_extensions, cookie, 0, 1, 1)
SET(schemes_in_extensions, signature_algorithms, 0, 2, 4, 3)
SET(modes_in_extensions, psk_key_exchange_modes, 1, 1)
SET(filters_in_extensions, oid_filters, 0, 0)
SET_EMPTY(auth_in_extensions, post_handshake_auth)
SET_EMPTY(status_in_extensions, status_request)
SET_EMPTY(early_data, early_data)
SET(name_with_body, server_name, 0)
SET(limit_unasked, record_size_limit, 0x40, 0)
ADD(name_twice, HS__EXT_server_name, 0)
static void block_too_long(hs__test_bytes *m) {
    m->p[5]++;
}

static const change encrypted_extensions[] = {
    {"rfc7301 3.2", alpn_other, HS__ALERT_illegal_parameter},
    {"rfc7301 3.2", alpn_two, HS__ALERT_decode_error},
    {"rfc7301 3.1", alpn_none, HS__ALERT_decode_error},
    {"9846-4.3.7-03", groups_told, ACCEPTED},
    {"9846-4.4.1-02, -03", share_in_extensions, HS__ALERT_illegal_parameter},
    {"9846-4.4.1-02, -03", version_in_extensions, HS__ALERT_illegal_parameter},
    {"9846-4.4.1-02, -03", psk_in_extensions, HS__ALERT_illegal_parameter},
    {"9846-4.4.1-02, -03", cookie_in_extensions, HS__ALERT_illegal_parameter},
    {"9846-4.4.1-02, -03", schemes_in_extensions, HS__ALERT_illegal_parameter},
    {"9846-4.3.9-06", modes_in_extensions, HS__ALERT_illegal_parameter},
    {"9846-4.3.5-01", filters_in_extensions, HS__ALERT_illegal_parameter},
    {"9846-4.3.6-02", auth_in_extensions, HS__ALERT_illegal_parameter},
    {"9846-4.3-07", status_in_extensions, HS__ALERT_illegal_parameter},
    {"9846-4.3-06", early_data, HS__ALERT_unsupported_extension},
    {"9846-4.3-06", limit_unasked, HS__ALERT_unsupported_extension},
    {"9846-4.3-06, 6.2-18", stranger, HS__ALERT_unsupported_extension},
    {"9846-4.3-02", name_with_body, HS__ALERT_decode_error},
    {"9846-4.3-10", name_twice, HS__ALERT_illegal_parameter},
    {"9846-6-09", trailing, HS__ALERT_decode_error},
    {"9846-6-09", cut_short, HS__ALERT_decode_error},
    {"9846-6-09", block_too_long, HS__ALERT_decode_error},
};

static void with_context(hs__test_bytes *m) {
    hs__edit_vector(m, 4, 1, BODY(1, 2, 3));
}
SET(schemes_odd, signature_algorithms, 0, 3, 4, 3, 8)
SET(schemes_none, signature_algorithms, 0, 0)
SET(authorities_empty, certificate_authorities, 0, 0)
SET_EMPTY(status_asked, status_request)
SET(filter_unknown, oid_filters, 0, 6, 2, 0x2a, 3, 0, 1, 0)
static void no_extensions_at_all(hs__test_bytes *m) {
    no_signature_algorithms(m);
}

static const change certificate_request[] = {
    {"9846-4.4.2-04", with_context, HS__ALERT_illegal_parameter},
    {"9846-4.4.2-06, -08", no_extensions_at_all, HS__ALERT_missing_extension},
    {"9846-3.4-01", schemes_odd, HS__ALERT_decode_error},
    {"9846-6-09", schemes_none, HS__ALERT_decode_error},
    {"9846-4.3.4-03", authorities_empty, HS__ALERT_decode_error},
    {"9846-4.4.2-07, 9.3-05", stranger, ACCEPTED},
    {"9846-4.5.1.1-06", status_asked, ACCEPTED},
    {"9846-4.3.5-05", filter_unknown, ACCEPTED},
    {"9846-4.3.6-02", auth_in_extensions, HS__ALERT_illegal_parameter},
    {"9846-4.3-07", cookie_in_extensions, HS__ALERT_illegal_parameter},
    {"9846-6-09", trailing, HS__ALERT_decode_error},
};

/* ---- running them -------------------------------------------------------------------------- */

static void open_pair(const hs__stage *s, unsigned how, hs__test_pair *pair) {
    static const char *const alpn[] = {"h2", "http/1.1", NULL};
    hs_credential *identity[2][2];
    hs_options client = hs__stage_client(s, how, identity[0]);
    hs_options server = hs__stage_server(s, how, identity[1]);
    static const uint16_t groups[] = {HS__NAMED_GROUP_x25519, HS__NAMED_GROUP_secp256r1,
                                      HS__NAMED_GROUP_secp384r1, 0};
    client.groups = groups;
    client.alpn = server.alpn = alpn;
    hs__stage_open_with(&client, &server, pair);
}

static void give_changed(hs__test_end *client, const hs__hand_flight *f, size_t nth,
                         const change *c) {
    hs__test_bytes m = {NULL, 0, 0};
    hs__test_bytes_add(&m, f->m[nth].p, f->m[nth].n);
    c->edit(&m);
    const hs__state before = client->conn->state;
    hs__hand_give(client, HS__CONTENT_handshake, rules_span(m.p, m.n));
    if (c->alert == ACCEPTED) {
        rules_fine(client, c->row);
        assert_int_not_equal(client->conn->state, before);
    } else {
        rules_failed(client, c->row, client->error.status, c->alert);
        assert_true(client->error.text[0] != '\0' && client->error.rule[0] != '\0');
    }
    assert_false(client->connected);
    hs__test_bytes_free(&m);
}

static void give(hs__test_end *client, const hs__hand_flight *f, size_t nth) {
    hs__hand_give(client, HS__CONTENT_handshake, rules_span(f->m[nth].p, f->m[nth].n));
    rules_fine(client, "unchanged");
}

/* Changes the nth message of the server's flight. */
static void run(const hs__stage *s, unsigned how, size_t nth, const change *changes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        hs__test_pair pair;
        hs__hand_flight f;
        open_pair(s, how, &pair);
        if ((how & HS__STAGE_RETRY) != 0 && nth == 0) {
            hs__stage_carry(&pair.client, &pair.server);
            hs__hand_open(pair.server.conn, true,
                          rules_span(pair.server.sent.p, pair.server.sent.n), &f);
        } else {
            hs__stage_server_flight(&pair, how, &f);
        }
        const size_t first = (how & HS__STAGE_RETRY) != 0 ? 1 : 0; /* the retry went already */
        for (size_t j = first; j < nth; j++) {
            give(&pair.client, &f, j);
        }
        give_changed(&pair.client, &f, nth, &changes[i]);
        hs__hand_flight_free(&f);
        hs__test_pair_free(&pair);
    }
}

#define RUN(how, nth, changes)                                                                     \
    run(*state, how, nth, changes, sizeof(changes) / sizeof((changes)[0]))

static void every_change_of_a_server_hello(void **state) {
    RUN(0, 0, server_hello);
}

static void every_change_of_a_retry(void **state) {
    RUN(HS__STAGE_RETRY, 0, retry);
}

static void every_change_of_a_hello_after_a_retry(void **state) {
    RUN(HS__STAGE_RETRY, 1, hello_after_retry);
}

static void every_change_of_encrypted_extensions(void **state) {
    RUN(HS__STAGE_AUTH, 1, encrypted_extensions);
}

static void every_change_of_a_certificate_request(void **state) {
    RUN(HS__STAGE_AUTH, 2, certificate_request);
}

/* 9846-4.3.8-15: a retry for a group that had a share already. */
static void a_retry_for_a_share_that_was_sent(void **state) {
    hs__test_pair pair;
    hs__hand_flight f;
    open_pair(*state, HS__STAGE_RETRY, &pair);
    hs__stage_carry(&pair.client, &pair.server);
    hs__hand_open(pair.server.conn, true, rules_span(pair.server.sent.p, pair.server.sent.n), &f);
    hs__test_pair other;
    open_pair(*state, 0, &other);
    hs__test_bytes m = {NULL, 0, 0};
    hs__test_bytes_add(&m, f.m[0].p, f.m[0].n);
    memcpy(m.p + HS__EDIT_SESSION_ID + 1, other.client.conn->hs->session_id, 32);
    hs__edit_set_ext(&m, HS__EXT_key_share, BODY(0, HS__NAMED_GROUP_x25519));
    hs__hand_give(&other.client, HS__CONTENT_handshake, rules_span(m.p, m.n));
    rules_failed(&other.client, "a retry for x25519", HS_E_ILLEGAL_VALUE,
                 HS__ALERT_illegal_parameter);
    hs__test_bytes_free(&m);
    hs__hand_flight_free(&f);
    hs__test_pair_free(&pair);
    hs__test_pair_free(&other);
}

static hs__test_bytes message_in(const hs__test_end *from, size_t at) {
    hs__test_bytes m = {NULL, 0, 0};
    const uint8_t *p = from->sent.p + at;
    hs__test_bytes_add(&m, p + 5, (size_t)p[3] << 8 | p[4]);
    return m;
}

/* 9846-4.2.2-02, -03, -05, 4.2.4-07, 4.3.2-02, 4.3.8-16, 5.1-21, E.4-02: the second hello is the
 * first one but for what the retry asked to change. */
static void a_second_hello_changes_what_was_asked_only(void **state) {
    hs__test_pair pair;
    hs__hand_flight f;
    open_pair(*state, HS__STAGE_RETRY, &pair);
    hs__test_bytes first = message_in(&pair.client, 0);
    const size_t at = pair.client.sent.n;
    hs__stage_carry(&pair.client, &pair.server);
    hs__hand_open(pair.server.conn, true, rules_span(pair.server.sent.p, pair.server.sent.n), &f);
    hs__test_bytes m = {NULL, 0, 0};
    hs__test_bytes_add(&m, f.m[0].p, f.m[0].n);
    retry_with_cookie(&m);
    hs__edit_set_ext(&m, HS__EXT_key_share, BODY(0, HS__NAMED_GROUP_secp384r1));
    hs__hand_give(&pair.client, HS__CONTENT_handshake, rules_span(m.p, m.n));
    hs__test_end_drain(&pair.client);
    static const uint8_t ccs[] = {20, 3, 3, 0, 1, 1, 22, 3, 3};
    assert_memory_equal(pair.client.sent.p + at, ccs, sizeof(ccs));
    hs__test_bytes second = message_in(&pair.client, at + 6);
    const hs_span share = hs__edit_ext(&second, HS__EXT_key_share);
    static const uint8_t head[] = {0, 101, 0, 24, 0, 97, 4};
    assert_int_equal(share.n, 2 + 4 + 97);
    assert_memory_equal(share.p, head, sizeof(head));
    const hs_span cookie = hs__edit_ext(&second, HS__EXT_cookie);
    assert_int_equal(cookie.n, 5);
    assert_memory_equal(cookie.p, "\x00\x03\x01\x02\x03", 5);
    assert_true(hs__edit_cut_ext(&second, HS__EXT_cookie));
    hs__edit_set_ext(&second, HS__EXT_key_share, BODY(0, 0));
    assert_int_equal(second.n, first.n);
    assert_memory_equal(second.p, first.p, first.n);
    hs__test_bytes_free(&first);
    hs__test_bytes_free(&second);
    hs__test_bytes_free(&m);
    hs__hand_flight_free(&f);
    hs__test_pair_free(&pair);
}

/* Each of them cut at every byte, with lengths that fit. */
static void messages_that_end_early_anywhere(void **state) {
    for (size_t nth = 0; nth < 6; nth++) {
        for (size_t n = 4;; n++) {
            hs__test_pair pair;
            hs__hand_flight f;
            open_pair(*state, HS__STAGE_AUTH, &pair);
            hs__stage_server_flight(&pair, HS__STAGE_AUTH, &f);
            for (size_t j = 0; j < nth; j++) {
                give(&pair.client, &f, j);
            }
            hs__test_bytes m = {NULL, 0, 0};
            hs__test_bytes_add(&m, f.m[nth].p, f.m[nth].n);
            const bool is_whole = n >= m.n;
            if (!is_whole) {
                hs__edit_splice(&m, n, m.n - n, EMPTY);
                hs__hand_give(&pair.client, HS__CONTENT_handshake, rules_span(m.p, m.n));
                const bool is_old = pair.client.error.status == HS_E_VERSION;
                rules_failed(&pair.client, "cut", is_old ? HS_E_VERSION : HS_E_DECODE,
                             is_old ? HS__ALERT_protocol_version : HS__ALERT_decode_error);
            }
            hs__test_bytes_free(&m);
            hs__hand_flight_free(&f);
            hs__test_pair_free(&pair);
            if (is_whole) {
                break;
            }
        }
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_of_a_server_hello),
        cmocka_unit_test(every_change_of_a_retry),
        cmocka_unit_test(every_change_of_a_hello_after_a_retry),
        cmocka_unit_test(every_change_of_encrypted_extensions),
        cmocka_unit_test(every_change_of_a_certificate_request),
        cmocka_unit_test(a_retry_for_a_share_that_was_sent),
        cmocka_unit_test(a_second_hello_changes_what_was_asked_only),
        cmocka_unit_test(messages_that_end_early_anywhere),
    };
    return cmocka_run_group_tests_name("a server's messages changed", tests, rules_setup_tls13,
                                       rules_teardown);
}
