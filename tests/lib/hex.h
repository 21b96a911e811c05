/* hex.h - vectors typed as hex. */
#ifndef HS_TESTS_HEX_H
#define HS_TESTS_HEX_H

#include "handshake/types.h"

/* Reads hex digits (blanks and line ends between them are skipped) into out; aborts the
 * program on anything else or where `room` is too small. Returns the number of bytes. */
size_t hs__test_hex(const char *hex, uint8_t *out, size_t room);

#endif
