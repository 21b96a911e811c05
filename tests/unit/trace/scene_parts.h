/* scene_parts.h - what scenes are made of. All abort when something goes wrong that has nothing to
 * do with the trace. */
#ifndef HS_TESTS_TRACE_SCENE_PARTS_H
#define HS_TESTS_TRACE_SCENE_PARTS_H

#include "tests/lib/pair.h"
#include "tests/unit/trace/scene.h"

void scene_must(hs_status st);

/* `r`, if not NULL, gets the events, with times from `clock`, which may be NULL: no times. */
hs_config *scene_config(hs_options o, hs_render *r, uint64_t *clock);

/* What the owner of a socket would tell: "connected", "accepted". */
void scene_transport(hs_render *r, bool is_server, const char *what);

void scene_say(hs__test_end *end, const void *p, size_t n);

/* The scenes of TLS 1.2, in a file of their own. */
void scene_play_12(scene_id id, bool is_server, hs_render *r);

#endif
