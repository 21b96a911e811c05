/* ChangeCipherSpec and Finished of TLS 1.2 (RFC 5246 7.1, 7.4.9), on both sides. The keys change
 * behind ChangeCipherSpec, so Finished is the first message under them. */
#include "engine/fail.h"
#include "engine/handlers.h"
#include "engine/key_schedule12.h"
#include "engine/record.h"
#include "engine/resume12.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"

hs_status hs__send_change_cipher_spec(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    hs_status st = hs__flush(c);
    *next = HS__SEND_FINISHED;
    return st == HS_OK ? hs__record_send_ccs(c) : st;
}

hs_status hs__on_change_cipher_spec(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)c;
    (void)m;
    *next = HS__WAIT_FINISHED;
    return HS_OK;
}

/* In a full handshake the client's Finished comes first, in a resumed one the server's. */
static bool is_second(const hs_conn *c, bool of_server) {
    return of_server != c->resumed;
}

/* Both ends have proved that they know the main secret. */
static hs_status keep_session(hs_conn *c) {
    return c->is_server ? hs__server_keep_session12(c) : hs__client_keep_session12(c);
}

hs_status hs__send_finished12(hs_conn *c, const hs__message *m, hs__state *next) {
    (void)m;
    uint8_t verify_data[HS__VERIFY_DATA_12];
    hs_status st = hs__verify_data12(c, c->is_server, verify_data);
    if (st != HS_OK) {
        return st;
    }
    hs__message f = {.type = HS__HT_finished};
    f.u.finished.verify_data = (hs_span){verify_data, sizeof(verify_data)};
    *next = is_second(c, c->is_server)               ? HS__CONNECTED
            : !c->is_server && c->hs->v12.ticket_due ? HS__WAIT_NST
                                                     : HS__WAIT_CCS;
    st = hs__send(c, &f, NULL);
    return st == HS_OK && *next == HS__CONNECTED ? keep_session(c) : st;
}

static hs_status check(hs_conn *c, hs_span got) {
    if (got.n != HS__VERIFY_DATA_12) {
        return hs__fail(c, HS_E_DECODE, "Finished.verify_data", "%zu bytes, TLS 1.2 has %d", got.n,
                        HS__VERIFY_DATA_12);
    }
    uint8_t expected[HS__VERIFY_DATA_12];
    hs_status st = hs__verify_data12(c, !c->is_server, expected);
    if (st != HS_OK) {
        return st;
    }
    const bool ok = hs__ct_equal(got.p, expected, sizeof(expected));
    hs__trace_finished(c, ok, got, (hs_span){expected, sizeof(expected)});
    hs__wipe(expected, sizeof(expected));
    return ok ? HS_OK
              : hs__fail(c, HS_E_FINISHED, "Finished.verify_data",
                         "the PRF over the transcript gives another value");
}

hs_status hs__on_finished12(hs_conn *c, const hs__message *m, hs__state *next) {
    *next = is_second(c, !c->is_server)             ? HS__CONNECTED
            : c->is_server && c->hs->v12.ticket_due ? HS__SEND_NST
                                                    : HS__SEND_CCS;
    hs_status st = check(c, m->u.finished.verify_data);
    return st == HS_OK && *next == HS__CONNECTED ? keep_session(c) : st;
}
