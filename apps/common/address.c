#include "apps/common/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "apps/common/value.h"

static const char *read_port(const char *text, unsigned smallest, uint16_t *port) {
    uint64_t number;
    if (!hs__read_number(text, &number) || number < smallest || number > 65535)
        return smallest ? "the port is a number from 1 to 65535"
                        : "the port is a number from 0 to 65535";
    *port = (uint16_t)number;
    return NULL;
}

static const char *read_unix(const char *path, hs__address *out) {
    if (!*path)
        return "the path behind unix: is missing";
    if (strlen(path) >= sizeof out->path)
        return "the path behind unix: is too long for a socket (107 bytes)";
    snprintf(out->path, sizeof out->path, "%s", path);
    return NULL;
}

static bool is_literal(const char *host) {
    struct in6_addr any;
    char bare[64];
    size_t n = strcspn(host, "%"); /* fe80::1%eth0 */
    if (n >= sizeof bare)
        return false;
    memcpy(bare, host, n);
    bare[n] = 0;
    return inet_pton(AF_INET6, bare, &any) == 1 ||
           (host[n] == 0 && inet_pton(AF_INET, host, &any) == 1);
}

/* A name of the form that DNS and /etc/hosts can hold. */
static const char *check_name(const char *host) {
    for (const char *p = host; *p; p++) {
        bool ok = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                  (*p >= '0' && *p <= '9') || strchr("-._", *p);
        if (!ok)
            return (unsigned char)*p >= 0x80
                       ? "names beyond ASCII are written with xn-- (A-labels)"
                       : "a host name has letters, digits, '-', '_' and '.' only";
    }
    return NULL;
}

static const char *set_host(const char *host, size_t n, hs__address *out) {
    if (n == 0)
        return "the host is missing";
    if (n >= sizeof out->host)
        return "the host name is longer than 255 bytes";
    memcpy(out->host, host, n);
    out->host[n] = 0;
    out->is_ip = is_literal(out->host);
    return out->is_ip ? NULL : check_name(out->host);
}

/* Cuts "[::1]:443", "::1" or "name:443" in host and port; *port is NULL where there is none. */
static const char *split(const char *text, hs__address *out, const char **port) {
    *port = NULL;
    if (*text == '[') {
        const char *end = strchr(text, ']');
        if (!end || (end[1] != 0 && end[1] != ':'))
            return "after [ comes an IPv6 address, then ], then :PORT";
        *port = end[1] == ':' ? end + 2 : NULL;
        const char *why = set_host(text + 1, (size_t)(end - text - 1), out);
        return !why && !strchr(out->host, ':') ? "between [ and ] stands an IPv6 address" : why;
    }
    const char *colon = strchr(text, ':');
    if (colon && strchr(colon + 1, ':')) {
        const char *why = set_host(text, strlen(text), out);
        return !why && !out->is_ip ? "an IPv6 address with a port is written [ADDR]:PORT" : why;
    }
    *port = colon ? colon + 1 : NULL;
    return set_host(text, colon ? (size_t)(colon - text) : strlen(text), out);
}

const char *hs__address_connect(const char *text, uint16_t default_port, hs__address *out) {
    const char *port;
    *out = (hs__address){.port = default_port};
    if (strncmp(text, "unix:", 5) == 0)
        return read_unix(text + 5, out);
    if (strstr(text, "://") || strchr(text, '/'))
        return "give HOST:PORT, not a URL";
    const char *why = split(text, out, &port);
    if (why)
        return why;
    if (port)
        return read_port(port, 1, &out->port);
    return default_port ? NULL : "the port is missing: HOST:PORT";
}

const char *hs__address_listen(const char *text, hs__address *out) {
    const char *port;
    *out = (hs__address){.host = "127.0.0.1", .is_ip = true};
    if (strncmp(text, "unix:", 5) == 0)
        return read_unix(text + 5, out);
    if (text[strspn(text, "0123456789")] == 0)
        return read_port(text, 0, &out->port);
    const char *why = split(text, out, &port);
    if (why)
        return why;
    return port ? read_port(port, 0, &out->port) : "the port is missing: [ADDR:]PORT";
}

const char *hs__address_text(const hs__address *address, char *out) {
    if (address->path[0])
        snprintf(out, HS__ADDRESS_TEXT, "unix:%s", address->path);
    else if (strchr(address->host, ':'))
        snprintf(out, HS__ADDRESS_TEXT, "[%s]:%u", address->host, address->port);
    else
        snprintf(out, HS__ADDRESS_TEXT, "%s:%u", address->host, address->port);
    return out;
}
