/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_OBSERVE_OPENING_H
#define TERCET_OBSERVE_OPENING_H

#include "observe/attempt.h"
#include "observe/sighting.h"
#include "wire/icmp.h"

/*
 * The opening of an attempt, packet by packet.
 *
 * Whether a packet counts is judged as its receiver would judge it: an ACK has to acknowledge what the
 * other side was seen to send, a reset has to be acceptable (RFC 9293 section 3.10.7.3 for the side
 * that has seen nothing yet, section 3.10.7.4 for the one that has).  So a forged ACK, the reset that
 * answers it, or a blind reset are drawn and marked, and end nothing.  Where the stack has given its
 * verdict, the verdict is believed.
 */

/*
 * A segment between the endpoints of @attempt: keep it in @opening and see what it changes.
 * Return: the outcome it brings, TERCET_OUTCOME_UNKNOWN while the opening goes on.
 */
enum tercet_outcome opening_segment(struct attempt *attempt, struct opening *opening,
                                    const struct sighting *sighting);

/* An ICMP error message as it passed the tap. */
struct icmp_sighting {
    struct passage at;
    struct attempt_icmp icmp;
    enum icmp_kind kind;
    struct seq quoted;             /* sequence number of the quoted segment */
    enum attempt_side quoted_side; /* who sent that */
};

/* The same for an ICMP error that quotes a segment of @attempt. */
enum tercet_outcome opening_icmp(struct attempt *attempt, struct opening *opening,
                                 const struct icmp_sighting *sighting);

/* The outcome of an opening in which nothing will happen any more. */
enum tercet_outcome opening_silent(const struct attempt *attempt);

/* What both sides' SYNs agree on.  Source: RFC 9293 section 3.7.1, RFC 7323, RFC 2018, RFC 3168. */
struct attempt_terms opening_terms(const struct attempt *attempt);

#endif
