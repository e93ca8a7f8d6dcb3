/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user timeout (RFC 9293 sections 3.8.3 and 3.9.1, RFC 5482), and what ends a connection whose peer
 * never opens his window: row 80.
 */
#include "stack/conversation.h"

enum { GRAIN_US = 3000 };

/* The connection is over @ms from now, not sooner and not later. */
static void expect_end_after_ms(struct conversation *c, uint64_t ms, enum tercet_reason reason) {
    advance_us(c, ms * 1000 - GRAIN_US);
    ignore_heard(c);
    verify_eq(c, info_of(c).reason, TERCET_REASON_NONE);
    advance_us(c, 2 * GRAIN_US);
    verify_eq(c, info_of(c).reason, reason);
    expect_ready(c, TERCET_CLOSED);
}

CONVERSATION(data_that_stays_unacknowledged_resets_the_connection) {
    establish(c);
    set_option(c, TERCET_OPTION_USER_TIMEOUT, 5000);
    advance_s(c, 100);
    user_write(c, 10);
    expect_end_after_ms(c, 5000, TERCET_REASON_TIMED_OUT);
    expect_rst(c, 11);
    expect_nothing(c);
}

CONVERSATION(set_while_data_waits_it_runs_from_then_on) {
    establish(c);
    user_write(c, 10);
    advance_ms(c, 100);
    set_option(c, TERCET_OPTION_USER_TIMEOUT, 3000);
    expect_end_after_ms(c, 3000, TERCET_REASON_TIMED_OUT);
    ignore_heard(c);
}

/* The calls of the user carry no time: a stack that was left alone for long knows an old one. */
CONVERSATION(a_close_after_a_pause_waits_its_whole_time_in_fin_wait_2) {
    establish(c);
    finish_ours(c);
    finish_acked(c);
    advance_s(c, 1000);
    user_close(c);
    advance_s(c, 59);
    verify_eq(c, stack_info(c).conns, 1);
    advance_s(c, 2);
    verify_eq(c, stack_info(c).conns, 0);
    expect_nothing(c);
}

CONVERSATION(each_acknowledgment_starts_it_anew) {
    establish(c);
    set_option(c, TERCET_OPTION_USER_TIMEOUT, 5000);
    user_write(c, 5 * MSS);
    for (uint32_t i = 1; i < 5; i++) {
        advance_s(c, 4);
        ignore_heard(c);
        receive(c, ACK, 1, 1 + i * MSS, 0);
    }
    expect_end_after_ms(c, 5000, TERCET_REASON_TIMED_OUT);
    ignore_heard(c);
}

CONVERSATION(an_idle_connection_does_not_end) {
    establish(c);
    set_option(c, TERCET_OPTION_USER_TIMEOUT, 100);
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10);
    receive(c, ACK, 1, 11, 0);
    advance_s(c, 86400);
    expect_nothing(c);
    expect_state(c, ESTABLISHED);
}

CONVERSATION(set_to_zero_it_stops) {
    establish(c);
    set_option(c, TERCET_OPTION_USER_TIMEOUT, 3000);
    user_write(c, 10);
    set_option(c, TERCET_OPTION_USER_TIMEOUT, 0);
    advance_s(c, 20);
    ignore_heard(c);
    receive(c, ACK, 1, 11, 0);
    expect_state(c, ESTABLISHED);
}

/* MUST-21: the user sets R2, in both directions. */
CONVERSATION(a_long_one_outlasts_the_retransmissions) {
    c->config.data_retries = 3;
    establish(c);
    set_option(c, TERCET_OPTION_USER_TIMEOUT, 600000);
    user_write(c, 10);
    expect_end_after_ms(c, 600000, TERCET_REASON_TIMED_OUT);
    ignore_heard(c);
}

CONVERSATION(without_one_the_retransmissions_end_it) {
    c->config.data_retries = 3;
    establish(c);
    user_write(c, 10);
    for (unsigned i = 0; i < 4; i++)
        expect_within_ms(c, 60000, ACK, 1, 1, 10);
    advance_s(c, 60);
    expect_reason(c, TIMED_OUT);
    ignore_heard(c);
}

