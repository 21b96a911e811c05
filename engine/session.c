#include "engine/session.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/provider.h"

enum { FORMAT = 1, HAS_EMS = 1, HAS_PEER = 2, NAME_MAX_LEN = 255, SESSION_ID_MAX = 32 };

/* What a saved session begins with. */
static const uint8_t magic[] = {'h', 's', '-', 's', 'e', 's', 's', 'i', 'o', 'n'};

struct hs_session {
    atomic_uint refs;
    atomic_bool is_retired;
    hs__session_state state; /* spans into `bytes` */
    size_t n;
    uint8_t bytes[];
};

/* ---- state to bytes and back ------------------------------------------------------------- */

static void wr_u64(hs__wr *w, const char *name, uint64_t v) {
    hs__wr_u32(w, name, (uint32_t)(v >> 32));
    hs__wr_u32(w, name, (uint32_t)v);
}

static uint64_t rd_u64(hs__rd *r, const char *name) {
    const uint64_t high = hs__rd_u32(r, name);
    return high << 32 | hs__rd_u32(r, name);
}

/* By name: the numbers change when errors.def gains a row. */
static void wr_verdict(hs__wr *w, hs_status verdict) {
    const char *name = verdict != HS_OK ? hs_status_name(verdict) : "";
    hs__wr_opaque(w, "verdict", 1, (hs_span){(const uint8_t *)name, strlen(name)});
}

static hs_status rd_verdict(hs__rd *r) {
    static const hs_status all[] = {
#define HS_ERROR(name, alert, rule, text) HS_E_##name,
#include "handshake/errors.def"
#undef HS_ERROR
    };
    const hs_span name = hs__rd_text(r, "verdict", 1, 0, NAME_MAX_LEN);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const char *known = hs_status_name(all[i]);
        if (name.n == strlen(known) && memcmp(name.p, known, name.n) == 0) {
            return all[i];
        }
    }
    if (name.n > 0) {
        hs__rd_fail(r, "verdict", HS_E_ILLEGAL_VALUE, "not the name of a status");
    }
    return HS_OK;
}

static void wr_name(hs__wr *w, const char *name, hs_span text) {
    if (text.n > NAME_MAX_LEN) {
        hs__wr_fail(w, name, HS_E_NO_SPACE);
        return;
    }
    hs__wr_opaque(w, name, 1, text);
}

void hs__session_state_write(hs__wr *w, const hs__session_state *s) {
    if (s->secret_n < HS__SESSION_SECRET_MIN || s->secret_n > HS__SESSION_SECRET_MAX) {
        hs__wr_fail(w, "secret", HS_E_MISUSE);
        return;
    }
    hs__wr_u8(w, "format", FORMAT);
    hs__wr_u16(w, "version", s->version);
    hs__wr_u16(w, "suite", s->suite);
    hs__wr_u8(w, "flags",
              (uint8_t)((s->extended_main_secret ? HAS_EMS : 0) | (s->has_peer ? HAS_PEER : 0)));
    hs__wr_opaque(w, "secret", 1, (hs_span){s->secret, s->secret_n});
    wr_u64(w, "full_at_ms", s->full_at_ms);
    wr_u64(w, "issued_at_ms", s->issued_at_ms);
    hs__wr_u32(w, "lifetime_s", s->lifetime_s);
    wr_name(w, "alpn", s->alpn);
    wr_name(w, "server_name", s->server_name);
    hs__wr_bytes(w, "context", s->context, sizeof(s->context));
    if (s->has_peer) {
        hs__wr_bytes(w, "peer_sha256", s->peer_sha256, sizeof(s->peer_sha256));
        wr_u64(w, "peer_not_after", (uint64_t)s->peer_not_after);
        wr_verdict(w, s->peer_verdict);
    }
}

static void rd_array(hs__rd *r, const char *name, uint8_t *out, size_t n) {
    const hs_span bytes = hs__rd_bytes(r, name, n);
    if (bytes.n == n) {
        memcpy(out, bytes.p, n);
    }
}

static void rd_flags(hs__rd *r, hs__session_state *out) {
    const uint8_t flags = hs__rd_u8(r, "flags");
    if ((flags & ~(HAS_EMS | HAS_PEER)) != 0) {
        hs__rd_fail(r, "flags", HS_E_ILLEGAL_VALUE, "has a bit without a meaning");
    }
    out->extended_main_secret = (flags & HAS_EMS) != 0;
    out->has_peer = (flags & HAS_PEER) != 0;
}

