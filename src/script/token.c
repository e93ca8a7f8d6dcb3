/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>

#include "base/text.h"
#include "script/token.h"
#include "script/characters.h"
#include "script/words.h"

void lexer_init(struct lexer *lexer, const char *text, size_t n, struct parse_error *error) {
    static const char mark[3] = "\xef\xbb\xbf"; /* what some editors put in front of UTF-8 */

    lexer->inputs[0] = (struct lexer_input){text, text + n, NULL};
    if (n >= sizeof mark && memcmp(text, mark, sizeof mark) == 0)
        lexer->inputs[0].at += sizeof mark;
    lexer->nested = 0;
    lexer->line = 1;
    lexer->line_at = lexer->inputs[0].at;
    lexer->is_line_new = true;
    lexer->replaced = 0;
    lexer->n_conditions = 0;
    lexer->error = error;
    error->sentence[0] = 0;
    definitions_init(&lexer->definitions);
}

bool lexer_fail(struct lexer *lexer, struct place place, ...) {
    struct parse_error *error = lexer->error;
    struct text sentence;
    const char *piece;
    va_list pieces;

    if (error->sentence[0]) return false;
    error->place = place;
    text_init(&sentence, error->sentence, sizeof error->sentence);
    va_start(pieces, place);
    while ((piece = va_arg(pieces, const char *)))
        text_put(&sentence, piece);
    va_end(pieces);
    return false;
}

struct place lexer_place(const struct lexer *lexer) {
    if (lexer->nested) return lexer->name.place;
    return (struct place){lexer->line, (uint32_t)(lexer->inputs[0].at - lexer->line_at) + 1};
}

/* The octet that is @ahead of where we read, or 0. */
static inline char octet(const struct lexer_input *in, ptrdiff_t ahead) {
    return in->end - in->at > ahead ? in->at[ahead] : 0;
}

/* Step over one octet, which may end a line. */
static inline void step(struct lexer *lexer, struct lexer_input *in) {
    if (*in->at++ != '\n' || lexer->nested) return;
    lexer->line++;
    lexer->line_at = in->at;
    lexer->is_line_new = true;
}

static void line_skip(struct lexer_input *in) {
    while (in->at < in->end && *in->at != '\n')
        in->at++;
}

static bool comment_skip(struct lexer *lexer, struct lexer_input *in) {
    struct place begin = lexer_place(lexer);

    in->at += 2;
    while (in->end - in->at >= 2 && !(in->at[0] == '*' && in->at[1] == '/'))
        step(lexer, in);
    if (in->end - in->at < 2)
        return lexer_fail(lexer, begin, "this comment has no end (`*/` is missing)", NULL);
    in->at += 2;
    return true;
}

/* Step over what is no token.  Return: false: an error */
static bool space_skip(struct lexer *lexer) {
    for (;;) {
        struct lexer_input *in = &lexer->inputs[lexer->nested];

        if (in->at == in->end) {
            if (lexer->nested == 0) return true;
            lexer->nested--;
        } else if (char_is_space(*in->at)) {
            step(lexer, in);
        } else if (*in->at == '/' && octet(in, 1) == '/') {
            line_skip(in);
        } else if (*in->at == '/' && octet(in, 1) == '*') {
            if (!comment_skip(lexer, in)) return false;
        } else if (*in->at == '#' && lexer->is_line_new && lexer->nested == 0) {
            if (!directive_take(lexer)) return false;
        } else {
            return true;
        }
    }
}

/* Take up to @closing, which is taken too, as the text of a token of @kind. */
static void enclosed_read(struct lexer *lexer, struct token *token, enum token_kind kind,
                          const char *opening, const char *closing, const char *complaint) {
    struct lexer_input *in = &lexer->inputs[lexer->nested];
    size_t n = strlen(closing);
    const char *from;

    in->at += strlen(opening);
    from = in->at;
    while ((size_t)(in->end - in->at) >= n && memcmp(in->at, closing, n) != 0)
        step(lexer, in);
    if ((size_t)(in->end - in->at) < n) {
        lexer_fail(lexer, token->place, complaint, NULL);
        return;
    }
    token->kind = kind;
    token->text = word_between(from, in->at);
    in->at += n;
}

