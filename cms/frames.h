/* frames.h - elements inside elements around content that is written as a stream.
 *
 * frames[0] is outermost, the last one is the string that holds the content. In each stands first
 * its head, then the next frame, then its tail. With a known size of the content all lengths are
 * definite (DER); without, all are indefinite and the string comes in parts (X.690 8.1.3.6). */
#ifndef HS_CMS_FRAMES_H
#define HS_CMS_FRAMES_H

#include "cms/stream.h"

typedef struct {
    uint8_t tag; /* of the last one: as a string in one part has it, 04 or [n] */
    hs_span head;
    uint64_t tail_n; /* how long the tail will be */
} hs__cms_frame;

/* Bytes of all; HS__CMS_SIZE_UNKNOWN if content_n is. */
uint64_t hs__cms_frames_size(const hs__cms_frame *frames, size_t n, uint64_t content_n);

/* All that stands before the content. */
HS_MUST_CHECK hs_status hs__cms_frames_begin(const hs__cms_frame *frames, size_t n,
                                             uint64_t content_n, hs__cms_sink out);

/* The next part of the content. */
HS_MUST_CHECK hs_status hs__cms_frames_part(bool is_ber, hs_span content, hs__cms_sink out);

/* All that stands behind it; tails[i] belongs to frames[i] and has the length promised. */
HS_MUST_CHECK hs_status hs__cms_frames_end(bool is_ber, const hs_span *tails, size_t n,
                                           hs__cms_sink out);

#endif
