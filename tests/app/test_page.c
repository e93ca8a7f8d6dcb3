/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http.h"
#include "app/page.h"
#include "app/pattern.h"
#include "tap.h"

static char memory[HTTP_PAGE_MAX];

static struct tercet_conn_info visitor(void) {
    return (struct tercet_conn_info){
        .local = {.address = {{[10] = 0xff, [11] = 0xff, 198, 18, 0, 2}}, .port = 80   },
        .remote = {.address = {{0x20, 1, 0, 2, [15] = 1}},                 .port = 43210},
        .send_mss_bytes = 1448,
        .receive_mss_bytes = 1460,
        .send_scale = 7,
        .receive_scale = 4,
        .has_timestamps = true,
        .has_window_scale = true,
        .srtt_us = 1234,
        .rttvar_us = 56,
        .rto_us = 200000,
        .cwnd_bytes = 14480,
        .send_window_bytes = 1234567,
        .receive_window_bytes = 999,
        .retransmits = 1,
    };
}

static const char *plain_of(const struct tercet_conn_info *info) {
    struct text text;
    text_init(&text, memory, sizeof memory);
    page_put_plain(info, &text);
    CHECK(!text.cut);
    return memory;
}

static const char *html_of(const struct tercet_conn_info *info) {
    struct text text;
    text_init(&text, memory, sizeof memory);
    page_put_html(info, &text);
    CHECK(!text.cut);
    return memory;
}

TEST(the_page_shows_the_visitors_connection)
{
    struct tercet_conn_info info = visitor();
    static const char *const rows[] = {
        "198.18.0.2:80",
        "[2001:2::1]:43210",
        "1.234 ms, give or take 0.056 ms; timeout 200.0 ms",
        "14,480 octets, 10 segments",
        "at most 1,448 octets to you, 1,460 octets from you",
        "yours 7, ours 4",
        "yours 1,234,567 octets, ours 999 octets",
        "1 segment",
        "window scale 7, timestamps",
        "MSS 1460, window scale 4, timestamps",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("the text says: %s", rows[i]) {
            CHECK(strstr(plain_of(&info), rows[i]));
        }
        TEST_ROW ("the page says: %s", rows[i]) {
            CHECK(strstr(html_of(&info), rows[i]));
        }
    }
}

TEST(an_address_has_one_text)
{
    static const struct {
        uint8_t octets[16];
        const char *text;
    } rows[] = {
        {{0},                                                       "[::]:1"               },
        {{[15] = 1},                                                "[::1]:1"              },
        {{[1] = 1},                                                 "[1::]:1"              },
        {{0x20, 1, 0, 2, [15] = 1},                                 "[2001:2::1]:1"        },
        {{0x20, 1, [7] = 1, [15] = 1},                              "[2001:0:0:1::1]:1"    },
        {{0x20, 1, 0xd, 0xb8, [9] = 1, [15] = 1},                   "[2001:db8::1:0:0:1]:1"},
        {{0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0},          "[1:2:3:4:5:6:7:0]:1"  },
        {{0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 0, 0, 7, 0, 8},          "[1:2:3:4:5:0:7:8]:1"  },
        {{0xab, 0xcd, 0xef, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0},
         "[abcd:ef01:100:100:100:100:100:100]:1"                                           },
        {{[10] = 0xff, 0xff, 0, 0, 255, 255},                       "0.0.255.255:1"        },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("an address has one text: %s", rows[i].text) {
            struct tercet_conn_info info = {.remote = {.port = 1}};
            char line[100];
            memcpy(info.remote.address.octets, rows[i].octets, 16);
            snprintf(line, sizeof line, "\nyou                %s\n", rows[i].text);
            CHECK(strstr(plain_of(&info), line));
        }
    }
}

TEST(no_place_of_the_templates_stays_empty)
{
    struct tercet_conn_info info = visitor();
    CHECK(!strstr(html_of(&info), "[["));
    CHECK(!strstr(html_of(&info), "<dd></dd>"));
    CHECK(!strstr(plain_of(&info), "[["));
    CHECK(!strstr(plain_of(&info), "  \n"));
}

TEST(what_was_not_agreed_is_said)
{
    struct tercet_conn_info info = {.receive_mss_bytes = 536};
    CHECK(strstr(plain_of(&info), "timestamps         not agreed\n"));
    CHECK(strstr(plain_of(&info), "window scale       not agreed\n"));
    CHECK(strstr(plain_of(&info), "round trip         not measured yet\n"));
    CHECK(strstr(plain_of(&info), "MSS 536\n"));
}

TEST(the_largest_values_fit)
{
    struct tercet_conn_info info = visitor();
    memset(&info.remote.address, 0xfe, sizeof info.remote.address);
    info.srtt_us = info.rttvar_us = info.rto_us = info.cwnd_bytes = UINT32_MAX;
    info.send_window_bytes = info.receive_window_bytes = info.retransmits = UINT32_MAX;
    info.has_sack = true;
    CHECK(strstr(html_of(&info), "4,294,967,295 octets"));
}

/* Fetched by nobody but the visitor: the page loads nothing from anywhere. */
TEST(the_page_needs_no_other_resource)
{
    struct tercet_conn_info info = visitor();
    const char *html = html_of(&info);
    CHECK(!strstr(html, "src="));
    CHECK(!strstr(html, "url("));
    CHECK(!strstr(html, "@import"));
    CHECK(!strstr(html, "<script"));
    CHECK(!strstr(html, "https:"));
    for (const char *link = html; (link = strstr(link, "href=\"")) != NULL; link += 6)
        CHECK(strncmp(link + 6, "/", 1) == 0 || strncmp(link + 6, "data:", 5) == 0);
}

TEST(the_pattern_is_that_of_rfc_864)
{
    uint32_t n;
    const char *pattern = pattern_at(0, &n);
    CHECK(n >= PATTERN_BYTES * (PATTERN_COPIES - 1));
    CHECK_MEM(pattern,
              "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefgh\r\n"
              "\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghi\r\n",
              2 * PATTERN_LINE);
    CHECK_MEM(pattern + 94 * PATTERN_LINE, " !\"#", 4); /* the last line of the rotation */
    for (uint64_t at = 0; at < 3 * PATTERN_BYTES; at += 61) {
        uint32_t there;
        CHECK_EQ(*pattern_at(at, &there), pattern[at % PATTERN_BYTES]);
        CHECK(there >= PATTERN_BYTES * (PATTERN_COPIES - 1));
    }
    CHECK_EQ(*pattern_at(UINT64_MAX, &n), pattern[UINT64_MAX % PATTERN_BYTES]);
}
