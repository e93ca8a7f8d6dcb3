/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a connection sends next.
 *
 * The owed list holds the connections that may have something to send; each is asked again and again until it
 * can have nothing more, then leaves the list.  A connection answers in this order: its SYN; an ACK for each
 * out-of-order segment; the segment that recovery wants again; new data, with its FIN; a window probe; a
 * keep-alive; a bare ACK.  All but the first carry the latest acknowledgement, so that the bare one is needed
 * only when nothing else went.
 *
 * New data goes when the windows of the peer and of congestion control let it, and when it is no silly little
 * segment: a full one, the last one with no other small one in flight (Nagle's algorithm as Minshall has
 * changed it, RFC 9293 section 3.7.4) or half of the largest window the peer ever offered (section
 * 3.8.6.2.1).
 */
#include "tcp/output.h"

#include "base/rare.h"
#include "tcp/burst.h"
#include "tcp/congestion.h"
#include "tcp/duplicate.h"
#include "tcp/ecn.h"
#include "tcp/mss.h"
#include "tcp/pace.h"
#include "tcp/reassembly.h"
#include "tcp/receive.h"
#include "tcp/rtt.h"
#include "tcp/tcb_life.h"
#include "tcp/tcp.h"
#include "tcp/timers.h"

static void segment_start(const struct tcb *tcb, struct departure *out, unsigned flags,
                          struct seq seq) {
    departure_start(out, &tcb->tuple, tcb->diffserv, flags, seq);
}

static void put_timestamps(const struct tcp *t, const struct tcb *tcb, struct segment *seg) {
    seg->options.present |= TCP_HAS_TIMESTAMPS;
    seg->options.ts_val = tcp_now_ms(t) + tcb->ts_offset;
    seg->options.ts_ecr = segment_has(seg, TCP_ACK) ? tcb->ts_recent : 0;
}

/* Whether something has arrived out of order, and is told. */
static bool tells_blocks(const struct tcb *tcb) {
    return tcb->reassembly && tcb_is(tcb, TCB_SACK);
}

/*
 * The acknowledgement that every segment behind the SYN carries; with it, no other is owed.  As long as there is a gap,
 * what stands behind it is told as well, as far as there is room beside the text (RFC 2018 section 4).
 */
static void put_ack(struct tcp *t, struct tcb *tcb, struct segment *seg) {
    seg->flags |= tcb->ecn & ECN_ECHO ? TCP_ACK | TCP_ECE : TCP_ACK;
    seg->ack = tcb->rcv_nxt;
    seg->wnd = window_field(receive_window(t, tcb), tcb->rcv_scale);
    if (tcb_is(tcb, TCB_TIMESTAMPS)) put_timestamps(t, tcb, seg);
    if (tells_blocks(tcb))
        reassembly_tell(t, tcb, &seg->options, tcb_payload_max(tcb) - seg->length);
    if (t->config.habits.acks_adapt) pace_acknowledged(t, tcb);
    tcb->last_ack_sent = tcb->rcv_nxt;
    tcb->unacked = 0;
    tcb->flags &= ~(uint32_t)(TCB_ACK_NOW | TCB_ACK_LATER);
    timer_clear(tcb, TIMER_DELAYED_ACK);
}

static bool bare_ack(struct tcp *t, struct tcb *tcb, struct departure *out) {
    segment_start(tcb, out, TCP_ACK, tcb_acceptable_seq(tcb));
    put_ack(t, tcb, &out->seg);
    duplicate_tell(t, tcb, &out->seg.options);
    return true;
}

/* A sequence number that the peer must answer, and no text: RFC 9293 section 3.8.4 (SHLD-12). */
static RARE bool old_number_departs(struct tcp *t, struct tcb *tcb, struct departure *out) {
    tcb->flags &= ~(uint32_t)TCB_KEEP_PROBE;
    segment_start(tcb, out, TCP_ACK, seq_sub(tcb->snd_una, 1));
    put_ack(t, tcb, &out->seg);
    return true;
}

