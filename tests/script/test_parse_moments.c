/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include "parsing.h"

static const struct moment *moment_of(const char *text) {
    const struct event *event = parse_event(text);

    return event ? &event->moment : NULL;
}

TEST(moments_of_an_instant)
{
    static const struct {
        const char *text;
        enum moment_kind kind;
        int64_t us;
    } rows[] = {
        {"0",          MOMENT_ABSOLUTE, 0               },
        {"1",          MOMENT_ABSOLUTE, 1000000         },
        {"1.5",        MOMENT_ABSOLUTE, 1500000         },
        {".1",         MOMENT_ABSOLUTE, 100000          },
        {"0.000001",   MOMENT_ABSOLUTE, 1               },
        {"0.0000014",  MOMENT_ABSOLUTE, 1               },
        {"0.0000015",  MOMENT_ABSOLUTE, 2               },
        {"0.9999999",  MOMENT_ABSOLUTE, 1000000         },
        {"3.",         MOMENT_ABSOLUTE, 3000000         },
        {"0012.250",   MOMENT_ABSOLUTE, 12250000        },
        {"1000000000", MOMENT_ABSOLUTE, 1000000000000000},
        {"+0",         MOMENT_RELATIVE, 0               },
        {"+.1",        MOMENT_RELATIVE, 100000          },
        {"+ 0.25",     MOMENT_RELATIVE, 250000          },
        {"*",          MOMENT_ANY,      0               },
        {"",           MOMENT_RELATIVE, 0               },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[64];
        const struct moment *moment;

        snprintf(text, sizeof text, "%s > R 1:1(0)", rows[i].text);
        TEST_ROW ("the moment `%s`", rows[i].text) {
            moment = moment_of(text);
            if (!moment) break;
            CHECK_EQ(moment->kind, rows[i].kind);
            CHECK_EQ(moment->at_us, rows[i].us);
            CHECK(!moment->is_range && !moment->is_blocking && !moment->until_is_relative);
            CHECK_EQ(moment->until_us, 0);
        }
    }
}

TEST(moments_with_an_end)
{
    static const struct {
        const char *text;
        bool is_range;
        enum moment_kind kind;
        bool is_relative;
        int64_t at_us, until_us;
    } rows[] = {
        {"1~2 > R 1:1(0)",           true,  MOMENT_ABSOLUTE, false, 1000000, 2000000},
        {"1~1 > R 1:1(0)",           true,  MOMENT_ABSOLUTE, false, 1000000, 1000000},
        {"1 ~ 2.5 > R 1:1(0)",       true,  MOMENT_ABSOLUTE, false, 1000000, 2500000},
        {"1~+2 > R 1:1(0)",          true,  MOMENT_ABSOLUTE, true,  1000000, 2000000},
        {"+1~+2 > R 1:1(0)",         true,  MOMENT_RELATIVE, true,  1000000, 1000000},
        {"+0.1~+0.2 > R 1:1(0)",     true,  MOMENT_RELATIVE, true,  100000,  100000 },
        {"+0~+0 > R 1:1(0)",         true,  MOMENT_RELATIVE, true,  0,       0      },
        {"0...0.2 close(3) = 0",     false, MOMENT_ABSOLUTE, false, 0,       200000 },
        {"0.1...0.3 close(3) = 0",   false, MOMENT_ABSOLUTE, false, 100000,  300000 },
        {"0 ... 0.2 close(3) = 0",   false, MOMENT_ABSOLUTE, false, 0,       200000 },
        {".1....2 close(3) = 0",     false, MOMENT_ABSOLUTE, false, 100000,  200000 },
        {"1...+0.2 close(3) = 0",    false, MOMENT_ABSOLUTE, true,  1000000, 200000 },
        {"+0...+0.200 close(3) = 0", false, MOMENT_RELATIVE, true,  0,       200000 },
        {"+0...0.200 close(3) = 0",  false, MOMENT_RELATIVE, true,  0,       200000 },
        {"+.1...0.3 close(3) = 0",   false, MOMENT_RELATIVE, true,  100000,  200000 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("the moment of `%s`", rows[i].text) {
            const struct moment *moment = moment_of(rows[i].text);

            if (!moment) break;
            CHECK_EQ(moment->is_range, rows[i].is_range);
            CHECK_EQ(moment->is_blocking, !rows[i].is_range);
            CHECK_EQ(moment->kind, rows[i].kind);
            CHECK_EQ(moment->until_is_relative, rows[i].is_relative);
            CHECK_EQ(moment->at_us, rows[i].at_us);
            CHECK_EQ(moment->until_us, rows[i].until_us);
        }
    }
}

TEST(moments_that_are_none)
{
    static const char what[] = "expected a time in seconds, like 0.1 or +.1, found ";
    static const struct {
        const char *text, *place, *found;
    } rows[] = {
        {"1s > R 1:1(0)",               "1:1: ", "`1s`"                     },
        {"0x10 > R 1:1(0)",             "1:1: ", "`0x10`"                   },
        {"1.2.3 > R 1:1(0)",            NULL,    NULL                       },
        {"+ > R 1:1(0)",                "1:3: ", "`>`"                      },
        {"++1 > R 1:1(0)",              "1:2: ", "`+`"                      },
        {"+-1 > R 1:1(0)",              "1:2: ", "`-`"                      },
        {"+",                           "1:2: ", "the end of the script"    },
        {"1~ > R 1:1(0)",               "1:4: ", "`>`"                      },
        {"0...\n> R 1:1(0)",            "1:5: ", "the end of the line"      },
        {"1000000001 > R 1:1(0)",       "1:1: ", "`1000000001`"             },
        {"99999999999999999999999 > R", "1:1: ", "`99999999999999999999999`"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char wanted[200];

        TEST_ROW ("`%s` is no moment", rows[i].text) {
            if (!rows[i].place) {
                CHECK(parse_complaint(rows[i].text)[0] != 0);
                break;
            }
            snprintf(wanted, sizeof wanted, "%s%s%s", rows[i].place, what, rows[i].found);
            CHECK_STR(parse_complaint(rows[i].text), wanted);
        }
    }
}

TEST(moments_that_do_not_fit_their_event)
{
    static const struct {
        const char *text, *complaint;
    } rows[] = {
        {"2~1 > R 1:1(0)",         "1:3: this time ends before it begins"                        },
        {"+.2~+.1 > R 1:1(0)",     "1:5: this time ends before it begins"                        },
        {"0.2...0.1 close(3) = 0", "1:7: this time ends before it begins"                        },
        {"0...1 > R 1:1(0)",       "1:1: only a call can last (begin...end)"                     },
        {"0...1 `true`",           "1:1: only a call can last (begin...end)"                     },
        {"0...1 %{ pass }%",       "1:1: only a call can last (begin...end)"                     },
        {"\n +1~+2 close(3) = 0",  "2:2: only a packet that leaves (>) can have a range of times"},
        {"1~2 < R 1:1(0) win 0",   "1:1: only a packet that leaves (>) can have a range of times"},
        {"* < R 1:1(0) win 0",     "1:1: only a packet that leaves (>) can come at any time (*)" },
        {"* close(3) = 0",         "1:1: only a packet that leaves (>) can come at any time (*)" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("`%s` is refused", rows[i].text) {
            CHECK_STR(parse_complaint(rows[i].text), rows[i].complaint);
        }
    }
}
