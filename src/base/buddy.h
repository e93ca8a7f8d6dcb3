/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BASE_BUDDY_H
#define TERCET_BASE_BUDDY_H

#include <stddef.h>
#include <stdint.h>

/*
 * A buddy allocator over one arena: blocks of BUDDY_MIN << order octets for buffers that exist only
 * while bytes wait in them.
 *
 * A block is named by a 32-bit handle (1-based number of its first minimal unit; 0 names none).
 * Free blocks keep their links in themselves; one bitmap a level says which are free. Take and give
 * are O(orders). The last freed smallest blocks are kept in a short last-in-first-out cache so that
 * the common small buffer neither splits nor merges. A largest block is not touched before it is
 * first needed, so a large sparse mapping costs only what is used.
 */
#define BUDDY_MIN       2048u
#define BUDDY_ORDERS    13 /* 2 KiB .. 8 MiB */
#define BUDDY_CACHE_MAX 64

struct buddy {
    unsigned char *arena;
    uint64_t *free_bits[BUDDY_ORDERS]; /* bit i: block i of this order is free */
    uint32_t free_head[BUDDY_ORDERS];  /* handle */
    uint32_t cache[BUDDY_CACHE_MAX];   /* order 0 blocks, most recent last */
    uint32_t n_cached;
    uint32_t units; /* minimal blocks in the arena */
    uint32_t fresh; /* the largest blocks from this unit on were never needed */
    uint32_t used;  /* of them handed out (cached ones are not) */
};

/*
 * Octets needed to manage an arena of @arena_bytes (rounded down to a multiple of the largest
 * block), arena included.
 */
size_t buddy_size(size_t arena_bytes);

/*
 * Make @buddy over zeroed @memory of buddy_size(@arena_bytes) octets, which it keeps (4096-octet
 * aligned).
 */
void buddy_init(struct buddy *buddy, void *memory, size_t arena_bytes);

/* Take a block of BUDDY_MIN << @order octets.  Return: its handle, or 0 when there is none. */
uint32_t buddy_take(struct buddy *buddy, unsigned order);

/* Give back the block @handle of @order. */
void buddy_give(struct buddy *buddy, uint32_t handle, unsigned order);

/* The first octet of block @handle. */
static inline unsigned char *buddy_at(const struct buddy *buddy, uint32_t handle) {
    return buddy->arena + (size_t)(handle - 1) * BUDDY_MIN;
}

#endif
