/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Selective acknowledgments that the peer tells, true and false: row 9.  Whatever the blocks say, the
 * ACK field is taken, and nothing counts as delivered for them (RFC 2018 section 8).
 */
#include "stack/conversation.h"

struct blocks {
    const char *name;
    unsigned n;
    uint32_t edges[8]; /* relative to our stream */
};

static void receive_blocks(struct conversation *c, uint8_t flags, uint32_t seq, uint32_t ack,
                           const struct blocks *b) {
    const struct talker *t = c->talker;
    unsigned char frame[200];
    struct ip_header ip = {.source = t->peer.address,
                           .destination = t->us.address,
                           .hop_limit = 64,
                           .protocol = IP_PROTOCOL_TCP,
                           .version = c->v6 ? 6 : 4};
    struct segment seg = {.source_port = t->peer.port,
                          .destination_port = t->us.port,
                          .seq = {t->irs + seq},
                          .ack = {t->iss + ack},
                          .flags = flags,
                          .wnd = t->wnd};
    struct tcp_options *o = &seg.options;

    if (!is_on(c)) return;
    if (has_timestamps(t)) {
        o->present |= TCP_HAS_TIMESTAMPS;
        o->ts_val = peer_ts_base(c) + peer_clock(c);
        o->ts_ecr = t->ts_last;
    }
    o->present |= TCP_HAS_SACK;
    o->n_sack = (uint8_t)(has_timestamps(t) && b->n > 3 ? 3 : b->n);
    for (unsigned i = 0; i < o->n_sack; i++)
        o->sack[i] = (struct tcp_sack_block){t->iss + b->edges[2 * i], t->iss + b->edges[2 * i + 1]};
    ip.length = tcp_header_length(&seg);
    uint32_t used = ip_build(frame, &ip);
    tcp_build(frame + used, &seg);
    uint64_t sum = ip_pseudo_sum(&ip.source, &ip.destination, IP_PROTOCOL_TCP, ip.length);
    tcp_checksum_put(frame + used, checksum_add(sum, frame + used, ip.length));
    frame_arrives(c, frame, used + ip.length);
}

static void establish_sack(struct conversation *c) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .sack = true);
    expect(c, SYN | ACK, 0, 1, 0, .has = TCP_HAS_SACK_PERMITTED);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    verify(c, c->over || info_of(c).has_sack);
}

static const struct blocks lies[] = {
    {"right before left",          1, {3001, 2001}                                    },
    {"empty",                      1, {2001, 2001}                                    },
    {"beyond what was sent",       1, {6001, 7001}                                    },
    {"to beyond what was sent",    1, {4001, 5002}                                    },
    {"below what is acknowledged", 1, {0, 1}                                          },
    {"half the sequence space",    1, {1, 0x80000001}                                 },
    {"all of it but one",          1, {2, 1}                                          },
    {"far away",                   1, {0x40000000, 0x40000100}                        },
    {"everything, not the ACK",    1, {1, 5001}                                       },
    {"overlapping four times",     4, {2001, 4001, 1001, 3001, 2501, 2502, 1001, 5001}},
    {"the same four times",        4, {2001, 3001, 2001, 3001, 2001, 3001, 2001, 3001}},
    {"nested",                     3, {2001, 5001, 2002, 5000, 2003, 4999}            },
};

/* Five segments are in flight; the first is acknowledged beside the lie: that counts, no more than that. */
CONVERSATION_ROWS(lies, row_09_a_lie_is_ignored_beside_a_true_acknowledgment) {
    establish_sack(c);
    user_write(c, 5 * MSS);
    expect_segments(c, 5, 1, 1);
    receive_blocks(c, ACK, 1, 1, row);
    expect_nothing(c);
    receive_blocks(c, ACK, 1, 1 + MSS, row);
    expect_nothing(c);
    verify_eq(c, info_of(c).unacked_bytes, 4 * MSS);
    verify_eq(c, info_of(c).unsent_bytes, 0);
    expect_within_ms(c, 3000, ACK, 1 + MSS, 1, MSS);
    receive(c, ACK, 1, 1 + 5 * MSS, 0);
    ignore_heard(c);
    verify_eq(c, info_of(c).unacked_bytes, 0);
    expect_state(c, ESTABLISHED);
}

/* A thousand of them cost no more segments than a thousand duplicate ACKs may, and the stream goes on. */
CONVERSATION_ROWS(lies, row_09_a_flood_of_lies_is_bounded) {
    uint32_t sent = 0;

    establish_sack(c);
    user_write(c, 5 * MSS);
    expect_segments(c, 5, 1, 1);
    for (unsigned i = 0; i < 1000 && is_on(c); i++) {
        receive_blocks(c, ACK, 1, 1, row);
        sent += ignore_heard(c);
    }
    if (is_on(c)) verify_in(c, sent, 0, 6);
    receive(c, ACK, 1, 1 + 5 * MSS, 0);
    ignore_heard(c);
    user_write(c, 100);
    expect(c, ACK, 1 + 5 * MSS, 1, 100);
    receive(c, ACK, 1, 101 + 5 * MSS, 0);
    verify_eq(c, info_of(c).unacked_bytes, 0);
    expect_state(c, ESTABLISHED);
}

/* RFC 2018 section 8: what was told may be taken back; only the ACK field delivers. */
CONVERSATION(what_was_selectively_acknowledged_is_kept_until_it_is_acknowledged) {
    static const struct blocks all = {
        "all but the first", 1, {1001, 3001}
    };

    establish_sack(c);
    user_write(c, 3 * MSS);
    expect_segments(c, 3, 1, 1);
    receive_blocks(c, ACK, 1, 1, &all);
    verify_eq(c, info_of(c).unacked_bytes, 3 * MSS);
    expect_within_ms(c, 3000, ACK, 1, 1, MSS);
    receive(c, ACK, 1, 1 + MSS, 0); /* the peer has given them up */
    expect_within_ms(c, 3000, ACK, 1 + MSS, 1, MSS);
    receive(c, ACK, 1, 1 + 2 * MSS, 0);
    expect_within_ms(c, 3000, ACK, 1 + 2 * MSS, 1, MSS);
    receive(c, ACK, 1, 1 + 3 * MSS, 0);
    ignore_heard(c);
    verify_eq(c, info_of(c).unacked_bytes, 0);
}

CONVERSATION(row_09_blocks_in_a_syn_are_ignored) {
    static const struct blocks some = {
        "some", 2, {1, 2, 3, 4}
    };

    listen_here(c);
    receive_blocks(c, SYN, 0, 0, &some);
    expect_verdict(c, TERCET_SYN_ADMITTED);
    expect(c, SYN | ACK, 0, 1, 0, .lacks = TCP_HAS_SACK | TCP_HAS_SACK_PERMITTED);
}

CONVERSATION(row_09_blocks_that_were_not_agreed_are_ignored) {
    static const struct blocks some = {
        "some", 2, {1001, 2001, 3001, 4001}
    };

    establish(c);
    user_write(c, 5 * MSS);
    expect_segments(c, 5, 1, 1);
    receive_blocks(c, ACK, 1, 1 + MSS, &some);
    expect_nothing(c);
    verify_eq(c, info_of(c).unacked_bytes, 4 * MSS);
    verify(c, c->over || !info_of(c).has_sack);
}
