/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BASE_CHECKSUM_H
#define TERCET_BASE_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The Internet checksum.  Sums are taken over 16-bit words as they lie in memory: ones' complement
 * addition does not care about byte order, so the result is stored as it is, never swapped.
 * Source: RFC 1071; RFC 9293 section 3.1 (MUST-2, MUST-3).
 */

/*
 * Add @n octets to a running sum.
 * @sum: 0, or what an earlier call over an even number of octets returned
 * Return: the sum, to go on with or to fold (any value of 64 bits, congruent modulo 2^16 - 1).
 */
uint64_t checksum_add(uint64_t sum, const void *bytes, size_t n);

/*
 * The same by the definition, two octets at a time: the twin against which the fast one is tested.
 */
uint64_t checksum_add_plain(uint64_t sum, const void *bytes, size_t n);

/* Copy @n octets from @from to @to and add them to @sum: one pass over memory. */
uint64_t checksum_copy(uint64_t sum, void *to, const void *from, size_t n);

/* Ones' complement addition: the carry comes in again at the low end. */
static inline uint64_t checksum_plus(uint64_t sum, uint64_t word) {
    sum += word;
    return sum + (sum < word);
}

/*
 * Fold a sum into 16 bits, not complemented; 0xffff over octets that contain their right checksum.
 * Half plus half, twice: added to itself with its halves swapped, a number has the sum of both,
 * carry and all, in its upper half.
 */
static inline uint16_t checksum_fold(uint64_t sum) {
    uint32_t half = (uint32_t)((sum + (sum << 32 | sum >> 32)) >> 32);

    return (uint16_t)((half + (half << 16 | half >> 16)) >> 16);
}

/* Whether it would fold to 0xffff: a multiple of that, which costs one multiplication to see. */
static inline bool checksum_is_right(uint64_t sum) {
    return sum != 0 && sum % 0xffff == 0;
}

/* The checksum to store, in memory order. */
static inline uint16_t checksum_finish(uint64_t sum) {
    return (uint16_t)~checksum_fold(sum);
}

#endif
