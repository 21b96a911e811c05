#include "apps/hs-trace/decode.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/common/say.h"
#include "apps/hs-trace/hs_trace.h"
#include "proto/codepoints.h"

enum { LIMIT = 64 << 20 };

typedef struct {
    hs__common common;
    int tls;
} args;

static const char *const VERSIONS[] = {"auto", "1.2", "1.3", NULL};

static const hs__option OPTIONS[] = {
    {.group = "Decoding",
     .name = "tls",
     .kind = HS__OPT_CHOICE,
     .at = offsetof(args, tls),
     .argument = "VERSION",
     .values = VERSIONS,
     .help = "1.2 or 1.3 where a message means something else in each (auto: as a ServerHello "
             "says, else what fits)"},
    HS__COMMON_OPTIONS(args, common),
    {0},
};

const hs__program trace_decode_program = {
    .name = "hs-trace decode",
    .usage = "[OPTIONS] HEX... | FILE | -",
    .about = "Any TLS records or handshake messages, field by field.",
    .examples = "  hs-trace decode 15 03 03 00 02 02 28\n"
                "  xxd -l 300 capture.bin | hs-trace decode -\n"
                "  hs-trace decode --tls=1.2 message.bin\n",
    .notes = "Takes hex in any form (with blanks, colons, 0x; dumps of xxd, hexdump -C, tcpdump,\n"
             "Wireshark), base64, PEM and raw bytes. What the client sends is marked ->, what the\n"
             "server sends <-, as far as the type of a message tells. Encrypted records stay\n"
             "closed.\n"
             "Exit: 0 decoded, 5 not well formed or not whole, 4 not TLS, 2 not hex.\n",
    .options = OPTIONS,
    .min_operands = 1,
    .max_operands = UINT_MAX,
    .operands = "HEX",
};

/* ---- input ------------------------------------------------------------------------------- */

static bool is_hex(const char *text) {
    return text[strspn(text, "0123456789abcdefABCDEFxX:,;-. \t\r\n")] == 0;
}

/* All operands as one text: hex is often given in pieces. */
static hs__exit join(int argc, char **argv, hs__bytes *out, hs__fault *fault) {
    size_t n = 0;
    for (int i = 0; i < argc; i++) {
        n += strlen(argv[i]) + 1;
    }
    *out = (hs__bytes){calloc(1, n + 1), 0};
    if (out->p == NULL) {
        return hs__fail_status(fault, HS_E_NOMEM, "decode");
    }
    for (int i = 0; i < argc; i++) {
        const size_t more = strlen(argv[i]);
        memcpy(out->p + out->n, argv[i], more);
        out->n += more;
        out->p[out->n++] = '\n';
    }
    return HS__EXIT_OK;
}

static hs__exit read_input(int argc, char **argv, hs__bytes *out, hs__fault *fault) {
    if (argc == 1 &&
        (strcmp(argv[0], "-") == 0 || (!is_hex(argv[0]) && hs__file_exists(argv[0])))) {
        return hs__file_read(argv[0], LIMIT, out, fault);
    }
    return join(argc, argv, out, fault);
}

/* ---- output ------------------------------------------------------------------------------ */

/* The line on role and connection of a trace says nothing here. */
static void write_out(void *ctx, const char *p, size_t n) {
    (void)ctx;
    if (p[0] != '#') {
        (void)fwrite(p, 1, n, stdout);
    }
}

static hs__exit not_tls(const decode_result *r, decode_form form, const char *label,
                        hs__fault *fault) {
    if (strstr(label, "CERTIFICATE") != NULL || strstr(label, "KEY") != NULL ||
        strstr(label, "CRL") != NULL) {
        (void)hs__fault_set(fault, HS__EXIT_HANDSHAKE, "this is not TLS but a %s in PEM",
                            hs__safe(label));
        return hs__hint(fault, "mini-ca show FILE reads it");
    }
    if (form == DECODE_NOTHING && r->hint[0] == 0 && strstr(r->what, "nothing") != NULL) {
        (void)hs__fault_set(fault, HS__EXIT_USAGE, "this is neither hex nor base64");
        return hs__hint(fault, "an odd number of hex digits is none either; raw bytes come as a "
                               "FILE or from standard input");
    }
    (void)hs__fault_set(fault, HS__EXIT_HANDSHAKE, "this is not TLS but %s", r->what);
    return r->hint[0] != 0 ? hs__hint(fault, "%s", r->hint) : HS__EXIT_HANDSHAKE;
}

static hs__exit result(const decode_result *r, decode_form form, const char *label,
                       hs__fault *fault) {
    switch (r->verdict) {
    case DECODE_OK:
        return HS__EXIT_OK;
    case DECODE_BROKEN:
    case DECODE_CUT:
        return HS__EXIT_UNTRUSTED;
    case DECODE_NOT_TLS:
        break;
    }
    return not_tls(r, form, label, fault);
}

static hs__exit decode(hs_span text, const args *a, hs__fault *fault) {
    static const uint16_t versions[] = {0, HS__VERSION_TLS12, HS__VERSION_TLS13};
    const hs_render_options o = {.size = sizeof o,
                                 .write = write_out,
                                 .level = 3,
                                 .secrets = HS_SECRETS_SHOW,
                                 .no_time = true,
                                 .color = hs__wants_color(stdout)};
    hs_render *r = NULL;
    hs__bytes bytes = {0};
    char label[DECODE_LABEL];
    decode_form form;
    hs_status st = decode_text(text, &form, label, &bytes);
    st = st == HS_OK ? hs_text_new(&o, &r) : st;
    if (st != HS_OK) {
        hs__bytes_free(&bytes);
        return hs__fail_status(fault, st, "decode");
    }
    const decode_result found = decode_bytes(hs__bytes_span(&bytes), versions[a->tls], r);
    hs_render_free(r);
    hs__bytes_free(&bytes);
    return result(&found, form, label, fault);
}

hs__exit trace_decode_command(const hs__common *before, int argc, char **argv, hs__fault *fault) {
    args a = {.common = *before};
    hs__bytes text = {0};
    hs__exit code;
    const int first = hs__options_parse(&trace_decode_program, argc, argv, &a, &code);
    if (first < 0) {
        return code;
    }
    hs__say_setup("hs-trace", &a.common);
    code = read_input(argc - first, argv + first, &text, fault);
    if (code == HS__EXIT_OK) {
        code = decode(hs__bytes_span(&text), &a, fault);
    }
    hs__bytes_free(&text);
    return code;
}
