/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_CONGESTION_H
#define TERCET_TCP_CONGESTION_H

#include <stdint.h>

struct tcp;
struct tcb;

/*
 * Congestion control behind a table of functions: how cwnd grows and what a loss costs.  Which segment is
 * sent again, and when, is recovery's business (recovery.h).  All sizes are octets.
 */
struct congestion {
    const char *name;
    /* @bytes newly acknowledged, outside recovery: grow cwnd. */
    void (*acked)(const struct tcp *t, struct tcb *tcb, uint32_t bytes);
    /* A loss was seen: the new ssthresh. */
    uint32_t (*lost)(const struct tcb *tcb);
};

extern const struct congestion congestion_newreno;

#define CONGESTION_CWND_MAX (1u << 30)

/* The algorithm of a connection. */
static inline const struct congestion *congestion_of(const struct tcb *tcb) {
    (void)tcb;
    return &congestion_newreno;
}

/* The initial window of RFC 6928, one segment after a lost SYN. */
void congestion_init(const struct tcp *t, struct tcb *tcb);

/*
 * Nothing was sent for a retransmission timeout: start again from the initial window (RFC 5681 section 4.1).
 */
void congestion_idle(const struct tcp *t, struct tcb *tcb);

#endif
