/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Habits: the knobs of tercet_config for what the RFCs leave open, or for what we chose against their letter.  Each is
 * tried beside its default, which the other tests of this folder prove.
 */
#include "tcp/icmp_talk.h"

CONVERSATION(quick_acks_answer_the_first_segments_at_once) {
    c->config.habits.quick_acks = 3;
    establish(c);
    for (uint32_t i = 0; i < 3; i++) {
        receive(c, ACK, 1 + i * 100, 1, 100);
        expect(c, ACK, 1, 101 + i * 100, 0);
    }
    receive(c, ACK, 301, 1, 100);
    expect_nothing(c);
    expect_within_ms(c, 41, ACK, 1, 401, 0);
}

/* The user answers what he reads: the next ACK waits for the next answer. */
CONVERSATION(an_answer_ends_quick_acks) {
    c->config.habits.quick_acks = 16;
    establish(c);
    receive(c, ACK, 1, 1, 100);
    expect(c, ACK, 1, 101, 0);
    user_write(c, 10);
    expect(c, PSH | ACK, 1, 101, 10);
    receive(c, ACK, 101, 11, 100);
    expect_nothing(c);
    user_write(c, 10);
    expect(c, PSH | ACK, 11, 201, 10);
}

CONVERSATION(a_fin_may_be_acknowledged_later) {
    c->config.habits.fin_ack_delayed = true;
    c->config.habits.quick_acks = 16;
    establish(c);
    receive(c, ACK, 1, 1, 100);
    expect(c, ACK, 1, 101, 0);
    receive(c, FIN | ACK, 101, 1, 0);
    expect_nothing(c);
    expect_state(c, CLOSE_WAIT);
    expect_after_ms(c, 40, ACK, 1, 102, 0);
}

CONVERSATION(a_fin_behind_our_own_is_acknowledged_at_once) {
    c->config.habits.fin_ack_delayed = true;
    establish(c);
    finish_ours(c);
    finish_acked(c);
    finish_theirs(c, 2);
    expect_state(c, TIME_WAIT);
}

CONVERSATION(the_reset_of_an_abort_may_acknowledge) {
    c->config.habits.reset_acks = true;
    establish(c);
    receive(c, ACK, 1, 1, 100);
    user_abort(c);
    expect(c, RST | ACK, 1, 101, 0);
}

