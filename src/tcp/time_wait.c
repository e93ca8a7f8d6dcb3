/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/time_wait.h"

#include "tcp/isn.h"
#include "tcp/mss.h"
#include "tcp/receive.h"
#include "tcp/tcb_life.h"
#include "tcp/tcp.h"

static struct tick two_msl(const struct tcp *t) {
    return tick_after_us(t->now, (uint64_t)t->config.msl_ms * 2 * 1000);
}

/* Out of queue and pool; the index is the caller's to mend. */
static void time_wait_release(struct tcp *t, uint32_t index) {
    list_remove(&t->time_wait_queue, index);
    pool_give(&t->time_waits, index);
}

/* Where a line lies aside: segments of its tuple look elsewhere, and others that look here compare the tuple. */
static uint32_t tag_aside(uint32_t tag) {
    return ~tag;
}

void time_wait_free(struct tcp *t, uint32_t index) {
    const struct time_wait *tw = tcp_time_wait(t, index);
    uint32_t tag = tcp_tag(t, &tw->tuple);

    flow_remove(&t->flows, tw->flags & TIME_WAIT_ASIDE ? tag_aside(tag) : tag,
                flow_ref(FLOW_TIME_WAIT, index));
    time_wait_release(t, index);
}

void time_wait_lay_aside(struct tcp *t, uint32_t index, uint32_t tag) {
    flow_remove(&t->flows, tag, flow_ref(FLOW_TIME_WAIT, index));
    flow_insert(&t->flows, tag_aside(tag), flow_ref(FLOW_TIME_WAIT, index));
    tcp_time_wait(t, index)->flags |= TIME_WAIT_ASIDE;
}

/* The line that lies aside for @tuple, or 0. */
static uint32_t find_aside(const struct tcp *t, const struct tuple *tuple, uint32_t tag) {
    uint32_t ref = tcp_find(t, tuple, tag_aside(tag));

    return ref & FLOW_INDEX_MASK;
}

void time_wait_take_back(struct tcp *t, const struct tuple *tuple, uint32_t tag) {
    uint32_t index = find_aside(t, tuple, tag);

    if (!index) return;
    flow_remove(&t->flows, tag_aside(tag), flow_ref(FLOW_TIME_WAIT, index));
    flow_insert(&t->flows, tag, flow_ref(FLOW_TIME_WAIT, index));
    tcp_time_wait(t, index)->flags &= (uint16_t)~TIME_WAIT_ASIDE;
}

void time_wait_forget(struct tcp *t, const struct tuple *tuple, uint32_t tag) {
    uint32_t index = find_aside(t, tuple, tag);

    if (index) time_wait_free(t, index);
}

static bool acknowledge(struct tcp *t, const struct time_wait *tw) {
    struct reply *reply = reply_new(t, &tw->tuple, TCP_ACK, tw->diffserv);

    if (!reply) return false;
    reply->seq = tw->snd_nxt;
    reply->ack = tw->rcv_nxt;
    reply->wnd = window_field(tw->rcv_wnd, tw->rcv_scale);
    if (tw->flags & TIME_WAIT_TIMESTAMPS) {
        reply->options = TCP_HAS_TIMESTAMPS;
        reply->ts_val = tcp_now_ms(t) + isn_numbers(t, &tw->tuple).ts_offset;
        reply->ts_ecr = tw->ts_recent;
    }
    return true;
}

void time_wait_enter(struct tcp *t, struct tcb *tcb) {
    uint32_t index = pool_take(&t->time_waits);
    struct time_wait *tw;

    if (!index) {
        time_wait_free(t, t->time_wait_queue.head); /* the oldest */
        index = pool_take(&t->time_waits);
    }
    tw = tcp_time_wait(t, index);
    *tw = (struct time_wait){
        .tuple = tcb->tuple,
        .flags = tcb_is(tcb, TCB_TIMESTAMPS) ? TIME_WAIT_TIMESTAMPS : 0,
        .snd_nxt = tcb->snd_max,
        .rcv_nxt = tcb->rcv_nxt,
        .rcv_wnd = tcb_rcv_wnd(tcb),
        .ts_recent = tcb->ts_recent,
        .ts_recent_s = tcb->ts_recent_s,
        .deadline = two_msl(t),
        .rcv_scale = tcb->rcv_scale,
        .diffserv = tcb->diffserv,
    };
    list_push(&t->time_wait_queue, index);
    flow_replace(&t->flows, tcb->tag, flow_ref(FLOW_TCB, tcp_tcb_index(t, tcb)),
                 flow_ref(FLOW_TIME_WAIT, index));
    if (t->config.habits.window_follows_buffer) tw->rcv_wnd = receive_window(t, tcb);
    if (tcb_is(tcb, TCB_ACK_NOW)) acknowledge(t, tw);
    tcb->flags &= ~(uint32_t)TCB_INDEXED;
}

void time_wait_restart(struct tcp *t, uint32_t index) {
    list_remove(&t->time_wait_queue, index);
    tcp_time_wait(t, index)->deadline = two_msl(t);
    list_push(&t->time_wait_queue, index);
}

bool time_wait_answer(struct tcp *t, struct time_wait *tw, const struct segment *seg) {
    bool is_exempt = t->config.habits.time_wait_answers_text && segment_span(seg) &&
                     !segment_has(seg, TCP_SYN);

    if (!is_exempt && !throttle_pass(t, &tw->answered)) return false;
    return acknowledge(t, tw);
}

void time_wait_tick(struct tcp *t) {
    uint32_t index;

    while ((index = t->time_wait_queue.head) != 0 &&
           tick_is_due(tcp_time_wait(t, index)->deadline, t->tick))
        time_wait_free(t, index);
}

struct instant time_wait_deadline(const struct tcp *t) {
    uint32_t index = t->time_wait_queue.head;

    return index ? tick_instant(tcp_time_wait(t, index)->deadline, t->now) : INSTANT_NEVER;
}
