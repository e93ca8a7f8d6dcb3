/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_ECN_H
#define TERCET_TCP_ECN_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/tcp.h"

struct tcp;
struct tcb;
struct departure;

/*
 * Explicit congestion notification: a router that fills up marks a packet instead of dropping it.
 * Source: RFC 3168, for RFC 9293 section 3.8.2 (SHLD-8).
 *
 * Both sides must speak it: a SYN with ECE and CWR asks, a SYN-ACK with ECE alone grants (section 6.1.1).  Then new
 * data leaves as ECN-capable, and nothing else does: no ACK, no retransmission, no window probe (sections 6.1.4 to
 * 6.1.6), since their loss or mark would go unnoticed.  Who receives a mark says so with ECE in all that he sends, until
 * a CWR tells him that he was heard (section 6.1.3).  Who hears of a mark reduces his window as for a loss, but sends
 * nothing again, and at most once for what was in flight (section 6.1.2); his next new data carries CWR, which it does
 * after a loss, too.
 */
enum ecn_bit {                      /* of tcb.ecn */
               ECN_ASKED = 1 << 0,  /* our only SYN so far asked for it */
               ECN_AGREED = 1 << 1, /* both sides speak it */
               ECN_ECHO = 1 << 2,   /* a mark has come, and no CWR since */
               ECN_CWR = 1 << 3,    /* the window was reduced: the next new data says so */
               ECN_REDUCED = 1 << 4, /* ... for a mark, and what was in flight then (up to tcb.recover) still is */
};

enum ip_ecn { /* the two low bits of the traffic class */
              IP_ECN_NONE = 0,
              IP_ECN_ECT_0 = 2,
              IP_ECN_CE = 3,
};

/* Whether a SYN asks for it. */
static inline bool ecn_is_asked(const struct segment *seg) {
    return (seg->flags & (TCP_ECE | TCP_CWR)) == (TCP_ECE | TCP_CWR);
}

/* Whether a SYN-ACK grants it: one that only sends our own bits back does not (section 6.1.1). */
static inline bool ecn_is_granted(const struct segment *seg) {
    return (seg->flags & (TCP_ECE | TCP_CWR)) == TCP_ECE;
}

/* The bits of our SYN, or of the SYN-ACK of a simultaneous open.  A SYN that goes again asks no more: a box may drop it. */
unsigned ecn_syn_flags(const struct tcp *t, struct tcb *tcb, bool offers);

/* The peer's SYN or SYN-ACK has come for an opening of ours. */
void ecn_opened(struct tcb *tcb, const struct segment *seg);

/* Text has come: a mark, or the answer to our echo. */
void ecn_heard(struct tcb *tcb, const struct segment *seg);

/* An ACK has come and been taken: the peer may tell of a mark. */
void ecn_acked(struct tcb *tcb, const struct segment *seg);

/* Whether an ACK tells of a mark: then it opens no window (section 6.1.2). */
bool ecn_is_told(const struct tcb *tcb, const struct segment *seg);

/* Something was lost, and the window reduced for it. */
void ecn_lost(struct tcb *tcb);

/* @out carries new data. */
void ecn_put(struct tcb *tcb, struct departure *out);

#endif