CONVERSATION(a_syn_with_fin_may_open) {
    c->config.habits.syn_fin_opens = true;
    listen_here(c);
    receive(c, SYN | FIN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
}

CONVERSATION(a_reset_just_before_the_fin_may_be_inexact) {
    c->config.habits.reset_at_edges = false;
    establish(c);
    receive(c, FIN | ACK, 1, 1, 0);
    expect(c, ACK, 1, 2, 0);
    receive(c, RST, 1, 0, 0);
    expect_verdict(c, TERCET_RST_OUTSIDE);
    expect_state(c, CLOSE_WAIT);
}

CONVERSATION(a_reset_may_end_time_wait) {
    struct tercet_stack_info all;

    c->config.habits.time_wait_resets = true;
    reach(c, TERCET_STATE_TIME_WAIT);
    receive(c, RST, c->talker->rcv_nxt + 1, 0, 0);
    expect_verdict(c, TERCET_TIME_WAIT_RST);
    receive(c, RST, c->talker->rcv_nxt, 0, 0);
    expect_verdict(c, TERCET_RST_TAKEN);
    all = stack_info(c);
    verify_eq(c, all.time_waits, 0);
}

CONVERSATION(any_unreachable_may_end_an_opening) {
    c->config.habits.unreachable_is_hard = true;
    dial(c);
    tell(c, .type = c->v6 ? 1 : 3, .code = 0, .seq = 0);
    expect_verdict(c, TERCET_ICMP_HARD);
    expect_reason(c, UNREACHABLE);
}

CONVERSATION(a_prohibition_may_end_an_opening) {
    c->config.habits.prohibition_is_hard = true;
    dial(c);
    tell(c, .type = c->v6 ? 1 : 3, .code = 0, .seq = 0);
    expect_verdict(c, TERCET_ICMP_SOFT);
    tell(c, .type = c->v6 ? 1 : 3, .code = c->v6 ? 1 : 13, .seq = 0);
    expect_verdict(c, TERCET_ICMP_HARD);
    expect_reason(c, UNREACHABLE);
}

CONVERSATION(window_probes_may_grow_from_more_than_the_rto) {
    c->config.habits.persist_min_us = 500000;
    dial(c);
    advance_ms(c, 100);
    receive(c, SYN | ACK, 0, 1, 0, .wnd = NOTHING);
    expect(c, ACK, 1, 1, 0);
    user_write(c, 10);
    advance_ms(c, 790);
    expect_nothing(c);
    expect_within_ms(c, 12, ACK, 1, 1, 1);
}

CONVERSATION(segments_without_timestamps_may_be_taken) {
    c->config.habits.timestamps_lenient = true;
    open_half(c);
    receive(c, ACK, 1, 1, 0, .no_ts = true);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    receive(c, ACK, 1, 1, 100, .no_ts = true);
    receive(c, ACK, 101, 1, 100, .no_ts = true);
    expect(c, ACK, 1, 201, 0);
}

CONVERSATION(an_opening_may_have_a_limit_of_its_own) {
    c->config.habits.open_timeout_us = 10000000;
    dial(c);
    expect_after_ms(c, 1000, SYN, 0, 0, 0);
    expect_after_ms(c, 2000, SYN, 0, 0, 0);
    expect_after_ms(c, 4000, SYN, 0, 0, 0);
    advance_ms(c, 2999);
    expect_state(c, SYN_SENT);
    advance_ms(c, 2);
    expect_nothing(c);
    expect_reason(c, TIMED_OUT);
}

CONVERSATION(a_limit_of_openings_leaves_open_connections_alone) {
    c->config.habits.open_timeout_us = 1000000;
    establish_out(c);
    advance_s(c, 5);
    expect_state(c, ESTABLISHED);
}

CONVERSATION(late_syns_may_come_without_options) {
    c->config.habits.syn_options_retries = 2;
    connect_out(c);
    expect(c, SYN, 0, 0, 0, .has = TCP_HAS_MSS | TCP_HAS_WSCALE | TCP_HAS_SACK_PERMITTED);
    expect_after_ms(c, 1000, SYN, 0, 0, 0, .has = TCP_HAS_MSS | TCP_HAS_WSCALE);
    expect_after_ms(c, 2000, SYN, 0, 0, 0, .has = TCP_HAS_MSS,
                    .lacks = TCP_HAS_WSCALE | TCP_HAS_SACK_PERMITTED | TCP_HAS_TIMESTAMPS);
}

CONVERSATION(every_rto_may_have_a_slop) {
    c->config.rto_min_us = 30000;
    c->config.habits.rto_slop_us = 500000;
    establish(c);
    user_write(c, 10);
    expect(c, PSH | ACK, 1, 1, 10);
    expect_after_ms(c, 530, PSH | ACK, 1, 1, 10);
}

CONVERSATION(the_window_scale_may_be_for_more_than_the_buffer) {
    c->config.receive_buffer_bytes = 65536;
    c->config.habits.window_scale_bytes = 6 << 20;
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .ws = 3);
    expect(c, SYN | ACK, 0, 1, 0, .ws = 7);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    receive(c, ACK, 1, 1, MSS);
    expect_within_ms(c, 41, ACK, 1, 1 + MSS, 0, .wnd = (65536 - MSS + 127) >> 7);
}

/* tercet_stack_retune: new connections go by the new knobs, limits and secret stay. */
CONVERSATION(knobs_of_a_running_stack_can_be_changed) {
    struct tercet_config next;
    uint32_t mss;

    establish(c);
    if (c->over) return;
    mss = info_of(c).send_mss_bytes;
    next = c->config;
    next.max_conns = 1;
    memset(next.secret, 0, sizeof next.secret);
    next.delayed_ack_us = 100000;
    next.habits.acks_adapt = next.habits.mss_half_window = true; /* stay as they are, too */
    verify_eq(c, tercet_stack_retune(c->stack, &next), 0);
    receive(c, ACK, 1, 1, 100, .wnd = 65535);
    expect_after_ms(c, 100, ACK, 1, 101, 0);
    verify_eq(c, info_of(c).send_mss_bytes, mss);
    next.delayed_ack_us = 500001;
    verify_eq(c, tercet_stack_retune(c->stack, &next), TERCET_INVALID);
    receive(c, ACK, 101, 1, 100);
    expect_after_ms(c, 100, ACK, 1, 201, 0);
}

