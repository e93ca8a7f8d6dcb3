/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_WIRE_IP_H
#define TERCET_WIRE_IP_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <tercet/address.h>
#include <tercet/verdict.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "base/must.h"

/*
 * IPv4 and IPv6 packets as one value in host order: parsed once at the wall, no wire-order integer
 * gets past it.
 */
enum ip_protocol {
    IP_PROTOCOL_ICMP = 1,
    IP_PROTOCOL_TCP = 6,
    IP_PROTOCOL_UDP = 17,
    IP_PROTOCOL_ICMPV6 = 58,
    IP_PROTOCOL_NONE = 59, /* IPv6: nothing stands behind the headers */
};

struct ip_header {
    struct tercet_address source, destination;
    const unsigned char *payload; /* behind all headers of IP: borrowed from the frame */
    uint32_t length;        /* payload octets, by the IP header (a frame may be longer: padding) */
    uint32_t header_length; /* octets in front of payload */
    uint32_t fragment_id;
    uint16_t fragment_offset; /* octets */
    uint8_t protocol;         /* of the payload, behind extension headers */
    uint8_t hop_limit;
    bool more_fragments; /* in another word than the offset: one load of both would wait for their stores */
    bool dont_fragment;    /* IPv4 */
    uint8_t traffic_class; /* DSCP and ECN */
    uint8_t version;       /* 4 or 6 */
    uint32_t flow_label;
};

#define IPV4_HEADER_LENGTH  20u
#define IPV6_HEADER_LENGTH  40u
#define IPV6_EXTENSIONS_MAX 8 /* extension headers walked before the packet is refused */

static inline bool ip_is_fragment(const struct ip_header *ip) {
    return ip->more_fragments || ip->fragment_offset != 0;
}

static inline bool address_is_v4(const struct tercet_address *a) {
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    return memcmp(a->octets, mapped, 12) == 0;
}

static inline bool address_eq(const struct tercet_address *a, const struct tercet_address *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

/* All zero octets behind the family's prefix: 0.0.0.0 or ::. */
bool address_is_unspecified(const struct tercet_address *a);
/* 224.0.0.0/4, 255.255.255.255 or ff00::/8. */
bool address_is_multicast(const struct tercet_address *a);
/* 127.0.0.0/8 or ::1. */
bool address_is_loopback(const struct tercet_address *a);

/*
 * Parse an IPv4 or IPv6 packet.
 * Checked: version, header length, total length against @n, IPv4 header checksum, source route
 * options (refused: RFC 7126), IPv6 extension header walk (at most IPV6_EXTENSIONS_MAX; hop-by-hop,
 * destination options, routing with no segments left, fragment), jumbograms and options that must
 * not be skipped refused, IPv4-mapped addresses in an IPv6 header (they would be taken for IPv4
 * above), fragments that cannot be part of any packet. A real fragment's payload is all that stands
 * behind the fragment header, its protocol the one named there.
 * @frame: @n octets, borrowed; @ip points into it
 * Return: TERCET_TAKEN, or the reason to drop it.
 */
enum tercet_verdict ip_parse(const unsigned char *frame, uint32_t n, struct ip_header *ip);

/*
 * Parse the front of a packet that may have been cut, such as the quote of an ICMP error:
 * @ip->length is what its header claims, and of header_length only that it lies inside the @n
 * octets is certain. Checksum and IPv4 options are not looked at.
 * Return: TERCET_TAKEN, or the reason why it is of no use.
 */
enum tercet_verdict ip_parse_cut(const unsigned char *quote, uint32_t n, struct ip_header *ip);

/*
 * Where the octet stands that names the payload's protocol: in the last header in front of it (RFC 4443 section 3.4).
 * @packet: of IPv6, parsed into @ip
 * Return: octets from its beginning.
 */
uint32_t ipv6_next_header_offset(const unsigned char *packet, const struct ip_header *ip);

#define IP_PACKET_MAX 65535u

enum ipv4_fragment_bit {
    IPV4_DONT_FRAGMENT = 0x4000,
    IPV4_MORE_FRAGMENTS = 0x2000,
};

/*
 * Headers are written by inline functions: most of a header is known where it is written, and costs nothing then.
 * The checksum comes from the words as they are written: reading back what was just written in smaller
 * pieces is slow.
 */
static inline uint32_t ipv4_build(unsigned char *at, const struct ip_header *ip) {
    uint32_t flags = (ip->dont_fragment ? IPV4_DONT_FRAGMENT : 0u) |
                     (ip->more_fragments ? IPV4_MORE_FRAGMENTS : 0u);
    uint32_t first = be32_as_loaded(0x45u << 24 | (uint32_t)ip->traffic_class << 16 |
                                    (IPV4_HEADER_LENGTH + ip->length));
    uint32_t second = be32_as_loaded((ip->fragment_id & 0xffff) << 16 | flags |
                                     ip->fragment_offset / 8u);
    uint32_t third = be32_as_loaded((uint32_t)ip->hop_limit << 24 | (uint32_t)ip->protocol << 16);
    uint32_t source = load32(ip->source.octets + 12),
             destination = load32(ip->destination.octets + 12);
    uint16_t checksum = checksum_finish((uint64_t)first + second + third + source + destination);

    must(ip->length <= IP_PACKET_MAX - IPV4_HEADER_LENGTH && ip->fragment_offset % 8 == 0);
    store32(at, first);
    store32(at + 4, second);
    store32(at + 8, third);
    memcpy(at + 10, &checksum, sizeof checksum);
    store32(at + 12, source);
    store32(at + 16, destination);
    return IPV4_HEADER_LENGTH;
}

static inline uint32_t ipv6_build(unsigned char *at, const struct ip_header *ip) {
    must(ip->length <= IP_PACKET_MAX && !ip_is_fragment(ip) && ip->flow_label <= 0xfffff);
    be32_put(at, 6u << 28 | (uint32_t)ip->traffic_class << 20 | ip->flow_label);
    be16_put(at + 4, (uint16_t)ip->length);
    at[6] = ip->protocol;
    at[7] = ip->hop_limit;
    memcpy(at + 8, ip->source.octets, 16);
    memcpy(at + 24, ip->destination.octets, 16);
    return IPV6_HEADER_LENGTH;
}

/*
 * Write the header of @ip (20 octets without options, or 40) to @at; @ip->length is the payload's.
 * The IPv4 checksum is filled in.  Return: octets written.
 */
static inline uint32_t ip_build(unsigned char *at, const struct ip_header *ip) {
    must(ip->version == 4 || ip->version == 6);
    return ip->version == 4 ? ipv4_build(at, ip) : ipv6_build(at, ip);
}

/*
 * The sum over the pseudo header for a payload of @length octets of @protocol (RFC 9293 section
 * 3.1, RFC 8200 section 8.1).
 */
uint64_t ip_pseudo_sum(const struct tercet_address *source,
                       const struct tercet_address *destination, uint8_t protocol, uint32_t length);

#endif
