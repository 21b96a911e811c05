/* exit.h - what a program's exit code says; the same for every program of this project. */
#ifndef HS_APPS_EXIT_H
#define HS_APPS_EXIT_H

typedef enum {
    HS__EXIT_OK = 0,
    HS__EXIT_INTERNAL = 1,    /* input/output, or a fault of our own              */
    HS__EXIT_USAGE = 2,       /* the command line is wrong                        */
    HS__EXIT_CONNECT = 3,     /* cannot resolve, connect or bind                  */
    HS__EXIT_HANDSHAKE = 4,   /* the handshake failed: alert, or not TLS at all   */
    HS__EXIT_UNTRUSTED = 5,   /* not trusted; verify or lint failed               */
    HS__EXIT_EXPECTATION = 6, /* --expect or list --check is not met              */
    HS__EXIT_TRUNCATED = 7,   /* cut without close_notify                         */
    HS__EXIT_EXISTS = 8,      /* the file is there and --force was not given      */
    HS__EXIT_PASSWORD = 9,    /* wrong password, or key and certificate differ    */
    HS__EXIT_TIMEOUT = 124,
    HS__EXIT_INTERRUPTED = 130
} hs__exit;

#endif
