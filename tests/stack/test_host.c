/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host around TCP: addresses and routes as they are given, ICMP echo (RFC 1122 section 3.2.2.6,
 * RFC 4443 section 4), protocols that are not spoken.
 */
#include "stack/conversation.h"
#include "wire/icmp.h"

static unsigned char packet[FRAME_MAX];

static struct ip_header header(const struct conversation *c, uint8_t protocol) {
    return (struct ip_header){.source = c->talker->peer.address,
                              .destination = c->talker->us.address,
                              .hop_limit = 64,
                              .protocol = protocol,
                              .version = c->v6 ? 6 : 4};
}

/*
 * An ICMP message of @length octets of body; @from and @to may be NULL.  Return: octets of packet.
 */
static uint32_t icmp_say(const struct conversation *c, uint8_t type, uint32_t length,
                         const struct tercet_address *to) {
    static unsigned char body[2000];
    struct icmp_message icmp = {
        .version = c->v6 ? 6 : 4, .type = type, .rest = 0x12340001, .body = body, .length = length};
    struct ip_header ip = header(c, c->v6 ? IP_PROTOCOL_ICMPV6 : IP_PROTOCOL_ICMP);

    if (to) ip.destination = *to;
    for (uint32_t i = 0; i < length; i++)
        body[i] = pattern(i, true);
    ip.length = 8 + length;
    uint32_t used = ip_build(packet, &ip);
    return used + icmp_build(packet + used, &ip, &icmp);
}

static uint8_t echo_request(const struct conversation *c) {
    return c->v6 ? 128 : 8;
}

/* The last departed packet is the reply to an echo of @length octets. */
static void expect_echo(struct conversation *c, uint32_t length) {
    struct ip_header ip;
    struct icmp_message icmp;

    if (!verify_eq(c, c->n_others, 1)) return;
    if (!verify_eq(c, ip_parse(c->other, c->other_length, &ip), TERCET_TAKEN)) return;
    if (!verify_eq(c, icmp_parse(&ip, &icmp), TERCET_TAKEN)) return;
    verify_eq(c, icmp.kind, ICMP_ECHO_REPLY);
    verify_eq(c, icmp.rest, 0x12340001);
    verify(c, address_eq(&ip.source, &c->talker->us.address));
    verify(c, address_eq(&ip.destination, &c->talker->peer.address));
    if (!verify_eq(c, icmp.length, length)) return;
    for (uint32_t i = 0; i < length; i++)
        if (!verify_eq(c, icmp.body[i], pattern(i, true))) return;
    c->n_others = 0;
}

CONVERSATION(echo_is_answered_with_its_own_octets) {
    uint32_t largest = c->mtu - (c->v6 ? 48 : 28);
    uint32_t lengths[] = {0, 1, 56, 1000, largest - 1, largest};

    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0] && is_on(c); i++) {
        frame_arrives(c, packet, icmp_say(c, echo_request(c), lengths[i], NULL));
        expect_verdict(c, TERCET_ICMP_ECHOED);
        expect_echo(c, lengths[i]);
        advance_s(c, 1);
    }
}

CONVERSATION(echo_with_a_wrong_checksum_is_silent) {
    uint32_t length = icmp_say(c, echo_request(c), 56, NULL);

    packet[length - 1] ^= 1;
    frame_arrives(c, packet, length);
    expect_verdict(c, TERCET_ICMP_CHECKSUM);
    verify_eq(c, c->n_others, 0);
}

/* A reply that nobody asked for, and messages of no interest. */
CONVERSATION(icmp_that_asks_nothing_is_silent) {
    for (unsigned type = 0; type < 256; type++) {
        if (type == echo_request(c)) continue;
        frame_arrives(c, packet, icmp_say(c, (uint8_t)type, 60, NULL));
        verify(c, c->over || c->verdict != TERCET_ICMP_ECHOED);
    }
    verify_eq(c, c->n_others, 0);
    expect_nothing(c);
}