/*
 * Our SYN, or SYN-ACK in a simultaneous open.  Options are offered in the first and granted in the second;
 * the MSS is in both and nowhere else (SHLD-5, MAY-3, MUST-65).
 */
static bool syn_departs(struct tcp *t, struct tcb *tcb, struct departure *out) {
    bool offers = tcb->state == TERCET_STATE_SYN_SENT,
         offers_all = (offers || t->config.habits.simultaneous_offers) &&
                      tcb->retries < t->config.habits.syn_options_retries; /* nothing is agreed yet */
    struct segment *seg = &out->seg;

    segment_start(tcb, out, TCP_SYN | ecn_syn_flags(t, tcb, offers), tcb->iss);
    if (!offers) {
        seg->flags |= TCP_ACK;
        seg->ack = tcb->rcv_nxt;
        tcb->last_ack_sent = tcb->rcv_nxt;
        tcb->flags &= ~(uint32_t)TCB_ACK_NOW;
    }
    seg->wnd = window_of_syn(t, tcb->rcv_limit, tcb->announced_mss);
    seg->option_order = t->config.habits.option_order;
    seg->options.present = TCP_HAS_MSS;
    seg->options.mss = tcb->announced_mss;
    if (offers_all ? t->config.timestamps : tcb_is(tcb, TCB_TIMESTAMPS))
        put_timestamps(t, tcb, seg);
    if (offers_all ? t->config.sack : tcb_is(tcb, TCB_SACK))
        seg->options.present |= TCP_HAS_SACK_PERMITTED;
    if (offers_all ? t->config.window_scale : tcb_is(tcb, TCB_SCALED)) {
        seg->options.present |= TCP_HAS_WSCALE;
        seg->options.wscale = tcb->offered_scale;
    }
    t->retransmitted += tcb->retries != 0;
    tcb->snd_nxt = seq_add(tcb->iss, 1);
    tcb->snd_max = seq_max(tcb->snd_max, tcb->snd_nxt);
    if (offers && !tcb_is(tcb, TCB_SYN_TWICE)) rtt_start(t, tcb);
    timer_set(t, tcb, TIMER_RETRANSMIT, tcb->rto_us);
    return true;
}

/*
 * The urgent pointer stands behind the last urgent octet, however far that is (RFC 9293 section 3.8.5, MUST-31,
 * MUST-62).
 */
static void put_urgent(const struct tcb *tcb, struct segment *seg) {
    uint32_t ahead = seq_distance(seg->seq, tcb->snd_up);

    if (!tcb_is(tcb, TCB_SNDS_URGENT) || !seq_lt(seg->seq, tcb->snd_up)) return;
    seg->flags |= TCP_URG;
    seg->urgent = (uint16_t)(ahead < UINT16_MAX ? ahead : UINT16_MAX);
}

/* An answer to what came a moment ago: the next one will come as soon, and carry the ACK. */
static void note_answer(const struct tcp *t, struct tcb *tcb) {
    uint64_t since_us = tick_us_between(tcb->heard_text, t->tick);

    if (t->config.habits.acks_adapt) {
        pace_answered(t, tcb);
        return;
    }
    if (since_us < t->config.delayed_ack_us) tcb->flags |= TCB_INTERACTIVE;
}

/*
 * A segment of @n octets from @from, with our FIN if @fin.  The last of what waits is pushed (MUST-61), no
 * other (SHLD-27).
 */
