/* --break: the inside of messages in clear. What is not meant to change keeps its bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/hs-mitm/mitm.h"
#include "crypto/provider.h"
#include "engine/messages.h"

enum {
    VERSION_AT = HS__HANDSHAKE_HEADER,
    ROOM = 4 * HS__SHARE_MAX, /* more than any edit adds */
    NO_SUCH_SUITE = 0xfefe,   /* for private use, by nobody */
    TLS11 = 0x0302
};

/* A hello, and where its parts lie in the message. */
typedef struct {
    bool is_client;
    hs_span session_id, suites; /* suites: of ClientHello */
    size_t suite_at;            /* of ServerHello */
    hs_span block;              /* of extensions; p NULL: there is none */
    const hs__extensions *extensions;
    union {
        hs__client_hello ch;
        hs__server_hello sh;
    } u;
} hello;

static bool read_hello(hs_span raw, hello *out) {
    hs__rd_root root;
    *out = (hello){.is_client = raw.p[0] == HS__HT_client_hello};
    if (out->is_client) {
        const hs__client_hello *ch = &out->u.ch;
        if (hs__client_hello_read(raw, NULL, &root, &out->u.ch) != HS_OK)
            return false;
        out->session_id = ch->legacy_session_id;
        out->suites = ch->cipher_suites;
        out->extensions = &ch->extensions;
        out->block = ch->has_extensions ? ch->extensions.block : (hs_span){NULL, 0};
        return true;
    }
    const hs__server_hello *sh = &out->u.sh;
    if (raw.p[0] != HS__HT_server_hello ||
        hs__server_hello_read(raw, NULL, &root, &out->u.sh) != HS_OK)
        return false;
    out->session_id = sh->legacy_session_id_echo;
    out->suite_at = VERSION_AT + 2 + HS__RANDOM + 1 + out->session_id.n;
    out->extensions = &sh->extensions;
    out->block = sh->has_extensions ? sh->extensions.block : (hs_span){NULL, 0};
    return true;
}

/* ---- putting a message together ---------------------------------------------------------- */
static edit_result fail(const edit_job *job, const char *why) {
    snprintf(job->what, CHANGE_WHAT, "%s", why);
    return EDIT_FAILED;
}

static bool begin(const edit_job *job, hs__wr *w) {
    size_t room = job->raw.n + ROOM;
    job->out->p = malloc(room);
    hs__wr_init(w, job->out->p, room);
    return job->out->p != NULL;
}

/* The length in the header is that of what was written. */
static edit_result end(const edit_job *job, const hs__wr *w) {
    if (w->status != HS_OK)
        return fail(job, "the message would be too long");
    size_t body = w->n - HS__HANDSHAKE_HEADER;
    job->out->n = w->n;
    for (size_t i = 0; i < 3; i++)
        job->out->p[1 + i] = (uint8_t)(body >> (16 - 8 * i));
    return EDIT_DONE;
}

static edit_result copy(const edit_job *job) {
    hs__wr w;
    if (!begin(job, &w))
        return EDIT_FAILED;
    hs__wr_bytes(&w, "message", job->raw.p, job->raw.n);
    return end(job, &w);
}

/* What stands in an extension's place; nothing written: it is taken out. */
typedef void (*rewriter)(const edit_job *job, uint16_t type, hs_span body, hs__wr *w);

static void keep(uint16_t type, hs_span body, hs__wr *w) {
    hs__wr_u16(w, "extension_type", type);
    hs__wr_opaque(w, "extension_data", 2, body);
}

/* The extensions are a hello's last part. */
static edit_result rewrite(const edit_job *job, const hello *h, rewriter fn) {
    hs_span block = h->block, body;
    uint16_t type;
    hs__wr w;
    if (!block.p)
        return EDIT_NOT_MINE;
    if (!begin(job, &w))
        return EDIT_FAILED;
    hs__wr_bytes(&w, "message", job->raw.p, (size_t)(block.p - job->raw.p) - 2);
    size_t mark = hs__wr_open(&w, "extensions", 2);
    while (hs__extension_next(&block, &type, &body))
        fn(job, type, body, &w);
    hs__wr_close(&w, "extensions", 2, mark);
    return end(job, &w);
}

/* ---- extensions -------------------------------------------------------------------------- */
static void without_one(const edit_job *job, uint16_t type, hs_span body, hs__wr *w) {
    if (type != job->app->plan.extension)
        keep(type, body, w);
}

