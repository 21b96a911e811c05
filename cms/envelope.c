#include <stdlib.h>
#include <string.h>

#include "cms/ber_value.h"
#include "cms/open_state.h"

enum { RECIPIENT_BYTES = 65536, ALGORITHM_BYTES = 1024, MAC_BYTES = 64, PIECE = 16384 };

/* ---- recipients ----------------------------------------------------------------------------- */

static hs_status add_recipient(hs__cms_open *o, const hs__cms_rinfo *i) {
    hs__cms_info *info = &o->info;
    if (info->n_recipients == HS__CMS_RECEIVERS_MAX) {
        hs__ber_fail(&o->outer, NULL, HS_E_CMS_FORMAT, "is one more than %d",
                     HS__CMS_RECEIVERS_MAX);
        return HS_OK;
    }
    hs__cms_recipient *r = &o->recipients[info->n_recipients++];
    hs__cms_id_text(&i->id, r->who);
    memcpy(r->how, i->how, sizeof(r->how));
    r->wrapped_n = i->wrapped.n;
    r->is_known = i->by != HS__CMS_BY_NOTHING;
    r->is_pkcs1 = i->by == HS__CMS_BY_PKCS1;
    r->is_mine = o->receiver != NULL && hs__cms_id_is(&i->id, &o->cert);
    const bool is_better = info->mine < 0 || (!o->recipients[info->mine].is_known && r->is_known);
    if (!r->is_mine || !is_better) {
        return HS_OK;
    }
    info->mine = (int)info->n_recipients - 1;
    o->mine_at = o->element_at;
    o->mine.n = 0;
    return hs__cms_buf_put(&o->mine, o->element->p, o->element->n);
}

static void on_recipient(void *ctx, const hs__cms_rinfo *i) {
    hs__cms_open *o = ctx;
    const hs_status st = add_recipient(o, i);
    if (st) {
        hs__ber_fail(&o->outer, NULL, st, "cannot be kept");
    }
    o->element_at++;
}

static void read_recipients(hs__cms_open *o) {
    hs__ber *b = &o->outer;
    hs__cms_buf der = {NULL, 0, 0};
    hs__ber_open(b, "recipientInfos", HS__DER_SET);
    for (long i = 0; hs__ber_more(b); i++) {
        hs__ber_taken t;
        hs__rd r;
        hs__ber_item(b, i);
        der.n = 0;
        hs__ber_take(b, NULL, 0, RECIPIENT_BYTES, &der);
        o->element = &der;
        o->element_at = 0;
        hs__ber_read_taken(b, hs__cms_buf_span(&der), &t, &r);
        hs__cms_recipient_read(&r, on_recipient, o);
        hs__ber_read_end(&t, &r);
    }
    o->element = NULL;
    hs__cms_buf_free(&der);
    hs__ber_item(b, HS__BER_NO_INDEX);
    hs__ber_close(b);
}

typedef struct {
    hs__cms_rinfo *out;
    size_t skip;
    bool is_found;
} search;

static void on_candidate(void *ctx, const hs__cms_rinfo *i) {
    search *s = ctx;
    if (s->skip-- == 0) {
        *s->out = *i;
        s->is_found = true;
    }
}

hs_status hs__cms_envelope_mine(hs__cms_open *o, hs__cms_rinfo *info) {
    hs__rd_root root;
    hs__rd r;
    search s = {info, o->mine_at, false};
    hs__rd_init(&r, &root, hs__cms_buf_span(&o->mine), NULL, NULL);
    hs__cms_recipient_read(&r, on_candidate, &s);
    const hs_status st = hs__rd_end(&r);
    return st == HS_OK && !s.is_found ? HS_E_CMS_NOT_FOR_ME : st;
}

/* ---- up to the content ---------------------------------------------------------------------- */

static void read_algorithm(hs__cms_open *o) {
    hs__ber *b = &o->outer;
    hs__cms_buf der = {NULL, 0, 0};
    hs__ber_taken t;
    hs__rd r;
    hs__cms_content_alg *alg = &o->secret.alg;
    const char *name = "contentEncryptionAlgorithm";
    hs__ber_take(b, name, HS__DER_SEQUENCE, ALGORITHM_BYTES, &der);
    hs__ber_read_taken(b, hs__cms_buf_span(&der), &t, &r);
    hs__cms_content_alg_read(&r, name, alg);
    hs__ber_read_end(&t, &r);
    if (b->status == HS_OK) {
        hs__oid_text(alg->algorithm, o->info.cipher, sizeof(o->info.cipher));
        o->info.tag_n = alg->tag_n;
        o->info.key_n = alg->cipher != NULL ? alg->cipher->key_n : 0;
    }
    if (alg->cipher != NULL) {
        strcpy(o->info.cipher, alg->cipher->name);
    }
    alg->algorithm = (hs_span){NULL, 0};
    hs__cms_buf_free(&der);
}

