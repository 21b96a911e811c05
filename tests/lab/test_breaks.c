/* Every break: who notices, by which check, with which alert; on each pair of providers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/codepoints.h"
#include "tests/lab/rows.h"

static hs__lab read_lab(const char *text) {
    hs__lab lab;
    char why[HS__LAB_WHY];
    if (hs__lab_read(text, &lab, why) != HS_OK) {
        fail_msg("%s: %s", text, why);
    }
    return lab;
}

/* ---- what each row says -------------------------------------------------------------------------
 */

static bool failed_so(const hs__test_end *end, const lab_expected *row) {
    return end->failed && end->error.status == row->status && end->error.alert == row->alert;
}

static bool noticed(const hs__test_end *end, const lab_expected *row) {
    return failed_so(end, row) && !end->error.from_peer &&
           strstr(end->error.text, row->words) != NULL;
}

static bool was_told(const hs__test_end *end, const lab_expected *row) {
    return end->failed && end->error.from_peer && end->error.alert == row->alert;
}

static bool is_fine(const hs__test_end *end) {
    return end->connected && !end->failed;
}

static bool is_met(const lab_expected *row, const hs__test_end *breaks, const hs__test_end *other) {
    switch (row->by) {
    case PEER:
        return noticed(other, row) && was_told(breaks, row);
    case ALONE:
        return noticed(other, row) && !breaks->failed;
    case SELF:
        return noticed(breaks, row) && (was_told(other, row) || other->failed);
    case BOTH:
        return noticed(other, row) && breaks->failed && !breaks->error.from_peer;
    case NOBODY:
        return is_fine(breaks) && is_fine(other) && other->closed && other->data.n == 4;
    case BLUNT:
        return failed_so(other, row) && other->error.from_peer &&
               strstr(other->error.text, row->words) != NULL && !breaks->failed;
    }
    return false;
}

static void tell(const char *who, const hs__test_end *end) {
    print_error("  %s: %s %s, alert %d: %s\n", who,
                !end->failed           ? (end->connected ? "connected" : "waits")
                : end->error.from_peer ? "was told"
                                       : "noticed",
                end->failed ? hs_status_name(end->error.status) : "", end->error.alert,
                end->error.text);
}

static bool check(const lab_world *w, const lab_expected *row) {
    const hs__lab lab = read_lab(row->lab);
    lab_run r;
    lab_run_new(w, &lab, row->by_server, row->how, &r);
    const hs__test_end *breaks = row->by_server ? &r.pair.server : &r.pair.client;
    const hs__test_end *other = row->by_server ? &r.pair.client : &r.pair.server;
    const bool ok = r.happened && is_met(row, breaks, other);
    if (!ok) {
        print_error("%s by the %s (variant %u)%s\n", row->lab, row->by_server ? "server" : "client",
                    row->how, r.happened ? "" : ": it did not happen");
        tell("the other end", other);
        tell("who broke it", breaks);
    }
    assert_int_equal(r.notes, HS__LAB_NOTES);
    lab_run_free(&r);
    return ok;
}

static void every_break_is_noticed_as_expected(void **state) {
    unsigned wrong = 0;
    for (size_t i = 0; i < lab_n_rows; i++) {
        wrong += !check(*state, &lab_rows[i]);
    }
    assert_int_equal(wrong, 0);
}

/* A new break needs its rows: each role and version that it is for. */
static void every_break_has_rows(void **state) {
    (void)state;
    unsigned seen[HS__LAB_N_BREAKS][2] = {{0}};
    for (size_t i = 0; i < lab_n_rows; i++) {
        const hs__lab lab = read_lab(lab_rows[i].lab);
        const unsigned is_12 =
            lab_rows[i].how & (LAB_TLS12 | LAB_OLD_SERVER | LAB_OLD_CLIENT) ? 1u : 0u;
        seen[lab.row->id][lab_rows[i].by_server] |= is_12 ? HS__TLS12 : HS__TLS13;
    }
    for (size_t i = 0; i < HS__LAB_N_BREAKS; i++) {
        const hs__lab_row *row = &hs__lab_rows[i];
        for (unsigned by_server = 0; by_server < 2; by_server++) {
            const bool can = (row->roles & (by_server ? HS__LAB_SERVER : HS__LAB_CLIENT)) != 0;
            if (can && seen[i][by_server] == 0) {
                fail_msg("%s by the %s has no row", row->name, by_server ? "server" : "client");
            }
        }
        const unsigned versions = seen[i][0] | seen[i][1];
        if ((versions & row->versions) != row->versions) {
            fail_msg("%s has no row for a version that it is for", row->name);
        }
    }
}

/* ---- a bit of any record ----------------------------------------------------------------- */

/* How many records this end sends until the handshake is done. */
static uint64_t count_records(const lab_world *w, bool by_server, unsigned how) {
    lab_run r;
    lab_run_new(w, NULL, by_server, how, &r);
    assert_true(r.pair.client.connected && r.pair.server.connected);
    assert_false(r.happened);
    hs_info info;
    hs_conn_info(by_server ? r.pair.server.conn : r.pair.client.conn, &info);
    lab_run_free(&r);
    enum { DATA_AND_CLOSE = 2 };
    return info.records_tx - DATA_AND_CLOSE;
}

