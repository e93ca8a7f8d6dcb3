/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/parser.h"
#include "script/characters.h"
#include "script/words.h"

/*
 * Options in front of a script:  --tolerance_usecs=10000   --define=NAME=VALUE
 */

/* Of "a=b" the part in front of the `=`, and whether there is one. */
static bool word_cut(struct word *rest, struct word *front) {
    const char *end = rest->at + rest->length, *at = rest->at;

    while (at < end && *at != '=')
        at++;
    *front = word_between(rest->at, at);
    *rest = word_between(at < end ? at + 1 : at, end);
    return at < end;
}

static struct word without_quotes(struct word word) {
    if (word.length < 2 || word.at[0] != '"' || word.at[word.length - 1] != '"') return word;
    return (struct word){word.at + 1, word.length - 2};
}

static bool is_setting_name(struct word name) {
    if (name.length == 0) return false;
    for (uint32_t i = 0; i < name.length; i++)
        if (!char_is_word(name.at[i]) && name.at[i] != '-') return false;
    return true;
}

static bool is_name(struct word name) {
    if (name.length == 0 || !char_is_letter(name.at[0])) return false;
    for (uint32_t i = 0; i < name.length; i++)
        if (!char_is_word(name.at[i])) return false;
    return true;
}

/* --define=NAME=VALUE: NAME stands for VALUE from here on. */
static bool definition_take(struct parser *parser, const struct script_option *option) {
    struct word value = option->value, name = {NULL, 0};

    if (value.at) word_cut(&value, &name);
    name = word_trimmed(name);
    if (!is_name(name))
        return lexer_fail(&parser->lexer, option->place, "expected --define=NAME=VALUE", NULL);
    if (!definitions_add(&parser->lexer.definitions, name, word_trimmed(value), false))
        return lexer_fail(&parser->lexer, option->place, "too many definitions (128 at most)", NULL);
    return true;
}

struct script_option *parse_setting(struct parser *parser) {
    struct script_option *option = parser_memory(parser, sizeof *option);
    struct word rest, name;
    bool has_value;

    if (!option) return NULL;
    option->place = parser->token.place;
    lexer_option(&parser->lexer, &parser->token);
    if (parser->token.kind == TOKEN_BAD) return NULL;
    rest = parser->token.text;
    rest = (struct word){rest.at + 2, rest.length - 2};
    has_value = word_cut(&rest, &name);
    if (!is_setting_name(name)) {
        lexer_fail(&parser->lexer, option->place, "expected an option, like --name=value", NULL);
        return NULL;
    }
    option->name = name;
    if (has_value) option->value = without_quotes(word_trimmed(rest));
    if (word_is(name, "define") && !definition_take(parser, option)) return NULL;
    parser_take(parser);
    return option;
}
