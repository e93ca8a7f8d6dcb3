/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bytes.h"
#include "must_fail.h"
#include "wire/packets.h"

static struct segment parsed;

/* The TCP octets @octets as the payload of an IP packet of @version. */
static struct ip_header ip_around(uint8_t version, const unsigned char *octets, uint32_t n) {
    struct ip_header ip = ip_sample(version, IP_PROTOCOL_TCP);

    ip.payload = octets;
    ip.length = n;
    return ip;
}

static void mend(const struct ip_header *ip, unsigned char *octets) {
    uint64_t sum = ip_pseudo_sum(&ip->source, &ip->destination, IP_PROTOCOL_TCP, ip->length);

    be16_put(octets + 16, 0);
    tcp_checksum_put(octets, checksum_add_plain(sum, octets, ip->length));
}

/* Parse @n octets with a right checksum, in memory of just that size. */
static enum tercet_verdict parse_mended(uint8_t version, unsigned char *octets, uint32_t n) {
    struct ip_header ip = ip_around(version, octets, n);

    mend(&ip, octets);
    ip.payload = exactly(octets, n);
    return tcp_parse(&ip, false, &parsed);
}

static struct segment sample(unsigned flags) {
    return (struct segment){
        .seq = seq_of(0x01020304),
        .ack = seq_of(0xfffefdfc),
        .source_port = 4660,
        .destination_port = 80,
        .wnd = 0xabcd,
        .flags = (uint8_t)flags,
    };
}

TEST(a_header_is_written_as_the_rfc_draws_it)
{
    static const unsigned char wanted[20] = {
        0x12, 0x34, 0x00, 0x50, 1,    2,    3, 4, 0xff, 0xfe,
        0xfd, 0xfc, 0x50, 0x29, 0xab, 0xcd, 0, 0, 0x77, 0x88,
    };
    struct segment seg = sample(TCP_FIN | TCP_PSH | TCP_URG);
    unsigned char octets[TCP_HEADER_MAX];

    seg.urgent = 0x7788;
    seg.reserved = 15; /* as a segment that arrived so: what departs has them zero */
    CHECK_EQ(tcp_build(octets, &seg), 20);
    CHECK_MEM(octets, wanted, 20);
}

