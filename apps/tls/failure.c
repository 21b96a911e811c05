#include "apps/tls/failure.h"

#include <string.h>
#include <uv.h>

#include "apps/common/json.h"
#include "apps/common/say.h"
#include "proto/codepoints.h"

static bool is_distrust(const hs_error *e) {
    return e->report && e->status >= HS_E_CERT_FORMAT && e->status <= HS_E_VERIFY_LIMIT;
}

hs__exit hs__failure_code(const hs__failure *f) {
    if (f->error && is_distrust(f->error))
        return HS__EXIT_UNTRUSTED;
    if (f->error && f->error->status == HS_E_PIN)
        return HS__EXIT_UNTRUSTED;
    if (f->uv_status == UV_ETIMEDOUT && !f->error)
        return HS__EXIT_TIMEOUT;
    if (f->was_connected && (!f->error || f->error->status == HS_E_TRUNCATED))
        return HS__EXIT_TRUNCATED;
    if (f->uv_status == UV_ENOMEM)
        return HS__EXIT_INTERNAL;
    return HS__EXIT_HANDSHAKE;
}

/* "rfc9846#section-4.3.8" as people write it; "" stays so. */
static void rule_text(const char *rule, char *out, size_t room) {
    size_t hash = strcspn(rule, "#"), dash = hash + strcspn(rule + hash, "-");
    if (strncmp(rule, "rfc", 3) == 0 && rule[dash])
        snprintf(out, room, "RFC %.*s %.*s %s", (int)(hash - 3), rule + 3, (int)(dash - hash - 1),
                 rule + hash + 1, rule + dash + 1);
    else
        snprintf(out, room, "%s", rule);
}

void hs__failure_text(const hs__failure *f, char *out, size_t room) {
    /* What was cut says itself when. */
    bool is_cut = f->was_connected && f->error && f->error->status == HS_E_TRUNCATED;
    const char *when = f->was_connected ? "the connection failed" : "the handshake failed";
    const hs_error *e = f->error;
    char rule[80];
    if (!e && f->uv_status == UV_EBUSY) {
        snprintf(out, room, "made room for another connection");
        return;
    }
    if (!e && f->uv_status == UV_ETIMEDOUT) {
        snprintf(out, room, "%s",
                 f->was_connected ? "nothing came for too long"
                                  : "the peer did not finish the handshake in time");
        return;
    }
    if (!e) {
        snprintf(out, room, "%s: %s", when, uv_strerror(f->uv_status));
        return;
    }
    rule_text(e->rule, rule, sizeof rule);
    bool has_place = *e->where || *rule;
    snprintf(out, room, "%s%s%s%s%s%s%s%s",
             is_cut           ? ""
             : is_distrust(e) ? "NOT TRUSTED"
                              : when,
             is_cut ? "" : ": ", *e->text ? hs__safe(e->text) : hs_status_text(e->status),
             has_place ? " (" : "", hs__safe(e->where), *e->where && *rule ? "; " : "", rule,
             has_place ? ")" : "");
}

static void put_row(const hs_report_row *row, FILE *out) {
    fprintf(out, "  !! %-14s %s%s", row->check, *row->subject ? hs__safe(row->subject) : "",
            *row->subject ? ": " : "");
    fprintf(out, "expected %s, ", hs__safe(row->expected));
    fprintf(out, "got %s\n", hs__safe(row->got));
    if (*row->fix)
        fprintf(out, "     %-14s %s\n", "", hs__safe(row->fix));
}

void hs__report_failures(const hs_report *report, FILE *out) {
    for (size_t i = 0; i < report->n_rows; i++)
        if (!report->rows[i].ok)
            put_row(&report->rows[i], out);
}

static const char *alert_name(int alert) {
    const char *name = hs__alert_name((uint32_t)alert);
    return name ? name : "unknown";
}

void hs__failure_details(const hs__failure *f, FILE *out) {
    const hs_error *e = f->error;
    if (!e)
        return;
    if (e->report)
        hs__report_failures(e->report, out);
    if (e->alert == HS_NO_ALERT)
        return;
    if (e->from_peer)
        fprintf(out, "  the peer sent the alert %s(%d)\n", alert_name(e->alert), e->alert);
    else
        fprintf(out, "  sent the alert %s(%d)%s\n", alert_name(e->alert), e->alert,
                f->was_connected ? "" : "; no data was sent");
}

json_t *hs__report_json(const hs_report *report) {
    json_t *rows = json_array();
    for (size_t i = 0; i < report->n_rows; i++) {
        const hs_report_row *r = &report->rows[i];
        if (r->ok)
            continue;
        json_array_append_new(
            rows,
            json_pack("{s:s, s:i, s:s, s:o, s:o, s:o, s:o, s:s}", "check", r->check, "depth",
                      r->depth, "status", hs_status_name(r->status), "subject",
                      hs__json_string(r->subject), "expected", hs__json_string(r->expected), "got",
                      hs__json_string(r->got), "fix", hs__json_string(r->fix), "rule", r->rule));
    }
    return rows;
}

json_t *hs__failure_json(const hs__failure *f) {
    char text[600];
    const hs_error *e = f->error;
    hs__failure_text(f, text, sizeof text);
    json_t *j = json_pack("{s:o}", "text", hs__json_string(text));
    if (!e) {
        json_object_set_new(j, "status", json_string(uv_err_name(f->uv_status)));
        return j;
    }
    json_object_set_new(j, "status", json_string(hs_status_name(e->status)));
    json_object_set_new(j, "where", hs__json_string(e->where));
    json_object_set_new(j, "rule", json_string(e->rule));
    json_object_set_new(j, "from_peer", json_boolean(e->from_peer));
    if (e->alert != HS_NO_ALERT) {
        json_object_set_new(j, "alert", json_integer(e->alert));
        json_object_set_new(j, "alert_name", json_string(alert_name(e->alert)));
    }
    if (e->report) {
        json_object_set_new(j, "summary", hs__json_string(e->report->summary));
        json_object_set_new(j, "checks", hs__report_json(e->report));
        json_object_set_new(j, "dead_ends", hs__json_dead_ends(e->report));
    }
    return j;
}
