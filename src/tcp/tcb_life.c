/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/tcb_life.h"

#include <string.h>

#include "tcp/congestion.h"
#include "tcp/ecn.h"
#include "tcp/mss.h"
#include "tcp/pace.h"
#include "tcp/reassembly.h"
#include "tcp/receive.h"
#include "tcp/rtt.h"
#include "tcp/tcp.h"
#include "tcp/timers.h"

/* Keep-alives are off by default; when they are on, this is their pace (RFC 9293 MUST-25, MUST-28). */
#define KEEP_IDLE_S     7200
#define KEEP_INTERVAL_S 75
#define KEEP_COUNT      9

struct tcb *tcb_new(struct tcp *t, const struct tuple *tuple, uint32_t tag) {
    uint32_t index = pool_take(&t->tcbs), generation;
    struct tcb *tcb;

    if (!index) return NULL;
    tcb = tcp_tcb(t, index);
    generation = tcb->generation;
    memset(tcb, 0, sizeof *tcb);
    tcb->tag = tag;
    tcb->generation = generation;
    tcb->tuple = *tuple;
    tcb->snd_limit = t->config.send_buffer_bytes;
    tcb->rcv_limit = t->config.receive_buffer_bytes;
    tcb->rto_us = t->config.rto_initial_us;
    tcb->ssthresh = UINT32_MAX;
    tcb->keep_idle_s = KEEP_IDLE_S;
    tcb->keep_interval_s = KEEP_INTERVAL_S;
    tcb->keep_count = KEEP_COUNT;
    return tcb;
}

/* What the half-open remembered of the opening becomes the connection's. */
static void options_from_half_open(struct tcp *t, struct tcb *tcb,
                                   const struct half_open *half_open) {
    if (half_open->flags & HALF_OPEN_TIMESTAMPS) {
        tcb->flags |= TCB_TIMESTAMPS;
        tcb->ts_offset = half_open->ts_offset;
        tcb->ts_recent = half_open->ts_recent;
        tcb->ts_recent_s = tcp_now_s(t);
    }
    if (half_open->flags & HALF_OPEN_SACK) tcb->flags |= TCB_SACK;
    if (half_open->has_ecn) tcb->ecn = ECN_AGREED;
    if (half_open->scales >> 4 != HALF_OPEN_NO_SCALE) {
        tcb->flags |= TCB_SCALED;
        tcb->snd_scale = half_open->scales >> 4;
        tcb->rcv_scale = half_open->scales & 15;
    }
    tcb->announced_mss = listener_mss(t, half_open->listener, &tcb->tuple);
    tcb->mss_bytes = mss_agreed(t, tcb->announced_mss, &tcb->tuple, half_open->mss_bytes);
    receive_buffer_round(t, tcb);
    if (half_open->retries) tcb->flags |= TCB_SYN_TWICE;
    tcb->retries = half_open->retries;
}

struct tcb *tcb_from_half_open(struct tcp *t, uint32_t index, uint32_t tag,
                               const struct segment *seg) {
    const struct half_open *half_open = tcp_half_open(t, index);
    struct tcb *tcb = tcb_new(t, &half_open->tuple, tag);
    uint32_t rtt_us = half_open_rtt_us(t, half_open);

    if (!tcb) return NULL;
    tcb->listener = half_open->listener;
    tcb->rcv_limit = listener_at(t, half_open->listener)->rcv_limit;
    tcb->diffserv = listener_at(t, half_open->listener)->diffserv;
    tcb->iss = half_open->iss;
    tcb->snd_una = tcb->snd_nxt = tcb->snd_max = tcb->snd_end = seq_add(tcb->iss, 1);
    tcb->irs = half_open->irs;
    tcb->rcv_nxt = tcb->rcv_user = tcb->last_ack_sent = seq_add(tcb->irs, 1);
    options_from_half_open(t, tcb, half_open);
    tcb->rcv_adv = seq_add(
        tcb->rcv_nxt,
        window_of_syn(t, listener_at(t, half_open->listener)->rcv_limit, tcb_advertised(tcb)));
    tcb->snd_wnd = (uint32_t)seg->wnd << tcb->snd_scale;
    tcb->snd_max_wnd = tcb->snd_wnd;
    tcb->snd_wl1 = seg->seq;
    tcb->snd_wl2 = seg->ack;
    flow_replace(&t->flows, tag, flow_ref(FLOW_HALF_OPEN, index),
                 flow_ref(FLOW_TCB, tcp_tcb_index(t, tcb)));
    tcb->flags |= TCB_INDEXED;
    if (half_open->follows) time_wait_forget(t, &half_open->tuple, tag);
    half_open_release(t, index);
    if (t->config.habits.handshake_untimed)
        rtt_from_echo(t, tcb, seg);
    else if (rtt_us)
        rtt_sample(t, tcb, rtt_us);
    else
        rtt_after_syn_loss(t, tcb);
    tcb_established(t, tcb);
    listener_queue(t, tcb->listener, tcb);
    return tcb;
}

