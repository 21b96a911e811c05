/* Finished (RFC 9846 4.5.3), on both sides. */
#include <string.h>

#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/key_schedule.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"
#include "proto/codepoints.h"

hs_status hs__on_finished(hs_conn *c, const hs__message *m, hs__state *next) {
    const hs_span got = m->u.finished.verify_data;
    const size_t n = hs__hash_len(c->suite->hash);
    uint8_t expected[HS__DIGEST];
    hs_status st = hs__finished_mac(c, !c->is_server, expected);
    if (st != HS_OK) {
        return st;
    }
    if (got.n != n) {
        return hs__fail(c, HS_E_DECODE, "Finished.verify_data", "%zu bytes, %s has %zu", got.n,
                        hs__hash_name(c->suite->hash), n);
    }
    bool ok = hs__ct_equal(got.p, expected, n);
    hs__trace_finished(c, ok, got, (hs_span){expected, n});
    hs__wipe(expected, sizeof(expected));
    c->ccs_ok = false;
    *next = c->is_server ? HS__CONNECTED : HS__HAVE_FINISHED;
    return ok ? HS_OK
              : hs__fail(c, HS_E_FINISHED, "Finished.verify_data",
                         "the HMAC over the transcript differs");
}

hs_status hs__client_after_finished(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    *next = c->hs->client_cert_wanted ? HS__SEND_CERT : HS__SEND_FINISHED;
    return hs__schedule_application(c);
}

/* The server's application secrets hang on its own Finished, so they are made here; the client
 * has made them already. */
hs_status hs__send_finished(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    uint8_t verify_data[HS__DIGEST];
    hs_status st = hs__finished_mac(c, c->is_server, verify_data);
    if (st != HS_OK) {
        return st;
    }
    hs__message f = {.type = HS__HT_finished};
    f.u.finished.verify_data = (hs_span){verify_data, hs__hash_len(c->suite->hash)};
    st = hs__send(c, &f, NULL);
    if (!c->is_server) {
        *next = HS__CONNECTED;
        return st;
    }
    *next = c->config->client_auth != HS_CLIENT_AUTH_NONE ? HS__WAIT_CERT : HS__WAIT_FINISHED;
    return st == HS_OK ? hs__schedule_application(c) : st;
}
