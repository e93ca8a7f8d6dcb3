/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the peer sends: order, reassembly, acknowledgments (RFC 9293 section 3.8.6.3, RFC 5681
 * section 4.2) and the window that we announce (section 3.8.6.2.2).
 */
#include "stack/conversation.h"

/* Payload of the peer's largest segment: what we announced, less timestamps. */
static uint32_t full(struct conversation *c) {
    return (c->v6 ? 1440u : 1460u) - (has_timestamps(c->talker) ? 12u : 0u);
}

CONVERSATION(data_in_order_is_delivered_in_order) {
    establish(c);
    for (uint32_t seq = 1; seq < 5000; seq += 500)
        receive(c, ACK, seq, 1, 500);
    expect_ready(c, TERCET_READABLE);
    expect_readable(c, 5000);
    user_read(c, 5000);
    verify_eq(c, unread(c), 0);
    advance_ms(c, 500);
    verify_eq(c, c->talker->acked, 5001);
    ignore_heard(c);
}

/* A megabyte passes while the user keeps reading: the window goes on and on. */
CONVERSATION(a_long_stream_is_delivered) {
    unsigned n = 0;

    establish(c);
    for (uint32_t seq = 1; is_on(c) && seq < 1000000; seq += full(c)) {
        receive(c, ACK, seq, 1, full(c));
        if (++n % 3 == 0) user_read(c, (uint32_t)unread(c));
        ignore_heard(c);
    }
    user_read(c, (uint32_t)unread(c));
    verify_in(c, c->talker->taken, 1000000 - 1460, 1000000 + 1460);
    advance_ms(c, 500);
    verify_eq(c, c->talker->acked, c->talker->taken + 1);
    ignore_heard(c);
}

/*
 * Delayed acknowledgments.
 */
CONVERSATION(every_second_full_segment_is_acknowledged_at_once) {
    establish(c);
    for (uint32_t i = 0; i < 10; i += 2) {
        uint32_t seq = 1 + i * full(c);
        receive(c, ACK, seq, 1, full(c));
        receive(c, ACK, seq + full(c), 1, full(c));
        verify_eq(c, c->talker->acked, seq + 2 * full(c));
        user_read(c, (uint32_t)unread(c));
    }
    ignore_heard(c);
}

CONVERSATION(single_segment_is_acknowledged_when_the_delay_is_over) {
    establish(c);
    receive(c, ACK, 1, 1, 100);
    expect_within_ms(c, 41, ACK, 1, 101, 0);
    advance_s(c, 10);
    expect_nothing(c);
}

/* MUST-40: below 0.5 s, whatever has been configured. */
CONVERSATION(delay_of_an_ack_is_that_of_the_configuration) {
    c->config.delayed_ack_us = 300000;
    establish(c);
    receive(c, ACK, 1, 1, 100);
    expect_within_ms(c, 301, ACK, 1, 101, 0);
}

/* A stream of small segments is acknowledged without more delay than that, too. */
CONVERSATION(small_segments_are_acknowledged_in_time) {
    establish(c);
    for (uint32_t i = 0; i < 50; i++) {
        receive(c, ACK, 1 + i * 10, 1, 10);
        advance_ms(c, 30);
        if (is_on(c)) verify_in(c, i * 10 + 11 - c->talker->acked, 0, 20);
    }
    advance_ms(c, 41);
    verify_eq(c, c->talker->acked, 501);
    ignore_heard(c);
}

/*
 * MUST-58, MUST-59: what can be acknowledged together is, once all the segments that are there have been
 * taken.
 */
CONVERSATION(a_batch_is_acknowledged_once) {
    establish(c);
    hold(c);
    for (uint32_t i = 0; i < 6; i++)
        receive(c, ACK, 1 + i * full(c), 1, full(c));
    release(c);
    expect(c, ACK, 1, 1 + 6 * full(c), 0);
    expect_nothing(c);
}

CONVERSATION(data_carries_the_ack) {
    establish(c);
    receive(c, ACK, 1, 1, 100);
    user_write(c, 10);
    expect(c, ACK, 1, 101, 10);
    receive(c, ACK, 101, 11, 0);
    advance_s(c, 1);
    expect_nothing(c);
}