static void string_read(struct lexer *lexer, struct token *token) {
    struct lexer_input *in = &lexer->inputs[lexer->nested];
    const char *from = ++in->at;

    while (in->at < in->end && *in->at != '"' && *in->at != '\n')
        in->at += *in->at == '\\' && octet(in, 1) && octet(in, 1) != '\n' ? 2 : 1;
    if (octet(in, 0) != '"') {
        lexer_fail(lexer, token->place, "this string has no closing quote in its line", NULL);
        return;
    }
    token->kind = TOKEN_STRING;
    token->text = word_between(from, in->at);
    in->at++;
}

/* Digits and letters; one dot in them that is not the first of `...`. */
static void number_read(struct lexer_input *in, struct token *token) {
    const char *from = in->at;
    bool has_dot = false;

    for (; in->at < in->end; in->at++) {
        if (char_is_word(*in->at)) continue;
        if (*in->at != '.' || has_dot || octet(in, 1) == '.') break;
        has_dot = true;
    }
    token->kind = TOKEN_NUMBER;
    token->text = word_between(from, in->at);
}

static void word_read(struct lexer_input *in, struct token *token) {
    const char *from = in->at;

    while (in->at < in->end && char_is_word(*in->at))
        in->at++;
    token->kind = TOKEN_WORD;
    token->text = word_between(from, in->at);
}

static void sign_read(struct lexer_input *in, struct token *token) {
    token->kind = TOKEN_SIGN;
    token->sign = *in->at;
    token->text = (struct word){in->at++, 1};
}

static void token_read(struct lexer *lexer, struct lexer_input *in, struct token *token) {
    char c = *in->at;

    if (char_is_letter(c)) {
        word_read(in, token);
    } else if (char_is_digit(c) || (c == '.' && char_is_digit(octet(in, 1)))) {
        number_read(in, token);
    } else if (c == '.' && octet(in, 1) == '.' && octet(in, 2) == '.') {
        token->kind = TOKEN_ELLIPSIS;
        token->text = (struct word){in->at, 3};
        in->at += 3;
    } else if (c == '"') {
        string_read(lexer, token);
    } else if (c == '`') {
        enclosed_read(lexer, token, TOKEN_COMMAND, "`", "`",
                      "this command has no end (a backquote is missing)");
    } else if (c == '%' && octet(in, 1) == '{') {
        enclosed_read(lexer, token, TOKEN_CODE, "%{", "}%",
                      "this code has no end (`}%` is missing)");
    } else {
        sign_read(in, token);
    }
}

/* The end of the script is one only when every #ifdef is closed. */
static void end_read(struct lexer *lexer, struct token *token) {
    if (lexer->n_conditions == 0)
        token->kind = TOKEN_END;
    else
        lexer_fail(lexer, lexer->conditions[lexer->n_conditions - 1].place,
                   "this #ifdef has no #endif", NULL);
}

static bool is_being_replaced(const struct lexer *lexer, const struct defined *defined) {
    for (uint32_t i = 1; i <= lexer->nested; i++)
        if (lexer->inputs[i].of == defined) return true;
    return false;
}

/* Return: whether @token stands for something else, which is to be read now. */
static bool replacement_begin(struct lexer *lexer, struct token *token) {
    const struct defined *defined;

    if (token->kind != TOKEN_WORD) return false;
    defined = definitions_find(&lexer->definitions, token->text);
    if (!defined || defined->value.length == 0 || is_being_replaced(lexer, defined)) return false;
    lexer->replaced += defined->value.length;
    if (lexer->nested == LEXER_NESTED_MAX || lexer->replaced > LEXER_REPLACED_MAX) {
        token->kind = TOKEN_BAD;
        return lexer_fail(lexer, token->place, "the definitions in definitions grow too large",
                          NULL);
    }
    if (lexer->nested == 0) lexer->name = *token;
    lexer->inputs[++lexer->nested] = (struct lexer_input){
        defined->value.at, defined->value.at + defined->value.length, defined};
    lexer->is_line_new = token->starts_line;
    return true;
}

