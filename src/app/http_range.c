/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_range.h"

#include <stdbool.h>
#include <strings.h>

/*
 * Digits at the beginning of @words, which moves behind them; numbers beyond 64 bits count as the
 * largest.
 * Return: false when there is no digit.
 */
static bool digits_read(struct http_words *words, uint64_t *number) {
    size_t n = 0;
    *number = 0;
    for (; n < words->n && words->at[n] >= '0' && words->at[n] <= '9'; n++) {
        if (__builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, (uint64_t)(words->at[n] - '0'), number))
            *number = UINT64_MAX;
    }
    words->at += n;
    words->n -= n;
    return n > 0;
}

static void blanks_skip(struct http_words *words) {
    while (words->n > 0 && (words->at[0] == ' ' || words->at[0] == '\t')) {
        words->at++;
        words->n--;
    }
}

/* The last @length octets. */
static enum http_range_kind range_suffix(uint64_t length, uint64_t size, uint64_t *first,
                                         uint64_t *last) {
    if (length == 0 || size == 0) return HTTP_RANGE_BEYOND;
    *first = length < size ? size - length : 0;
    *last = size - 1;
    return HTTP_RANGE_PART;
}

enum http_range_kind http_range_read(struct http_words words, uint64_t size, uint64_t *first,
                                     uint64_t *last) {
    static const char unit[] = "bytes=";
    const size_t unit_n = sizeof unit - 1;
    uint64_t from, to;
    if (words.n < unit_n || strncasecmp(words.at, unit, unit_n) != 0) return HTTP_RANGE_NONE;
    words.at += unit_n;
    words.n -= unit_n;
    blanks_skip(&words);
    bool has_from = digits_read(&words, &from);
    if (words.n == 0 || words.at[0] != '-') return HTTP_RANGE_NONE;
    words.at++;
    words.n--;
    bool has_to = digits_read(&words, &to);
    blanks_skip(&words);
    if (words.n > 0 || (!has_from && !has_to)) return HTTP_RANGE_NONE;

    if (!has_from) return range_suffix(to, size, first, last);
    if (has_to && to < from) return HTTP_RANGE_NONE;
    if (from >= size) return HTTP_RANGE_BEYOND;
    *first = from;
    *last = has_to && to < size ? to : size - 1;
    return HTTP_RANGE_PART;
}
