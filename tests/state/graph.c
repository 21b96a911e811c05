/* Prints spec/states.md out of the engine's tables. With a file's name: checks that the file says
 * the same, and where it begins to differ. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/dispatch.h"

static const char *const head =
    "# States of the handshake\n"
    "\n"
    "Made from the engine's tables by `tests/state/graph.c`; a test fails when this page and the\n"
    "tables differ. To renew it: `build/.../tests/state/graph > spec/states.md`. What the RFCs\n"
    "allow is a table of its own, typed from them: `tests/state/legality.c`.\n"
    "\n"
    "A handshake begins in the table for hellos and goes on in that of the version. An arrow\n"
    "without a word is what the engine does by itself. In every state another message is answered\n"
    "with `unexpected_message`. In TLS 1.2 a full handshake and one that resumes a session share\n"
    "the states that send ChangeCipherSpec and Finished: it is over when both have said "
    "Finished.\n"
    "A ServerHello ends its record where it chooses TLS 1.3.\n";

static const char *secret_name(int id) {
    switch (id) {
    case HS__CLIENT_HANDSHAKE:
        return "client handshake";
    case HS__SERVER_HANDSHAKE:
        return "server handshake";
    case HS__CLIENT_APPLICATION:
        return "client application";
    case HS__SERVER_APPLICATION:
        return "server application";
    case HS__CLIENT_WRITE:
        return "client_write_key";
    case HS__SERVER_WRITE:
        return "server_write_key";
    default:
        return "";
    }
}

static const char *transcript_rule(hs__transcript_rule rule) {
    return rule == HS__TRANSCRIPT_BEFORE ? "before" : rule == HS__TRANSCRIPT_AFTER ? "after" : "";
}

static const char *label(const hs__row *r) {
    return r->input == HS__ON_GO ? "" : hs__input_name(r->input);
}

static void print_arrows(FILE *out, const hs__row *r) {
    for (unsigned s = 0; s < HS__N_STATES; s++) {
        if ((r->next & UINT64_C(1) << s) != 0) {
            (void)fprintf(out, "    %s --> %s%s%s\n", hs__state_name(r->state),
                          hs__state_name((hs__state)s), label(r)[0] != '\0' ? ": " : "", label(r));
        }
    }
}

static void print_next(FILE *out, uint64_t next) {
    const char *between = "";
    for (unsigned s = 0; s < HS__N_STATES; s++) {
        if ((next & UINT64_C(1) << s) != 0) {
            (void)fprintf(out, "%s%s", between, hs__state_name((hs__state)s));
            between = ", ";
        }
    }
}

static void print_row(FILE *out, const hs__row *r) {
    (void)fprintf(out, "| %s | %s | ", hs__state_name(r->state), label(r));
    print_next(out, r->next);
    (void)fprintf(out, " | %s | %s | %s | %s |\n", transcript_rule(r->transcript),
                  secret_name(r->key_in), secret_name(r->key_out),
                  (r->flags & HS__ENDS_RECORD) != 0 ? "yes" : "");
}

static void print_table(FILE *out, const char *title, const hs__row *table) {
    (void)fprintf(out, "\n## %s\n\n```mermaid\nstateDiagram-v2\n", title);
    if (table->state == HS__START) {
        (void)fputs("    [*] --> START\n", out);
    }
    for (const hs__row *r = table; (r->flags & HS__LAST_ROW) == 0; r++) {
        print_arrows(out, r);
    }
    (void)fprintf(out,
                  "```\n\n"
                  "| state | message or answer | then | in the transcript | reading key then | "
                  "writing key then | ends its record |\n|---|---|---|---|---|---|---|\n");
    for (const hs__row *r = table; (r->flags & HS__LAST_ROW) == 0; r++) {
        print_row(out, r);
    }
}

static void print_all(FILE *out) {
    (void)fputs(head, out);
    print_table(out, "Client, hellos", hs__hello_client);
    print_table(out, "Server, hellos", hs__hello_server);
    print_table(out, "Client, TLS 1.3 (RFC 9846 appendix A.1)", hs__client_13);
    print_table(out, "Server, TLS 1.3 (RFC 9846 appendix A.2)", hs__server_13);
    print_table(out,
                "Client, TLS 1.2 (RFC 5246 section 7.3, RFC 5077 section 3.1, RFC 6066 section 8)",
                hs__client_12);
    print_table(out, "Server, TLS 1.2 (RFC 5246 section 7.3, RFC 5077 section 3.1)", hs__server_12);
}

static int compare(const char *text, const char *path) {
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        perror(path);
        return 1;
    }
    unsigned line = 1;
    int c;
    while ((c = fgetc(f)) == (unsigned char)*text && *text != '\0') {
        line += *text++ == '\n' ? 1 : 0;
    }
    (void)fclose(f);
    if (c == EOF && *text == '\0') {
        return 0;
    }
    (void)fprintf(stderr, "%s differs from the engine's tables from line %u on; renew it\n", path,
                  line);
    return 1;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        print_all(stdout);
        return 0;
    }
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (out == NULL) {
        return 1;
    }
    print_all(out);
    (void)fclose(out);
    int result = compare(text, argv[1]);
    free(text);
    return result;
}
