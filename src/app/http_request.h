/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_APP_HTTP_REQUEST_H
#define TERCET_APP_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A run of octets inside the head, borrowed; at is NULL for a field that is not there. */
struct http_words {
    const char *at;
    size_t n;
};

/* The fields that are looked at.  X(member, "name in lower case") */
#define HTTP_FIELDS(X)                                                                             \
    X(host, "host")                                                                                \
    X(range, "range")                                                                              \
    X(if_range, "if-range")                                                                        \
    X(if_match, "if-match")                                                                        \
    X(if_none_match, "if-none-match")                                                              \
    X(if_modified_since, "if-modified-since")                                                      \
    X(if_unmodified_since, "if-unmodified-since")                                                  \
    X(expect, "expect")                                                                            \
    X(transfer_encoding, "transfer-encoding")

enum http_field {
#define HTTP_FIELD_ENUM(member, name) HTTP_FIELD_##member,
    HTTP_FIELDS(HTTP_FIELD_ENUM)
#undef HTTP_FIELD_ENUM
        HTTP_FIELD_COUNT
};

struct http_request {
    unsigned refusal;    /* the status that answers it, 0 when it is to be served */
    bool is_head;        /* HEAD, otherwise GET */
    bool is_old;         /* HTTP/1.0 */
    bool keeps_alive;    /* the connection goes on after the response */
    uint64_t body_bytes; /* octets that follow the head and are of no use */
    struct http_words target;
    struct http_words fields[HTTP_FIELD_COUNT]; /* a field sent twice counts as not sent */
    uint8_t times[HTTP_FIELD_COUNT]; /* how often it was sent (at most 255 are counted) */
};

enum {
    HTTP_HEAD_MAX = 8192,     /* octets: more is 414 or 431 */
    HTTP_BODY_MAX = 64 * 1024 /* octets of body read over so that the connection may go on */
};

/*
 * Read the whole head @bytes, which a scan has found to end at @n.  The request borrows it.
 * Source: RFC 9112 sections 2 to 6 and 9.3; RFC 9110 section 7.2
 */
void http_request_read(struct http_request *request, const char *bytes, size_t n);

#endif
