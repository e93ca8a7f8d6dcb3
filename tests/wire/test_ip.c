/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bytes.h"
#include "must_fail.h"
#include "wire/packets.h"

static struct ip_header parsed;

TEST(an_ipv4_header_of_the_world_is_read)
{
    static const unsigned char header[20] = {0x45, 0xb9, 0x00, 0x18, 0xab, 0xcd, 0x40,
                                             0x00, 0x40, 0x11, 0x0c, 0x36, 0xc0, 0xa8,
                                             0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};
    struct packet packet = {.length = 24};

    memcpy(packet.octets, header, 20);
    CHECK_VERDICT(packet_parse(&packet, &parsed), TERCET_TAKEN);
    CHECK_EQ(parsed.version, 4);
    CHECK_EQ(parsed.traffic_class, 0xb9);
    CHECK_EQ(parsed.fragment_id, 0xabcd);
    CHECK(parsed.dont_fragment && !parsed.more_fragments && parsed.fragment_offset == 0);
    CHECK_EQ(parsed.hop_limit, 64);
    CHECK_EQ(parsed.protocol, IP_PROTOCOL_UDP);
    CHECK_EQ(parsed.length, 4);
    CHECK_EQ(parsed.header_length, 20);
    CHECK_MEM(parsed.source.octets, "\0\0\0\0\0\0\0\0\0\0\377\377\300\250\0\1", 16);
    CHECK_MEM(parsed.destination.octets, "\0\0\0\0\0\0\0\0\0\0\377\377\300\250\0\307", 16);
}

TEST(an_ipv6_header_is_read)
{
    struct packet packet = {.length = 43};

    memcpy(packet.octets, "\x6b\x91\x23\x45\0\3\6\x40\x20\1\0\2", 12);
    packet.octets[23] = 1;
    packet.octets[24] = 0x20;
    packet.octets[39] = 2;
    CHECK_VERDICT(packet_parse(&packet, &parsed), TERCET_TAKEN);
    CHECK_EQ(parsed.version, 6);
    CHECK_EQ(parsed.traffic_class, 0xb9);
    CHECK_EQ(parsed.flow_label, 0x12345);
    CHECK_EQ(parsed.length, 3);
    CHECK_EQ(parsed.header_length, 40);
    CHECK_EQ(parsed.protocol, IP_PROTOCOL_TCP);
    CHECK_EQ(parsed.hop_limit, 64);
    CHECK_MEM(parsed.source.octets, "\x20\1\0\2\0\0\0\0\0\0\0\0\0\0\0\1", 16);
    CHECK_MEM(parsed.destination.octets, "\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2", 16);
    CHECK(!ip_is_fragment(&parsed));
}

static struct ip_header random_header(struct dice *dice) {
    struct ip_header ip = ip_sample(dice_below(dice, 2) ? 4 : 6, (uint8_t)dice_u32(dice));
    unsigned from = ip.version == 4 ? 12 : 0;

    dice_octets(dice, ip.source.octets + from, 16 - from);
    dice_octets(dice, ip.destination.octets + from, 16 - from);
    ip.length = dice_below(dice, 500) * 8;
    ip.hop_limit = (uint8_t)dice_u32(dice);
    ip.traffic_class = (uint8_t)dice_u32(dice);
    if (ip.version == 6) {
        ip.flow_label = dice_below(dice, 1 << 20);
        if (ip.protocol <= 60)
            ip.protocol = IP_PROTOCOL_TCP; /* extension headers are tested below */
        return ip;
    }
    ip.fragment_id = dice_below(dice, 65536);
    ip.dont_fragment = dice_below(dice, 2);
    ip.more_fragments = dice_below(dice, 2);
    ip.fragment_offset = (uint16_t)(dice_below(dice, 7600) * 8);
    return ip;
}

