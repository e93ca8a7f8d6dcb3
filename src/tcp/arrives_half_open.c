/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293 section 3.10.7.4 for SYN-RECEIVED of a passive open, which is a half-open line.
 *
 * The line does not change until its final ACK validates.  So that no outsider can complete, kill or bend it,
 * in order:
 *   the same SYN again gets the same SYN-ACK;
 *   a reset counts when it is exact, is challenged in the window (RFC 5961 section 3.2), passed over outside;
 *   another SYN is challenged;
 *   what lies outside the window gets an ACK;
 *   what has no ACK bit is passed over;
 *   an echoed timestamp must be one that this line sent;
 *   a wrong ACK gets its reset, as far as its source may have any;
 *   an ACK alone is only noted, if the listener waits for text.
 * Only then is a connection made, and what the segment carries goes on to it: data that comes with, or
 * instead of, a lost final ACK is not lost.
 */
#include "base/rare.h"
#include "tcp/arrives.h"
#include "tcp/tcb_life.h"
#include "tcp/tcp.h"

static RARE enum tercet_verdict answer(struct tcp *t, struct half_open *half_open, uint8_t flags,
                                       enum tercet_verdict verdict) {
    return half_open_answer(t, half_open, flags) ? verdict : TERCET_HALF_OPEN_THROTTLED;
}

static uint32_t half_open_window(const struct tcp *t, const struct half_open *half_open) {
    uint32_t limit = listener_at(t, half_open->listener)->rcv_limit;

    return limit < 0xffff ? limit : 0xffff; /* as the SYN-ACK announced it */
}

/* RFC 7323 section 3.2 and more: an honest echo is one of the values that this line sent. */
static bool is_honest_echo(const struct half_open *half_open, const struct segment *seg) {
    uint32_t since_first = seg->options.ts_ecr - half_open->ts_first;

    return since_first <= half_open->ts_span_ms;
}

static enum tercet_verdict check_timestamps(struct tcp *t, struct half_open *half_open,
                                            const struct segment *seg) {
    if (!(half_open->flags & HALF_OPEN_TIMESTAMPS)) return TERCET_TAKEN;
    if (!segment_has_option(seg, TCP_HAS_TIMESTAMPS) ||
        (!seg->options.ts_ecr && !is_honest_echo(half_open, seg)))
        return t->config.habits.timestamps_lenient ? TERCET_TAKEN : TERCET_HALF_OPEN_BAD_ECHO;
    if (!is_honest_echo(half_open, seg))
        return answer(t, half_open, TCP_ACK, TERCET_HALF_OPEN_BAD_ECHO);
    if ((int32_t)(seg->options.ts_val - half_open->ts_recent) < 0)
        return answer(t, half_open, TCP_ACK, TERCET_OLD_TIMESTAMP);
    return TERCET_TAKEN;
}

/* Our OPEN was passive (MUST-11): the listener goes on, and nobody is told. */
static enum tercet_verdict reset_arrives(struct tcp *t, uint32_t index, const struct segment *seg,
                                         struct seq rcv_nxt) {
    struct half_open *half_open = tcp_half_open(t, index);

    if (!seq_is_in(seg->seq, rcv_nxt, half_open_window(t, half_open)))
        return TERCET_HALF_OPEN_OUTSIDE;
    if (!seq_eq(seg->seq, rcv_nxt) && !t->config.habits.resets_in_window)
        return answer(t, half_open, TCP_ACK, TERCET_HALF_OPEN_CHALLENGED);
    half_open_drop(t, index);
    return TERCET_HALF_OPEN_RESET;
}

/*
 * As FreeBSD's SYN cache has it: whatever SYN comes is taken for the first one, a SYN-ACK means that the peer knows
 * nothing of ours, and a reset is one only without an ACK.
 */
static RARE enum tercet_verdict syn_or_reset_renews(struct tcp *t, uint32_t index,
                                                    const struct segment *seg) {
    struct half_open *half_open = tcp_half_open(t, index);
    uint8_t diffserv = listener_at(t, half_open->listener)->diffserv;
    struct tuple tuple = half_open->tuple;

    if (segment_has(seg, TCP_RST)) return TERCET_HALF_OPEN_OUTSIDE;
    if (!segment_has(seg, TCP_ACK)) {
        half_open_renew(t, index, seg);
        return TERCET_HALF_OPEN_SYN_AGAIN;
    }
    half_open_drop(t, index);
    reply_reset(t, &tuple, seg, diffserv);
    return TERCET_HALF_OPEN_BAD_ACK;
}

