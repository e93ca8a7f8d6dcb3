/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/receive.h"

#include "tcp/duplicate.h"
#include "tcp/pace.h"
#include "tcp/reassembly.h"
#include "tcp/tcb_life.h"
#include "tcp/tcp.h"
#include "tcp/timers.h"

void receive_acknowledge_later(struct tcp *t, struct tcb *tcb) {
    if (tcb_is(tcb, TCB_ACK_NOW)) return;
    tcb->flags |= TCB_ACK_LATER;
    timer_set(t, tcb, TIMER_DELAYED_ACK, t->config.delayed_ack_us);
}

/*
 * The first segments of a flow are acknowledged at once, if it is configured so: a sender in slow start wants
 * every ACK.  That ends when the user answers what he reads: then the answer carries the ACK.
 */
static bool is_quick(const struct tcp *t, struct tcb *tcb) {
    if (!t->config.habits.quick_acks) return false;
    if (!tcb_is(tcb, TCB_HEARD_TEXT)) tcb->quick_acks = t->config.habits.quick_acks;
    tcb->flags |= TCB_HEARD_TEXT;
    tcb->heard_text = t->tick;
    if (!tcb->quick_acks || tcb_is(tcb, TCB_INTERACTIVE)) return false;
    tcb->quick_acks--;
    return true;
}

/*
 * Text in order: acknowledge every second segment (SHLD-19), a single one after a while (SHLD-18, MUST-40);
 * at once where the window has no room for a second one.  Source: RFC 9293 section 3.8.6.3.
 */
static void acknowledge_text(struct tcp *t, struct tcb *tcb, bool closed_gap, bool is_last) {
    if (t->config.habits.acks_adapt) {
        if (closed_gap || !is_last) pace_acknowledge(t, tcb, closed_gap);
        return; /* with the FIN, if it comes with one */
    }
    bool is_hurried = is_quick(t, tcb) && !(is_last && t->config.habits.fin_ack_delayed);

    tcb->unacked++;
    if (is_hurried || tcb->unacked >= 2 || closed_gap || tcb_rcv_wnd(tcb) < tcb->announced_mss)
        tcb_owe_ack(t, tcb);
    else
        receive_acknowledge_later(t, tcb);
}

/* An ACK of its own for each, so that the sender can count them (RFC 5681 section 4.2, MAY-13). */
static void acknowledge_duplicate(struct tcp *t, struct tcb *tcb) {
    if (tcb->dupacks_owed < UINT8_MAX) tcb->dupacks_owed++;
    tcb_owe(t, tcb);
}

/* Nothing waits: give the buffer back. */
static void release_unneeded(struct tcp *t, struct tcb *tcb) {
    if (!tcb_readable(tcb) && !tcb->reassembly) ring_release(&tcb->rcv, &t->buddy);
}

/*
 * Text behind a gap is there for as long as the peer does not fill it, for ever if he likes: it may not take
 * the last quarter of all buffers, which is for text in order.
 */
static bool can_keep_ahead(const struct tcp *t, const struct tcb *tcb, uint32_t need) {
    return need <= ring_capacity(&tcb->rcv) || t->buddy.used < t->buddy.units / 4 * 3;
}

/* Reserve room for text as far as @to, in order or beyond a gap. */
static bool reserve(struct tcp *t, struct tcb *tcb, struct seq to, bool is_ahead) {
    uint32_t live = seq_distance(tcb->rcv_user, reassembly_top(t, tcb)),
             need = seq_distance(tcb->rcv_user, to);

    if (is_ahead && !can_keep_ahead(t, tcb, need)) return false;
    return ring_reserve(&tcb->rcv, &t->buddy, tcb->rcv_user.n, live, need > live ? need : live);
}

/* The same; where room is short, gaps that have gone stale make some. */
static bool make_room(struct tcp *t, struct tcb *tcb, struct seq to, bool is_ahead) {
    while (!reserve(t, tcb, to, is_ahead))
        if (!reassembly_reclaim(t)) return false;
    return true;
}

