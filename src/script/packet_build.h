/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_PACKET_BUILD_H
#define TERCET_SCRIPT_PACKET_BUILD_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "base/text.h"
#include "script/mapping.h"
#include "script/packet_view.h"
#include "script/syntax.h"

/*
 * A script's packet becomes octets: what arrives at the subject.  Everything stands on the wire as written, right or
 * wrong; checksums and lengths are made right, payload is zeros.
 */
enum {
    BUILD_HEAD_MAX = 192,      /* IP, ICMP, quoted IP and TCP headers */
    BUILD_QUOTE_MAX = 40 + 28, /* of a packet that an ICMP error quotes: IPv6 header and 28 octets */
    BUILD_HOP_LIMIT = 255,     /* of what arrives, unless marked */
};

/* Headers end where the payload begins, at BUILD_HEAD_MAX; that is zeros, and never written. */
struct build_space {
    unsigned char octets[BUILD_HEAD_MAX + PACKET_OCTETS_MAX];
};

struct build {
    struct build_space *space; /* zeroed by whoever gives it */
    uint8_t version;           /* 4 or 6 */
    bool is_scaled;            /* --tcp_ts_ecr_scaled */
    struct tercet_endpoint source, destination;
    const struct mapping *mapping;
    const unsigned char *quote; /* for an ICMP error */
    uint32_t quote_octets;
};

/*
 * Build @packet.  @packet_at: set to it, borrowed until the next is built; @why: appended to when there is none
 * Return: its octets, 0: it cannot stand on any wire
 */
uint32_t packet_build(const struct build *build, const struct script_packet *packet,
                      const unsigned char **packet_at, struct text *why);

/* The first octets of a segment of the subject that @packet describes, as an ICMP error quotes them. */
uint32_t packet_build_quote(const struct build *build, const struct script_packet *packet,
                            unsigned char quote[BUILD_QUOTE_MAX], struct text *why);

#endif
