/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hostile inputs at a half-open: rows 38 to 52.
 */
#include "stack/conversation.h"

/*
 * A half-open whose SYN-ACK is some time ago: no throttle holds an answer back, the next SYN-ACK is
 * 400 ms away.
 */
static void half_open(struct conversation *c) {
    open_half(c);
    advance_ms(c, 600);
    expect_nothing(c);
}

static void complete(struct conversation *c) {
    verify_eq(c, stack_info(c).half_opens, 1);
    receive(c, ACK, 1, 1, 0);
    expect_verdict(c, TERCET_ESTABLISHED);
    expect_nothing(c);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    verify_eq(c, stack_info(c).half_opens, 0);
    receive(c, ACK, 1, 1, 10);
    expect_readable(c, 10);
    ignore_heard(c);
}

CONVERSATION(row_38_syn_again_gets_the_same_syn_ack_throttled) {
    half_open(c);
    struct segment first = c->over ? (struct segment){0} : last_heard(c)->seg;
    receive(c, SYN, 0, 0, 0);
    expect_verdict(c, TERCET_HALF_OPEN_SYN_AGAIN);
    expect(c, SYN | ACK, 0, 1, 0);
    struct segment again = c->over ? first : last_heard(c)->seg;
    verify_eq(c, again.options.mss, first.options.mss);
    verify_eq(c, again.options.present, first.options.present);
    verify_eq(c, again.wnd, first.wnd);
    for (unsigned i = 0; i < 20; i++)
        receive(c, SYN, 0, 0, 0);
    expect_verdict(c, TERCET_HALF_OPEN_THROTTLED);
    expect_nothing(c);
    complete(c);
}

CONVERSATION(row_38_syns_again_and_again_stay_bounded) {
    open_half(c);
    for (unsigned i = 0; i < 5000; i++) {
        receive(c, SYN, 0, 0, 0);
        advance_ms(c, 1);
    }
    unsigned answers = ignore_heard(c);
    if (is_on(c)) verify_in(c, answers, 2, 14); /* twice a second, and our own three */
    complete(c);
}

/* The peer that retransmits its SYN as RFC 6298 asks is answered in time. */
CONVERSATION(row_38_syn_again_after_a_second_is_answered) {
    half_open(c);
    advance_ms(c, 399);
    ignore_heard(c);
    receive(c, SYN, 0, 0, 0);
    expect_within_ms(c, 100, SYN | ACK, 0, 1, 0);
    ignore_heard(c);
    complete(c);
}

static const struct {
    const char *name;
    uint32_t seq;
} other_numbers[] = {
    {"in the window", 1000        },
    {"next",          1           },
    {"just below",    (uint32_t)-1},
    {"far above",     0x40000000  },
    {"far below",     0xc0000000  },
};

CONVERSATION_ROWS(other_numbers, row_39_syn_with_another_number_is_challenged_and_changes_nothing) {
    half_open(c);
    receive(c, SYN, row->seq, 0, 0);
    verify(c, c->over || c->verdict == TERCET_HALF_OPEN_CHALLENGED ||
                  c->verdict == TERCET_HALF_OPEN_OUTSIDE);
    expect(c, ACK, 1, 1, 0);
    for (unsigned i = 0; i < 20; i++)
        receive(c, SYN, row->seq, 0, 0);
    expect_nothing(c);
    verify_eq(c, stack_info(c).half_opens, 1);
    complete(c);
}

/* The options are those of the first SYN, whatever a later one says. */
CONVERSATION(row_40_syn_again_with_other_options_changes_nothing) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .ws = 5);
    expect(c, SYN | ACK, 0, 1, 0);
    struct segment first = c->over ? (struct segment){0} : last_heard(c)->seg;
    advance_ms(c, 600);
    receive(c, SYN, 0, 0, 0, .bare = true, .mss = 64, .ws = 1, .wnd = 100);
    expect(c, SYN | ACK, 0, 1, 0);
    verify_eq(c, c->over ? 0 : last_heard(c)->seg.options.present, first.options.present);
    advance_ms(c, 100);
    receive(c, SYN, 0, 0, 0, .mss = 64, .ts = true);
    ignore_heard(c);
    receive(c, ACK, 1, 1, 0, .wnd = 1000);
    take_connection(c);
    struct tercet_conn_info info = info_of(c);
    verify_eq(c, info.send_mss_bytes, MSS);
    verify_eq(c, info.send_scale, 5);
    verify_eq(c, info.has_timestamps, has_timestamps(c->talker));
    verify_eq(c, info.send_window_bytes, 32000);
}

