#include <string.h>
#include <sys/socket.h>

#include "apps/common/say.h"
#include "apps/hs-client/client.h"

#define AT(field) .at = offsetof(client_args, field)

static const hs__option OPTIONS[] = {
    {.group = "After the handshake (default: close)",
     .name = "http",
     .kind = HS__OPT_TEXT,
     AT(http),
     .argument = "PATH",
     .if_bare = "/",
     .help = "GET PATH (/), the body on standard output"},
    {.name = "io",
     .kind = HS__OPT_FLAG,
     AT(io),
     .help =
         "standard input to the peer, the peer to standard output; bytes are never interpreted"},
    {.name = "hold",
     .kind = HS__OPT_DURATION,
     AT(hold_ms),
     .argument = "DUR",
     .help = "keep the connection open for DUR"},
    {.name = "key-update",
     .kind = HS__OPT_FLAG,
     AT(key_update),
     .help = "replace the keys once, and ask the peer for the same"},

    {.name = "resume",
     .kind = HS__OPT_NUMBER,
     AT(resume),
     .argument = "N",
     .if_bare = "1",
     .min = 1,
     .max = 1000,
     .help = "N more connections (1), each resuming the last one's session; --expect then speaks "
             "of the last"},
    {.name = "session-in",
     .kind = HS__OPT_TEXT,
     AT(session_in),
     .argument = "F",
     .aliases = "sess-in sess_in",
     .help = "resume the session in F"},
    {.name = "session-out",
     .kind = HS__OPT_TEXT,
     AT(session_out),
     .argument = "F",
     .aliases = "sess-out sess_out",
     .help = "keep the session in F, which then holds secrets: with them the session can be "
             "resumed, and recorded traffic of TLS 1.2 be read"},

    HS__OFFER_OPTIONS(client_args, offer, "Offer"),
    {.name = "shares",
     .kind = HS__OPT_WORDS,
     AT(shares),
     .argument = "A,B",
     .help = "groups to send a key share for; empty asks for a HelloRetryRequest"},
    {.name = "servername",
     .kind = HS__OPT_TEXT,
     AT(server_name),
     .argument = "NAME",
     .aliases = "sni",
     .help = "the name to ask for (SNI) and to verify"},
    {.name = "no-servername",
     .kind = HS__OPT_FLAG,
     AT(no_server_name),
     .aliases = "noservername",
     .help = "send no name"},
    {.name = "no-compat",
     .kind = HS__OPT_FLAG,
     AT(no_compat),
     .help = "no middlebox compatibility (no session id, no ChangeCipherSpec)"},
    HS__IDENTITY_OPTIONS(client_args, identity, "Who we are", "certificate to show when asked"),

    {.group = "Trust",
     .name = "cacert",
     .kind = HS__OPT_LIST,
     AT(cacert),
     .argument = "F",
     .aliases = "cafile CAfile ca-file",
     .help = "believe these certificates, and nobody else (default: the system's, and the "
             "default mini-ca for local names)"},
    {.name = "verify-name",
     .kind = HS__OPT_TEXT,
     AT(verify_name),
     .argument = "NAME",
     .help = "the name that the certificate must be for"},
    {.name = "crl",
     .kind = HS__OPT_LIST,
     AT(crl),
     .argument = "F",
     .aliases = "crlfile CRLfile CRL crl-file",
     .help = "heed this revocation list; repeat for the lists of several CAs"},
    {.name = "require-staple",
     .kind = HS__OPT_FLAG,
     AT(require_staple),
     .help = "refuse a server that does not show, by a stapled OCSP response, that its "
             "certificate is not revoked (a --crl of its issuer will do, too)"},
    {.name = "pin",
     .kind = HS__OPT_TEXT,
     AT(pin),
     .argument = "sha256:HEX",
     .help = "the SHA-256 that the certificate, or its public key, must have besides"},
    {.name = "insecure",
     .letter = 'k',
     .kind = HS__OPT_FLAG,
     AT(insecure),
     .help = "go on when the certificate is not trusted, and say so"},

    HS__SEE_OPTIONS(client_args, see),
    HS__STEP_OPTION(client_args, see),
    {.name = "show",
     .kind = HS__OPT_WORDS,
     AT(show),
     .argument = "WHAT",
     .help = "more in the summary: chain, keys, timing"},
    {.name = "expect",
     .kind = HS__OPT_WORDS,
     AT(expect),
     .argument = "K=V",
     .help = "exit 6 unless so: " CLIENT_EXPECT_KEYS},

    {.group = "Learn",
     .name = "compare",
     .kind = HS__OPT_WORDS,
     AT(compare),
     .argument = "1.2,1.3",
     .help = "both versions side by side: round trips, bytes, times, what an observer sees"},
    {.name = "bench",
     .kind = HS__OPT_WORDS,
     AT(bench),
     .argument = "N[,CONNS]",
     .help = "N handshakes, CONNS at once (1): rate, times, bytes; with --resume all but the first "
             "resume"},
    {.name = "diagnose",
     .kind = HS__OPT_FLAG,
     AT(diagnose),
     .help = "after a refusal: try other offers, and say the smallest change that is accepted"},
    HS__BREAK_OPTION(client_args, break_what, NULL),

    {.group = "Net",
     .name = "timeout",
     .kind = HS__OPT_DURATION,
     AT(timeout_ms),
     .argument = "DUR",
     .aliases = "connect-timeout",
     .help = "for resolving, connecting and the handshake; then for silence (10s; 0: none)"},
    {.letter = '4',
     .name = "ipv4",
     .kind = HS__OPT_SET,
     AT(family),
     .value = AF_INET,
     .help = "IPv4 only"},
    {.letter = '6',
     .name = "ipv6",
     .kind = HS__OPT_SET,
     AT(family),
     .value = AF_INET6,
     .help = "IPv6 only"},
    {.name = "connect-to",
     .kind = HS__OPT_TEXT,
     AT(connect_to),
     .aliases = "connect",
     .argument = "H:P",
     .help = "connect there; names stay those of HOST"},
    HS__COMMON_OPTIONS(client_args, common),
    {0}};