void tcb_established(struct tcp *t, struct tcb *tcb) {
    tcb->state = TERCET_STATE_ESTABLISHED;
    tcb->recover = tcb->iss;
    if (t->config.habits.syn_loss_forgiven && tcb->retries <= 1)
        tcb->flags &= ~(uint32_t)TCB_SYN_TWICE;
    tcb->retries = 0;
    tcb->soft_errors = 0;
    tcb->ts_first = 0;
    tcb->syn_retries = tcb->offered_scale = 0;
    if (t->config.habits.acks_adapt) pace_begin(t, tcb);
    if (t->config.habits.mss_half_window) mss_bound(tcb, tcb->mss_bytes);
    timer_clear(tcb, TIMER_USER_TIMEOUT);
    keepalive_start(t, tcb);
    congestion_init(t, tcb);
    if (tcb_is(tcb, TCB_ACTIVE)) {
        t->opened_active++;
        tcb_tell(t, tcb, TERCET_CONNECTED);
    } else {
        t->opened_passive++;
    }
    if (tcb_is(tcb, TCB_FIN_QUEUED)) tcb->state = TERCET_STATE_FIN_WAIT_1;
    if (tcb_is(tcb, TCB_FIN_QUEUED) || !seq_eq(tcb->snd_nxt, tcb->snd_end)) tcb_owe(t, tcb);
}

static void tcb_free(struct tcp *t, struct tcb *tcb) {
    uint32_t index = tcp_tcb_index(t, tcb);

    if (tcb_is(tcb, TCB_READY)) list_remove(&t->ready, index);
    ring_release(&tcb->rcv, &t->buddy);
    pool_give(&t->tcbs, index);
}

/* Out of everything by which the protocol reaches the block. */
static void tcb_detach(struct tcp *t, struct tcb *tcb) {
    uint32_t index = tcp_tcb_index(t, tcb);

    timers_stop(t, tcb);
    if (tcb_is(tcb, TCB_INDEXED)) flow_remove(&t->flows, tcb->tag, flow_ref(FLOW_TCB, index));
    if (tcb_is(tcb, TCB_OWED)) list_remove(&t->owed, index);
    tcb->flags &= ~(uint32_t)(TCB_INDEXED | TCB_OWED);
    ring_release(&tcb->snd, &t->buddy);
    reassembly_release(t, tcb);
}

/* The reason tells the user whether it was closed or aborted (MUST-12). */
void tcb_over(struct tcp *t, struct tcb *tcb, enum tercet_reason reason) {
    tcp_trace(t, &tcb->tuple, (enum tercet_state)tcb->state, reason);
    tcb_detach(t, tcb);
    if (tcb->state != TERCET_STATE_TIME_WAIT) tcb->state = TERCET_STATE_CLOSED;
    tcb->reason = (uint8_t)reason;
    if (reason != TERCET_REASON_FINISHED &&
        !(reason == TERCET_REASON_RESET && t->config.habits.reset_keeps_text)) {
        ring_release(&tcb->rcv, &t->buddy);
        tcb->rcv_user = seq_sub(tcb->rcv_nxt, tcb_is(tcb, TCB_FIN_RECEIVED));
    }
    if (tcb_is(tcb, TCB_ORPHAN))
        tcb_free(t, tcb);
    else
        tcb_tell(t, tcb, TERCET_CLOSED);
}

