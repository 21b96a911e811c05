#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "handshake/render.h"
#include "trace/redact.h"

void hs__redact_names_free(hs__redact_names *names) {
    for (size_t i = 0; i < names->n; i++) {
        free(names->pairs[i].from);
        free(names->pairs[i].to);
    }
    free(names->pairs);
    *names = (hs__redact_names){0};
}

/* ---- pairs ------------------------------------------------------------------------------- */

static const hs__redact_pair *find(const hs__redact_names *names, const char *from) {
    for (size_t i = 0; i < names->n; i++) {
        if (strcasecmp(names->pairs[i].from, from) == 0) {
            return &names->pairs[i];
        }
    }
    return NULL;
}

static bool has_room(hs__redact_names *names) {
    if (names->n < names->room) {
        return true;
    }
    const size_t room = names->room > 0 ? names->room * 2 : 16;
    hs__redact_pair *pairs = realloc(names->pairs, room * sizeof *pairs);
    if (pairs == NULL) {
        return false;
    }
    names->pairs = pairs;
    names->room = room;
    return true;
}

void hs__redact_learn(hs__redact_names *names, const char *from, const char *to) {
    if (*from == 0 || find(names, from) != NULL) {
        return;
    }
    hs__redact_pair pair = {strdup(from), strdup(to), strlen(from)};
    if (pair.from == NULL || pair.to == NULL || !has_room(names)) {
        free(pair.from);
        free(pair.to);
        names->failed = true;
        return;
    }
    size_t at = names->n++;
    for (; at > 0 && names->pairs[at - 1].from_n < pair.from_n; at--) {
        names->pairs[at] = names->pairs[at - 1];
    }
    names->pairs[at] = pair;
}

/* ---- names ------------------------------------------------------------------------------- */

/* "name1" and as many x as it takes; a short name is x only. */
static void fill(unsigned number, size_t n, char *out) {
    char head[16];
    const int head_n = snprintf(head, sizeof head, "name%u", number);
    memset(out, 'x', n);
    if ((size_t)head_n <= n) {
        memcpy(out, head, (size_t)head_n);
    }
}

/* A name may come with bytes that a text shows as \xNN: both are learnt. */
static void learn_name(hs__redact_names *names, const char *name, size_t n, const char *to) {
    const size_t room = 4 * n + 1;
    char *shown = malloc(room);
    if (shown == NULL) {
        names->failed = true;
        return;
    }
    (void)hs_safe_text(shown, room, name, n);
    hs__redact_learn(names, name, to);
    hs__redact_learn(names, shown, to);
    free(shown);
}

void hs__redact_name(hs__redact_names *names, const void *name, size_t n, char *out) {
    char *from = strndup(name, n), *to = calloc(1, n + 1);
    memset(out, 'x', n);
    if (from == NULL || to == NULL) {
        names->failed = true;
    } else if (n > 0) {
        const hs__redact_pair *known = find(names, from);
        if (known != NULL && strlen(known->to) == n) {
            memcpy(out, known->to, n);
        } else {
            fill(++names->last, n, to);
            memcpy(out, to, n);
            learn_name(names, from, strlen(from), to);
        }
    }
    free(from);
    free(to);
}

/* ---- addresses --------------------------------------------------------------------------- */

/* 192.0.2.1 and 2001:db8::1 are nobody's. */
static void documentation_address(hs__redact_names *names, uint8_t *address, size_t n) {
    static const uint8_t v4[] = {192, 0, 2}, v6[] = {0x20, 0x01, 0x0d, 0xb8};
    memset(address, 0, n);
    if (n == 4) {
        memcpy(address, v4, sizeof v4);
    } else {
        memcpy(address, v6, sizeof v6);
    }
    address[n - 1] = (uint8_t)(names->last_address++ % 254 + 1);
}

void hs__redact_address(hs__redact_names *names, uint8_t *address, size_t n) {
    const int family = n == 4 ? AF_INET : AF_INET6;
    char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
    if (inet_ntop(family, address, from, sizeof from) == NULL) {
        return;
    }
    const hs__redact_pair *known = find(names, from);
    if (known != NULL && inet_pton(family, known->to, address) == 1) {
        return;
    }
    documentation_address(names, address, n);
    if (inet_ntop(family, address, to, sizeof to) != NULL) {
        hs__redact_learn(names, from, to);
    }
}

void hs__redact_learn_peer(hs__redact_names *names, const char *peer) {
    char host[INET6_ADDRSTRLEN + 2];
    uint8_t address[16];
    const char *colon = strrchr(peer, ':');
    const size_t n = colon != NULL ? (size_t)(colon - peer) : strlen(peer);
    const bool is_v6 = n > 2 && peer[0] == '[' && peer[n - 1] == ']';
    if (n < sizeof host) {
        (void)snprintf(host, sizeof host, "%.*s", (int)(is_v6 ? n - 2 : n), peer + is_v6);
        if (inet_pton(is_v6 ? AF_INET6 : AF_INET, host, address) == 1) {
            hs__redact_address(names, address, is_v6 ? 16 : 4);
            return;
        }
    }
    if (strncmp(peer, "unix:", 5) == 0) {
        hs__redact_learn(names, peer, "unix:socket");
    }
}

/* ---- texts ------------------------------------------------------------------------------- */

static bool is_word(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

static const hs__redact_pair *pair_at(const hs__redact_names *names, const char *p) {
    for (size_t i = 0; i < names->n; i++) {
        const hs__redact_pair *pair = &names->pairs[i];
        if (strncasecmp(p, pair->from, pair->from_n) == 0 &&
            !(is_word(pair->from[pair->from_n - 1]) && is_word(p[pair->from_n]))) {
            return pair;
        }
    }
    return NULL;
}

void hs__redact_text(hs__redact_names *names, const char *text, hs__strbuf *out) {
    hs__buf_clear(out);
    bool in_word = false;
    while (*text != 0) {
        const hs__redact_pair *pair = in_word && is_word(*text) ? NULL : pair_at(names, text);
        if (pair != NULL) {
            hs__buf_add(out, pair->to);
            text += pair->from_n;
            in_word = is_word(text[-1]);
        } else {
            in_word = is_word(*text);
            hs__buf_bytes(out, text++, 1);
        }
    }
}
