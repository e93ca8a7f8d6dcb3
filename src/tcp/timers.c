/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/timers.h"

#include "tcp/recovery.h"
#include "tcp/tcb_life.h"
#include "tcp/tcp.h"

void timer_set(struct tcp *t, struct tcb *tcb, enum tcb_timer timer, uint64_t us) {
    struct tick due = tick_after_us(t->now, us);

    wheel_leap(&t->wheel, t->tick);
    tcb->deadline[timer] = due;
    if (!wheel_node_is_armed(&tcb->timer) || tick_lt(due, tcb->timer.due))
        wheel_arm(&t->wheel, tcp_tcb_index(t, tcb), due);
}

void timers_stop(struct tcp *t, struct tcb *tcb) {
    for (unsigned timer = 0; timer < TIMER_COUNT; timer++)
        tcb->deadline[timer] = TICK_NONE;
    wheel_disarm(&t->wheel, tcp_tcb_index(t, tcb));
}

static unsigned retries_max(const struct tcp *t, const struct tcb *tcb) {
    if (tcb->state == TERCET_STATE_SYN_SENT) return t->config.syn_retries;
    if (tcb->state == TERCET_STATE_SYN_RECEIVED) return t->config.syn_ack_retries;
    return tcb_is(tcb, TCB_ORPHAN) ? t->config.orphan_retries : t->config.data_retries;
}

/* Source: RFC 6298 section 5 (5.4 to 5.6); RFC 9293 section 3.8.3 (R2, MUST-20, MUST-23). */
static void retransmit_expired(struct tcp *t, struct tcb *tcb) {
    if (tcb_is(tcb, TCB_SYN_SOON)) {
        tcb->flags &= ~(uint32_t)TCB_SYN_SOON;
        tcb->snd_nxt = tcb->iss;
        tcb_owe(t, tcb);
        return;
    }
    if (tcb->retries >= retries_max(t, tcb)) {
        tcb_over(t, tcb, TERCET_REASON_TIMED_OUT);
        return;
    }
    tcb->retries++;
    tcb->rto_us = tcb->rto_us < t->config.rto_max_us / 2 ? tcb->rto_us * 2 : t->config.rto_max_us;
    recovery_timeout(tcb);
    tcb_owe(t, tcb);
}

/* Source: RFC 9293 section 3.8.6.1 (MUST-35, MUST-36, SHLD-29, SHLD-30). */
static void persist_expired(struct tcp *t, struct tcb *tcb) {
    if (tcb->retries >= retries_max(t, tcb)) {
        tcb_over(t, tcb, TERCET_REASON_TIMED_OUT);
        return;
    }
    tcb->retries++;
    tcb->flags |= TCB_PROBE;
    tcb_owe(t, tcb);
}

static void expired(struct tcp *t, struct tcb *tcb, enum tcb_timer timer) {
    switch (timer) {
    case TIMER_RETRANSMIT: retransmit_expired(t, tcb); break;
    case TIMER_PERSIST: persist_expired(t, tcb); break;
    case TIMER_DELAYED_ACK: tcb_owe_ack(t, tcb); break;
    case TIMER_FIN_WAIT_2: tcb_over(t, tcb, TERCET_REASON_TIMED_OUT); break;
    case TIMER_KEEPALIVE:
    case TIMER_USER_TIMEOUT:
    case TIMER_COUNT: break;
    }
}

/* Arm the node for the earliest deadline that is left. */
static void rearm(struct tcp *t, struct tcb *tcb) {
    struct tick next = TICK_NONE;

    for (unsigned timer = 0; timer < TIMER_COUNT; timer++) {
        struct tick due = tcb->deadline[timer];

        if (tick_is_armed(due) && (!tick_is_armed(next) || tick_lt(due, next))) next = due;
    }
    if (tick_is_armed(next)) wheel_arm(&t->wheel, tcp_tcb_index(t, tcb), next);
}

static void run_due(struct tcp *t, struct tcb *tcb) {
    uint32_t live = t->tcbs.used;

    for (unsigned timer = 0; timer < TIMER_COUNT; timer++) {
        if (!tick_is_due(tcb->deadline[timer], t->tick)) continue;
        tcb->deadline[timer] = TICK_NONE;
        expired(t, tcb, (enum tcb_timer)timer);
        if (t->tcbs.used != live || tcb->reason) return; /* it is over, or gone */
    }
    rearm(t, tcb);
}

void timers_tick(struct tcp *t) {
    uint32_t index;

    while ((index = wheel_expire(&t->wheel, t->tick)) != 0)
        run_due(t, tcp_tcb(t, index));
}

struct instant timers_deadline(const struct tcp *t) {
    struct tick next;

    return wheel_next(&t->wheel, &next) ? tick_instant(next, t->now) : INSTANT_NEVER;
}
