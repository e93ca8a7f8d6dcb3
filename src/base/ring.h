/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BASE_RING_H
#define TERCET_BASE_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buddy.h"

/*
 * A byte ring whose memory exists only while bytes wait in it.
 *
 * Octet number p of the stream (a 32-bit position that wraps, such as a sequence number) lives at p
 * modulo the ring's size, a power of two; so there is no head or tail here: the owner knows which
 * positions are live. Growing copies the live positions into a larger block; a ring with nothing
 * live gives its block back.
 */
struct ring {
    uint32_t block; /* buddy handle, 0: no memory */
    uint8_t order;  /* size is BUDDY_MIN << order */
};

struct span {
    void *base;
    uint32_t length;
};

static inline uint32_t ring_capacity(const struct ring *ring) {
    return ring->block ? BUDDY_MIN << ring->order : 0;
}

/*
 * Make room so that positions @from .. @from + @length all fit, keeping the octets of the @live
 * first of them.
 * @length: at most BUDDY_MIN << (BUDDY_ORDERS - 1)
 * Return: false when the arena has no block of that size (nothing has changed).
 */
bool ring_reserve(struct ring *ring, struct buddy *buddy, uint32_t from, uint32_t live,
                  uint32_t length);

/* Give the memory back; what was in it is gone. */
void ring_release(struct ring *ring, struct buddy *buddy);

/* Copy @n octets in at position @at (room was reserved). */
void ring_put(const struct ring *ring, const struct buddy *buddy, uint32_t at, const void *bytes,
              uint32_t n);

/* Copy @n octets out from position @at. */
void ring_get(const struct ring *ring, const struct buddy *buddy, uint32_t at, void *bytes,
              uint32_t n);

/*
 * Where positions @at .. @at + @n lie: one or two spans (the second may be empty), borrowed until
 * the next change.
 */
void ring_spans(const struct ring *ring, const struct buddy *buddy, uint32_t at, uint32_t n,
                struct span spans[2]);

#endif
