/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines that begin with `#`.  #ifdef, #ifndef, #else, #endif choose what is read; #define and #undef act like --define.
 * What else a preprocessor of C knows is refused, since leaving it out would change the script; any other line is
 * a comment.
 */
#include "script/token.h"
#include "script/characters.h"
#include "script/words.h"

/* One such line. */
struct directive {
    struct place place;
    struct word name; /* ifdef; with its place */
    struct word rest; /* trimmed, without a comment */
};

static struct word rest_of(const char *at, const char *end) {
    const char *from = at;

    while (at < end && *at != '\n' && !(*at == '/' && end - at > 1 && (at[1] == '/' || at[1] == '*')))
        at++;
    return word_trimmed(word_between(from, at));
}

/* Read the line at whose `#` the lexer stands; it then stands at the line's end. */
static struct directive directive_read(struct lexer *lexer) {
    struct lexer_input *in = &lexer->inputs[0];
    struct directive line = {.place = lexer_place(lexer)};
    const char *from = ++in->at;

    while (in->at < in->end && char_is_word(*in->at))
        in->at++;
    line.name = word_between(from, in->at);
    line.rest = rest_of(in->at, in->end);
    while (in->at < in->end && *in->at != '\n')
        in->at++;
    return line;
}

/* The word that a directive's rest begins with. */
static struct word name_of(struct word rest) {
    const char *at = rest.at;

    if (rest.length == 0 || char_is_digit(*at)) return (struct word){rest.at, 0};
    while (at < rest.at + rest.length && char_is_word(*at))
        at++;
    return word_between(rest.at, at);
}

static bool opens(struct word name) {
    return word_is(name, "ifdef") || word_is(name, "ifndef");
}

/* Stand at the `#` of the next line that begins with one.  Return: false: there is none */
static bool next_directive_find(struct lexer *lexer) {
    struct lexer_input *in = &lexer->inputs[0];

    while (in->at < in->end) {
        char c = *in->at;

        if (c == '#' && lexer->is_line_new) return true;
        in->at++;
        if (c == '\n') {
            lexer->line++;
            lexer->line_at = in->at;
            lexer->is_line_new = true;
        } else if (!char_is_blank(c)) {
            lexer->is_line_new = false;
        }
    }
    return false;
}

static bool depth_fail(struct lexer *lexer, struct place place) {
    return lexer_fail(lexer, place, "too many #ifdef inside #ifdef (32 at most)", NULL);
}

static bool else_take(struct lexer *lexer, const struct directive *line) {
    struct lexer_condition *condition;

    if (lexer->n_conditions == 0)
        return lexer_fail(lexer, line->place, "this #else has no #ifdef", NULL);
    condition = &lexer->conditions[lexer->n_conditions - 1];
    if (condition->has_else)
        return lexer_fail(lexer, line->place, "a second #else for one #ifdef", NULL);
    condition->has_else = true;
    return true;
}

static bool endif_take(struct lexer *lexer, const struct directive *line) {
    if (lexer->n_conditions == 0)
        return lexer_fail(lexer, line->place, "this #endif has no #ifdef", NULL);
    lexer->n_conditions--;
    return true;
}

/*
 * Leave out lines up to the #endif of the innermost condition, or its #else.  Missing ones are told at the end of
 * the script.
 */
static bool branch_skip(struct lexer *lexer) {
    uint32_t inner = 0; /* conditions opened in what is left out */

    while (next_directive_find(lexer)) {
        struct directive line = directive_read(lexer);

        if (opens(line.name)) {
            inner++;
            if (inner + lexer->n_conditions > PARSE_DEPTH_MAX) return depth_fail(lexer, line.place);
        } else if (word_is(line.name, "endif")) {
            if (inner == 0) return endif_take(lexer, &line);
            inner--;
        } else if (word_is(line.name, "else") && inner == 0) {
            return else_take(lexer, &line);
        }
    }
    return true;
}

static bool condition_take(struct lexer *lexer, const struct directive *line) {
    struct word name = name_of(line->rest);
    bool is_wanted = word_is(line->name, "ifdef");

    if (name.length == 0)
        return lexer_fail(lexer, line->place, is_wanted ? "#ifdef" : "#ifndef",
                          " needs a name behind it", NULL);
    if (lexer->n_conditions == PARSE_DEPTH_MAX) return depth_fail(lexer, line->place);
    lexer->conditions[lexer->n_conditions++] = (struct lexer_condition){line->place, false};
    if ((definitions_find(&lexer->definitions, name) != NULL) == is_wanted) return true;
    return branch_skip(lexer);
}

static bool define_take(struct lexer *lexer, const struct directive *line) {
    struct word name = name_of(line->rest);
    struct word value = {name.at + name.length, line->rest.length - name.length};

    if (name.length == 0)
        return lexer_fail(lexer, line->place, "#define needs a name behind it", NULL);
    if (value.length && !char_is_blank(value.at[0]))
        return lexer_fail(lexer, line->place,
                          "#define NAME VALUE: a space is missing behind the name", NULL);
    if (!definitions_add(&lexer->definitions, name, word_trimmed(value), false))
        return lexer_fail(lexer, line->place, "too many definitions (128 at most)", NULL);
    return true;
}

static bool is_refused(struct word name) {
    static const char *const refused[] = {"if", "elif", "elifdef", "elifndef", "include", "error"};

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (word_is(name, refused[i])) return true;
    return false;
}

bool directive_take(struct lexer *lexer) {
    struct directive line = directive_read(lexer);

    if (opens(line.name)) return condition_take(lexer, &line);
    if (word_is(line.name, "else")) return else_take(lexer, &line) && branch_skip(lexer);
    if (word_is(line.name, "endif")) return endif_take(lexer, &line);
    if (word_is(line.name, "define")) return define_take(lexer, &line);
    if (word_is(line.name, "undef")) definitions_remove(&lexer->definitions, name_of(line.rest));
    if (is_refused(line.name))
        return lexer_fail(lexer, line.place,
                          "expected #ifdef, #ifndef, #else, #endif or #define "
                          "(a space behind the # makes it a comment)",
                          NULL);
    return true;
}
