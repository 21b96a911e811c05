#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "apps/hs-trace/decode.h"

/* ---- hex --------------------------------------------------------------------------------- */

static int digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static size_t n_digits(const char *p, const char *end) {
    size_t n = 0;
    while (p + n < end && digit(p[n]) >= 0) {
        n++;
    }
    return n;
}

static size_t n_blanks(const char *p, const char *end) {
    size_t n = 0;
    while (p + n < end && (p[n] == ' ' || p[n] == '\t')) {
        n++;
    }
    return n;
}

/* "  " from `p` on, or `end`. */
static const char *gap(const char *p, const char *end, size_t blanks) {
    for (; p < end; p++) {
        if (n_blanks(p, end) >= blanks) {
            return p;
        }
    }
    return end;
}

/* The bytes of a line of a dump, between its offset and its text:
 *   00000000: 1603 0100 c4    ....      xxd, tcpdump (0x0000:)
 *   00000000  16 03 01 00  |....|       hexdump -C
 *   0000   16 03 01 00   ....           Wireshark
 * Other lines are all bytes. True: it is of a dump; the last line of one may be an offset alone. */
static bool inside_dump(const char **from, const char **to, bool is_in_dump) {
    const char *p = *from + n_blanks(*from, *to), *end = *to;
    const char *start = end - p > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X') ? p + 2 : p;
    const size_t n = n_digits(start, end);
    const char *behind = start + n;
    if (n < 4 || n > 16) {
        return false;
    }
    if (behind == end && is_in_dump) {
        *from = end;
    }
    if (behind == end) {
        return is_in_dump;
    }
    if (*behind == ':' && behind + 1 < end && n_blanks(behind + 1, end) > 0) {
        *from = behind + 1 + n_blanks(behind + 1, end);
        *to = gap(*from, end, 2);
        return true;
    }
    if (n_blanks(behind, end) >= 2 && n != 2) {
        const char *bar = memchr(behind, '|', (size_t)(end - behind));
        *from = behind + n_blanks(behind, end);
        *to = bar != NULL ? bar : gap(*from, end, 3);
        return true;
    }
    return false;
}

/* Characters between the digits: of lists, C source, fingerprints. */
static bool is_between(char c) {
    return c != 0 && strchr(" \t\r\n,:;-_.{}[]()\"'\\xX", c) != NULL;
}

/* Digits of one line behind those in `out`; false: something else is in it. */
static bool add_line(const char *p, const char *end, char *out, size_t *n, bool *is_dump) {
    *is_dump = inside_dump(&p, &end, *is_dump);
    while (p < end) {
        const bool is_prefix = *p == '0' && p + 1 < end && (p[1] == 'x' || p[1] == 'X');
        if (is_prefix) {
            p += 2;
        } else if (digit(*p) >= 0) {
            out[(*n)++] = *p++;
        } else if (is_between(*p)) {
            p++;
        } else {
            return false;
        }
    }
    return true;
}

static bool read_hex(hs_span text, uint8_t *out, size_t *n) {
    const char *p = (const char *)text.p, *end = p + text.n;
    char *digits = (char *)out; /* as many at most; made bytes in place */
    size_t count = 0;
    bool is_dump = false;
    while (p < end) {
        const char *line_end = memchr(p, '\n', (size_t)(end - p));
        line_end = line_end != NULL ? line_end : end;
        if (!add_line(p, line_end, digits, &count, &is_dump)) {
            return false;
        }
        p = line_end < end ? line_end + 1 : end;
    }
    for (size_t i = 0; i + 1 < count; i += 2) {
        out[i / 2] = (uint8_t)(digit(digits[i]) << 4 | digit(digits[i + 1]));
    }
    *n = count / 2;
    return count > 0 && count % 2 == 0;
}

/* ---- base64 ------------------------------------------------------------------------------ */

static int sextet(char c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c != 0 ? strchr(digits, c) : NULL;
    return at != NULL ? (int)(at - digits) : c == '-' ? 62 : c == '_' ? 63 : -1;
}

static bool read_base64(const char *p, const char *end, uint8_t *out, size_t *n) {
    uint32_t bits = 0;
    unsigned have = 0;
    size_t count = 0, padding = 0;
    *n = 0;
    for (; p < end; p++) {
        const int v = sextet(*p);
        if (isspace((unsigned char)*p)) {
            continue;
        }
        if (*p == '=') {
            padding++;
            continue;
        }
        if (v < 0 || padding > 0) {
            return false;
        }
        bits = (bits << 6 | (uint32_t)v) & 0xffffff;
        have += 6;
        count++;
        if (have >= 8) {
            have -= 8;
            out[(*n)++] = (uint8_t)(bits >> have);
        }
    }
    return count >= 8 && padding <= 2 && count % 4 != 1;
}

/* The first block of PEM: its label and what is between its lines. */
static bool inside_pem(hs_span text, char label[DECODE_LABEL], const char **from, const char **to) {
    static const char begin[] = "-----BEGIN ", dashes[] = "-----";
    const char *p = memmem(text.p, text.n, begin, sizeof begin - 1);
    if (p == NULL) {
        return false;
    }
    const char *end = (const char *)text.p + text.n, *name = p + sizeof begin - 1;
    const char *name_end = memmem(name, (size_t)(end - name), dashes, sizeof dashes - 1);
    if (name_end == NULL || (size_t)(name_end - name) >= DECODE_LABEL) {
        return false;
    }
    memcpy(label, name, (size_t)(name_end - name));
    label[name_end - name] = 0;
    *from = name_end + sizeof dashes - 1;
    *to = memmem(*from, (size_t)(end - *from), dashes, sizeof dashes - 1);
    return *to != NULL;
}

/* ---- all --------------------------------------------------------------------------------- */

static bool is_text(hs_span text) {
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] >= 0x7f || (text.p[i] < 0x20 && !isspace(text.p[i]))) {
            return false;
        }
    }
    return true;
}

hs_status decode_text(hs_span text, decode_form *form, char label[DECODE_LABEL], hs__bytes *out) {
    const char *from = (const char *)text.p, *to = from + text.n;
    label[0] = 0;
    *form = DECODE_RAW;
    *out = (hs__bytes){calloc(1, text.n + 1), text.n};
    if (out->p == NULL) {
        return HS_E_NOMEM;
    }
    if (text.n == 0) {
        *form = DECODE_NOTHING;
    } else if (!is_text(text)) {
        memcpy(out->p, text.p, text.n);
    } else if (inside_pem(text, label, &from, &to) && read_base64(from, to, out->p, &out->n)) {
        *form = DECODE_BASE64;
    } else if (read_hex(text, out->p, &out->n)) {
        *form = DECODE_HEX;
    } else if (read_base64((const char *)text.p, (const char *)text.p + text.n, out->p, &out->n)) {
        *form = DECODE_BASE64;
    } else {
        *form = DECODE_NOTHING;
        out->n = text.n;
        memcpy(out->p, text.p, text.n);
    }
    return HS_OK;
}
