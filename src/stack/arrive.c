/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A batch of frames comes in.
 *
 * Each chunk of it is parsed first, then hashed, and the index lines are asked for, so that by the time the
 * segments are handed to tcp, one by one in their order, the look-ups no longer wait for memory.
 */
#include "base/rare.h"
#include "stack/stack.h"
#include "tcp/icmp_error.h"
#include "wire/icmp.h"
#include "wire/tcp.h"

#define CHUNK 16 /* frames parsed ahead */

struct arrival {
    struct tercet_frame *frame;
    const unsigned char *bytes; /* of the packet: the frame's, or those of the whole */
    struct ip_header ip;
    struct segment seg;
    uint32_t tag;
    struct whole_packet whole; /* made of fragments; block 0: it came in one piece */
    struct tuple tuple;
    bool is_tcp;
};

/*
 * RFC 1122 section 3.2.1.3: addresses that no packet may come from.  Nearly all are passed by their first
 * octet.
 */
static bool source_is_suspect(const struct ip_header *ip) {
    uint8_t v4 = ip->source.octets[12], v6 = ip->source.octets[0];

    return ip->version == 4 ? v4 == 0 || v4 == 127 || v4 >= 224 : v6 == 0 || v6 == 0xff;
}

/* "This host on this network", RFC 1122 section 3.2.1.3 (a) and (b); nobody can answer to it. */
static RARE bool is_this_network(const struct tercet_address *source) {
    if (address_is_v4(source)) return source->octets[12] == 0;
    return address_is_unspecified(source);
}

/* RFC 9293 section 3.9.2.3 (MUST-63). */
static enum tercet_verdict check_source(const struct tercet_stack *stack,
                                        const struct ip_header *ip) {
    if (addresses_is_broadcast(&stack->addresses, &ip->source)) return TERCET_IP_SOURCE;
    if (!source_is_suspect(ip)) return TERCET_TAKEN;
    if (is_this_network(&ip->source) || address_is_multicast(&ip->source)) return TERCET_IP_SOURCE;
    return address_is_loopback(&ip->source) ? TERCET_IP_SOURCE : TERCET_TAKEN;
}

/* RFC 9293 section 3.9.2.3 (MUST-57). */
static enum tercet_verdict check_destination(struct tercet_stack *stack, const struct ip_header *ip,
                                             uint32_t *local) {
    *local = addresses_find_local(&stack->addresses, &ip->destination);
    if (*local != ADDRESS_NONE) return TERCET_TAKEN;
    if (address_is_multicast(&ip->destination) ||
        addresses_is_broadcast(&stack->addresses, &ip->destination))
        return TERCET_IP_MULTICAST;
    return TERCET_IP_NOT_OURS;
}

/*
 * Hard are those that say that nobody there wants this: RFC 9293 section 3.9.2.2 (SHLD-26).  An
 * administrator's "no" (ICMPv6 codes 1, 5 and 6, ICMPv4 9, 10 and 13) stays soft.
 */
static bool icmp_is_hard(const struct icmp_message *icmp) {
    if (icmp->kind != ICMP_UNREACHABLE) return false;
    if (icmp->version == 6) return icmp->code == ICMPV6_CODE_PORT;
    return icmp->code == ICMPV4_CODE_PROTOCOL || icmp->code == ICMPV4_CODE_PORT;
}

/* "Administratively prohibited", of a network, a host, or this communication. */
static bool icmp_is_prohibition(const struct icmp_message *icmp) {
    if (icmp->kind != ICMP_UNREACHABLE) return false;
    if (icmp->version == 6) return icmp->code == 1;
    return icmp->code == 9 || icmp->code == 10 || icmp->code == 13;
}

/* RFC 9293 section 3.9.2.2: what an error is to a connection that goes on (SHLD-25). */
static enum tercet_soft_error icmp_soft_error(const struct icmp_message *icmp) {
    if (icmp->kind == ICMP_TIME_EXCEEDED) return TERCET_SOFT_TIME_EXCEEDED;
    if (icmp->kind == ICMP_PARAMETER_PROBLEM) return TERCET_SOFT_PARAMETER_PROBLEM;
    return TERCET_SOFT_UNREACHABLE;
}

/* An error speaks of a packet of ours, which it quotes: it is for that packet's connection (MUST-54). */
static enum tercet_verdict icmp_error(struct tercet_stack *stack, const struct icmp_message *icmp) {
    struct icmp_error error = {
        .kind = ICMP_ERROR_SOFT, .soft = icmp_soft_error(icmp), .mtu = icmp->mtu};
    struct icmp_quote quote;
    struct tuple tuple;
    enum tercet_verdict verdict = icmp_quote_parse(icmp, &quote);
    uint32_t local;