CONVERSATION(echo_to_another_host_is_silent) {
    struct tercet_address other = address_of(c->v6, 77);

    frame_arrives(c, packet, icmp_say(c, echo_request(c), 56, &other));
    expect_verdict(c, TERCET_IP_NOT_OURS);
    verify_eq(c, c->n_others, 0);
}

/* Echoes cost bounded memory, and none in the end. */
CONVERSATION(a_storm_of_echoes_is_bounded) {
    for (unsigned batch = 0; batch < 50 && is_on(c); batch++) {
        hold(c);
        for (unsigned i = 0; i < HELD_MAX; i++)
            frame_arrives(c, packet, icmp_say(c, echo_request(c), 1400, NULL));
        release(c);
    }
    if (is_on(c)) verify_in(c, c->n_others, 1, 50 * HELD_MAX);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
    c->n_others = 0;
    advance_s(c, 10);
    frame_arrives(c, packet, icmp_say(c, echo_request(c), 56, NULL));
    expect_echo(c, 56);
}

CONVERSATION(other_protocols_are_told_that_nobody_speaks_them) {
    unsigned told = 0;

    for (unsigned protocol = 0; protocol < 256; protocol++) {
        /* Extension headers are no protocols; 1, 6 and 58 are known. */
        static const uint8_t known[] = {0, 1, 6, 43, 44, 50, 51, 58, 59, 60, 135, 139, 140};
        if (memchr(known, (int)protocol, sizeof known)) continue;
        struct ip_header ip = header(c, (uint8_t)protocol);
        ip.length = 40;
        uint32_t used = ip_build(packet, &ip);
        memset(packet + used, 0x55, 40);
        frame_arrives(c, packet, used + 40);
        expect_verdict(c, TERCET_IP_PROTOCOL);
        told++;
    }
    verify_eq(c, c->n_others, told);
}

/* The pointer is to the Next Header that named it, behind whatever stands in front (RFC 4443 section 3.4). */
CONVERSATION(an_unknown_next_header_is_pointed_at) {
    static const unsigned char options[] = {44, 0, 1, 4, 0, 0, 0, 0},
                               atomic[] = {253, 9, 0, 0, 1, 2, 3, 4};
    struct ip_header ip = header(c, 60);
    struct icmp_message icmp;

    if (!c->v6) return;
    ip.length = sizeof options + sizeof atomic + 20;
    uint32_t used = ip_build(packet, &ip);
    memcpy(packet + used, options, sizeof options);
    memcpy(packet + used + sizeof options, atomic, sizeof atomic);
    frame_arrives(c, packet, used + ip.length);
    expect_verdict(c, TERCET_IP_PROTOCOL);
    if (!verify_eq(c, c->n_others, 1)) return;
    if (!verify_eq(c, ip_parse(c->other, c->other_length, &ip), TERCET_TAKEN)) return;
    if (!verify_eq(c, icmp_parse(&ip, &icmp), TERCET_TAKEN)) return;
    verify_eq(c, icmp.rest, used + sizeof options);
}

/* No Next Header: there is nothing behind it that anybody could be asked for (RFC 8200 section 4.7). */
CONVERSATION(no_next_header_is_silent) {
    struct ip_header ip = header(c, 59);

    if (!c->v6) return;
    ip.length = 20;
    frame_arrives(c, packet, ip_build(packet, &ip) + ip.length);
    expect_verdict(c, TERCET_IP_PROTOCOL);
    verify_eq(c, c->n_others, 0);
}

/* From outside nobody has our address, LAND or not. */
CONVERSATION(our_own_address_as_a_source_is_silent) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .source = &c->talker->us.address);
    expect_verdict(c, TERCET_IP_SOURCE);
    expect_nothing(c);
    verify_eq(c, stack_info(c).half_opens, 0);
}

