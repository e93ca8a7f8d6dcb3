/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/icmp_replies.h"

#include <string.h>

#define QUOTE_MAX_V4 548u  /* the message fits in 576 octets: RFC 1812 section 4.3.2.3 */
#define QUOTE_MAX_V6 1232u /* the message fits in 1280 octets: RFC 4443 section 2.4 (c) */

/* Keep a message with @length octets of @body.  Return: false when there is no room. */
static bool keep(struct icmp_replies *replies, struct buddy *buddy, struct icmp_reply reply,
                 const unsigned char *body, uint32_t length) {
    if (replies->count == ICMP_REPLIES_MAX) return false;
    while (BUDDY_MIN << reply.order < length)
        reply.order++;
    reply.block = buddy_take(buddy, reply.order);
    if (!reply.block) return false;
    reply.length = length;
    memcpy(buddy_at(buddy, reply.block), body, length);
    replies->ring[(replies->head + replies->count++) % ICMP_REPLIES_MAX] = reply;
    return true;
}

enum tercet_verdict icmp_reply_echo(struct icmp_replies *replies, struct buddy *buddy,
                                    const struct ip_header *ip, uint32_t local,
                                    const struct icmp_message *icmp) {
    struct icmp_reply reply = {.remote = ip->source, .local = local, .rest = icmp->rest};

    reply.type = ip->version == 4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY;
    return keep(replies, buddy, reply, icmp->body, icmp->length) ? TERCET_ICMP_ECHOED
                                                                 : TERCET_REPLIES_FULL;
}

enum tercet_verdict icmp_reply_unreachable(struct icmp_replies *replies, struct buddy *buddy,
                                           const struct ip_header *ip, const unsigned char *packet,
                                           uint32_t local) {
    bool v4 = ip->version == 4, is_udp = ip->protocol == IP_PROTOCOL_UDP;
    uint32_t length = ip->header_length + ip->length, most = v4 ? QUOTE_MAX_V4 : QUOTE_MAX_V6;
    struct icmp_reply reply = {.remote = ip->source, .local = local};

    reply.type = v4 ? ICMPV4_UNREACHABLE : is_udp ? ICMPV6_UNREACHABLE : ICMPV6_PARAMETER_PROBLEM;
    reply.code = v4       ? (is_udp ? ICMPV4_CODE_PORT : ICMPV4_CODE_PROTOCOL)
                 : is_udp ? ICMPV6_CODE_PORT
                          : ICMPV6_CODE_NEXT_HEADER;
    if (!v4 && ip->protocol == IP_PROTOCOL_NONE)
        return TERCET_IP_PROTOCOL; /* nobody is asked for */
    if (!v4 && !is_udp) reply.rest = ipv6_next_header_offset(packet, ip);
    length = length < most ? length : most;
    return keep(replies, buddy, reply, packet, length) ? TERCET_IP_PROTOCOL : TERCET_REPLIES_FULL;
}

bool icmp_reply_departs(const struct icmp_replies *replies, const struct buddy *buddy,
                        uint32_t *local, struct ip_header *ip, struct icmp_message *icmp) {
    const struct icmp_reply *reply = &replies->ring[replies->head];
    bool v4 = address_is_v4(&reply->remote);

    if (!replies->count) return false;
    *local = reply->local;
    *ip = (struct ip_header){.destination = reply->remote};
    ip->version = v4 ? 4 : 6;
    ip->protocol = v4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
    *icmp = (struct icmp_message){
        .version = ip->version, .type = reply->type, .code = reply->code, .rest = reply->rest};
    icmp->body = buddy_at(buddy, reply->block);
    icmp->length = reply->length;
    return true;
}

void icmp_reply_done(struct icmp_replies *replies, struct buddy *buddy) {
    const struct icmp_reply *reply = &replies->ring[replies->head];

    buddy_give(buddy, reply->block, reply->order);
    replies->head = (replies->head + 1) % ICMP_REPLIES_MAX;
    replies->count--;
}
