/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/packet_build.h"

#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "script/icmp_names.h"
#include "script/packet_options.h"
#include "wire/icmp.h"
#include "wire/ip.h"
#include "wire/tcp.h"

enum {
    SEGMENT_HEADER_MAX = 60,
};

static unsigned char *payload_of(const struct build *build) {
    return build->space->octets + BUILD_HEAD_MAX;
}

static uint32_t build_fails(struct text *why, const char *sentence) {
    text_put(why, sentence);
    return 0;
}

static uint8_t ecn_bits(enum packet_ecn ecn) {
    switch (ecn) {
    case PACKET_ECN_ECT1: return 1;
    case PACKET_ECN_ECT0:
    case PACKET_ECN_ECT01: return 2;
    case PACKET_ECN_CE: return 3;
    default: return 0;
    }
}

/* Write the IP header in front of @payload, @n octets with what is behind it.  Return: all octets, 0: too many */
static uint32_t ip_put(const struct build *build, const struct script_packet *packet,
                       uint8_t protocol, unsigned char *payload, uint32_t n,
                       const unsigned char **packet_at, struct text *why) {
    uint32_t header = build->version == 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
    struct ip_header ip = {
        .source = build->source.address,
        .destination = build->destination.address,
        .length = n,
        .protocol = protocol,
        .version = build->version,
        .hop_limit = packet->ttl.is_given ? (uint8_t)packet->ttl.value : BUILD_HOP_LIMIT,
        .flow_label = packet->flow_label.value,
    };

    if (n + (build->version == 4 ? header : 0) > PACKET_OCTETS_MAX)
        return build_fails(why, "no IP packet is so long");
    ip.traffic_class = (uint8_t)(packet->tos.value | packet->dscp.value << DSCP_SHIFT |
                                 ecn_bits(packet->ecn));
    *packet_at = payload - header;
    return ip_build(payload - header, &ip) + n;
}

static uint64_t pseudo_sum(const struct build *build, uint8_t protocol, uint32_t n) {
    return ip_pseudo_sum(&build->source.address, &build->destination.address, protocol, n);
}

/* Turn the numbers of @option into the wire's.  Return: false: it echoes what was never sent */
static bool option_to_wire(const struct build *build, bool has_ack, struct packet_option *option) {
    const struct mapping *mapping = build->mapping;

    for (uint32_t i = 0; i < option->n_blocks; i++) {
        option->left[i].value = mapping_local_wire(mapping, &option->left[i]);
        option->right[i].value = mapping_local_wire(mapping, &option->right[i]);
    }
    if (option->kind != PACKET_OPTION_TS || !has_ack) return true;
    return mapping_ecr_wire(mapping, &option->ts_ecr, build->is_scaled, &option->ts_ecr.value);
}

static uint32_t ecr_fails(struct text *why, const struct packet_option *option) {
    text_put(why, "TS ecr ");
    text_u64(why, option->ts_ecr.value);
    return build_fails(why, " was never sent (--tcp_ts_ecr_scaled makes one up)");
}

/* Write the options of @packet to @at.  Return: whether they are there; *@n octets, a multiple of 4 */
static bool options_put(const struct build *build, const struct script_packet *packet,
                        unsigned char at[TCP_OPTIONS_MAX], uint32_t *n, struct text *why) {
    unsigned char octets[TCP_OPTIONS_MAX];

    *n = 0;
    memset(at, 0, TCP_OPTIONS_MAX);
    for (const struct packet_option *o = packet->options; o; o = o->next) {
        struct packet_option option = *o;
        uint32_t length;

        if (!option_to_wire(build, packet->flags & PACKET_ACK, &option)) {
            ecr_fails(why, o);
            return false;
        }
        length = packet_option_build(&option, octets);
        if (length == 0 || *n + length > TCP_OPTIONS_MAX) {
            build_fails(why, "the options take more than 40 octets");
            return false;
        }
        memcpy(at + *n, octets, length);
        *n += length;
    }
    *n = (*n + 3) & ~3u;
    return true;
}

/* Write a TCP header to @at, checksum 0.  Return: its octets, 0: there is none */
static uint32_t header_put(const struct build *build, const struct script_packet *packet,
                           uint32_t seq, uint32_t ack, unsigned char at[SEGMENT_HEADER_MAX],
                           struct text *why) {
    uint32_t n;

    if (!options_put(build, packet, at + TCP_HEADER_LENGTH, &n, why)) return 0;
    n += TCP_HEADER_LENGTH;
    be16_put(at, build->source.port);
    be16_put(at + 2, build->destination.port);
    be32_put(at + 4, seq);
    be32_put(at + 8, ack);
    be16_put(at + 12, (uint16_t)(n / 4 << 12 | (packet->flags & 0x1ff)));
    be16_put(at + 14, (uint16_t)packet->win.value);
    be16_put(at + 16, 0);
    be16_put(at + 18, (uint16_t)packet->urg.value);
    return n;
}

