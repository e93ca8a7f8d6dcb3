/* SPDX-License-Identifier: BSD-2-Clause */
#define _DEFAULT_SOURCE
#include <time.h>

#include "app/http_date.h"
#include "dice.h"
#include "tap.h"

static bool date_of(const char *text, int64_t *unix_s) {
    return http_date_read((struct http_words){text, strlen(text)}, 1700000000, unix_s);
}

TEST(the_three_forms_of_a_date_say_the_same)
{
    static const char *const rows[] = {
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("%s", rows[i]) {
            int64_t unix_s = 0;
            CHECK(date_of(rows[i], &unix_s));
            CHECK_EQ(unix_s, 784111777);
        }
    }
}

TEST(dates_agree_with_the_calendar_of_the_c_library)
{
    struct dice dice = {2};
    for (unsigned i = 0; i < 20000; i++) {
        int64_t unix_s = (int64_t)(dice_u64(&dice) % (253402300799u + 62135596800u)) - 62135596800;
        if (i < 4000) unix_s = (int64_t)i * 86400 * 37 - (i % 2); /* the edges of days */
        char got[HTTP_DATE_SIZE], wanted[64];
        struct tm tm;
        time_t t = (time_t)unix_s;
        gmtime_r(&t, &tm);
        size_t n = strftime(wanted, sizeof wanted, "%a, %d %b ", &tm);
        snprintf(wanted + n, sizeof wanted - n, "%04d %02d:%02d:%02d GMT", tm.tm_year + 1900,
                 tm.tm_hour, tm.tm_min, tm.tm_sec);
        http_date_write(got, unix_s);
        if (!CHECK_STR(got, wanted)) return;
        int64_t again = 0;
        CHECK(date_of(got, &again));
        if (!CHECK_EQ(again, unix_s)) return;
    }
}

TEST(dates_beyond_the_calendar_stay_in_it)
{
    char date[HTTP_DATE_SIZE];
    http_date_write(date, INT64_MAX);
    CHECK_STR(date, "Fri, 31 Dec 9999 23:59:59 GMT");
    http_date_write(date, INT64_MIN);
    CHECK_STR(date, "Mon, 01 Jan 0001 00:00:00 GMT");
}

TEST(a_year_of_two_digits_lies_at_most_fifty_years_ahead)
{
    int64_t unix_s = 0; /* "now" is 2023 */
    CHECK(date_of("Friday, 01-Jan-73 00:00:00 GMT", &unix_s));
    CHECK_EQ(unix_s, 3250454400); /* 2073 */
    CHECK(date_of("Friday, 01-Jan-74 00:00:00 GMT", &unix_s));
    CHECK_EQ(unix_s, 126230400); /* 1974 */
}

TEST(what_is_no_date_is_refused)
{
    static const char *const rows[] = {
        "",
        "now",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Xyz 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 29 Feb 1900 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 19x4 08:49:37 GMT",
        "Sun, -6 Nov 1994 08:49:37 GMT",
        "S\xc3\xbcn, 06 Nov 1994 08:49:37 GMT",
        ", 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov    08:49:37 1994",
        "Sun Nov 6  08:49:37 1994",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("\"%s\"", rows[i]) {
            int64_t unix_s = 0;
            CHECK(!date_of(rows[i], &unix_s));
        }
    }
    CHECK(!http_date_read((struct http_words){NULL, 0}, 0, &(int64_t){0}));
}

TEST(leap_days_and_leap_seconds_are_real)
{
    int64_t unix_s = 0;
    CHECK(date_of("Tue, 29 Feb 2000 00:00:00 GMT", &unix_s));
    CHECK_EQ(unix_s, 951782400);
    CHECK(date_of("Sat, 31 Dec 2016 23:59:60 GMT", &unix_s));
    CHECK_EQ(unix_s, 1483228800);
}
