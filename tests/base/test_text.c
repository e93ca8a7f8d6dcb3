/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"
#include "must_fail.h"
#include "tap.h"

static char memory[200];
static struct text text;

static struct text *fresh(void) {
    text_init(&text, memory, sizeof memory);
    return &text;
}

TEST(integers_of_every_size_are_written)
{
    static const struct {
        uint64_t value;
        const char *decimal;
        const char *hex;
    } rows[] = {
        {0,          "0",                    "0"               },
        {9,          "9",                    "9"               },
        {10,         "10",                   "a"               },
        {4294967295, "4294967295",           "ffffffff"        },
        {UINT64_MAX, "18446744073709551615", "ffffffffffffffff"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        text_u64(fresh(), rows[i].value);
        CHECK_STR(memory, rows[i].decimal);
        text_hex(fresh(), rows[i].value, 0);
        CHECK_STR(memory, rows[i].hex);
    }
    text_hex(fresh(), 0xbeef, 8);
    CHECK_STR(memory, "0000beef");
    text_hex(fresh(), 0xbeef, 2);
    CHECK_STR(memory, "beef");
    text_hex(fresh(), 0, 16);
    CHECK_STR(memory, "0000000000000000");
    text_i64(fresh(), INT64_MIN);
    text_i64(&text, -1);
    text_i64(&text, 0);
    text_i64(&text, INT64_MAX);
    CHECK_STR(memory, "-9223372036854775808-109223372036854775807");
}

TEST(fixed_point_is_rounded_half_up)
{
    static const struct {
        uint64_t value;
        unsigned scale, decimals;
        const char *wanted;
    } rows[] = {
        {1234567,    6,  3,  "1.235"                 },
        {1234499,    6,  3,  "1.234"                 },
        {1234500,    6,  3,  "1.235"                 },
        {999999,     6,  3,  "1.000"                 },
        {999499,     6,  3,  "0.999"                 },
        {0,          6,  3,  "0.000"                 },
        {5,          0,  2,  "5.00"                  },
        {5,          1,  0,  "1"                     },
        {4,          1,  0,  "0"                     },
        {7,          0,  0,  "7"                     },
        {12,         1,  3,  "1.200"                 },
        {1000001,    6,  6,  "1.000001"              },
        {UINT64_MAX, 0,  1,  "18446744073709551615.0"},
        {UINT64_MAX, 19, 0,  "2"                     },
        {UINT64_MAX, 19, 19, "1.8446744073709551615" },
        {UINT64_MAX, 1,  0,  "1844674407370955162"   },
        {UINT64_MAX, 9,  3,  "18446744073.710"       },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        text_fixed(fresh(), rows[i].value, rows[i].scale, rows[i].decimals);
        CHECK_STR(memory, rows[i].wanted);
    }
}

TEST(padding_reaches_its_column_from_any_start)
{
    text_put(fresh(), "ab");
    text_pad(&text, 0, 5);
    text_put(&text, "cde");
    text_pad(&text, 5, 3);
    text_pad(&text, 5, 4);
    text_char(&text, '|');
    text_pad(&text, 0, 2);
    CHECK_STR(memory, "ab   cde |");
    CHECK(!text.cut);
}

TEST(what_does_not_fit_is_cut_and_said)
{
    for (size_t capacity = 1; capacity <= 12; capacity++) {
        memset(memory, 'x', sizeof memory);
        text_init(&text, memory, capacity);
        text_put(&text, "0123456");
        text_u64(&text, 789);
        CHECK_EQ(strlen(memory), capacity <= 10 ? capacity - 1 : 10);
        CHECK_EQ(text.used, strlen(memory));
        CHECK(memcmp(memory, "0123456789", text.used) == 0);
        CHECK_EQ(memory[capacity], 'x');
        CHECK_EQ(text.cut, capacity <= 10);
    }
    text_init(&text, memory, 4);
    text_pad(&text, 0, 1000000);
    CHECK_STR(memory, "   ");
    CHECK(text.cut);
}

TEST(misuse_is_stopped)
{
    CHECK(MUST_FAILS(text_init(&text, memory, 0)));
    fresh();
    CHECK(MUST_FAILS(text_hex(&text, 1, 17)));
    CHECK(MUST_FAILS(text_fixed(&text, 1, 20, 1)));
}
