#include "peer12.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static peer12_options options;

static const struct {
    const char *name;
    const char **value;
} KNOWN[] = {
    {"root", &options.root},
    {"cert", &options.cert},
    {"key", &options.key},
    {"name", &options.name},
    {"suite", &options.suite},
    {"groups", &options.groups},
    {"alpn", &options.alpn},
    {"ticket", &options.ticket},
    {"no_ems", &options.no_ems},
    {"times", &options.times},
    {"much", &options.much},
    {"echo", &options.echo},
    {"renegotiate", &options.renegotiate},
};

static bool set_option(const char *word) {
    for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++) {
        size_t n = strlen(KNOWN[i].name);
        if (strncmp(word, KNOWN[i].name, n) == 0 && word[n] == '=') {
            *KNOWN[i].value = word + n + 1;
            return true;
        }
    }
    (void)fprintf(stderr, "unknown: %s\n", word);
    return false;
}

bool peer12_next_name(const char **list, char *out, size_t room) {
    if (*list == NULL || **list == '\0') {
        return false;
    }
    size_t n = strcspn(*list, ",");
    (void)snprintf(out, room, "%.*s", (int)n, *list);
    *list += n + ((*list)[n] == ',');
    return true;
}

static int facts_text(const peer12_facts *f, char *out, size_t room) {
    return snprintf(out, room,
                    "{\"suite\": \"%s\", \"group\": \"%s\", \"alpn\": \"%s\", \"peer\": \"%s\", "
                    "\"resumed\": %s}\n",
                    f->suite, f->group, f->alpn, f->peer, f->resumed ? "true" : "false");
}

static struct sockaddr_in loopback(const char *port) {
    struct sockaddr_in to = {.sin_family = AF_INET};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons((uint16_t)atoi(port));
    return to;
}

/* Reads on till the other end closes: a socket closed over unread bytes is reset, and an alert on
 * its way is lost. */
static void end(int fd) {
    char room[4096];
    (void)shutdown(fd, SHUT_WR);
    while (recv(fd, room, sizeof(room), 0) > 0) {
    }
    (void)close(fd);
}

/* ---- client ------------------------------------------------------------------------------ */

static bool get_page(void) {
    static const char request[] = "GET /status.json HTTP/1.0\r\n\r\n";
    static char room[16384];
    int n = peer12_write(request, strlen(request)) ? 1 : -1;
    while (n > 0) {
        n = peer12_read(room, sizeof(room));
        if (n > 0) {
            (void)fwrite(room, 1, (size_t)n, stdout);
        }
    }
    (void)printf("\n");
    return n == 0;
}

/* A piece after the other, each back before the next goes. */
static bool exchange(size_t much) {
    static unsigned char out[40000], in[sizeof(out)];
    for (size_t sent = 0, piece = 1; sent < much; sent += piece) {
        piece = (piece * 7919 + 12345) % sizeof(out) + 1;
        for (size_t i = 0; i < piece; i++) {
            out[i] = (unsigned char)((sent + i) * 2654435761u >> 13);
        }
        if (!peer12_write(out, piece)) {
            return false;
        }
        if (sent == 0 && options.renegotiate != NULL && !peer12_renegotiate()) {
            return false;
        }
        for (size_t got = 0; got < piece;) {
            int n = peer12_read(in + got, piece - got);
            if (n <= 0) {
                return false;
            }
            got += (size_t)n;
        }
        if (memcmp(in, out, piece) != 0) {
            (void)fprintf(stderr, "what came back differs\n");
            return false;
        }
    }
    return true;
}

static bool connect_once(const struct sockaddr_in *to) {
    char line[512];
    peer12_facts facts = {.suite = ""};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool ok =
        connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0 && peer12_handshake(fd, &facts);
    if (ok) {
        (void)facts_text(&facts, line, sizeof(line));
        (void)printf("%s", line);
        ok = options.much != NULL ? exchange(strtoul(options.much, NULL, 10)) : get_page();
    }
    peer12_close();
    end(fd);
    return ok;
}

static int be_client(const char *port) {
    const struct sockaddr_in to = loopback(port);
    int times = options.times != NULL ? atoi(options.times) : 1;
    bool ok = true;
    for (int i = 0; ok && i < times; i++) {
        ok = connect_once(&to);
    }
    return ok ? 0 : 1;
}

/* ---- server ------------------------------------------------------------------------------ */

static void send_back(void) {
    static char room[16384];
    int n = peer12_read(room, sizeof(room));
    if (n > 0 && options.renegotiate != NULL && !peer12_renegotiate()) {
        return;
    }
    while (n > 0 && peer12_write(room, (size_t)n)) {
        n = peer12_read(room, sizeof(room));
    }
}

static void answer(const char *page) {
    char request[4096] = "";
    size_t got = 0;
    while (strstr(request, "\r\n\r\n") == NULL) {
        int n = peer12_read(request + got, sizeof(request) - 1 - got);
        if (n <= 0) {
            return;
        }
        got += (size_t)n;
        request[got] = '\0';
    }
    static const char head[] = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n";
    (void)(peer12_write(head, strlen(head)) && peer12_write(page, strlen(page)));
}

static void serve(int fd) {
    char line[512];
    peer12_facts facts = {.suite = ""};
    if (peer12_handshake(fd, &facts)) {
        (void)facts_text(&facts, line, sizeof(line));
        (void)printf("%s", line);
        if (options.echo != NULL) {
            send_back();
        } else {
            answer(line);
        }
    } else {
        (void)printf("{\"failed\": true}\n");
    }
    peer12_close();
}

static int be_server(const char *port) {
    struct sockaddr_in at = loopback(port);
    socklen_t n = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&at, n) != 0 || listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &n) != 0) {
        perror("listen");
        return 1;
    }
    (void)printf("{\"port\": %u}\n", ntohs(at.sin_port));
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0) {
            serve(fd);
            end(fd);
        }
    }
}

int main(int argc, char **argv) {
    bool ok = argc >= 3 && (strcmp(argv[1], "client") == 0 || strcmp(argv[1], "server") == 0);
    for (int i = 3; ok && i < argc; i++) {
        ok = set_option(argv[i]);
    }
    if (!ok) {
        (void)fprintf(stderr, "usage: %s client|server PORT NAME=VALUE...\n", argv[0]);
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    options.is_server = strcmp(argv[1], "server") == 0;
    if (!peer12_open(&options)) {
        return 1;
    }
    return options.is_server ? be_server(argv[2]) : be_client(argv[2]);
}
