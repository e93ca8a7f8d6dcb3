/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_USER_H
#define TERCET_TCP_USER_H

#include <stdint.h>

#include <tercet/stack.h>

struct tcp;
struct tcb;
struct tuple;

/*
 * The user's calls on a connection: RFC 9293 section 3.10.1 to 3.10.5, by state.  Errors are enum
 * tercet_error.
 */

/* Active OPEN of @tuple, which is free.  Return: the control block, or NULL when no block is free. */
struct tcb *user_open(struct tcp *t, const struct tuple *tuple, uint32_t tag);

/* SEND: copy what fits into the send buffer.  Return: octets taken, or an error. */
int user_send(struct tcp *t, struct tcb *tcb, const void *bytes, uint32_t n);

/* RECEIVE: what waits.  Return: octets, or an error. */
int user_receive(const struct tcp *t, const struct tcb *tcb, struct tercet_span spans[2]);

/* What has been written so far is urgent. */
int user_urge(struct tcp *t, struct tcb *tcb);

/* CLOSE our direction.  Return: 0 or an error. */
int user_shutdown(struct tcp *t, struct tcb *tcb);

/* CLOSE both and give the value back. */
void user_close(struct tcp *t, struct tcb *tcb);

#endif
