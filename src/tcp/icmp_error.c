/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/icmp_error.h"

#include "tcp/mss.h"
#include "tcp/tcb_life.h"
#include "tcp/tcp.h"

/* Whether @seq is of a segment that was sent and is not acknowledged. */
static bool is_in_flight(const struct tcb *tcb, struct seq seq) {
    return seq_is_in(seq, tcb->snd_una, tcb_flight(tcb));
}

/* The payload that fits in @mtu; 0 when it is not less than now. */
static uint16_t smaller_mss(const struct tcb *tcb, uint32_t mtu) {
    bool v4 = tuple_is_v4(&tcb->tuple);
    uint32_t headers = TCP_HEADER_LENGTH + (v4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH);
    uint32_t floor = v4 ? PATH_MTU_FLOOR_V4 : PATH_MTU_FLOOR_V6;

    mtu = mtu > floor ? mtu : floor;
    return mtu - headers < tcb->mss_bytes ? (uint16_t)(mtu - headers) : 0;
}

/*
 * Smaller segments from now on, and what is in flight again in such: no congestion was seen, so cwnd stays,
 * in octets (RFC 1191 section 6.4).
 */
static enum tercet_verdict too_big(struct tcp *t, struct tcb *tcb, uint32_t mtu) {
    uint16_t mss = smaller_mss(tcb, mtu);

    if (!mss || !tcb_is_synchronized(tcb)) return TERCET_ICMP_IGNORED;
    if (tcb_is(tcb, TCB_RECOVERY)) tcb->cwnd = tcb->ssthresh; /* without what duplicates added */
    tcb->mss_bytes = mss;
    if (t->config.habits.mss_half_window) mss_bound(tcb, mss);
    tcb->snd_nxt = tcb->snd_una;
    tcb->flags &= ~(uint32_t)(TCB_TIMING | TCB_RECOVERY | TCB_RETRANSMIT);
    tcb->dupacks = 0;
    tcb->recover = tcb->snd_max;
    tcb_owe(t, tcb);
    return TERCET_ICMP_MTU;
}

static enum tercet_verdict tcb_error(struct tcp *t, struct tcb *tcb, const struct icmp_error *error) {
    if (!is_in_flight(tcb, error->seq)) return TERCET_ICMP_STRAY;
    if (error->kind == ICMP_ERROR_TOO_BIG) return too_big(t, tcb, error->mtu);
    if (!tcb_is_synchronized(tcb) &&
        (error->kind == ICMP_ERROR_HARD || t->config.habits.unreachable_is_hard)) {
        tcb_over(t, tcb, TERCET_REASON_UNREACHABLE);
        return TERCET_ICMP_HARD;
    }
    tcb_soft_error(t, tcb, error->soft);
    return TERCET_ICMP_SOFT;
}

/* Answers to our SYN-ACK: one may be anybody's accident, several mean that nobody is there. */
static enum tercet_verdict half_open_error(struct tcp *t, uint32_t index,
                                           const struct icmp_error *error) {
    struct half_open *half_open = tcp_half_open(t, index);

    if (!seq_eq(error->seq, half_open->iss)) return TERCET_ICMP_STRAY;
    if (error->kind == ICMP_ERROR_TOO_BIG) return TERCET_ICMP_IGNORED;
    half_open->flags = (uint8_t)(half_open->flags + HALF_OPEN_ERROR);
    if ((error->kind == ICMP_ERROR_HARD || !t->config.habits.unreachable_is_hard) &&
        half_open->flags / HALF_OPEN_ERROR < HALF_OPEN_ERRORS_MAX)
        return TERCET_ICMP_SOFT;
    half_open_drop(t, index);
    return TERCET_ICMP_HARD;
}

enum tercet_verdict icmp_error_arrives(struct tcp *t, const struct tuple *tuple,
                                       const struct icmp_error *error) {
    uint32_t ref = tcp_find(t, tuple, tcp_tag(t, tuple)), index = ref & FLOW_INDEX_MASK;

    if (!ref) return TERCET_ICMP_STRAY;
    switch ((enum flow_kind)(ref >> FLOW_KIND_SHIFT)) {
    case FLOW_TCB: return tcb_error(t, tcp_tcb(t, index), error);
    case FLOW_HALF_OPEN: return half_open_error(t, index, error);
    case FLOW_TIME_WAIT: break;
    }
    return TERCET_ICMP_STRAY;
}
