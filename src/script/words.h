/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_WORDS_H
#define TERCET_SCRIPT_WORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "script/characters.h"
#include "script/syntax.h"

/* What is asked of slices of text. */

static inline struct word word_of(const char *string) {
    return (struct word){string, (uint32_t)strlen(string)};
}

static inline bool word_is(struct word word, const char *string) {
    size_t n = strlen(string);

    return word.length == n && memcmp(word.at, string, n) == 0;
}

/* Whether @word is @string, capitals or not. */
static inline bool word_is_like(struct word word, const char *string) {
    uint32_t i = 0;

    for (; i < word.length && string[i]; i++) {
        if (word.at[i] == string[i]) continue;
        if (!char_is_letter(string[i]) || (word.at[i] ^ string[i]) != 0x20) return false;
    }
    return i == word.length && !string[i];
}

static inline bool word_equal(struct word a, struct word b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

/* The octets from @from up to @until. */
static inline struct word word_between(const char *from, const char *until) {
    return (struct word){from, (uint32_t)(until - from)};
}

static inline bool word_begins(struct word word, const char *string) {
    size_t n = strlen(string);

    return word.length >= n && memcmp(word.at, string, n) == 0;
}

/* @word without its first @n octets, of which it has as many. */
static inline struct word word_behind(struct word word, uint32_t n) {
    return (struct word){word.at + n, word.length - n};
}

/* The octets in front of the first @c, all when there is none. */
static inline struct word word_until(struct word word, char c) {
    const char *at = word.at;

    while (at < word.at + word.length && *at != c)
        at++;
    return (struct word){word.at, (uint32_t)(at - word.at)};
}

/* The octets behind the last @c, all when there is none. */
static inline struct word word_behind_last(struct word word, char c) {
    uint32_t n = word.length;

    while (n && word.at[n - 1] != c)
        n--;
    return word_behind(word, n);
}

static inline bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* @word without the blanks around it. */
static inline struct word word_trimmed(struct word word) {
    while (word.length && is_blank(word.at[0]))
        word = word_behind(word, 1);
    while (word.length && is_blank(word.at[word.length - 1]))
        word.length--;
    return word;
}

/*
 * Take the next part off the front of @rest, parted by blanks and commas.  Return: it; of length 0: there is no more
 */
static inline struct word word_next(struct word *rest) {
    const char *at = rest->at, *end = at + rest->length, *from;

    while (at < end && (is_blank(*at) || *at == ','))
        at++;
    for (from = at; at < end && !is_blank(*at) && *at != ',';)
        at++;
    *rest = (struct word){at, (uint32_t)(end - at)};
    return (struct word){from, (uint32_t)(at - from)};
}

/* The whole of @word as a number: decimal or 0x..., perhaps with a sign.  Return: whether it is one */
bool word_number(struct word word, int64_t *number);

/*
 * The whole of @word as a number with decimals, times 10^@scale: 1.5 at scale 6 is 1500000; more decimals are cut.
 * Return: whether it is one, not negative and below 10^9
 */
bool word_decimal(struct word word, unsigned scale, uint64_t *number);

#endif
