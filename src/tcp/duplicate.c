/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/duplicate.h"

#include <string.h>

#include "tcp/tcp.h"

void duplicate_note(struct tcp *t, const struct tcb *tcb, struct seq from, struct seq to) {
    if (!t->config.habits.duplicates_told || !tcb_is(tcb, TCB_SACK)) return;
    if (seq_lt(from, tcb->rcv_nxt)) to = seq_min(to, tcb->rcv_nxt);
    if (seq_eq(from, to)) return;
    t->duplicate = (struct duplicate){tcb->generation, tcb->tag, from, to};
}

void duplicate_tell(struct tcp *t, const struct tcb *tcb, struct tcp_options *options) {
    struct duplicate *d = &t->duplicate;
    uint32_t most = tcp_sack_blocks_max(options->present & TCP_HAS_TIMESTAMPS);
    uint32_t n = options->present & TCP_HAS_SACK ? options->n_sack : 0;

    if (seq_eq(d->from, d->to) || d->tag != tcb->tag || d->generation != tcb->generation) return;
    if (n == most) n--;
    memmove(options->sack + 1, options->sack, n * sizeof options->sack[0]);
    options->sack[0] = (struct tcp_sack_block){d->from.n, d->to.n};
    options->n_sack = (uint8_t)(n + 1);
    options->present |= TCP_HAS_SACK;
    d->to = d->from;
}
