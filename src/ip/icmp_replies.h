/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_IP_ICMP_REPLIES_H
#define TERCET_IP_ICMP_REPLIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/verdict.h>

#include "base/buddy.h"
#include "wire/icmp.h"
#include "wire/ip.h"

/*
 * ICMP that we send: echo replies (RFC 1122 section 3.2.2.6, RFC 4443 section 4.2) and the errors of a host
 * (RFC 1122 section 3.2.2.1, RFC 4443 section 3.1, 3.4).  Data and quotes wait in a block of their own until
 * the message departs; the ring is short, so that a flood costs a bounded part of the arena.
 */
#define ICMP_REPLIES_MAX 64

struct icmp_reply {
    struct tercet_address remote;
    uint32_t local; /* address index */
    uint32_t rest;  /* the octets behind the checksum */
    uint32_t length;
    uint32_t block;
    uint8_t order;
    uint8_t type, code;
};

struct icmp_replies {
    struct icmp_reply ring[ICMP_REPLIES_MAX];
    uint32_t head, count;
};

/*
 * Owe a reply to the echo request @icmp, which came to the local address @local in @ip.  Return: what became
 * of it.
 */
enum tercet_verdict icmp_reply_echo(struct icmp_replies *replies, struct buddy *buddy,
                                    const struct ip_header *ip, uint32_t local,
                                    const struct icmp_message *icmp);

/*
 * Owe an error to the packet @ip, which came to @local and asks for what nobody here does: a port unreachable
 * for UDP, else a protocol unreachable (IPv6: unrecognized next header).
 * @packet: the packet from its first octet, to be quoted
 * Return: TERCET_IP_PROTOCOL or TERCET_REPLIES_FULL.
 */
enum tercet_verdict icmp_reply_unreachable(struct icmp_replies *replies, struct buddy *buddy,
                                           const struct ip_header *ip, const unsigned char *packet,
                                           uint32_t local);

/*
 * The oldest message that is owed: @ip and @icmp are filled in (but for ip->source, which is @local's
 * address); the body is borrowed until icmp_reply_done.  Return: false when there is none.
 */
bool icmp_reply_departs(const struct icmp_replies *replies, const struct buddy *buddy,
                        uint32_t *local, struct ip_header *ip, struct icmp_message *icmp);

/* It has been built: free it. */
void icmp_reply_done(struct icmp_replies *replies, struct buddy *buddy);

#endif
