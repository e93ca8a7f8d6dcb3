/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BASE_POOL_H
#define TERCET_BASE_POOL_H

#include <stddef.h>
#include <stdint.h>

/*
 * A pool of equal objects in memory that the caller gave, named by index 1..limit (0 names none).
 *
 * Freed objects are reused last in, first out, so that the hot ones stay hot. Objects never taken
 * are never touched: a large sparse mapping costs only what is used. The pool keeps its link in the
 * object's first four octets while it is free and touches nothing else, so a generation kept behind
 * them survives.
 */
struct pool {
    unsigned char *base; /* object 1 */
    uint32_t stride;     /* octets from one object to the next */
    uint32_t limit;      /* objects at most */
    uint32_t touched;    /* objects ever taken: 1..touched */
    uint32_t free_head;  /* the most recently freed, 0 if none */
    uint32_t used;       /* objects now taken */
};

/* Octets that a pool of @limit objects of @stride octets needs. */
size_t pool_size(uint32_t limit, uint32_t stride);

/*
 * Make @pool over @memory, which it keeps; the memory must be zeroed (a fresh mapping is).
 * @stride: a multiple of 4, at least 4
 */
void pool_init(struct pool *pool, void *memory, uint32_t limit, uint32_t stride);

/* Take an object; its octets are as they were left.  Return: its index, or 0 when all are taken. */
uint32_t pool_take(struct pool *pool);

/* Give the object @index back. */
void pool_give(struct pool *pool, uint32_t index);

/* The object @index, 1..limit. */
static inline void *pool_at(const struct pool *pool, uint32_t index) {
    return pool->base + (size_t)(index - 1) * pool->stride;
}

/* @n rounded up to whole pages: where one pool ends in the caller's memory the next begins on a page. */
static inline size_t page_up(size_t n) {
    return (n + 4095) & ~(size_t)4095;
}

#endif
