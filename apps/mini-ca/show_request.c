#include <stdio.h>
#include <string.h>

#include "apps/common/ca_index.h"
#include "apps/common/json.h"
#include "apps/mini-ca/request.h"
#include "apps/mini-ca/show.h"

static hs_status read_fields(hs_span der, const hs__field_sink *sink, hs__rd_root *root) {
    hs__csr csr;
    return hs__csr_read(der, sink, &csr, root);
}

/* "extensionRequest, challengePassword" */
static void attributes_text(const hs__csr *csr, char *out, size_t room) {
    hs_span list = csr->attributes, oid;
    hs__text t;
    hs__text_init(&t, out, room);
    for (const char *between = ""; hs__csr_attribute_next(&list, &oid); between = ", ") {
        char name[HS__OID_TEXT_MAX];
        hs__oid_text(oid, name, sizeof name);
        hs__text_f(&t, "%s%s", between, name);
    }
}

static const char *proof_text(const show *sh, const hs__csr *csr) {
    hs_status st = hs__csr_verify(sh->provider, csr);
    if (st == HS_OK)
        return "good: the sender has the private key";
    return st == HS_E_BAD_SIGNATURE ? "BAD: it is not signed with the key in it"
                                    : hs_status_text(st);
}

hs__exit show_request(const show *sh, hs_span der, const char *where, hs__fault *fault) {
    char subject[HS__NAME_TEXT], key[HS__KEY_TEXT], alg[HS__SIGALG_TEXT], attributes[400];
    mini_ca_request r;
    hs__exit code = mini_ca_request_parse(der, where, &r, fault);
    if (code)
        goto out;
    hs__name_text(r.csr.subject, subject, sizeof subject);
    hs__spki_text(&r.csr.key, key, sizeof key);
    hs__sigalg_text(&r.csr.signature, alg, sizeof alg);
    attributes_text(&r.csr, attributes, sizeof attributes);
    if (sh->is_json) {
        show_add(sh, "requests",
                 json_pack("{s:o, s:s, s:s, s:s, s:b, s:s, s:o, s:o}", "subject",
                           hs__json_string(subject), "key", key, "signature", alg, "proof",
                           proof_text(sh, &r.csr), "proof_ok",
                           hs__csr_verify(sh->provider, &r.csr) == HS_OK, "attributes", attributes,
                           "names", hs__json_names(&r.csr.wanted), "extensions",
                           show_extensions_json(&r.csr.wanted)));
        goto out;
    }
    printf("Request for a certificate\n");
    show_field(sh, "subject", *subject ? subject : "(empty)", "whose certificate it shall be");
    show_field(sh, "key", key, "the public key that shall be in it");
    show_field(sh, "signature", alg, "how the sender signed the request");
    show_field(sh, "proof", proof_text(sh, &r.csr), "whether that signature is by this key");
    if (*attributes)
        show_field(sh, "attributes", attributes, "what comes along; extensionRequest is below");
    show_extensions(&r.csr.wanted, sh->verbose);
    if (sh->verbose >= SHOW_BYTES)
        show_bytes(r.csr.der, read_fields);
out:
    mini_ca_request_free(&r);
    return code;
}
