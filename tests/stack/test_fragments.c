/* SPDX-License-Identifier: BSD-2-Clause */
/* A peer whose packets come in fragments: the connection does not notice. */
#include "base/bytes.h"
#include "stack/conversation.h"
#include "wire/icmp.h"

enum { EXTENSION = 8 };

static unsigned char packet[FRAME_MAX + 200];
static unsigned char fragment[FRAME_MAX + 200];

static uint32_t header_length(const struct conversation *c) {
    return c->v6 ? IPV6_HEADER_LENGTH : IPV4_HEADER_LENGTH;
}

/* The octets @at .. @at + @n of the payload of packet come as a fragment. */
static void piece_arrives(struct conversation *c, uint32_t id, uint32_t at, uint32_t n, bool more) {
    struct ip_header ip;
    uint32_t used, extra = c->v6 ? EXTENSION : 0;

    if (!is_on(c)) return;
    if (!verify_eq(c, ip_parse(packet, sizeof packet, &ip), TERCET_TAKEN)) return;
    const unsigned char extension[EXTENSION] = {ip.protocol, [2] = (unsigned char)(at >> 8),
                                                (unsigned char)(at | more)};
    const unsigned char *octets = ip.payload + at;
    ip.length = n + extra;
    ip.dont_fragment = false;
    if (c->v6) {
        ip.protocol = 44;
    } else {
        ip.fragment_id = id;
        ip.fragment_offset = (uint16_t)at;
        ip.more_fragments = more;
    }
    used = ip_build(fragment, &ip);
    if (extra) {
        memcpy(fragment + used, extension, EXTENSION);
        be32_put(fragment + used + 4, id);
    }
    memcpy(fragment + used + extra, octets, n);
    frame_arrives(c, fragment, used + extra + n);
}

/* Packet comes in fragments of @size octets, the first first or last. */
static void packet_arrives(struct conversation *c, uint32_t length, uint32_t id, uint32_t size,
                           bool backwards) {
    uint32_t payload = length - header_length(c), n = (payload + size - 1) / size;

    for (uint32_t i = 0; i < n && is_on(c); i++) {
        uint32_t at = (backwards ? n - 1 - i : i) * size;
        bool more = at + size < payload;

        piece_arrives(c, id, at, more ? size : payload - at, more);
        if (i + 1 < n && !c->holding) expect_verdict(c, TERCET_IP_FRAGMENT_KEPT);
    }
}

static void say_in_fragments(struct conversation *c, const struct say *s, uint32_t id,
                             uint32_t size, bool backwards) {
    if (is_on(c)) packet_arrives(c, frame_say(c, s, packet), id, size, backwards);
}

#define receive_cut(c, id, size, backwards, ...)                                                   \
    say_in_fragments((c), &(struct say)SAY(__VA_ARGS__), (id), (size), (backwards))

/* All up to @ack is acknowledged, be it at once or a little later. */
static void expect_acked(struct conversation *c, uint32_t ack) {
    advance_ms(c, 500);
    ignore_heard(c);
    verify_eq(c, c->talker->acked, ack);
}

