#include "cms/armor.h"

#include <stdio.h>
#include <string.h>

#include "crypto/provider.h"
#include "pki/base64.h"

static const char dashes[] = "-----";
static const char begin_mark[] = "-----BEGIN ";
static const char end_mark[] = "-----END ";

enum { LETTERS = 64, GROUP = 4 };

/* ---- writing -------------------------------------------------------------------------------- */

static hs_status flush(hs__cms_armor *a) {
    const hs_span text = {(const uint8_t *)a->text, a->text_n};
    a->text_n = 0;
    return text.n > 0 ? a->out.write(a->out.ctx, text) : HS_OK;
}

static hs_status put_text(hs__cms_armor *a, const char *text, size_t n) {
    if (n > sizeof(a->text) - a->text_n) {
        const hs_status st = flush(a);
        if (st) {
            return st;
        }
    }
    memcpy(a->text + a->text_n, text, n);
    a->text_n += n;
    return HS_OK;
}

static hs_status put_group(hs__cms_armor *a) {
    char letters[GROUP + 1];
    size_t n = GROUP;
    hs__base64_group(a->group, a->group_n, letters);
    a->group_n = 0;
    a->line_n += GROUP;
    if (a->line_n == LETTERS) {
        letters[n++] = '\n';
        a->line_n = 0;
    }
    return put_text(a, letters, n);
}

static hs_status begin(hs__cms_armor *a) {
    static const char line[] = "-----BEGIN CMS-----\n";
    if (a->has_begun) {
        return HS_OK;
    }
    a->has_begun = true;
    return put_text(a, line, sizeof(line) - 1);
}

hs_status hs__cms_armor_put(void *armor, hs_span bytes) {
    hs__cms_armor *a = armor;
    hs_status st = begin(a);
    for (size_t i = 0; i < bytes.n && st == HS_OK; i++) {
        a->group[a->group_n++] = bytes.p[i];
        if (a->group_n == sizeof(a->group)) {
            st = put_group(a);
        }
    }
    return st;
}

hs_status hs__cms_armor_end(hs__cms_armor *a) {
    static const char line[] = "\n-----END CMS-----\n";
    hs_status st = begin(a);
    if (st == HS_OK && a->group_n > 0) {
        st = put_group(a);
    }
    if (st == HS_OK) {
        const size_t skip = a->line_n == 0; /* the line has ended already */
        st = put_text(a, line + skip, sizeof(line) - 1 - skip);
    }
    return st ? st : flush(a);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* The next byte, or -1 at the end. */
static hs_status next_byte(hs__cms_unarmor *u, int *byte) {
    if (u->from == u->to) {
        u->from = 0;
        u->to = 0;
        const hs_status st = u->in.read(u->in.ctx, u->raw, sizeof(u->raw), &u->to);
        if (st) {
            return st;
        }
    }
    *byte = u->from < u->to ? u->raw[u->from++] : -1;
    return HS_OK;
}

/* A line without its end; what is longer than the room is cut. *is_last: the text ends with it. */
static hs_status read_line(hs__cms_unarmor *u, char line[HS__CMS_LINE], bool *is_last) {
    size_t n = 0;
    int byte = 0;
    hs_status st = next_byte(u, &byte);
    while (st == HS_OK && byte >= 0 && byte != '\n') {
        if (n < HS__CMS_LINE - 1) {
            line[n++] = (char)byte;
        }
        st = next_byte(u, &byte);
    }
    while (n > 0 && hs__base64_is_space((uint8_t)line[n - 1])) {
        n--;
    }
    line[n] = '\0';
    *is_last = byte < 0;
    return st;
}

static bool is_mark(const char *line, const char *mark, const char *label) {
    char whole[HS__CMS_LINE];
    (void)snprintf(whole, sizeof(whole), "%s%s%s", mark, label, dashes);
    return strcmp(line, whole) == 0;
}

/* Goes behind the first line of a block. */
static hs_status find_block(hs__cms_unarmor *u) {
    static const char *const labels[] = {"CMS", "PKCS7"};
    char line[HS__CMS_LINE];
    bool is_last = false;
    while (!is_last) {
        const hs_status st = read_line(u, line, &is_last);
        if (st) {
            return st;
        }
        for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
            if (is_mark(line, begin_mark, labels[i])) {
                (void)snprintf(u->label, sizeof(u->label), "%s", labels[i]);
                u->state = HS__CMS_TEXT;
                return HS_OK;
            }
        }
    }
    return HS_E_CMS_FORMAT;
}

