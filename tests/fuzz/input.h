/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_FUZZ_INPUT_H
#define TERCET_TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

/* What libFuzzer calls with each input; must() ends the program, which is a find. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n);

/* An input that is read as a program: octet by octet, zeros behind its end. */
struct input {
    const uint8_t *at;
    size_t left;
};

static inline uint8_t input_u8(struct input *in) {
    if (in->left == 0) return 0;
    in->left--;
    return *in->at++;
}

static inline uint16_t input_u16(struct input *in) {
    unsigned high = input_u8(in);

    return (uint16_t)(high << 8 | input_u8(in));
}

/* A number that is most often small: an octet with its sign, shifted by up to 28 bits. */
static inline uint32_t input_delta(struct input *in) {
    static const unsigned char shifts[8] = {0, 0, 0, 0, 4, 8, 16, 24};
    unsigned how = input_u8(in);
    uint32_t value = input_u8(in);

    value <<= shifts[how & 7];
    return how & 8 ? 0 - value : value;
}

/* Copy up to @n octets of the input to @to.  Return: how many there were. */
static inline uint32_t input_take(struct input *in, void *to, uint32_t n) {
    if (n > in->left) n = (uint32_t)in->left;
    if (n) memcpy(to, in->at, n);
    in->at += n;
    in->left -= n;
    return n;
}

/* A copy in memory of exactly its size, so that a read beyond it is seen; the caller frees it. */
static inline unsigned char *exactly(const void *octets, size_t n) {
    unsigned char *copy = malloc(n ? n : 1);

    must(copy);
    if (n) memcpy(copy, octets, n);
    return copy;
}

#endif
