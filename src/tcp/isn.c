/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/isn.h"

#include "tcp/tcp.h"

struct seq isn_next(const struct tcp *t, const struct tuple *tuple) {
    uint32_t clock = (uint32_t)(t->now.ns / (4 * NS_PER_US));

    return seq_of(clock + (uint32_t)tuple_hash(&t->keys.key[KEY_ISN], tuple));
}

uint32_t isn_ts_offset(const struct tcp *t, const struct tuple *tuple) {
    return (uint32_t)tuple_hash(&t->keys.key[KEY_TIMESTAMPS], tuple);
}

bool isn_port(struct tcp *t, struct tuple *tuple) {
    for (unsigned i = 0; i < PORT_TRIES; i++) {
        uint64_t count = t->port_count++;
        uint64_t draw = siphash_words(&t->keys.key[KEY_PORTS], &count, 1, 0, 0);

        tuple->local_port = (uint16_t)(PORT_FIRST + ((draw >> 32) * PORT_COUNT >> 32));
        if (!tcp_find(t, tuple, tcp_tag(t, tuple))) return true;
    }
    return false;
}