static void rd_secret(hs__rd *r, hs__session_state *out) {
    const hs_span secret =
        hs__rd_opaque(r, "secret", 1, HS__SESSION_SECRET_MIN, HS__SESSION_SECRET_MAX);
    if (secret.n > 0) {
        memcpy(out->secret, secret.p, secret.n);
        out->secret_n = secret.n;
    }
}

static void rd_times(hs__rd *r, hs__session_state *out) {
    out->full_at_ms = rd_u64(r, "full_at_ms");
    out->issued_at_ms = rd_u64(r, "issued_at_ms");
    out->lifetime_s = hs__rd_u32(r, "lifetime_s");
    if (out->issued_at_ms < out->full_at_ms) {
        hs__rd_fail(r, "issued_at_ms", HS_E_ILLEGAL_VALUE, "lies before the full handshake");
    }
}

static hs_span rd_server_name(hs__rd *r) {
    const hs_span name = hs__rd_text(r, "server_name", 1, 0, NAME_MAX_LEN);
    if (name.n > 0 && memchr(name.p, '\0', name.n) != NULL) {
        hs__rd_fail(r, "server_name", HS_E_ILLEGAL_VALUE, "holds a NUL");
    }
    return name;
}

void hs__session_state_read(hs__rd *r, hs__session_state *out) {
    *out = (hs__session_state){.version = 0};
    if (hs__rd_u8(r, "format") != FORMAT) {
        hs__rd_fail(r, "format", HS_E_ILLEGAL_VALUE, "only format %d is known", FORMAT);
    }
    out->version = hs__rd_u16(r, "version");
    out->suite = hs__rd_u16(r, "suite");
    rd_flags(r, out);
    rd_secret(r, out);
    rd_times(r, out);
    out->alpn = hs__rd_opaque(r, "alpn", 1, 0, NAME_MAX_LEN);
    out->server_name = rd_server_name(r);
    rd_array(r, "context", out->context, sizeof(out->context));
    if (out->has_peer) {
        rd_array(r, "peer_sha256", out->peer_sha256, sizeof(out->peer_sha256));
        out->peer_not_after = (int64_t)rd_u64(r, "peer_not_after");
        out->peer_verdict = rd_verdict(r);
    }
}

/* ---- age --------------------------------------------------------------------------------- */

typedef struct {
    uint64_t at_ms;
    const char *why;
} bound;

enum { BOUNDS = 3 };

static uint64_t later(uint64_t at_ms, uint64_t seconds) {
    return at_ms > UINT64_MAX - seconds * 1000 ? UINT64_MAX : at_ms + seconds * 1000;
}

static uint64_t peer_ends_ms(const hs__session_state *s) {
    if (!s->has_peer || s->peer_not_after >= INT64_MAX / 1000) {
        return UINT64_MAX;
    }
    return s->peer_not_after < 0 ? 0 : ((uint64_t)s->peer_not_after + 1) * 1000;
}

/* Everything that bounds a session, and what to say when it has come. */
static void find_bounds(const hs__session_state *s, bound out[BOUNDS]) {
    const uint32_t life = s->lifetime_s != 0 ? s->lifetime_s : HS__SESSION_LIFE_UNSTATED_S;
    out[0] = (bound){later(s->full_at_ms, HS__SESSION_AGE_MAX_S),
                     "its full handshake was seven days ago or more"};
    out[1] = (bound){later(s->issued_at_ms, life), "its lifetime has run out"};
    out[2] = (bound){peer_ends_ms(s), "the certificate that its peer showed has run out"};
}

bool hs__session_usable(const hs__session_state *s, uint64_t now_ms, const char **why) {
    bound bounds[BOUNDS];
    find_bounds(s, bounds);
    *why = NULL;
    if (s->issued_at_ms > now_ms && s->issued_at_ms - now_ms > HS__SESSION_CLOCK_STEP_MS) {
        *why = "it was made later than now: the clock has been set back";
    }
    for (size_t i = 0; i < BOUNDS && *why == NULL; i++) {
        *why = now_ms >= bounds[i].at_ms ? bounds[i].why : NULL;
    }
    return *why == NULL;
}

uint64_t hs__session_expires_ms(const hs__session_state *s) {
    bound bounds[BOUNDS];
    uint64_t first = UINT64_MAX;
    find_bounds(s, bounds);
    for (size_t i = 0; i < BOUNDS; i++) {
        first = bounds[i].at_ms < first ? bounds[i].at_ms : first;
    }
    return first;
}

