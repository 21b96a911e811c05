/* The JSON of x509-limbo. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/pem.h"
#include "pki/time.h"
#include "tests/limbo/limbo.h"

json_t *limbo_load(const char *file) {
    const size_t n = strlen(file);
    char command[4096];
    json_error_t error;
    if (n < 3 || strcmp(file + n - 3, ".xz") != 0) {
        return json_load_file(file, 0, &error);
    }
    (void)snprintf(command, sizeof(command), "xz -dc -- '%s'", file);
    FILE *f = popen(command, "r");
    json_t *all = f != NULL ? json_loadf(f, 0, &error) : NULL;
    if (f != NULL) {
        (void)pclose(f);
    }
    if (all == NULL) {
        (void)fprintf(stderr, "%s: %s\n", file, f != NULL ? error.text : "cannot run xz");
    }
    return all;
}

/* "2024-04-01T00:00:00.005+00:00": whole seconds, as certificates have them. */
static bool read_time(const char *text, int64_t *out) {
    hs__civil c = {0};
    if (sscanf(text, "%d-%d-%dT%d:%d:%d", &c.year, &c.month, &c.day, &c.hour, &c.minute,
               &c.second) != 6) {
        return false;
    }
    *out = hs__time_from_civil(&c);
    return true;
}

/* One certificate in PEM behind those read so far. What is no certificate is left to hs_verify:
 * an empty span. */
static void add_pem(limbo_case *c, const json_t *pem, size_t *used) {
    hs_span text = {(const uint8_t *)json_string_value(pem), json_string_length(pem)};
    hs__pem_block block;
    size_t n = 0;
    uint8_t *at = c->room + *used;
    if (c->n_chain == LIMBO_CERTS || *used + text.n > LIMBO_ROOM) {
        return;
    }
    if (hs__pem_next(&text, &block) != HS_OK || hs__pem_decode(&block, at, &n) != HS_OK) {
        n = 0;
    }
    c->chain[c->n_chain++] = (hs_span){at, n};
    *used += n;
}

static void read_chain(const json_t *from, limbo_case *c) {
    const json_t *rest = json_object_get(from, "untrusted_intermediates");
    size_t used = 0;
    add_pem(c, json_object_get(from, "peer_certificate"), &used);
    for (size_t i = 0; i < json_array_size(rest); i++) {
        add_pem(c, json_array_get(rest, i), &used);
    }
}

static const char *text_of(const json_t *from, const char *key) {
    return json_string_value(json_object_get(from, key));
}

bool limbo_read(const json_t *from, limbo_case *c) {
    memset(c, 0, sizeof(*c));
    const char *kind = text_of(from, "validation_kind");
    const char *result = text_of(from, "expected_result");
    const char *time = text_of(from, "validation_time");
    const json_t *depth = json_object_get(from, "max_chain_depth");
    c->id = text_of(from, "id");
    c->now = INT64_MIN;
    if (c->id == NULL || kind == NULL || result == NULL ||
        (time != NULL && !read_time(time, &c->now))) {
        return false;
    }
    c->is_good = strcmp(result, "SUCCESS") == 0;
    c->purpose = strcmp(kind, "CLIENT") == 0 ? HS_PURPOSE_CLIENT : HS_PURPOSE_SERVER;
    c->name = text_of(json_object_get(from, "expected_peer_name"), "value");
    c->names = json_object_get(from, "expected_peer_names");
    c->anchors = json_object_get(from, "trusted_certs");
    c->crls = json_object_get(from, "crls");
    c->has_depth = json_is_integer(depth);
    c->depth = c->has_depth ? (size_t)json_integer_value(depth) : 0;
    c->room = malloc(LIMBO_ROOM);
    if (c->room == NULL) {
        return false;
    }
    read_chain(from, c);
    return true;
}

void limbo_case_free(limbo_case *c) {
    free(c->room);
}