    if (verdict != TERCET_TAKEN) return verdict;
    local = addresses_find(&stack->addresses, &quote.ip.source);
    if (quote.ip.protocol != IP_PROTOCOL_TCP || local == ADDRESS_NONE) return TERCET_ICMP_STRAY;
    tuple.remote = quote.ip.destination;
    tuple.local = (uint16_t)local;
    tuple.local_port = quote.source_port;
    tuple.remote_port = quote.destination_port;
    error.seq = seq_of(quote.seq);
    if (icmp->kind == ICMP_TOO_BIG) error.kind = ICMP_ERROR_TOO_BIG;
    if (icmp_is_hard(icmp) ||
        (stack->tcp.config.habits.prohibition_is_hard && icmp_is_prohibition(icmp)))
        error.kind = ICMP_ERROR_HARD;
    return icmp_error_arrives(&stack->tcp, &tuple, &error);
}

/*
 * Only a request in fragments can be larger than a packet of ours.  IPv4 then has the data cut
 * (RFC 1122 section 3.2.2.6), IPv6 forbids it (RFC 4443 section 4.2).
 * Return: whether one may be sent.
 */
static bool echo_fit(const struct tercet_stack *stack, const struct ip_header *ip,
                     struct icmp_message *icmp) {
    uint32_t mtu = stack->tcp.below.mtu(stack->tcp.below.context, &ip->source);
    uint32_t header = ICMP_HEADER_LENGTH;

    header += ip->version == 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
    if (header + icmp->length <= mtu) return true;
    if (mtu < header || ip->version != 4) return false;
    icmp->length = mtu - header;
    return true;
}

static RARE enum tercet_verdict icmp_arrives(struct tercet_stack *stack, const struct ip_header *ip,
                                             uint32_t local) {
    struct icmp_message icmp;
    enum tercet_verdict verdict = icmp_parse(ip, &icmp);

    if (verdict != TERCET_TAKEN) return verdict;
    switch (icmp.kind) {
    case ICMP_ECHO_REQUEST:
        if (!echo_fit(stack, ip, &icmp)) return TERCET_ICMP_IGNORED;
        return icmp_reply_echo(&stack->icmp_replies, &stack->tcp.buddy, ip, local, &icmp);
    case ICMP_UNREACHABLE:
    case ICMP_TOO_BIG:
    case ICMP_TIME_EXCEEDED:
    case ICMP_PARAMETER_PROBLEM: return icmp_error(stack, &icmp);
    case ICMP_ECHO_REPLY:
    case ICMP_SOURCE_QUENCH: /* RFC 6633, MUST-55 */
    case ICMP_OTHER: break;
    }
    return TERCET_ICMP_IGNORED;
}

/* Nobody here speaks it: told, as often as a source may have resets. */
static RARE enum tercet_verdict protocol_arrives(struct tercet_stack *stack,
                                                 const struct arrival *a, uint32_t local) {
    if (!reset_is_allowed(&stack->tcp, &a->ip.source)) return TERCET_IP_PROTOCOL;
    return icmp_reply_unreachable(&stack->icmp_replies, &stack->tcp.buddy, &a->ip, a->bytes, local);
}

/* Parse a TCP segment and find out whose it is. */
static enum tercet_verdict tcp_wall(struct arrival *a, uint32_t local) {
    bool is_valid = a->frame->checksum != TERCET_CHECKSUM_UNKNOWN && !a->whole.block;
    enum tercet_verdict verdict = tcp_parse(&a->ip, is_valid, &a->seg);

    if (verdict != TERCET_TAKEN) return verdict;
    a->seg.ecn = a->ip.traffic_class & 3;
    a->tuple.remote = a->ip.source;
    a->tuple.local = (uint16_t)local;
    a->tuple.local_port = a->seg.destination_port;
    a->tuple.remote_port = a->seg.source_port;
    a->is_tcp = true;
    return TERCET_TAKEN;
}

/* Our own address comes by the loop link only. */
static enum tercet_verdict check_martian(const struct tercet_stack *stack, const struct arrival *a,
                                         bool looped) {
    if (looped || addresses_find(&stack->addresses, &a->ip.source) == ADDRESS_NONE)
        return TERCET_TAKEN;
    if (a->is_tcp && address_eq(&a->ip.source, &a->ip.destination) &&
        a->seg.source_port == a->seg.destination_port)
        return TERCET_TCP_LAND;
    return TERCET_IP_SOURCE;
}

static bool is_icmp(const struct ip_header *ip) {
    return ip->protocol == (ip->version == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6);
}

