/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of TCP in packets. */
#include "tap.h"

#include "parsing.h"

/* The options of a packet that leaves. */
static const struct packet_option *options_of(const char *options) {
    char text[256];
    const struct script_packet *packet;

    snprintf(text, sizeof text, "0 > . 1:1(0) ack 1 <%s>", options);
    packet = parse_one_packet(text);
    if (!packet || !CHECK(packet->has_options) || !CHECK(!packet->options_are_any)) return NULL;
    return packet->options;
}

/* The only one. */
static const struct packet_option *option_of(const char *text, enum packet_option_kind kind) {
    const struct packet_option *option = options_of(text);

    if (!CHECK(option && !option->next) || !CHECK_EQ(option->kind, kind)) return NULL;
    return option;
}

static void check_number(struct number number, uint32_t value) {
    CHECK(number.is_given && !number.is_any && !number.is_absolute);
    CHECK_EQ(number.value, value);
}

TEST(options_keep_their_order_and_have_places)
{
    static const enum packet_option_kind kinds[] = {PACKET_OPTION_MSS,    PACKET_OPTION_SACK_OK,
                                                    PACKET_OPTION_TS,     PACKET_OPTION_NOP,
                                                    PACKET_OPTION_WSCALE, PACKET_OPTION_EOL};
    const struct packet_option *option = options_of(
        "mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7,eol");
    size_t n = 0;

    CHECK_EQ(option->place.line, 1);
    CHECK_EQ(option->place.column, 21);
    CHECK_EQ(option->next->place.column, 30);
    for (; option && n < 6; option = option->next)
        CHECK_EQ(option->kind, kinds[n++]);
    CHECK_EQ(n, 6);
    CHECK(!option);
}

TEST(an_empty_list_of_options_is_one)
{
    CHECK(!options_of(""));
    CHECK(!options_of("  "));
}

TEST(options_that_are_not_compared)
{
    const struct script_packet *packet = parse_one_packet("0 > S 0:0(0) < ... >");

    if (packet) CHECK(packet->options_are_any && packet->has_options && !packet->options);
}

TEST(mss_and_window_scale)
{
    const struct packet_option *option = option_of("mss 0x5b4", PACKET_OPTION_MSS);

    if (option) CHECK_EQ(option->value, 1460);
    option = option_of("wscale 14", PACKET_OPTION_WSCALE);
    if (option) CHECK_EQ(option->value, 14);
}

TEST(timestamps)
{
    const struct packet_option *option = option_of("TS val 4294967295 ecr 0", PACKET_OPTION_TS);

    if (!option) return;
    check_number(option->ts_val, 4294967295u);
    check_number(option->ts_ecr, 0);
    option = option_of("TS val ... ecr 5!", PACKET_OPTION_TS);
    if (!option) return;
    CHECK(option->ts_val.is_any);
    CHECK(option->ts_ecr.is_absolute && option->ts_ecr.value == 5);
    option = option_of("TS val 7! ecr *", PACKET_OPTION_TS);
    if (!option) return;
    CHECK(option->ts_val.is_absolute && option->ts_val.value == 7);
    CHECK(option->ts_ecr.is_any);
}

TEST(sack_blocks)
{
    static const char *const texts[] = {"sack 1:11 4294967290:5 21:31",
                                        "sack 1:11, 4294967290:5,21:31",
                                        "sack 1:11 4294967290:5,21:31"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const struct packet_option *option = option_of(texts[i], PACKET_OPTION_SACK);

        if (!option || !CHECK_EQ(option->n_blocks, 3)) continue;
        check_number(option->left[0], 1);
        check_number(option->right[0], 11);
        check_number(option->left[1], 4294967290u);
        check_number(option->right[1], 5);
        check_number(option->left[2], 21);
        check_number(option->right[2], 31);
    }
}

TEST(four_sack_blocks_and_what_follows)
{
    const struct packet_option *option = options_of("sack 1:2 3:4 5:6! 7!:8,nop");

    CHECK_EQ(option->n_blocks, 4);
    CHECK(!option->left[2].is_absolute && option->right[2].is_absolute);
    CHECK(option->left[3].is_absolute && !option->right[3].is_absolute);
    CHECK_EQ(option->next->kind, PACKET_OPTION_NOP);
}

