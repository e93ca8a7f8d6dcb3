/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timestamps and PAWS: RFC 7323 sections 3 to 5.  The conversations of variants without timestamps
 * return at once; TSvals are relative to the peer's, which wraps 2^32 in some variants.
 */
#include "stack/conversation.h"

/* A conversation with timestamps, at a moment where the peer's clock stands at 1001. */
static bool begin(struct conversation *c) {
    if (!c->variant->ts) return false;
    establish(c);
    advance_ms(c, 1000);
    return is_on(c);
}

CONVERSATION(syn_offers_a_timestamp_with_an_echo_of_zero) {
    connect_out(c);
    expect(c, SYN, 0, 0, 0, .has = TCP_HAS_TIMESTAMPS);
    if (is_on(c)) verify_eq(c, last_heard(c)->seg.options.ts_ecr, 0);
}

CONVERSATION(syn_ack_echoes_the_timestamp_of_the_syn) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .tsval = 777);
    expect(c, SYN | ACK, 0, 1, 0, .tsecr = 777);
}

CONVERSATION(syn_ack_has_no_timestamp_when_the_syn_has_none) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .no_ts = true);
    expect(c, SYN | ACK, 0, 1, 0, .lacks = TCP_HAS_TIMESTAMPS);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    verify(c, !info_of(c).has_timestamps);
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10, .lacks = TCP_HAS_TIMESTAMPS);
}

CONVERSATION(no_timestamps_when_the_syn_ack_has_none) {
    connect_out(c);
    expect(c, SYN, 0, 0, 0, .has = TCP_HAS_TIMESTAMPS);
    receive(c, SYN | ACK, 0, 1, 0, .no_ts = true);
    expect(c, ACK, 1, 1, 0, .lacks = TCP_HAS_TIMESTAMPS);
    verify(c, !info_of(c).has_timestamps);
}

/*
 * "TSopt MUST be sent in every non-RST segment": the harness looks at each one; here, that it is so
 * at all.
 */
CONVERSATION(every_segment_has_a_timestamp_once_agreed) {
    if (!begin(c)) return;
    verify(c, info_of(c).has_timestamps);
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10, .has = TCP_HAS_TIMESTAMPS);
    receive(c, ACK, 1, 11, 10);
    expect_within_ms(c, 500, ACK, 11, 11, 0, .has = TCP_HAS_TIMESTAMPS);
    user_shutdown(c);
    expect(c, FIN | ACK, 11, 11, 0, .has = TCP_HAS_TIMESTAMPS);
}

/* Ticks of 1 ms to 1 s: RFC 7323 section 5.4. */
CONVERSATION(our_timestamp_clock_ticks_between_1_ms_and_1_s) {
    if (!begin(c)) return;
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10);
    uint32_t before = c->talker->ts_last;
    receive(c, ACK, 1, 11, 0);
    advance_s(c, 100);
    user_write(c, 10);
    expect(c, ACK, 11, 1, 10);
    verify_in(c, c->talker->ts_last - before, 100, 100000);
}

/* Section 3.2: "a TCP ... MUST ... silently drop a non-RST segment without TSopt". */
CONVERSATION(segment_without_a_timestamp_is_silently_dropped) {
    if (!begin(c)) return;
    receive(c, ACK, 1, 1, 10, .no_ts = true);
    expect_verdict(c, TERCET_NO_TIMESTAMP);
    expect_nothing(c);
    verify_eq(c, unread(c), 0);
    receive(c, FIN | ACK, 1, 1, 0, .no_ts = true);
    expect_nothing(c);
    expect_state(c, ESTABLISHED);
    receive(c, ACK, 1, 1, 10);
    expect_readable(c, 10);
}

CONVERSATION(timestamps_not_agreed_are_ignored) {
    if (c->variant->ts) return;
    establish(c);
    receive(c, ACK, 1, 1, 10, .tsval = 5000);
    receive(c, ACK, 11, 1, 10, .tsval = 10);
    expect_readable(c, 20);
}

/*
 * Which timestamp is echoed: section 4.3, situations (A), (B) and (C).
 */
CONVERSATION(delayed_ack_echoes_the_earliest_segment_it_covers) {
    if (!begin(c)) return;
    receive(c, ACK, 1, 1, 10, .tsval = 2000);
    receive(c, ACK, 11, 1, 10, .tsval = 2005);
    expect_within_ms(c, 500, ACK, 1, 21, 0, .tsecr = 2000);
}

CONVERSATION(ack_of_a_segment_behind_a_hole_echoes_the_last_one_in_order) {
    if (!begin(c)) return;
    receive(c, ACK, 1, 1, 10, .tsval = 2000);
    expect_within_ms(c, 500, ACK, 1, 11, 0, .tsecr = 2000);
    receive(c, ACK, 21, 1, 10, .tsval = 3000);
    expect(c, ACK, 1, 11, 0, .tsecr = 2000);
    receive(c, ACK, 31, 1, 10, .tsval = 3001);
    expect(c, ACK, 1, 11, 0, .tsecr = 2000);
}

CONVERSATION(ack_of_a_filled_hole_echoes_the_segment_that_filled_it) {
    if (!begin(c)) return;
    receive(c, ACK, 11, 1, 10, .tsval = 3000);
    expect(c, ACK, 1, 1, 0);
    receive(c, ACK, 1, 1, 10, .tsval = 2500);
    expect(c, ACK, 1, 21, 0, .tsecr = 2500);
}

CONVERSATION(pure_ack_updates_the_echo) {
    if (!begin(c)) return;
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10);
    receive(c, ACK, 1, 11, 0, .tsval = 4000);
    user_write(c, 10);
    expect(c, ACK, 11, 1, 10, .tsecr = 4000);
}

