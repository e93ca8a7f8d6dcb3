/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_ISN_H
#define TERCET_TCP_ISN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/seq.h"
#include "tcp/tuple.h"

struct tcp;

/*
 * The numbers that an opening shows to the world.  Each is a keyed function of the tuple, so that what one
 * tuple shows tells nothing about another.
 */
struct opening_numbers {
    /*
     * M + F(tuple, secret), M ticking every 4 us.  Source: RFC 6528 section 3, RFC 9293 section 3.4.1
     * (MUST-8, MUST-9, SHLD-1).
     */
    struct seq iss;
    /* Added to the millisecond clock for this tuple's TSvals.  Source: RFC 7323 section 5.4. */
    uint32_t ts_offset;
};

/*
 * Both come from one hash, the low half and the high half of SipHash under the key for openings: of a
 * pseudorandom function's output no part tells anything about another, and one call serves the packet path.
 */
struct opening_numbers isn_numbers(const struct tcp *t, const struct tuple *tuple);

/*
 * Draw an ephemeral port for @tuple (all but local_port set, which is set) such that the tuple is not in use:
 * a random one each time (RFC 6056 section 3.3.2), PORT_TRIES at most.
 * @tag: set to the tuple's
 * Return: false when none was free.
 */
bool isn_port(struct tcp *t, struct tuple *tuple, uint32_t *tag);

#define PORT_FIRST 32768
#define PORT_COUNT 28232 /* up to 60,999 */
#define PORT_TRIES 64

#endif
