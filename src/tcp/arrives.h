/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_ARRIVES_H
#define TERCET_TCP_ARRIVES_H

#include <stdint.h>

#include <tercet/verdict.h>

struct tcp;
struct tcb;
struct tuple;
struct segment;

/*
 * SEGMENT ARRIVES, RFC 9293 section 3.10.7: a file per subsection, in its order and words.  TIME-WAIT and
 * half-open connections have objects, and therefore files, of their own.
 */

/* 3.10.7.1: no connection at all. */
enum tercet_verdict arrives_closed(struct tcp *t, const struct tuple *tuple,
                                   const struct segment *seg);

/* 3.10.7.2. */
enum tercet_verdict arrives_listen(struct tcp *t, uint16_t listener, const struct tuple *tuple,
                                   uint32_t tag, const struct segment *seg);

/*
 * The rungs of the admission ladder that a SYN to @listener climbs.  Return: TERCET_TAKEN, or where it falls.
 */
enum tercet_verdict listen_climb(const struct tcp *t, uint16_t listener);

/* 3.10.7.3.  @seg is trimmed to what stands behind the SYN. */
enum tercet_verdict arrives_syn_sent(struct tcp *t, struct tcb *tcb, struct segment *seg);

/* 3.10.7.4 for a half-open line: SYN-RECEIVED of a passive open. */
enum tercet_verdict arrives_half_open(struct tcp *t, uint32_t index, uint32_t tag,
                                      const struct segment *seg);

/* 3.10.7.4 for a TIME-WAIT line. */
enum tercet_verdict arrives_time_wait(struct tcp *t, uint32_t index, const struct tuple *tuple,
                                      uint32_t tag, const struct segment *seg);

/* 3.10.7.4 for all other states.  @seg is trimmed to what is acceptable. */
enum tercet_verdict arrives_otherwise(struct tcp *t, struct tcb *tcb, struct segment *seg);

/*
 * The last three steps of 3.10.7.4, for segments that complete an opening: URG, text, FIN.
 * @verdict: returned when they have nothing to object
 */
enum tercet_verdict arrives_text(struct tcp *t, struct tcb *tcb, const struct segment *seg,
                                 enum tercet_verdict verdict);

#endif
