/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slow start and congestion avoidance of RFC 5681, the way of NewReno.
 *
 * Below ssthresh each acknowledgement adds what it acknowledges, at most one segment unless it is configured
 * otherwise (the L of RFC 3465); above it, one segment
 * is added for every cwnd of acknowledged octets (appropriate byte counting, RFC 3465: congestion[0] counts
 * them).  A loss halves what is in flight, down to two segments at least (RFC 5681 equation 4).
 */
#include "tcp/congestion.h"
#include "tcp/tcp.h"

static uint32_t initial_window(const struct tcp *t, const struct tcb *tcb) {
    uint32_t mss = tcb_payload_max(tcb), two = 2 * mss, floor = two > 14600 ? two : 14600;
    uint32_t window = t->config.initial_segments * mss;

    if (tcb_is(tcb, TCB_SYN_TWICE)) return mss;
    if (t->config.initial_segments > 4 && window > floor) return floor;
    return window;
}

void congestion_init(const struct tcp *t, struct tcb *tcb) {
    tcb->cwnd = initial_window(t, tcb);
    tcb->ssthresh = CONGESTION_CWND_MAX;
}

void congestion_idle(const struct tcp *t, struct tcb *tcb) {
    uint32_t window = initial_window(t, tcb);

    if (tcb->cwnd > window) tcb->cwnd = window;
}

/*
 * What was in flight at most (congestion[1]) since nothing was: a window of which half is not used says nothing of the
 * path, and need not grow.  Source: RFC 7661 section 1
 */
static bool window_is_used(struct tcb *tcb, uint32_t bytes) {
    uint32_t flight = tcb_flight(tcb);
    bool is_used;

    if (flight + bytes > tcb->congestion[1]) tcb->congestion[1] = flight + bytes;
    is_used = tcb->cwnd < 2 * tcb->congestion[1];
    if (!flight) tcb->congestion[1] = 0;
    return is_used;
}

/* Slow start and congestion avoidance: RFC 5681 section 3.1 (MUST-19). */
static void newreno_acked(const struct tcp *t, struct tcb *tcb, uint32_t bytes) {
    uint32_t mss = tcb_payload_max(tcb), most = mss * t->config.habits.slow_start_segments, add = 0;

    if (t->config.habits.window_in_use && !window_is_used(tcb, bytes) && tcb->cwnd < tcb->ssthresh)
        return;
    if (tcb->cwnd < tcb->ssthresh) {
        add = bytes < most ? bytes : most;
    } else {
        tcb->congestion[0] += bytes;
        if (tcb->congestion[0] >= tcb->cwnd) {
            tcb->congestion[0] -= tcb->cwnd;
            add = mss;
        }
    }
    if (tcb->cwnd < CONGESTION_CWND_MAX) tcb->cwnd += add;
}

/*
 * Beyond cwnd lies what limited transmit has sent, which does not count (RFC 5681 section 3.2 step 2), and what was sent
 * before a timeout.
 */
static uint32_t newreno_lost(const struct tcb *tcb) {
    uint32_t flight = tcb_flight(tcb), half = (flight < tcb->cwnd ? flight : tcb->cwnd) / 2;
    uint32_t least = 2 * tcb_payload_max(tcb);

    return half > least ? half : least;
}

const struct congestion congestion_newreno = {"newreno", newreno_acked, newreno_lost};
