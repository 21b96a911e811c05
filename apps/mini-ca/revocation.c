#include "apps/mini-ca/revocation.h"

#include <stdlib.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/common/value.h"
#include "apps/mini-ca/want.h"
#include "pki/pem.h"
#include "proto/span.h"

#define REASON_NAME(id, code, name, meaning) name,
const char *const mini_ca_reason_names[] = {HS__REASONS(REASON_NAME) NULL};
#undef REASON_NAME

hs__reason mini_ca_reason_code(const char *name) {
#define REASON_CODE(id, code, name, meaning) HS__REASON_##id,
    static const hs__reason CODES[] = {HS__REASONS(REASON_CODE)};
#undef REASON_CODE
    for (size_t i = 0; mini_ca_reason_names[i]; i++)
        if (strcmp(mini_ca_reason_names[i], name) == 0)
            return CODES[i];
    return HS__REASON_UNSPECIFIED;
}

/* ---- who signs --------------------------------------------------------------------------- */
static bool is_by(const hs__cert *cert, const hs__cert *ca) {
    return ca->subject_key_id.n > 0 && hs__span_equal(cert->authority_key_id, ca->subject_key_id);
}

hs__exit mini_ca_open_issuer(hs_provider *provider, const char *folder, const hs__cert *cert,
                             const hs__password_source *source, hs__ca *ca, hs__fault *fault) {
    hs__exit code = hs__ca_open(provider, folder, ca, fault);
    if (code)
        return code;
    if (hs__span_equal(cert->der, ca->root.v->der))
        return hs__fault_set(fault, HS__EXIT_USAGE,
                             "a root cannot speak about itself: peers must take it out of their "
                             "trust, and mini-ca init --force makes a new one");
    if (ca->issuing.n > 0 && !is_by(cert, ca->issuing.v))
        hs__ca_use_root(ca);
    if (!is_by(cert, hs__ca_signer(ca)))
        return hs__fault_set(fault, HS__EXIT_UNTRUSTED,
                             "that certificate is from a CA that was in %s before; its key is gone",
                             hs__safe(folder));
    return hs__ca_unlock(ca, source, fault);
}

const char *mini_ca_crl_path(const hs__ca *ca, char out[HS__FILE_PATH]) {
    char issuing[HS__FILE_PATH];
    bool is_root = ca->issuing.n == 0;
    bool has_issuing = hs__file_exists(hs__ca_path(ca->folder, "issuing.pem", issuing));
    return hs__ca_path(ca->folder, is_root && has_issuing ? "root-crl.pem" : "crl.pem", out);
}

/* ---- the list ---------------------------------------------------------------------------- */
/* The entries, with serial numbers that live in `serials`. */
typedef struct {
    hs__crl_entry *v;
    uint8_t (*serials)[20];
    size_t n;
} revoked;

static bool take(const hs__cert *signer, const json_t *entry, revoked *out) {
    hs__certs certs;
    hs__fault ignored;
    const json_t *event = json_object_get(entry, "revoked");
    if (!hs__index_is_revoked(entry) || mini_ca_entry_cert(entry, &certs, &ignored))
        return false;
    const hs__cert *cert = certs.v;
    bool is_ours = is_by(cert, signer) && cert->serial.n <= sizeof *out->serials;
    if (is_ours) {
        memcpy(out->serials[out->n], cert->serial.p, cert->serial.n);
        out->v[out->n] =
            (hs__crl_entry){.serial = {out->serials[out->n], cert->serial.n},
                            .when = json_integer_value(json_object_get(event, "at_s")),
                            .reason = mini_ca_reason_code(hs__index_text(event, "reason"))};
        out->n++;
    }
    hs__certs_free(&certs);
    return is_ours;
}

