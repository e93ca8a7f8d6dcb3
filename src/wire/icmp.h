/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_WIRE_ICMP_H
#define TERCET_WIRE_ICMP_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/ip.h"

/*
 * ICMPv4 and ICMPv6 as one value: what the two call differently is translated at the wall.
 * Source: RFC 792, RFC 1122 section 3.2.2, RFC 1191, RFC 4443.
 */
enum icmp_kind {
    ICMP_OTHER, /* well formed, of no interest */
    ICMP_ECHO_REQUEST,
    ICMP_ECHO_REPLY,
    ICMP_UNREACHABLE, /* v4 type 3 except code 4, v6 type 1 */
    ICMP_TOO_BIG,     /* v4 type 3 code 4, v6 type 2 */
    ICMP_TIME_EXCEEDED,
    ICMP_PARAMETER_PROBLEM,
    ICMP_SOURCE_QUENCH, /* v4: to be ignored, RFC 6633 */
};

#define ICMP_HEADER_LENGTH 8u

/* Types on the wire. */
enum icmpv4_type {
    ICMPV4_ECHO_REPLY = 0,
    ICMPV4_UNREACHABLE = 3,
    ICMPV4_SOURCE_QUENCH = 4,
    ICMPV4_ECHO_REQUEST = 8,
    ICMPV4_TIME_EXCEEDED = 11,
    ICMPV4_PARAMETER_PROBLEM = 12,
    ICMPV4_CODE_TOO_BIG = 4, /* of ICMPV4_UNREACHABLE: "fragmentation needed and DF set" */
};

enum icmpv6_type {
    ICMPV6_UNREACHABLE = 1,
    ICMPV6_TOO_BIG = 2,
    ICMPV6_TIME_EXCEEDED = 3,
    ICMPV6_PARAMETER_PROBLEM = 4,
    ICMPV6_ECHO_REQUEST = 128,
    ICMPV6_ECHO_REPLY = 129,
};

/* Codes that this host sends. */
enum icmp_code {
    ICMPV4_CODE_PROTOCOL = 2, /* of ICMPV4_UNREACHABLE */
    ICMPV4_CODE_PORT = 3,
    ICMPV6_CODE_PORT = 4,        /* of ICMPV6_UNREACHABLE */
    ICMPV6_CODE_NEXT_HEADER = 1, /* of ICMPV6_PARAMETER_PROBLEM */
};

struct icmp_message {
    enum icmp_kind kind;
    uint8_t version;    /* 4 or 6 */
    uint8_t type, code; /* as on the wire */
    uint32_t rest; /* the four octets behind the checksum: id and sequence of an echo; pointer */
    uint32_t mtu;  /* of ICMP_TOO_BIG, 0 if not given */
    const unsigned char *body; /* echo data, or the quoted packet: borrowed */
    uint32_t length;
};

/* What an error message quotes of our own packet: as much as is there. */
struct icmp_quote {
    struct ip_header
        ip; /* addresses, protocol; ip.length as the quoted header claims it (not what is there) */
    uint16_t source_port, destination_port;
    uint32_t seq; /* TCP: the sequence number (first 8 octets quoted always hold it) */
};

/*
 * Parse the ICMP message that is the payload of @ip; the checksum is verified.  Return:
 * TERCET_TAKEN or why it is dropped.
 */
enum tercet_verdict icmp_parse(const struct ip_header *ip, struct icmp_message *icmp);

/* Parse the quoted packet of an error message.  Return: TERCET_TAKEN or why it is of no use. */
enum tercet_verdict icmp_quote_parse(const struct icmp_message *icmp, struct icmp_quote *quote);

/*
 * Write an ICMP message (header of 8 octets, then @icmp->length octets of @icmp->body) to @at with
 * its checksum; @ip gives the addresses for ICMPv6's pseudo header. type, code and rest are written
 * as they are. Return: octets written.
 */
uint32_t icmp_build(unsigned char *at, const struct ip_header *ip, const struct icmp_message *icmp);

#endif
