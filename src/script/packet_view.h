/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_PACKET_VIEW_H
#define TERCET_SCRIPT_PACKET_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/address.h>

#include "twin/options.h"

/*
 * A packet as it stands on the wire, its headers as values in host order, its TCP options as octets: order, padding
 * and options that nobody knows are seen as they are.  Numbers are the wire's or the script's; whoever holds the
 * value knows which (mapping.h).
 */
enum {
    PACKET_HEAD_MAX = 60 + 60, /* octets of the longest IP and TCP headers */
    PACKET_OCTETS_MAX = 65535, /* of an IPv4 packet, and of the payload of an IPv6 packet */
    UDP_HEADER_LENGTH = 8,
    DSCP_SHIFT = 2, /* of the codepoint in the traffic class, above ECN's bits */
};

struct packet_view {
    uint64_t when_ns; /* when it left or arrived, in the subject's time */
    struct tercet_address source, destination;
    uint8_t version;       /* 4 or 6; 0: no IP packet at all */
    uint8_t protocol;      /* enum ip_protocol */
    uint8_t traffic_class; /* DSCP and ECN */
    uint8_t hop_limit;
    uint32_t flow_label;

    uint16_t source_port,
        destination_port; /* of an ICMP error: our port and the peer's, by its quote */
    uint32_t seq, ack;
    uint16_t flags; /* enum packet_flag of syntax.h */
    uint16_t window, urgent;
    uint32_t payload;  /* octets behind TCP's or UDP's header */
    uint8_t n_options; /* octets of options, padding included */
    unsigned char options[TCP_OPTIONS_MAX];

    uint8_t icmp_type, icmp_code;
    uint32_t icmp_rest; /* the four octets behind its checksum */

    const char *damage; /* why no host would take it ("bad TCP checksum"), NULL: it is sound */
};

/*
 * Read a packet, checksums included.
 * @packet: @n octets, borrowed until it returns
 */
void packet_view(const unsigned char *packet, uint32_t n, uint64_t when_ns,
                 struct packet_view *view);

/* One option of a header. */
struct option_view {
    const unsigned char *at; /* its first octet, the kind */
    uint8_t kind;
    uint8_t length; /* octets, kind included */
    bool is_broken; /* its length leads nowhere: all octets that are left */
};

/*
 * The next option of those from @at to behind @end.  An end of options does not end the list: what follows is seen.
 * Return: where the one behind it begins; NULL: there is none
 */
const unsigned char *option_view(const unsigned char *at, const unsigned char *end,
                                 struct option_view *option);

#endif
