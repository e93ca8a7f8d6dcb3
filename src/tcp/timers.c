/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/timers.h"

#include "tcp/icmp_error.h"
#include "tcp/pace.h"
#include "tcp/recovery.h"
#include "tcp/tcb_life.h"
#include "tcp/tcp.h"

#define R1_RETRIES 3

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

/*
 * One more try for the same segment.  At R1 the user is told (SHLD-9, SHLD-10).  The negative advice that IP
 * should have then (RFC 1122 section 3.3.1.4) has nobody to go to: a route of ours names a door, no gateway.
 */
static void count_retry(struct tcp *t, struct tcb *tcb) {
    if (tcb->retries < UINT8_MAX) tcb->retries++;
    if (tcb->retries == R1_RETRIES) tcb_soft_error(t, tcb, TERCET_SOFT_RETRANSMISSIONS);
}

/*
 * The SYNs that go a constant time apart are not counted, but in the time that the others alone would take with their
 * doubled waits only so many have room.
 */
static unsigned syn_linear_retries(const struct tcp *t, const struct tcb *tcb) {
    unsigned linear = t->config.habits.syn_linear_retries, in_time = 2u * tcb->syn_retries - 1;

    if (!tcb->syn_retries) return 0;
    return linear < in_time ? linear : in_time;
}

/* The user's own R2, where he has set one, holds both ways: MUST-21. */
static unsigned retries_max(const struct tcp *t, const struct tcb *tcb) {
    if (tcb->user_timeout_ms && tcb_is_synchronized(tcb) && !tcb_is(tcb, TCB_ORPHAN))
        return UINT32_MAX;
    if (!tcb_is_synchronized(tcb)) return tcb->syn_retries + syn_linear_retries(t, tcb);
    return tcb_is(tcb, TCB_ORPHAN) ? t->config.orphan_retries : t->config.data_retries;
}

/* Why nothing came: what ICMP has said meanwhile is told now (RFC 9293 MUST-56). */
static enum tercet_reason why_given_up(const struct tcb *tcb) {
    return tcb->soft_errors & SOFT_ERRORS_OF_ICMP ? TERCET_REASON_UNREACHABLE
                                                  : TERCET_REASON_TIMED_OUT;
}

/* The slop is not doubled, and a first RTO that no sample stands behind has none. */
static void back_off(const struct tcp *t, struct tcb *tcb) {
    uint32_t slop = t->config.habits.rto_slop_us;
    bool has_slop = (tcb->srtt_us8 || tcb->retries > 1) && tcb->rto_us > slop;
    uint64_t rto_us = 2ull * (tcb->rto_us - (has_slop ? slop : 0)) + slop;

    tcb->rto_us = rto_us < t->config.rto_max_us ? (uint32_t)rto_us : t->config.rto_max_us;
}

/*
 * Source: RFC 6298 section 5 (5.4 to 5.6: MUST-19); RFC 9293 section 3.8.3 (R2: MUST-20, MUST-22, SHLD-11).  By
 * default a SYN, that of a simultaneous open too, is given up after 247 s: MUST-23 wants three minutes.
 */
static void retransmit_expired(struct tcp *t, struct tcb *tcb) {
    if (tcb_is(tcb, TCB_SYN_SOON)) {
        tcb->flags &= ~(uint32_t)TCB_SYN_SOON;
        tcb->snd_nxt = tcb->iss;
        tcb_owe(t, tcb);
        return;
    }
    if (tcb->retries >= retries_max(t, tcb)) {
        if (t->config.habits.timeout_resets)
            tcb_reset(t, tcb, why_given_up(tcb));
        else
            tcb_over(t, tcb, why_given_up(tcb));
        return;
    }
    count_retry(t, tcb);
    if (tcb_is_synchronized(tcb) || tcb->retries > t->config.habits.syn_linear_retries)
        back_off(t, tcb);
    recovery_timeout(tcb);
    tcb_owe(t, tcb);
}

/*
 * The user has closed, and the peer keeps his window closed: answered probes do not keep it for ever
 * (CVE-2008-4609).
 */
static bool nobody_waits(const struct tcp *t, const struct tcb *tcb) {
    return tcb_is(tcb, TCB_ORPHAN) && tcb->probes >= t->config.orphan_retries;
}

/* Source: RFC 9293 section 3.8.6.1 (MUST-35, MUST-36, SHLD-29, SHLD-30). */
static void persist_expired(struct tcp *t, struct tcb *tcb) {
    if (tcb->retries >= retries_max(t, tcb) || nobody_waits(t, tcb)) {
        tcb_reset(t, tcb, TERCET_REASON_TIMED_OUT);
        return;
    }
    count_retry(t, tcb);
    tcb->flags |= TCB_PROBE;
    tcb_owe(t, tcb);
}

