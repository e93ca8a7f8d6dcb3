/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/code_token.h"

#include <string.h>

#include "script/characters.h"

struct code_lexer code_lexer_of(struct word code) {
    return (struct code_lexer){.at = code.at, .end = code.at + code.length};
}

/* The octet @ahead of where the lexer is; 0 behind the end. */
static char peek(const struct code_lexer *lexer, size_t ahead) {
    return ahead < (size_t)(lexer->end - lexer->at) ? lexer->at[ahead] : 0;
}

/* A line end is a token only outside of brackets, and where something stood in front of it. */
static bool at_line_end(const struct code_lexer *lexer) {
    return peek(lexer, 0) == '\n' && !lexer->brackets && lexer->is_inside_line;
}

/* Blanks, comments, empty lines, ends of lines inside brackets, and lines that go on behind a backslash. */
static void skip_blanks(struct code_lexer *lexer) {
    while (lexer->at < lexer->end && !at_line_end(lexer)) {
        char c = *lexer->at;

        if (c == '#') {
            while (lexer->at < lexer->end && *lexer->at != '\n')
                lexer->at++;
        } else if (c == '\n') {
            lexer->line = ++lexer->at;
        } else if (c == '\\' && peek(lexer, 1) == '\n') {
            lexer->at += 2;
        } else if (char_is_blank(c)) {
            lexer->at++;
        } else {
            return;
        }
    }
}

static struct code_token token_take(struct code_lexer *lexer, enum code_token_kind kind,
                                    size_t length) {
    struct code_token token = {
        .kind = kind, .text = {lexer->at, (uint32_t)length}
    };

    token.whole = token.text;
    lexer->at += length;
    return token;
}

static size_t number_length(const struct code_lexer *lexer) {
    size_t n = 0;

    while (char_is_word(peek(lexer, n)) || peek(lexer, n) == '.' ||
           ((peek(lexer, n) == '-' || peek(lexer, n) == '+') &&
            (peek(lexer, n - 1) | 0x20) == 'e' && (peek(lexer, 1) | 0x20) != 'x'))
        n++;
    return n;
}

static size_t name_length(const struct code_lexer *lexer) {
    size_t n = 0;

    while (char_is_word(peek(lexer, n)))
        n++;
    return n;
}

static bool char_is_quote(char c) {
    return c == '"' || c == '\'';
}

/* A string whose quote is @prefix octets ahead: "..." or """...""". */
static struct code_token string_token(struct code_lexer *lexer, size_t prefix) {
    char quote = peek(lexer, prefix);
    bool is_long = peek(lexer, prefix + 1) == quote && peek(lexer, prefix + 2) == quote;
    size_t marks = is_long ? 3 : 1, from = prefix + marks, n = from;
    bool is_plain = prefix == 0;
    struct code_token token;

    for (; lexer->at + n < lexer->end; n++) {
        char c = peek(lexer, n);

        if (c == '\n' && !is_long) break;
        if (c == '\\') is_plain = false;
        if (c == '\\') n++;
        if (c != quote || (is_long && (peek(lexer, n + 1) != c || peek(lexer, n + 2) != c)))
            continue;
        token = token_take(lexer, CODE_TOKEN_STRING, n + marks);
        token.text = (struct word){token.whole.at + from, (uint32_t)(n - from)};
        token.is_plain = is_plain;
        return token;
    }
    return token_take(lexer, CODE_TOKEN_BAD, (size_t)(lexer->end - lexer->at));
}

static size_t sign_length(const struct code_lexer *lexer) {
    static const char *const signs[] = {"//=", "**=", "<<=", ">>=", "**", "//", "<<", ">>",
                                        "<=",  ">=",  "==",  "!=",  "+=", "-=", "*=", "/=",
                                        "%=",  "&=",  "|=",  "^=",  ":=", "->"};
    size_t left = (size_t)(lexer->end - lexer->at);

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t n = strlen(signs[i]);

        if (n <= left && memcmp(lexer->at, signs[i], n) == 0) return n;
    }
    return 1;
}

static bool char_is_sign(char c) {
    const char *known = "+-*/%&|^~<>=!()[]{},:;.@";

    while (*known && *known != c)
        known++;
    return *known;
}

static struct code_token sign_token(struct code_lexer *lexer) {
    char c = *lexer->at;

    if (!char_is_sign(c)) return token_take(lexer, CODE_TOKEN_BAD, 1);
    if (c == '(' || c == '[' || c == '{') lexer->brackets++;
    if ((c == ')' || c == ']' || c == '}') && lexer->brackets) lexer->brackets--;
    return token_take(lexer, CODE_TOKEN_SIGN, sign_length(lexer));
}

static struct code_token token_read(struct code_lexer *lexer) {
    char c = peek(lexer, 0);
    size_t n;

    if (lexer->at == lexer->end) return token_take(lexer, CODE_TOKEN_END, 0);
    if (c == '\n') return token_take(lexer, CODE_TOKEN_LINE_END, 1);
    if (char_is_digit(c) || (c == '.' && char_is_digit(peek(lexer, 1))))
        return token_take(lexer, CODE_TOKEN_NUMBER, number_length(lexer));
    if (char_is_quote(c)) return string_token(lexer, 0);
    n = name_length(lexer);
    if (n == 0) return sign_token(lexer);
    if (n <= 2 && char_is_quote(peek(lexer, n))) return string_token(lexer, n);
    return token_take(lexer, CODE_TOKEN_NAME, n);
}

struct code_token code_lexer_next(struct code_lexer *lexer) {
    struct code_token token;
    uint32_t column;
    bool starts_line;

    skip_blanks(lexer);
    column = lexer->line ? (uint32_t)(lexer->at - lexer->line) : 0;
    starts_line = !lexer->is_inside_line;
    token = token_read(lexer);
    token.column = column;
    token.starts_line = starts_line;
    lexer->is_inside_line = token.kind != CODE_TOKEN_LINE_END;
    if (token.kind == CODE_TOKEN_LINE_END) lexer->line = lexer->at;
    return token;
}
