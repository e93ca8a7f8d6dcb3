/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What we send and when: segmentation and PSH, Nagle, sender silly window avoidance, the peer's
 * window when it is small, shrinks or is zero (RFC 9293 sections 3.7.4, 3.8.6, 3.9.1.2).
 */
#include "stack/conversation.h"

CONVERSATION(a_small_write_departs_at_once_with_psh) {
    establish(c);
    user_write(c, 10);
    expect(c, ACK | PSH, 1, 1, 10);
    expect_nothing(c);
}

CONVERSATION(a_write_of_nothing_takes_nothing) {
    establish(c);
    user_write(c, 10);
    user_write(c, 0);
    expect(c, ACK | PSH, 1, 1, 10);
    expect_nothing(c);
}

/* MUST-61: the last segment of what is there carries PSH. */
CONVERSATION(the_last_of_several_segments_carries_psh) {
    establish(c);
    user_write(c, 3 * MSS);
    expect(c, ACK, 1, 1, MSS);
    expect(c, ACK, 1 + MSS, 1, MSS);
    expect(c, ACK | PSH, 1 + 2 * MSS, 1, MSS);
}

CONVERSATION(writes_become_full_segments) {
    establish(c);
    c->corked = true;
    for (unsigned i = 0; i < 50; i++)
        user_write(c, 100);
    c->corked = false;
    user_write(c, 1000);
    expect_segments(c, 6, 1, 1);
    expect_nothing(c);
}

CONVERSATION(a_stream_arrives_whole_and_in_order) {
    uint32_t acked = 1;

    establish(c);
    while (is_on(c) && acked < 300001) {
        uint32_t left = 300000 - c->talker->written;
        if (left > 0) write_some(c, left < 20000 ? left : 20000);
        verify(c, c->over || c->head != c->tail);
        while (is_on(c) && c->head != c->tail) {
            const struct heard *h = &c->heard[c->head++ % HEARD_MAX];
            verify_eq(c, h->seq, acked);
            acked += h->seg.length;
        }
        advance_ms(c, 10);
        receive(c, ACK, 1, acked, 0);
    }
    verify_eq(c, info_of(c).unacked_bytes + info_of(c).unsent_bytes, 0);
    verify_eq(c, info_of(c).retransmits, 0);
}

/* A write that does not fit is cut short; WRITABLE comes when a third of the buffer is free. */
CONVERSATION(a_full_send_buffer_takes_no_more_and_says_when_it_does) {
    c->config.send_buffer_bytes = 8192;
    c->talker->wnd = 8192;
    establish(c);
    uint32_t taken = write_some(c, 100000);
    if (is_on(c)) verify_in(c, taken, 4096, 8192);
    verify_eq(c, write_some(c, 100), 0);
    pull_events(c);
    c->talker->ready = 0;
    ignore_heard(c);
    receive(c, ACK, 1, 1 + taken / MSS * MSS, 0);
    expect_ready(c, TERCET_WRITABLE);
    if (is_on(c)) verify_in(c, write_some(c, 100000), 1000, 8192);
    ignore_heard(c);
}

/*
 * Nagle (SHLD-7) and its end (MUST-17).
 */
CONVERSATION(nagle_holds_a_small_segment_while_data_is_unacknowledged) {
    establish(c);
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10);
    user_write(c, 10);
    user_write(c, 20);
    expect_nothing(c);
    receive(c, ACK, 1, 11, 0);
    expect(c, ACK, 11, 1, 30);
}

CONVERSATION(nagle_lets_full_segments_pass) {
    establish(c);
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10);
    user_write(c, MSS);
    expect(c, ACK, 11, 1, MSS);
    user_write(c, 2 * MSS);
    expect(c, ACK, 11 + MSS, 1, MSS);
    expect(c, ACK, 11 + 2 * MSS, 1, MSS);
}

CONVERSATION(nodelay_sends_small_segments_at_once) {
    establish(c);
    set_option(c, TERCET_OPTION_NODELAY, 1);
    for (uint32_t i = 0; i < 5; i++) {
        user_write(c, 10);
        expect(c, ACK, 1 + i * 10, 1, 10);
    }
    set_option(c, TERCET_OPTION_NODELAY, 0);
    user_write(c, 10);
    expect_nothing(c);
}

CONVERSATION(nodelay_releases_what_nagle_holds) {
    establish(c);
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10);
    user_write(c, 10);
    expect_nothing(c);
    set_option(c, TERCET_OPTION_NODELAY, 1);
    let_depart(c);
    expect_within_ms(c, 0, ACK, 11, 1, 10);
}

/*
 * The peer's window.
 */
