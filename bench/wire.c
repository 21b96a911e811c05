#include "bench/wire.h"

#include <stdint.h>
#include <string.h>

typedef struct {
    uint8_t bytes[512 * 1024];
    size_t read, written;
} direction;

static direction up, down;

size_t bench_wire_put(bool from_client, const void *p, size_t n) {
    direction *d = from_client ? &up : &down;
    n = n < sizeof(d->bytes) - d->written ? n : sizeof(d->bytes) - d->written;
    memcpy(d->bytes + d->written, p, n);
    d->written += n;
    return n;
}

size_t bench_wire_get(bool for_client, void *p, size_t n) {
    direction *d = for_client ? &down : &up;
    n = n < d->written - d->read ? n : d->written - d->read;
    memcpy(p, d->bytes + d->read, n);
    d->read += n;
    if (d->read == d->written) {
        d->read = d->written = 0;
    }
    return n;
}