static bool data_departs(struct tcp *t, struct tcb *tcb, struct departure *out, struct seq from,
                         uint32_t n, bool fin) {
    struct seq to = seq_add(from, n + fin);
    bool is_last = seq_eq(seq_add(from, n), tcb->snd_end);

    segment_start(tcb, out, (n && is_last ? TCP_PSH : 0u) | (fin ? TCP_FIN : 0u), from);
    out->seg.length = n;
    put_ack(t, tcb, &out->seg);
    put_urgent(tcb, &out->seg);
    if (n && tcb_is(tcb, TCB_HEARD_TEXT)) note_answer(t, tcb);
    out->ring = &tcb->snd;
    out->at = from.n;
    if (seq_lt(from, tcb->snd_max)) {
        tcb->retransmits++;
        t->retransmitted++;
        if (tcb_is(tcb, TCB_TIMING) && seq_gt(tcb->timed_seq, from))
            tcb->flags &= ~(uint32_t)TCB_TIMING;
    }
    tcb->snd_max = seq_max(tcb->snd_max, to);
    tcb->sent = t->tick;
    return true;
}

/* A full segment that left without the FIN goes again without it. */
static bool fin_goes_with(const struct tcb *tcb, uint32_t n) {
    return n < tcb_payload_max(tcb) || !(tcb->wishes & WISH_FIN_ALONE);
}

/* Recovery wants the segment at snd_una again, as whole as it was; snd_nxt stays. */
static RARE bool again_departs(struct tcp *t, struct tcb *tcb, struct departure *out) {
    struct seq from = tcb->snd_una;
    uint32_t sent = seq_le(from, tcb->snd_end)
                        ? seq_distance(from, seq_min(tcb->snd_max, tcb->snd_end))
                        : 0;
    uint32_t n = sent < tcb_payload_max(tcb) ? sent : tcb_payload_max(tcb);
    bool fin = tcb_is(tcb, TCB_FIN_QUEUED) && n == sent && seq_gt(tcb->snd_max, tcb->snd_end) &&
               fin_goes_with(tcb, n);

    tcb->flags &= ~(uint32_t)TCB_RETRANSMIT;
    if (!n && !fin) return false;
    if (!timer_is_set(tcb, TIMER_RETRANSMIT)) timer_set(t, tcb, TIMER_RETRANSMIT, tcb->rto_us);
    return data_departs(t, tcb, out, from, n, fin);
}

/* Octets queued behind snd_nxt. */
static uint32_t queued(const struct tcb *tcb) {
    return seq_lt(tcb->snd_nxt, tcb->snd_end) ? seq_distance(tcb->snd_nxt, tcb->snd_end) : 0;
}

static bool fin_is_unsent(const struct tcb *tcb) {
    return tcb_is(tcb, TCB_FIN_QUEUED) && seq_le(tcb->snd_nxt, tcb->snd_end);
}

/* Whether text or our FIN waits behind snd_nxt. */
static bool is_waiting(const struct tcb *tcb) {
    return queued(tcb) || fin_is_unsent(tcb);
}

/* What the peer's window lets go behind snd_nxt; it may have shrunk to nothing (MUST-34, SHLD-15, SHLD-16). */
static uint32_t window_left(const struct tcb *tcb) {
    struct seq edge = seq_add(tcb->snd_una, tcb->snd_wnd);

    return seq_lt(tcb->snd_nxt, edge) ? seq_distance(tcb->snd_nxt, edge) : 0;
}

/*
 * What congestion control lets go behind snd_nxt.  Each of the first two duplicate ACKs lets one new segment
 * more go: limited transmit, RFC 3042.
 */
static uint32_t congestion_left(const struct tcb *tcb) {
    bool is_limited = !tcb_is(tcb, TCB_RECOVERY) && tcb->dupacks <= 2 &&
                      seq_eq(tcb->snd_nxt, tcb->snd_max);
    uint32_t extra = is_limited ? tcb->dupacks * tcb_payload_max(tcb) : 0;
    uint32_t in_flight = seq_distance(tcb->snd_una, tcb->snd_nxt);

    return tcb->cwnd + extra > in_flight ? tcb->cwnd + extra - in_flight : 0;
}

/*
 * An octet, or our FIN, beyond the window.  It is not in flight for the retransmission timer: the next probe
 * repeats it.
 */