TEST(options_of_octets)
{
    static const struct {
        const char *text;
        enum packet_option_kind kind;
        uint8_t n, first, last;
    } rows[] = {
        {"FO",                                   PACKET_OPTION_FO,    0,  0,    0   },
        {"FO a1b2c3d4",                          PACKET_OPTION_FO,    4,  0xa1, 0xd4},
        {"FO 0123456789abcdef",                  PACKET_OPTION_FO,    8,  0x01, 0xef},
        {"FO 12345678",                          PACKET_OPTION_FO,    4,  0x12, 0x78},
        {"FO ABCDEF01",                          PACKET_OPTION_FO,    4,  0xab, 0x01},
        {"FO 00112233445566778899aabbccddeeff",  PACKET_OPTION_FO,    16, 0x00, 0xff},
        {"FO 0x0102",                            PACKET_OPTION_FO,    2,  1,    2   },
        {"FOEXP",                                PACKET_OPTION_FOEXP, 0,  0,    0   },
        {"FOEXP 01ff",                           PACKET_OPTION_FOEXP, 2,  1,    0xff},
        {"md5 00112233445566778899aabbccddeeff", PACKET_OPTION_MD5,   16, 0x00, 0xff},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("%s", rows[i].text) {
            const struct packet_option *option = option_of(rows[i].text, rows[i].kind);

            if (!option || !CHECK_EQ(option->n_bytes, rows[i].n) || !option->n_bytes) break;
            CHECK_EQ(option->bytes[0], rows[i].first);
            CHECK_EQ(option->bytes[option->n_bytes - 1], rows[i].last);
        }
    }
}

TEST(a_signature_that_would_have_to_be_made_is_foreign)
{
    static const char *const texts[] = {"md5", "md5 valid", "md5 invalid"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char text[64];
        const struct script_packet *packet;

        snprintf(text, sizeof text, "0 < . 1:1(0) win 5 <nop,%s,nop>", texts[i]);
        packet = parse_one_packet(text);
        if (!packet) continue;
        CHECK_STR(word_string(packet->unsupported), "md5");
        CHECK_EQ(packet->options->next->kind, PACKET_OPTION_MD5);
        CHECK_EQ(packet->options->next->n_bytes, 0);
    }
}

TEST(any_option_at_all)
{
    const struct packet_option *option = option_of("kind 253 f989aabb", PACKET_OPTION_RAW);

    if (!option) return;
    CHECK_EQ(option->raw_kind, 253);
    CHECK_MEM(option->bytes, "\xf9\x89\xaa\xbb", 4);
    CHECK_EQ(option->n_bytes, 4);
    option = option_of("kind 9", PACKET_OPTION_RAW);
    if (!option) return;
    CHECK_EQ(option->raw_kind, 9);
    CHECK_EQ(option->n_bytes, 0);
}

TEST(counters_of_accurate_ecn)
{
    static const struct {
        const char *text;
        uint8_t order;
        int64_t e0b, ceb, e1b; /* -1: left out */
    } rows[] = {
        {"ECN e0b 1 ceb 2 e1b 16777215", 0, 1,  2,  16777215},
        {"ECN e1b 1 ceb 2 e0b 3",        1, 3,  2,  1       },
        {"ECN e0b 1 ceb 2",              0, 1,  2,  -1      },
        {"ECN e1b 1",                    1, -1, -1, 1       },
        {"AccECN e0b 5",                 0, 5,  -1, -1      },
        {"ECN",                          0, -1, -1, -1      },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("%s", rows[i].text) {
            const struct packet_option *option = option_of(rows[i].text, PACKET_OPTION_ACCECN);

            if (!option) break;
            CHECK_EQ(option->accecn_order, rows[i].order);
            CHECK_EQ(option->e0b.is_given ? (int64_t)option->e0b.value : -1, rows[i].e0b);
            CHECK_EQ(option->ceb.is_given ? (int64_t)option->ceb.value : -1, rows[i].ceb);
            CHECK_EQ(option->e1b.is_given ? (int64_t)option->e1b.value : -1, rows[i].e1b);
        }
    }
}

TEST(capitals_do_not_matter_to_names_of_options)
{
    const struct packet_option *option = options_of("MSS 5,SackOk,ts val 1 ecr 2,fo");

    CHECK_EQ(option->kind, PACKET_OPTION_MSS);
    CHECK_EQ(option->next->kind, PACKET_OPTION_SACK_OK);
    CHECK_EQ(option->next->next->kind, PACKET_OPTION_TS);
    CHECK_EQ(option->next->next->next->kind, PACKET_OPTION_FO);
}

TEST(options_may_fill_a_header)
{
    CHECK(options_of("sack 1:2 3:4 5:6 7:8,mss 5,nop,eol") != NULL);
    CHECK(options_of("kind 1 0001020304050607080910111213141516171819"
                     "202122232425262728293031323334353637") != NULL);
    CHECK(options_of(
              "nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,"
              "nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop") !=
          NULL);
}

#define OPTION_EXPECTED                                                                            \
    "expected an option (mss N, wscale N, sackOK, sack N:N, TS val N ecr N, nop, eol, FO, FOEXP, md5, ECN), found "
