#include "apps/common/json.h"

#include <string.h>

#include "apps/common/say.h"
#include "pki/time.h"

static void print(FILE *stream, json_t *document, size_t how) {
    json_dumpf(document, stream, how);
    fputc('\n', stream);
    json_decref(document);
}

void hs__json_print(FILE *stream, json_t *document) {
    print(stream, document, JSON_INDENT(2));
}

void hs__json_line(FILE *stream, json_t *document) {
    print(stream, document, JSON_COMPACT);
}

json_t *hs__json_string(const char *text) {
    json_t *as_is = json_string(text);
    return as_is ? as_is : json_string(hs__safe(text));
}

json_t *hs__json_date(int64_t seconds) {
    hs__civil c;
    hs__civil_from_time(seconds, &c);
    return json_sprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute,
                        c.second);
}

json_t *hs__json_dead_ends(const hs_report *report) {
    json_t *all = json_array();
    for (size_t i = 0; i < report->n_dead_ends; i++)
        json_array_append_new(all, json_pack("{s:o, s:o}", "path",
                                             hs__json_string(report->dead_ends[i].path), "why",
                                             hs__json_string(report->dead_ends[i].why)));
    return all;
}