/* Binary or text? */
static hs_status look(hs__cms_unarmor *u) {
    int first;
    const hs_status st = next_byte(u, &first);
    if (st) {
        return st;
    }
    if (first < 0) {
        return HS_E_CMS_TRUNCATED;
    }
    u->from--;
    if (first == 0x30) {
        u->state = HS__CMS_BINARY;
        return HS_OK;
    }
    return find_block(u);
}

static hs_status read_binary(hs__cms_unarmor *u, uint8_t *buf, size_t room, size_t *n) {
    if (u->from == u->to) {
        return u->in.read(u->in.ctx, buf, room, n);
    }
    *n = u->to - u->from < room ? u->to - u->from : room;
    memcpy(buf, u->raw + u->from, *n);
    u->from += *n;
    return HS_OK;
}

/* The line that ends the block, of which the first dash was read; and the padding before it. */
static hs_status end_block(hs__cms_unarmor *u) {
    char line[HS__CMS_LINE];
    bool is_last;
    u->from--; /* it was the last byte that came out of `raw` */
    const hs_status st = read_line(u, line, &is_last);
    if (st) {
        return st;
    }
    const bool is_whole = (u->have + u->padding) % GROUP == 0;
    u->state = HS__CMS_DONE;
    if (is_last && strncmp(line, end_mark, strlen(line)) == 0) {
        return HS_E_CMS_TRUNCATED; /* cut off inside the line */
    }
    return is_whole && is_mark(line, end_mark, u->label) ? HS_OK : HS_E_PEM;
}

/* One letter more; a whole group gives up to 3 bytes. Padding ends the text: no letter may follow,
 * and the bits under it are zero (RFC 4648 3.5). */
static hs_status take_letter(hs__cms_unarmor *u, uint8_t c, uint8_t *buf, size_t *n) {
    const unsigned value = c == '=' ? 0 : hs__base64_value(c);
    if (value == HS__BASE64_NONE || (c != '=' && u->padding > 0) || (c == '=' && u->have < 2)) {
        return HS_E_PEM;
    }
    u->bits = u->bits << 6 | value;
    u->have += c != '=';
    u->padding += c == '=';
    if (u->have + u->padding < GROUP) {
        return HS_OK;
    }
    if (u->padding > 2 || (u->bits & ((1u << 8 * u->padding) - 1)) != 0) {
        return HS_E_PEM;
    }
    for (unsigned i = 0; i < 3 - u->padding; i++) {
        buf[(*n)++] = (uint8_t)(u->bits >> (16 - 8 * i));
    }
    u->bits = 0;
    if (u->padding == 0) {
        u->have = 0;
    } else {
        u->have = GROUP - u->padding; /* stays whole, and full */
    }
    return HS_OK;
}

static hs_status read_text(hs__cms_unarmor *u, uint8_t *buf, size_t room, size_t *n) {
    while (*n + 3 <= room) {
        int byte;
        hs_status st = next_byte(u, &byte);
        if (st) {
            return st;
        }
        if (byte < 0) {
            return HS_E_CMS_TRUNCATED;
        }
        if (byte == '-') {
            return end_block(u);
        }
        if (hs__base64_is_space((uint8_t)byte)) {
            continue;
        }
        st = u->have + u->padding == GROUP ? HS_E_PEM : take_letter(u, (uint8_t)byte, buf, n);
        if (st) {
            return st;
        }
    }
    return HS_OK;
}

hs_status hs__cms_unarmor_read(void *unarmor, uint8_t *buf, size_t room, size_t *n) {
    hs__cms_unarmor *u = unarmor;
    hs_status st = HS_OK;
    *n = 0;
    if (u->state == HS__CMS_FRESH) {
        st = look(u);
    }
    if (st == HS_OK && u->state == HS__CMS_BINARY) {
        st = read_binary(u, buf, room, n);
    } else if (st == HS_OK && u->state == HS__CMS_TEXT) {
        st = room < 3 ? HS_E_MISUSE : read_text(u, buf, room, n);
    }
    return st;
}
