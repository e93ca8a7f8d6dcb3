/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/wheel.h"

#include <stddef.h>

#include "base/must.h"

/*
 * A node lives on the level of the highest bit in which its deadline differs from the present (six
 * bits a level), in the slot that its deadline's six bits of that level name. So all that is on one
 * level lies in one block of the level above, every occupied slot lies ahead of the present, and
 * the lowest occupied level holds the earliest deadlines: the present can leap to the beginning of
 * that level's first slot. There the slot is emptied: its nodes sink to lower levels, and those
 * that are due reach the expired list.
 *
 * The top level has two bits only; its four slots are a circle. That is where the tick wraps, and
 * nothing below notices.
 */
#define WHEEL_BITS    6
#define WHEEL_TOP     (WHEEL_LEVELS - 1)
#define WHEEL_FIRST   0x80000000u
#define WHEEL_EXPIRED (WHEEL_LEVELS * WHEEL_SLOTS) /* the expired list's slot id */

static struct wheel_node *wheel_node_at(const struct wheel *wheel, uint32_t index) {
    return (struct wheel_node *)(void *)(wheel->nodes + (size_t)(index - 1) * wheel->stride);
}

static uint32_t *wheel_head(struct wheel *wheel, uint32_t slot_id) {
    if (slot_id == WHEEL_EXPIRED) return &wheel->expired;
    return &wheel->slots[slot_id / WHEEL_SLOTS][slot_id % WHEEL_SLOTS];
}

static uint32_t wheel_slot_id(const struct wheel *wheel, struct tick due) {
    uint32_t differ = due.n ^ wheel->now.n;
    uint32_t level;

    if (differ == 0) return WHEEL_EXPIRED;
    level = (31 - (uint32_t)__builtin_clz(differ)) / WHEEL_BITS;
    return level * WHEEL_SLOTS + (due.n >> (level * WHEEL_BITS)) % WHEEL_SLOTS;
}

/* Link node @index in front of the slot its deadline names. */
static void wheel_file(struct wheel *wheel, uint32_t index, struct wheel_node *node) {
    uint32_t slot_id = wheel_slot_id(wheel, node->due);
    uint32_t *head = wheel_head(wheel, slot_id);

    if (slot_id != WHEEL_EXPIRED)
        wheel->occupied[slot_id / WHEEL_SLOTS] |= 1ull << slot_id % WHEEL_SLOTS;
    node->next = *head;
    node->link = slot_id | WHEEL_FIRST;
    if (node->next) wheel_node_at(wheel, node->next)->link = index;
    *head = index;
}

static void wheel_unlink(struct wheel *wheel, struct wheel_node *node) {
    uint32_t slot_id = node->link & ~WHEEL_FIRST;

    if (node->next) wheel_node_at(wheel, node->next)->link = node->link;
    if (!(node->link & WHEEL_FIRST)) {
        wheel_node_at(wheel, node->link)->next = node->next;
    } else {
        *wheel_head(wheel, slot_id) = node->next;
        if (!node->next && slot_id != WHEEL_EXPIRED)
            wheel->occupied[slot_id / WHEEL_SLOTS] &= ~(1ull << slot_id % WHEEL_SLOTS);
    }
    node->link = 0;
}

/* The first slot with anything in it, and the tick at which it begins. */
static bool wheel_first_slot(const struct wheel *wheel, uint32_t *slot_id, struct tick *begin) {
    uint32_t level = 0;
    uint32_t shift, slot, block;

    while (wheel->occupied[level] == 0)
        if (++level == WHEEL_LEVELS) return false;
    shift = level * WHEEL_BITS;
    if (level == WHEEL_TOP) {
        uint32_t circle = (uint32_t)wheel->occupied[level] * 0x11; /* twice around */
        uint32_t here = wheel->now.n >> shift;

        slot = (here + (uint32_t)__builtin_ctz(circle >> here)) % 4;
        block = 0;
    } else {
        slot = (uint32_t)__builtin_ctzll(wheel->occupied[level]);
        block = wheel->now.n >> (shift + WHEEL_BITS) << (shift + WHEEL_BITS);
    }
    *slot_id = level * WHEEL_SLOTS + slot;
    *begin = (struct tick){block | slot << shift};
    return true;
}

/*
 * Leap to the next occupied slot and empty it.  Return: false when it lies beyond the time that was
 * asked for.
 */
static bool wheel_step(struct wheel *wheel) {
    uint32_t slot_id, index;
    struct tick begin;

    if (!wheel_first_slot(wheel, &slot_id, &begin) || tick_lt(wheel->goal, begin)) {
        wheel->now = wheel->goal;
        return false;
    }
    wheel->now = begin;
    index = *wheel_head(wheel, slot_id);
    *wheel_head(wheel, slot_id) = 0;
    wheel->occupied[slot_id / WHEEL_SLOTS] &= ~(1ull << slot_id % WHEEL_SLOTS);
    if (slot_id < WHEEL_SLOTS) { /* all of them are due: the list moves as it is */
        wheel->expired = index;
        wheel_node_at(wheel, index)->link = WHEEL_EXPIRED | WHEEL_FIRST;
        return true;
    }
    while (index) {
        struct wheel_node *node = wheel_node_at(wheel, index);
        uint32_t next = node->next;

        wheel_file(wheel, index, node);
        index = next;
    }
    return true;
}

void wheel_init(struct wheel *wheel, void *nodes, uint32_t stride, struct tick now) {
    must(stride >= sizeof(struct wheel_node) && stride % sizeof(uint32_t) == 0);
    *wheel = (struct wheel){.nodes = nodes, .stride = stride, .now = now, .goal = now};
}

void wheel_arm(struct wheel *wheel, uint32_t index, struct tick due) {
    struct wheel_node *node = wheel_node_at(wheel, index);

    must(index != 0 && index < WHEEL_FIRST);
    if (!tick_lt(wheel->goal, due)) due.n = wheel->goal.n + 1;
    if (due.n == 0) due.n = 1;
    if (node->link) {
        if (node->due.n == due.n) return;
        wheel_unlink(wheel, node);
        wheel->armed--;
    }
    node->due = due;
    wheel_file(wheel, index, node);
    wheel->armed++;
}

void wheel_disarm(struct wheel *wheel, uint32_t index) {
    struct wheel_node *node = wheel_node_at(wheel, index);

    must(index != 0 && index < WHEEL_FIRST);
    if (!node->link) return;
    wheel_unlink(wheel, node);
    wheel->armed--;
}

uint32_t wheel_expire(struct wheel *wheel, struct tick now) {
    uint32_t index;

    if (tick_lt(wheel->goal, now)) wheel->goal = now;
    while (!wheel->expired)
        if (!wheel_step(wheel)) return 0;
    index = wheel->expired;
    wheel_disarm(wheel, index);
    return index;
}

bool wheel_next(const struct wheel *wheel, struct tick *next) {
    uint32_t slot_id;

    if (wheel->expired) {
        *next = wheel->now;
        return true;
    }
    if (!wheel_first_slot(wheel, &slot_id, next)) return false;
    if (next->n == 0) next->n = 1; /* 0 means "not armed", and no deadline is 0 */
    return true;
}
