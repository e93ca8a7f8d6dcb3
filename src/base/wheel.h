/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BASE_WHEEL_H
#define TERCET_BASE_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"

/*
 * A hierarchical timing wheel over nodes that live inside the caller's pool objects (12 octets
 * each).
 *
 * Six levels of 64 slots cover all 32 bits of the tick; a bitmap a level finds the next occupied
 * slot without a walk. Arm, disarm: O(1). Advance: O(nodes due + at most five cascades a node). A
 * node is named by its object's index (1..), so links are 4 octets and the node can be found from
 * base + (index - 1) * stride.
 * Source: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987.
 */
#define WHEEL_LEVELS 6
#define WHEEL_SLOTS  64

struct wheel_node {
    uint32_t next;
    uint32_t link;   /* the previous node's index, or of the first the slot's name; 0: not armed */
    struct tick due; /* when armed */
};

struct wheel {
    unsigned char *nodes; /* the node inside object 1 */
    uint32_t stride;
    struct tick now;  /* slots that begin up to here have been emptied */
    struct tick goal; /* the latest time given: `now` is behind it while nodes are handed out */
    uint32_t armed;   /* nodes in the wheel */
    uint64_t occupied[WHEEL_LEVELS];
    uint32_t slots[WHEEL_LEVELS][WHEEL_SLOTS]; /* first node's index */
    uint32_t expired;                          /* due nodes not yet handed out */
};

/*
 * Make an empty wheel.
 * @nodes: the address of the node inside object 1 of the pool, which the wheel keeps
 * @stride: the pool's stride
 * @now: the current tick
 */
void wheel_init(struct wheel *wheel, void *nodes, uint32_t stride, struct tick now);

/*
 * Let time leap to @now if nothing is armed.  To be called before an arm: with nothing due there may have been no advance for more
 * than the 2^31 ticks that a comparison reaches.
 */
static inline void wheel_leap(struct wheel *wheel, struct tick now) {
    if (!wheel->armed) wheel->now = wheel->goal = now;
}

/*
 * Arm node @index for @due (armed or not before).  A @due that has been reached counts as the next
 * tick.
 */
void wheel_arm(struct wheel *wheel, uint32_t index, struct tick due);

/* Disarm node @index, armed or not. */
void wheel_disarm(struct wheel *wheel, uint32_t index);

static inline bool wheel_node_is_armed(const struct wheel_node *node) {
    return node->link != 0;
}

/*
 * Move time to @now (not backwards) and hand out one node that is due: call until it answers 0. The
 * node is disarmed when handed out and may be armed again at once (for a tick after @now: no
 * endless loop).
 * Return: its index, or 0 when nothing is due.
 */
uint32_t wheel_expire(struct wheel *wheel, struct tick now);

/*
 * The next tick at which wheel_expire has something to do (hand out or cascade): never later than
 * the earliest deadline.
 * Return: false when nothing is armed.
 */
bool wheel_next(const struct wheel *wheel, struct tick *next);

#endif
