#include "tests/unit/engine/handshake_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

hs_config *hs__test_config(hs_options o) {
    hs_config *c = NULL;
    const char *why = NULL;
    o.size = sizeof(o);
    o.now_ms = hs__test_now_ms;
    if (hs_config_new(&o, &c, &why) != HS_OK) {
        fail_msg("configuration refused: %s", why);
    }
    return c;
}

hs_info hs__test_info(const hs__test_end *end) {
    hs_info info;
    hs_conn_info(end->conn, &info);
    return info;
}

void hs__test_assert_connected(const hs__test_pair *pair) {
    if (pair->client.failed || pair->server.failed) {
        fail_msg("client: %s; server: %s", pair->client.error.text, pair->server.error.text);
    }
    assert_true(pair->client.connected);
    assert_true(pair->server.connected);
}

void hs__test_write_all(hs__test_end *end, const uint8_t *p, size_t n) {
    while (n > 0) {
        size_t taken = 0;
        assert_int_equal(hs_write(end->conn, p, n, &taken), HS_OK);
        p += taken;
        n -= taken;
        hs__test_end_drain(end);
    }
}

void hs__test_exchange(hs__test_pair *pair, size_t n) {
    static uint8_t text[200000];
    assert_true(n <= sizeof(text));
    for (size_t i = 0; i < n; i++) {
        text[i] = (uint8_t)(i * 31 + 7);
    }
    hs__test_write_all(&pair->client, text, n);
    hs__test_write_all(&pair->server, text, n / 2);
    hs__test_pair_run(pair);
    assert_int_equal(pair->server.data.n, n);
    assert_int_equal(pair->client.data.n, n / 2);
    assert_memory_equal(pair->server.data.p, text, n);
    assert_memory_equal(pair->client.data.p, text, n / 2);
}

/* ---- each pair of providers -------------------------------------------------------------- */

static hs_provider *client, *server;

hs_provider *hs__test_client_provider(void) {
    return client;
}

hs_provider *hs__test_server_provider(void) {
    return server;
}

static int run_pair(const char *what, const char *const names[2], const struct CMUnitTest *tests,
                    size_t n, CMFixtureFunction setup, CMFixtureFunction teardown) {
    if (hs_provider_new(names[0], &client) != HS_OK ||
        hs_provider_new(names[1], &server) != HS_OK) {
        abort();
    }
    char title[120];
    (void)snprintf(title, sizeof(title), "%s, client %s, server %s", what, names[0], names[1]);
    int failed = _cmocka_run_group_tests(title, tests, n, setup, teardown);
    hs_provider_unref(client);
    hs_provider_unref(server);
    return failed;
}

int hs__test_each_pair(const char *what, const struct CMUnitTest *tests, size_t n,
                       CMFixtureFunction setup, CMFixtureFunction teardown) {
    const char *const *all = hs_provider_names();
    int failed = 0;
    for (size_t i = 0; all[i] != NULL; i++) {
        for (size_t k = 0; all[k] != NULL; k++) {
            const char *const names[2] = {all[i], all[k]};
            failed += run_pair(what, names, tests, n, setup, teardown);
        }
    }
    return failed;
}