static void begin_enveloped(hs__cms_open *o) {
    hs__ber *b = &o->outer;
    const bool has_tag = o->info.kind == HS__CMS_AUTH_ENVELOPED;
    hs__ber_open(b, hs__cms_kind_name(o->info.kind), HS__DER_SEQUENCE);
    (void)hs__ber_number(b, "version", has_tag ? 0 : 4); /* RFC 5083 2.1, RFC 5652 6.1 */
    if (hs__ber_tag(b) == (HS__DER_CONTEXT_OPENED | 0)) {
        hs__ber_skip(b, "originatorInfo");
    }
    read_recipients(o);
    hs__ber_open(b, has_tag ? "authEncryptedContentInfo" : "encryptedContentInfo",
                 HS__DER_SEQUENCE);
    o->content_type = hs__ber_oid(b, "contentType", NULL);
    if (o->content_type != HS__OID_CMS_DATA && o->content_type != HS__OID_CMS_SIGNED_DATA) {
        hs__ber_fail(b, "contentType", HS_E_UNSUPPORTED, "is neither data nor signedData");
    }
    read_algorithm(o);
    const hs__cms_cipher *cipher = o->secret.alg.cipher;
    if (cipher != NULL && (cipher->mode == HS__AES_GCM) != has_tag) {
        hs__ber_fail(b, "contentEncryptionAlgorithm", HS_E_CMS_FORMAT, "is %s, which does not fit",
                     cipher->name);
    }
    hs__ber_string_open(b, "encryptedContent", HS__DER_CONTEXT | 0);
}

void hs__cms_envelope_begin(hs__cms_open *o) {
    static const hs__oid kinds[HS__CMS_KINDS] = {
        [HS__CMS_AUTH_ENVELOPED] = HS__OID_CMS_AUTH_ENVELOPED_DATA,
        [HS__CMS_ENVELOPED] = HS__OID_CMS_ENVELOPED_DATA,
        [HS__CMS_SIGNED] = HS__OID_CMS_SIGNED_DATA,
    };
    hs__ber *b = &o->outer;
    hs__cms_buf type = {NULL, 0, 0};
    const hs__oid id = hs__ber_content_info(b, &type);
    int kind = 0;
    while (kind < HS__CMS_KINDS && kinds[kind] != id) {
        kind++;
    }
    if (kind < HS__CMS_KINDS) {
        o->info.kind = (hs__cms_kind)kind;
        if (kind != HS__CMS_SIGNED) {
            begin_enveloped(o);
        }
    } else {
        char text[HS__OID_TEXT_MAX];
        hs__oid_text(hs__cms_buf_span(&type), text, sizeof(text));
        hs__ber_fail(b, NULL, HS_E_UNSUPPORTED, "is of a kind that is not opened here: %.40s",
                     text);
    }
    hs__cms_buf_free(&type);
}

/* ---- the content ---------------------------------------------------------------------------- */

static void read_mac(hs__cms_open *o, hs__cms_buf *mac) {
    hs__ber *b = &o->outer;
    hs__cms_buf der = {NULL, 0, 0};
    hs__ber_taken t;
    hs__rd r;
    if (hs__ber_tag(b) == (HS__DER_CONTEXT_OPENED | 1)) {
        hs__ber_fail(b, "authAttrs", HS_E_UNSUPPORTED,
                     "stand behind the content that they are authenticated before");
    }
    hs__ber_take(b, "mac", HS__DER_OCTET_STRING, MAC_BYTES, &der);
    hs__ber_read_taken(b, hs__cms_buf_span(&der), &t, &r);
    const hs_span tag = hs__der_value(&r, "mac", HS__DER_OCTET_STRING);
    hs__ber_read_end(&t, &r);
    const hs_status st = hs__cms_buf_put(mac, tag.p, tag.n);
    if (st) {
        hs__ber_fail(b, "mac", st, "cannot be kept");
    }
    hs__cms_buf_free(&der);
}

/* All behind the encrypted content; `mac` gets the tag, if there is to be one. */
static void read_rest(hs__cms_open *o, hs__cms_buf *mac) {
    hs__ber *b = &o->outer;
    const bool has_tag = o->info.kind == HS__CMS_AUTH_ENVELOPED;
    hs__ber_close(b);
    if (has_tag) {
        read_mac(o, mac);
    }
    if (hs__ber_tag(b) == (HS__DER_CONTEXT_OPENED | (has_tag ? 2 : 1))) {
        hs__ber_skip(b, has_tag ? "unauthAttrs" : "unprotectedAttrs");
    }
    hs__ber_close(b);
    hs__ber_close(b);
    hs__ber_close(b);
    const hs_status st = hs__ber_end(b);
    (void)st; /* sticks to b */
}