TEST(what_is_built_is_parsed_to_the_same_value)
{
    static unsigned char octets[PACKET_MAX * 4];
    struct dice dice = {1};

    for (int i = 0; i < 20000; i++) {
        struct ip_header ip = random_header(&dice);
        uint32_t header = ip_build(octets, &ip);

        ip.header_length = header;
        ip.payload = octets + header;
        CHECK_EQ(header, ip.version == 4 ? 20 : 40);
        CHECK_VERDICT(ip_parse(octets, header + ip.length, &parsed), TERCET_TAKEN);
        CHECK(address_eq(&parsed.source, &ip.source) &&
              address_eq(&parsed.destination, &ip.destination));
        CHECK(parsed.payload == ip.payload);
        CHECK_EQ(parsed.length, ip.length);
        CHECK_EQ(parsed.header_length, ip.header_length);
        CHECK_EQ(parsed.fragment_id, ip.fragment_id);
        CHECK_EQ(parsed.fragment_offset, ip.fragment_offset);
        CHECK_EQ(parsed.more_fragments, ip.more_fragments);
        CHECK_EQ(parsed.dont_fragment, ip.dont_fragment);
        CHECK_EQ(parsed.protocol, ip.protocol);
        CHECK_EQ(parsed.hop_limit, ip.hop_limit);
        CHECK_EQ(parsed.traffic_class, ip.traffic_class);
        CHECK_EQ(parsed.version, ip.version);
        CHECK_EQ(parsed.flow_label, ip.flow_label);
    }
}

TEST(a_packet_cut_anywhere_is_short_and_a_padded_frame_is_not_longer)
{
    for (uint8_t version = 4; version <= 6; version = (uint8_t)(version + 2)) {
        struct packet packet = packet_of(ip_sample(version, IP_PROTOCOL_TCP),
                                         "twenty octets of it.", 20);
        uint32_t whole = packet.length;

        for (packet.length = 0; packet.length < whole; packet.length++)
            CHECK_VERDICT(packet_parse(&packet, &parsed), TERCET_IP_SHORT);
        for (; packet.length < whole + 40; packet.length++) {
            CHECK_VERDICT(packet_parse(&packet, &parsed), TERCET_TAKEN);
            CHECK_EQ(parsed.length, 20);
        }
    }
}

TEST(every_version_but_two_is_refused)
{
    struct packet packet = packet_of(ip_sample(4, IP_PROTOCOL_TCP), NULL, 0);

    for (unsigned version = 0; version < 16; version++) {
        packet.octets[0] = (unsigned char)(version << 4 | 5);
        if (version != 4 && version != 6)
            CHECK_VERDICT(packet_parse(&packet, &parsed), TERCET_IP_VERSION);
    }
}

TEST(every_single_wrong_bit_of_an_ipv4_header_is_noticed)
{
    for (unsigned bit = 4; bit < 160; bit++) { /* behind the version */
        struct packet packet = packet_of(ip_sample(4, IP_PROTOCOL_TCP), "12345678", 8);

        packet.octets[bit / 8] ^= (unsigned char)(0x80 >> bit % 8);
        CHECK(packet_parse(&packet, &parsed) != TERCET_TAKEN);
    }
}

TEST(lengths_of_ipv4_that_contradict_each_other_are_refused)
{
    static const struct {
        const char *name;
        unsigned header_words, total, there;
        enum tercet_verdict wanted;
    } rows[] = {
        {"header length 0",                     0,  40,    40, TERCET_IP_HEADER},
        {"header length 16",                    4,  40,    40, TERCET_IP_HEADER},
        {"total length 0",                      5,  0,     40, TERCET_IP_HEADER},
        {"total length below the header",       5,  19,    40, TERCET_IP_HEADER},
        {"total length below a longer header",  15, 59,    60, TERCET_IP_HEADER},
        {"a header longer than the frame",      6,  24,    23, TERCET_IP_SHORT },
        {"total length beyond the frame",       5,  41,    40, TERCET_IP_SHORT },
        {"total length 65535",                  5,  65535, 40, TERCET_IP_SHORT },
        {"a header and nothing else",           5,  20,    20, TERCET_TAKEN    },
        {"the longest header and nothing else", 15, 60,    60, TERCET_TAKEN    },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("IPv4: %s", rows[i].name) {
            struct packet packet = packet_of(ip_sample(4, IP_PROTOCOL_TCP), NULL, 0);

            packet.length = rows[i].there;
            packet.octets[0] = (unsigned char)(0x40 | rows[i].header_words);
            be16_put(packet.octets + 2, (uint16_t)rows[i].total);
            packet_mend(&packet);
            CHECK_VERDICT(packet_parse(&packet, &parsed), rows[i].wanted);
        }
    }
}

