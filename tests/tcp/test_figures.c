/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Figures 6 to 13 of RFC 9293, each from every side that a TCP can play in it.
 */
#include "stack/conversation.h"

CONVERSATION(figure_6_basic_handshake_as_the_client) {
    connect_out(c);
    expect(c, SYN, 0, 0, 0);
    expect_state(c, SYN_SENT);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
    expect_ready(c, TERCET_CONNECTED);
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10);
}

CONVERSATION(figure_6_basic_handshake_as_the_server) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0);
    expect_verdict(c, TERCET_SYN_ADMITTED);
    expect(c, SYN | ACK, 0, 1, 0);
    expect_state(c, SYN_RECEIVED);
    receive(c, ACK, 1, 1, 0);
    expect_verdict(c, TERCET_ESTABLISHED);
    pull_events(c);
    verify(c, c->listener_ready & TERCET_ACCEPTABLE);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    receive(c, ACK, 1, 1, 10);
    expect_readable(c, 10);
}

/* Line 6 of the figure: the peer's SYN-ACK tells both that it has our SYN and that it is open. */
CONVERSATION(figure_7_simultaneous_open_ended_by_the_syn_ack) {
    connect_out(c);
    expect(c, SYN, 0, 0, 0);
    receive(c, SYN, 0, 0, 0);
    expect_verdict(c, TERCET_SYN_SENT_SIMULTANEOUS);
    expect(c, SYN | ACK, 0, 1, 0);
    expect_state(c, SYN_RECEIVED);
    receive(c, SYN | ACK, 0, 1, 0);
    expect_state(c, ESTABLISHED);
    expect_ready(c, TERCET_CONNECTED);
    allow_acks(c, 1, 1);
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10);
    receive(c, ACK, 1, 11, 20);
    expect_readable(c, 20);
}

