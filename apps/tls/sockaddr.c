#include "apps/tls/sockaddr.h"

#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <uv.h>

void hs__sockaddr_text(const struct sockaddr *address, char *out, size_t room) {
    char host[64] = "";
    snprintf(out, room, "unix");
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        uv_ip4_name(v4, host, sizeof host);
        snprintf(out, room, "%s:%u", host, ntohs(v4->sin_port));
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
        uv_ip6_name(v6, host, sizeof host);
        snprintf(out, room, "[%s]:%u", host, ntohs(v6->sin6_port));
    } else if (address->sa_family == AF_UNIX) {
        snprintf(out, room, "unix:%s", ((const struct sockaddr_un *)address)->sun_path);
    }
}

bool hs__sockaddr_is_loopback(const struct sockaddr *address) {
    static const uint8_t MAPPED[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
    if (address->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
    if (address->sa_family != AF_INET6)
        return false;
    const struct in6_addr *v6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(v6) || memcmp(v6, MAPPED, sizeof MAPPED) == 0;
}
