/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ICMP errors: which are believed, and what they end (RFC 9293 section 3.9.2.2, RFC 5461, RFC 5927):
 * rows 34, 35 and 56.
 */
#include "tcp/icmp_talk.h"

struct error_row {
    const char *name;
    uint8_t type4, code4, type6, code6;
};

static const struct error_row soft_errors[] = {
    {"network unreachable",      3,  0,  1, 0},
    {"host unreachable",         3,  1,  1, 3},
    {"source route failed",      3,  5,  1, 5},
    {"time exceeded on the way", 11, 0,  3, 0},
    {"reassembly time exceeded", 11, 1,  3, 1},
    {"parameter problem",        12, 0,  4, 0},
    {"unrecognized next header", 12, 1,  4, 1},
    {"unrecognized option",      12, 2,  4, 2},
    {"prohibited",               3,  13, 1, 1},
};

static const struct error_row hard_errors[] = {
    {"protocol unreachable", 3, 2, 1, 4},
    {"port unreachable",     3, 3, 1, 4},
};

static void tell_row(struct conversation *c, const struct error_row *row, uint32_t seq) {
    uint8_t type = c->v6 ? row->type6 : row->type4, code = c->v6 ? row->code6 : row->code4;

    tell(c, .type = type, .code = code, .seq = seq);
}

CONVERSATION_ROWS(soft_errors, row_35_soft_error_lets_the_opening_go_on) {
    dial(c);
    tell_row(c, row, 0);
    expect_verdict(c, TERCET_ICMP_SOFT);
    expect_nothing(c);
    expect_state(c, SYN_SENT);
    expect_within_ms(c, 1100, SYN, 0, 0, 0);
    peer_answers(c);
}

/* MUST-56: kept, and told when nothing else has come. */
CONVERSATION_ROWS(soft_errors, row_35_soft_error_is_told_when_the_opening_fails) {
    c->config.syn_retries = 2;
    dial(c);
    tell_row(c, row, 0);
    expect_after_ms(c, 1000, SYN, 0, 0, 0);
    expect_after_ms(c, 2000, SYN, 0, 0, 0);
    advance_s(c, 5);
    expect_nothing(c);
    expect_reason(c, UNREACHABLE);
    expect_ready(c, TERCET_CLOSED);
}

CONVERSATION(row_35_error_is_told_when_the_user_gives_up) {
    dial(c);
    set_option(c, TERCET_OPTION_USER_TIMEOUT, 3000);
    tell_row(c, &soft_errors[0], 0);
    expect_within_ms(c, 1100, SYN, 0, 0, 0);
    advance_s(c, 3);
    expect_reason(c, UNREACHABLE);
    expect_ready(c, TERCET_CLOSED);
}

/* SHLD-26 */
CONVERSATION_ROWS(hard_errors, row_35_hard_error_ends_the_opening_at_once) {
    dial(c);
    tell_row(c, row, 0);
    expect_verdict(c, TERCET_ICMP_HARD);
    expect_nothing(c);
    expect_reason(c, UNREACHABLE);
    expect_ready(c, TERCET_CLOSED);
    verify_eq(c, unread(c), TERCET_OVER);
    advance_s(c, 10);
    expect_nothing(c);
}

CONVERSATION_ROWS(hard_errors, row_35_hard_error_ends_a_simultaneous_open) {
    open_both(c);
    tell_row(c, row, 0);
    expect_verdict(c, TERCET_ICMP_HARD);
    expect_reason(c, UNREACHABLE);
}

/* All of them, known or not, but the three that end openings or speak of sizes. */
CONVERSATION(row_35_any_other_code_is_soft) {
    dial(c);
    for (unsigned code = 0; code < 256; code++) {
        if (c->v6 ? code == 4 : code >= 2 && code <= 4) continue;
        tell(c, .type = c->v6 ? 1 : 3, .code = (uint8_t)code, .seq = 0);
        expect_verdict(c, TERCET_ICMP_SOFT);
    }
    expect_nothing(c);
    peer_answers(c);
}

/*
 * In every synchronised state that has something in flight, errors of all kinds end nothing (RFC 5461
 * section 4.1).
 */
