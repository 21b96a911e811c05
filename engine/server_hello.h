/* server_hello.h - what the server does with a ClientHello once the version is known. */
#ifndef HS_ENGINE_SERVER_HELLO_H
#define HS_ENGINE_SERVER_HELLO_H

#include "engine/dispatch.h"

/* Checks what the version asks of a ClientHello and chooses everything; *next: what to send. */
HS_MUST_CHECK hs_status hs__server_choose_12(hs_conn *c, hs__state *next);
HS_MUST_CHECK hs_status hs__server_choose_13(hs_conn *c, hs__state *next);

#endif
