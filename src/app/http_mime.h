/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_APP_HTTP_MIME_H
#define TERCET_APP_HTTP_MIME_H

/*
 * The media type for a file's name, by its last extension in any case; "application/octet-stream"
 * when it tells nothing.
 */
const char *http_mime_type(const char *path);

#endif
