/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293 section 3.10.7.4: a segment arrives in a synchronised state (and in SYN-RECEIVED of a
 * simultaneous open), in the order of its steps.
 */
#include "stack/conversation.h"

static void expect_same_state(struct conversation *c, enum tercet_state before) {
    expect_state_is(c, before, __FILE__, __LINE__);
}

/* The acknowledgment that answers what is not acceptable: <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>. */
static void expect_current_ack(struct conversation *c) {
    expect(c, ACK, c->talker->snd_nxt, c->talker->rcv_nxt, 0);
    expect_nothing(c);
}

/* TIME-WAIT answers at most twice a second: the peer's FIN has just been acknowledged. */
static void throttle_pass(struct conversation *c) {
    if (state_of(c) == TERCET_STATE_TIME_WAIT) advance_s(c, 1);
}

/*
 * First: the sequence number.
 */
CONVERSATION_IN(SYNCHRONISED | IN(TIME_WAIT), first_old_data_is_answered_by_an_ack) {
    enum tercet_state before = state_of(c);

    throttle_pass(c);
    receive(c, ACK, c->talker->rcv_nxt - 20, c->talker->snd_nxt, 10);
    expect_current_ack(c);
    expect_same_state(c, before);
}

CONVERSATION_IN(SYNCHRONISED, first_data_beyond_the_window_is_answered_by_an_ack) {
    enum tercet_state before = state_of(c);

    receive(c, ACK, c->talker->rcv_nxt + 70000, c->talker->snd_nxt, 10);
    expect_verdict(c, TERCET_OUTSIDE_WINDOW);
    expect_current_ack(c);
    expect_same_state(c, before);
}

CONVERSATION_IN(SYNCHRONISED, first_empty_segment_outside_the_window_is_answered_by_an_ack) {
    enum tercet_state before = state_of(c);

    receive(c, ACK, c->talker->rcv_nxt + 70000, c->talker->snd_nxt, 0);
    expect_verdict(c, TERCET_OUTSIDE_WINDOW);
    expect_current_ack(c);
    expect_same_state(c, before);
}

CONVERSATION_IN(SYNCHRONISED, first_reset_outside_the_window_is_silent) {
    enum tercet_state before = state_of(c);

    receive(c, RST, c->talker->rcv_nxt + 70000, 0, 0);
    expect_verdict(c, TERCET_RST_OUTSIDE);
    receive(c, RST, c->talker->rcv_nxt - 20, 0, 0);
    expect_verdict(c, TERCET_RST_OUTSIDE);
    expect_nothing(c);
    expect_same_state(c, before);
}

/* The four cases of the table in section 3.4, at both edges of an open window. */
struct edge {
    const char *name;
    int32_t from_left;  /* SEG.SEQ from RCV.NXT, */
    int32_t from_right; /* or, where this is not 0, from the right edge */
    uint32_t len;
    bool acceptable;
};

static const struct edge edges[] = {
    {"empty at RCV.NXT",                        0,   0,    0,  true },
    {"empty at the last octet",                 0,   -1,   0,  true },
    {"empty below RCV.NXT",                     -1,  0,    0,  false},
    {"empty well beyond the right edge",        0,   5000, 0,  false},
    {"data at RCV.NXT",                         0,   0,    10, true },
    {"data that ends at RCV.NXT",               -10, 0,    11, true },
    {"data that ends below RCV.NXT",            -10, 0,    10, false},
    {"data at the last octet",                  0,   -1,   1,  true },
    {"data that begins inside and ends beyond", 0,   -1,   10, true },
    {"data well beyond the right edge",         0,   5000, 10, false},
};

CONVERSATION_ROWS(edges, first_the_window_has_edges) {
    open_half(c);
    uint32_t right = 1u + last_heard(c)->seg.wnd;
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    uint32_t seq = row->from_right ? right + (uint32_t)row->from_right
                                   : 1 + (uint32_t)row->from_left;
    receive(c, ACK, seq, 1, row->len);
    if (row->acceptable)
        verify(c, c->verdict != TERCET_OUTSIDE_WINDOW && c->verdict != TERCET_DATA_DUPLICATE);
    else
        expect(c, ACK, 1, 1, 0);
    if (!row->acceptable) verify_eq(c, unread(c), 0);
    ignore_heard(c);
    expect_state(c, ESTABLISHED);
}

