/* The first inputs of the engine's fuzz targets: genuine conversations in every configuration,
 * FOLDER/client/<name> holding what a server said and FOLDER/server/<name> what a client did, and
 * sessions in FOLDER/session. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/session.h"
#include "engine_world.h"
#include "fuzz.h"
#include "tests/lib/identity.h"
#include "tests/lib/pair.h"

static void write_seed(const char *folder, const char *target, unsigned flags, unsigned step,
                       const hs__test_bytes *said) {
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, target);
    (void)mkdir(path, 0777);
    (void)snprintf(path, sizeof(path), "%s/%s/flags-%02x-step-%u", folder, target, flags, step);
    FILE *f = fopen(path, "wb");
    const uint8_t head[] = {(uint8_t)flags, (uint8_t)step};
    if (f == NULL || fwrite(head, 1, 2, f) != 2 || fwrite(said->p, 1, said->n, f) != said->n ||
        fclose(f) != 0) {
        perror(path);
        exit(1);
    }
}

/* A saved session, and the same as a server seals it: without the magic in front and what only a
 * client keeps behind. */
static void write_session_seeds(const char *folder) {
    static const uint8_t name[] = {'a', '.', 't', 'e', 's', 't'};
    const hs__session_state s = {.version = 0x0303,
                                 .suite = 0xc02f,
                                 .extended_main_secret = true,
                                 .secret_n = HS__SESSION_SECRET_MAX,
                                 .full_at_ms = (uint64_t)HS__TEST_NOW * 1000,
                                 .issued_at_ms = (uint64_t)HS__TEST_NOW * 1000,
                                 .lifetime_s = 7200,
                                 .alpn = {name, 2},
                                 .server_name = {name, sizeof(name)},
                                 .has_peer = true,
                                 .peer_not_after = HS__TEST_NOW + 86400,
                                 .peer_verdict = HS_E_UNKNOWN_ISSUER,
                                 .ticket = {name, sizeof(name)}};
    uint8_t buf[512];
    size_t n = sizeof(buf);
    hs__wr w;
    hs_session *session;
    MUST(hs__session_new(&s, &session) == HS_OK && hs_session_write(session, buf, &n) == HS_OK);
    hs_session_unref(session);
    const hs__test_bytes file = {.p = buf, .n = n};
    write_seed(folder, "session", 0, 0, &file);
    hs__wr_init(&w, buf, sizeof(buf));
    hs__session_state_write(&w, &s);
    const hs__test_bytes state = {.p = buf, .n = w.n};
    write_seed(folder, "session", 1, 0, &state);
}

static void answer(hs__test_end *end) {
    static const uint8_t signature[64] = {0x47};
    switch (end->question.kind) {
    case HS_EV_ASK_CONFIG:
        MUST(hs_answer_config(end->conn, NULL) == HS_OK);
        break;
    case HS_EV_ASK_VERIFY:
        MUST(hs_answer_verify(end->conn, HS_OK, NULL) == HS_OK);
        break;
    case HS_EV_ASK_SIGN:
        MUST(hs_answer_sign(end->conn, signature, sizeof(signature)) == HS_OK);
        break;
    default:
        return;
    }
    end->question.kind = HS_EV_NONE;
    hs__test_end_poll(end);
}

static void run(hs__test_pair *pair) {
    for (unsigned i = 0; i < 8; i++) { /* five questions at most */
        hs__test_pair_run(pair);
        answer(&pair->client);
        answer(&pair->server);
    }
}

static void converse(const char *folder, unsigned flags, unsigned step) {
    hs__test_pair pair = {.step = 0};
    pair.client.conn = world_conn(flags, false);
    pair.server.conn = world_conn(flags, true);
    run(&pair);
    MUST(pair.client.connected && pair.server.connected);
    hs__test_end *const ends[] = {&pair.client, &pair.server};
    size_t taken;
    for (unsigned i = 0; i < 2; i++) {
        MUST(hs_write(ends[i]->conn, "some data", 9, &taken) == HS_OK);
        MUST(hs_key_update(ends[i]->conn, true) == HS_OK);
        MUST(hs_write(ends[i]->conn, "more", 4, &taken) == HS_OK);
    }
    run(&pair);
    MUST(hs_close(pair.client.conn) == HS_OK && hs_close(pair.server.conn) == HS_OK);
    run(&pair);
    MUST(pair.client.closed && pair.server.closed && pair.client.data.n == 13);
    write_seed(folder, "client", flags, step, &pair.server.sent);
    write_seed(folder, "server", flags, step, &pair.client.sent);
    hs__test_pair_free(&pair);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        (void)fprintf(stderr, "usage: make_engine_seeds FOLDER\n");
        return 1;
    }
    (void)mkdir(argv[1], 0777);
    write_session_seeds(argv[1]);
    for (unsigned flags = 0; flags < 256; flags++) {
        /* Each bit alone, and a few that change each other's way. */
        const bool is_one = (flags & (flags - 1)) == 0;
        if ((is_one && flags != WORLD_NEED) || flags % 37 == 7 || flags == 0xfd || flags == 0x17) {
            converse(argv[1], flags, is_one ? 0 : flags % 100 + 1);
        }
    }
    return 0;
}
