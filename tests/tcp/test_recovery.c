/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Congestion control and loss recovery: RFC 5681 (slow start, congestion avoidance, fast
 * retransmit), RFC 6582 (NewReno), RFC 6928 (initial window), RFC 3042 (limited transmit).
 */
#include "stack/conversation.h"

/* Segment number @n of ours, from 0. */
static uint32_t at(uint32_t n) {
    return 1 + n * MSS;
}

/* @n segments are in flight: the initial window and no more. */
static void send_ten(struct conversation *c) {
    establish(c);
    user_write(c, 10 * MSS);
    expect_segments(c, 10, 1, 1);
    expect_nothing(c);
}

static void duplicate_acks(struct conversation *c, unsigned n, uint32_t ack) {
    for (unsigned i = 0; i < n; i++)
        receive(c, ACK, 1, ack, 0);
}

CONVERSATION(initial_window_is_ten_segments) {
    establish(c);
    user_write(c, 30 * MSS);
    expect_segments(c, 10, 1, 1);
    expect_nothing(c);
}

CONVERSATION(initial_window_of_a_client_is_ten_segments) {
    establish_out(c);
    user_write(c, 30 * MSS);
    expect_segments(c, 10, 1, 1);
    expect_nothing(c);
}

CONVERSATION(initial_window_is_that_of_the_configuration) {
    c->config.initial_segments = 3;
    establish(c);
    user_write(c, 30 * MSS);
    expect_segments(c, 3, 1, 1);
    expect_nothing(c);
}

