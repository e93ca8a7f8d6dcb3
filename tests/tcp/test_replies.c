/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers without a connection are bounded, by source and altogether: row 53.  Whoever floods is answered
 * seldom; whoever does not, at once.
 */
#include "stack/conversation.h"
#include "wire/icmp.h"

enum { FLOOD = 4000, A_SECOND = 256 };

/* Takes what departs beside conversation.h, which knows peers only.  Return: packets of @protocol. */
static unsigned depart(struct conversation *c, uint8_t protocol) {
    static unsigned char memory[DEPART_BATCH][FRAME_MAX];
    unsigned n, found = 0;

    do {
        struct tercet_frame frames[DEPART_BATCH];
        memset(frames, 0, sizeof frames);
        for (unsigned i = 0; i < DEPART_BATCH; i++)
            frames[i] = (struct tercet_frame){.bytes = memory[i], .capacity = FRAME_MAX};
        n = is_on(c) ? tercet_stack_depart(c->stack, frames, DEPART_BATCH, c->now_ns) : 0;
        for (unsigned i = 0; i < n; i++) {
            struct ip_header ip;
            verify(c, frames[i].length <= c->mtu);
            if (!verify_eq(c, ip_parse(memory[i], frames[i].length, &ip), TERCET_TAKEN)) return 0;
            found += ip.protocol == protocol;
        }
    } while (n == DEPART_BATCH);
    return found;
}

/* Brings in a packet of @protocol from @host: a SYN to a closed port, or 40 octets of anything. */
static void arrive(struct conversation *c, uint8_t host, uint8_t protocol) {
    unsigned char packet[200] = {0};
    struct ip_header ip = {.source = address_of(c->v6, host),
                           .destination = address_of(c->v6, 2),
                           .hop_limit = 64,
                           .protocol = protocol,
                           .version = c->v6 ? 6 : 4,
                           .length = 40};
    uint32_t used = ip_build(packet, &ip);
    struct tercet_frame frame = {.bytes = packet, .length = used + 40, .capacity = used + 40};

    if (protocol == IP_PROTOCOL_TCP) {
        struct segment syn = {.source_port = CLIENT_PORT, .destination_port = 9, .flags = SYN};
        ip.length = frame.length = tcp_build(packet + used, &syn);
        ip_build(packet, &ip);
        frame.length += used;
        uint64_t sum = ip_pseudo_sum(&ip.source, &ip.destination, protocol, ip.length);
        tcp_checksum_put(packet + used, checksum_add(sum, packet + used, ip.length));
    }
    if (is_on(c)) tercet_stack_arrive(c->stack, &frame, 1, c->now_ns);
}

static const struct answered {
    const char *name;
    uint8_t asked;
    bool by_icmp;
} kinds[] = {
    {"SYNs to a closed port",          IP_PROTOCOL_TCP, false},
    {"datagrams to a closed port",     IP_PROTOCOL_UDP, true },
    {"packets of an unknown protocol", 200,             true },
};

static uint8_t answer_of(const struct conversation *c, const struct answered *row) {
    if (!row->by_icmp) return IP_PROTOCOL_TCP;
    return c->v6 ? IP_PROTOCOL_ICMPV6 : IP_PROTOCOL_ICMP;
}

CONVERSATION_ROWS(kinds, row_53_one_is_answered) {
    arrive(c, 1, row->asked);
    if (is_on(c)) verify_eq(c, depart(c, answer_of(c, row)), 1);
}

CONVERSATION_ROWS(kinds, row_53_a_flood_is_answered_so_often_a_second) {
    for (unsigned second = 0; second < 3 && is_on(c); second++) {
        unsigned answers = 0;
        for (unsigned i = 0; i < FLOOD && is_on(c); i++) {
            arrive(c, 1, row->asked);
            answers += depart(c, answer_of(c, row));
        }
        if (is_on(c)) verify_in(c, answers, 1, A_SECOND);
        arrive(c, 7, row->asked); /* somebody else is not the worse for it */
        if (is_on(c)) verify_eq(c, depart(c, answer_of(c, row)), 1);
        advance_s(c, 1);
    }
    verify_eq(c, stack_info(c).half_opens, 0);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
}

/* Many sources at once, and nothing departs meanwhile: what waits is bounded. */
CONVERSATION_ROWS(kinds, row_53_what_waits_to_depart_is_bounded) {
    for (unsigned i = 0; i < FLOOD && is_on(c); i++)
        arrive(c, (uint8_t)(3 + i % 250), row->asked);
    if (is_on(c)) verify_in(c, depart(c, answer_of(c, row)), 1, 64);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
}
