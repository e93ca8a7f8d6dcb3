/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293 section 3.10.7.3: SYN-SENT.
 *
 * The ACK is checked first, then RST, security (a procedure of the IP layer, absent here), SYN.  A SYN with
 * an acceptable ACK opens the connection; one without is a simultaneous open, which goes on in SYN-RECEIVED
 * on the same control block.  Of the options only those that our SYN offered are taken.
 */
#include "base/rare.h"
#include "tcp/arrives.h"
#include "tcp/ecn.h"
#include "tcp/mss.h"
#include "tcp/receive.h"
#include "tcp/rtt.h"
#include "tcp/tcb_life.h"
#include "tcp/tcp.h"
#include "tcp/timers.h"

#define SYN_SOON_US 1000

/*
 * SEG.ACK =< ISS or SEG.ACK > SND.NXT: a peer that remembers an older connection.  It gets its reset, and the
 * SYN that it ignored follows soon, once, instead of a second later.
 */
static RARE enum tercet_verdict bad_ack(struct tcp *t, struct tcb *tcb, const struct segment *seg) {
    if (segment_has(seg, TCP_RST)) return TERCET_SYN_SENT_BAD_RST;
    if (!reset_is_allowed(t, &tcb->tuple.remote)) return TERCET_CLOSED_LIMITED;
    reply_reset(t, &tcb->tuple, seg, tcb->diffserv);
    if (t->config.habits.syn_again_soon && !tcb_is(tcb, TCB_SYN_TWICE)) {
        tcb->flags = (tcb->flags | TCB_SYN_TWICE | TCB_SYN_SOON) & ~(uint32_t)TCB_TIMING;
        timer_set(t, tcb, TIMER_RETRANSMIT, SYN_SOON_US);
    }
    return TERCET_SYN_SENT_BAD_ACK;
}

/* A TSecr that no SYN of ours carried is a forgery; zero is what a careless middlebox leaves. */
static bool echo_is_honest(const struct tcp *t, const struct tcb *tcb, const struct segment *seg) {
    uint32_t ts_now = tcp_now_ms(t) + tcb->ts_offset;

    if (!segment_has_option(seg, TCP_HAS_TIMESTAMPS) || !t->config.timestamps ||
        !seg->options.ts_ecr)
        return true;
    return seg->options.ts_ecr - tcb->ts_first <= ts_now - tcb->ts_first;
}

/* What the peer's SYN says of the options that ours offered. */
static void take_options(struct tcp *t, struct tcb *tcb, const struct segment *seg) {
    const struct tcp_options *o = &seg->options;

    tcb->mss_bytes = mss_agreed(t, tcb->announced_mss, &tcb->tuple,
                                segment_has_option(seg, TCP_HAS_MSS) ? o->mss : 0);
    receive_buffer_round(t, tcb);
    if (t->config.timestamps && segment_has_option(seg, TCP_HAS_TIMESTAMPS)) {
        tcb->flags |= TCB_TIMESTAMPS;
        tcb->ts_recent = o->ts_val;
        tcb->ts_recent_s = tcp_now_s(t);
    }
    if (t->config.sack && segment_has_option(seg, TCP_HAS_SACK_PERMITTED)) tcb->flags |= TCB_SACK;
    if (t->config.window_scale && segment_has_option(seg, TCP_HAS_WSCALE)) {
        tcb->flags |= TCB_SCALED;
        tcb->snd_scale = o->wscale < WSCALE_MAX ? o->wscale : WSCALE_MAX;
        tcb->rcv_scale = tcb->offered_scale;
    }
}

/* The peer's SYN: RCV.NXT, IRS and the first window. */
static void take_syn(struct tcp *t, struct tcb *tcb, const struct segment *seg) {
    tcb->flags &= ~(uint32_t)TCB_SYN_SOON;
    tcb->irs = seg->seq;
    tcb->rcv_nxt = tcb->rcv_user = tcb->last_ack_sent = seq_add(seg->seq, 1);
    tcb->rcv_adv = seq_add(tcb->rcv_nxt, window_of_syn(t, tcb->rcv_limit, tcb->announced_mss));
    tcb->snd_wnd = seg->wnd; /* never scaled in a SYN */
    tcb->snd_max_wnd = tcb->snd_wnd;
    tcb->snd_wl1 = seg->seq;
    tcb->snd_wl2 = segment_has(seg, TCP_ACK) ? seg->ack : tcb->snd_una;
    take_options(t, tcb, seg);
    ecn_opened(tcb, seg);
}

static enum tercet_verdict fourth_syn(struct tcp *t, struct tcb *tcb, struct segment *seg) {
    if (segment_has(seg, TCP_FIN) && !segment_has(seg, TCP_ACK)) return TERCET_TCP_FLAGS;
    take_syn(t, tcb, seg);
    if (!segment_has(seg, TCP_ACK)) {
        tcb->state = TERCET_STATE_SYN_RECEIVED;
        tcb->flags &= ~(uint32_t)TCB_TIMING;
        tcb->snd_nxt = tcb->iss; /* SYN-ACK */
        tcb_owe(t, tcb);
        return TERCET_SYN_SENT_SIMULTANEOUS;
    }
    tcb->snd_una = seg->ack;
    tcb->flags &= ~(uint32_t)TCB_SYN_UNACKED;
    rtt_acked(t, tcb, seg);
    timer_clear(tcb, TIMER_RETRANSMIT);
    if (tcb->retries && !t->config.habits.handshake_untimed) rtt_after_syn_loss(t, tcb);
    tcb_established(t, tcb);
    tcb_owe_ack(t, tcb);
    /* Text and FIN behind the SYN begin at the next sequence number. */
    seg->seq = tcb->rcv_nxt;
    seg->flags &= (uint8_t)~TCP_SYN;
    if (seg->urgent) seg->urgent--; /* it counted from the SYN */
    return arrives_text(t, tcb, seg, TERCET_ESTABLISHED);
}

enum tercet_verdict arrives_syn_sent(struct tcp *t, struct tcb *tcb, struct segment *seg) {
    bool has_ack = segment_has(seg, TCP_ACK);

    /* First, check the ACK bit. */
    if (has_ack && (seq_le(seg->ack, tcb->iss) || seq_gt(seg->ack, tcb->snd_max)))
        return bad_ack(t, tcb, seg);
    /* Second, check the RST bit. */
    if (segment_has(seg, TCP_RST)) {
        if (!has_ack) return TERCET_SYN_SENT_BAD_RST;
        tcb_over(t, tcb, TERCET_REASON_REFUSED);
        return TERCET_SYN_SENT_REFUSED;
    }
    /* Third, check the security: no such procedure here.  Fourth, check the SYN bit. */
    if (!segment_has(seg, TCP_SYN)) return TERCET_SYN_SENT_NO_SYN;
    if (has_ack && !echo_is_honest(t, tcb, seg)) return TERCET_SYN_SENT_BAD_ECHO;
    return fourth_syn(t, tcb, seg);
}
