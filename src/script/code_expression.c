/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/code_expression.h"

#include <string.h>

#include "script/names.h"
#include "script/words.h"

static const struct code_value none = {.kind = CODE_NONE};

void code_stop(struct code *code, enum code_answer answer, const char *what, struct word word) {
    if (code->answer != CODE_HELD) return;
    code->answer = answer;
    text_put(code->why, what);
    if (word.length) {
        text_put(code->why, " `");
        text_bytes(code->why, word.at, word.length);
        text_char(code->why, '`');
    }
    code->lexer.at = code->lexer.end;
    code->token = (struct code_token){
        .kind = CODE_TOKEN_END, .text = {code->lexer.end, 0}
    };
}

void code_take(struct code *code) {
    code->behind = code->lexer.at;
    code->token = code_lexer_next(&code->lexer);
    if (code->token.kind == CODE_TOKEN_BAD)
        code_stop(code, CODE_UNSUPPORTED, "the Python", code->token.whole);
}

bool code_at(const struct code *code, const char *sign_or_word) {
    return (code->token.kind == CODE_TOKEN_SIGN || code->token.kind == CODE_TOKEN_NAME) &&
           word_is(code->token.text, sign_or_word);
}

bool code_takes(struct code *code, const char *sign_or_word) {
    if (!code_at(code, sign_or_word)) return false;
    code_take(code);
    return true;
}

/* What is in hand does not belong here. */
static void code_unexpected(struct code *code) {
    if (code->token.kind == CODE_TOKEN_END || code->token.kind == CODE_TOKEN_LINE_END)
        code_stop(code, CODE_UNSUPPORTED, "Python that ends too early", (struct word){0});
    else
        code_stop(code, CODE_UNSUPPORTED, "the Python", code->token.whole);
}

void code_expect(struct code *code, const char *sign) {
    if (!code_takes(code, sign)) code_unexpected(code);
}

bool code_deepen(struct code *code) {
    if (code->depth++ < CODE_DEPTH_MAX) return true;
    code_stop(code, CODE_UNSUPPORTED, "Python that is nested too deeply", (struct word){0});
    return false;
}

bool code_name_value(const struct code *code, struct word name, struct code_value *value,
                     bool *is_own) {
    int64_t number;

    *is_own = true;
    for (const struct code_variables *at = *code->variables; at; at = at->next) {
        if (!word_equal(at->name, name)) continue;
        *value = at->value;
        return true;
    }
    for (uint32_t i = 0; i < code->n_names; i++) {
        if (!word_is(name, code->names[i].name)) continue;
        *value = code_integer(code->names[i].value);
        return true;
    }
    *is_own = false;
    if (!name_number(name, &number)) return false;
    *value = code_integer(number);
    return true;
}

void code_see(struct code *code, struct word name) {
    struct code_value value;
    bool is_own;

    if (!code_name_value(code, name, &value, &is_own) || !is_own) return;
    for (uint32_t i = 0; i < code->n_seen; i++) {
        if (word_equal(code->seen[i].name, name)) return;
    }
    if (code->n_seen < CODE_SEEN_MAX) code->seen[code->n_seen++] = (struct code_seen){name, value};
}

/* What came of an operation that stands from @from to the token in hand. */
static struct code_value code_outcome_value(struct code *code, enum code_outcome outcome,
                                            struct word sign, struct code_value value) {
    switch (outcome) {
    case CODE_DONE: return value;
    case CODE_OVERFLOW:
        code_stop(code, CODE_UNSUPPORTED, "a number of more than 64 bits from", sign);
        break;
    case CODE_RAISES:
        code_stop(code, CODE_FAILED, "division by zero, or a negative shift, in", sign);
        break;
    case CODE_STRANGE:
        code_stop(code, CODE_UNSUPPORTED, "these kinds of values around", sign);
        break;
    }
    return none;
}

struct code_value code_operated(struct code *code, struct word sign, const struct code_value *a,
                                const struct code_value *b) {
    struct code_value result = none;
    enum code_outcome outcome = code->idle ? CODE_DONE : code_operate(sign, a, b, &result);

    return code_outcome_value(code, outcome, sign, result);
}

static struct code_value name_value(struct code *code, struct word name) {
    struct code_value value = none;
    bool is_own;

    if (word_is(name, "None")) return none;
    if (word_is(name, "True")) return code_integer(1);
    if (word_is(name, "False")) return code_integer(0);
    if (code->idle) return none;
    if (!code_name_value(code, name, &value, &is_own))
        code_stop(code, CODE_UNSUPPORTED, "the name", name);
    else
        code_see(code, name);
    return value;
}

/*
 * What stands up to the bracket @closing, which is taken.  @is_list: set to whether there was a comma, or nothing
 */
static struct code_value code_list(struct code *code, const char *closing, bool *is_list) {
    struct code_value list = {.kind = CODE_LIST};
    const struct code_item **link = &list.items;