CONVERSATION(row_41_wrong_ack_gets_a_reset_and_the_entry_survives) {
    half_open(c);
    receive(c, ACK, 1, 2, 0);
    expect_verdict(c, TERCET_HALF_OPEN_BAD_ACK);
    expect(c, RST, 2, 0, 0);
    receive(c, ACK, 1, 0, 0);
    expect(c, RST, 0, 0, 0);
    receive(c, ACK, 1, 0x80000001, 5);
    expect(c, RST, 0x80000001, 0, 0);
    verify_eq(c, stack_info(c).half_opens, 1);
    complete(c);
}

/* Row 23: whoever begins in another's name cannot have that other flooded by resets. */
CONVERSATION(row_41_resets_for_wrong_acks_are_limited) {
    unsigned resets = 0;

    open_half(c);
    for (unsigned i = 0; i < 1000 && is_on(c); i++) {
        receive(c, ACK, 1, 1000 + i, 0);
        resets += ignore_heard(c);
    }
    verify_in(c, resets, 1, 300);
    expect_verdict(c, TERCET_HALF_OPEN_THROTTLED);
    verify_eq(c, stack_info(c).half_opens, 1);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
}

CONVERSATION(row_42_right_ack_outside_the_window_gets_an_ack_and_the_entry_survives) {
    half_open(c);
    receive(c, ACK, 100000, 1, 0);
    expect_verdict(c, TERCET_HALF_OPEN_OUTSIDE);
    expect(c, ACK, 1, 1, 0);
    expect_no_connection(c);
    complete(c);
}

CONVERSATION(row_42_right_ack_below_the_window) {
    half_open(c);
    receive(c, ACK, (uint32_t)-1000, 1, 0);
    expect_verdict(c, TERCET_HALF_OPEN_OUTSIDE);
    expect(c, ACK, 1, 1, 0);
    expect_no_connection(c);
    complete(c);
}

CONVERSATION(row_43_exact_reset_frees_the_entry_and_its_slot) {
    for (unsigned i = 0; i < 200; i++) { /* many times the backlog and the pool */
        forget_iss(c);
        open_half(c);
        receive(c, RST, 1, 0, 0);
        expect_verdict(c, TERCET_HALF_OPEN_RESET);
        expect_nothing(c);
        verify_eq(c, stack_info(c).half_opens, 0);
        advance_ms(c, 1);
    }
    forget_iss(c);
    open_half(c);
    complete(c);
}

CONVERSATION(row_44_reset_in_the_window_is_challenged_and_the_entry_stays) {
    half_open(c);
    receive(c, RST, 2, 0, 0);
    expect_verdict(c, TERCET_HALF_OPEN_CHALLENGED);
    expect(c, ACK, 1, 1, 0);
    receive(c, RST, 1000, 0, 0);
    expect_nothing(c);
    complete(c);
}

CONVERSATION(row_44_reset_outside_the_window_is_silent) {
    half_open(c);
    receive(c, RST, 0, 0, 0);
    receive(c, RST, (uint32_t)-1, 0, 0);
    receive(c, RST, 200000, 0, 0);
    expect_nothing(c);
    complete(c);
}

CONVERSATION(row_45_exact_reset_with_ack_frees_the_entry) {
    half_open(c);
    receive(c, RST | ACK, 1, 1, 0);
    expect_nothing(c);
    verify_eq(c, stack_info(c).half_opens, 0);
}

CONVERSATION(row_45_exact_reset_with_syn_frees_the_entry) {
    half_open(c);
    receive(c, RST | SYN, 1, 0, 0);
    expect_nothing(c);
    verify_eq(c, stack_info(c).half_opens, 0);
}

