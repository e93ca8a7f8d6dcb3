/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_TIMERS_H
#define TERCET_TCP_TIMERS_H

#include <stdint.h>

#include "tcp/tcb.h"

struct tcp;

/*
 * A connection's deadlines.  One wheel node stands for the earliest of them; when it fires too early, because
 * a deadline has moved back meanwhile, it is only armed again: moving a deadline back costs nothing.
 */

/* Let @timer expire in @us microseconds, whenever it was set for before. */
void timer_set(struct tcp *t, struct tcb *tcb, enum tcb_timer timer, uint64_t us);

static inline void timer_clear(struct tcb *tcb, enum tcb_timer timer) {
    tcb->deadline[timer] = TICK_NONE;
}

static inline bool timer_is_set(const struct tcb *tcb, enum tcb_timer timer) {
    return tick_is_armed(tcb->deadline[timer]);
}

/*
 * The calls of the user carry no time.  The timers that they want (user timeout, keep-alives, FIN-WAIT-2)
 * begin here, when the connection has had its turn to depart.
 */
void timers_catch_up(struct tcp *t, struct tcb *tcb);

/*
 * Something was acknowledged: the user timeout starts anew, or stops when all is (RFC 5482 section 3,
 * RFC 9293 section 3.9.1).
 */
void user_timeout_progress(struct tcp *t, struct tcb *tcb);

/* Let keep-alives run, when they are wanted and the connection is open. */
void keepalive_start(struct tcp *t, struct tcb *tcb);

/* No timer will fire any more. */
void timers_stop(struct tcp *t, struct tcb *tcb);

/* Run what is due. */
void timers_tick(struct tcp *t);

struct instant timers_deadline(const struct tcp *t);

/* FIN-WAIT-2 of a connection that its user has closed begins, or goes on: it does not last for ever. */
void fin_wait_2_start(struct tcp *t, struct tcb *tcb);

#endif
