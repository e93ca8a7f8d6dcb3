/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_ICMP_ERROR_H
#define TERCET_TCP_ICMP_ERROR_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/stack.h>
#include <tercet/verdict.h>

#include "base/seq.h"
#include "tcp/tuple.h"

struct tcp;

/* What an ICMP error says, translated from both families. */
enum icmp_error_kind {
    ICMP_ERROR_SOFT,    /* the way is closed, perhaps for now */
    ICMP_ERROR_HARD,    /* nobody there speaks this protocol or listens on this port */
    ICMP_ERROR_TOO_BIG, /* a link on the way takes no packet of this size */
};

struct icmp_error {
    enum icmp_error_kind kind;
    enum tercet_soft_error soft; /* what it is to a connection that it does not end */
    struct seq seq;              /* of the segment that the error quotes */
    uint32_t mtu;                /* of ICMP_ERROR_TOO_BIG: what would pass, 0 if it is not told */
};

/*
 * An ICMP error arrives for @tuple (MUST-54).  It is believed only when it quotes a sequence number that is
 * in flight, which an outsider cannot know (RFC 5927 section 4.1).  A hard one ends an active opening at once
 * (RFC 9293 SHLD-26); a soft one ends nothing (MUST-56): the user is told (MUST-47, SHLD-25), and told again
 * as the reason when retransmission gives up.  An open connection ends by neither (RFC 5927 section 5.2), a
 * half-open by HALF_OPEN_ERRORS_MAX of either.  "Too big" lowers the connection's segment size, not below a
 * floor (RFC 1191, RFC 8201 section 4), and what is in flight goes again in such segments.
 */
enum tercet_verdict icmp_error_arrives(struct tcp *t, const struct tuple *tuple,
                                       const struct icmp_error *error);

#define SOFT_ERRORS_OF_ICMP                                                                        \
    (TERCET_SOFT_UNREACHABLE | TERCET_SOFT_TIME_EXCEEDED | TERCET_SOFT_PARAMETER_PROBLEM)

#define PATH_MTU_FLOOR_V4 552u
#define PATH_MTU_FLOOR_V6 1280u

/* A half-open whose SYN-ACKs draw this many errors is dropped. */
#define HALF_OPEN_ERRORS_MAX 3

#endif