CONVERSATION(row_45_inexact_reset_with_ack_is_challenged) {
    half_open(c);
    receive(c, RST | ACK, 5, 1, 0);
    expect_verdict(c, TERCET_HALF_OPEN_CHALLENGED);
    expect(c, ACK, 1, 1, 0);
    complete(c);
}

CONVERSATION(row_46_data_completes_the_handshake_when_the_final_ack_is_lost) {
    half_open(c);
    receive(c, ACK | PSH, 1, 1, 300);
    expect_verdict(c, TERCET_ESTABLISHED);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    expect_readable(c, 300);
    advance_ms(c, 500);
    verify_eq(c, c->talker->acked, 301);
    ignore_heard(c);
}

CONVERSATION(row_46_fin_completes_the_handshake_too) {
    half_open(c);
    receive(c, ACK | FIN, 1, 1, 300);
    take_connection(c);
    expect_state(c, CLOSE_WAIT);
    expect_readable(c, 300);
    verify_eq(c, c->talker->acked, 302);
    ignore_heard(c);
}

/* Data behind a hole completes it as well: the ACK is right and the number is in the window. */
CONVERSATION(row_46_later_data_completes_the_handshake) {
    half_open(c);
    receive(c, ACK, 301, 1, 300);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    verify_eq(c, c->talker->acked, 1);
    ignore_heard(c);
    receive(c, ACK, 1, 1, 300);
    verify_in(c, unread(c), 300, 600);
    receive(c, ACK, 301, 1, 300);
    expect_readable(c, 600);
    ignore_heard(c);
}

CONVERSATION(row_47_ack_without_its_timestamp_is_dropped_and_the_entry_goes_on) {
    if (!c->variant->ts) return;
    half_open(c);
    receive(c, ACK, 1, 1, 0, .no_ts = true);
    expect_verdict(c, TERCET_HALF_OPEN_BAD_ECHO);
    receive(c, ACK, 1, 1, 50, .no_ts = true);
    expect_nothing(c);
    expect_no_connection(c);
    expect_within_ms(c, 401, SYN | ACK, 0, 1, 0); /* its timer goes on */
    complete(c);
}

CONVERSATION(row_47_ack_with_an_echo_of_zero_is_dropped) {
    if (!c->variant->ts) return;
    half_open(c);
    receive(c, ACK, 1, 1, 0, .ecr_zero = true);
    expect_verdict(c, TERCET_HALF_OPEN_BAD_ECHO);
    expect_no_connection(c);
    expect_nothing(c);
    complete(c);
}

/* Our clock has an offset of its own for each tuple: the same one can be met again when it stands at zero. */
CONVERSATION(row_47_an_echo_of_zero_completes_where_zero_was_sent) {
    if (!c->variant->ts) return;
    open_half(c);
    receive(c, RST, 1, 0, 0);
    verify_eq(c, stack_info(c).half_opens, 0);
    advance_ms(c, (1ull << 32) - c->talker->ts_last);
    forget_iss(c);
    open_half(c);
    verify_eq(c, c->talker->ts_last, 0);
    complete(c);
}

CONVERSATION(row_47_reset_without_a_timestamp_counts) {
    if (!c->variant->ts) return;
    half_open(c);
    receive(c, RST, 1, 0, 0, .no_ts = true);
    verify_eq(c, stack_info(c).half_opens, 0);
    expect_nothing(c);
}

CONVERSATION(row_48_echo_never_sent_is_dropped_with_a_throttled_ack) {
    if (!c->variant->ts) return;
    half_open(c);
    uint32_t first = c->talker->ts_last;
    receive(c, ACK, 1, 1, 0, .ecr_off = 1);
    expect_verdict(c, TERCET_HALF_OPEN_BAD_ECHO);
    expect(c, ACK, 1, 1, 0); /* with a TSval of its own, which may be echoed from now on */
    receive(c, ACK, 1, 1, 0, .ecr_off = (int32_t)(first - c->talker->ts_last) - 1);
    verify(c, c->over || c->verdict == TERCET_HALF_OPEN_BAD_ECHO ||
                  c->verdict == TERCET_HALF_OPEN_THROTTLED);
    receive(c, ACK, 1, 1, 0, .ecr_off = 100000);
    receive(c, ACK, 1, 1, 0, .ecr_off = -100000);
    receive(c, ACK, 1, 1, 0, .ecr_off = INT32_MIN);
    expect_nothing(c);
    expect_no_connection(c);
    verify_eq(c, stack_info(c).half_opens, 1);
}

