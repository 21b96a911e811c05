/* sockaddr.h - addresses of sockets as people write them. */
#ifndef HS_APPS_TLS_SOCKADDR_H
#define HS_APPS_TLS_SOCKADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* "127.0.0.1:4433", "[::1]:4433", "unix:/path". */
void hs__sockaddr_text(const struct sockaddr *address, char *out, size_t room);

/* 127.0.0.0/8, ::1, and the former written as IPv6. */
bool hs__sockaddr_is_loopback(const struct sockaddr *address);

#endif
