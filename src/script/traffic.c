/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/traffic.h"

#include <string.h>

#include "wire/ip.h"
#include "wire/tcp.h"

static bool is_between(const struct traffic_flow *flow, const struct tercet_endpoint *local,
                       const struct tercet_endpoint *remote) {
    return flow->is_used && flow->local.port == local->port && flow->remote.port == remote->port &&
           address_eq(&flow->local.address, &local->address) &&
           address_eq(&flow->remote.address, &remote->address);
}

struct traffic_flow *traffic_find(struct traffic *traffic, const struct tercet_endpoint *local,
                                  const struct tercet_endpoint *remote) {
    for (unsigned i = 0; i < TRAFFIC_FLOWS_MAX; i++)
        if (is_between(&traffic->flows[i], local, remote)) return &traffic->flows[i];
    return NULL;
}

/* Everything but the segments, whose places need no clearing. */
static void flow_begin(struct traffic_flow *flow, const struct tercet_endpoint *local,
                       const struct tercet_endpoint *remote) {
    memset(flow, 0, offsetof(struct traffic_flow, segments));
    flow->is_used = true;
    flow->local = *local;
    flow->remote = *remote;
}

static struct traffic_flow *flow_new(struct traffic *traffic, const struct tercet_endpoint *local,
                                     const struct tercet_endpoint *remote) {
    struct traffic_flow *oldest = &traffic->flows[0];

    for (unsigned i = 0; i < TRAFFIC_FLOWS_MAX; i++) {
        if (!traffic->flows[i].is_used) oldest = &traffic->flows[i];
        if (!oldest->is_used) break;
        if (traffic->flows[i].seen_ns < oldest->seen_ns) oldest = &traffic->flows[i];
    }
    flow_begin(oldest, local, remote);
    return oldest;
}

static struct traffic_segment *segment_at(struct traffic_flow *flow, uint32_t i) {
    return &flow->segments[(flow->head + i) % TRAFFIC_SEGMENTS_MAX];
}

/* New octets are on their way, or old ones again. */
static void segment_is_sent(struct traffic_flow *flow, const struct segment *seg) {
    struct seq end = seq_add(seg->seq, segment_span(seg));

    if (flow->has_sent && !seq_gt(end, flow->sent_end)) {
        flow->retransmissions++;
        flow->bytes_again += seg->length;
        for (uint32_t i = 0; i < flow->count; i++) {
            struct traffic_segment *sent = segment_at(flow, i);
            if (seq_gt(sent->end, seg->seq) && seq_le(sent->end, end)) sent->is_again = true;
        }
        return;
    }
    flow->has_sent = true;
    flow->sent_end = end;
    if (flow->count == TRAFFIC_SEGMENTS_MAX) return;
    *segment_at(flow, flow->count) = (struct traffic_segment){.end = end};
    flow->count++;
}

static void flow_sends(struct traffic_flow *flow, const struct segment *seg, uint64_t now_ns) {
    if (flow->is_passive && segment_has(seg, TCP_SYN)) { /* of no connection yet */
        flow->sent_end = flow->acked = seq_add(seg->seq, 1);
        flow->has_sent = true;
        return;
    }
    flow->segments_out++;
    flow->data_out += seg->length > 0;
    flow->bytes_sent += seg->length;
    if (segment_has(seg, TCP_ACK)) flow->ack_sent_ns = now_ns;
    if (seg->length) flow->data_sent_ns = now_ns;
    if (segment_has(seg, TCP_SYN) && !flow->has_sent) flow->acked = seg->seq;
    if (segment_span(seg)) segment_is_sent(flow, seg);
}

/* What @seg acknowledges, cumulatively and selectively. */
static void flow_is_acked(struct traffic_flow *flow, const struct segment *seg) {
    if (!segment_has(seg, TCP_ACK) || !flow->has_sent || seq_gt(seg->ack, flow->sent_end)) return;
    if (seq_gt(seg->ack, flow->acked)) {
        flow->bytes_acked += seq_distance(flow->acked, seg->ack);
        flow->acked = seg->ack;
    }
    while (flow->count && seq_le(segment_at(flow, 0)->end, flow->acked)) {
        flow->delivered += !segment_at(flow, 0)->is_sacked;
        flow->head = (flow->head + 1) % TRAFFIC_SEGMENTS_MAX;
        flow->count--;
    }
    if (!(seg->options.present & TCP_HAS_SACK)) return;
    for (uint32_t i = 0; i < flow->count; i++) {
        struct traffic_segment *sent = segment_at(flow, i);

        for (unsigned block = 0; block < seg->options.n_sack && !sent->is_sacked; block++) {
            struct seq left = {seg->options.sack[block].left},
                       right = {seg->options.sack[block].right};

            if (!seq_gt(sent->end, left) || seq_gt(sent->end, right)) continue;
            sent->is_sacked = true;
            flow->delivered++;
        }
    }
}

