/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293 section 3.10.7.4: SYN-RECEIVED (of a simultaneous open), ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2,
 * CLOSE-WAIT, CLOSING, LAST-ACK.
 *
 * The eight steps of the RFC in its order.  Each either lets the segment go on (TERCET_TAKEN) or ends it with
 * a verdict. Before the sequence check stands PAWS (RFC 7323 section 5.3), and what an outsider could inject
 * blindly is held to RFC 5961: a reset must be exact, a SYN never kills, an ACK must lie in a range that this
 * connection knows.  Whatever is answered by an ACK without being data is answered at most once a
 * config.challenge_us per connection: that ends ACK loops, and since the clock is the connection's own, it
 * shows nothing to anyone else.
 */
#include "base/rare.h"
#include "tcp/arrives.h"
#include "tcp/duplicate.h"
#include "tcp/ecn.h"
#include "tcp/mss.h"
#include "tcp/pace.h"
#include "tcp/recovery.h"
#include "tcp/reassembly.h"
#include "tcp/receive.h"
#include "tcp/rtt.h"
#include "tcp/tcb_life.h"
#include "tcp/tcp.h"
#include "tcp/timers.h"

#define STEP_OVER TERCET_VERDICT_COUNT /* a step's answer: taken, and the connection is over */

/* An ACK out of turn: RFC 5961 section 7, per connection. */
static RARE enum tercet_verdict challenge(struct tcp *t, struct tcb *tcb,
                                          enum tercet_verdict verdict) {
    if (!throttle_pass(t, &tcb->challenged)) return TERCET_CHALLENGE_THROTTLED;
    tcb_owe_ack(t, tcb);
    return verdict;
}

/* Data that is sent again must always be acknowledged; anything else only now and then. */
static RARE enum tercet_verdict unacceptable(struct tcp *t, struct tcb *tcb,
                                             const struct segment *seg, enum tercet_verdict verdict) {
    if (segment_has(seg, TCP_SYN))
        return challenge(
            t, tcb, TERCET_SYN_CHALLENGED); /* whatever its sequence number: RFC 5961 section 4.2 */
    if (!segment_span(seg)) return challenge(t, tcb, verdict);
    if (t->config.habits.acks_adapt && seq_lt(seg->seq, tcb->rcv_nxt)) pace_hurry(t, tcb);
    if (seq_lt(seg->seq, tcb->rcv_nxt))
        duplicate_note(t, tcb, seg->seq, seq_add(seg->seq, segment_span(seg)));
    tcb_owe_ack(t, tcb);
    return verdict;
}

/*
 * The four cases of the acceptability test (RFC 9293 section 3.10.7.4, table 6), but for the zero window:
 * there the ACKs of a peer whose probe was not taken, and who therefore stands one beyond, are looked at as
 * well (the "special allowance" below that table).
 */
static bool is_acceptable(const struct segment *seg, struct seq rcv_nxt, uint32_t wnd) {
    if (wnd) return segment_is_in(seg, rcv_nxt, wnd);
    return seq_eq(seg->seq, rcv_nxt) ||
           (!segment_span(seg) && seq_eq(seg->seq, seq_add(rcv_nxt, 1)));
}

/* RFC 7323 section 5.3 R1.  A reset is exempt; so is a SYN from having to carry the option. */
static enum tercet_verdict check_timestamps(struct tcp *t, struct tcb *tcb,
                                            const struct segment *seg) {
    if (!tcb_is(tcb, TCB_TIMESTAMPS) || segment_has(seg, TCP_RST)) return TERCET_TAKEN;
    if (!segment_has_option(seg, TCP_HAS_TIMESTAMPS)) {
        bool is_exempt = segment_has(seg, TCP_SYN) && !t->config.habits.old_timestamps_silent;

        return is_exempt || t->config.habits.timestamps_lenient ? TERCET_TAKEN : TERCET_NO_TIMESTAMP;
    }
    if ((int32_t)(seg->options.ts_val - tcb->ts_recent) >= -(int32_t)t->config.habits.timestamp_slack)
        return TERCET_TAKEN;
    if (tcp_now_s(t) - tcb->ts_recent_s >= TS_RECENT_LIFE_S) return TERCET_TAKEN;
    if (t->config.habits.old_timestamps_silent && !seg->length && !segment_has(seg, TCP_SYN))
        return TERCET_OLD_TIMESTAMP;
    return unacceptable(t, tcb, seg, TERCET_OLD_TIMESTAMP);
}