#define TOO_LONG "the options up to this one take more than a header's 40 octets"

TEST(options_that_are_none)
{
    static const struct {
        const char *text, *complaint;
    } rows[] = {
        {"0 > . 1:1(0) <mss>",                                                             "1:18: expected an MSS, found `>`"                        },
        {"0 > . 1:1(0) <mss 65536>",                                                       "1:19: expected an MSS (up to 65535), found `65536`"      },
        {"0 > . 1:1(0) <wscale 256>",                                                      "1:22: expected a window scale (up to 255), found `256`"  },
        {"0 > . 1:1(0) <mss 5 nop>",                                                       "1:21: expected `,` or `>`, found `nop`"                  },
        {"0 > . 1:1(0) <mss 5,>",                                                          "1:21: " OPTION_EXPECTED "`>`"                            },
        {"0 > . 1:1(0) <mms 5>",                                                           "1:15: " OPTION_EXPECTED "`mms`"                          },
        {"0 > . 1:1(0) <5>",                                                               "1:15: " OPTION_EXPECTED "`5`"                            },
        {"0 > . 1:1(0) <mss 5",                                                            "1:20: expected `,` or `>`, found the end of the script"  },
        {"0 > . 1:1(0) <mss 5\n+0 > F",                                                    "1:20: expected `,` or `>`, found the end of the line"    },
        {"0 > . 1:1(0) <",                                                                 "1:15: " OPTION_EXPECTED "the end of the script"          },
        {"0 > . 1:1(0) <...,nop>",                                                         "1:18: expected `>`, found `,`"                           },
        {"0 < . 1:1(0) win 5 <...>",
         "1:21: expected options (a packet that arrives cannot have any: `...`), found `...`"                                                        },
        {"0 > . 1:1(0) <TS 1 2>",                                                          "1:18: expected `val` (TS val N ecr N), found `1`"        },
        {"0 > . 1:1(0) <TS val 1>",                                                        "1:23: expected `ecr` (TS val N ecr N), found `>`"        },
        {"0 > . 1:1(0) <TS val x ecr 2>",                                                  "1:22: expected a timestamp, found `x`"                   },
        {"0 < . 1:1(0) win 5 <TS val 1 ecr ...>",                                          "1:34: expected a timestamp, found `...`"                 },
        {"0 > . 1:1(0) <sack>",                                                            "1:19: expected a block, like 1:1001, found `>`"          },
        {"0 > . 1:1(0) <sack 1>",                                                          "1:21: expected `:`, found `>`"                           },
        {"0 > . 1:1(0) <sack 1:>",                                                         "1:22: expected an edge, found `>`"                       },
        {"0 > . 1:1(0) <sack 1:2 3:4 5:6 7:8 9:10>",
         "1:36: expected `,` or `>` (4 blocks at most), found `9`"                                                                                   },
        {"0 > . 1:1(0) <FO abc>",
         "1:18: expected octets as pairs of hexadecimal digits, found `abc`"                                                                         },
        {"0 > . 1:1(0) <FO COOKIE>",
         "1:18: expected octets as pairs of hexadecimal digits, found `COOKIE`"                                                                      },
        {"0 > . 1:1(0) <md5 00112233445566778899aabbccddeeff00>",
         "1:19: expected fewer octets (up to 16), found `00112233445566778899aabbccddeeff...`"                                                       },
        {"0 > . 1:1(0) <ECN ceb 1>",
         "1:19: expected counters in the order e0b ceb e1b or e1b ceb e0b, found `ceb`"                                                              },
        {"0 > . 1:1(0) <ECN e0b 1 e1b 2>",
         "1:25: expected counters in the order e0b ceb e1b or e1b ceb e0b, found `e1b`"                                                              },
        {"0 > . 1:1(0) <ECN e0b 16777216>",
         "1:23: expected a counter (up to 16777215), found `16777216`"                                                                               },
        {"0 > . 1:1(0) <kind 256>",                                                        "1:20: expected a kind of option (up to 255), found `256`"},
        {"0 > . 1:1(0) <kind>",                                                            "1:19: expected a kind of option, found `>`"              },
        {"0 > . 1:1(0) <sack 1:2 3:4 5:6 7:8,mss 5,nop,eol,nop>",                          "1:50: " TOO_LONG                                         },
        {"0 > . 1:1(0) <TS val 1 ecr 2,TS val 1 ecr 2,TS val 1 ecr 2,TS val 1 ecr 2,nop>",
         "1:75: " TOO_LONG                                                                                                                           },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("`%s` is refused", rows[i].text) {
            CHECK_STR(parse_complaint(rows[i].text), rows[i].complaint);
        }
    }
}
