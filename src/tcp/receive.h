/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_RECEIVE_H
#define TERCET_TCP_RECEIVE_H

#include <stdbool.h>

#include <tercet/verdict.h>

struct tcp;
struct tcb;
struct segment;

/*
 * The receiving half: text into the ring, the window that is offered, when it is acknowledged.
 */

/*
 * Take the text and the FIN of @seg, which the sequence check has let through, as far as the window reaches.
 * @fin: set when a FIN has become the next in sequence (rcv_nxt stands before it)
 * Return: TERCET_TAKEN, DATA_OUT_OF_ORDER, DATA_DUPLICATE or DATA_NO_MEMORY.
 */
enum tercet_verdict receive_text(struct tcp *t, struct tcb *tcb, const struct segment *seg,
                                 bool *fin);

/* What was taken is acknowledged after a while, or with the next segment that leaves. */
void receive_acknowledge_later(struct tcp *t, struct tcb *tcb);

/*
 * The window to announce now, octets: as much as the buffer takes, but not moved in silly little steps (RFC
 * 9293 section 3.8.6.2.2, MUST-39) and never taken back (SHLD-14); none as long as nothing is read (MAY-8).
 * rcv_adv follows.
 */
uint32_t receive_window(const struct tcp *t, struct tcb *tcb);

/* config.habits.acks_adapt: whether the window can be offered now as large as it was last. */
bool receive_window_keeps(const struct tcp *t, const struct tcb *tcb);

/* config.habits.buffer_whole_segments: the MSS is agreed, the buffer grows to a multiple of it. */
void receive_buffer_round(const struct tcp *t, struct tcb *tcb);

/* The user has taken @n octets: their room is offered again, at once if that opens the window by enough. */
void receive_consume(struct tcp *t, struct tcb *tcb, uint32_t n);

#endif
