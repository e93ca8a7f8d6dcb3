/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BENCH_HOST_H
#define TERCET_BENCH_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/stack.h>

/*
 * A stack in memory of its own, and the frames that it is handed and hands out.  The clock is the
 * bench's.
 */
#define HOST_BATCH     32
#define HOST_FRAME_MAX 2048

struct host {
    struct tercet_stack *stack;
    unsigned char memory[HOST_BATCH][HOST_FRAME_MAX];
    struct tercet_frame frames[HOST_BATCH]; /* what it has sent */
};

/* Limits that fit a bench with @objects of the kind that it is about. */
struct tercet_config host_config(uint32_t conns, uint32_t half_opens, uint32_t time_waits);

/* Make a stack at 198.18.0.@last or 2001:2::@last, with a route to everywhere. */
void host_make(struct host *host, const struct tercet_config *config, uint8_t last, uint64_t now_ns);

/* 198.18.@net.@last, or 2001:2::@net:@last for IPv6. */
struct tercet_address host_address(bool is_v6, uint16_t net, uint8_t last);

/* Let @from depart, its frames arrive at @to.  Return: how many. */
unsigned host_carry(struct host *from, struct host *to, uint64_t now_ns);

#endif