static void flow_receives(struct traffic_flow *flow, const struct segment *seg, uint64_t now_ns) {
    struct seq end = seq_add(seg->seq, segment_span(seg));

    flow->segments_in++;
    flow->data_in += seg->length > 0;
    if (segment_has(seg, TCP_ACK)) flow->ack_received_ns = now_ns;
    if (seg->length) flow->data_received_ns = now_ns;
    if (seg->length > flow->longest_in) flow->longest_in = seg->length;
    flow_is_acked(flow, seg);
    if (flow->has_received && seg->length && seq_gt(seg->seq, flow->received_end))
        flow->out_of_order++;
    if (!flow->has_received || segment_has(seg, TCP_SYN)) flow->received_end = end;
    flow->has_received = true;
    if (seq_gt(end, flow->received_end) && seq_le(seg->seq, flow->received_end))
        flow->received_end = end;
}

static bool is_syn(const struct segment *seg) {
    return segment_has(seg, TCP_SYN) && !segment_has(seg, TCP_ACK);
}

/* Our SYN has not been answered. */
static bool flow_is_opening(const struct traffic_flow *flow) {
    return flow->has_sent && !flow->is_passive && !flow->has_received;
}

/* A SYN begins a connection only if it is granted: else what was counted goes on. */
static void flow_hears(struct traffic_flow *flow, const struct segment *seg, uint64_t now_ns) {
    if (!is_syn(seg) || flow_is_opening(flow)) {
        flow_receives(flow, seg, now_ns);
        return;
    }
    flow->is_asked = true;
    flow->asked_end = seq_add(seg->seq, segment_span(seg));
}

static void flow_is_granted(struct traffic_flow *flow, const struct tercet_endpoint *local,
                            const struct tercet_endpoint *remote) {
    struct seq end = flow->asked_end;

    flow_begin(flow, local, remote);
    flow->is_passive = flow->has_received = true;
    flow->delivered = 1;
    flow->received_end = end;
}

static void flow_says(struct traffic_flow *flow, const struct tercet_endpoint *local,
                      const struct tercet_endpoint *remote, const struct segment *seg,
                      uint64_t now_ns) {
    bool is_again = flow->count && seq_eq(segment_at(flow, 0)->end, seq_add(seg->seq, 1));

    if (is_syn(seg) && !is_again) flow_begin(flow, local, remote);
    if (segment_has(seg, TCP_SYN) && segment_has(seg, TCP_ACK) && flow->is_asked)
        flow_is_granted(flow, local, remote);
    flow_sends(flow, seg, now_ns);
}

void traffic_sees(struct traffic *traffic, const unsigned char *packet, uint32_t n, bool is_inbound,
                  uint64_t now_ns) {
    struct tercet_endpoint local, remote;
    struct traffic_flow *flow;
    struct segment seg;
    struct ip_header ip;

    if (ip_parse(packet, n, &ip) != TERCET_TAKEN || ip.protocol != IP_PROTOCOL_TCP) return;
    if (ip_is_fragment(&ip) || tcp_parse(&ip, !is_inbound, &seg) != TERCET_TAKEN) return;
    local = (struct tercet_endpoint){ip.source, seg.source_port};
    remote = (struct tercet_endpoint){ip.destination, seg.destination_port};
    if (is_inbound) {
        struct tercet_endpoint swap = local;
        local = remote;
        remote = swap;
    }
    flow = traffic_find(traffic, &local, &remote);
    if (!flow && is_syn(&seg)) flow = flow_new(traffic, &local, &remote);
    if (!flow) return;
    if (is_inbound)
        flow_hears(flow, &seg, now_ns);
    else
        flow_says(flow, &local, &remote, &seg, now_ns);
    flow->seen_ns = now_ns;
}

void traffic_limits(struct traffic_flow *flow, bool is_busy, bool is_window_limited,
                    bool is_buffer_limited, uint64_t now_ns) {
    uint64_t past_ns = now_ns - (flow->since_ns ? flow->since_ns : now_ns);

    if (flow->is_busy) flow->busy_ns += past_ns;
    if (flow->is_window_limited) flow->window_limited_ns += past_ns;
    if (flow->is_buffer_limited) flow->buffer_limited_ns += past_ns;
    flow->is_busy = is_busy;
    flow->is_window_limited = is_busy && is_window_limited;
    flow->is_buffer_limited = is_busy && is_buffer_limited;
    flow->since_ns = now_ns;
}
