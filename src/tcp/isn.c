/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/isn.h"

#include "tcp/tcp.h"

#define PORT_COUNTER_MASK ((1ull << 56) - 1) /* what one SipHash word takes */

struct opening_numbers isn_numbers(const struct tcp *t, const struct tuple *tuple) {
    uint32_t clock = (uint32_t)(t->now.ns / (4 * NS_PER_US));
    uint64_t hash = tuple_hash(&t->keys.key[KEY_OPENING], tuple);

    return (struct opening_numbers){seq_of(clock + (uint32_t)hash), (uint32_t)(hash >> 32)};
}

/* 32 random bits: half of what a hash of the count gives. */
static uint32_t draw(struct tcp *t) {
    uint64_t count = t->port_count++;

    t->port_draws >>= 32;
    if (count % 2 == 0)
        t->port_draws = siphash_words(&t->keys.key[KEY_PORTS], NULL, 0,
                                      count / 2 & PORT_COUNTER_MASK, 7);
    return (uint32_t)t->port_draws;
}

bool isn_port(struct tcp *t, struct tuple *tuple, uint32_t *tag) {
    for (unsigned i = 0; i < PORT_TRIES; i++) {
        tuple->local_port = (uint16_t)(PORT_FIRST + ((uint64_t)draw(t) * PORT_COUNT >> 32));
        *tag = tcp_tag(t, tuple);
        if (!tcp_find(t, tuple, *tag)) return true;
    }
    return false;
}