void hs__cms_envelope_skip(hs__cms_open *o) {
    uint8_t piece[PIECE];
    hs__cms_buf mac = {NULL, 0, 0};
    size_t n;
    do {
        hs__ber_string_read(&o->outer, piece, sizeof(piece), &n);
        o->info.encrypted_n += n;
    } while (n > 0);
    read_rest(o, &mac);
    hs__cms_buf_free(&mac);
}

/* Ciphertext into buf, until there are `room` bytes or no more. */
static size_t gather(hs__cms_open *o, uint8_t *buf, size_t room, bool *is_last) {
    size_t have = 0;
    size_t n;
    do {
        hs__ber_string_read(&o->outer, buf + have, room - have, &n);
        have += n;
    } while (n > 0 && have < room);
    *is_last = n == 0;
    o->info.encrypted_n += have;
    return have;
}

static hs_status check_tag(hs__cms_open *o) {
    const hs_provider *p = o->provider;
    hs__cms_buf mac = {NULL, 0, 0};
    read_rest(o, &mac);
    hs_status st = o->outer.status;
    if (st == HS_OK && o->secret.alg.tag_n > 0) {
        st = mac.n != o->secret.alg.tag_n
                 ? HS_E_CMS_DECRYPT
                 : p->aes_end(p, o->secret.aes, mac.p, o->secret.alg.tag_n);
    }
    hs__cms_buf_free(&mac);
    return st == HS_E_BAD_RECORD_MAC ? HS_E_CMS_DECRYPT : st;
}

/* RFC 5652 6.3: 1 to 16 bytes of padding, each holding their number. */
static hs_status unpad(const uint8_t block[HS__AES_BLOCK], size_t *n) {
    const uint8_t padding = block[HS__AES_BLOCK - 1];
    uint8_t bad = padding == 0 || padding > HS__AES_BLOCK;
    for (size_t i = 0; i < HS__AES_BLOCK && !bad; i++) {
        bad |= i + padding >= HS__AES_BLOCK && block[i] != padding;
    }
    *n = bad ? 0 : HS__AES_BLOCK - (size_t)padding;
    return bad ? HS_E_CMS_DECRYPT : HS_OK;
}

/* GCM: what comes out is as long as what went in. */
static hs_status read_gcm(hs__cms_open *o, uint8_t *buf, size_t room, size_t *n) {
    bool is_last;
    const size_t have = gather(o, buf, room / HS__AES_BLOCK * HS__AES_BLOCK, &is_last);
    hs_status st = o->outer.status;
    if (st == HS_OK) {
        st = o->provider->aes_update(o->provider, o->secret.aes, buf, have, buf);
    }
    if (st == HS_OK && is_last) {
        st = check_tag(o);
        o->secret.is_done = true;
    }
    *n = st ? 0 : have;
    return st;
}

/* CBC: the last block so far is held back, it may hold padding. */
static hs_status read_cbc(hs__cms_open *o, uint8_t *buf, size_t room, size_t *n) {
    hs__cms_secret *s = &o->secret;
    const size_t held = s->has_held ? HS__AES_BLOCK : 0;
    bool is_last;
    memcpy(buf, s->held, held);
    const size_t have =
        gather(o, buf + held, (room - held) / HS__AES_BLOCK * HS__AES_BLOCK, &is_last);
    hs_status st = o->outer.status;
    if (st == HS_OK && have % HS__AES_BLOCK != 0) {
        st = HS_E_CMS_DECRYPT;
    }
    if (st == HS_OK) {
        st = o->provider->aes_update(o->provider, s->aes, buf + held, have, buf + held);
    }
    const size_t all = held + have;
    if (st || all == 0) {
        return st ? st : HS_E_CMS_DECRYPT; /* not even padding */
    }
    s->has_held = true;
    memcpy(s->held, buf + all - HS__AES_BLOCK, HS__AES_BLOCK);
    *n = all - HS__AES_BLOCK;
    if (is_last) {
        size_t more;
        st = unpad(s->held, &more);
        *n += st ? 0 : more;
        s->is_done = true;
        const hs_status rest = check_tag(o);
        st = rest ? rest : st;
    }
    return st;
}

hs_status hs__cms_envelope_read(void *open, uint8_t *buf, size_t room, size_t *n) {
    hs__cms_open *o = open;
    hs__cms_secret *s = &o->secret;
    *n = 0;
    while (s->status == HS_OK && !s->is_done && *n == 0) {
        s->status = s->alg.cipher->mode == HS__AES_GCM ? read_gcm(o, buf, room, n)
                                                       : read_cbc(o, buf, room, n);
    }
    if (s->status) {
        hs__wipe(buf, room);
        *n = 0;
    }
    return s->status;
}
