/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The urgent pointer, both ways (RFC 9293 section 3.8.5, RFC 6093): row 79.
 */
#include "stack/conversation.h"

static void write_urgent(struct conversation *c, uint32_t n) {
    c->corked = true;
    user_write(c, n);
    if (is_on(c)) verify_eq(c, tercet_conn_urge(c->stack, c->talker->conn), 0);
    c->corked = false;
    if (is_on(c)) pump(c);
}

static void expect_urgent(struct conversation *c, uint32_t seq, uint32_t len, uint32_t pointer) {
    const struct heard *h = &c->heard[c->head % HEARD_MAX];

    expect(c, ACK | URG, seq, 1, len);
    verify_eq(c, h->seg.urgent, pointer);
}

static void expect_quiet(struct conversation *c) {
    pull_events(c);
    verify(c, c->over || !(c->talker->ready & TERCET_URGENT));
}

/*
 * Ours: MUST-30, MUST-31.
 */
CONVERSATION(the_pointer_stands_behind_the_last_urgent_octet) {
    establish(c);
    write_urgent(c, 10);
    expect_urgent(c, 1, 10, 10);
}

CONVERSATION(every_segment_before_the_mark_carries_the_pointer) {
    establish(c);
    write_urgent(c, 3 * MSS);
    expect_urgent(c, 1, MSS, 3 * MSS);
    expect_urgent(c, 1 + MSS, MSS, 2 * MSS);
    expect_urgent(c, 1 + 2 * MSS, MSS, MSS);
    user_write(c, MSS);
    expect(c, ACK, 1 + 3 * MSS, 1, MSS);
}

CONVERSATION(what_follows_the_mark_in_its_segment_is_not_urgent) {
    establish(c);
    c->corked = true;
    user_write(c, 1);
    if (is_on(c)) verify_eq(c, tercet_conn_urge(c->stack, c->talker->conn), 0);
    user_write(c, 99);
    c->corked = false;
    if (is_on(c)) pump(c);
    expect_urgent(c, 1, 100, 1);
}

/* MUST-31: any length.  The field says as much as it can. */
CONVERSATION(a_mark_further_than_the_pointer_reaches_is_told_step_by_step) {
    establish(c);
    write_urgent(c, 100000);
    for (uint32_t i = 0; i < 10; i++)
        expect_urgent(c, 1 + i * MSS, MSS, 65535);
    receive(c, ACK, 1, 1 + 10 * MSS, 0);
    while (is_on(c) && c->head != c->tail) {
        const struct heard *h = &c->heard[c->head++ % HEARD_MAX];
        uint32_t ahead = 100001 - h->seq;
        verify(c, segment_has(&h->seg, TCP_URG));
        verify_eq(c, h->seg.urgent, ahead < 65535 ? ahead : 65535);
    }
}

CONVERSATION(urgent_data_sent_again_is_still_urgent) {
    establish(c);
    write_urgent(c, 10);
    expect_urgent(c, 1, 10, 10);
    wait_us(c, 5000000);
    expect_urgent(c, 1, 10, 10);
}

/* The probe of a closed window tells, too. */
CONVERSATION(a_closed_window_does_not_hide_the_mark) {
    establish(c);
    receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
    write_urgent(c, 10);
    expect_nothing(c);
    wait_us(c, 5000000);
    expect_urgent(c, 1, 1, 10);
}

CONVERSATION(urge_without_data_says_nothing) {
    establish(c);
    write_urgent(c, 0);
    expect_nothing(c);
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10);
}

CONVERSATION(urge_after_shutdown_is_refused) {
    establish(c);
    user_shutdown(c);
    expect(c, FIN | ACK, 1, 1, 0);
    if (is_on(c)) verify_eq(c, tercet_conn_urge(c->stack, c->talker->conn), TERCET_CLOSING);
}

/*
 * The peer's: MUST-32, MUST-33; the octets stay in line (RFC 6093 section 6).
 */
CONVERSATION(urgent_data_is_announced_and_stays_in_line) {
    establish(c);
    receive(c, ACK | URG, 1, 1, 100, .urgent = 60);
    expect_ready(c, TERCET_URGENT | TERCET_READABLE);
    verify_eq(c, info_of(c).urgent_bytes, 60);
    expect_readable(c, 100);
    user_read(c, 40);
    verify_eq(c, info_of(c).urgent_bytes, 20);
    user_read(c, 20);
    verify_eq(c, info_of(c).urgent_bytes, 0);
    user_read(c, 40);
    verify_eq(c, info_of(c).urgent_bytes, 0);
    ignore_heard(c);
}

CONVERSATION(urgent_data_is_announced_before_it_is_there) {
    establish(c);
    receive(c, ACK | URG, 1, 1, 10, .urgent = 500);
    expect_ready(c, TERCET_URGENT);
    verify_eq(c, info_of(c).urgent_bytes, 500);
    receive(c, ACK | URG, 11, 1, 10, .urgent = 490);
    expect_quiet(c);
    receive(c, ACK | URG, 21, 1, 10, .urgent = 481);
    expect_ready(c, TERCET_URGENT);
    verify_eq(c, info_of(c).urgent_bytes, 501);
    ignore_heard(c);
}

CONVERSATION(a_mark_that_goes_back_is_ignored) {
    establish(c);
    receive(c, ACK | URG, 1, 1, 100, .urgent = 80);
    expect_ready(c, TERCET_URGENT);
    receive(c, ACK | URG, 1, 1, 100, .urgent = 5);
    expect_quiet(c);
    verify_eq(c, info_of(c).urgent_bytes, 80);
    ignore_heard(c);
}