/*
 * A peer whose probe of our closed window was taken numbers what follows from the edge that he knows, one
 * below ours.  What such a segment acknowledges is news, though its text is not: without it two sides that
 * probe each other lock each other out.
 */
static void skip_taken_probe(struct tcp *t, struct tcb *tcb, struct segment *seg) {
    if (segment_has(seg, TCP_SYN | TCP_RST) || segment_span(seg) > 1) return;
    if (!seq_eq(seg->seq, seq_sub(tcb->rcv_nxt, 1))) return;
    if (!segment_has(seg, TCP_ACK) || !seq_gt(seg->ack, tcb->snd_una) ||
        !seq_le(seg->ack, tcb->snd_max))
        return;
    if (segment_span(seg)) tcb_owe_ack(t, tcb);
    seg->seq = tcb->rcv_nxt;
    seg->length = 0;
    seg->flags &= (uint8_t)~TCP_FIN;
}

/*
 * As on the BSDs: of a segment that begins before the window only what it acknowledges is left, and one that begins
 * right at the end of the window lies in it, for it has no text there.
 */
static RARE void skip_old_text(struct tcp *t, struct tcb *tcb, struct segment *seg, uint32_t wnd) {
    struct seq end = seq_add(seg->seq, seg->length);

    if (wnd && !segment_span(seg) && seq_eq(seg->seq, seq_add(tcb->rcv_nxt, wnd)))
        seg->seq = tcb->rcv_nxt;
    if (!seq_lt(seg->seq, tcb->rcv_nxt) || seq_gt(end, tcb->rcv_nxt)) return;
    if (seq_eq(end, tcb->rcv_nxt) && segment_has(seg, TCP_FIN)) return;
    tcb_owe_ack(t, tcb);
    seg->seq = tcb->rcv_nxt;
    seg->length = 0;
    seg->flags &= (uint8_t)~TCP_FIN;
}

/* Text that the window holds only in part, while the user has not read what came before. */
static bool ends_beyond(const struct tcb *tcb, const struct segment *seg, uint32_t wnd) {
    return wnd && seg->length && tcb_readable(tcb) &&
           seq_gt(seq_add(seg->seq, seg->length), seq_add(tcb->rcv_nxt, wnd));
}

/* First, check sequence number. */
static enum tercet_verdict first_sequence(struct tcp *t, struct tcb *tcb, struct segment *seg) {
    uint32_t wnd = tcb_rcv_wnd(tcb);

    if (t->config.habits.edges_lenient && !segment_has(seg, TCP_SYN))
        skip_old_text(t, tcb, seg, wnd);
    skip_taken_probe(t, tcb, seg);
    if (t->config.habits.window_ends_strict && ends_beyond(tcb, seg, wnd))
        return unacceptable(t, tcb, seg, TERCET_OUTSIDE_WINDOW);
    if (!is_acceptable(seg, tcb->rcv_nxt, wnd))
        return unacceptable(t, tcb, seg, TERCET_OUTSIDE_WINDOW);
    if (!wnd && segment_span(seg)) {
        /* A window probe: its ACK and its URG count (MUST-66), its text is not taken. */
        seg->length = 0;
        seg->flags &= (uint8_t)~TCP_FIN;
        tcb_owe_ack(t, tcb);
    }
    return TERCET_TAKEN;
}

/*
 * RCV.NXT, or where a peer stands who has not seen all our ACKs: before the FIN that we have, or behind the
 * text that we hold out of order and have told him of.
 */
