/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_request.h"

#include <http_parser.h>
#include <string.h>
#include <strings.h>

/*
 * The parsing is libhttp-parser's. Debian builds it without its strict checks, so what those would
 * have refused is refused here: a space in a field's name, and (by the scan before) control
 * characters and folded lines. Whatever leaves doubt about where the next request begins ends the
 * connection after the answer.
 */
struct reading {
    struct http_request *request;
    int field; /* enum http_field whose value comes next, or -1 */
    bool has_space;
    bool is_complete;
};

static int on_target(http_parser *parser, const char *at, size_t n) {
    struct reading *reading = parser->data;
    reading->request->target = (struct http_words){at, n};
    return 0;
}

static int on_name(http_parser *parser, const char *at, size_t n) {
    static const char *const names[HTTP_FIELD_COUNT] = {
#define HTTP_FIELD_NAME(member, name) name,
        HTTP_FIELDS(HTTP_FIELD_NAME)
#undef HTTP_FIELD_NAME
    };
    struct reading *reading = parser->data;
    reading->field = -1;
    if (memchr(at, ' ', n)) reading->has_space = true;
    for (int i = 0; i < HTTP_FIELD_COUNT; i++) {
        if (strlen(names[i]) == n && strncasecmp(names[i], at, n) == 0) reading->field = i;
    }
    return 0;
}

static int on_value(http_parser *parser, const char *at, size_t n) {
    struct reading *reading = parser->data;
    struct http_request *request = reading->request;
    if (reading->field < 0) return 0;
    while (n > 0 && (at[n - 1] == ' ' || at[n - 1] == '\t'))
        n--;
    uint8_t *times = &request->times[reading->field];
    if (*times < UINT8_MAX) ++*times;
    request->fields[reading->field] = *times == 1 ? (struct http_words){at, n}
                                                  : (struct http_words){NULL, 0};
    return 0;
}

static int on_head(http_parser *parser) {
    struct reading *reading = parser->data;
    reading->is_complete = true;
    http_parser_pause(parser, 1); /* the body is not its business */
    return 0;
}

static bool is_token(char c) {
    char lower = (char)(c | 0x20);
    if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9')) return true;
    return c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

/* A method that the parser does not know is 501 when it can be one at all. */
static unsigned refusal_of_method(const char *bytes, size_t n) {
    size_t i = 0;
    while (i < n && (bytes[i] == '\r' || bytes[i] == '\n'))
        i++;
    size_t start = i;
    while (i < n && is_token(bytes[i]))
        i++;
    return i > start && i < n && bytes[i] == ' ' ? 501 : 400;
}

static bool is_host(struct http_words host) {
    for (size_t i = 0; i < host.n; i++) {
        unsigned char c = (unsigned char)host.at[i];
        if (c <= ' ' || c >= 0x7f || strchr("/?#@\\<>\"", c)) return false;
    }
    return true;
}

/* What RFC 9112 asks of a head beyond its grammar. */
static unsigned refusal_of(const http_parser *parser, const struct http_request *request) {
    struct http_words encoding = request->fields[HTTP_FIELD_transfer_encoding];
    if (parser->http_major != 1) return 505;
    if (!request->is_old && request->times[HTTP_FIELD_host] == 0) return 400;
    if (request->times[HTTP_FIELD_host] > 1) return 400;
    if (!is_host(request->fields[HTTP_FIELD_host])) return 400;
    if (request->times[HTTP_FIELD_transfer_encoding] > 1) return 400;
    if (encoding.at && request->is_old) return 400;
    if (encoding.at && (encoding.n != 7 || strncasecmp(encoding.at, "chunked", 7) != 0)) return 501;
    if (parser->method != HTTP_GET && parser->method != HTTP_HEAD) return 405;
    if (request->body_bytes > HTTP_BODY_MAX) return 413;
    return 0;
}

static void request_settle(struct http_request *request, const http_parser *parser) {
    bool has_length = parser->flags & F_CONTENTLENGTH;
    request->is_head = parser->method == HTTP_HEAD;
    request->is_old = parser->http_major == 1 && parser->http_minor == 0;
    request->body_bytes = has_length ? parser->content_length : 0;
    request->refusal = refusal_of(parser, request);
    request->keeps_alive = http_should_keep_alive(parser) && parser->method != HTTP_CONNECT;
    if (request->refusal != 0 && request->refusal != 405) request->keeps_alive = false;
    /*
     * Not worth it: a body of unknown length, one that is long, one that waits for a word from us.
     */
    if (request->times[HTTP_FIELD_transfer_encoding] > 0) request->keeps_alive = false;
    if (request->body_bytes > HTTP_BODY_MAX) request->keeps_alive = false;
    if (request->times[HTTP_FIELD_expect] > 0) request->keeps_alive = false;
}

void http_request_read(struct http_request *request, const char *bytes, size_t n) {
    static const http_parser_settings settings = {
        .on_url = on_target,
        .on_header_field = on_name,
        .on_header_value = on_value,
        .on_headers_complete = on_head,
    };
    struct reading reading = {.request = request, .field = -1};
    http_parser parser;
    memset(request, 0, sizeof *request);
    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = &reading;
    http_parser_execute(&parser, &settings, bytes, n);

    request->refusal = 400;
    if (HTTP_PARSER_ERRNO(&parser) == HPE_INVALID_METHOD)
        request->refusal = refusal_of_method(bytes, n);
    if (!reading.is_complete || reading.has_space) return;
    request_settle(request, &parser);
}
