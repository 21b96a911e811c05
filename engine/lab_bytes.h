/* lab_bytes.h - handshake messages changed as bytes: proto/'s readers say where a field stands, and
 * its writers, which refuse to write what is wrong, are not asked. */
#ifndef HS_ENGINE_LAB_BYTES_H
#define HS_ENGINE_LAB_BYTES_H

#include "engine/lab.h"
#include "proto/client_hello.h"
#include "proto/server_hello.h"
#include "proto/server_key_exchange.h"

enum { HS__LAB_RANDOM_AT = 6, HS__LAB_SESSION_ID_AT = 38 }; /* in hellos */

size_t hs__lab_get16(const hs__lab_message *m, size_t at);
void hs__lab_put(hs__lab_message *m, size_t at, size_t prefix, size_t value);

/* Where a field stands that a reader has found. */
size_t hs__lab_at(const hs__lab_message *m, hs_span field);

/* Changes the lowest bit of a field; false when it is empty. */
bool hs__lab_flip_last(hs__lab_message *m, hs_span field);

/* n bytes at `at` become others; of all lengths only that of the message is put right. */
bool hs__lab_splice(hs__lab_message *m, size_t at, size_t n, hs_span by);

/* ---- what a message holds ---------------------------------------------------------------- */
hs_span hs__lab_whole(const hs__lab_message *m);
bool hs__lab_is_13(const hs__lab_message *m);
bool hs__lab_is_retry(hs_span message);
bool hs__lab_client_hello(const hs__lab_message *m, hs__client_hello *h);
bool hs__lab_server_hello(const hs__lab_message *m, hs__server_hello *h);
bool hs__lab_server_exchange(const hs__lab_message *m, hs__server_key_exchange *ske);

/* ServerHello.cipher_suite; ClientHello.cipher_suites with its length. The same for compression. */
size_t hs__lab_suites_at(const hs__lab_message *m);
size_t hs__lab_compression_at(const hs__lab_message *m);

/* ---- extensions of hellos and EncryptedExtensions ---------------------------------------- */

/* Where the block's length stands / an extension; 0: nowhere. */
size_t hs__lab_block_at(const hs__lab_message *m);
size_t hs__lab_find(const hs__lab_message *m, uint16_t type);

/* hs__lab_splice within the block. */
bool hs__lab_splice_block(hs__lab_message *m, size_t at, size_t n, hs_span by);

/* `extension` is a whole one: type, length, body. False: there was none to cut or replace. */
bool hs__lab_cut(hs__lab_message *m, uint16_t type);
bool hs__lab_add(hs__lab_message *m, const void *extension, size_t n);
bool hs__lab_replace(hs__lab_message *m, uint16_t type, const void *extension, size_t n);

#endif