TEST(ipv4_options_are_passed_over_but_for_source_routes)
{
    static const struct {
        const char *name;
        const char *options; /* eight octets */
        enum tercet_verdict wanted;
    } rows[] = {
        {"padding",                                   "\1\1\1\1\1\1\1\1",     TERCET_TAKEN    },
        {"end, then a source route that is not read", "\0\203\7\4\1\2\3\4",   TERCET_TAKEN    },
        {"router alert",                              "\224\4\0\0\1\1\1\1",   TERCET_TAKEN    },
        {"record route",                              "\7\7\4\0\0\0\0\1",     TERCET_TAKEN    },
        {"loose source route",                        "\203\7\4\1\2\3\4\1",   TERCET_IP_OPTION},
        {"strict source route",                       "\211\7\4\1\2\3\4\1",   TERCET_IP_OPTION},
        {"source route behind another option",        "\224\4\0\0\211\3\4\1", TERCET_IP_OPTION},
        {"source route as the last octet",            "\1\1\1\1\1\1\1\203",   TERCET_IP_OPTION},
        {"length 0",                                  "\7\0\1\1\1\1\1\1",     TERCET_IP_HEADER},
        {"length 1",                                  "\7\1\1\1\1\1\1\1",     TERCET_IP_HEADER},
        {"a length that runs past the header",        "\1\7\10\1\1\1\1\1",    TERCET_IP_HEADER},
        {"a kind without its length",                 "\1\1\1\1\1\1\1\7",     TERCET_IP_HEADER},
        {"a length that fills the header",            "\7\10\4\0\0\0\0\0",    TERCET_TAKEN    },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("IPv4 options: %s", rows[i].name) {
            struct packet packet = packet_of(ip_sample(4, IP_PROTOCOL_TCP), rows[i].options, 8);

            packet.octets[0] = 0x47;
            packet_mend(&packet);
            CHECK_VERDICT(packet_parse(&packet, &parsed), rows[i].wanted);
        }
    }
}

/* A fragment of @length octets at @offset, by the means of each version. */
static struct packet fragment_of(uint8_t version, uint32_t offset, bool more, uint32_t length) {
    static unsigned char payload[PACKET_MAX];
    struct ip_header ip = ip_sample(version, version == 4 ? IP_PROTOCOL_TCP : 44);

    if (version == 4) {
        ip.fragment_offset = (uint16_t)offset;
        ip.more_fragments = more;
        ip.fragment_id = 0x1234;
        return packet_of(ip, payload, length);
    }
    memset(payload, 0, 8);
    payload[0] = IP_PROTOCOL_TCP;
    be16_put(payload + 2, (uint16_t)(offset | more));
    be32_put(payload + 4, 0x12345678);
    return packet_of(ip, payload, 8 + length);
}

