/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/checksum.h"

#include <string.h>

/*
 * Words of 64 bits count as two of 32, which count as two of 16: all are equal modulo 2^16 - 1. A
 * lane of 64 bits adds up whole words modulo 2^64 (`all`) and their upper halves (`high`); as the
 * sum of the lower halves cannot overflow, it is exactly `all` - (`high` << 32). That makes three
 * operations for a vector, and no carries.
 */
typedef uint64_t checksum_lanes __attribute__((vector_size(16)));

#define CHECKSUM_STRIDE 64u /* octets a turn: four vectors in flight */

/* Load a vector from any address, and store it again when this is a copy. */
static inline __attribute__((always_inline)) checksum_lanes checksum_lanes_at(
    unsigned char *to, const unsigned char *from) {
    checksum_lanes v;

    memcpy(&v, from, sizeof v);
    if (to) memcpy(to, &v, sizeof v);
    return v;
}

/* Whole strides.  @to: where to copy, or NULL.  Return: the sum of the halves of all words. */
static inline __attribute__((always_inline)) uint64_t checksum_strides(unsigned char *to,
                                                                       const unsigned char *from,
                                                                       size_t n) {
    checksum_lanes all0 = {0, 0}, all1 = {0, 0}, high0 = {0, 0}, high1 = {0, 0};
    uint64_t all, high;

    for (size_t i = 0; i < n; i += CHECKSUM_STRIDE) {
        checksum_lanes a = checksum_lanes_at(to ? to + i : NULL, from + i);
        checksum_lanes b = checksum_lanes_at(to ? to + i + 16 : NULL, from + i + 16);
        checksum_lanes c = checksum_lanes_at(to ? to + i + 32 : NULL, from + i + 32);
        checksum_lanes d = checksum_lanes_at(to ? to + i + 48 : NULL, from + i + 48);

        all0 += a;
        all1 += b;
        high0 += a >> 32;
        high1 += b >> 32;
        all0 += c;
        all1 += d;
        high0 += c >> 32;
        high1 += d >> 32;
    }
    all0 += all1;
    high0 += high1;
    all = all0[0] + all0[1];
    high = high0[0] + high0[1];
    return all - (high << 32) + high;
}

/* The rest, shorter than a stride, word by word with its carries. */
static inline __attribute__((always_inline)) uint64_t checksum_rest(uint64_t sum, unsigned char *to,
                                                                    const unsigned char *from,
                                                                    size_t n) {
    size_t i = 0;
    uint64_t word;
    uint32_t half;
    uint16_t pair;

    for (; i + 8 <= n; i += 8) {
        memcpy(&word, from + i, 8);
        if (to) memcpy(to + i, &word, 8);
        sum = checksum_plus(sum, word);
    }
    if (n & 4) {
        memcpy(&half, from + i, 4);
        if (to) memcpy(to + i, &half, 4);
        sum = checksum_plus(sum, half);
        i += 4;
    }
    if (n & 2) {
        memcpy(&pair, from + i, 2);
        if (to) memcpy(to + i, &pair, 2);
        sum = checksum_plus(sum, pair);
        i += 2;
    }
    if (n & 1) {
        unsigned char last[2] = {from[i], 0};

        memcpy(&pair, last, 2);
        if (to) to[i] = last[0];
        sum = checksum_plus(sum, pair);
    }
    return sum;
}

static inline __attribute__((always_inline)) uint64_t checksum_run(uint64_t sum, unsigned char *to,
                                                                   const unsigned char *from,
                                                                   size_t n) {
    size_t strides = n & ~(size_t)(CHECKSUM_STRIDE - 1);

    if (strides) sum = checksum_plus(sum, checksum_strides(to, from, strides));
    return checksum_rest(sum, to ? to + strides : NULL, from + strides, n - strides);
}

uint64_t checksum_add(uint64_t sum, const void *bytes, size_t n) {
    return checksum_run(sum, NULL, bytes, n);
}

uint64_t checksum_copy(uint64_t sum, void *to, const void *from, size_t n) {
    return checksum_run(sum, to, from, n);
}

uint64_t checksum_add_plain(uint64_t sum, const void *bytes, size_t n) {
    const unsigned char *at = bytes;
    uint16_t pair;

    sum = checksum_fold(sum);
    for (; n >= 2; n -= 2, at += 2) {
        memcpy(&pair, at, 2);
        sum = checksum_fold(sum + pair);
    }
    if (n) {
        unsigned char last[2] = {*at, 0};

        memcpy(&pair, last, 2);
        sum = checksum_fold(sum + pair);
    }
    return sum;
}