TEST(options_are_laid_out_as_peers_like_them)
{
    /* clang-format off */
    static const struct {
        const char *name;
        const char *wanted;
        uint32_t n; /* octets wanted */
        struct tcp_options options;
    } rows[] = {
        {"none", "", 0, {.present = 0}},
        {"SYN: MSS", "\2\4\377\377", 4, {.present = TCP_HAS_MSS, .mss = 65535}},
        {"SYN: all but fast open", "\2\4\5\264\4\2\10\12\1\2\3\4\0\0\0\5\1\3\3\7", 20,
         {.present = TCP_HAS_MSS | TCP_HAS_SACK_PERMITTED | TCP_HAS_TIMESTAMPS | TCP_HAS_WSCALE,
          .mss = 1460, .wscale = 7, .ts_val = 0x01020304, .ts_ecr = 5}},
        {"SYN: SACK without timestamps", "\2\4\2\30\1\1\4\2", 8,
         {.present = TCP_HAS_MSS | TCP_HAS_SACK_PERMITTED, .mss = 536}},
        {"SYN: timestamps without SACK", "\1\1\10\12\0\0\0\0\0\0\0\0\1\3\3\16", 16,
         {.present = TCP_HAS_TIMESTAMPS | TCP_HAS_WSCALE, .wscale = 14}},
        {"SYN: a fast open request", "\42\2\1\1", 4, {.present = TCP_HAS_FAST_OPEN}},
        {"SYN: a cookie of 8", "\42\12ABCDEFGH\1\1", 12,
         {.present = TCP_HAS_FAST_OPEN, .fo_length = 8, .fo_cookie = "ABCDEFGH"}},
        {"SYN: a cookie of 6", "\42\10ABCDEF", 8,
         {.present = TCP_HAS_FAST_OPEN, .fo_length = 6, .fo_cookie = "ABCDEF"}},
        {"SYN: a cookie of 7", "\42\11ABCDEFG\1\1\1", 12,
         {.present = TCP_HAS_FAST_OPEN, .fo_length = 7, .fo_cookie = "ABCDEFG"}},
        {"timestamps", "\1\1\10\12\0\0\0\1\377\377\377\377", 12,
         {.present = TCP_HAS_TIMESTAMPS, .ts_val = 1, .ts_ecr = 0xffffffff}},
        {"timestamps and a SACK block", "\1\1\10\12\0\0\0\0\0\0\0\0\1\1\5\12\1\2\3\4\5\6\7\10", 24,
         {.present = TCP_HAS_TIMESTAMPS | TCP_HAS_SACK,
          .n_sack = 1, .sack = {{0x01020304, 0x05060708}}}},
        {"two SACK blocks", "\1\1\5\22\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4", 20,
         {.present = TCP_HAS_SACK, .n_sack = 2, .sack = {{1, 2}, {3, 4}}}},
    };
    /* clang-format on */

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("layout: %s", rows[i].name) {
            struct segment seg = sample(TCP_ACK);
            unsigned char octets[TCP_HEADER_MAX];

            seg.options = rows[i].options;
            CHECK_EQ(tcp_header_length(&seg), 20 + rows[i].n);
            CHECK_EQ(tcp_build(octets, &seg), 20 + rows[i].n);
            CHECK_EQ(octets[12], (20 + rows[i].n) / 4 << 4);
            CHECK_MEM(octets + 20, rows[i].wanted, rows[i].n);
        }
    }
}

TEST(sack_blocks_give_way_to_what_stands_in_front_of_them)
{
    static const struct {
        unsigned present, length; /* of the header with four blocks asked for */
    } rows[] = {
        {TCP_HAS_SACK,                                                     20 + 4 + 32     },
        {TCP_HAS_SACK | TCP_HAS_TIMESTAMPS,                                20 + 12 + 4 + 24},
        {TCP_HAS_SACK | TCP_HAS_TIMESTAMPS | TCP_HAS_MSS,                  20 + 16 + 4 + 16},
        {TCP_HAS_SACK | TCP_HAS_TIMESTAMPS | TCP_HAS_MSS | TCP_HAS_WSCALE, 20 + 20 + 4 + 16},
        {TCP_HAS_SACK | TCP_HAS_TIMESTAMPS | TCP_HAS_FAST_OPEN,            20 + 32         }, /* none */
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct segment seg = sample(TCP_ACK);
        unsigned char octets[TCP_HEADER_MAX + 20];

        seg.options = (struct tcp_options){
            .n_sack = 4, .fo_length = 16, .sack = {{1, 2}, {3, 4}, {5, 6}, {7, 8}}
        };
        seg.options.present = (uint16_t)rows[i].present;
        CHECK_EQ(tcp_header_length(&seg), rows[i].length);
        CHECK_EQ(tcp_build(octets, &seg), rows[i].length);
        CHECK_VERDICT(parse_mended(4, octets, rows[i].length), TERCET_TAKEN);
        CHECK(!(parsed.options.present & TCP_OPTIONS_BAD));
        if (i < 4)
            CHECK_EQ(parsed.options.sack[parsed.options.n_sack - 1].right,
                     2 * parsed.options.n_sack);
    }
}

