/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/ip.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "base/must.h"
#include "base/rare.h"

/*
 * The wall. A packet gets past it when its own numbers agree with each other and with the octets
 * that are there; what a host then thinks of its addresses, fragments and protocol is the business
 * of the rooms above.
 *
 * IPv4 options other than source routes are passed over unread (RFC 7126). IPv6 extension headers
 * are walked with a bound; options a receiver does not know say themselves whether the packet may
 * live (RFC 8200 section 4.2). A real fragment is not looked into: its payload is what stands
 * behind the fragment header.
 *
 * The quote of an ICMP error is a packet that was cut: the same walk, but nothing is required of
 * the octets that its header claims and that are not there, nor of its checksum (routers change
 * what it covers).
 */
enum {
    IPV4_OPTION_END = 0,
    IPV4_OPTION_NOP = 1,
    IPV4_OPTION_LSRR = 131,
    IPV4_OPTION_SSRR = 137,
    IPV4_OFFSET_MASK = 0x1fff,
};

enum {
    IPV6_HOP_BY_HOP = 0,
    IPV6_ROUTING = 43,
    IPV6_FRAGMENT = 44,
    IPV6_DESTINATION_OPTIONS = 60,
    IPV6_OPTION_PAD1 = 0,
    IPV6_OPTION_UNKNOWN_DROP = 0xc0, /* bits of a type: not to be skipped if unknown */
};

static const unsigned char ipv4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static struct tercet_address address_from_v4(const unsigned char *octets) {
    struct tercet_address a;

    memcpy(a.octets, ipv4_prefix, sizeof ipv4_prefix);
    memcpy(a.octets + sizeof ipv4_prefix, octets, 4);
    return a;
}

/*
 * Source routes are refused, the rest is skipped (RFC 9293 MUST-50); at most 40 octets.  Source:
 * RFC 7126 sections 4.3, 4.4.
 */
static RARE enum tercet_verdict ipv4_options_check(const unsigned char *options, uint32_t n) {
    for (uint32_t at = 0; at < n && options[at] != IPV4_OPTION_END;) {
        if (options[at] == IPV4_OPTION_NOP) {
            at++;
            continue;
        }
        if (options[at] == IPV4_OPTION_LSRR || options[at] == IPV4_OPTION_SSRR)
            return TERCET_IP_OPTION;
        if (n - at < 2 || options[at + 1] < 2 || options[at + 1] > n - at) return TERCET_IP_HEADER;
        at += options[at + 1];
    }
    return TERCET_TAKEN;
}

/*
 * A fragment must end on 8 octets unless it is the last, and inside the largest packet (or it is a
 * ping of death).
 */
static RARE enum tercet_verdict ip_fragment_check(const struct ip_header *ip) {
    if (ip->more_fragments && ip->length % 8 != 0) return TERCET_IP_FRAGMENT;
    if (ip->fragment_offset + ip->length > IP_PACKET_MAX) return TERCET_IP_FRAGMENT;
    return TERCET_TAKEN;
}

static RARE void ipv4_fragment_fields(const unsigned char *frame, struct ip_header *ip) {
    uint32_t fragment = be16_get(frame + 6);

    ip->fragment_offset = (uint16_t)((fragment & IPV4_OFFSET_MASK) * 8);
    ip->more_fragments = fragment & IPV4_MORE_FRAGMENTS;
}

/* The 20 octets that every IPv4 header has; total length against header length. */
static enum tercet_verdict ipv4_fields(const unsigned char *frame, uint32_t n, struct ip_header *ip) {
    uint32_t header, total, fragment;

    if (n < IPV4_HEADER_LENGTH) return TERCET_IP_SHORT;
    header = (frame[0] & 15u) * 4;
    total = be16_get(frame + 2);
    fragment = be16_get(frame + 6);
    if (header < IPV4_HEADER_LENGTH || total < header) return TERCET_IP_HEADER;
    if (header > n) return TERCET_IP_SHORT;
    *ip = (struct ip_header){
        .source = address_from_v4(frame + 12),
        .destination = address_from_v4(frame + 16),
        .payload = frame + header,
        .length = total - header,
        .header_length = header,
        .fragment_id = be16_get(frame + 4),
        .dont_fragment = fragment & IPV4_DONT_FRAGMENT,
        .protocol = frame[9],
        .hop_limit = frame[8],
        .traffic_class = frame[1],
        .version = 4,
    };
    if (fragment & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET_MASK)) ipv4_fragment_fields(frame, ip);
    return TERCET_TAKEN;
}

