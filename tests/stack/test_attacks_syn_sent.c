/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hostile inputs in SYN-SENT: rows 24 to 33 and 37 (33 also in tests/tcp/test_options.c).
 */
#include "stack/conversation.h"

CONVERSATION(row_24_reset_without_ack_or_with_a_wrong_one_is_silent) {
    dial(c);
    receive(c, RST, 0, 0, 0);
    receive(c, RST, 1, 0, 0);
    receive(c, RST | ACK, 0, 0, 0);
    receive(c, RST | ACK, 0, 2, 0);
    receive(c, RST | ACK, 0, 0x80000001, 0);
    expect_nothing(c);
    expect_state(c, SYN_SENT);
    peer_answers(c);
}

/*
 * The acknowledgment field has the right number and the flag is off: no acknowledgment (lwIP looked
 * at the number alone).
 */
CONVERSATION(row_24_reset_with_the_right_number_but_no_ack_flag_is_silent) {
    unsigned char packet[200];
    struct say rst = SAY(RST | ACK, 0, 1, 0);

    dial(c);
    if (!is_on(c)) return;
    uint32_t length = frame_say(c, &rst, packet), header = c->v6 ? 40 : 20;
    unsigned char *tcp = packet + header;
    uint64_t sum = ip_pseudo_sum(&c->talker->peer.address, &c->talker->us.address, IP_PROTOCOL_TCP,
                                 length - header);
    tcp[13] = RST;
    tcp[16] = tcp[17] = 0;
    tcp_checksum_put(tcp, checksum_add(sum, tcp, length - header));
    frame_arrives(c, packet, length);
    expect_verdict(c, TERCET_SYN_SENT_BAD_RST);
    expect_nothing(c);
    expect_state(c, SYN_SENT);
    peer_answers(c);
}

CONVERSATION(row_25_reset_with_the_right_ack_refuses) {
    dial(c);
    receive(c, RST | ACK, 0, 1, 0);
    expect_verdict(c, TERCET_SYN_SENT_REFUSED);
    expect_nothing(c);
    expect_reason(c, REFUSED);
    expect_ready(c, TERCET_CLOSED);
    verify(c, unread(c) < 0);
}

CONVERSATION(row_26_syn_ack_with_a_wrong_ack_gets_a_reset_and_the_syn_goes_again_soon) {
    dial(c);
    receive(c, SYN | ACK, 5000, 77, 0);
    expect_verdict(c, TERCET_SYN_SENT_BAD_ACK);
    expect(c, RST, 77, 0, 0);
    expect_state(c, SYN_SENT);
    expect_within_ms(c, 1001, SYN, 0, 0, 0);
    peer_answers(c);
}

CONVERSATION(row_27_ack_of_a_half_dead_peer_gets_a_reset_and_at_most_one_more_syn) {
    unsigned syns = 0;

    dial(c);
    for (unsigned i = 0; i < 9; i++) {
        receive(c, ACK, 5000, 9000, 0, .no_ts = true);
        expect_verdict(c, TERCET_SYN_SENT_BAD_ACK);
        expect(c, RST, 9000, 0, 0);
        advance_ms(c, 100);
        while (is_on(c) && c->head != c->tail) {
            expect(c, SYN, 0, 0, 0);
            syns++;
        }
    }
    if (is_on(c)) verify_in(c, syns, 0, 1);
    expect_within_ms(c, 2500, SYN, 0, 0, 0); /* the timer goes on: 1, 2, 4 s */
    peer_answers(c);
}

CONVERSATION(row_28_ack_with_the_right_number_alone_is_ignored) {
    dial(c);
    receive(c, ACK, 1, 1, 0);
    expect_verdict(c, TERCET_SYN_SENT_NO_SYN);
    receive(c, ACK, 1, 1, 100);
    expect_nothing(c);
    expect_state(c, SYN_SENT);
    peer_answers(c);
}

CONVERSATION(row_29_simultaneous_open_by_syn_then_syn_ack) {
    open_both(c);
    receive(c, SYN | ACK, 0, 1, 0);
    expect_state(c, ESTABLISHED);
    allow_acks(c, 1, 1);
    verify_eq(c, stack_info(c).conns, 1);
    verify_eq(c, stack_info(c).half_opens, 0);
}

CONVERSATION(row_29_simultaneous_open_by_syn_then_ack) {
    open_both(c);
    receive(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
    receive(c, SYN | ACK, 0, 1, 0); /* the crossed one, late */
    allow_acks(c, 1, 1);
    expect_state(c, ESTABLISHED);
    verify_eq(c, stack_info(c).conns, 1);
}

CONVERSATION(row_29_simultaneous_open_with_both_syn_acks_lost) {
    open_both(c);
    advance_ms(c, 900);
    receive(c, SYN, 0, 0, 0); /* the peer has not heard our SYN-ACK and does not know ... */
    ignore_heard(c);
    expect_within_ms(c, 3001, SYN | ACK, 0, 1, 0);
    receive(c, SYN | ACK, 0, 1, 0);
    expect_state(c, ESTABLISHED);
    allow_acks(c, 1, 1);
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10);
}

