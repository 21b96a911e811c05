#include <stdio.h>
#include <string.h>

#include "apps/common/json.h"
#include "apps/mini-ca/extension_value.h"
#include "apps/mini-ca/request.h"
#include "apps/mini-ca/show.h"
#include "apps/mini-ca/want.h"

typedef struct {
    mini_ca base;
    mini_ca_want want;
} args;

static const hs__option OPTIONS[] = {
    MINI_CA_WANT_CONTENTS(args, want),
    MINI_CA_WANT_FILES(args, want),
    MINI_CA_PASSWORD_OPTIONS(args, want.password),
    MINI_CA_WRITE_OPTIONS(args, base),
    MINI_CA_OPTIONS(args, base),
    {0},
};

const hs__program mini_ca_sign_program = {
    .name = "mini-ca sign",
    .usage = "CSR [OPTIONS]",
    .about = "Makes a certificate for somebody else's key, from a request (PKCS#10). What of the "
             "request was honoured and what was dropped is printed; nothing is dropped silently.",
    .examples = "  mini-ca sign web.csr                        ./NAME.pem, by its first name\n"
                "  mini-ca sign web.csr --san=b.test --days=30 --out=web\n"
                "  mini-ca sign web.csr --dry-run              only look\n",
    .options = OPTIONS,
    .min_operands = 1,
    .max_operands = 1,
    .operands = "CSR",
};

/* ---- what becomes of each wish ----------------------------------------------------------- */
typedef struct {
    mini_ca_job *job;
    const hs__csr *csr;
    json_t *wishes; /* {"what", "honoured", "why"}, in the order of the request */
} reading;

static void note(reading *r, const char *what, bool honoured, const char *why) {
    json_array_append_new(r->wishes, json_pack("{s:o, s:b, s:s}", "what", hs__json_string(what),
                                               "honoured", honoured, "why", why));
}

static void take_subject(reading *r) {
    char text[HS__NAME_TEXT], what[HS__NAME_TEXT + 16];
    if (hs__name_is_empty(r->csr->subject))
        return;
    hs__name_text(r->csr->subject, text, sizeof text);
    snprintf(what, sizeof what, "subject %s", text);
    bool is_free = !r->job->want->subject;
    if (is_free)
        r->job->plan.subject_name = r->csr->subject;
    note(r, what, is_free, is_free ? "" : "--subject says otherwise");
}

/* Clients look at subjectAltName only, so the CN of an old-fashioned request becomes a name. */
static void take_common_name(reading *r) {
    char text[HS__NAME_TEXT] = "", what[HS__NAME_TEXT + 40];
    hs_span cn;
    hs__text t;
    if (r->csr->wanted.names.n > 0 || r->job->want->san.n > 0 ||
        !hs__name_attribute(r->csr->subject, HS__OID_COMMON_NAME, &cn))
        return;
    hs__text_init(&t, text, sizeof text);
    hs__text_foreign(&t, cn);
    const char *why = hs__name_list_add(&r->job->plan.names, text);
    snprintf(what, sizeof what, "CN %s as a name", text);
    note(r, what, !why, why ? why : "the request has no subjectAltName, and nobody looks at CN");
}

static void take_names(reading *r, const hs__cert_extension *e) {
    hs_span list = r->csr->wanted.names;
    hs__general_name name;
    (void)e;
    while (hs__general_name_next(&list, &name)) {
        char text[600];
        hs__general_name_text(&name, text, sizeof text);
        bool is_kind = name.kind == HS__NAME_DNS || name.kind == HS__NAME_IP ||
                       name.kind == HS__NAME_EMAIL || name.kind == HS__NAME_URI;
        const char *why = is_kind ? hs__name_list_add(&r->job->plan.names, text)
                                  : "names of this kind are not made here";
        note(r, text, !why, why ? why : "");
    }
}