/* The sum over a header of @n octets, 20 for nearly all of them. */
static uint64_t ipv4_header_sum(const unsigned char *header, uint32_t n) {
    uint64_t sum = (uint64_t)load32(header) + load32(header + 4) + load32(header + 8) +
                   load32(header + 12) + load32(header + 16);

    if (n == IPV4_HEADER_LENGTH) return sum;
    return checksum_add(sum, header + IPV4_HEADER_LENGTH, n - IPV4_HEADER_LENGTH);
}

static enum tercet_verdict ipv4_parse(const unsigned char *frame, uint32_t n, struct ip_header *ip) {
    enum tercet_verdict verdict = ipv4_fields(frame, n, ip);

    if (verdict != TERCET_TAKEN) return verdict;
    if (ip->header_length + ip->length > n) return TERCET_IP_SHORT;
    if (!checksum_is_right(ipv4_header_sum(frame, ip->header_length))) return TERCET_IP_CHECKSUM;
    if (ip->header_length > IPV4_HEADER_LENGTH) {
        verdict = ipv4_options_check(frame + IPV4_HEADER_LENGTH,
                                     ip->header_length - IPV4_HEADER_LENGTH);
        if (verdict != TERCET_TAKEN) return verdict;
    }
    return ip_is_fragment(ip) ? ip_fragment_check(ip) : TERCET_TAKEN;
}

/*
 * The 40 octets of an IPv6 header.  An address that would be taken for IPv4 above the wall must not
 * come in here.
 */
static enum tercet_verdict ipv6_fields(const unsigned char *frame, uint32_t n, struct ip_header *ip) {
    uint32_t first;

    if (n < IPV6_HEADER_LENGTH) return TERCET_IP_SHORT;
    first = be32_get(frame);
    *ip = (struct ip_header){
        .payload = frame + IPV6_HEADER_LENGTH,
        .length = be16_get(frame + 4),
        .header_length = IPV6_HEADER_LENGTH,
        .protocol = frame[6],
        .hop_limit = frame[7],
        .traffic_class = (uint8_t)(first >> 20),
        .version = 6,
        .flow_label = first & 0xfffff,
    };
    memcpy(ip->source.octets, frame + 8, 16);
    memcpy(ip->destination.octets, frame + 24, 16);
    if (address_is_v4(&ip->source)) return TERCET_IP_SOURCE;
    if (address_is_v4(&ip->destination)) return TERCET_IP_NOT_OURS;
    return TERCET_TAKEN;
}

/*
 * The options of a hop-by-hop or destination options header.  A jumbo payload is one that refuses
 * to be skipped.
 */
static enum tercet_verdict ipv6_options_check(const unsigned char *options, uint32_t n) {
    for (uint32_t at = 0; at < n;) {
        if (options[at] == IPV6_OPTION_PAD1) {
            at++;
            continue;
        }
        if (options[at] & IPV6_OPTION_UNKNOWN_DROP) return TERCET_IP_OPTION;
        if (n - at < 2 || n - at - 2 < options[at + 1]) return TERCET_IP_HEADER;
        at += 2u + options[at + 1];
    }
    return TERCET_TAKEN;
}

/*
 * What there is to say against the extension header @ip->protocol of @length octets at
 * @ip->payload.
 */
static enum tercet_verdict ipv6_extension_check(struct ip_header *ip, uint32_t length) {
    const unsigned char *at = ip->payload;
    uint32_t fragment;

    switch (ip->protocol) {
    case IPV6_HOP_BY_HOP:
        if (ip->header_length != IPV6_HEADER_LENGTH)
            return TERCET_IP_HEADER; /* only as the first */
        return ipv6_options_check(at + 2, length - 2);
    case IPV6_DESTINATION_OPTIONS: return ipv6_options_check(at + 2, length - 2);
    case IPV6_ROUTING: return at[3] == 0 ? TERCET_TAKEN : TERCET_IP_OPTION; /* segments left */
    default:
        fragment = be16_get(at + 2);
        ip->fragment_offset = (uint16_t)(fragment & ~7u);
        ip->more_fragments = fragment & 1;
        ip->fragment_id = be32_get(at + 4);
        return TERCET_TAKEN;
    }
}

static bool ipv6_is_extension(uint8_t protocol) {
    return protocol == IPV6_HOP_BY_HOP || protocol == IPV6_ROUTING || protocol == IPV6_FRAGMENT ||
           protocol == IPV6_DESTINATION_OPTIONS;
}

