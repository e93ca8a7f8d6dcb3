/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/arrives.h"

#include "tcp/tcp.h"

static enum tercet_verdict arrives_tcb(struct tcp *t, struct tcb *tcb, struct segment *seg) {
    if (tcb->state == TERCET_STATE_SYN_SENT) return arrives_syn_sent(t, tcb, seg);
    return arrives_otherwise(t, tcb, seg);
}

/* No object stands for the tuple: a listener may want it. */
static enum tercet_verdict arrives_stranger(struct tcp *t, const struct tuple *tuple, uint32_t tag,
                                            const struct segment *seg) {
    uint32_t listener = listener_find(t, tuple);

    if (!listener) return arrives_closed(t, tuple, seg);
    return arrives_listen(t, (uint16_t)listener, tuple, tag, seg);
}

enum tercet_verdict tcp_arrives(struct tcp *t, const struct tuple *tuple, uint32_t tag,
                                struct segment *seg) {
    uint32_t ref = tcp_find(t, tuple, tag), index = ref & FLOW_INDEX_MASK;

    if (!ref) return arrives_stranger(t, tuple, tag, seg);
    switch ((enum flow_kind)(ref >> FLOW_KIND_SHIFT)) {
    case FLOW_HALF_OPEN: return arrives_half_open(t, index, tag, seg);
    case FLOW_TIME_WAIT: return arrives_time_wait(t, index, tuple, tag, seg);
    case FLOW_TCB: break;
    }
    return arrives_tcb(t, tcp_tcb(t, index), seg);
}
