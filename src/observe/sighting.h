/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_OBSERVE_SIGHTING_H
#define TERCET_OBSERVE_SIGHTING_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/verdict.h>

#include "observe/flows.h"
#include "observe/observe.h"
#include "wire/tcp.h"

/* What is known of a frame beside its octets. */
struct passage {
    uint64_t now_ns;
    enum observe_direction direction;
    enum tercet_verdict verdict;
};

/* A TCP segment that passed the tap. */
struct sighting {
    struct passage at;
    struct flow_way way;
    struct segment seg;
    bool is_taken;    /* it had its effect, or nothing else is known */
    bool is_believed; /* the stack says that it did: no judgement of ours is asked for */
};

/*
 * Whether @verdict says that the packet did what packets of its kind do (a SYN to a closed port is
 * taken: the reset is its effect).  All other verdicts mean that it changed nothing.
 */
bool verdict_is_taken(enum tercet_verdict verdict);

/* Fill in is_taken and is_believed from direction and verdict. */
void sighting_weigh(struct sighting *sighting);

#endif
