/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_TIME_WAIT_H
#define TERCET_TCP_TIME_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/list.h"
#include "base/seq.h"
#include "tcp/tuple.h"

struct tcp;
struct segment;
struct tcb;

/*
 * TIME-WAIT in one cache line: what is left of a connection while its old segments may still be under way.
 * All last equally long, so expiry is one queue; when the pool is full the oldest goes, never a connection.
 * Source: RFC 9293 section 3.6.1 (MUST-13), RFC 1337.
 */
struct time_wait {
    struct list_link link;
    struct tuple tuple;
    uint16_t flags; /* enum time_wait_flag */
    struct seq snd_nxt, rcv_nxt;
    uint32_t rcv_wnd;
    uint32_t ts_recent;
    uint32_t ts_recent_s; /* when ts_recent was taken, seconds */
    struct tick deadline;
    struct tick answered; /* the last ACK out of turn */
    uint8_t rcv_scale;
    uint8_t diffserv; /* codepoint of its ACKs */
    uint8_t reserved[2];
};

_Static_assert(sizeof(struct time_wait) == 64, "a TIME-WAIT is one cache line");

enum time_wait_flag {
    TIME_WAIT_TIMESTAMPS = 1 << 0,
};

/* Put @tcb's connection into TIME-WAIT; it takes the control block's place in the index. */
void time_wait_enter(struct tcp *t, struct tcb *tcb);

/* Forget it: out of queue, index and pool. */
void time_wait_free(struct tcp *t, uint32_t index);

/* Start 2 MSL again. */
void time_wait_restart(struct tcp *t, uint32_t index);

/*
 * Acknowledge @seg out of turn, throttled, lest two TIME-WAITs talk for ever.  Return: false: an ACK left a
 * moment ago.
 */
bool time_wait_answer(struct tcp *t, struct time_wait *tw, const struct segment *seg);

/* Forget those whose 2 MSL are over. */
void time_wait_tick(struct tcp *t);

/* When the first of them is, or INSTANT_NEVER. */
struct instant time_wait_deadline(const struct tcp *t);

#endif