CONVERSATION(the_scale_may_come_first_in_a_syn) {
    struct segment seg;

    c->config.habits.option_order = TERCET_ORDER_SCALE_FIRST;
    connect_out(c);
    pump(c);
    if (c->over) return;
    seg = last_heard(c)->seg;
    verify_eq(c, seg.header_length, TCP_HEADER_LENGTH + 20);
    expect(c, SYN, 0, 0, 0,
           .has = TCP_HAS_MSS | TCP_HAS_WSCALE | TCP_HAS_SACK_PERMITTED | TCP_HAS_TIMESTAMPS);
}

CONVERSATION(bytes_that_nobody_has_read_may_be_forgotten) {
    c->config.habits.unread_resets = false;
    establish(c);
    receive(c, ACK, 1, 1, 100);
    user_close(c);
    expect(c, FIN | ACK, 1, 101, 0);
    receive(c, ACK, 101, 2, 0);
    receive(c, FIN | ACK, 101, 2, 0);
    expect(c, ACK, 2, 102, 0);
}

CONVERSATION(a_wrong_answer_may_leave_the_syn_to_its_timer) {
    c->config.habits.syn_again_soon = false;
    dial(c);
    receive(c, SYN | ACK, 0, 77, 0, .no_ts = true);
    expect(c, RST, 77, 0, 0);
    expect_after_ms(c, 1000, SYN, 0, 0, 0);
}

CONVERSATION(window_probes_may_begin_late) {
    c->config.habits.persist_min_us = 5000000;
    establish(c);
    receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
    user_write(c, 10);
    expect_after_ms(c, 5000, ACK, 1, 1, 1);
    receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
    expect_after_ms(c, 5000, ACK, 1, 1, 1);
}

CONVERSATION(the_first_syns_may_go_in_equal_steps) {
    c->config.syn_retries = 2;
    c->config.habits.syn_linear_retries = 1;
    dial(c);
    expect_after_ms(c, 1000, SYN, 0, 0, 0);
    expect_after_ms(c, 1000, SYN, 0, 0, 0);
    expect_after_ms(c, 2000, SYN, 0, 0, 0);
    advance_s(c, 5);
    expect_reason(c, TIMED_OUT);
}

/* As on Linux 6.18 with TCP_SYNCNT 1: one linear SYN more, and no longer wait after it. */
CONVERSATION(few_syns_all_go_in_equal_steps) {
    c->config.syn_retries = 1;
    c->config.habits.syn_linear_retries = 4;
    dial(c);
    expect_after_ms(c, 1000, SYN, 0, 0, 0);
    expect_after_ms(c, 1000, SYN, 0, 0, 0);
    advance_ms(c, 1001);
    expect_nothing(c);
    expect_reason(c, TIMED_OUT);
}

