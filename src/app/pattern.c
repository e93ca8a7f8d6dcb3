/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/pattern.h"

static char pattern[PATTERN_BYTES * PATTERN_COPIES];

/* Filled before main: afterwards it is read only, by any number of threads. */
__attribute__((constructor)) static void pattern_fill(void) {
    char *at = pattern;
    for (unsigned line = 0; line < PATTERN_RING * PATTERN_COPIES; line++) {
        for (unsigned i = 0; i < PATTERN_LINE - 2; i++)
            *at++ = (char)(' ' + (1 + line + i) % PATTERN_RING);
        *at++ = '\r';
        *at++ = '\n';
    }
}

const char *pattern_at(uint64_t position, uint32_t *n) {
    uint32_t at = (uint32_t)(position % PATTERN_BYTES);
    *n = (uint32_t)sizeof pattern - at;
    return pattern + at;
}
