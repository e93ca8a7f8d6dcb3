/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_APP_HTTP_RESPONSE_H
#define TERCET_APP_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "app/http_condition.h"
#include "app/http_target.h"
#include "base/text.h"

/* A response's head.  Fields that stay zero are not sent. */
struct http_response {
    unsigned status;
    const char *type;     /* media type */
    uint64_t length;      /* octets of content */
    uint64_t first, last; /* of the part, for 206 */
    uint64_t size;        /* of the whole, for 206 and 416 */
    const struct http_validators *validators;
    const struct http_target *moved; /* for 301: the same with a slash */
    bool is_dynamic; /* made for this visitor: not to be stored, and allowed to load nothing */
    bool has_ranges; /* says that ranges are understood */
    bool keeps_alive;
    bool is_old; /* the request was HTTP/1.0: to keep alive must be said */
};

enum {
    HTTP_RESPONSE_HEAD_MAX = HTTP_HEAD_MAX * 4 /* octets: a target sent back may grow threefold */
};

/* "Not Found"; "Unknown" outside the table. */
const char *http_status_words(unsigned status);

/* Append the head with its empty line.  @date: of now, as http_date_write makes it */
void http_response_put(const struct http_response *response, const char *date, struct text *text);

#endif
