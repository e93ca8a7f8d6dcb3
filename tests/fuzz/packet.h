/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_FUZZ_PACKET_H
#define TERCET_TESTS_FUZZ_PACKET_H

#include "base/checksum.h"
#include "input.h"
#include "wire/icmp.h"
#include "wire/ip.h"
#include "wire/tcp.h"

static inline bool ip_is_icmp(const struct ip_header *ip) {
    return ip->protocol == (ip->version == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6);
}

/* The sum of an ICMPv4 message has no pseudo header. */
static inline uint64_t transport_sum(const struct ip_header *ip) {
    if (ip->protocol == IP_PROTOCOL_ICMP && ip->version == 4) return 0;
    return ip_pseudo_sum(&ip->source, &ip->destination, ip->protocol, ip->length);
}

static inline void transport_mend(const struct ip_header *ip, unsigned char *at) {
    uint32_t where = ip->protocol == IP_PROTOCOL_TCP ? 16 : 2;
    uint16_t checksum;

    if (ip_is_fragment(ip) || ip->length < where + 2) return;
    if (ip->protocol != IP_PROTOCOL_TCP && !ip_is_icmp(ip)) return;
    memset(at + where, 0, 2);
    checksum = checksum_finish(checksum_add_plain(transport_sum(ip), at, ip->length));
    memcpy(at + where, &checksum, 2);
}

/* Make the checksums of a packet right, as far as it can be read: chance does not find them. */
static inline void packet_mend(unsigned char *packet, uint32_t n) {
    struct ip_header ip;

    if (n >= 20 && packet[0] >> 4 == 4) {
        uint32_t header = (packet[0] & 15u) * 4 <= n ? (packet[0] & 15u) * 4 : 20;
        uint16_t checksum;

        memset(packet + 10, 0, 2);
        checksum = checksum_finish(checksum_add_plain(0, packet, header));
        memcpy(packet + 10, &checksum, 2);
    }
    if (ip_parse(packet, n, &ip) == TERCET_TAKEN) transport_mend(&ip, packet + ip.header_length);
}

#endif