void tcb_enter_time_wait(struct tcp *t, struct tcb *tcb) {
    time_wait_enter(t, tcb); /* an ACK still owed is the line's to send */
    tcb->state = TERCET_STATE_TIME_WAIT;
    tcb_over(t, tcb, TERCET_REASON_FINISHED);
}

void tcb_orphan(struct tcp *t, struct tcb *tcb) {
    if (tcb_is(tcb, TCB_READY)) list_remove(&t->ready, tcp_tcb_index(t, tcb));
    tcb->flags = (tcb->flags & ~(uint32_t)TCB_READY) | TCB_ORPHAN;
    tcb->generation++;
    if (tcb->reason) tcb_free(t, tcb);
}

/* RFC 9293 section 3.10.5: CLOSING, LAST-ACK and TIME-WAIT end without a segment, SYN-SENT too. */
static bool abort_sends_reset(const struct tcb *tcb) {
    switch (tcb->state) {
    case TERCET_STATE_SYN_RECEIVED:
    case TERCET_STATE_ESTABLISHED:
    case TERCET_STATE_FIN_WAIT_1:
    case TERCET_STATE_FIN_WAIT_2:
    case TERCET_STATE_CLOSE_WAIT: return true;
    default: return false;
    }
}

/* The reset of an abort.  Timestamps: SHOULD, RFC 7323 section 3.2. */
static void abort_reply(struct tcp *t, struct tcb *tcb) {
    struct reply *reset = reply_new(t, &tcb->tuple, TCP_RST, tcb->diffserv);

    if (!reset) return;
    reset->seq = tcb_acceptable_seq(tcb);
    if (t->config.habits.window_follows_buffer) receive_window(t, tcb);
    if (t->config.habits.reset_acks) {
        reset->flags |= TCP_ACK;
        reset->ack = tcb->rcv_nxt;
        reset->wnd = window_field(tcb_rcv_wnd(tcb), tcb->rcv_scale);
    }
    if (tcb_is(tcb, TCB_TIMESTAMPS)) {
        reset->options = TCP_HAS_TIMESTAMPS;
        reset->ts_val = tcp_now_ms(t) + tcb->ts_offset;
        reset->ts_ecr = t->config.habits.reset_acks ? tcb->ts_recent : 0;
    }
}

void tcb_reset(struct tcp *t, struct tcb *tcb, enum tercet_reason reason) {
    if (abort_sends_reset(tcb)) abort_reply(t, tcb);
    tcb_over(t, tcb, reason);
}

void tcb_abort(struct tcp *t, struct tcb *tcb) {
    bool is_over = tcb->reason != TERCET_REASON_NONE;

    if (!tcb_is(tcb, TCB_ORPHAN)) tcb_orphan(t, tcb);
    if (!is_over) tcb_reset(t, tcb, TERCET_REASON_ABORTED);
}

void tcb_owe(struct tcp *t, struct tcb *tcb) {
    if (tcb_is(tcb, TCB_OWED)) return;
    tcb->flags |= TCB_OWED;
    list_push(&t->owed, tcp_tcb_index(t, tcb));
}

void tcb_tell(struct tcp *t, struct tcb *tcb, unsigned ready) {
    tcb->ready |= (uint8_t)ready;
    if (!tcb_is(tcb, TCB_ACCEPTED) || tcb_is(tcb, TCB_READY | TCB_ORPHAN)) return;
    tcb->flags |= TCB_READY;
    list_push(&t->ready, tcp_tcb_index(t, tcb));
}

void tcb_soft_error(struct tcp *t, struct tcb *tcb, enum tercet_soft_error error) {
    tcb->soft_errors |= (uint8_t)error;
    if (!tcb_is(tcb, TCB_QUIET)) tcb_tell(t, tcb, TERCET_SOFT_ERROR);
}

bool throttle_pass(const struct tcp *t, struct tick *last) {
    uint32_t interval = (uint32_t)(((uint64_t)t->config.challenge_us * NS_PER_US) >> TICK_SHIFT);

    if (tick_is_armed(*last) && t->tick.n - last->n < interval) return false;
    last->n = t->tick.n ? t->tick.n : 1;
    return true;
}
