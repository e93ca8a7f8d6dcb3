/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_LISTENER_H
#define TERCET_TCP_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/config.h>

#include "base/flow.h"
#include "base/list.h"
#include "base/pool.h"
#include "tcp/tuple.h"

struct tcp;
struct tcb;

/* Local "addresses" of a listener that takes more than one; real ones are below. */
enum local_wildcard {
    LOCAL_ANY = 0xffff, /* both families */
    LOCAL_ANY_V4 = 0xfffe,
    LOCAL_ANY_V6 = 0xfffd,
    LOCAL_MAX = 0xff00, /* addresses at most */
};

/*
 * A passive open: the SYN queue (half-opens, elsewhere, counted here) and the accept queue are separate,
 * sized things.
 */
struct listener {
    uint32_t tag; /* in the listener index; the pool's link while free */
    uint32_t generation;
    uint16_t local; /* address index or a wildcard */
    uint16_t port;
    uint32_t half_opens;     /* now */
    uint32_t max_half_opens; /* size of the SYN queue */
    uint32_t backlog;        /* the accept queue holds backlog + 1 */
    uint32_t rcv_limit;      /* receive buffer of what it accepts */
    uint8_t diffserv;        /* codepoint of its SYN-ACKs and of what it accepts */
    uint16_t max_segment;    /* the MSS of what it accepts is this at most; 0: no limit */
    uint8_t offered_scale;   /* window shift in its SYN-ACKs */
    uint8_t defer_retries;   /* SYN-ACK retries for which an opening waits for text */
    bool is_open;
    bool is_ready; /* in the ready list */
    struct list accepting;
    struct list_link readied;
    uint64_t user;
};

struct listeners {
    struct pool pool;
    struct flow_table index; /* by port and local address */
    struct list ready;
};

size_t listeners_size(const struct tercet_config *config);
void listeners_init(struct tcp *t, void *memory);

/*
 * The listener for a SYN to @tuple's local end: the exact address, then any of the family, then any.  Return:
 * index or 0.
 */
uint32_t listener_find(const struct tcp *t, const struct tuple *tuple);

/* The listener on exactly @local (an address index or a wildcard) and @port, or 0. */
uint32_t listener_find_exact(const struct tcp *t, uint16_t local, uint16_t port);

/* Open one on a pair that is free.  Return: index, or 0 when the pool is exhausted. */
uint32_t listener_open(struct tcp *t, uint16_t local, uint16_t port, uint32_t backlog,
                       uint64_t user);

/* Close it: half-opens are freed silently, connections not accepted are reset. */
void listener_close(struct tcp *t, uint32_t index);

/* Whether the accept queue holds backlog + 1, as on Linux. */
static inline bool listener_is_full(const struct listener *listener) {
    return listener->accepting.count > listener->backlog;
}

/* The MSS to announce to the peer of @tuple, who has called @listener. */
uint16_t listener_mss(const struct tcp *t, uint32_t listener, const struct tuple *tuple);

/* Listen on @local from now on, which is free. */
void listener_move(struct tcp *t, uint32_t index, uint16_t local);

/* Put a new connection in the accept queue. */
void listener_queue(struct tcp *t, uint32_t index, struct tcb *tcb);

/* Take the next connection.  Return: its index or 0. */
uint32_t listener_accept(struct tcp *t, uint32_t index);

#endif
