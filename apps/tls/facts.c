#include "apps/tls/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/certs.h"
#include "apps/common/json.h"
#include "apps/common/say.h"
#include "apps/tls/failure.h"
#include "pki/certificate.h"
#include "pki/text.h"
#include "proto/codepoints.h"

enum { TEXT = 1024 };

/* ---- names ------------------------------------------------------------------------------- */
static const char *name_or_number(const char *name, uint16_t number) {
    static _Thread_local char buffers[8][8];
    static _Thread_local unsigned next;
    if (name)
        return name;
    char *out = buffers[next++ % 8];
    snprintf(out, sizeof buffers[0], "0x%04x", number);
    return out;
}

const char *hs__version_text(uint16_t version) {
    return name_or_number(hs__version_name(version), version);
}

const char *hs__suite_text(uint16_t suite) {
    return name_or_number(hs__cipher_suite_name(suite), suite);
}

const char *hs__group_text(uint16_t group) {
    return name_or_number(hs__group_name(group), group);
}

const char *hs__scheme_text(uint16_t scheme) {
    return name_or_number(hs__scheme_name(scheme), scheme);
}

const char *hs__exchange_text(const hs__facts *facts) {
    return facts->group     ? hs__group_text(facts->group)
           : facts->resumed ? "resumed"
                            : "RSA key transport";
}

int hs__facts_rtts(const hs__facts *facts) {
    bool has_second = facts->version == HS__VERSION_TLS12 && !facts->resumed;
    return has_second || facts->hrr ? 2 : 1;
}

/* ---- certificates ------------------------------------------------------------------------ */
static void cert_take(hs__cert_facts *out, hs_span der, const hs_provider *provider) {
    char text[TEXT] = "";
    hs__cert cert;
    hs__rd_root root;
    hs__bytes pem = {0};
    hs__fault fault;
    if (hs__certs_add_pem(der, &pem, &fault) == HS__EXIT_OK)
        out->pem = strdup((const char *)pem.p);
    hs__bytes_free(&pem);
    if (hs__certificate_read(der, NULL, &cert, &root) != HS_OK) {
        out->subject = strdup("(does not parse)");
        return;
    }
    hs__name_text(cert.subject, text, sizeof text);
    out->subject = strdup(text);
    hs__name_text(cert.issuer, text, sizeof text);
    out->issuer = strdup(text);
    hs__cert_names_text(&cert, text, sizeof text);
    out->names = strdup(text);
    hs__spki_text(&cert.key, text, sizeof text);
    out->key = strdup(text);
    hs__text t;
    hs__text_init(&t, text, sizeof text);
    hs__text_hex(&t, cert.serial);
    out->serial = strdup(text);
    if (hs__cert_sha256(provider, &cert, text) == HS_OK)
        out->sha256 = strdup(text);
    out->not_before = cert.not_before;
    out->not_after = cert.not_after;
}

static void chain_take(hs__facts *facts, const hs_conn *conn, const hs_provider *provider) {
    size_t n;
    const hs_span *chain = hs_peer_chain(conn, &n);
    facts->chain = chain && n > 0 ? calloc(n, sizeof *facts->chain) : NULL;
    facts->n_chain = facts->chain ? n : 0;
    for (size_t i = 0; i < facts->n_chain; i++)
        cert_take(&facts->chain[i], chain[i], provider);
}

/* ---- the connection ---------------------------------------------------------------------- */
static const char *revoked_text(hs_status status) {
    return status == HS_OK ? "no" : status == HS_E_CERT_REVOKED ? "yes" : "unclear";
}

static void report_take(hs__facts *facts, const hs_report *report) {
    if (!report)
        return;
    facts->verdict_text = strdup(report->summary);
    facts->anchor = strdup(report->anchor_source);
    facts->checks = hs__report_json(report);
    for (size_t i = 0; i < report->n_rows; i++)
        if (strcmp(report->rows[i].check, "revocation") == 0 && report->rows[i].depth == 0)
            facts->revoked = revoked_text(report->rows[i].status);
}