/* ---- the client's session ---------------------------------------------------------------- */

/* Copies *span to *at and makes it point there. */
static void keep(uint8_t **at, hs_span *span) {
    if (span->n > 0) {
        memcpy(*at, span->p, span->n);
    }
    span->p = *at;
    *at += span->n;
}

hs_status hs__session_new(const hs__session_state *s, hs_session **out) {
    /* One more byte: server_name is handed out as a string, so it goes last. */
    const size_t n = s->alpn.n + s->session_id.n + s->ticket.n + s->server_name.n + 1;
    hs_session *session = calloc(1, sizeof(*session) + n);
    *out = session;
    if (session == NULL) {
        return HS_E_NOMEM;
    }
    atomic_init(&session->refs, 1);
    atomic_init(&session->is_retired, false);
    session->n = n;
    session->state = *s;
    uint8_t *at = session->bytes;
    keep(&at, &session->state.alpn);
    keep(&at, &session->state.session_id);
    keep(&at, &session->state.ticket);
    keep(&at, &session->state.server_name);
    return HS_OK;
}

hs_session *hs_session_ref(hs_session *session) {
    atomic_fetch_add(&session->refs, 1);
    return session;
}

void hs_session_unref(hs_session *session) {
    if (session == NULL || atomic_fetch_sub(&session->refs, 1) != 1) {
        return;
    }
    hs__wipe(session, sizeof(*session) + session->n);
    free(session);
}

const hs__session_state *hs__session_state_of(const hs_session *session) {
    return &session->state;
}

void hs__session_retire(hs_session *session) {
    atomic_store(&session->is_retired, true);
}

bool hs__session_is_retired(const hs_session *session) {
    return atomic_load(&session->is_retired);
}

void hs_session_get_info(const hs_session *session, hs_session_info *out) {
    const hs__session_state *s = &session->state;
    *out = (hs_session_info){
        .version = s->version,
        .suite = s->suite,
        .extended_main_secret = s->extended_main_secret,
        .has_ticket = s->ticket.n > 0,
        .server_name = s->server_name.n > 0 ? (const char *)s->server_name.p : NULL,
        .alpn = s->alpn,
        .made_at_ms = s->full_at_ms,
        .expires_at_ms = hs__session_is_retired(session) ? 0 : hs__session_expires_ms(s)};
}

static void write_session(hs__wr *w, const hs__session_state *s) {
    hs__wr_bytes(w, "magic", magic, sizeof(magic));
    hs__session_state_write(w, s);
    hs__wr_opaque(w, "session_id", 1, s->session_id);
    hs__wr_opaque(w, "ticket", 2, s->ticket);
}

hs_status hs_session_write(const hs_session *session, uint8_t *out, size_t *n) {
    hs__wr w;
    hs__wr_init(&w, NULL, 0);
    write_session(&w, &session->state);
    const size_t room = *n;
    *n = w.n;
    if (w.status != HS_OK || room < w.n) {
        return w.status != HS_OK ? w.status : HS_E_NO_SPACE;
    }
    hs__wr_init(&w, out, room);
    write_session(&w, &session->state);
    return w.status;
}

hs_status hs_session_read(hs_span bytes, hs_session **out) {
    hs__rd_root root;
    hs__rd r;
    hs__session_state s;
    *out = NULL;
    hs__rd_init(&r, &root, bytes, "session", NULL);
    const hs_span head = hs__rd_bytes(&r, "magic", sizeof(magic));
    if (head.n == sizeof(magic) && memcmp(head.p, magic, sizeof(magic)) != 0) {
        hs__rd_fail(&r, "magic", HS_E_ILLEGAL_VALUE, "not a saved session");
    }
    hs__session_state_read(&r, &s);
    s.session_id = hs__rd_opaque(&r, "session_id", 1, 0, SESSION_ID_MAX);
    s.ticket = hs__rd_opaque(&r, "ticket", 2, 0, UINT16_MAX);
    if (s.session_id.n + s.ticket.n == 0) {
        hs__rd_fail(&r, "ticket", HS_E_ILLEGAL_VALUE, "nothing to name the session with");
    }
    hs_status st = hs__rd_end(&r) == HS_OK ? HS_OK : HS_E_SESSION_FORMAT;
    if (st == HS_OK) {
        st = hs__session_new(&s, out);
    }
    hs__wipe(&s, sizeof(s));
    return st;
}
