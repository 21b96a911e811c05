#include "engine/dispatch.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "engine/fail.h"
#include "engine/finish.h"
#include "engine/key_schedule.h"
#include "engine/messages.h"
#include "engine/questions.h"
#include "engine/record.h"
#include "engine/trace_emit.h"
#include "engine/transcript.h"
#include "proto/codepoints.h"

const char *hs__state_name(hs__state s) {
    static const char *const names[] = {
#define X(name) #name,
        HS__STATES(X)
#undef X
    };
    return names[s];
}

const char *hs__input_name(hs__input input) {
    static const char *const names[] = {
        [HS__ON_CLIENT_HELLO] = "ClientHello",
        [HS__ON_SERVER_HELLO] = "ServerHello",
        [HS__ON_HELLO_RETRY_REQUEST] = "HelloRetryRequest",
        [HS__ON_ENCRYPTED_EXTENSIONS] = "EncryptedExtensions",
        [HS__ON_CERTIFICATE_REQUEST] = "CertificateRequest",
        [HS__ON_CERTIFICATE] = "Certificate",
        [HS__ON_CERTIFICATE_VERIFY] = "CertificateVerify",
        [HS__ON_FINISHED] = "Finished",
        [HS__ON_NEW_SESSION_TICKET] = "NewSessionTicket",
        [HS__ON_KEY_UPDATE] = "KeyUpdate",
        [HS__ON_HELLO_REQUEST] = "HelloRequest",
        [HS__ON_CERTIFICATE_STATUS] = "CertificateStatus",
        [HS__ON_SERVER_KEY_EXCHANGE] = "ServerKeyExchange",
        [HS__ON_SERVER_HELLO_DONE] = "ServerHelloDone",
        [HS__ON_CLIENT_KEY_EXCHANGE] = "ClientKeyExchange",
        [HS__ON_CHANGE_CIPHER_SPEC] = "ChangeCipherSpec",
        [HS__ON_OTHER] = "another message",
        [HS__ON_CONFIG] = "the answer to ASK_CONFIG",
        [HS__ON_VERIFIED] = "the answer to ASK_VERIFY",
        [HS__ON_SIGNED] = "the answer to ASK_SIGN",
        [HS__ON_GO] = "nothing",
    };
    return names[input];
}

const hs__row *hs__row_find(const hs__row *table, hs__state state, hs__input input) {
    for (const hs__row *row = table; (row->flags & HS__LAST_ROW) == 0; row++) {
        if (row->state == state && row->input == input) {
            return row;
        }
    }
    return NULL;
}

/* "ServerHello or HelloRetryRequest": the messages that have a row in this state. HelloRequest is
 * allowed nearly everywhere, and expected nowhere. */
static void expected(const hs_conn *c, char *out, size_t cap) {
    size_t n = 0;
    out[0] = '\0';
    for (const hs__row *row = c->table; (row->flags & HS__LAST_ROW) == 0; row++) {
        if (row->state == c->state && row->input < HS__ON_OTHER &&
            row->input != HS__ON_HELLO_REQUEST && n < cap) {
            n += (size_t)snprintf(out + n, cap - n, "%s%s", n > 0 ? " or " : "",
                                  hs__input_name(row->input));
        }
    }
}

static hs_status unexpected(hs_conn *c, const char *name) {
    char wanted[120];
    expected(c, wanted, sizeof(wanted));
    return hs__fail(c, HS_E_UNEXPECTED_MESSAGE, name, "%s came in state %s, expected %s", name,
                    hs__state_name(c->state), wanted[0] != '\0' ? wanted : "no message");
}

hs_status hs__flush(hs_conn *c) {
    if (c->hs == NULL || c->hs->flight.n == 0) {
        return HS_OK;
    }
    hs_status st = hs__record_send(c, HS__CONTENT_handshake, hs__buffer_span(&c->hs->flight));
    c->hs->flight.n = 0;
    return st;
}

static hs_status install_keys(hs_conn *c, const hs__row *row) {
    hs_status st = HS_OK;
    if (row->key_out != 0) {
        st = hs__flush(c);
        st = st == HS_OK ? hs__install_key(c, true, (hs__secret_id)row->key_out) : st;
    }
    if (st == HS_OK && row->key_in != 0) {
        st = hs__install_key(c, false, (hs__secret_id)row->key_in);
    }
    return st;
}

