/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bytes.h"
#include "must_fail.h"
#include "wire/packets.h"

static struct icmp_message parsed;
static struct icmp_quote quote;

/* The IP packet of @version around an ICMP message, as it would arrive. */
static struct ip_header ip_around(uint8_t version, const unsigned char *octets, uint32_t n) {
    struct ip_header ip = ip_sample(version, version == 6 ? IP_PROTOCOL_ICMPV6 : IP_PROTOCOL_ICMP);

    ip.payload = octets;
    ip.length = n;
    return ip;
}

/* Build a message of @type, @code and @rest around @body, and parse it. */
static enum tercet_verdict send_message(uint8_t version, unsigned type, unsigned code,
                                        uint32_t rest, const void *body, uint32_t n) {
    static unsigned char octets[PACKET_MAX];
    struct icmp_message icmp = {
        .version = version,
        .type = (uint8_t)type,
        .code = (uint8_t)code,
        .rest = rest,
        .body = body,
        .length = n,
    };
    struct ip_header ip = ip_around(version, octets, 0);

    ip.length = icmp_build(octets, &ip, &icmp);
    CHECK_EQ(ip.length, 8 + n);
    ip.payload = exactly(octets, ip.length);
    return icmp_parse(&ip, &parsed);
}

TEST(an_echo_request_is_written_as_the_rfc_draws_it)
{
    struct icmp_message icmp = {.version = 4,
                                .type = 8,
                                .rest = 0x12340001,
                                .body = (const unsigned char *)"abc",
                                .length = 3};
    struct ip_header ip = ip_around(4, NULL, 0);
    unsigned char octets[11];

    CHECK_EQ(icmp_build(octets, &ip, &icmp), 11);
    CHECK_MEM(octets,
              "\x08\0\x21\x68\x12\x34\0\1"
              "abc",
              11); /* 0800 + 1234 + 0001 + 6162 + 6300 = de97 */
}

TEST(the_two_icmps_say_the_same_things)
{
    static const struct {
        const char *name;
        uint8_t version, type, code;
        enum icmp_kind kind;
    } rows[] = {
        {"echo reply",                        4, 0,   0,   ICMP_ECHO_REPLY       },
        {"net unreachable",                   4, 3,   0,   ICMP_UNREACHABLE      },
        {"port unreachable",                  4, 3,   3,   ICMP_UNREACHABLE      },
        {"fragmentation needed",              4, 3,   4,   ICMP_TOO_BIG          },
        {"prohibited",                        4, 3,   13,  ICMP_UNREACHABLE      },
        {"an unreachable of an unknown code", 4, 3,   200, ICMP_UNREACHABLE      },
        {"source quench",                     4, 4,   0,   ICMP_SOURCE_QUENCH    },
        {"redirect",                          4, 5,   1,   ICMP_OTHER            },
        {"echo request",                      4, 8,   0,   ICMP_ECHO_REQUEST     },
        {"time exceeded",                     4, 11,  0,   ICMP_TIME_EXCEEDED    },
        {"parameter problem",                 4, 12,  0,   ICMP_PARAMETER_PROBLEM},
        {"timestamp",                         4, 13,  0,   ICMP_OTHER            },
        {"v6's number for an echo request",   4, 128, 0,   ICMP_OTHER            },
        {"unreachable",                       6, 1,   4,   ICMP_UNREACHABLE      },
        {"too big",                           6, 2,   0,   ICMP_TOO_BIG          },
        {"time exceeded",                     6, 3,   1,   ICMP_TIME_EXCEEDED    },
        {"parameter problem",                 6, 4,   0,   ICMP_PARAMETER_PROBLEM},
        {"echo request",                      6, 128, 0,   ICMP_ECHO_REQUEST     },
        {"echo reply",                        6, 129, 0,   ICMP_ECHO_REPLY       },
        {"neighbour solicitation",            6, 135, 0,   ICMP_OTHER            },
        {"v4's number for an echo request",   6, 8,   0,   ICMP_OTHER            },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("ICMPv%u: %s", rows[i].version, rows[i].name) {
            CHECK_VERDICT(
                send_message(rows[i].version, rows[i].type, rows[i].code, 0xfeed0102, "body", 4),
                TERCET_TAKEN);
            CHECK_EQ(parsed.kind, rows[i].kind);
            CHECK_EQ(parsed.version, rows[i].version);
            CHECK_EQ(parsed.type, rows[i].type);
            CHECK_EQ(parsed.code, rows[i].code);
            CHECK_EQ(parsed.rest, 0xfeed0102);
            CHECK_EQ(parsed.length, 4);
            CHECK_MEM(parsed.body, "body", 4);
        }
    }
}

