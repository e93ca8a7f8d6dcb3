/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/packet_view.h"

#include <stddef.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "wire/icmp.h"
#include "wire/ip.h"
#include "wire/tcp.h"

enum {
    TCP_RESERVED_SHIFT = 9, /* from the flags upwards: three bits that nobody has taken yet */
};

static bool sum_is_right(const struct ip_header *ip) {
    uint64_t sum = ip_pseudo_sum(&ip->source, &ip->destination, ip->protocol, ip->length);

    return checksum_is_right(checksum_add(sum, ip->payload, ip->length));
}

static const char *tcp_view(const struct ip_header *ip, struct packet_view *view) {
    const unsigned char *at = ip->payload;
    uint32_t header, bits;

    if (ip->length < TCP_HEADER_LENGTH) return "a TCP header cut short";
    bits = be16_get(at + 12);
    header = (bits >> 12) * 4;
    if (header < TCP_HEADER_LENGTH || header > ip->length) return "a wrong TCP data offset";
    view->source_port = be16_get(at);
    view->destination_port = be16_get(at + 2);
    view->seq = be32_get(at + 4);
    view->ack = be32_get(at + 8);
    view->flags = bits & 0x1ff;
    view->window = be16_get(at + 14);
    view->urgent = be16_get(at + 18);
    view->n_options = (uint8_t)(header - TCP_HEADER_LENGTH);
    memcpy(view->options, at + TCP_HEADER_LENGTH, view->n_options);
    view->payload = ip->length - header;
    if (!sum_is_right(ip)) return "a wrong TCP checksum";
    if (bits >> TCP_RESERVED_SHIFT & 7) return "a reserved bit set in the TCP header";
    return NULL;
}

static const char *udp_view(const struct ip_header *ip, struct packet_view *view) {
    const unsigned char *at = ip->payload;

    if (ip->length < UDP_HEADER_LENGTH) return "a UDP header cut short";
    view->source_port = be16_get(at);
    view->destination_port = be16_get(at + 2);
    view->payload = ip->length - UDP_HEADER_LENGTH;
    if (be16_get(at + 4) != ip->length) return "a wrong UDP length";
    if (be16_get(at + 6) && !sum_is_right(ip)) return "a wrong UDP checksum";
    return NULL;
}

static const char *icmp_view(const struct ip_header *ip, struct packet_view *view) {
    struct icmp_message message;
    struct icmp_quote quote;

    if (icmp_parse(ip, &message) != TERCET_TAKEN) return "a damaged ICMP message";
    view->icmp_type = message.type;
    view->icmp_code = message.code;
    view->icmp_rest = message.rest;
    view->payload = message.length;
    if (icmp_quote_parse(&message, &quote) != TERCET_TAKEN) return NULL;
    view->source_port = quote.destination_port;
    view->destination_port = quote.source_port;
    view->seq = quote.seq;
    return NULL;
}

static const char *payload_view(const struct ip_header *ip, struct packet_view *view) {
    switch (ip->protocol) {
    case IP_PROTOCOL_TCP: return tcp_view(ip, view);
    case IP_PROTOCOL_UDP: return udp_view(ip, view);
    case IP_PROTOCOL_ICMP:
    case IP_PROTOCOL_ICMPV6: return icmp_view(ip, view);
    default: return NULL;
    }
}

void packet_view(const unsigned char *packet, uint32_t n, uint64_t when_ns,
                 struct packet_view *view) {
    struct ip_header ip;

    *view = (struct packet_view){.when_ns = when_ns};
    if (ip_parse(packet, n, &ip) != TERCET_TAKEN) {
        view->damage = "a damaged IP header";
        return;
    }
    view->source = ip.source;
    view->destination = ip.destination;
    view->version = ip.version;
    view->protocol = ip.protocol;
    view->traffic_class = ip.traffic_class;
    view->hop_limit = ip.hop_limit;
    view->flow_label = ip.flow_label;
    view->damage = payload_view(&ip, view);
}

const unsigned char *option_view(const unsigned char *at, const unsigned char *end,
                                 struct option_view *option) {
    if (at >= end) return NULL;
    *option = (struct option_view){.at = at, .kind = at[0], .length = 1};
    if (option->kind == TCP_OPTION_EOL || option->kind == TCP_OPTION_NOP) return at + 1;
    option->is_broken = end - at < 2 || at[1] < 2 || at[1] > end - at;
    option->length = option->is_broken ? (uint8_t)(end - at) : at[1];
    return at + option->length;
}