    *is_list = true;
    while (!code_takes(code, closing) && code->answer == CODE_HELD) {
        struct code_item *item = arena_take(code->arena, sizeof *item);

        if (!item) {
            code_stop(code, CODE_UNSUPPORTED, "Python of that size", (struct word){0});
            return none;
        }
        item->value = code_expression(code);
        *is_list = link != &list.items || code_at(code, ",");
        *link = item;
        link = &item->next;
        if (!code_at(code, closing)) code_expect(code, ",");
    }
    return list;
}

/* min(a, b), max([a, b]) */
static struct code_value extreme(struct code *code, struct word name, const struct code_value *list) {
    const struct code_item *item = list->items;
    struct code_value best;

    if (item && !item->next && item->value.kind == CODE_LIST) item = item->value.items;
    if (!item) return code_outcome_value(code, CODE_STRANGE, name, none);
    best = item->value;
    for (; item; item = item->next) {
        int order;

        if (item->value.kind != CODE_NUMBER || best.kind != CODE_NUMBER)
            return code_outcome_value(code, CODE_STRANGE, name, none);
        order = code_number_compare(&item->value, &best);
        if (word_is(name, "min") ? order < 0 : order > 0) best = item->value;
    }
    return best;
}

static struct code_value length_of(struct code *code, struct word name,
                                   const struct code_value *value) {
    int64_t n = 0;

    if (value->kind == CODE_TEXT && value->is_plain) return code_integer(value->text.length);
    if (value->kind != CODE_LIST) return code_outcome_value(code, CODE_STRANGE, name, none);
    for (const struct code_item *item = value->items; item; item = item->next)
        n++;
    return code_integer(n);
}

/* abs(a), int(a), len(a), bool(a) */
static struct code_value unary_function(struct code *code, struct word name,
                                        const struct code_value *a) {
    struct code_value result = *a;
    enum code_outcome outcome = CODE_DONE;

    if (word_is(name, "len")) return length_of(code, name, a);
    if (word_is(name, "bool")) return code_integer(code_is_true(a));
    if (word_is(name, "int"))
        outcome = code_truncate(a, &result);
    else if (a->kind != CODE_NUMBER)
        outcome = CODE_STRANGE;
    else if (a->top < 0)
        outcome = code_negate(a, &result);
    return code_outcome_value(code, outcome, name, result);
}

/* NAME(...) behind its opening bracket. */
static struct code_value code_called(struct code *code, struct word name) {
    bool is_unary = word_is(name, "abs") || word_is(name, "int") || word_is(name, "len") ||
                    word_is(name, "bool");
    bool is_list;
    struct code_value list;

    if (!is_unary && !word_is(name, "min") && !word_is(name, "max")) {
        code_stop(code, CODE_UNSUPPORTED, "the function", name);
        return none;
    }
    list = code_list(code, ")", &is_list);
    if (code->idle || code->answer != CODE_HELD) return none;
    if (!is_unary) return extreme(code, name, &list);
    if (!list.items || list.items->next) return code_outcome_value(code, CODE_STRANGE, name, none);
    return unary_function(code, name, &list.items->value);
}

static bool is_keyword(struct word name) {
    static const char *const keywords[] = {
        "and",   "as",     "assert", "async",  "await",  "break",    "class", "continue", "def",
        "del",   "elif",   "else",   "except", "exec",   "finally",  "for",   "from",     "global",
        "if",    "import", "in",     "is",     "lambda", "nonlocal", "not",   "or",       "pass",
        "raise", "return", "try",    "while",  "with",   "yield",
    };

    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (word_is(name, keywords[i])) return true;
    }
    return false;
}

/* NAME, or NAME(...) */
static struct code_value named(struct code *code) {
    struct word name = code->token.text;

    if (is_keyword(name)) {
        code_unexpected(code);
        return none;
    }
    code_take(code);
    return code_takes(code, "(") ? code_called(code, name) : name_value(code, name);
}

/* (a), (a, b), [a, b] */
static struct code_value bracketed(struct code *code) {
    bool is_square = code_at(code, "["), is_list;
    struct code_value list;

    code_take(code);
    list = code_list(code, is_square ? "]" : ")", &is_list);
    return is_list || is_square || !list.items ? list : list.items->value;
}

/* A string, or several side by side, whose text is then only shown. */
static struct code_value string(struct code *code) {
    struct code_value value = {.kind = CODE_TEXT, .text = code->token.text};

    value.is_plain = code->token.is_plain;
    code_take(code);
    while (code->token.kind == CODE_TOKEN_STRING) {
        value.is_plain = false;
        code_take(code);
    }
    return value;
}

static struct code_value literal(struct code *code) {
    struct word text = code->token.text;
    struct code_value value = none;

    code_take(code);
    return code_outcome_value(code, code_number_of(text, &value), text, value);
}

