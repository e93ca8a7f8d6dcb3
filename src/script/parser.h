/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_PARSER_H
#define TERCET_SCRIPT_PARSER_H

#include <stdbool.h>
#include <stdint.h>

#include "script/arena.h"
#include "script/syntax.h"
#include "script/token.h"

/*
 * What the files parse_*.c share: a recursive descent with one token in hand.  A function that reads something begins
 * at the thing's first token and ends at the first token behind it; false and NULL mean that the error is told.
 */
struct parser {
    struct lexer lexer;
    struct token token;      /* in hand, not yet taken */
    const char *taken_until; /* the script up to here has been taken */
    struct place behind;     /* where that is */
    bool is_fresh;           /* nothing of this event has been taken */
    uint32_t depth;          /* brackets that are open */
    struct arena *arena;     /* borrowed */
};

void parser_take(struct parser *parser);

/* Memory of zeros, or NULL (and told). */
void *parser_memory(struct parser *parser, size_t octets);

/* The complaint "expected @what, found ..." about the token in hand.  Return: false */
bool parser_expected(struct parser *parser, const char *what);

/* One bracket more is open; the caller takes it back from parser->depth.  Return: false: too many */
bool parser_deepen(struct parser *parser);

static inline bool parser_at_sign(const struct parser *parser, char sign) {
    return parser->token.sign == sign;
}

static inline bool parser_at_number(const struct parser *parser) {
    return parser->token.kind == TOKEN_NUMBER;
}

bool parser_at_word(const struct parser *parser, const char *word);

/* Take it if it is in hand.  Return: whether */
bool parser_take_sign(struct parser *parser, char sign);
bool parser_take_word(struct parser *parser, const char *word);

/* Take it, or complain. */
bool parser_expect_sign(struct parser *parser, char sign);

/* A whole number up to @max; @what it is, for the complaint. */
bool parser_expect_integer(struct parser *parser, const char *what, uint64_t max, uint64_t *value);

/* The same for a part of a packet: also with `!` behind it, and unless @must_be_exact `...` or `*` in its place. */
bool parser_expect_number(struct parser *parser, const char *what, uint32_t max, bool must_be_exact,
                          struct number *number);

/* A token's text as a number: decimal or 0x hexadecimal.  Return: false: it is none, or needs more than 64 bits */
bool integer_of(struct word text, uint64_t *value);

/* Octets as hexadecimal digits, of the token in hand.  Return: false: none, and told */
bool parser_expect_octets(struct parser *parser, uint32_t max, uint8_t *octets, uint8_t *n);

bool parse_moment(struct parser *parser, struct moment *moment);
struct script_option *parse_setting(struct parser *parser);
struct script_packet *parse_packet(struct parser *parser);
bool parse_marks(struct parser *parser, struct script_packet *packet);
bool parse_transport(struct parser *parser, struct script_packet *packet);
bool parse_tcp(struct parser *parser, struct script_packet *packet);
bool parse_icmp(struct parser *parser, struct script_packet *packet);
bool parse_tcp_options(struct parser *parser, struct script_packet *packet);
struct script_call *parse_call(struct parser *parser);
struct value *parse_value(struct parser *parser);
struct value *parse_result(struct parser *parser);
bool parse_values(struct parser *parser, char closing, struct value **items, uint32_t *n_items);
bool parse_string(struct parser *parser, struct word *string);

/* Whether @word begins an option of TCP. */
bool is_tcp_option(struct word word);

#endif
