/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_OBSERVE_FLOWS_H
#define TERCET_OBSERVE_FLOWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/flow.h"
#include "base/list.h"
#include "base/pool.h"
#include "observe/attempt.h"
#include "twin/siphash.h"

/*
 * The table of connection attempts, found by their two endpoints in either order.
 *
 * An attempt is in one phase at a time, and each phase is a list, oldest first:
 *
 *     OPENING    its packets are kept.  The list is in order of the latest packet, so that the quietest
 *                opening is its head: it is the next to be over, and no timer is needed.
 *     SETTLING   an opening that our stack gave up: its last packets may still come (a reset)
 *     OPEN       established, followed for its close.  When the table is full the oldest makes room.
 *     OVER       out of the index, so that its endpoints may begin anew; waits to be reported
 *
 * One pair of endpoints can have an OPEN attempt and an OPENING one at the same time: a SYN does not
 * end a connection, only the completed opening behind it does.
 */
enum flows_phase { FLOWS_OPENING, FLOWS_SETTLING, FLOWS_OPEN, FLOWS_OVER, FLOWS_PHASE_COUNT };

/* Reports that an attempt owes, bits. */
enum flows_due {
    FLOWS_OPENING_DUE = 1 << 0,
    FLOWS_CLOSE_DUE = 1 << 1,
};

struct flows {
    struct siphash_key key;
    struct flow_table index;
    struct pool attempts;
    struct pool openings;
    struct list phases[FLOWS_PHASE_COUNT];
    struct list due;    /* attempts that owe a report, in the order in which it fell due */
    uint64_t forgotten; /* open ones that made room */
};

/* A packet's way: from where to where, and the tag of the pair, the same in both directions. */
struct flow_way {
    struct tercet_endpoint from, to;
    uint32_t tag;
};

size_t flows_size(uint32_t max_attempts, uint32_t max_openings);

/* Make @flows over zeroed @memory of flows_size octets, 64-octet aligned, which it keeps. */
void flows_init(struct flows *flows, void *memory, uint32_t max_attempts, uint32_t max_openings,
                const struct siphash_key *key);

/* Fill in the tag of @way from its endpoints. */
void flows_tag(const struct flows *flows, struct flow_way *way);

/* The attempt between the endpoints of @way that is OPENING (or SETTLING), or NULL. */
struct attempt *flows_find_opening(const struct flows *flows, const struct flow_way *way);

/* The same that is OPEN, or NULL. */
struct attempt *flows_find_open(const struct flows *flows, const struct flow_way *way);

/*
 * A new attempt, OPENING, all zero but its endpoints (client: @way->from) and the state of the table.
 * Return: NULL when there is no room for its packets, or none for it.
 */
struct attempt *flows_begin(struct flows *flows, const struct flow_way *way);

/* Put @attempt at the end of the list of @phase. */
void flows_move(struct flows *flows, struct attempt *attempt, enum flows_phase phase);

/* Let @attempt owe the report @due. */
void flows_owe(struct flows *flows, struct attempt *attempt, enum flows_due due);

/* The attempt whose report is next, or NULL; @due says which report.  It is lent until flows_settle. */
struct attempt *flows_next_due(struct flows *flows, enum flows_due *due);

/* The report that @attempt was lent for has been read: what nobody needs any more is freed. */
void flows_settle(struct flows *flows, struct attempt *attempt);

/* The head of a phase's list, or NULL. */
struct attempt *flows_oldest(const struct flows *flows, enum flows_phase phase);

/* The packets of @attempt; NULL once they are reported, or if there were none. */
struct opening *flows_opening(const struct flows *flows, const struct attempt *attempt);

#endif
