/* Lines that say in other words what messages and records say: alerts, tickets, key updates,
 * totals. */
#include <string.h>

#include "apps/hs-trace/check_state.h"
#include "proto/key_update.h"
#include "proto/new_session_ticket12.h"
#include "proto/new_session_ticket13.h"
#include "proto/server_hello.h"

/* ---- totals ------------------------------------------------------------------------------ */

static void same(check_conn *c, size_t line, const json_t *o, const char *key, uint64_t want) {
    if (lines_has(o, key) && lines_uint(o, key) != want) {
        check_wrong(c, line, "%s is %llu, the lines before make %llu", key,
                    (unsigned long long)lines_uint(o, key), (unsigned long long)want);
    }
}

void check_totals(check_conn *c, size_t line, const json_t *o, bool at_end) {
    same(c, line, o, "bytes_rx", c->side[0].bytes);
    same(c, line, o, "bytes_tx", c->side[1].bytes);
    same(c, line, o, "records_rx", c->side[0].records);
    same(c, line, o, "records_tx", c->side[1].records);
    if (at_end && !c->is_observer) { /* who knows the length of ciphertext only */
        same(c, line, o, "app_rx", c->side[0].app_bytes);
        same(c, line, o, "app_tx", c->side[1].app_bytes);
    }
}

static void check_result(check_conn *c, size_t line, const json_t *o) {
    const char *version = hs__version_name(c->version);
    const char *suite = c->suite != NULL ? hs__cipher_suite_name(c->suite->code) : NULL;
    bool retried = false;
    for (size_t i = 0; i < c->n_message; i++) {
        retried =
            retried || (c->message[i].short_ != NULL && strcmp(c->message[i].short_, "HRR") == 0);
    }
    if (version == NULL || strcmp(version, lines_text(o, "version")) != 0) {
        check_wrong(c, line, "version is not that of ServerHello");
    }
    if (suite == NULL || strcmp(suite, lines_text(o, "suite")) != 0) {
        check_wrong(c, line, "suite is not that of ServerHello");
    }
    if (retried != lines_true(o, "hrr")) {
        check_wrong(c, line, "hrr is wrong: there is %s HelloRetryRequest", retried ? "a" : "no");
    }
}

/* ---- alerts ------------------------------------------------------------------------------ */

static void check_alert(check_conn *c, size_t line, const json_t *o, const check_kept *record) {
    const uint32_t code = (uint32_t)lines_uint(o, "code");
    const char *name = hs__alert_name(code);
    if (strcmp(name != NULL ? name : "", lines_text(o, "desc")) != 0) {
        check_wrong(c, line, "alert %u is not called %s", (unsigned)code, lines_text(o, "desc"));
    }
    if (record == NULL) {
        return;
    }
    const uint32_t bytes = (uint32_t)json_integer_value(record->o);
    const char *level = hs__alert_level_name(bytes >> 8);
    if ((bytes & 255) != code || strcmp(level != NULL ? level : "", lines_text(o, "level")) != 0) {
        check_wrong(c, line, "the record of line %zu holds another alert: %02x%02x", record->line,
                    (unsigned)(bytes >> 8), (unsigned)(bytes & 255));
    }
    c->count[CHECK_ALERTS]++;
}

/* ---- tickets and updates ----------------------------------------------------------------- */

/* The message of that type and direction with this number, from 0. */
static const check_message *nth(const check_conn *c, uint8_t type, bool outbound, size_t n) {
    for (size_t i = 0; i < c->n_message; i++) {
        if (c->message[i].type == type && c->message[i].outbound == outbound && n-- == 0) {
            return &c->message[i];
        }
    }
    return NULL;
}

static void check_ticket12(check_conn *c, size_t line, const json_t *o, const check_message *m) {
    hs__new_session_ticket12 t;
    hs__rd_root root;
    if (hs__new_session_ticket12_read(m->best, NULL, &root, &t) == HS_OK) {
        same(c, line, o, "lifetime", t.ticket_lifetime_hint);
        same(c, line, o, "len", t.ticket.n);
    }
}

