/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hostile inputs where there is no connection: rows 11 to 23.  A row's name is its number in the
 * table of hostile inputs.
 */
#include "stack/conversation.h"

/* Nothing has happened: no answer, no half-open, and a true client is served. */
static void expect_unharmed(struct conversation *c) {
    expect_nothing(c);
    verify_eq(c, stack_info(c).half_opens, 0);
    verify_eq(c, stack_info(c).conns, 0);
    talk_with(c, 50999);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
}

CONVERSATION(row_11_bad_checksum_is_silent_in_listen) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .bad_checksum = WRONG);
    expect_verdict(c, TERCET_TCP_CHECKSUM);
    receive(c, SYN, 0, 0, 0, .bad_checksum = ZERO);
    expect_verdict(c, TERCET_TCP_CHECKSUM);
    receive(c, ACK, 0, 55, 0, .bad_checksum = WRONG);
    receive(c, RST, 0, 0, 0, .bad_checksum = WRONG);
    c->talker->syn_said = false;
    expect_unharmed(c);
}

CONVERSATION(row_11_bad_checksum_is_silent_on_a_closed_port) {
    receive(c, SYN, 0, 0, 0, .bad_checksum = WRONG);
    receive(c, ACK, 0, 99, 5, .bad_checksum = ZERO);
    expect_verdict(c, TERCET_TCP_CHECKSUM);
    expect_nothing(c);
}

CONVERSATION_IN(SYNCHRONISED, row_11_bad_checksum_is_silent) {
    enum tercet_state before = state_of(c);

    receive(c, RST, c->talker->rcv_nxt, 0, 0, .bad_checksum = WRONG);
    receive(c, SYN, c->talker->rcv_nxt, 0, 0, .bad_checksum = WRONG);
    receive(c, ACK, c->talker->rcv_nxt, c->talker->snd_nxt, 100, .bad_checksum = ZERO);
    expect_verdict(c, TERCET_TCP_CHECKSUM);
    expect_nothing(c);
    expect_state_is(c, before, __FILE__, __LINE__);
    verify(c, unread(c) <= 0);
}

CONVERSATION(row_12_port_zero_is_silent) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .source_port = NOTHING);
    expect_verdict(c, TERCET_TCP_PORT);
    receive(c, SYN, 0, 0, 0, .destination_port = NOTHING);
    expect_verdict(c, TERCET_TCP_PORT);
    receive(c, ACK, 0, 0, 0, .destination_port = NOTHING);
    c->talker->syn_said = false;
    expect_unharmed(c);
}

CONVERSATION(row_12_land_is_silent) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .source = &c->talker->us.address, .source_port = SERVER_PORT);
    expect_verdict(c, TERCET_TCP_LAND);
    receive(c, SYN | ACK, 0, 0, 0, .source = &c->talker->us.address, .source_port = SERVER_PORT);
    c->talker->syn_said = false;
    expect_unharmed(c);
}

CONVERSATION(row_12_land_is_silent_on_a_closed_port) {
    receive(c, SYN, 0, 0, 0, .source = &c->talker->us.address, .source_port = SERVER_PORT);
    expect_verdict(c, TERCET_TCP_LAND);
    expect_nothing(c);
}

/*
 * Row 13 and RFC 1122 section 4.2.3.10: no TCP with addresses that stand for many or for none.
 */
struct nobody {
    const char *name;
    bool v6, is_source;
    uint8_t first, rest, last;
};

static const struct nobody nobodies[] = {
    {"to 224.0.0.1",         false, false, 224,  0,   1  },
    {"to 239.255.255.250",   false, false, 239,  255, 250},
    {"to 255.255.255.255",   false, false, 255,  255, 255},
    {"from 224.0.0.1",       false, true,  224,  0,   1  },
    {"from 255.255.255.255", false, true,  255,  255, 255},
    {"from 0.0.0.0",         false, true,  0,    0,   0  },
    {"from 0.1.1.3",         false, true,  0,    1,   3  },
    {"from 127.0.0.1",       false, true,  127,  0,   1  },
    {"to ff02::1",           true,  false, 0xff, 0,   1  },
    {"from ff02::1",         true,  true,  0xff, 0,   1  },
    {"from ::",              true,  true,  0,    0,   0  },
    {"from ::1",             true,  true,  0,    0,   1  },
};

static struct tercet_address nobody_address(const struct nobody *row) {
    struct tercet_address address = {{0}};
    unsigned first = row->v6 ? 0 : 12;

    if (!row->v6) address.octets[10] = address.octets[11] = 0xff;
    for (unsigned i = first; i < 16; i++)
        address.octets[i] = row->rest;
    address.octets[first] = row->first;
    address.octets[15] = row->last;
    if (row->v6 && row->first == 0xff) address.octets[1] = 2;
    return address;
}

