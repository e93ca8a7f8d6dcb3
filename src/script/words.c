/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/words.h"

enum { DECIMAL_DIGITS_MAX = 9 }; /* in front of the point, and of a scale */

static int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 16;
}

bool word_number(struct word word, int64_t *number) {
    bool is_negative = word_begins(word, "-");
    int64_t value = 0;
    int base = 10;

    if (is_negative || word_begins(word, "+")) word = word_behind(word, 1);
    if (word_begins(word, "0x") || word_begins(word, "0X")) {
        word = word_behind(word, 2);
        base = 16;
    }
    if (word.length == 0) return false;
    for (uint32_t i = 0; i < word.length; i++) {
        int digit = digit_of(word.at[i]);
        if (digit >= base || value > (INT64_MAX - digit) / base) return false;
        value = value * base + digit;
    }
    *number = is_negative ? -value : value;
    return true;
}

bool word_decimal(struct word word, unsigned scale, uint64_t *number) {
    struct word whole = word_until(word, '.'), part = word_behind(word, whole.length);
    uint64_t value = 0;

    if (part.length) part = word_behind(part, 1);
    if (whole.length + part.length == 0 || whole.length > DECIMAL_DIGITS_MAX) return false;
    for (uint32_t i = 0; i < whole.length; i++) {
        if (digit_of(whole.at[i]) > 9) return false;
        value = value * 10 + (uint64_t)digit_of(whole.at[i]);
    }
    for (uint32_t i = 0; i < part.length; i++)
        if (digit_of(part.at[i]) > 9) return false;
    for (uint32_t i = 0; i < scale; i++)
        value = value * 10 + (i < part.length ? (uint64_t)digit_of(part.at[i]) : 0);
    *number = value;
    return true;
}
