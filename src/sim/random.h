/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SIM_RANDOM_H
#define TERCET_SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Chance from a seed: xoshiro256**, its state filled by SplitMix64.
 *
 * A seed is split into any number of streams, named by a purpose and an index; draws from one do
 * not shift another. Not for secrets that must stay secret.
 * Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021; Steele,
 * Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
 */
struct random {
    uint64_t s[4];
};

/* What streams are for. */
enum random_purpose {
    RANDOM_SECRET = 1, /* a host's secret */
    RANDOM_LOSS,       /* a link's impairments: one stream each */
    RANDOM_DUPLICATE,
    RANDOM_REORDER,
    RANDOM_JITTER,
    RANDOM_WRITER, /* how an application writes and reads */
    RANDOM_READER,
    RANDOM_SCENARIO, /* what a test tries */
    RANDOM_BURST,    /* more of a link's impairments */
    RANDOM_CORRUPT,
    RANDOM_QUITTER, /* when an application gives up */
};

/* Scatter 64 bits: the finaliser of SplitMix64, a bijection. */
uint64_t random_mix(uint64_t x);

/* The next number of SplitMix64; @state moves on. */
uint64_t random_split(uint64_t *state);

/*
 * The stream of @seed for @purpose (an enum random_purpose, or the caller's own from 1,000 on)
 * and @index.
 */
struct random random_stream(uint64_t seed, uint32_t purpose, uint64_t index);

/* 64 random bits. */
uint64_t random_u64(struct random *stream);

/* A number 0 .. @limit - 1 (@limit >= 1) from one draw; the bias is below @limit / 2^32. */
uint32_t random_below(struct random *stream, uint32_t limit);

/* A number @low .. @high, both included. */
uint32_t random_between(struct random *stream, uint32_t low, uint32_t high);

/* True for @ppm in a million; always one draw. */
bool random_is_hit(struct random *stream, uint32_t ppm);

/* Fill @n octets, the same on machines of any byte order. */
void random_fill(struct random *stream, unsigned char *bytes, uint32_t n);

#endif
