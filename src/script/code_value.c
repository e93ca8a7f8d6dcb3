/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/code_value.h"

#include "script/characters.h"
#include "script/words.h"

static const struct code_value no_value;

/* @top / @bottom in lowest terms. */
static enum code_outcome fraction_make(int64_t top, int64_t bottom, struct code_value *value) {
    uint64_t a = top < 0 ? 0 - (uint64_t)top : (uint64_t)top, b;

    if (bottom == 0) return CODE_RAISES;
    if (bottom < 0 && (top == INT64_MIN || bottom == INT64_MIN)) return CODE_OVERFLOW;
    if (bottom < 0) top = -top;
    if (bottom < 0) bottom = -bottom;
    b = (uint64_t)bottom;
    while (a) {
        uint64_t rest = b % a;

        b = a;
        a = rest;
    }
    *value = (struct code_value){
        .kind = CODE_NUMBER, .top = top / (int64_t)b, .bottom = bottom / (int64_t)b};
    return CODE_DONE;
}

/* *@number * base + digit */
static bool number_append(int64_t *number, int base, int digit) {
    return !__builtin_mul_overflow(*number, base, number) &&
           !__builtin_add_overflow(*number, digit, number);
}

static int base_of(struct word text) {
    char c = text.length > 2 && text.at[0] == '0' ? text.at[1] : 0;

    if ((c | 0x20) == 'x') return 16;
    if ((c | 0x20) == 'o') return 8;
    return (c | 0x20) == 'b' ? 2 : 10;
}

static bool char_is_digit_of(char c, int base) {
    return char_hex(c) >= 0 && char_hex(c) < base;
}

/* An integer in base 2, 8 or 16. */
static enum code_outcome based_number(struct word text, int base, struct code_value *value) {
    int64_t number = 0;

    for (uint32_t i = 2; i < text.length; i++) {
        if (text.at[i] == '_') continue;
        if (!char_is_digit_of(text.at[i], base)) return CODE_STRANGE;
        if (!number_append(&number, base, char_hex(text.at[i]))) return CODE_OVERFLOW;
    }
    *value = code_integer(number);
    return CODE_DONE;
}

/* The e-3 of 1e-3: @top or @bottom times so many tens. */
static enum code_outcome exponent_apply(struct word text, int64_t *top, int64_t *bottom) {
    bool is_negative = text.length > 0 && text.at[0] == '-';
    uint32_t at = text.length > 0 && (text.at[0] == '-' || text.at[0] == '+');
    int64_t exponent = 0, *part = is_negative ? bottom : top;

    if (at == text.length) return CODE_STRANGE;
    for (; at < text.length; at++) {
        if (!char_is_digit(text.at[at])) return CODE_STRANGE;
        if (exponent < 1000) exponent = exponent * 10 + (text.at[at] - '0');
    }
    if (*top == 0) return CODE_DONE;
    for (; exponent > 0; exponent--) {
        if (__builtin_mul_overflow(*part, 10, part)) return CODE_OVERFLOW;
    }
    return CODE_DONE;
}

enum code_outcome code_number_of(struct word text, struct code_value *value) {
    int64_t top = 0, bottom = 1;
    bool has_point = false;
    enum code_outcome outcome;

    if (base_of(text) != 10) return based_number(text, base_of(text), value);
    for (uint32_t i = 0; i < text.length; i++) {
        char c = text.at[i];

        if (c == '_') continue;
        if ((c | 0x20) == 'e') {
            outcome = exponent_apply((struct word){text.at + i + 1, text.length - i - 1}, &top,
                                     &bottom);
            if (outcome != CODE_DONE) return outcome;
            break;
        }
        if (c == '.' && has_point) return CODE_STRANGE;
        if (c == '.') has_point = true;
        if (c == '.') continue;
        if (!char_is_digit(c)) return CODE_STRANGE;
        if (!number_append(&top, 10, c - '0')) return CODE_OVERFLOW;
        if (has_point && __builtin_mul_overflow(bottom, 10, &bottom)) return CODE_OVERFLOW;
    }
    return fraction_make(top, bottom, value);
}

bool code_is_true(const struct code_value *value) {
    switch (value->kind) {
    case CODE_NONE: return false;
    case CODE_NUMBER: return value->top != 0;
    case CODE_TEXT: return value->text.length > 0;
    case CODE_LIST: return value->items;
    }
    return false;
}

