/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/reply.h"

#include <string.h>

#include "tcp/tcp.h"

struct reply *reply_new(struct tcp *t, const struct tuple *tuple, uint8_t flags, uint8_t diffserv) {
    struct replies *replies = &t->replies;
    struct reply *reply;
    uint32_t at;

    if (replies->count == replies->limit) {
        t->verdicts[TERCET_REPLIES_FULL]++;
        return NULL;
    }
    at = replies->head + replies->count++;
    reply = &replies->ring[at < replies->limit ? at : at - replies->limit];
    *reply = (struct reply){.tuple = *tuple, .flags = flags, .diffserv = diffserv};
    return reply;
}

void reply_build(const struct reply *reply, struct departure *out) {
    departure_start(out, &reply->tuple, reply->diffserv, reply->flags, reply->seq);
    out->seg.ack = reply->ack;
    out->seg.wnd = reply->wnd;
    out->seg.options.present = reply->options;
    out->seg.option_order = reply->option_order;
    out->seg.options.mss = reply->mss_bytes;
    out->seg.options.wscale = reply->wscale;
    out->seg.options.ts_val = reply->ts_val;
    out->seg.options.ts_ecr = reply->ts_ecr;
}

bool reply_departs(struct tcp *t, struct departure *out) {
    struct replies *replies = &t->replies;

    if (!replies->count) return false;
    reply_build(&replies->ring[replies->head], out);
    if (++replies->head == replies->limit) replies->head = 0;
    replies->count--;
    return true;
}

bool reply_reset(struct tcp *t, const struct tuple *tuple, const struct segment *seg,
                 uint8_t diffserv) {
    struct reply *reset = reply_new(t, tuple, TCP_RST, diffserv);

    if (!reset) return false;
    if (segment_has(seg, TCP_ACK)) {
        reset->seq = seg->ack;
    } else {
        reset->flags |= TCP_ACK;
        reset->ack = seq_add(seg->seq, segment_span(seg));
    }
    return true;
}

bool reset_is_allowed(struct tcp *t, const struct tercet_address *source) {
    uint32_t second = tcp_now_s(t) + 1; /* never 0: a fresh bucket counts no second */
    struct reset_bucket *bucket;
    uint64_t words[2];

    memcpy(words, source->octets, 16);
    bucket = &t->resets.bucket[siphash_words(&t->keys.key[KEY_RESETS], words, 2, 0, 0) % RESET_BUCKETS];
    if (bucket->second != second) *bucket = (struct reset_bucket){.second = second};
    if (bucket->used == RESETS_A_SECOND) return false;
    bucket->used++;
    return true;
}
