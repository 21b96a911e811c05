#include "pki/punycode.h"

#include <string.h>

/* RFC 3492 5: the parameters of Punycode. */
enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, BIAS = 72, FIRST = 128 };

enum { LABEL_MAX = 63 };

typedef struct {
    uint8_t *p;
    size_t n, room;
    bool is_full;
} output;

static void put(output *o, const void *bytes, size_t n) {
    if (n > o->room - o->n) {
        o->is_full = true;
        return;
    }
    memcpy(o->p + o->n, bytes, n);
    o->n += n;
}

static void put_digit(output *o, unsigned digit) {
    const uint8_t c = (uint8_t)(digit < 26 ? 'a' + digit : '0' + digit - 26);
    put(o, &c, 1);
}

/* RFC 3492 6.1 */
static unsigned adapt(unsigned delta, unsigned points, bool is_first) {
    unsigned k = 0;
    delta /= is_first ? DAMP : 2;
    delta += delta / points;
    while (delta > (BASE - T_MIN) * T_MAX / 2) {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

/* A number in digits whose weights depend on the bias (3.3). */
static void put_number(output *o, unsigned number, unsigned bias) {
    for (unsigned k = BASE;; k += BASE) {
        const unsigned t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
        if (number < t) {
            put_digit(o, number);
            return;
        }
        put_digit(o, t + (number - t) % (BASE - t));
        number = (number - t) / (BASE - t);
    }
}

/* One character of UTF-8 in its shortest form; 0 bytes for none. */
static size_t read_character(hs_span text, uint32_t *out) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t c = text.p[0];
    const size_t n = c < 0x80 ? 1 : c >= 0xf0 && c < 0xf8 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 0;
    if (n == 0 || c >= 0xf8 || n > text.n) {
        return 0;
    }
    *out = n == 1 ? c : c & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((text.p[i] & 0xc0) != 0x80) {
            return 0;
        }
        *out = *out << 6 | (text.p[i] & 0x3f);
    }
    return *out >= smallest[n] && *out < 0x110000 ? n : 0;
}

static bool read_label(hs_span label, uint32_t points[LABEL_MAX], size_t *n) {
    for (*n = 0; label.n > 0; ++*n) {
        if (*n == LABEL_MAX) {
            return false;
        }
        const size_t length = read_character(label, &points[*n]);
        if (length == 0) {
            return false;
        }
        label = (hs_span){label.p + length, label.n - length};
    }
    return true;
}

/* The smallest code point that is not below `from`. */
static uint32_t next_point(const uint32_t *points, size_t n, uint32_t from) {
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        least = points[i] >= from && points[i] < least ? points[i] : least;
    }
    return least;
}

/* RFC 3492 6.3. With at most 63 code points below 0x110000 nothing overflows. */
static void put_encoded(output *o, const uint32_t *points, size_t n) {
    unsigned done = 0;
    unsigned bias = BIAS;
    unsigned delta = 0;
    uint32_t at = FIRST;
    for (size_t i = 0; i < n; i++) {
        if (points[i] < FIRST) {
            const uint8_t c = (uint8_t)points[i];
            put(o, &c, 1);
            done++;
        }
    }
    const unsigned basic = done;
    put(o, "-", basic > 0 ? 1 : 0);
    while (done < n) {
        const uint32_t point = next_point(points, n, at);
        delta += (point - at) * (done + 1);
        at = point;
        for (size_t i = 0; i < n; i++) {
            delta += points[i] < at ? 1 : 0;
            if (points[i] == at) {
                put_number(o, delta, bias);
                bias = adapt(delta, done + 1, done == basic);
                delta = 0;
                done++;
            }
        }
        delta++;
        at++;
    }
}

static bool put_label(output *o, hs_span label) {
    uint32_t points[LABEL_MAX];
    size_t n;
    bool is_ascii = true;
    for (size_t i = 0; i < label.n; i++) {
        is_ascii = is_ascii && label.p[i] < 0x80;
    }
    if (is_ascii) {
        put(o, label.p, label.n);
        return true;
    }
    put(o, "xn--", 4);
    if (!read_label(label, points, &n)) {
        return false;
    }
    put_encoded(o, points, n);
    return true;
}

bool hs__punycode_domain(hs_span name, uint8_t *out, size_t *n) {
    output o = {.p = out, .room = *n};
    bool is_good = true;
    while (is_good && name.n > 0) {
        const uint8_t *dot = memchr(name.p, '.', name.n);
        const size_t label = dot != NULL ? (size_t)(dot - name.p) : name.n;
        is_good = put_label(&o, (hs_span){name.p, label});
        put(&o, ".", dot != NULL ? 1 : 0);
        const size_t used = label + (dot != NULL ? 1 : 0);
        name = (hs_span){name.p + used, name.n - used};
    }
    *n = o.n;
    return is_good && !o.is_full;
}