static void user_timeout_start(struct tcp *t, struct tcb *tcb) {
    if (!tcb->user_timeout_ms || timer_is_set(tcb, TIMER_USER_TIMEOUT)) return;
    if (t->config.habits.user_timeout_late && tcb_is_synchronized(tcb) && !tcb->retries &&
        !tcb->probes)
        return;
    if (seq_eq(tcb->snd_una, tcb->snd_max) && !seq_lt(tcb->snd_max, tcb->snd_end)) return;
    timer_set(t, tcb, TIMER_USER_TIMEOUT, tcb->user_timeout_ms * 1000ull);
}

void user_timeout_progress(struct tcp *t, struct tcb *tcb) {
    timer_clear(tcb, TIMER_USER_TIMEOUT);
    user_timeout_start(t, tcb);
}

/* Only for whoever has asked for it (MUST-25). */
void keepalive_start(struct tcp *t, struct tcb *tcb) {
    timer_clear(tcb, TIMER_KEEPALIVE);
    tcb->heard = t->tick;
    if (tcb_is(tcb, TCB_KEEPALIVE) && tcb_is_synchronized(tcb))
        timer_set(t, tcb, TIMER_KEEPALIVE, tcb->keep_idle_s * 1000000ull);
}

/* Where the user has a timeout of his own, Linux goes by that, and does not count. */
static bool keepalive_is_vain(const struct tcp *t, const struct tcb *tcb, uint64_t silent_us) {
    if (!t->config.habits.user_timeout_late || !tcb->user_timeout_ms)
        return tcb->keep_probes >= tcb->keep_count;
    return tcb->keep_probes && silent_us >= tcb->user_timeout_ms * 1000ull;
}

/*
 * Source: RFC 9293 section 3.8.4 (MAY-5, MUST-26, MUST-29).  The timer is not touched by arrivals: when it
 * fires, it looks how long ago the last one was.  While data is outstanding its retransmission asks the same
 * question.
 */
static void keepalive_expired(struct tcp *t, struct tcb *tcb) {
    uint64_t idle_us = tcb->keep_idle_s * 1000000ull;
    uint64_t silent_us = tick_us_between(tcb->heard, t->tick);

    if (keepalive_is_vain(t, tcb, silent_us)) {
        tcb_reset(t, tcb, TERCET_REASON_TIMED_OUT);
        return;
    }
    if (!tcb->keep_probes && silent_us + TICK_US < idle_us) {
        timer_set(t, tcb, TIMER_KEEPALIVE, idle_us - silent_us);
        return;
    }
    timer_set(t, tcb, TIMER_KEEPALIVE, tcb->keep_interval_s * 1000000ull);
    if (!seq_eq(tcb->snd_una, tcb->snd_max) || seq_lt(tcb->snd_max, tcb->snd_end)) return;
    tcb->keep_probes++;
    tcb->flags |= TCB_KEEP_PROBE;
    tcb_owe(t, tcb);
}

/* A limit to an opening that is not counted in SYNs. */
static void open_timeout_start(struct tcp *t, struct tcb *tcb) {
    if (!t->config.habits.open_timeout_us || timer_is_set(tcb, TIMER_USER_TIMEOUT)) return;
    if (tcb->user_timeout_ms) return; /* the user has a limit of his own */
    timer_set(t, tcb, TIMER_USER_TIMEOUT, t->config.habits.open_timeout_us);
}

void fin_wait_2_start(struct tcp *t, struct tcb *tcb) {
    timer_set(t, tcb, TIMER_FIN_WAIT_2,
              tcb->fin_wait_2_s ? (tcb->fin_wait_2_s - 1u) * 1000000ull : t->config.fin_wait_2_us);
}

void timers_catch_up(struct tcp *t, struct tcb *tcb) {
    if (!tcb_is_synchronized(tcb)) open_timeout_start(t, tcb);
    user_timeout_start(t, tcb);
    if (tcb_is(tcb, TCB_KEEPALIVE) && !timer_is_set(tcb, TIMER_KEEPALIVE)) keepalive_start(t, tcb);
    if (tcb_is(tcb, TCB_ORPHAN) && tcb->state == TERCET_STATE_FIN_WAIT_2 &&
        !timer_is_set(tcb, TIMER_FIN_WAIT_2))
        fin_wait_2_start(t, tcb);
}

static void expired(struct tcp *t, struct tcb *tcb, enum tcb_timer timer) {
    switch (timer) {
    case TIMER_RETRANSMIT: retransmit_expired(t, tcb); break;
    case TIMER_PERSIST: persist_expired(t, tcb); break;
    case TIMER_DELAYED_ACK:
        if (t->config.habits.acks_adapt) pace_waited(t, tcb);
        tcb_owe_ack(t, tcb);
        break;
    case TIMER_FIN_WAIT_2: tcb_over(t, tcb, TERCET_REASON_TIMED_OUT); break;
    case TIMER_KEEPALIVE: keepalive_expired(t, tcb); break;
    case TIMER_USER_TIMEOUT:
        if (t->config.habits.user_timeout_late && tcb_is_synchronized(tcb))
            tcb_over(t, tcb, why_given_up(tcb));
        else
            tcb_reset(t, tcb, why_given_up(tcb));
        break;
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
