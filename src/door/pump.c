/* SPDX-License-Identifier: BSD-2-Clause */
#include "door/pump.h"

#include <errno.h>
#include <sys/epoll.h>

#include "door/memory.h"

#define LINE 64u /* octets of a cache line */

static void pump_readable(void *user, uint32_t events) {
    struct pump *pump = user;

    (void)events; /* an error or a hang-up shows itself at the next read */
    pump->is_readable = true;
}

/*
 * Cut one block into both batches' frames.  Frames lie an odd number of cache lines apart, so that their headers
 * do not all fall into the same set of the cache.
 */
static int frames_make(struct pump *pump) {
    uint32_t capacity = ((pump->door->mtu_bytes + LINE - 1) / LINE | 1) * LINE;

    pump->memory_octets = (size_t)capacity * 2 * PUMP_BATCH;
    pump->memory = memory_map(pump->memory_octets, MEMORY_SMALL_PAGES);
    if (!pump->memory) return -ENOMEM;
    for (unsigned i = 0; i < PUMP_BATCH; i++) {
        unsigned char *at = pump->memory + (size_t)capacity * 2 * i;

        pump->in[i] = (struct tercet_frame){.bytes = at, .capacity = capacity};
        pump->out[i] = (struct tercet_frame){.bytes = at + capacity, .capacity = capacity};
    }
    return 0;
}

int pump_open(struct pump *pump, struct tercet_stack *stack, struct door *door, struct loop *loop,
              const struct pump_hooks *hooks) {
    *pump = (struct pump){.stack = stack, .door = door, .loop = loop, .hooks = *hooks};
    pump->is_readable = true;
    int error = frames_make(pump);
    if (error) return error;
    error = loop_watch(loop, door->fd, EPOLLIN, pump_readable, pump);
    if (error) memory_unmap(pump->memory, pump->memory_octets);
    return error;
}

static void frames_tap(struct pump *pump, const struct tercet_frame *frames, unsigned n,
                       enum pump_direction direction, uint64_t now_ns) {
    if (!pump->hooks.tap) return;
    for (unsigned i = 0; i < n; i++)
        pump->hooks.tap(pump->hooks.user, &frames[i], direction, now_ns);
}

/* Return: frames taken from the door, or -errno. */
static int round_in(struct pump *pump, uint64_t now_ns) {
    if (!pump->is_readable) return 0;
    int n = door_receive(pump->door, pump->in, PUMP_BATCH);
    if (n < PUMP_BATCH) pump->is_readable = false;
    if (n <= 0) return n;
    tercet_stack_arrive(pump->stack, pump->in, (unsigned)n, now_ns);
    frames_tap(pump, pump->in, (unsigned)n, PUMP_IN, now_ns);
    return n;
}

static void round_events(struct pump *pump, uint64_t now_ns) {
    struct tercet_event event;

    while (tercet_stack_next_event(pump->stack, &event))
        pump->hooks.event(pump->hooks.user, &event, now_ns);
}

/* Leave out the frames for other doors.  Return: how many are left, moved to the front. */
static unsigned frames_ours(struct pump *pump, unsigned n) {
    unsigned kept = 0;

    for (unsigned i = 0; i < n; i++) {
        if (pump->out[i].door != pump->door->number) {
            pump->misrouted++;
            continue;
        }
        struct tercet_frame frame = pump->out[i];
        pump->out[i] = pump->out[kept];
        pump->out[kept++] = frame;
    }
    return kept;
}

/* Return: frames that the stack built. */
static unsigned round_out(struct pump *pump, uint64_t now_ns) {
    unsigned n = tercet_stack_depart(pump->stack, pump->out, PUMP_BATCH, now_ns);
    unsigned ours = frames_ours(pump, n);

    frames_tap(pump, pump->out, ours, PUMP_OUT, now_ns);
    if (ours > 0) door_send(pump->door, pump->out, ours);
    return n;
}

int pump_turn(struct pump *pump, uint64_t now_ns) {
    if (tercet_stack_deadline(pump->stack) <= now_ns) tercet_stack_tick(pump->stack, now_ns);
    for (unsigned round = 0; round < PUMP_ROUNDS_MAX; round++) {
        int n_in = round_in(pump, now_ns);

        if (n_in < 0) return n_in;
        round_events(pump, now_ns);
        unsigned n_out = round_out(pump, now_ns);
        if (n_out < PUMP_BATCH && !pump->is_readable) break;
    }
    return 0;
}

uint64_t pump_deadline(const struct pump *pump) {
    return pump->is_readable ? 0 : tercet_stack_deadline(pump->stack);
}

void pump_close(struct pump *pump) {
    loop_forget(pump->loop, pump->door->fd);
    memory_unmap(pump->memory, pump->memory_octets);
}
