/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SIM_EVENTS_H
#define TERCET_SIM_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What comes next: a binary heap of slots ordered by (time, order of scheduling).
 *
 * A slot is whatever the caller has numbered 1..limit (a host, a frame on a link) and waits for
 * at most one instant, so the heap cannot overflow and an instant can be moved in place.
 */
struct event {
    uint64_t at_ns;
    uint64_t number; /* order of scheduling: the tie-break that makes runs repeat */
    uint32_t slot;
};

struct events {
    struct event *heap;
    uint32_t *place; /* of slot i: its place in the heap + 1, or 0 */
    uint32_t n, limit;
    uint64_t next_number;
};

/* Octets for @limit slots. */
size_t events_size(uint32_t limit);

/* Make @events empty over zeroed @memory, which it keeps (8-octet aligned). */
void events_init(struct events *events, void *memory, uint32_t limit);

/*
 * Let @slot wait for @at_ns instead of what it waited for; the same instant again changes
 * nothing.
 */
void events_set(struct events *events, uint32_t slot, uint64_t at_ns);

/* Let @slot, waiting or not, wait for nothing. */
void events_cancel(struct events *events, uint32_t slot);

/* What @slot waits for, UINT64_MAX for nothing. */
uint64_t events_at(const struct events *events, uint32_t slot);

/* The next event, NULL when there is none; borrowed until the next change. */
static inline const struct event *events_first(const struct events *events) {
    return events->n ? events->heap : NULL;
}

/* Take the next event off.  Return: its slot (there must be one). */
uint32_t events_pop(struct events *events);

#endif
