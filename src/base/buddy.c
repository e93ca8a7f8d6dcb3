/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/buddy.h"

#include <stdbool.h>
#include <string.h>

#include "base/must.h"

#define BUDDY_TOP (BUDDY_ORDERS - 1)

/* What a free block holds: its place in the list of its order. */
struct buddy_link {
    uint32_t next, previous; /* handles */
};

static struct buddy_link *buddy_link_at(const struct buddy *buddy, uint32_t handle) {
    return (struct buddy_link *)(void *)buddy_at(buddy, handle);
}

static size_t buddy_arena(size_t arena_bytes) {
    return arena_bytes & ~(((size_t)BUDDY_MIN << BUDDY_TOP) - 1);
}

/* Words of the bitmap of @order. */
static size_t buddy_words(size_t units, unsigned order) {
    return ((units >> order) + 63) / 64;
}

static bool buddy_is_free(const struct buddy *buddy, uint32_t handle, unsigned order) {
    uint32_t i = (handle - 1) >> order;

    return buddy->free_bits[order][i / 64] >> i % 64 & 1;
}

static void buddy_flip(struct buddy *buddy, uint32_t handle, unsigned order) {
    uint32_t i = (handle - 1) >> order;

    buddy->free_bits[order][i / 64] ^= 1ull << i % 64;
}

static void buddy_push(struct buddy *buddy, uint32_t handle, unsigned order) {
    uint32_t next = buddy->free_head[order];

    *buddy_link_at(buddy, handle) = (struct buddy_link){.next = next};
    if (next) buddy_link_at(buddy, next)->previous = handle;
    buddy->free_head[order] = handle;
    buddy_flip(buddy, handle, order);
}

static void buddy_unlink(struct buddy *buddy, uint32_t handle, unsigned order) {
    struct buddy_link link = *buddy_link_at(buddy, handle);

    if (link.next) buddy_link_at(buddy, link.next)->previous = link.previous;
    if (link.previous)
        buddy_link_at(buddy, link.previous)->next = link.next;
    else
        buddy->free_head[order] = link.next;
    buddy_flip(buddy, handle, order);
}

/* Free a block for good: as one with its buddy as often as that is free too. */
static void buddy_merge(struct buddy *buddy, uint32_t handle, unsigned order) {
    for (; order < BUDDY_TOP; order++) {
        uint32_t other = ((handle - 1) ^ 1u << order) + 1;

        if (!buddy_is_free(buddy, other, order)) break;
        buddy_unlink(buddy, other, order);
        if (other < handle) handle = other;
    }
    buddy_push(buddy, handle, order);
}

/* Merge the @n oldest blocks of the cache. */
static void buddy_flush(struct buddy *buddy, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        buddy_merge(buddy, buddy->cache[i], 0);
    buddy->n_cached -= n;
    memmove(buddy->cache, buddy->cache + n, buddy->n_cached * sizeof buddy->cache[0]);
}

/* A block of @order: the smallest free one that is large enough, halved as often as needed. */
static uint32_t buddy_split(struct buddy *buddy, unsigned order) {
    unsigned from = order;
    uint32_t handle;

    while (from < BUDDY_TOP && !buddy->free_head[from])
        from++;
    handle = buddy->free_head[from];
    if (handle) {
        buddy_unlink(buddy, handle, from);
    } else {
        if (buddy->fresh == buddy->units) return 0;
        handle = buddy->fresh + 1;
        buddy->fresh += 1u << BUDDY_TOP;
    }
    while (from > order) {
        from--;
        buddy_push(buddy, handle + (1u << from), from);
    }
    return handle;
}

size_t buddy_size(size_t arena_bytes) {
    size_t arena = buddy_arena(arena_bytes);
    size_t words = 0;

    for (unsigned order = 0; order < BUDDY_ORDERS; order++)
        words += buddy_words(arena / BUDDY_MIN, order);
    return arena + words * sizeof(uint64_t);
}

void buddy_init(struct buddy *buddy, void *memory, size_t arena_bytes) {
    size_t arena = buddy_arena(arena_bytes);
    uint64_t *bits = (uint64_t *)(void *)((unsigned char *)memory + arena);

    must(arena / BUDDY_MIN < UINT32_MAX);
    *buddy = (struct buddy){.arena = memory, .units = (uint32_t)(arena / BUDDY_MIN)};
    for (unsigned order = 0; order < BUDDY_ORDERS; order++) {
        buddy->free_bits[order] = bits;
        bits += buddy_words(buddy->units, order);
    }
}

uint32_t buddy_take(struct buddy *buddy, unsigned order) {
    uint32_t handle;

    must(order < BUDDY_ORDERS);
    if (order == 0 && buddy->n_cached) {
        handle = buddy->cache[--buddy->n_cached];
    } else {
        handle = buddy_split(buddy, order);
        if (!handle && buddy->n_cached) {
            buddy_flush(buddy, buddy->n_cached);
            handle = buddy_split(buddy, order);
        }
        if (!handle) return 0;
    }
    buddy->used += 1u << order;
    return handle;
}

void buddy_give(struct buddy *buddy, uint32_t handle, unsigned order) {
    must(order < BUDDY_ORDERS && handle != 0 && handle <= buddy->fresh);
    must((handle - 1) % (1u << order) == 0 && buddy->used >= 1u << order);
    must(!buddy_is_free(buddy, handle, order));
    buddy->used -= 1u << order;
    if (order != 0) {
        buddy_merge(buddy, handle, order);
        return;
    }
    must(buddy->n_cached == 0 || buddy->cache[buddy->n_cached - 1] != handle);
    if (buddy->n_cached == BUDDY_CACHE_MAX) buddy_flush(buddy, BUDDY_CACHE_MAX / 2);
    buddy->cache[buddy->n_cached++] = handle;
}