CONVERSATION(a_closed_window_may_be_probed_without_an_octet) {
    c->config.habits.probes_empty = true;
    establish(c);
    receive(c, ACK, 1, 1, 0, .wnd = NOTHING);
    user_write(c, 10);
    expect_within_ms(c, 1001, ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    expect(c, PSH | ACK, 1, 1, 10);
}

CONVERSATION(text_in_time_wait_may_always_be_answered) {
    c->config.habits.time_wait_answers_text = true;
    reach(c, TERCET_STATE_TIME_WAIT);
    for (unsigned i = 0; i < 3; i++) {
        receive(c, ACK, (uint32_t)-50, 2, 20);
        expect(c, ACK, 2, 2, 0);
    }
}

/* Nagle's algorithm in Minshall's form: the end of a large write does not wait for the rest of it. */
CONVERSATION(the_end_of_a_write_leaves_at_once) {
    establish(c);
    user_write(c, MSS + 500);
    expect(c, ACK, 1, 1, MSS);
    expect(c, PSH | ACK, 1 + MSS, 1, 500);
    user_write(c, 300);
    expect_nothing(c);
    receive(c, ACK, 1, 1 + MSS + 500, 0);
    expect(c, PSH | ACK, 1 + MSS + 500, 1, 300);
}

CONVERSATION(what_came_before_a_reset_may_be_kept) {
    c->config.habits.reset_keeps_text = true;
    establish(c);
    receive(c, ACK, 1, 1, 100);
    receive(c, RST, 101, 0, 0);
    expect_reason(c, RESET);
    expect_readable(c, 100);
    user_read(c, 100);
    user_close(c);
}

CONVERSATION(an_ack_may_open_the_window_by_more_than_a_segment) {
    c->config.habits.slow_start_segments = 2;
    establish(c);
    user_write(c, 30 * MSS);
    expect_segments(c, 10, 1, 1);
    receive(c, ACK, 1, 1 + 2 * MSS, 0);
    expect_segments(c, 4, 1 + 10 * MSS, 1);
    expect_nothing(c);
}

CONVERSATION(the_end_of_a_burst_may_be_pushed) {
    c->config.habits.pushes_bursts = true;
    open_half(c);
    advance_ms(c, 100); /* a way so long that bursts have the least size, two segments */
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    user_write(c, 5 * MSS);
    for (uint32_t i = 0; i < 5; i++)
        expect(c, i % 2 || i == 4 ? PSH | ACK : ACK, 1 + i * MSS, 1, MSS);
}

CONVERSATION(the_slop_is_not_doubled) {
    c->config.rto_min_us = 300000;
    c->config.habits.rto_slop_us = 100000;
    establish(c);
    user_write(c, 10);
    expect(c, PSH | ACK, 1, 1, 10);
    expect_after_ms(c, 400, PSH | ACK, 1, 1, 10);
    expect_after_ms(c, 700, PSH | ACK, 1, 1, 10);
    expect_after_ms(c, 1300, PSH | ACK, 1, 1, 10);
}

CONVERSATION(the_wait_for_the_first_answer_has_no_slop) {
    c->config.habits.rto_slop_us = 200000;
    dial(c);
    expect_after_ms(c, 1000, SYN, 0, 0, 0);
    expect_after_ms(c, 2200, SYN, 0, 0, 0);
    expect_after_ms(c, 4200, SYN, 0, 0, 0);
}

CONVERSATION(syn_acks_have_the_slop_as_well) {
    c->config.habits.rto_slop_us = 200000;
    open_half(c);
    expect_after_ms(c, 1000, SYN | ACK, 0, 1, 0);
    expect_after_ms(c, 2200, SYN | ACK, 0, 1, 0);
}

CONVERSATION(closed_ports_may_be_silent_to_syns) {
    c->config.habits.silent_ports = 1;
    receive(c, SYN, 0, 0, 0);
    expect_nothing(c);
    receive(c, ACK, 1, 77, 0, .no_ts = true);
    expect(c, RST, 77, 0, 0);
}

CONVERSATION(closed_ports_may_be_silent) {
    c->config.habits.silent_ports = 2;
    receive(c, SYN, 0, 0, 0);
    receive(c, ACK, 1, 77, 0);
    expect_nothing(c);
    listen_here(c);
    receive(c, ACK, 1, 77, 0, .no_ts = true);
    expect(c, RST, 77, 0, 0);
}

CONVERSATION(listeners_may_be_silent_too) {
    c->config.habits.silent_ports = 3;
    listen_here(c);
    receive(c, ACK, 1, 77, 0);
    expect_nothing(c);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
}

CONVERSATION(the_receive_buffer_may_be_whole_segments) {
    c->config.receive_buffer_bytes = 20500;
    c->config.habits.buffer_whole_segments = true;
    establish(c);
    verify(c, info_of(c).receive_buffer_bytes >= 20500);
    verify_eq(c, info_of(c).receive_buffer_bytes % (c->variant->ts ? MSS + 12u : MSS), 0);
}

CONVERSATION(the_window_may_follow_the_buffer) {
    c->config.receive_buffer_bytes = 20000;
    c->config.habits.window_follows_buffer = true;
    establish(c);
    receive(c, ACK, 1, 1, 100);
    expect_after_ms(c, 40, ACK, 1, 101, 0, .wnd = 19900);
    user_read(c, 100);
    receive(c, ACK, 101, 1, 100);
    expect_after_ms(c, 40, ACK, 1, 201, 0, .wnd = 19900);
}

CONVERSATION(a_window_update_may_wait_for_a_quarter_of_the_buffer) {
    c->config.receive_buffer_bytes = 40000;
    c->config.habits.window_follows_buffer = true;
    establish(c);
    for (uint32_t i = 0; i < 20; i++)
        receive(c, ACK, 1 + i * MSS, 1, MSS);
    ignore_heard(c);
    user_read(c, 9000);
    expect_nothing(c);
    user_read(c, 1000);
    expect(c, ACK, 1, 1 + 20 * MSS, 0, .wnd = 30000);
}

CONVERSATION(a_handshake_may_be_timed_by_timestamps_alone) {
    c->config.habits.handshake_untimed = true;
    establish(c);
    user_write(c, 10);
    expect(c, PSH | ACK, 1, 1, 10);
    if (c->variant->ts)
        expect_after_ms(c, 200, PSH | ACK, 1, 1, 10);
    else
        expect_after_ms(c, 1000, PSH | ACK, 1, 1, 10);
}

CONVERSATION(retransmissions_may_end_in_a_reset) {
    c->config.habits.timeout_resets = true;
    c->config.habits.reset_acks = true;
    c->config.data_retries = 1;
    establish(c);
    user_write(c, 10);
    expect(c, PSH | ACK, 1, 1, 10);
    expect_after_ms(c, 200, PSH | ACK, 1, 1, 10);
    expect_within_ms(c, 401, RST | ACK, 11, 1, 0);
    expect_reason(c, TIMED_OUT);
}

CONVERSATION(a_close_in_a_simultaneous_open_may_forget) {
    c->config.habits.close_forgets = true;
    dial(c);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    user_close(c);
    expect_nothing(c);
}

CONVERSATION(text_after_close_may_reset_wherever_it_lies) {
    c->config.habits.close_resets_early = true;
    establish(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, ACK, 1 << 20, 1, 100);
    expect_verdict(c, TERCET_DATA_AFTER_CLOSE);
    expect(c, RST, 1, 0, 0);
}

CONVERSATION(a_reset_may_count_anywhere_in_the_window) {
    c->config.habits.resets_in_window = true;
    establish(c);
    receive(c, RST, 0, 0, 0);
    expect_verdict(c, TERCET_RST_OUTSIDE);
    receive(c, RST, 100, 0, 0);
    expect_verdict(c, TERCET_RST_TAKEN);
    expect_reason(c, RESET);
}

CONVERSATION(a_reset_in_the_window_may_end_a_half_open) {
    c->config.habits.resets_in_window = true;
    open_half(c);
    receive(c, RST, 100, 0, 0);
    expect_verdict(c, TERCET_HALF_OPEN_RESET);
}

CONVERSATION(a_reset_may_have_to_stand_at_the_last_ack) {
    c->config.habits.resets_by_ack = true;
    establish(c);
    receive(c, ACK, 1, 1, 100);
    receive(c, RST, 101, 0, 0);
    expect_verdict(c, TERCET_RST_CHALLENGED);
    expect(c, ACK, 1, 101, 0);
    receive(c, RST, 101, 0, 0);
    expect_verdict(c, TERCET_RST_TAKEN);
}

CONVERSATION(a_syn_in_the_window_may_reset) {
    c->config.habits.syn_resets = true;
    establish(c);
    receive(c, SYN, 0, 0, 0);
    expect(c, ACK, 1, 1, 0);
    receive(c, SYN, 100, 0, 0);
    expect(c, RST, 1, 0, 0);
    expect_reason(c, RESET);
}

CONVERSATION(old_timestamps_without_text_may_get_silence) {
    c->config.habits.old_timestamps_silent = true;
    establish(c);
    if (!c->variant->ts) return;
    receive(c, ACK, 1, 1, 0, .tsval = (uint32_t)-5000);
    expect_verdict(c, TERCET_OLD_TIMESTAMP);
    receive(c, FIN | ACK, 1, 1, 0, .tsval = (uint32_t)-5000);
    receive(c, SYN, 1, 0, 0, .no_ts = true);
    expect_verdict(c, TERCET_NO_TIMESTAMP);
    expect_nothing(c);
    receive(c, ACK, 1, 1, 10, .tsval = (uint32_t)-5000);
    expect(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
}

CONVERSATION(what_an_old_segment_acknowledges_may_count) {
    c->config.habits.edges_lenient = true;
    establish(c);
    receive(c, ACK, 1, 1, 100);
    ignore_heard(c);
    user_write(c, 10);
    expect(c, PSH | ACK, 1, 101, 10);
    receive(c, ACK, 1, 11, 50);
    expect(c, ACK, 11, 101, 0);
    advance_s(c, 3);
    expect_nothing(c);
}

CONVERSATION(the_syn_ack_of_a_simultaneous_open_may_be_answered) {
    c->config.habits.edges_lenient = true;
    dial(c);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    peer_answers(c);
}

CONVERSATION(a_fin_takes_no_room_from_a_window_that_follows_the_buffer) {
    c->config.receive_buffer_bytes = 20000;
    c->config.habits.window_follows_buffer = true;
    establish(c);
    receive(c, FIN | ACK, 1, 1, 100);
    expect(c, ACK, 1, 102, 0, .wnd = 19900);
}

CONVERSATION(an_ack_at_the_right_edge_may_be_taken) {
    c->config.habits.edges_lenient = true;
    c->config.receive_buffer_bytes = 20000;
    establish(c);
    receive(c, ACK, 20001, 1, 0);
    expect_nothing(c);
    receive(c, ACK, 20002, 1, 0);
    expect(c, ACK, 1, 1, 0);
}

CONVERSATION(an_ack_of_less_than_the_syn_may_be_challenged) {
    c->config.habits.acks_of_nothing_challenged = true;
    establish(c);
    receive(c, ACK, 1, 0, 0);
    expect_verdict(c, TERCET_ACK_TOO_OLD);
    expect(c, ACK, 1, 1, 0);
    receive(c, ACK, 1, 1, 0);
    expect_nothing(c);
}

CONVERSATION(any_syn_may_begin_a_half_open_anew) {
    c->config.habits.half_open_renewed = true;
    open_half(c);
    advance_ms(c, 700);
    receive(c, SYN, 100, 0, 0, .tsval = 5000);
    if (c->variant->ts)
        expect(c, SYN | ACK, 0, 1, 0, .tsecr = 5000);
    else
        expect(c, SYN | ACK, 0, 1, 0);
    expect_after_ms(c, 1000, SYN | ACK, 0, 1, 0);
}

CONVERSATION(a_reset_with_an_ack_may_leave_a_half_open_alone) {
    c->config.habits.half_open_renewed = true;
    open_half(c);
    receive(c, RST | ACK, 1, 1, 0);
    expect_nothing(c);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
}

CONVERSATION(a_syn_ack_may_end_a_half_open) {
    c->config.habits.half_open_renewed = true;
    open_half(c);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, RST, 1, 0, 0);
    receive(c, ACK, 1, 1, 0);
    expect(c, RST, 1, 0, 0);
}

CONVERSATION(time_wait_may_hear_acks_alone) {
    uint32_t seq, ack;

    c->config.habits.time_wait_acks_only = true;
    reach(c, TERCET_STATE_TIME_WAIT);
    if (c->over) return;
    seq = c->talker->rcv_nxt;
    ack = c->talker->snd_nxt;
    receive(c, FIN, seq - 1, 0, 0);
    receive(c, SYN, 0, 0, 0, .tsval = (uint32_t)-5000);
    receive(c, ACK, seq, ack, 0);
    expect_nothing(c);
    receive(c, ACK, seq, ack - 1, 0);
    expect(c, ACK, ack, seq, 0);
}

CONVERSATION(time_wait_may_be_forgotten_for_a_newer_syn) {
    uint32_t seq;

    c->config.habits.time_wait_forgotten = true;
    reach(c, TERCET_STATE_TIME_WAIT);
    if (c->over) return;
    seq = c->talker->rcv_nxt + 5000;
    forget_iss(c);
    advance_ms(c, 1000);
    receive(c, SYN, seq, 0, 0);
    expect(c, SYN | ACK, 0, seq + 1, 0);
    verify_eq(c, stack_info(c).time_waits, 0);
    receive(c, RST, seq + 1, 0, 0);
    verify_eq(c, stack_info(c).half_opens, 0);
    verify_eq(c, stack_info(c).time_waits, 0);
}

CONVERSATION(small_segments_may_be_smaller) {
    c->config.habits.mss_min_bytes = 48;
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .mss = 20, .no_ts = true);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0, .no_ts = true);
    take_connection(c);
    user_write(c, 96);
    expect(c, ACK, 1, 1, 48);
    expect(c, PSH | ACK, 49, 1, 48);
}

