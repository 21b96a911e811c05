/* options.h: one table gives parser, help and messages. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "apps/common/options.h"
#include "capture.h"

typedef struct {
    hs__common common;
    bool insecure;
    int family, tls, psk;
    const char *cert, *http;
    hs__list cacert, groups;
    uint64_t accept, record_limit, timeout;
    int64_t at;
} args;

static const char *take_psk(const char *value, void *field) {
    *(int *)field = (int)strlen(value);
    return strchr(value, ':') ? NULL : "ID:FILE";
}

static const char *const TLS[] = {"1.3", "1.2", "1.2-1.3", NULL};

#define AT(field) .at = offsetof(args, field)
static const hs__option OPTIONS[] = {
    {.group = "Trust", .name = "insecure", .letter = 'k', .kind = HS__OPT_FLAG, AT(insecure)},
    {.name = "cacert",
     .kind = HS__OPT_LIST,
     AT(cacert),
     .argument = "F",
     .aliases = "cafile CAfile",
     .help = "believe the certificates in F"},
    {.name = "cert", .kind = HS__OPT_TEXT, AT(cert), .argument = "F"},
    {.name = "connect-to", .kind = HS__OPT_TEXT, AT(cert), .argument = "H:P"},
    {.group = "Offer", .name = "groups", .kind = HS__OPT_WORDS, AT(groups), .aliases = "curves"},
    {.name = "tls", .kind = HS__OPT_CHOICE, AT(tls), .values = TLS, .help = "versions"},
    {.name = "psk", .kind = HS__OPT_CALL, AT(psk), .take = take_psk, .argument = "ID:FILE"},
    {.letter = '4', .kind = HS__OPT_SET, AT(family), .value = 4},
    {.letter = '6', .kind = HS__OPT_SET, AT(family), .value = 6},
    {.name = "http", .kind = HS__OPT_TEXT, AT(http), .if_bare = "/", .argument = "PATH"},
    {.name = "accept", .kind = HS__OPT_NUMBER, AT(accept), .min = 1, .max = 100},
    {.name = "record-limit", .kind = HS__OPT_SIZE, AT(record_limit), .min = 64},
    {.name = "timeout", .letter = 't', .kind = HS__OPT_DURATION, AT(timeout), .argument = "DUR"},
    {.name = "at", .kind = HS__OPT_DATE, AT(at)},
    HS__COMMON_OPTIONS(args, common),
    {0},
};

static hs__program program = {
    .name = "tool",
    .usage = "[OPTIONS] HOST",
    .about = "A tool.",
    .examples = "  tool a.test\n",
    .options = OPTIONS,
    .max_operands = 2,
    .operands = "HOST",
};

enum { WORDS_MAX = 12 };

/* Parses the words of `line`; what was printed on stderr is in *said. */
static int parse(const char *line, args *a, char *words[WORDS_MAX + 1], hs__exit *code,
                 const char **said) {
    static char copy[400];
    int argc = 1;
    snprintf(copy, sizeof copy, "%s", line);
    words[0] = program.name ? (char *)"tool" : NULL;
    for (char *word = strtok(copy, " "); word && argc < WORDS_MAX; word = strtok(NULL, " "))
        words[argc++] = word;
    words[argc] = NULL;
    capture c = capture_start(stderr);
    int first = hs__options_parse(&program, argc, words, a, code);
    *said = capture_end(&c);
    return first < 0 ? -1 : argc - first;
}

/* Good lines: says how many operands are left over, and gives them. */
static int good(const char *line, args *a, char *words[WORDS_MAX + 1]) {
    hs__exit code;
    const char *said;
    int n = parse(line, a, words, &code, &said);
    if (n < 0)
        fail_msg("'%s': %s", line, said);
    return n;
}

static void values_attached_and_apart_are_the_same(void **state) {
    char *w[WORDS_MAX + 1];
    args a = {0}, b = {0};
    (void)state;
    assert_int_equal(good("--cert=c.pem --tls=1.2 -t5s", &a, w), 0);
    assert_int_equal(good("--cert c.pem --tls 1.2 -t 5s", &b, w), 0);
    assert_string_equal(a.cert, "c.pem");
    assert_string_equal(b.cert, "c.pem");
    assert_int_equal(a.tls, 1);
    assert_int_equal(b.tls, 1);
    assert_int_equal(a.timeout, 5000);
    assert_int_equal(b.timeout, 5000);
}

