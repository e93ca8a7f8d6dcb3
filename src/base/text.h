/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BASE_TEXT_H
#define TERCET_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Text built into memory that the caller gave. What does not fit is cut and said (`cut`); the
 * result is always terminated by a zero octet.
 */
struct text {
    char *at;        /* borrowed for the life of the value */
    size_t capacity; /* octets at @at, terminator included, at least 1 */
    size_t used;     /* without the terminator */
    bool cut;
};

void text_init(struct text *text, char *memory, size_t capacity);
void text_bytes(struct text *text, const char *bytes, size_t n);
void text_put(struct text *text, const char *string);
void text_char(struct text *text, char c);
void text_u64(struct text *text, uint64_t value);
void text_i64(struct text *text, int64_t value);

/* Lower-case hexadecimal without a prefix, at least @digits digits. */
void text_hex(struct text *text, uint64_t value, unsigned digits);

/*
 * @value / 10^@scale with @decimals decimals (rounded half up): text_fixed(t, 1234567, 6, 3) is
 * "1.235".
 */
void text_fixed(struct text *text, uint64_t value, unsigned scale, unsigned decimals);

/* Spaces until @column octets have been written since position @start of the text. */
void text_pad(struct text *text, size_t start, size_t column);

#endif
