/* --echo: what comes goes back. */
#include <stdlib.h>
#include <string.h>

#include "apps/hs-server/server.h"

static bool open_echo(connection *c) {
    (void)c;
    return true;
}

static void on_data(connection *c, const uint8_t *p, size_t n) {
    uint8_t *copy = malloc(n);
    if (!copy) {
        connection_abort(c, "out of memory");
        return;
    }
    memcpy(copy, p, n);
    connection_send(c, copy, n);
}

const service echo_service = {.name = "echo",
                              .open = open_echo,
                              .data = on_data,
                              .end = connection_end,
                              .drain = connection_end};
