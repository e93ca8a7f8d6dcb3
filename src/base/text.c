/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"

#include <string.h>

#include "base/must.h"

#define TEXT_DIGITS_MAX 20 /* of UINT64_MAX in decimal */

static uint64_t text_power(unsigned n) {
    uint64_t power = 1;

    while (n--)
        power *= 10;
    return power;
}

/* @value in decimal with zeros in front up to @digits digits. */
static void text_digits(struct text *text, uint64_t value, unsigned digits) {
    char buffer[TEXT_DIGITS_MAX];
    unsigned n = 0;

    while (value || n < digits) {
        buffer[TEXT_DIGITS_MAX - ++n] = (char)('0' + value % 10);
        value /= 10;
    }
    text_bytes(text, buffer + TEXT_DIGITS_MAX - n, n);
}

void text_init(struct text *text, char *memory, size_t capacity) {
    must(capacity >= 1);
    *text = (struct text){.at = memory, .capacity = capacity};
    memory[0] = 0;
}

void text_bytes(struct text *text, const char *bytes, size_t n) {
    size_t room = text->capacity - text->used - 1;

    if (n > room) {
        n = room;
        text->cut = true;
    }
    memcpy(text->at + text->used, bytes, n);
    text->used += n;
    text->at[text->used] = 0;
}

void text_put(struct text *text, const char *string) {
    text_bytes(text, string, strlen(string));
}

void text_char(struct text *text, char c) {
    text_bytes(text, &c, 1);
}

void text_u64(struct text *text, uint64_t value) {
    text_digits(text, value, 1);
}

void text_i64(struct text *text, int64_t value) {
    if (value < 0) text_char(text, '-');
    text_u64(text, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void text_hex(struct text *text, uint64_t value, unsigned digits) {
    char buffer[16];
    unsigned n = 0;

    must(digits <= sizeof buffer);
    while (value || n < digits || n == 0) {
        buffer[sizeof buffer - ++n] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
    text_bytes(text, buffer + sizeof buffer - n, n);
}

void text_fixed(struct text *text, uint64_t value, unsigned scale, unsigned decimals) {
    unsigned exact = decimals < scale ? decimals : scale; /* decimals beyond the scale are zeros */
    uint64_t unit, dropped;

    must(scale < TEXT_DIGITS_MAX);
    unit = text_power(scale - exact);
    dropped = value % unit;
    value = value / unit + (dropped >= unit - dropped);
    unit = text_power(exact);
    text_u64(text, value / unit);
    if (decimals == 0) return;
    text_char(text, '.');
    text_digits(text, value % unit, exact);
    for (; exact < decimals; exact++)
        text_char(text, '0');
}

void text_pad(struct text *text, size_t start, size_t column) {
    while (text->used - start < column && !text->cut)
        text_char(text, ' ');
}