CONVERSATION(a_connection_whose_segments_come_in_fragments) {
    listen_here(c);
    receive_cut(c, 1, 24, false, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    receive_cut(c, 2, 200, false, ACK, 1, 1, 1400);
    receive_cut(c, 3, 64, true, ACK, 1401, 1, 1400);
    expect_acked(c, 2801);
    expect_readable(c, 2800);
    user_read(c, 2800);
    receive_cut(c, 4, 8 * 150, true, ACK, 2801, 1, 20000);
    expect_acked(c, 22801);
    expect_readable(c, 20000);
    user_read(c, 20000);
    verify_eq(c, stack_info(c).fragmented, 0);
    verify_eq(c, stack_info(c).fragmented_lost, 0);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
}

CONVERSATION(a_batch_of_fragments_is_many_segments) {
    establish(c);
    hold(c);
    for (uint32_t i = 0; i < 6; i++) {
        receive_cut(c, i, 400, i % 2, ACK, 1 + i * 1000, 1, 1000);
        if (i % 2) receive(c, ACK, 1 + i * 1000, 1, 1000);
    }
    release(c);
    expect_acked(c, 6001);
    expect_readable(c, 6000);
    user_read(c, 6000);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
}

CONVERSATION(a_segment_of_which_a_fragment_is_missing_is_lost) {
    establish(c);
    uint32_t length = is_on(c) ? frame_say(c, &(struct say)SAY(ACK, 1, 1, 1000), packet) : 0;
    piece_arrives(c, 9, 0, 400, true);
    piece_arrives(c, 9, 800, length - header_length(c) - 800, false);
    expect_verdict(c, TERCET_IP_FRAGMENT_KEPT);
    verify_eq(c, stack_info(c).fragmented, 1);
    advance_us(c, 29999999);
    verify_eq(c, stack_info(c).fragmented, 1);
    advance_us(c, 1);
    verify_eq(c, stack_info(c).fragmented, 0);
    verify_eq(c, stack_info(c).fragmented_lost, 1);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
    expect_nothing(c);
    receive(c, ACK, 1, 1, 1000);
    expect_within_ms(c, 500, ACK, 1, 1001, 0);
}

CONVERSATION(a_segment_whose_fragments_overlap_is_lost) {
    establish(c);
    if (is_on(c)) frame_say(c, &(struct say)SAY(ACK, 1, 1, 1000), packet);
    piece_arrives(c, 9, 0, 400, true);
    piece_arrives(c, 9, 392, 400, true);
    expect_verdict(c, TERCET_IP_FRAGMENT_OVERLAP);
    piece_arrives(c, 9, 400, 400, true);
    expect_verdict(c, TERCET_IP_FRAGMENT_OVERLAP);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
    expect_nothing(c);
}

/* Of pieces only the whole is judged: the checksum is looked at, whatever a device says of it. */
CONVERSATION(a_wrong_checksum_is_found_in_the_whole) {
    establish(c);
    receive_cut(c, 5, 400, false, ACK, 1, 1, 1000, .bad_checksum = WRONG);
    expect_verdict(c, TERCET_TCP_CHECKSUM);
    expect_nothing(c);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
}

CONVERSATION(a_reset_in_fragments_is_taken) {
    establish(c);
    receive_cut(c, 5, 24, true, ACK | RST, 1, 1, 16);
    expect_verdict(c, TERCET_RST_TAKEN);
    expect_nothing(c);
}

/* RFC 8200 section 4.5: what is whole and yet a fragment is none. */
CONVERSATION(fragments_of_a_fragment_are_dropped) {
    if (!c->v6 || !is_on(c)) return;
    uint32_t length = frame_say(c, &(struct say)SAY(SYN, 0, 0, 100), packet);
    static unsigned char inner[FRAME_MAX];
    struct ip_header ip;

    ip_parse(packet, length, &ip);
    memcpy(inner, (unsigned char[]){IP_PROTOCOL_TCP, 0, 0, 1, 0, 0, 0, 7}, EXTENSION);
    memcpy(inner + EXTENSION, ip.payload, ip.length / 8 * 8);
    ip.length = ip.length / 8 * 8 + EXTENSION;
    ip.protocol = 44;
    memcpy(packet + ip_build(packet, &ip), inner, ip.length);
    for (unsigned i = 0; i < 2; i++) {
        unsigned char outer[EXTENSION] = {44, 0, 0, i ? 64 : 1, 0, 0, 0, 9};
        uint32_t n = i ? ip.length - 64 : 64, used;
        struct ip_header of = ip;

        of.length = n + EXTENSION;
        used = ip_build(fragment, &of);
        memcpy(fragment + used, outer, EXTENSION);
        memcpy(fragment + used + EXTENSION, inner + (i ? 64 : 0), n);
        frame_arrives(c, fragment, used + EXTENSION + n);
    }
    expect_verdict(c, TERCET_IP_FRAGMENT);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
    verify_eq(c, stack_info(c).fragmented, 0);
    c->talker->syn_said = false;
}

/* RFC 6946: a packet of one fragment is a whole packet, whatever else waits under that number. */
CONVERSATION(a_packet_in_one_fragment_is_whole) {
    if (!c->v6) return;
    listen_here(c);
    if (is_on(c)) frame_say(c, &(struct say)SAY(SYN, 0, 0, 0), packet);
    piece_arrives(c, 3, 24, 8, true);
    expect_verdict(c, TERCET_IP_FRAGMENT_KEPT);
    receive_cut(c, 3, 1000, false, SYN, 0, 0, 0);
    expect_verdict(c, TERCET_SYN_ADMITTED);
    expect(c, SYN | ACK, 0, 1, 0);
    verify_eq(c, stack_info(c).fragmented, 1);
}

CONVERSATION(fragments_of_other_protocols_are_not_kept) {
    if (c->v6 || !is_on(c)) return;
    frame_say(c, &(struct say)SAY(SYN, 0, 0, 0), packet);
    c->talker->syn_said = false;
    struct ip_header ip;
    ip_parse(packet, sizeof packet, &ip);
    ip.protocol = IP_PROTOCOL_UDP;
    ip_build(packet, &ip);
    piece_arrives(c, 3, 0, 16, true);
    expect_verdict(c, TERCET_IP_PROTOCOL);
    verify_eq(c, stack_info(c).fragmented, 0);
}

/* A ping of @n octets in fragments. */
static void ping_arrives(struct conversation *c, uint32_t n) {
    static unsigned char body[FRAME_MAX];
    struct ip_header ip = {.source = c->talker->peer.address,
                           .destination = c->talker->us.address,
                           .hop_limit = 64,
                           .length = n,
                           .protocol = c->v6 ? IP_PROTOCOL_ICMPV6 : IP_PROTOCOL_ICMP,
                           .version = c->v6 ? 6 : 4};
    struct icmp_message icmp = {.version = ip.version,
                                .type = c->v6 ? ICMPV6_ECHO_REQUEST : ICMPV4_ECHO_REQUEST,
                                .rest = 0x12340001,
                                .body = body,
                                .length = n - ICMP_HEADER_LENGTH};
    uint32_t header = ip_build(packet, &ip);

    for (uint32_t i = 0; i < icmp.length; i++)
        body[i] = pattern(i, false);
    icmp_build(packet + header, &ip, &icmp);
    packet_arrives(c, header + n, 77, 512, false);
}

CONVERSATION(a_ping_in_fragments_is_answered) {
    ping_arrives(c, 1400);
    expect_verdict(c, TERCET_ICMP_ECHOED);
    verify_eq(c, c->n_others, 1);
    verify_eq(c, c->other_length, header_length(c) + 1400);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
}

/*
 * The answer to a ping larger than a packet may be: RFC 1122 section 3.2.2.6 cuts it, RFC 4443
 * section 4.2 does not let it be cut.
 */
CONVERSATION(a_ping_larger_than_the_mtu) {
    ping_arrives(c, 3000);
    expect_verdict(c, c->v6 ? TERCET_ICMP_IGNORED : TERCET_ICMP_ECHOED);
    verify_eq(c, c->n_others, !c->v6);
    if (!c->v6) verify_eq(c, c->other_length, 1500);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
}