TEST(fragments_are_told_and_impossible_ones_refused)
{
    static const struct {
        const char *name;
        uint32_t offset;
        bool more;
        uint32_t length;
        enum tercet_verdict wanted;
    } rows[] = {
        {"a tiny first one, in front of TCP's flags", 0,     true,  8,    TERCET_TAKEN      },
        {"a middle one",                              1480,  true,  1480, TERCET_TAKEN      },
        {"a last one of any length",                  1480,  false, 3,    TERCET_TAKEN      },
        {"a first one that does not end on 8 octets", 0,     true,  9,    TERCET_IP_FRAGMENT},
        {"one beyond the largest packet",             65528, false, 8,    TERCET_IP_FRAGMENT},
        {"one that just fits",                        65528, false, 7,    TERCET_TAKEN      },
    };

    for (size_t i = 0; i < 2 * (sizeof rows / sizeof rows[0]); i++) {
        uint8_t version = i % 2 ? 6 : 4;
        struct packet packet = fragment_of(version, rows[i / 2].offset, rows[i / 2].more,
                                           rows[i / 2].length);

        TEST_ROW ("IPv%u fragments: %s", version, rows[i / 2].name) {
            CHECK_VERDICT(packet_parse(&packet, &parsed), rows[i / 2].wanted);
            if (rows[i / 2].wanted != TERCET_TAKEN) continue;
            CHECK(ip_is_fragment(&parsed));
            CHECK_EQ(parsed.fragment_offset, rows[i / 2].offset);
            CHECK_EQ(parsed.more_fragments, rows[i / 2].more);
            CHECK_EQ(parsed.fragment_id, version == 4 ? 0x1234 : 0x12345678);
            CHECK_EQ(parsed.length, rows[i / 2].length);
            CHECK_EQ(parsed.protocol, IP_PROTOCOL_TCP);
        }
    }
}

/*
 * Extension headers by name: "h" hop-by-hop, "d" destination, "r" routing, "f" fragment (atomic),
 * "t" TCP.
 */
static uint8_t header_number(char letter) {
    switch (letter) {
    case 'h': return 0;
    case 'd': return 60;
    case 'r': return 43;
    case 'f': return 44;
    default: return IP_PROTOCOL_TCP;
    }
}

/*
 * An IPv6 packet with the extension headers @chain, each of 8 octets of padding, and 4 octets of
 * payload.
 */
static struct packet packet_chain(const char *chain) {
    unsigned char payload[256] = {0};
    uint32_t n = (uint32_t)strlen(chain);

    for (uint32_t i = 0; i < n; i++) {
        payload[8 * i] = header_number(i + 1 < n ? chain[i + 1] : 't');
        if (chain[i] == 'h' || chain[i] == 'd') memcpy(payload + 8 * i + 2, "\1\4\0\0\0\0", 6);
    }
    return packet_of(ip_sample(6, header_number(n ? chain[0] : 't')), payload, 8 * n + 4);
}

TEST(extension_headers_are_walked_to_the_payload)
{
    static const struct {
        const char *chain;
        enum tercet_verdict wanted;
    } rows[] = {
        {"",          TERCET_TAKEN    },
        {"h",         TERCET_TAKEN    },
        {"d",         TERCET_TAKEN    },
        {"r",         TERCET_TAKEN    },
        {"f",         TERCET_TAKEN    },
        {"hdrfd",     TERCET_TAKEN    },
        {"dddddddd",  TERCET_TAKEN    }, /* IPV6_EXTENSIONS_MAX */
        {"ddddddddd", TERCET_IP_OPTION}, /* one more */
        {"ffffffff",  TERCET_TAKEN    }, /* atomic fragments hide nothing */
        {"dh",        TERCET_IP_HEADER}, /* hop-by-hop is the first or not at all */
        {"hh",        TERCET_IP_HEADER},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("IPv6 chain \"%s\"", rows[i].chain) {
            struct packet packet = packet_chain(rows[i].chain);

            CHECK_VERDICT(packet_parse(&packet, &parsed), rows[i].wanted);
            if (rows[i].wanted != TERCET_TAKEN) continue;
            CHECK_EQ(parsed.protocol, IP_PROTOCOL_TCP);
            CHECK_EQ(parsed.length, 4);
            CHECK_EQ(parsed.header_length, 40 + 8 * strlen(rows[i].chain));
            CHECK(!ip_is_fragment(&parsed));
        }
    }
}