/* Any segment that can be built: options that fit, or SACK blocks that will be reduced. */
static struct segment random_segment(struct dice *dice) {
    struct segment seg = {
        .seq = seq_of(dice_u32(dice)),
        .ack = seq_of(dice_u32(dice)),
        .source_port = (uint16_t)(1 + dice_below(dice, 65535)),
        .destination_port = (uint16_t)(1 + dice_below(dice, 65535)),
        .wnd = (uint16_t)dice_u32(dice),
        .urgent = (uint16_t)dice_u32(dice),
        .flags = (uint8_t)dice_u32(dice),
        .options = {.mss = (uint16_t)dice_u32(dice),
                    .wscale = (uint8_t)dice_u32(dice),
                    .ts_val = dice_u32(dice),
                    .ts_ecr = dice_u32(dice),
                    .n_sack = (uint8_t)(1 + dice_below(dice, 3)),
                    .fo_length = (uint8_t)dice_below(dice, 17)},
    };

    dice_octets(dice, seg.options.sack, sizeof seg.options.sack);
    dice_octets(dice, seg.options.fo_cookie, sizeof seg.options.fo_cookie);
    seg.options.present = (uint16_t)(dice_u32(dice) & 0x3f);
    if (seg.options.present & TCP_HAS_FAST_OPEN) seg.options.present &= (uint16_t)~TCP_HAS_SACK;
    if (seg.options.present & TCP_HAS_SACK)
        seg.options.present &= (uint16_t) ~(TCP_HAS_MSS | TCP_HAS_WSCALE);
    return seg;
}

static void check_options_equal(const struct tcp_options *got, const struct tcp_options *wanted) {
    CHECK_EQ(got->present, wanted->present);
    if (wanted->present & TCP_HAS_MSS) CHECK_EQ(got->mss, wanted->mss);
    if (wanted->present & TCP_HAS_WSCALE) CHECK_EQ(got->wscale, wanted->wscale);
    if (wanted->present & TCP_HAS_TIMESTAMPS) CHECK_EQ(got->ts_val, wanted->ts_val);
    if (wanted->present & TCP_HAS_TIMESTAMPS) CHECK_EQ(got->ts_ecr, wanted->ts_ecr);
    if (wanted->present & TCP_HAS_SACK) {
        CHECK_EQ(got->n_sack, wanted->n_sack);
        CHECK_MEM(got->sack, wanted->sack, wanted->n_sack * sizeof wanted->sack[0]);
    }
    if (wanted->present & TCP_HAS_FAST_OPEN) {
        CHECK_EQ(got->fo_length, wanted->fo_length);
        CHECK_MEM(got->fo_cookie, wanted->fo_cookie, wanted->fo_length);
    }
}

TEST(what_is_built_is_parsed_to_the_same_value)
{
    struct dice dice = {1};
    unsigned char octets[TCP_HEADER_MAX + 100];

    for (int i = 0; i < 20000; i++) {
        struct segment seg = random_segment(&dice);
        uint32_t header = tcp_build(octets, &seg), n = dice_below(&dice, 100);

        dice_octets(&dice, octets + header, n);
        if (!CHECK(parse_mended(i % 2 ? 4 : 6, octets, header + n) == TERCET_TAKEN)) return;
        CHECK(seq_eq(parsed.seq, seg.seq) && seq_eq(parsed.ack, seg.ack));
        CHECK_EQ(parsed.source_port, seg.source_port);
        CHECK_EQ(parsed.destination_port, seg.destination_port);
        CHECK_EQ(parsed.wnd, seg.wnd);
        CHECK_EQ(parsed.urgent, seg.urgent);
        CHECK_EQ(parsed.flags, seg.flags);
        CHECK_EQ(parsed.reserved, 0);
        CHECK_EQ(parsed.header_length, header);
        CHECK_EQ(parsed.length, n);
        CHECK_MEM(parsed.payload, octets + header, n);
        check_options_equal(&parsed.options, &seg.options);
    }
}

TEST(a_segment_shorter_than_its_header_is_refused)
{
    unsigned char octets[TCP_HEADER_MAX] = {0};

    for (uint32_t n = 0; n < 20; n++)
        CHECK_VERDICT(parse_mended(4, memset(octets, 0x50, sizeof octets), n < 18 ? 18 : n),
                      TERCET_TCP_SHORT);
    for (uint32_t n = 0; n < 18; n++) {
        struct ip_header ip = ip_around(4, exactly(octets, n), n);

        CHECK_VERDICT(tcp_parse(&ip, true, &parsed), TERCET_TCP_SHORT);
    }
}