static edit_result strip(const edit_job *job, const hello *h) {
    const char *name = hs__extension_name(job->app->plan.extension);
    hs_span block = h->block, body;
    uint16_t type;
    bool has_it = false;
    while (hs__extension_next(&block, &type, &body))
        has_it = has_it || type == job->app->plan.extension;
    if (!has_it)
        return EDIT_NOT_MINE;
    snprintf(job->what, CHANGE_WHAT, "%s was taken out of %s", name ? name : "the extension",
             hs__message_name(job->raw.p[0], job->raw));
    return rewrite(job, h, without_one);
}

static void without_versions(const edit_job *job, uint16_t type, hs_span body, hs__wr *w) {
    (void)job;
    if (type != HS__EXT_supported_versions)
        keep(type, body, w);
}

static void without_13(const edit_job *job, uint16_t type, hs_span body, hs__wr *w) {
    if (type != HS__EXT_supported_versions) {
        keep(type, body, w);
        return;
    }
    hello h;
    if (!read_hello(job->raw, &h) || h.extensions->supported_versions.n <= 2)
        return;
    hs_span list = h.extensions->supported_versions;
    hs__wr_u16(w, "extension_type", type);
    size_t mark = hs__wr_open(w, "extension_data", 2);
    size_t inner = hs__wr_open(w, "versions", 1);
    for (size_t i = 0; i < hs__list16_count(list); i++)
        if (hs__list16_at(list, i) != HS__VERSION_TLS13)
            hs__wr_u16(w, "version", hs__list16_at(list, i));
    hs__wr_close(w, "versions", 1, inner);
    hs__wr_close(w, "extension_data", 2, mark);
}

static edit_result downgrade(const edit_job *job, const hello *h) {
    if (!h->is_client && h->extensions->selected_version != HS__VERSION_TLS13)
        return EDIT_NOT_MINE;
    if (h->is_client && !hs__list16_has(h->extensions->supported_versions, HS__VERSION_TLS13))
        return EDIT_NOT_MINE;
    snprintf(job->what, CHANGE_WHAT,
             h->is_client ? "TLS 1.3 was taken out of the versions in ClientHello"
                          : "supported_versions was taken out of ServerHello, as if it were of "
                            "TLS 1.2");
    return rewrite(job, h, h->is_client ? without_13 : without_versions);
}

static edit_result version(const edit_job *job, const hello *h) {
    edit_result result = hs__ext_has(h->extensions, HS__EXT_supported_versions)
                             ? rewrite(job, h, without_versions)
                             : copy(job);
    if (result != EDIT_DONE)
        return result;
    job->out->p[VERSION_AT] = TLS11 >> 8;
    job->out->p[VERSION_AT + 1] = TLS11 & 0xff;
    snprintf(job->what, CHANGE_WHAT, "%s says TLS 1.1", hs__message_name(job->raw.p[0], job->raw));
    return EDIT_DONE;
}

/* ---- suites and session ids -------------------------------------------------------------- */
static bool is_suite(uint16_t code) {
    return !hs__is_grease16(code) && code != HS__SUITE_TLS_EMPTY_RENEGOTIATION_INFO_SCSV &&
           code != HS__SUITE_TLS_FALLBACK_SCSV;
}

static edit_result weaken(const edit_job *job, const hello *h) {
    hs__wr w;
    size_t last = 0, n = hs__list16_count(h->suites);
    if (!h->is_client)
        return EDIT_NOT_MINE;
    for (size_t i = 0; i < n; i++)
        last = is_suite(hs__list16_at(h->suites, i)) ? i : last;
    if (!begin(job, &w))
        return EDIT_FAILED;
    size_t at = (size_t)(h->suites.p - job->raw.p), behind = at + h->suites.n;
    uint16_t suite = hs__list16_at(h->suites, last);
    const char *name = hs__cipher_suite_name(suite);
    hs__wr_bytes(&w, "message", job->raw.p, at - 2);
    hs__wr_u16(&w, "length", 2);
    hs__wr_u16(&w, "cipher_suite", suite);
    hs__wr_bytes(&w, "message", job->raw.p + behind, job->raw.n - behind);
    snprintf(job->what, CHANGE_WHAT, "of %zu cipher suites in ClientHello only %s was left", n,
             name ? name : "the last");
    return end(job, &w);
}