static void check_ticket13(check_conn *c, size_t line, const json_t *o, const check_message *m) {
    hs__new_session_ticket13 t;
    hs__rd_root root;
    hs_span nonce;
    if (hs__new_session_ticket13_read(m->best, NULL, &root, &t) != HS_OK) {
        return;
    }
    same(c, line, o, "lifetime", t.ticket_lifetime);
    same(c, line, o, "age_add", t.ticket_age_add);
    same(c, line, o, "len", t.ticket.n);
    same(c, line, o, "early_max", t.extensions.max_early_data_size);
    if (m->is_whole &&
        (!lines_hex(&c->file->pool, o, "nonce", &nonce) || !lines_same(nonce, t.ticket_nonce))) {
        check_wrong(c, line, "nonce is not that of the NewSessionTicket in line %zu", m->line);
    }
}

static void check_ticket(check_conn *c, size_t line, const json_t *o, const check_message *m) {
    if (m != NULL && m->best.n > 0) {
        (c->version == HS__VERSION_TLS12 ? check_ticket12 : check_ticket13)(c, line, o, m);
    }
}

static void check_update(check_conn *c, size_t line, const json_t *o, const check_message *m,
                         size_t n) {
    hs__key_update u;
    hs__rd_root root;
    same(c, line, o, "gen", n + 1);
    if (m != NULL && hs__key_update_read(m->best, NULL, &root, &u) == HS_OK &&
        u.update_requested != lines_true(o, "requested")) {
        check_wrong(c, line, "requested is not what the KeyUpdate in line %zu says", m->line);
    }
}

static void check_label(check_conn *c, size_t line, const json_t *o) {
    hs_span random;
    if (c->client_random.n == 32 && (!lines_hex(&c->file->pool, o, "client_random", &random) ||
                                     !lines_same(random, c->client_random))) {
        check_wrong(c, line, "client_random is not that of ClientHello");
    }
}

/* ---- all --------------------------------------------------------------------------------- */

void check_told(check_conn *c) {
    size_t seen[2] = {0, 0};
    for (size_t i = 0; i < c->alerts.n; i++) {
        const json_t *o = c->alerts.v[i].o;
        const bool tx = lines_is_sent(o);
        const check_side *s = &c->side[tx];
        const size_t n = seen[tx]++;
        check_alert(c, c->alerts.v[i].line, o,
                    n < s->n_alert_records ? &s->alert_records[n] : NULL);
    }
    seen[0] = seen[1] = 0;
    for (size_t i = 0; i < c->tickets.n; i++) {
        const json_t *o = c->tickets.v[i].o;
        const bool tx = lines_is_sent(o);
        check_ticket(c, c->tickets.v[i].line, o, nth(c, HS__HT_new_session_ticket, tx, seen[tx]++));
    }
    seen[0] = seen[1] = 0;
    for (size_t i = 0; i < c->updates.n; i++) {
        const json_t *o = c->updates.v[i].o;
        const bool tx = lines_is_sent(o);
        const size_t n = seen[tx]++;
        check_update(c, c->updates.v[i].line, o, nth(c, HS__HT_key_update, tx, n), n);
    }
    if (c->odd_ccs != 0 && c->is_done) { /* with such a one no handshake succeeds */
        check_wrong(c, c->odd_ccs, "ChangeCipherSpec is not the byte 01");
    }
    for (size_t i = 0; i < c->secrets.n; i++) {
        check_label(c, c->secrets.v[i].line, c->secrets.v[i].o);
    }
    for (size_t i = 0; i < c->dones.n; i++) {
        if (lines_true(c->dones.v[i].o, "ok") && !c->is_observer) {
            check_result(c, c->dones.v[i].line, c->dones.v[i].o);
        }
    }
}
