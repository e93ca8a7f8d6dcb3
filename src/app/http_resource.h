/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_APP_HTTP_RESOURCE_H
#define TERCET_APP_HTTP_RESOURCE_H

#include <tercet/stack.h>

#include "app/http.h"

/* What a target leads to. */
struct http_resource {
    enum http_source source;
    const char *type; /* media type */
    uint64_t size;    /* octets */
    bool is_dynamic;
    struct file file; /* open, for HTTP_SOURCE_FILE: the caller closes it */
    struct http_validators validators;
};

/*
 * Find a file below @root: a folder's is its index.html.
 * @now_s: a file may not claim to be newer
 * Return: 200 with an open file, 301 when a slash is missing, or 403, 404, 500, 503.
 */
unsigned http_files_find(const struct files *root, const struct http_target *target, int64_t now_s,
                         struct http_resource *resource);

/*
 * Find a built-in page, the answer where there is no folder: "/", "/plain", "/bytes/N".
 * @info: of the visitor's connection
 * @page: gets the text, for HTTP_SOURCE_TEXT
 * Return: 200 or 404.
 */
unsigned http_pages_find(const struct http_target *target, const struct tercet_conn_info *info,
                         struct text *page, struct http_resource *resource);

#endif
