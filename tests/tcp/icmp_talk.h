/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_TCP_ICMP_TALK_H
#define TERCET_TESTS_TCP_ICMP_TALK_H

/* ICMP errors in a conversation: a router, or somebody who plays one, quotes a segment of ours. */
#include "stack/conversation.h"
#include "wire/icmp.h"

struct tell {
    uint8_t begin;
    uint8_t type, code;
    uint32_t seq;  /* quoted, relative */
    uint32_t rest; /* the octets behind the checksum: an MTU */
    uint32_t cut;  /* octets of the quoted TCP header, 0: eight */
    uint16_t our_port, peer_port, fragment_offset;
    uint8_t protocol; /* quoted, 0: TCP */
    bool bad_checksum;
    const struct tercet_address *to; /* quoted destination */
};

static inline uint32_t quote_build(const struct conversation *c, const struct tell *s,
                                   unsigned char *at) {
    const struct talker *t = c->talker;
    struct segment seg = {.source_port = s->our_port ? s->our_port : t->us.port,
                          .destination_port = s->peer_port ? s->peer_port : t->peer.port,
                          .seq = {t->iss + s->seq},
                          .flags = ACK};
    struct ip_header ip = {.source = t->us.address,
                           .destination = s->to ? *s->to : t->peer.address,
                           .protocol = s->protocol ? s->protocol : IP_PROTOCOL_TCP,
                           .version = c->v6 ? 6 : 4,
                           .hop_limit = 3,
                           .dont_fragment = true,
                           .length = 1000};
    uint32_t used = ip_build(at, &ip);

    tcp_build(at + used, &seg);
    return used + (s->cut ? s->cut : 8);
}

static inline void tell_said(struct conversation *c, const struct tell *s) {
    unsigned char quote[100], packet[300];
    struct icmp_message icmp = {.version = c->v6 ? 6 : 4,
                                .type = s->type,
                                .code = s->code,
                                .rest = s->rest,
                                .body = quote,
                                .length = quote_build(c, s, quote)};
    struct ip_header ip = {.source = address_of(c->v6, 200),
                           .destination = c->talker->us.address,
                           .protocol = c->v6 ? IP_PROTOCOL_ICMPV6 : IP_PROTOCOL_ICMP,
                           .version = c->v6 ? 6 : 4,
                           .hop_limit = 64,
                           .length = ICMP_HEADER_LENGTH + icmp.length};
    uint32_t used = ip_build(packet, &ip);

    used += icmp_build(packet + used, &ip, &icmp);
    if (s->bad_checksum) packet[used - 1] ^= 1;
    frame_arrives(c, packet, used);
}

/* Somebody tells: tell(c, .type = ..., .code = ..., .seq = ...). */
#define tell(c, ...) tell_said((c), &(struct tell){.begin = 0, __VA_ARGS__})

/* ... that a packet was too big for an MTU. */
static inline void tell_too_big(struct conversation *c, uint32_t seq, uint32_t mtu) {
    if (c->v6)
        tell(c, .type = ICMPV6_TOO_BIG, .seq = seq, .rest = mtu);
    else
        tell(c, .type = ICMPV4_UNREACHABLE, .code = ICMPV4_CODE_TOO_BIG, .seq = seq, .rest = mtu);
}

/* ... that the host cannot be reached. */
static inline void tell_soft(struct conversation *c, uint32_t seq) {
    tell(c, .type = c->v6 ? 1 : 3, .code = c->v6 ? 3 : 1, .seq = seq);
}

/* ... that nobody listens on the port. */
static inline void tell_hard(struct conversation *c, uint32_t seq) {
    tell(c, .type = c->v6 ? 1 : 3, .code = c->v6 ? 4 : 3, .seq = seq);
}

#endif