/* The peer fills the window that we announced; the user reads nothing. */
static void window_fill(struct conversation *c, uint32_t right) {
    struct talker *t = c->talker;

    while (is_on(c) && t->rcv_nxt != right) {
        uint32_t room = right - t->rcv_nxt, n = room < MSS ? room : MSS;
        receive(c, ACK, t->rcv_nxt, t->snd_nxt, n);
        t->rcv_nxt += n;
    }
    advance_ms(c, 500);
    verify_eq(c, t->acked, right);
    verify_eq(c, last_heard(c)->seg.wnd, 0);
    ignore_heard(c);
}

static void establish_full(struct conversation *c) {
    c->config.receive_buffer_bytes = 4096;
    open_half(c);
    uint32_t right = 1u + last_heard(c)->seg.wnd;
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    c->talker->snd_nxt = c->talker->rcv_nxt = 1;
    window_fill(c, right);
}

CONVERSATION(first_zero_window_takes_an_empty_segment_at_rcv_nxt) {
    establish_full(c);
    user_write(c, 10);
    expect(c, ACK, 1, c->talker->rcv_nxt, 10);
    receive(c, ACK, c->talker->rcv_nxt, 11, 0);
    expect_nothing(c);
    verify_eq(c, info_of(c).unacked_bytes, 0);
}

CONVERSATION(first_zero_window_refuses_data_and_says_so) {
    establish_full(c);
    int waiting = unread(c);
    receive(c, ACK, c->talker->rcv_nxt, 1, 1);
    expect(c, ACK, 1, c->talker->rcv_nxt, 0, .wnd = NOTHING);
    verify_eq(c, unread(c), waiting);
}

/*
 * "Special allowance should be made to accept valid ACKs": what is acknowledged beside refused data
 * counts.
 */
CONVERSATION(first_zero_window_takes_the_ack_of_refused_data) {
    establish_full(c);
    user_write(c, 10);
    expect(c, ACK, 1, c->talker->rcv_nxt, 10);
    receive(c, ACK, c->talker->rcv_nxt, 11, 1);
    expect(c, ACK, 11, c->talker->rcv_nxt, 0, .wnd = NOTHING);
    verify_eq(c, info_of(c).unacked_bytes, 0);
}

CONVERSATION(first_zero_window_takes_an_exact_reset) {
    establish_full(c);
    receive(c, RST, c->talker->rcv_nxt, 0, 0);
    expect_verdict(c, TERCET_RST_TAKEN);
    expect_reason(c, RESET);
}

CONVERSATION(first_zero_window_opens_when_the_user_reads) {
    establish_full(c);
    uint32_t waiting = (uint32_t)unread(c);
    user_read(c, waiting);
    expect(c, ACK, 1, c->talker->rcv_nxt, 0);
    receive(c, ACK, c->talker->rcv_nxt, 1, 100);
    expect_readable(c, 100);
}

/*
 * Second: RST (RFC 5961 section 3).
 */
CONVERSATION_IN(SYNCHRONISED, second_exact_reset_ends_the_connection) {
    receive(c, RST, c->talker->rcv_nxt, 0, 0);
    expect_verdict(c, TERCET_RST_TAKEN);
    expect_nothing(c);
    expect_state(c, CLOSED);
    expect_ready(c, TERCET_CLOSED);
    advance_s(c, 600);
    expect_nothing(c);
}

CONVERSATION_IN(IN(CLOSE_WAIT), second_reset_in_close_wait_is_told_to_the_user) {
    receive(c, RST, 2, 0, 0);
    expect_reason(c, RESET);
    expect_ready(c, TERCET_CLOSED);
}

CONVERSATION_IN(RECEIVING, second_reset_is_told_to_the_user) {
    receive(c, RST, c->talker->rcv_nxt, 0, 0);
    expect_reason(c, RESET);
    verify_eq(c, unread(c), TERCET_OVER);
    if (is_on(c)) verify(c, tercet_conn_write(c->stack, c->talker->conn, "x", 1) < 0);
}

CONVERSATION_IN(SYNCHRONISED, second_inexact_reset_is_challenged) {
    enum tercet_state before = state_of(c);

    receive(c, RST, c->talker->rcv_nxt + 1, 0, 0);
    expect_verdict(c, TERCET_RST_CHALLENGED);
    expect_current_ack(c);
    expect_same_state(c, before);
}

