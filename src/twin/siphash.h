/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TWIN_SIPHASH_H
#define TERCET_TWIN_SIPHASH_H

/*
 * SipHash over whole 64-bit words, for user space and for eBPF alike.
 * Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012.
 */
#ifdef __bpf__
#include <linux/types.h>
typedef __u64 twin_u64;
#else
#include <stdint.h>
typedef uint64_t twin_u64;
#endif

struct siphash_key {
    twin_u64 k[2];
};

struct siphash_state {
    twin_u64 v0, v1, v2, v3;
};

#define SIPHASH_ROTL(x, b) ((twin_u64)(((x) << (b)) | ((x) >> (64 - (b)))))

static inline __attribute__((always_inline)) void siphash_round(struct siphash_state *s) {
    s->v0 += s->v1;
    s->v1 = SIPHASH_ROTL(s->v1, 13);
    s->v1 ^= s->v0;
    s->v0 = SIPHASH_ROTL(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = SIPHASH_ROTL(s->v3, 16);
    s->v3 ^= s->v2;
    s->v0 += s->v3;
    s->v3 = SIPHASH_ROTL(s->v3, 21);
    s->v3 ^= s->v0;
    s->v2 += s->v1;
    s->v1 = SIPHASH_ROTL(s->v1, 17);
    s->v1 ^= s->v2;
    s->v2 = SIPHASH_ROTL(s->v2, 32);
}

static inline __attribute__((always_inline)) void siphash_word(struct siphash_state *s, twin_u64 m,
                                                               unsigned rounds) {
    s->v3 ^= m;
    for (unsigned i = 0; i < rounds; i++)
        siphash_round(s);
    s->v0 ^= m;
}

/*
 * SipHash-@c-@d: @c rounds a word, @d (3 or 4) at the end.  Hash @n_words whole words and a last word of which
 * @last_octets (0..7) octets count: the standard function over 8 * @n_words + @last_octets octets.
 * @last: the remaining octets, little-endian, the rest zero
 */
static inline __attribute__((always_inline)) twin_u64 siphash_rounds(const struct siphash_key *key,
                                                                     const twin_u64 *words,
                                                                     unsigned n_words, twin_u64 last,
                                                                     unsigned last_octets,
                                                                     unsigned c, unsigned d) {
    struct siphash_state s = {
        key->k[0] ^ 0x736f6d6570736575ull,
        key->k[1] ^ 0x646f72616e646f6dull,
        key->k[0] ^ 0x6c7967656e657261ull,
        key->k[1] ^ 0x7465646279746573ull,
    };

    for (unsigned i = 0; i < n_words; i++)
        siphash_word(&s, words[i], c);
    siphash_word(&s, last | (twin_u64)(8 * n_words + last_octets) << 56, c);
    s.v2 ^= 0xff;
    siphash_round(&s);
    siphash_round(&s);
    siphash_round(&s);
    if (d == 4) siphash_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/* SipHash-2-4, for what outsiders see or can compare. */
static inline __attribute__((always_inline)) twin_u64 siphash_words(const struct siphash_key *key,
                                                                    const twin_u64 *words,
                                                                    unsigned n_words, twin_u64 last,
                                                                    unsigned last_octets) {
    return siphash_rounds(key, words, n_words, last, last_octets, 2, 4);
}

/* SipHash-1-3, for tables whose tags nobody sees. */
static inline __attribute__((always_inline)) twin_u64 siphash13_words(const struct siphash_key *key,
                                                                      const twin_u64 *words,
                                                                      unsigned n_words,
                                                                      twin_u64 last,
                                                                      unsigned last_octets) {
    return siphash_rounds(key, words, n_words, last, last_octets, 1, 3);
}

#endif
