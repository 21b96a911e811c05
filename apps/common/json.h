/* json.h - JSON documents for --json, and for files of our own, over jansson. */
#ifndef HS_APPS_JSON_H
#define HS_APPS_JSON_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "handshake/pki.h"

/* Prints the document, indented, with a newline at its end, and lets go of it. */
void hs__json_print(FILE *stream, json_t *document);

/* The same in one line, as JSON Lines has it. */
void hs__json_line(FILE *stream, json_t *document);

/* A string from foreign bytes: valid UTF-8 as it is (jansson escapes), else as hs__safe. */
json_t *hs__json_string(const char *text);

/* "2026-11-18T12:00:00Z" */
json_t *hs__json_date(int64_t seconds);

/* [{path, why}]: the ways of a report that led nowhere. */
json_t *hs__json_dead_ends(const hs_report *report);

#endif