CONVERSATION(duplicates_may_be_told) {
    c->config.habits.duplicates_told = true;
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .sack = true);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    receive(c, ACK, 1, 1, 100);
    receive(c, ACK, 101, 1, 100);
    expect(c, ACK, 1, 201, 0, .lacks = TCP_HAS_SACK);
    receive(c, ACK, 101, 1, 100);
    expect(c, ACK, 1, 201, 0, .has = TCP_HAS_SACK);
    receive(c, ACK, 301, 1, 100);
    expect(c, ACK, 1, 201, 0, .has = TCP_HAS_SACK);
    receive(c, ACK, 201, 1, 100);
    expect(c, ACK, 1, 401, 0, .lacks = TCP_HAS_SACK);
}

CONVERSATION(a_window_that_is_not_used_may_stay) {
    c->config.habits.window_in_use = true;
    c->config.habits.slow_start_segments = 2;
    establish(c);
    user_write(c, 2 * MSS);
    expect_segments(c, 2, 1, 1);
    receive(c, ACK, 1, 1 + 2 * MSS, 0);
    user_write(c, 30 * MSS);
    expect_segments(c, 10, 1 + 2 * MSS, 1);
    expect_nothing(c);
    receive(c, ACK, 1, 1 + 4 * MSS, 0);
    expect_segments(c, 4, 1 + 12 * MSS, 1);
}

