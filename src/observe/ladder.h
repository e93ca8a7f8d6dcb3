/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_OBSERVE_LADDER_H
#define TERCET_OBSERVE_LADDER_H

#include <stdbool.h>

#include "base/text.h"
#include "observe/attempt.h"
#include "observe/observe.h"

/*
 * The ladder: an opening drawn for people, client on the left, server on the right.
 *
 *     #17  198.18.0.1:43210 -> 198.18.0.2:80
 *       0.000 ms  ->  SYN      seq 3735928559            mss 1460 sackOK ts 123456/0 wscale 7
 *       0.041 ms  <-  SYN-ACK  seq 1122334455 ack +1     mss 1460 ts 42/123456 wscale 4
 *       0.083 ms  ->  ACK      seq +1 ack +1
 *       established in 1 RTT after 0.083 ms: mss 1460/1460, window scale 7/4, timestamps
 *
 * Times are since the first SYN.  Sequence numbers stand as they are in a SYN and relative to it in what
 * follows; one that is far from the side's own is shown as it is.
 */

/* The block of an opening that has its outcome; at most OBSERVE_TEXT_MAX octets. */
void ladder_opening(struct text *text, const struct attempt *attempt, const struct opening *opening,
                    bool has_colour);

/* "#17  closed: FIN by client, then server, after 1.204 s" */
void ladder_close(struct text *text, const struct attempt *attempt, bool has_colour);

/* One line for a second that was not drawn. */
void ladder_summary(struct text *text, const struct observe_summary *summary, bool has_colour);

#endif
