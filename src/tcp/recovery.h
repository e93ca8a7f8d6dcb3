/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_RECOVERY_H
#define TERCET_TCP_RECOVERY_H

#include <stdint.h>

struct tcp;
struct tcb;

/*
 * Which segment is sent again, and when: fast retransmit and fast recovery of RFC 6582 (NewReno), and what a
 * retransmission timeout does.  `recover` is the highest sequence number sent when the last loss was seen:
 * until it is acknowledged, further duplicate ACKs tell of the same loss.
 */

/* A duplicate ACK in the sense of RFC 5681 section 2. */
void recovery_duplicate(struct tcp *t, struct tcb *tcb);

/* snd_una has moved on by @bytes. */
void recovery_acked(struct tcp *t, struct tcb *tcb, uint32_t bytes);

/* The retransmission timer has expired. */
void recovery_timeout(struct tcb *tcb);

#endif
