#include "apps/common/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/say.h"
#include "apps/common/value.h"

const char *const hs__color_values[] = {"auto", "always", "never", NULL};

/* Options that every program has; they end the parsing. */
static const hs__option HELP_SHORT = {.letter = 'h'};
static const hs__option HELP_FULL = {.name = "help"};
static const hs__option VERSION = {.name = "version"};

typedef struct {
    const hs__program *program;
    void *settings;
    int argc, next; /* argv[next] is the element to look at */
    char **argv;
} parser;

void hs__list_free(hs__list *list) {
    for (size_t i = 0; list->owns && i < list->n; i++)
        free((char *)list->v[i]);
    free((char **)list->v);
    *list = (hs__list){0};
}

bool hs__list_add(hs__list *list, const char *text) {
    const char **v = text ? realloc((char **)list->v, (list->n + 2) * sizeof *v) : NULL;
    if (!v)
        return false;
    v[list->n++] = text;
    v[list->n] = NULL;
    list->v = v;
    return true;
}

static bool has_argument(const hs__option *o) {
    return o->kind > HS__OPT_COUNT;
}

/* ---- messages ---------------------------------------------------------------------------- */
hs__exit hs__usage_error(const hs__program *program, const char *format, ...) {
    char text[700];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(stderr, "%s: %s; try '%s --help'\n", program->name, text, program->name);
    return HS__EXIT_USAGE;
}

hs__exit hs__no_such_command(const hs__program *program, const char *const *names,
                             const char *word) {
    const char *near = hs__nearest(word, names);
    if (near)
        return hs__usage_error(program, "there is no command '%s', did you mean %s?",
                               hs__safe(word), near);
    char all[300] = "";
    size_t at = 0;
    for (size_t i = 0; names[i] && at < sizeof all; i++)
        at += (size_t)snprintf(all + at, sizeof all - at, "%s%s",
                               i == 0         ? ""
                               : names[i + 1] ? ", "
                                              : " and ",
                               names[i]);
    return hs__usage_error(program, "there is no command '%s'; there are %s", hs__safe(word), all);
}

static const char *option_text(const hs__option *o, char out[40]) {
    if (o->name)
        snprintf(out, 40, "--%s", o->name);
    else
        snprintf(out, 40, "-%c", o->letter);
    return out;
}

static hs__exit bad_value(const hs__program *p, const hs__option *o, const char *value,
                          const char *expected) {
    char name[40];
    return hs__usage_error(p, "%s: '%s' is not %s", option_text(o, name), hs__safe(value),
                           expected);
}

/* ---- values ------------------------------------------------------------------------------ */
static hs__exit take_choice(const hs__program *p, const hs__option *o, const char *value,
                            int *field) {
    char all[400] = "";
    size_t at = 0;
    for (int i = 0; o->values[i]; i++) {
        if (strcmp(o->values[i], value) == 0) {
            *field = i;
            return HS__EXIT_OK;
        }
        at += (size_t)snprintf(all + at, sizeof all - at, "%s%s", i ? ", " : "", o->values[i]);
        if (at >= sizeof all)
            break;
    }
    char name[40];
    return hs__usage_error(p, "%s: '%s' is not known, expected one of %s", option_text(o, name),
                           hs__safe(value), all);
}

/* Words between commas, each copied. "" gives an empty list whose `v` is not NULL. */
static hs__exit take_words(const hs__program *p, const char *value, hs__list *list) {
    if (!*value)
        hs__list_free(list);
    list->owns = true;
    if (!list->v)
        list->v = calloc(1, sizeof *list->v);
    bool ok = list->v != NULL;
    for (size_t n; ok && *value; value += n + (value[n] == ',')) {
        n = strcspn(value, ",");
        char *word = n > 0 ? strndup(value, n) : NULL;
        ok = n == 0 || hs__list_add(list, word);
        if (!ok)
            free(word);
    }
    return ok ? HS__EXIT_OK : hs__usage_error(p, "out of memory");
}

static hs__exit take_bounded(const hs__program *p, const hs__option *o, const char *value,
                             bool is_read, uint64_t number, uint64_t *field) {
    char expected[100];
    if (!is_read)
        return bad_value(p, o, value,
                         o->kind == HS__OPT_SIZE ? "a size such as 100, 64k or 10M" : "a number");
    if (number < o->min || (o->max && number > o->max)) {
        if (o->max)
            snprintf(expected, sizeof expected, "between %llu and %llu", (unsigned long long)o->min,
                     (unsigned long long)o->max);
        else
            snprintf(expected, sizeof expected, "%llu or more", (unsigned long long)o->min);
        return bad_value(p, o, value, expected);
    }
    *field = number;
    return HS__EXIT_OK;
}

