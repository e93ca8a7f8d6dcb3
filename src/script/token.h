/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_TOKEN_H
#define TERCET_SCRIPT_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "script/definitions.h"
#include "script/parse.h"
#include "script/syntax.h"

/*
 * A script's text, token by token: comments and what #ifdef leaves out are gone, names that stand for something else
 * are replaced.  Every octet of the text is looked at once, every replacement is counted, so the work is bounded.
 */
enum token_kind {
    TOKEN_BAD, /* the text is wrong here, and the error is told */
    TOKEN_END,
    TOKEN_WORD,     /* ack, SOL_SOCKET */
    TOKEN_NUMBER,   /* 5, 0x10, 1.5, .5; and whatever else begins with a digit: 12ab */
    TOKEN_STRING,   /* "...": what stands between the quotes */
    TOKEN_COMMAND,  /* `...` the same */
    TOKEN_CODE,     /* %{...}% the same */
    TOKEN_ELLIPSIS, /* ... */
    TOKEN_SIGN,     /* any other octet */
};

struct token {
    enum token_kind kind;
    char sign;        /* SIGN: which; else 0 */
    bool starts_line; /* nothing but space and comments in front of it */
    struct word text; /* slice of the script, or of a definition's value */
    struct place place;
    const char *from, *until; /* where it, or the name that it replaces, stands in the script */
};

enum {
    LEXER_NESTED_MAX = 8,         /* definitions inside definitions */
    LEXER_REPLACED_MAX = 4 << 20, /* octets that replace names, in one script */
};

/* A text being read: the script, or above it the value of a definition. */
struct lexer_input {
    const char *at, *end;
    const struct defined *of; /* NULL: the script */
};

/* An #ifdef that is open. */
struct lexer_condition {
    struct place place;
    bool has_else;
};

struct lexer {
    struct lexer_input inputs[1 + LEXER_NESTED_MAX];
    uint32_t nested; /* the input that is read; 0: the script */
    uint32_t line;
    const char *line_at; /* where the line begins */
    bool is_line_new;    /* no token of this line yet */
    struct token name;   /* what the inputs above the script replace */
    uint32_t replaced;   /* octets so far */
    uint32_t n_conditions;
    struct lexer_condition conditions[PARSE_DEPTH_MAX];
    struct definitions definitions;
    struct parse_error *error; /* borrowed */
};

/* @text, @error: borrowed */
void lexer_init(struct lexer *lexer, const char *text, size_t n, struct parse_error *error);

/* Read the next token. */
void lexer_next(struct lexer *lexer, struct token *token);

/*
 * Read @token, the last one, again as one run of letters, digits, dots and dashes: the flags of a packet.
 */
void lexer_run(struct lexer *lexer, struct token *token);

/* Read @token, the last one and a `(`, again as a note: all up to its `)` in this line. */
void lexer_note(struct lexer *lexer, struct token *token);

/* Read @token, the last one and the first of a line of the script, again as an option: --name=value. */
void lexer_option(struct lexer *lexer, struct token *token);

/* The word, sign or run of dots that comes next in this line, not taken; empty at the end of the text. */
struct word lexer_peek(const struct lexer *lexer);

/* Tell what is wrong: strings, NULL at the end.  The first error counts.  Return: false. */
__attribute__((sentinel)) bool lexer_fail(struct lexer *lexer, struct place place, ...);

/* Where the next octet stands. */
struct place lexer_place(const struct lexer *lexer);

/* A line that begins with `#` in the script: obey it, and stand behind it.  Return: false: it is wrong */
bool directive_take(struct lexer *lexer);

#endif