static struct code_value atom(struct code *code) {
    struct code_value value = none;

    if (!code_deepen(code)) return none;
    if (code->token.kind == CODE_TOKEN_NAME)
        value = named(code);
    else if (code->token.kind == CODE_TOKEN_NUMBER)
        value = literal(code);
    else if (code->token.kind == CODE_TOKEN_STRING)
        value = string(code);
    else if (code_at(code, "(") || code_at(code, "["))
        value = bracketed(code);
    else
        code_unexpected(code);
    if (code_at(code, ".") || code_at(code, "[") || code_at(code, "(")) code_unexpected(code);
    code->depth--;
    return value;
}

static struct code_value factor(struct code *code);

/* a ** b: binds tighter than a sign on its left, and less tight than one on its right. */
static struct code_value power(struct code *code) {
    struct code_value base = atom(code), exponent;
    struct word sign = code->token.text;

    if (!code_takes(code, "**") || !code_deepen(code)) return base;
    exponent = factor(code);
    code->depth--;
    return code_operated(code, sign, &base, &exponent);
}

static struct code_value factor(struct code *code) {
    struct word sign = code->token.text;
    struct code_value value = none, result = none;
    enum code_outcome outcome = CODE_DONE;

    if (!code_at(code, "-") && !code_at(code, "+") && !code_at(code, "~")) return power(code);
    if (!code_deepen(code)) return none;
    code_take(code);
    value = result = factor(code);
    code->depth--;
    if (code->idle) return none;
    if (word_is(sign, "-")) outcome = code_negate(&value, &result);
    if (word_is(sign, "~")) outcome = code_invert(&value, &result);
    return code_outcome_value(code, outcome, sign, result);
}

/* How tight an operator binds; 0: it is none. */
static unsigned tightness(const struct code *code) {
    static const struct {
        const char *sign;
        unsigned tightness;
    } rows[] = {
        {"|",  1},
        {"^",  2},
        {"&",  3},
        {"<<", 4},
        {">>", 4},
        {"+",  5},
        {"-",  5},
        {"*",  6},
        {"/",  6},
        {"//", 6},
        {"%",  6}
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (code->token.kind == CODE_TOKEN_SIGN && word_is(code->token.text, rows[i].sign))
            return rows[i].tightness;
    }
    return 0;
}

/* Operators that bind at least as tight as @least: as many levels of recursion as there are. */
static struct code_value operation(struct code *code, unsigned least) {
    struct code_value value = factor(code);

    for (unsigned here = tightness(code); here >= least && here; here = tightness(code)) {
        struct word sign = code->token.text;
        struct code_value right;

        code_take(code);
        right = operation(code, here + 1);
        value = code_operated(code, sign, &value, &right);
    }
    return value;
}

/* The comparison in hand is taken.  Return: its sign; without length: there is none */
static struct word comparison_take(struct code *code) {
    static const char *const signs[] = {"==", "!=", "<=", ">=", "<", ">", "in"};
    static const struct word is_not = {"is not", 6}, not_in = {"not in", 6};
    struct word sign = code->token.text;

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (code_takes(code, signs[i])) return sign;
    }
    if (code_takes(code, "is")) return code_takes(code, "not") ? is_not : sign;
    if (!code_takes(code, "not")) return (struct word){0};
    code_expect(code, "in");
    return not_in;
}

/* a < b < c: each holds; from the first that does not, the rest is idle. */
static struct code_value comparison(struct code *code) {
    struct code_value left = operation(code, 1), right;
    struct word sign = comparison_take(code);
    bool holds = true, is_idle = false;

    if (!sign.length) return left;
    for (; sign.length; sign = comparison_take(code)) {
        right = operation(code, 1);
        if (!code->idle && code->answer == CODE_HELD)
            code_outcome_value(code, code_compare(sign, &left, &right, &holds), sign, none);
        if (!holds && !is_idle) {
            is_idle = true;
            code->idle++;
        }
        left = right;
    }
    if (is_idle) code->idle--;
    return code_integer(holds);
}

static struct code_value negation(struct code *code) {
    struct code_value value;

    if (!code_at(code, "not")) return comparison(code);
    if (!code_deepen(code)) return none;
    code_take(code);
    value = negation(code);
    code->depth--;
    return code_integer(!code_is_true(&value));
}

/* `a and b` is a if that is false, `a or b` is a if that is true; else b. */
static struct code_value conjunction(struct code *code, bool is_or) {
    struct code_value value = is_or ? conjunction(code, false) : negation(code);

    while (code_takes(code, is_or ? "or" : "and")) {
        bool is_decided = code_is_true(&value) == is_or;
        struct code_value right;

        if (is_decided) code->idle++;
        right = is_or ? conjunction(code, false) : negation(code);
        if (is_decided)
            code->idle--;
        else
            value = right;
    }
    return value;
}

struct code_value code_expression(struct code *code) {
    return conjunction(code, true);
}
