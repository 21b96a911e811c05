/* campaign.h - many kinds of input, one operation: does its time tell them apart?
 *
 * In rounds: what each row needs is made, then all rows run once in random order. Every kind is
 * compared with kind 0 (statistics.h). Two rows more are controls that say what the run is worth:
 * kind 0 once more must not differ, and kind 0 with 2 us of other work must. */
#ifndef HS_TESTS_TIMING_CAMPAIGN_H
#define HS_TESTS_TIMING_CAMPAIGN_H

#include "handshake/status.h"

enum { HS__CAMPAIGN_ROWS = 48 };

typedef struct {
    void *ctx;
    size_t kinds; /* up to HS__CAMPAIGN_ROWS - 2 */
    const char *(*name)(size_t kind);

    /* Not measured: makes what `row` will need, of that kind; then, before it runs, puts it where
     * every row has it. */
    hs_status (*make)(void *ctx, size_t row, size_t kind);
    hs_status (*load)(void *ctx, size_t row);
    /* What is measured. */
    hs_status (*run)(void *ctx);
} hs__campaign;

/* The exit code of a program: 0 no difference; 1 there is one; 2 a call failed; 3 the controls were
 * not as they should be, so it says nothing (more seconds, or a quieter machine). Prints the
 * table and a verdict. */
int hs__campaign_run(const hs__campaign *c, double seconds);

#endif