/* The use decides it; a request cannot widen it. */
static void take_usage(reading *r, const hs__cert_extension *e) {
    char value[300], what[400];
    hs__text t;
    hs__text_init(&t, value, sizeof value);
    show_extension(&r->csr->wanted, e, &t);
    snprintf(what, sizeof what, "keyUsage %s", value);
    bool is_ours = r->csr->wanted.key_usage == HS__KU_DIGITAL_SIGNATURE;
    note(r, what, is_ours, is_ours ? "" : "the CA sets what fits the key and the use");
}

static void take_purposes(reading *r, const hs__cert_extension *e) {
    bool server = hs__cert_has_purpose(&r->csr->wanted, HS__OID_SERVER_AUTH);
    bool client = hs__cert_has_purpose(&r->csr->wanted, HS__OID_CLIENT_AUTH);
    hs_span list = r->csr->wanted.ext_key_usage, oid;
    bool is_free = r->job->want->profile == MINI_CA_NOT_GIVEN;
    uint8_t tag;
    (void)e;
    if (is_free && client)
        r->job->plan.profile = server ? HS__PROFILE_BOTH : HS__PROFILE_CLIENT;
    while (hs__der_walk(&list, &tag, &oid)) {
        char name[HS__OID_TEXT_MAX], what[HS__OID_TEXT_MAX + 20];
        hs__oid id = hs__oid_find(oid);
        bool is_known = id == HS__OID_SERVER_AUTH || id == HS__OID_CLIENT_AUTH;
        hs__oid_text(oid, name, sizeof name);
        snprintf(what, sizeof what, "extKeyUsage %s", name);
        note(r, what, is_known && is_free,
             !is_known ? "not a use for TLS"
             : is_free ? ""
                       : "--server, --client or --both says otherwise");
    }
}

static void take_constraints(reading *r, const hs__cert_extension *e) {
    (void)e;
    if (r->csr->wanted.is_ca)
        note(r, "basicConstraints CA", false, "a CA is not made from a request: mini-ca init");
    else
        note(r, "basicConstraints not a CA", true, "");
}

static void take_staple(reading *r, const hs__cert_extension *e) {
    (void)e;
    bool is_asked = extension_must_staple(&r->csr->wanted);
    r->job->plan.must_staple = is_asked;
    note(r, "tlsFeature", is_asked, is_asked ? "must-staple" : "not status_request");
}

static void take_key_id(reading *r, const hs__cert_extension *e) {
    (void)e;
    note(r, "subjectKeyIdentifier", false, "the CA computes it from the key");
}

static const struct {
    hs__oid id;
    void (*take)(reading *r, const hs__cert_extension *e);
} TAKERS[] = {{HS__OID_SUBJECT_ALT_NAME, take_names}, {HS__OID_KEY_USAGE, take_usage},
              {HS__OID_EXT_KEY_USAGE, take_purposes}, {HS__OID_BASIC_CONSTRAINTS, take_constraints},
              {HS__OID_TLS_FEATURE, take_staple},     {HS__OID_SUBJECT_KEY_ID, take_key_id}};
enum { N_TAKERS = sizeof TAKERS / sizeof *TAKERS };

static void take_extensions(reading *r) {
    hs_span list = r->csr->wanted.extensions;
    hs__cert_extension e;
    while (hs__cert_extension_next(&list, &e)) {
        char name[HS__OID_TEXT_MAX];
        size_t i = 0;
        while (i < N_TAKERS && TAKERS[i].id != e.id)
            i++;
        hs__oid_text(e.oid, name, sizeof name);
        if (i < N_TAKERS)
            TAKERS[i].take(r, &e);
        else
            note(r, name, false, "the CA does not put this into certificates");
    }
}

static void take_attributes(reading *r) {
    hs_span list = r->csr->attributes, oid;
    while (hs__csr_attribute_next(&list, &oid)) {
        char name[HS__OID_TEXT_MAX];
        hs__oid id = hs__oid_find(oid);
        hs__oid_text(oid, name, sizeof name);
        if (id == HS__OID_CHALLENGE_PASSWORD)
            note(r, name, false, "not used here; do not use this password for anything else");
        else if (id != HS__OID_EXTENSION_REQUEST)
            note(r, name, false, "not known here");
    }
}