CONVERSATION_ROWS(nobodies, row_13_addresses_of_many_and_of_none_are_silent) {
    struct tercet_address address = nobody_address(row);
    const struct tercet_address *source = row->is_source ? &address : NULL;
    const struct tercet_address *destination = row->is_source ? NULL : &address;

    if (row->v6 != c->v6) return;
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .source = source, .destination = destination);
    receive(c, ACK, 0, 5, 0, .source = source, .destination = destination);
    receive(c, SYN, 0, 0, 0, .source = source, .destination = destination, .destination_port = 81);
    c->talker->syn_said = false;
    expect_unharmed(c);
}

CONVERSATION(row_13_broadcast_of_our_own_network_is_silent) {
    struct tercet_address broadcast = address_of(false, 255);

    if (c->v6) return;
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .destination = &broadcast);
    receive(c, SYN, 0, 0, 0, .source = &broadcast);
    receive(c, ACK, 0, 5, 0, .source = &broadcast, .destination_port = 81);
    c->talker->syn_said = false;
    expect_unharmed(c);
}

/* Another host's packet is none of our business. */
CONVERSATION(row_13_destination_that_is_not_ours_is_silent) {
    struct tercet_address other = address_of(c->v6, 77);

    listen_here(c);
    receive(c, SYN, 0, 0, 0, .destination = &other);
    expect_verdict(c, TERCET_IP_NOT_OURS);
    c->talker->syn_said = false;
    expect_unharmed(c);
}

/*
 * Row 14: a SYN in fragments of 8 octets is put together or dropped; many of them stay bounded.
 */
static void receive_fragment(struct conversation *c, const unsigned char *packet, uint32_t header,
                             uint32_t at, uint32_t n, bool more, uint32_t id) {
    unsigned char fragment[200];
    uint32_t extra = c->v6 ? 8 : 0;
    struct ip_header ip = {.source = c->talker->peer.address,
                           .destination = c->talker->us.address,
                           .hop_limit = 64,
                           .protocol = IP_PROTOCOL_TCP,
                           .version = c->v6 ? 6 : 4,
                           .length = n + extra,
                           .fragment_id = id,
                           .fragment_offset = (uint16_t)at,
                           .more_fragments = more};

    if (c->v6) {
        ip.protocol = 44;
        ip.fragment_offset = 0;
        ip.more_fragments = false;
    }
    uint32_t used = ip_build(fragment, &ip);
    if (c->v6) {
        const unsigned char extension[8] = {IP_PROTOCOL_TCP,           0,
                                            (unsigned char)(at >> 8),  (unsigned char)(at | more),
                                            (unsigned char)(id >> 24), (unsigned char)(id >> 16),
                                            (unsigned char)(id >> 8),  (unsigned char)id};
        memcpy(fragment + used, extension, 8);
        used += 8;
    }
    memcpy(fragment + used, packet + header + at, n);
    frame_arrives(c, fragment, used + n);
}

CONVERSATION(row_14_syn_in_tiny_fragments) {
    unsigned char packet[200];
    struct say syn = SAY(SYN, 0, 0, 0);

    listen_here(c);
    if (!is_on(c)) return;
    uint32_t length = frame_say(c, &syn, packet), header = c->v6 ? 40 : 20;
    for (uint32_t at = 0; at < length - header; at += 8) {
        uint32_t n = length - header - at < 8 ? length - header - at : 8;
        receive_fragment(c, packet, header, at, n, at + n < length - header, 7);
    }
    if (is_on(c) && c->head != c->tail) expect(c, SYN | ACK, 0, 1, 0);
    expect_nothing(c);
    verify_in(c, stack_info(c).half_opens, 0, 1);
}

CONVERSATION(row_14_fragments_without_an_end_are_bounded) {
    unsigned char packet[200];
    struct say syn = SAY(SYN, 0, 0, 0);

    listen_here(c);
    if (!is_on(c)) return;
    frame_say(c, &syn, packet);
    c->talker->syn_said = false;
    for (uint32_t id = 0; id < 3000; id++)
        receive_fragment(c, packet, c->v6 ? 40 : 20, 8 * (id % 2), 8, true, id);
    verify_in(c, stack_info(c).buffer_blocks, 0, 200);
    advance_s(c, 120);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
    expect_unharmed(c);
}

/*
 * Rows 15 to 19: a closed port, and what a listener does with what is no SYN.  All flags:
 * tests/tcp/test_arrives_closed.c.
 */
CONVERSATION(row_15_syn_to_a_closed_port) {
    receive(c, SYN, 700, 0, 0);
    expect(c, RST | ACK, 0, 701, 0, .absolute = true);
}

CONVERSATION(row_16_syn_with_data_to_a_closed_port) {
    receive(c, SYN, 700, 0, 10);
    expect(c, RST | ACK, 0, 711, 0, .absolute = true);
}

