/* A TLS handshake that goes as far as the server's certificates, and no further. */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "apps/common/address.h"
#include "apps/common/value.h"
#include "apps/mini-ca/show.h"
#include "handshake/conn.h"

enum { PORT = 443, SECONDS = 10 };

static uint64_t now_ms(void *ctx) {
    (void)ctx;
    return (uint64_t)hs__now() * 1000;
}

/* Every read and write gives up after some seconds. */
static int connect_to(const struct addrinfo *a) {
    struct timeval patience = {.tv_sec = SECONDS};
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0 &&
        connect(fd, a->ai_addr, a->ai_addrlen) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static hs__exit open_socket(const hs__address *to, int *fd, hs__fault *fault) {
    char port[8], text[HS__ADDRESS_TEXT];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    snprintf(port, sizeof port, "%u", to->port);
    int r = getaddrinfo(to->host, port, &hints, &list);
    *fd = -1;
    for (const struct addrinfo *a = list; r == 0 && a && *fd < 0; a = a->ai_next)
        *fd = connect_to(a);
    const char *why = r ? gai_strerror(r) : strerror(errno);
    if (list)
        freeaddrinfo(list);
    if (*fd >= 0)
        return HS__EXIT_OK;
    return hs__fault_set(fault, HS__EXIT_CONNECT, "cannot connect to %s: %s",
                         hs__safe(hs__address_text(to, text)), why);
}

static bool send_all(int fd, hs_conn *c) {
    hs_span run;
    while (hs_tx_peek(c, &run, 1) > 0) {
        ssize_t n = send(fd, run.p, run.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        hs_tx_consume(c, (size_t)n);
    }
    return true;
}

static hs__exit take_chain(const hs_event *ev, hs__bytes *pem, hs__fault *fault) {
    hs__exit code = HS__EXIT_OK;
    for (size_t i = 0; i < ev->n_chain && !code; i++)
        code = hs__certs_add_pem(ev->chain[i], pem, fault);
    return code;
}

/* All events of one loan; *done once the chain is there. */
static hs__exit look(hs_conn *c, hs__bytes *pem, bool *done, hs__fault *fault) {
    hs_event ev;
    for (;;) {
        switch (hs_next(c, &ev)) {
        case HS_EV_ASK_VERIFY:
            *done = true;
            return take_chain(&ev, pem, fault);
        case HS_EV_FAILED:
            return hs__fault_set(fault, HS__EXIT_HANDSHAKE, "no handshake: %s", ev.error->text);
        case HS_EV_NONE:
            return HS__EXIT_OK;
        default:
            break;
        }
    }
}

static hs__exit talk(int fd, hs_conn *c, hs__bytes *pem, hs__fault *fault) {
    uint8_t buffer[16384];
    bool done = false;
    while (!done) {
        if (!send_all(fd, c))
            return hs__fault_set(fault, HS__EXIT_CONNECT, "sending: %s", strerror(errno));
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n < 0)
            return hs__fault_set(fault, errno == EAGAIN ? HS__EXIT_TIMEOUT : HS__EXIT_CONNECT,
                                 "no answer: %s", strerror(errno));
        if (n == 0)
            hs_rx_eof(c);
        else if (hs_rx(c, buffer, (size_t)n))
            return hs__fault_set(fault, HS__EXIT_INTERNAL, "the engine takes no bytes");
        hs__exit code = look(c, pem, &done, fault);
        if (code)
            return code;
        if (n > 0 && !done)
            (void)hs_rx_done(c);
        if (n == 0 && !done)
            return hs__fault_set(fault, HS__EXIT_HANDSHAKE, "the server has hung up");
    }
    return HS__EXIT_OK;
}

hs__exit show_fetch(hs_provider *provider, const char *host_port, hs__bytes *pem,
                    hs__fault *fault) {
    hs__address to;
    hs_config *config = NULL;
    hs_conn *conn = NULL;
    int fd = -1;
    const char *why = hs__address_connect(host_port, PORT, &to);
    if (why || !to.host[0])
        return hs__fault_set(fault, HS__EXIT_USAGE, "'%s': %s", hs__safe(host_port),
                             why ? why : "a host is needed");
    hs_options o = {.size = sizeof o, .provider = provider, .ask = HS_ASK_VERIFY, .now_ms = now_ms};
    hs_client_options client = {.size = sizeof client, .server_name = to.host};
    hs__exit code = open_socket(&to, &fd, fault);
    if (code)
        return code;
    hs_status st = hs_config_new(&o, &config, &why);
    if (st == HS_OK)
        st = hs_client_new(config, &client, &conn);
    code = st ? hs__fail_status(fault, st, "a connection") : talk(fd, conn, pem, fault);
    hs_conn_free(conn);
    hs_config_unref(config);
    close(fd);
    return code;
}
