#include <stdio.h>
#include <string.h>

#include "trace/replay_line.h"

enum { SIGNED_MAX = 1024 * 1024 }; /* more than a handshake may have */

/* ---- the report of a chain --------------------------------------------------------------- */

static void read_rows(hs__line *l, hs_report *report) {
    const json_t *tests = hs__line_array_if(l, l->o, "tests");
    const size_t n = json_array_size(tests);
    hs_report_row *rows = hs__line_room(l, n * sizeof *rows);
    for (size_t i = 0; rows != NULL && l->status == HS_OK && i < n; i++) {
        const json_t *t = hs__line_item(l, tests, "tests", i);
        const bool has_depth = json_object_get(t, "depth") != NULL;
        rows[i] = (hs_report_row){.check = hs__line_text(l, t, "t"),
                                  .ok = hs__line_bool(l, t, "ok"),
                                  .depth = (int)hs__line_uint_if(l, t, "depth", INT16_MAX),
                                  .status = hs__line_status(l, t, "code"),
                                  .subject = hs__line_text(l, t, "subject"),
                                  .expected = hs__line_text(l, t, "want"),
                                  .got = hs__line_text(l, t, "got"),
                                  .fix = hs__line_text(l, t, "fix"),
                                  .rule = hs__line_ref(l, t, "ref")};
        rows[i].depth = has_depth ? rows[i].depth : -1;
        report->n_failed += rows[i].ok ? 0 : 1;
    }
    report->rows = rows;
    report->n_rows = rows != NULL ? n : 0;
}

static void read_path(hs__line *l, hs_report *report) {
    const json_t *path = hs__line_array_if(l, l->o, "path");
    const size_t n = json_array_size(path);
    hs_report_cert *certs = hs__line_room(l, n * sizeof *certs);
    for (size_t i = 0; certs != NULL && l->status == HS_OK && i < n; i++) {
        const json_t *c = hs__line_item(l, path, "path", i);
        certs[i] = (hs_report_cert){.der = hs__line_hex_if(l, c, "der"),
                                    .subject = hs__line_text(l, c, "subject"),
                                    .issuer = hs__line_text(l, c, "issuer"),
                                    .names = hs__line_text(l, c, "san"),
                                    .key = hs__line_text(l, c, "key"),
                                    .serial = hs__line_text(l, c, "serial"),
                                    .sha256 = hs__line_text(l, c, "sha256"),
                                    .not_before = hs__line_time_ms(l, c, "not_before") / 1000,
                                    .not_after = hs__line_time_ms(l, c, "not_after") / 1000};
    }
    report->path = certs;
    report->n_path = certs != NULL ? n : 0;
}

static void read_dead_ends(hs__line *l, hs_report *report) {
    const json_t *ends = hs__line_array_if(l, l->o, "dead_ends");
    const size_t n = json_array_size(ends);
    hs_dead_end *all = hs__line_room(l, n * sizeof *all);
    for (size_t i = 0; all != NULL && l->status == HS_OK && i < n; i++) {
        const json_t *e = hs__line_item(l, ends, "dead_ends", i);
        all[i] =
            (hs_dead_end){.path = hs__line_text(l, e, "path"), .why = hs__line_text(l, e, "why")};
    }
    report->dead_ends = all;
    report->n_dead_ends = all != NULL ? n : 0;
}

static const hs_report *read_report(hs__line *l) {
    if (json_object_get(l->o, "code") == NULL) {
        return NULL;
    }
    hs_report *report = hs__line_room(l, sizeof *report);
    if (report == NULL) {
        return NULL;
    }
    report->verdict = hs__line_status(l, l->o, "code");
    (void)snprintf(report->summary, sizeof report->summary, "%s",
                   hs__line_text(l, l->o, "summary"));
    report->anchors = (size_t)hs__line_uint_if(l, l->o, "anchors", INT64_MAX);
    report->anchor_source = hs__line_text(l, l->o, "anchor_source");
    report->paths_tried = (size_t)hs__line_uint_if(l, l->o, "paths_tried", INT64_MAX);
    read_rows(l, report);
    read_path(l, report);
    read_dead_ends(l, report);
    return report;
}

/* ---- checks ------------------------------------------------------------------------------ */

/* Hidden, its length is known. */
static hs_span signed_content(hs__line *l) {
    const hs_span shown = hs__line_hex_if(l, l->o, "signed_content");
    const size_t n = (size_t)hs__line_uint_if(l, l->o, "signed_len", SIGNED_MAX);
    if (shown.n > 0 || n == 0) {
        return shown;
    }
    const uint8_t *zeros = hs__line_room(l, n);
    return (hs_span){zeros, zeros != NULL ? n : 0};
}

void hs__line_check(hs__line *l) {
    hs_trace ev = {.u.check = {.what = hs__line_text_if(l, l->o, "what"),
                               .side = hs__line_text_if(l, l->o, "side"),
                               .ok = hs__line_bool(l, l->o, "ok"),
                               .enforced = hs__line_bool(l, l->o, "enforced"),
                               .covers = hs__line_text_if(l, l->o, "covers"),
                               .scheme = hs__line_text_if(l, l->o, "scheme"),
                               .signed_content = signed_content(l),
                               .expected = hs__line_hex_if(l, l->o, "expected"),
                               .got = hs__line_hex_if(l, l->o, "got"),
                               .report = read_report(l),
                               .us = hs__line_uint_if(l, l->o, "us", INT64_MAX)}};
    hs__line_tell(l, HS_TR_CHECK, l->t_us, &ev);
}