CONVERSATION(an_opening_ends_by_it_without_a_segment) {
    reach(c, TERCET_STATE_SYN_SENT);
    set_option(c, TERCET_OPTION_USER_TIMEOUT, 4000);
    expect_end_after_ms(c, 4000, TERCET_REASON_TIMED_OUT);
    expect_nothing(c);
}

CONVERSATION(our_fin_counts_as_data) {
    establish(c);
    set_option(c, TERCET_OPTION_USER_TIMEOUT, 4000);
    user_shutdown(c);
    expect_end_after_ms(c, 4000, TERCET_REASON_TIMED_OUT);
    ignore_heard(c);
}

CONVERSATION(a_closed_window_with_answered_probes_is_no_acknowledgment) {
    establish(c);
    set_option(c, TERCET_OPTION_USER_TIMEOUT, 10000);
    receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
    user_write(c, 100);
    for (unsigned i = 0; i < 9; i++) {
        advance_s(c, 1);
        if (ignore_heard(c)) receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
    }
    expect_reason(c, NONE);
    advance_s(c, 2);
    expect_reason(c, TIMED_OUT);
    ignore_heard(c);
}

/*
 * Row 80: sockstress (CVE-2008-4609).
 */

/* For a day, every probe is answered by a closed window. */
static void answer_probes(struct conversation *c, unsigned minutes) {
    for (unsigned i = 0; i < minutes && is_on(c); i++) {
        advance_s(c, 60);
        if (ignore_heard(c)) receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
        ignore_heard(c);
    }
}

/* MUST-37: as long as the user wants it and the peer answers, it stays. */
CONVERSATION(row_80_a_closed_window_alone_ends_nothing) {
    establish(c);
    receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
    user_write(c, 5000);
    answer_probes(c, 24 * 60);
    expect_state(c, ESTABLISHED);
    receive(c, ACK, 1, 1, 0, .wnd = 30000);
    expect_segments(c, 5, 1, 1);
}

CONVERSATION(row_80_a_user_timeout_frees_what_the_peer_holds) {
    establish(c);
    set_option(c, TERCET_OPTION_USER_TIMEOUT, 60000);
    receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
    user_write(c, 5000);
    answer_probes(c, 3);
    expect_reason(c, TIMED_OUT);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
    user_close(c);
    verify_eq(c, stack_info(c).conns, 0);
}

CONVERSATION(row_80_what_the_user_has_closed_is_freed_though_probes_are_answered) {
    establish(c);
    receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
    user_write(c, 5000);
    user_close(c);
    answer_probes(c, 6 * 60);
    verify_eq(c, stack_info(c).conns, 0);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
}

CONVERSATION(row_80_an_unanswered_probe_frees_in_the_end) {
    establish(c);
    receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
    user_write(c, 5000);
    advance_s(c, 86400);
    ignore_heard(c);
    expect_reason(c, TIMED_OUT);
}

/* Many of them: the pool is whole again. */
CONVERSATION(row_80_a_crowd_with_closed_windows_is_freed) {
    enum { CROWD = 32 };

    listen_with(c, CROWD);
    for (uint16_t i = 0; i < CROWD; i++) {
        talk_with(c, (uint16_t)(CLIENT_PORT + i));
        c->talker->wnd = 0;
        receive(c, SYN, 0, 0, 0, .wnd = NOTHING);
        expect(c, SYN | ACK, 0, 1, 0);
        receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
        take_connection(c);
        user_write(c, 20000);
        user_close(c);
    }
    verify_eq(c, stack_info(c).conns, CROWD);
    for (unsigned minutes = 0; minutes < 120 && is_on(c); minutes++) {
        advance_s(c, 60);
        while (is_on(c) && c->head != c->tail) {
            c->talker = c->heard[c->head++ % HEARD_MAX].talker;
            receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
        }
    }
    verify_eq(c, stack_info(c).conns, 0);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
}
