/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/recovery.h"

#include "tcp/congestion.h"
#include "tcp/ecn.h"
#include "tcp/tcb_life.h"
#include "tcp/tcp.h"
#include "tcp/timers.h"

#define DUPACK_THRESHOLD 3

/* Send the segment at snd_una again; its timing would be ambiguous (Karn). */
static void retransmit_first(struct tcp *t, struct tcb *tcb) {
    tcb->flags |= TCB_RETRANSMIT;
    tcb->flags &= ~(uint32_t)TCB_TIMING;
    tcb_owe(t, tcb);
}

void recovery_duplicate(struct tcp *t, struct tcb *tcb) {
    /* For a mark on what is in flight: a loss there costs nothing more (RFC 3168 section 6.1.2). */
    bool has_reduced = tcb->ecn & ECN_REDUCED;
    uint32_t mss = tcb_payload_max(tcb);

    if (tcb->dupacks < UINT8_MAX) tcb->dupacks++;
    tcb_owe(t, tcb); /* limited transmit, RFC 3042, or the inflated window may let new data go */
    if (tcb_is(tcb, TCB_RECOVERY)) {
        if (tcb->cwnd < CONGESTION_CWND_MAX) tcb->cwnd += mss;
        return;
    }
    if (tcb->dupacks != DUPACK_THRESHOLD || (!seq_gt(tcb->snd_una, tcb->recover) && !has_reduced))
        return;
    tcb->flags |= TCB_RECOVERY | TCB_FIRST_PARTIAL;
    tcb->recover = tcb->snd_max;
    if (!has_reduced) tcb->ssthresh = congestion_of(tcb)->lost(tcb);
    tcb->cwnd = tcb->ssthresh + DUPACK_THRESHOLD * mss;
    ecn_lost(tcb);
    retransmit_first(t, tcb);
}

/* RFC 6582 section 3.2 step 3, full acknowledgement. */
static void leave(struct tcb *tcb) {
    uint32_t mss = tcb_payload_max(tcb), flight = tcb_flight(tcb);
    uint32_t window = (flight > mss ? flight : mss) + mss;

    tcb->cwnd = tcb->ssthresh < window ? tcb->ssthresh : window;
    tcb->flags &= ~(uint32_t)TCB_RECOVERY;
}

/* RFC 6582 section 3.2 step 3, partial acknowledgement: the next hole begins at snd_una. */
static void partial(struct tcp *t, struct tcb *tcb, uint32_t bytes) {
    uint32_t mss = tcb_payload_max(tcb);

    retransmit_first(t, tcb);
    tcb->cwnd = tcb->cwnd > bytes ? tcb->cwnd - bytes : 0;
    if (bytes >= mss || tcb->cwnd < mss) tcb->cwnd += mss;
    if (tcb_is(tcb, TCB_FIRST_PARTIAL)) timer_set(t, tcb, TIMER_RETRANSMIT, tcb->rto_us);
    tcb->flags &= ~(uint32_t)TCB_FIRST_PARTIAL;
}

void recovery_acked(struct tcp *t, struct tcb *tcb, uint32_t bytes) {
    tcb->dupacks = 0;
    if (!tcb_is(tcb, TCB_RECOVERY)) {
        congestion_of(tcb)->acked(t, tcb, bytes);
        if (seq_gt(tcb->snd_una, tcb->recover))
            tcb->recover = seq_sub(tcb->snd_una,
                                   1); /* follows, so that it never looks ahead after a wrap */
        return;
    }
    if (seq_ge(tcb->snd_una, tcb->recover))
        leave(tcb);
    else
        partial(t, tcb, bytes);
}

void recovery_timeout(struct tcb *tcb) {
    tcb->flags &= ~(uint32_t)(TCB_TIMING | TCB_RECOVERY | TCB_RETRANSMIT);
    tcb->dupacks = 0;
    if (!tcb_is_synchronized(tcb)) {
        tcb->snd_nxt = tcb->iss;
        tcb->flags |= TCB_SYN_TWICE;
        return;
    }
    if (tcb->retries == 1)
        tcb->ssthresh = congestion_of(tcb)->lost(
            tcb); /* RFC 5681 section 3.1: once a loss, not once a try */
    tcb->cwnd = tcb_payload_max(tcb);
    tcb->recover = tcb->snd_max;
    ecn_lost(tcb);
    tcb->snd_nxt = tcb->snd_una;
}
