/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/reassembly.h"

#include <string.h>

#include "tcp/tcp.h"

static struct reassembly *record_of(const struct tcp *t, const struct tcb *tcb) {
    return tcb->reassembly ? pool_at(&t->reassemblies, tcb->reassembly) : NULL;
}

static void range_remove(struct reassembly *r, uint32_t i) {
    r->n--;
    memmove(&r->range[i], &r->range[i + 1], (r->n - i) * sizeof r->range[0]);
}

/* Whether two ranges overlap or touch. */
static bool ranges_join(struct seq_range a, struct seq_range b) {
    return seq_le(a.from, b.to) && seq_le(b.from, a.to);
}

static struct reassembly *record_open(struct tcp *t, struct tcb *tcb) {
    struct reassembly *r = record_of(t, tcb);

    if (r) return r;
    do
        tcb->reassembly = pool_take(&t->reassemblies);
    while (!tcb->reassembly && reassembly_reclaim(t));
    r = record_of(t, tcb);
    if (!r) return NULL;
    r->n = 0;
    r->has_fin = false;
    r->owner = tcp_tcb_index(t, tcb);
    r->moved = t->tick;
    list_push(&t->gaps, tcb->reassembly);
    return r;
}

static void record_moved(struct tcp *t, const struct tcb *tcb, struct reassembly *r) {
    r->moved = t->tick;
    list_remove(&t->gaps, tcb->reassembly);
    list_push(&t->gaps, tcb->reassembly);
}

/* Take out all that join @new, which grows over them. */
static struct seq_range absorb(struct reassembly *r, struct seq_range new) {
    for (uint32_t i = 0; i < r->n;) {
        if (!ranges_join(r->range[i], new)) {
            i++;
            continue;
        }
        new.from = seq_min(new.from, r->range[i].from);
        new.to = seq_max(new.to, r->range[i].to);
        range_remove(r, i);
    }
    return new;
}

bool reassembly_insert(struct tcp *t, struct tcb *tcb, struct seq from, struct seq to, bool fin) {
    struct reassembly *r = record_open(t, tcb);
    struct seq_range new = {from, to};

    if (!r) return false;
    if (!seq_eq(from, to)) {
        new = absorb(r, new);
        if (r->n == REASSEMBLY_MAX) return false; /* absorb took none out, or there would be room */
        memmove(&r->range[1], &r->range[0], r->n * sizeof r->range[0]);
        r->range[0] = new;
        r->n++;
    }
    if (fin) {
        r->has_fin = true;
        r->fin = to;
    }
    return true;
}

/* Take out what rcv_nxt has passed; the one range that it touches, if any, moves it on. */
static void swallow(struct reassembly *r, struct seq *rcv_nxt) {
    for (uint32_t i = 0; i < r->n;) {
        if (seq_gt(r->range[i].from, *rcv_nxt)) {
            i++;
            continue;
        }
        *rcv_nxt = seq_max(*rcv_nxt, r->range[i].to);
        range_remove(r, i);
    }
}

bool reassembly_advance(struct tcp *t, struct tcb *tcb) {
    struct reassembly *r = record_of(t, tcb);
    bool fin;

    if (!r) return false;
    swallow(r, &tcb->rcv_nxt);
    if (r->has_fin && seq_lt(r->fin, tcb->rcv_nxt)) r->has_fin = false; /* text came in its place */
    fin = r->has_fin && seq_eq(r->fin, tcb->rcv_nxt);
    if (fin || (!r->n && !r->has_fin))
        reassembly_release(t, tcb);
    else
        record_moved(t, tcb, r);
    return fin;
}

bool reassembly_has(const struct tcp *t, const struct tcb *tcb, struct seq from, struct seq to) {
    const struct reassembly *r = record_of(t, tcb);

    for (uint32_t i = 0; r && i < r->n; i++)
        if (seq_le(r->range[i].from, from) && seq_le(to, r->range[i].to)) return true;
    return false;
}

struct seq reassembly_top(const struct tcp *t, const struct tcb *tcb) {
    const struct reassembly *r = record_of(t, tcb);
    struct seq top = tcb->rcv_nxt;

    for (uint32_t i = 0; r && i < r->n; i++)
        top = seq_max(top, r->range[i].to);
    return top;
}

void reassembly_release(struct tcp *t, struct tcb *tcb) {
    if (!tcb->reassembly) return;
    list_remove(&t->gaps, tcb->reassembly);
    pool_give(&t->reassemblies, tcb->reassembly);
    tcb->reassembly = 0;
}

bool reassembly_reclaim(struct tcp *t) {
    const struct reassembly *r;
    struct tcb *tcb;

    if (!t->gaps.head) return false;
    r = pool_at(&t->reassemblies, t->gaps.head);
    if (tick_us_between(r->moved, t->tick) < GAP_STALE_US) return false;
    tcb = tcp_tcb(t, r->owner);
    reassembly_release(t, tcb);
    if (!tcb_readable(tcb)) ring_release(&tcb->rcv, &t->buddy);
    t->gaps_given_up++;
    return true;
}

/* Blocks to be told where there is room: beside timestamps a header takes three. */
static uint32_t blocks_told(const struct reassembly *r, const struct tcb *tcb) {
    uint32_t most = tcp_sack_blocks_max(tcb_is(tcb, TCB_TIMESTAMPS));

    return r->n < most ? r->n : most;
}

uint32_t reassembly_told_length(const struct tcp *t, const struct tcb *tcb) {
    uint32_t n = blocks_told(record_of(t, tcb), tcb);

    return n ? TCP_SACK_LENGTH(n) : 0;
}

void reassembly_tell(const struct tcp *t, const struct tcb *tcb, struct tcp_options *options,
                     uint32_t room) {
    const struct reassembly *r = record_of(t, tcb);
    uint32_t n = blocks_told(r, tcb);

    while (n && TCP_SACK_LENGTH(n) > room)
        n--;
    if (!n) return;
    options->present |= TCP_HAS_SACK;
    options->n_sack = (uint8_t)n;
    for (uint32_t i = 0; i < n; i++)
        options->sack[i] = (struct tcp_sack_block){r->range[i].from.n, r->range[i].to.n};
}
