/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_TCP_H
#define TERCET_TCP_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/config.h>
#include <tercet/stack.h>
#include <tercet/verdict.h>

#include "base/buddy.h"
#include "base/flow.h"
#include "base/instant.h"
#include "base/list.h"
#include "base/pool.h"
#include "base/wheel.h"
#include "tcp/burst.h"
#include "tcp/duplicate.h"
#include "tcp/half_open.h"
#include "tcp/keys.h"
#include "tcp/listener.h"
#include "tcp/reply.h"
#include "tcp/tcb.h"
#include "tcp/time_wait.h"
#include "tcp/tuple.h"
#include "wire/tcp.h"

/*
 * The protocol of RFC 9293 over pools that the caller gave: segments in become effects on connections (a
 * state change, bytes taken, an answer owed); departures are built from what is owed.
 *
 * One index leads from a segment's tuple to whatever object stands for its connection: a control block, a
 * half-open line or a TIME-WAIT line.  A reference is the object's kind and pool index in 32 bits.
 */
enum flow_kind {
    FLOW_TCB = 0,
    FLOW_HALF_OPEN = 1,
    FLOW_TIME_WAIT = 2,
};

#define FLOW_KIND_SHIFT 30
#define FLOW_INDEX_MASK ((1u << FLOW_KIND_SHIFT) - 1)

static inline uint32_t flow_ref(enum flow_kind kind, uint32_t index) {
    return (uint32_t)kind << FLOW_KIND_SHIFT | index;
}

/* What tcp must know of the network below it, answered by the ip room's tables through the stack. */
struct tcp_below {
    /* The largest packet to @remote, octets; 0 when there is no route. */
    uint32_t (*mtu)(const void *context, const struct tercet_address *remote);
    const void *context;
};

struct tcp {
    struct instant now;
    struct tick tick;
    uint32_t now_us, now_ms, now_s; /* the same, modulo 2^32 */
    struct tercet_config config;
    struct tcp_below below;
    struct keys keys;

    struct pool tcbs, half_opens, time_waits, reassemblies;
    struct listeners listeners;
    struct flow_table flows;
    struct wheel wheel;
    struct buddy buddy;

    struct list owed;  /* control blocks with something to send */
    struct list ready; /* control blocks with an event to pull */
    struct list half_opens_owed;
    struct list half_open_queues[HALF_OPEN_RETRIES_MAX + 1]; /* by number of retries */
    struct list time_wait_queue;
    struct list gaps; /* records of reassembly, the one that has waited longest first */

    struct replies replies;
    struct reset_limits resets;
    struct duplicate duplicate; /* only if config.habits.duplicates_told */
    struct burst burst;         /* only if config.habits.pushes_bursts */
    uint64_t port_count;        /* ephemeral ports drawn, RFC 6056 */
    uint64_t port_draws;        /* two at a time, of 32 bits */

    struct tercet_trace *traces; /* a ring of config.max_traces */
    uint32_t trace_head, n_traces, traces_dropped;

    uint64_t verdicts[TERCET_VERDICT_COUNT];
    uint64_t opened_active, opened_passive, retransmitted, gaps_given_up;
};

/* A segment to be sent: its payload is copied from @ring at stream position @at. */
struct departure {
    struct tuple tuple;
    struct segment seg;
    const struct ring *ring; /* where there is payload */
    uint32_t at;
    uint8_t traffic_class; /* for IP: the codepoint as the user has set it (SHLD-22), enum ip_ecn */
};

/* Begin a segment of @tuple's connection: without an acknowledgement, options and payload. */
static inline void departure_start(struct departure *out, const struct tuple *tuple,
                                   uint8_t diffserv, unsigned flags, struct seq seq) {
    tuple_copy(&out->tuple, tuple);
    out->traffic_class = (uint8_t)(diffserv << 2);
    out->seg.source_port = tuple->local_port;
    out->seg.destination_port = tuple->remote_port;
    out->seg.flags = (uint8_t)flags;
    out->seg.seq = seq;
    out->seg.ack = seq_of(0);
    out->seg.wnd = 0;
    out->seg.urgent = 0;
    out->seg.length = 0;
    out->seg.option_order = TERCET_ORDER_SACK_FIRST; /* another is for SYNs alone */
    out->seg.options.present = 0;
}

size_t tcp_size(const struct tercet_config *config);

/* Cut @memory (zeroed, 4096-octet aligned, tcp_size octets; kept) into pools. */
void tcp_init(struct tcp *t, void *memory, const struct tercet_config *config,
              struct tcp_below below, struct instant now);

/* Time moves: to be called before each entry below. */
static inline void tcp_set_now(struct tcp *t, struct instant now) {
    if (t->now.ns == now.ns) return;
    t->now = now;
    t->tick = tick_of(now);
    t->now_us = (uint32_t)(now.ns / NS_PER_US);
    t->now_ms = (uint32_t)(now.ns / NS_PER_MS);
    t->now_s = (uint32_t)(now.ns / NS_PER_S);
}

static inline uint32_t tcp_tag(const struct tcp *t, const struct tuple *tuple) {
    return tuple_tag(&t->keys.key[KEY_INDEX], tuple);
}

/* The reference filed for @tuple, or 0. */
uint32_t tcp_find(const struct tcp *t, const struct tuple *tuple, uint32_t tag);

/* A segment arrives for @tuple; it is trimmed on its way.  Return: what became of it (the caller counts). */
enum tercet_verdict tcp_arrives(struct tcp *t, const struct tuple *tuple, uint32_t tag,
                                struct segment *seg);

/* The next segment owed.  Return: false when nothing is. */
bool tcp_departs(struct tcp *t, struct departure *out);

/* Whether tcp_departs has something to do. */
static inline bool tcp_is_owing(const struct tcp *t) {
    return t->owed.head || t->half_opens_owed.head || t->replies.count;
}

/* Run the timers that are due. */
void tcp_tick(struct tcp *t);

/* When tcp_tick has something to do next. */
struct instant tcp_deadline(const struct tcp *t);

/* TS.Recent says nothing any more after this long without a segment (RFC 7323 section 5.5). */
#define TS_RECENT_LIFE_S (24 * 24 * 3600u)

/* Clocks in other units. */
static inline uint32_t tcp_now_us(const struct tcp *t) {
    return t->now_us;
}

static inline uint32_t tcp_now_ms(const struct tcp *t) {
    return t->now_ms;
}

static inline uint32_t tcp_now_s(const struct tcp *t) {
    return t->now_s;
}

static inline struct tcb *tcp_tcb(const struct tcp *t, uint32_t index) {
    return (struct tcb *)(void *)t->tcbs.base + (index - 1);
}

static inline uint32_t tcp_tcb_index(const struct tcp *t, const struct tcb *tcb) {
    return (uint32_t)(tcb - (const struct tcb *)(const void *)t->tcbs.base) + 1;
}

/* The TIME-WAIT or half-open line of an index. */
static inline struct time_wait *tcp_time_wait(const struct tcp *t, uint32_t index) {
    return (struct time_wait *)(void *)t->time_waits.base + (index - 1);
}

static inline struct half_open *tcp_half_open(const struct tcp *t, uint32_t index) {
    return (struct half_open *)(void *)t->half_opens.base + (index - 1);
}

static inline struct listener *listener_at(const struct tcp *t, uint32_t index) {
    return (struct listener *)(void *)t->listeners.pool.base + (index - 1);
}

/* File a life event for tercet_stack_next_trace. */
void tcp_trace(struct tcp *t, const struct tuple *tuple, enum tercet_state state,
               enum tercet_reason reason);

#endif
