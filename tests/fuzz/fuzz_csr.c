/* One request for a certificate: it is read or refused; what is read is covered by fields without a
 * gap, its attributes can be walked over and its proof of the key be asked for. */
#include "fuzz.h"
#include "handshake/provider.h"
#include "pki/csr.h"

static hs_provider *provider(void) {
    static hs_provider *p;
    if (p == NULL) {
        MUST(hs_provider_new(NULL, &p) == HS_OK);
    }
    return p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs__rd_root root;
    hs__csr csr;
    fuzz_cover cover = {{data, size}, 0};
    const hs__field_sink sink = {fuzz_on_field, &cover};
    if (hs__csr_read(cover.message, &sink, &csr, &root) != HS_OK) {
        MUST(root.status != HS_OK && root.problem[0] != '\0');
        return 0;
    }
    MUST(cover.next == size);
    hs_span rest = csr.attributes;
    hs_span oid;
    while (hs__csr_attribute_next(&rest, &oid)) {
        MUST(oid.n > 0);
    }
    MUST(rest.n == 0);
    char names[100];
    hs__cert_names_text(&csr.wanted, names, sizeof(names));
    MUST(hs__csr_verify(provider(), &csr) != HS_E_MISUSE);
    return 0;
}