static RARE bool probe_departs(struct tcp *t, struct tcb *tcb, struct departure *out) {
    uint32_t n = queued(tcb) ? 1 : 0;

    tcb->flags &= ~(uint32_t)TCB_PROBE;
    if (!n && !fin_is_unsent(tcb)) return false;
    if (tcb->probes < UINT8_MAX) tcb->probes++;
    if (t->config.habits.probes_empty) return old_number_departs(t, tcb, out);
    return data_departs(t, tcb, out, tcb->snd_nxt, n, n == 0);
}

/* New text that fits in one segment: it leaves room for what has to be told. */
static uint32_t text_max(const struct tcp *t, const struct tcb *tcb) {
    uint32_t most = tcb_payload_max(tcb);

    return tells_blocks(tcb) ? most - reassembly_told_length(t, tcb) : most;
}

/*
 * Whether @n octets, the last if @is_last, of @most that fit, are worth a segment.
 * Source: RFC 9293 section 3.8.6.2.1 (MUST-38), section 3.7.4 (SHLD-7, MAY-16).
 */
static bool is_worth_sending(const struct tcp *t, const struct tcb *tcb, uint32_t n, uint32_t most,
                             bool is_last) {
    bool nothing_in_flight = seq_eq(tcb->snd_nxt, tcb->snd_una);

    if (n == most || seq_lt(tcb->snd_nxt, tcb->snd_max)) return true;
    if (tcb->wishes & WISH_CORK && !tcb_is(tcb, TCB_FIN_QUEUED)) return false;
    if (is_last)
        return nothing_in_flight || !tcb_is(tcb, TCB_SMALL_SENT) ||
               tcb_is(tcb, TCB_NODELAY | TCB_FIN_QUEUED) ||
               (t->config.habits.urgent_undelayed && tcb_is(tcb, TCB_SNDS_URGENT));
    return n >= tcb->snd_max_wnd / 2 && (nothing_in_flight || tcb_is(tcb, TCB_NODELAY));
}

/* As much as the windows let go in one segment (SHLD-28). */
static bool new_data_departs(struct tcp *t, struct tcb *tcb, struct departure *out) {
    uint32_t waiting = queued(tcb), wnd = window_left(tcb), n = congestion_left(tcb);
    struct seq from = tcb->snd_nxt;
    uint32_t sendable, most = text_max(t, tcb);
    bool fin, is_new = seq_eq(from, tcb->snd_max);

    if (!n && !is_new) return false; /* a FIN that goes again waits for cwnd, too */
    n = n < wnd ? n : wnd;
    n = n < waiting ? n : waiting;
    sendable = n;
    n = n < most ? n : most;
    fin = fin_is_unsent(tcb) && n == waiting && wnd > n && fin_goes_with(tcb, n);
    if (!n && !fin) return false;
    if (!fin && !tcb_is(tcb, TCB_PROBE) && !is_worth_sending(t, tcb, n, most, n == waiting))
        return false;
    tcb->flags &= ~(
        uint32_t)TCB_PROBE; /* the override of section 3.8.6.2.1: what the window lets go has waited enough */
    data_departs(t, tcb, out, from, n, fin);
    if (t->config.habits.pushes_bursts && burst_ends(t, tcb, from, n, sendable))
        out->seg.flags |= TCP_PSH;
    if (is_new && n) ecn_put(tcb, out);
    if (fin && !n && is_new) tcb->wishes |= WISH_FIN_ALONE;
    tcb->snd_nxt = seq_add(from, n + fin);
    if (n < most) tcb->flags |= TCB_SMALL_SENT;
    if (is_new) rtt_start(t, tcb);
    timer_clear(tcb, TIMER_PERSIST);
    if (!timer_is_set(tcb, TIMER_RETRANSMIT)) timer_set(t, tcb, TIMER_RETRANSMIT, tcb->rto_us);
    return true;
}

