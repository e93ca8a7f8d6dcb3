/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ring.h"

#include <string.h>

#include "base/must.h"

/* The smallest order that holds @length octets. */
static uint8_t ring_order(uint32_t length) {
    uint8_t order = 0;

    while (BUDDY_MIN << order < length)
        order++;
    return order;
}

bool ring_reserve(struct ring *ring, struct buddy *buddy, uint32_t from, uint32_t live,
                  uint32_t length) {
    struct ring larger = {.order = 0};
    struct span spans[2];

    must(length <= BUDDY_MIN << (BUDDY_ORDERS - 1) && live <= length && live <= ring_capacity(ring));
    if (length <= ring_capacity(ring)) return true;
    larger.order = ring_order(length);
    larger.block = buddy_take(buddy, larger.order);
    if (!larger.block) return false;
    if (live) {
        ring_spans(ring, buddy, from, live, spans);
        ring_put(&larger, buddy, from, spans[0].base, spans[0].length);
        ring_put(&larger, buddy, from + spans[0].length, spans[1].base, spans[1].length);
    }
    ring_release(ring, buddy);
    *ring = larger;
    return true;
}

void ring_release(struct ring *ring, struct buddy *buddy) {
    if (ring->block) buddy_give(buddy, ring->block, ring->order);
    *ring = (struct ring){.block = 0};
}

void ring_put(const struct ring *ring, const struct buddy *buddy, uint32_t at, const void *bytes,
              uint32_t n) {
    struct span spans[2];

    if (n == 0) return;
    ring_spans(ring, buddy, at, n, spans);
    memcpy(spans[0].base, bytes, spans[0].length);
    if (spans[1].length)
        memcpy(spans[1].base, (const unsigned char *)bytes + spans[0].length, spans[1].length);
}

void ring_get(const struct ring *ring, const struct buddy *buddy, uint32_t at, void *bytes,
              uint32_t n) {
    struct span spans[2];

    if (n == 0) return;
    ring_spans(ring, buddy, at, n, spans);
    memcpy(bytes, spans[0].base, spans[0].length);
    if (spans[1].length)
        memcpy((unsigned char *)bytes + spans[0].length, spans[1].base, spans[1].length);
}

void ring_spans(const struct ring *ring, const struct buddy *buddy, uint32_t at, uint32_t n,
                struct span spans[2]) {
    uint32_t capacity = ring_capacity(ring);
    unsigned char *base;
    uint32_t begin, first;

    must(n <= capacity);
    if (n == 0) {
        spans[0] = spans[1] = (struct span){.base = NULL};
        return;
    }
    base = buddy_at(buddy, ring->block);
    begin = at & (capacity - 1);
    first = n < capacity - begin ? n : capacity - begin;
    spans[0] = (struct span){base + begin, first};
    spans[1] = (struct span){base, n - first};
}
