/* address.h - where to connect to and where to listen, as users write it. */
#ifndef HS_APPS_ADDRESS_H
#define HS_APPS_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    char host[256]; /* name or IP literal without brackets; "" for a unix socket */
    uint16_t port;
    bool is_ip;     /* host is an IPv4 or IPv6 literal                           */
    char path[108]; /* unix socket, else ""                                      */
} hs__address;

/* HOST[:PORT]: "example.com", "localhost:4433", "[::1]:4433", "::1", "unix:/run/x.sock".
 * default_port 0: the port is required. NULL if read, else what is wrong; static. */
const char *hs__address_connect(const char *text, uint16_t default_port, hs__address *out);

/* [ADDR:]PORT: "4433" (127.0.0.1), "0.0.0.0:443", "[::]:443", "localhost:0", "unix:/path".
 * Port 0 lets the system choose. */
const char *hs__address_listen(const char *text, hs__address *out);

/* "localhost:4433", "[::1]:4433", "unix:/path". `out` has room for HS__ADDRESS_TEXT. */
enum { HS__ADDRESS_TEXT = 270 };
const char *hs__address_text(const hs__address *address, char *out);

#endif