CONVERSATION(figure_7_simultaneous_open_ended_by_an_ack) {
    open_both(c);
    receive(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
    expect_nothing(c);
    expect_ready(c, TERCET_CONNECTED);
    verify_eq(c, stack_info(c).opened_active, 1);
}

CONVERSATION(figure_7_crossed_syn_acks_both_lost) {
    open_both(c);
    expect_within_ms(c, 3100, SYN | ACK, 0, 1, 0);
    receive(c, SYN | ACK, 0, 1, 0);
    expect_state(c, ESTABLISHED);
    allow_acks(c, 1, 1);
}

/* Lines 3 to 8 as TCP B: an old SYN, the reset that it draws, the true SYN. */
CONVERSATION(figure_8_old_duplicate_syn_as_the_server) {
    listen_here(c);
    receive(c, SYN, (uint32_t)-10, 0, 0);
    expect(c, SYN | ACK, 0, (uint32_t)-9, 0);
    receive(c, RST, (uint32_t)-9, 0, 0);
    expect_verdict(c, TERCET_HALF_OPEN_RESET);
    expect_nothing(c);
    expect_state(c, LISTEN);
    forget_iss(c);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
}

/* Lines 2 to 8 as TCP A: the SYN-ACK answers an old SYN of ours. */
CONVERSATION(figure_8_old_duplicate_syn_as_the_client) {
    connect_out(c);
    expect(c, SYN, 0, 0, 0);
    receive(c, SYN | ACK, 7000, (uint32_t)-9, 0);
    expect_verdict(c, TERCET_SYN_SENT_BAD_ACK);
    expect(c, RST, (uint32_t)-9, 0, 0);
    allow_syn(c);
    expect_state(c, SYN_SENT);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
}

/* Lines 2 to 7 as TCP B, which has not noticed that A has rebooted. */
CONVERSATION(figure_9_half_open_discovery_by_the_side_that_lives) {
    establish(c);
    receive(c, SYN, 70000, 0, 0);
    expect_verdict(c, TERCET_SYN_CHALLENGED);
    expect(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
    receive(c, RST, 1, 0, 0);
    expect_verdict(c, TERCET_RST_TAKEN);
    expect_nothing(c);
    expect_ready(c, TERCET_CLOSED);
    expect_reason(c, RESET);
    forget_both(c, 70000);
    receive(c, SYN, 0, 0, 0);
    expect_verdict(c, TERCET_SYN_ADMITTED);
    expect(c, SYN | ACK, 0, 1, 0);
}

/* ... and as TCP A, whose SYN is answered by an ACK from another age. */
CONVERSATION(figure_9_half_open_discovery_by_the_side_that_crashed) {
    connect_out(c);
    expect(c, SYN, 0, 0, 0);
    receive(c, ACK, 4000, 9000, 0, .no_ts = true);
    expect_verdict(c, TERCET_SYN_SENT_BAD_ACK);
    expect(c, RST, 9000, 0, 0);
    expect_state(c, SYN_SENT);
    expect_within_ms(c, 1001, SYN, 0, 0, 0);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
}

CONVERSATION(figure_10_data_finds_the_half_open_connection) {
    establish(c);
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10);
    receive(c, RST, 1, 0, 0);
    expect_nothing(c);
    expect_reason(c, RESET);
    expect_ready(c, TERCET_CLOSED);
    verify_eq(c, unread(c), TERCET_OVER);
}

CONVERSATION(figure_10_data_arrives_where_nothing_is_known) {
    receive(c, ACK | PSH, 300, 100, 10);
    expect_verdict(c, TERCET_CLOSED_RESET);
    expect(c, RST, 100, 0, 0);
    expect_nothing(c);
}

/* TCP A of the figure: a SYN-ACK for a SYN that a listener never sent. */
CONVERSATION(figure_11_old_duplicate_syn_on_two_passive_sockets_as_a) {
    listen_here(c);
    receive(c, SYN | ACK, 0, 501, 0);
    expect_verdict(c, TERCET_LISTEN_ACK);
    expect(c, RST, 501, 0, 0);
    expect_state(c, LISTEN);
}

/* TCP B: its SYN-ACK is answered by the reset; it returns to LISTEN. */
CONVERSATION(figure_11_old_duplicate_syn_on_two_passive_sockets_as_b) {
    open_half(c);
    receive(c, RST, 1, 0, 0);
    expect_nothing(c);
    expect_state(c, LISTEN);
    verify_eq(c, stack_info(c).half_opens, 0);
    advance_s(c, 200);
    expect_nothing(c);
}

CONVERSATION(figure_12_normal_close_as_a) {
    establish(c);
    user_shutdown(c);
    expect(c, FIN | ACK, 1, 1, 0);
    expect_state(c, FIN_WAIT_1);
    receive(c, ACK, 1, 2, 0);
    expect_nothing(c);
    expect_state(c, FIN_WAIT_2);
    receive(c, FIN | ACK, 1, 2, 0);
    expect(c, ACK, 2, 2, 0);
    expect_state(c, TIME_WAIT);
    advance_ms(c, 2 * c->config.msl_ms - 1);
    verify_eq(c, stack_info(c).time_waits, 1);
    advance_ms(c, 2);
    verify_eq(c, stack_info(c).time_waits, 0);
    expect_nothing(c);
    expect_state(c, CLOSED);
    expect_reason(c, FINISHED);
}

CONVERSATION(figure_12_normal_close_as_b) {
    establish(c);
    receive(c, FIN | ACK, 1, 1, 0);
    expect(c, ACK, 1, 2, 0);
    expect_state(c, CLOSE_WAIT);
    expect_ready(c, TERCET_ENDED);
    verify_eq(c, unread(c), TERCET_END);
    user_shutdown(c);
    expect(c, FIN | ACK, 1, 2, 0);
    expect_state(c, LAST_ACK);
    receive(c, ACK, 2, 2, 0);
    expect_nothing(c);
    expect_state(c, CLOSED);
    expect_reason(c, FINISHED);
    verify_eq(c, stack_info(c).time_waits, 0);
}

CONVERSATION(figure_13_simultaneous_close) {
    establish(c);
    user_shutdown(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, FIN | ACK, 1, 1, 0);
    expect(c, ACK, 2, 2, 0);
    expect_state(c, CLOSING);
    receive(c, ACK, 2, 2, 0);
    expect_nothing(c);
    expect_state(c, TIME_WAIT);
    advance_ms(c, 2 * c->config.msl_ms - 1);
    verify_eq(c, stack_info(c).time_waits, 1);
    advance_ms(c, 2);
    verify_eq(c, stack_info(c).time_waits, 0);
    expect_reason(c, FINISHED);
}
