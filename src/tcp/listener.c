/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/listener.h"

#include "tcp/mss.h"
#include "tcp/tcb_life.h"
#include "tcp/tcp.h"

static size_t cache_line_up(size_t n) {
    return (n + 63) & ~(size_t)63;
}

size_t listeners_size(const struct tercet_config *config) {
    return cache_line_up(pool_size(config->max_listeners, sizeof(struct listener))) +
           flow_table_size(config->max_listeners);
}

void listeners_init(struct tcp *t, void *memory) {
    uint32_t limit = t->config.max_listeners;
    struct listeners *listeners = &t->listeners;
    unsigned char *at = memory;

    pool_init(&listeners->pool, at, limit, sizeof(struct listener));
    at += cache_line_up(pool_size(limit, sizeof(struct listener)));
    flow_table_init(&listeners->index, at, limit);
    list_init(&listeners->ready, &((struct listener *)memory)->readied, sizeof(struct listener));
}

/* Only the user puts any in, so that a hash without a key will do. */
static uint32_t listener_tag(uint16_t local, uint16_t port) {
    return (((uint32_t)local << 16) + port) * 0x9e3779b1u;
}

uint32_t listener_find_exact(const struct tcp *t, uint16_t local, uint16_t port) {
    const struct flow_table *index = &t->listeners.index;
    uint32_t tag = listener_tag(local, port), at;

    for (uint32_t ref = flow_first(index, tag, &at); ref; ref = flow_next(index, tag, &at)) {
        const struct listener *listener = listener_at(t, ref);

        if (listener->local == local && listener->port == port) return ref;
    }
    return 0;
}

uint32_t listener_find(const struct tcp *t, const struct tuple *tuple) {
    uint16_t family = tuple_is_v4(tuple) ? LOCAL_ANY_V4 : LOCAL_ANY_V6;
    uint32_t index = listener_find_exact(t, tuple->local, tuple->local_port);

    if (!index) index = listener_find_exact(t, family, tuple->local_port);
    if (!index) index = listener_find_exact(t, LOCAL_ANY, tuple->local_port);
    return index;
}

uint32_t listener_open(struct tcp *t, uint16_t local, uint16_t port, uint32_t backlog,
                       uint64_t user) {
    uint32_t index = pool_take(&t->listeners.pool), generation;
    struct tcb *tcb = (struct tcb *)(void *)t->tcbs.base;
    struct listener *listener;

    if (!index) return 0;
    listener = listener_at(t, index);
    generation = listener->generation;
    *listener = (struct listener){
        .tag = listener_tag(local, port),
        .generation = generation,
        .local = local,
        .port = port,
        .max_half_opens = t->config.syn_queue ? t->config.syn_queue : t->config.max_half_opens,
        .backlog = backlog,
        .rcv_limit = t->config.receive_buffer_bytes,
        .offered_scale = wscale_for(t, t->config.receive_buffer_bytes),
        .is_open = true,
        .user = user,
    };
    list_init(&listener->accepting, &tcb->accepting, sizeof *tcb);
    flow_insert(&t->listeners.index, listener->tag, index);
    return index;
}

void listener_close(struct tcp *t, uint32_t index) {
    struct listener *listener = listener_at(t, index);
    uint32_t child;

    flow_remove(&t->listeners.index, listener->tag, index);
    half_open_drop_all(t, (uint16_t)index);
    while ((child = list_pop(&listener->accepting)) != 0) {
        tcp_tcb(t, child)->flags &= ~(uint32_t)TCB_LISTED;
        tcb_abort(t, tcp_tcb(t, child));
    }
    if (listener->is_ready) list_remove(&t->listeners.ready, index);
    listener->generation++;
    listener->is_open = false;
    pool_give(&t->listeners.pool, index);
}

uint16_t listener_mss(const struct tcp *t, uint32_t listener, const struct tuple *tuple) {
    uint16_t most = listener_at(t, listener)->max_segment, mss = mss_announced(t, tuple);

    return most && most < mss ? most : mss;
}

void listener_move(struct tcp *t, uint32_t index, uint16_t local) {
    struct listener *listener = listener_at(t, index);

    flow_remove(&t->listeners.index, listener->tag, index);
    listener->local = local;
    listener->tag = listener_tag(local, listener->port);
    flow_insert(&t->listeners.index, listener->tag, index);
}

static void listener_tell(struct tcp *t, uint32_t index) {
    struct listener *listener = listener_at(t, index);

    if (listener->is_ready) return;
    listener->is_ready = true;
    list_push(&t->listeners.ready, index);
}

void listener_queue(struct tcp *t, uint32_t index, struct tcb *tcb) {
    tcb->flags |= TCB_LISTED;
    list_push(&listener_at(t, index)->accepting, tcp_tcb_index(t, tcb));
    listener_tell(t, index);
}

uint32_t listener_accept(struct tcp *t, uint32_t index) {
    uint32_t child = list_pop(&listener_at(t, index)->accepting);

    if (!child) return 0;
    tcp_tcb(t, child)->flags &= ~(uint32_t)TCB_LISTED;
    return child;
}
