/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BASE_FLOW_H
#define TERCET_BASE_FLOW_H

#include <stddef.h>
#include <stdint.h>

/*
 * The flow index: from a keyed 32-bit tag to references, which are the caller's (never 0).
 *
 * Open addressing with linear probing over {tag, ref} pairs, eight to a cache line, at most two
 * thirds full. The home of a tag is tag * slots / 2^32, so any table size will do and removal
 * shifts its successors back without touching what they refer to. Tags must come from a keyed hash
 * (SipHash): then no outsider can choose colliding ones, and a run longer than FLOW_RUN_MAX cannot
 * happen (checked by must()). Two flows may share a tag: the caller compares what the reference
 * leads to and goes on with flow_next.
 */
struct flow_slot {
    uint32_t tag;
    uint32_t ref; /* 0: empty */
};

struct flow_table {
    struct flow_slot *slots;
    uint32_t n_slots;
    uint32_t used;
    uint32_t limit; /* references at most: n_slots * 2 / 3 */
};

#define FLOW_RUN_MAX 4096

/* Octets that a table for @limit references needs. */
size_t flow_table_size(uint32_t limit);

/* Make @table over zeroed @memory, which it keeps (64-octet aligned). */
void flow_table_init(struct flow_table *table, void *memory, uint32_t limit);

/* Where @tag is at home, and the slot after @at: the table is a circle. */
static inline uint32_t flow_home(const struct flow_table *table, uint32_t tag) {
    return (uint32_t)((uint64_t)tag * table->n_slots >> 32);
}

static inline uint32_t flow_after(const struct flow_table *table, uint32_t at) {
    return at + 1 == table->n_slots ? 0 : at + 1;
}

/* Ask for the cache line where @tag is at home, ahead of a look-up. */
static inline void flow_prefetch(const struct flow_table *table, uint32_t tag) {
    __builtin_prefetch(&table->slots[flow_home(table, tag)]);
}

static inline uint32_t flow_scan(const struct flow_table *table, uint32_t tag, uint32_t from,
                                 uint32_t *at) {
    for (;; from = flow_after(table, from)) {
        struct flow_slot slot = table->slots[from];

        if (slot.ref != 0 && slot.tag != tag) continue;
        *at = from;
        return slot.ref;
    }
}

/*
 * The first reference filed under @tag; @at is the cursor for flow_next.
 * Return: the reference, or 0.
 */
static inline uint32_t flow_first(const struct flow_table *table, uint32_t tag, uint32_t *at) {
    return flow_scan(table, tag, flow_home(table, tag), at);
}

/* The next one under the same tag, or 0.  No insert or remove in between. */
static inline uint32_t flow_next(const struct flow_table *table, uint32_t tag, uint32_t *at) {
    return flow_scan(table, tag, flow_after(table, *at), at);
}

/* File @ref under @tag.  There must be room: used < limit. */
void flow_insert(struct flow_table *table, uint32_t tag, uint32_t ref);

/* Take out @ref, which is filed under @tag. */
void flow_remove(struct flow_table *table, uint32_t tag, uint32_t ref);

/* Let @tag lead to @to where it led to @from: a half-open becomes a connection in place. */
void flow_replace(struct flow_table *table, uint32_t tag, uint32_t from, uint32_t to);

#endif
