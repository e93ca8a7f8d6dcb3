/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is owed goes out: replies without state, half-opens, connections (tcp's order), then ICMP.
 */
#include "base/rare.h"
#include "stack/stack.h"
#include "base/checksum.h"
#include "base/must.h"
#include "wire/icmp.h"
#include "wire/tcp.h"

/* Copy the payload behind the header and sum it: one pass. */
static uint64_t put_payload(const struct tercet_stack *stack, const struct departure *d,
                            unsigned char *at, uint64_t sum) {
    struct span spans[2];

    if (!d->seg.length) return sum;
    ring_spans(d->ring, &stack->tcp.buddy, d->at, d->seg.length, spans);
    if (spans[0].length % 2 == 0)
        return checksum_copy(checksum_copy(sum, at, spans[0].base, spans[0].length),
                             at + spans[0].length, spans[1].base, spans[1].length);
    ring_get(d->ring, &stack->tcp.buddy, d->at, at, d->seg.length);
    return checksum_add(sum, at, d->seg.length);
}

/*
 * The TCP header first: its length is the IP header's to tell, and the checksum's (MUST-2).  To IP it gives the
 * connection's local address (MUST-45), Diffserv codepoint (SHLD-22), and the hop limit (MUST-49).
 */
static uint32_t build_segment(const struct tercet_stack *stack, const struct departure *d,
                              const struct tercet_frame *frame) {
    bool v4 = tuple_is_v4(&d->tuple);
    uint32_t offset = v4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH, header;
    struct ip_header ip = {
        .source = stack->addresses.table[d->tuple.local].address,
        .destination = d->tuple.remote,
        .protocol = IP_PROTOCOL_TCP,
        .hop_limit = stack->tcp.config.hop_limit,
        .traffic_class = d->traffic_class,
        .dont_fragment = true,
        .version = v4 ? 4 : 6,
    };
    unsigned char *at = frame->bytes + offset;
    uint64_t sum = 0;

    must(frame->capacity >= offset + TCP_HEADER_MAX);
    header = tcp_build_summed(at, &d->seg, &sum);
    ip.length = header + d->seg.length;
    must(frame->capacity >= offset + ip.length);
    ip_build(frame->bytes, &ip);
    sum = checksum_plus(sum, ip_pseudo_sum(&ip.source, &ip.destination, IP_PROTOCOL_TCP, ip.length));
    sum = put_payload(stack, d, at + header, sum);
    tcp_checksum_put(at, sum);
    return offset + ip.length;
}

/* The oldest ICMP message.  Return: octets, 0 when it does not fit in the frame and is lost. */
static RARE uint32_t build_icmp(struct tercet_stack *stack, struct ip_header *ip,
                                const struct icmp_message *icmp, uint32_t local,
                                const struct tercet_frame *frame) {
    uint32_t length = 0;

    ip->source = stack->addresses.table[local].address;
    ip->hop_limit = stack->tcp.config.hop_limit;
    ip->length = ICMP_HEADER_LENGTH + icmp->length;
    if (frame->capacity >=
        (ip->version == 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH) + ip->length) {
        length = ip_build(frame->bytes, ip);
        length += icmp_build(frame->bytes + length, ip, icmp);
    }
    icmp_reply_done(&stack->icmp_replies, &stack->tcp.buddy);
    return length;
}

/* The next packet that is owed, built into @frame; @departure tells its destination.  Return: false when nothing is. */
static bool build_next(struct tercet_stack *stack, struct tercet_frame *frame,
                       struct departure *departure) {
    struct icmp_message icmp;
    struct ip_header ip;
    uint32_t local;

    if (tcp_departs(&stack->tcp, departure)) {
        frame->length = build_segment(stack, departure, frame);
        return true;
    }
    if (!icmp_reply_departs(&stack->icmp_replies, &stack->tcp.buddy, &local, &ip, &icmp))
        return false;
    departure->tuple.remote = ip.destination;
    frame->length = build_icmp(stack, &ip, &icmp, local, frame);
    return true;
}

unsigned tercet_stack_depart(struct tercet_stack *stack, struct tercet_frame *frames, unsigned n,
                             uint64_t now_ns) {
    struct departure departure; /* of which the destination tells the way */
    const struct tercet_address *destination = &departure.tuple.remote;
    const struct route *route;
    unsigned built = 0;

    tcp_set_now(&stack->tcp, instant_of(now_ns));
    while (built < n && build_next(stack, &frames[built], &departure)) {
        struct tercet_frame *frame = &frames[built];

        if (!frame->length) continue;
        if (addresses_find(&stack->addresses, destination) != ADDRESS_NONE) {
            loop_link_send(&stack->loop, &stack->tcp.buddy, frame->bytes, frame->length);
            continue;
        }
        route = routes_find(&stack->routes, destination);
        if (!route) continue; /* nowhere to go: lost, as on any network */
        frame->door = route->door;
        frame->checksum = TERCET_CHECKSUM_UNKNOWN;
        frame->gso_bytes = 0;
        built++;
    }
    stack->frames_out += built;
    return built;
}
