/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pattern.h"

#include "sim/random.h"

/* Octets come eight at a time out of one mixed word, the most significant first. */
static unsigned char octet_of(uint64_t word, uint64_t position) {
    return (unsigned char)(word >> (56 - 8 * (position % 8)));
}

static uint64_t word_of(uint64_t key, uint64_t position) {
    return random_mix(key + position / 8 * 0x9e3779b97f4a7c15ull);
}

void pattern_put(uint64_t key, uint64_t position, unsigned char *bytes, uint32_t n) {
    uint64_t word = word_of(key, position);

    for (uint32_t i = 0; i < n; i++, position++) {
        if (position % 8 == 0) word = word_of(key, position);
        bytes[i] = octet_of(word, position);
    }
}

uint32_t pattern_check(uint64_t key, uint64_t position, const unsigned char *bytes, uint32_t n) {
    uint64_t word = word_of(key, position);

    for (uint32_t i = 0; i < n; i++, position++) {
        if (position % 8 == 0) word = word_of(key, position);
        if (bytes[i] != octet_of(word, position)) return i;
    }
    return n;
}
