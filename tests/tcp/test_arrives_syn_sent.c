/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293 section 3.10.7.3: a segment arrives in SYN-SENT, step by step.
 */
#include "stack/conversation.h"

struct acked {
    const char *name;
    struct say in;
};

/* First: SEG.ACK =< ISS or SEG.ACK > SND.NXT. */
static const struct acked wrong[] = {
    {"ACK of ISS",            SAY(ACK,       0, 0,          0) },
    {"ACK above SND.NXT",     SAY(ACK,       0, 2,          0) },
    {"ACK far below",         SAY(ACK,       0, 0x90000000, 0) },
    {"ACK far above",         SAY(ACK,       0, 0x70000000, 0) },
    {"SYN-ACK of ISS",        SAY(SYN | ACK, 0, 0,          0) },
    {"SYN-ACK above SND.NXT", SAY(SYN | ACK, 0, 2,          0) },
    {"SYN-ACK far below",     SAY(SYN | ACK, 0, 0x90000000, 0) },
    {"FIN-ACK with data",     SAY(FIN | ACK, 0, 2,          40)},
};

CONVERSATION_ROWS(wrong, first_unacceptable_ack_is_answered_by_a_reset) {
    dial(c);
    receive_said(c, &row->in);
    expect_verdict(c, TERCET_SYN_SENT_BAD_ACK);
    expect(c, RST, row->in.ack, 0, 0);
    allow_syn(c);
    expect_state(c, SYN_SENT);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
}

CONVERSATION_ROWS(wrong, first_unacceptable_ack_on_a_reset_is_silent) {
    dial(c);
    receive(c, RST | ACK, row->in.seq, row->in.ack, row->in.len);
    expect_verdict(c, TERCET_SYN_SENT_BAD_RST);
    expect_nothing(c);
    expect_state(c, SYN_SENT);
}

CONVERSATION(second_reset_with_the_ack_of_our_syn_refuses) {
    dial(c);
    receive(c, RST | ACK, 0, 1, 0);
    expect_verdict(c, TERCET_SYN_SENT_REFUSED);
    expect_nothing(c);
    expect_state(c, CLOSED);
    expect_reason(c, REFUSED);
    expect_ready(c, TERCET_CLOSED);
    advance_s(c, 300);
    expect_nothing(c);
}

CONVERSATION(second_reset_without_ack_is_dropped) {
    dial(c);
    receive(c, RST, 0, 0, 0);
    expect_verdict(c, TERCET_SYN_SENT_BAD_RST);
    expect_nothing(c);
    expect_state(c, SYN_SENT);
}

CONVERSATION(second_reset_beside_syn_counts_as_a_reset) {
    dial(c);
    receive(c, SYN | RST | ACK, 0, 1, 0);
    expect_nothing(c);
    verify(c, state_of(c) != TERCET_STATE_ESTABLISHED);
}

CONVERSATION(fourth_syn_ack_establishes_and_queued_data_goes_out) {
    dial(c);
    user_write(c, 100);
    expect_nothing(c);
    receive(c, SYN | ACK, 0, 1, 0);
    expect_state(c, ESTABLISHED);
    /* The data may ride on the ACK of the SYN or follow it. */
    verify(c, c->over || c->head != c->tail);
    if (is_on(c) && c->heard[c->head % HEARD_MAX].seg.length == 0) expect(c, ACK, 1, 1, 0);
    expect(c, ACK, 1, 1, 100);
    expect_nothing(c);
}

CONVERSATION(fourth_syn_ack_with_data_delivers_it) {
    dial(c);
    receive(c, SYN | ACK, 0, 1, 10);
    expect_state(c, ESTABLISHED);
    expect_readable(c, 10);
    advance_ms(c, 500);
    verify_eq(c, c->talker->acked, 11);
    ignore_heard(c);
}

CONVERSATION(fourth_syn_ack_with_fin_reaches_close_wait) {
    dial(c);
    receive(c, SYN | FIN | ACK, 0, 1, 10);
    expect_state(c, CLOSE_WAIT);
    verify_eq(c, c->talker->acked, 12);
    ignore_heard(c);
    user_read(c, 10);
    verify_eq(c, unread(c), TERCET_END);
}

CONVERSATION(fourth_syn_alone_is_a_simultaneous_open) {
    dial(c);
    receive(c, SYN, 0, 0, 0);
    expect_verdict(c, TERCET_SYN_SENT_SIMULTANEOUS);
    expect(c, SYN | ACK, 0, 1, 0);
    expect_state(c, SYN_RECEIVED);
}

/* Data queued before a simultaneous open goes out when it is over, not in SYN-RECEIVED. */
CONVERSATION(fourth_data_waits_for_the_end_of_a_simultaneous_open) {
    dial(c);
    user_write(c, 100);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    expect_nothing(c);
    receive(c, ACK, 1, 1, 0);
    expect(c, ACK, 1, 1, 100);
}

/*
 * "If there are other controls or text in the segment, then queue them for processing after
 * ESTABLISHED": or they come again.
 */
CONVERSATION(fourth_data_in_the_syn_of_a_simultaneous_open_arrives_in_the_end) {
    dial(c);
    receive(c, SYN, 0, 0, 10);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 10);
    expect_state(c, ESTABLISHED);
    expect_readable(c, 10);
}

