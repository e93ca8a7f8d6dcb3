/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/parser.h"
#include "script/characters.h"
#include "script/words.h"

/*
 * Strings of C:  "a\n\x01\001" "and so on"
 */

/* The octet of \c, for escapes of one letter; -1: none */
static int escape_of(char c) {
    static const char letters[] = "abfnrtv\\\"'?e", octets[] = "\a\b\f\n\r\t\v\\\"'?\033";

    for (uint32_t i = 0; i < sizeof letters - 1; i++)
        if (letters[i] == c) return octets[i];
    return -1;
}

/* \x1f: the digits of base @base at *at, @max of them at most, as an octet.  Return: false: there is none */
static bool digits_take(const char **at, const char *end, int base, int max, char *octet) {
    int value = 0, n = 0;

    for (; n < max && *at < end; n++, (*at)++) {
        int digit = char_hex(**at);

        if (digit < 0 || digit >= base) break;
        value = value * base + digit;
    }
    *octet = (char)value;
    return n > 0 && value <= 255;
}

/* An escape, of which *at is behind the backslash.  Return: false: there is no such */
static bool escape_take(const char **at, const char *end, char *octet) {
    int simple;

    if (*at == end) return false;
    if (**at >= '0' && **at <= '7') return digits_take(at, end, 8, 3, octet);
    if (**at == 'x') {
        (*at)++;
        return digits_take(at, end, 16, 2, octet);
    }
    simple = escape_of(*(*at)++);
    *octet = (char)simple;
    return simple >= 0;
}

/* Write the octets that @raw stands for to @to, which has room for all of it.  Return: how many, or -1 (and told) */
static int64_t escapes_resolve(struct parser *parser, struct word raw, char *to) {
    const char *at = raw.at, *end = raw.at + raw.length, *from;
    struct place place = parser->token.place;
    char *begin = to;

    while (at < end) {
        from = at;
        if (*at != '\\') {
            *to++ = *at++;
            continue;
        }
        at++;
        if (escape_take(&at, end, to++)) continue;
        if (!parser->lexer.nested) place.column += (uint32_t)(from - raw.at) + 1;
        lexer_fail(&parser->lexer, place,
                   "this string has an unknown escape "
                   "(known: \\n \\r \\t \\0 \\\\ \\\" \\xHH \\OOO and C's other ones)",
                   NULL);
        return -1;
    }
    return to - begin;
}

static bool has_escape(struct word raw) {
    for (uint32_t i = 0; i < raw.length; i++)
        if (raw.at[i] == '\\') return true;
    return false;
}

/* The string in hand, resolved; a slice of the script where that is what it says.  Return: false: told */
static bool piece_parse(struct parser *parser, struct word *piece) {
    struct word raw = parser->token.text;
    int64_t length;
    char *memory;

    *piece = raw;
    if (has_escape(raw)) {
        memory = parser_memory(parser, raw.length);
        if (!memory) return false;
        length = escapes_resolve(parser, raw, memory);
        if (length < 0) return false;
        *piece = (struct word){memory, (uint32_t)length};
    }
    parser_take(parser);
    return true;
}

/* Two strings side by side are one. */
enum { PIECES_MAX = 64 };

static bool pieces_join(struct parser *parser, const struct word *pieces, uint32_t n,
                        struct word *string) {
    uint32_t length = 0;
    char *memory;

    for (uint32_t i = 0; i < n; i++)
        length += pieces[i].length;
    memory = parser_memory(parser, length);
    if (!memory) return false;
    *string = (struct word){memory, length};
    for (uint32_t i = 0; i < n; i++) {
        if (pieces[i].length) memcpy(memory, pieces[i].at, pieces[i].length);
        memory += pieces[i].length;
    }
    return true;
}

bool parse_string(struct parser *parser, struct word *string) {
    struct word pieces[PIECES_MAX];
    uint32_t n = 0;

    do {
        if (n == PIECES_MAX) return parser_expected(parser, "at most 64 strings side by side");
        if (!piece_parse(parser, &pieces[n++])) return false;
    } while (parser->token.kind == TOKEN_STRING);
    *string = pieces[0];
    return n == 1 || pieces_join(parser, pieces, n, string);
}
