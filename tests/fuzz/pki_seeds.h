/* pki_seeds.h - first inputs of the targets over pki/: certificates of OpenSSL. */
#ifndef HS_TEST_FUZZ_PKI_SEEDS_H
#define HS_TEST_FUZZ_PKI_SEEDS_H

#include "handshake/types.h"

/* FOLDER/<target>/<name> with head and bytes. */
typedef void (*write_seed_fn)(const char *folder, const char *target, const char *name,
                              hs_span head, hs_span bytes);

void write_pki_seeds(const char *folder, write_seed_fn write_seed);

#endif