/* PAWS holds from the SYN on: a final ACK older than the SYN belongs to another connection. */
CONVERSATION(ack_with_a_timestamp_older_than_the_syns_is_answered_by_an_ack) {
    if (!c->variant->ts) return;
    half_open(c);
    receive(c, ACK, 1, 1, 0, .tsval = (uint32_t)-100);
    expect_verdict(c, TERCET_OLD_TIMESTAMP);
    expect(c, ACK, 1, 1, 0);
    expect_no_connection(c);
    complete(c);
}

/* Each TSval that the entry has sent is a true echo, from its first SYN-ACK to its last. */
static const struct {
    const char *name;
    bool first;
} echoes[] = {
    {"of the first SYN-ACK", true },
    {"of the last SYN-ACK",  false}
};

CONVERSATION_ROWS(echoes, row_48_every_echo_of_what_was_sent_completes) {
    if (!c->variant->ts) return;
    open_half(c);
    uint32_t first = c->talker->ts_last;
    expect_within_ms(c, 1001, SYN | ACK, 0, 1, 0);
    expect_within_ms(c, 2001, SYN | ACK, 0, 1, 0);
    int32_t back = (int32_t)(first - c->talker->ts_last);
    receive(c, ACK, 1, 1, 0, .ecr_off = row->first ? back - 1 : 1);
    expect_verdict(c, TERCET_HALF_OPEN_BAD_ECHO);
    ignore_heard(c);
    c->talker->ts_last = row->first ? first : first - (uint32_t)back;
    complete(c);
}

CONVERSATION(row_49_slots_of_syns_never_answered_all_come_back) {
    listen_with(c, 64);
    for (uint16_t port = 1000; port < 1020; port++) {
        talk_with(c, port);
        receive(c, SYN, 0, 0, 0);
        expect(c, SYN | ACK, 0, 1, 0);
    }
    verify_eq(c, stack_info(c).half_opens, 20);
    advance_s(c, 32);
    verify_eq(c, stack_info(c).half_opens, 20);
    unsigned again = ignore_heard(c);
    if (is_on(c)) verify_eq(c, again, 20 * c->config.syn_ack_retries);
    advance_s(c, 33);
    expect_nothing(c);
    verify_eq(c, stack_info(c).half_opens, 0);
    struct tercet_trace trace;
    for (unsigned i = 0; i < 20 && is_on(c); i++) {
        if (!verify(c, tercet_stack_next_trace(c->stack, &trace))) return;
        verify_eq(c, trace.state, TERCET_STATE_SYN_RECEIVED);
        verify_eq(c, trace.reason, TERCET_REASON_TIMED_OUT);
    }
    talk_with(c, 2000);
    open_half(c);
    complete(c);
}

CONVERSATION(row_49_syn_ack_is_sent_again_with_doubled_intervals) {
    open_half(c);
    for (unsigned s = 1; s <= 16; s *= 2)
        expect_after_ms(c, s * 1000, SYN | ACK, 0, 1, 0);
    advance_ms(c, 31999);
    verify_eq(c, stack_info(c).half_opens, 1);
    advance_ms(c, 2);
    verify_eq(c, stack_info(c).half_opens, 0);
    receive(c, ACK, 1, 1, 0);
    expect(c, RST, 1, 0, 0);
}

CONVERSATION(row_50_closed_listener_frees_half_opens_silently) {
    half_open(c);
    close_listener(c);
    expect_nothing(c);
    verify_eq(c, stack_info(c).half_opens, 0);
    receive(c, ACK, 1, 1, 0);
    expect(c, RST, 1, 0, 0);
    advance_s(c, 100);
    expect_nothing(c);
}

