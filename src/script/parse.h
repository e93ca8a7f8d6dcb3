/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_PARSE_H
#define TERCET_SCRIPT_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "script/arena.h"
#include "script/syntax.h"

/*
 * NAME=VALUE: what --define and -D give.  The token NAME stands for VALUE wherever it is written; #ifdef asks
 * whether NAME is there.
 */
struct definition {
    const struct definition *next;
    struct word name, value; /* value.length 0: only #ifdef sees it */
};

/* Why a text is no script, for file:line:column. */
struct parse_error {
    struct place place;
    char sentence[200]; /* "expected `)`, found `,`" */
};

enum {
    PARSE_TEXT_MAX = 8 << 20, /* octets of a script */
    PARSE_DEPTH_MAX = 32,     /* brackets inside brackets, and #ifdef inside #ifdef */
    PARSE_EVENTS_MAX = 1 << 17,
};

/*
 * Make values of a script's text.  Definitions of the script's own --define options count from there on.
 * @text: borrowed for the life of the values; @n octets, need not end with a zero
 * Return: whether it is a script; else @error says where and why ("too large" when the arena is exhausted)
 */
bool script_parse(const char *text, size_t n, const struct definition *definitions,
                  struct arena *arena, struct script *script, struct parse_error *error);

#endif