static void each_kind_reads_its_value(void **state) {
    char *w[WORDS_MAX + 1];
    args a = {0};
    (void)state;
    good("-k --accept=7 --record-limit=1k --at=1970-01-02 --psk=a:b -6 -vv -v --json -q --http=/x",
         &a, w);
    assert_true(a.insecure && a.common.json && a.common.quiet);
    assert_int_equal(a.accept, 7);
    assert_int_equal(a.record_limit, 1024);
    assert_int_equal(a.at, 86400);
    assert_int_equal(a.psk, 3);
    assert_int_equal(a.family, 6);
    assert_int_equal(a.common.verbose, 3);
    assert_string_equal(a.http, "/x");
}

static void options_and_operands_may_be_mixed(void **state) {
    char *w[WORDS_MAX + 1];
    args a = {0};
    (void)state;
    assert_int_equal(good("one -k two --cert c", &a, w), 2);
    assert_string_equal(w[4], "one");
    assert_string_equal(w[5], "two");
    assert_true(a.insecure);
    assert_int_equal(good("-- -k --cert", &(args){0}, w), 2);
    assert_string_equal(w[2], "-k");
    assert_string_equal(w[3], "--cert");
    assert_int_equal(good("-", &(args){0}, w), 1);
}

static void a_command_keeps_its_own_options(void **state) {
    char *w[WORDS_MAX + 1];
    args a = {0};
    (void)state;
    program.stop_at_operand = true;
    assert_int_equal(good("-v issue --unknown -k -- x", &a, w), 5);
    program.stop_at_operand = false;
    assert_string_equal(w[2], "issue");
    assert_string_equal(w[3], "--unknown");
    assert_false(a.insecure);
    assert_int_equal(a.common.verbose, 1);
}

static void an_optional_value_is_only_taken_when_attached(void **state) {
    char *w[WORDS_MAX + 1];
    args a = {0};
    (void)state;
    assert_int_equal(good("--http a.test", &a, w), 1);
    assert_string_equal(a.http, "/");
}

static void lists_collect(void **state) {
    char *w[WORDS_MAX + 1];
    args a = {0};
    (void)state;
    good("--cacert=a --cafile b --CAfile=c --groups=x25519,secp256r1 --curves=,x448,", &a, w);
    assert_int_equal(a.cacert.n, 3);
    assert_string_equal(a.cacert.v[2], "c");
    assert_null(a.cacert.v[3]);
    assert_int_equal(a.groups.n, 3);
    assert_string_equal(a.groups.v[0], "x25519");
    assert_string_equal(a.groups.v[2], "x448");
    good("--groups=", &a, w);
    assert_int_equal(a.groups.n, 0);
    assert_non_null(a.groups.v); /* given and empty is not the same as not given */
    hs__list_free(&a.cacert);
    hs__list_free(&a.groups);
}

static void the_beginning_of_a_name_is_enough_if_it_is_the_only_one(void **state) {
    char *w[WORDS_MAX + 1];
    args a = {0};
    (void)state;
    good("--insec --cert=x", &a, w); /* --cert is a name, not the beginning of one */
    assert_true(a.insecure);
    assert_string_equal(a.cert, "x");
}

