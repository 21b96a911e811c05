/* One certificate: it is read or refused; what is read is covered by fields without a gap, and
 * everything that prints it is safe to call. */
#include <string.h>

#include "fuzz.h"
#include "pki/credential.h"
#include "pki/lint.h"
#include "pki/pem.h"

static void must_be_printable(const char *text) {
    MUST(strpbrk(text, "\x1b\x07\n\r\x7f") == NULL);
}

static void print_all(const hs__cert *c) {
    hs__lint_finding found[HS__LINT_MAX];
    char out[HS__NAME_TEXT];
    hs_span rest = c->extensions;
    hs__cert_extension e;
    hs__host host;
    hs__name_text(c->subject, out, sizeof(out));
    must_be_printable(out);
    hs__cert_names_text(c, out, sizeof(out));
    must_be_printable(out);
    hs__spki_text(&c->key, out, sizeof(out));
    must_be_printable(out);
    hs__sigalg_text(&c->signature, out, sizeof(out));
    must_be_printable(out);
    while (hs__cert_extension_next(&rest, &e)) {
        hs__oid_text(e.oid, out, sizeof(out));
        must_be_printable(out);
    }
    MUST(rest.n == 0);
    for (size_t i = hs__lint(c, found); i-- > 0;) {
        must_be_printable(found[i].got);
    }
    MUST(hs__host_read("a.test", &host) == HS_OK);
    (void)hs__host_matches(&host, c);
    (void)hs__cert_has_purpose(c, HS__OID_SERVER_AUTH);
    (void)hs__cert_can_sign(c, HS__KEY_P256, (hs__sig_alg){HS__SIG_ECDSA, HS__SHA256, 0});
}

/* The same bytes as PEM text come back as they were. */
static void there_and_back(hs_span der) {
    size_t n = hs__pem_room("CERTIFICATE", der.n);
    char *pem = malloc(n);
    uint8_t *back = malloc(n);
    hs__pem_block block;
    size_t back_n;
    MUST(pem != NULL && back != NULL);
    MUST(hs__pem_write("CERTIFICATE", der, pem, &n) == HS_OK);
    hs_span text = {(const uint8_t *)pem, n};
    MUST(hs__pem_next(&text, &block) == HS_OK);
    MUST(hs__pem_decode(&block, back, &back_n) == HS_OK);
    MUST(back_n == der.n && memcmp(back, der.p, back_n) == 0);
    free(back);
    free(pem);
}

/* Any bytes as PEM text. */
static void as_pem(hs_span text) {
    uint8_t *out = malloc(text.n + 3);
    MUST(out != NULL);
    for (;;) {
        hs__pem_block block;
        size_t n;
        const hs_status st = hs__pem_next(&text, &block);
        if (st == HS_E_NO_CERTIFICATE) {
            break;
        }
        if (st == HS_OK && hs__pem_decode(&block, out, &n) == HS_OK) {
            MUST(n <= block.base64.n / 4 * 3);
        }
    }
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs__rd_root root;
    hs__cert c;
    fuzz_cover cover = {{data, size}, 0};
    const hs__field_sink sink = {fuzz_on_field, &cover};
    if (hs__certificate_read(cover.message, &sink, &c, &root) == HS_OK) {
        MUST(cover.next == size);
        MUST(hs__name_equal(c.subject, c.subject) && hs__name_is_within(c.issuer, c.issuer));
        print_all(&c);
        there_and_back(cover.message);
    } else {
        MUST(root.status != HS_OK && root.problem[0] != '\0');
    }
    as_pem(cover.message);
    return 0;
}