static void error_ends_nothing(struct conversation *c, const struct error_row *row) {
    const struct talker *t = c->talker;

    if (t->snd_nxt == t->snd_una) {
        user_write(c, 100);
        expect(c, ACK, 1, t->rcv_nxt, 100);
    }
    if (!is_on(c)) return;
    enum tercet_state state = state_of(c);
    for (unsigned i = 0; i < 20; i++) {
        tell_row(c, row, t->snd_una);
        expect_verdict(c, TERCET_ICMP_SOFT);
    }
    expect_nothing(c);
    expect_state_is(c, state, __FILE__, __LINE__);
}

#define IN_FLIGHT (IN(ESTABLISHED) | IN(FIN_WAIT_1) | IN(CLOSE_WAIT) | IN(CLOSING) | IN(LAST_ACK))

CONVERSATION_IN(IN_FLIGHT, row_35_port_unreachable_ends_no_open_connection) {
    error_ends_nothing(c, &hard_errors[1]);
}

CONVERSATION_IN(IN_FLIGHT, row_35_protocol_unreachable_ends_no_open_connection) {
    error_ends_nothing(c, &hard_errors[0]);
}

CONVERSATION_IN(IN_FLIGHT, row_35_host_unreachable_ends_no_open_connection) {
    error_ends_nothing(c, &soft_errors[1]);
}

/* A connection that dies of silence says what was told about it ... */
CONVERSATION(row_35_error_on_an_open_connection_is_told_when_it_dies) {
    c->config.data_retries = 2;
    establish(c);
    user_write(c, 100);
    tell_hard(c, 1);
    advance_s(c, 60);
    ignore_heard(c);
    expect_reason(c, UNREACHABLE);
}

/* ... unless the peer was heard since then. */
CONVERSATION(row_35_error_is_forgotten_when_the_peer_answers) {
    c->config.data_retries = 2;
    establish(c);
    user_write(c, 100);
    tell_soft(c, 1);
    expect_verdict(c, TERCET_ICMP_SOFT);
    receive(c, ACK, 1, 101, 0);
    user_write(c, 100);
    advance_s(c, 60);
    ignore_heard(c);
    expect_reason(c, TIMED_OUT);
}

CONVERSATION(row_35_error_is_forgotten_when_the_opening_succeeds) {
    c->config.data_retries = 2;
    dial(c);
    tell_soft(c, 0);
    peer_answers(c);
    user_write(c, 100);
    advance_s(c, 60);
    ignore_heard(c);
    expect_reason(c, TIMED_OUT);
}

/*
 * Whose word is taken.
 */
CONVERSATION(row_34_error_with_a_wrong_sequence_number_is_ignored_in_syn_sent) {
    static const uint32_t wrong[] = {1, 2, 1000, 0x7fffffff, 0x80000000, 0xffffffff};

    dial(c);
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        tell_hard(c, wrong[i]);
        expect_verdict(c, TERCET_ICMP_STRAY);
    }
    expect_state(c, SYN_SENT);
    peer_answers(c);
}

CONVERSATION(row_34_error_for_another_tuple_is_ignored) {
    struct tercet_address other = address_of(c->v6, 77);

    dial(c);
    tell(c, .type = c->v6 ? 1 : 3, .code = c->v6 ? 4 : 3, .our_port = LOCAL_PORT + 1);
    expect_verdict(c, TERCET_ICMP_STRAY);
    tell(c, .type = c->v6 ? 1 : 3, .code = c->v6 ? 4 : 3, .peer_port = SERVER_PORT + 1);
    expect_verdict(c, TERCET_ICMP_STRAY);
    tell(c, .type = c->v6 ? 1 : 3, .code = c->v6 ? 4 : 3, .to = &other);
    expect_verdict(c, TERCET_ICMP_STRAY);
    expect_state(c, SYN_SENT);
    peer_answers(c);
}

