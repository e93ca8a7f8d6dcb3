/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/random.h"

#define GOLDEN 0x9e3779b97f4a7c15ull /* 2^64 / golden ratio, odd */

uint64_t random_mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

uint64_t random_split(uint64_t *state) {
    *state += GOLDEN;
    return random_mix(*state);
}

struct random random_stream(uint64_t seed, uint32_t purpose, uint64_t index) {
    uint64_t state = random_mix(random_mix(seed + GOLDEN) + purpose * GOLDEN);
    struct random stream;

    state = random_mix(state + index);
    for (unsigned i = 0; i < 4; i++)
        stream.s[i] = random_split(&state);
    return stream;
}

static uint64_t rotate_left(uint64_t x, unsigned bits) {
    return (x << bits) | (x >> (64 - bits));
}

uint64_t random_u64(struct random *stream) {
    uint64_t *s = stream->s;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint32_t random_below(struct random *stream, uint32_t limit) {
    return (uint32_t)(((random_u64(stream) >> 32) * limit) >> 32);
}

uint32_t random_between(struct random *stream, uint32_t low, uint32_t high) {
    return low + random_below(stream, high - low + 1);
}

bool random_is_hit(struct random *stream, uint32_t ppm) {
    return random_below(stream, 1000000) < ppm;
}

void random_fill(struct random *stream, unsigned char *bytes, uint32_t n) {
    uint64_t word = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (i % 8 == 0) word = random_u64(stream);
        bytes[i] = (unsigned char)(word >> 56);
        word <<= 8;
    }
}