static bool reset_is_exact(const struct tcp *t, const struct tcb *tcb, const struct segment *seg) {
    if (seq_eq(seg->seq, t->config.habits.resets_by_ack ? tcb->last_ack_sent : tcb->rcv_nxt))
        return true;
    if (t->config.habits.resets_in_window && seq_is_in(seg->seq, tcb->rcv_nxt, tcb_rcv_wnd(tcb)))
        return true;
    if (!t->config.habits.reset_at_edges) return false;
    if (tcb_is(tcb, TCB_FIN_RECEIVED) && seq_eq(seg->seq, seq_sub(tcb->rcv_nxt, 1))) return true;
    return tcb_is(tcb, TCB_SACK) && tcb->reassembly && seq_eq(seg->seq, reassembly_top(t, tcb));
}

/*
 * Second, check the RST bit; text beside it is of no interest (SHLD-2).  In SYN-RECEIVED our OPEN was active
 * (MUST-11): that of a passive one is a half-open line.  Source: RFC 9293 section 3.10.7.4, RFC 5961 section 3.2.
 */
static enum tercet_verdict second_rst(struct tcp *t, struct tcb *tcb, const struct segment *seg) {
    if (!segment_has(seg, TCP_RST)) return TERCET_TAKEN;
    if (!reset_is_exact(t, tcb, seg)) {
        if (!seq_is_in(seg->seq, tcb->rcv_nxt, tcb_rcv_wnd(tcb))) return TERCET_RST_OUTSIDE;
        return challenge(t, tcb, TERCET_RST_CHALLENGED);
    }
    tcb_over(t, tcb,
             tcb->state == TERCET_STATE_SYN_RECEIVED ? TERCET_REASON_REFUSED : TERCET_REASON_RESET);
    return TERCET_RST_TAKEN;
}

/* Fourth, check the SYN bit: whoever sent it, the connection stays (RFC 5961 section 4.2), unless configured otherwise. */
static enum tercet_verdict fourth_syn(struct tcp *t, struct tcb *tcb, const struct segment *seg) {
    if (!segment_has(seg, TCP_SYN)) return TERCET_TAKEN;
    if (t->config.habits.syn_resets && tcb_is_synchronized(tcb)) {
        tcb_reset(t, tcb, TERCET_REASON_RESET);
        return STEP_OVER;
    }
    return challenge(t, tcb, TERCET_SYN_CHALLENGED);
}

/*
 * Our SYN of a simultaneous open (MUST-10) is acknowledged, in SYN-RECEIVED or behind a FIN that was sent from
 * there; or this ACK is for something else.
 */
static RARE enum tercet_verdict open_simultaneous(struct tcp *t, struct tcb *tcb,
                                                  const struct segment *seg) {
    if (!seq_gt(seg->ack, tcb->snd_una) || !seq_le(seg->ack, tcb->snd_max)) {
        reply_reset(t, &tcb->tuple, seg, tcb->diffserv);
        return TERCET_HALF_OPEN_BAD_ACK;
    }
    tcb->flags &= ~(uint32_t)TCB_SYN_UNACKED;
    tcb->snd_una = seq_add(tcb->iss, 1);
    tcb->snd_nxt = seq_max(tcb->snd_nxt, tcb->snd_una);
    if (seq_eq(tcb->snd_una, tcb->snd_max)) timer_clear(tcb, TIMER_RETRANSMIT);
    if (tcb->retries && !t->config.habits.handshake_untimed) rtt_after_syn_loss(t, tcb);
    tcb->snd_wnd = (uint32_t)seg->wnd << tcb->snd_scale;
    tcb->snd_max_wnd = tcb->snd_wnd;
    tcb_established(t, tcb);
    return TERCET_TAKEN;
}

/* What was acknowledged a window ago; with a short past no less than our SYN, if it is configured so. */
static struct seq oldest_ack(const struct tcp *t, const struct tcb *tcb) {
    uint32_t past = seq_distance(tcb->iss, tcb->snd_una) - 1;
    bool is_short = t->config.habits.acks_of_nothing_challenged && past < tcb->snd_max_wnd &&
                    tcb->snd_una.n - tcb->iss.n < 1u << 30;

