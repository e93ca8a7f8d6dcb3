/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pace of acknowledgements, as Linux sets it; RFC 9293 section 3.8.6.3 asks only that it be no slower than every
 * second full segment, and 500 ms.
 *
 * What is full is learnt: the longest segment heard, rcv_mss.  The first text, and text after a pause of more than an
 * RTO, gets ACKs at once, one for each two segments that the window holds.  Then more than one full segment is
 * acknowledged at once only if the window can be offered as large as before, that is, if the user reads along; the ACK
 * for less waits for ato, which follows the time between segments and doubles each time that it was waited for in
 * vain.  A read of all that there is acknowledges a small segment, for more will hardly come before the peer hears
 * something.  None of this while the user answers what he reads: his answer carries the ACK.
 */
#include "tcp/pace.h"

#include "base/rare.h"
#include "tcp/receive.h"
#include "tcp/tcb_life.h"
#include "tcp/tcp.h"
#include "tcp/timers.h"

#define ATO_UNIT_US   4000u
#define WAIT_MOST_US  200000u
#define RCV_MSS_FIRST 536u
#define HEADERS       448u /* and what describes a segment, beside its text */

static uint32_t min_u32(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static void ato_set(struct tcb *tcb, uint64_t us) {
    uint64_t units = us / ATO_UNIT_US;

    tcb->ato_4ms = (uint8_t)(units < UINT8_MAX ? units : UINT8_MAX);
}

void pace_begin(struct tcp *t, struct tcb *tcb) {
    uint32_t mss = min_u32(tcb_advertised(tcb), tcb_payload_max(tcb));

    tcb->heard_text = t->tick;
    mss = min_u32(min_u32(mss, tcb_rcv_wnd(tcb) / 2), RCV_MSS_FIRST);
    tcb->rcv_mss = (uint16_t)(mss > PACE_MSS_LEAST ? mss : PACE_MSS_LEAST);
}

static void quicken(const struct tcp *t, struct tcb *tcb) {
    uint32_t quick = tcb_rcv_wnd(tcb) / (2 * pace_mss(tcb)), most = t->config.habits.quick_acks;

    if (!quick) quick = 2;
    quick = min_u32(quick, most);
    if (quick > tcb->quick_acks) tcb->quick_acks = (uint8_t)quick;
}

RARE void pace_hurry(const struct tcp *t, struct tcb *tcb) {
    quicken(t, tcb);
    tcb->flags &= ~(uint32_t)TCB_INTERACTIVE;
    ato_set(tcb, t->config.delayed_ack_us);
}

static void note_length(struct tcb *tcb, const struct segment *seg) {
    if (seg->length >= tcb->rcv_mss) {
        tcb->rcv_mss = (uint16_t)min_u32(seg->length, tcb_advertised(tcb));
        if (segment_has(seg, TCP_PSH) && seg->length == tcb->rcv_mss) tcb->pushed |= PACE_PUSHED;
        return;
    }
    if (tcb->pushed & PACE_PUSHED) tcb->pushed |= PACE_PUSHED_TWICE;
    tcb->pushed |= PACE_PUSHED;
}

/* The wait goes half of the way to the time between segments, and is none too short. */
static void adapt(const struct tcp *t, struct tcb *tcb, uint64_t since_us) {
    uint64_t ato_us = tcb->ato_4ms * (uint64_t)ATO_UNIT_US, least_us = t->config.delayed_ack_us;

    if (since_us <= least_us / 2)
        ato_set(tcb, ato_us / 2 + least_us / 2);
    else if (since_us < ato_us)
        ato_set(tcb, min_u32((uint32_t)(ato_us / 2 + since_us), tcb->rto_us));
    else if (since_us > tcb->rto_us)
        quicken(t, tcb); /* the peer has paused, and begins with a small window */
}

void pace_heard(const struct tcp *t, struct tcb *tcb, const struct segment *seg) {
    note_length(tcb, seg);
    if (!tcb->ato_4ms) {
        quicken(t, tcb);
        ato_set(tcb, t->config.delayed_ack_us);
    } else {
        adapt(t, tcb, tick_us_between(tcb->heard_text, t->tick));
    }
    tcb->flags |= TCB_HEARD_TEXT;
    tcb->heard_text = t->tick;
}

static uint32_t wait_us(const struct tcp *t, const struct tcb *tcb) {
    uint32_t us = tcb->ato_4ms * ATO_UNIT_US, rtt_us = tcb->srtt_us8 / 8, most = WAIT_MOST_US;

    if (us <= t->config.delayed_ack_us) return us;
    if (rtt_us && rtt_us < t->config.delayed_ack_us) rtt_us = t->config.delayed_ack_us;
    if (rtt_us) most = min_u32(most, rtt_us);
    return min_u32(us, most);
}

/* An ACK that waits already waits no longer for this, and is sent if it would leave soon anyway. */
static void wait(struct tcp *t, struct tcb *tcb) {
    uint32_t us = wait_us(t, tcb);

    if (!us || (timer_is_set(tcb, TIMER_DELAYED_ACK) &&
                tick_us_between(t->tick, tcb->deadline[TIMER_DELAYED_ACK]) <= us / 4)) {
        tcb_owe_ack(t, tcb);
        return;
    }
    tcb->flags |= TCB_ACK_LATER;
    if (!timer_is_set(tcb, TIMER_DELAYED_ACK) ||
        tick_us_between(t->tick, tcb->deadline[TIMER_DELAYED_ACK]) > us)
        timer_set(t, tcb, TIMER_DELAYED_ACK, us);
}

static bool is_more_than_full(const struct tcb *tcb) {
    return seq_distance(tcb->last_ack_sent, tcb->rcv_nxt) > tcb->rcv_mss;
}

void pace_acknowledge(struct tcp *t, struct tcb *tcb, bool now) {
    bool is_quick = tcb->quick_acks && !tcb_is(tcb, TCB_INTERACTIVE);

    if (tcb_is(tcb, TCB_ACK_NOW)) return;
    if (now || is_quick || (is_more_than_full(tcb) && receive_window_keeps(t, tcb)))
        tcb_owe_ack(t, tcb);
    else
        wait(t, tcb);
}

void pace_read(struct tcp *t, struct tcb *tcb) {
    bool is_pushed = tcb->pushed & PACE_PUSHED_TWICE ||
                     (tcb->pushed & PACE_PUSHED && !tcb_is(tcb, TCB_INTERACTIVE));

    if (!tcb_is(tcb, TCB_ACK_LATER)) return;
    if (is_more_than_full(tcb) || (is_pushed && !tcb_readable(tcb))) tcb_owe_ack(t, tcb);
}

void pace_acknowledged(const struct tcp *t, struct tcb *tcb) {
    bool was_owed = tcb_is(tcb, TCB_ACK_NOW | TCB_ACK_LATER);

    tcb->pushed = 0;
    if (!was_owed || !tcb->quick_acks) return;
    if (!--tcb->quick_acks) ato_set(tcb, t->config.delayed_ack_us);
}

RARE void pace_waited(const struct tcp *t, struct tcb *tcb) {
    if (tcb_is(tcb, TCB_INTERACTIVE)) {
        tcb->flags &= ~(uint32_t)TCB_INTERACTIVE;
        ato_set(tcb, t->config.delayed_ack_us);
        return;
    }
    ato_set(tcb, min_u32(2u * tcb->ato_4ms * ATO_UNIT_US, tcb->rto_us));
}

void pace_answered(const struct tcp *t, struct tcb *tcb) {
    uint64_t since_us = tick_us_between(tcb->heard_text, t->tick);

    (void)t;
    if (since_us < tcb->ato_4ms * (uint64_t)ATO_UNIT_US) tcb->flags |= TCB_INTERACTIVE;
}

/* One segment is kept back, as far as two are left. */
static uint32_t room_at_first(const struct tcb *tcb) {
    uint32_t mss = tcb_advertised(tcb), limit = tcb->rcv_limit;

    if (limit <= 2 * mss) return limit;
    return limit - mss > 2 * mss ? limit - mss : 2 * mss;
}

/* A power of two holds a segment with its headers, and some more describes it. */
uint32_t pace_room(const struct tcb *tcb) {
    uint32_t holds = 1024, needs = tcb->rcv_mss + HEADERS;
    uint64_t room;

    if (tcb->rcv_mss <= RCV_MSS_FIRST) return room_at_first(tcb);
    while (holds < needs)
        holds *= 2;
    room = 2ull * tcb->rcv_limit * (tcb->rcv_mss * 256u / (holds + 256)) / 256;
    return min_u32((uint32_t)room, room_at_first(tcb));
}