void code_value_text(struct text *text, const struct code_value *value) {
    switch (value->kind) {
    case CODE_NONE: text_put(text, "None"); return;
    case CODE_LIST: text_put(text, "a list"); return;
    case CODE_TEXT:
        text_char(text, '"');
        text_bytes(text, value->text.at, value->text.length);
        text_char(text, '"');
        return;
    case CODE_NUMBER:
        text_i64(text, value->top);
        if (value->bottom == 1) return;
        text_char(text, '/');
        text_i64(text, value->bottom);
        return;
    }
}

int code_number_compare(const struct code_value *a, const struct code_value *b) {
    __int128 left = (__int128)a->top * b->bottom, right = (__int128)b->top * a->bottom;

    return (left > right) - (left < right);
}

enum code_outcome code_equal(const struct code_value *a, const struct code_value *b, bool *is_equal) {
    *is_equal = false;
    if (a->kind != b->kind) return CODE_DONE;
    if (a->kind == CODE_LIST) return CODE_STRANGE;
    if (a->kind == CODE_TEXT && !(a->is_plain && b->is_plain)) return CODE_STRANGE;
    if (a->kind == CODE_NONE)
        *is_equal = true;
    else if (a->kind == CODE_NUMBER)
        *is_equal = code_number_compare(a, b) == 0;
    else
        *is_equal = word_equal(a->text, b->text);
    return CODE_DONE;
}

static enum code_outcome is_in(const struct code_value *a, const struct code_value *list,
                               bool *holds) {
    *holds = false;
    if (list->kind != CODE_LIST) return CODE_STRANGE;
    for (const struct code_item *item = list->items; item && !*holds; item = item->next) {
        enum code_outcome outcome = code_equal(a, &item->value, holds);

        if (outcome != CODE_DONE) return outcome;
    }
    return CODE_DONE;
}

enum code_outcome code_compare(struct word sign, const struct code_value *a,
                               const struct code_value *b, bool *holds) {
    bool is_not = word_is(sign, "!=") || word_is(sign, "is not") || word_is(sign, "not in");
    enum code_outcome outcome = CODE_DONE;
    int order;

    if (is_not || word_is(sign, "==") || word_is(sign, "is") || word_is(sign, "in")) {
        bool is_member = word_is(sign, "in") || word_is(sign, "not in");

        outcome = is_member ? is_in(a, b, holds) : code_equal(a, b, holds);
        *holds = *holds != is_not;
        return outcome;
    }
    if (a->kind != CODE_NUMBER || b->kind != CODE_NUMBER) return CODE_STRANGE;
    order = code_number_compare(a, b);
    if (word_is(sign, "<"))
        *holds = order < 0;
    else if (word_is(sign, "<="))
        *holds = order <= 0;
    else if (word_is(sign, ">"))
        *holds = order > 0;
    else
        *holds = order >= 0;
    return CODE_DONE;
}

static enum code_outcome add(const struct code_value *a, const struct code_value *b,
                             struct code_value *result) {
    int64_t left, right, top, bottom;

    if (__builtin_mul_overflow(a->top, b->bottom, &left)) return CODE_OVERFLOW;
    if (__builtin_mul_overflow(b->top, a->bottom, &right)) return CODE_OVERFLOW;
    if (__builtin_add_overflow(left, right, &top)) return CODE_OVERFLOW;
    if (__builtin_mul_overflow(a->bottom, b->bottom, &bottom)) return CODE_OVERFLOW;
    return fraction_make(top, bottom, result);
}

enum code_outcome code_negate(const struct code_value *a, struct code_value *result) {
    if (a->kind != CODE_NUMBER) return CODE_STRANGE;
    if (a->top == INT64_MIN) return CODE_OVERFLOW;
    *result = *a;
    result->top = -a->top;
    return CODE_DONE;
}

static enum code_outcome subtract(const struct code_value *a, const struct code_value *b,
                                  struct code_value *result) {
    struct code_value negative = no_value;
    enum code_outcome outcome = code_negate(b, &negative);

    return outcome == CODE_DONE ? add(a, &negative, result) : outcome;
}

static enum code_outcome multiply(const struct code_value *a, const struct code_value *b,
                                  struct code_value *result) {
    int64_t top, bottom;

    if (__builtin_mul_overflow(a->top, b->top, &top)) return CODE_OVERFLOW;
    if (__builtin_mul_overflow(a->bottom, b->bottom, &bottom)) return CODE_OVERFLOW;
    return fraction_make(top, bottom, result);
}

