/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_MSS_H
#define TERCET_TCP_MSS_H

#include <stdint.h>

#include "tcp/tuple.h"

struct tcp;
struct tcb;

/*
 * Sizes that an opening agrees on: maximum segment size and window scale.
 * Source: RFC 9293 section 3.7.1 (MUST-14, MUST-15, MUST-16, MUST-67, SHLD-5), RFC 6691, RFC 7323 section 2.
 */
#define MSS_DEFAULT_V4 536
#define MSS_DEFAULT_V6 1220
#define MSS_FLOOR                                                                                  \
    88 /* a peer that asks for less gets this: each segment carries more data than options */
#define MSS_LEAST       48 /* to which the same may be configured: there is text beside the options */
#define MSS_BOUND_LEAST 48u /* for a window however small, options not deducted */
#define WSCALE_MAX      14

/* The MSS to announce to this peer: what its route takes in one packet, options not deducted. */
uint16_t mss_announced(const struct tcp *t, const struct tuple *tuple);

/*
 * The largest payload to send: the peer's MSS, or the default for its family when it sent none, or 0, and not
 * more than our route takes.
 * @announced: what our route takes (mss_announced)
 * @option: as received, 0 when there was none
 */
uint16_t mss_agreed(const struct tcp *t, uint16_t announced, const struct tuple *tuple,
                    uint16_t option);

/*
 * @agreed octets are the largest payload, but no segment is longer than half of the largest window that the peer has
 * offered, as on Linux; a window of less than the default counts as a whole.  cwnd keeps its number of segments.
 */
void mss_bound(struct tcb *tcb, uint16_t agreed);

/* The smallest shift with which a window of @limit octets fits in 16 bits. */
uint8_t wscale_for(const struct tcp *t, uint32_t limit);

/*
 * The window field of a SYN, which is never scaled.
 * @limit: the receive buffer, octets
 * @segment: octets of text in a full segment
 */
uint16_t window_of_syn(const struct tcp *t, uint32_t limit, uint32_t segment);

/* The window field for a window of @wnd octets under @scale. */
static inline uint16_t window_field(uint32_t wnd, unsigned scale) {
    return (uint16_t)(wnd >> scale < 0xffff ? wnd >> scale : 0xffff);
}

#endif
