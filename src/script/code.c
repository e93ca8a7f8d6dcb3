/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Statements of Python, as far as scripts use them.
 */
#include "script/code.h"

#include "script/code_expression.h"
#include "script/words.h"

enum { CODE_VARIABLES_MAX = 256 };

/* A block whose lines are indented by at least @least. */
static void block(struct code *code, uint32_t least);

static bool at_end_of_statement(const struct code *code) {
    return code->token.kind == CODE_TOKEN_END || code->token.kind == CODE_TOKEN_LINE_END ||
           (code->token.kind == CODE_TOKEN_SIGN && word_is(code->token.text, ";") &&
            !code->lexer.brackets);
}

/* What is only shown: a message, the arguments of print. */
static void skip_statement(struct code *code) {
    while (!at_end_of_statement(code))
        code_take(code);
}

/* "tcpi_snd_cwnd == 10 does not hold: tcpi_snd_cwnd is 4" */
static void assertion_fails(struct code *code, struct word expression, struct word message) {
    const char *between = ": ";

    code_stop(code, CODE_FAILED, "", (struct word){0});
    text_bytes(code->why, expression.at, expression.length);
    text_put(code->why, " does not hold");
    for (uint32_t i = 0; i < code->n_seen; i++) {
        text_put(code->why, between);
        text_bytes(code->why, code->seen[i].name.at, code->seen[i].name.length);
        text_put(code->why, " is ");
        code_value_text(code->why, &code->seen[i].value);
        between = ", ";
    }
    if (!message.length) return;
    text_put(code->why, " (");
    text_bytes(code->why, message.at, message.length);
    text_char(code->why, ')');
}

/* The names in a message are told too.  Return: the message if it is nothing but a string */
static struct word message_read(struct code *code) {
    struct word string = {0};
    bool is_alone = true;

    for (unsigned n = 0; !at_end_of_statement(code); n++) {
        if (code->token.kind == CODE_TOKEN_NAME) code_see(code, code->token.text);
        if (code->token.kind == CODE_TOKEN_STRING && n == 0)
            string = code->token.text;
        else
            is_alone = false;
        code_take(code);
    }
    return is_alone ? string : (struct word){0};
}

/* assert EXPRESSION[, MESSAGE] */
static void assertion(struct code *code) {
    struct word expression = code->token.whole, message = {0};
    struct code_value value;
    bool holds;

    code->n_seen = 0;
    value = code_expression(code);
    expression.length = (uint32_t)(code->behind - expression.at);
    holds = code->idle || code_is_true(&value);
    if (code_takes(code, ",")) {
        if (holds)
            skip_statement(code);
        else
            message = message_read(code);
    }
    if (!at_end_of_statement(code)) code_expect(code, ";");
    if (holds || code->answer != CODE_HELD) return;
    assertion_fails(code, expression, message);
    code->lexer.at = code->lexer.end;
    code->token = (struct code_token){
        .kind = CODE_TOKEN_END, .text = {code->lexer.end, 0}
    };
}

static struct code_variables *variable_find(const struct code *code, struct word name, uint32_t *n) {
    struct code_variables *at = *code->variables;

    for (*n = 0; at; at = at->next, (*n)++) {
        if (word_equal(at->name, name)) break;
    }
    return at;
}

static void variable_set(struct code *code, struct word name, struct code_value value) {
    uint32_t n;
    struct code_variables *variable;

    if (code->idle || code->answer != CODE_HELD) return;
    variable = variable_find(code, name, &n);
    if (!variable && n < CODE_VARIABLES_MAX) {
        variable = arena_take(code->arena, sizeof *variable);
        if (variable) {
            *variable = (struct code_variables){.next = *code->variables, .name = name};
            *code->variables = variable;
        }
    }
    if (variable)
        variable->value = value;
    else
        code_stop(code, CODE_UNSUPPORTED, "more variables, such as", name);
}

/* NAME += EXPRESSION and its kin: the sign in hand without its `=`; no length: it is none of them. */
static struct word augmenting_sign(const struct code *code) {
    static const char *const signs[] = {
        "+=", "-=", "*=", "/=", "//=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**="};

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (code_at(code, signs[i]))
            return (struct word){code->token.text.at, code->token.text.length - 1};
    }
    return (struct word){0};
}

static void augmentation(struct code *code, struct word name, struct word sign) {
    struct code_value old = {0}, value;
    bool is_own;

    code_take(code);
    if (!code->idle && !code_name_value(code, name, &old, &is_own))
        code_stop(code, CODE_UNSUPPORTED, "the name", name);
    value = code_expression(code);
    variable_set(code, name, code_operated(code, sign, &old, &value));
}

