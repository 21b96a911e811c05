/* standard_io.h - standard input and output as ends of a connection: bytes, never interpreted. */
#ifndef HS_APPS_TLS_STANDARD_IO_H
#define HS_APPS_TLS_STANDARD_IO_H

#include <stdbool.h>
#include <uv.h>

/* Standard input on a loop, read piece by piece when asked to: so what is slow behind it slows it.
 * It may be a terminal, a pipe, a socket or a file. */
typedef struct hs__input hs__input;

/* n > 0: bytes, for the call only. 0: the input has ended, or could not be read. */
typedef void (*hs__input_cb)(void *ctx, const char *p, size_t n);

/* One at a time in a process. libuv's codes. */
int hs__input_open(uv_loop_t *loop, hs__input_cb cb, void *ctx, hs__input **out);

/* Asks for one call of the callback. */
void hs__input_next(hs__input *input);

/* No more calls; standard input is left as it was found. The memory goes when the loop has let go
 * of it. NULL is allowed. */
void hs__input_close(hs__input *input);

bool hs__input_is_terminal(void);

/* Writes all of it to standard output, and waits where that is slow; false with errno. */
bool hs__output_write(const void *p, size_t n);

#endif
