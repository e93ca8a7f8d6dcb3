/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_condition.h"

#include <string.h>

#include "app/http_date.h"
#include "base/text.h"

void http_validators_make(struct http_validators *validators, uint64_t inode, uint64_t octets,
                          int64_t modified_s, uint32_t modified_ns) {
    struct text tag;
    text_init(&tag, validators->tag, sizeof validators->tag);
    text_char(&tag, '"');
    text_hex(&tag, (uint64_t)modified_s * 1000000000 + modified_ns, 1);
    text_char(&tag, '-');
    text_hex(&tag, octets, 1);
    text_char(&tag, '-');
    text_hex(&tag, inode, 1);
    text_char(&tag, '"');
    validators->modified_s = modified_s;
    validators->are_known = true;
}

static void list_skip(struct http_words *words) {
    while (words->n > 0 && strchr(" \t,", words->at[0])) {
        words->at++;
        words->n--;
    }
}

/*
 * Take the next entity tag of a list.
 * @tag: its opaque part with the quotes
 * Return: false at the end of the list or when it is malformed.
 */
static bool tag_next(struct http_words *words, struct http_words *tag, bool *is_weak) {
    list_skip(words);
    *is_weak = words->n >= 2 && words->at[0] == 'W' && words->at[1] == '/';
    if (*is_weak) {
        words->at += 2;
        words->n -= 2;
    }
    if (words->n < 2 || words->at[0] != '"') return false;
    const char *end = memchr(words->at + 1, '"', words->n - 1);
    if (!end) return false;
    *tag = (struct http_words){words->at, (size_t)(end - words->at) + 1};
    words->at += tag->n;
    words->n -= tag->n;
    return true;
}

/* Whether the list is "*" or holds our tag; only strong ones count when @is_strict. */
static bool tags_have(struct http_words words, const struct http_validators *validators,
                      bool is_strict) {
    struct http_words tag;
    bool is_weak;
    if (words.n == 1 && words.at[0] == '*') return true;
    while (tag_next(&words, &tag, &is_weak)) {
        if (is_strict && is_weak) continue;
        if (tag.n == strlen(validators->tag) && memcmp(tag.at, validators->tag, tag.n) == 0)
            return true;
    }
    return false;
}

unsigned http_condition_check(const struct http_request *request,
                              const struct http_validators *validators, int64_t now_s) {
    const struct http_words *fields = request->fields;
    int64_t date;
    if (!validators->are_known) return 0;

    if (fields[HTTP_FIELD_if_match].at) {
        if (!tags_have(fields[HTTP_FIELD_if_match], validators, true)) return 412;
    } else if (http_date_read(fields[HTTP_FIELD_if_unmodified_since], now_s, &date)) {
        if (validators->modified_s > date) return 412;
    }
    if (fields[HTTP_FIELD_if_none_match].at)
        return tags_have(fields[HTTP_FIELD_if_none_match], validators, false) ? 304 : 0;
    if (http_date_read(fields[HTTP_FIELD_if_modified_since], now_s, &date))
        return validators->modified_s <= date ? 304 : 0;
    return 0;
}

bool http_condition_has_range(const struct http_request *request,
                              const struct http_validators *validators, int64_t now_s) {
    struct http_words words = request->fields[HTTP_FIELD_if_range];
    struct http_words tag;
    bool is_weak;
    int64_t date;
    if (request->times[HTTP_FIELD_if_range] == 0) return true;
    if (!words.at || !validators->are_known) return false;
    if (http_date_read(words, now_s, &date)) return date == validators->modified_s;
    if (!tag_next(&words, &tag, &is_weak) || is_weak || words.n > 0) return false;
    return tag.n == strlen(validators->tag) && memcmp(tag.at, validators->tag, tag.n) == 0;
}