static hs__exit take_value(const hs__program *p, const hs__option *o, const char *value,
                           void *field) {
    uint64_t number = 0;
    bool ok;
    const char *expected;
    switch (o->kind) {
    case HS__OPT_FLAG:
        *(bool *)field = true;
        return HS__EXIT_OK;
    case HS__OPT_SET:
        *(int *)field = o->value;
        return HS__EXIT_OK;
    case HS__OPT_COUNT:
        ++*(int *)field;
        return HS__EXIT_OK;
    case HS__OPT_TEXT:
        *(const char **)field = value;
        return HS__EXIT_OK;
    case HS__OPT_LIST:
        return hs__list_add(field, value) ? HS__EXIT_OK : hs__usage_error(p, "out of memory");
    case HS__OPT_WORDS:
        return take_words(p, value, field);
    case HS__OPT_NUMBER:
        ok = hs__read_number(value, &number);
        return take_bounded(p, o, value, ok, number, field);
    case HS__OPT_SIZE:
        ok = hs__read_size(value, &number);
        return take_bounded(p, o, value, ok, number, field);
    case HS__OPT_DURATION:
        return hs__read_duration(value, field)
                   ? HS__EXIT_OK
                   : bad_value(p, o, value, "a duration such as 90d, 12h, 10s or 500ms");
    case HS__OPT_DATE:
        return hs__read_date(value, field)
                   ? HS__EXIT_OK
                   : bad_value(p, o, value, "a date such as 2026-11-18 or 2026-11-18T12:00:00Z");
    case HS__OPT_CHOICE:
        return take_choice(p, o, value, field);
    case HS__OPT_CALL:
        expected = o->take(value, field);
        return expected ? bad_value(p, o, value, expected) : HS__EXIT_OK;
    }
    return HS__EXIT_USAGE;
}

/* ---- finding the row --------------------------------------------------------------------- */
static bool is_last(const hs__option *o) {
    return !o->name && !o->letter;
}

/* `name` (n bytes) is the option's name or one of its aliases. */
static bool is_named(const hs__option *o, const char *name, size_t n) {
    if (o->name && strlen(o->name) == n && memcmp(o->name, name, n) == 0)
        return true;
    for (const char *alias = o->aliases; alias && *alias;) {
        size_t alias_n = strcspn(alias, " ");
        if (alias_n == n && memcmp(alias, name, n) == 0)
            return true;
        alias += alias_n + (alias[alias_n] == ' ');
    }
    return false;
}

static const hs__option *find_exact(const hs__program *p, const char *name, size_t n) {
    if (is_named(&HELP_FULL, name, n))
        return &HELP_FULL;
    if (is_named(&VERSION, name, n))
        return &VERSION;
    for (const hs__option *o = p->options; !is_last(o); o++)
        if (is_named(o, name, n))
            return o;
    return NULL;
}

/* The option that only can be meant by the beginning of its name; *other: a second one. */
static const hs__option *find_prefix(const hs__program *p, const char *name, size_t n,
                                     const hs__option **other) {
    const hs__option *found = NULL;
    *other = NULL;
    for (const hs__option *o = p->options; n > 0 && !is_last(o); o++) {
        if (!o->name || strncmp(o->name, name, n) != 0)
            continue;
        *other = found;
        found = o;
    }
    return *other ? NULL : found;
}

static const char *nearest_option(const hs__program *p, const char *name) {
    size_t best = SIZE_MAX;
    const char *found = NULL;
    for (const hs__option *o = p->options; !is_last(o); o++)
        if (o->name && hs__is_nearer(name, o->name, &best))
            found = o->name;
    return found;
}

/* `word` is the whole element, dashes and all. */
static hs__exit unknown_option(const hs__program *p, const char *word) {
    const char *name = word + strspn(word, "-");
    size_t n = strcspn(name, "=");
    char bare[64];
    snprintf(bare, sizeof bare, "%.*s", (int)n, name);
    const hs__option *exact = find_exact(p, name, n);
    const char *near = exact ? exact->name : nearest_option(p, bare);
    int shown = (int)(name + n - word);
    if (near)
        return hs__usage_error(p, "there is no option %.*s, did you mean --%s?", shown,
                               hs__safe(word), near);
    return hs__usage_error(p, "there is no option %.*s", shown, hs__safe(word));
}

/* ---- one element ------------------------------------------------------------------------- */
static hs__exit needs_value(const hs__program *p, const hs__option *o) {
    char name[40];
    return hs__usage_error(p, "%s needs a value: %s", option_text(o, name),
                           o->argument ? o->argument : "one of its words");
}

