/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_CODE_EXPRESSION_H
#define TERCET_SCRIPT_CODE_EXPRESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "script/code.h"
#include "script/code_token.h"
#include "script/code_value.h"

enum {
    CODE_DEPTH_MAX = 32, /* brackets, signs and blocks inside each other */
    CODE_SEEN_MAX = 8,   /* names of one assertion whose values are told */
};

struct code_variables {
    struct code_variables *next;
    struct word name;
    struct code_value value;
};

struct code_seen {
    struct word name;
    struct code_value value;
};

/*
 * A block that is being run.  It is read once, from left to right, and evaluated on the way; what is not to be run (the
 * right of `0 and x`, a branch not taken) is read all the same, idly.
 * What goes wrong ends the block: the answer is set, and from then on there are no more tokens.
 */
struct code {
    struct code_lexer lexer;
    struct code_token token; /* in hand */
    const char *behind;      /* the end of the token before it */
    const struct code_name *names;
    uint32_t n_names;
    struct code_variables **variables;
    struct arena *arena;
    struct text *why;
    enum code_answer answer;
    uint32_t depth, idle;
    struct code_seen seen[CODE_SEEN_MAX];
    uint32_t n_seen;
};

/* The block ends here, with the sentence @what and `@word` behind it if it has a length. */
void code_stop(struct code *code, enum code_answer answer, const char *what, struct word word);

void code_take(struct code *code);                               /* the next token comes to hand */
bool code_at(const struct code *code, const char *sign_or_word); /* not a string */
bool code_takes(struct code *code, const char *sign_or_word);
void code_expect(struct code *code, const char *sign);

/* One level deeper.  Return: false: too deep, the block has ended */
bool code_deepen(struct code *code);

/* The value of a name, wherever it is known.  @is_own: it is not a constant.  Return: false: nowhere */
bool code_name_value(const struct code *code, struct word name, struct code_value *value,
                     bool *is_own);

/* A name whose value is worth telling. */
void code_see(struct code *code, struct word name);

/* The expression that begins with the token in hand. */
struct code_value code_expression(struct code *code);

/* What an operator says: @sign without its `=` for +=. */
struct code_value code_operated(struct code *code, struct word sign, const struct code_value *a,
                                const struct code_value *b);

#endif
