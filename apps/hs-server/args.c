#include "apps/common/say.h"
#include "apps/hs-server/server.h"
#include "apps/tls/staple.h"

#define AT(field) .at = offsetof(server_args, field)

enum { TICKET_LIFE_MIN = 1000, TICKET_LIFE_MAX = 7 * 24 * 60 * 60 * 1000 };

static const char *const CLIENT_AUTH[] = {"none", "want", "need", NULL};
static const char *const PREFER[] = {"server", "client", NULL};
static const char *const HRR[] = {"auto", "always", NULL};

static const hs__option OPTIONS[] = {
    {.group = "Serve",
     .name = "status",
     .kind = HS__OPT_FLAG,
     AT(status),
     .help = "a page, text or JSON about the connection it comes over: what you offered, byte by "
             "byte, and what was chosen (default)"},
    {.name = "status-all",
     .kind = HS__OPT_FLAG,
     AT(status_all),
     .help = "--status, and for visitors on this machine /all: the last 100 connections, failed "
             "ones too, each with its page"},
    {.name = "io",
     .kind = HS__OPT_FLAG,
     AT(io),
     .help = "one connection on standard input and output, then exit; bytes are never interpreted"},
    {.name = "echo", .kind = HS__OPT_FLAG, AT(echo), .help = "send back what comes"},
    {.name = "www",
     .kind = HS__OPT_TEXT,
     AT(www),
     .argument = "DIR",
     .help = "the files below DIR, by GET and HEAD; symbolic links are not followed"},
    {.name = "forward",
     .kind = HS__OPT_TEXT,
     AT(forward),
     .argument = "TO",
     .help = "bytes both ways to HOST:PORT or unix:PATH, without TLS"},
    {.name = "fixtures",
     .kind = HS__OPT_TEXT,
     AT(fixtures),
     .argument = "DIR",
     .help = "whichever service: the certificates of `mini-ca fixtures DIR`, right and wrong ones, "
             "each under its own name (SNI)"},

    HS__IDENTITY_OPTIONS(server_args, identity, "Identity",
                         "certificate, leaf first; repeat, then the name asked for chooses "
                         "(SIGHUP reloads)"),
    {.name = "ocsp",
     .kind = HS__OPT_CALL,
     AT(identity),
     .take = hs__staple_take,
     .argument = "F",
     .aliases = "status-file status_file ocsp-response",
     .help = "show this OCSP response (DER or PEM) with the --cert before it, to clients that ask "
             "(SIGHUP reloads)"},
    {.name = "strict-sni",
     .kind = HS__OPT_FLAG,
     AT(strict_sni),
     .help = "refuse names that no certificate is for"},

    {.group = "Clients",
     .name = "client-auth",
     .kind = HS__OPT_CHOICE,
     AT(client_auth),
     .argument = "HOW",
     .values = CLIENT_AUTH,
     .help = "none, want or need a certificate of the client"},
    {.name = "cacert",
     .kind = HS__OPT_LIST,
     AT(cacert),
     .argument = "F",
     .aliases = "cafile CAfile",
     .help = "believe clients that these vouch for"},
    {.name = "crl",
     .kind = HS__OPT_LIST,
     AT(crl),
     .argument = "F",
     .aliases = "crlfile CRLfile CRL crl-file",
     .help = "refuse clients that this revocation list names; repeat for the lists of several CAs "
             "(SIGHUP reloads)"},
    {.name = "insecure",
     .letter = 'k',
     .kind = HS__OPT_FLAG,
     AT(insecure),
     .help = "take any client certificate, and say so"},

    HS__OFFER_OPTIONS(server_args, offer, "Policy"),
    {.name = "prefer",
     .kind = HS__OPT_CHOICE,
     AT(prefer),
     .argument = "WHOSE",
     .values = PREFER,
     .help = "whose order of suites and groups counts: server (default) or client"},
    {.name = "hrr",
     .kind = HS__OPT_CHOICE,
     AT(hrr),
     .argument = "WHEN",
     .values = HRR,
     .help = "HelloRetryRequest: auto (when needed) or always"},
    {.name = "tickets",
     .kind = HS__OPT_NUMBER,
     AT(tickets),
     .argument = "N",
     .max = 16,
     .help = "session tickets for a connection, at most (1; TLS 1.2 has one); 0: sessions are "
             "kept here, under an id"},
    {.name = "ticket-life",
     .kind = HS__OPT_DURATION,
     AT(ticket_life_ms),
     .argument = "DUR",
     .help = "how long a session can be resumed (2h)"},
    {.name = "no-resume",
     .kind = HS__OPT_FLAG,
     AT(no_resume),
     .help = "a full handshake each time"},

    {.group = "Limits",
     .name = "workers",
     .kind = HS__OPT_NUMBER,
     AT(workers),
     .argument = "N",
     .min = 1,
     .max = 256,
     .help = "threads with a loop of their own (1)"},
    {.name = "max-conns",
     .kind = HS__OPT_NUMBER,
     AT(max_conns),
     .argument = "N",
     .min = 1,
     .help = "open at once (1000); one more makes the longest idle one go"},
    {.name = "handshake-timeout",
     .kind = HS__OPT_DURATION,
     AT(handshake_ms),
     .argument = "DUR",
     .help = "for a whole handshake (10s)"},
    {.name = "idle-timeout",
     .kind = HS__OPT_DURATION,
     AT(idle_ms),
     .argument = "DUR",
     .help = "end connections that nothing moves on (60s)"},
    {.name = "accept",
     .kind = HS__OPT_NUMBER,
     AT(accept),
     .argument = "N",
     .min = 1,
     .aliases = "naccept",
     .help = "take N connections, then exit"},
    {.name = "drain",
     .kind = HS__OPT_DURATION,
     AT(drain_ms),
     .argument = "DUR",
     .help = "how long open connections may go on when the server ends (5s)"},

    HS__SEE_OPTIONS(server_args, see),
    HS__SEE_FOLDER_OPTIONS(server_args, see),
    {.name = "log",
     .kind = HS__OPT_TEXT,
     AT(log),
     .argument = "F",
     .help = "add what is said of connections to F instead of standard error"},
    {.name = "access-log",
     .kind = HS__OPT_TEXT,
     AT(access_log),
     .argument = "F",
     .help = "add a line for each HTTP request to F (common log format)"},
    {.name = "stats",
     .kind = HS__OPT_DURATION,
     AT(stats_ms),
     .argument = "DUR",
     .help = "counters that often; SIGUSR1 prints them, too"},
    HS__BREAK_OPTION(server_args, break_what, "Learn"),
    HS__COMMON_OPTIONS(server_args, common),
    {0}};

