/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_ISN_H
#define TERCET_TCP_ISN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/seq.h"
#include "tcp/tuple.h"

struct tcp;

/*
 * The numbers that an opening shows to the world, each under a key of its own and each a function of the tuple, so that what
 * one tuple shows tells nothing about another.
 */

/* ISN = M + F(tuple, secret): M ticks every 4 us.  Source: RFC 6528 section 3, RFC 9293 section 3.4.1 (MUST-8, SHLD-1). */
struct seq isn_next(const struct tcp *t, const struct tuple *tuple);

/* What is added to the millisecond clock for this tuple's TSval.  Source: RFC 7323 section 5.4. */
uint32_t isn_ts_offset(const struct tcp *t, const struct tuple *tuple);

/*
 * Draw an ephemeral port for @tuple (all but local_port set, which is set) such that the tuple is not in use: a random one each
 * time (RFC 6056 section 3.3.2), PORT_TRIES at most.  Return: false when none was free.
 */
bool isn_port(struct tcp *t, struct tuple *tuple);

#define PORT_FIRST 32768
#define PORT_COUNT 28232 /* up to 60,999 */
#define PORT_TRIES 64

#endif
