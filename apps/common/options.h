/* options.h - a program's command line, described by one table.
 *
 * From the table come the parser, the short help (-h), the full help (--help) and the
 * messages for what is wrong. --opt=V and --opt V both work, options and operands may be
 * mixed, `--` ends the options. -h, --help and --version are built in. Values are written into
 * a struct of the program's own, each at the offset that its row names; preset the struct with
 * the defaults. Texts are borrowed from argv.
 *
 *   typedef struct { hs__common common; hs__list cacert; uint64_t timeout_ms; } args;
 *   static const hs__option OPTIONS[] = {
 *       {.group = "Trust", .name = "cacert", .kind = HS__OPT_LIST, .at = offsetof(args, cacert),
 *        .argument = "F", .aliases = "cafile CAfile", .help = "believe the certificates in F"},
 *       {.group = "Net", .name = "timeout", .kind = HS__OPT_DURATION, .argument = "DUR",
 *        .at = offsetof(args, timeout_ms), .help = "give up after this time (10s)"},
 *       HS__COMMON_OPTIONS(args, common),
 *       {0}};
 *   static const hs__program PROGRAM = {.name = "hs-client", .options = OPTIONS, ...};
 *   args a = {.timeout_ms = 10000};
 *   int first = hs__options_parse(&PROGRAM, argc, argv, &a, &code);
 *   if (first < 0)
 *       return code;      // everything was said; operands are argv[first .. argc)
 *   hs__say_setup(PROGRAM.name, &a.common);                                                */
#ifndef HS_APPS_OPTIONS_H
#define HS_APPS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "apps/common/exit.h"

/* Texts in the order given. Grows as needed; the array is the list's, the texts are argv's (LIST)
 * or the list's (WORDS). End it with hs__list_free. */
typedef struct {
    const char **v; /* NULL-terminated once something is in it, else NULL */
    size_t n;
    bool owns;
} hs__list;
void hs__list_free(hs__list *list);
/* false: no memory, or `text` is NULL. A list that owns its texts takes this one over. */
bool hs__list_add(hs__list *list, const char *text);

/* kind            field at `at`   from                                                        */
typedef enum {
    HS__OPT_FLAG,     /* bool         --name: true                                             */
    HS__OPT_SET,      /* int          --name: the row's `value`                                */
    HS__OPT_COUNT,    /* int          each -v adds one                                         */
    HS__OPT_TEXT,     /* const char * the last one given                                       */
    HS__OPT_LIST,     /* hs__list     each one given                                           */
    HS__OPT_WORDS,    /* hs__list     A,B,C; a repetition adds; `--name=` empties it         */
    HS__OPT_NUMBER,   /* uint64_t     decimal, min..max                                        */
    HS__OPT_SIZE,     /* uint64_t     bytes: 100, 64k, 10M, 1G (powers of 1024); min..max      */
    HS__OPT_DURATION, /* uint64_t     milliseconds: 90d 12h 5m 10s 500ms 1h30m                 */
    HS__OPT_DATE,     /* int64_t      Unix seconds: 2026-11-18, 2026-11-18T12:00:00Z           */
    HS__OPT_CHOICE,   /* int          index in `values`                                        */
    HS__OPT_CALL      /* any          `take` reads the value itself                            */
} hs__option_kind;

typedef struct {
    const char *group; /* heading in the help; NULL: goes with the row above     */
    const char *name;  /* long name without dashes; NULL: the letter only        */
    char letter;       /* short name; 0: none                                    */
    hs__option_kind kind;
    size_t at;                 /* offsetof(settings struct, field)                      */
    int value;                 /* HS__OPT_SET                                           */
    uint64_t min, max;         /* NUMBER and SIZE; max 0: no upper bound                */
    const char *argument;      /* "FILE": what the help calls the value; CHOICE may omit it */
    const char *const *values; /* CHOICE: NULL-terminated                              */
    const char *if_bare;       /* the value is optional (--http[=PATH]), this stands for it */
    /* CALL: NULL if taken, else what was expected ("HOST:PORT"), static. */
    const char *(*take)(const char *value, void *field);
    const char *aliases; /* other long names, by spaces: "cafile CAfile"              */
    const char *help;    /* plain words, without a full stop                          */
} hs__option;

