/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_APP_HTTP_CONDITION_H
#define TERCET_APP_HTTP_CONDITION_H

#include <stdbool.h>
#include <stdint.h>

#include "app/http_request.h"

/* What tells one state of a resource from another. */
struct http_validators {
    bool are_known;
    char tag[56];       /* entity tag with its quotes, strong */
    int64_t modified_s; /* since 1970 */
};

/* Make the validators of a file. */
void http_validators_make(struct http_validators *validators, uint64_t inode, uint64_t octets,
                          int64_t modified_s, uint32_t modified_ns);

/*
 * Evaluate the preconditions of a GET or HEAD, in their order of precedence.
 * Return: 0 to go on, 304, or 412.
 * Source: RFC 9110 section 13.2.2
 */
unsigned http_condition_check(const struct http_request *request,
                              const struct http_validators *validators, int64_t now_s);

/*
 * Whether a Range may be answered with a part: there is no If-Range, or it holds. Source: RFC 9110
 * section 13.1.5
 */
bool http_condition_has_range(const struct http_request *request,
                              const struct http_validators *validators, int64_t now_s);

#endif
