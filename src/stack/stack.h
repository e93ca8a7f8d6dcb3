/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_STACK_STACK_H
#define TERCET_STACK_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "ip/addresses.h"
#include "ip/fragments.h"
#include "ip/icmp_replies.h"
#include "ip/routes.h"
#include "stack/loop_link.h"
#include "tcp/tcp.h"

/*
 * The host: ip and tcp joined.  A packet walks one way: arrive parses and demultiplexes, tcp and ip note what
 * is owed, depart builds it.  The one way back is the loop link, for packets to our own addresses.
 */
struct tercet_stack {
    struct tcp tcp;
    struct addresses addresses;
    struct routes routes;
    struct icmp_replies icmp_replies;
    struct fragments fragments;
    struct loop_link loop;
    uint64_t frames_in, frames_out;
};

/* A connection's send or receive buffer. */
#define BUFFER_MIN_BYTES 4096u
#define BUFFER_MAX_BYTES (4u << 20)

/* A conn value: generation << 32 | kind | index. */
#define CONN_LISTENER 0x80000000u

static inline tercet_conn conn_value(uint32_t generation, uint32_t index) {
    return (uint64_t)generation << 32 | index;
}

/* The control block, or listener, of a value that is not stale; else NULL. */
struct tcb *conn_tcb(const struct tercet_stack *stack, tercet_conn conn);
struct listener *conn_listener(const struct tercet_stack *stack, tercet_conn conn);

/* Frames that have looped back arrive. */
void stack_arrive_looped(struct tercet_stack *stack);

/* Whether any departure is owed. */
bool stack_is_owing(const struct tercet_stack *stack);

#endif
