/* handshake.h - all of libhandshake's public interface. Start reading at conn.h. */
#ifndef HANDSHAKE_HANDSHAKE_H
#define HANDSHAKE_HANDSHAKE_H

#include "handshake/conn.h"
#include "handshake/pki.h"
#include "handshake/provider.h"
#include "handshake/session.h"
#include "handshake/status.h"
#include "handshake/trace.h"
#include "handshake/types.h"

#endif