const hs__program client_program = {
    .name = "hs-client",
    .usage = "[OPTIONS] HOST[:PORT]",
    .about = "One TLS connection: say exactly what happened, optionally move data.",
    .examples =
        "  hs-client example.com                    verdict, version, suite, group, chain, time\n"
        "  hs-client -v example.com                 and the handshake line by line\n"
        "  hs-client --http=/ --cacert=root.pem localhost:4433\n"
        "  hs-client --expect=version=1.3,group=x25519 example.com     for CI: exit 0 or 6\n"
        "  hs-client --compare=1.2,1.3 example.com  two handshakes side by side\n",
    .notes = "Port 443; [::1]:4433; unix:/path.\n",
    .options = OPTIONS,
    .min_operands = 1,
    .max_operands = 1,
    .operands = "HOST[:PORT]",
};

static bool is_shown(const char *word) {
    return strcmp(word, "chain") == 0 || strcmp(word, "keys") == 0 || strcmp(word, "timing") == 0;
}

static hs__exit check(const client_args *a) {
    hs__fault fault;
    if ((a->http != NULL) + a->io + (a->hold_ms > 0) > 1)
        return hs__usage_error(&client_program, "--http, --io and --hold exclude each other");
    if (a->see.step && (a->io || a->common.quiet))
        return hs__usage_error(&client_program, "--step goes with neither --io nor -q");
    if (hs__see_problem(&a->see))
        return hs__usage_error(&client_program, "%s", hs__see_problem(&a->see));
    if (a->io && a->common.json)
        return hs__usage_error(&client_program, "--io and --json both want standard output");
    if (a->io && a->resume)
        return hs__usage_error(&client_program, "--io is for one connection, without --resume");
    if (a->break_what && a->compare.n > 0)
        return hs__usage_error(&client_program, "--break and --compare exclude each other");
    if (a->diagnose && (a->compare.n > 0 || a->break_what || a->io))
        return hs__usage_error(&client_program,
                               "--diagnose goes with none of --compare, --break, --io");
    if (a->pin && a->session_in)
        return hs__usage_error(&client_program, "--pin needs the server's certificate, which "
                                                "--session-in leaves out");
    if (a->no_server_name && a->server_name)
        return hs__usage_error(&client_program,
                               "--servername and --no-servername exclude each other");
    if (a->http && strpbrk(a->http, " \r\n"))
        return hs__usage_error(&client_program, "--http: a path has no spaces or line ends");
    for (size_t i = 0; i < a->show.n; i++)
        if (!is_shown(a->show.v[i]))
            return hs__usage_error(&client_program,
                                   "--show: '%s' is not one of chain, keys, timing",
                                   hs__safe(a->show.v[i]));
    if (client_expect_check(a, &fault) || client_pin_check(a, &fault) ||
        client_compare_check(a, &fault) || client_bench_check(a, &fault))
        return hs__usage_error(&client_program, "%s", fault.text);
    return HS__EXIT_OK;
}

int client_args_read(int argc, char **argv, client_args *a, hs__exit *code) {
    static const hs__password_source NO_PASSWORD = HS__NO_PASSWORD_SOURCE;
    *a = (client_args){.timeout_ms = 10000, .family = AF_UNSPEC};
    a->identity.password = NO_PASSWORD;
    *code = HS__EXIT_OK;
    if (hs__break_helps(argc, argv, HS__LAB_CLIENT))
        return -1;
    int first = hs__options_parse(&client_program, argc, argv, a, code);
    if (first < 0)
        return first;
    *code = check(a);
    if (a->see.step)
        a->timeout_ms = 0; /* who waits for a person waits long */
    return *code ? -1 : first;
}

void client_args_free(client_args *a) {
    hs__list *lists[] = {&a->offer.suites, &a->offer.groups, &a->offer.schemes, &a->offer.alpn,
                         &a->shares,       &a->bench,        &a->identity.cert, &a->identity.key,
                         &a->cacert,       &a->crl,          &a->show,          &a->expect,
                         &a->compare};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        hs__list_free(lists[i]);
}