CONVERSATION(row_50_closed_listener_resets_what_was_not_accepted) {
    half_open(c);
    receive(c, ACK, 1, 1, 0);
    close_listener(c);
    expect_rst(c, 1);
    expect_nothing(c);
    verify_eq(c, stack_info(c).conns, 0);
    receive(c, ACK, 1, 1, 20);
    expect(c, RST, 1, 0, 0);
}

CONVERSATION(row_50_closed_listener_leaves_what_was_accepted) {
    half_open(c);
    complete(c);
    close_listener(c);
    expect_nothing(c);
    expect_state(c, ESTABLISHED);
    receive(c, ACK, 11, 1, 10);
    expect_readable(c, 20);
    ignore_heard(c);
}

/*
 * A child that the peer has reset while it waited to be accepted is told to the user or gone; never
 * a crash, never a leak.
 */
CONVERSATION(reset_before_accept) {
    half_open(c);
    receive(c, ACK, 1, 1, 0);
    receive(c, RST, 1, 0, 0);
    expect_nothing(c);
    if (!is_on(c)) return;
    int got = tercet_accept(c->stack, c->listener, 0, &c->talker->conn);
    verify(c, got == 0 || got == TERCET_NOT_YET);
    if (got == 0) expect_reason(c, RESET);
    if (got == 0) verify_eq(c, unread(c), TERCET_OVER);
}

static void client_syn(struct conversation *c, uint16_t port) {
    talk_with(c, port);
    receive(c, SYN, 0, 0, 0);
}

CONVERSATION(row_51_final_ack_to_a_full_accept_queue_is_dropped_and_the_entry_asks_again) {
    listen_with(c, 1);
    client_syn(c, 1001);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    client_syn(c, 1002);
    expect(c, SYN | ACK, 0, 1, 0);
    client_syn(c, 1003);
    expect(c, SYN | ACK, 0, 1, 0);
    talk_with(c, 1002);
    receive(c, ACK, 1, 1, 0);
    talk_with(c, 1003);
    receive(c, ACK, 1, 1, 0);
    expect_verdict(c, TERCET_HALF_OPEN_ACCEPT_FULL);
    expect_nothing(c);
    verify_eq(c, stack_info(c).half_opens, 1);
    expect_within_ms(c, 1001, SYN | ACK, 0, 1, 0);
    talk_with(c, 1001);
    take_connection(c);
    talk_with(c, 1003);
    receive(c, ACK, 1, 1, 0); /* the peer answers the SYN-ACK */
    expect_verdict(c, TERCET_ESTABLISHED);
    talk_with(c, 1002);
    take_connection(c);
    talk_with(c, 1003);
    take_connection(c);
    expect_state(c, ESTABLISHED);
}

CONVERSATION(row_51_syn_to_a_full_accept_queue_is_silent) {
    listen_with(c, 0);
    client_syn(c, 1001);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    client_syn(c, 1002);
    expect_verdict(c, TERCET_SYN_ACCEPT_FULL);
    expect_nothing(c);
    talk_with(c, 1001);
    take_connection(c);
    client_syn(c, 1002); /* the peer tries again */
    expect(c, SYN | ACK, 0, 1, 0);
}

static const struct {
    const char *name;
    unsigned backlog;
} backlogs[] = {
    {"0", 0},
    {"1", 1},
    {"5", 5}
};

CONVERSATION_ROWS(backlogs, row_52_backlog_plus_one_are_accepted) {
    unsigned opened = 0;

    listen_with(c, row->backlog);
    for (uint16_t port = 1000; port < 1000 + 10; port++) {
        client_syn(c, port);
        if (c->head == c->tail) continue;
        expect(c, SYN | ACK, 0, 1, 0);
        receive(c, ACK, 1, 1, 0);
        opened += c->verdict == TERCET_ESTABLISHED;
    }
    if (is_on(c)) verify_eq(c, opened, row->backlog + 1);
    for (uint16_t port = 1000; port < 1000 + row->backlog + 1; port++) {
        talk_with(c, port);
        take_connection(c);
        verify_eq(c, info_of(c).remote.port, port);
    }
    expect_no_connection(c);
}
