/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_IP_ECHO_H
#define TERCET_IP_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/verdict.h>

#include "base/buddy.h"
#include "wire/icmp.h"
#include "wire/ip.h"

/*
 * ICMP echo: every host answers (RFC 1122 section 3.2.2.6, RFC 4443 section 4.2).  The data waits in a block of its own
 * until the reply departs; the ring is short, so that a flood of pings costs a bounded part of the arena.
 */
#define ECHO_MAX 64

struct echo {
    uint32_t local;
    struct tercet_address remote;
    uint32_t rest; /* identifier and sequence number */
    uint32_t length;
    uint32_t block;
    uint8_t order;
};

struct echoes {
    struct echo ring[ECHO_MAX];
    uint32_t head, count;
};

/* Owe a reply to the echo request @icmp, which came to the local address @local in @ip.  Return: what became of it. */
enum tercet_verdict echo_arrives(struct echoes *echoes, struct buddy *buddy,
                                 const struct ip_header *ip, uint32_t local,
                                 const struct icmp_message *icmp);

/*
 * The oldest reply that is owed: @ip and @icmp are filled in (but for ip->source, which is @local's address); the body is
 * borrowed until echo_done.  Return: false when there is none.
 */
bool echo_departs(const struct echoes *echoes, const struct buddy *buddy, uint32_t *local,
                  struct ip_header *ip, struct icmp_message *icmp);

/* The reply has been built: free it. */
void echo_done(struct echoes *echoes, struct buddy *buddy);

#endif