static void faults_are_one_line_with_exit_2(void **state) {
    static const struct {
        const char *line, *said;
    } ROWS[] = {
        {"--insecur=1", "--insecure takes no value"},
        {"--certs=x", "there is no option --certs, did you mean --cert?"},
        {"--tiemout=5s", "there is no option --tiemout, did you mean --timeout?"},
        {"--nonsense", "there is no option --nonsense;"},
        {"-connect-to x", "there is no option -connect-to, did you mean --connect-to?"},
        {"-CAfile x", "there is no option -CAfile, did you mean --cacert?"},
        {"-timeout=5s", "there is no option -timeout, did you mean --timeout?"},
        {"-insecure", "there is no option -insecure, did you mean --insecure?"},
        {"-x", "there is no option -x;"},
        {"--cert", "--cert needs a value: F"},
        {"-t", "--timeout needs a value: DUR"},
        {"--c=1", "--c can mean several options"},
        {"--tls=1.1", "--tls: '1.1' is not known, expected one of 1.3, 1.2, 1.2-1.3"},
        {"--accept=0", "--accept: '0' is not between 1 and 100"},
        {"--accept=x", "--accept: 'x' is not a number"},
        {"--record-limit=63", "--record-limit: '63' is not 64 or more"},
        {"--timeout=5", "--timeout: '5' is not a duration such as"},
        {"--at=now", "--at: 'now' is not a date such as"},
        {"--psk=x", "--psk: 'x' is not ID:FILE"},
        {"--color=blue", "--color: 'blue' is not known, expected one of auto, always, never"},
        {"a b c", "'c' is one word too many"},
        {"a\x1b[31mb c d\x07", "'d\\x07' is one word too many"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        char *w[WORDS_MAX + 1];
        args a = {0};
        hs__exit code = HS__EXIT_OK;
        const char *said;
        assert_int_equal(parse(ROWS[i].line, &a, w, &code, &said), -1);
        assert_int_equal(code, HS__EXIT_USAGE);
        if (!strstr(said, ROWS[i].said))
            fail_msg("'%s' gave: %s", ROWS[i].line, said);
        assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
        assert_non_null(strstr(said, "try 'tool --help'"));
        assert_memory_equal(said, "tool: ", 6);
    }
}

static void a_missing_operand_is_named(void **state) {
    char *w[WORDS_MAX + 1];
    args a = {0};
    hs__exit code;
    const char *said;
    (void)state;
    program.min_operands = 1;
    assert_int_equal(parse("-k", &a, w, &code, &said), -1);
    program.min_operands = 0;
    assert_non_null(strstr(said, "HOST is missing"));
}

static const char *help_of(const char *option) {
    char *words[] = {(char *)"tool", (char *)option, (char *)"--nonsense", NULL};
    args a = {0};
    hs__exit code = HS__EXIT_USAGE;
    capture c = capture_start(stdout);
    int first = hs__options_parse(&program, 3, words, &a, &code);
    const char *said = capture_end(&c);
    assert_int_equal(first, -1);
    assert_int_equal(code, HS__EXIT_OK);
    return said;
}

static void help_goes_to_stdout_and_names_each_option(void **state) {
    (void)state;
    const char *text = help_of("-h");
    assert_non_null(strstr(text, "Usage: tool [OPTIONS] HOST"));
    assert_non_null(strstr(text, "--tls=1.3|1.2|1.2-1.3"));
    assert_non_null(strstr(text, "--http[=PATH]"));
    text = help_of("--help");
    assert_non_null(strstr(text, "-k, --insecure"));
    assert_non_null(strstr(text, "believe the certificates in F"));
    assert_non_null(strstr(text, "also --cafile --CAfile"));
    assert_non_null(strstr(text, "124 timeout"));
    for (const hs__option *o = OPTIONS; o->name || o->letter; o++) {
        char name[40];
        snprintf(name, sizeof name, "--%s", o->name ? o->name : "");
        if (o->name)
            assert_non_null(strstr(text, name));
    }
    for (const char *line = text; line; line = strchr(line + 1, '\n'))
        assert_true(strcspn(line + 1, "\n") <= 100);
    assert_memory_equal(help_of("--version"), "tool ", 5);
}

static void the_nearest_word_is_found_if_it_is_near(void **state) {
    static const char *const WORDS[] = {"init", "issue", "list", "show", "verify", NULL};
    (void)state;
    assert_string_equal(hs__nearest("isue", WORDS), "issue");
    assert_string_equal(hs__nearest("verfiy", WORDS), "verify");
    assert_string_equal(hs__nearest("lst", WORDS), "list");
    assert_null(hs__nearest("renew", WORDS));
    assert_null(hs__nearest("", WORDS));
    assert_null(hs__nearest("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", WORDS));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_attached_and_apart_are_the_same),
        cmocka_unit_test(each_kind_reads_its_value),
        cmocka_unit_test(options_and_operands_may_be_mixed),
        cmocka_unit_test(a_command_keeps_its_own_options),
        cmocka_unit_test(an_optional_value_is_only_taken_when_attached),
        cmocka_unit_test(lists_collect),
        cmocka_unit_test(the_beginning_of_a_name_is_enough_if_it_is_the_only_one),
        cmocka_unit_test(faults_are_one_line_with_exit_2),
        cmocka_unit_test(a_missing_operand_is_named),
        cmocka_unit_test(help_goes_to_stdout_and_names_each_option),
        cmocka_unit_test(the_nearest_word_is_found_if_it_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
