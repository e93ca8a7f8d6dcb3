/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_CODE_VALUE_H
#define TERCET_SCRIPT_CODE_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "script/syntax.h"

/*
 * Values of Python.  A number is exact: a fraction in its lowest terms, so that what Python does with floats (1.5, 7 / 2)
 * is done without them; what does not fit 64 bits is no value.
 */
enum code_kind {
    CODE_NONE, /* None */
    CODE_NUMBER,
    CODE_TEXT,
    CODE_LIST, /* (a, b) and [a, b] */
};

struct code_item;

struct code_value {
    enum code_kind kind;
    int64_t top, bottom;           /* NUMBER: bottom is at least 1 */
    struct word text;              /* TEXT */
    bool is_plain;                 /* TEXT: that is its value, not only its source */
    const struct code_item *items; /* LIST */
};

struct code_item {
    const struct code_item *next;
    struct code_value value;
};

enum code_outcome {
    CODE_DONE,
    CODE_OVERFLOW, /* exact, but not in 64 bits */
    CODE_RAISES,   /* Python stops with an error here: division by zero */
    CODE_STRANGE,  /* not for these kinds */
};

static inline struct code_value code_integer(int64_t n) {
    return (struct code_value){.kind = CODE_NUMBER, .top = n, .bottom = 1};
}

/* 10, 0x1f, 0b1, 0o7, 1_000, 1.5, 1e3 */
enum code_outcome code_number_of(struct word text, struct code_value *value);

bool code_is_true(const struct code_value *value);
void code_value_text(struct text *text, const struct code_value *value);

/* -1, 0, 1.  Both are numbers. */
int code_number_compare(const struct code_value *a, const struct code_value *b);

/* a == b; STRANGE where that cannot be told */
enum code_outcome code_equal(const struct code_value *a, const struct code_value *b, bool *is_equal);

/* a == b, a < b, a in b, a is b and their kin.  @sign: as in Python */
enum code_outcome code_compare(struct word sign, const struct code_value *a,
                               const struct code_value *b, bool *holds);

/* a + b and its kin: + - * / // % ** << >> & | ^ */
enum code_outcome code_operate(struct word sign, const struct code_value *a,
                               const struct code_value *b, struct code_value *result);

/* -a, +a, ~a, int(a), abs(a) */
enum code_outcome code_negate(const struct code_value *a, struct code_value *result);
enum code_outcome code_invert(const struct code_value *a, struct code_value *result);
enum code_outcome code_truncate(const struct code_value *a, struct code_value *result);

#endif
