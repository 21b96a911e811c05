/* A trust anchor, then a chain, revocation lists and OCSP responses in any order, each behind its
 * length in two bytes, and a last byte with options: building and judging of paths, with every
 * signature good (a provider without security), so that the search goes everywhere. */
#include <string.h>

#include "fuzz.h"
#include "handshake/pki.h"
#include "pki/ocsp.h"
#include "tests/lib/fuzz_provider.h"

enum { MOST = 64 };

static hs_provider *provider(void) {
    static hs_provider *fuzz;
    if (fuzz == NULL) {
        hs_provider *inner;
        MUST(hs_provider_new(NULL, &inner) == HS_OK);
        MUST(hs__fuzz_provider_new(inner, &fuzz) == HS_OK);
        hs_provider_unref(inner);
    }
    return fuzz;
}

/* Cuts the next item off; what is too long goes to the end. */
static bool next(hs_span *input, hs_span *item) {
    if (input->n < 2) {
        return false;
    }
    size_t n = (size_t)input->p[0] << 8 | input->p[1];
    n = n < input->n - 2 ? n : input->n - 2;
    *item = (hs_span){input->p + 2, n};
    *input = (hs_span){input->p + 2 + n, input->n - 2 - n};
    return true;
}

static void must_be_sound(const hs_report *r, hs_status verdict) {
    MUST(r != NULL && r->verdict == verdict && r->summary[0] != '\0');
    MUST((verdict == HS_OK) == (r->n_failed == 0));
    size_t failed = 0;
    for (size_t i = 0; i < r->n_rows; i++) {
        const hs_report_row *row = &r->rows[i];
        failed += row->ok ? 0 : 1;
        MUST(row->ok == (row->status == HS_OK));
        MUST(strpbrk(row->expected, "\x1b\n\r") == NULL && strpbrk(row->got, "\x1b\n\r") == NULL);
        MUST(strpbrk(row->subject, "\x1b\n\r") == NULL && strpbrk(row->fix, "\x1b\n\r") == NULL);
    }
    MUST(failed == r->n_failed);
    for (size_t i = 0; i < r->n_dead_ends; i++) {
        MUST(r->dead_ends[i].path[0] != '\0' && r->dead_ends[i].why[0] != '\0');
    }
    /* Nothing is trusted without an anchor. */
    MUST(verdict != HS_OK || (r->n_path > 0 && r->anchor_source[0] != '\0'));
}

/* A list goes to the store; a response and certificates to the options. */
static void take(hs_trust *trust, hs_span item, hs_span *chain, hs_verify_options *o) {
    hs__rd_root root;
    hs__ocsp response;
    if (hs__ocsp_read(item, NULL, &response, &root) == HS_OK) {
        o->staple = item;
    } else if (hs_trust_add_crl(trust, item, NULL, NULL) != HS_OK && o->n_chain < MOST) {
        chain[o->n_chain++] = item;
    }
}

static void set_options(hs_verify_options *o, uint8_t flags) {
    static const char *const policies[] = {"1.2.3.4", "2.23.140.1.2.1"};
    o->profile = (hs_profile)((flags & 3) % 3);
    o->revocation = (hs_revocation)(flags >> 2 & 3);
    o->require_policy = (flags & 0x10) != 0;
    o->policies = (flags & 0x20) != 0 ? policies : NULL;
    o->n_policies = o->policies != NULL ? 2 : 0;
    o->purpose = (hs_purpose)(flags >> 6 & 3);
    o->asked_for_staple = (flags & 0x20) != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs_span input = {data, size};
    hs_span anchor = {NULL, 0};
    hs_span item;
    hs_span chain[MOST];
    hs_trust *trust;
    hs_report *r;
    hs_verify_options o = {
        .size = sizeof(o), .chain = chain, .name = "a.test", .now = 1900000000, .details = true};
    if (!next(&input, &anchor)) {
        return 0;
    }
    MUST(hs_trust_new(provider(), &trust) == HS_OK);
    const hs_status added = hs_trust_add(trust, anchor, "fuzz", HS_TRUST_WEB_PKI, NULL, NULL);
    MUST(added == HS_OK || added == HS_E_NO_CERTIFICATE);
    while (next(&input, &item)) {
        take(trust, item, chain, &o);
    }
    set_options(&o, input.n > 0 ? input.p[0] : 0);
    if (o.n_chain > 0) {
        const hs_status st = hs_verify(provider(), trust, &o, &r);
        must_be_sound(r, st);
        hs_report_free(r);
    }
    hs_trust_unref(trust);
    return 0;
}
