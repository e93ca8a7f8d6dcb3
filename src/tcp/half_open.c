/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/half_open.h"

#include "base/must.h"
#include "tcp/ecn.h"
#include "tcp/isn.h"
#include "tcp/mss.h"
#include "tcp/tcp.h"

#define ANSWER_SHIFT 26 /* half_open.answered counts 2^26 ns */

static uint64_t wait_us(const struct tcp *t, unsigned retries) {
    uint64_t us = ((uint64_t)t->config.syn_ack_rto_us << retries) +
                  (retries ? t->config.habits.rto_slop_us : 0);

    return us < t->config.rto_max_us ? us : t->config.rto_max_us;
}

static uint8_t scales_of(const struct tcp *t, const struct listener *listener,
                         const struct segment *seg) {
    uint8_t theirs = HALF_OPEN_NO_SCALE, ours = 0;

    if (t->config.window_scale && segment_has_option(seg, TCP_HAS_WSCALE)) {
        theirs = seg->options.wscale < WSCALE_MAX ? seg->options.wscale : WSCALE_MAX;
        ours = listener->offered_scale;
    }
    return (uint8_t)(theirs << 4 | ours);
}

uint32_t half_open_admit(struct tcp *t, uint16_t listener, const struct tuple *tuple, uint32_t tag,
                         struct opening_numbers numbers, const struct segment *seg) {
    uint32_t index = pool_take(&t->half_opens);
    struct half_open *half_open;

    must(index != 0);
    half_open = tcp_half_open(t, index);
    *half_open = (struct half_open){
        .tuple = *tuple,
        .listener = listener,
        .iss = numbers.iss,
        .irs = seg->seq,
        .mss_bytes = segment_has_option(seg, TCP_HAS_MSS) ? seg->options.mss : 0,
        .scales = scales_of(t, listener_at(t, listener), seg),
        .flags = HALF_OPEN_OWED,
    };
    if (t->config.timestamps && segment_has_option(seg, TCP_HAS_TIMESTAMPS)) {
        half_open->flags |= HALF_OPEN_TIMESTAMPS;
        half_open->ts_recent = seg->options.ts_val;
        half_open->ts_offset = numbers.ts_offset;
        half_open->ts_first = tcp_now_ms(t) + numbers.ts_offset;
    }
    if (t->config.sack && segment_has_option(seg, TCP_HAS_SACK_PERMITTED))
        half_open->flags |= HALF_OPEN_SACK;
    half_open->has_ecn = t->config.ecn && ecn_is_asked(seg) &&
                         !(seg->ecn && t->config.habits.ecn_marked_syn_refused);
    flow_insert(&t->flows, tag, flow_ref(FLOW_HALF_OPEN, index));
    list_push(&t->half_opens_owed, index);
    listener_at(t, listener)->half_opens++;
    return index;
}

static struct list *queue_of(struct tcp *t, const struct half_open *half_open) {
    if (half_open->flags & HALF_OPEN_OWED) return &t->half_opens_owed;
    return &t->half_open_queues[half_open->retries];
}

void half_open_release(struct tcp *t, uint32_t index) {
    struct half_open *half_open = tcp_half_open(t, index);

    list_remove(queue_of(t, half_open), index);
    listener_at(t, half_open->listener)->half_opens--;
    pool_give(&t->half_opens, index);
}

void half_open_drop(struct tcp *t, uint32_t index) {
    struct half_open *half_open = tcp_half_open(t, index);
    uint32_t tag = tcp_tag(t, &half_open->tuple);

    flow_remove(&t->flows, tag, flow_ref(FLOW_HALF_OPEN, index));
    if (half_open->follows) time_wait_take_back(t, &half_open->tuple, tag);
    half_open_release(t, index);
}

static void drop_from(struct tcp *t, struct list *list, uint16_t listener) {
    uint32_t next;

    for (uint32_t index = list->head; index; index = next) {
        next = list_at(list, index)->next;
        if (tcp_half_open(t, index)->listener == listener) half_open_drop(t, index);
    }
}

