/* SPDX-License-Identifier: BSD-2-Clause */
#include "witness.h"

#include <string.h>

#include "wire/ip.h"
#include "wire/tcp.h"

/* What he looks at: one segment, its sender and its receiver. */
struct sight {
    struct witness *witness;
    uint64_t now_ns;
    uint32_t link;
    const struct segment *seg;
    struct witness_side *self, *peer;
    bool *is_muddled;
};

void witness_init(struct witness *witness, uint32_t there, uint32_t back) {
    memset(witness->flow_of_port, 0, sizeof witness->flow_of_port);
    memset(witness->flows, 0, witness->n_flows * sizeof *witness->flows);
    witness->n_flows = 0;
    witness->segments = witness->bare_acks = witness->syns = 0;
    witness->fins = witness->resets = witness->repeated = 0;
    witness->fault = NULL;
    witness->is_noisy = false;
    witness->links[0] = there;
    witness->links[1] = back;
}

static void fault(const struct sight *sight, const char *what, uint64_t got, uint64_t limit) {
    struct witness *witness = sight->witness;

    if (witness->fault) return;
    witness->fault = what;
    witness->fault_link = sight->link;
    witness->fault_ns = sight->now_ns;
    witness->got = got;
    witness->limit = limit;
}

/* a - b as a distance that may be negative. */
static int32_t apart(uint32_t a, uint32_t b) {
    return (int32_t)(a - b);
}

static bool both_have_timestamps(const struct sight *sight) {
    return sight->self->has_timestamps && sight->peer->has_timestamps;
}

/* The window that the segment announces, in octets. */
static uint32_t window_of(const struct sight *sight) {
    bool is_scaled = sight->self->has_wscale && sight->peer->has_wscale;

    if (!is_scaled || segment_has(sight->seg, TCP_SYN)) return sight->seg->wnd;
    return (uint32_t)sight->seg->wnd << sight->self->wscale;
}

static void syn_see(const struct sight *sight) {
    const struct segment *seg = sight->seg;
    struct witness_side *self = sight->self;

    sight->witness->syns++;
    if (self->has_syn && self->iss == seg->seq.n) return;
    if (self->has_syn) *sight->is_muddled = true; /* old segments and new ones from here on */
    *self = (struct witness_side){
        .has_syn = true,
        .iss = seg->seq.n,
        .sent = seg->seq.n,
        .came = seg->seq.n,
        .may_send = seg->seq.n + 1,
        .mss = segment_has_option(seg, TCP_HAS_MSS) ? seg->options.mss : 0,
        .has_timestamps = segment_has_option(seg, TCP_HAS_TIMESTAMPS),
        .has_wscale = segment_has_option(seg, TCP_HAS_WSCALE),
        .wscale = seg->options.wscale,
        .timestamp = seg->options.ts_val,
    };
    if (self->mss == 0) fault(sight, "a SYN without MSS", 0, 536);
    if (self->has_wscale && self->wscale > 14)
        fault(sight, "a window scale above 14", self->wscale, 14);
}

static void flags_see(const struct sight *sight) {
    const struct segment *seg = sight->seg;

    if (seg->reserved) fault(sight, "reserved bits are set", seg->reserved, 0);
    if (!segment_has(seg, TCP_SYN | TCP_ACK)) fault(sight, "neither SYN nor ACK", seg->flags, 0);
    if (segment_has(seg, TCP_SYN) && segment_has(seg, TCP_FIN))
        fault(sight, "SYN and FIN", seg->flags, 0);
}

/* RFC 9293 section 3.7.1: the MSS counts options against the data. */
static void size_see(const struct sight *sight) {
    uint32_t n = sight->seg->length + sight->seg->header_length - TCP_HEADER_LENGTH;

    if (sight->seg->length > 0 && n > sight->peer->mss)
        fault(sight, "more data than the MSS allows", n, sight->peer->mss);
}

/* RFC 9293 section 3.8.6: no data beyond the window, but for a probe of one octet. */
static void window_see(const struct sight *sight) {
    const struct segment *seg = sight->seg;
    struct witness_side *self = sight->self;
    uint32_t end = seg->seq.n + segment_span(seg);
    int32_t beyond = apart(end, self->may_send);

    if (beyond > 1 || (beyond == 1 && segment_span(seg) > 1))
        fault(sight, "sent beyond the window", end - self->iss, self->may_send - self->iss);
    if (self->has_fin && apart(end, self->fin + 1) > 0)
        fault(sight, "sent behind the FIN", end - self->iss, self->fin + 1 - self->iss);
    if (apart(seg->seq.n, self->sent) > 0)
        fault(sight, "left out sequence numbers", seg->seq.n - self->iss, self->sent - self->iss);
    if (segment_has(seg, TCP_FIN)) {
        sight->witness->fins++;
        if (self->has_fin && self->fin != end - 1)
            fault(sight, "a FIN that has moved", end - 1 - self->iss, self->fin - self->iss);
        self->has_fin = true;
        self->fin = end - 1;
    }
    if (segment_span(seg) > 0 && apart(end, self->sent) <= 0) sight->witness->repeated++;
    if (apart(end, self->sent) > 0) self->sent = end;
}