CONVERSATION(row_29_simultaneous_open_with_a_listener_on_the_same_port) {
    struct tercet_endpoint here = {address_of(c->v6, 2), LOCAL_PORT};

    if (is_on(c)) verify_eq(c, tercet_listen(c->stack, &here, 3, 0, &c->listener), 0);
    open_both(c);
    verify_eq(c, stack_info(c).half_opens, 0);
    verify_eq(c, stack_info(c).conns, 1);
    receive(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
    expect_no_connection(c);
}

/* A connection to itself goes over the stack's own loop link; nothing is seen at a door. */
CONVERSATION(row_30_self_connect_is_established_with_itself) {
    struct tercet_endpoint self = {address_of(c->v6, 2), 4000};

    if (!is_on(c)) return;
    verify_eq(c, tercet_connect(c->stack, &self, &self, 0, c->now_ns, &c->talker->conn), 0);
    pump(c);
    advance_ms(c, 10);
    expect_nothing(c);
    expect_state(c, ESTABLISHED);
    verify_eq(c, stack_info(c).conns, 1);
    user_write(c, 10);
    advance_ms(c, 100);
    verify_eq(c, unread(c), 10);
    user_shutdown(c);
    advance_s(c, 1);
    expect_nothing(c);
}

CONVERSATION(row_31_syn_ack_with_data) {
    dial(c);
    receive(c, SYN | ACK, 0, 1, 100);
    expect_state(c, ESTABLISHED);
    expect_readable(c, 100);
    advance_ms(c, 500);
    verify_eq(c, c->talker->acked, 101);
    ignore_heard(c);
}

CONVERSATION(row_31_syn_ack_with_fin) {
    dial(c);
    receive(c, SYN | ACK | FIN, 0, 1, 0);
    expect_state(c, CLOSE_WAIT);
    verify_eq(c, c->talker->acked, 2);
    ignore_heard(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 2, 0);
}

CONVERSATION(row_32_duplicate_syn_ack_is_acknowledged_throttled) {
    dial(c);
    peer_answers(c);
    advance_ms(c, 1000);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    for (unsigned i = 0; i < 20; i++)
        receive(c, SYN | ACK, 0, 1, 0);
    expect_nothing(c);
    advance_ms(c, 501);
    peer_answers(c);
}

CONVERSATION(row_33_timestamp_never_offered_is_ignored_in_the_syn_ack) {
    c->config.timestamps = false;
    dial(c);
    receive(c, SYN | ACK, 0, 1, 0, .ts = true);
    expect(c, ACK, 1, 1, 0, .lacks = TCP_HAS_TIMESTAMPS);
    receive(c, ACK, 1, 1, 10);
    expect_readable(c, 10);
}

CONVERSATION(row_33_window_scale_never_offered_is_ignored_in_the_syn_ack) {
    c->config.window_scale = false;
    dial(c);
    receive(c, SYN | ACK, 0, 1, 0, .ws = 10, .wnd = 100);
    expect(c, ACK, 1, 1, 0);
    receive(c, ACK, 1, 1, 0, .wnd = 100);
    verify_eq(c, info_of(c).send_window_bytes, 100);
}

CONVERSATION(row_33_sack_never_offered_is_ignored_in_the_syn_ack) {
    c->config.sack = false;
    dial(c);
    receive(c, SYN | ACK, 0, 1, 0, .sack = true);
    expect(c, ACK, 1, 1, 0);
    verify(c, !info_of(c).has_sack);
    receive(c, ACK, 101, 1, 10);
    expect(c, ACK, 1, 1, 0, .lacks = TCP_HAS_SACK);
}

CONVERSATION(row_37_no_answer_at_all) {
    unsigned syns = 1;

    dial(c);
    for (; is_on(c) && wait_us(c, 150000000) <= 150000000; syns++)
        expect(c, SYN, 0, 0, 0);
    if (is_on(c)) verify_eq(c, syns, 1 + c->config.syn_retries);
    expect_state(c, CLOSED);
    expect_reason(c, TIMED_OUT);
    expect_ready(c, TERCET_CLOSED);
}

CONVERSATION(row_37_the_count_of_retries_is_that_of_the_configuration) {
    c->config.syn_retries = 2;
    dial(c);
    expect_after_ms(c, 1000, SYN, 0, 0, 0);
    expect_after_ms(c, 2000, SYN, 0, 0, 0);
    advance_ms(c, 3999);
    expect_state(c, SYN_SENT);
    advance_ms(c, 2);
    expect_state(c, CLOSED);
    expect_reason(c, TIMED_OUT);
    expect_nothing(c);
}
