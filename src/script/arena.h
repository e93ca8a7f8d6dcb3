/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_ARENA_H
#define TERCET_SCRIPT_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * Memory that is taken piece by piece and given back all at once, with the script that it belongs to.
 */
struct arena {
    unsigned char *at;  /* the next free octet, 16-octet aligned */
    unsigned char *end; /* behind the last */
};

#define ARENA_ALIGNMENT 16u

/* @memory: borrowed, 16-octet aligned */
static inline struct arena arena_of(void *memory, size_t octets) {
    return (struct arena){memory, (unsigned char *)memory + octets};
}

/* @octets of zeros, or NULL when there is no room for them. */
static inline void *arena_take(struct arena *arena, size_t octets) {
    size_t left = (size_t)(arena->end - arena->at);
    unsigned char *taken = arena->at;

    if (octets > left || left - octets < ARENA_ALIGNMENT) return NULL;
    arena->at += (octets + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1);
    return memset(taken, 0, octets);
}

#endif
