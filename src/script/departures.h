/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_DEPARTURES_H
#define TERCET_SCRIPT_DEPARTURES_H

#include <stdbool.h>
#include <stdint.h>

#include "script/connections.h"
#include "script/ladder.h"
#include "script/packet_view.h"
#include "script/subject.h"

/*
 * Packets that have left the subject and that the script has not asked for yet, in the order in which they left.
 */
enum { DEPARTURES_MAX = 2048 }; /* the oldest go, and their connections are told (n_forgotten) */

struct departure {
    bool is_claimed;
    uint32_t connection;  /* CONNECTION_NONE: no one's */
    uint64_t rung;        /* in the ladder */
    uint32_t full_octets; /* of a full segment of its connection, options included; 0: not known */
    struct packet_view view;
};

struct departures {
    uint64_t head, tail; /* ever; head: of those that are kept */
    struct departure ring[DEPARTURES_MAX];
};

/* Take what has left @subject, tell the ladder of it.  @start_ns: of the script, in the subject's time */
void departures_take(struct departures *departures, const struct subject *subject,
                     struct connections *connections, const struct focus *focus,
                     struct ladder *ladder, uint64_t start_ns);

/* The first from index @from on that belongs to @connection and is not claimed; NULL: none.  *@from: its index */
struct departure *departures_next(struct departures *departures, uint32_t connection,
                                  uint64_t *from);

void departure_claim(struct departures *departures, struct departure *departure);

#endif
