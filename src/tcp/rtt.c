/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/rtt.h"

#include "tcp/tcp.h"

#define RTT_MAX_US (60 * 1000000u)
#define CLOCK_US   ((1u << TICK_SHIFT) / NS_PER_US) /* the G of RFC 6298 */

static uint32_t clamp(uint32_t us, uint32_t low, uint32_t high) {
    if (us < low) return low;
    return us < high ? us : high;
}

void rtt_sample(const struct tcp *t, struct tcb *tcb, uint32_t us) {
    uint32_t srtt, variance, error, least, rto_us;

    us = clamp(us, 1, RTT_MAX_US);
    if (!tcb->srtt_us8) {
        tcb->srtt_us8 = us * 8;
        tcb->rttvar_us4 = us * 2;
    } else {
        srtt = tcb->srtt_us8 / 8;
        error = us > srtt ? us - srtt : srtt - us;
        tcb->rttvar_us4 += error - tcb->rttvar_us4 / 4;
        tcb->srtt_us8 += us - srtt;
    }
    least = t->config.habits.rto_variance_min_us > CLOCK_US ? t->config.habits.rto_variance_min_us
                                                            : CLOCK_US;
    variance = tcb->rttvar_us4 > least ? tcb->rttvar_us4 : least;
    rto_us = clamp(tcb->srtt_us8 / 8 + variance, t->config.rto_min_us, t->config.rto_max_us);
    tcb->rto_us = clamp(rto_us + t->config.habits.rto_slop_us, 0, t->config.rto_max_us);
}

void rtt_after_syn_loss(const struct tcp *t, struct tcb *tcb) {
    if (!tcb->srtt_us8) tcb->rto_us = t->config.rto_initial_us;
    if (tcb->rto_us < RTO_AFTER_SYN_LOSS_US) tcb->rto_us = RTO_AFTER_SYN_LOSS_US;
}

void rtt_start(const struct tcp *t, struct tcb *tcb) {
    if (tcb_is(tcb, TCB_TIMING)) return;
    tcb->flags |= TCB_TIMING;
    tcb->timed_seq = tcb->snd_nxt;
    tcb->timed_us = tcp_now_us(t);
}

void rtt_from_echo(const struct tcp *t, struct tcb *tcb, const struct segment *seg) {
    uint32_t echo_ms = tcp_now_ms(t) + tcb->ts_offset - seg->options.ts_ecr;

    if (!tcb_is(tcb, TCB_TIMESTAMPS) || !segment_has_option(seg, TCP_HAS_TIMESTAMPS)) return;
    if (seg->options.ts_ecr && echo_ms < RTT_MAX_US / 1000)
        rtt_sample(t, tcb, echo_ms ? echo_ms * 1000 : 1000);
}

void rtt_acked(const struct tcp *t, struct tcb *tcb, const struct segment *seg) {
    if (tcb_is(tcb, TCB_TIMING)) {
        if (seq_lt(seg->ack, tcb->timed_seq)) return;
        tcb->flags &= ~(uint32_t)TCB_TIMING;
        rtt_sample(t, tcb, tcp_now_us(t) - tcb->timed_us);
        return;
    }
    rtt_from_echo(t, tcb, seg);
}
