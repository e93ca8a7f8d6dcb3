/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/ecn.h"

#include "tcp/congestion.h"
#include "tcp/tcp.h"

unsigned ecn_syn_flags(const struct tcp *t, struct tcb *tcb, bool offers) {
    if (!offers) return tcb->ecn & ECN_AGREED ? TCP_ECE : 0;
    tcb->ecn = t->config.ecn == TERCET_ECN_ASKED && !tcb_is(tcb, TCB_SYN_TWICE) ? ECN_ASKED : 0;
    return tcb->ecn ? TCP_ECE | TCP_CWR : 0;
}

void ecn_opened(struct tcb *tcb, const struct segment *seg) {
    bool is_ours = tcb->ecn & ECN_ASKED;

    tcb->ecn = is_ours && (segment_has(seg, TCP_ACK) ? ecn_is_granted(seg) : ecn_is_asked(seg))
                   ? ECN_AGREED
                   : 0;
}

void ecn_heard(struct tcb *tcb, const struct segment *seg) {
    if (!(tcb->ecn & ECN_AGREED)) return;
    if (segment_has(seg, TCP_CWR)) tcb->ecn &= (uint8_t)~ECN_ECHO;
    if (seg->ecn == IP_ECN_CE && seg->length) tcb->ecn |= ECN_ECHO;
}

bool ecn_is_told(const struct tcb *tcb, const struct segment *seg) {
    return tcb->ecn & ECN_AGREED && segment_has(seg, TCP_ECE);
}

void ecn_acked(struct tcb *tcb, const struct segment *seg) {
    if (!(tcb->ecn & ECN_AGREED) || !seq_gt(tcb->snd_una, tcb->recover)) return;
    tcb->ecn &= (uint8_t)~ECN_REDUCED;
    if (!segment_has(seg, TCP_ECE) || tcb_is(tcb, TCB_RECOVERY)) return;
    tcb->ssthresh = congestion_of(tcb)->lost(tcb);
    tcb->cwnd = tcb->ssthresh;
    tcb->recover = tcb->snd_max;
    tcb->ecn |= ECN_REDUCED | ECN_CWR;
}

void ecn_lost(struct tcb *tcb) {
    if (tcb->ecn & ECN_AGREED) tcb->ecn = (uint8_t)((tcb->ecn & ~ECN_REDUCED) | ECN_CWR);
}

void ecn_put(struct tcb *tcb, struct departure *out) {
    if (!(tcb->ecn & ECN_AGREED)) return;
    out->traffic_class |= IP_ECN_ECT_0;
    if (tcb->ecn & ECN_CWR) out->seg.flags |= TCP_CWR;
    tcb->ecn &= (uint8_t)~ECN_CWR;
}
