/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parsers of wire. The first octet says whether checksums are made right; the rest is a packet.
 * What is taken lies inside the packet, and built again and parsed again it is the same.
 */
#include "packet.h"

#define OPTIONS_BUILT                                                                              \
    (TCP_HAS_MSS | TCP_HAS_WSCALE | TCP_HAS_SACK_PERMITTED | TCP_HAS_SACK | TCP_HAS_TIMESTAMPS |   \
     TCP_HAS_FAST_OPEN)

static unsigned char built[65536 + 64];

static bool is_inside(const unsigned char *part, uint32_t n, const unsigned char *packet,
                      uint32_t length) {
    return part >= packet && n <= length && part + n <= packet + length;
}

static void try_ip_again(struct ip_header ip) {
    struct ip_header again;
    uint32_t n;

    if (ip.version == 6 && ip_is_fragment(&ip)) return; /* built by nobody */
    if (ip.version == 6) ip.fragment_id = 0;            /* of an atomic fragment */
    n = ip_build(built, &ip);
    memcpy(built + n, ip.payload, ip.length);
    must(ip_parse(built, n + ip.length, &again) == TERCET_TAKEN);
    must(again.payload == built + n && again.header_length == n);
    again.payload = ip.payload;
    again.header_length = ip.header_length;
    must(address_eq(&ip.source, &again.source) && address_eq(&ip.destination, &again.destination));
    must(ip.length == again.length && ip.protocol == again.protocol);
    must(ip.fragment_id == again.fragment_id && ip.fragment_offset == again.fragment_offset);
    must(ip.more_fragments == again.more_fragments && ip.dont_fragment == again.dont_fragment);
    must(ip.hop_limit == again.hop_limit && ip.traffic_class == again.traffic_class);
    must(ip.version == again.version && ip.flow_label == again.flow_label);
}

/* @b was built from @a: blocks for which there was no room are not in it. */
static void same_options(const struct tcp_options *a, const struct tcp_options *b) {
    unsigned both = a->present & b->present;

    must(!((a->present ^ b->present) & ~(unsigned)TCP_HAS_SACK) && !(b->present & ~a->present));
    must(!(both & TCP_HAS_MSS) || a->mss == b->mss);
    must(!(both & TCP_HAS_WSCALE) || a->wscale == b->wscale);
    must(!(both & TCP_HAS_TIMESTAMPS) || (a->ts_val == b->ts_val && a->ts_ecr == b->ts_ecr));
    if (both & TCP_HAS_SACK) {
        must(b->n_sack >= 1 && b->n_sack <= a->n_sack && a->n_sack <= TCP_SACK_MAX);
        must(memcmp(a->sack, b->sack, b->n_sack * sizeof a->sack[0]) == 0);
    }
    if (both & TCP_HAS_FAST_OPEN) {
        must(a->fo_length <= TCP_FO_COOKIE_MAX && a->fo_length == b->fo_length);
        must(memcmp(a->fo_cookie, b->fo_cookie, a->fo_length) == 0);
    }
}

static void try_tcp(const struct ip_header *ip, const unsigned char *packet, uint32_t n,
                    bool is_valid) {
    struct ip_header outer = *ip;
    struct segment seg, again;

    if (tcp_parse(ip, is_valid, &seg) != TERCET_TAKEN) return;
    must(is_inside(seg.payload, seg.length, packet, n));
    must(seg.header_length + seg.length == ip->length && seg.header_length <= TCP_HEADER_MAX);
    seg.options.present &= OPTIONS_BUILT;
    outer.payload = built;
    outer.length = tcp_header_length(&seg);
    must(outer.length <= TCP_HEADER_MAX && tcp_build(built, &seg) == outer.length);
    outer.protocol = IP_PROTOCOL_TCP;
    tcp_checksum_put(built, checksum_add_plain(transport_sum(&outer), built, outer.length));
    must(tcp_parse(&outer, false, &again) == TERCET_TAKEN && again.length == 0);
    must(seg.seq.n == again.seq.n && seg.ack.n == again.ack.n && seg.flags == again.flags);
    must(seg.source_port == again.source_port && seg.destination_port == again.destination_port);
    must(seg.wnd == again.wnd && seg.urgent == again.urgent && again.reserved == 0);
    same_options(&seg.options, &again.options);
}

static void try_icmp(const struct ip_header *ip, const unsigned char *packet, uint32_t n) {
    struct ip_header outer = *ip;
    struct icmp_message icmp, again;
    struct icmp_quote quote;

    if (icmp_parse(ip, &icmp) != TERCET_TAKEN) return;
    must(is_inside(icmp.body, icmp.length, packet, n));
    if (icmp_quote_parse(&icmp, &quote) == TERCET_TAKEN) {
        must(is_inside(quote.ip.payload, 8, icmp.body, icmp.length));
        must(quote.ip.version == ip->version);
    }
    must(icmp_build(built, &outer, &icmp) == ip->length);
    outer.payload = built;
    must(icmp_parse(&outer, &again) == TERCET_TAKEN);
    must(icmp.kind == again.kind && icmp.type == again.type && icmp.code == again.code);
    must(icmp.rest == again.rest && icmp.mtu == again.mtu && icmp.length == again.length);
    must(memcmp(icmp.body, again.body, icmp.length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size) {
    bool mends = size > 0 && octets[0] & 1, is_valid = size > 0 && octets[0] & 2;
    uint32_t n = size > 0 ? (uint32_t)size - 1 : 0;
    unsigned char *packet = exactly(size ? octets + 1 : octets, n);
    struct ip_header ip;

    if (mends) packet_mend(packet, n);
    if (ip_parse_cut(packet, n, &ip) == TERCET_TAKEN) must(ip.header_length <= n);
    if (ip_parse(packet, n, &ip) == TERCET_TAKEN) {
        must(ip.payload == packet + ip.header_length && is_inside(ip.payload, ip.length, packet, n));
        try_ip_again(ip);
        try_tcp(&ip, packet, n, is_valid);
        try_icmp(&ip, packet, n);
    }
    free(packet);
    return 0;
}
