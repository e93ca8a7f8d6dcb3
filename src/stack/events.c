/* SPDX-License-Identifier: BSD-2-Clause */
#include "stack/stack.h"

#include <string.h>

static bool next_listener_event(struct tercet_stack *stack, struct tercet_event *event) {
    struct listeners *listeners = &stack->tcp.listeners;
    uint32_t index = list_pop(&listeners->ready);
    struct listener *listener;

    if (!index) return false;
    listener = listener_at(&stack->tcp, index);
    listener->is_ready = false;
    *event = (struct tercet_event){
        .conn = conn_value(listener->generation, index | CONN_LISTENER),
        .user = listener->user,
        .ready = TERCET_ACCEPTABLE,
    };
    return true;
}

bool tercet_stack_next_event(struct tercet_stack *stack, struct tercet_event *event) {
    uint32_t index;
    struct tcb *tcb;

    if (next_listener_event(stack, event)) return true;
    index = list_pop(&stack->tcp.ready);
    if (!index) return false;
    tcb = tcp_tcb(&stack->tcp, index);
    tcb->flags &= ~(uint32_t)TCB_READY;
    *event = (struct tercet_event){conn_value(tcb->generation, index), tcb->user, tcb->ready};
    tcb->ready = 0;
    return true;
}

bool tercet_stack_next_trace(struct tercet_stack *stack, struct tercet_trace *trace) {
    struct tcp *t = &stack->tcp;

    if (!t->n_traces) return false;
    *trace = t->traces[t->trace_head];
    trace->dropped = t->traces_dropped;
    trace->local.address = stack->addresses.table[trace->local_index].address;
    t->traces_dropped = 0;
    t->trace_head = (t->trace_head + 1) % t->config.max_traces;
    t->n_traces--;
    return true;
}
