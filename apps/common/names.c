#include "apps/common/names.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "apps/common/value.h"
#include "pki/hostname.h"

static const char NO_MEMORY[] = "there is no memory left";

void hs__name_list_free(hs__name_list *list) {
    for (size_t i = 0; i < list->n; i++)
        free((uint8_t *)list->v[i].value.p - 1);
    free(list->v);
    *list = (hs__name_list){0};
}

bool hs__name_list_has(const hs__name_list *list, hs__general_kind kind) {
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i].kind == kind)
            return true;
    return false;
}

static const char *add(hs__name_list *list, hs__general_kind kind, const void *value, size_t n) {
    for (size_t i = 0; i < list->n; i++) {
        const hs__general_name *old = &list->v[i];
        if (old->kind == kind && old->value.n == n && memcmp(old->value.p, value, n) == 0)
            return NULL;
    }
    hs__general_name *v = realloc(list->v, (list->n + 1) * sizeof *v);
    if (!v)
        return NO_MEMORY;
    list->v = v;
    uint8_t *copy = malloc(n + 1);
    if (!copy)
        return NO_MEMORY;
    copy[0] = '.';
    memcpy(copy + 1, value, n);
    v[list->n++] = (hs__general_name){.kind = kind, .value = {copy + 1, n}};
    return NULL;
}

/* "[::1]" and "::1" alike; 4 or 16, 0 if it is no address. */
static size_t read_ip(const char *text, uint8_t out[16]) {
    char bare[INET6_ADDRSTRLEN + 1];
    size_t n = strlen(text);
    if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
        text++;
        n -= 2;
    }
    if (n >= sizeof bare)
        return 0;
    memcpy(bare, text, n);
    bare[n] = 0;
    if (inet_pton(AF_INET, bare, out) == 1)
        return 4;
    return inet_pton(AF_INET6, bare, out) == 1 ? 16 : 0;
}

static const char *add_ip(hs__name_list *list, const char *text) {
    uint8_t ip[16];
    size_t n = read_ip(text, ip);
    return n ? add(list, HS__NAME_IP, ip, n) : "it is not an IPv4 or IPv6 address";
}

/* Lower case, without the root's dot. NULL if it is a DNS name, else why not. */
static const char *read_dns(const char *text, bool may_be_wildcard, char out[HS__HOST_MAX + 1],
                            size_t *n) {
    *n = strlen(text);
    if (*n > 0 && text[*n - 1] == '.')
        --*n;
    if (*n > HS__HOST_MAX)
        return "a DNS name has at most 253 characters";
    for (size_t i = 0; i < *n; i++) {
        if ((unsigned char)text[i] >= 0x80)
            return "names beyond ASCII are written with xn-- (A-labels)";
        out[i] = (char)tolower((unsigned char)text[i]);
    }
    out[*n] = 0;
    if (!hs__dns_is_well_formed((hs_span){(const uint8_t *)out, *n}, may_be_wildcard))
        return "it is not a DNS name: labels of letters, digits and '-', between dots; '*' only "
               "as the whole first label";
    return NULL;
}

static const char *add_dns(hs__name_list *list, const char *text) {
    char name[HS__HOST_MAX + 1];
    size_t n;
    const char *why = read_dns(text, true, name, &n);
    return why ? why : add(list, HS__NAME_DNS, name, n);
}

static bool is_visible_ascii(const char *text) {
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

static const char *add_email(hs__name_list *list, const char *text) {
    char host[HS__HOST_MAX + 1];
    size_t n;
    const char *at = strrchr(text, '@');
    if (!at || at == text || !is_visible_ascii(text))
        return "an e-mail address is NAME@HOST in ASCII";
    const char *why = read_dns(at + 1, false, host, &n);
    return why ? why : add(list, HS__NAME_EMAIL, text, strlen(text));
}

/* RFC 3986 3: a scheme, a colon, something. */
static const char *add_uri(hs__name_list *list, const char *text) {
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
    if (n == 0 || !isalpha((unsigned char)text[0]) || text[n] != ':' || !text[n + 1] ||
        !is_visible_ascii(text))
        return "a URI is SCHEME:SOMETHING in ASCII";
    return add(list, HS__NAME_URI, text, strlen(text));
}

static const struct {
    const char *prefix;
    const char *(*add)(hs__name_list *list, const char *text);
} TYPES[] = {{"DNS:", add_dns}, {"IP:", add_ip}, {"email:", add_email}, {"URI:", add_uri}};

const char *hs__name_list_add(hs__name_list *list, const char *text) {
    uint8_t ip[16];
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        size_t n = strlen(TYPES[i].prefix);
        if (strncasecmp(text, TYPES[i].prefix, n) == 0)
            return TYPES[i].add(list, text + n);
    }
    if (read_ip(text, ip))
        return add_ip(list, text);
    if (strstr(text, "://") || strncmp(text, "urn:", 4) == 0)
        return add_uri(list, text);
    return strchr(text, '@') ? add_email(list, text) : add_dns(list, text);
}

/* Address and mask (RFC 5280 4.2.1.10). */
static const char *add_network(hs__name_list *list, const uint8_t ip[16], size_t n, uint64_t bits) {
    uint8_t rule[32] = {0};
    memcpy(rule, ip, n);
    for (size_t i = 0; i < n; i++) {
        uint64_t left = bits > 8 * i ? bits - 8 * i : 0;
        uint8_t mask = (uint8_t)(left >= 8 ? 0xff : 0xff00u >> left);
        rule[n + i] = mask;
        if (rule[i] & (uint8_t)~mask)
            return "bits are set behind the prefix; 10.0.0.0/8, not 10.1.2.3/8";
    }
    return add(list, HS__NAME_IP, rule, 2 * n);
}

const char *hs__name_list_add_rule(hs__name_list *list, const char *text) {
    char host[HS__HOST_MAX + 1];
    uint8_t ip[16];
    size_t n = strcspn(text, "/");
    if (n > HS__HOST_MAX)
        return "it is too long";
    memcpy(host, text, n);
    host[n] = 0;
    size_t ip_n = read_ip(host, ip);
    uint64_t bits = 8 * ip_n;
    if (text[n] && (!ip_n || !hs__read_number(text + n + 1, &bits) || bits > 8 * ip_n))
        return "behind / stands the length of an address prefix: 10.0.0.0/8, ::1/128";
    if (ip_n)
        return add_network(list, ip, ip_n, bits);
    if (strchr(text, '@') || strchr(text, ':'))
        return "rules are DNS names or addresses with a prefix";
    const char *why = read_dns(text[0] == '.' ? text + 1 : text, false, host, &n);
    return why ? why : add(list, HS__NAME_DNS, host, n);
}
