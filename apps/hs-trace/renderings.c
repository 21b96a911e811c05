/* The commands that render: text, html, jsonl, pcapng, keylog. */
#include <limits.h>
#include <string.h>

#include "apps/common/say.h"
#include "apps/hs-trace/render.h"
#include "apps/tls/see.h"

#define TRACE_TEXT_OPTIONS                                                                         \
    {.name = "explain",                                                                            \
     .kind = HS__OPT_FLAG,                                                                         \
     .at = offsetof(trace_render_args, explain),                                                   \
     .help = "paragraphs that say why"},                                                           \
    {                                                                                              \
        .name = "no-time", .kind = HS__OPT_FLAG, .at = offsetof(trace_render_args, no_time),       \
        .help = "no times, so that two runs can be compared"                                       \
    }

/* ---- command lines ----------------------------------------------------------------------- */
#define TRACE_REDACT_OPTION                                                                        \
    {                                                                                              \
        .name = "redact", .kind = HS__OPT_FLAG, .at = offsetof(trace_render_args, redact),         \
        .help = "replace names, addresses, certificates' subjects; no keys: safe to post"          \
    }

static const hs__option TEXT_OPTIONS[] = {
    TRACE_OUTPUT_OPTION,
    TRACE_SECRETS_OPTION,
    TRACE_REDACT_OPTION,
    TRACE_TEXT_OPTIONS,
    HS__COMMON_OPTIONS(trace_render_args, common),
    {0},
};

static const hs__option JSONL_OPTIONS[] = {
    TRACE_OUTPUT_OPTION,
    TRACE_SECRETS_OPTION,
    TRACE_REDACT_OPTION,
    HS__COMMON_OPTIONS(trace_render_args, common),
    {0},
};

static const hs__option CAPTURE_OPTIONS[] = {
    TRACE_OUTPUT_OPTION,
    TRACE_SECRETS_OPTION,
    HS__COMMON_OPTIONS(trace_render_args, common),
    {0},
};

static const hs__option KEYLOG_OPTIONS[] = {
    TRACE_OUTPUT_OPTION,
    HS__COMMON_OPTIONS(trace_render_args, common),
    {0},
};

const hs__program trace_text_program = {
    .name = "hs-trace text",
    .usage = "[-v | -vv | -vvv] [OPTIONS] FILE.jsonl...",
    .about = "A trace as lines for people, as -v, -vv and -vvv show it live.",
    .examples =
        "  hs-trace text t.jsonl                       a line for each message, decision, check\n"
        "  hs-trace text -vv --explain t.jsonl         with all fields, and why\n"
        "  hs-trace text -vvv --secrets=show t.jsonl   with the bytes and the key schedule\n"
        "  hs-client --trace=/dev/stdout ... | hs-trace text -\n",
    .options = TEXT_OPTIONS,
    .min_operands = 1,
    .max_operands = UINT_MAX,
    .operands = "FILE.jsonl",
};

const hs__program trace_html_program = {
    .name = "hs-trace html",
    .usage = "[OPTIONS] FILE.jsonl...",
    .about = "A trace as a page to look at: one file that loads nothing.",
    .examples = "  hs-trace html t.jsonl -o handshake.html\n"
                "  hs-trace html client.jsonl server.jsonl -o both.html     all in one page\n",
    .options = TEXT_OPTIONS,
    .min_operands = 1,
    .max_operands = UINT_MAX,
    .operands = "FILE.jsonl",
};

const hs__program trace_jsonl_program = {
    .name = "hs-trace jsonl",
    .usage = "[OPTIONS] FILE.jsonl...",
    .about = "A trace with less in it, to hand on.",
    .examples =
        "  hs-trace jsonl --redact t.jsonl -o post.jsonl           nobody can be told from it\n"
        "  hs-trace jsonl --secrets=hide t.jsonl -o less.jsonl     names stay, secrets go\n",
    .options = JSONL_OPTIONS,
    .min_operands = 1,
    .max_operands = UINT_MAX,
    .operands = "FILE.jsonl",
};

const hs__program trace_pcapng_program = {
    .name = "hs-trace pcapng",
    .usage = "[OPTIONS] FILE.jsonl...",
    .about = "A trace as a capture that Wireshark opens: the real records in packets made up.",
    .examples = "  hs-trace pcapng t.jsonl -o t.pcapng                    as an observer sees it\n"
                "  hs-trace pcapng --secrets=show t.jsonl -o t.pcapng     opens decrypted\n"
                "  hs-trace pcapng t.jsonl | tshark -r - -V\n",
    .options = CAPTURE_OPTIONS,
    .min_operands = 1,
    .max_operands = UINT_MAX,
    .operands = "FILE.jsonl",
};

const hs__program trace_keylog_program = {
    .name = "hs-trace keylog",
    .usage = "[OPTIONS] FILE.jsonl...",
    .about = "The secrets of a trace in the format of SSLKEYLOGFILE.",
    .examples = "  hs-trace keylog t.jsonl -o keys.log\n",
    .notes = "Whoever has them can read the connection. A trace holds them if it was made with\n"
             "--secrets=show.\n",
    .options = KEYLOG_OPTIONS,
    .min_operands = 1,
    .max_operands = UINT_MAX,
    .operands = "FILE.jsonl",
};

/* ---- commands ---------------------------------------------------------------------------- */
static hs__exit run(const hs__program *program, const trace_rendering *how,
                    const hs__common *before, int argc, char **argv, hs__fault *fault) {
    trace_render_args a = {.common = *before};
    hs__exit code;
    int first = hs__options_parse(program, argc, argv, &a, &code);
    if (first < 0)
        return code;
    hs__say_setup("hs-trace", &a.common);
    if (a.common.json)
        return hs__usage_error(program, "--json: a rendering has a form of its own");
    if (a.redact && a.secrets != HS_SECRETS_DEFAULT)
        return hs__usage_error(program, "--redact takes out what --secrets would show: leave one "
                                        "of them out");
    return trace_render(how, &a, argv + first, (size_t)(argc - first), fault);
}

hs__exit trace_text_command(const hs__common *before, int argc, char **argv, hs__fault *fault) {
    static const trace_rendering how = {.make = hs_text_new};
    return run(&trace_text_program, &how, before, argc, argv, fault);
}

hs__exit trace_html_command(const hs__common *before, int argc, char **argv, hs__fault *fault) {
    static const trace_rendering how = {.make = hs_html_new, .begin = hs_html_begin};
    return run(&trace_html_program, &how, before, argc, argv, fault);
}

hs__exit trace_jsonl_command(const hs__common *before, int argc, char **argv, hs__fault *fault) {
    static const trace_rendering how = {.make = hs_jsonl_new};
    return run(&trace_jsonl_program, &how, before, argc, argv, fault);
}

hs__exit trace_pcapng_command(const hs__common *before, int argc, char **argv, hs__fault *fault) {
    static const trace_rendering how = {.make = hs_pcapng_new, .is_binary = true};
    return run(&trace_pcapng_program, &how, before, argc, argv, fault);
}

hs__exit trace_keylog_command(const hs__common *before, int argc, char **argv, hs__fault *fault) {
    static const trace_rendering how = {
        .make = hs_keylog_new, .is_secret = true, .secrets = HS_SECRETS_SHOW};
    return run(&trace_keylog_program, &how, before, argc, argv, fault);
}