/* RFC 6928 section 2: more than one SYN or SYN-ACK lost, and the initial window is one segment. */
CONVERSATION(initial_window_after_two_lost_syn_acks_is_one_segment) {
    open_half(c);
    expect_within_ms(c, 1001, SYN | ACK, 0, 1, 0);
    expect_within_ms(c, 2001, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    user_write(c, 30 * MSS);
    expect_segments(c, 1, 1, 1);
    expect_nothing(c);
}

/* Slow start: each ACK of a segment lets two go. */
CONVERSATION(slow_start_doubles_a_round) {
    uint32_t sent = 10;

    establish(c);
    user_write(c, 100 * MSS);
    expect_segments(c, 10, 1, 1);
    for (uint32_t acked = 1; acked <= 20; acked++, sent += 2) {
        receive(c, ACK, 1, at(acked), 0);
        expect_segments(c, 2, at(sent), 1);
        expect_nothing(c);
    }
}

/* ... and one ACK of many segments opens it by one or two (RFC 3465), never by what it covers. */
CONVERSATION(slow_start_grows_by_two_segments_an_ack_at_most) {
    send_ten(c);
    receive(c, ACK, 1, at(10), 0);
    verify_in(c, info_of(c).cwnd_bytes, 11 * MSS, 12 * MSS);
}

/*
 * RFC 5681 section 3.1: N octets acknowledged, not MSS a piece: ACK division gains nothing (Savage
 * et al.).
 */
CONVERSATION(divided_acks_gain_nothing) {
    send_ten(c);
    for (uint32_t part = 1; part <= 10; part++)
        receive(c, ACK, 1, 1 + part * MSS / 10, 0);
    verify_in(c, info_of(c).cwnd_bytes, 10 * MSS, 11 * MSS);
}

/*
 * A window that the user does not fill does not grow: RFC 7661's concern, RFC 5681 section 4.1's
 * spirit.
 */
CONVERSATION(cwnd_is_not_below_its_initial_value_after_an_idle_time) {
    send_ten(c);
    receive(c, ACK, 1, at(10), 0);
    advance_s(c, 60);
    user_write(c, 30 * MSS);
    unsigned burst = c->tail - c->head;
    if (is_on(c)) verify_in(c, burst, 1, 10); /* section 4.1: at most the restart window */
    ignore_heard(c);
}

/*
 * Fast retransmit.
 */
CONVERSATION(third_duplicate_ack_retransmits) {
    send_ten(c);
    duplicate_acks(c, 2, 1);
    expect_nothing(c);
    duplicate_acks(c, 1, 1);
    expect(c, ACK, 1, 1, MSS);
    expect_nothing(c);
    verify_eq(c, info_of(c).ssthresh_bytes, 5 * MSS);
    verify_eq(c, info_of(c).retransmits, 1);
}

CONVERSATION(more_duplicate_acks_do_not_retransmit_again) {
    send_ten(c);
    duplicate_acks(c, 3, 1);
    expect(c, ACK, 1, 1, MSS);
    duplicate_acks(c, 6, 1);
    expect_nothing(c);
}

/* What is no duplicate (RFC 5681 section 2): data in it, another window, nothing outstanding. */
CONVERSATION(segments_with_data_are_no_duplicate_acks) {
    send_ten(c);
    for (uint32_t i = 0; i < 6; i++)
        receive(c, ACK, 1 + i * 10, 1, 10);
    advance_ms(c, 50);
    while (is_on(c) && c->head != c->tail)
        verify_eq(c, c->heard[c->head++ % HEARD_MAX].seg.length, 0);
}

CONVERSATION(window_updates_are_no_duplicate_acks) {
    send_ten(c);
    for (uint16_t i = 0; i < 6; i++)
        receive(c, ACK, 1, 1, 0, .wnd = 50000 + i);
    expect_nothing(c);
}

CONVERSATION(duplicates_with_nothing_outstanding_are_nothing) {
    send_ten(c);
    receive(c, ACK, 1, at(10), 0);
    uint32_t cwnd = info_of(c).cwnd_bytes;
    duplicate_acks(c, 10, at(10));
    expect_nothing(c);
    verify_eq(c, info_of(c).cwnd_bytes, cwnd);
}

CONVERSATION(acks_below_snd_una_are_no_duplicates) {
    send_ten(c);
    receive(c, ACK, 1, at(5), 0);
    duplicate_acks(c, 6, at(2));
    expect_nothing(c);
}

/* SHLD of RFC 5681 section 3.2 step 1: the first two duplicates let one new segment go each. */
CONVERSATION(limited_transmit_sends_a_new_segment_for_each_of_two) {
    establish(c);
    user_write(c, 30 * MSS);
    expect_segments(c, 10, 1, 1);
    duplicate_acks(c, 1, 1);
    expect_segments(c, 1, at(10), 1);
    duplicate_acks(c, 1, 1);
    expect_segments(c, 1, at(11), 1);
    expect_nothing(c);
    duplicate_acks(c, 1, 1);
    expect(c, ACK, 1, 1, MSS);
    expect_nothing(c);
}

/*
 * Steps 3 and 4: cwnd is inflated by what has left the network, and new data goes when it allows.
 */
CONVERSATION(duplicates_inflate_the_window) {
    establish(c);
    user_write(c, 30 * MSS);
    expect_segments(c, 10, 1, 1);
    duplicate_acks(c, 2, 1);
    ignore_heard(c); /* limited transmit or not */
    uint32_t sent = (info_of(c).unacked_bytes) / MSS;
    duplicate_acks(c, 1, 1);
    expect(c, ACK, 1, 1, MSS);
    unsigned more = 0;
    for (unsigned i = 0; i < 7; i++) {
        duplicate_acks(c, 1, 1);
        while (is_on(c) && c->head != c->tail)
            expect(c, ACK, at(sent + more++), 1, MSS);
    }
    /* cwnd = 5 or 6 + 3 + 7 segments; 10 to 12 are in flight. */
    if (is_on(c)) verify_in(c, more, 3, 6);
}

CONVERSATION(full_ack_ends_the_recovery) {
    send_ten(c);
    duplicate_acks(c, 9, 1);
    expect(c, ACK, 1, 1, MSS);
    receive(c, ACK, 1, at(10), 0);
    expect_nothing(c);
    verify_in(c, info_of(c).cwnd_bytes, MSS, 5 * MSS);
    verify_eq(c, info_of(c).ssthresh_bytes, 5 * MSS);
    advance_s(c, 30);
    expect_nothing(c);
}

/*
 * RFC 6582 section 3.2 step 3: a partial ACK retransmits the next hole at once, and recovery goes
 * on.
 */
CONVERSATION(partial_ack_retransmits_the_next_hole) {
    send_ten(c);
    duplicate_acks(c, 7, 1); /* segments 0, 3 and 6 are lost */
    expect(c, ACK, 1, 1, MSS);
    receive(c, ACK, 1, at(3), 0);
    expect(c, ACK, at(3), 1, MSS);
    expect_nothing(c);
    receive(c, ACK, 1, at(6), 0);
    expect(c, ACK, at(6), 1, MSS);
    expect_nothing(c);
    verify_eq(c, info_of(c).ssthresh_bytes, 5 * MSS); /* one reduction for all of it */
    receive(c, ACK, 1, at(10), 0);
    expect_nothing(c);
    verify_eq(c, info_of(c).ssthresh_bytes, 5 * MSS);
    verify_eq(c, info_of(c).retransmits, 3);
}

/*
 * Step 3: the timer is restarted by the first partial ACK at least: no timeout while holes are
 * being filled.
 */
CONVERSATION(partial_ack_restarts_the_timer) {
    send_ten(c);
    duplicate_acks(c, 3, 1);
    expect(c, ACK, 1, 1, MSS);
    uint32_t rto_us = info_of(c).rto_us;
    advance_us(c, rto_us / 2);
    receive(c, ACK, 1, at(3), 0);
    expect(c, ACK, at(3), 1, MSS);
    advance_us(c, rto_us * 3 / 4);
    expect_nothing(c);
}

/* RFC 6298 (5.3): so does the full one, for what was sent meanwhile. */
CONVERSATION(full_ack_restarts_the_timer) {
    send_ten(c);
    uint64_t rto_us = info_of(c).rto_us;
    advance_us(c, rto_us / 2);
    duplicate_acks(c, 3, 1);
    expect(c, ACK, 1, 1, MSS);
    user_write(c, 2 * MSS);
    duplicate_acks(c, 6, 1);
    expect_segments(c, 2, at(10), 1);
    receive(c, ACK, 1, at(10), 0);
    expect_nothing(c);
    rto_us = info_of(c).rto_us;
    uint64_t us = wait_us(c, 10000000);
    expect(c, ACK, at(10), 1, MSS);
    verify_in(c, us, rto_us, rto_us + 1000);
}

/* Section 4: duplicates of what was sent before a timeout start no fast retransmit. */
CONVERSATION(duplicates_after_a_timeout_start_no_recovery) {
    send_ten(c);
    wait_us(c, 10000000);
    expect(c, ACK, 1, 1, MSS);
    receive(c, ACK, 1, at(1), 0);
    expect_segments(c, 2, at(1), 1);
    uint32_t ssthresh = info_of(c).ssthresh_bytes;
    duplicate_acks(c, 4, at(1));
    expect_nothing(c);
    verify_eq(c, info_of(c).ssthresh_bytes, ssthresh);
}

/* A loss in a later window is a new one. */
CONVERSATION(second_loss_after_recovery_reduces_again) {
    send_ten(c);
    duplicate_acks(c, 9, 1);
    expect(c, ACK, 1, 1, MSS);
    receive(c, ACK, 1, at(10), 0);
    user_write(c, 20 * MSS);
    unsigned burst = c->tail - c->head;
    if (is_on(c)) verify_in(c, burst, 1, 5);
    ignore_heard(c);
    for (uint32_t acked = 11; acked < 16; acked++)
        receive(c, ACK, 1, at(acked), 0);
    ignore_heard(c);
    uint32_t flight = info_of(c).unacked_bytes;
    duplicate_acks(c, 2, at(15));
    ignore_heard(c);
    duplicate_acks(c, 1, at(15));
    expect(c, ACK, at(15), 1, MSS);
    uint32_t half = flight / 2 > 2 * MSS ? flight / 2 : 2 * MSS;
    verify_in(c, info_of(c).ssthresh_bytes, half, half + MSS);
    ignore_heard(c);
}

/* ssthresh is never below two segments: equation (4). */
CONVERSATION(ssthresh_has_a_floor_of_two_segments) {
    establish(c);
    user_write(c, MSS);
    expect(c, ACK, 1, 1, MSS);
    wait_us(c, 10000000);
    expect(c, ACK, 1, 1, MSS);
    verify_eq(c, info_of(c).ssthresh_bytes, 2 * MSS);
}

/* RFC 5681 section 3.2 step 2: what limited transmit has sent does not count. */
CONVERSATION(ssthresh_is_half_of_what_was_in_flight_without_limited_transmit) {
    establish(c);
    user_write(c, 30 * MSS);
    expect_segments(c, 10, 1, 1);
    duplicate_acks(c, 2, 1);
    expect_segments(c, 2, at(10), 1);
    duplicate_acks(c, 1, 1);
    expect(c, ACK, 1, 1, MSS);
    verify_eq(c, info_of(c).ssthresh_bytes, 5 * MSS);
    ignore_heard(c);
}

/* A second timeout halves what may have been under way, not what was sent long ago. */
CONVERSATION(ssthresh_after_a_second_timeout_is_half_of_the_window_that_was_open) {
    send_ten(c);
    wait_us(c, 10000000);
    expect(c, ACK, 1, 1, MSS);
    verify_eq(c, info_of(c).ssthresh_bytes, 5 * MSS);
    receive(c, ACK, 1, at(1), 0);
    expect_segments(c, 2, at(1), 1);
    wait_us(c, 10000000);
    expect(c, ACK, at(1), 1, MSS);
    verify_eq(c, info_of(c).ssthresh_bytes, 2 * MSS);
}

/* Congestion avoidance: about one segment a round (section 3.1, equation (3)); never two. */
CONVERSATION(congestion_avoidance_grows_by_a_segment_a_round) {
    send_ten(c);
    duplicate_acks(c, 3, 1);
    expect(c, ACK, 1, 1, MSS);
    receive(c, ACK, 1, at(10), 0);
    uint32_t acked = 10;
    user_write(c, 200 * MSS);
    while (is_on(c) && info_of(c).cwnd_bytes <
                           5 * MSS) { /* slow start up to ssthresh, where recovery ended below it */
        ignore_heard(c);
        receive(c, ACK, 1, at(++acked), 0);
    }
    ignore_heard(c);
    for (unsigned round = 0; round < 10 && is_on(c); round++) {
        uint32_t before = info_of(c).cwnd_bytes, segments = before / MSS;
        for (uint32_t i = 0; i < segments; i++)
            receive(c, ACK, 1, at(++acked), 0);
        verify_in(c, info_of(c).cwnd_bytes - before, MSS / 2, MSS + MSS / 4);
        ignore_heard(c);
    }
}

/* The peer reneges on nothing, the network duplicates ACKs of new data: no harm. */
CONVERSATION(acks_of_new_data_reset_the_count_of_duplicates) {
    send_ten(c);
    for (uint32_t acked = 1; acked < 9; acked++) {
        receive(c, ACK, 1, at(acked), 0);
        duplicate_acks(c, 2, at(acked));
    }
    expect_nothing(c);
}

/* The retransmission is lost as well: the timer repairs it. */
CONVERSATION(lost_fast_retransmission_is_repaired_by_the_timer) {
    send_ten(c);
    duplicate_acks(c, 9, 1);
    expect(c, ACK, 1, 1, MSS);
    expect_nothing(c);
    uint64_t rto_us = info_of(c).rto_us, us = wait_us(c, 10000000);
    expect(c, ACK, 1, 1, MSS);
    verify_in(c, us, 1, rto_us + 1000);
    verify_in(c, info_of(c).cwnd_bytes, 1, MSS);
    receive(c, ACK, 1, at(10), 0);
    expect_nothing(c);
}

/* The FIN counts as the segment that it is: it is retransmitted by duplicates, too. */
CONVERSATION(fast_retransmit_with_the_fin_behind) {
    establish(c);
    user_write(c, 4 * MSS);
    expect_segments(c, 4, 1, 1);
    user_shutdown(c);
    expect(c, FIN | ACK, at(4), 1, 0);
    duplicate_acks(c, 3, 1);
    expect(c, ACK, 1, 1, MSS);
    receive(c, ACK, 1, at(4) + 1, 0);
    expect_state(c, FIN_WAIT_2);
    expect_nothing(c);
}