static void put_wishes(const json_t *wishes) {
    size_t i;
    const json_t *wish;
    printf("Of the request\n");
    json_array_foreach(wishes, i, wish) {
        bool honoured = json_is_true(json_object_get(wish, "honoured"));
        const char *why = hs__index_text(wish, "why");
        printf("  %s%-9s%s %s%s%s\n", hs__style_on(stdout, honoured ? HS__GREEN : HS__YELLOW),
               honoured ? "honoured" : "dropped", hs__style_off(stdout),
               hs__safe(hs__index_text(wish, "what")), *why ? ": " : "", why);
    }
}

/* ---- doing ------------------------------------------------------------------------------- */
/* Whoever sends it must have the private key, or could get a certificate for somebody else's. */
static hs__exit check_request(const mini_ca_job *j, const hs__csr *csr, const char *file,
                              hs__fault *fault) {
    char text[HS__KEY_TEXT];
    hs__spki_text(&csr->key, text, sizeof text);
    if (!csr->key.is_known)
        return hs__fault_set(fault, HS__EXIT_UNTRUSTED, "%s: keys of this kind cannot be used: %s",
                             hs__safe(file), text);
    hs_status st = hs__csr_verify(j->provider, csr);
    if (st == HS_E_BAD_SIGNATURE)
        return hs__fault_set(fault, HS__EXIT_UNTRUSTED,
                             "%s is not signed with the key in it: whoever sent it may not have "
                             "the private key",
                             hs__safe(file));
    return st ? hs__fail_status(fault, st, "%s", hs__safe(file)) : HS__EXIT_OK;
}

static hs__exit sign(mini_ca_job *j, const hs__csr *csr, const char *file, hs__fault *fault) {
    reading r = {.job = j, .csr = csr, .wishes = json_array()};
    j->plan.public_key = &csr->key.numbers;
    take_subject(&r);
    take_common_name(&r);
    take_extensions(&r);
    take_attributes(&r);
    j->more_json = json_pack("{s:O}", "request", r.wishes);
    hs__exit code = mini_ca_job_plan(j);
    if (code == HS__EXIT_OK)
        code = hs__ca_check_subject(&j->plan, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_job_files(j, fault);
    if (code == HS__EXIT_OK)
        code = mini_ca_job_library(j, fault);
    if (code == HS__EXIT_OK)
        code = check_request(j, csr, file, fault);
    if (code == HS__EXIT_OK && !j->base->common.json && !j->base->common.quiet)
        put_wishes(r.wishes);
    if (code == HS__EXIT_OK)
        code = mini_ca_job_do(j, fault);
    json_decref(r.wishes);
    return code;
}

static hs__exit run(const args *a, const char *file, hs__fault *fault) {
    mini_ca_job j = {.base = &a->base, .want = &a->want, .program = &mini_ca_sign_program};
    mini_ca_request request = {0};
    hs__bytes text;
    hs__exit code = hs__file_read(file, HS__FILE_LIMIT, &text, fault);
    if (code)
        return code;
    code = mini_ca_request_parse(hs__bytes_span(&text), file, &request, fault);
    if (code == HS__EXIT_OK)
        code = sign(&j, &request.csr, file, fault);
    mini_ca_job_end(&j);
    mini_ca_request_free(&request);
    hs__bytes_free(&text);
    return code;
}

hs__exit mini_ca_sign(const mini_ca *before, int argc, char **argv, hs__fault *fault) {
    args a = {.base = *before, .want = MINI_CA_WANT_NOTHING};
    hs__exit code;
    int first = hs__options_parse(&mini_ca_sign_program, argc, argv, &a, &code);
    if (first >= 0) {
        hs__say_setup("mini-ca", &a.base.common);
        code = run(&a, argv[first], fault);
    }
    hs__list_free(&a.want.san);
    return code;
}
