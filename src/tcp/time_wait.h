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
 *
 * A newer SYN may open the tuple again, by a half-open line.  Meanwhile the TIME-WAIT line lies aside: it is filed under
 * another tag, where no segment finds it, and its time runs on.  When the opening is complete it is forgotten; when the
 * opening comes to nothing the SYN may have been an old duplicate, and the line takes its tuple back.
 * Source: RFC 9293 section 3.6.1 (MUST-13, MAY-2), RFC 1122 section 4.2.2.13, RFC 1337.
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
    TIME_WAIT_ASIDE = 1 << 1, /* a half-open line has its tuple */
};

/* Put @tcb's connection into TIME-WAIT; it takes the control block's place in the index. */
void time_wait_enter(struct tcp *t, struct tcb *tcb);

/* Forget it: out of queue, index and pool. */
void time_wait_free(struct tcp *t, uint32_t index);

/* A newer SYN is admitted: leave @tag, that of its tuple, to it. */
void time_wait_lay_aside(struct tcp *t, uint32_t index, uint32_t tag);

/* What lies aside for @tuple, if it is still there, takes its place in the index again, or is forgotten. */
void time_wait_take_back(struct tcp *t, const struct tuple *tuple, uint32_t tag);
void time_wait_forget(struct tcp *t, const struct tuple *tuple, uint32_t tag);

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