CONVERSATION(row_17_fin_and_no_flags_to_a_closed_port) {
    receive(c, FIN, 700, 0, 0);
    expect(c, RST | ACK, 0, 701, 0, .absolute = true);
    receive(c, 0, 700, 0, 0);
    expect(c, RST | ACK, 0, 700, 0, .absolute = true);
}

CONVERSATION(row_18_ack_to_a_closed_port_and_to_a_listener) {
    receive(c, ACK, 700, 900, 0);
    expect(c, RST, 900, 0, 0);
    listen_here(c);
    receive(c, ACK, 700, 901, 0);
    expect(c, RST, 901, 0, 0);
}

CONVERSATION(row_19_reset_to_a_closed_port_and_to_a_listener) {
    receive(c, RST, 700, 0, 0);
    receive(c, RST | ACK, 700, 900, 0);
    listen_here(c);
    receive(c, RST, 700, 0, 0);
    receive(c, RST | ACK, 700, 900, 0);
    expect_nothing(c);
}

CONVERSATION(row_20_syn_ack_to_a_listener) {
    listen_here(c);
    receive(c, SYN | ACK, 700, 900, 0, .bare = true);
    expect(c, RST, 900, 0, 0);
    verify_eq(c, stack_info(c).half_opens, 0);
}

struct combination {
    const char *name;
    uint8_t flags;
};

static const struct combination combinations[] = {
    {"SYN RST",         SYN | RST                        },
    {"SYN FIN",         SYN | FIN                        },
    {"SYN FIN RST",     SYN | FIN | RST                  },
    {"SYN RST ACK",     SYN | RST | ACK                  },
    {"SYN FIN PSH URG", SYN | FIN | PSH | URG            },
    {"all flags",       SYN | FIN | RST | PSH | ACK | URG},
};

CONVERSATION_ROWS(combinations, row_21_mad_flags_to_a_listener_are_silent) {
    listen_here(c);
    receive(c, row->flags, 0, 44, 0);
    if (!(row->flags & RST)) expect_verdict(c, TERCET_TCP_FLAGS);
    c->talker->syn_said = false;
    expect_unharmed(c);
}

CONVERSATION(row_22_data_in_the_syn_is_neither_acknowledged_nor_delivered_before_the_handshake) {
    listen_here(c);
    receive(c, SYN, 0, 0, 500);
    expect(c, SYN | ACK, 0, 1, 0);
    expect_no_connection(c);
    expect_within_ms(c, 1001, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    receive(c, ACK, 1, 1, 500); /* the peer sends it again */
    expect_readable(c, 500);
    advance_ms(c, 500);
    verify_eq(c, c->talker->acked, 501);
    ignore_heard(c);
}

/*
 * Row 23: resets are limited by source.  What one source has used up another does not miss.
 */
CONVERSATION(row_23_reset_storm_is_limited_by_source) {
    c->config.max_replies = 1024;
    talk_with_host(c, 10, 40001);
    for (unsigned i = 0; i < 20000 && is_on(c); i++)
        receive(c, SYN, i, 0, 0, .bare = true);
    expect_verdict(c, TERCET_CLOSED_LIMITED);
    unsigned answered = ignore_heard(c);
    if (is_on(c)) verify_in(c, answered, 1, 10000);
    unsigned served = 0;
    for (uint8_t host = 11; host < 14; host++) {
        talk_with_host(c, host, 40001);
        receive(c, SYN, 5, 0, 0, .bare = true);
        served += ignore_heard(c) == 1;
    }
    if (is_on(c)) verify_in(c, served, 2, 3); /* buckets may collide, by a keyed hash */
    advance_s(c, 60);
    talk_with_host(c, 10, 40001);
    receive(c, SYN, 5, 0, 0, .bare = true);
    expect(c, RST | ACK, 0, 6, 0, .absolute = true);
}

/* The allowance comes back, however long the pause was. */
CONVERSATION(row_23_the_allowance_comes_back) {
    static const uint64_t pauses_s[] = {1, 60, 3600, 140000, 145000, 200000, 270000, 290000};

    for (unsigned i = 0; i < sizeof pauses_s / sizeof pauses_s[0] && is_on(c); i++) {
        for (unsigned n = 0; n < 5000 && is_on(c); n++) {
            receive(c, SYN, n, 0, 0, .bare = true);
            if (c->verdict == TERCET_CLOSED_LIMITED) break;
        }
        expect_verdict(c, TERCET_CLOSED_LIMITED);
        ignore_heard(c);
        advance_s(c, pauses_s[i]);
        receive(c, SYN, 5, 0, 0, .bare = true);
        expect(c, RST | ACK, 0, 6, 0, .absolute = true);
    }
}