/* What has a gap before it is kept as well (SHLD-31). */
static enum tercet_verdict keep(struct tcp *t, struct tcb *tcb, struct seq from,
                                const unsigned char *bytes, uint32_t n, bool *fin) {
    struct seq to = seq_add(from, n);
    bool closed_gap, has_fin = *fin, is_ahead = !seq_eq(from, tcb->rcv_nxt);

    *fin = false;
    if (n && !make_room(t, tcb, to, is_ahead)) return TERCET_DATA_NO_MEMORY;
    if (n) ring_put(&tcb->rcv, &t->buddy, from.n, bytes, n);
    if (is_ahead) {
        if (reassembly_has(t, tcb, from, to)) duplicate_note(t, tcb, from, to);
        if (!reassembly_insert(t, tcb, from, to, has_fin)) {
            release_unneeded(t, tcb);
            return TERCET_DATA_NO_MEMORY;
        }
        acknowledge_duplicate(t, tcb);
        return TERCET_DATA_OUT_OF_ORDER;
    }
    tcb->rcv_nxt = to;
    closed_gap = tcb->reassembly != 0;
    if (has_fin) reassembly_release(t, tcb); /* nothing comes behind a FIN */
    *fin = reassembly_advance(t, tcb) || has_fin;
    if (n) {
        acknowledge_text(t, tcb, closed_gap, *fin);
        tcb_tell(t, tcb, TERCET_READABLE);
    }
    return TERCET_TAKEN;
}

enum tercet_verdict receive_text(struct tcp *t, struct tcb *tcb, const struct segment *seg,
                                 bool *fin) {
    struct seq from = seg->seq, edge = seq_add(tcb->rcv_nxt, tcb_rcv_wnd(tcb));
    uint32_t skip = 0, n = seg->length;
    enum tercet_verdict verdict;

    *fin = segment_has(seg, TCP_FIN);
    if (seq_lt(from, tcb->rcv_nxt)) {
        skip = seq_distance(from, tcb->rcv_nxt);
        duplicate_note(t, tcb, from, seq_add(from, n));
        if (t->config.habits.acks_adapt && skip >= n) pace_hurry(t, tcb);
        if (skip > n) {
            *fin = false;
            skip = n;
        }
        from = seq_add(from, skip);
        n -= skip;
    }
    if (seq_gt(seq_add(from, n), edge)) {
        n = seq_lt(from, edge) ? seq_distance(from, edge) : 0;
        *fin = false; /* the FIN lies beyond what is kept */
    }
    if (!n && !*fin) {
        tcb_owe_ack(t, tcb);
        return TERCET_DATA_DUPLICATE;
    }
    if (t->config.habits.acks_adapt && n) pace_heard(t, tcb, seg);
    verdict = keep(t, tcb, from, seg->payload + skip, n, fin);
    if (verdict == TERCET_DATA_NO_MEMORY) tcb_owe_ack(t, tcb);
    return verdict;
}

/* As on Linux: the window stays as it is, or moves to a multiple of a full segment, or of its unit. */
static uint32_t room_rounded(const struct tcb *tcb, uint32_t room) {
    uint32_t mss = pace_mss(tcb), before = seq_distance(tcb->last_ack_sent, tcb->rcv_adv),
             unit = 1u << tcb->rcv_scale;

    if (room < mss || room < pace_room(tcb) / 16) return 0;
    if (tcb->rcv_scale) return (room + unit - 1) & ~(unit - 1);
    return before + mss <= room || before > room ? room - room % mss : before;
}

/* The right edge that the buffer allows, as far as the window field can say it. */
static struct seq edge_allowed(const struct tcp *t, const struct tcb *tcb) {
    uint32_t waiting = seq_distance(tcb->rcv_user, tcb->rcv_nxt), most = 0xffffu << tcb->rcv_scale;
    uint32_t limit = t->config.habits.acks_adapt ? pace_room(tcb) : tcb->rcv_limit;
    uint32_t room = limit > waiting ? limit - waiting : 0;

    if (t->config.habits.acks_adapt) room = room_rounded(tcb, room);

    return seq_add(tcb->rcv_nxt, room < most ? room : most);
}

bool receive_window_keeps(const struct tcp *t, const struct tcb *tcb) {
    uint32_t before = seq_distance(tcb->last_ack_sent, tcb->rcv_adv);

    return seq_distance(tcb->rcv_nxt, edge_allowed(t, tcb)) >= before;
}

