/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/parser.h"
#include "script/characters.h"
#include "script/words.h"

/*
 * Arguments and results of calls:  3  -1  ...  SOL_SOCKET  A|B  ~A  "text"  [1000]  {fd=3, events=POLLIN}  htons(8080)
 */
static struct value *value_make(struct parser *parser, enum value_kind kind) {
    struct value *value = parser_memory(parser, sizeof *value);

    if (!value) return NULL;
    value->kind = kind;
    value->place = parser->token.place;
    return value;
}

static struct value *ellipsis_parse(struct parser *parser) {
    struct value *value = value_make(parser, VALUE_ELLIPSIS);

    parser_take(parser);
    return value;
}

/* 1, 0x1f, 10UL: what C's suffixes say does not matter. */
static struct word without_suffix(struct word text) {
    while (text.length > 1 &&
           ((text.at[text.length - 1] | 0x20) == 'u' || (text.at[text.length - 1] | 0x20) == 'l'))
        text.length--;
    return text;
}

static struct value *integer_parse(struct parser *parser, bool is_negative) {
    struct value *value = value_make(parser, VALUE_INTEGER);
    uint64_t number;

    if (!value) return NULL;
    if (!parser_at_number(parser) || !integer_of(without_suffix(parser->token.text), &number)) {
        parser_expected(parser, "a number");
        return NULL;
    }
    value->integer = (int64_t)(is_negative ? 0 - number : number);
    parser_take(parser);
    return value;
}

static struct value *negative_parse(struct parser *parser) {
    struct place place = parser->token.place;
    struct value *value;

    parser_take(parser);
    value = integer_parse(parser, true);
    if (value) value->place = place;
    return value;
}

static struct value *string_value_parse(struct parser *parser) {
    struct value *value = value_make(parser, VALUE_STRING);

    return value && parse_string(parser, &value->word) ? value : NULL;
}

/* @value with the list up to @closing as its items; the opening is in hand. */
static struct value *items_parse(struct parser *parser, struct value *value, char closing) {
    if (!value || !parser_deepen(parser)) return NULL;
    parser_take(parser);
    if (!parse_values(parser, closing, &value->items, &value->n_items)) return NULL;
    parser->depth--;
    return value;
}

/* ~A or !A */
static struct value *negated_parse(struct parser *parser);

/* name=value behind its name: the `=` is in hand.  What stood in brackets behind the name, one value, is the second item. */
static struct value *assigned_parse(struct parser *parser, struct value *name) {
    struct value *item, *extra = name->items;

    if (name->kind == VALUE_CALL && name->n_items != 1) {
        parser_expected(parser, "one value in the brackets before `=`");
        return NULL;
    }
    parser_take(parser);
    if (!parser_deepen(parser)) return NULL;
    item = parse_value(parser);
    parser->depth--;
    if (!item) return NULL;
    name->kind = VALUE_ASSIGNED;
    name->items = item;
    item->next = extra;
    name->n_items++;
    return name;
}

/* A constant, f(x), name=value, or as strace has it name(count)=value. */
static struct value *named_parse(struct parser *parser) {
    struct value *value = value_make(parser, VALUE_NAME);

    if (!value) return NULL;
    parser_take_word(parser, "struct"); /* sizeof(struct tcp_info) */
    if (parser->token.kind != TOKEN_WORD) {
        parser_expected(parser, "a name");
        return NULL;
    }
    value->word = parser->token.text;
    parser_take(parser);
    if (parser_at_sign(parser, '(')) {
        value->kind = VALUE_CALL;
        if (!items_parse(parser, value, ')')) return NULL;
    }
    return parser_at_sign(parser, '=') ? assigned_parse(parser, value) : value;
}

/* (A|B) */
static struct value *bracketed_parse(struct parser *parser) {
    struct value *value;

    if (!parser_deepen(parser)) return NULL;
    parser_take(parser);
    value = parse_value(parser);
    parser->depth--;
    return value && parser_expect_sign(parser, ')') ? value : NULL;
}

static struct value *sign_parse(struct parser *parser) {
    switch (parser->token.sign) {
    case '-': return negative_parse(parser);
    case '[': return items_parse(parser, value_make(parser, VALUE_POINTED), ']');
    case '{': return items_parse(parser, value_make(parser, VALUE_STRUCT), '}');
    case '(': return bracketed_parse(parser);
    case '~':
    case '!': return negated_parse(parser);
    case '&': /* &name, and .name=value, C's way */
    case '.': parser_take(parser); return named_parse(parser);
    default: break;
    }
    parser_expected(parser, "a value");
    return NULL;
}

/* One value without `|`. */
static struct value *term_parse(struct parser *parser) {
    switch (parser->token.kind) {
    case TOKEN_ELLIPSIS: return ellipsis_parse(parser);
    case TOKEN_NUMBER: return integer_parse(parser, false);
    case TOKEN_STRING: return string_value_parse(parser);
    case TOKEN_WORD: return named_parse(parser);
    case TOKEN_SIGN: return sign_parse(parser);
    default: parser_expected(parser, "a value"); return NULL;
    }
}

static struct value *negated_parse(struct parser *parser) {
    struct value *value = value_make(parser, VALUE_NEGATED);

    if (!value || !parser_deepen(parser)) return NULL;
    parser_take(parser);
    value->items = term_parse(parser);
    value->n_items = 1;
    parser->depth--;
    return value->items ? value : NULL;
}

/* The alternatives behind @first, by @read. */
static struct value *or_parse(struct parser *parser, struct value *first,
                              struct value *(*read)(struct parser *)) {
    struct value *value, **link;

    if (!first || !parser_at_sign(parser, '|')) return first;
    value = value_make(parser, VALUE_OR);
    if (!value) return NULL;
    value->place = first->place;
    value->items = first;
    value->n_items = 1;
    link = &first->next;
    while (parser_take_sign(parser, '|')) {
        *link = read(parser);
        if (!*link) return NULL;
        link = &(*link)->next;
        value->n_items++;
    }
    return value;
}

struct value *parse_value(struct parser *parser) {
    return or_parse(parser, term_parse(parser), term_parse);
}

/* Of a result a `(` behind a name begins a note, not a call. */
static struct value *result_term_parse(struct parser *parser) {
    struct value *value;

    if (parser->token.kind != TOKEN_WORD) return term_parse(parser);
    value = value_make(parser, VALUE_NAME);
    if (!value) return NULL;
    value->word = parser->token.text;
    parser_take(parser);
    return value;
}

struct value *parse_result(struct parser *parser) {
    return or_parse(parser, result_term_parse(parser), result_term_parse);
}

static const char *what_behind_item(char closing) {
    if (closing == ')') return "`,` or `)`";
    return closing == ']' ? "`,` or `]`" : "`,` or `}`";
}

bool parse_values(struct parser *parser, char closing, struct value **items, uint32_t *n_items) {
    while (!parser_take_sign(parser, closing)) {
        *items = parse_value(parser);
        if (!*items) return false;
        items = &(*items)->next;
        (*n_items)++;
        if (parser_at_sign(parser, closing)) continue;
        if (!parser_take_sign(parser, ','))
            return parser_expected(parser, what_behind_item(closing));
    }
    return true;
}
