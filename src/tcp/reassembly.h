/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_REASSEMBLY_H
#define TERCET_TCP_REASSEMBLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/list.h"
#include "base/seq.h"

struct tcp;
struct tcp_options;
struct tcb;

/*
 * What has arrived beyond a gap.  The octets lie in the receive ring at their place already; here is which of
 * them are there, in a record that exists only while there is a gap.  The number of ranges is bounded: a peer
 * that sends every second octet gets the rest of them sent again (SegmentSmack, CVE-2018-5390), and each
 * insertion costs at most one pass over the ranges.
 *
 * A peer who never fills the gap, because he is gone or because he means it, could so keep memory for as long as the
 * connection lives.  He may, while nobody else wants it.  Where room is short for anything else, those gaps are given
 * up in front of which nothing has come for GAP_STALE_US, the longest so first: what was told by SACK may be taken back (RFC 2018
 * section 8), and a peer who lives has heard his retransmission timer since, behind which he trusts no SACK of ours.  A
 * gap younger than that is kept, lest many honest peers take it from each other all the time.
 */
#define REASSEMBLY_MAX 16
#define GAP_STALE_US   5000000u

struct seq_range {
    struct seq from, to; /* to is behind the last */
};

struct reassembly {
    uint32_t n;            /* ranges; the pool's link while free */
    uint32_t owner;        /* its control block */
    struct list_link link; /* in tcp.gaps, by moved */
    struct tick moved;     /* when rcv_nxt last moved, or the gap appeared */
    /* Disjoint, not adjacent; the most recently grown first (RFC 2018 section 4). */
    struct seq_range range[REASSEMBLY_MAX];
    bool has_fin;
    struct seq fin; /* the sequence number of a FIN behind the gap */
};

/*
 * Note @from..@to, which is kept for later (SHLD-31), and, if @fin, a FIN at @to; not before rcv_nxt.
 * Return: false when there is no record or no range left (nothing has changed).
 */
bool reassembly_insert(struct tcp *t, struct tcb *tcb, struct seq from, struct seq to, bool fin);

/*
 * rcv_nxt has moved: take what has become contiguous with it.  Return: whether a FIN stands at the new
 * rcv_nxt.
 */
bool reassembly_advance(struct tcp *t, struct tcb *tcb);

/* Octets of option that reassembly_tell wants: at most what a header has beside timestamps. */
uint32_t reassembly_told_length(const struct tcp *t, const struct tcb *tcb);

/*
 * Put the ranges into SACK blocks, the most recent first, as many as fit into a header and into @room octets (RFC 2018
 * section 3).
 */
void reassembly_tell(const struct tcp *t, const struct tcb *tcb, struct tcp_options *options,
                     uint32_t room);

/* Whether all of @from..@to is there. */
bool reassembly_has(const struct tcp *t, const struct tcb *tcb, struct seq from, struct seq to);

/* Behind the highest octet that is there, or rcv_nxt. */
struct seq reassembly_top(const struct tcp *t, const struct tcb *tcb);

void reassembly_release(struct tcp *t, struct tcb *tcb);

/*
 * Give up the stalest gap, whoever has it: its text has to come again.  Return: false when no gap is stale.
 */
bool reassembly_reclaim(struct tcp *t);

#endif
