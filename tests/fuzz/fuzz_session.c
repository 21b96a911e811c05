/* A saved session, or what a server has sealed into a ticket, as any bytes. Byte 0: odd for a
 * ticket, made over the provider without security; byte 1: hours since the world's now. What is
 * taken is written again byte by byte, and what is not leaves nothing behind. */
#include <string.h>

#include "engine/session_store.h"
#include "engine_world.h"
#include "fuzz.h"
#include "tests/lib/fuzz_provider.h"
#include "tests/lib/identity.h"

static hs_session_store *store(void) {
    static hs_session_store *kept;
    if (kept == NULL) {
        const hs_session_store_options o = {.size = sizeof(o), .provider = world_provider()};
        MUST(hs_session_store_new(&o, &kept) == HS_OK);
    }
    return kept;
}

static void read_file(hs_span file, uint64_t now_ms) {
    hs_session *session;
    hs_session_info info;
    if (hs_session_read(file, &session) != HS_OK) {
        MUST(session == NULL);
        return;
    }
    uint8_t *again = malloc(file.n);
    size_t n = file.n;
    MUST(again != NULL && hs_session_write(session, again, &n) == HS_OK);
    MUST(n == file.n && memcmp(again, file.p, n) == 0);
    free(again);
    hs_session_get_info(session, &info);
    MUST(info.server_name == NULL || strlen(info.server_name) <= 255);
    const char *why;
    const bool is_over = now_ms >= info.expires_at_ms;
    MUST(!hs__session_usable(hs__session_state_of(session), now_ms, &why) || !is_over);
    hs_session_unref(session);
}

static void must_be_written_again(const hs__session_state *s, hs_span state) {
    uint8_t again[HS__SESSION_STATE_MAX];
    hs__wr w;
    hs__wr_init(&w, again, sizeof(again));
    hs__session_state_write(&w, s);
    MUST(w.status == HS_OK && w.n == state.n && memcmp(again, state.p, state.n) == 0);
}

/* Renewed, it lives at most as long as RFC 9846 4.7.1 has it. */
static void must_be_renewable(hs__session_state *s, uint64_t now_ms) {
    uint8_t again[HS__TICKET_MAX];
    size_t n;
    MUST(hs__session_expires_ms(s) > now_ms);
    MUST(hs__ticket_seal(store(), now_ms, s, again, &n) == HS_OK);
    MUST((n > 0) == (s->lifetime_s > 0));
    MUST(n == 0 || hs__session_expires_ms(s) - s->full_at_ms <= HS__SESSION_AGE_MAX_S * 1000ULL);
}

/* As a ticket, and as the inside of one that the provider opens: its tag is always the same. */
static void open_ticket(hs_span bytes, uint64_t now_ms) {
    hs__session_found found;
    uint8_t ticket[HS__TICKET_MAX];
    MUST(hs__ticket_open(store(), now_ms, bytes, &found) == HS_OK);
    const size_t n = bytes.n < HS__SESSION_STATE_MAX ? bytes.n : HS__SESSION_STATE_MAX;
    memset(ticket, HS__FUZZ_RANDOM, HS__TICKET_HEAD);
    memcpy(ticket + HS__TICKET_HEAD, bytes.p, n);
    memset(ticket + HS__TICKET_HEAD + n, HS__FUZZ_TAG, HS__AEAD_TAG);
    const hs_span sealed = {ticket, n + HS__TICKET_OVERHEAD};
    MUST(hs__ticket_open(store(), now_ms, sealed, &found) == HS_OK);
    if (found.why_not != NULL) {
        MUST(found.state.secret_n == 0);
        return;
    }
    must_be_written_again(&found.state, (hs_span){bytes.p, n});
    must_be_renewable(&found.state, now_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) {
        return 0;
    }
    const uint64_t now_ms = ((uint64_t)HS__TEST_NOW + data[1] * 3600U) * 1000;
    const hs_span rest = {data + 2, size - 2};
    if (data[0] % 2 == 0) {
        read_file(rest, now_ms);
    } else {
        open_ticket(rest, now_ms);
    }
    return 0;
}