CONVERSATION(no_octet_is_sent_beyond_the_window) {
    c->talker->wnd = 3000;
    establish(c);
    user_write(c, 10000);
    expect_segments(c, 3, 1, 1);
    expect_nothing(c);
    receive(c, ACK, 1, 1001, 0);
    expect_segments(c, 1, 3001, 1);
    expect_nothing(c);
    receive(c, ACK, 1, 4001, 0, .wnd = 5000);
    expect_segments(c, 5, 4001, 1);
    expect_nothing(c);
}

/*
 * MUST-38: no 500 octets where 1,000 will do soon; half of the largest window ever is enough,
 * though.
 */
CONVERSATION(sender_avoids_silly_windows) {
    c->talker->wnd = 2500;
    establish(c);
    user_write(c, 10000);
    expect_segments(c, 2, 1, 1);
    expect_nothing(c); /* 500 octets of window are left */
    receive(c, ACK, 1, 1001, 0, .wnd = 1500);
    expect_nothing(c); /* still 500 */
    receive(c, ACK, 1, 1001, 0, .wnd = 2500);
    expect_segments(c, 1, 2001, 1);
    expect_nothing(c);
}

CONVERSATION(half_of_a_small_window_is_worth_a_segment) {
    c->talker->wnd = 600;
    establish(c);
    user_write(c, 5000);
    expect(c, ACK, 1, 1, 600);
    expect_nothing(c);
    receive(c, ACK, 1, 601, 0, .wnd = 100);
    expect_nothing(c);
    receive(c, ACK, 1, 601, 0, .wnd = 300);
    expect(c, ACK, 601, 1, 300);
    expect_nothing(c);
}

/*
 * "The override timeout": what silly window avoidance holds back is sent in the end though nothing
 * changes.
 */
CONVERSATION(silly_window_avoidance_is_overridden_in_time) {
    c->talker->wnd = 2500;
    establish(c);
    user_write(c, 10000);
    expect_segments(c, 2, 1, 1);
    receive(c, ACK, 1, 2001, 0, .wnd = 500);
    wait_us(c, 5000000);
    verify(c, c->over || c->head != c->tail);
    if (is_on(c)) {
        const struct heard *h = &c->heard[c->head++ % HEARD_MAX];
        verify_eq(c, h->seq, 2001);
        verify_in(c, h->seg.length, 1, 500);
    }
}

/* MUST-34 and attack row 75: the window shrinks below what is in flight. */
CONVERSATION(row_75_peers_window_shrinks_below_what_is_in_flight) {
    establish(c);
    user_write(c, 20000);
    expect_segments(c, 10, 1, 1);
    receive(c, ACK, 1, 1, 0, .wnd = 2000);
    expect_nothing(c);
    receive(c, ACK, 1, 1001, 0, .wnd = 500);
    expect_nothing(c);
    receive(c, ACK, 1, 10001, 0, .wnd = NOTHING);
    expect_nothing(c);
    verify_eq(c, info_of(c).unacked_bytes, 0);
    verify_eq(c, info_of(c).send_window_bytes, 0);
    receive(c, ACK, 1, 10001, 0, .wnd = 3000);
    expect_segments(c, 3, 10001, 1);
    expect_nothing(c);
}

/* What was sent before the window shrank may be retransmitted; nothing new goes beyond it. */
CONVERSATION(row_75_retransmission_into_a_shrunken_window) {
    establish(c);
    user_write(c, 20000);
    expect_segments(c, 10, 1, 1);
    receive(c, ACK, 1, 1, 0, .wnd = 1500);
    advance_s(c, 5);
    verify(c, c->over || c->head != c->tail);
    while (is_on(c) && c->head != c->tail) {
        const struct heard *h = &c->heard[c->head++ % HEARD_MAX];
        verify_in(c, h->seq, 1, 1501);
    }
    receive(c, ACK, 1, 10001, 0, .wnd = 65535);
    if (is_on(c)) verify_eq(c, c->heard[c->head % HEARD_MAX].seq, 10001);
    ignore_heard(c);
}

/*
 * SHLD-17: what lies beyond the edge of a window that has shrunk may stay unacknowledged for as long as the peer
 * answers.
 */
CONVERSATION(what_lies_beyond_a_shrunken_window_ends_nothing) {
    establish(c);
    user_write(c, 10 * MSS);
    expect_segments(c, 10, 1, 1);
    receive(c, ACK, 1, 1 + 2 * MSS, 0, .wnd = NOTHING);
    for (unsigned i = 0; i < 60 && is_on(c); i++) {
        wait_us(c, 200000000);
        expect(c, ACK, 1 + 2 * MSS, 1, 1);
        receive(c, ACK, 1, 1 + 2 * MSS, 0, .wnd = NOTHING);
    }
    expect_state(c, ESTABLISHED);
    receive(c, ACK, 1, 1 + 2 * MSS, 0);
    expect(c, ACK, 1 + 2 * MSS, 1, MSS);
    ignore_heard(c);
    receive(c, ACK, 1, 1 + 10 * MSS, 0);
    verify_eq(c, info_of(c).unacked_bytes, 0);
}