/*
 * NAME = EXPRESSION, NAME += EXPRESSION, or an expression, which is evaluated for nothing: one that begins with a
 * name is read again from there, as the name has been taken by then.
 */
static void expression_statement(struct code *code) {
    struct code_lexer lexer = code->lexer;
    struct code_token token = code->token;
    struct word sign;

    if (token.kind == CODE_TOKEN_NAME) {
        code_take(code);
        if (code_takes(code, "=")) {
            variable_set(code, token.text, code_expression(code));
            return;
        }
        sign = augmenting_sign(code);
        if (sign.length) {
            augmentation(code, token.text, sign);
            return;
        }
        if (code->answer != CODE_HELD) return;
        code->lexer = lexer;
        code->token = token;
    }
    code_expression(code);
}

static bool is_statement(struct word name) {
    static const char *const statements[] = {
        "import", "from",  "def",      "class", "for",      "while",  "with",    "try",
        "except", "raise", "return",   "del",   "global",   "lambda", "yield",   "elif",
        "else",   "break", "continue", "exec",  "nonlocal", "async",  "finally",
    };

    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (word_is(name, statements[i])) return true;
    }
    return false;
}

/* One of the statements of a line. */
static void simple_statement(struct code *code) {
    struct word name = code->token.kind == CODE_TOKEN_NAME ? code->token.text : (struct word){0};

    if (code_takes(code, "assert")) {
        assertion(code);
    } else if (code_takes(code, "print")) {
        skip_statement(code);
    } else if (is_statement(name)) {
        code_stop(code, CODE_UNSUPPORTED, "the statement", name);
    } else if (!code_takes(code, "pass")) {
        expression_statement(code);
    }
}

/* Statements with `;` between them, up to the end of the line. */
static void simple_line(struct code *code) {
    simple_statement(code);
    while (code_takes(code, ";") && !at_end_of_statement(code))
        simple_statement(code);
    if (code->token.kind == CODE_TOKEN_LINE_END)
        code_take(code);
    else if (code->token.kind != CODE_TOKEN_END)
        code_stop(code, CODE_UNSUPPORTED, "the Python", code->token.whole);
}

/* What stands behind the `:` of a branch: the rest of the line, or lines that are indented more than @column. */
static void branch(struct code *code, uint32_t column, bool is_run) {
    code_expect(code, ":");
    if (!is_run) code->idle++;
    if (code->token.kind != CODE_TOKEN_LINE_END) {
        simple_line(code);
    } else {
        code_take(code);
        if (code->token.column <= column || code->token.kind == CODE_TOKEN_END)
            code_stop(code, CODE_UNSUPPORTED, "a branch without statements", (struct word){0});
        block(code, column + 1);
    }
    if (!is_run) code->idle--;
}

/* Whether `else` or `elif` in hand belongs to an `if` at @column. */
static bool at_branch_of(const struct code *code, const char *word, uint32_t column) {
    return code->token.starts_line && code->token.column >= column && code_at(code, word);
}

static void condition(struct code *code) {
    uint32_t column = code->token.column;
    struct code_value value;
    bool is_done = false;

    if (!code_deepen(code)) return;
    do {
        code_take(code);
        if (is_done) code->idle++;
        value = code_expression(code);
        if (is_done) code->idle--;
        branch(code, column, !is_done && code_is_true(&value));
        is_done = is_done || code_is_true(&value);
    } while (at_branch_of(code, "elif", column));
    if (at_branch_of(code, "else", column)) {
        code_take(code);
        branch(code, column, !is_done);
    }
    code->depth--;
}

static void block(struct code *code, uint32_t least) {
    while (code->token.kind != CODE_TOKEN_END && code->token.column >= least) {
        if (least > 0 && (code_at(code, "else") || code_at(code, "elif"))) return;
        if (code_at(code, "if"))
            condition(code);
        else
            simple_line(code);
    }
}

enum code_answer code_run(struct word text, const struct code_name *names, uint32_t n,
                          struct code_variables **variables, struct arena *arena, struct text *why) {
    struct code code = {
        .lexer = code_lexer_of(text),
        .names = names,
        .n_names = n,
        .variables = variables,
        .arena = arena,
        .why = why,
    };

    code_take(&code);
    block(&code, 0);
    return code.answer;
}