/* value NULL: none was attached; then the next element is it where the option needs one. */
static hs__exit apply(parser *s, const hs__option *o, char *value) {
    if (has_argument(o) && !value && !o->if_bare) {
        if (s->next >= s->argc)
            return needs_value(s->program, o);
        value = s->argv[s->next++];
    }
    const char *taken = value ? value : o->if_bare;
    return take_value(s->program, o, taken, (char *)s->settings + o->at);
}

/* *ending: the built-in option that ends the parsing. */
static hs__exit take_long(parser *s, char *word, const hs__option **ending) {
    const hs__program *p = s->program;
    char *name = word + 2;
    size_t n = strcspn(name, "=");
    const hs__option *other = NULL;
    const hs__option *o = find_exact(p, name, n);
    if (!o)
        o = find_prefix(p, name, n, &other);
    if (other)
        return hs__usage_error(p, "--%.*s can mean several options, --%s among them", (int)n,
                               hs__safe(name), other->name);
    if (!o)
        return unknown_option(p, word);
    char *value = name[n] == '=' ? name + n + 1 : NULL;
    if (value && !has_argument(o))
        return hs__usage_error(p, "--%s takes no value", o->name);
    if (o == &HELP_FULL || o == &VERSION) {
        *ending = o;
        return HS__EXIT_OK;
    }
    return apply(s, o, value);
}

static const hs__option *find_letter(const hs__program *p, char letter) {
    if (letter == HELP_SHORT.letter)
        return &HELP_SHORT;
    for (const hs__option *o = p->options; !is_last(o); o++)
        if (o->letter == letter)
            return o;
    return NULL;
}

/* "-k", "-vvv", "-CDIR"; "-connect" is somebody's "--connect". */
static hs__exit take_letters(parser *s, char *word, const hs__option **ending) {
    const hs__program *p = s->program;
    size_t n = strcspn(word + 1, "=");
    if (n > 1 && find_exact(p, word + 1, n))
        return unknown_option(p, word);
    for (char *letter = word + 1; *letter; letter++) {
        const hs__option *o = find_letter(p, *letter);
        if (!o)
            return unknown_option(p, word);
        if (o == &HELP_SHORT) {
            *ending = o;
            return HS__EXIT_OK;
        }
        bool takes_rest = has_argument(o) && letter[1] != 0;
        hs__exit code = apply(s, o, takes_rest ? letter + 1 : NULL);
        if (code || takes_rest)
            return code;
    }
    return HS__EXIT_OK;
}

/* ---- all of it --------------------------------------------------------------------------- */
static void end_early(const hs__program *p, const hs__option *ending) {
    if (ending == &HELP_SHORT)
        hs__help_short(p);
    else if (ending == &HELP_FULL)
        hs__help_full(p);
    else
        printf("%.*s %s\n", (int)strcspn(p->name, " "), p->name, HS_VERSION);
}

static hs__exit check_operands(const hs__program *p, int n, char **operands) {
    if ((unsigned)n < p->min_operands)
        return hs__usage_error(p, "%s is missing", p->operands);
    if ((unsigned)n > p->max_operands && !p->stop_at_operand)
        return hs__usage_error(p, "'%s' is one word too many", hs__safe(operands[p->max_operands]));
    return HS__EXIT_OK;
}

/* Reads all elements; operands are kept in order. */
static hs__exit walk(parser *s, char **operands, int *n_operands, const hs__option **ending) {
    bool only_operands = false;
    while (s->next < s->argc && !*ending) {
        char *word = s->argv[s->next];
        bool is_operand = only_operands || word[0] != '-' || word[1] == 0;
        if (is_operand && s->program->stop_at_operand)
            only_operands = true;
        s->next++;
        hs__exit code = HS__EXIT_OK;
        if (is_operand)
            operands[(*n_operands)++] = word;
        else if (strcmp(word, "--") == 0)
            only_operands = true;
        else if (word[1] == '-')
            code = take_long(s, word, ending);
        else
            code = take_letters(s, word, ending);
        if (code)
            return code;
    }
    return HS__EXIT_OK;
}

int hs__options_parse(const hs__program *program, int argc, char **argv, void *settings,
                      hs__exit *code) {
    parser s = {.program = program, .settings = settings, .argc = argc, .next = 1, .argv = argv};
    const hs__option *ending = NULL;
    int n = 0;
    char **operands = calloc((size_t)argc + 1, sizeof *operands);
    if (!operands) {
        *code = HS__EXIT_INTERNAL;
        return -1;
    }
    *code = walk(&s, operands, &n, &ending);
    if (*code == HS__EXIT_OK && ending)
        end_early(program, ending);
    else if (*code == HS__EXIT_OK)
        *code = check_operands(program, n, operands);
    if (n > 0)
        memcpy(argv + argc - n, operands, (size_t)n * sizeof *operands);
    free(operands);
    return *code || ending ? -1 : argc - n;
}
