/* loopback.c - for LD_PRELOAD: a server that has no option for its address listens on loopback.
 *
 * gnutls-serv binds to every address of the machine; nothing that a test starts may be reached
 * from outside. */
#include <dlfcn.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int bind(int fd, const struct sockaddr *wanted, socklen_t length) {
    int (*real)(int, const struct sockaddr *, socklen_t);
    *(void **)&real = dlsym(RTLD_NEXT, "bind");
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_storage room;
    } address;
    if (length > sizeof address)
        return real(fd, wanted, length);
    memcpy(&address, wanted, length);
    if (address.any.sa_family == AF_INET)
        address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else if (address.any.sa_family == AF_INET6)
        address.v6.sin6_addr = in6addr_loopback;
    return real(fd, &address.any, length);
}