    return seq_sub(tcb->snd_una, is_short ? past : tcb->snd_max_wnd);
}

/* RFC 5961 section 5.2: the range in which an ACK is believed (MAY-12). */
static enum tercet_verdict check_ack_range(struct tcp *t, struct tcb *tcb,
                                           const struct segment *seg) {
    if (seq_gt(seg->ack, tcb->snd_max)) return challenge(t, tcb, TERCET_ACK_UNSENT);
    if (seq_lt(seg->ack, oldest_ack(t, tcb))) return challenge(t, tcb, TERCET_ACK_TOO_OLD);
    return TERCET_TAKEN;
}

/* RFC 7323 section 4.3 (2): only the segment that our last ACK asked for, or an older one, sets the value. */
static void take_timestamp(struct tcp *t, struct tcb *tcb, const struct segment *seg) {
    if (!tcb_is(tcb, TCB_TIMESTAMPS) || seq_gt(seg->seq, tcb->last_ack_sent)) return;
    if (!segment_has_option(seg, TCP_HAS_TIMESTAMPS)) return;
    if (t->config.habits.timestamp_slack && (int32_t)(seg->options.ts_val - tcb->ts_recent) < 0 &&
        tcp_now_s(t) - tcb->ts_recent_s < TS_RECENT_LIFE_S)
        return;
    tcb->ts_recent = seg->options.ts_val;
    tcb->ts_recent_s = tcp_now_s(t);
}

/* config.habits.shrinking_unseen: the segment has nothing new but less room, though some. */
static bool is_shrinking_unseen(const struct tcb *tcb, const struct segment *seg) {
    uint32_t wnd = (uint32_t)seg->wnd << tcb->snd_scale;

    return wnd && wnd < tcb->snd_wnd && seq_eq(seg->ack, tcb->snd_una) &&
           seq_eq(seg->seq, tcb->snd_wl1);
}

/*
 * Take the window, 32 bits without a sign (MUST-1, REC-1), if the segment is newer than the one it was last
 * taken from.  What acknowledges something new is: by SND.WL1 alone a retransmission with a smaller window
 * would be passed over, and more sent than the peer takes.
 */
static void take_window(struct tcp *t, struct tcb *tcb, const struct segment *seg) {
    bool is_newer = seq_gt(seg->ack, tcb->snd_una) || seq_lt(tcb->snd_wl1, seg->seq) ||
                    (seq_eq(tcb->snd_wl1, seg->seq) && seq_le(tcb->snd_wl2, seg->ack));

    if (!is_newer) return;
    if (t->config.habits.shrinking_unseen && is_shrinking_unseen(tcb, seg)) return;
    tcb->snd_wnd = (uint32_t)seg->wnd << tcb->snd_scale;
    tcb->snd_wl1 = seg->seq;
    tcb->snd_wl2 = seg->ack;
    if (tcb->snd_wnd > tcb->snd_max_wnd) {
        tcb->snd_max_wnd = tcb->snd_wnd;
        if (t->config.habits.mss_half_window) mss_bound(tcb, tcb->mss_agreed);
    }
    if (tcb->snd_wnd) {
        timer_clear(tcb, TIMER_PERSIST);
        tcb->probes = 0;
    }
    if (!seq_eq(tcb->snd_nxt, tcb->snd_end) || tcb_is(tcb, TCB_FIN_QUEUED)) tcb_owe(t, tcb);
}

/* RFC 5681 section 2: a segment that can only mean that something arrived out of order. */
static bool is_duplicate_ack(const struct tcb *tcb, const struct segment *seg) {
    return seq_eq(seg->ack, tcb->snd_una) && seq_lt(tcb->snd_una, tcb->snd_max) &&
           !segment_span(seg) && (uint32_t)seg->wnd << tcb->snd_scale == tcb->snd_wnd;
}

