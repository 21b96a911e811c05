/* wire.h - memory between two ends, for libraries that call out to read and write. There is one
 * such wire in the process, outside the heap, so that it does not count as anybody's memory. */
#ifndef HS_BENCH_WIRE_H
#define HS_BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/* Both return how many bytes were moved. */
size_t bench_wire_put(bool from_client, const void *p, size_t n);
size_t bench_wire_get(bool for_client, void *p, size_t n);

#endif