TEST(the_mtu_is_told_where_there_is_one)
{
    send_message(4, 3, 4, 0xffff0000 | 1400, "", 0);
    CHECK_EQ(parsed.mtu, 1400); /* RFC 1191: the upper half is unused */
    send_message(4, 3, 4, 0, "", 0);
    CHECK_EQ(parsed.mtu, 0);
    send_message(4, 3, 3, 1400, "", 0);
    CHECK_EQ(parsed.mtu, 0);
    send_message(6, 2, 0, 0xffffffff, "", 0);
    CHECK_EQ(parsed.mtu, 0xffffffff);
    send_message(6, 1, 0, 1280, "", 0);
    CHECK_EQ(parsed.mtu, 0);
}

TEST(what_is_built_is_parsed_to_the_same_value)
{
    struct dice dice = {1};
    unsigned char body[300];

    for (int i = 0; i < 5000; i++) {
        uint32_t n = dice_below(&dice, 300), rest = dice_u32(&dice);
        uint8_t type = (uint8_t)dice_u32(&dice), code = (uint8_t)dice_u32(&dice);

        dice_octets(&dice, body, n);
        CHECK_VERDICT(send_message(i % 2 ? 4 : 6, type, code, rest, body, n), TERCET_TAKEN);
        CHECK(parsed.type == type && parsed.code == code && parsed.rest == rest);
        CHECK_EQ(parsed.length, n);
        CHECK_MEM(parsed.body, body, n);
    }
}

