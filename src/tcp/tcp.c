/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/tcp.h"

#include <string.h>

#include "tcp/output.h"
#include "tcp/reassembly.h"
#include "tcp/tcb_life.h"
#include "tcp/timers.h"

/*
 * Where each pool lies in the caller's memory: one table serves the size and the layout.
 */
enum part {
    PART_TCBS,
    PART_HALF_OPENS,
    PART_TIME_WAITS,
    PART_REASSEMBLIES,
    PART_LISTENERS,
    PART_FLOWS,
    PART_REPLIES,
    PART_TRACES,
    PART_BUFFERS,
    PART_COUNT
};

static uint32_t flow_limit(const struct tercet_config *c) {
    return c->max_conns + c->max_half_opens + c->max_time_waits;
}

static size_t part_size(const struct tercet_config *c, enum part part) {
    switch (part) {
    case PART_TCBS: return pool_size(c->max_conns, sizeof(struct tcb));
    case PART_HALF_OPENS: return pool_size(c->max_half_opens, sizeof(struct half_open));
    case PART_TIME_WAITS: return pool_size(c->max_time_waits, sizeof(struct time_wait));
    case PART_REASSEMBLIES: return pool_size(c->max_reassemblies, sizeof(struct reassembly));
    case PART_LISTENERS: return listeners_size(c);
    case PART_FLOWS: return flow_table_size(flow_limit(c));
    case PART_REPLIES: return c->max_replies * sizeof(struct reply);
    case PART_TRACES: return c->max_traces * sizeof(struct tercet_trace);
    case PART_BUFFERS: return buddy_size(c->buffer_bytes);
    case PART_COUNT: break;
    }
    return 0;
}

size_t tcp_size(const struct tercet_config *config) {
    size_t size = 0;

    for (unsigned part = 0; part < PART_COUNT; part++)
        size += page_up(part_size(config, (enum part)part));
    return size;
}

static void lists_init(struct tcp *t) {
    struct half_open *half_open = (struct half_open *)(void *)t->half_opens.base;
    struct time_wait *time_wait = (struct time_wait *)(void *)t->time_waits.base;
    struct reassembly *reassembly = (struct reassembly *)(void *)t->reassemblies.base;
    struct tcb *tcb = (struct tcb *)(void *)t->tcbs.base;

    list_init(&t->owed, &tcb->owed, sizeof *tcb);
    list_init(&t->ready, &tcb->readied, sizeof *tcb);
    list_init(&t->half_opens_owed, &half_open->link, sizeof *half_open);
    for (unsigned i = 0; i <= HALF_OPEN_RETRIES_MAX; i++)
        list_init(&t->half_open_queues[i], &half_open->link, sizeof *half_open);
    list_init(&t->time_wait_queue, &time_wait->link, sizeof *time_wait);
    list_init(&t->gaps, &reassembly->link, sizeof *reassembly);
    wheel_init(&t->wheel, &tcb->timer, sizeof *tcb, t->tick);
}

void tcp_init(struct tcp *t, void *memory, const struct tercet_config *config,
              struct tcp_below below, struct instant now) {
    unsigned char *part[PART_COUNT], *at = memory;

    for (unsigned i = 0; i < PART_COUNT; i++) {
        part[i] = at;
        at += page_up(part_size(config, (enum part)i));
    }
    memset(t, 0, sizeof *t);
    t->config = *config;
    t->below = below;
    tcp_set_now(t, now);
    keys_derive(&t->keys, config->secret);
    pool_init(&t->tcbs, part[PART_TCBS], config->max_conns, sizeof(struct tcb));
    pool_init(&t->half_opens, part[PART_HALF_OPENS], config->max_half_opens,
              sizeof(struct half_open));
    pool_init(&t->time_waits, part[PART_TIME_WAITS], config->max_time_waits,
              sizeof(struct time_wait));
    pool_init(&t->reassemblies, part[PART_REASSEMBLIES], config->max_reassemblies,
              sizeof(struct reassembly));
    listeners_init(t, part[PART_LISTENERS]);
    flow_table_init(&t->flows, part[PART_FLOWS], flow_limit(config));
    t->replies = (struct replies){.ring = (struct reply *)(void *)part[PART_REPLIES],
                                  .limit = config->max_replies};
    t->traces = (struct tercet_trace *)(void *)part[PART_TRACES];
    buddy_init(&t->buddy, part[PART_BUFFERS], config->buffer_bytes);
    lists_init(t);
}

static const struct tuple *ref_tuple(const struct tcp *t, uint32_t ref) {
    uint32_t index = ref & FLOW_INDEX_MASK;

    switch ((enum flow_kind)(ref >> FLOW_KIND_SHIFT)) {
    case FLOW_TCB: return &tcp_tcb(t, index)->tuple;
    case FLOW_HALF_OPEN: return &tcp_half_open(t, index)->tuple;
    case FLOW_TIME_WAIT: break;
    }
    return &tcp_time_wait(t, index)->tuple;
}

uint32_t tcp_find(const struct tcp *t, const struct tuple *tuple, uint32_t tag) {
    uint32_t at, ref = flow_first(&t->flows, tag, &at);

    while (ref && !tuple_eq(ref_tuple(t, ref), tuple))
        ref = flow_next(&t->flows, tag, &at);
    return ref;
}

bool tcp_departs(struct tcp *t, struct departure *out) {
    return reply_departs(t, out) || half_open_departs(t, out) || tcb_next_departs(t, out);
}

void tcp_tick(struct tcp *t) {
    half_open_tick(t);
    time_wait_tick(t);
    timers_tick(t);
}

struct instant tcp_deadline(const struct tcp *t) {
    struct instant next = instant_min(half_open_deadline(t), time_wait_deadline(t));

    return instant_min(next, timers_deadline(t));
}

void tcp_trace(struct tcp *t, const struct tuple *tuple, enum tercet_state state,
               enum tercet_reason reason) {
    struct tercet_trace *trace;

    if (t->n_traces == t->config.max_traces) {
        t->traces_dropped++;
        return;
    }
    trace = &t->traces[(t->trace_head + t->n_traces++) % t->config.max_traces];
    *trace = (struct tercet_trace){.now_ns = t->now.ns, .state = state, .reason = reason};
    trace->remote = (struct tercet_endpoint){tuple->remote, tuple->remote_port};
    trace->local.port = tuple->local_port;
    trace->local_index = tuple->local; /* the address is put there when it is pulled */
}
