#include "cms/frames.h"

#include "cms/seal.h"
#include "crypto/der.h"

static size_t header_n(uint64_t n) {
    uint8_t room[HS__DER_HEADER];
    hs__der_out o = {.start = room, .p = room + sizeof(room)};
    hs__der_put_header(&o, HS__DER_SEQUENCE, n);
    return (size_t)(room + sizeof(room) - o.p);
}

static uint64_t inside_n(const hs__cms_frame *frames, size_t n, uint64_t content_n) {
    return n == 1 ? content_n
                  : frames->head.n + hs__cms_frames_size(frames + 1, n - 1, content_n) +
                        frames->tail_n;
}

uint64_t hs__cms_frames_size(const hs__cms_frame *frames, size_t n, uint64_t content_n) {
    if (content_n == HS__CMS_SIZE_UNKNOWN) {
        return content_n;
    }
    const uint64_t inside = inside_n(frames, n, content_n);
    return header_n(inside) + inside;
}

static hs_status put(hs__cms_sink out, hs_span bytes) {
    return bytes.n > 0 ? out.write(out.ctx, bytes) : HS_OK;
}

static hs_status put_definite(uint8_t tag, uint64_t n, hs__cms_sink out) {
    uint8_t room[HS__DER_HEADER];
    hs__der_out o = {.start = room, .p = room + sizeof(room)};
    hs__der_put_header(&o, tag, n);
    return put(out, (hs_span){o.p, (size_t)(room + sizeof(room) - o.p)});
}

static hs_status put_indefinite(uint8_t tag, hs__cms_sink out) {
    const uint8_t header[2] = {tag | 0x20, 0x80};
    return put(out, (hs_span){header, sizeof(header)});
}

hs_status hs__cms_frames_begin(const hs__cms_frame *frames, size_t n, uint64_t content_n,
                               hs__cms_sink out) {
    hs_status st = HS_OK;
    for (size_t i = 0; i < n && st == HS_OK; i++) {
        st = content_n == HS__CMS_SIZE_UNKNOWN
                 ? put_indefinite(frames[i].tag, out)
                 : put_definite(frames[i].tag, inside_n(frames + i, n - i, content_n), out);
        if (st == HS_OK) {
            st = put(out, frames[i].head);
        }
    }
    return st;
}

hs_status hs__cms_frames_part(bool is_ber, hs_span content, hs__cms_sink out) {
    if (is_ber && content.n > 0) {
        const hs_status st = put_definite(HS__DER_OCTET_STRING, content.n, out);
        if (st) {
            return st;
        }
    }
    return put(out, content);
}

hs_status hs__cms_frames_end(bool is_ber, const hs_span *tails, size_t n, hs__cms_sink out) {
    static const uint8_t end[2] = {0, 0};
    hs_status st = HS_OK;
    for (size_t i = n; i-- > 0 && st == HS_OK;) {
        st = put(out, tails[i]);
        if (st == HS_OK && is_ber) {
            st = put(out, (hs_span){end, sizeof(end)});
        }
    }
    return st;
}
