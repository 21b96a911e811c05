/* show.h - a message field by field, byte by byte, without any key: what everybody on the way can
 * see of it. Encrypted content is told as lengths only. */
#ifndef HS_CMS_SHOW_H
#define HS_CMS_SHOW_H

#include "cms/open.h"

typedef enum {
    HS__CMS_LEAF_TAG,
    HS__CMS_LEAF_LENGTH,
    HS__CMS_LEAF_VALUE,
    HS__CMS_LEAF_CONTENT, /* a part of the (encrypted) content: only its first bytes are there */
    HS__CMS_LEAF_END      /* the two zero bytes behind an indefinite length */
} hs__cms_leaf_kind;

/* Leaves come in order and cover each byte of the message exactly once (behind PEM: of what it
 * holds). */
typedef struct {
    hs__cms_leaf_kind kind;
    uint64_t off, n;  /* from the first byte; how many */
    const char *path; /* "recipientInfos[0].ktri.version.length" */
    hs_span bytes;    /* all n of them; of content at most HS__CMS_LEAF_BYTES, and fewer
                         where the message is cut off */
    const char *text; /* what it means: "SEQUENCE", "aes256-GCM", "CN=ca.test"; "" for none;
                         printable */
} hs__cms_leaf;

enum { HS__CMS_LEAF_BYTES = 64 };

typedef void hs__cms_leaf_fn(void *ctx, const hs__cms_leaf *leaf);

/* Reads all of a message. *info (may be NULL) is filled as far as can be without a key; its
 * pointers are gone when this returns, but each receiver is told by `recipient` (may be NULL).
 * where, problem: see open.h; HS__PATH_MAX and HS__PROBLEM_MAX bytes, may be NULL. */
typedef struct {
    hs__cms_source in;
    hs__cms_leaf_fn *leaf;
    void (*recipient)(void *ctx, const hs__cms_recipient *r);
    void *ctx;
} hs__cms_show_options;

HS_MUST_CHECK hs_status hs__cms_show(hs_provider *provider, const hs__cms_show_options *options,
                                     hs__cms_info *info, char *where, char *problem);

#endif
