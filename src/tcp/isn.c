/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/isn.h"

#include "tcp/tcp.h"

#define PORT_COUNTER_MASK ((1ull << 56) - 1) /* what one SipHash word takes */

struct opening_numbers isn_numbers(const struct tcp *t, const struct tuple *tuple) {
    uint32_t clock = (uint32_t)(t->now.ns / (4 * NS_PER_US));
    uint64_t hash = tuple_hash(&t->keys.key[KEY_OPENING], tuple);

    return (struct opening_numbers){seq_of(clock + (uint32_t)hash), (uint32_t)(hash >> 32)};
}

bool isn_port(struct tcp *t, struct tuple *tuple, uint32_t *tag) {
    for (unsigned i = 0; i < PORT_TRIES; i++) {
        uint64_t draw = siphash_words(&t->keys.key[KEY_PORTS], NULL, 0,
                                      t->port_count++ & PORT_COUNTER_MASK, 7);

        tuple->local_port = (uint16_t)(PORT_FIRST + ((draw >> 32) * PORT_COUNT >> 32));
        *tag = tcp_tag(t, tuple);
        if (!tcp_find(t, tuple, *tag)) return true;
    }
    return false;
}