CONVERSATION_IN(SYNCHRONISED, second_reset_with_ack_is_judged_by_its_sequence_number) {
    receive(c, RST | ACK, c->talker->rcv_nxt, 123456, 0);
    expect_verdict(c, TERCET_RST_TAKEN);
    expect_state(c, CLOSED);
    expect_nothing(c);
}

CONVERSATION_IN(IN(SYN_RECEIVED), second_reset_in_a_simultaneous_open_refuses_it) {
    receive(c, RST, 1, 0, 0);
    expect_nothing(c);
    expect_state(c, CLOSED);
    expect_ready(c, TERCET_CLOSED);
    verify(c,
           info_of(c).reason == TERCET_REASON_REFUSED || info_of(c).reason == TERCET_REASON_RESET);
}

/*
 * Fourth: SYN (RFC 5961 section 4).
 */
CONVERSATION_IN(SYNCHRONISED, fourth_syn_in_the_window_is_challenged) {
    enum tercet_state before = state_of(c);

    receive(c, SYN, c->talker->rcv_nxt + 10, 0, 0);
    expect_verdict(c, TERCET_SYN_CHALLENGED);
    expect_current_ack(c);
    expect_same_state(c, before);
}

CONVERSATION_IN(SYNCHRONISED, fourth_syn_outside_the_window_is_challenged) {
    enum tercet_state before = state_of(c);

    receive(c, SYN, c->talker->rcv_nxt + 0x40000000, 0, 0);
    expect_verdict(c, TERCET_SYN_CHALLENGED);
    expect_current_ack(c);
    expect_same_state(c, before);
}

/*
 * Fifth: ACK.
 */
CONVERSATION_IN(SYNCHRONISED, fifth_without_ack_is_dropped) {
    enum tercet_state before = state_of(c);

    receive(c, PSH, c->talker->rcv_nxt, 0, 10);
    receive(c, FIN, c->talker->rcv_nxt, 0, 0);
    receive(c, 0, c->talker->rcv_nxt, 0, 0);
    expect_nothing(c);
    expect_same_state(c, before);
    verify(c, unread(c) <= 0);
}

CONVERSATION_IN(SYNCHRONISED, fifth_ack_of_what_was_never_sent_is_answered_by_an_ack) {
    enum tercet_state before = state_of(c);

    receive(c, ACK, c->talker->rcv_nxt, c->talker->snd_nxt + 1, 10);
    expect_verdict(c, TERCET_ACK_UNSENT);
    expect_current_ack(c);
    expect_same_state(c, before);
    verify(c, unread(c) <= 0);
}

CONVERSATION_IN(SYNCHRONISED, fifth_ack_older_than_any_window_is_challenged) {
    enum tercet_state before = state_of(c);

    receive(c, ACK, c->talker->rcv_nxt, c->talker->snd_una - 65536, 10);
    expect_verdict(c, TERCET_ACK_TOO_OLD);
    expect_current_ack(c);
    expect_same_state(c, before);
    verify(c, unread(c) <= 0);
}

CONVERSATION_IN(RECEIVING, fifth_old_ack_inside_the_largest_window_is_no_obstacle_to_data) {
    receive(c, ACK, c->talker->rcv_nxt, c->talker->snd_una - 65535, 10);
    expect_readable(c, 10);
}