static uint32_t tcp_put(const struct build *build, const struct script_packet *packet,
                        const unsigned char **packet_at, struct text *why) {
    unsigned char header[SEGMENT_HEADER_MAX], *at;
    uint32_t ack = packet->ack.is_given ? mapping_local_wire(build->mapping, &packet->ack) : 0;
    uint32_t n = header_put(build, packet, packet->seq.value, ack, header, why);
    uint32_t all = n + packet->length.value;
    uint64_t sum;

    if (n == 0) return 0;
    at = payload_of(build) - n;
    memcpy(at, header, n);
    if (all > PACKET_OCTETS_MAX) return build_fails(why, "no IP packet is so long");
    sum = pseudo_sum(build, IP_PROTOCOL_TCP, all);
    tcp_checksum_put(at, checksum_add(sum, at, n));
    return ip_put(build, packet, IP_PROTOCOL_TCP, at, all, packet_at, why);
}

static uint32_t udp_put(const struct build *build, const struct script_packet *packet,
                        const unsigned char **packet_at, struct text *why) {
    unsigned char *at = payload_of(build) - UDP_HEADER_LENGTH;
    uint32_t all = UDP_HEADER_LENGTH + packet->length.value;
    uint16_t sum;

    if (all > PACKET_OCTETS_MAX) return build_fails(why, "no IP packet is so long");
    be16_put(at, build->source.port);
    be16_put(at + 2, build->destination.port);
    be16_put(at + 4, (uint16_t)all);
    be16_put(at + 6, 0);
    sum = checksum_finish(
        checksum_add(pseudo_sum(build, IP_PROTOCOL_UDP, all), at, UDP_HEADER_LENGTH));
    if (sum == 0) sum = 0xffff; /* 0 would mean: none, RFC 768 */
    memcpy(at + 6, &sum, 2);
    return ip_put(build, packet, IP_PROTOCOL_UDP, at, all, packet_at, why);
}

static uint32_t icmp_rest(const struct build *build, const struct script_packet *packet,
                          uint8_t type, uint8_t code) {
    if (packet->icmp_id.is_given)
        return packet->icmp_id.value << 16 | (packet->icmp_seq.value & UINT16_MAX);
    return icmp_has_mtu(build->version, type, code) ? packet->icmp_mtu.value : 0;
}

static uint32_t icmp_put(const struct build *build, const struct script_packet *packet,
                         const unsigned char **packet_at, struct text *why) {
    struct icmp_message message = {.version = build->version, .body = build->quote};
    struct ip_header ip = {.source = build->source.address,
                           .destination = build->destination.address,
                           .version = build->version};
    uint8_t protocol = build->version == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
    unsigned char *at;

    if ((packet->is_icmp6 && build->version == 4) ||
        !icmp_of_packet(packet, build->version, &message.type, &message.code))
        return build_fails(why, build->version == 4 ? "ICMP for IPv4 has no such message"
                                                    : "ICMP for IPv6 has no such message");
    if (icmp_is_error(build->version, message.type)) message.length = build->quote_octets;
    message.rest = icmp_rest(build, packet, message.type, message.code);
    at = payload_of(build) - ICMP_HEADER_LENGTH - message.length;
    return ip_put(build, packet, protocol, at, icmp_build(at, &ip, &message), packet_at, why);
}

uint32_t packet_build(const struct build *build, const struct script_packet *packet,
                      const unsigned char **packet_at, struct text *why) {
    switch (packet->protocol) {
    case PACKET_TCP: return tcp_put(build, packet, packet_at, why);
    case PACKET_UDP: return udp_put(build, packet, packet_at, why);
    case PACKET_ICMP: return icmp_put(build, packet, packet_at, why);
    }
    return 0;
}

uint32_t packet_build_quote(const struct build *build, const struct script_packet *packet,
                            unsigned char quote[BUILD_QUOTE_MAX], struct text *why) {
    struct packet_option *none = NULL;
    struct script_packet bare = *packet;
    unsigned char header[SEGMENT_HEADER_MAX], *at = payload_of(build) - TCP_HEADER_LENGTH;
    const unsigned char *start;
    uint32_t n, seq = mapping_local_wire(build->mapping, &packet->seq);

    bare.options = none;
    n = header_put(build, &bare, seq, packet->ack.value, header, why);
    memcpy(at, header, n);
    n = ip_put(build, packet, IP_PROTOCOL_TCP, at, n + packet->length.value, &start, why);
    if (n == 0) return 0;
    n = (uint32_t)(payload_of(build) - start);
    memcpy(quote, start, n);
    return n;
}
