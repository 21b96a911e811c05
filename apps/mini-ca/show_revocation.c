/* Revocation lists and OCSP responses. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/common/value.h"
#include "apps/mini-ca/show.h"
#include "pki/crl.h"
#include "pki/ocsp.h"
#include "pki/time.h"

const char *show_when(int64_t seconds, char *out) {
    char time[HS__TIME_TEXT], distance[HS__DISTANCE_TEXT];
    hs__time_text(seconds, time);
    snprintf(out, SHOW_WHEN, "%s (%s)", time, hs__distance_text(seconds, hs__now(), distance));
    return out;
}

static const char *hex_of(hs_span bytes, char *out, size_t room) {
    return hs__hex(bytes, out, room);
}

/* ---- revocation lists -------------------------------------------------------------------- */
static hs_status read_list(hs_span der, const hs__field_sink *sink, hs__rd_root *root) {
    hs__crl crl;
    return hs__crl_read(der, sink, &crl, root);
}

static json_t *entries_json(const hs__crl *crl) {
    json_t *all = json_array();
    hs_span list = crl->entries;
    hs__revoked e;
    while (hs__crl_next(&list, &e)) {
        char serial[64];
        json_array_append_new(
            all, json_pack("{s:s, s:o, s:s}", "serial", hex_of(e.serial, serial, sizeof serial),
                           "at", hs__json_date(e.when), "reason", hs__revocation_reason(e.reason)));
    }
    return all;
}

static void print_entries(const hs__crl *crl) {
    hs_span list = crl->entries;
    hs__revoked e;
    while (hs__crl_next(&list, &e)) {
        char serial[64], when[SHOW_WHEN];
        printf("  revoked           %s  %s  %s\n", hex_of(e.serial, serial, sizeof serial),
               show_when(e.when, when), hs__revocation_reason(e.reason));
    }
}

static void print_list(const show *sh, const hs__crl *crl) {
    char issuer[HS__NAME_TEXT], alg[HS__SIGALG_TEXT], when[SHOW_WHEN], hex[64], count[40];
    hs__name_text(crl->issuer, issuer, sizeof issuer);
    hs__sigalg_text(&crl->signature, alg, sizeof alg);
    snprintf(count, sizeof count, "%zu", crl->n_entries);
    printf("Revocation list\n");
    show_field(sh, "issuer", issuer, "whose certificates it is about");
    show_field(sh, "this update", show_when(crl->this_update, when), "when it was made");
    show_field(sh, "next update",
               crl->has_next_update ? show_when(crl->next_update, when) : "not said",
               "when the next one is due at the latest; then this one is stale");
    show_field(sh, "signature", alg, "how the issuer signed it");
    if (crl->authority_key_id.n > 0)
        show_field(sh, "issuer's key id", hex_of(crl->authority_key_id, hex, sizeof hex),
                   "short name of the key that signed it");
    if (crl->is_delta)
        show_field(sh, "delta", "yes", "it holds changes to another list only");
    show_field(sh, "entries", count, "how many certificates are revoked");
    print_entries(crl);
}

hs__exit show_list(const show *sh, hs_span der, const char *where, hs__fault *fault) {
    char issuer[HS__NAME_TEXT];
    hs__crl crl;
    hs__rd_root root;
    if (hs__crl_read(der, NULL, &crl, &root))
        return hs__fault_set(fault, HS__EXIT_INTERNAL,
                             "%s is not a well-formed revocation list: %s: %s", hs__safe(where),
                             root.where, root.problem);
    if (sh->is_json) {
        hs__name_text(crl.issuer, issuer, sizeof issuer);
        show_add(sh, "lists",
                 json_pack("{s:o, s:o, s:o, s:b, s:o}", "issuer", hs__json_string(issuer),
                           "this_update", hs__json_date(crl.this_update), "next_update",
                           crl.has_next_update ? hs__json_date(crl.next_update) : json_null(),
                           "delta", crl.is_delta, "revoked", entries_json(&crl)));
        return HS__EXIT_OK;
    }
    print_list(sh, &crl);
    if (sh->verbose >= SHOW_BYTES)
        show_bytes(der, read_list);
    return HS__EXIT_OK;
}

/* ---- OCSP responses ---------------------------------------------------------------------- */
static hs_status read_answer(hs_span der, const hs__field_sink *sink, hs__rd_root *root) {
    hs__ocsp ocsp;
    return hs__ocsp_read(der, sink, &ocsp, root);
}

static const char *const VERDICTS[] = {
    [HS__OCSP_GOOD] = "good", [HS__OCSP_REVOKED] = "revoked", [HS__OCSP_UNKNOWN] = "unknown"};

static void print_single(const show *sh, const hs__ocsp_single *s) {
    char hex[64], when[SHOW_WHEN], text[SHOW_WHEN + 60];
    show_field(sh, "certificate", hex_of(s->serial, hex, sizeof hex), "serial number");
    snprintf(text, sizeof text, "%s", VERDICTS[s->verdict]);
    if (s->verdict == HS__OCSP_REVOKED)
        snprintf(text, sizeof text, "revoked on %s, %s", show_when(s->revoked_at, when),
                 hs__revocation_reason(s->reason));
    show_field(sh, "status", text, "what the responder says of it");
    show_field(sh, "this update", show_when(s->this_update, when), "since when that is known");
    show_field(sh, "next update", s->has_next_update ? show_when(s->next_update, when) : "not said",
               "until when the answer may be used");
}

static json_t *singles_json(const hs__ocsp *ocsp) {
    json_t *all = json_array();
    hs_span list = ocsp->singles;
    hs__ocsp_single s;
    while (hs__ocsp_next(&list, &s)) {
        char serial[64];
        json_array_append_new(
            all, json_pack("{s:s, s:s, s:o, s:o}", "serial",
                           hex_of(s.serial, serial, sizeof serial), "status", VERDICTS[s.verdict],
                           "this_update", hs__json_date(s.this_update), "next_update",
                           s.has_next_update ? hs__json_date(s.next_update) : json_null()));
    }
    return all;
}

hs__exit show_answer(const show *sh, hs_span der, const char *where, hs__fault *fault) {
    char alg[HS__SIGALG_TEXT], when[SHOW_WHEN];
    hs__ocsp ocsp;
    hs__rd_root root;
    if (hs__ocsp_read(der, NULL, &ocsp, &root))
        return hs__fault_set(fault, HS__EXIT_INTERNAL,
                             "%s is not a well-formed OCSP response: %s: %s", hs__safe(where),
                             root.where, root.problem);
    if (sh->is_json) {
        show_add(sh, "answers",
                 json_pack("{s:i, s:o}", "status", (int)ocsp.status, "singles",
                           ocsp.status ? json_array() : singles_json(&ocsp)));
        return HS__EXIT_OK;
    }
    printf("OCSP response\n");
    if (ocsp.status) {
        show_field(sh, "status", hs__ocsp_status_text(ocsp.status), "it says nothing else");
        return HS__EXIT_OK;
    }
    hs__sigalg_text(&ocsp.signature, alg, sizeof alg);
    show_field(sh, "produced", show_when(ocsp.produced, when), "when it was signed");
    show_field(sh, "signature", alg, "how the responder signed it");
    hs_span list = ocsp.singles;
    hs__ocsp_single s;
    while (hs__ocsp_next(&list, &s))
        print_single(sh, &s);
    if (sh->verbose >= SHOW_BYTES)
        show_bytes(der, read_answer);
    return HS__EXIT_OK;
}
