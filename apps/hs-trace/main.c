#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "apps/common/say.h"
#include "apps/hs-trace/hs_trace.h"
#include "trace/names.h"

static const struct {
    const char *name;
    trace_run *run;
} COMMANDS[] = {
#define TRACE_COMMAND(name) {#name, trace_##name##_command},
    TRACE_COMMANDS(TRACE_COMMAND)
#undef TRACE_COMMAND
};
enum { N_COMMANDS = sizeof COMMANDS / sizeof *COMMANDS };

typedef struct {
    hs__common common;
    bool names;
} args;

static const hs__option OPTIONS[] = {
    {.group = "Names",
     .name = "names",
     .kind = HS__OPT_FLAG,
     .at = offsetof(args, names),
     .help = "RFC 9846's names, which JSON Lines have, and the short ones of the text"},
    HS__COMMON_OPTIONS(args, common),
    {0},
};

static const hs__program PROGRAM = {
    .name = "hs-trace",
    .usage = "COMMAND FILE.jsonl... [OPTIONS]",
    .about = "Traces after the fact: what hs-client, hs-server and hs-mitm wrote with --trace.",
    .examples =
        "  hs-trace text -vv t.jsonl                   as it would have been on the terminal\n"
        "  hs-trace html t.jsonl -o handshake.html     a page to look at\n"
        "  hs-trace pcapng --secrets=show t.jsonl -o t.pcapng     opens decrypted in Wireshark\n"
        "Commands (each has --help):\n"
        "  text                lines for people (-v -vv -vvv, --explain)\n"
        "  html                a page: the ladder, each byte, keys, checks\n"
        "  jsonl               the trace with less in it (--secrets=hide, --redact)\n"
        "  pcapng              a capture for Wireshark\n"
        "  keylog              the secrets, in the format of SSLKEYLOGFILE\n"
        "  check               every value computed again; exit 5 and the line if one is wrong\n"
        "  diff A B            client's view beside server's: where they part\n"
        "  decode HEX          records or messages, field by field\n",
    .options = OPTIONS,
    .max_operands = UINT_MAX,
    .stop_at_operand = true,
};

static void put_names(void) {
    const char *name, *short_name;
    printf("%-40s  %s\n", "RFC 9846", "text");
    for (size_t i = 0; hs__short_name_row(i, &name, &short_name); i++)
        printf("%-40s  %s\n", name, short_name);
}

static hs__exit no_such_command(const char *name) {
    const char *names[N_COMMANDS + 1] = {NULL};
    for (size_t i = 0; i < N_COMMANDS; i++)
        names[i] = COMMANDS[i].name;
    return hs__no_such_command(&PROGRAM, names, name);
}

static hs__exit run_command(const args *a, int argc, char **argv) {
    hs__fault fault = {0};
    size_t i = 0;
    while (i < N_COMMANDS && strcmp(COMMANDS[i].name, argv[0]) != 0)
        i++;
    if (i == N_COMMANDS)
        return no_such_command(argv[0]);
    hs__say_setup("hs-trace", &a->common);
    hs__exit code = COMMANDS[i].run(&a->common, argc, argv, &fault);
    return code && fault.text[0] ? hs__say_fault(&fault) : code;
}

int main(int argc, char **argv) {
    args a = {0};
    hs__exit code;
    int first = hs__options_parse(&PROGRAM, argc, argv, &a, &code);
    if (first < 0)
        return (int)hs__say_end(code);
    if (a.names) {
        put_names();
        return (int)hs__say_end(HS__EXIT_OK);
    }
    if (first == argc)
        return (int)hs__usage_error(&PROGRAM, "COMMAND is missing");
    return (int)hs__say_end(run_command(&a, argc - first, argv + first));
}