static hs_status add_message(hs_conn *c, const hs__message *m) {
    return hs__transcript_add(c, hs__message_short(m->type, m->raw, !c->is_server), m->raw);
}

static hs_status run_row(hs_conn *c, const hs__row *row, const hs__message *m) {
    const hs__state from = c->state;
    hs__state next = from;
    hs_status st = row->transcript == HS__TRANSCRIPT_BEFORE ? add_message(c, m) : HS_OK;
    if (st == HS_OK) {
        st = row->handler(c, m, &next);
    }
    if (st == HS_OK && row->transcript == HS__TRANSCRIPT_AFTER) {
        st = add_message(c, m);
    }
    if (st == HS_OK) {
        st = install_keys(c, row);
    }
    if (c->state == HS__FAILED) {
        return c->error->status;
    }
    if (st != HS_OK) {
        return hs__fail(c, st, "", "in state %s", hs__state_name(from));
    }
    assert((row->next & (UINT64_C(1) << next)) != 0);
    c->state = next;
    hs__trace_state(c, from, row->input != HS__ON_GO ? hs__input_name(row->input) : NULL);
    return HS_OK;
}

/* What is due in the present state, until the engine waits for the peer or for an answer. */
static hs_status run_due(hs_conn *c) {
    hs_status st = HS_OK;
    while (st == HS_OK && c->state != HS__CONNECTED) {
        const hs__row *row = hs__row_find(c->table, c->state, HS__ON_GO);
        if (row != NULL) {
            st = run_row(c, row, NULL);
            continue;
        }
        hs__message answer;
        hs__input input;
        if (!hs__answer_by_default(c, &input, &answer)) {
            break;
        }
        row = hs__row_find(c->table, c->state, input);
        st = run_row(c, row, &answer);
    }
    /* While a question is open the flight is not whole: who signs must not change the records. */
    if (st == HS_OK && !hs__is_asking(c)) {
        st = hs__flush(c);
        st = st == HS_OK ? st : hs__fail(c, st, "", "while sending");
    }
    if (st == HS_OK && c->state == HS__CONNECTED && c->hs != NULL) {
        hs__finish_handshake(c);
    }
    return st;
}

hs_status hs__dispatch(hs_conn *c, hs__input input, const hs__message *m) {
    const hs__row *row = hs__row_find(c->table, c->state, input);
    if (row == NULL) {
        return HS_E_MISUSE; /* messages are checked before; so an answer to no question */
    }
    hs_status st = run_row(c, row, m);
    return st == HS_OK ? run_due(c) : st;
}

hs_status hs__check_ends_record(hs_conn *c, const char *name) {
    return c->rx.content_n > 0
               ? hs__fail(c, HS_E_KEY_CHANGE_ALIGNMENT, name,
                          "%zu bytes follow %s in its record; keys change behind it",
                          c->rx.content_n, name)
               : HS_OK;
}

hs_status hs__dispatch_message(hs_conn *c, uint8_t type, hs_span raw) {
    const hs__input input = hs__message_input(type, raw);
    const char *name = hs__message_name(type, raw);
    hs__trace_received(c, type, name, raw);
    const hs__row *row = hs__row_find(c->table, c->state, input);
    if (row == NULL) {
        return unexpected(c, name);
    }
    hs_status st = (row->flags & HS__ENDS_RECORD) != 0 ? hs__check_ends_record(c, name) : HS_OK;
    if (st != HS_OK) {
        return st;
    }
    hs__message m;
    hs__rd_root root = {.status = HS_OK};
    hs__field_sink sink;
    st = hs__message_read(c, type, raw, hs__trace_fields(c, &sink), &root, &m);
    hs__trace_message_end(c, &root);
    c->last_message = name;
    return st == HS_OK ? hs__dispatch(c, input, &m) : hs__fail_read(c, &root);
}

hs_status hs__dispatch_ccs(hs_conn *c, hs_span content) {
    const char *name = hs__input_name(HS__ON_CHANGE_CIPHER_SPEC);
    if (hs__row_find(c->table, c->state, HS__ON_CHANGE_CIPHER_SPEC) == NULL) {
        return unexpected(c, name);
    }
    if (content.n != 1 || content.p[0] != 1) {
        return hs__fail(c, HS_E_ILLEGAL_VALUE, "ChangeCipherSpec.type",
                        "its content must be the one byte 01");
    }
    c->last_message = name;
    return hs__dispatch(c, HS__ON_CHANGE_CIPHER_SPEC, NULL);
}
