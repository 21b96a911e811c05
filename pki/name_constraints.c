#include "pki/name_constraints.h"

#include <string.h>

#include "pki/hostname.h"
#include "pki/text.h"

static char lower(uint8_t c) {
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool equal_folded(hs_span a, hs_span b) {
    if (a.n != b.n) {
        return false;
    }
    for (size_t i = 0; i < a.n; i++) {
        if (lower(a.p[i]) != lower(b.p[i])) {
            return false;
        }
    }
    return true;
}

static hs_span tail(hs_span v, size_t n) {
    return (hs_span){v.p + (v.n - n), n};
}

/* `name` is `domain` or lies below it. */
static bool is_under(hs_span name, hs_span domain) {
    if (name.n < domain.n || !equal_folded(tail(name, domain.n), domain)) {
        return false;
    }
    return name.n == domain.n || domain.n == 0 || name.p[name.n - domain.n - 1] == '.';
}

/* "*.rest" may stand for the constraint "label.rest". */
static bool wildcard_may_reach(hs_span wildcard, hs_span base) {
    const uint8_t *dot = base.n > 0 ? memchr(base.p, '.', base.n) : NULL;
    if (dot == NULL) {
        return false;
    }
    const hs_span parent = {dot, base.n - (size_t)(dot - base.p)};
    return equal_folded((hs_span){wildcard.p + 1, wildcard.n - 1}, parent);
}

typedef enum { NO, YES, BROKEN } answer; /* BROKEN: cannot be compared, so it counts as a breach */

/* dNSName: any number of labels may stand to the left. A wildcard is within the permitted
 * names if all it stands for is, and among the excluded ones if any of it is. */
static answer match_dns(hs_span name, hs_span base, bool excludes) {
    const bool is_wildcard = name.n > 2 && name.p[0] == '*' && name.p[1] == '.';
    if (!hs__dns_is_well_formed(name, true) ||
        (base.n > 0 && !hs__dns_is_well_formed(base, false))) {
        return BROKEN;
    }
    if (is_wildcard && excludes && wildcard_may_reach(name, base)) {
        return YES;
    }
    if (is_wildcard) {
        name = (hs_span){name.p + 2, name.n - 2};
    }
    return is_under(name, base) ? YES : NO;
}

static answer match_ip(hs_span name, hs_span base) {
    if (base.n != 2 * name.n) {
        return NO; /* the other family */
    }
    for (size_t i = 0; i < name.n; i++) {
        if (((name.p[i] ^ base.p[i]) & base.p[name.n + i]) != 0) {
            return NO;
        }
    }
    return YES;
}

/* A host against "host" (that one only) or ".domain" (those below it). */
static answer match_host(hs_span host, hs_span base) {
    if (base.n > 0 && base.p[0] == '.') {
        return host.n > base.n && equal_folded(tail(host, base.n), base) ? YES : NO;
    }
    return equal_folded(host, base) ? YES : NO;
}

/* A constraint is one mailbox, a host, or a domain. */
static answer match_email(hs_span name, hs_span base) {
    const hs_span host = hs__mailbox_host(name);
    const bool is_mailbox = base.n > 0 && memchr(base.p, '@', base.n) != NULL;
    if (host.p == NULL || (is_mailbox && hs__mailbox_host(base).p == NULL)) {
        return BROKEN;
    }
    if (is_mailbox) {
        return hs__mailbox_equal(name, base) ? YES : NO;
    }
    return match_host(host, base);
}

/* The host of scheme://[user@]host[:port][/...]; .p NULL where it has none that is a name. */
static hs_span host_of_uri(hs_span uri) {
    size_t from = 0;
    while (from + 3 <= uri.n && memcmp(uri.p + from, "://", 3) != 0) {
        from++;
    }
    from += 3;
    size_t to = from;
    for (; to < uri.n && uri.p[to] != '/' && uri.p[to] != '?' && uri.p[to] != '#'; to++) {
        from = uri.p[to] == '@' ? to + 1 : from;
    }
    for (size_t i = from; i < to; i++) {
        to = uri.p[i] == ':' ? i : to;
    }
    if (from >= to) {
        return (hs_span){NULL, 0};
    }
    const hs_span host = {uri.p + from, to - from};
    return hs__dns_is_well_formed(host, false) ? host : (hs_span){NULL, 0};
}

static answer match_uri(hs_span name, hs_span base) {
    const hs_span host = host_of_uri(name);
    return host.p == NULL ? BROKEN : match_host(host, base);
}

static answer match(const hs__general_name *name, hs_span base, bool excludes) {
    switch (name->kind) {
    case HS__NAME_DNS:
        return match_dns(name->value, base, excludes);
    case HS__NAME_IP:
        return match_ip(name->value, base);
    case HS__NAME_EMAIL:
        return match_email(name->value, base);
    case HS__NAME_URI:
        return match_uri(name->value, base);
    case HS__NAME_DIRECTORY:
        return hs__name_is_within(name->value, base) ? YES : NO;
    case HS__NAME_OTHER:
    case HS__NAME_X400:
    case HS__NAME_EDI:
    case HS__NAME_REGISTERED_ID:
        break;
    }
    return BROKEN;
}

typedef struct {
    size_t *work, limit;
    hs__breach *out;
} check;

/* The next subtree's base. */
static bool next_base(hs_span *subtrees, hs__general_name *base) {
    uint8_t tag;
    hs_span subtree;
    return hs__der_walk(subtrees, &tag, &subtree) && hs__general_name_next(&subtree, base);
}

/* One name against one list. *has_kind: the list says something about names of this kind. */
static hs_status search(const check *k, const hs__general_name *name, hs_span subtrees,
                        bool excludes, bool *has_kind, answer *found) {
    hs__general_name base;
    *has_kind = false;
    *found = NO;
    while (*found == NO && next_base(&subtrees, &base)) {
        /* Going past one costs, too. */
        if (++*k->work > k->limit) {
            return HS_E_VERIFY_LIMIT;
        }
        if (base.kind != name->kind) {
            continue;
        }
        *has_kind = true;
        *found = match(name, base.value, excludes);
    }
    return HS_OK;
}

static hs_status check_name(const check *k, const hs__cert *ca, const hs__general_name *name) {
    bool has_kind;
    answer found;
    hs_status st = search(k, name, ca->excluded, true, &has_kind, &found);
    if (st == HS_OK && found != NO) {
        *k->out = (hs__breach){*name, true};
        return HS_E_NAME_CONSTRAINTS;
    }
    if (st == HS_OK) {
        st = search(k, name, ca->permitted, false, &has_kind, &found);
    }
    if (st == HS_OK && has_kind && found != YES) {
        *k->out = (hs__breach){*name, false};
        return HS_E_NAME_CONSTRAINTS;
    }
    return st;
}

/* The subject: a directoryName, and where there is no subjectAltName, each e-mail address in
 * it, too (RFC 5280 4.2.1.10). */
static hs_status check_subject(const check *k, const hs__cert *ca, const hs__cert *cert) {
    const bool has_alt_names = (cert->has & HS__EXT_SUBJECT_ALT_NAME) != 0;
    if (hs__name_is_empty(cert->subject)) {
        return HS_OK;
    }
    const hs__general_name subject = {HS__NAME_DIRECTORY, cert->subject};
    hs__general_name email = {HS__NAME_EMAIL, {NULL, 0}};
    hs__name_walk w = hs__name_walk_begin(cert->subject);
    hs_status st = check_name(k, ca, &subject);
    while (st == HS_OK && !has_alt_names &&
           hs__name_walk_next(&w, HS__OID_EMAIL_ADDRESS, &email.value)) {
        st = check_name(k, ca, &email);
    }
    return st;
}

hs_status hs__name_constraints_check(const hs__cert *ca, const hs__cert *cert, size_t *work,
                                     size_t limit, hs__breach *out) {
    const check k = {work, limit, out};
    hs_span names = cert->names;
    hs__general_name name;
    hs_status st = check_subject(&k, ca, cert);
    while (st == HS_OK && hs__general_name_next(&names, &name)) {
        st = check_name(&k, ca, &name);
    }
    return st;
}

static void list_text(hs__text *t, const char *verb, hs_span subtrees) {
    hs__general_name base;
    for (bool is_first = true; !t->is_cut && next_base(&subtrees, &base); is_first = false) {
        char text[HS__NAME_TEXT];
        hs__general_name_text(&base, text, sizeof(text));
        hs__text_f(t, "%s%s%s", is_first ? verb : ", ", is_first ? " " : "", text);
    }
}

void hs__name_constraints_text(const hs__cert *ca, char *out, size_t room) {
    hs__text t;
    hs__text_init(&t, out, room);
    list_text(&t, "permits", ca->permitted);
    hs__text_add(&t, ca->permitted.n > 0 && ca->excluded.n > 0 ? "; " : "");
    list_text(&t, "excludes", ca->excluded);
}