CONVERSATION(equal_timestamp_is_not_old) {
    if (!begin(c)) return;
    receive(c, ACK, 1, 1, 10, .tsval = 2000);
    receive(c, ACK, 11, 1, 10, .tsval = 2000);
    expect_readable(c, 20);
}

/*
 * PAWS: section 5.
 */
CONVERSATION(paws_drops_data_with_an_old_timestamp_and_answers) {
    if (!begin(c)) return;
    receive(c, ACK, 1, 1, 10, .tsval = 5000);
    expect_within_ms(c, 500, ACK, 1, 11, 0);
    receive(c, ACK, 11, 1, 10, .tsval = 4999);
    expect_verdict(c, TERCET_OLD_TIMESTAMP);
    expect(c, ACK, 1, 11, 0, .tsecr = 5000);
    verify_eq(c, unread(c), 10);
}

CONVERSATION(paws_drops_the_ack_of_an_old_segment_too) {
    if (!begin(c)) return;
    receive(c, ACK, 1, 1, 0, .tsval = 5000);
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10);
    receive(c, ACK, 1, 11, 0, .tsval = 4000);
    expect_verdict(c, TERCET_OLD_TIMESTAMP);
    verify_eq(c, info_of(c).unacked_bytes, 10);
    ignore_heard(c);
}

CONVERSATION_IN(SYNCHRONISED, paws_holds_in_each_state) {
    if (!c->variant->ts) return;
    enum tercet_state before = state_of(c);
    advance_ms(c, 100);
    ignore_heard(c);
    receive(c, FIN | ACK, c->talker->rcv_nxt, c->talker->snd_nxt, 0, .tsval = (uint32_t)-100000);
    expect_verdict(c, TERCET_OLD_TIMESTAMP);
    expect(c, ACK, c->talker->snd_nxt, c->talker->rcv_nxt, 0);
    expect_state_is(c, before, __FILE__, __LINE__);
}

/* "RST segments MUST NOT be subjected to the PAWS check". */
CONVERSATION(paws_exempts_a_reset) {
    if (!begin(c)) return;
    receive(c, ACK, 1, 1, 10, .tsval = 5000);
    receive(c, RST, 11, 0, 0, .tsval = 100);
    expect_verdict(c, TERCET_RST_TAKEN);
    expect_reason(c, RESET);
    ignore_heard(c);
}

CONVERSATION(a_reset_without_a_timestamp_counts) {
    if (!begin(c)) return;
    receive(c, RST, 1, 0, 0, .no_ts = true);
    expect_verdict(c, TERCET_RST_TAKEN);
}

/* The comparison is modulo 2^32. */
CONVERSATION(paws_wraps) {
    if (!begin(c)) return;
    static const uint32_t values[] = {0x7fffff00, 0xf0000000, 0x00000005};
    for (uint32_t i = 0; i < 3; i++) {
        receive(c, ACK, 1 + i * 10, 1, 10, .tsval = values[i]);
        expect_within_ms(c, 500, ACK, 1, 11 + i * 10, 0, .tsecr = values[i]);
    }
    expect_readable(c, 30);
}

/* Section 5.5: after more than 24 days of idleness TS.Recent says nothing. */
CONVERSATION(paws_is_off_after_24_days_of_idleness) {
    if (!begin(c)) return;
    receive(c, ACK, 1, 1, 10, .tsval = 100000);
    advance_s(c, 49 * 43200); /* 24.5 days: our own clock must not pass 2^31 ms */
    ignore_heard(c);
    receive(c, ACK, 11, 1, 10, .tsval = 90000);
    expect_readable(c, 20);
    expect_within_ms(c, 500, ACK, 1, 21, 0, .tsecr = 90000);
}

CONVERSATION(paws_holds_after_an_hour_of_idleness) {
    if (!begin(c)) return;
    receive(c, ACK, 1, 1, 10, .tsval = 100000);
    advance_s(c, 3600);
    ignore_heard(c);
    receive(c, ACK, 11, 1, 10, .tsval = 90000);
    expect_verdict(c, TERCET_OLD_TIMESTAMP);
    verify_eq(c, unread(c), 10);
    ignore_heard(c);
}

/*
 * Section 4.3 (3): TS.Recent moves only with a segment that begins at or before Last.ACK.sent, and
 * never back.
 */
CONVERSATION(segment_ahead_does_not_move_ts_recent) {
    if (!begin(c)) return;
    receive(c, ACK, 11, 1, 10, .tsval = 900000);
    expect(c, ACK, 1, 1, 0);
    receive(c, ACK, 1, 1, 10, .tsval = 2000);
    expect(c, ACK, 1, 21, 0, .tsecr = 2000);
    expect_readable(c, 20);
}

CONVERSATION(segment_outside_the_window_does_not_move_ts_recent) {
    if (!begin(c)) return;
    receive(c, ACK, 100000, 1, 10, .tsval = 900000);
    receive(c, ACK, (uint32_t)-100, 1, 10, .tsval = 900000);
    ignore_heard(c);
    receive(c, ACK, 1, 1, 10, .tsval = 2000);
    expect_readable(c, 10);
    expect_within_ms(c, 500, ACK, 1, 11, 0, .tsecr = 2000);
}

/* A SYN on a connection is challenged; its timestamp is none of its business. */
CONVERSATION(challenged_syn_does_not_move_ts_recent) {
    if (!begin(c)) return;
    receive(c, SYN, 5, 0, 0, .tsval = 900000);
    expect(c, ACK, 1, 1, 0);
    receive(c, ACK, 1, 1, 10, .tsval = 2000);
    expect_readable(c, 10);
}
