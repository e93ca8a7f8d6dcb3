/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_resource.h"

#include <string.h>

#include "app/page.h"

enum { BYTES_MAX = 1 << 30 /* that "/bytes/N" sends */ };

/*
 * The N of "bytes/N".
 * Return: false when it is not a number, or a larger one than BYTES_MAX.
 */
static bool bytes_wanted(const char *path, uint64_t *wanted) {
    static const char prefix[] = "bytes/";
    *wanted = 0;
    if (strncmp(path, prefix, sizeof prefix - 1) != 0) return false;
    const char *digit = path + sizeof prefix - 1;
    if (!*digit) return false;
    for (; *digit; digit++) {
        if (*digit < '0' || *digit > '9') return false;
        *wanted = *wanted * 10 + (uint64_t)(*digit - '0');
        if (*wanted > BYTES_MAX) return false;
    }
    return true;
}

unsigned http_pages_find(const struct http_target *target, const struct tercet_conn_info *info,
                         struct text *page, struct http_resource *resource) {
    const char *path = target->path;
    resource->is_dynamic = true;
    resource->source = HTTP_SOURCE_TEXT;
    if (target->is_folder && path[0]) return 404;
    if (!path[0] || strcmp(path, "index.html") == 0) {
        page_put_html(info, page);
        resource->type = "text/html; charset=utf-8";
    } else if (strcmp(path, "plain") == 0) {
        page_put_plain(info, page);
        resource->type = "text/plain; charset=utf-8";
    } else if (bytes_wanted(path, &resource->size)) {
        resource->source = HTTP_SOURCE_PATTERN;
        resource->type = "application/octet-stream";
        return 200;
    } else {
        return 404;
    }
    resource->size = page->used;
    return 200;
}
