/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_response.h"

#include "app/http_date.h"

const char *http_status_words(unsigned status) {
    switch (status) {
    case 200: return "OK";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 416: return "Range Not Satisfiable";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
    }
}

static void put_field(struct text *text, const char *name, const char *value) {
    text_put(text, name);
    text_put(text, ": ");
    text_put(text, value);
    text_put(text, "\r\n");
}

static void put_length(const struct http_response *response, struct text *text) {
    if (response->status == 304) return; /* it would have to be that of the 200 */
    text_put(text, "Content-Length: ");
    text_u64(text, response->length);
    text_put(text, "\r\n");
}

static void put_range(const struct http_response *response, struct text *text) {
    if (response->has_ranges) put_field(text, "Accept-Ranges", "bytes");
    if (response->status != 206 && response->status != 416) return;
    text_put(text, "Content-Range: bytes ");
    if (response->status == 206) {
        text_u64(text, response->first);
        text_char(text, '-');
        text_u64(text, response->last);
    } else {
        text_char(text, '*');
    }
    text_char(text, '/');
    text_u64(text, response->size);
    text_put(text, "\r\n");
}

static void put_validators(const struct http_validators *validators, struct text *text) {
    char date[HTTP_DATE_SIZE];
    if (!validators || !validators->are_known) return;
    http_date_write(date, validators->modified_s);
    put_field(text, "Last-Modified", date);
    put_field(text, "ETag", validators->tag);
}

static void put_connection(const struct http_response *response, struct text *text) {
    if (!response->keeps_alive)
        put_field(text, "Connection", "close");
    else if (response->is_old)
        put_field(text, "Connection", "keep-alive");
}

void http_response_put(const struct http_response *response, const char *date, struct text *text) {
    text_put(text, "HTTP/1.1 ");
    text_u64(text, response->status);
    text_char(text, ' ');
    text_put(text, http_status_words(response->status));
    text_put(text, "\r\n");
    put_field(text, "Server", "tercet");
    put_field(text, "Date", date);
    if (response->moved) {
        text_put(text, "Location: ");
        http_target_put_folder(response->moved, text);
        text_put(text, "\r\n");
    }
    if (response->status == 405) put_field(text, "Allow", "GET, HEAD");
    if (response->status == 503) put_field(text, "Retry-After", "1");
    if (response->type) {
        put_field(text, "Content-Type", response->type);
        put_field(text, "X-Content-Type-Options", "nosniff");
    }
    if (response->is_dynamic) {
        put_field(text, "Cache-Control", "no-store");
        put_field(text, "Content-Security-Policy",
                  "default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    }
    put_length(response, text);
    put_range(response, text);
    put_validators(response->validators, text);
    put_connection(response, text);
    text_put(text, "\r\n");
}