/* What is common to all programs. */
typedef enum { HS__COLOR_AUTO, HS__COLOR_ALWAYS, HS__COLOR_NEVER } hs__color;
typedef struct {
    int verbose; /* number of -v */
    bool quiet;
    bool json;
    int color; /* hs__color */
} hs__common;

extern const char *const hs__color_values[];

/* Rows for a struct `type` with an hs__common `field`. They go last, before the {0} row. */
#define HS__COMMON_OPTIONS(type, field)                                                            \
    {.group = "Common",                                                                            \
     .letter = 'v',                                                                                \
     .name = "verbose",                                                                            \
     .kind = HS__OPT_COUNT,                                                                        \
     .at = offsetof(type, field.verbose),                                                          \
     .help = "say more; repeat for still more"},                                                   \
        {.letter = 'q',                                                                            \
         .name = "quiet",                                                                          \
         .kind = HS__OPT_FLAG,                                                                     \
         .at = offsetof(type, field.quiet),                                                        \
         .aliases = "silent",                                                                      \
         .help = "errors only"},                                                                   \
        {.name = "json",                                                                           \
         .kind = HS__OPT_FLAG,                                                                     \
         .at = offsetof(type, field.json),                                                         \
         .help = "the result as JSON on standard output"},                                         \
    {                                                                                              \
        .name = "color", .kind = HS__OPT_CHOICE, .at = offsetof(type, field.color),                \
        .argument = "WHEN", .values = hs__color_values, .aliases = "colour",                       \
        .help = "colours: auto means on a terminal, without NO_COLOR and TERM=dumb"                \
    }

typedef struct {
    const char *name;          /* "hs-client", "mini-ca issue"                                    */
    const char *usage;         /* what follows the name: "[OPTIONS] HOST[:PORT]"                  */
    const char *about;         /* one line: what it is for                                        */
    const char *examples;      /* lines as they are, each ended by \n; "" for none                */
    const char *notes;         /* end of --help, lines as they are; NULL for none                 */
    const hs__option *options; /* ended by a row without name and letter                   */
    unsigned min_operands, max_operands; /* max 0 with min 0: none allowed; UINT_MAX: any    */
    const char *operands;                /* "HOST[:PORT]", for the message when one is missing */
    bool stop_at_operand;                /* the rest belongs to a command: leave it alone      */
} hs__program;

/* Parses argv; operands end up behind the options, the first at the index returned. -1: there is
 * nothing left to do but to exit with *code (help was printed, or the fault was said). */
int hs__options_parse(const hs__program *program, int argc, char **argv, void *settings,
                      hs__exit *code);

/* "mini-ca: WHAT" and the pointer to --help on stderr; returns HS__EXIT_USAGE. For what a program
 * finds wrong in its own operands. */
hs__exit hs__usage_error(const hs__program *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for a word that is none of a program's commands (`names`, NULL-terminated): with the one
 * that was meant, or all of them. */
hs__exit hs__no_such_command(const hs__program *program, const char *const *names,
                             const char *word);

/* Help texts on stdout, as -h and --help print them. */
void hs__help_short(const hs__program *program);
void hs__help_full(const hs__program *program);

/* Words of `text` on stdout, in lines that begin at `column`; the cursor is at `at` already. */
void hs__help_wrapped(const char *text, size_t at, size_t column);

/* The candidate closest to `word` if it is close enough to be a typing error, else NULL. */
const char *hs__nearest(const char *word, const char *const *candidates);

/* The step of it: true, and *best set, if this candidate is close and closer than *best. */
bool hs__is_nearer(const char *word, const char *candidate, size_t *best);

#endif