static enum code_outcome divide(const struct code_value *a, const struct code_value *b,
                                struct code_value *result) {
    int64_t top, bottom;

    if (__builtin_mul_overflow(a->top, b->bottom, &top)) return CODE_OVERFLOW;
    if (__builtin_mul_overflow(a->bottom, b->top, &bottom)) return CODE_OVERFLOW;
    return fraction_make(top, bottom, result);
}

/* a // b: down, also below 0, as Python has it. */
static enum code_outcome divide_down(const struct code_value *a, const struct code_value *b,
                                     struct code_value *result) {
    struct code_value quotient = no_value;
    enum code_outcome outcome = divide(a, b, &quotient);
    int64_t whole;

    if (outcome != CODE_DONE) return outcome;
    whole = quotient.top / quotient.bottom;
    if (quotient.top % quotient.bottom < 0) whole--;
    *result = code_integer(whole);
    return CODE_DONE;
}

/* a % b: has the sign of b. */
static enum code_outcome rest(const struct code_value *a, const struct code_value *b,
                              struct code_value *result) {
    struct code_value times = no_value, product = no_value;
    enum code_outcome outcome = divide_down(a, b, &times);

    if (outcome == CODE_DONE) outcome = multiply(&times, b, &product);
    return outcome == CODE_DONE ? subtract(a, &product, result) : outcome;
}

/* a ** b; b is at least 0. */
static enum code_outcome power(const struct code_value *a, const struct code_value *b,
                               struct code_value *result) {
    int64_t times = b->top;

    if (b->bottom != 1 || times < 0) return CODE_STRANGE;
    *result = code_integer(1);
    if (a->bottom == 1 && (a->top == 0 || a->top == 1)) {
        if (times > 0) *result = *a;
        return CODE_DONE;
    }
    if (times > 64) return CODE_OVERFLOW;
    while (times-- > 0) {
        enum code_outcome outcome = multiply(result, a, result);

        if (outcome != CODE_DONE) return outcome;
    }
    return CODE_DONE;
}

static enum code_outcome shift(const struct code_value *a, int64_t by, bool is_left,
                               struct code_value *result) {
    if (by < 0) return CODE_RAISES;
    *result = *a;
    if (!is_left) result->top = a->top >> (by > 63 ? 63 : by);
    if (!is_left || a->top == 0) return CODE_DONE;
    if (by > 62) return CODE_OVERFLOW;
    return __builtin_mul_overflow(a->top, (int64_t)1 << by, &result->top) ? CODE_OVERFLOW
                                                                          : CODE_DONE;
}

/* & | ^ << >>, which are for integers */
static enum code_outcome operate_bits(struct word sign, const struct code_value *a,
                                      const struct code_value *b, struct code_value *result) {
    if (a->bottom != 1 || b->bottom != 1) return CODE_STRANGE;
    if (word_is(sign, "<<")) return shift(a, b->top, true, result);
    if (word_is(sign, ">>")) return shift(a, b->top, false, result);
    if (word_is(sign, "&"))
        *result = code_integer(a->top & b->top);
    else if (word_is(sign, "|"))
        *result = code_integer(a->top | b->top);
    else
        *result = code_integer(a->top ^ b->top);
    return CODE_DONE;
}

enum code_outcome code_operate(struct word sign, const struct code_value *a,
                               const struct code_value *b, struct code_value *result) {
    if (a->kind != CODE_NUMBER || b->kind != CODE_NUMBER) return CODE_STRANGE;
    if (word_is(sign, "+")) return add(a, b, result);
    if (word_is(sign, "-")) return subtract(a, b, result);
    if (word_is(sign, "*")) return multiply(a, b, result);
    if (word_is(sign, "/")) return divide(a, b, result);
    if (word_is(sign, "//")) return divide_down(a, b, result);
    if (word_is(sign, "%")) return rest(a, b, result);
    if (word_is(sign, "**")) return power(a, b, result);
    return operate_bits(sign, a, b, result);
}

enum code_outcome code_invert(const struct code_value *a, struct code_value *result) {
    if (a->kind != CODE_NUMBER || a->bottom != 1) return CODE_STRANGE;
    *result = code_integer(~a->top);
    return CODE_DONE;
}

enum code_outcome code_truncate(const struct code_value *a, struct code_value *result) {
    if (a->kind != CODE_NUMBER) return CODE_STRANGE;
    *result = code_integer(a->top / a->bottom);
    return CODE_DONE;
}