CONVERSATION_IN(IN(SYN_RECEIVED), fifth_ack_of_the_syn_establishes) {
    c->talker->wnd = 4321;
    receive(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
    verify_eq(c, info_of(c).send_window_bytes, 4321);
    expect_nothing(c);
}

CONVERSATION_IN(IN(SYN_RECEIVED), fifth_unacceptable_ack_in_syn_received_is_answered_by_a_reset) {
    receive(c, ACK, 1, 2, 0);
    expect(c, RST, 2, 0, 0);
    expect_state(c, SYN_RECEIVED);
    receive(c, ACK, 1, 0, 0);
    expect(c, RST, 0, 0, 0);
    expect_state(c, SYN_RECEIVED);
    receive(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
}

/* SND.WL1 and SND.WL2: an older segment does not take a newer window back. */
CONVERSATION(fifth_window_is_that_of_the_newest_segment) {
    establish(c);
    receive(c, ACK, 1001, 1, 500, .wnd = 2000);
    verify_eq(c, info_of(c).send_window_bytes, 2000);
    receive(c, ACK, 1, 1, 1000, .wnd = 5000);
    verify_eq(c, info_of(c).send_window_bytes, 2000);
    receive(c, ACK, 1501, 1, 0, .wnd = 6000);
    verify_eq(c, info_of(c).send_window_bytes, 6000);
    receive(c, ACK, 1501, 1, 0, .wnd = 7000);
    verify_eq(c, info_of(c).send_window_bytes, 7000);
    receive(c, ACK, 1501, 0, 0, .wnd = 8000);
    verify_eq(c, info_of(c).send_window_bytes, 7000);
    ignore_heard(c);
}

CONVERSATION(fifth_ack_of_data_but_not_of_fin_stays_in_fin_wait_1) {
    establish(c);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    user_shutdown(c);
    expect(c, FIN | ACK, 101, 1, 0);
    receive(c, ACK, 1, 101, 0);
    expect_state(c, FIN_WAIT_1);
    receive(c, ACK, 1, 102, 0);
    expect_state(c, FIN_WAIT_2);
}

/* In FIN-WAIT-1 an ACK of the FIN beside data both counts and delivers. */
CONVERSATION_IN(IN(FIN_WAIT_1), fifth_ack_of_fin_beside_data_reaches_fin_wait_2) {
    receive(c, ACK, 1, 2, 10);
    expect_state(c, FIN_WAIT_2);
    expect_readable(c, 10);
}

CONVERSATION_IN(IN(CLOSE_WAIT), fifth_acks_go_on_in_close_wait) {
    user_write(c, 2 * MSS);
    expect_segments(c, 2, 1, 2);
    receive(c, ACK, 2, 1 + 2 * MSS, 0);
    verify_eq(c, info_of(c).unacked_bytes, 0);
    expect_state(c, CLOSE_WAIT);
    expect_nothing(c);
}

CONVERSATION_IN(IN(LAST_ACK), fifth_ack_of_our_fin_frees_the_connection) {
    receive(c, ACK, 2, 2, 0);
    expect_state(c, CLOSED);
    expect_reason(c, FINISHED);
    verify_eq(c, stack_info(c).time_waits, 0);
    user_close(c);
    verify_eq(c, stack_info(c).conns, 0);
    receive(c, ACK, 2, 2, 0);
    expect(c, RST, 2, 0, 0); /* the listener is still there: an ACK for no connection */
}

/*
 * Sixth: URG.
 */
CONVERSATION_IN(RECEIVING, sixth_urgent_data_stays_in_line) {
    receive(c, ACK | URG, c->talker->rcv_nxt, c->talker->snd_una, 10, .urgent = 5);
    expect_readable(c, 10);
}

/*
 * Seventh: the text.
 */
CONVERSATION_IN(RECEIVING, seventh_text_is_delivered_and_acknowledged) {
    enum tercet_state before = state_of(c);

    receive(c, ACK, 1, c->talker->snd_una, 10);
    expect_verdict(c, TERCET_TAKEN);
    expect_ready(c, TERCET_READABLE);
    expect_readable(c, 10);
    expect_within_ms(c, 500, ACK, c->talker->snd_nxt, 11, 0);
    expect_same_state(c, before);
}

CONVERSATION_IN(PEER_DONE, seventh_text_behind_the_fin_is_ignored) {
    enum tercet_state before = state_of(c);

    receive(c, ACK, 2, c->talker->snd_una, 10);
    allow_acks(c, c->talker->snd_nxt, 2);
    expect_same_state(c, before);
    verify(c, unread(c) <= 0);
}

/*
 * Eighth: FIN.
 */
CONVERSATION_IN(PEER_DONE | IN(TIME_WAIT), eighth_fin_again_is_acknowledged_again) {
    enum tercet_state before = state_of(c);

    throttle_pass(c);
    receive(c, FIN | ACK, c->talker->rcv_nxt - 1, c->talker->snd_una, 0);
    expect_current_ack(c);
    expect_same_state(c, before);
}

CONVERSATION_IN(PEER_DONE, eighth_a_second_fin_behind_the_first_is_ignored) {
    enum tercet_state before = state_of(c);

    receive(c, FIN | ACK, 2, c->talker->snd_una, 0);
    allow_acks(c, c->talker->snd_nxt, 2);
    expect_same_state(c, before);
}

CONVERSATION_IN(RECEIVING, eighth_fin_behind_text_takes_both) {
    receive(c, FIN | ACK, 1, c->talker->snd_una, 10);
    expect(c, ACK, c->talker->snd_nxt, 12, 0);
    expect_readable(c, 10);
    user_read(c, 10);
    verify_eq(c, unread(c), TERCET_END);
}
