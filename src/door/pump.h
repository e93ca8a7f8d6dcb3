/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_DOOR_PUMP_H
#define TERCET_DOOR_PUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/frame.h>
#include <tercet/stack.h>

#include "door/door.h"
#include "door/loop.h"

/*
 * Joins a stack with a door in an event loop.
 *
 * A turn is rounds of: a batch of frames arrives, the application hears of it, a batch departs.  Departures are
 * cut in batches too, so that the acknowledgments that they cause are read before the device's queue is full.
 * What is left after PUMP_ROUNDS_MAX rounds waits for the next turn (pump_deadline is then 0), so that no other
 * descriptor of the loop starves.
 */
#define PUMP_BATCH      64 /* frames */
#define PUMP_ROUNDS_MAX 16

enum pump_direction {
    PUMP_IN,
    PUMP_OUT,
};

struct pump_hooks {
    /* An event pulled from the stack, for the application to answer by calls. */
    void (*event)(void *user, const struct tercet_event *event, uint64_t now_ns);
    /* A frame that crossed the door, borrowed; of one that arrived, frame->verdict says what became of it.  Or NULL. */
    void (*tap)(void *user, const struct tercet_frame *frame, enum pump_direction direction,
                uint64_t now_ns);
    void *user;
};

struct pump {
    struct tercet_stack *stack;
    struct door *door;
    struct loop *loop;
    struct pump_hooks hooks;
    unsigned char *memory; /* of the frames below */
    size_t memory_octets;
    struct tercet_frame in[PUMP_BATCH], out[PUMP_BATCH];
    bool is_readable;   /* the door may have more */
    uint64_t misrouted; /* frames for a door that is not this one */
};

/*
 * Join @stack and @door, both kept until pump_close, and watch the door in @loop.
 * @hooks: copied
 * Return: 0, -ENOMEM, or the loop's -errno.
 */
int pump_open(struct pump *pump, struct tercet_stack *stack, struct door *door, struct loop *loop,
              const struct pump_hooks *hooks);

/*
 * One turn; to be called after every turn of the loop, whatever woke it.
 * Return: 0, or -errno: the device is gone.
 */
int pump_turn(struct pump *pump, uint64_t now_ns);

/* When pump_turn must be called at the latest: for loop_turn.  0: at once. */
uint64_t pump_deadline(const struct pump *pump);

/* Let go of the stack and the door; both stay open. */
void pump_close(struct pump *pump);

#endif
