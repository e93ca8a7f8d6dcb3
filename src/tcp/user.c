/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/user.h"

#include "tcp/congestion.h"
#include "tcp/isn.h"
#include "tcp/mss.h"
#include "tcp/reassembly.h"
#include "tcp/receive.h"
#include "tcp/tcb_life.h"
#include "tcp/tcp.h"
#include "tcp/timers.h"

struct tcb *user_open(struct tcp *t, const struct tuple *tuple, uint32_t tag) {
    struct opening_numbers numbers = isn_numbers(t, tuple);
    struct tcb *tcb = tcb_new(t, tuple, tag);

    if (!tcb) return NULL;
    tcb->state = TERCET_STATE_SYN_SENT;
    tcb->flags = TCB_ACTIVE | TCB_ACCEPTED | TCB_INDEXED | TCB_SYN_UNACKED;
    tcb->iss = numbers.iss;
    tcb->snd_una = tcb->snd_nxt = tcb->snd_max = tcb->iss;
    tcb->snd_end = seq_add(tcb->iss, 1);
    tcb->announced_mss = mss_announced(t, tuple);
    tcb->offered_scale = wscale_for(t, tcb->rcv_limit);
    tcb->syn_retries = t->config.syn_retries;
    tcb->ts_offset = numbers.ts_offset;
    tcb->ts_first = tcp_now_ms(t) + tcb->ts_offset;
    flow_insert(&t->flows, tcb->tag, flow_ref(FLOW_TCB, tcp_tcb_index(t, tcb)));
    tcb_owe(t, tcb);
    return tcb;
}

static bool can_send(const struct tcb *tcb) {
    switch (tcb->state) {
    case TERCET_STATE_SYN_SENT:
    case TERCET_STATE_SYN_RECEIVED:
    case TERCET_STATE_ESTABLISHED:
    case TERCET_STATE_CLOSE_WAIT: return !tcb_is(tcb, TCB_FIN_QUEUED);
    default: return false;
    }
}

/*
 * How many of @n octets, 1 or more, can be put behind snd_end now: as far as the limit and the arena go, in which gaps that have
 * gone stale make room.
 */
static uint32_t make_room(struct tcp *t, struct tcb *tcb, uint32_t n) {
    struct seq begin = tcb_snd_begin(tcb);
    uint32_t waiting = seq_distance(begin, tcb->snd_end);

    if (waiting >= tcb->snd_limit) return 0;
    if (n > tcb->snd_limit - waiting) n = tcb->snd_limit - waiting;
    while (n && !ring_reserve(&tcb->snd, &t->buddy, begin.n, waiting, waiting + n))
        if (!reassembly_reclaim(t)) n /= 2; /* there may be a smaller block */
    return n;
}

int user_send(struct tcp *t, struct tcb *tcb, const void *bytes, uint32_t n) {
    uint32_t room;

    if (tcb->reason) return TERCET_OVER;
    if (!can_send(tcb)) return TERCET_CLOSING;
    if (!n) return 0;
    if (n > INT32_MAX) n = INT32_MAX;
    room = make_room(t, tcb, n);
    if (room < n) tcb->flags |= TCB_WANTS_ROOM;
    if (!room) return seq_eq(tcb_snd_begin(tcb), tcb->snd_end) ? TERCET_FULL : 0;
    ring_put(&tcb->snd, &t->buddy, tcb->snd_end.n, bytes, room);
    tcb->snd_end = seq_add(tcb->snd_end, room);
    tcb_owe(t, tcb);
    return (int)room;
}

/* SEND with the URGENT flag (MUST-30). */
int user_urge(struct tcp *t, struct tcb *tcb) {
    if (tcb->reason) return TERCET_OVER;
    if (!can_send(tcb)) return TERCET_CLOSING;
    tcb->flags |= TCB_SNDS_URGENT;
    tcb->snd_up = tcb->snd_end;
    if (tcb_is_synchronized(tcb)) tcb_owe(t, tcb);
    return 0;
}

int user_receive(const struct tcp *t, const struct tcb *tcb, struct tercet_span spans[2]) {
    uint32_t n = tcb_readable(tcb);
    struct span at[2];

    spans[0] = spans[1] = (struct tercet_span){0};
    if (!n && tcb_is(tcb, TCB_FIN_RECEIVED) &&
        (!tcb->reason || tcb->reason == TERCET_REASON_FINISHED))
        return TERCET_END;
    if (!n && tcb->reason) return TERCET_OVER;
    if (!n) return tcb_is_synchronized(tcb) ? 0 : TERCET_NOT_YET;
    ring_spans(&tcb->rcv, &t->buddy, tcb->rcv_user.n, n, at);
    for (unsigned i = 0; i < 2; i++)
        spans[i] = (struct tercet_span){at[i].base, at[i].length};
    return (int)n;
}

/* SYN-RECEIVED and nothing to send: our FIN goes out behind the SYN-ACK.  Else it waits for ESTABLISHED. */
static bool closes_before_open(const struct tcb *tcb) {
    return tcb->state == TERCET_STATE_SYN_RECEIVED && seq_eq(tcb->snd_end, seq_add(tcb->iss, 1));
}

int user_shutdown(struct tcp *t, struct tcb *tcb) {
    if (tcb->reason) return TERCET_OVER;
    if (!can_send(tcb)) return TERCET_CLOSING;
    tcb->flags |= TCB_FIN_QUEUED;
    if (closes_before_open(tcb)) congestion_init(t, tcb);
    if (tcb->state == TERCET_STATE_ESTABLISHED || closes_before_open(tcb))
        tcb->state = TERCET_STATE_FIN_WAIT_1;
    else if (tcb->state == TERCET_STATE_CLOSE_WAIT)
        tcb->state = TERCET_STATE_LAST_ACK;
    if (tcb_is_synchronized(tcb)) tcb_owe(t, tcb); /* else the FIN follows the opening */
    return 0;
}

/* Nothing can be read any more (MAY-1); what is lost thereby turns the close into a reset (SHLD-3). */
void user_close(struct tcp *t, struct tcb *tcb) {
    bool is_lossy = tcb_readable(tcb) && t->config.habits.unread_resets;

    if (t->config.habits.close_forgets && tcb->state == TERCET_STATE_SYN_RECEIVED) {
        tcb_orphan(t, tcb);
        tcb_over(t, tcb, TERCET_REASON_ABORTED);
        return;
    }
    if (tcb->reason || tcb->state == TERCET_STATE_SYN_SENT || is_lossy) {
        tcb_abort(t, tcb);
        return;
    }
    receive_consume(t, tcb, tcb_readable(tcb));
    user_shutdown(t, tcb);
    tcb_owe(t, tcb);
    tcb_orphan(t, tcb);
}
