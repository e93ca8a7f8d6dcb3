/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_scan.h"
#include "tap.h"

struct row {
    const char *name, *bytes;
    size_t n;
    size_t seen; /* octets when it stopped */
    enum http_scan_state state;
    bool is_in_fields;
};

#define LINE   false
#define FIELDS true

#define ROW(state, seen, where, name, bytes)                                                       \
    { name, bytes, sizeof bytes - 1, seen, HTTP_SCAN_##state, where }

static const struct row rows[] = {
    ROW(DONE, 27, FIELDS, "a whole head ends behind its empty line",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET"),
    ROW(DONE, 24, FIELDS, "LF alone ends lines too", "GET / HTTP/1.1\nHost: a\n\nx"),
    ROW(DONE, 18, FIELDS, "a head without fields", "GET / HTTP/1.0\r\n\r\n"),
    ROW(DONE, 23, FIELDS, "empty lines before it are part of it", "\r\n\n\r\nGET / HTTP/1.0\r\n\r\n"),
    ROW(START, 5, LINE, "nothing but empty lines is no beginning", "\r\n\r\n\n"),
    ROW(LINE, 13, LINE, "a request line that goes on", "GET /aaaaaaaa"),
    ROW(LINE, 23, FIELDS, "a field that goes on", "GET / HTTP/1.1\r\nHost: a"),
    ROW(DONE, 25, FIELDS, "octets from 0x80 on may stand in a value",
        "GET / HTTP/1.1\r\nX: \xc3\xa4\r\n\r\n"),
    ROW(DONE, 24, FIELDS, "a tab may stand in a value", "GET / HTTP/1.1\r\nX:\ta\r\n\r\n"),
    ROW(BAD, 7, LINE, "a NUL in the request line", "GET /a\0b HTTP/1.1\r\n\r\n"),
    ROW(BAD, 20, FIELDS, "a NUL in a value", "GET / HTTP/1.1\r\nX: \0\r\n\r\n"),
    ROW(BAD, 17, FIELDS, "a NUL at the start of a field", "GET / HTTP/1.1\r\n\0"),
    ROW(BAD, 6, LINE, "an escape character", "GET /\x1b"),
    ROW(BAD, 6, LINE, "DEL", "GET /\x7f"),
    ROW(BAD, 7, LINE, "a CR without LF in the request line", "GET /\rx"),
    ROW(BAD, 22, FIELDS, "a CR without LF in a field", "GET / HTTP/1.1\r\nX: a\rY: b\r\n\r\n"),
    ROW(BAD, 2, LINE, "a CR without LF before the request", "\rG"),
    ROW(BAD, 18, FIELDS, "a CR without LF at the end", "GET / HTTP/1.1\r\n\rx"),
    ROW(BAD, 16, LINE, "two CRs", "GET / HTTP/1.1\r\r\n"),
    ROW(BAD, 23, FIELDS, "a folded line", "GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n"),
    ROW(BAD, 23, FIELDS, "a line folded by a tab", "GET / HTTP/1.1\r\nX: a\r\n\tb\r\n\r\n"),
    ROW(BAD, 17, FIELDS, "white space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
    ROW(BAD, 1, LINE, "a TLS client", "\x16\x03\x01\x02"),
    ROW(BAD, 1, LINE, "white space before the method", " GET / HTTP/1.1"),
};

TEST(a_head_is_seen_to_its_end_whole)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        TEST_ROW ("scanned at once: %s", row->name) {
            struct http_scan scan = {0};
            CHECK_EQ(http_scan(&scan, row->bytes, row->n), row->seen);
            CHECK_EQ(scan.state, row->state);
            CHECK_EQ(scan.seen, row->seen);
            CHECK_EQ(scan.is_in_fields, row->is_in_fields);
        }
    }
}

TEST(a_head_is_seen_to_its_end_in_pieces)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        TEST_ROW ("split at every octet: %s", row->name) {
            for (size_t cut = 0; cut <= row->n; cut++) {
                struct http_scan scan = {0};
                size_t first = http_scan(&scan, row->bytes, cut);
                size_t second = http_scan(&scan, row->bytes + first, row->n - first);
                CHECK_EQ(first + second, row->seen);
                CHECK_EQ(scan.state, row->state);
                CHECK_EQ(scan.is_in_fields, row->is_in_fields);
            }
        }
        TEST_ROW ("octet by octet: %s", row->name) {
            struct http_scan scan = {0};
            for (size_t at = 0; at < row->n; at++)
                http_scan(&scan, row->bytes + at, 1);
            CHECK_EQ(scan.seen, row->seen);
            CHECK_EQ(scan.state, row->state);
        }
    }
}
