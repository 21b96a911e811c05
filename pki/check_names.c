/* Checks of names: is the leaf for the one that was asked for, and may its issuers say so? */
#include <string.h>

#include "pki/name_constraints.h"
#include "pki/path_check.h"
#include "pki/text.h"

/* RFC 5280 6.1.3 (b), (c): all below this CA, self-issued intermediates excepted. */
void hs__check_name_constraints(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const hs__cert *c = path->cert[depth];
    hs__breach breach = {0};
    char text[HS__NAME_TEXT];
    if (!hs__has(c, HS__EXT_NAME_CONSTRAINTS)) {
        f->is_skipped = true;
        return;
    }
    for (size_t i = 0; i < depth && f->status == HS_OK; i++) {
        if (i == 0 || !hs__cert_is_self_issued(path->cert[i])) {
            f->status = hs__name_constraints_check(c, path->cert[i], &j->constraint_work,
                                                   HS__CONSTRAINT_WORK, &breach);
        }
    }
    j->is_exhausted = j->is_exhausted || f->status == HS_E_VERIFY_LIMIT;
    if (!hs__is_wanted(f)) {
        return;
    }
    hs__name_constraints_text(c, text, sizeof(text));
    f->expected = hs__arena_f(f->arena, "%s", text);
    f->got = "all names are within";
    if (f->status == HS_E_NAME_CONSTRAINTS) {
        hs__general_name_text(&breach.name, text, sizeof(text));
        f->got = hs__arena_f(f->arena, "%s is %s", text,
                             breach.is_excluded ? "excluded" : "not permitted");
    } else if (f->status) {
        f->got = hs_status_text(f->status);
    }
    f->fix = "issue it from a CA that may vouch for that name";
    f->summary =
        hs__arena_f(f->arena, "%s may not vouch for this: %s", hs__say_who(f, path, depth), f->got);
}

/* The names that count, for a sentence: mailboxes, or DNS names and addresses. */
static const char *names_text(const hs__finding *f, const hs__cert *c, bool mailboxes) {
    char text[HS__LIST_TEXT];
    char one[HS__NAME_TEXT];
    hs__text t;
    hs_span rest = c->names;
    hs__general_name name;
    hs__text_init(&t, text, sizeof(text));
    while (!t.is_cut && hs__general_name_next(&rest, &name)) {
        const bool is_host = name.kind == HS__NAME_DNS || name.kind == HS__NAME_IP;
        if (mailboxes ? name.kind == HS__NAME_EMAIL : is_host) {
            hs__general_name_value_text(&name, one, sizeof(one));
            hs__text_f(&t, "%s%s", t.n > 0 ? ", " : "", one);
        }
    }
    const char *none = mailboxes ? "no e-mail address" : "no host name (its CN does not count)";
    return hs__arena_f(f->arena, "%s", t.n > 0 ? text : none);
}

/* "*.co.uk": a wildcard for whatever is registered there. */
static bool is_registry_wildcard(const hs__judge *j, hs_span pattern) {
    return pattern.n > 2 && pattern.p[0] == '*' && j->trust != NULL &&
           hs__trust_is_suffix(j->trust, (hs_span){pattern.p + 2, pattern.n - 2});
}

static bool is_for_host(const hs__judge *j, const hs__cert *c, uint32_t rules) {
    hs_span rest = c->names;
    hs__general_name name;
    while (j->host_status == HS_OK && hs__general_name_next(&rest, &name)) {
        const bool is_too_wide = name.kind == HS__NAME_DNS &&
                                 (rules & HS_RULE_PUBLIC_SUFFIX) != 0 &&
                                 is_registry_wildcard(j, name.value);
        if (!is_too_wide && hs__host_matches_name(&j->host, &name)) {
            return true;
        }
    }
    return false;
}

static bool is_for_mailbox(const char *mailbox, const hs__cert *c) {
    const hs_span wanted = {(const uint8_t *)mailbox, strlen(mailbox)};
    hs_span rest = c->names;
    hs__general_name name;
    while (hs__general_name_next(&rest, &name)) {
        if (name.kind == HS__NAME_EMAIL && hs__mailbox_equal(name.value, wanted)) {
            return true;
        }
    }
    return false;
}

/* Servers have no mailbox; everybody else may be asked for by one. */
static bool is_mailbox(const hs_verify_options *o) {
    return o->purpose != HS_PURPOSE_SERVER && o->purpose != HS_PURPOSE_KEY_TRANSPORT &&
           strchr(o->name, '@') != NULL;
}

void hs__check_name(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    const char *name = j->options->name;
    const hs__cert *c = path->cert[depth];
    if (name == NULL) {
        f->is_skipped = true;
        return;
    }
    const bool by_mailbox = is_mailbox(j->options);
    const bool is_good =
        by_mailbox ? is_for_mailbox(name, c) : is_for_host(j, c, hs__rules(j, path));
    f->status = is_good ? HS_OK : HS_E_NAME_MISMATCH;
    if (hs__is_wanted(f)) {
        f->expected = hs__arena_f(f->arena, "%s", name);
        f->got = names_text(f, c, by_mailbox);
        f->fix =
            j->host_status != HS_OK && !by_mailbox
                ? "this is neither a host name nor an address; names beyond ASCII are "
                  "written with xn--"
                : hs__arena_f(f->arena, "%s by one of its names, or issue a certificate for %s",
                              by_mailbox ? "ask for it" : "connect", name);
        f->summary = hs__arena_f(f->arena, "want \"%s\", certificate is for %s", name, f->got);
    }
}

/* The root of the default mini-ca is trusted for this machine's names only. */
void hs__check_anchor_scope(hs__judge *j, const hs__path *path, size_t depth, hs__finding *f) {
    (void)depth;
    if (path->anchor == NULL || (path->anchor->flags & HS_TRUST_LOCAL_ONLY) == 0 ||
        path->n != depth + 1) {
        f->is_skipped = true;
        return;
    }
    const char *name = j->options->name;
    const bool is_good = j->host_status == HS_OK && hs__host_is_local(&j->host);
    f->status = is_good ? HS_OK : HS_E_ANCHOR_SCOPE;
    if (hs__is_wanted(f)) {
        const char *source = hs__trust_source(j->trust, path->anchor);
        f->expected = "localhost, a name under .localhost or .test, or a loopback address";
        f->got = name != NULL ? hs__arena_f(f->arena, "%s", name) : "no name";
        f->fix = "to trust this root for every name, give it with --cacert";
        f->summary = hs__arena_f(f->arena,
                                 "the root of %s is trusted for local names only, not "
                                 "for %s",
                                 source, f->got);
    }
}