/* Return the send buffer's room, tell whoever waits for it. */
static void free_acknowledged(struct tcp *t, struct tcb *tcb) {
    uint32_t waiting = seq_distance(tcb_snd_begin(tcb), tcb->snd_end);

    if (!waiting) ring_release(&tcb->snd, &t->buddy);
    if (!tcb_is(tcb, TCB_WANTS_ROOM) || waiting > tcb->snd_limit / 3 * 2) return;
    tcb->flags &= ~(uint32_t)TCB_WANTS_ROOM;
    tcb_tell(t, tcb, TERCET_WRITABLE);
}

/* SND.UNA < SEG.ACK =< SND.NXT. */
static void acknowledge(struct tcp *t, struct tcb *tcb, const struct segment *seg) {
    uint32_t bytes = seq_distance(tcb->snd_una, seg->ack);

    tcb->snd_una = seg->ack;
    tcb->snd_nxt = seq_max(tcb->snd_nxt, tcb->snd_una);
    tcb->retries = 0;
    tcb->soft_errors = 0; /* the way is open again */
    if (!seq_lt(tcb->snd_una, tcb->snd_up)) tcb->flags &= ~(uint32_t)TCB_SNDS_URGENT;
    rtt_acked(t, tcb, seg);
    recovery_acked(t, tcb, ecn_is_told(tcb, seg) && !tcb_is(tcb, TCB_RECOVERY) ? 0 : bytes);
    if (seq_eq(tcb->snd_una, tcb->snd_max)) {
        tcb->flags &= ~(uint32_t)TCB_SMALL_SENT;
        timer_clear(tcb, TIMER_RETRANSMIT);
    } else if (!tcb_is(tcb, TCB_RECOVERY)) {
        timer_set(t, tcb, TIMER_RETRANSMIT, tcb->rto_us); /* RFC 6298 (5.3); in recovery: RFC 6582 */
    }
    free_acknowledged(t, tcb);
    user_timeout_progress(t, tcb);
    if (!seq_eq(tcb->snd_nxt, tcb->snd_end) || tcb_is(tcb, TCB_FIN_QUEUED)) tcb_owe(t, tcb);
}

/* Our FIN is acknowledged. */
static enum tercet_verdict fin_acknowledged(struct tcp *t, struct tcb *tcb,
                                            const struct segment *seg) {
    switch (tcb->state) {
    case TERCET_STATE_FIN_WAIT_1:
        tcb->state = TERCET_STATE_FIN_WAIT_2;
        if (tcb_is(tcb, TCB_ORPHAN) && tcb->fin_wait_2_s == 1 && t->config.habits.fin_wait_2_resets) {
            reply_reset(t, &tcb->tuple, seg, tcb->diffserv);
            tcb_over(t, tcb, TERCET_REASON_ABORTED);
            return STEP_OVER;
        }
        if (tcb_is(tcb, TCB_ORPHAN)) fin_wait_2_start(t, tcb);
        return TERCET_TAKEN;
    case TERCET_STATE_CLOSING: tcb_enter_time_wait(t, tcb); return STEP_OVER;
    case TERCET_STATE_LAST_ACK: tcb_over(t, tcb, TERCET_REASON_FINISHED); return STEP_OVER;
    default: return TERCET_TAKEN;
    }
}

/* The peer lives, his window is closed (MUST-37). */
static RARE void probe_answered(struct tcp *t, struct tcb *tcb) {
    tcb->retries = tcb->soft_errors = 0;
    if (!t->config.habits.probes_wait_anew) return;
    timer_clear(tcb, TIMER_PERSIST);
    tcb_owe(t, tcb);
}

/* Fifth, check the ACK field. */
static enum tercet_verdict fifth_ack(struct tcp *t, struct tcb *tcb, const struct segment *seg) {
    enum tercet_verdict verdict;

