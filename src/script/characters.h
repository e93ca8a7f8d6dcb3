/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_CHARACTERS_H
#define TERCET_SCRIPT_CHARACTERS_H

#include <stdbool.h>

/* What a script is written with. */

static inline bool char_is_digit(char c) {
    return c >= '0' && c <= '9';
}

static inline bool char_is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static inline bool char_is_word(char c) {
    return char_is_letter(c) || char_is_digit(c);
}

/* A blank inside a line; the CR of a CRLF is one. */
static inline bool char_is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static inline bool char_is_space(char c) {
    return c == '\n' || char_is_blank(c);
}

/* 0..15, or -1. */
static inline int char_hex(char c) {
    if (char_is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

#endif
