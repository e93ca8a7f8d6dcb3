/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_PACE_H
#define TERCET_TCP_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "tcp/tcb.h"

struct tcp;
struct segment;

/*
 * When text that was heard is acknowledged, if config.habits.acks_adapt.  All of these are for such connections only.
 */

#define PACE_MSS_LEAST 88u

/* What tcb.pushed says. */
enum {
    PACE_PUSHED = 1, /* a segment was short, or pushed */
    PACE_PUSHED_TWICE = 2,
};

/* @seg has brought text; what is known of the peer's pace changes. */
void pace_heard(const struct tcp *t, struct tcb *tcb, const struct segment *seg);

/* Acknowledge the text that has come, at once or after a while.  @now: there is a reason to do it at once */
void pace_acknowledge(struct tcp *t, struct tcb *tcb, bool now);

/* The user has read: what waits may be acknowledged now. */
void pace_read(struct tcp *t, struct tcb *tcb);

/* An acknowledgement leaves. */
void pace_acknowledged(const struct tcp *t, struct tcb *tcb);

/* The delayed ACK has waited to the end: nobody answers, and the next one may wait longer. */
void pace_waited(const struct tcp *t, struct tcb *tcb);

/* Something is odd with the flow, the peer wants every ACK. */
void pace_hurry(const struct tcp *t, struct tcb *tcb);

/* The length of a full segment, as far as it is known; before the connection is open it is not, and this is any. */
static inline uint32_t pace_mss(const struct tcb *tcb) {
    return tcb->rcv_mss > PACE_MSS_LEAST ? tcb->rcv_mss : PACE_MSS_LEAST;
}

/* Octets of the buffer that are offered, when each segment is charged with the memory that holds it. */
uint32_t pace_room(const struct tcb *tcb);

/* An answer leaves: were there text a moment ago, ACKs wait for the next one. */
void pace_answered(const struct tcp *t, struct tcb *tcb);

/* The connection is open. */
void pace_begin(struct tcp *t, struct tcb *tcb);

#endif