CONVERSATION(pure_ack_is_not_acknowledged) {
    establish(c);
    for (unsigned i = 0; i < 10; i++)
        receive(c, ACK, 1, 1, 0);
    advance_s(c, 10);
    expect_nothing(c);
}

/*
 * Reassembly: SHLD-31 and RFC 5681 section 4.2.
 */
CONVERSATION(segment_behind_a_hole_is_kept_and_draws_a_duplicate_ack_at_once) {
    establish(c);
    receive(c, ACK, 1001, 1, 1000);
    expect_verdict(c, TERCET_DATA_OUT_OF_ORDER);
    expect(c, ACK, 1, 1, 0);
    receive(c, ACK, 2001, 1, 1000);
    expect(c, ACK, 1, 1, 0);
    verify_eq(c, unread(c), 0);
    receive(c, ACK, 1, 1, 1000);
    expect(c, ACK, 1, 3001, 0);
    expect_readable(c, 3000);
    verify_eq(c, stack_info(c).reassemblies, 0);
}

/* Two holes: each is acknowledged at once when it fills, as far as the next. */
CONVERSATION(each_filled_hole_is_acknowledged_at_once) {
    establish(c);
    receive(c, ACK, 101, 1, 100);
    expect(c, ACK, 1, 1, 0);
    receive(c, ACK, 301, 1, 100);
    expect(c, ACK, 1, 1, 0);
    receive(c, ACK, 1, 1, 100);
    expect(c, ACK, 1, 201, 0);
    receive(c, ACK, 201, 1, 100);
    expect(c, ACK, 1, 401, 0);
    expect_readable(c, 400);
}

CONVERSATION(every_order_of_four_segments_arrives) {
    uint32_t seq = 1;

    establish(c);
    for (unsigned order = 0; order < 256; order++) {
        unsigned at[4] = {order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6 & 3};
        if ((1u << at[0] | 1u << at[1] | 1u << at[2] | 1u << at[3]) != 15) continue;
        for (unsigned i = 0; i < 4; i++)
            receive(c, ACK, seq + at[i] * 100, 1, 100);
        expect_readable(c, 400);
        user_read(c, 400);
        seq += 400;
        advance_ms(c, 500);
        verify_eq(c, c->talker->acked, seq);
        ignore_heard(c);
    }
}

/* xorshift; any numbers will do. */
static uint32_t number(uint32_t *state, uint32_t below) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state % below;
}

/*
 * Pieces of any length at any place, overlapping, beyond and before, until all is there: each octet
 * once, each right.
 */
CONVERSATION(any_overlapping_pieces_arrive_as_one_stream) {
    uint32_t state = 0x9e3779b9, base = 1;

    establish(c);
    for (unsigned round = 0; round < 20 && is_on(c); round++) {
        for (unsigned pieces = 0; pieces < 2000 && c->talker->acked != base + 4000 && is_on(c);
             pieces++) {
            uint32_t from = number(&state, 4000), n = 1 + number(&state, 600);
            if (from + n > 4000) n = 4000 - from;
            if (number(&state, 8) == 0)
                receive(c, ACK, base - number(&state, 400), 1, n);
            else
                receive(c, ACK, base + from, 1, n);
            if (number(&state, 4) == 0) advance_ms(c, 50);
            ignore_heard(c);
        }
        expect_readable(c, 4000);
        user_read(c, 4000);
        base += 4000;
        verify_eq(c, c->talker->acked, base);
    }
    verify_eq(c, stack_info(c).reassemblies, 0);
}

CONVERSATION(duplicate_is_acknowledged_and_not_delivered) {
    establish(c);
    receive(c, ACK, 1, 1, 100);
    advance_ms(c, 500);
    expect(c, ACK, 1, 101, 0);
    receive(c, ACK, 1, 1, 100);
    verify(c, c->over || c->verdict == TERCET_DATA_DUPLICATE || c->verdict == TERCET_OUTSIDE_WINDOW);
    expect(c, ACK, 1, 101, 0);
    expect_readable(c, 100);
}

/* The peer has not heard our ACKs and retransmits by its timer: each time it is told again. */
CONVERSATION(each_retransmission_of_the_peer_is_acknowledged) {
    establish(c);
    receive(c, ACK, 1, 1, 100);
    expect_within_ms(c, 500, ACK, 1, 101, 0);
    for (unsigned i = 0; i < 5; i++) {
        advance_ms(c, 200);
        receive(c, ACK, 1, 1, 100);
        expect(c, ACK, 1, 101, 0);
    }
}