TEST(a_data_offset_below_5_or_beyond_the_segment_is_refused)
{
    for (unsigned words = 0; words < 16; words++) {
        for (uint32_t n = 20; n <= 64; n++) {
            struct segment seg = sample(TCP_SYN);
            unsigned char octets[64];

            memset(octets, TCP_OPTION_NOP, sizeof octets);
            tcp_build(octets, &seg);
            octets[12] = (unsigned char)(words << 4);
            CHECK_VERDICT(parse_mended(6, octets, n),
                          words < 5 || 4 * words > n ? TERCET_TCP_OFFSET : TERCET_TAKEN);
        }
    }
}

TEST(a_wrong_checksum_is_silence_whatever_else_is_wrong_behind_it)
{
    for (uint8_t version = 4; version <= 6; version = (uint8_t)(version + 2)) {
        struct segment seg = sample(TCP_SYN);
        unsigned char octets[28];
        struct ip_header ip = ip_around(version, octets, sizeof octets);

        for (unsigned bit = 0; bit < 8 * sizeof octets; bit++) {
            memset(octets, 0x33, sizeof octets);
            tcp_build(octets, &seg);
            mend(&ip, octets);
            CHECK_VERDICT(tcp_parse(&ip, false, &parsed), TERCET_TAKEN);
            octets[bit / 8] ^= (unsigned char)(1 << bit % 8);
            if (bit / 8 == 12 && bit % 8 >= 4) continue; /* the data offset comes first */
            CHECK_VERDICT(tcp_parse(&ip, false, &parsed), TERCET_TCP_CHECKSUM);
        }
        be16_put(octets + 16, 0);
        CHECK_VERDICT(tcp_parse(&ip, false, &parsed), TERCET_TCP_CHECKSUM);
        octets[0] = octets[1] = 0;
        CHECK_VERDICT(tcp_parse(&ip, false, &parsed), TERCET_TCP_CHECKSUM);
    }
}

TEST(the_checksum_covers_addresses_protocol_and_length)
{
    struct segment seg = sample(TCP_SYN);
    unsigned char octets[28] = {0};
    struct ip_header ip = ip_around(4, octets, 24);

    tcp_build(octets, &seg);
    mend(&ip, octets);
    CHECK_VERDICT(tcp_parse(&ip, false, &parsed), TERCET_TAKEN);
    ip.source.octets[15]++;
    CHECK_VERDICT(tcp_parse(&ip, false, &parsed), TERCET_TCP_CHECKSUM);
    ip.source.octets[15]--;
    ip.destination.octets[15]++;
    CHECK_VERDICT(tcp_parse(&ip, false, &parsed), TERCET_TCP_CHECKSUM);
    ip.destination.octets[15]--;
    ip.length += 2; /* two more zeros */
    CHECK_VERDICT(tcp_parse(&ip, false, &parsed), TERCET_TCP_CHECKSUM);
}

TEST(a_checksum_that_the_device_has_verified_is_not_looked_at)
{
    struct segment seg = sample(TCP_ACK);
    unsigned char octets[20];
    struct ip_header ip = ip_around(4, octets, 20);

    tcp_build(octets, &seg);
    CHECK_VERDICT(tcp_parse(&ip, true, &parsed), TERCET_TAKEN);
    CHECK_VERDICT(tcp_parse(&ip, false, &parsed), TERCET_TCP_CHECKSUM);
}

