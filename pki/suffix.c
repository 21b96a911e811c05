#include "pki/suffix.h"

#include <stdlib.h>
#include <string.h>

#include "pki/hostname.h"
#include "pki/punycode.h"

enum { RULE_MAX = HS__HOST_MAX + 2 };

struct hs__suffixes {
    hs_span *rules; /* sorted; with the "!" or "*." that they may begin with */
    size_t n;
    uint8_t text[];
};

static const char icann_begins[] = "===BEGIN ICANN DOMAINS===";
static const char icann_ends[] = "===END ICANN DOMAINS===";

static int compare(const void *a, const void *b) {
    const hs_span *x = a;
    const hs_span *y = b;
    const size_t n = x->n < y->n ? x->n : y->n;
    const int order = n > 0 ? memcmp(x->p, y->p, n) : 0;
    return order != 0 ? order : (x->n > y->n) - (x->n < y->n);
}

/* Cuts a line off; only what stands before the first white space counts. */
static bool next_line(hs_span *text, hs_span *line) {
    if (text->n == 0) {
        return false;
    }
    const uint8_t *end = memchr(text->p, '\n', text->n);
    const size_t n = end != NULL ? (size_t)(end - text->p) : text->n;
    *line = (hs_span){text->p, n};
    *text = (hs_span){text->p + n + (end != NULL), text->n - n - (end != NULL)};
    return true;
}

static hs_span first_word(hs_span line) {
    size_t n = 0;
    while (n < line.n && line.p[n] > ' ') {
        n++;
    }
    return (hs_span){line.p, n};
}

/* A rule as certificates spell it: with A-labels. False: a comment, or nothing. */
static bool read_rule(hs_span line, uint8_t out[RULE_MAX], size_t *n) {
    const hs_span word = first_word(line);
    *n = RULE_MAX;
    return word.n > 0 && (word.n < 2 || memcmp(word.p, "//", 2) != 0) &&
           hs__punycode_domain(word, out, n);
}

/* The part between the two marks; all of it where there are none. */
static hs_span icann_part(hs_span text) {
    const uint8_t *from = memmem(text.p, text.n, icann_begins, sizeof(icann_begins) - 1);
    const uint8_t *to = memmem(text.p, text.n, icann_ends, sizeof(icann_ends) - 1);
    return from != NULL && to > from ? (hs_span){from, (size_t)(to - from)} : text;
}

/* How many rules there are, and how many bytes they have; into *s, where it is not NULL. */
static size_t collect(hs_span text, hs__suffixes *s, size_t *bytes) {
    size_t n = 0;
    hs_span line;
    *bytes = 0;
    while (next_line(&text, &line)) {
        uint8_t rule[RULE_MAX];
        size_t rule_n;
        if (!read_rule(line, rule, &rule_n)) {
            continue;
        }
        if (s != NULL) {
            memcpy(s->text + *bytes, rule, rule_n);
            s->rules[n] = (hs_span){s->text + *bytes, rule_n};
        }
        *bytes += rule_n;
        n++;
    }
    return n;
}

hs_status hs__suffixes_new(hs_span text, hs__suffixes **out) {
    size_t bytes;
    *out = NULL;
    text = text.p != NULL ? icann_part(text) : (hs_span){NULL, 0};
    const size_t n = collect(text, NULL, &bytes);
    if (n == 0) {
        return HS_E_ILLEGAL_VALUE;
    }
    hs__suffixes *s = malloc(sizeof(*s) + bytes);
    hs_span *rules = calloc(n, sizeof(*rules));
    if (s == NULL || rules == NULL) {
        free(s);
        free(rules);
        return HS_E_NOMEM;
    }
    s->rules = rules;
    s->n = collect(text, s, &bytes);
    qsort(rules, n, sizeof(*rules), compare);
    *out = s;
    return HS_OK;
}

void hs__suffixes_free(hs__suffixes *s) {
    if (s != NULL) {
        free(s->rules);
        free(s);
    }
}

/* prefix and name, put together, are a rule. */
static bool has_rule(const hs__suffixes *s, const char *prefix, hs_span name) {
    uint8_t rule[RULE_MAX];
    const size_t prefix_n = strlen(prefix);
    if (name.n == 0 || prefix_n + name.n > sizeof(rule)) {
        return false;
    }
    memcpy(rule, prefix, prefix_n);
    for (size_t i = 0; i < name.n; i++) {
        const uint8_t c = name.p[i];
        rule[prefix_n + i] = (uint8_t)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    const hs_span key = {rule, prefix_n + name.n};
    return bsearch(&key, s->rules, s->n, sizeof(*s->rules), compare) != NULL;
}

/* The list's own algorithm: an exception wins, then the rule with the most labels; one with as
 * many labels as the name is the most that can match. */
bool hs__suffixes_has(const hs__suffixes *s, hs_span name) {
    const uint8_t *dot = name.n > 0 ? memchr(name.p, '.', name.n) : NULL;
    if (has_rule(s, "!", name)) {
        return false;
    }
    if (has_rule(s, "", name)) {
        return true;
    }
    const hs_span parent = {dot != NULL ? dot + 1 : NULL,
                            dot != NULL ? name.n - (size_t)(dot + 1 - name.p) : 0};
    return has_rule(s, "*.", parent);
}
