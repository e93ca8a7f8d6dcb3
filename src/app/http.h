/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_APP_HTTP_H
#define TERCET_APP_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "app/http_date.h"
#include "app/http_request.h"
#include "app/http_response.h"
#include "app/http_scan.h"
#include "app/http_target.h"
#include "host/files.h"

enum {
    HTTP_RECEIVE_BUFFER = 64 * 1024, /* octets: requests are small, and pipelines need no more */
    HTTP_TURN_STEPS = 64, /* then it is another client's turn; a request takes two or three */
    HTTP_CHUNK_BYTES = 64 * 1024, /* read from a file at a time */
    HTTP_LINGER_MAX = 1 << 20, /* octets thrown away behind the last response; then it is reset */
    HTTP_PAGE_MAX = 24 * 1024  /* octets of a page made for one visitor */
};

/* Where a connection stands. */
enum http_state {
    HTTP_AWAIT,  /* the next request's head, which stays in the receive buffer until it is whole */
    HTTP_SEND,   /* the response is on its way */
    HTTP_SKIP,   /* a request's body, of no use, has to be read over */
    HTTP_LINGER, /* our FIN has followed the last response; what still comes is thrown away */
    HTTP_STATES
};

/* Where the content of a response comes from. */
enum http_source {
    HTTP_SOURCE_TEXT, /* it was written with the head */
    HTTP_SOURCE_FILE,
    HTTP_SOURCE_PATTERN
};

/* HTTP's part of a client. */
struct http_client {
    uint8_t state;  /* enum http_state */
    uint8_t source; /* enum http_source */
    bool keeps_alive;
    struct http_scan scan;
    uint32_t outbox_at, outbox_n; /* what of the outbox has been written; its size */
    char *outbox;               /* response octets that the send buffer had no room for, or NULL */
    uint64_t offset, remaining; /* of the content still to be sent */
    uint64_t to_skip; /* octets of the request's body; while lingering, how many more are borne */
    struct file file; /* open while it is sent */
};

/* Where one request at a time is worked on. */
struct http_scratch {
    char head[HTTP_HEAD_MAX];
    char out[HTTP_RESPONSE_HEAD_MAX + HTTP_PAGE_MAX];
    char page[HTTP_PAGE_MAX];
    char chunk[HTTP_CHUNK_BYTES];
    char date[HTTP_DATE_SIZE];
    int64_t date_s; /* what `date` says */
    struct http_target target;
};

#endif
