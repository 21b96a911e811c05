#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/server.h"

static socklen_t length_of(const hs__sockaddr *a) {
    switch (a->any.sa_family) {
    case AF_INET:
        return sizeof a->v4;
    case AF_INET6:
        return sizeof a->v6;
    default:
        return sizeof a->path;
    }
}

static bool set(int fd, int level, int option, int value) {
    return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

static int bound_socket(const hs__sockaddr *a, bool is_shared) {
    int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    bool ok = a->any.sa_family == AF_UNIX || set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (a->any.sa_family == AF_INET6)
        ok = ok && set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (is_shared)
        ok = ok && set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    ok = ok && bind(fd, &a->any, length_of(a)) == 0;
    if (ok)
        return fd;
    int r = -errno;
    close(fd);
    return r;
}

/* A socket file that nobody listens on is left over from a server that was killed. */
static void remove_stale(const hs__sockaddr *a) {
    struct stat st;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    bool is_dead = connect(fd, &a->any, length_of(a)) != 0 && errno == ECONNREFUSED;
    close(fd);
    if (is_dead && lstat(a->path.sun_path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(a->path.sun_path);
}

/* The real port, which later workers bind to as well. */
static int resolve(hs_uv_server *server, int fd) {
    socklen_t n = sizeof server->address;
    if (server->address.any.sa_family == AF_UNIX)
        return 0;
    return getsockname(fd, &server->address.any, &n) == 0 ? 0 : -errno;
}

/* All workers of a unix socket wait on the same one: there is no SO_REUSEPORT for it. */
static int share_unix(hs_uv_server *server) {
    int fd = server->workers[0].socket;
    for (unsigned i = 1; i < server->n_workers; i++) {
        server->workers[i].socket = dup(fd);
        if (server->workers[i].socket < 0)
            return -errno;
    }
    return 0;
}

static int open_tcp(hs_uv_server *server) {
    bool is_shared = server->n_workers > 1;
    if (is_shared) {
        /* SO_REUSEPORT would join another server on this port; a socket without it tells. */
        int probe = bound_socket(&server->address, false);
        if (probe < 0)
            return probe;
        close(probe);
    }
    for (unsigned i = 0; i < server->n_workers; i++) {
        int fd = bound_socket(&server->address, is_shared);
        if (fd < 0)
            return fd;
        server->workers[i].socket = fd;
        int r = i == 0 ? resolve(server, fd) : 0;
        if (r)
            return r;
    }
    return 0;
}

static int open_unix(hs_uv_server *server) {
    remove_stale(&server->address);
    int fd = bound_socket(&server->address, false);
    if (fd < 0)
        return fd;
    server->workers[0].socket = fd;
    server->has_file = true;
    return share_unix(server);
}

int hs__sockets_open(hs_uv_server *server) {
    bool is_unix = server->address.any.sa_family == AF_UNIX;
    int backlog = server->o.backlog > 0 ? server->o.backlog : HS__BACKLOG;
    int r = is_unix ? open_unix(server) : open_tcp(server);
    for (unsigned i = 0; r == 0 && i < server->n_workers; i++)
        if (listen(server->workers[i].socket, backlog) != 0)
            r = -errno;
    return r;
}

void hs__sockets_close(hs_uv_server *server) {
    for (unsigned i = 0; i < server->n_workers; i++) {
        if (server->workers[i].socket >= 0)
            close(server->workers[i].socket);
        server->workers[i].socket = -1;
    }
    if (server->address.any.sa_family == AF_UNIX && server->has_file)
        unlink(server->address.path.sun_path);
    server->has_file = false;
}
