/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/icmp.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "base/must.h"

/*
 * The two ICMPs say the same things with different numbers. An error quotes the packet that caused
 * it; what the quote says was written by whoever sent the error, so it is evidence only once it
 * names a sequence number in flight (RFC 5927 section 4.1), which is for the protocol to find out.
 */

static enum icmp_kind icmpv4_kind(uint8_t type, uint8_t code) {
    switch (type) {
    case ICMPV4_ECHO_REPLY: return ICMP_ECHO_REPLY;
    case ICMPV4_UNREACHABLE: return code == ICMPV4_CODE_TOO_BIG ? ICMP_TOO_BIG : ICMP_UNREACHABLE;
    case ICMPV4_SOURCE_QUENCH: return ICMP_SOURCE_QUENCH;
    case ICMPV4_ECHO_REQUEST: return ICMP_ECHO_REQUEST;
    case ICMPV4_TIME_EXCEEDED: return ICMP_TIME_EXCEEDED;
    case ICMPV4_PARAMETER_PROBLEM: return ICMP_PARAMETER_PROBLEM;
    default: return ICMP_OTHER;
    }
}

static enum icmp_kind icmpv6_kind(uint8_t type) {
    switch (type) {
    case ICMPV6_UNREACHABLE: return ICMP_UNREACHABLE;
    case ICMPV6_TOO_BIG: return ICMP_TOO_BIG;
    case ICMPV6_TIME_EXCEEDED: return ICMP_TIME_EXCEEDED;
    case ICMPV6_PARAMETER_PROBLEM: return ICMP_PARAMETER_PROBLEM;
    case ICMPV6_ECHO_REQUEST: return ICMP_ECHO_REQUEST;
    case ICMPV6_ECHO_REPLY: return ICMP_ECHO_REPLY;
    default: return ICMP_OTHER;
    }
}

/* ICMPv6 covers a pseudo header, ICMPv4 does not (RFC 4443 section 2.3). */
static uint64_t icmp_start_sum(const struct ip_header *ip, uint32_t length) {
    return ip->version == 6
               ? ip_pseudo_sum(&ip->source, &ip->destination, IP_PROTOCOL_ICMPV6, length)
               : 0;
}

enum tercet_verdict icmp_parse(const struct ip_header *ip, struct icmp_message *icmp) {
    const unsigned char *at = ip->payload;

    if (ip->protocol != (ip->version == 6 ? IP_PROTOCOL_ICMPV6 : IP_PROTOCOL_ICMP))
        return TERCET_IP_PROTOCOL;
    if (ip->length < ICMP_HEADER_LENGTH) return TERCET_ICMP_SHORT;
    if (!checksum_is_right(checksum_add(icmp_start_sum(ip, ip->length), at, ip->length)))
        return TERCET_ICMP_CHECKSUM;
    *icmp = (struct icmp_message){
        .kind = ip->version == 6 ? icmpv6_kind(at[0]) : icmpv4_kind(at[0], at[1]),
        .version = ip->version,
        .type = at[0],
        .code = at[1],
        .rest = be32_get(at + 4),
        .body = at + ICMP_HEADER_LENGTH,
        .length = ip->length - ICMP_HEADER_LENGTH,
    };
    if (icmp->kind == ICMP_TOO_BIG) icmp->mtu = ip->version == 6 ? icmp->rest : icmp->rest & 0xffff;
    return TERCET_TAKEN;
}

static bool icmp_is_error(const struct icmp_message *icmp) {
    return icmp->kind == ICMP_UNREACHABLE || icmp->kind == ICMP_TOO_BIG ||
           icmp->kind == ICMP_TIME_EXCEEDED || icmp->kind == ICMP_PARAMETER_PROBLEM ||
           icmp->kind == ICMP_SOURCE_QUENCH;
}

enum tercet_verdict icmp_quote_parse(const struct icmp_message *icmp, struct icmp_quote *quote) {
    enum tercet_verdict verdict;
    uint32_t there;

    if (!icmp_is_error(icmp)) return TERCET_ICMP_IGNORED;
    verdict = ip_parse_cut(icmp->body, icmp->length, &quote->ip);
    if (verdict == TERCET_IP_SHORT) return TERCET_ICMP_SHORT;
    if (verdict != TERCET_TAKEN || quote->ip.version != icmp->version) return TERCET_ICMP_STRAY;
    if (quote->ip.fragment_offset != 0)
        return TERCET_ICMP_STRAY; /* ports and sequence number were in another one */
    if (quote->ip.protocol != IP_PROTOCOL_TCP && quote->ip.protocol != IP_PROTOCOL_UDP)
        return TERCET_ICMP_IGNORED;
    there = icmp->length - quote->ip.header_length;
    if (there < 8 || quote->ip.length < 8) return TERCET_ICMP_SHORT;
    quote->source_port = be16_get(quote->ip.payload);
    quote->destination_port = be16_get(quote->ip.payload + 2);
    quote->seq = quote->ip.protocol == IP_PROTOCOL_TCP ? be32_get(quote->ip.payload + 4) : 0;
    return TERCET_TAKEN;
}

uint32_t icmp_build(unsigned char *at, const struct ip_header *ip, const struct icmp_message *icmp) {
    uint32_t length = ICMP_HEADER_LENGTH + icmp->length;
    uint16_t checksum;
    uint64_t sum;

    must(ip->version == icmp->version);
    at[0] = icmp->type;
    at[1] = icmp->code;
    be16_put(at + 2, 0);
    be32_put(at + 4, icmp->rest);
    sum = checksum_add(icmp_start_sum(ip, length), at, ICMP_HEADER_LENGTH);
    if (icmp->length) sum = checksum_copy(sum, at + ICMP_HEADER_LENGTH, icmp->body, icmp->length);
    checksum = checksum_finish(sum);
    memcpy(at + 2, &checksum, sizeof checksum);
    return length;
}
