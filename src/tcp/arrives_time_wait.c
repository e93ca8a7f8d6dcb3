/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293 section 3.10.7.4 for TIME-WAIT, which is a line of its own.
 *
 * A reset is ignored, exact or not, so that 2 MSL pass (MUST-13): it may be as old as anything else here (RFC
 * 1337 fix F1).  The peer's FIN again is acknowledged and 2 MSL starts anew.  A SYN that is newer than the
 * old incarnation takes its place (RFC 6191, RFC 1122 section 4.2.2.13); everything else that needs an answer
 * gets an ACK, now and then.
 */
#include "tcp/arrives.h"
#include "tcp/isn.h"
#include "tcp/tcp.h"

/* RFC 6191 section 2 (SHLD-4), the sequence number deciding where timestamps cannot. */
static bool is_newer(const struct tcp *t, const struct time_wait *tw, const struct segment *seg) {
    bool had = tw->flags & TIME_WAIT_TIMESTAMPS, has = segment_has_option(seg, TCP_HAS_TIMESTAMPS);
    int32_t newer_ms = (int32_t)(seg->options.ts_val - tw->ts_recent);

    if (t->config.habits.time_wait_acks_only)
        return had && has ? newer_ms > 0 : seq_gt(seg->seq, tw->rcv_nxt);
    if (!had && has && t->config.timestamps) return true;
    if (had && has && newer_ms && tcp_now_s(t) - tw->ts_recent_s < TS_RECENT_LIFE_S)
        return newer_ms > 0;
    return seq_gt(seg->seq, tw->rcv_nxt);
}

/* An old timestamp: RFC 7323 section 5.3 R1. */
static bool is_late(const struct tcp *t, const struct time_wait *tw, const struct segment *seg) {
    if (!(tw->flags & TIME_WAIT_TIMESTAMPS) || !segment_has_option(seg, TCP_HAS_TIMESTAMPS))
        return false;
    return (int32_t)(seg->options.ts_val - tw->ts_recent) <
               -(int32_t)t->config.habits.timestamp_slack &&
           tcp_now_s(t) - tw->ts_recent_s < TS_RECENT_LIFE_S;
}

/*
 * The numbers of the opening that follows @tw.  A connection that has sent faster than their clock ticks is ahead of the
 * clock: then they begin behind all that it has sent, and not at a place that whoever knows its last number could tell.
 * Source: RFC 9293 section 3.6.1 (MAY-2), RFC 1122 section 4.2.2.13 (1).
 */
static struct opening_numbers numbers_behind(const struct tcp *t, const struct time_wait *tw) {
    struct opening_numbers numbers = isn_numbers(t, &tw->tuple);

    if (!seq_gt(numbers.iss, tw->snd_nxt))
        numbers.iss = seq_add(tw->snd_nxt, 0x10001 + (numbers.iss.n & 0xffff));
    return numbers;
}

/* A SYN takes the place of the line, if it can be admitted; else the line stays (MAY-2). */
static enum tercet_verdict reuse(struct tcp *t, uint32_t index, uint16_t listener,
                                 const struct tuple *tuple, uint32_t tag, const struct segment *seg) {
    enum tercet_verdict verdict = listen_climb(t, listener);
    struct opening_numbers numbers;
    uint32_t opening;

    if (verdict != TERCET_TAKEN) return verdict;
    numbers = numbers_behind(t, tcp_time_wait(t, index));
    if (t->config.habits.time_wait_forgotten)
        time_wait_free(t, index);
    else
        time_wait_lay_aside(t, index, tag);
    opening = half_open_admit(t, listener, tuple, tag, numbers, seg);
    tcp_half_open(t, opening)->follows = !t->config.habits.time_wait_forgotten;
    return TERCET_TIME_WAIT_REUSED;
}

/* As FreeBSD listens here. */
static bool is_heard(const struct tcp *t, const struct time_wait *tw, const struct segment *seg) {
    if (!segment_has(seg, TCP_ACK)) return false;
    return !(tw->flags & TIME_WAIT_TIMESTAMPS) || segment_has_option(seg, TCP_HAS_TIMESTAMPS) ||
           t->config.habits.timestamps_lenient;
}

/* Whether a segment without text says nothing new: by FreeBSD's lights only the very ACK that was last expected. */
static bool is_in_place(const struct tcp *t, const struct time_wait *tw, const struct segment *seg) {
    if (!t->config.habits.time_wait_acks_only) return true;
    return seg->flags == TCP_ACK && seq_eq(seg->ack, tw->snd_nxt);
}

static enum tercet_verdict reset_arrives(struct tcp *t, uint32_t index, const struct segment *seg) {
    if (!t->config.habits.time_wait_resets || !seq_eq(seg->seq, tcp_time_wait(t, index)->rcv_nxt))
        return TERCET_TIME_WAIT_RST;
    time_wait_free(t, index);
    return TERCET_RST_TAKEN;
}

enum tercet_verdict arrives_time_wait(struct tcp *t, uint32_t index, const struct tuple *tuple,
                                      uint32_t tag, const struct segment *seg) {
    struct time_wait *tw = tcp_time_wait(t, index);
    uint8_t control = seg->flags & (TCP_SYN | TCP_RST | TCP_ACK | TCP_FIN);
    enum tercet_verdict verdict = TERCET_TIME_WAIT_ACKED;

    if (control & TCP_RST) return reset_arrives(t, index, seg);
    if (control == TCP_SYN && is_newer(t, tw, seg)) {
        uint32_t listener = listener_find(t, tuple);

        if (listener) return reuse(t, index, (uint16_t)listener, tuple, tag, seg);
        if (t->config.habits.time_wait_acks_only) {
            time_wait_free(t, index);
            return arrives_closed(t, tuple, seg);
        }
    }
    if (t->config.habits.time_wait_acks_only && !is_heard(t, tw, seg))
        return TERCET_TIME_WAIT_THROTTLED;
    if (!(control & (TCP_SYN | TCP_ACK)) && !seq_lt(seg->seq, tw->rcv_nxt))
        return TERCET_TCP_NO_FLAGS;
    if (control & TCP_FIN && seq_eq(seq_add(seg->seq, segment_span(seg)), tw->rcv_nxt)) {
        time_wait_restart(t, index);
        verdict = TERCET_TIME_WAIT_FIN;
    } else if (!segment_span(seg) && seq_eq(seg->seq, tw->rcv_nxt) && is_in_place(t, tw, seg) &&
               !(t->config.habits.time_wait_answers_text && is_late(t, tw, seg))) {
        return TERCET_TAKEN; /* a bare ACK in its place: answering could make two TIME-WAITs talk for ever */
    }
    return time_wait_answer(t, tw, seg) ? verdict : TERCET_TIME_WAIT_THROTTLED;
}