static hs__exit collect(const hs__cert *signer, const json_t *all, revoked *out, hs__fault *fault) {
    size_t room = json_array_size(all) + 1;
    *out =
        (revoked){.v = calloc(room, sizeof *out->v), .serials = calloc(room, sizeof *out->serials)};
    if (!out->v || !out->serials)
        return hs__fault_set(fault, HS__EXIT_INTERNAL, "out of memory");
    for (size_t i = 0; i + 1 < room; i++)
        (void)take(signer, json_array_get(all, i), out);
    return HS__EXIT_OK;
}

static hs__exit sign_list(const hs__ca *ca, const hs__crl_template *t, hs__bytes *pem,
                          hs__fault *fault) {
    hs__sig_alg alg = hs__sig_alg_for(hs__ca_signer(ca)->key.numbers.type);
    size_t n = hs__crl_room(t), pem_n = hs__pem_room("X509 CRL", n);
    uint8_t *der = malloc(n);
    *pem = (hs__bytes){.p = malloc(pem_n)};
    hs_status st = der && pem->p ? HS_OK : HS_E_NOMEM;
    if (st == HS_OK)
        st = hs__crl_issue(ca->provider, t, hs__credential_key(ca->signer), alg, der, &n);
    if (st == HS_OK)
        st = hs__pem_write("X509 CRL", (hs_span){der, n}, (char *)pem->p, &pem_n);
    pem->n = pem_n;
    free(der);
    return st ? hs__fail_status(fault, st, "making the revocation list") : HS__EXIT_OK;
}

/* Grows with each list, also after the folder came back from an older copy: never below the
 * seconds since 1970. */
static uint64_t next_number(const hs__ca_store *store) {
    json_int_t last = store->index.crl_number, now = (json_int_t)hs__now();
    return (uint64_t)(last >= now ? last + 1 : now);
}

static json_t *crl_event(const hs__crl_template *t) {
    char issuer[HS__NAME_TEXT];
    hs__name_text(t->issuer, issuer, sizeof issuer);
    return json_pack("{s:s, s:s, s:I, s:I, s:o, s:o}", "event", "crl", "issuer", issuer, "number",
                     (json_int_t)t->number, "revoked", (json_int_t)t->n_entries, "this_update",
                     hs__json_date(t->this_update), "next_update", hs__json_date(t->next_update));
}

hs__exit mini_ca_make_crl(const hs__ca *ca, hs__ca_store *store, uint64_t days,
                          mini_ca_list_of_revoked *out, hs__fault *fault) {
    const hs__cert *signer = hs__ca_signer(ca);
    revoked list = {0};
    *out = (mini_ca_list_of_revoked){0};
    hs__exit code = collect(signer, store->index.certificates, &list, fault);
    int64_t now = hs__now(), end = now + (int64_t)days * MINI_CA_DAY;
    hs__crl_template t = {.issuer = signer->subject,
                          .authority_key_id = signer->subject_key_id,
                          .this_update = now,
                          .next_update = end < signer->not_after ? end : signer->not_after,
                          .number = next_number(store),
                          .entries = list.v,
                          .n_entries = list.n};
    if (code == HS__EXIT_OK)
        code = sign_list(ca, &t, &out->pem, fault);
    if (code == HS__EXIT_OK)
        code = hs__store_add(store, crl_event(&t), fault);
    out->next_update = t.next_update;
    out->number = t.number;
    out->n_entries = t.n_entries;
    free(list.v);
    free(list.serials);
    return code;
}

hs__exit mini_ca_may_renew(const char *path, hs_span mark, bool force, hs__fault *fault) {
    hs__bytes there;
    hs__fault ignored;
    if (force || !hs__file_exists(path))
        return HS__EXIT_OK;
    bool same_kind = false;
    if (hs__file_read(path, HS__FILE_LIMIT, &there, &ignored) == HS__EXIT_OK) {
        same_kind = memmem(there.p, there.n, mark.p, mark.n) != NULL;
        hs__bytes_free(&there);
    }
    return same_kind ? HS__EXIT_OK : hs__file_may_write(path, false, fault);
}
