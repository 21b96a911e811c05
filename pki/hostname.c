#include "pki/hostname.h"

#include <arpa/inet.h>
#include <string.h>

enum { LABEL_MAX = 63, ADDRESS_TEXT = 64 };

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_label_char(char c) {
    c = lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Labels of 1 to 63 characters, no '-' at their ends, the last one not a number alone (else
 * it would be an IPv4 address by RFC 3986 and WHATWG readers). */
static bool is_dns(const char *p, size_t n) {
    size_t label = 0;
    bool is_number = true;
    if (n == 0 || n > HS__HOST_MAX) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const bool ends = i + 1 == n || p[i + 1] == '.';
        if (p[i] == '.') {
            if (label == 0 || i + 1 == n) {
                return false;
            }
            label = 0;
            is_number = true;
            continue;
        }
        label++;
        is_number = is_number && p[i] >= '0' && p[i] <= '9';
        if (!is_label_char(p[i]) || label > LABEL_MAX || (p[i] == '-' && (label == 1 || ends))) {
            return false;
        }
    }
    return !is_number;
}

/* An address in text, also in brackets or with a zone; 0 bytes where it is none. */
static size_t read_address(const char *name, uint8_t ip[16]) {
    char text[ADDRESS_TEXT];
    size_t n = strlen(name);
    const bool has_brackets = n >= 2 && name[0] == '[' && name[n - 1] == ']';
    if (has_brackets) {
        name++;
        n -= 2;
    }
    const char *zone = memchr(name, '%', n);
    n = zone != NULL ? (size_t)(zone - name) : n;
    if (n >= sizeof(text)) {
        return 0;
    }
    memcpy(text, name, n);
    text[n] = '\0';
    if (!has_brackets && zone == NULL && inet_pton(AF_INET, text, ip) == 1) {
        return 4;
    }
    return inet_pton(AF_INET6, text, ip) == 1 ? 16 : 0;
}

hs_status hs__host_read(const char *name, hs__host *out) {
    memset(out, 0, sizeof(*out));
    out->ip_n = read_address(name, out->ip);
    out->is_ip = out->ip_n > 0;
    if (out->is_ip) {
        return HS_OK;
    }
    size_t n = strlen(name);
    if (n > 0 && name[n - 1] == '.') {
        n--; /* the root of an absolute name; certificates never have it */
    }
    if (!is_dns(name, n)) {
        return HS_E_ILLEGAL_VALUE;
    }
    for (size_t i = 0; i < n; i++) {
        out->dns[i] = lower(name[i]);
    }
    out->dns_n = n;
    return HS_OK;
}

bool hs__dns_is_well_formed(hs_span name, bool may_be_wildcard) {
    const char *p = (const char *)name.p;
    if (may_be_wildcard && name.n > 2 && p[0] == '*' && p[1] == '.') {
        return is_dns(p + 2, name.n - 2);
    }
    return is_dns(p, name.n);
}

static bool equal_folded(const char *lowered, const char *p, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (lowered[i] != lower(p[i])) {
            return false;
        }
    }
    return true;
}

bool hs__host_matches_dns(const hs__host *host, hs_span pattern) {
    const char *p = (const char *)pattern.p;
    size_t n = pattern.n;
    const char *dns = host->dns;
    size_t dns_n = host->dns_n;
    if (host->is_ip || !hs__dns_is_well_formed(pattern, true)) {
        return false;
    }
    if (p[0] == '*') {
        /* RFC 9525 6.3: the star is the whole left-most label and stands for exactly one.
         * "*.test" would cover a whole registry, so two labels must follow. */
        const char *rest = memchr(dns, '.', dns_n);
        if (rest == NULL || memchr(p + 2, '.', n - 2) == NULL) {
            return false;
        }
        dns_n -= (size_t)(rest - dns);
        dns = rest;
        p++;
        n--;
    }
    return n == dns_n && equal_folded(dns, p, n);
}

bool hs__host_matches_name(const hs__host *host, const hs__general_name *name) {
    if (name->kind == HS__NAME_DNS) {
        return hs__host_matches_dns(host, name->value);
    }
    return name->kind == HS__NAME_IP && host->is_ip && name->value.n == host->ip_n &&
           memcmp(name->value.p, host->ip, host->ip_n) == 0;
}

bool hs__host_matches(const hs__host *host, const hs__cert *cert) {
    hs_span rest = cert->names;
    hs__general_name name;
    while (hs__general_name_next(&rest, &name)) {
        if (hs__host_matches_name(host, &name)) {
            return true;
        }
    }
    return false;
}

hs_span hs__mailbox_host(hs_span mailbox) {
    const uint8_t *sign = mailbox.n > 0 ? memchr(mailbox.p, '@', mailbox.n) : NULL;
    if (sign == NULL || sign == mailbox.p) {
        return (hs_span){NULL, 0};
    }
    const hs_span host = {sign + 1, mailbox.n - (size_t)(sign + 1 - mailbox.p)};
    return hs__dns_is_well_formed(host, false) ? host : (hs_span){NULL, 0};
}

bool hs__mailbox_equal(hs_span a, hs_span b) {
    const hs_span a_host = hs__mailbox_host(a);
    const hs_span b_host = hs__mailbox_host(b);
    if (a_host.p == NULL || b_host.p == NULL || a.n != b.n || a_host.n != b_host.n) {
        return false;
    }
    bool is_equal = memcmp(a.p, b.p, a.n - a_host.n) == 0;
    for (size_t i = 0; i < a_host.n; i++) {
        is_equal = is_equal && lower((char)a_host.p[i]) == lower((char)b_host.p[i]);
    }
    return is_equal;
}

/* The name itself, or something below it. */
static bool is_under(const hs__host *host, const char *domain) {
    const size_t n = strlen(domain);
    if (host->dns_n < n || memcmp(host->dns + host->dns_n - n, domain, n) != 0) {
        return false;
    }
    return host->dns_n == n || host->dns[host->dns_n - n - 1] == '.';
}

bool hs__host_is_local(const hs__host *host) {
    static const uint8_t loopback[16] = {[15] = 1};
    if (host->is_ip) {
        return host->ip_n == 4 ? host->ip[0] == 127
                               : memcmp(host->ip, loopback, sizeof(loopback)) == 0;
    }
    return is_under(host, "localhost") || is_under(host, "test");
}
