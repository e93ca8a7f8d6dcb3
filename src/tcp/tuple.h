/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_TUPLE_H
#define TERCET_TCP_TUPLE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <tercet/address.h>

#include "twin/siphash.h"
#include "wire/ip.h"

/*
 * The two sockets of a connection.  The local address is an index into the stack's address table, which is
 * one to one with the address for the life of the stack.
 */
struct tuple {
    struct tercet_address remote;
    uint16_t local;
    uint16_t local_port, remote_port;
};

_Static_assert(sizeof(struct tuple) == 22, "a tuple is 22 octets in every line that holds one");

/* Three loads of each, the last over the end of the second: a copy into whole words would wait for its own stores. */
static inline bool tuple_eq(const struct tuple *a, const struct tuple *b) {
    uint64_t x[3], y[3];

    memcpy(&x[0], a, 8);
    memcpy(&x[1], (const unsigned char *)a + 8, 8);
    memcpy(&x[2], (const unsigned char *)a + sizeof *a - 8, 8);
    memcpy(&y[0], b, 8);
    memcpy(&y[1], (const unsigned char *)b + 8, 8);
    memcpy(&y[2], (const unsigned char *)b + sizeof *b - 8, 8);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2])) == 0;
}

/* The address as a whole, which is how it is read again: a load over several stores would wait for them. */
static inline void tuple_copy(struct tuple *to, const struct tuple *from) {
    to->remote = from->remote;
    to->local = from->local;
    to->local_port = from->local_port;
    to->remote_port = from->remote_port;
}

static inline bool tuple_is_v4(const struct tuple *tuple) {
    return address_is_v4(&tuple->remote);
}

/*
 * A keyed hash of the tuple: two SipHash words for IPv4, three for IPv6.
 * The two families differ in the length that SipHash mixes in.  Its 16-bit numbers are put together in an
 * order in which no two lie side by side in the tuple: one load of both would wait for their stores.
 */
static inline __attribute__((always_inline)) uint64_t tuple_siphash(const struct siphash_key *key,
                                                                    const struct tuple *tuple,
                                                                    unsigned c, unsigned d) {
    uint64_t words[2], ends = (uint64_t)tuple->remote_port << 16 | tuple->local;
    uint32_t v4;

    if (tuple_is_v4(tuple)) {
        memcpy(&v4, tuple->remote.octets + 12, 4);
        words[0] = (uint64_t)v4 << 32 | ends;
        return siphash_rounds(key, words, 1, tuple->local_port, 2, c, d);
    }
    memcpy(words, tuple->remote.octets, 16);
    return siphash_rounds(key, words, 2, ends << 16 | tuple->local_port, 6, c, d);
}

/* For what the peer sees: SipHash-2-4. */
static inline uint64_t tuple_hash(const struct siphash_key *key, const struct tuple *tuple) {
    return tuple_siphash(key, tuple, 2, 4);
}

/* For the index, whose tags nobody sees: SipHash-1-3. */
static inline uint32_t tuple_tag(const struct siphash_key *key, const struct tuple *tuple) {
    return (uint32_t)(tuple_siphash(key, tuple, 1, 3) >> 32);
}

#endif
