/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_APP_HTTP_DATE_H
#define TERCET_APP_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "app/http_request.h"

enum { HTTP_DATE_SIZE = 30 /* "Sun, 06 Nov 1994 08:49:37 GMT" and its zero octet */ };

/* Write @unix_s, years 1 to 9999, as the preferred form.  Source: RFC 9110 section 5.6.7 */
void http_date_write(char date[HTTP_DATE_SIZE], int64_t unix_s);

/*
 * Read any of the three forms: IMF-fixdate, RFC 850, asctime.
 * @now_s: tells the century of a year with two digits
 * Return: false when it is none of them.
 */
bool http_date_read(struct http_words words, int64_t now_s, int64_t *unix_s);

#endif
