/* What was chosen from what: the hellos say both. */
#include <string.h>

#include "apps/hs-trace/check_state.h"
#include "proto/certificate_verify.h"
#include "proto/client_hello.h"
#include "proto/server_hello.h"
#include "proto/server_key_exchange.h"
#include "trace/names.h"

/* The last message of a type, before or behind a line. */
static const check_message *before(const check_conn *c, uint8_t type, size_t line) {
    const check_message *found = NULL;
    for (size_t i = 0; i < c->n_message && c->message[i].line < line; i++) {
        found = c->message[i].type == type ? &c->message[i] : found;
    }
    return found;
}

static const check_message *last(const check_conn *c, uint8_t type, bool by_server) {
    const check_message *found = NULL;
    for (size_t i = 0; i < c->n_hashed; i++) {
        const check_message *m = &c->message[i];
        found = m->type == type && m->by_server == by_server ? m : found;
    }
    return found;
}

/* ---- what was offered -------------------------------------------------------------------- */

static hs_span offer(const hs__client_hello *ch, const char *what) {
    const hs__extensions *e = &ch->extensions;
    return strcmp(what, "version") == 0  ? e->supported_versions
           : strcmp(what, "suite") == 0  ? ch->cipher_suites
           : strcmp(what, "sigalg") == 0 ? e->signature_algorithms
                                         : e->supported_groups; /* "group", "hrr" */
}

static bool lists(const json_t *names, hs__name_fn name_of, hs_span codes) {
    bool same = json_array_size(names) == hs__list16_count(codes);
    for (size_t i = 0; same && i < json_array_size(names); i++) {
        const char *told = json_string_value(json_array_get(names, i));
        hs__strbuf b = {0};
        hs__code_add(&b, name_of, hs__list16_at(codes, i));
        same = told != NULL && strcmp(told, hs__buf_str(&b)) == 0;
        hs__buf_free(&b);
    }
    return same;
}

static void check_offer(check_conn *c, size_t line, const json_t *o, const char *what,
                        hs__name_fn name_of) {
    const check_message *m = before(c, HS__HT_client_hello, line);
    hs__client_hello ch;
    hs__rd_root root;
    if (m != NULL && lines_has(o, "offered") &&
        hs__client_hello_read(m->best, NULL, &root, &ch) == HS_OK &&
        !lists(json_object_get(o, "offered"), name_of, offer(&ch, what))) {
        check_wrong(c, line, "offered is not what the ClientHello of line %zu offers", m->line);
    }
}

/* ---- what was chosen --------------------------------------------------------------------- */

/* 0: the messages do not tell. */
static uint16_t group_chosen(const check_conn *c, bool is_retry) {
    hs__rd_root root;
    hs__server_key_exchange ske;
    const check_message *m = last(c, HS__HT_server_key_exchange, true);
    if (m != NULL && hs__server_key_exchange_read(m->best, NULL, &root, &ske) == HS_OK) {
        return ske.params.group;
    }
    for (size_t i = 0; i < c->n_hashed; i++) {
        hs__server_hello sh;
        m = &c->message[i];
        if (m->type != HS__HT_server_hello ||
            hs__server_hello_read(m->best, NULL, &root, &sh) != HS_OK) {
            continue;
        }
        if (is_retry && sh.kind == HS__IN_HELLO_RETRY_REQUEST) {
            return sh.extensions.selected_group;
        }
        if (!is_retry && sh.kind == HS__IN_SERVER_HELLO) {
            return sh.extensions.server_share.group;
        }
    }
    return 0;
}

static uint16_t scheme_chosen(const check_conn *c) {
    hs__rd_root root;
    hs__certificate_verify cv;
    hs__server_key_exchange ske;
    const check_message *m = last(c, HS__HT_server_key_exchange, true);
    if (m != NULL && hs__server_key_exchange_read(m->best, NULL, &root, &ske) == HS_OK) {
        return ske.algorithm;
    }
    m = last(c, HS__HT_certificate_verify, true);
    return m != NULL && hs__certificate_verify_read(m->best, NULL, &root, &cv) == HS_OK
               ? cv.algorithm
               : 0;
}

static uint16_t chosen(const check_conn *c, const char *what) {
    return strcmp(what, "version") == 0  ? c->suite != NULL ? c->version : 0
           : strcmp(what, "suite") == 0  ? c->suite != NULL ? c->suite->code : 0
           : strcmp(what, "sigalg") == 0 ? scheme_chosen(c)
                                         : group_chosen(c, strcmp(what, "hrr") == 0);
}

/* Choices of the server's, which answer ClientHello. */
static void check_choice(check_conn *c, size_t line, const json_t *o) {
    static const char *const known[] = {"version", "suite", "sigalg", "group", "hrr"};
    const char *what = lines_text(o, "what"), *told = lines_text(o, "chosen");
    const hs__name_fn name_of = hs__choose_names(what);
    bool is_known = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        is_known = is_known || strcmp(known[i], what) == 0;
    }
    if (!is_known || name_of == NULL || strcmp(lines_text(o, "by"), "server") != 0) {
        return;
    }
    const uint16_t code = chosen(c, what);
    const char *name = code != 0 ? name_of(code) : NULL;
    check_offer(c, line, o, what, name_of);
    if (name != NULL && told[0] != 0 && strcmp(name, told) != 0) {
        check_wrong(c, line, "chosen is %s, the server's messages say %s", told, name);
    }
}

void check_choices(check_conn *c) {
    for (size_t i = 0; i < c->choices.n; i++) {
        check_choice(c, c->choices.v[i].line, c->choices.v[i].o);
    }
}