static void ack_see(const struct sight *sight) {
    const struct segment *seg = sight->seg;
    struct witness_side *self = sight->self;
    uint32_t edge = seg->ack.n + window_of(sight);
    bool is_after_fin = sight->peer->has_fin && apart(seg->ack.n, sight->peer->fin) > 0;
    bool is_no_promise = is_after_fin || segment_has(seg, TCP_SYN);
    int32_t slack = self->has_wscale ? (1 << self->wscale) - 1 : 0;

    if (!sight->peer->has_syn) {
        fault(sight, "acknowledged without having got a SYN", seg->ack.n, 0);
        return;
    }
    if (apart(seg->ack.n, sight->peer->came) > 0)
        fault(sight, "acknowledged what has not come", seg->ack.n - sight->peer->iss,
              sight->peer->came - sight->peer->iss);
    if (self->has_acked && apart(seg->ack.n, self->acked) < 0)
        fault(sight, "an acknowledgement that goes back", seg->ack.n - sight->peer->iss,
              self->acked - sight->peer->iss);
    if (self->has_acked && !is_no_promise && apart(edge, self->edge) < -slack)
        fault(sight, "a window that shrinks", edge - sight->peer->iss,
              self->edge - sight->peer->iss);
    if (!self->has_acked || apart(edge, self->edge) > 0) self->edge = edge;
    if (!self->has_acked || apart(seg->ack.n, self->acked) > 0) self->acked = seg->ack.n;
    self->has_acked = true;
}

/* RFC 7323 section 3.2: once agreed, in every segment but a reset; the clock does not go back. */
static void timestamp_see(const struct sight *sight) {
    const struct tcp_options *options = &sight->seg->options;

    if (!both_have_timestamps(sight) && !segment_has(sight->seg, TCP_SYN)) return;
    if (!segment_has_option(sight->seg, TCP_HAS_TIMESTAMPS)) {
        if (both_have_timestamps(sight)) fault(sight, "without the timestamps agreed on", 0, 1);
        return;
    }
    if (apart(options->ts_val, sight->self->timestamp) < 0)
        fault(sight, "a timestamp that goes back", options->ts_val, sight->self->timestamp);
    sight->self->timestamp = options->ts_val;
}

static void segment_sent(const struct sight *sight) {
    const struct segment *seg = sight->seg;

    sight->witness->segments++;
    if (segment_has(seg, TCP_RST)) {
        sight->witness->resets++;
        return;
    }
    flags_see(sight);
    if (segment_has(seg, TCP_SYN)) syn_see(sight);
    if (*sight->is_muddled) return;
    size_see(sight);
    window_see(sight);
    if (segment_has(seg, TCP_ACK)) ack_see(sight);
    timestamp_see(sight);
    if (segment_span(seg) == 0) sight->witness->bare_acks++;
}

static void segment_arrived(const struct sight *sight) {
    const struct segment *seg = sight->seg;
    uint32_t end = seg->seq.n + segment_span(seg);
    uint32_t edge = seg->ack.n + window_of(sight);

    if (segment_has(seg, TCP_RST)) return;
    if (apart(end, sight->self->came) > 0) sight->self->came = end;
    if (!segment_has(seg, TCP_ACK) || !sight->peer->has_syn) return;
    if (apart(edge, sight->peer->may_send) > 0) sight->peer->may_send = edge;
}

static struct witness_flow *flow_of(struct witness *witness, uint16_t port) {
    if (!witness->flow_of_port[port]) {
        if (witness->n_flows >= WITNESS_FLOWS_MAX) return NULL;
        witness->flow_of_port[port] = (uint16_t)++witness->n_flows;
    }
    return &witness->flows[witness->flow_of_port[port] - 1];
}

/* Each frame that its host sends has one of these fates first. */
static bool is_sent(enum sim_fate fate) {
    return fate == SIM_ENTERED || fate == SIM_TOO_LONG || fate == SIM_QUEUE_FULL ||
           fate == SIM_NO_FRAME;
}

void witness_tap(void *user, uint64_t now_ns, uint32_t link, const struct tercet_frame *frame,
                 enum sim_fate fate) {
    struct witness *witness = user;
    bool is_back = link == witness->links[1];
    struct sight sight = {.witness = witness, .now_ns = now_ns, .link = link};
    const char *what = NULL;
    struct witness_flow *flow;
    struct ip_header ip;
    struct segment seg;

    if (!is_sent(fate) && fate != SIM_ARRIVED) return;
    if (ip_parse(frame->bytes, frame->length, &ip) != TERCET_TAKEN)
        what = "a malformed packet";
    else if (ip.protocol == IP_PROTOCOL_TCP && tcp_parse(&ip, false, &seg) != TERCET_TAKEN)
        what = "a malformed segment";
    if (what && fate == SIM_ARRIVED && witness->is_noisy) return;
    if (what) fault(&sight, what, frame->length, 0);
    if (witness->fault || ip.protocol != IP_PROTOCOL_TCP) return;
    flow = flow_of(witness, is_back ? seg.destination_port : seg.source_port);
    if (!flow || flow->is_muddled) return;
    sight.is_muddled = &flow->is_muddled;
    sight.seg = &seg;
    sight.self = &flow->side[is_back];
    sight.peer = &flow->side[!is_back];
    if (is_sent(fate))
        segment_sent(&sight);
    else
        segment_arrived(&sight);
}