    if (!segment_has(seg, TCP_ACK)) return TERCET_TCP_NO_FLAGS;
    if (tcb_is(tcb, TCB_SYN_UNACKED)) {
        verdict = open_simultaneous(t, tcb, seg);
        if (verdict != TERCET_TAKEN) return verdict;
    }
    verdict = check_ack_range(t, tcb, seg);
    if (verdict != TERCET_TAKEN) return verdict;
    take_timestamp(t, tcb, seg);
    tcb->heard = t->tick;
    tcb->keep_probes = 0;
    if (timer_is_set(tcb, TIMER_PERSIST)) probe_answered(t, tcb);
    if (is_duplicate_ack(tcb, seg) && !tcb->probes) recovery_duplicate(t, tcb);
    if (seq_ge(seg->ack, tcb->snd_una)) take_window(t, tcb, seg);
    if (seq_gt(seg->ack, tcb->snd_una)) acknowledge(t, tcb, seg);
    ecn_acked(tcb, seg);
    if (tcb_is(tcb, TCB_FIN_QUEUED) && seq_gt(tcb->snd_una, tcb->snd_end))
        return fin_acknowledged(t, tcb, seg);
    return TERCET_TAKEN;
}

/*
 * Sixth, check the URG bit (MUST-30): RCV.UP moves on, the user is told (MUST-32, MUST-47); the data itself
 * stays in line (RFC 6093 section 6).  The pointer stands behind the last urgent octet (MUST-62); where it
 * points back, or at what was read, it says nothing.
 */
static void sixth_urg(struct tcp *t, struct tcb *tcb, const struct segment *seg) {
    struct seq up = seq_add(seg->seq, seg->urgent);

    if (!segment_has(seg, TCP_URG) || !tcb_receives(tcb) || !seq_gt(up, tcb->rcv_user)) return;
    if (tcb_is(tcb, TCB_RCVS_URGENT) && !seq_gt(up, tcb->rcv_up)) return;
    tcb->flags |= TCB_RCVS_URGENT;
    tcb->rcv_up = up;
    tcb_tell(t, tcb, TERCET_URGENT);
}

/*
 * The user has closed and will never read this: say so to the peer (RFC 9293 section 3.6.1, SHLD-3; RFC 2525
 * section 2.17).
 */
static RARE enum tercet_verdict text_for_nobody(struct tcp *t, struct tcb *tcb,
                                                const struct segment *seg) {
    reply_reset(t, &tcb->tuple, seg, tcb->diffserv);
    tcb_over(t, tcb, TERCET_REASON_ABORTED);
    return TERCET_DATA_AFTER_CLOSE;
}

/* The user has given the connection back, or has shut both directions. */
static bool nobody_reads(const struct tcb *tcb) {
    return tcb_is(tcb, TCB_ORPHAN) || (tcb->wishes & WISH_DEAF && tcb_is(tcb, TCB_FIN_QUEUED));
}

/* config.habits.close_resets_early: before anybody asks where the text ends and what it acknowledges. */
static bool is_text_too_late(const struct tcp *t, const struct tcb *tcb, const struct segment *seg) {
    return t->config.habits.close_resets_early && tcb_is(tcb, TCB_ORPHAN) && tcb_receives(tcb) &&
           seg->length && !segment_has(seg, TCP_SYN | TCP_RST) &&
           seq_gt(seq_add(seg->seq, seg->length), tcb->rcv_nxt);
}

/* Seventh, process the segment text. */
static enum tercet_verdict seventh_text(struct tcp *t, struct tcb *tcb, const struct segment *seg,
                                        bool *fin) {
    *fin = false;
    if (!seg->length && !segment_has(seg, TCP_FIN)) return TERCET_TAKEN;
    if (!tcb_receives(tcb))
        return TERCET_TAKEN; /* cannot be: the peer has closed.  Ignore the text. */
    if (nobody_reads(tcb) && seg->length && seq_gt(seq_add(seg->seq, seg->length), tcb->rcv_nxt))
        return text_for_nobody(t, tcb, seg);
    return receive_text(t, tcb, seg, fin);
}

