/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/flow.h"

#include "base/must.h"

/*
 * Slots for @limit references: one and a half times as many, whole cache lines, one always empty.
 */
static uint32_t flow_slots(uint32_t limit) {
    uint64_t slots = ((uint64_t)limit + limit / 2 + 1 + 7) & ~(uint64_t)7;

    must(slots <= UINT32_MAX);
    return (uint32_t)slots;
}

/* Slots from @from forward to @to, around the end. */
static uint32_t flow_distance(const struct flow_table *table, uint32_t from, uint32_t to) {
    return to >= from ? to - from : to + table->n_slots - from;
}

/* The slot in which @ref is filed under @tag: it must be there. */
static uint32_t flow_find(const struct flow_table *table, uint32_t tag, uint32_t ref) {
    uint32_t at = flow_home(table, tag);

    while (table->slots[at].tag != tag || table->slots[at].ref != ref) {
        must(table->slots[at].ref != 0);
        at = flow_after(table, at);
    }
    return at;
}

size_t flow_table_size(uint32_t limit) {
    return flow_slots(limit) * sizeof(struct flow_slot);
}

void flow_table_init(struct flow_table *table, void *memory, uint32_t limit) {
    *table = (struct flow_table){.slots = memory, .n_slots = flow_slots(limit), .limit = limit};
}

void flow_insert(struct flow_table *table, uint32_t tag, uint32_t ref) {
    uint32_t at = flow_home(table, tag);
    uint32_t run = 0;

    must(ref != 0 && table->used < table->limit);
    while (table->slots[at].ref != 0) {
        at = flow_after(table, at);
        must(++run < FLOW_RUN_MAX);
    }
    table->slots[at] = (struct flow_slot){tag, ref};
    table->used++;
}

/* Knuth's algorithm R: pull back every successor that the hole would hide from its home. */
void flow_remove(struct flow_table *table, uint32_t tag, uint32_t ref) {
    uint32_t hole = flow_find(table, tag, ref);

    for (uint32_t at = flow_after(table, hole); table->slots[at].ref != 0;
         at = flow_after(table, at)) {
        uint32_t home = flow_home(table, table->slots[at].tag);

        if (flow_distance(table, home, at) < flow_distance(table, hole, at)) continue;
        table->slots[hole] = table->slots[at];
        hole = at;
    }
    table->slots[hole] = (struct flow_slot){0, 0};
    table->used--;
}

void flow_replace(struct flow_table *table, uint32_t tag, uint32_t from, uint32_t to) {
    must(to != 0);
    table->slots[flow_find(table, tag, from)].ref = to;
}