/*
 * Walk the extension headers up to the protocol of the payload, or through a fragment header that
 * makes a real fragment (an "atomic" one is a whole packet: RFC 6946).
 * @there: octets behind the IPv6 header, at most @ip->length
 */
static enum tercet_verdict ipv6_walk(struct ip_header *ip, uint32_t there) {
    for (int i = 0; ipv6_is_extension(ip->protocol) && !ip_is_fragment(ip); i++) {
        enum tercet_verdict verdict;
        uint32_t length;

        if (i == IPV6_EXTENSIONS_MAX) return TERCET_IP_OPTION;
        if (there < 8) return TERCET_IP_HEADER;
        length = ip->protocol == IPV6_FRAGMENT ? 8 : ip->payload[1] * 8u + 8;
        if (there < length) return TERCET_IP_HEADER;
        verdict = ipv6_extension_check(ip, length);
        if (verdict != TERCET_TAKEN) return verdict;
        ip->protocol = ip->payload[0];
        ip->payload += length;
        ip->header_length += length;
        ip->length -= length;
        there -= length;
    }
    return TERCET_TAKEN;
}

uint32_t ipv6_next_header_offset(const unsigned char *packet, const struct ip_header *ip) {
    uint32_t offset = 6, at = IPV6_HEADER_LENGTH;

    while (at < ip->header_length) {
        bool is_fragment = packet[offset] == IPV6_FRAGMENT;
        offset = at;
        at += is_fragment ? 8 : packet[at + 1] * 8u + 8;
    }
    return offset;
}

static enum tercet_verdict ipv6_parse(const unsigned char *frame, uint32_t n, struct ip_header *ip) {
    enum tercet_verdict verdict = ipv6_fields(frame, n, ip);

    if (verdict != TERCET_TAKEN) return verdict;
    if (IPV6_HEADER_LENGTH + ip->length > n) return TERCET_IP_SHORT;
    verdict = ipv6_walk(ip, ip->length);
    if (verdict != TERCET_TAKEN) return verdict;
    return ip_is_fragment(ip) ? ip_fragment_check(ip) : TERCET_TAKEN;
}

bool address_is_unspecified(const struct tercet_address *a) {
    static const unsigned char zero[16];

    return memcmp(a->octets, address_is_v4(a) ? ipv4_prefix : zero, 12) == 0 &&
           memcmp(a->octets + 12, zero, 4) == 0;
}

bool address_is_multicast(const struct tercet_address *a) {
    if (!address_is_v4(a)) return a->octets[0] == 0xff;
    return a->octets[12] >> 4 == 14 || be32_get(a->octets + 12) == 0xffffffff;
}

bool address_is_loopback(const struct tercet_address *a) {
    static const unsigned char one[16] = {[15] = 1};

    return address_is_v4(a) ? a->octets[12] == 127 : memcmp(a->octets, one, 16) == 0;
}

enum tercet_verdict ip_parse(const unsigned char *frame, uint32_t n, struct ip_header *ip) {
    if (n == 0) return TERCET_IP_SHORT;
    if (frame[0] >> 4 == 4) return ipv4_parse(frame, n, ip);
    if (frame[0] >> 4 == 6) return ipv6_parse(frame, n, ip);
    return TERCET_IP_VERSION;
}

enum tercet_verdict ip_parse_cut(const unsigned char *quote, uint32_t n, struct ip_header *ip) {
    enum tercet_verdict verdict;
    uint32_t there;

    if (n == 0) return TERCET_IP_SHORT;
    if (quote[0] >> 4 == 4) return ipv4_fields(quote, n, ip);
    if (quote[0] >> 4 != 6) return TERCET_IP_VERSION;
    verdict = ipv6_fields(quote, n, ip);
    if (verdict != TERCET_TAKEN) return verdict;
    there = n - IPV6_HEADER_LENGTH;
    return ipv6_walk(ip, there < ip->length ? there : ip->length);
}

/* IPv4's 16-bit length and protocol are the low halves of IPv6's 32-bit ones. */
uint64_t ip_pseudo_sum(const struct tercet_address *source,
                       const struct tercet_address *destination, uint8_t protocol, uint32_t length) {
    uint64_t sum = (uint64_t)be32_as_loaded(length) + be32_as_loaded(protocol);

    if (address_is_v4(destination))
        return sum + load32(source->octets + 12) + load32(destination->octets + 12);
    sum = checksum_plus(sum, load64(source->octets));
    sum = checksum_plus(sum, load64(source->octets + 8));
    sum = checksum_plus(sum, load64(destination->octets));
    return checksum_plus(sum, load64(destination->octets + 8));
}
