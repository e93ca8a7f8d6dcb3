/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_BURST_H
#define TERCET_TCP_BURST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/seq.h"

struct tcp;
struct tcb;

/*
 * A habit of Linux: several segments are handed to the device as one, and the last of them is pushed.  Here each
 * segment is built by itself; what is kept is where such a burst would end.  It is as long as a millisecond of the
 * pace at which the connection sends, two segments at least.
 */
struct burst {
    const struct tcb *owner;
    struct seq next; /* the segment behind those that have left */
    uint32_t left;   /* segments of it */
};

/*
 * The segment of @n octets from @from leaves.
 * @sendable: octets from @from on that the windows let go now, and that wait
 * Return: whether it is the last of a burst of several.
 */
bool burst_ends(struct tcp *t, const struct tcb *tcb, struct seq from, uint32_t n,
                uint32_t sendable);

#endif
