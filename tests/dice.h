/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_DICE_H
#define TERCET_TESTS_DICE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Chance that is the same on every run: a seed names it. Source: Steele et al., "SplitMix", 2014.
 */
struct dice {
    uint64_t state;
};

static inline uint64_t dice_u64(struct dice *dice) {
    uint64_t z = dice->state += 0x9e3779b97f4a7c15ull;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

static inline uint32_t dice_u32(struct dice *dice) {
    return (uint32_t)(dice_u64(dice) >> 32);
}

/* 0 .. @n - 1. */
static inline uint32_t dice_below(struct dice *dice, uint32_t n) {
    return (uint32_t)(((uint64_t)dice_u32(dice) * n) >> 32);
}

static inline void dice_octets(struct dice *dice, void *to, size_t n) {
    unsigned char *at = to;

    for (size_t i = 0; i < n; i++)
        at[i] = (unsigned char)dice_u32(dice);
}

#endif
