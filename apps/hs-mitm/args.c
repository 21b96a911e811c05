#include <string.h>

#include "apps/common/say.h"
#include "apps/hs-mitm/mitm.h"

#define AT(field) .at = offsetof(mitm_args, field)

static const hs__option OPTIONS[] = {
    {.group = "Break",
     .name = "break",
     .kind = HS__OPT_TEXT,
     AT(break_what),
     .argument = "WHAT",
     .help = "change what goes by, without any key; --break=help lists what can be broken"},
    HS__IDENTITY_OPTIONS(mitm_args, identity, "End TLS here",
                         "certificate to show to the client: TLS ends here, and begins anew to the "
                         "server. A client that checks certificates refuses it"),
    {.name = "provider",
     .kind = HS__OPT_TEXT,
     AT(provider),
     .argument = "LIB",
     .help = "crypto library: mbedtls (default) or libcrypto"},

    {.group = "Limits",
     .name = "accept",
     .kind = HS__OPT_NUMBER,
     AT(accept),
     .argument = "N",
     .min = 1,
     .aliases = "naccept",
     .help = "take N connections, then exit"},
    {.name = "max-conns",
     .kind = HS__OPT_NUMBER,
     AT(max_conns),
     .argument = "N",
     .min = 1,
     .max = 10000,
     .help = "open at once (100); more wait"},
    {.name = "idle-timeout",
     .kind = HS__OPT_DURATION,
     AT(idle_ms),
     .argument = "DUR",
     .help = "end connections that nothing moves on (60s)"},

    HS__SEE_OPTIONS(mitm_args, see),
    HS__COMMON_OPTIONS(mitm_args, common),
    {0}};

const hs__program mitm_program = {
    .name = "hs-mitm",
    .usage = "[OPTIONS] [ADDR:]PORT TARGET:PORT",
    .about = "A man in the middle, on this machine only: watches any TLS connection, or breaks it.",
    .examples = "  hs-mitm -v 4434 localhost:4433      then connect any client to port 4434\n"
                "  hs-mitm --break=tamper=ServerHello 4434 localhost:4433     who notices?\n"
                "  hs-mitm --cert=c.pem --key=k.pem 4434 localhost:4433       who believes that?\n",
    .notes = "Both addresses have to be loopback ones: 127.0.0.1, [::1], localhost. Port 0: any.\n"
             "It has no keys: of TLS 1.3 it reads the hellos, of TLS 1.2 all up to "
             "ChangeCipherSpec.\n",
    .options = OPTIONS,
    .min_operands = 2,
    .max_operands = 2,
    .operands = "PORT and TARGET:PORT",
};

static bool wants_help(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--break=help") == 0)
            return true;
    return false;
}

static int checked(int first, const mitm_args *a, hs__exit *code) {
    const char *problem = hs__see_problem(&a->see);
    if (first < 0 || !problem)
        return first;
    *code = hs__usage_error(&mitm_program, "%s", problem);
    return -1;
}

int mitm_args_read(int argc, char **argv, mitm_args *a, hs__exit *code) {
    static const hs__password_source NO_PASSWORD = HS__NO_PASSWORD_SOURCE;
    *a = (mitm_args){.max_conns = 100, .idle_ms = 60000};
    a->identity.password = NO_PASSWORD;
    if (wants_help(argc, argv)) { /* which needs no addresses */
        breaks_help(stdout);
        *code = HS__EXIT_OK;
        return -1;
    }
    return checked(hs__options_parse(&mitm_program, argc, argv, a, code), a, code);
}

void mitm_args_free(mitm_args *a) {
    hs__list_free(&a->identity.cert);
    hs__list_free(&a->identity.key);
}
