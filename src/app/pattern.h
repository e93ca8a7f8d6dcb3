/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_APP_PATTERN_H
#define TERCET_APP_PATTERN_H

#include <stdint.h>

/*
 * The popular pattern of RFC 864: lines of 72 of the 95 printing characters, each line beginning
 * one character further on. It repeats after 95 lines, so any position of the endless stream is
 * found by one division.
 */
enum {
    PATTERN_RING = 95,                           /* printing characters */
    PATTERN_LINE = 74,                           /* 72 of them, CR, LF */
    PATTERN_BYTES = PATTERN_RING * PATTERN_LINE, /* octets until it repeats */
    PATTERN_COPIES = 9 /* kept in memory, so that one write takes eight periods or more */
};

/*
 * The pattern from @position on, in memory that lives for ever.
 * @n: set to how many octets stand there, at least PATTERN_BYTES * (PATTERN_COPIES - 1)
 */
const char *pattern_at(uint64_t position, uint32_t *n);

#endif
