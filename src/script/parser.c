/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"
#include "script/parser.h"
#include "script/characters.h"
#include "script/words.h"

enum { SHOWN_MAX = 32 /* octets of a text that a complaint shows */ };

void parser_take(struct parser *parser) {
    const struct token *token = &parser->token;

    if (token->kind == TOKEN_BAD || token->kind == TOKEN_END) return;
    parser->taken_until = token->until;
    parser->behind = token->place;
    parser->behind.column += (uint32_t)(token->until - token->from);
    parser->is_fresh = false;
    lexer_next(&parser->lexer, &parser->token);
}

void *parser_memory(struct parser *parser, size_t octets) {
    void *memory = arena_take(parser->arena, octets);

    if (!memory)
        lexer_fail(&parser->lexer, parser->token.place,
                   "the script is too large: its memory is exhausted here", NULL);
    return memory;
}

/* @word between quotes; what is long is cut, what cannot be printed is a question mark. */
static void text_shown(struct text *text, struct word word) {
    uint32_t shown = word.length > SHOWN_MAX ? SHOWN_MAX : word.length;

    text_char(text, '`');
    for (uint32_t i = 0; i < shown; i++)
        text_char(text, word.at[i] >= 0x20 && word.at[i] < 0x7f ? word.at[i] : '?');
    text_put(text, shown < word.length ? "...`" : "`");
}

static void text_found(struct text *text, const struct token *token) {
    switch (token->kind) {
    case TOKEN_END: text_put(text, "the end of the script"); return;
    case TOKEN_STRING: text_put(text, "a string"); return;
    case TOKEN_COMMAND: text_put(text, "a command in backquotes"); return;
    case TOKEN_CODE: text_put(text, "code in %{ }%"); return;
    default: break;
    }
    if (token->kind == TOKEN_SIGN && (token->sign < 0x20 || token->sign == 0x7f)) {
        text_put(text, "the octet 0x");
        text_hex(text, (unsigned char)token->sign, 2);
    } else {
        text_shown(text, token->text);
    }
}

bool parser_expected(struct parser *parser, const char *what) {
    const struct token *token = &parser->token;
    bool is_line_over = token->starts_line && !parser->is_fresh && token->kind != TOKEN_END;
    struct place place = parser->is_fresh || !token->starts_line ? token->place : parser->behind;
    char memory[64];
    struct text found;

    if (token->kind == TOKEN_BAD) return false;
    text_init(&found, memory, sizeof memory);
    text_found(&found, token);
    return lexer_fail(&parser->lexer, place, "expected ", what, ", found ",
                      is_line_over ? "the end of the line" : memory, NULL);
}

bool parser_deepen(struct parser *parser) {
    if (parser->depth++ < PARSE_DEPTH_MAX) return true;
    return lexer_fail(&parser->lexer, parser->token.place,
                      "too many brackets inside brackets (32 at most)", NULL);
}

bool parser_at_word(const struct parser *parser, const char *word) {
    return parser->token.kind == TOKEN_WORD && word_is(parser->token.text, word);
}

bool parser_take_sign(struct parser *parser, char sign) {
    if (!parser_at_sign(parser, sign)) return false;
    parser_take(parser);
    return true;
}

bool parser_take_word(struct parser *parser, const char *word) {
    if (!parser_at_word(parser, word)) return false;
    parser_take(parser);
    return true;
}

bool parser_expect_sign(struct parser *parser, char sign) {
    char what[4] = {'`', sign, '`', 0};

    return parser_take_sign(parser, sign) || parser_expected(parser, what);
}

/* One digit more.  Return: false: it does not fit */
static bool digit_add(uint64_t *value, unsigned base, int digit) {
    return digit >= 0 && (unsigned)digit < base && !__builtin_mul_overflow(*value, base, value) &&
           !__builtin_add_overflow(*value, (unsigned)digit, value);
}

bool integer_of(struct word text, uint64_t *value) {
    bool is_hex = text.length > 2 && text.at[0] == '0' && (text.at[1] | 0x20) == 'x';

    *value = 0;
    if (text.length == 0) return false;
    for (uint32_t i = is_hex ? 2 : 0; i < text.length; i++)
        if (!digit_add(value, is_hex ? 16 : 10, char_hex(text.at[i]))) return false;
    return true;
}

/* The complaint about a number that is none or too large. */
static bool number_expected(struct parser *parser, const char *what, uint64_t max) {
    char memory[96];
    struct text text;

    text_init(&text, memory, sizeof memory);
    text_put(&text, what);
    text_put(&text, " (up to ");
    text_u64(&text, max);
    text_char(&text, ')');
    return parser_expected(parser, memory);
}

bool parser_expect_integer(struct parser *parser, const char *what, uint64_t max, uint64_t *value) {
    if (!parser_at_number(parser)) return parser_expected(parser, what);
    if (!integer_of(parser->token.text, value) || *value > max)
        return number_expected(parser, what, max);
    parser_take(parser);
    return true;
}

/* `...` or `*`; a star that begins a line is the next event's. */
static bool any_take(struct parser *parser) {
    if (parser->token.kind != TOKEN_ELLIPSIS &&
        !(parser_at_sign(parser, '*') && !parser->token.starts_line))
        return false;
    parser_take(parser);
    return true;
}

bool parser_expect_number(struct parser *parser, const char *what, uint32_t max, bool must_be_exact,
                          struct number *number) {
    uint64_t value = 0;

    number->is_given = true;
    if (!must_be_exact && any_take(parser)) {
        number->is_any = true;
        return true;
    }
    if (!parser_expect_integer(parser, what, max, &value)) return false;
    number->value = (uint32_t)value;
    number->is_absolute = parser_take_sign(parser, '!');
    return true;
}

bool parser_expect_octets(struct parser *parser, uint32_t max, uint8_t *octets, uint8_t *n) {
    struct word text = parser->token.text;
    bool is_hex = (parser_at_number(parser) || parser->token.kind == TOKEN_WORD) &&
                  text.length % 2 == 0;

    if (is_hex && text.length > 2 && text.at[0] == '0' && text.at[1] == 'x')
        text = (struct word){text.at + 2, text.length - 2};
    for (uint32_t i = 0; i < text.length; i++)
        is_hex = is_hex && char_hex(text.at[i]) >= 0;
    if (!is_hex) return parser_expected(parser, "octets as pairs of hexadecimal digits");
    if (text.length / 2 > max) return number_expected(parser, "fewer octets", max);
    *n = (uint8_t)(text.length / 2);
    for (uint32_t i = 0; i < *n; i++)
        octets[i] = (uint8_t)(char_hex(text.at[2 * i]) * 16 + char_hex(text.at[2 * i + 1]));
    parser_take(parser);
    return true;
}