/* With a least wait it grows from a longer one than the RTO, as FreeBSD's does: 4 * SRTT + 8 * RTTVAR. */
static uint64_t persist_us(const struct tcp *t, const struct tcb *tcb) {
    unsigned shift = tcb->probes < 10 ? tcb->probes : 10;
    uint64_t first_us = tcb->srtt_us8 ? tcb->srtt_us8 / 2 + 2ull * tcb->rttvar_us4
                                      : 2ull * t->config.rto_initial_us;
    uint64_t wait_us;

    if (!t->config.habits.persist_min_us) return (uint64_t)tcb->rto_us << shift;
    wait_us = (first_us << shift) + t->config.habits.rto_slop_us;
    return wait_us > t->config.habits.persist_min_us ? wait_us : t->config.habits.persist_min_us;
}

/*
 * Something waits, nothing is in flight to bring an ACK, and no timer runs: only a probe can find the window
 * open (SHLD-29, SHLD-30, and SHLD-17: nothing counts as lost meanwhile), or end the wait for a better moment
 * (MUST-60).
 */
static RARE void persist(struct tcp *t, struct tcb *tcb) {
    uint64_t wait_us = persist_us(t, tcb);

    if (timer_is_set(tcb, TIMER_RETRANSMIT) || timer_is_set(tcb, TIMER_PERSIST)) return;
    timer_set(t, tcb, TIMER_PERSIST,
              wait_us < t->config.rto_max_us ? wait_us : t->config.rto_max_us);
}

/* RFC 5681 section 4.1. */
static void note_idle(const struct tcp *t, struct tcb *tcb) {
    uint64_t idle_us = tick_us_between(tcb->sent, t->tick);

    if (seq_eq(tcb->snd_una, tcb->snd_max) && tick_is_armed(tcb->sent) && idle_us > tcb->rto_us &&
        queued(tcb) && t->config.habits.restart_after_idle)
        congestion_idle(t, tcb);
}

static bool sends_data(const struct tcb *tcb) {
    return tcb_is_synchronized(tcb) && tcb->state != TERCET_STATE_FIN_WAIT_2;
}

static bool tcb_departs(struct tcp *t, struct tcb *tcb, struct departure *out) {
    if (tcb_is(tcb, TCB_SYN_UNACKED) && seq_eq(tcb->snd_nxt, tcb->iss))
        return syn_departs(t, tcb, out);
    if (tcb->state == TERCET_STATE_SYN_SENT) return false;
    if (tcb->dupacks_owed) {
        tcb->dupacks_owed--;
        return bare_ack(t, tcb, out);
    }
    if (sends_data(tcb)) {
        if (tcb_is(tcb, TCB_RETRANSMIT) && again_departs(t, tcb, out)) return true;
        if (is_waiting(tcb)) note_idle(t, tcb);
        if (is_waiting(tcb) && new_data_departs(t, tcb, out)) return true;
        if (tcb_is(tcb, TCB_PROBE) && probe_departs(t, tcb, out)) return true;
        if (is_waiting(tcb)) persist(t, tcb);
    }
    if (tcb_is(tcb, TCB_KEEP_PROBE)) return old_number_departs(t, tcb, out);
    return tcb_is(tcb, TCB_ACK_NOW) && bare_ack(t, tcb, out);
}

/* Whether one that has just sent may have more to send, and has to be asked again. */
static bool may_owe_more(const struct tcb *tcb) {
    if (tcb->state == TERCET_STATE_SYN_SENT) return false;
    return is_waiting(tcb) || tcb->dupacks_owed ||
           tcb_is(tcb, TCB_RETRANSMIT | TCB_PROBE | TCB_KEEP_PROBE | TCB_ACK_NOW);
}

bool tcb_next_departs(struct tcp *t, struct departure *out) {
    bool departs = false;
    uint32_t index;

    while (!departs && (index = t->owed.head) != 0) {
        struct tcb *tcb = tcp_tcb(t, index);

        departs = tcb_departs(t, tcb, out);
        if (departs && may_owe_more(tcb)) break;
        timers_catch_up(t, tcb);
        list_remove(&t->owed, index);
        tcb->flags &= ~(uint32_t)TCB_OWED;
    }
    return departs;
}