void half_open_drop_all(struct tcp *t, uint16_t listener) {
    drop_from(t, &t->half_opens_owed, listener);
    for (unsigned i = 0; i <= HALF_OPEN_RETRIES_MAX; i++)
        drop_from(t, &t->half_open_queues[i], listener);
}

/* No half-open lives long enough to need more than 16 bits, unless it is configured to. */
static uint16_t span_ms(uint32_t ms) {
    return (uint16_t)(ms < UINT16_MAX ? ms : UINT16_MAX);
}

static uint8_t half_open_diffserv(const struct tcp *t, const struct half_open *half_open) {
    return listener_at(t, half_open->listener)->diffserv;
}

/*
 * Fill in the segment that a half-open sends: its SYN-ACK, with the MSS (SHLD-5, MAY-3), or an ACK out of turn,
 * without (MUST-65), as the flags say.
 */
static void half_open_reply(const struct tcp *t, struct half_open *half_open, struct reply *reply) {
    uint32_t limit = listener_at(t, half_open->listener)->rcv_limit;
    unsigned ours = half_open->scales & 15;
    uint32_t timestamps = half_open->flags & HALF_OPEN_TIMESTAMPS ? TIMESTAMPS_LENGTH : 0;

    reply->seq = reply->flags & TCP_SYN ? half_open->iss : seq_add(half_open->iss, 1);
    reply->ack = seq_add(half_open->irs, 1);
    if (half_open->flags & HALF_OPEN_TIMESTAMPS) {
        reply->options |= TCP_HAS_TIMESTAMPS;
        reply->ts_val = tcp_now_ms(t) + half_open->ts_offset;
        half_open->ts_span_ms = span_ms(reply->ts_val - half_open->ts_first);
        reply->ts_ecr = half_open->ts_recent;
    }
    if (!(reply->flags & TCP_SYN)) {
        reply->wnd = window_field(limit, ours);
        return;
    }
    if (half_open->has_ecn) reply->flags |= TCP_ECE;
    reply->option_order = t->config.habits.option_order;
    reply->options |= TCP_HAS_MSS;
    reply->mss_bytes = listener_mss(t, half_open->listener, &half_open->tuple);
    reply->wnd = window_of_syn(t, limit, reply->mss_bytes - timestamps);
    if (half_open->flags & HALF_OPEN_SACK) reply->options |= TCP_HAS_SACK_PERMITTED;
    if (half_open->scales >> 4 != HALF_OPEN_NO_SCALE) {
        reply->options |= TCP_HAS_WSCALE;
        reply->wscale = (uint8_t)ours;
    }
}

bool half_open_departs(struct tcp *t, struct departure *out) {
    uint32_t index = list_pop(&t->half_opens_owed);
    struct half_open *half_open;
    struct reply reply = {.flags = TCP_SYN | TCP_ACK};

    if (!index) return false;
    half_open = tcp_half_open(t, index);
    half_open->flags &= (uint8_t)~HALF_OPEN_OWED;
    half_open->deadline = tick_after_us(t->now, wait_us(t, half_open->retries));
    list_push(&t->half_open_queues[half_open->retries], index);
    tuple_copy(&reply.tuple, &half_open->tuple);
    reply.diffserv = half_open_diffserv(t, half_open);
    half_open_reply(t, half_open, &reply);
    reply_build(&reply, out);
    return true;
}

