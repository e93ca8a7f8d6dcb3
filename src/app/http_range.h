/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_APP_HTTP_RANGE_H
#define TERCET_APP_HTTP_RANGE_H

#include <stdint.h>

#include "app/http_request.h"

enum http_range_kind {
    HTTP_RANGE_NONE, /* not sent, malformed, of another unit, or several: the whole is the answer */
    HTTP_RANGE_PART,
    HTTP_RANGE_BEYOND /* nothing of it exists: 416 */
};

/*
 * Read a Range field's value for something of @size octets.
 * @first, @last: for a PART, the octets asked for that exist
 * Source: RFC 9110 section 14.1.2, 14.2
 */
enum http_range_kind http_range_read(struct http_words words, uint64_t size, uint64_t *first,
                                     uint64_t *last);

#endif