CONVERSATION(urgent_without_text_is_announced) {
    establish(c);
    receive(c, ACK | URG, 1, 1, 0, .urgent = 7);
    expect_ready(c, TERCET_URGENT);
    verify_eq(c, info_of(c).urgent_bytes, 7);
}

/* MUST-66: while our window is zero, too. */
CONVERSATION(urgent_is_announced_at_a_zero_window) {
    c->config.receive_buffer_bytes = 4096;
    establish(c);
    for (uint32_t i = 0; i < 4; i++)
        receive(c, ACK, 1 + i * 1024, 1, 1024);
    ignore_heard(c);
    verify_eq(c, info_of(c).receive_window_bytes, 0);
    receive(c, ACK | URG, 4097, 1, 1, .urgent = 1);
    expect_ready(c, TERCET_URGENT);
    verify_eq(c, info_of(c).urgent_bytes, 4097);
    ignore_heard(c);
}

/*
 * Row 79: nonsense.
 */
CONVERSATION(row_79_pointer_zero_moves_nothing) {
    establish(c);
    receive(c, ACK | URG, 1, 1, 100, .urgent = 0);
    verify_eq(c, info_of(c).urgent_bytes, 0);
    expect_quiet(c);
    expect_readable(c, 100);
    user_read(c, 100);
    verify_eq(c, info_of(c).urgent_bytes, 0);
    ignore_heard(c);
}

CONVERSATION(row_79_pointer_beyond_the_text_delivers_the_text) {
    establish(c);
    receive(c, ACK | URG, 1, 1, 1, .urgent = 65535);
    expect_ready(c, TERCET_URGENT);
    expect_readable(c, 1);
    user_read(c, 1);
    verify_eq(c, info_of(c).urgent_bytes, 65534);
    receive(c, ACK, 2, 1, 500);
    expect_readable(c, 500);
    user_read(c, 500);
    verify_eq(c, info_of(c).urgent_bytes, 65034);
    ignore_heard(c);
}

CONVERSATION(row_79_pointer_without_the_flag_says_nothing) {
    establish(c);
    receive(c, ACK, 1, 1, 100, .urgent = 50);
    expect_quiet(c);
    verify_eq(c, info_of(c).urgent_bytes, 0);
    ignore_heard(c);
}

CONVERSATION(row_79_urgent_outside_the_window_says_nothing) {
    establish(c);
    receive(c, ACK | URG, 0x40000000, 1, 100, .urgent = 50);
    receive(c, ACK | URG, 0xf0000000, 1, 100, .urgent = 50);
    expect_quiet(c);
    verify_eq(c, info_of(c).urgent_bytes, 0);
    ignore_heard(c);
}

/* All edges at once; the stream is what it is. */
CONVERSATION(row_79_any_pointer_on_any_segment_leaves_the_stream_whole) {
    static const uint16_t pointers[] = {0, 1, 2, 99, 100, 101, 0x7fff, 0x8000, 0xfffe, 0xffff};

    establish(c);
    for (uint32_t i = 0; i < 200 && is_on(c); i++) {
        receive(c, ACK | URG | (i % 3 ? PSH : 0), 1 + i * 100, 1, 100, .urgent = pointers[i % 10]);
        receive(c, ACK | URG, 1 + i * 100, 1, 50, .urgent = pointers[i * 7 % 10]);
        expect_readable(c, 100);
        if (is_on(c)) verify_in(c, info_of(c).urgent_bytes, 0, 65535 + 100);
        user_read(c, 100);
        ignore_heard(c);
    }
    expect_state(c, ESTABLISHED);
}

CONVERSATION(row_79_urgent_in_a_syn_opens_as_any_other) {
    listen_here(c);
    receive(c, SYN | URG, 0, 0, 0, .urgent = 65535);
    expect_verdict(c, TERCET_SYN_ADMITTED);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK | URG, 1, 1, 0, .urgent = 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    verify_eq(c, info_of(c).urgent_bytes, 0);
    receive(c, ACK, 1, 1, 100);
    expect_readable(c, 100);
    user_read(c, 100);
    ignore_heard(c);
}

CONVERSATION(row_79_urgent_in_syn_sent_opens_nothing) {
    reach(c, TERCET_STATE_SYN_SENT);
    receive(c, URG, 0, 0, 10, .urgent = 5);
    receive(c, ACK | URG, 1, 1, 10, .urgent = 0);
    expect_nothing(c);
    expect_state(c, SYN_SENT);
    receive(c, SYN | ACK | URG, 0, 1, 0, .urgent = 65535);
    expect(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
    receive(c, ACK, 1, 1, 100);
    expect_readable(c, 100);
    user_read(c, 100);
    ignore_heard(c);
}

CONVERSATION_IN(PEER_DONE, row_79_urgent_after_the_fin_says_nothing) {
    const struct talker *t = c->talker;

    receive(c, ACK | URG, t->rcv_nxt, t->snd_una, 0, .urgent = 100);
    expect_quiet(c);
    verify_eq(c, info_of(c).urgent_bytes, 0);
    ignore_heard(c);
}

CONVERSATION(row_79_urgent_with_a_fin_ends_the_stream) {
    establish(c);
    receive(c, ACK | URG | FIN, 1, 1, 10, .urgent = 65535);
    expect(c, ACK, 1, 12, 0);
    expect_readable(c, 10);
    user_read(c, 10);
    verify_eq(c, unread(c), TERCET_END);
    expect_state(c, CLOSE_WAIT);
}