/* MUST-1: the highest bit of the window is no sign. */
CONVERSATION(a_window_of_65535_octets_is_as_large_as_that) {
    establish(c);
    user_write(c, 400 * MSS);
    for (uint32_t i = 1; i <= 80; i++) {
        ignore_heard(c);
        receive(c, ACK, 1, 1 + i * MSS, 0, .wnd = 65535);
    }
    ignore_heard(c);
    verify_eq(c, info_of(c).send_window_bytes, 65535);
    verify_eq(c, info_of(c).unacked_bytes, 65 * MSS);
    receive(c, ACK, 1, 1 + 145 * MSS, 0, .wnd = 32768);
    expect_segments(c, 32, 1 + 145 * MSS, 1);
    expect_nothing(c);
}

/*
 * A zero window: MUST-35 to MUST-37, SHLD-29, SHLD-30.
 */
static void close_window(struct conversation *c) {
    establish(c);
    user_write(c, 5 * MSS);
    expect_segments(c, 5, 1, 1);
    receive(c, ACK, 1, 1 + 5 * MSS, 0, .wnd = NOTHING);
    expect_nothing(c);
}

CONVERSATION(zero_window_with_nothing_to_send_is_not_probed) {
    close_window(c);
    advance_s(c, 3600);
    expect_nothing(c);
}

CONVERSATION(zero_window_stops_new_data) {
    close_window(c);
    user_write(c, 3 * MSS);
    expect_nothing(c);
    receive(c, ACK, 1, 1 + 5 * MSS, 0, .wnd = 3000);
    expect_segments(c, 3, 1 + 5 * MSS, 1);
}

/* The probe carries an octet of new data, and it is the same one until it is acknowledged. */
CONVERSATION(zero_window_is_probed_with_doubled_intervals) {
    uint64_t last_us = 0;

    close_window(c);
    user_write(c, 3 * MSS);
    uint64_t rto_us = info_of(c).rto_us;
    for (unsigned i = 0; i < 20 && is_on(c); i++) {
        uint64_t us = wait_us(c, 200000000);
        expect(c, ACK, 1 + 5 * MSS, 1, 1);
        if (i == 0)
            verify_in(c, us, rto_us, rto_us < 1000000 ? 1001000 : rto_us + 1000);
        else
            verify_in(c, us + 1000, last_us < 60000000 ? last_us * 3 / 2 : last_us, 120002000);
        last_us = us;
        receive(c, ACK, 1, 1 + 5 * MSS, 0, .wnd = NOTHING);
        expect_nothing(c);
    }
    expect_state(c, ESTABLISHED);
}

/* MUST-37: as long as probes are acknowledged the connection stays, for many times R2. */
CONVERSATION(zero_window_answered_keeps_the_connection) {
    close_window(c);
    user_write(c, 3 * MSS);
    for (unsigned i = 0; i < 100 && is_on(c); i++) {
        wait_us(c, 200000000);
        expect(c, ACK, 1 + 5 * MSS, 1, 1);
        receive(c, ACK, 1, 1 + 5 * MSS, 0, .wnd = NOTHING);
    }
    expect_state(c, ESTABLISHED);
    receive(c, ACK, 1, 1 + 5 * MSS, 0);
    expect(c, ACK, 1 + 5 * MSS, 1, MSS);
    ignore_heard(c);
}

CONVERSATION(zero_window_that_takes_the_probe_goes_on_with_the_next_octet) {
    close_window(c);
    user_write(c, 3 * MSS);
    wait_us(c, 2000000);
    expect(c, ACK, 1 + 5 * MSS, 1, 1);
    receive(c, ACK, 1, 2 + 5 * MSS, 0, .wnd = NOTHING);
    expect_nothing(c);
    wait_us(c, 10000000);
    expect(c, ACK, 2 + 5 * MSS, 1, 1);
    receive(c, ACK, 1, 3 + 5 * MSS, 0);
    expect(c, ACK, 3 + 5 * MSS, 1, MSS);
    ignore_heard(c);
}

/* The peer's update was lost: its answer to the probe opens the window. */
CONVERSATION(answer_to_a_probe_may_open_the_window) {
    close_window(c);
    user_write(c, 3 * MSS);
    wait_us(c, 2000000);
    expect(c, ACK, 1 + 5 * MSS, 1, 1);
    receive(c, ACK, 1, 1 + 5 * MSS, 0, .wnd = 5000);
    expect(c, ACK, 1 + 5 * MSS, 1, MSS);
    ignore_heard(c);
}

