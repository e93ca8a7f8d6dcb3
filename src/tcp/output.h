/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_OUTPUT_H
#define TERCET_TCP_OUTPUT_H

#include <stdbool.h>

struct tcp;
struct tcb;
struct departure;

/*
 * The sending half: the next segment that any connection owes, in turn.
 * Return: false when none owes anything (the owed list is empty then).
 */
bool tcb_next_departs(struct tcp *t, struct departure *out);

#endif