static void flip_one(const lab_world *w, bool by_server, unsigned how, uint64_t n, unsigned bit) {
    char text[40];
    (void)snprintf(text, sizeof(text), "flip=%llu,%u", (unsigned long long)n, bit);
    const hs__lab lab = read_lab(text);
    lab_run r;
    lab_run_new(w, &lab, by_server, how, &r);
    const hs__test_end *other = by_server ? &r.pair.client : &r.pair.server;
    if (r.happened && (other->data.n > 0 || (other->connected && !other->failed))) {
        fail_msg("%s by the %s (variant %u): the handshake was completed", text,
                 by_server ? "server" : "client", how);
    }
    lab_run_free(&r);
}

static void a_bit_of_any_record_ends_the_handshake(void **state) {
    static const unsigned variants[] = {
        0, LAB_AUTH, LAB_RETRY, LAB_TLS12, LAB_TLS12 | LAB_AUTH, LAB_RESUME};
    static const unsigned bits[] = {0, 1, 7, 33, 200, 799, 3001};
    const lab_world *w = *state;
    for (size_t v = 0; v < sizeof(variants) / sizeof(variants[0]); v++) {
        for (int by_server = 0; by_server < 2; by_server++) {
            const uint64_t n = count_records(w, by_server, variants[v]);
            assert_true(n >= 2);
            for (uint64_t record = 1; record <= n; record++) {
                for (size_t b = 0; b < sizeof(bits) / sizeof(bits[0]); b++) {
                    flip_one(w, by_server, variants[v], record, bits[b]);
                }
            }
        }
    }
}

/* ---- the rest ---------------------------------------------------------------------------- */

static void a_changed_ticket_makes_the_handshake_full(void **state) {
    const hs__lab lab = read_lab("ticket");
    for (int breaks = 0; breaks < 2; breaks++) {
        lab_run r;
        lab_run_new(*state, breaks ? &lab : NULL, false, LAB_RESUME, &r);
        hs_info info;
        hs_conn_info(r.pair.client.conn, &info);
        assert_true(info.is_connected);
        assert_int_equal(info.resumed, !breaks);
        lab_run_free(&r);
    }
}

static void a_break_for_another_version_does_not_happen(void **state) {
    const hs__lab lab = read_lab("key-updates");
    lab_run r;
    lab_run_new(*state, &lab, false, LAB_TLS12, &r);
    assert_false(r.happened);
    assert_int_equal(r.notes, 0);
    assert_true(r.pair.server.closed);
    lab_run_free(&r);
}

static void an_old_hello_of_a_file_is_sent_as_it_is(void **state) {
    lab_run first, second;
    lab_run_new(*state, NULL, false, LAB_ONLY_TLS13, &first);
    const hs__test_bytes *wire = &first.pair.client.sent;
    hs__lab lab = read_lab("replay-hello=old.jsonl");
    assert_string_equal(lab.file, "old.jsonl");
    const size_t n = 4 + ((size_t)wire->p[7] << 8 | wire->p[8]);
    lab.file_bytes = (hs_span){wire->p + 5, n};
    lab_run_new(*state, &lab, false, LAB_ONLY_TLS13, &second);
    assert_memory_equal(second.pair.client.sent.p, wire->p, n + 5);
    assert_true(second.pair.server.failed && !second.pair.server.connected);
    lab_run_free(&first);
    lab_run_free(&second);
}

/* ---- on each pair of providers ----------------------------------------------------------- */

static int setup(void **state, const char *client, const char *server) {
    static lab_world w;
    hs_provider *c = NULL;
    hs_provider *s = NULL;
    if (hs_provider_new(client, &c) != HS_OK || hs_provider_new(server, &s) != HS_OK) {
        hs_provider_unref(c);
        return -1;
    }
    lab_world_new(&w, c, s);
    *state = &w;
    return 0;
}

static int teardown(void **state) {
    lab_world_free(*state);
    return 0;
}

#define WITH(client, server)                                                                       \
    static int setup_##client##_##server(void **state) {                                           \
        return setup(state, #client, #server);                                                     \
    }                                                                                              \
    static int run_##client##_##server(void) {                                                     \
        const struct CMUnitTest tests[] = {                                                        \
            cmocka_unit_test(every_break_is_noticed_as_expected),                                  \
            cmocka_unit_test(every_break_has_rows),                                                \
            cmocka_unit_test(a_bit_of_any_record_ends_the_handshake),                              \
            cmocka_unit_test(a_changed_ticket_makes_the_handshake_full),                           \
            cmocka_unit_test(a_break_for_another_version_does_not_happen),                         \
            cmocka_unit_test(an_old_hello_of_a_file_is_sent_as_it_is),                             \
        };                                                                                         \
        return cmocka_run_group_tests_name(#client " with " #server, tests,                        \
                                           setup_##client##_##server, teardown);                   \
    }

WITH(mbedtls, mbedtls)
WITH(libcrypto, libcrypto)
WITH(mbedtls, libcrypto)
WITH(libcrypto, mbedtls)

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        int (*run)(void);
    } all[] = {{"mbedtls-mbedtls", run_mbedtls_mbedtls},
               {"libcrypto-libcrypto", run_libcrypto_libcrypto},
               {"mbedtls-libcrypto", run_mbedtls_libcrypto},
               {"libcrypto-mbedtls", run_libcrypto_mbedtls}};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (argc > 1 && strcmp(argv[1], all[i].name) == 0) {
            return all[i].run();
        }
    }
    return 2;
}
