#include "cms/show.h"

#include <stdio.h>
#include <stdlib.h>

#include "cms/open_state.h"

static hs_status drop(void *ctx, hs_span bytes) {
    (void)ctx;
    (void)bytes;
    return HS_OK;
}

static hs_status walk(hs__cms_open *o, const hs__cms_show_options *options) {
    hs_status st = hs__cms_open_envelope(o);
    const hs__cms_info *info = hs__cms_open_info(o);
    for (size_t i = 0; st == HS_OK && options->recipient != NULL && i < info->n_recipients; i++) {
        options->recipient(options->ctx, &info->recipients[i]);
    }
    if (st) {
        return st;
    }
    st = hs__cms_open_key(o); /* there is none: it fails but for SignedData */
    if (info->kind == HS__CMS_SIGNED) {
        return st ? st : hs__cms_open_content(o, (hs__cms_sink){drop, NULL});
    }
    hs__cms_envelope_skip(o);
    o->info.is_ber = o->outer.is_ber;
    return o->outer.status;
}

hs_status hs__cms_show(hs_provider *provider, const hs__cms_show_options *options,
                       hs__cms_info *info, char *where, char *problem) {
    const hs__cms_open_options open_options = {.provider = provider, .in = options->in};
    hs__cms_open *o;
    hs_status st = hs__cms_open_new(&open_options, &o);
    if (st) {
        return st;
    }
    o->outer.leaf = options->leaf;
    o->outer.leaf_ctx = options->ctx;
    st = walk(o, options);
    if (info != NULL) {
        *info = o->info;
        info->recipients = NULL;
        info->receivers = NULL;
        info->chain = NULL;
    }
    if (where != NULL) {
        (void)snprintf(where, HS__PATH_MAX, "%s", o->outer.where);
    }
    if (problem != NULL) {
        (void)snprintf(problem, HS__PROBLEM_MAX, "%s", o->outer.problem);
    }
    hs__cms_open_free(o);
    return st;
}
