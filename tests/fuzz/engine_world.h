/* engine_world.h - what the engine's fuzz targets and the program that makes their first inputs
 * share: an input's first byte chooses the configuration, so that a genuine handshake that was
 * recorded with it replays. */
#ifndef HS_TEST_ENGINE_WORLD_H
#define HS_TEST_ENGINE_WORLD_H

#include "handshake/conn.h"

/* Bits of an input's first byte. */
enum {
    WORLD_AUTH = 1,     /* the server asks for a certificate, the client has one */
    WORLD_NEED = 2,     /* ... and insists */
    WORLD_RETRY = 4,    /* the client sends no share */
    WORLD_ALPN = 8,     /* both have protocols */
    WORLD_ASK = 16,     /* every question goes to the program */
    WORLD_SMALL = 32,   /* record_size_limit 64 */
    WORLD_LENIENT = 64, /* certificates are reported on only; a server is strict about names */
    WORLD_TRACE = 128   /* a sink that looks at everything, secrets too */
};

/* The provider without security: what was said once can be said again. Borrowed. */
hs_provider *world_provider(void);

hs_config *world_config(unsigned flags, bool is_server);

/* Aborts when it cannot be made. */
hs_conn *world_conn(unsigned flags, bool is_server);

#endif