void hs__facts_take(hs__facts *facts, const hs_conn *conn, const hs_provider *provider) {
    char alpn[TEXT];
    hs_info info;
    hs_conn_info(conn, &info);
    hs__facts_free(facts);
    *facts = (hs__facts){.is_connected = info.is_connected,
                         .hrr = info.hrr,
                         .authenticated = info.peer_authenticated,
                         .resumed = info.resumed,
                         .extended_main_secret = info.extended_main_secret,
                         .version = info.version,
                         .suite = info.suite,
                         .group = info.group,
                         .scheme = info.scheme,
                         .own_scheme = info.own_scheme,
                         .verdict = info.verdict};
    facts->server_name = info.server_name ? strdup(info.server_name) : NULL;
    if (info.alpn.n > 0) {
        hs__text t;
        hs__text_init(&t, alpn, sizeof alpn);
        hs__text_foreign(&t, info.alpn);
        facts->alpn = strdup(alpn);
    }
    chain_take(facts, conn, provider);
    report_take(facts, hs_peer_report(conn));
}

void hs__facts_free(hs__facts *facts) {
    for (size_t i = 0; i < facts->n_chain; i++) {
        hs__cert_facts *c = &facts->chain[i];
        char *texts[] = {c->subject, c->issuer, c->names, c->key, c->serial, c->sha256, c->pem};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            free(texts[k]);
    }
    free(facts->chain);
    free(facts->server_name);
    free(facts->alpn);
    free(facts->verdict_text);
    free(facts->anchor);
    json_decref(facts->checks);
    *facts = (hs__facts){0};
}

/* ---- JSON -------------------------------------------------------------------------------- */
static json_t *text_or_null(const char *text) {
    return text ? hs__json_string(text) : json_null();
}

static json_t *name_or_null(uint16_t number, const char *(*name)(uint16_t number)) {
    return number ? json_string(name(number)) : json_null();
}

json_t *hs__chain_json(const hs__facts *facts) {
    json_t *all = json_array();
    for (size_t i = 0; i < facts->n_chain; i++) {
        const hs__cert_facts *c = &facts->chain[i];
        json_array_append_new(
            all, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "subject",
                           text_or_null(c->subject), "issuer", text_or_null(c->issuer), "names",
                           text_or_null(c->names), "key", text_or_null(c->key), "serial",
                           text_or_null(c->serial), "sha256", text_or_null(c->sha256), "not_before",
                           hs__json_date(c->not_before), "not_after", hs__json_date(c->not_after)));
    }
    return all;
}

json_t *hs__facts_json(const hs__facts *facts) {
    json_t *j = json_object();
    if (!facts->version)
        return j;
    json_object_set_new(j, "version", json_string(hs__version_text(facts->version)));
    json_object_set_new(j, "suite", json_string(hs__suite_text(facts->suite)));
    json_object_set_new(j, "group", name_or_null(facts->group, hs__group_text));
    json_object_set_new(j, "sigalg", name_or_null(facts->scheme, hs__scheme_text));
    json_object_set_new(j, "own_sigalg", name_or_null(facts->own_scheme, hs__scheme_text));
    json_object_set_new(j, "alpn", text_or_null(facts->alpn));
    json_object_set_new(j, "servername", text_or_null(facts->server_name));
    json_object_set_new(j, "hrr", json_boolean(facts->hrr));
    json_object_set_new(j, "resumed", json_boolean(facts->resumed));
    json_object_set_new(j, "mode", json_string(facts->resumed ? "resumed" : "full"));
    json_object_set_new(j, "extended_main_secret", json_boolean(facts->extended_main_secret));
    json_object_set_new(j, "rtts", json_integer(hs__facts_rtts(facts)));
    return j;
}