CONVERSATION(row_34_error_that_is_cut_short_or_damaged_is_ignored) {
    uint8_t type = c->v6 ? 1 : 3, code = c->v6 ? 4 : 3;

    dial(c);
    tell(c, .type = type, .code = code, .cut = 7);
    expect_verdict(c, TERCET_ICMP_SHORT);
    tell(c, .type = type, .code = code, .cut = 1);
    expect_verdict(c, TERCET_ICMP_SHORT);
    tell(c, .type = type, .code = code, .bad_checksum = true);
    expect_verdict(c, TERCET_ICMP_CHECKSUM);
    tell(c, .type = type, .code = code, .protocol = IP_PROTOCOL_UDP);
    expect_verdict(c, TERCET_ICMP_STRAY);
    expect_state(c, SYN_SENT);
    peer_answers(c);
}

/* SND.UNA =< SEG.SEQ < SND.NXT, and nothing else (RFC 5927 section 4.1). */
CONVERSATION(row_34_only_what_is_in_flight_is_believed) {
    establish(c);
    tell_soft(c, 1);
    expect_verdict(c, TERCET_ICMP_STRAY);
    user_write(c, 2 * MSS);
    expect_segments(c, 2, 1, 1);
    receive(c, ACK, 1, 1 + MSS, 0);
    tell_soft(c, MSS);
    expect_verdict(c, TERCET_ICMP_STRAY);
    tell_soft(c, 1 + MSS);
    expect_verdict(c, TERCET_ICMP_SOFT);
    tell_soft(c, 2 * MSS);
    expect_verdict(c, TERCET_ICMP_SOFT);
    tell_soft(c, 1 + 2 * MSS);
    expect_verdict(c, TERCET_ICMP_STRAY);
    tell_soft(c, 1 + 0x80000000u);
    expect_verdict(c, TERCET_ICMP_STRAY);
    expect_nothing(c);
}

CONVERSATION_IN(IN(FIN_WAIT_2) | IN(TIME_WAIT) | IN(LISTEN),
                row_34_nothing_in_flight_nothing_believed) {
    for (uint32_t seq = 0; seq < 4; seq++) {
        tell_hard(c, seq);
        expect_verdict(c, TERCET_ICMP_STRAY);
    }
    expect_nothing(c);
}

/* MUST-55, RFC 6633; in IPv6 an error that nobody knows. */
CONVERSATION(source_quench_is_ignored) {
    establish(c);
    user_write(c, 2 * MSS);
    expect_segments(c, 2, 1, 1);
    uint32_t cwnd = info_of(c).cwnd_bytes;
    tell(c, .type = c->v6 ? 100 : ICMPV4_SOURCE_QUENCH, .seq = 1);
    expect_verdict(c, TERCET_ICMP_IGNORED);
    verify_eq(c, info_of(c).cwnd_bytes, cwnd);
    expect_nothing(c);
}

/*
 * Half-opens.
 */
static void complete(struct conversation *c) {
    receive(c, ACK, 1, 1, 0);
    expect_verdict(c, TERCET_ESTABLISHED);
    take_connection(c);
    expect_state(c, ESTABLISHED);
}

CONVERSATION(row_56_error_for_our_syn_ack_with_a_wrong_number_is_ignored) {
    open_half(c);
    for (unsigned i = 0; i < 10; i++) {
        tell_hard(c, 1 + i);
        expect_verdict(c, TERCET_ICMP_STRAY);
        tell_hard(c, 0xffffffff - i);
        expect_verdict(c, TERCET_ICMP_STRAY);
    }
    verify_eq(c, stack_info(c).half_opens, 1);
    complete(c);
}

CONVERSATION(row_56_one_right_error_is_soft) {
    open_half(c);
    tell_hard(c, 0);
    expect_verdict(c, TERCET_ICMP_SOFT);
    expect_nothing(c);
    expect_after_ms(c, 1000, SYN | ACK, 0, 1, 0);
    complete(c);
}

CONVERSATION(row_56_several_right_errors_drop_the_half_open) {
    open_half(c);
    for (unsigned i = 0; i < 10 && is_on(c) && stack_info(c).half_opens; i++)
        tell_soft(c, 0);
    expect_verdict(c, TERCET_ICMP_HARD);
    verify_eq(c, stack_info(c).half_opens, 0);
    advance_s(c, 100);
    expect_nothing(c);
    receive(c, ACK, 1, 1, 0);
    expect(c, RST, 1, 0, 0);
    forget_iss(c);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
}