TEST(an_extension_header_of_any_length_is_passed_over)
{
    for (unsigned units = 0; units < 200; units++) {
        unsigned char payload[8 * 200 + 8] = {IP_PROTOCOL_TCP, (unsigned char)units};
        struct packet packet = packet_of(ip_sample(6, 60), payload, 8 * units + 8);
        const unsigned char *frame = exactly(packet.octets, packet.length);

        CHECK_VERDICT(ip_parse(frame, packet.length, &parsed), TERCET_TAKEN); /* all of it Pad1 */
        CHECK(parsed.payload == frame + packet.length);
        CHECK_EQ(parsed.protocol, IP_PROTOCOL_TCP);
        CHECK_EQ(parsed.header_length, 40 + 8 * units + 8);
        CHECK_EQ(parsed.length, 0);
    }
}

TEST(a_chain_that_runs_out_of_the_packet_is_refused)
{
    for (uint32_t payload = 0; payload < 40; payload++) {
        struct packet packet = packet_chain("hdrfd");

        be16_put(packet.octets + 4, (uint16_t)payload);
        packet.length = 40 + payload;
        CHECK_VERDICT(packet_parse(&packet, &parsed), TERCET_IP_HEADER);
    }
    for (unsigned length = 1; length < 256; length++) { /* in units of 8 octets */
        struct packet packet = packet_chain("d");

        packet.octets[41] = (unsigned char)length;
        CHECK_VERDICT(packet_parse(&packet, &parsed), TERCET_IP_HEADER);
    }
}

TEST(options_of_ipv6_say_themselves_whether_they_may_be_skipped)
{
    static const struct {
        const char *name;
        const char *options; /* six octets */
        enum tercet_verdict wanted;
    } rows[] = {
        {"Pad1 only",                 "\0\0\0\0\0\0",    TERCET_TAKEN    },
        {"PadN",                      "\1\4\0\0\0\0",    TERCET_TAKEN    },
        {"router alert",              "\5\2\0\0\1\0",    TERCET_TAKEN    },
        {"unknown, to be skipped",    "\36\4\1\2\3\4",   TERCET_TAKEN    },
        {"unknown, to be dropped",    "\136\4\1\2\3\4",  TERCET_IP_OPTION},
        {"unknown, to be answered",   "\236\4\1\2\3\4",  TERCET_IP_OPTION},
        {"a jumbo payload",           "\302\4\0\1\0\0",  TERCET_IP_OPTION},
        {"a length past the header",  "\1\5\0\0\0\0",    TERCET_IP_HEADER},
        {"a length of 255",           "\36\377\0\0\0\0", TERCET_IP_HEADER},
        {"a type without its length", "\0\0\0\0\0\1",    TERCET_IP_HEADER},
        {"a length of zero",          "\1\0\1\0\1\0",    TERCET_TAKEN    },
    };

    for (size_t i = 0; i < 2 * (sizeof rows / sizeof rows[0]); i++) {
        struct packet packet = packet_chain(i % 2 ? "h" : "d");

        TEST_ROW ("IPv6 %s: %s", i % 2 ? "hop-by-hop" : "destination options", rows[i / 2].name) {
            memcpy(packet.octets + 42, rows[i / 2].options, 6);
            CHECK_VERDICT(packet_parse(&packet, &parsed), rows[i / 2].wanted);
        }
    }
}

TEST(a_jumbogram_is_refused)
{
    struct packet packet = packet_chain("h");

    memcpy(packet.octets + 42, "\302\4\0\1\0\1", 6);
    be16_put(packet.octets + 4, 0); /* the payload length of a jumbogram */
    CHECK(packet_parse(&packet, &parsed) != TERCET_TAKEN);
}

TEST(a_routing_header_with_segments_left_is_refused)
{
    struct packet packet = packet_chain("r");

    packet.octets[43] = 1;
    CHECK_VERDICT(packet_parse(&packet, &parsed), TERCET_IP_OPTION);
    packet.octets[43] = 255;
    CHECK_VERDICT(packet_parse(&packet, &parsed), TERCET_IP_OPTION);
}

TEST(a_real_fragment_is_not_looked_into)
{
    struct packet packet = packet_chain("hfd");

    packet.octets[51] = 1; /* more fragments */
    packet.octets[55] = 7;
    be16_put(packet.octets + 4, 32);
    packet.length = 72;
    CHECK_VERDICT(packet_parse(&packet, &parsed), TERCET_TAKEN);
    CHECK(parsed.more_fragments && parsed.fragment_offset == 0);
    CHECK_EQ(parsed.fragment_id, 7);
    CHECK_EQ(parsed.protocol, 60);
    CHECK_EQ(parsed.header_length, 56);
    CHECK_EQ(parsed.length, 16);
}

