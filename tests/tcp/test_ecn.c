/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Explicit congestion notification: RFC 3168 section 6.1, SHLD-8 of RFC 9293.
 */
#include "stack/conversation.h"
#include "tcp/ecn.h"

/* The next segment, and the ECN field of its packet. */
#define expect_ecn(c, field, ...)                                                                  \
    do {                                                                                           \
        expect((c), __VA_ARGS__);                                                                  \
        verify_eq((c), (c)->heard[((c)->head - 1) % HEARD_MAX].ip.traffic_class, (field));         \
    } while (0)

static void establish_ecn(struct conversation *c) {
    listen_here(c);
    receive(c, SYN | ECE | CWR, 0, 0, 0);
    expect_ecn(c, IP_ECN_NONE, SYN | ACK | ECE, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
}

CONVERSATION(who_asks_is_granted_it) {
    establish_ecn(c);
    verify(c, info_of(c).has_ecn);
    user_write(c, 100);
    expect_ecn(c, IP_ECN_ECT_0, ACK, 1, 1, 100);
}

CONVERSATION(syn_ack_again_grants_it_too) {
    listen_here(c);
    receive(c, SYN | ECE | CWR, 0, 0, 0);
    expect(c, SYN | ACK | ECE, 0, 1, 0);
    expect_after_ms(c, 1000, SYN | ACK | ECE, 0, 1, 0);
    receive(c, SYN | ECE | CWR, 0, 0, 0);
    expect(c, SYN | ACK | ECE, 0, 1, 0);
    receive(c, SYN, 500, 0, 0);
    expect_nothing(c);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    verify(c, info_of(c).has_ecn);
}

static const struct asking {
    const char *name;
    uint8_t flags;
} half_asked[] = {
    {"neither",  0  },
    {"ECE only", ECE},
    {"CWR only", CWR},
};

CONVERSATION_ROWS(half_asked, who_does_not_ask_is_granted_nothing) {
    listen_here(c);
    receive(c, SYN | row->flags, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    verify(c, !info_of(c).has_ecn);
    user_write(c, 100);
    expect_ecn(c, IP_ECN_NONE, ACK, 1, 1, 100);
}

CONVERSATION(turned_off_it_is_not_granted) {
    c->config.ecn = TERCET_ECN_OFF;
    listen_here(c);
    receive(c, SYN | ECE | CWR, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
}

CONVERSATION(openings_do_not_ask_unless_configured) {
    dial(c);
    receive(c, SYN | ACK | ECE, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    verify(c, !info_of(c).has_ecn);
}

CONVERSATION(an_opening_that_asks_is_granted_it) {
    c->config.ecn = TERCET_ECN_ASKED;
    connect_out(c);
    expect_ecn(c, IP_ECN_NONE, SYN | ECE | CWR, 0, 0, 0);
    receive(c, SYN | ACK | ECE, 0, 1, 0);
    expect_ecn(c, IP_ECN_NONE, ACK, 1, 1, 0);
    verify(c, info_of(c).has_ecn);
    user_write(c, 100);
    expect_ecn(c, IP_ECN_ECT_0, ACK, 1, 1, 100);
}

static const struct asking not_granted[] = {
    {"neither",                 0        },
    {"both, sent back",         ECE | CWR},
    {"CWR only, which is none", CWR      },
};

CONVERSATION_ROWS(not_granted, an_opening_that_asks_may_be_granted_nothing) {
    c->config.ecn = TERCET_ECN_ASKED;
    connect_out(c);
    expect(c, SYN | ECE | CWR, 0, 0, 0);
    receive(c, SYN | ACK | row->flags, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    verify(c, !info_of(c).has_ecn);
    user_write(c, 100);
    expect_ecn(c, IP_ECN_NONE, ACK, 1, 1, 100);
}

/* Section 6.1.1.1: perhaps a box on the way drops SYNs that ask.  What came of the first is not trusted then. */
CONVERSATION(a_syn_again_asks_no_more) {
    c->config.ecn = TERCET_ECN_ASKED;
    connect_out(c);
    expect(c, SYN | ECE | CWR, 0, 0, 0);
    expect_after_ms(c, 1000, SYN, 0, 0, 0);
    receive(c, SYN | ACK | ECE, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    verify(c, !info_of(c).has_ecn);
}

CONVERSATION(two_openings_that_ask_each_other_agree) {
    c->config.ecn = TERCET_ECN_ASKED;
    connect_out(c);
    expect(c, SYN | ECE | CWR, 0, 0, 0);
    receive(c, SYN | ECE | CWR, 0, 0, 0);
    expect(c, SYN | ACK | ECE, 0, 1, 0);
    receive(c, SYN | ACK | ECE, 0, 1, 0);
    expect_state(c, ESTABLISHED);
    ignore_heard(c);
    verify(c, info_of(c).has_ecn);
    user_write(c, 100);
    expect_ecn(c, IP_ECN_ECT_0, ACK, 1, 1, 100);
}

/* Section 6.1.3: a mark is echoed in everything until CWR comes. */
CONVERSATION(a_mark_is_echoed_until_it_is_heard) {
    establish_ecn(c);
    receive(c, ACK, 1, 1, 100, .ecn = IP_ECN_CE);
    expect_within_ms(c, 500, ACK | ECE, 1, 101, 0);
    receive(c, ACK, 101, 1, 100, .ecn = IP_ECN_ECT_0);
    expect_within_ms(c, 500, ACK | ECE, 1, 201, 0);
    user_write(c, 50);
    expect_ecn(c, IP_ECN_ECT_0, ACK | ECE, 1, 201, 50);
    receive(c, ACK | CWR, 201, 51, 100, .ecn = IP_ECN_ECT_0);
    expect_within_ms(c, 500, ACK, 51, 301, 0);
}

CONVERSATION(a_mark_on_the_answer_itself_is_echoed_anew) {
    establish_ecn(c);
    receive(c, ACK, 1, 1, 100, .ecn = IP_ECN_CE);
    expect_within_ms(c, 500, ACK | ECE, 1, 101, 0);
    receive(c, ACK | CWR, 101, 1, 100, .ecn = IP_ECN_CE);
    expect_within_ms(c, 500, ACK | ECE, 1, 201, 0);
}

/* Section 6.1.5: what is not taken may be an attack. */
CONVERSATION(a_mark_outside_the_window_is_not_echoed) {
    establish_ecn(c);
    receive(c, ACK, 200000, 1, 100, .ecn = IP_ECN_CE);
    expect(c, ACK, 1, 1, 0);
    receive(c, ACK, 1, 1, 0, .ecn = IP_ECN_CE);
    receive(c, ACK, 1, 1, 100);
    expect_within_ms(c, 500, ACK, 1, 101, 0);
}

CONVERSATION(a_mark_says_nothing_where_nothing_was_agreed) {
    establish(c);
    receive(c, ACK, 1, 1, 100, .ecn = IP_ECN_CE);
    expect_within_ms(c, 500, ACK, 1, 101, 0);
    user_write(c, 10 * MSS);
    expect_segments(c, 10, 1, 101);
    uint32_t cwnd = info_of(c).cwnd_bytes;
    receive(c, ACK | ECE, 101, 1 + MSS, 0);
    verify(c, info_of(c).cwnd_bytes >= cwnd);
}

/* Section 6.1.2: as a loss, but nothing goes again; once for what was in flight. */
CONVERSATION(the_echo_of_a_mark_halves_the_window_once) {
    establish_ecn(c);
    user_write(c, 30 * MSS);
    expect_segments(c, 10, 1, 1);
    receive(c, ACK | ECE, 1, 1 + 2 * MSS, 0);
    verify_eq(c, info_of(c).cwnd_bytes, 4 * MSS);
    verify_eq(c, info_of(c).ssthresh_bytes, 4 * MSS);
    expect_nothing(c);
    receive(c, ACK | ECE, 1, 1 + 8 * MSS, 0);
    verify_eq(c, info_of(c).cwnd_bytes, 4 * MSS);
    expect_ecn(c, IP_ECN_ECT_0, ACK | CWR, 1 + 10 * MSS, 1, MSS);
    expect_ecn(c, IP_ECN_ECT_0, ACK, 1 + 11 * MSS, 1, MSS);
    expect_nothing(c);
    receive(c, ACK | ECE, 1, 1 + 10 * MSS, 0);
    verify_eq(c, info_of(c).cwnd_bytes, 4 * MSS);
    verify_eq(c, info_of(c).retransmits, 0);
}

CONVERSATION(the_echo_of_a_later_mark_halves_it_again) {
    establish_ecn(c);
    user_write(c, 60 * MSS);
    expect_segments(c, 10, 1, 1);
    receive(c, ACK | ECE, 1, 1 + 2 * MSS, 0);
    receive(c, ACK, 1, 1 + 10 * MSS, 0);
    expect_ecn(c, IP_ECN_ECT_0, ACK | CWR, 1 + 10 * MSS, 1, MSS);
    ignore_heard(c);
    uint32_t flight = info_of(c).unacked_bytes;
    receive(c, ACK | ECE, 1, 1 + 11 * MSS, 0);
    verify_eq(c, info_of(c).ssthresh_bytes, flight - MSS < 4 * MSS ? 2 * MSS : (flight - MSS) / 2);
    receive(c, ACK, 1, 1 + 10 * MSS + flight, 0);
    expect_ecn(c, IP_ECN_ECT_0, ACK | CWR, 1 + 10 * MSS + flight, 1, MSS);
    ignore_heard(c);
}

/* Sections 6.1.4 to 6.1.6: only new data is ECN-capable. */
CONVERSATION(acks_and_retransmissions_are_not_marked) {
    establish_ecn(c);
    receive(c, ACK, 1, 1, 100);
    wait_us(c, 500000);
    expect_ecn(c, IP_ECN_NONE, ACK, 1, 101, 0);
    user_write(c, 100);
    expect_ecn(c, IP_ECN_ECT_0, ACK, 1, 101, 100);
    wait_us(c, 5000000);
    expect_ecn(c, IP_ECN_NONE, ACK, 1, 101, 100);
    receive(c, ACK, 101, 101, 0, .wnd = NOTHING);
    user_write(c, 100);
    wait_us(c, 20000000);
    expect_ecn(c, IP_ECN_NONE, ACK, 101, 101, 1);
    receive(c, ACK, 101, 101, 0);
    ignore_heard(c);
    user_abort(c);
    ignore_heard(c);
}

/* ... but what is lost beside the mark goes again at once, and is not paid for twice. */
CONVERSATION(a_loss_beside_a_mark_is_repaired_and_costs_nothing_more) {
    establish_ecn(c);
    user_write(c, 30 * MSS);
    expect_segments(c, 10, 1, 1);
    receive(c, ACK | ECE, 1, 1 + 2 * MSS, 0);
    verify_eq(c, info_of(c).ssthresh_bytes, 4 * MSS);
    for (unsigned i = 0; i < 3; i++)
        receive(c, ACK | ECE, 1, 1 + 2 * MSS, 0);
    expect_ecn(c, IP_ECN_NONE, ACK, 1 + 2 * MSS, 1, MSS);
    verify_eq(c, info_of(c).ssthresh_bytes, 4 * MSS);
    expect_nothing(c);
    receive(c, ACK, 1, 1 + 10 * MSS, 0);
    verify_in(c, info_of(c).cwnd_bytes, MSS, 4 * MSS);
    expect_ecn(c, IP_ECN_ECT_0, ACK | CWR, 1 + 10 * MSS, 1, MSS);
    ignore_heard(c);
}

/* A loss is told by CWR as well: then the peer need not echo a mark for it. */
CONVERSATION(new_data_behind_a_loss_carries_cwr) {
    establish_ecn(c);
    user_write(c, 20 * MSS);
    expect_segments(c, 10, 1, 1);
    for (unsigned i = 0; i < 3; i++)
        receive(c, ACK, 1, 1, 0);
    expect_ecn(c, IP_ECN_ECT_0, ACK, 1 + 10 * MSS, 1, MSS);
    expect_ecn(c, IP_ECN_ECT_0, ACK, 1 + 11 * MSS, 1, MSS);
    expect_ecn(c, IP_ECN_NONE, ACK, 1, 1, MSS);
    receive(c, ACK | ECE, 1, 1 + 12 * MSS, 0);
    verify_eq(c, info_of(c).ssthresh_bytes, 5 * MSS);
    expect_ecn(c, IP_ECN_ECT_0, ACK | CWR, 1 + 12 * MSS, 1, MSS);
    ignore_heard(c);
}

CONVERSATION(new_data_behind_a_timeout_carries_cwr) {
    establish_ecn(c);
    user_write(c, MSS);
    expect_ecn(c, IP_ECN_ECT_0, ACK, 1, 1, MSS);
    wait_us(c, 5000000);
    expect_ecn(c, IP_ECN_NONE, ACK, 1, 1, MSS);
    receive(c, ACK, 1, 1 + MSS, 0);
    user_write(c, MSS);
    expect_ecn(c, IP_ECN_ECT_0, ACK | CWR, 1 + MSS, 1, MSS);
}
