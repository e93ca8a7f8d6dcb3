/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hostile inputs that live in a header: data offsets, lengths, options.  Each is a SYN to a listener, written octet by
 * octet, so that nothing of ours decides how it looks.
 */
#include "base/bytes.h"
#include "base/checksum.h"
#include "stack/conversation.h"
#include "wire/ip.h"

static unsigned char packet[FRAME_MAX];

/*
 * A SYN with @n octets of options behind a header that claims @words of 32 bits; the checksum is right.  @cut: octets that the IP header
 * leaves out at the end.
 */
static void syn_arrives(struct conversation *c, const void *options, uint32_t n, unsigned words,
                        uint32_t cut) {
    struct ip_header ip = {.source = c->talker->peer.address,
                           .destination = c->talker->us.address,
                           .hop_limit = 64,
                           .protocol = IP_PROTOCOL_TCP,
                           .version = c->v6 ? 6 : 4,
                           .length = 20 + n - cut};
    uint32_t offset = ip_build(packet, &ip);
    unsigned char *tcp = packet + offset;
    uint16_t sum;

    memset(tcp, 0, 20);
    be16_put(tcp, c->talker->peer.port);
    be16_put(tcp + 2, c->talker->us.port);
    be32_put(tcp + 4, c->talker->irs);
    tcp[12] = (unsigned char)(words << 4);
    tcp[13] = 0x02;
    be16_put(tcp + 14, 65535);
    memcpy(tcp + 20, options, n);
    sum = checksum_finish(checksum_add(
        ip_pseudo_sum(&ip.source, &ip.destination, IP_PROTOCOL_TCP, ip.length), tcp, ip.length));
    memcpy(tcp + 16, &sum, sizeof sum);
    frame_arrives(c, packet, offset + ip.length);
}

/* The SYN with these options opens a half-open that speaks none of @lacks. */
static void opens_without(struct conversation *c, const unsigned char *options, uint32_t n,
                          uint16_t lacks) {
    listen_here(c);
    syn_arrives(c, options, n, 5 + n / 4, 0);
    expect_verdict(c, TERCET_SYN_ADMITTED);
    verify(c, !(last_heard(c)->seg.options.present & lacks));
    verify_eq(c, stack_info(c).half_opens, 1);
    ignore_heard(c);
}

CONVERSATION(row_01_data_offset_below_five_or_beyond_the_segment_is_silent) {
    static const unsigned char options[4] = {1, 1, 1, 0};

    listen_here(c);
    for (unsigned words = 0; words < 16; words++) {
        if (words == 5 || words == 6) continue;
        syn_arrives(c, options, 4, words, 0);
        expect_verdict(c, TERCET_TCP_OFFSET);
    }
    expect_nothing(c);
    verify_eq(c, stack_info(c).half_opens, 0);
}

CONVERSATION(row_02_an_ip_length_below_the_tcp_header_is_silent) {
    listen_here(c);
    for (uint32_t cut = 1; cut <= 20; cut++) {
        syn_arrives(c, "", 0, 5, cut);
        expect_verdict(c, TERCET_TCP_SHORT);
    }
    expect_nothing(c);
    verify_eq(c, stack_info(c).half_opens, 0);
}

CONVERSATION(row_03_an_option_of_length_zero_ends_the_options) {
    static const unsigned char options[8] = {77, 0, 8, 10, 3, 3, 7, 0};

    opens_without(c, options, sizeof options, TCP_HAS_WSCALE | TCP_HAS_TIMESTAMPS);
}

CONVERSATION(row_03_an_option_of_length_one_ends_the_options) {
    static const unsigned char options[8] = {77, 1, 3, 3, 7, 1, 4, 2};

    opens_without(c, options, sizeof options, TCP_HAS_WSCALE | TCP_HAS_SACK_PERMITTED);
}

CONVERSATION(row_04_an_option_beyond_the_header_ends_the_options) {
    static const unsigned char options[4] = {1, 1, 3, 3}, long_one[4] = {8, 255, 0, 0};

    opens_without(c, options, sizeof options, TCP_HAS_WSCALE);
    c->talker = talk_with(c, 40001);
    syn_arrives(c, long_one, 4, 6, 0);
    expect_verdict(c, TERCET_SYN_ADMITTED);
    verify(c, !(last_heard(c)->seg.options.present & TCP_HAS_TIMESTAMPS));
    ignore_heard(c);
}

CONVERSATION(row_04_a_last_octet_that_wants_a_length_ends_the_options) {
    static const unsigned char options[4] = {1, 1, 1, 3};

    opens_without(c, options, sizeof options, TCP_HAS_WSCALE);
}

CONVERSATION(row_05_known_options_of_a_wrong_length_are_ignored) {
    static const unsigned char options[20] = {2, 3, 9, 3, 4, 7, 0, 4, 3, 0,
                                              8, 9, 0, 0, 0, 0, 0, 0, 0, 1};

    opens_without(c, options, sizeof options,
                  TCP_HAS_WSCALE | TCP_HAS_SACK_PERMITTED | TCP_HAS_TIMESTAMPS);
}

CONVERSATION(row_08_of_two_contradicting_options_the_first_counts) {
    static const unsigned char options[16] = {2, 4, 2, 88, 2, 4, 5, 180, 3, 3, 2, 3, 3, 9, 1, 0};

    listen_here(c);
    syn_arrives(c, options, sizeof options, 9, 0);
    expect_verdict(c, TERCET_SYN_ADMITTED);
    ignore_heard(c);
    receive(c, ACK, 1, 1, 0, .no_ts = true, .wnd = 100);
    take_connection(c);
    verify_eq(c, info_of(c).send_mss_bytes, 600);
    verify_eq(c, info_of(c).send_scale, 2);
}

CONVERSATION(row_10_forty_octets_of_nothing_and_a_cut_option_open_like_any_other) {
    unsigned char options[40];

    memset(options, 1, sizeof options);
    opens_without(c, options, sizeof options, TCP_HAS_WSCALE | TCP_HAS_TIMESTAMPS);
    options[38] = 8;
    options[39] = 10;
    c->talker = talk_with(c, 40001);
    syn_arrives(c, options, sizeof options, 15, 0);
    expect_verdict(c, TERCET_SYN_ADMITTED);
    ignore_heard(c);
}