CONVERSATION(new_octets_of_a_partly_old_segment_are_delivered) {
    establish(c);
    receive(c, ACK, 1, 1, 10);
    receive(c, ACK, 6, 1, 10);
    expect_readable(c, 15);
    ignore_heard(c);
}

CONVERSATION(duplicate_behind_a_hole_is_kept_once) {
    establish(c);
    for (unsigned i = 0; i < 20; i++) {
        receive(c, ACK, 101, 1, 100);
        expect(c, ACK, 1, 1, 0);
    }
    receive(c, ACK, 1, 1, 100);
    expect_readable(c, 200);
    expect(c, ACK, 1, 201, 0);
}

/* What was kept and then came in order, in a segment that covers it and more, is no longer kept. */
CONVERSATION(kept_data_covered_by_a_longer_segment_is_forgotten) {
    establish(c);
    receive(c, ACK, 11, 1, 10);
    verify_eq(c, stack_info(c).reassemblies, 1);
    receive(c, ACK, 1, 1, 40);
    verify_eq(c, stack_info(c).reassemblies, 0);
    expect_readable(c, 40);
    ignore_heard(c);
}

/*
 * SegmentSmack (CVE-2018-5390, CVE-2018-6922): 100,000 single octets, a hole beside each, in an order that
 * jumps about.  One record, one buffer of the window's size and one answer for each; no more work for the
 * last than for the first, since REASSEMBLY_MAX ranges are all that is ever looked through.
 */
CONVERSATION(row_77_a_hundred_thousand_single_octets_out_of_order_are_bounded) {
    uint32_t most_blocks = 0, holes = 32000;

    establish(c);
    for (uint32_t i = 0; i < 100000 && is_on(c); i++) {
        receive(c, ACK, 2 + 2 * (i * 7919 % holes), 1, 1);
        verify_eq(c, ignore_heard(c), 1);
        if (stack_info(c).buffer_blocks > most_blocks) most_blocks = stack_info(c).buffer_blocks;
    }
    verify_in(c, most_blocks, 1, 65536 / 2048);
    verify_eq(c, stack_info(c).reassemblies, 1);
    verify_eq(c, stack_info(c).conns, 1);
    for (uint32_t at = 1; at <= 2 * holes; at += 1000) {
        receive(c, ACK, at, 1, 1000);
        ignore_heard(c);
    }
    expect_readable(c, 2 * holes);
    verify_eq(c, stack_info(c).reassemblies, 0);
}

/* Where there is no room for what is out of order, it is refused by name; in order all is well. */
CONVERSATION(no_reassembly_free_is_no_harm_to_what_is_in_order) {
    c->config.max_reassemblies = 1;
    establish(c);
    receive(c, ACK, 101, 1, 100);
    expect_verdict(c, TERCET_DATA_OUT_OF_ORDER);
    expect(c, ACK, 1, 1, 0);
    talk_with(c, 50001);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    receive(c, ACK, 101, 1, 100);
    expect_verdict(c, TERCET_DATA_NO_MEMORY);
    expect(c, ACK, 1, 1, 0);
    receive(c, ACK, 1, 1, 100);
    receive(c, ACK, 101, 1, 100);
    expect_readable(c, 200);
    ignore_heard(c);
}

/*
 * The window.
 */
static uint32_t establish_small(struct conversation *c) {
    c->config.receive_buffer_bytes = 4096;
    open_half(c);
    uint32_t right = 1u + last_heard(c)->seg.wnd;
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    verify_in(c, right - 1, 2048, 8192);
    return right;
}

CONVERSATION(window_closes_by_what_is_not_read) {
    uint32_t right = establish_small(c);
    for (uint32_t seq = 1; seq < right && is_on(c);) {
        uint32_t n = right - seq < 1000 ? right - seq : 1000;
        receive(c, ACK, seq, 1, n);
        seq += n;
        advance_ms(c, 50);
        verify_eq(c, c->talker->acked, seq);
        verify_eq(c, last_heard(c)->seg.wnd, right - seq);
        ignore_heard(c);
    }
    verify_eq(c, unread(c), right - 1);
}