bool half_open_answer(struct tcp *t, struct half_open *half_open, uint8_t flags) {
    uint8_t clock = (uint8_t)(t->now.ns >> ANSWER_SHIFT);
    uint64_t since_us = ((uint64_t)(uint8_t)(clock - half_open->answered) << ANSWER_SHIFT) /
                        NS_PER_US;
    struct reply *reply;

    if (half_open->flags & HALF_OPEN_OWED)
        return true; /* its SYN-ACK leaves with this batch anyway */
    if (half_open->flags & HALF_OPEN_ANSWERED && since_us < t->config.challenge_us) return false;
    half_open->flags |= HALF_OPEN_ANSWERED | HALF_OPEN_AMBIGUOUS;
    half_open->answered = clock;
    reply = reply_new(t, &half_open->tuple, flags, half_open_diffserv(t, half_open));
    if (reply) half_open_reply(t, half_open, reply);
    return reply != NULL;
}

void half_open_renew(struct tcp *t, uint32_t index, const struct segment *seg) {
    struct half_open *half_open = tcp_half_open(t, index);

    if (segment_has_option(seg, TCP_HAS_TIMESTAMPS))
        half_open->ts_recent = seg->options.ts_val;
    else
        half_open->flags &= (uint8_t)~HALF_OPEN_TIMESTAMPS;
    half_open->flags |= HALF_OPEN_AMBIGUOUS;
    if (half_open->flags & HALF_OPEN_OWED) return;
    list_remove(queue_of(t, half_open), index);
    half_open->retries = 0;
    half_open->flags |= HALF_OPEN_OWED;
    list_push(&t->half_opens_owed, index);
}

uint32_t half_open_rtt_us(const struct tcp *t, const struct half_open *half_open) {
    uint64_t sent_ns;

    if (half_open->retries || half_open->flags & (HALF_OPEN_AMBIGUOUS | HALF_OPEN_OWED)) return 0;
    sent_ns = tick_instant(half_open->deadline, t->now).ns - wait_us(t, 0) * NS_PER_US;
    return t->now.ns > sent_ns ? (uint32_t)((t->now.ns - sent_ns) / NS_PER_US) : 1;
}

/* For how many more retries the listener waits for text, the final ACK having come. */
static unsigned deferred_for(const struct tcp *t, const struct half_open *half_open) {
    unsigned retries = listener_at(t, half_open->listener)->defer_retries;

    if (!(half_open->flags & HALF_OPEN_ACKED) || retries <= half_open->retries) return 0;
    return retries - half_open->retries;
}

/*
 * The wait of @index, the first of its queue, is over.  While the peer is waited for to send text he gets no
 * SYN-ACK, but for the last one, whose answer opens in any case.
 */
static void expire(struct tcp *t, uint32_t index) {
    struct half_open *half_open = tcp_half_open(t, index);
    unsigned deferred = deferred_for(t, half_open);

    if (!deferred && half_open->retries >= t->config.syn_ack_retries) {
        tcp_trace(t, &half_open->tuple, TERCET_STATE_SYN_RECEIVED, TERCET_REASON_TIMED_OUT);
        half_open_drop(t, index);
        return;
    }
    list_remove(queue_of(t, half_open), index);
    half_open->retries++;
    if (deferred > 1) {
        half_open->deadline = tick_after_us(t->now, wait_us(t, half_open->retries));
        list_push(&t->half_open_queues[half_open->retries], index);
        return;
    }
    t->retransmitted++;
    half_open->flags |= HALF_OPEN_OWED;
    list_push(&t->half_opens_owed, index);
}

void half_open_tick(struct tcp *t) {
    for (unsigned i = 0; i <= HALF_OPEN_RETRIES_MAX; i++) {
        uint32_t index;

        while ((index = t->half_open_queues[i].head) != 0 &&
               tick_is_due(tcp_half_open(t, index)->deadline, t->tick))
            expire(t, index);
    }
}

struct instant half_open_deadline(const struct tcp *t) {
    struct instant next = INSTANT_NEVER;

    for (unsigned i = 0; i <= HALF_OPEN_RETRIES_MAX; i++) {
        uint32_t index = t->half_open_queues[i].head;

        if (index)
            next = instant_min(next, tick_instant(tcp_half_open(t, index)->deadline, t->now));
    }
    return next;
}
