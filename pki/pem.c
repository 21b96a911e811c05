#include "pki/pem.h"

#include <string.h>

#include "pki/base64.h"
#include "proto/span.h"

static const char begin_mark[] = "-----BEGIN ";
static const char end_mark[] = "-----END ";
static const char dashes[] = "-----";

enum { LINE = 64 };

/* The next line without its line end; *text goes behind it. */
static hs_span take_line(hs_span *text) {
    const uint8_t *newline = memchr(text->p, '\n', text->n);
    hs_span line = {text->p, newline != NULL ? (size_t)(newline - text->p) : text->n};
    const size_t used = line.n + (newline != NULL ? 1 : 0);
    *text = (hs_span){text->p + used, text->n - used};
    while (line.n > 0 && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == ' ' ||
                          line.p[line.n - 1] == '\t')) {
        line.n--;
    }
    return line;
}

/* "-----BEGIN label-----": the label; .p NULL where the line is something else. */
static hs_span label_of(hs_span line, const char *mark) {
    const size_t mark_n = strlen(mark);
    const size_t dashes_n = sizeof(dashes) - 1;
    if (line.n <= mark_n + dashes_n || memcmp(line.p, mark, mark_n) != 0 ||
        memcmp(line.p + line.n - dashes_n, dashes, dashes_n) != 0) {
        return (hs_span){NULL, 0};
    }
    return (hs_span){line.p + mark_n, line.n - mark_n - dashes_n};
}

hs_status hs__pem_next(hs_span *text, hs__pem_block *block) {
    hs_span label = {NULL, 0};
    while (label.p == NULL) {
        if (text->n == 0) {
            return HS_E_NO_CERTIFICATE;
        }
        label = label_of(take_line(text), begin_mark);
    }
    hs_span rest = *text;
    while (rest.n > 0) {
        const hs_span line = take_line(&rest);
        if (label_of(line, begin_mark).p != NULL) {
            return HS_E_PEM;
        }
        const hs_span end = label_of(line, end_mark);
        if (end.p == NULL) {
            continue;
        }
        if (!hs__span_equal(end, label)) {
            return HS_E_PEM;
        }
        *block = (hs__pem_block){label, {text->p, (size_t)(line.p - text->p)}};
        *text = rest;
        return HS_OK;
    }
    return HS_E_PEM;
}

bool hs__pem_is(const hs__pem_block *block, const char *label) {
    return block->label.n == strlen(label) && memcmp(block->label.p, label, block->label.n) == 0;
}

bool hs__pem_looks_like(hs_span text) {
    while (text.n > 0) {
        if (label_of(take_line(&text), begin_mark).p != NULL) {
            return true;
        }
    }
    return false;
}

/* The end of base64 text behind its last full group: `have` characters (0, 2 or 3) worth of
 * `bits`, then the padding that makes 4. */
static bool write_tail(unsigned have, unsigned padding, uint32_t bits, uint8_t *out, size_t *n) {
    if (have == 0) {
        return padding == 0;
    }
    if (have == 1 || have + padding != 4) {
        return false;
    }
    bits <<= 6 * padding;
    out[(*n)++] = (uint8_t)(bits >> 16);
    if (have == 3) {
        out[(*n)++] = (uint8_t)(bits >> 8);
    }
    return (bits & (have == 3 ? 0xffu : 0xffffu)) == 0;
}

hs_status hs__pem_decode(const hs__pem_block *block, uint8_t *out, size_t *n) {
    uint32_t bits = 0;
    unsigned have = 0;
    unsigned padding = 0;
    *n = 0;
    for (size_t i = 0; i < block->base64.n; i++) {
        const uint8_t c = block->base64.p[i];
        if (hs__base64_is_space(c)) {
            continue;
        }
        if (c == '=' && padding < 2) {
            padding++;
            continue;
        }
        const unsigned v = hs__base64_value(c);
        if (v == HS__BASE64_NONE || padding > 0) {
            return HS_E_PEM;
        }
        bits = bits << 6 | v;
        have++;
        if (have == 4) {
            out[(*n)++] = (uint8_t)(bits >> 16);
            out[(*n)++] = (uint8_t)(bits >> 8);
            out[(*n)++] = (uint8_t)bits;
            have = 0;
            bits = 0;
        }
    }
    return write_tail(have, padding, bits, out, n) ? HS_OK : HS_E_PEM;
}

size_t hs__pem_room(const char *label, size_t der_n) {
    const size_t base64 = (der_n + 2) / 3 * 4;
    return 2 * strlen(label) + sizeof(begin_mark) + sizeof(end_mark) + 2 * sizeof(dashes) + base64 +
           (base64 + LINE - 1) / LINE + 1;
}

static void put(char **at, const char *text) {
    const size_t n = strlen(text);
    memcpy(*at, text, n);
    *at += n;
}

hs_status hs__pem_write(const char *label, hs_span der, char *out, size_t *n) {
    if (*n < hs__pem_room(label, der.n)) {
        return HS_E_NO_SPACE;
    }
    char *at = out;
    put(&at, begin_mark);
    put(&at, label);
    put(&at, "-----\n");
    for (size_t i = 0; i < der.n; i += 3) {
        hs__base64_group(der.p + i, der.n - i < 3 ? der.n - i : 3, at);
        at += 4;
        if (i % (LINE / 4 * 3) == LINE / 4 * 3 - 3 || der.n - i <= 3) {
            *at++ = '\n';
        }
    }
    put(&at, end_mark);
    put(&at, label);
    put(&at, "-----\n");
    *at = '\0';
    *n = (size_t)(at - out);
    return HS_OK;
}
