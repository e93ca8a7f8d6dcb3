/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http.h"
#include "app/pattern.h"
#include "dice.h"
#include "pair.h"
#include "tap.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

static struct visitor *open_http(struct pair *pair, const struct pair_plan *plan) {
    pair_open(pair, plan);
    CHECK_EQ(services_add(pair->services, SERVICES_HTTP, 80, NULL), 0);
    services_set_wall(pair->services, (int64_t)784111776 * 1000000000); /* the clock begins at 1 s */
    return pair_visit(pair, 80);
}

static void close_http(struct pair *pair) {
    pair_settle(pair);
    pair_close(pair);
}

static bool is_pattern(const char *bytes, size_t n, uint64_t from) {
    uint32_t there;
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] != *pattern_at(from + i, &there)) return false;
    }
    return true;
}

TEST(the_page_is_served_and_the_connection_kept)
{
    struct pair pair;
    struct response response;
    struct visitor *visitor = open_http(&pair, NULL);
    visitor_say_text(&pair, visitor, GET("/"));
    pair_run_ms(&pair, 50);
    size_t n = response_read(&response, visitor->heard, visitor->n_heard, false);
    CHECK(n > 0 && n == visitor->n_heard);
    CHECK_EQ(response.status, 200);
    CHECK_STR(response_field(&response, "Date"), "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK_STR(response_field(&response, "Content-Type"), "text/html; charset=utf-8");
    CHECK_STR(response_field(&response, "Cache-Control"), "no-store");
    CHECK(strstr(visitor->heard, "198.18.0.1:") && strstr(visitor->heard, "198.18.0.2:80"));
    visitor_say_text(&pair, visitor, GET("/plain"));
    pair_run_ms(&pair, 50);
    n += response_read(&response, visitor->heard + n, visitor->n_heard - n, false);
    CHECK_EQ(response.status, 200);
    CHECK_EQ(n, visitor->n_heard);
    CHECK(!visitor->has_ended);
    CHECK_EQ(services_counters(pair.services)->requests, 2);
    CHECK_EQ(services_counters(pair.services)->responses[2], 2);
    close_http(&pair);
}

TEST(the_page_is_served_over_ipv6)
{
    struct pair pair;
    struct pair_plan plan;
    pair_plan_init(&plan);
    plan.is_v6 = true;
    struct visitor *visitor = open_http(&pair, &plan);
    visitor_say_text(&pair, visitor, GET("/plain"));
    pair_run_ms(&pair, 50);
    CHECK(visitor->heard && strstr(visitor->heard, "[2001:2::1]:"));
    CHECK(visitor->heard && strstr(visitor->heard, "[2001:2::2]:80"));
    close_http(&pair);
}

/* A response, and how the connection stands after it. */
struct expectation {
    const char *name, *request;
    unsigned status;
    bool keeps_alive;
};

#define KEPT true
#define ENDS false
#define ROW(status, keeps_alive, name, request)                                                    \
    { name, request, status, keeps_alive }

static const struct expectation expectations[] = {
    ROW(200, KEPT, "GET", GET("/")),
    ROW(200, KEPT, "the page by its name", GET("/index.html")),
    ROW(200, KEPT, "the page with a query", GET("/?a=b")),
    ROW(200, KEPT, "absolute form", GET("http://x/plain")),
    ROW(200, ENDS, "close", "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    ROW(200, ENDS, "HTTP/1.0", "GET / HTTP/1.0\r\n\r\n"),
    ROW(200, KEPT, "HTTP/1.0 kept alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
    ROW(404, KEPT, "nothing there", GET("/nothing")),
    ROW(404, KEPT, "a folder of the page", GET("/plain/")),
    ROW(400, KEPT, "dots", GET("/../etc/passwd")),
    ROW(400, KEPT, "encoded dots", GET("/%2e%2e/etc/passwd")),
    ROW(400, KEPT, "a bad escape", GET("/%zz")),
    ROW(400, KEPT, "a NUL", GET("/%00")),
    ROW(404, KEPT, "too many octets", GET("/bytes/1073741825")),
    ROW(404, KEPT, "far too many octets", GET("/bytes/99999999999999999999999999")),
    ROW(404, KEPT, "a negative number of octets", GET("/bytes/-1")),
    ROW(404, KEPT, "no number of octets", GET("/bytes/")),
    ROW(405, KEPT, "POST", "POST / HTTP/1.1\r\nHost: x\r\n\r\n"),
    ROW(405, KEPT, "POST with a body",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"),
    ROW(200, KEPT, "GET with a body", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"),
    ROW(200, ENDS, "a chunked body",
        "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    ROW(413, ENDS, "a body too long to read",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"),
    ROW(405, ENDS, "a body that waits",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"),
    ROW(400, ENDS, "no Host", "GET / HTTP/1.1\r\n\r\n"),
    ROW(501, ENDS, "an unknown method", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n"),
    ROW(505, ENDS, "HTTP/2", "GET / HTTP/2.0\r\n\r\n"),
    ROW(400, ENDS, "TLS", "\x16\x03\x01\x02\x01\x01"),
    ROW(400, ENDS, "a folded line", "GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n"),
};

TEST(each_request_gets_its_answer)
{
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        const struct expectation *row = &expectations[i];
        TEST_ROW ("%s gives %u and %s", row->name, row->status,
                  row->keeps_alive ? "goes on" : "ends") {
            struct pair pair;
            struct response response;
            struct visitor *visitor = open_http(&pair, NULL);
            visitor_say_text(&pair, visitor, row->request);
            pair_run_ms(&pair, 100);
            size_t n = response_read(&response, visitor->heard, visitor->n_heard, false);
            CHECK_EQ(response.status, row->status);
            CHECK_EQ(n, visitor->n_heard);
            CHECK_EQ(visitor->has_ended, !row->keeps_alive);
            if (row->keeps_alive) {
                visitor_say_text(&pair, visitor, GET("/plain"));
                pair_run_ms(&pair, 100);
                CHECK(response_read(&response, visitor->heard + n, visitor->n_heard - n, false) > 0);
                CHECK_EQ(response.status, 200);
            }
            close_http(&pair);
        }
    }
}

TEST(each_request_is_understood_octet_by_octet)
{
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        const struct expectation *row = &expectations[i];
        TEST_ROW ("octet by octet: %s", row->name) {
            struct pair pair;
            struct response response;
            struct visitor *visitor = open_http(&pair, NULL);
            for (const char *c = row->request; *c && !visitor->is_over; c++) {
                visitor_say(&pair, visitor, c, 1);
                pair_run_ms(&pair, 1);
            }
            pair_run_ms(&pair, 100);
            size_t n = response_read(&response, visitor->heard, visitor->n_heard, false);
            CHECK_EQ(response.status, row->status);
            CHECK_EQ(n, visitor->n_heard);
            CHECK_EQ(visitor->has_ended, !row->keeps_alive);
            pair_close(&pair);
        }
    }
}

TEST(a_pipeline_split_at_every_octet_gets_the_same_answers)
{
    static const char requests[] = GET("/plain") "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n" GET(
        "/bytes/10");
    for (size_t cut = 0; cut < sizeof requests; cut++) {
        struct pair pair;
        struct response response;
        struct visitor *visitor = open_http(&pair, NULL);
        visitor_say(&pair, visitor, requests, cut);
        pair_run_ms(&pair, 2);
        visitor_say(&pair, visitor, requests + cut, sizeof requests - 1 - cut);
        pair_run_ms(&pair, 50);
        size_t n = response_read(&response, visitor->heard, visitor->n_heard, false);
        CHECK_EQ(response.status, 200);
        CHECK_EQ(response.n_body == 10, false);
        n += response_read(&response, visitor->heard + n, visitor->n_heard - n, true);
        CHECK_EQ(response.status, 200);
        n += response_read(&response, visitor->heard + n, visitor->n_heard - n, false);
        CHECK_EQ(response.n_body, 10);
        if (!CHECK_EQ(n, visitor->n_heard)) tap_note("cut at %zu", cut);
        pair_close(&pair);
    }
}

static void check_pipeline(const struct pair_plan *plan, unsigned n_requests, uint64_t deaf_ms) {
    struct pair pair;
    struct response response;
    struct visitor *visitor = open_http(&pair, plan);
    visitor_set_deaf(&pair, visitor, deaf_ms > 0);
    for (unsigned i = 0; i < n_requests; i++) {
        char request[80];
        snprintf(request, sizeof request, "GET /%s%u HTTP/1.1\r\nHost: x\r\n\r\n",
                 i % 3 ? "bytes/" : "?", i);
        visitor_say_text(&pair, visitor, request);
    }
    pair_run_ms(&pair, deaf_ms);
    visitor_set_deaf(&pair, visitor, false);
    pair_run_ms(&pair, 60000);
    size_t n = 0;
    for (unsigned i = 0; i < n_requests; i++) {
        size_t one = response_read(&response, visitor->heard + n, visitor->n_heard - n, false);
        if (!CHECK(one > 0)) break;
        n += one;
        CHECK_EQ(response.status, 200);
        if (i % 3) CHECK_EQ(response.n_body, i);
    }
    CHECK_EQ(n, visitor->n_heard);
    CHECK_EQ(services_counters(pair.services)->requests, n_requests);
    close_http(&pair);
}

TEST(a_long_pipeline_is_answered_in_order)
{ check_pipeline(NULL, 500, 0); }

TEST(a_pipeline_waits_for_a_reader_who_begins_late)
{
    struct pair_plan plan;
    pair_plan_init(&plan);
    plan.send_buffer_bytes = 4096; /* less than one page: the rest goes to the outbox */
    check_pipeline(&plan, 200, 20000);
}

TEST(an_outbox_beyond_the_limit_ends_the_connection)
{
    struct pair pair;
    struct pair_plan plan;
    pair_plan_init(&plan);
    plan.send_buffer_bytes = 4096;
    plan.limits.outbox_bytes = 1000;
    struct visitor *visitor = open_http(&pair, &plan);
    visitor_set_deaf(&pair, visitor, true);
    visitor_say_text(&pair, visitor, GET("/"));
    pair_run_ms(&pair, 1000);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    CHECK_EQ(services_counters(pair.services)->aborted, 1);
    close_http(&pair);
}

TEST(head_has_the_fields_of_get_and_no_content)
{
    struct pair pair;
    struct response get, head;
    struct visitor *visitor = open_http(&pair, NULL);
    visitor_say_text(&pair, visitor,
                     GET("/bytes/1000") "HEAD /bytes/1000 HTTP/1.1\r\nHost: x\r\n\r\n");
    pair_run_ms(&pair, 50);
    size_t n = response_read(&get, visitor->heard, visitor->n_heard, false);
    size_t rest = response_read(&head, visitor->heard + n, visitor->n_heard - n, true);
    CHECK_EQ(n + rest, visitor->n_heard);
    CHECK_EQ(get.n_head, head.n_head);
    if (get.n_head == head.n_head) CHECK_MEM(get.head, head.head, get.n_head);
    CHECK_EQ(get.n_body, 1000);
    close_http(&pair);
}

TEST(errors_to_head_have_no_content_either)
{
    struct pair pair;
    struct response response;
    struct visitor *visitor = open_http(&pair, NULL);
    visitor_say_text(&pair, visitor, "HEAD /nothing HTTP/1.1\r\nHost: x\r\n\r\n" GET("/plain"));
    pair_run_ms(&pair, 50);
    size_t n = response_read(&response, visitor->heard, visitor->n_heard, true);
    CHECK_EQ(response.status, 404);
    CHECK(response_read(&response, visitor->heard + n, visitor->n_heard - n, false) > 0);
    CHECK_EQ(response.status, 200);
    close_http(&pair);
}

TEST(so_many_octets_are_sent_as_were_asked_for)
{
    static const struct {
        uint64_t first, n;
        unsigned status, size;
        const char *fields;
    } rows[] = {
        {0,          0,       200, 0,          ""                                       },
        {0,          1,       200, 1,          ""                                       },
        {0,          7030,    200, 7030,       ""                                       },
        {0,          5000000, 200, 5000000,    ""                                       },
        {1073741000, 824,     206, 1073741824, "Range: bytes=1073741000-\r\n"           },
        {70,         7030,    206, 100000,     "Range: bytes=70-7099\r\n"               },
        {95,         5,       206, 100,        "Range: bytes=-5\r\n"                    },
        {0,          100,     200, 100,        "Range: bytes=1-2,3-4\r\n"               },
        {0,          100,     200, 100,        "Range: bytes=1-2\r\nIf-Range: \"x\"\r\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("%" PRIu64 " octets from %" PRIu64 " of %u", rows[i].n, rows[i].first,
                  rows[i].size) {
            struct pair pair;
            struct response response;
            char request[200];
            struct visitor *visitor = open_http(&pair, NULL);
            snprintf(request, sizeof request, "GET /bytes/%u HTTP/1.1\r\nHost: x\r\n%s\r\n",
                     rows[i].size, rows[i].fields);
            visitor_say_text(&pair, visitor, request);
            pair_run_ms(&pair, 20000);
            CHECK_EQ(response_read(&response, visitor->heard, visitor->n_heard, false),
                     visitor->n_heard);
            CHECK_EQ(response.status, rows[i].status);
            if (CHECK_EQ(response.n_body, rows[i].n))
                CHECK(is_pattern(response.body, rows[i].n, rows[i].first));
            close_http(&pair);
        }
    }
}

TEST(a_range_beyond_the_end_is_refused)
{
    struct pair pair;
    struct response response;
    struct visitor *visitor = open_http(&pair, NULL);
    visitor_say_text(&pair, visitor,
                     "GET /bytes/100 HTTP/1.1\r\nHost: x\r\nRange: bytes=100-\r\n\r\n");
    pair_run_ms(&pair, 50);
    CHECK(response_read(&response, visitor->heard, visitor->n_heard, false) > 0);
    CHECK_EQ(response.status, 416);
    CHECK_STR(response_field(&response, "Content-Range"), "bytes */100");
    close_http(&pair);
}

/* Say @prefix and then @n times @filler, and expect @status. */
static void check_oversize(const char *prefix, const char *filler, unsigned n, unsigned status) {
    struct pair pair;
    struct response response;
    struct visitor *visitor = open_http(&pair, NULL);
    visitor_say_text(&pair, visitor, prefix);
    for (unsigned i = 0; i < n; i++)
        visitor_say_text(&pair, visitor, filler);
    pair_run_ms(&pair, 200);
    CHECK_EQ(response_read(&response, visitor->heard, visitor->n_heard, false), visitor->n_heard);
    CHECK_EQ(response.status, status);
    CHECK(visitor->has_ended);
    CHECK_EQ(services_counters(pair.services)->requests, 1);
    close_http(&pair);
}

TEST(heads_without_end_are_refused)
{
    TEST_ROW ("a request line without end") {
        check_oversize("GET /", "aaaaaaaaaa", 900, 414);
    }
    TEST_ROW ("an endless query") {
        check_oversize("GET /?", "a%20", 3000, 414);
    }
    TEST_ROW ("a field without end") {
        check_oversize("GET / HTTP/1.1\r\nHost: x\r\nX: ", "aaaaaaaaaa", 900, 431);
    }
    TEST_ROW ("fields without end") {
        check_oversize("GET / HTTP/1.1\r\nHost: x\r\n", "A: b\r\n", 2000, 431);
    }
}

TEST(a_path_beyond_the_limit_is_too_long)
{
    struct pair pair;
    struct response response;
    struct visitor *visitor = open_http(&pair, NULL);
    visitor_say_text(&pair, visitor, "GET ");
    for (unsigned i = 0; i < 300; i++)
        visitor_say_text(&pair, visitor, "/aaaaaaaaa");
    visitor_say_text(&pair, visitor, " HTTP/1.1\r\nHost: x\r\n\r\n");
    pair_run_ms(&pair, 100);
    CHECK(response_read(&response, visitor->heard, visitor->n_heard, false) > 0);
    CHECK_EQ(response.status, 414);
    close_http(&pair);
}

TEST(empty_lines_without_end_hold_nothing_up)
{
    struct pair pair;
    struct response response;
    struct visitor *visitor = open_http(&pair, NULL);
    for (unsigned i = 0; i < 100000; i++)
        visitor_say(&pair, visitor, "\r\n", 2);
    visitor_say_text(&pair, visitor, GET("/plain"));
    pair_run_ms(&pair, 2000);
    CHECK(response_read(&response, visitor->heard, visitor->n_heard, false) > 0);
    CHECK_EQ(response.status, 200);
    close_http(&pair);
}

TEST(a_head_that_drips_gets_its_time_and_no_more)
{
    struct pair pair;
    struct response response;
    struct visitor *visitor = open_http(&pair, NULL);
    pair_run_ms(&pair, 5000); /* before its first octet the connection is only idle */
    uint64_t start_ms = pair_now_ms(&pair);
    visitor_say_text(&pair, visitor, "GET / HTTP/1.1\r\nX: ");
    for (unsigned i = 0; i < 30 && !visitor->has_ended; i++) {
        visitor_say_text(&pair, visitor, "a");
        pair_run_to_end(&pair, visitor, 500);
    }
    CHECK(visitor->has_ended);
    CHECK(visitor->over_ns / 1000000 >= start_ms + 10000);
    CHECK(visitor->over_ns / 1000000 <= start_ms + 10100);
    CHECK(response_read(&response, visitor->heard, visitor->n_heard, false) > 0);
    CHECK_EQ(response.status, 408);
    CHECK_EQ(services_counters(pair.services)->timed_out, 1);
    visitor_shut_down(&pair, visitor);
    pair_run_ms(&pair, 100);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    close_http(&pair);
}

TEST(an_idle_connection_is_closed_without_a_word)
{
    struct pair pair;
    struct visitor *visitor = open_http(&pair, NULL);
    pair_run_ms(&pair, 59000);
    CHECK(!visitor->has_ended);
    CHECK(pair_run_to_end(&pair, visitor, 2000));
    CHECK(visitor->has_ended);
    CHECK_EQ(visitor->n_heard, 0);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    close_http(&pair);
}

TEST(a_kept_connection_is_idle_from_its_last_response_on)
{
    struct pair pair;
    struct visitor *visitor = open_http(&pair, NULL);
    pair_run_ms(&pair, 50000);
    visitor_say_text(&pair, visitor, GET("/plain"));
    pair_run_ms(&pair, 50000);
    CHECK(visitor->n_heard > 0);
    CHECK(!visitor->has_ended);
    CHECK(pair_run_to_end(&pair, visitor, 75000));
    close_http(&pair);
}

TEST(who_takes_nothing_for_a_minute_is_reset)
{
    struct pair pair;
    struct visitor *visitor = open_http(&pair, NULL);
    visitor_set_deaf(&pair, visitor, true);
    visitor_say_text(&pair, visitor, GET("/bytes/100000000"));
    pair_run_ms(&pair, 50000);
    CHECK_EQ(services_counters(pair.services)->clients, 1);
    pair_run_ms(&pair, 80000);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    CHECK_EQ(services_counters(pair.services)->aborted, 1);
    CHECK(visitor->is_over);
    CHECK_EQ(visitor->reason, TERCET_REASON_RESET);
    close_http(&pair);
}

TEST(who_takes_a_little_now_and_then_is_not_cut_off)
{
    struct pair pair;
    struct visitor *visitor = open_http(&pair, NULL);
    visitor->keeps = 100000;
    visitor_say_text(&pair, visitor, GET("/bytes/20000000"));
    for (unsigned i = 0; i < 30; i++) {
        visitor_set_deaf(&pair, visitor, true);
        pair_run_ms(&pair, 40000);
        visitor_set_deaf(&pair, visitor, false);
        pair_run_ms(&pair, 2);
    }
    CHECK(!visitor->is_over);
    pair_run_ms(&pair, 20000);
    CHECK(visitor->n_heard > 20000000);
    CHECK_EQ(services_counters(pair.services)->aborted, 0);
    close_http(&pair);
}

TEST(a_body_that_does_not_come_ends_the_connection)
{
    struct pair pair;
    struct response response;
    struct visitor *visitor = open_http(&pair, NULL);
    visitor_say_text(&pair, visitor,
                     "GET /plain HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
    pair_run_ms(&pair, 9000);
    CHECK(response_read(&response, visitor->heard, visitor->n_heard, false) == visitor->n_heard);
    CHECK_EQ(response.status, 200);
    CHECK(!visitor->has_ended);
    CHECK(pair_run_to_end(&pair, visitor, 2000));
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    close_http(&pair);
}

TEST(a_body_of_the_largest_size_is_read_over)
{
    struct pair pair;
    struct response response;
    static char body[HTTP_BODY_MAX];
    struct visitor *visitor = open_http(&pair, NULL);
    memset(body, 'G', sizeof body);
    visitor_say_text(&pair, visitor,
                     "GET /plain HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\n\r\n");
    visitor_say(&pair, visitor, body, sizeof body);
    visitor_say_text(&pair, visitor, GET("/bytes/3"));
    pair_run_ms(&pair, 1000);
    size_t n = response_read(&response, visitor->heard, visitor->n_heard, false);
    CHECK_EQ(response.status, 200);
    n += response_read(&response, visitor->heard + n, visitor->n_heard - n, false);
    CHECK_EQ(response.n_body, 3);
    CHECK_EQ(n, visitor->n_heard);
    close_http(&pair);
}

/* Closing with octets unread would reset the connection, and the response might be lost with it. */
TEST(a_response_reaches_a_peer_who_is_still_sending)
{
    struct pair pair;
    struct response response;
    static char body[500000];
    struct visitor *visitor = open_http(&pair, NULL);
    visitor_say_text(&pair, visitor, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n");
    visitor_say(&pair, visitor, body, sizeof body);
    visitor_shut_down(&pair, visitor);
    CHECK(pair_run_to_end(&pair, visitor, 4000));
    CHECK(visitor->has_ended);
    CHECK_EQ(response_read(&response, visitor->heard, visitor->n_heard, false), visitor->n_heard);
    CHECK_EQ(response.status, 405);
    pair_run_ms(&pair, 1000);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    CHECK_EQ(services_counters(pair.services)->aborted, 0);
    close_http(&pair);
}

TEST(a_peer_who_never_stops_sending_is_reset)
{
    struct pair pair;
    char *body = calloc(1, 8 << 20);
    struct visitor *visitor = open_http(&pair, NULL);
    visitor_say_text(&pair, visitor,
                     "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    visitor_say(&pair, visitor, body, 8 << 20);
    pair_run_ms(&pair, 20000);
    CHECK(visitor->is_over);
    CHECK_EQ(visitor->reason, TERCET_REASON_RESET);
    CHECK_EQ(services_counters(pair.services)->aborted, 1);
    CHECK(services_counters(pair.services)->bytes_in < 3 << 20);
    free(body);
    close_http(&pair);
}

TEST(a_peer_who_does_not_close_after_the_last_response_is_left)
{
    struct pair pair;
    struct visitor *visitor = open_http(&pair, NULL);
    visitor_say_text(&pair, visitor, "GET / HTTP/1.0\r\n\r\n");
    pair_run_ms(&pair, 4000);
    CHECK(visitor->has_ended);
    CHECK_EQ(services_counters(pair.services)->clients, 1);
    pair_run_ms(&pair, 8000);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    close_http(&pair);
}

TEST(a_half_closed_peer_gets_his_response)
{
    struct pair pair;
    struct response response;
    struct visitor *visitor = open_http(&pair, NULL);
    visitor_say_text(&pair, visitor, GET("/bytes/3000000"));
    visitor_shut_down(&pair, visitor);
    CHECK(pair_run_to_end(&pair, visitor, 20000));
    CHECK(visitor->has_ended);
    CHECK_EQ(response_read(&response, visitor->heard, visitor->n_heard, false), visitor->n_heard);
    CHECK_EQ(response.n_body, 3000000);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    close_http(&pair);
}

TEST(a_head_cut_off_by_a_fin_is_refused_at_once)
{
    struct pair pair;
    struct response response;
    struct visitor *visitor = open_http(&pair, NULL);
    visitor_say_text(&pair, visitor, "GET / HT");
    pair_run_ms(&pair, 10);
    visitor_shut_down(&pair, visitor);
    pair_run_ms(&pair, 10);
    CHECK(response_read(&response, visitor->heard, visitor->n_heard, false) > 0);
    CHECK_EQ(response.status, 400);
    CHECK(visitor->has_ended);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    close_http(&pair);
}

TEST(two_thousand_clients_get_their_pages)
{
    struct pair pair;
    struct pair_plan plan;
    enum { N = 2000 };
    pair_plan_init(&plan);
    plan.delay_us = 5000;
    open_http(&pair, &plan);
    for (unsigned i = 1; i < N; i++) {
        struct visitor *visitor = pair_visit(&pair, 80);
        visitor_say_text(&pair, visitor, i % 2 ? GET("/plain") : GET("/bytes/20000") GET("/"));
        if (i % 400 == 0) pair_run_ms(&pair, 1);
    }
    pair_run_ms(&pair, 30000);
    unsigned right = 0;
    for (unsigned i = 1; i < N; i++) {
        struct response response;
        struct visitor *visitor = &pair.visitors[i];
        size_t n = response_read(&response, visitor->heard, visitor->n_heard, false);
        if (i % 2 == 0)
            n += response_read(&response, visitor->heard + n, visitor->n_heard - n, false);
        right += n > 0 && n == visitor->n_heard && response.status == 200;
    }
    CHECK_EQ(right, N - 1);
    CHECK_EQ(services_counters(pair.services)->clients, N);
    pair_run_ms(&pair, 70000); /* idle: all are let go */
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    close_http(&pair);
}

/* Whatever is said, in whatever pieces: the services go on, and nothing is left of it. */
TEST(random_conversations_do_no_harm)
{
    static const char *const pieces[] = {
        (GET("/")),
        (GET("/bytes/100000")),
        "GET / HTTP/1.1\r\n",
        "HEAD /plain HTTP/1.1\r\n",
        "Host: x\r\n",
        "\r\n",
        "\n",
        "\r",
        "Content-Length: 70\r\n",
        "Transfer-Encoding: chunked\r\n",
        "5\r\nhello\r\n0\r\n\r\n",
        "Range: bytes=5-\r\n",
        "POST / HTTP/1.0\r\n",
        "\xff\xfe",
        "%00",
        "/..",
        "Connection: close\r\n",
        "A:",
    };
    struct pair pair;
    struct dice dice = {4};
    open_http(&pair, NULL);
    for (unsigned long i = 0; i < tap_seeds(2000); i++) {
        struct visitor *visitor = pair_visit(&pair, 80);
        for (unsigned n = dice_below(&dice, 12); n > 0; n--) {
            const char *piece = pieces[dice_below(&dice, sizeof pieces / sizeof pieces[0])];
            visitor_say(&pair, visitor, piece, 1 + dice_below(&dice, (uint32_t)strlen(piece)));
            if (dice_below(&dice, 4) == 0) pair_run_ms(&pair, dice_below(&dice, 20));
            if (visitor->is_over) break;
        }
        unsigned end = dice_below(&dice, 4);
        if (!visitor->is_over && end == 0) visitor_shut_down(&pair, visitor);
        if (!visitor->is_over && end == 1) visitor_abort(&pair, visitor);
        if (!visitor->is_over && end == 2) visitor_set_deaf(&pair, visitor, true);
    }
    pair_run_ms(&pair, 200000);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    struct visitor *last = pair_visit(&pair, 80);
    visitor_say_text(&pair, last, GET("/plain"));
    pair_run_ms(&pair, 100);
    CHECK(last->heard && strstr(last->heard, "HTTP/1.1 200 OK\r\n") == last->heard);
    close_http(&pair);
}

TEST(responses_come_through_loss)
{
    struct pair pair;
    struct pair_plan plan;
    struct response response;
    pair_plan_init(&plan);
    plan.loss_ppm = 20000;
    struct visitor *visitor = open_http(&pair, &plan);
    visitor_say_text(&pair, visitor, "GET /bytes/500000 HTTP/1.0\r\n\r\n");
    CHECK(pair_run_to_end(&pair, visitor, 600000));
    CHECK_EQ(response_read(&response, visitor->heard, visitor->n_heard, false), visitor->n_heard);
    if (CHECK_EQ(response.n_body, 500000)) CHECK(is_pattern(response.body, 500000, 0));
    close_http(&pair);
}