void lexer_next(struct lexer *lexer, struct token *token) {
    do {
        struct lexer_input *in;

        *token = (struct token){.kind = TOKEN_BAD};
        if (!space_skip(lexer)) return;
        in = &lexer->inputs[lexer->nested];
        token->place = lexer_place(lexer);
        token->starts_line = lexer->is_line_new;
        token->text = (struct word){in->at, 0};
        token->from = lexer->nested ? lexer->name.from : in->at;
        if (in->at == in->end)
            end_read(lexer, token);
        else
            token_read(lexer, in, token);
        token->until = lexer->nested ? lexer->name.until : in->at;
        lexer->is_line_new = false;
    } while (replacement_begin(lexer, token));
}

static bool is_of_run(char c) {
    return char_is_word(c) || c == '.' || c == '-';
}

void lexer_run(struct lexer *lexer, struct token *token) {
    struct lexer_input *in = &lexer->inputs[lexer->nested];

    in->at = token->text.at;
    while (in->at < in->end && is_of_run(*in->at))
        in->at++;
    token->kind = TOKEN_WORD;
    token->sign = 0;
    token->text = word_between(token->text.at, in->at);
    token->until = lexer->nested ? lexer->name.until : in->at;
}

void lexer_note(struct lexer *lexer, struct token *token) {
    struct lexer_input *in = &lexer->inputs[lexer->nested];
    uint32_t open = 1;

    for (; in->at < in->end && *in->at != '\n' && open > 0; in->at++) {
        if (*in->at == '(') open++;
        if (*in->at == ')') open--;
    }
    token->kind = open > 0 ? TOKEN_BAD : TOKEN_WORD;
    token->sign = 0;
    token->text = word_between(token->text.at, in->at);
    token->until = lexer->nested ? lexer->name.until : in->at;
    if (open > 0) lexer_fail(lexer, token->place, "this note has no `)` in its line", NULL);
}

/* Whether behind a blank at @at a comment or another option begins. */
static bool is_behind_option(const char *at, const char *end) {
    if (end - at < 3 || !char_is_blank(at[0])) return false;
    if (at[1] == '/' && (at[2] == '/' || at[2] == '*')) return true;
    return end - at > 3 && at[1] == '-' && at[2] == '-' && char_is_letter(at[3]);
}

void lexer_option(struct lexer *lexer, struct token *token) {
    struct lexer_input *in = &lexer->inputs[0];
    bool is_quoted = false;

    for (in->at = token->text.at; in->at < in->end && *in->at != '\n'; in->at++) {
        if (*in->at == '"') is_quoted = !is_quoted;
        if (!is_quoted && is_behind_option(in->at, in->end)) break;
    }
    token->kind = TOKEN_WORD;
    token->sign = 0;
    token->text = word_trimmed(word_between(token->text.at, in->at));
    token->until = in->at;
    /* What stands behind it in its line may be another one. */
    lexer->is_line_new = true;
    if (!is_quoted) return;
    token->kind = TOKEN_BAD;
    lexer_fail(lexer, token->place, "this option has no closing quote in its line", NULL);
}

struct word lexer_peek(const struct lexer *lexer) {
    const struct lexer_input *in = &lexer->inputs[lexer->nested];
    const char *at, *from;

    while (in->at == in->end && in > lexer->inputs)
        in--;
    at = in->at;
    while (at < in->end && char_is_blank(*at))
        at++;
    from = at;
    while (at < in->end && char_is_word(*at))
        at++;
    while (at < in->end && *from == '.' && *at == '.')
        at++;
    if (at == from && at < in->end) at++;
    return word_between(from, at);
}