/* Keep a fragment.  Return: TERCET_TAKEN when its packet is whole, which @a is from then on. */
static RARE enum tercet_verdict fragment_arrives(struct tercet_stack *stack, struct arrival *a,
                                                 uint32_t local) {
    enum tercet_verdict verdict;

    if (a->ip.version == 4 && a->ip.protocol != IP_PROTOCOL_TCP && !is_icmp(&a->ip))
        return TERCET_IP_PROTOCOL;
    verdict = fragments_arrive(&stack->fragments, &a->ip, local, stack->tcp.now, &a->whole);
    if (verdict != TERCET_TAKEN) return verdict;
    a->bytes = buddy_at(&stack->tcp.buddy, a->whole.block);
    verdict = ip_parse(a->bytes, a->whole.length, &a->ip);
    return verdict == TERCET_TAKEN && ip_is_fragment(&a->ip) ? TERCET_IP_FRAGMENT : verdict;
}

/*
 * Everything that needs no connection: walls, ICMP.  Return: TERCET_TAKEN for a segment that tcp shall see.
 */
static enum tercet_verdict parse(struct tercet_stack *stack, struct arrival *a, bool looped) {
    enum tercet_verdict verdict = ip_parse(a->frame->bytes, a->frame->length, &a->ip);
    uint32_t local = ADDRESS_NONE;

    a->is_tcp = false;
    a->bytes = a->frame->bytes;
    a->whole.block = 0;
    if (verdict == TERCET_TAKEN) verdict = check_source(stack, &a->ip);
    if (verdict == TERCET_TAKEN) verdict = check_destination(stack, &a->ip, &local);
    if (verdict == TERCET_TAKEN && ip_is_fragment(&a->ip))
        verdict = fragment_arrives(stack, a, local);
    if (verdict != TERCET_TAKEN) return verdict;
    if (a->ip.protocol == IP_PROTOCOL_TCP) verdict = tcp_wall(a, local);
    if (verdict == TERCET_TAKEN) verdict = check_martian(stack, a, looped);
    if (verdict != TERCET_TAKEN || a->is_tcp) return verdict;
    if (!is_icmp(&a->ip)) return protocol_arrives(stack, a, local);
    return icmp_arrives(stack, &a->ip, local);
}

/* None of these waits for another: in a loop of their own the processor works on several at once. */
static void find_homes(const struct tcp *t, struct arrival *arrivals, unsigned n) {
    for (struct arrival *a = arrivals; a < arrivals + n; a++) {
        if (!a->is_tcp) continue;
        a->tag = tcp_tag(t, &a->tuple);
        flow_prefetch(&t->flows, a->tag);
    }
}

static void arrive_chunk(struct tercet_stack *stack, struct tercet_frame *frames, unsigned n,
                         bool looped) {
    struct arrival arrivals[CHUNK];

    for (unsigned i = 0; i < n; i++) {
        arrivals[i].frame = &frames[i];
        frames[i].verdict = (uint16_t)parse(stack, &arrivals[i], looped);
    }
    find_homes(&stack->tcp, arrivals, n);
    for (unsigned i = 0; i < n; i++) {
        struct arrival *a = &arrivals[i];
        enum tercet_verdict verdict = (enum tercet_verdict)frames[i].verdict;

        if (a->is_tcp && verdict == TERCET_TAKEN)
            verdict = tcp_arrives(&stack->tcp, &a->tuple, a->tag, &a->seg);
        if (a->whole.block) buddy_give(&stack->tcp.buddy, a->whole.block, a->whole.order);
        frames[i].verdict = (uint16_t)verdict;
        stack->tcp.verdicts[verdict]++;
    }
    stack->frames_in += n;
}

void stack_arrive_looped(struct tercet_stack *stack) {
    struct loop_packet packet;

    for (uint32_t n = stack->loop.count; n && loop_link_receive(&stack->loop, &packet); n--) {
        struct tercet_frame frame = {.bytes = buddy_at(&stack->tcp.buddy, packet.block),
                                     .length = packet.length};

        arrive_chunk(stack, &frame, 1, true);
        buddy_give(&stack->tcp.buddy, packet.block, packet.order);
    }
}

/* No answer is built here: what is owed departs when all of the batch has been taken (MUST-58, MUST-59). */
void tercet_stack_arrive(struct tercet_stack *stack, struct tercet_frame *frames, unsigned n,
                         uint64_t now_ns) {
    tcp_set_now(&stack->tcp, instant_of(now_ns));
    stack_arrive_looped(stack);
    for (unsigned done = 0; done < n; done += CHUNK)
        arrive_chunk(stack, frames + done, n - done < CHUNK ? n - done : CHUNK, false);
}