/* Attack row 80: nobody answers the probes at all. */
CONVERSATION(zero_window_unanswered_ends_the_connection_in_the_end) {
    close_window(c);
    user_write(c, 3 * MSS);
    advance_s(c, 3 * 3600);
    ignore_heard(c);
    expect_state(c, CLOSED);
    expect_reason(c, TIMED_OUT);
}

CONVERSATION(fin_into_a_zero_window_is_sent_in_the_end) {
    close_window(c);
    user_shutdown(c);
    wait_us(c, 3000000);
    expect(c, FIN | ACK, 1 + 5 * MSS, 1, 0);
    receive(c, ACK, 1, 2 + 5 * MSS, 0, .wnd = NOTHING);
    expect_state(c, FIN_WAIT_2);
}

/* A window of zero in the handshake itself. */
CONVERSATION(zero_window_from_the_beginning) {
    c->talker->wnd = 0;
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .wnd = NOTHING);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
    take_connection(c);
    user_write(c, 10);
    expect_nothing(c);
    wait_us(c, 4000000);
    expect(c, ACK, 1, 1, 1);
    receive(c, ACK, 1, 1, 0, .wnd = 1000);
    expect(c, ACK, 1, 1, 10);
}

/*
 * A segment with an old number and a newer ACK says the window as of that ACK: nothing goes beyond
 * the edge it draws.
 */
CONVERSATION(window_of_a_newer_ack_counts_whatever_its_number) {
    c->talker->wnd = 5000;
    establish(c);
    user_write(c, 20000);
    expect_segments(c, 5, 1, 1);
    receive(c, ACK, 101, 1, 100); /* ahead: SND.WL1 is 101 */
    expect(c, ACK, 1 + 5 * MSS, 1, 0);
    receive(c, ACK, 1, 1 + 3 * MSS, 100,
            .wnd = 2000); /* sent again, with a newer ACK: the edge stays where it was */
    while (is_on(c) && c->head != c->tail)
        verify_eq(c, c->heard[c->head++ % HEARD_MAX].seg.length, 0);
}

/*
 * MUST-66 and section 3.10.7.4: while our own window is zero, too, ACKs and windows of the peer are
 * still read.
 */
static void both_closed(struct conversation *c) {
    c->config.receive_buffer_bytes = 4096;
    open_half(c);
    uint32_t right = 1u + last_heard(c)->seg.wnd;
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    user_write(c, MSS);
    expect(c, ACK, 1, 1, MSS);
    for (uint32_t seq = 1; seq < right; seq += 512)
        receive(c, ACK, seq, 1 + MSS, right - seq < 512 ? right - seq : 512, .wnd = NOTHING);
    advance_ms(c, 150);
    verify_eq(c, c->talker->acked, right);
    verify_eq(c, last_heard(c)->seg.wnd, 0);
    ignore_heard(c);
    c->talker->rcv_nxt = right;
    user_write(c, 2 * MSS);
}

CONVERSATION(zero_windows_on_both_sides_are_opened_by_an_update) {
    both_closed(c);
    receive(c, ACK, c->talker->rcv_nxt, 1 + MSS, 0);
    expect_segments(c, 2, 1 + MSS, c->talker->rcv_nxt);
}

/* The peer has probed as well: its next number is one beyond the window that we announce. */
CONVERSATION(zero_windows_on_both_sides_are_opened_by_an_update_behind_a_probe) {
    both_closed(c);
    uint32_t edge = c->talker->rcv_nxt;
    receive(c, ACK, edge, 1 + MSS, 1, .wnd = NOTHING);
    expect(c, ACK, 1 + MSS, edge, 0, .wnd = NOTHING);
    receive(c, ACK, edge + 1, 1 + MSS, 0);
    expect_segments(c, 2, 1 + MSS, edge);
}

/*
 * What we send ourselves must be acceptable to a peer at a zero window: at most at the right edge
 * that it gave.
 */
CONVERSATION(acks_and_resets_behind_a_probe_are_at_the_peers_edge) {
    close_window(c);
    user_write(c, 3 * MSS);
    wait_us(c, 2000000);
    expect(c, ACK, 1 + 5 * MSS, 1, 1);
    receive(c, ACK, 1, 1 + 5 * MSS, 100, .wnd = NOTHING);
    expect_within_ms(c, 100, ACK, 1 + 5 * MSS, 101, 0);
    user_read(c, 100);
    user_abort(c);
    expect_rst(c, 1 + 5 * MSS);
}
