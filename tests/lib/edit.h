/* edit.h - a handshake message changed by hand: bytes in, bytes out, all lengths put right.
 *
 * It works on bytes and not with proto/'s writers, which refuse to write what is wrong. */
#ifndef HS_TESTS_EDIT_H
#define HS_TESTS_EDIT_H

#include "tests/lib/pair.h"

/* Replaces n bytes at `at` by others; only Handshake.length is put right. */
void hs__edit_splice(hs__test_bytes *m, size_t at, size_t n, hs_span by);

/* Where the fields of a ClientHello or ServerHello begin, with their length prefixes. */
enum { HS__EDIT_VERSION = 4, HS__EDIT_RANDOM = 6, HS__EDIT_SESSION_ID = 38 };
size_t hs__edit_suites(const hs__test_bytes *hello);      /* ServerHello: cipher_suite */
size_t hs__edit_compression(const hs__test_bytes *hello); /* ServerHello: one byte */

/* Replaces the inside of a vector that begins at `at` with a prefix of that many bytes. */
void hs__edit_vector(hs__test_bytes *m, size_t at, size_t prefix, hs_span inside);

/* ---- extensions of ClientHello, ServerHello, EncryptedExtensions, CertificateRequest ----- */

/* The body of the first of that type; p NULL: there is none. */
hs_span hs__edit_ext(const hs__test_bytes *m, uint16_t type);

/* Takes the first of that type out; false when there is none. */
bool hs__edit_cut_ext(hs__test_bytes *m, uint16_t type);

/* Puts one at the end of the block, whether there is one or not. */
void hs__edit_add_ext(hs__test_bytes *m, uint16_t type, hs_span body);

/* Replaces the body where it stands; adds it where it is not. */
void hs__edit_set_ext(hs__test_bytes *m, uint16_t type, hs_span body);

#endif
