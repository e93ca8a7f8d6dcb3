/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_TCB_LIFE_H
#define TERCET_TCP_TCB_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "tcp/tcb.h"

struct tcp;
struct half_open;
struct segment;

/*
 * How a control block comes to be, and how it ends.  It outlives the connection until its user has given the
 * value back: only then is there nobody who could ask how it ended.
 */

/*
 * Take a control block for @tuple, with the configuration's limits and nothing else set.  Return: NULL: none
 * is free.
 */
struct tcb *tcb_new(struct tcp *t, const struct tuple *tuple, uint32_t tag);

/*
 * The final ACK of a half-open has validated: make the connection (ESTABLISHED, in the accept queue) and let
 * it take the half-open's place in the index.  Return: NULL when no control block is free.
 */
struct tcb *tcb_from_half_open(struct tcp *t, uint32_t index, uint32_t tag,
                               const struct segment *seg);

/* The opening is complete: enter ESTABLISHED and tell. */
void tcb_established(struct tcp *t, struct tcb *tcb);

/*
 * The connection has ended for @reason: everything but the block itself (and unread bytes of an orderly end)
 * goes.
 */
void tcb_over(struct tcp *t, struct tcb *tcb, enum tercet_reason reason);

/* Both sides have closed and ours acknowledges last: a TIME-WAIT line goes on in the connection's place. */
void tcb_enter_time_wait(struct tcp *t, struct tcb *tcb);

/* End it for @reason and let the peer know, if he has it open. */
void tcb_reset(struct tcp *t, struct tcb *tcb, enum tercet_reason reason);

/* The user gives the value back: free the block now if the connection is over, or when it will be. */
void tcb_orphan(struct tcp *t, struct tcb *tcb);

/* ABORT, RFC 9293 section 3.10.5: reset where the state asks for it, and give the value back. */
void tcb_abort(struct tcp *t, struct tcb *tcb);

/* Something is to be sent for it. */
void tcb_owe(struct tcp *t, struct tcb *tcb);

/* An ACK is owed at once. */
static inline void tcb_owe_ack(struct tcp *t, struct tcb *tcb) {
    tcb->flags |= TCB_ACK_NOW;
    tcb_owe(t, tcb);
}

/* Something has happened that its user should know: @ready bits. */
void tcb_tell(struct tcp *t, struct tcb *tcb, unsigned ready);

/*
 * Something is wrong that does not end the connection: its user is told, unless he has asked not to be (SHLD-20).
 * Source: RFC 9293 section 3.9.1.8 (MUST-47).
 */
void tcb_soft_error(struct tcp *t, struct tcb *tcb, enum tercet_soft_error error);

/* Whether an answer out of turn may leave, at most one a config.challenge_us since *@last, which is set. */
bool throttle_pass(const struct tcp *t, struct tick *last);

#endif
