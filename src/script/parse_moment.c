/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/parser.h"
#include "script/characters.h"
#include "script/words.h"

/*
 * When an event happens:  1.5   +.1   *   1~2   +1~+2   0...0.2   +0...+0.2
 */
enum {
    US_PER_S = 1000000,
    MOMENT_S_MAX = 1000000000, /* 31 years */
};

/* 1.5 as microseconds, to the nearest.  Return: false: it is no such number */
static bool seconds_of(struct word text, int64_t *us) {
    int64_t value = 0, unit = US_PER_S;
    uint32_t i = 0;

    for (; i < text.length && char_is_digit(text.at[i]); i++) {
        value = value * 10 + (text.at[i] - '0') * US_PER_S;
        if (value > (int64_t)MOMENT_S_MAX * US_PER_S) return false;
    }
    if (i < text.length && text.at[i] == '.') i++;
    for (; i < text.length && char_is_digit(text.at[i]); i++) {
        bool is_rest = unit == 1;

        if (is_rest) {
            value += text.at[i] >= '5';
            break;
        }
        unit /= 10;
        value += (text.at[i] - '0') * unit;
    }
    while (i < text.length && char_is_digit(text.at[i]))
        i++;
    *us = value;
    return i == text.length;
}

static bool seconds_parse(struct parser *parser, bool *is_relative, int64_t *us) {
    *is_relative = parser_take_sign(parser, '+');
    if (!parser_at_number(parser) || !seconds_of(parser->token.text, us))
        return parser_expected(parser, "a time in seconds, like 0.1 or +.1");
    parser_take(parser);
    return true;
}

/*
 * The end of a range or of a blocking call.  Relative, it is told from where the beginning is told from; kept is the
 * difference to the beginning.
 */
static bool until_parse(struct parser *parser, struct moment *moment) {
    struct place place = parser->token.place;
    bool has_plus;

    if (!seconds_parse(parser, &has_plus, &moment->until_us)) return false;
    moment->until_is_relative = has_plus || moment->kind == MOMENT_RELATIVE;
    if (moment->kind == MOMENT_RELATIVE) moment->until_us -= moment->at_us;
    if (moment->until_us >= (moment->until_is_relative ? 0 : moment->at_us)) return true;
    return lexer_fail(&parser->lexer, place, "this time ends before it begins", NULL);
}

bool parse_moment(struct parser *parser, struct moment *moment) {
    bool is_relative;

    if (parser_take_sign(parser, '*')) {
        moment->kind = MOMENT_ANY;
        return true;
    }
    if (!seconds_parse(parser, &is_relative, &moment->at_us)) return false;
    moment->kind = is_relative ? MOMENT_RELATIVE : MOMENT_ABSOLUTE;
    moment->is_blocking = parser->token.kind == TOKEN_ELLIPSIS;
    moment->is_range = parser_at_sign(parser, '~');
    if (!moment->is_blocking && !moment->is_range) return true;
    parser_take(parser);
    return until_parse(parser, moment);
}