TEST(a_checksum_of_a_known_segment_is_the_known_one)
{
    /* a SYN from 127.0.0.1:54321 to 127.0.0.1:80 without options, summed by other means */
    struct segment seg = {.source_port = 54321,
                          .destination_port = 80,
                          .seq = {0x11223344},
                          .flags = TCP_SYN,
                          .wnd = 1024};
    unsigned char octets[20];
    struct ip_header ip = ip_around(4, octets, 20);

    ip.source = ip.destination = address_v4(127, 0, 0, 1);
    tcp_build(octets, &seg);
    mend(&ip, octets);
    CHECK_EQ(be16_get(octets + 16), 0x94f8);
}

TEST(a_port_of_zero_is_refused)
{
    struct segment seg = sample(TCP_SYN);
    unsigned char octets[20];

    seg.source_port = 0;
    tcp_build(octets, &seg);
    CHECK_VERDICT(parse_mended(4, octets, 20), TERCET_TCP_PORT);
    seg = sample(TCP_SYN);
    seg.destination_port = 0;
    tcp_build(octets, &seg);
    CHECK_VERDICT(parse_mended(4, octets, 20), TERCET_TCP_PORT);
}

TEST(control_bits_reserved_bits_and_the_urgent_pointer_come_through_as_they_are)
{
    for (unsigned flags = 0; flags < 256; flags++) {
        struct segment seg = sample(flags);
        unsigned char octets[21] = {0};

        seg.urgent = (uint16_t)(flags * 257); /* 0, and far beyond the one octet of payload */
        tcp_build(octets, &seg);
        octets[12] |= (unsigned char)(flags & 15);
        CHECK_VERDICT(parse_mended(4, octets, 21), TERCET_TAKEN);
        CHECK_EQ(parsed.flags, flags);
        CHECK_EQ(parsed.reserved, flags & 15);
        CHECK_EQ(parsed.urgent, flags * 257);
        CHECK_EQ(parsed.length, 1);
        CHECK_EQ(segment_span(&parsed), 1 + !!(flags & TCP_SYN) + !!(flags & TCP_FIN));
        CHECK_EQ(segment_has(&parsed, TCP_SYN | TCP_RST), (flags & (TCP_SYN | TCP_RST)) != 0);
    }
}

TEST(broken_options_cost_themselves_and_never_the_segment)
{
    /* clang-format off */
    static const struct {
        const char *name;
        const char *options; /* twelve octets */
        unsigned present;
    } rows[] = {
        {"length 0", "\2\4\5\264\376\0\3\3\7\1\1\1", TCP_HAS_MSS | TCP_OPTIONS_BAD},
        {"length 1", "\376\1\3\3\7\1\1\1\1\1\1\1", TCP_OPTIONS_BAD},
        {"past the header", "\3\3\7\1\1\1\1\1\1\1\2\4", TCP_HAS_WSCALE | TCP_OPTIONS_BAD},
        {"a kind as the last octet", "\3\3\7\1\1\1\1\1\1\1\1\2", TCP_HAS_WSCALE | TCP_OPTIONS_BAD},
        {"MSS of length 6", "\2\6\5\264\0\0\3\3\7\1\1\1", TCP_HAS_WSCALE | TCP_OPTIONS_BAD},
        {"nearly the short cut: length 11", "\1\1\10\13\0\0\0\1\0\0\0\2", TCP_OPTIONS_BAD},
        {"nearly the short cut: length 9", "\1\1\10\11\0\0\0\1\0\0\0\1", TCP_OPTIONS_BAD},
        {"the short cut", "\1\1\10\12\0\0\0\1\0\0\0\2", TCP_HAS_TIMESTAMPS},
        {"timestamps without padding", "\10\12\0\0\0\1\0\0\0\2\1\1", TCP_HAS_TIMESTAMPS},
        {"padding only", "\1\1\1\1\1\1\1\1\1\1\1\1", 0},
        {"end at once", "\0\2\4\5\264\1\1\1\1\1\1\1", 0},
    };
    /* clang-format on */

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("options in a segment: %s", rows[i].name) {
            struct segment seg = sample(TCP_ACK);
            unsigned char octets[36];

            tcp_build(octets, &seg);
            octets[12] = 0x80;
            memcpy(octets + 20, rows[i].options, 12);
            memcpy(octets + 32, "\5\264\7\377", 4); /* payload that a parser might run into */
            CHECK_VERDICT(parse_mended(4, octets, 36), TERCET_TAKEN);
            CHECK_EQ(parsed.options.present, rows[i].present);
            CHECK_EQ(parsed.length, 4);
            if (!(rows[i].present & TCP_HAS_TIMESTAMPS)) continue;
            CHECK_EQ(parsed.options.ts_val, 1);
            CHECK_EQ(parsed.options.ts_ecr, 2);
        }
    }
}