static const struct acked neither[] = {
    {"ACK of our SYN",           SAY(ACK,       0, 1, 0) },
    {"ACK of our SYN with data", SAY(ACK,       1, 1, 20)},
    {"FIN",                      SAY(FIN,       0, 0, 0) },
    {"no flags with data",       SAY(PSH,       0, 0, 30)},
    {"FIN-ACK of our SYN",       SAY(FIN | ACK, 1, 1, 0) },
};

CONVERSATION_ROWS(neither, fifth_neither_syn_nor_rst_is_dropped) {
    dial(c);
    receive_said(c, &row->in);
    expect_verdict(c, TERCET_SYN_SENT_NO_SYN);
    expect_nothing(c);
    expect_state(c, SYN_SENT);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
}

/* Section 3.10.4 CLOSE and 3.10.5 ABORT in SYN-SENT: the TCB goes, nothing is sent. */
CONVERSATION(close_in_syn_sent_is_silent_and_a_late_syn_ack_gets_a_reset) {
    dial(c);
    user_close(c);
    expect_nothing(c);
    verify_eq(c, stack_info(c).conns, 0);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, RST, 1, 0, 0);
}

CONVERSATION(abort_in_syn_sent_is_silent) {
    dial(c);
    user_abort(c);
    expect_nothing(c);
    verify_eq(c, stack_info(c).conns, 0);
    advance_s(c, 200);
    expect_nothing(c);
}

/*
 * RFC 9293 section 3.8.3 (MUST-22, MUST-23): a SYN is retried for more than three minutes; RFC 6298: after 1, 2, 4...
 * s, and never later than after rto_max_us.
 */
CONVERSATION(syn_is_sent_again_with_doubled_intervals) {
    dial(c);
    for (unsigned s = 1; s <= 64; s *= 2)
        expect_after_ms(c, s * 1000, SYN, 0, 0, 0);
    advance_s(c, 119);
    expect_state(c, SYN_SENT);
    advance_s(c, 2);
    expect_nothing(c);
    expect_state(c, CLOSED);
    expect_reason(c, TIMED_OUT);
    expect_ready(c, TERCET_CLOSED);
}

/* The SYN of a simultaneous open is a SYN of ours still, though it acknowledges now. */
CONVERSATION(syn_of_a_simultaneous_open_is_sent_again_as_long) {
    c->config.syn_retries = 3;
    c->config.syn_ack_retries = 1;
    open_both(c);
    for (unsigned s = 1; s <= 4; s *= 2)
        expect_after_ms(c, s * 1000, SYN | ACK, 0, 1, 0);
    advance_ms(c, 7999);
    expect_state(c, SYN_RECEIVED);
    advance_ms(c, 2);
    expect_state(c, CLOSED);
    expect_reason(c, TIMED_OUT);
}

/* A SYN again is the same SYN: number, window, options but for the clock. */
CONVERSATION(syn_again_offers_the_same) {
    connect_out(c);
    pump(c);
    struct segment first = last_heard(c)->seg;
    expect(c, SYN, 0, 0, 0);
    expect_within_ms(c, 1001, SYN, 0, 0, 0);
    struct segment again = last_heard(c)->seg;
    verify_eq(c, again.options.present, first.options.present);
    verify_eq(c, again.options.mss, first.options.mss);
    verify_eq(c, again.options.wscale, first.options.wscale);
    verify_eq(c, again.wnd, first.wnd);
    verify_eq(c, again.seq.n, first.seq.n);
}

/* The backoff is bounded by rto_max_us, and the count by syn_retries. */
CONVERSATION(syn_backoff_is_capped) {
    c->config.rto_max_us = 4000000;
    c->config.syn_retries = 5;
    dial(c);
    expect_after_ms(c, 1000, SYN, 0, 0, 0);
    expect_after_ms(c, 2000, SYN, 0, 0, 0);
    for (unsigned i = 0; i < 3; i++)
        expect_after_ms(c, 4000, SYN, 0, 0, 0);
    advance_s(c, 5);
    expect_nothing(c);
    expect_reason(c, TIMED_OUT);
}

/* The SYN that was to follow a reset is forgotten when the true answer comes first, whichever it is. */
CONVERSATION(first_wrong_ack_leaves_no_trace_in_a_connection) {
    dial(c);
    receive(c, SYN | ACK, 7000, 77, 0);
    expect(c, RST, 77, 0, 0);
    allow_syn(c);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    expect_within_ms(c, 4000, ACK, 1, 1, 100);
    receive(c, ACK, 1, 101, 0);
    user_close(c);
    expect(c, FIN | ACK, 101, 1, 0);
    expect_within_ms(c, 8000, FIN | ACK, 101, 1, 0);
}

CONVERSATION(first_wrong_ack_leaves_no_trace_in_a_simultaneous_open) {
    dial(c);
    receive(c, ACK, 7000, 77, 0, .no_ts = true);
    expect(c, RST, 77, 0, 0);
    allow_syn(c);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    advance_ms(c, 50);
    expect_nothing(c);
    receive(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    expect_within_ms(c, 4000, FIN | ACK, 1, 1, 0);
}
