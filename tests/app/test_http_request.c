/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_request.h"
#include "app/http_scan.h"
#include "dice.h"
#include "tap.h"

static void read_text(struct http_request *request, const char *text) {
    http_request_read(request, text, strlen(text));
}

#define WORDS_ARE(words, text)                                                                     \
    do {                                                                                           \
        CHECK_EQ((words).n, strlen(text));                                                         \
        if ((words).n == strlen(text)) CHECK_MEM((words).at, text, strlen(text));                  \
    } while (0)

TEST(a_request_is_taken_apart)
{
    struct http_request request;
    read_text(&request, "GET /a/b?c=d HTTP/1.1\r\nHost: x:80\r\nRANGE: bytes=1-2 \t\r\n"
                        "If-None-Match: \"a\", \"b\"\r\nAccept: */*\r\n\r\n");
    CHECK_EQ(request.refusal, 0);
    CHECK(!request.is_head);
    CHECK(!request.is_old);
    CHECK(request.keeps_alive);
    CHECK_EQ(request.body_bytes, 0);
    WORDS_ARE(request.target, "/a/b?c=d");
    WORDS_ARE(request.fields[HTTP_FIELD_host], "x:80");
    WORDS_ARE(request.fields[HTTP_FIELD_range], "bytes=1-2");
    WORDS_ARE(request.fields[HTTP_FIELD_if_none_match], "\"a\", \"b\"");
    CHECK(request.fields[HTTP_FIELD_if_match].at == NULL);
}

TEST(a_field_sent_twice_counts_as_not_sent)
{
    struct http_request request;
    read_text(&request, "GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1\r\nRange: bytes=2-3\r\n\r\n");
    CHECK_EQ(request.refusal, 0);
    CHECK_EQ(request.times[HTTP_FIELD_range], 2);
    CHECK(request.fields[HTTP_FIELD_range].at == NULL);
}

struct request_row {
    unsigned refusal;
    bool keeps_alive;
    const char *name, *text;
};

#define KEPT true
#define ENDS false
#define ROW(refusal, keeps_alive, name, text)                                                      \
    { refusal, keeps_alive, name, text }