/* Eighth, check the FIN bit: it is the next in sequence, and the user is told (MUST-12). */
static void eighth_fin(struct tcp *t, struct tcb *tcb) {
    tcb->rcv_nxt = seq_add(tcb->rcv_nxt, 1);
    tcb->flags |= TCB_FIN_RECEIVED;
    if (t->config.habits.acks_adapt && tcb->state == TERCET_STATE_ESTABLISHED) {
        tcb->flags |= TCB_INTERACTIVE; /* whoever has heard all will answer, or close */
        pace_acknowledge(t, tcb, false);
    } else if (t->config.habits.fin_ack_delayed && tcb->state == TERCET_STATE_ESTABLISHED &&
               tcb_is(tcb, TCB_HEARD_TEXT))
        receive_acknowledge_later(t, tcb);
    else
        tcb_owe_ack(t, tcb);
    tcb_tell(t, tcb, TERCET_ENDED | TERCET_READABLE);
    switch (tcb->state) {
    case TERCET_STATE_ESTABLISHED: tcb->state = TERCET_STATE_CLOSE_WAIT; break;
    case TERCET_STATE_FIN_WAIT_1:
        tcb->state = TERCET_STATE_CLOSING; /* were our FIN acknowledged, it would be FIN-WAIT-2 by now */
        break;
    case TERCET_STATE_FIN_WAIT_2: tcb_enter_time_wait(t, tcb); break;
    default: break;
    }
}

enum tercet_verdict arrives_text(struct tcp *t, struct tcb *tcb, const struct segment *seg,
                                 enum tercet_verdict verdict) {
    enum tercet_verdict text;
    bool fin;

    if (!seg->length && !segment_has(seg, TCP_URG | TCP_FIN)) return verdict;
    ecn_heard(tcb, seg);
    sixth_urg(t, tcb, seg);
    text = seventh_text(t, tcb, seg, &fin);
    if (text == TERCET_TAKEN && fin) eighth_fin(t, tcb);
    return text == TERCET_TAKEN || verdict == TERCET_ESTABLISHED ? verdict : text;
}

/* In a simultaneous open the peer's SYN-ACK begins with the SYN that is here already (RFC 9293 figure 7). */
static void skip_known_syn(struct tcp *t, struct tcb *tcb, struct segment *seg) {
    if (!tcb_is(tcb, TCB_SYN_UNACKED) || !segment_has(seg, TCP_SYN) || !segment_has(seg, TCP_ACK))
        return;
    if (!seq_eq(seg->seq, tcb->irs)) return;
    if (t->config.habits.simultaneous_offers && seq_eq(seg->ack, tcb->snd_max)) {
        duplicate_note(t, tcb, seg->seq, tcb->rcv_nxt);
        tcb_owe_ack(t, tcb);
    }
    seg->seq = seq_add(seg->seq, 1);
    seg->flags &= (uint8_t) ~(TCP_SYN | TCP_ECE | TCP_CWR);
    seg->wnd = (uint16_t)(seg->wnd >> tcb->snd_scale);       /* the window of a SYN is not scaled */
    if (t->config.habits.edges_lenient) tcb_owe_ack(t, tcb); /* it is old, and such are answered */
}

enum tercet_verdict arrives_otherwise(struct tcp *t, struct tcb *tcb, struct segment *seg) {
    enum tercet_verdict verdict;

    skip_known_syn(t, tcb, seg);
    verdict = check_timestamps(t, tcb, seg);
    if (verdict == TERCET_TAKEN && is_text_too_late(t, tcb, seg))
        return text_for_nobody(t, tcb, seg);
    if (verdict == TERCET_TAKEN && !segment_has(seg, TCP_RST))
        verdict = first_sequence(t, tcb, seg);
    if (verdict == TERCET_TAKEN) verdict = second_rst(t, tcb, seg);
    /* Third, check the security: a procedure of the IP layer, absent here. */
    if (verdict == TERCET_TAKEN) verdict = fourth_syn(t, tcb, seg);
    if (verdict == TERCET_TAKEN) verdict = fifth_ack(t, tcb, seg);
    if (verdict == STEP_OVER) return TERCET_TAKEN;
    if (verdict != TERCET_TAKEN) return verdict;
    return arrives_text(t, tcb, seg, TERCET_TAKEN);
}
