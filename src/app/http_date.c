/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_date.h"

#include <string.h>

#include "base/text.h"

enum { DAY_S = 86400 };

static const char week_days[] = "ThuFriSatSunMonTueWed"; /* 1 January 1970 was a Thursday */
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/*
 * Days from 1 January 1970 to a date of the Gregorian calendar. The year is taken to begin in
 * March: then a leap day is its last, and the lengths of the months before follow (153 * m + 2) /
 * 5.
 */
static int64_t days_of(int64_t year, int month, int day) {
    int64_t shifted_year = month > 2 ? year : year - 1;
    int64_t era = shifted_year / 400; /* from year 1 on it is not negative */
    int64_t year_of_era = shifted_year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

/* The same the other way. */
static void days_split(int64_t days, int64_t *year, int *month, int *day) {
    int64_t shifted = days + 719468;
    int64_t era = shifted / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                           day_of_era / 146096) /
                          365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t from_march = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * from_march + 2) / 5 + 1);
    *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *year = year_of_era + era * 400 + (*month <= 2 ? 1 : 0);
}

static void put_two(struct text *text, int64_t value) {
    text_char(text, (char)('0' + value / 10 % 10));
    text_char(text, (char)('0' + value % 10));
}

static void put_clock(struct text *text, int64_t second_of_day) {
    put_two(text, second_of_day / 3600);
    text_char(text, ':');
    put_two(text, second_of_day / 60 % 60);
    text_char(text, ':');
    put_two(text, second_of_day % 60);
}

void http_date_write(char date[HTTP_DATE_SIZE], int64_t unix_s) {
    const int64_t first = -62135596800, last = 253402300799; /* years 1 to 9999 */
    struct text text;
    int64_t year;
    int month, day;
    if (unix_s < first) unix_s = first;
    if (unix_s > last) unix_s = last;
    int64_t second = (unix_s % DAY_S + DAY_S) % DAY_S;
    int64_t days = (unix_s - second) / DAY_S;
    days_split(days, &year, &month, &day);

    text_init(&text, date, HTTP_DATE_SIZE);
    text_bytes(&text, week_days + (days % 7 + 7) % 7 * 3, 3);
    text_put(&text, ", ");
    put_two(&text, day);
    text_char(&text, ' ');
    text_bytes(&text, months + (month - 1) * 3, 3);
    text_char(&text, ' ');
    put_two(&text, year / 100);
    put_two(&text, year % 100);
    text_char(&text, ' ');
    put_clock(&text, second);
    text_put(&text, " GMT");
}

struct moment {
    int year, month, day, hour, minute, second;
};

static int *moment_number(struct moment *moment, char letter) {
    switch (letter) {
    case 'D': return &moment->day;
    case 'Y': return &moment->year;
    case 'h': return &moment->hour;
    case 'm': return &moment->minute;
    case 's': return &moment->second;
    default: return NULL;
    }
}

/*
 * Match @words against a template: D M Y h m s stand for digits (a D also for a space before a
 * one-digit day), NNN for the name of a month, W for any letter; all else for itself.
 */
static bool moment_read(struct http_words words, const char *template, struct moment *moment) {
    if (strlen(template) != words.n) return false;
    *moment = (struct moment){.month = 0};
    for (size_t i = 0; i < words.n; i++) {
        char c = words.at[i];
        int digit = c - '0';
        int *number = moment_number(moment, template[i]);
        if (template[i] == 'D' && c == ' ' && moment->day == 0 && template[i + 1] == 'D') continue;
        if (number && (digit < 0 || digit > 9)) return false;
        if (number)
            *number = *number * 10 + digit;
        else if (template[i] == 'W' && ((c | 0x20) < 'a' || (c | 0x20) > 'z'))
            return false;
        else if (!strchr("WN", template[i]) && template[i] != c)
            return false;
    }
    const char *name = strchr(template, 'N');
    for (int m = 0; m < 12; m++) {
        if (memcmp(months + 3 * m, words.at + (name - template), 3) == 0) moment->month = m + 1;
    }
    return moment->month > 0;
}

static bool moment_is_real(const struct moment *moment) {
    static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = moment->year % 4 == 0 && (moment->year % 100 != 0 || moment->year % 400 == 0);
    int length = lengths[moment->month - 1] + (moment->month == 2 && is_leap ? 1 : 0);
    if (moment->year < 1 || moment->day < 1 || moment->day > length) return false;
    return moment->hour < 24 && moment->minute < 60 && moment->second <= 60; /* a leap second */
}

/*
 * RFC 850's year of two digits: the past year that ends so when it would lie more than 50 years
 * ahead.
 */
static int year_complete(int year, int64_t now_s) {
    int64_t now_year;
    int month, day;
    days_split(now_s / DAY_S, &now_year, &month, &day);
    int64_t full = now_year - now_year % 100 + year;
    return (int)(full > now_year + 50 ? full - 100 : full);
}

/* RFC 850 writes the day of the week in full: cut it at the comma. */
static bool moment_read_850(struct http_words words, int64_t now_s, struct moment *moment) {
    const char *comma = words.n > 0 ? memchr(words.at, ',', words.n) : NULL;
    if (!comma || comma - words.at < 6 || comma - words.at > 9) return false;
    struct http_words rest = {comma, words.n - (size_t)(comma - words.at)};
    if (!moment_read(rest, ", DD-NNN-YY hh:mm:ss GMT", moment)) return false;
    moment->year = year_complete(moment->year, now_s);
    return true;
}

bool http_date_read(struct http_words words, int64_t now_s, int64_t *unix_s) {
    struct moment moment;
    if (!words.at) return false;
    if (!moment_read(words, "WWW, DD NNN YYYY hh:mm:ss GMT", &moment) &&
        !moment_read(words, "WWW NNN DD hh:mm:ss YYYY", &moment) &&
        !moment_read_850(words, now_s, &moment))
        return false;
    if (!moment_is_real(&moment)) return false;
    *unix_s = days_of(moment.year, moment.month, moment.day) * DAY_S + moment.hour * 3600 +
              moment.minute * 60 + moment.second;
    return true;
}
