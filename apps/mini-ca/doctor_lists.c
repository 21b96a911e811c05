#include "apps/mini-ca/doctor_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/value.h"
#include "pki/crl.h"
#include "pki/pem.h"
#include "proto/span.h"

enum { TEXT_ROOM = 600 };

/* One list and what it is held against. */
typedef struct {
    void *to;
    const char *file, *fix;
    const hs__cert *signer;
    const hs_provider *provider;
} list;

static void say(const list *l, bool ok, const char *what) {
    char text[TEXT_ROOM + sizeof((hs__fault *)0)->text];
    snprintf(text, sizeof text, "%s %s", l->file, what);
    doctor_row(l->to, "list", ok, ok ? "" : l->fix, text);
}

static bool is_signed(const list *l, const hs__crl *crl) {
    hs__public_key *key;
    const hs_provider *p = l->provider;
    if (!crl->signature.is_known || p->public_new(p, &l->signer->key.numbers, &key) != HS_OK)
        return false;
    hs_status st = p->public_verify(p, key, crl->signature.alg, crl->tbs, crl->signature_value);
    p->public_free(p, key);
    return st == HS_OK;
}

/* How many certificates of this signer are revoked in the index, and how many of them the list
 * lacks. `crl` NULL: there is no list. */
static size_t count_missing(const list *l, const hs__crl *crl, const json_t *certificates,
                            size_t *revoked) {
    size_t i, missing = 0;
    const json_t *entry;
    *revoked = 0;
    json_array_foreach(certificates, i, entry) {
        hs__certs cert;
        hs__fault ignored;
        hs__revoked found;
        if (!hs__index_is_revoked(entry) || mini_ca_entry_cert(entry, &cert, &ignored))
            continue;
        if (hs__span_equal(cert.v->authority_key_id, l->signer->subject_key_id)) {
            ++*revoked;
            missing += !crl || !hs__crl_find(crl, cert.v->serial, &found);
        }
        hs__certs_free(&cert);
    }
    return missing;
}

static void judge(const list *l, const hs__crl *crl, const json_t *certificates) {
    char text[TEXT_ROOM], distance[HS__DISTANCE_TEXT];
    size_t revoked, missing = count_missing(l, crl, certificates, &revoked);
    if (!is_signed(l, crl)) {
        say(l, false, "is not signed by this CA");
    } else if (missing > 0) {
        snprintf(text, sizeof text, "lacks %zu of %zu revoked certificates", missing, revoked);
        say(l, false, text);
    } else if (crl->next_update < hs__now()) {
        snprintf(text, sizeof text, "has run out %s",
                 hs__distance_text(crl->next_update, hs__now(), distance));
        say(l, false, text);
    } else {
        snprintf(text, sizeof text, "has all %zu revoked certificates; the next one is due %s",
                 revoked, hs__distance_text(crl->next_update, hs__now(), distance));
        say(l, true, text);
    }
}

static void read_list(const list *l, const hs__bytes *text, const json_t *certificates) {
    hs__pem_block block;
    hs__rd_root root;
    hs__crl crl;
    hs_span rest = hs__bytes_span(text);
    size_t n = 0;
    uint8_t *der = malloc(text->n + 4);
    hs_status st = der ? hs__pem_next(&rest, &block) : HS_E_NOMEM;
    if (st == HS_OK)
        st = hs__pem_decode(&block, der, &n);
    if (st == HS_OK)
        st = hs__crl_read((hs_span){der, n}, NULL, &crl, &root);
    if (st)
        say(l, false, hs_status_text(st));
    else
        judge(l, &crl, certificates);
    free(der);
}

static void check(list *l, const char *folder, const json_t *certificates) {
    char path[HS__FILE_PATH];
    size_t revoked;
    hs__bytes text;
    hs__fault fault;
    if (!hs__file_exists(hs__ca_path(folder, l->file, path))) {
        if (count_missing(l, NULL, certificates, &revoked) > 0)
            say(l, false, "is missing, and certificates are revoked");
        return;
    }
    if (hs__file_read(path, HS__FILE_LIMIT, &text, &fault)) {
        say(l, false, fault.text);
        return;
    }
    read_list(l, &text, certificates);
    hs__bytes_free(&text);
}

void doctor_lists(void *to, const hs__ca *ca, const json_t *certificates, const char *command) {
    char fix[HS__FILE_PATH + 40];
    bool has_issuing = ca->issuing.n > 0;
    list l = {.to = to, .file = "crl.pem", .fix = fix, .provider = ca->provider};
    l.signer = hs__ca_signer(ca);
    snprintf(fix, sizeof fix, "%s crl", command);
    check(&l, ca->folder, certificates);
    if (!has_issuing)
        return;
    l.file = "root-crl.pem";
    l.signer = ca->root.v;
    snprintf(fix, sizeof fix, "%s crl --root", command);
    check(&l, ca->folder, certificates);
}