const hs__program server_program = {
    .name = "hs-server",
    .usage = "[OPTIONS] [ADDR:]PORT",
    .about = "A TLS server that shows its work.",
    .examples =
        "  hs-server 4433                    makes a throw-away CA, says which hs-client to use\n"
        "  hs-server --cert=c.pem --key=k.pem --www=./public 8443\n"
        "  hs-server --forward=127.0.0.1:8080 8443       TLS in front of a plaintext backend\n",
    .notes =
        "ADDR defaults to 127.0.0.1; 0.0.0.0 or [::] for all; unix:/path; port 0: any.\n"
        "--status keeps traces in memory for its pages: at most 512 KiB of a connection, 64 MiB\n"
        "of all.\n"
        "Signals: INT, TERM end it after --drain; HUP reloads certificates; USR1 counters.\n",
    .options = OPTIONS,
    .min_operands = 1,
    .max_operands = 1,
    .operands = "PORT",
};

static hs__exit check(const server_args *a) {
    int services =
        (a->status || a->status_all) + a->echo + a->io + (a->www != NULL) + (a->forward != NULL);
    if (services > 1)
        return hs__usage_error(
            &server_program,
            "--status, --status-all, --echo, --io, --www and --forward exclude each other");
    if (hs__see_problem(&a->see))
        return hs__usage_error(&server_program, "%s", hs__see_problem(&a->see));
    if (a->io && a->common.json)
        return hs__usage_error(&server_program, "--io and --json both want standard output");
    if (a->io && (a->accept > 1 || a->workers > 1))
        return hs__usage_error(&server_program, "--io is for one connection");
    if (a->client_auth != HS_CLIENT_AUTH_NONE && a->cacert.n == 0 && !a->insecure)
        return hs__usage_error(&server_program,
                               "--client-auth needs --cacert=F (or -k to take any certificate)");
    if (a->cacert.n > 0 && a->client_auth == HS_CLIENT_AUTH_NONE)
        return hs__usage_error(&server_program, "--cacert is for --client-auth=want or need");
    if (a->crl.n > 0 && a->cacert.n == 0)
        return hs__usage_error(&server_program, "--crl is about clients and goes with --cacert");
    if (a->fixtures && (a->identity.cert.n > 0 || a->strict_sni))
        return hs__usage_error(&server_program,
                               "--fixtures brings its certificates, and one for unknown names: "
                               "no --cert, no --strict-sni");
    if (a->ticket_life_ms < TICKET_LIFE_MIN || a->ticket_life_ms > TICKET_LIFE_MAX)
        return hs__usage_error(&server_program,
                               "--ticket-life: 1s to 7d (RFC 9846 4.7.1 allows no more)");
    return HS__EXIT_OK;
}

int server_args_read(int argc, char **argv, server_args *a, hs__exit *code) {
    static const hs__password_source NO_PASSWORD = HS__NO_PASSWORD_SOURCE;
    *a = (server_args){.workers = 1,
                       .max_conns = 1000,
                       .handshake_ms = 10000,
                       .idle_ms = 60000,
                       .drain_ms = 5000,
                       .tickets = 1,
                       .ticket_life_ms = 2 * 60 * 60 * 1000};
    a->identity.password = NO_PASSWORD;
    *code = HS__EXIT_OK;
    if (hs__break_helps(argc, argv, HS__LAB_SERVER))
        return -1;
    int first = hs__options_parse(&server_program, argc, argv, a, code);
    if (first < 0)
        return first;
    *code = check(a);
    if (a->io)
        a->accept = 1;
    return *code ? -1 : first;
}

void server_args_free(server_args *a) {
    hs__list *lists[] = {&a->offer.suites,  &a->offer.groups,  &a->offer.schemes,
                         &a->offer.alpn,    &a->identity.cert, &a->identity.key,
                         &a->identity.ocsp, &a->cacert,        &a->crl};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        hs__list_free(lists[i]);
}
