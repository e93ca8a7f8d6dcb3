/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_RTT_H
#define TERCET_TCP_RTT_H

#include <stdint.h>

struct tcp;
struct tcb;
struct segment;

/*
 * The round-trip time and the retransmission timeout.  Source: RFC 6298; RFC 9293 section 3.8.1 (MUST-18),
 * section 3.8.2 (MUST-19).
 */

#define RTO_AFTER_SYN_LOSS_US 3000000u

/* Take a sample of @us microseconds: srtt, rttvar and rto follow. */
void rtt_sample(const struct tcp *t, struct tcb *tcb, uint32_t us);

/* Take the sample that the timestamp of @seg echoes, if there is one. */
void rtt_from_echo(const struct tcp *t, struct tcb *tcb, const struct segment *seg);

/*
 * The opening is done, but a SYN of ours was lost: the RTO is 3 s at least, and what it was backed off to counts no more (RFC
 * 6298 section 5.7).
 */
void rtt_after_syn_loss(const struct tcp *t, struct tcb *tcb);

/* Time the data that ends at snd_nxt, unless a measurement runs already. */
void rtt_start(const struct tcp *t, struct tcb *tcb);

/*
 * @seg acknowledges something new: take the sample that it completes.  A timed segment that was not sent
 * twice (Karn) is best; else a timestamp's echo is unambiguous though coarse (RFC 7323 section 4.1).
 */
void rtt_acked(const struct tcp *t, struct tcb *tcb, const struct segment *seg);

#endif