TEST(a_message_without_its_header_is_short_and_one_wrong_bit_is_noticed)
{
    static const struct icmp_message icmp = {.version = 6, .type = 128, .rest = 77};

    for (uint8_t version = 4; version <= 6; version = (uint8_t)(version + 2)) {
        struct icmp_message message = icmp;
        unsigned char octets[8];
        struct ip_header ip = ip_around(version, octets, sizeof octets);

        message.version = version;
        icmp_build(octets, &ip, &message);
        for (ip.length = 0; ip.length < 8; ip.length++)
            CHECK_VERDICT(icmp_parse(&ip, &parsed), TERCET_ICMP_SHORT);
        CHECK_VERDICT(icmp_parse(&ip, &parsed), TERCET_TAKEN);
        for (unsigned bit = 0; bit < 64; bit++) {
            octets[bit / 8] ^= (unsigned char)(1 << bit % 8);
            CHECK_VERDICT(icmp_parse(&ip, &parsed), TERCET_ICMP_CHECKSUM);
            octets[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
    }
}

TEST(the_checksum_of_icmpv6_covers_the_addresses)
{
    struct icmp_message icmp = {.version = 6, .type = 128};
    unsigned char octets[8];
    struct ip_header ip = ip_around(6, octets, sizeof octets);

    icmp_build(octets, &ip, &icmp);
    ip.destination.octets[15]++;
    CHECK_VERDICT(icmp_parse(&ip, &parsed), TERCET_ICMP_CHECKSUM);
}

TEST(each_icmp_belongs_to_its_ip)
{
    unsigned char octets[8] = {0, 0, 0xff, 0xff};
    struct ip_header ip = ip_around(4, octets, sizeof octets);

    CHECK_VERDICT(icmp_parse(&ip, &parsed), TERCET_TAKEN);
    ip.protocol = IP_PROTOCOL_ICMPV6;
    CHECK_VERDICT(icmp_parse(&ip, &parsed), TERCET_IP_PROTOCOL);
    ip = ip_around(6, octets, sizeof octets);
    ip.protocol = IP_PROTOCOL_ICMP;
    CHECK_VERDICT(icmp_parse(&ip, &parsed), TERCET_IP_PROTOCOL);
}

/* A segment of ours as an error would quote it. */
static struct packet our_packet(uint8_t version, uint8_t protocol) {
    static const unsigned char tcp[20] = {0x12, 0x34, 0,    80,          0xf1,
                                          0xf2, 0xf3, 0xf4, [12] = 0x50, 2};

    return packet_of(ip_sample(version, protocol), tcp, sizeof tcp);
}

/* Send the first @n octets of @packet as the quote of an unreachable. */
static enum tercet_verdict quote_of(uint8_t version, const struct packet *packet, uint32_t n) {
    CHECK_VERDICT(send_message(version, version == 4 ? 3 : 1, 1, 0, packet->octets, n),
                  TERCET_TAKEN);
    memset(&quote, 0xa5, sizeof quote);
    return icmp_quote_parse(&parsed, &quote);
}

TEST(a_quote_names_our_segment_from_its_first_eight_octets_on)
{
    for (uint8_t version = 4; version <= 6; version = (uint8_t)(version + 2)) {
        struct packet packet = our_packet(version, IP_PROTOCOL_TCP);
        uint32_t header = version == 4 ? 20 : 40;
        struct ip_header ip = ip_sample(version, IP_PROTOCOL_TCP);

        packet.octets[version == 4 ? 8 : 7] = 3; /* the hop limit when it met the router */
        for (uint32_t n = 0; n < header + 8; n++)
            CHECK_VERDICT(quote_of(version, &packet, n), TERCET_ICMP_SHORT);
        for (uint32_t n = header + 8; n <= header + 20; n++) {
            CHECK_VERDICT(quote_of(version, &packet, n), TERCET_TAKEN);
            CHECK(address_eq(&quote.ip.source, &ip.source));
            CHECK(address_eq(&quote.ip.destination, &ip.destination));
            CHECK_EQ(quote.ip.protocol, IP_PROTOCOL_TCP);
            CHECK_EQ(quote.ip.length, 20);
            CHECK_EQ(quote.source_port, 0x1234);
            CHECK_EQ(quote.destination_port, 80);
            CHECK_EQ(quote.seq, 0xf1f2f3f4);
        }
    }
}

TEST(a_quote_that_says_nothing_is_of_no_use)
{
    static const struct {
        const char *name;
        uint8_t version;
        unsigned at, value; /* what is spoiled */
        enum tercet_verdict wanted;
    } rows[] = {
        {"UDP",                                     4, 9, IP_PROTOCOL_UDP,    TERCET_TAKEN       },
        {"UDP",                                     6, 6, IP_PROTOCOL_UDP,    TERCET_TAKEN       },
        {"an ICMP message",                         4, 9, IP_PROTOCOL_ICMP,   TERCET_ICMP_IGNORED},
        {"an ICMP message",                         6, 6, IP_PROTOCOL_ICMPV6, TERCET_ICMP_IGNORED},
        {"a version that is none",                  4, 0, 0x55,               TERCET_ICMP_STRAY  },
        {"a header length below 20",                4, 0, 0x44,               TERCET_ICMP_STRAY  },
        {"a header longer than its packet",         4, 0, 0x4f,               TERCET_ICMP_STRAY  },
        {"a header that leaves less than 8 octets", 4, 0, 0x49,               TERCET_ICMP_SHORT  },
        {"a total length below its header",         4, 3, 19,                 TERCET_ICMP_STRAY  },
        {"a total length without ports",            4, 3, 27,                 TERCET_ICMP_SHORT  },
        {"a payload length without ports",          6, 5, 7,                  TERCET_ICMP_SHORT  },
        {"a fragment behind the first",             4, 7, 1,                  TERCET_ICMP_STRAY  },
        {"a first fragment",                        4, 6, 0x20,               TERCET_TAKEN       },
        {"the other version",                       4, 0, 0x65,               TERCET_ICMP_STRAY  },
        {"the other version",                       6, 0, 0x45,               TERCET_ICMP_STRAY  },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("ICMPv%u quotes %s", rows[i].version, rows[i].name) {
            struct packet packet = our_packet(rows[i].version, IP_PROTOCOL_TCP);

            packet.octets[rows[i].at] = (unsigned char)rows[i].value;
            CHECK_VERDICT(quote_of(rows[i].version, &packet, packet.length), rows[i].wanted);
        }
    }
}

TEST(a_quote_of_udp_has_ports_and_no_sequence_number)
{
    struct packet packet = our_packet(4, IP_PROTOCOL_UDP);

    CHECK_VERDICT(quote_of(4, &packet, packet.length), TERCET_TAKEN);
    CHECK_EQ(quote.source_port, 0x1234);
    CHECK_EQ(quote.seq, 0);
}

TEST(a_quote_by_ipv6_cannot_name_a_connection_of_ipv4)
{
    struct packet packet = our_packet(6, IP_PROTOCOL_TCP);
    struct tercet_address mapped = address_v4(198, 18, 0, 1);

    memcpy(packet.octets + 8, mapped.octets, 16);
    CHECK_VERDICT(quote_of(6, &packet, packet.length), TERCET_ICMP_STRAY);
    packet = our_packet(6, IP_PROTOCOL_TCP);
    memcpy(packet.octets + 24, mapped.octets, 16);
    CHECK_VERDICT(quote_of(6, &packet, packet.length), TERCET_ICMP_STRAY);
}

TEST(an_icmp_quotes_only_packets_of_its_own_ip)
{
    struct packet v4 = our_packet(4, IP_PROTOCOL_TCP), v6 = our_packet(6, IP_PROTOCOL_TCP);

    CHECK_VERDICT(quote_of(4, &v6, v6.length), TERCET_ICMP_STRAY);
    CHECK_VERDICT(quote_of(6, &v4, v4.length), TERCET_ICMP_STRAY);
}

TEST(a_quote_is_read_behind_extension_headers)
{
    unsigned char payload[28] = {IP_PROTOCOL_TCP, 0, 0, 1, [8] = 0x12, 0x34, 0, 80, 0, 0, 0, 9};
    struct packet packet = packet_of(ip_sample(6, 44), payload, sizeof payload);

    CHECK_VERDICT(quote_of(6, &packet, packet.length),
                  TERCET_TAKEN); /* the first of several fragments */
    CHECK_EQ(quote.source_port, 0x1234);
    CHECK_EQ(quote.seq, 9);
    packet.octets[43] = 8; /* behind the first */
    CHECK_VERDICT(quote_of(6, &packet, packet.length), TERCET_ICMP_STRAY);
    packet = packet_of(ip_sample(6, 60), payload, sizeof payload);
    packet.octets[43] = 0;
    CHECK_VERDICT(quote_of(6, &packet, packet.length), TERCET_TAKEN);
    CHECK_EQ(quote.seq, 9);
    CHECK_VERDICT(quote_of(6, &packet, 55), TERCET_ICMP_SHORT);
}

TEST(only_errors_quote)
{
    static const struct {
        uint8_t version, type;
        bool quotes;
    } rows[] = {
        {4, 0,   false},
        {4, 3,   true },
        {4, 4,   true },
        {4, 5,   false},
        {4, 8,   false},
        {4, 11,  true },
        {4, 12,  true },
        {6, 1,   true },
        {6, 2,   true },
        {6, 3,   true },
        {6, 4,   true },
        {6, 128, false},
        {6, 129, false},
        {6, 135, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct packet packet = our_packet(rows[i].version, IP_PROTOCOL_TCP);

        send_message(rows[i].version, rows[i].type, 0, 0, packet.octets, packet.length);
        CHECK_VERDICT(icmp_quote_parse(&parsed, &quote),
                      rows[i].quotes ? TERCET_TAKEN : TERCET_ICMP_IGNORED);
    }
}

TEST(misuse_is_stopped)
{
    struct icmp_message icmp = {.version = 6};
    struct ip_header ip = ip_around(4, NULL, 0);
    unsigned char octets[8];

    CHECK(MUST_FAILS(icmp_build(octets, &ip, &icmp)));
}