CONVERSATION(octets_beyond_the_window_are_trimmed) {
    uint32_t right = establish_small(c);
    for (uint32_t seq = 1; seq + 1000 < right; seq += 1000)
        receive(c, ACK, seq, 1, 1000);
    advance_ms(c, 500);
    ignore_heard(c);
    receive(c, ACK, c->talker->acked, 1, 1400);
    advance_ms(c, 500);
    verify_eq(c, c->talker->acked, right);
    verify_eq(c, unread(c), right - 1);
    user_read(c, 0);
    ignore_heard(c);
}

/* A FIN that does not fit in the window any more is not taken with the part that does. */
CONVERSATION(fin_beyond_the_window_waits) {
    uint32_t right = establish_small(c);
    for (uint32_t seq = 1; seq + 1000 < right; seq += 1000)
        receive(c, ACK, seq, 1, 1000);
    advance_ms(c, 500);
    uint32_t seq = c->talker->acked;
    receive(c, FIN | ACK, seq, 1, right - seq + 10);
    advance_ms(c, 500);
    expect_state(c, ESTABLISHED);
    verify_eq(c, c->talker->acked, right);
    user_read(c, right - 1);
    receive(c, FIN | ACK, right, 1, 10);
    expect_state(c, CLOSE_WAIT);
    expect_readable(c, 10);
    ignore_heard(c);
}

/* Out-of-order data up to the right edge and not beyond. */
CONVERSATION(out_of_order_data_is_kept_up_to_the_edge) {
    uint32_t right = establish_small(c);
    receive(c, ACK, right - 100, 1, 200);
    expect_verdict(c, TERCET_DATA_OUT_OF_ORDER);
    expect(c, ACK, 1, 1, 0);
    for (uint32_t seq = 1; seq < right - 100; seq += 500) {
        uint32_t n = right - 100 - seq < 500 ? right - 100 - seq : 500;
        receive(c, ACK, seq, 1, n);
    }
    advance_ms(c, 500);
    verify_eq(c, c->talker->acked, right);
    verify_eq(c, unread(c), right - 1);
    user_read(c, 0);
    ignore_heard(c);
}

/*
 * MUST-39: a window update moves the right edge by a segment or half the buffer at least, never by
 * a trickle.
 */
CONVERSATION(window_opens_in_large_steps_only) {
    uint32_t right = establish_small(c), edge = right, updates = 0;
    for (uint32_t seq = 1; seq < right; seq += 500)
        receive(c, ACK, seq, 1, right - seq < 500 ? right - seq : 500);
    advance_ms(c, 500);
    verify_eq(c, last_heard(c)->seg.wnd, 0);
    ignore_heard(c);
    for (uint32_t taken = 100; taken < right && is_on(c); taken += 100) {
        user_read(c, 100);
        advance_ms(c, 100);
        if (c->head == c->tail) continue;
        uint32_t next = right + last_heard(c)->seg.wnd;
        verify_in(c, next - edge, 1400 - 12, taken);
        expect(c, ACK, 1, right, 0);
        expect_nothing(c);
        edge = next;
        updates++;
    }
    verify_in(c, updates, 1, 3);
}

/*
 * A reader that keeps up sees no update for nothing: reading less than a segment's worth is not
 * announced.
 */
CONVERSATION(reading_little_from_an_open_window_is_silent) {
    establish(c);
    receive(c, ACK, 1, 1, 100);
    expect_within_ms(c, 500, ACK, 1, 101, 0);
    user_read(c, 100);
    advance_s(c, 5);
    expect_nothing(c);
}

/* The receive buffer of one connection can be set on its listener. */
CONVERSATION(receive_buffer_of_a_listener_holds_for_what_it_accepts) {
    listen_here(c);
    if (is_on(c))
        verify_eq(
            c, tercet_conn_set_option(c->stack, c->listener, TERCET_OPTION_RECEIVE_BUFFER, 8192), 0);
    receive(c, SYN, 0, 0, 0);
    if (is_on(c)) verify_in(c, last_heard(c)->seg.wnd, 4096, 8192);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    for (uint32_t seq = 1; seq < 16000; seq += 1000) {
        receive(c, ACK, seq, 1, 1000);
        ignore_heard(c);
    }
    verify_in(c, unread(c), 4096, 8192);
}