void receive_buffer_round(const struct tcp *t, struct tcb *tcb) {
    uint32_t mss = tcb->mss_bytes, rest;

    if (!t->config.habits.buffer_whole_segments || tcb->rcv_limit < mss) return;
    rest = tcb->rcv_limit % mss;
    if (rest && tcb->rcv_limit < 4u << 20) tcb->rcv_limit += mss - rest;
}

/* As on FreeBSD: all the room that there is, rounded down, but never less than was promised. */
static uint32_t window_of_room(const struct tcp *t, struct tcb *tcb) {
    struct seq allowed = edge_allowed(t, tcb);
    uint32_t most = 0xffffu << tcb->rcv_scale;

    /* The FIN takes a sequence number, but no room. */
    if (tcb_is(tcb, TCB_FIN_RECEIVED) && seq_distance(tcb->rcv_nxt, allowed) < most &&
        seq_distance(tcb->rcv_user, tcb->rcv_nxt) <= tcb->rcv_limit)
        allowed = seq_add(allowed, 1);
    if (seq_lt(tcb->rcv_adv, tcb->rcv_nxt)) tcb->rcv_adv = tcb->rcv_nxt;
    tcb->rcv_adv = seq_max(tcb->rcv_adv, allowed);
    return seq_distance(tcb->rcv_nxt, tcb->rcv_adv) >> tcb->rcv_scale << tcb->rcv_scale;
}

uint32_t receive_window(const struct tcp *t, struct tcb *tcb) {
    uint32_t half = tcb->rcv_limit / 2, mss = tcb->announced_mss, unit = 1u << tcb->rcv_scale, wnd;
    uint32_t most = 0xffffu << tcb->rcv_scale; /* that the field can say */
    struct seq allowed = edge_allowed(t, tcb);

    if (t->config.habits.window_follows_buffer) return window_of_room(t, tcb);
    if (seq_lt(tcb->rcv_adv, tcb->rcv_nxt)) tcb->rcv_adv = tcb->rcv_nxt;
    if (seq_gt(allowed, tcb->rcv_adv) &&
        (t->config.habits.acks_adapt ||
         seq_distance(tcb->rcv_adv, allowed) >= (half < mss ? half : mss)))
        tcb->rcv_adv = allowed;
    wnd = (seq_distance(tcb->rcv_nxt, tcb->rcv_adv) + unit - 1) & ~(unit - 1);
    if (wnd > most) wnd = most;
    tcb->rcv_adv = seq_max(tcb->rcv_adv, seq_add(tcb->rcv_nxt, wnd));
    return wnd;
}

/* Whether the window has opened by enough for an update alone: SHLD-8 of RFC 9293 section 3.8.6.2.2. */
static bool is_worth_an_update(const struct tcp *t, const struct tcb *tcb, uint32_t opened) {
    uint32_t half = tcb->rcv_limit / 2, two = 2u * tcb->announced_mss;

    if (t->config.habits.acks_adapt) {
        uint32_t wnd = tcb_rcv_wnd(tcb);

        return 2 * wnd <= tcb->rcv_limit && opened >= wnd;
    }
    if (!t->config.habits.window_follows_buffer) return opened >= (half < two ? half : two);
    if (tcb_is(tcb, TCB_ACK_LATER)) return false;
    if (opened >= half) return true;
    return opened >= two && (opened >= tcb->rcv_limit / 4 || tcb->rcv_limit <= 4 * two ||
                             tcb_rcv_wnd(tcb) + opened <= tcb->rcv_limit / 8);
}

void receive_consume(struct tcp *t, struct tcb *tcb, uint32_t n) {
    uint32_t opened;

    tcb->rcv_user = seq_add(tcb->rcv_user, n);
    if (!seq_lt(tcb->rcv_user, tcb->rcv_up)) tcb->flags &= ~(uint32_t)TCB_RCVS_URGENT;
    release_unneeded(t, tcb);
    if (t->config.habits.acks_adapt) pace_read(t, tcb);
    if (!tcb_receives(tcb) || !seq_gt(edge_allowed(t, tcb), tcb->rcv_adv)) return;
    opened = seq_distance(tcb->rcv_adv, edge_allowed(t, tcb));
    if (is_worth_an_update(t, tcb, opened)) tcb_owe_ack(t, tcb);
}
