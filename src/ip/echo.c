/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/echo.h"

#include <string.h>

enum tercet_verdict echo_arrives(struct echoes *echoes, struct buddy *buddy,
                                 const struct ip_header *ip, uint32_t local,
                                 const struct icmp_message *icmp) {
    struct echo echo = {
        .local = local, .remote = ip->source, .rest = icmp->rest, .length = icmp->length};

    if (echoes->count == ECHO_MAX) return TERCET_REPLIES_FULL;
    while (BUDDY_MIN << echo.order < echo.length)
        echo.order++;
    echo.block = buddy_take(buddy, echo.order);
    if (!echo.block) return TERCET_REPLIES_FULL;
    memcpy(buddy_at(buddy, echo.block), icmp->body, icmp->length);
    echoes->ring[(echoes->head + echoes->count++) % ECHO_MAX] = echo;
    return TERCET_ICMP_ECHOED;
}

bool echo_departs(const struct echoes *echoes, const struct buddy *buddy, uint32_t *local,
                  struct ip_header *ip, struct icmp_message *icmp) {
    const struct echo *echo = &echoes->ring[echoes->head];
    bool v4 = address_is_v4(&echo->remote);

    if (!echoes->count) return false;
    *local = echo->local;
    *ip = (struct ip_header){.destination = echo->remote};
    ip->version = v4 ? 4 : 6;
    ip->protocol = v4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
    *icmp = (struct icmp_message){.type = v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY,
                                  .rest = echo->rest};
    icmp->body = buddy_at(buddy, echo->block);
    icmp->length = echo->length;
    return true;
}

void echo_done(struct echoes *echoes, struct buddy *buddy) {
    const struct echo *echo = &echoes->ring[echoes->head];

    buddy_give(buddy, echo->block, echo->order);
    echoes->head = (echoes->head + 1) % ECHO_MAX;
    echoes->count--;
}
