#include <stdio.h>
#include <string.h>

#include "apps/common/options.h"

enum { TEXT_COLUMN = 32, WIDTH = 96 };

static bool is_last(const hs__option *o) {
    return !o->name && !o->letter;
}

/* What stands for the value: its name in the table, or the words it can be. */
static void put_argument(const hs__option *o, char *out, size_t room) {
    size_t at = 0;
    if (o->argument || o->kind != HS__OPT_CHOICE) {
        snprintf(out, room, "%s", o->argument ? o->argument : "");
        return;
    }
    out[0] = 0;
    for (size_t i = 0; o->values[i] && at < room; i++)
        at += (size_t)snprintf(out + at, room - at, "%s%s", i ? "|" : "", o->values[i]);
}

/* "--tls=1.3|1.2", "--http[=PATH]", "-4" */
static void put_option(const hs__option *o, char *out, size_t room) {
    char argument[200], name[64];
    put_argument(o, argument, sizeof argument);
    if (o->name)
        snprintf(name, sizeof name, "--%s", o->name);
    else
        snprintf(name, sizeof name, "-%c", o->letter);
    const char *before = !argument[0] ? "" : o->if_bare ? "[=" : o->name ? "=" : " ";
    snprintf(out, room, "%s%s%s%s", name, before, argument, o->if_bare ? "]" : "");
}

void hs__help_wrapped(const char *text, size_t at, size_t column) {
    while (*text) {
        size_t n = strcspn(text, " ");
        if (at > column && at + 1 + n > WIDTH) {
            printf("\n%*s", (int)column, "");
            at = column;
        }
        printf("%s%.*s", at > column ? " " : "", (int)n, text);
        at += n + (at > column);
        text += n;
        text += strspn(text, " ");
    }
    putchar('\n');
}

static void put_head(const hs__program *p) {
    printf("Usage: %s %s\n", p->name, p->usage);
    hs__help_wrapped(p->about, 0, 0);
    if (p->examples && *p->examples)
        printf("%s", p->examples);
}

void hs__help_short(const hs__program *p) {
    put_head(p);
    size_t at = 0;
    for (const hs__option *o = p->options; !is_last(o); o++) {
        char text[280];
        size_t n;
        put_option(o, text, sizeof text);
        n = strlen(text);
        if (o->group) {
            printf("%s%s:", at ? "\n" : "", o->group);
            at = strlen(o->group) + 1;
        } else if (at + 2 + n > WIDTH) {
            printf("\n%8s", "");
            at = 8;
        }
        printf("  %s", text);
        at += n + 2;
    }
    printf("%s-h is this, --help explains each option, --version\n", at ? "\n" : "");
}

/* "cafile CAfile": "also --cafile --CAfile" */
static void put_aliases(const char *names) {
    printf("%*salso", TEXT_COLUMN, "");
    while (*names) {
        size_t n = strcspn(names, " ");
        fputs(" --", stdout);
        fwrite(names, 1, n, stdout);
        names += n + (names[n] == ' ');
    }
    putchar('\n');
}

/* "one of auto, always, never" */
static void put_words(const char *const *values) {
    char text[300] = "one of ";
    size_t at = strlen(text);
    for (size_t i = 0; values[i] && at < sizeof text; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", i ? ", " : "", values[i]);
    printf("%*s", TEXT_COLUMN, "");
    hs__help_wrapped(text, TEXT_COLUMN, TEXT_COLUMN);
}

static void put_row(const hs__option *o) {
    char option[280], letter[8] = "    ";
    put_option(o, option, sizeof option);
    if (o->name && o->letter)
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    size_t at = (size_t)printf("  %s%s", o->name ? letter : "", option);
    if (at + 2 > TEXT_COLUMN) {
        putchar('\n');
        at = 0;
    }
    printf("%*s", (int)(TEXT_COLUMN - at), "");
    hs__help_wrapped(o->help ? o->help : "", TEXT_COLUMN, TEXT_COLUMN);
    if (o->aliases)
        put_aliases(o->aliases);
    if (o->kind == HS__OPT_CHOICE && o->argument)
        put_words(o->values);
}

void hs__help_full(const hs__program *p) {
    static const hs__option BUILT_IN[] = {
        {.letter = 'h', .help = "short help"},
        {.name = "help", .help = "this help"},
        {.name = "version", .help = "the version"},
        {0},
    };
    put_head(p);
    for (const hs__option *o = p->options; !is_last(o); o++) {
        if (o->group)
            printf("\n%s:\n", o->group);
        put_row(o);
    }
    for (const hs__option *o = BUILT_IN; !is_last(o); o++)
        put_row(o);
    printf(
        "\nExit codes: 0 done, 1 input/output or internal, 2 usage, 3 cannot resolve, connect or "
        "bind,\n  4 handshake failed, 5 not trusted, 6 expectation not met, 7 cut without "
        "close_notify,\n  8 file exists, 9 wrong password or key, 124 timeout, 130 "
        "interrupted\n");
    if (p->notes)
        printf("\n%s", p->notes);
}