static edit_result suite(const edit_job *job, const hello *h) {
    if (h->is_client)
        return fail(job, "this is of the server's hello");
    edit_result result = copy(job);
    if (result != EDIT_DONE)
        return result;
    job->out->p[h->suite_at] = NO_SUCH_SUITE >> 8;
    job->out->p[h->suite_at + 1] = NO_SUCH_SUITE & 0xff;
    snprintf(job->what, CHANGE_WHAT, "ServerHello chooses the cipher suite 0x%04x", NO_SUCH_SUITE);
    return EDIT_DONE;
}

static edit_result session_id(const edit_job *job, const hello *h) {
    if (h->session_id.n == 0)
        return fail(job, "there is no session id in this hello");
    edit_result result = copy(job);
    if (result != EDIT_DONE)
        return result;
    job->out->p[h->session_id.p - job->raw.p] ^= 1;
    snprintf(job->what, CHANGE_WHAT, "a bit of the session id in %s was turned",
             hs__message_name(job->raw.p[0], job->raw));
    return EDIT_DONE;
}

/* ---- key shares -------------------------------------------------------------------------- */
/* A fresh share of ours, whose private key we forget at once: to break is enough. Not for KEMs,
 * where the server's answer is made from the client's. */
static hs_span own_share(const edit_job *job, uint16_t group, uint8_t room[HS__SHARE_MAX]) {
    const hs_provider *p = job->app->provider;
    hs__kex *kex = NULL;
    size_t n = HS__SHARE_MAX;
    if (group == HS__GROUP_X25519MLKEM768 || p->kex_generate(p, group, &kex, room, &n) != HS_OK)
        return (hs_span){NULL, 0};
    p->kex_free(p, kex);
    return (hs_span){room, n};
}

static void write_share(const edit_job *job, hs__key_share share, hs__wr *w) {
    uint8_t room[HS__SHARE_MAX];
    hs_span own = own_share(job, share.group, room);
    const char *name = hs__group_name(share.group);
    if (own.n > 0) {
        snprintf(job->what, CHANGE_WHAT, "the %s's %s share was swapped for one of ours",
                 job->outbound ? "client" : "server", name ? name : "key");
        share.key_exchange = own;
    }
    hs__key_share_write(w, &share);
}

static void with_own_shares(const edit_job *job, uint16_t type, hs_span body, hs__wr *w) {
    hello h;
    hs__key_share share;
    if (type != HS__EXT_key_share || !read_hello(job->raw, &h)) {
        keep(type, body, w);
        return;
    }
    hs__wr_u16(w, "extension_type", type);
    size_t mark = hs__wr_open(w, "extension_data", 2);
    if (h.is_client) {
        hs_span list = h.extensions->client_shares;
        size_t inner = hs__wr_open(w, "client_shares", 2);
        while (hs__key_share_next(&list, &share))
            write_share(job, share, w);
        hs__wr_close(w, "client_shares", 2, inner);
    } else {
        write_share(job, h.extensions->server_share, w);
    }
    hs__wr_close(w, "extension_data", 2, mark);
}

static edit_result hello_share(const edit_job *job, const hello *h) {
    bool is_retry = !h->is_client && h->u.sh.kind == HS__IN_HELLO_RETRY_REQUEST;
    if (is_retry || !hs__ext_has(h->extensions, HS__EXT_key_share))
        return EDIT_NOT_MINE;
    edit_result result = rewrite(job, h, with_own_shares);
    return result == EDIT_DONE && !*job->what ? fail(job, "there is no share that we can make")
                                              : result;
}

/* ServerKeyExchange: the signature stays, and covers another share. */
static edit_result server_share12(const edit_job *job) {
    uint8_t room[HS__SHARE_MAX];
    hs__server_key_exchange m;
    hs__rd_root root;
    hs__wr w;
    if (hs__server_key_exchange_read(job->raw, NULL, &root, &m) != HS_OK)
        return EDIT_NOT_MINE;
    m.params.point = own_share(job, m.params.group, room);
    if (m.params.point.n == 0 || !begin(job, &w))
        return fail(job, "there is no share that we can make");
    hs__server_key_exchange_write(&w, &m);
    snprintf(job->what, CHANGE_WHAT, "the share in ServerKeyExchange was swapped for one of ours");
    return end(job, &w);
}

