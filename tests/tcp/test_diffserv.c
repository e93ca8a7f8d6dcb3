/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Differentiated Services field that the user asks for stands in every segment of the connection (RFC 9293 section
 * 3.9.1.9: MUST-48, SHLD-21, SHLD-22).
 */
#include "stack/conversation.h"

enum { EXPEDITED = 46, LOWER_EFFORT = 1, ALL_ONES = 63 };

/* The next segment, and its codepoint; the two bits of ECN stay zero. */
#define expect_marked(c, codepoint, ...)                                                            \
    do {                                                                                            \
        expect((c), __VA_ARGS__);                                                                   \
        verify_eq((c), (c)->heard[((c)->head - 1) % HEARD_MAX].ip.traffic_class, (codepoint) << 2); \
    } while (0)

static void listen_marked(struct conversation *c, uint32_t codepoint) {
    listen_here(c);
    if (!is_on(c)) return;
    verify_eq(c, tercet_conn_set_option(c->stack, c->listener, TERCET_OPTION_DIFFSERV, codepoint),
              0);
}

/* Asked for before the first departure, it is in the SYN. */
static void connect_marked(struct conversation *c, uint32_t codepoint) {
    c->corked = true;
    connect_out(c);
    set_option(c, TERCET_OPTION_DIFFSERV, codepoint);
    c->corked = false;
    if (is_on(c)) pump(c);
}

CONVERSATION(all_segments_of_an_active_opening_are_marked) {
    connect_marked(c, EXPEDITED);
    expect_marked(c, EXPEDITED, SYN, 0, 0, 0);
    wait_us(c, 1100000);
    expect_marked(c, EXPEDITED, SYN, 0, 0, 0);
    receive(c, SYN | ACK, 0, 1, 0);
    expect_marked(c, EXPEDITED, ACK, 1, 1, 0);
    user_write(c, 100);
    expect_marked(c, EXPEDITED, ACK, 1, 1, 100);
    wait_us(c, 4000000);
    expect_marked(c, EXPEDITED, ACK, 1, 1, 100);
    receive(c, ACK, 1, 101, 0);
    user_shutdown(c);
    expect_marked(c, EXPEDITED, FIN | ACK, 101, 1, 0);
    receive(c, FIN | ACK, 1, 102, 0);
    expect_marked(c, EXPEDITED, ACK, 102, 2, 0);
    receive(c, FIN | ACK, 1, 102, 0);
    expect_marked(c, EXPEDITED, ACK, 102, 2, 0);
    expect_state(c, TIME_WAIT);
}

CONVERSATION(both_syns_of_a_simultaneous_open_are_marked) {
    connect_marked(c, ALL_ONES);
    expect_marked(c, ALL_ONES, SYN, 0, 0, 0);
    receive(c, SYN, 0, 0, 0);
    expect_marked(c, ALL_ONES, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 7, 0);
    expect_marked(c, ALL_ONES, RST, 7, 0, 0);
}

CONVERSATION(reset_for_a_wrong_answer_to_a_marked_syn_is_marked) {
    connect_marked(c, EXPEDITED);
    expect_marked(c, EXPEDITED, SYN, 0, 0, 0);
    receive(c, SYN | ACK, 0, 77, 0);
    expect_marked(c, EXPEDITED, RST, 77, 0, 0);
}

CONVERSATION(what_a_listener_sends_and_accepts_is_marked) {
    listen_marked(c, EXPEDITED);
    receive(c, SYN, 0, 0, 0);
    expect_marked(c, EXPEDITED, SYN | ACK, 0, 1, 0);
    wait_us(c, 1100000);
    expect_marked(c, EXPEDITED, SYN | ACK, 0, 1, 0);
    receive(c, SYN, 0, 0, 0);
    expect_marked(c, EXPEDITED, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 2, 0);
    expect_marked(c, EXPEDITED, RST, 2, 0, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    verify_eq(c, info_of(c).diffserv, EXPEDITED);
    user_write(c, 100);
    expect_marked(c, EXPEDITED, ACK, 1, 1, 100);
    user_abort(c);
    expect_marked(c, EXPEDITED, RST, 101, 0, 0);
}

CONVERSATION(challenge_of_a_half_open_is_marked) {
    listen_marked(c, LOWER_EFFORT);
    receive(c, SYN, 0, 0, 0);
    expect_marked(c, LOWER_EFFORT, SYN | ACK, 0, 1, 0);
    receive(c, SYN, 500, 0, 0);
    expect_marked(c, LOWER_EFFORT, ACK, 1, 1, 0);
}

/* From the next segment on; what the listener gave is no longer looked at. */
CONVERSATION(a_mark_may_change_during_the_connection) {
    listen_marked(c, EXPEDITED);
    receive(c, SYN, 0, 0, 0);
    expect_marked(c, EXPEDITED, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    set_option(c, TERCET_OPTION_DIFFSERV, LOWER_EFFORT);
    expect_nothing(c);
    user_write(c, 100);
    expect_marked(c, LOWER_EFFORT, ACK, 1, 1, 100);
    set_option(c, TERCET_OPTION_DIFFSERV, 0);
    receive(c, ACK, 1, 101, MSS);
    receive(c, ACK, 1 + MSS, 101, MSS);
    expect_marked(c, 0, ACK, 101, 1 + 2 * MSS, 0);
    verify_eq(c, info_of(c).diffserv, 0);
}

CONVERSATION(without_being_asked_for_there_is_no_mark) {
    open_half(c);
    verify_eq(c, c->heard[(c->head - 1) % HEARD_MAX].ip.traffic_class, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    user_write(c, 100);
    expect_marked(c, 0, ACK, 1, 1, 100);
    talk_with(c, 50001);
    c->talker->us.port = 9;
    receive(c, SYN, 0, 0, 0);
    expect_marked(c, 0, RST | ACK, 0, 1, 0, .absolute = true);
}

CONVERSATION(a_codepoint_has_six_bits) {
    establish(c);
    set_option(c, TERCET_OPTION_DIFFSERV, ALL_ONES);
    if (!is_on(c)) return;
    verify_eq(c, tercet_conn_set_option(c->stack, c->talker->conn, TERCET_OPTION_DIFFSERV, 64),
              TERCET_INVALID);
    verify_eq(c, tercet_conn_set_option(c->stack, c->listener, TERCET_OPTION_DIFFSERV, 64),
              TERCET_INVALID);
    verify_eq(c, tercet_conn_set_option(c->stack, c->listener, TERCET_OPTION_NODELAY, 1),
              TERCET_INVALID);
    verify_eq(c, info_of(c).diffserv, ALL_ONES);
}
