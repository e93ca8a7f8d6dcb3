/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_OBSERVE_ATTEMPT_JSON_H
#define TERCET_OBSERVE_ATTEMPT_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "observe/observe.h"

/* Of the record below: grows when a key goes or changes its meaning, not when one is added. */
enum { ATTEMPT_JSON_VERSION = 1 };

/*
 * Whether the attempt of @report is over with it, so that all of its record is known: an opening that failed, or the
 * close of one that did not.
 */
bool attempt_json_is_due(const struct observe_report *report);

/*
 * The record of an attempt for programs: one JSON object, one line (tercet-serve(1)).
 * @wall_minus_now_ns: what to add to the tap's time for the time since 1970
 */
void attempt_json(struct text *text, const struct attempt *attempt, int64_t wall_minus_now_ns);

/* A line that stands for @lines records that are missing there. */
void attempt_json_lost(struct text *text, uint64_t lines);

#endif