/* The group is the server's choice; a share of the same length is of the same group. */
static uint16_t group_of(hs_span share) {
    for (size_t i = 0; i < hs__groups.n_spoken; i++) {
        uint16_t group = hs__groups.rows[i].code;
        if (hs__group_client_share(group) == share.n)
            return group;
    }
    return 0;
}

static edit_result client_share12(const edit_job *job) {
    uint8_t room[HS__SHARE_MAX];
    hs__client_key_exchange m;
    hs__rd_root root;
    hs__wr w;
    if (job->change->kx != HS__KX_ECDHE ||
        hs__client_key_exchange_read(job->raw, HS__KX_ECDHE, NULL, &root, &m) != HS_OK)
        return EDIT_NOT_MINE;
    m.exchange_keys = own_share(job, group_of(m.exchange_keys), room);
    if (m.exchange_keys.n == 0 || !begin(job, &w))
        return fail(job, "there is no share that we can make");
    hs__client_key_exchange_write(&w, &m);
    snprintf(job->what, CHANGE_WHAT, "the share in ClientKeyExchange was swapped for one of ours");
    return end(job, &w);
}

static edit_result keyshare(const edit_job *job) {
    hello h;
    switch (job->raw.p[0]) {
    case HS__HT_client_hello:
    case HS__HT_server_hello:
        return read_hello(job->raw, &h) ? hello_share(job, &h) : EDIT_NOT_MINE;
    case HS__HT_server_key_exchange:
        return server_share12(job);
    case HS__HT_client_key_exchange:
        return client_share12(job);
    default:
        return EDIT_NOT_MINE;
    }
}

/* ---- whole messages ---------------------------------------------------------------------- */
static edit_result replay_hello(const edit_job *job) {
    hs__bytes *old = &job->app->old_hello;
    if (job->raw.p[0] != HS__HT_client_hello || job->change->version != 0)
        return EDIT_NOT_MINE;
    if (!old->p) {
        edit_result result = copy(job);
        *old = *job->out;
        *job->out = (hs__bytes){0};
        return result == EDIT_DONE ? EDIT_NOT_MINE : result;
    }
    edit_job again = *job;
    again.raw = hs__bytes_span(old);
    snprintf(job->what, CHANGE_WHAT, "ClientHello was that of the first connection again");
    return copy(&again);
}

static edit_result certificate(const edit_job *job) {
    const hs__certs *swap = &job->app->swap;
    hs_span certs[8];
    hs__wr w;
    if (job->raw.p[0] != HS__HT_certificate || job->change->version == HS__VERSION_TLS13)
        return EDIT_NOT_MINE;
    hs__certificate12 m = {.certs = certs};
    for (; m.count < swap->n && m.count < sizeof certs / sizeof *certs; m.count++)
        certs[m.count] = swap->v[m.count].der;
    hs__wr_init(&w, NULL, 0);
    hs__certificate12_write(&w, &m);
    size_t room = w.n;
    job->out->p = malloc(room);
    if (!job->out->p)
        return EDIT_FAILED;
    hs__wr_init(&w, job->out->p, room);
    hs__certificate12_write(&w, &m);
    snprintf(job->what, CHANGE_WHAT, "the certificates were swapped for ours");
    return end(job, &w);
}

edit_result edit_message(const edit_job *job) {
    static edit_result (*const OF_HELLO[])(const edit_job *job, const hello *h) = {
        [EDIT_STRIP] = strip,   [EDIT_DOWNGRADE] = downgrade, [EDIT_VERSION] = version,
        [EDIT_WEAKEN] = weaken, [EDIT_SUITE] = suite,         [EDIT_SESSION_ID] = session_id,
    };
    hello h;
    switch ((break_edit)job->app->plan.row->what) {
    case EDIT_KEYSHARE:
        return keyshare(job);
    case EDIT_REPLAY_HELLO:
        return replay_hello(job);
    case EDIT_CERTIFICATE:
        return certificate(job);
    case EDIT_STRIP:
    case EDIT_DOWNGRADE:
    case EDIT_VERSION:
    case EDIT_WEAKEN:
    case EDIT_SUITE:
    case EDIT_SESSION_ID:
        break;
    }
    return read_hello(job->raw, &h) ? OF_HELLO[job->app->plan.row->what](job, &h) : EDIT_NOT_MINE;
}
