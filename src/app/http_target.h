/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_APP_HTTP_TARGET_H
#define TERCET_APP_HTTP_TARGET_H

#include <stdbool.h>

#include "app/http_request.h"
#include "base/text.h"

enum { HTTP_PATH_MAX = 2048 /* octets of a decoded path */ };

/* What a request asks for, decoded. */
struct http_target {
    char path[HTTP_PATH_MAX + 1]; /* relative, no empty or dot segments; "" is the root */
    bool is_folder;               /* it ended in a slash (the root does) */
    struct http_words query;      /* from the question mark on, as it was sent; may be empty */
};

/*
 * Decode a request target in origin or absolute form. Refused: an escape that is none, an encoded
 * NUL, slash or control character, a segment "." or "..".
 * Return: 0, 400, or 414 when the path is longer than HTTP_PATH_MAX.
 * Source: RFC 9112 section 3.2; RFC 3986 sections 2.1 and 6.2.2
 */
unsigned http_target_read(struct http_target *target, struct http_words words);

/*
 * Append the target as a path reference that begins with exactly one slash, everything but
 * unreserved characters encoded; with a slash at its end.
 */
void http_target_put_folder(const struct http_target *target, struct text *text);

#endif
