#include "engine/questions.h"

#include "engine/fail.h"
#include "engine/staple.h"
#include "engine/trace_emit.h"
#include "pki/credential.h"

/* ---- default answers --------------------------------------------------------------------- */

static hs_purpose purpose(const hs_conn *c) {
    return c->is_server                 ? HS_PURPOSE_CLIENT
           : c->suite->kx == HS__KX_RSA ? HS_PURPOSE_KEY_TRANSPORT
                                        : HS_PURPOSE_SERVER;
}

static void verify(hs_conn *c, hs__message *answer) {
    const hs_config *f = c->config;
    const hs_verify_options o = {
        .size = sizeof(o),
        .chain = c->peer->chain,
        .n_chain = c->peer->n,
        .purpose = purpose(c),
        .name = (const char *)c->hs->verify_name.p,
        .revocation = c->is_server ? HS_REVOCATION_SOFT : f->revocation,
        .staple = c->peer->staple,
        .asked_for_staple = hs__staple_asked(c),
        .details = hs__tracing(c, HS_TR_CHECK),
        .now = f->now_ms != NULL ? (int64_t)(f->now_ms(f->clock_ctx) / 1000) : 0};
    uint64_t started = hs__trace_us(c);
    answer->u.verdict = hs_verify(c->first->provider, f->trust, &o, &c->peer->report);
    c->hs->us_crypto += hs__trace_us(c) - started;
}

static void sign(hs_conn *c, hs__message *answer) {
    hs__handshake *hs = c->hs;
    const hs__private_key *key = hs__credential_key(hs->credential);
    const hs_provider *p = hs__credential_provider(hs->credential);
    size_t n = 0;
    hs_status st =
        key != NULL ? hs__buffer_room(c, &hs->signature, HS__SIGNATURE_MAX) : HS_E_SIGN_REFUSED;
    if (st == HS_OK) {
        uint64_t started = hs__trace_us(c);
        st = p->key_sign(p, key, hs__scheme_of(hs->own_scheme)->alg, hs__buffer_span(&hs->to_sign),
                         hs->signature.p, &n);
        hs->us_crypto += hs__trace_us(c) - started;
        hs->ops.sign++;
    }
    hs->signature.n = st == HS_OK ? n : 0;
    answer->u.signature.bytes = hs__buffer_span(&hs->signature);
    answer->u.signature.refused = st;
}

static void keep_config(hs_conn *c, hs__message *answer) {
    (void)c;
    answer->u.config = NULL;
}

/* ---- the questions as a table ------------------------------------------------------------ */
typedef struct {
    hs__state state;
    unsigned ask;
    hs_event_kind event;
    hs__input input;
    void (*answer)(hs_conn *c, hs__message *answer);
} question;

static const question questions[] = {
    {HS__WAIT_CONFIG, HS_ASK_CONFIG, HS_EV_ASK_CONFIG, HS__ON_CONFIG, keep_config},
    {HS__WAIT_VERIFIED, HS_ASK_VERIFY, HS_EV_ASK_VERIFY, HS__ON_VERIFIED, verify},
    {HS__WAIT_SIGNED, HS_ASK_SIGN, HS_EV_ASK_SIGN, HS__ON_SIGNED, sign},
};

static const question *find(hs__state state) {
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        if (questions[i].state == state) {
            return &questions[i];
        }
    }
    return NULL;
}

bool hs__is_asking(const hs_conn *c) {
    return find(c->state) != NULL;
}

bool hs__answer_by_default(hs_conn *c, hs__input *input, hs__message *answer) {
    const question *q = find(c->state);
    if (q == NULL) {
        return false;
    }
    if ((c->config->ask & q->ask) != 0) {
        c->pending = q->event;
        return false;
    }
    *input = q->input;
    q->answer(c, answer);
    return true;
}

void hs__question_event(const hs_conn *c, hs_event *ev) {
    const hs__handshake *hs = c->hs;
    switch (ev->kind) {
    case HS_EV_ASK_CONFIG:
        ev->bytes = hs__buffer_span(&hs->raw_hello);
        ev->server_name = c->server_name;
        ev->alpn = hs->hello.extensions.protocol_name_list;
        break;
    case HS_EV_ASK_VERIFY:
        ev->chain = c->peer->chain;
        ev->n_chain = c->peer->n;
        ev->staple = c->peer->staple;
        ev->purpose = purpose(c);
        ev->server_name = (const char *)hs->verify_name.p;
        break;
    case HS_EV_ASK_SIGN:
        ev->bytes = hs__buffer_span(&hs->to_sign);
        ev->scheme = hs->own_scheme;
        ev->credential = hs->credential;
        break;
    case HS_EV_NONE:
    case HS_EV_CONNECTED:
    case HS_EV_SESSION:
    case HS_EV_DATA:
    case HS_EV_PEER_CLOSED:
    case HS_EV_FAILED:
        break;
    }
}

/* ---- the program's answers --------------------------------------------------------------- */

/* What becomes of the answer is an event; only a call out of place is a return code. */
static hs_status give(hs_conn *c, hs__input input, const hs__message *answer) {
    const question *q = find(c->state);
    if (c->in_trace || q == NULL || q->input != input || c->pending != HS_EV_NONE) {
        return HS_E_MISUSE;
    }
    if (c->write_closed) {
        return HS_E_CLOSED;
    }
    (void)!hs__dispatch(c, input, answer);
    return HS_OK;
}

hs_status hs_answer_config(hs_conn *c, hs_config *config) {
    hs__message answer;
    answer.u.config = config;
    return give(c, HS__ON_CONFIG, &answer);
}

hs_status hs_answer_verify(hs_conn *c, hs_status verdict, hs_report *report) {
    if (c->state != HS__WAIT_VERIFIED || c->in_trace || c->pending != HS_EV_NONE) {
        return HS_E_MISUSE;
    }
    if (c->write_closed) {
        return HS_E_CLOSED;
    }
    hs__message answer;
    answer.u.verdict = verdict;
    c->peer->report = report;
    return give(c, HS__ON_VERIFIED, &answer);
}

hs_status hs_answer_sign(hs_conn *c, const void *sig, size_t n) {
    hs__message answer;
    answer.u.signature.bytes = (hs_span){sig, n};
    answer.u.signature.refused = HS_E_SIGN_REFUSED;
    return give(c, HS__ON_SIGNED, &answer);
}
