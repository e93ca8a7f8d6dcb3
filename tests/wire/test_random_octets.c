/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bytes.h"
#include "wire/packets.h"

/*
 * Octets nobody meant: random ones, and good packets with a few of their octets changed. Each lies
 * in memory of just its size; what is taken must lie inside it.
 */
static bool is_inside(const unsigned char *part, uint32_t n, const unsigned char *frame,
                      uint32_t length) {
    return part >= frame && n <= length && part + n <= frame + length;
}

static void check_tcp(const struct ip_header *ip, const unsigned char *frame, uint32_t n) {
    struct segment seg;

    for (int valid = 0; valid < 2; valid++) {
        if (tcp_parse(ip, valid, &seg) != TERCET_TAKEN) continue;
        CHECK(is_inside(seg.payload, seg.length, frame, n));
        CHECK_EQ(seg.header_length + seg.length, ip->length);
        CHECK(seg.header_length >= TCP_HEADER_LENGTH && seg.header_length <= TCP_HEADER_MAX);
        CHECK(!segment_has_option(&seg, TCP_HAS_SACK) ||
              (seg.options.n_sack >= 1 && seg.options.n_sack <= 4));
        CHECK(!segment_has_option(&seg, TCP_HAS_FAST_OPEN) ||
              seg.options.fo_length <= TCP_FO_COOKIE_MAX);
    }
}

static void check_icmp(const struct ip_header *ip, const unsigned char *frame, uint32_t n) {
    struct icmp_message icmp;
    struct icmp_quote quote;

    if (icmp_parse(ip, &icmp) != TERCET_TAKEN) return;
    CHECK(is_inside(icmp.body, icmp.length, frame, n));
    if (icmp_quote_parse(&icmp, &quote) != TERCET_TAKEN) return;
    CHECK(is_inside(quote.ip.payload, 8, frame, n));
    CHECK_EQ(quote.ip.version, ip->version);
}

/* Return: whether IP took it. */
static bool check_frame(const void *octets, uint32_t n) {
    const unsigned char *frame = exactly(octets, n);
    struct ip_header ip;

    if (ip_parse_cut(frame, n, &ip) == TERCET_TAKEN)
        CHECK(is_inside(frame, ip.header_length, frame, n));
    if (ip_parse(frame, n, &ip) != TERCET_TAKEN) return false;
    CHECK(is_inside(ip.payload, ip.length, frame, n));
    CHECK(ip.payload == frame + ip.header_length);
    if (ip_is_fragment(&ip)) CHECK(ip.fragment_offset + ip.length <= 65535);
    check_tcp(&ip, frame, n);
    check_icmp(&ip, frame, n);
    return true;
}

/* An ICMP error that quotes as much as it likes of @packet. */
static struct packet error_packet(struct dice *dice, const struct packet *packet, uint8_t version) {
    uint8_t protocol = version == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
    struct ip_header ip = ip_sample(version, protocol);
    struct icmp_message icmp = {.version = version, .type = version == 4 ? 3 : 1};
    unsigned char message[PACKET_MAX];

    icmp.body = packet->octets;
    icmp.length = dice_below(dice, packet->length + 1);
    return packet_of(ip, message, icmp_build(message, &ip, &icmp));
}

/* A good packet: TCP with random options, or an error about it. */
static struct packet good_packet(struct dice *dice) {
    uint8_t version = dice_below(dice, 2) ? 4 : 6;
    unsigned char payload[300];
    uint32_t n = 60 + dice_below(dice, 200);
    struct packet packet;

    dice_octets(dice, payload, n);
    payload[12] = (unsigned char)((5 + dice_below(dice, 11)) * 16);
    packet = packet_of(ip_sample(version, IP_PROTOCOL_TCP), payload, n);
    return dice_below(dice, 3) ? packet : error_packet(dice, &packet, version);
}

/* Change up to four octets in and near the headers. */
static void packet_spoil(struct dice *dice, struct packet *packet) {
    uint32_t near = packet->length < 80 ? packet->length : 80;

    for (uint32_t n = dice_below(dice, 5); n > 0; n--)
        packet->octets[dice_below(dice, near)] = (unsigned char)dice_u32(dice);
    if (dice_below(dice, 4)) packet_mend(packet);
    if (dice_below(dice, 10) == 0) packet->length = dice_below(dice, packet->length);
}

TEST(random_octets_are_refused_or_taken_within_their_bounds)
{
    struct dice dice = {1};
    unsigned char octets[200];

    for (unsigned long i = 0; i < tap_seeds(300000); i++) {
        uint32_t n = dice_below(&dice, sizeof octets);

        dice_octets(&dice, octets, n);
        if (n > 0)
            octets[0] = dice_below(&dice, 2) ? (unsigned char)(0x40 | dice_below(&dice, 16)) : 0x60;
        if (n > 5) be16_put(octets + (octets[0] >> 4 == 4 ? 2 : 4), (uint16_t)dice_below(&dice, n));
        check_frame(octets, n);
    }
}

TEST(good_packets_with_wrong_octets_are_refused_or_taken_within_their_bounds)
{
    struct dice dice = {2};
    unsigned long taken = 0;

    for (unsigned long i = 0; i < tap_seeds(300000); i++) {
        struct packet packet = good_packet(&dice);

        packet_spoil(&dice, &packet);
        taken += check_frame(packet.octets, packet.length);
    }
    CHECK(taken > tap_seeds(300000) / 10); /* else this tests nothing behind the IP header */
}

TEST(random_chains_of_extension_headers_end_inside_the_packet)
{
    static const uint8_t kinds[] = {0, 43, 44, 60, IP_PROTOCOL_TCP, IP_PROTOCOL_ICMPV6, 59};
    struct dice dice = {3};
    unsigned long taken = 0;

    for (unsigned long i = 0; i < tap_seeds(200000); i++) {
        unsigned char payload[200] = {0};
        struct packet packet;

        for (uint32_t at = 0; at + 8 < sizeof payload; at += 8) {
            payload[at] = kinds[dice_below(&dice, 5 + (dice_below(&dice, 5) == 0) * 2)];
            payload[at + 1] = dice_below(&dice, 6) ? 0 : (unsigned char)dice_below(&dice, 25);
            payload[at + 3] = dice_below(&dice, 20) ? 0 : (unsigned char)dice_u32(&dice);
            payload[at + 2 + dice_below(&dice, 6)] |= dice_below(&dice, 10)
                                                          ? 0
                                                          : (unsigned char)dice_u32(&dice);
        }
        packet = packet_of(ip_sample(6, kinds[dice_below(&dice, 4)]), payload,
                           dice_below(&dice, sizeof payload));
        taken += check_frame(packet.octets, packet.length);
    }
    CHECK(taken > tap_seeds(200000) / 10);
}