TEST(a_mapped_address_does_not_get_in_by_ipv6)
{
    struct ip_header ip = ip_sample(6, IP_PROTOCOL_TCP);
    struct packet packet;

    ip.source = address_v4(198, 18, 0, 1);
    packet = packet_of(ip, NULL, 0);
    CHECK_VERDICT(packet_parse(&packet, &parsed), TERCET_IP_SOURCE);
    CHECK_VERDICT(ip_parse_cut(packet.octets, packet.length, &parsed), TERCET_IP_SOURCE);
    ip = ip_sample(6, IP_PROTOCOL_TCP);
    ip.destination = address_v4(198, 18, 0, 2);
    packet = packet_of(ip, NULL, 0);
    CHECK_VERDICT(packet_parse(&packet, &parsed), TERCET_IP_NOT_OURS);
    CHECK_VERDICT(ip_parse_cut(packet.octets, packet.length, &parsed), TERCET_IP_NOT_OURS);
}

TEST(a_cut_packet_is_read_as_far_as_its_headers_go)
{
    for (uint8_t version = 4; version <= 6; version = (uint8_t)(version + 2)) {
        struct packet packet = packet_of(ip_sample(version, IP_PROTOCOL_TCP),
                                         "12345678901234567890", 20);
        uint32_t header = version == 4 ? 20 : 40;

        packet.octets[version == 4 ? 8 : 7] = 1; /* a router has changed the hop limit */
        for (uint32_t n = 0; n < header; n++)
            CHECK_VERDICT(ip_parse_cut(exactly(packet.octets, n), n, &parsed), TERCET_IP_SHORT);
        for (uint32_t n = header; n < packet.length; n++) {
            CHECK_VERDICT(ip_parse_cut(exactly(packet.octets, n), n, &parsed), TERCET_TAKEN);
            CHECK_EQ(parsed.length, 20);
            CHECK_EQ(parsed.header_length, header);
        }
    }
    CHECK_VERDICT(ip_parse_cut((const unsigned char *)"\x50", 1, &parsed), TERCET_IP_VERSION);
}

TEST(a_header_that_is_longer_than_its_quote_is_short)
{
    unsigned char octets[60] = {0x4f, 0, 0, 100, [9] = IP_PROTOCOL_TCP};

    for (uint32_t n = 20; n < 60; n++)
        CHECK_VERDICT(ip_parse_cut(exactly(octets, n), n, &parsed), TERCET_IP_SHORT);
    CHECK_VERDICT(ip_parse_cut(exactly(octets, 60), 60, &parsed), TERCET_TAKEN);
    CHECK_EQ(parsed.header_length, 60);
}

TEST(a_cut_chain_of_extension_headers_is_refused_where_it_is_cut)
{
    struct packet packet = packet_chain("hdr");

    for (uint32_t n = 40; n < 64; n++)
        CHECK_VERDICT(ip_parse_cut(exactly(packet.octets, n), n, &parsed), TERCET_IP_HEADER);
    CHECK_VERDICT(ip_parse_cut(exactly(packet.octets, 64), 64, &parsed), TERCET_TAKEN);
    CHECK_EQ(parsed.header_length, 64);
    CHECK_EQ(parsed.length, 4);
}