CONVERSATION(a_simultaneous_open_may_offer_all_options) {
    c->config.habits.simultaneous_offers = true;
    dial(c);
    receive(c, SYN, 0, 0, 0, .mss = 1000, .no_ts = true);
    expect(c, SYN | ACK, 0, 1, 0,
           .has = TCP_HAS_MSS | TCP_HAS_WSCALE | TCP_HAS_SACK_PERMITTED | TCP_HAS_TIMESTAMPS);
    receive(c, SYN | ACK, 0, 1, 0, .mss = 1000, .no_ts = true);
    expect(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
}

CONVERSATION(another_syn_may_end_a_half_open_line) {
    c->config.habits.half_open_syn_resets = true;
    open_half(c);
    receive(c, SYN, 100, 0, 0);
    expect(c, RST | ACK, (uint32_t)-c->talker->iss, 101, 0); /* from 0, for want of an ACK */
    expect_verdict(c, TERCET_HALF_OPEN_RESET);
    receive(c, ACK, 1, 1, 0);
    expect(c, RST, 1, 0, 0);
}

CONVERSATION(a_marked_syn_may_be_refused_ecn) {
    c->config.habits.ecn_marked_syn_refused = true;
    listen_here(c);
    receive(c, SYN | ECE | CWR, 0, 0, 0, .ecn = 2);
    expect(c, SYN | ACK, 0, 1, 0);
}

CONVERSATION(a_timestamp_may_be_a_little_older) {
    c->config.habits.timestamp_slack = 1;
    establish(c);
    receive(c, ACK, 1, 1, 10, .tsval = 500);
    receive(c, ACK, 11, 1, 10, .tsval = 499);
    expect(c, ACK, 1, 21, 0);
}

CONVERSATION(one_lost_syn_may_be_forgiven) {
    c->config.habits.syn_loss_forgiven = true;
    dial(c);
    expect_after_ms(c, 1000, SYN, 0, 0, 0);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    user_write(c, 30 * MSS);
    expect_segments(c, 10, 1, 1);
    expect_nothing(c);
}

CONVERSATION(the_user_timeout_may_begin_late) {
    c->config.habits.user_timeout_late = true;
    c->config.rto_min_us = 1000000;
    establish(c);
    set_option(c, TERCET_OPTION_USER_TIMEOUT, 500);
    user_write(c, 10);
    expect(c, PSH | ACK, 1, 1, 10);
    expect_after_ms(c, 1000, PSH | ACK, 1, 1, 10);
    advance_ms(c, 499);
    expect_state(c, ESTABLISHED);
    advance_ms(c, 2);
    expect_reason(c, TIMED_OUT);
}

CONVERSATION(fin_wait_2_of_no_time_may_reset) {
    c->config.habits.fin_wait_2_resets = true;
    establish(c);
    set_option(c, TERCET_OPTION_FIN_WAIT_2, 0);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, ACK, 1, 2, 0);
    expect(c, RST, 2, 0, 0);
}
