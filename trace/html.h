/* html.h - what pages are made with: the page without data, which html/bundle.py makes of the files
 * in html/, and text in markup. */
#ifndef HS_TRACE_HTML_H
#define HS_TRACE_HTML_H

#include <stddef.h>

#include "trace/strbuf.h"

extern const unsigned char hs__html_page[];
extern const size_t hs__html_page_n;
extern const char hs__html_policy[]; /* its Content-Security-Policy */

/* Adds text to markup: between tags, or in an attribute's value in quotation marks. What a peer
 * made up passes hs_safe_text first. */
void hs__html_text(hs__strbuf *b, const char *p, size_t n);

#endif