CONVERSATION(garbage_is_dropped) {
    uint32_t state = 0x2545f491;

    listen_here(c);
    for (unsigned round = 0; round < 3000 && is_on(c); round++) {
        uint32_t length = 1 + state % 120;
        for (uint32_t i = 0; i < length; i++) {
            state = state * 1664525 + 1013904223;
            packet[i] = (unsigned char)(state >> 24);
        }
        if (round % 2) packet[0] = c->v6 ? 0x60 : 0x45;
        frame_arrives(c, packet, length);
        verify(c, c->over || c->verdict != TERCET_TAKEN);
    }
    expect_nothing(c);
}

CONVERSATION(addresses_are_taken_once_and_checked) {
    struct tercet_address us = address_of(c->v6, 2), any = address_unspecified(c->v6), group = us;

    group.octets[c->v6 ? 0 : 12] = c->v6 ? 0xff : 224;
    if (!is_on(c)) return;
    verify_eq(c, tercet_stack_add_address(c->stack, &us, 24), TERCET_IN_USE);
    verify_eq(c, tercet_stack_add_address(c->stack, &any, 0), TERCET_INVALID);
    verify_eq(c, tercet_stack_add_address(c->stack, &group, 8), TERCET_INVALID);
    us = address_of(c->v6, 3);
    verify_eq(c, tercet_stack_add_address(c->stack, &us, c->v6 ? 129 : 33), TERCET_INVALID);
    for (uint8_t host = 10; host < 10 + c->config.max_addresses - 2; host++) {
        us = address_of(c->v6, host);
        verify_eq(c, tercet_stack_add_address(c->stack, &us, 24), 0);
    }
    us = address_of(c->v6, 99);
    verify_eq(c, tercet_stack_add_address(c->stack, &us, 24), TERCET_FULL);
}

/* Each of our addresses is a host of its own. */
CONVERSATION(a_second_address_answers_with_its_own) {
    struct tercet_address second = address_of(c->v6, 5);

    if (is_on(c)) verify_eq(c, tercet_stack_add_address(c->stack, &second, c->v6 ? 64 : 24), 0);
    listen_here(c);
    c->talker->us.address = second;
    receive(c, SYN, 0, 0, 0);
    expect(c, RST | ACK, 0, 1, 0, .absolute = true);
    close_listener(c);
    struct tercet_endpoint there = {second, SERVER_PORT};
    if (is_on(c)) verify_eq(c, tercet_listen(c->stack, &there, 1, 0, &c->listener), 0);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
}

CONVERSATION(routes_are_checked) {
    struct tercet_address net = address_of(c->v6, 0);

    if (!is_on(c)) return;
    verify_eq(c, tercet_stack_add_route(c->stack, &net, c->v6 ? 129 : 33, 0, 1500), TERCET_INVALID);
    verify_eq(c, tercet_stack_add_route(c->stack, &net, 24, 0, c->v6 ? 1279 : 67), TERCET_INVALID);
    verify_eq(c, tercet_stack_add_route(c->stack, &net, 24, 0, 65536), TERCET_INVALID);
}

/* The longest prefix wins: its MTU decides the MSS that we announce. */
CONVERSATION(the_longest_prefix_wins) {
    struct tercet_address peer = address_of(c->v6, 1);

    if (is_on(c))
        verify_eq(c, tercet_stack_add_route(c->stack, &peer, c->v6 ? 128 : 32, 0, 1300), 0);
    connect_out(c);
    expect(c, SYN, 0, 0, 0, .mss = c->v6 ? 1240 : 1260);
    struct tercet_endpoint other = {address_of(c->v6, 9), 80};
    tercet_conn conn = 0;
    struct tercet_conn_info info = {0};
    if (!is_on(c)) return;
    verify_eq(c, tercet_connect(c->stack, NULL, &other, 0, c->now_ns, &conn), 0);
    verify_eq(c, tercet_conn_info(c->stack, conn, &info), 0);
    verify_eq(c, info.receive_mss_bytes, c->v6 ? 1440 : 1460);
    verify_eq(c, tercet_conn_abort(c->stack, conn), 0);
}
