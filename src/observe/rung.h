/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_OBSERVE_RUNG_H
#define TERCET_OBSERVE_RUNG_H

#include <stddef.h>

#include "observe/attempt.h"
#include "observe/ink.h"

/* Columns that the time of the latest of an opening's packets needs. */
size_t rung_time_width(const struct attempt *attempt, const struct opening *opening);

/*
 * One packet of an opening as one line of the ladder.
 * @time_width: columns for the time, so that the lines of a block agree
 */
void rung_text(struct pen pen, const struct attempt *attempt, const struct attempt_packet *packet,
               size_t time_width);

#endif
