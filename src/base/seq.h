/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BASE_SEQ_H
#define TERCET_BASE_SEQ_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A sequence number: 32 bits that wrap, so that < has no meaning without a distance below 2^31.
 * A struct, so that `a < b` does not compile.  Source: RFC 9293 section 3.4.
 */
struct seq {
    uint32_t n;
};

static inline struct seq seq_of(uint32_t n) {
    return (struct seq){n};
}

/* The number @count octets on (modulo 2^32). */
static inline struct seq seq_add(struct seq a, uint32_t count) {
    return (struct seq){a.n + count};
}

static inline struct seq seq_sub(struct seq a, uint32_t count) {
    return (struct seq){a.n - count};
}

/* Octets from @a up to @b, which is not before @a. */
static inline uint32_t seq_distance(struct seq a, struct seq b) {
    return b.n - a.n;
}

static inline bool seq_eq(struct seq a, struct seq b) {
    return a.n == b.n;
}

static inline bool seq_lt(struct seq a, struct seq b) {
    return (int32_t)(a.n - b.n) < 0;
}

static inline bool seq_le(struct seq a, struct seq b) {
    return (int32_t)(a.n - b.n) <= 0;
}

static inline bool seq_gt(struct seq a, struct seq b) {
    return seq_lt(b, a);
}

static inline bool seq_ge(struct seq a, struct seq b) {
    return seq_le(b, a);
}

static inline struct seq seq_max(struct seq a, struct seq b) {
    return seq_lt(a, b) ? b : a;
}

static inline struct seq seq_min(struct seq a, struct seq b) {
    return seq_lt(a, b) ? a : b;
}

/* Whether @low <= @x < @low + @length, the window test of RFC 9293 section 3.10.7.4. */
static inline bool seq_is_in(struct seq x, struct seq low, uint32_t length) {
    return x.n - low.n < length;
}

#endif