TEST(addresses_are_known_by_their_kind)
{
    static const struct {
        struct tercet_address address;
        bool v4, unspecified, multicast, loopback;
    } rows[] = {
        {{{[10] = 0xff, 0xff, 0, 0, 0, 0}},         true,  true,  false, false},
        {{{[10] = 0xff, 0xff, 0, 0, 0, 1}},         true,  false, false, false},
        {{{[10] = 0xff, 0xff, 127, 0, 0, 1}},       true,  false, false, true },
        {{{[10] = 0xff, 0xff, 127, 255, 0, 0}},     true,  false, false, true },
        {{{[10] = 0xff, 0xff, 223, 255, 255, 255}}, true,  false, false, false},
        {{{[10] = 0xff, 0xff, 224, 0, 0, 1}},       true,  false, true,  false},
        {{{[10] = 0xff, 0xff, 239, 255, 255, 255}}, true,  false, true,  false},
        {{{[10] = 0xff, 0xff, 240, 0, 0, 1}},       true,  false, false, false},
        {{{[10] = 0xff, 0xff, 255, 255, 255, 255}}, true,  false, true,  false},
        {{{0}},                                     false, true,  false, false},
        {{{[15] = 1}},                              false, false, false, true },
        {{{[15] = 2}},                              false, false, false, false},
        {{{[0] = 1, [15] = 1}},                     false, false, false, false},
        {{{0xff, 0x02, [15] = 1}},                  false, false, true,  false},
        {{{0xfe, 0x80, [15] = 1}},                  false, false, false, false},
        {{{[9] = 1, 0xff, 0xff, 127, 0, 0, 1}},     false, false, false, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_EQ(address_is_v4(&rows[i].address), rows[i].v4);
        CHECK_EQ(address_is_unspecified(&rows[i].address), rows[i].unspecified);
        CHECK_EQ(address_is_multicast(&rows[i].address), rows[i].multicast);
        CHECK_EQ(address_is_loopback(&rows[i].address), rows[i].loopback);
        for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++)
            CHECK_EQ(address_eq(&rows[i].address, &rows[j].address), i == j);
    }
}

/* The pseudo header, written out as the RFCs draw it. */
static uint32_t pseudo_write(unsigned char *at, const struct ip_header *ip) {
    if (ip->version == 4) {
        memcpy(at, ip->source.octets + 12, 4);
        memcpy(at + 4, ip->destination.octets + 12, 4);
        at[8] = 0;
        at[9] = ip->protocol;
        be16_put(at + 10, (uint16_t)ip->length);
        return 12;
    }
    memcpy(at, ip->source.octets, 16);
    memcpy(at + 16, ip->destination.octets, 16);
    be32_put(at + 32, ip->length);
    be32_put(at + 36, ip->protocol);
    return 40;
}

TEST(the_sum_over_a_pseudo_header_is_that_of_its_octets)
{
    struct dice dice = {2};
    unsigned char octets[40];

    for (int i = 0; i < 20000; i++) {
        struct ip_header ip = random_header(&dice);
        uint32_t n;

        ip.protocol = (uint8_t)(1 + dice_below(&dice, 255));
        if (i % 100 == 0) memset(ip.source.octets + 12, 0, 4);
        if (ip.version == 6 && i % 3 == 0) ip.length = dice_u32(&dice);
        n = pseudo_write(octets, &ip);
        CHECK_EQ(checksum_fold(ip_pseudo_sum(&ip.source, &ip.destination, ip.protocol, ip.length)),
                 checksum_fold(checksum_add_plain(0, octets, n)));
    }
}

TEST(misuse_is_stopped)
{
    unsigned char octets[40];
    struct ip_header ip = ip_sample(4, IP_PROTOCOL_TCP);

    CHECK(MUST_FAILS((ip.version = 5, ip_build(octets, &ip))));
    CHECK(MUST_FAILS((ip.length = 65516, ip_build(octets, &ip))));
    CHECK(!MUST_FAILS((ip.length = 65515, ip_build(octets, &ip))));
    CHECK(MUST_FAILS((ip.fragment_offset = 4, ip_build(octets, &ip))));
    ip = ip_sample(6, IP_PROTOCOL_TCP);
    CHECK(MUST_FAILS((ip.length = 65536, ip_build(octets, &ip))));
    CHECK(MUST_FAILS((ip.more_fragments = true, ip_build(octets, &ip))));
    CHECK(MUST_FAILS((ip.flow_label = 1 << 20, ip_build(octets, &ip))));
}