/* Another SYN; nobody has the connection yet, so that it may end by it where that is the habit. */
static RARE enum tercet_verdict other_syn_arrives(struct tcp *t, uint32_t index,
                                                  const struct segment *seg, struct seq rcv_nxt) {
    struct half_open *half_open = tcp_half_open(t, index);

    if (!t->config.habits.half_open_syn_resets ||
        !segment_is_in(seg, rcv_nxt, half_open_window(t, half_open)))
        return answer(t, half_open, TCP_ACK, TERCET_HALF_OPEN_CHALLENGED);
    reply_reset(t, &half_open->tuple, seg, listener_at(t, half_open->listener)->diffserv);
    half_open_drop(t, index);
    return TERCET_HALF_OPEN_RESET;
}

/* Nothing but the ACK, to a listener that wants to see text first. */
static bool is_deferred(const struct tcp *t, const struct half_open *half_open,
                        const struct segment *seg) {
    return !segment_span(seg) &&
           half_open->retries < listener_at(t, half_open->listener)->defer_retries;
}

/* All checks are passed: make the connection, and let it have the rest of the segment. */
static enum tercet_verdict complete(struct tcp *t, uint32_t index, uint32_t tag,
                                    const struct segment *seg) {
    struct tcb *tcb;

    if (listener_is_full(listener_at(t, tcp_half_open(t, index)->listener)))
        return TERCET_HALF_OPEN_ACCEPT_FULL;
    tcb = tcb_from_half_open(t, index, tag, seg);
    if (!tcb) return TERCET_HALF_OPEN_NO_MEMORY;
    if (tcb_is(tcb, TCB_TIMESTAMPS) && segment_has_option(seg, TCP_HAS_TIMESTAMPS) &&
        seq_le(seg->seq, tcb->last_ack_sent))
        tcb->ts_recent = seg->options.ts_val;
    return arrives_text(t, tcb, seg, TERCET_ESTABLISHED);
}

enum tercet_verdict arrives_half_open(struct tcp *t, uint32_t index, uint32_t tag,
                                      const struct segment *seg) {
    struct half_open *half_open = tcp_half_open(t, index);
    struct seq rcv_nxt = seq_add(half_open->irs, 1);
    uint8_t control = seg->flags & (TCP_SYN | TCP_RST | TCP_ACK | TCP_FIN);
    enum tercet_verdict verdict;

    if (t->config.habits.half_open_renewed && control & (TCP_SYN | TCP_RST) && control != TCP_RST)
        return syn_or_reset_renews(t, index, seg);
    if (control == TCP_SYN && seq_eq(seg->seq, half_open->irs))
        return answer(t, half_open, TCP_SYN | TCP_ACK, TERCET_HALF_OPEN_SYN_AGAIN);
    if (control & TCP_RST) return reset_arrives(t, index, seg, rcv_nxt);
    if (control & TCP_SYN) return other_syn_arrives(t, index, seg, rcv_nxt);
    if (!segment_is_in(seg, rcv_nxt, half_open_window(t, half_open)))
        return answer(t, half_open, TCP_ACK, TERCET_HALF_OPEN_OUTSIDE);
    if (!(control & TCP_ACK)) return TERCET_HALF_OPEN_NO_ACK;
    verdict = check_timestamps(t, half_open, seg);
    if (verdict != TERCET_TAKEN) return verdict;
    if (!seq_eq(seg->ack, seq_add(half_open->iss, 1))) {
        if (!reset_is_allowed(t, &half_open->tuple.remote)) return TERCET_HALF_OPEN_THROTTLED;
        reply_reset(t, &half_open->tuple, seg, listener_at(t, half_open->listener)->diffserv);
        return TERCET_HALF_OPEN_BAD_ACK;
    }
    if (is_deferred(t, half_open, seg)) {
        half_open->flags |= HALF_OPEN_ACKED;
        return TERCET_HALF_OPEN_DEFERRED;
    }
    return complete(t, index, tag, seg);
}
