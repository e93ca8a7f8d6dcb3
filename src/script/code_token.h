/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_CODE_TOKEN_H
#define TERCET_SCRIPT_CODE_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "script/syntax.h"

/*
 * The tokens of Python: names, numbers, strings, signs, and ends of lines, which count only outside of brackets.
 */
enum code_token_kind {
    CODE_TOKEN_END, /* of the block */
    CODE_TOKEN_LINE_END,
    CODE_TOKEN_NAME,
    CODE_TOKEN_NUMBER,
    CODE_TOKEN_STRING,
    CODE_TOKEN_SIGN,
    CODE_TOKEN_BAD, /* nothing of Python */
};

struct code_token {
    enum code_token_kind kind;
    struct word text;  /* of a string: what stands between its quotes */
    struct word whole; /* as written */
    bool is_plain;     /* of a string: its text is its value, without escapes or a prefix */
    bool starts_line;
    uint32_t column; /* if it does: how far it is indented; 0 in the first line, whose margin nobody knows */
};

struct code_lexer {
    const char *at, *end;
    const char *line; /* NULL: the first */
    uint32_t brackets;
    bool is_inside_line;
};

struct code_lexer code_lexer_of(struct word code);

/* The next token; at the end, CODE_TOKEN_END again and again. */
struct code_token code_lexer_next(struct code_lexer *lexer);

#endif
