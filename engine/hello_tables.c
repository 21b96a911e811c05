/* The beginning of every handshake, before the version is known. The handler that learns it moves
 * the connection to the table of that version. */
#include "engine/handlers.h"

#define B HS__BIT

const hs__row hs__hello_client[] = {
    {HS__START, HS__ON_GO, hs__client_send_hello, B(WAIT_SH), HS__TRANSCRIPT_NONE, 0, 0, 0},
    {HS__WAIT_SH, HS__ON_SERVER_HELLO, hs__client_on_server_hello,
     B(HAVE_SH) | B(WAIT_CERT) | B(WAIT_NST) | B(WAIT_CCS), HS__TRANSCRIPT_AFTER, 0, 0, 0},
    {HS__WAIT_SH, HS__ON_HELLO_RETRY_REQUEST, hs__client_on_retry, B(SEND_CH2),
     HS__TRANSCRIPT_AFTER, 0, 0, HS__ENDS_RECORD},
    {.flags = HS__LAST_ROW},
};

const hs__row hs__hello_server[] = {
    {HS__START, HS__ON_CLIENT_HELLO, hs__server_on_client_hello, B(WAIT_CONFIG),
     HS__TRANSCRIPT_NONE, 0, 0, HS__ENDS_RECORD},
    {HS__WAIT_CONFIG, HS__ON_CONFIG, hs__server_on_config, B(SEND_SH) | B(SEND_HRR),
     HS__TRANSCRIPT_NONE, 0, 0, 0},
    {.flags = HS__LAST_ROW},
};