/* Short cuts take the two common layouts; an octet beside it, and the parser decides. */
TEST(short_cuts_read_options_as_the_parser_does)
{
    struct dice dice = {3};
    unsigned char octets[TCP_HEADER_MAX];
    unsigned n_whole = 0;

    for (unsigned long i = 0; i < tap_seeds(20000); i++) {
        struct segment seg = random_segment(&dice);
        unsigned char buffer[TCP_OPTIONS_BUFFER] = {0};
        struct tcp_options wanted;
        uint32_t length;

        seg.options.present = i % 2 ? TCP_HAS_TIMESTAMPS
                                    : TCP_HAS_MSS | TCP_HAS_SACK_PERMITTED | TCP_HAS_TIMESTAMPS |
                                          TCP_HAS_WSCALE;
        length = tcp_build(octets, &seg);
        if (dice_below(&dice, 4))
            octets[20 + dice_below(&dice, length - 20)] ^= (unsigned char)(1u
                                                                           << dice_below(&dice, 8));
        memcpy(buffer, octets + 20, length - 20);
        tcp_options_parse(&wanted, buffer, length - 20);
        if (!CHECK(parse_mended(4, octets, length) == TERCET_TAKEN)) return;
        check_options_equal(&parsed.options, &wanted);
        n_whole += wanted.present == seg.options.present;
    }
    CHECK(n_whole > tap_seeds(20000) / 4);
}

TEST(a_segment_without_options_has_none_of_the_one_before_it)
{
    struct segment seg = sample(TCP_SYN);
    unsigned char octets[TCP_HEADER_MAX];

    seg.options = (struct tcp_options){.present = TCP_HAS_MSS | TCP_HAS_WSCALE, .mss = 1460};
    CHECK_VERDICT(parse_mended(4, octets, tcp_build(octets, &seg)), TERCET_TAKEN);
    CHECK(segment_has_option(&parsed, TCP_HAS_MSS));
    seg.options.present = 0;
    CHECK_VERDICT(parse_mended(4, octets, tcp_build(octets, &seg)), TERCET_TAKEN);
    CHECK_EQ(parsed.options.present, 0);
    CHECK(!segment_has_option(&parsed, TCP_HAS_MSS));
}

TEST(misuse_is_stopped)
{
    struct segment seg = sample(TCP_SYN);
    unsigned char octets[100];

    seg.options = (struct tcp_options){.present = TCP_HAS_MSS | TCP_HAS_TIMESTAMPS |
                                                  TCP_HAS_WSCALE | TCP_HAS_FAST_OPEN,
                                       .fo_length = 16};
    CHECK_EQ(tcp_header_length(
                 &(struct segment){.options.present = TCP_HAS_FAST_OPEN, .options.fo_length = 16}),
             40);
    seg.options.fo_length = 17;
    CHECK(MUST_FAILS(tcp_build(octets, &seg)));
    seg.options.fo_length = 16;
    seg.options.present |= TCP_HAS_SACK_PERMITTED;
    CHECK(!MUST_FAILS(tcp_build(octets, &seg))); /* 40 octets of options */
    seg.options.present = TCP_HAS_MD5;
    CHECK(MUST_FAILS(tcp_build(octets, &seg)));
    seg.options.present = TCP_HAS_AO;
    CHECK(MUST_FAILS(tcp_build(octets, &seg)));
}
