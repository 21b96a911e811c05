/* Counts what the process has from malloc. Interposes glibc's allocator, so that every library's
 * calls are seen; single-threaded, like the benchmark. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include "bench/bench.h"

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t n);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n);
extern void __libc_free(void *p);

static size_t in_use, peak, allocs;

static void *count(void *p) {
    if (p != NULL) {
        in_use += malloc_usable_size(p);
        peak = in_use > peak ? in_use : peak;
        allocs++;
    }
    return p;
}

void *malloc(size_t n) {
    return count(__libc_malloc(n));
}

void *calloc(size_t members, size_t n) {
    return count(__libc_calloc(members, n));
}

void *realloc(void *p, size_t n) {
    in_use -= p != NULL ? malloc_usable_size(p) : 0;
    return count(__libc_realloc(p, n));
}

void *aligned_alloc(size_t alignment, size_t n) {
    return count(__libc_memalign(alignment, n));
}

void *memalign(size_t alignment, size_t n) {
    return count(__libc_memalign(alignment, n));
}

int posix_memalign(void **out, size_t alignment, size_t n) {
    *out = count(__libc_memalign(alignment, n));
    return *out != NULL ? 0 : ENOMEM;
}

void free(void *p) {
    if (p != NULL) {
        in_use -= malloc_usable_size(p);
        __libc_free(p);
    }
}

size_t bench_heap_bytes(void) {
    return in_use;
}

size_t bench_heap_peak(void) {
    return peak;
}

size_t bench_heap_allocs(void) {
    return allocs;
}

void bench_heap_reset_peak(void) {
    peak = in_use;
}
