/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_DUPLICATE_H
#define TERCET_TCP_DUPLICATE_H

#include <stdint.h>

#include "base/seq.h"

struct tcp;
struct tcb;
struct tcp_options;

/*
 * What has arrived twice, to be told in the first SACK block of the next bare ACK.  Source: RFC 2883 section 4.
 *
 * One place for all connections: the ACK follows the segment at once, and where two batches meet, the sender misses a
 * hint that he need not have had (section 5).
 */
struct duplicate {
    uint32_t generation, tag; /* of the connection */
    struct seq from, to;      /* equal: none */
};

/* @from..@to has arrived again, or as much of it as lies before rcv_nxt or, behind a gap, all of it. */
void duplicate_note(struct tcp *t, const struct tcb *tcb, struct seq from, struct seq to);

/* Put it in front of the SACK blocks of @options, once. */
void duplicate_tell(struct tcp *t, const struct tcb *tcb, struct tcp_options *options);

#endif
