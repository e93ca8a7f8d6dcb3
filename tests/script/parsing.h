/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_SCRIPT_PARSING_H
#define TERCET_TESTS_SCRIPT_PARSING_H

#include "script/parse.h"

/* A text that has been read, until the next one is. */
struct parsed {
    bool is_script;
    struct script script;
    struct parse_error error;
};

/* Of a string; the lines of a text may be given one by one, as in parse("0 close(3)\n" "1 close(4)\n"). */
const struct parsed *parse(const char *text);

/* Of @n octets, kept in memory of just that size, with definitions of the command line. */
const struct parsed *parse_octets(const char *text, size_t n, const struct definition *definitions);

/* The only event, packet, call of a text, or its only argument; a failing check and NULL unless it has one. */
const struct event *parse_event(const char *text);
const struct script_packet *parse_one_packet(const char *text);
const struct script_call *parse_one_call(const char *text);
const struct value *parse_one_value(const char *text);

/* A word, or a value, as a string; valid until the eighth call after this one. */
const char *word_string(struct word word);
const char *value_string(const struct value *value);

/* "3:7: expected ..." of a text that is no script; "" of one that is. */
const char *parse_complaint(const char *text);

#endif