TEST(requests_are_refused_or_kept_alive_as_they_deserve)
{
    static const struct request_row rows[] = {
        ROW(0, KEPT, "HTTP/1.1 keeps alive", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ROW(0, ENDS, "HTTP/1.1 with close does not",
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        ROW(0, ENDS, "HTTP/1.0 does not", "GET / HTTP/1.0\r\n\r\n"),
        ROW(0, KEPT, "HTTP/1.0 that asks for it does",
            "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"),
        ROW(0, KEPT, "HEAD is served", "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ROW(0, KEPT, "an empty Host is one", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        ROW(0, KEPT, "an upgrade is not taken up",
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
        ROW(400, ENDS, "no Host", "GET / HTTP/1.1\r\n\r\n"),
        ROW(400, ENDS, "two Hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"),
        ROW(400, ENDS, "two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n"),
        ROW(400, ENDS, "a Host with a space", "GET / HTTP/1.1\r\nHost: x y\r\n\r\n"),
        ROW(400, ENDS, "a Host with a user", "GET / HTTP/1.1\r\nHost: u@x\r\n\r\n"),
        ROW(400, ENDS, "a Host with a path", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n"),
        ROW(400, ENDS, "a space before the colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n"),
        ROW(400, ENDS, "a space in a name", "GET / HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n"),
        ROW(400, ENDS, "a field without a name", "GET / HTTP/1.1\r\nHost: x\r\n: c\r\n\r\n"),
        ROW(400, ENDS, "a field without a colon", "GET / HTTP/1.1\r\nHost: x\r\nabc\r\n\r\n"),
        ROW(400, ENDS, "a target with a space", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"),
        ROW(400, ENDS, "no target", "GET HTTP/1.1\r\nHost: x\r\n\r\n"),
        ROW(400, ENDS, "a target that is no path", "GET x HTTP/1.1\r\nHost: x\r\n\r\n"),
        ROW(505, ENDS, "HTTP/0.9", "GET /\r\n\r\n"),
        ROW(505, ENDS, "HTTP/2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n"),
        ROW(400, ENDS, "HTTP/1.10", "GET / HTTP/1.10\r\nHost: x\r\n\r\n"),
        ROW(400, ENDS, "http/1.1", "GET / http/1.1\r\nHost: x\r\n\r\n"),
        ROW(405, KEPT, "POST", "POST / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ROW(405, KEPT, "OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"),
        ROW(405, ENDS, "CONNECT", "CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n"),
        ROW(405, KEPT, "POST with a short body",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"),
        ROW(405, ENDS, "POST with a long body",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n"),
        ROW(501, ENDS, "an unknown method", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ROW(501, ENDS, "a method in lower case", "get / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ROW(501, ENDS, "HTTP/2 by prior knowledge", "PRI * HTTP/2.0\r\n\r\n"),
        ROW(400, ENDS, "a method that is no token", "G@T / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ROW(400, ENDS, "a method alone", "BREW\r\n\r\n"),
        ROW(0, KEPT, "a short body", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\n\r\n"),
        ROW(413, ENDS, "a long body", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n"),
        ROW(400, ENDS, "a body longer than 64 bits can tell",
            "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n"),
        ROW(400, ENDS, "a negative length",
            "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
        ROW(400, ENDS, "a length with a sign",
            "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n"),
        ROW(400, ENDS, "a hexadecimal length",
            "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1\r\n\r\n"),
        ROW(400, ENDS, "an empty length", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n"),
        ROW(400, ENDS, "two lengths",
            "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n"),
        ROW(400, ENDS, "a list of lengths",
            "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\n"),
        ROW(0, ENDS, "a chunked body ends the connection",
            "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"),
        ROW(400, ENDS, "a chunked body with a length",
            "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ROW(400, ENDS, "the same the other way round",
            "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"),
        ROW(501, ENDS, "an encoding that is not known",
            "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
        ROW(501, ENDS, "an encoding that only ends like one",
            "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n"),
        ROW(400, ENDS, "two encodings",
            "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n"),
        ROW(400, ENDS, "an encoding in HTTP/1.0",
            "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ROW(0, ENDS, "a body that waits for a word from us",
            "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("request: %s", rows[i].name) {
            struct http_request request;
            read_text(&request, rows[i].text);
            CHECK_EQ(request.refusal, rows[i].refusal);
            CHECK_EQ(request.keeps_alive, rows[i].keeps_alive);
        }
    }
}

/* What a scan lets through never leads outside the head, whatever it is. */
TEST(random_octets_are_read_or_refused)
{
    static const char *const pieces[] = {"GET ",
                                         "HEAD ",
                                         "/",
                                         "/a%2",
                                         " HTTP/1.1",
                                         "\r\n",
                                         "\n",
                                         "Host:",
                                         "Host",
                                         ": ",
                                         "x",
                                         "\r",
                                         "\xff",
                                         " ",
                                         "Content-Length: ",
                                         "5",
                                         "Range: bytes=",
                                         "Transfer-Encoding: chunked",
                                         "\t",
                                         "-"};
    struct dice dice = {1};
    unsigned complete = 0;
    for (unsigned long round = 0; round < tap_seeds(100000); round++) {
        char text[512];
        size_t n = 0;
        if (dice_below(&dice, 2)) n = (size_t)sprintf(text, "GET / HTTP/1.1\r\nHost: x\r\n");
        for (unsigned i = 0; i < 12; i++) {
            const char *piece = pieces[dice_below(&dice, sizeof pieces / sizeof pieces[0])];
            n += (size_t)snprintf(text + n, sizeof text - n, "%s", piece);
        }
        n += (size_t)snprintf(text + n, sizeof text - n, "\r\n\r\n");
        struct http_scan scan = {0};
        size_t end = http_scan(&scan, text, n);
        if (scan.state != HTTP_SCAN_DONE) continue;
        /* A copy of just that size, so that a sanitizer sees a step too far. */
        char *head = malloc(end);
        struct http_request request;
        memcpy(head, text, end);
        http_request_read(&request, head, end);
        if (request.refusal == 0) complete++;
        for (unsigned f = 0; f < HTTP_FIELD_COUNT; f++) {
            struct http_words words = request.fields[f];
            if (words.at) CHECK(words.at >= head && words.at + words.n <= head + end);
        }
        free(head);
    }
    CHECK(complete > 0);
}
