/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/shell_arithmetic.h"

#include "script/characters.h"
#include "script/words.h"

enum { DEPTH_MAX = 16 };

struct sum {
    struct shell_text *text;
    unsigned depth;
};

static bool sum_read(struct sum *sum, int64_t *value);

/* The next octet that is no blank, which stays; 0 at the end. */
static char next_octet(const struct sum *sum) {
    struct shell_text *text = sum->text;

    while (text->at < text->end && (*text->at == ' ' || *text->at == '\t'))
        text->at++;
    return text->at < text->end ? *text->at : 0;
}

static bool number_read(struct sum *sum, int64_t *value) {
    const char *from = sum->text->at;

    while (sum->text->at < sum->text->end && char_is_word(*sum->text->at))
        sum->text->at++;
    return word_number((struct word){from, (uint32_t)(sum->text->at - from)}, value);
}

static bool factor_read(struct sum *sum, int64_t *value) {
    bool is_fine;

    if (next_octet(sum) != '(') return number_read(sum, value);
    if (++sum->depth > DEPTH_MAX) return false;
    sum->text->at++;
    is_fine = sum_read(sum, value) && next_octet(sum) == ')';
    if (is_fine) sum->text->at++;
    sum->depth--;
    return is_fine;
}

static bool product_read(struct sum *sum, int64_t *value) {
    int64_t right;

    if (!factor_read(sum, value)) return false;
    for (char c = next_octet(sum); c == '*' || c == '/' || c == '%'; c = next_octet(sum)) {
        sum->text->at++;
        if (!factor_read(sum, &right)) return false;
        if (c == '*' && __builtin_mul_overflow(*value, right, value)) return false;
        if (c == '*') continue;
        if (right == 0 || right == -1) return false; /* -1: the one quotient that has no room */
        *value = c == '/' ? *value / right : *value % right;
    }
    return true;
}

static bool sum_read(struct sum *sum, int64_t *value) {
    int64_t right;

    if (!product_read(sum, value)) return false;
    for (char c = next_octet(sum); c == '+' || c == '-'; c = next_octet(sum)) {
        sum->text->at++;
        if (!product_read(sum, &right)) return false;
        if (c == '+' && __builtin_add_overflow(*value, right, value)) return false;
        if (c == '-' && __builtin_sub_overflow(*value, right, value)) return false;
    }
    return true;
}

bool shell_arithmetic(struct shell_text *text, int64_t *value) {
    struct sum sum = {.text = text};

    text->at += 3;
    if (!sum_read(&sum, value) || next_octet(&sum) != ')') return false;
    if (text->end - text->at < 2 || text->at[1] != ')') return false;
    text->at += 2;
    return true;
}
