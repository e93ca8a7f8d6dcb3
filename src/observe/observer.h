/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_OBSERVE_OBSERVER_H
#define TERCET_OBSERVE_OBSERVER_H

#include "observe/flows.h"
#include "observe/observe.h"
#include "observe/rate.h"
#include "observe/sighting.h"

/*
 * The observer from inside, and the life of an attempt in it:
 *
 *     attempt_begin -> attempt_go_on ... -> attempt_conclude -> (established) -> attempt_close
 *
 * Each of the last two makes a report due and leaves the attempt to whoever asks for it.
 */
struct observer {
    struct flows flows;
    struct rate rate;
    struct observe_counts counts;
    struct observe_summary summary; /* lent with the report about it */
    struct attempt *lent;           /* the attempt of the last report */
    uint64_t quiet_ns;
    bool has_colour, has_midstream;
};

/* A new attempt of the sender of @sighting; NULL when there is no room: it is counted. */
struct attempt *attempt_begin(struct observer *observer, const struct sighting *sighting);

/* The latest packet of an opening puts off its end. */
void attempt_touch(struct observer *observer, struct attempt *attempt, uint64_t now_ns);

/* A segment of an opening: what it changes, the outcome it may bring, a FIN that came with it. */
void attempt_go_on(struct observer *observer, struct attempt *attempt,
                   const struct sighting *sighting);

/* The opening has its outcome: its block is due. */
void attempt_conclude(struct observer *observer, struct attempt *attempt,
                      enum tercet_outcome outcome, uint64_t now_ns);

/* The connection is over: it leaves the index, and its close is due. */
void attempt_close(struct observer *observer, struct attempt *attempt, uint64_t now_ns);

/*
 * A TCP segment or ICMP message that deserves more than a glance: find the attempt that it belongs
 * to, or begin one.
 */
void sight_packet(struct observer *observer, const struct ip_header *ip,
                  const struct passage *passage);

#endif
