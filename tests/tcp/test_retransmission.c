/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The retransmission timer: RFC 6298, and R2 of RFC 9293 section 3.8.3.
 */
#include "stack/conversation.h"

/*
 * An established connection whose handshake took 100 ms, and which has one round of data of 100 ms
 * behind it.
 */
static void establish_100ms(struct conversation *c) {
    open_half(c);
    advance_ms(c, 100);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    advance_ms(c, 100);
    receive(c, ACK, 1, 101, 0);
}

CONVERSATION(rto_before_any_sample_is_the_initial_one) {
    dial(c);
    verify_eq(c, info_of(c).rto_us, c->config.rto_initial_us);
}

/*
 * Section 2.2 and 2.3, alpha = 1/8, beta = 1/4, K = 4: the estimator against its own formulas, over
 * a series of delays.
 */
CONVERSATION(srtt_and_rttvar_follow_the_formulas) {
    static const uint32_t delays_ms[] = {100, 100, 300, 50, 100, 100, 400, 80};
    uint32_t seq = 1;

    open_half(c);
    advance_ms(c, 100);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    for (unsigned i = 0; i < sizeof delays_ms / sizeof delays_ms[0] && is_on(c); i++, seq += 100) {
        struct tercet_conn_info before = info_of(c);
        int64_t r = delays_ms[i] * 1000, srtt = before.srtt_us, var = before.rttvar_us;
        user_write(c, 100);
        expect(c, ACK, seq, 1, 100);
        advance_ms(c, delays_ms[i]);
        if (ignore_heard(c) > 0) break; /* retransmitted: the next test's matter */
        receive(c, ACK, 1, seq + 100, 0);
        int64_t off = srtt > r ? srtt - r : r - srtt;
        int64_t want_srtt = srtt ? srtt - srtt / 8 + r / 8 : r,
                want_var = srtt ? var - var / 4 + off / 4 : r / 2;
        struct tercet_conn_info after = info_of(c);
        verify_in(c, after.srtt_us, want_srtt - 1500, want_srtt + 1500);
        verify_in(c, after.rttvar_us, want_var - 1500, want_var + 1500);
        int64_t want_rto = after.srtt_us +
                           (after.rttvar_us > 250 ? 4 * (int64_t)after.rttvar_us : 1000);
        if (want_rto < c->config.rto_min_us) want_rto = c->config.rto_min_us;
        verify_in(c, after.rto_us, want_rto - 1500, want_rto + 1500);
    }
}

CONVERSATION(rto_has_a_floor) {
    establish(c);
    for (uint32_t i = 0; i < 20; i++) {
        user_write(c, 10);
        expect(c, ACK, 1 + 10 * i, 1, 10);
        receive(c, ACK, 1, 11 + 10 * i, 0);
    }
    verify_eq(c, info_of(c).rto_us, c->config.rto_min_us);
    user_write(c, 10);
    expect(c, ACK, 201, 1, 10);
    expect_after_ms(c, 200, ACK, 201, 1, 10);
}

CONVERSATION(unacknowledged_data_is_sent_again_after_the_rto) {
    establish_100ms(c);
    user_write(c, MSS);
    expect(c, ACK, 101, 1, MSS);
    uint64_t rto_us = info_of(c).rto_us;
    uint64_t us = wait_us(c, 10000000);
    expect(c, ACK, 101, 1, MSS);
    verify_in(c, us, rto_us, rto_us + 1000);
    verify_eq(c, info_of(c).retransmits, 1);
    verify_eq(c, stack_info(c).segments_retransmitted, 1);
}

/*
 * (5.5): each expiry doubles the RTO, up to rto_max; after R2 the connection is given up and the
 * user told.
 */
CONVERSATION(rto_doubles_to_its_limit_until_r2) {
    establish_100ms(c);
    user_write(c, MSS);
    expect(c, ACK, 101, 1, MSS);
    uint64_t rto_us = info_of(c).rto_us, begin_ns = c->now_ns;
    for (unsigned i = 0; i < c->config.data_retries && is_on(c); i++) {
        uint64_t us = wait_us(c, 200000000);
        expect(c, ACK, 101, 1, MSS);
        verify_in(c, us, rto_us - 1000, rto_us + 2000);
        rto_us = rto_us * 2 < c->config.rto_max_us ? rto_us * 2 : c->config.rto_max_us;
    }
    expect_state(c, ESTABLISHED);
    advance_s(c, 121);
    ignore_heard(c);
    expect_state(c, CLOSED);
    expect_reason(c, TIMED_OUT);
    expect_ready(c, TERCET_CLOSED);
    verify(c, c->now_ns - begin_ns > 100000 * MS_NS); /* SHLD-11: R2 is at least 100 s */
    verify_eq(c, unread(c), TERCET_OVER);
}

/* (5.3): an ACK of new data starts the timer anew. */
CONVERSATION(ack_of_new_data_restarts_the_timer) {
    establish_100ms(c);
    user_write(c, 2 * MSS);
    expect(c, ACK, 101, 1, MSS);
    expect(c, ACK, 101 + MSS, 1, MSS);
    advance_ms(c, 150);
    receive(c, ACK, 1, 101 + MSS, 0);
    uint64_t rto_us = info_of(c).rto_us, us = wait_us(c, 10000000);
    expect(c, ACK, 101 + MSS, 1, MSS);
    verify_in(c, us, rto_us, rto_us + 1000);
}

/* ... and one of nothing new does not. */
CONVERSATION(duplicate_ack_does_not_restart_the_timer) {
    establish_100ms(c);
    user_write(c, MSS);
    expect(c, ACK, 101, 1, MSS);
    uint64_t rto_us = info_of(c).rto_us;
    advance_ms(c, 150);
    receive(c, ACK, 1, 101, 0);
    uint64_t us = wait_us(c, 10000000) + 150000;
    expect(c, ACK, 101, 1, MSS);
    verify_in(c, us, rto_us, rto_us + 1000);
}

/*
 * (5.2): nothing outstanding, no timer; once a timer that was stopped has been forgotten no tick is
 * asked for at all.
 */
CONVERSATION(a_connection_at_rest_has_no_deadline) {
    establish_100ms(c);
    advance_s(c, 60);
    expect_nothing(c);
    if (is_on(c)) verify_eq(c, tercet_stack_deadline(c->stack), UINT64_MAX);
    advance_s(c, 86400);
    expect_nothing(c);
    expect_state(c, ESTABLISHED);
}

/* Karn: the ACK of what was sent twice is no sample, unless timestamps tell which. */
CONVERSATION(ack_of_a_retransmission_is_no_sample) {
    if (c->variant->ts) return;
    establish_100ms(c);
    user_write(c, MSS);
    expect(c, ACK, 101, 1, MSS);
    struct tercet_conn_info before = info_of(c);
    wait_us(c, 10000000);
    expect(c, ACK, 101, 1, MSS);
    advance_ms(c, 10);
    receive(c, ACK, 1, 101 + MSS, 0);
    struct tercet_conn_info after = info_of(c);
    verify_eq(c, after.srtt_us, before.srtt_us);
    verify_eq(c, after.rttvar_us, before.rttvar_us);
}

/* Section 5, last note: the backed-off RTO stays until new data has given a sample. */
CONVERSATION(backed_off_rto_stays_until_a_new_sample) {
    if (c->variant->ts) return;
    establish_100ms(c);
    uint32_t rto_us = info_of(c).rto_us;
    user_write(c, 100);
    expect(c, ACK, 101, 1, 100);
    wait_us(c, 10000000);
    expect(c, ACK, 101, 1, 100);
    receive(c, ACK, 1, 201, 0);
    user_write(c, 100);
    expect(c, ACK, 201, 1, 100);
    uint64_t us = wait_us(c, 10000000);
    expect(c, ACK, 201, 1, 100);
    verify_in(c, us + 1000, 2ull * rto_us, 4ull * rto_us);
    receive(c, ACK, 1, 301, 0);
    user_write(c, 100);
    expect(c, ACK, 301, 1, 100);
    advance_ms(c, 100);
    receive(c, ACK, 1, 401, 0);
    verify_in(c, info_of(c).rto_us, 1, rto_us + 1000);
}

CONVERSATION(timestamps_give_a_sample_of_a_retransmission) {
    if (!c->variant->ts) return;
    establish_100ms(c);
    user_write(c, MSS);
    expect(c, ACK, 101, 1, MSS);
    uint32_t srtt_us = info_of(c).srtt_us;
    wait_us(c, 10000000);
    expect(c, ACK, 101, 1, MSS);
    advance_ms(c, 60);
    receive(c, ACK, 1, 101 + MSS, 0);
    struct tercet_conn_info after = info_of(c);
    verify_in(c, after.srtt_us, srtt_us - srtt_us / 8,
              srtt_us - 1000); /* 60 ms since the second, not 300 since the first */
    verify_in(c, after.rto_us, 1, 400000);
}

/*
 * (5.7): a SYN that had to be repeated makes the RTO 3 s when data begins, unless a sample has been
 * had.
 */
CONVERSATION(rto_after_a_lost_syn_is_3_s) {
    if (c->variant->ts) return;
    dial(c);
    expect_within_ms(c, 1001, SYN, 0, 0, 0);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    expect_after_ms(c, 3000, ACK, 1, 1, 100);
}

/* ... 3 s, however far it has been backed off. */
CONVERSATION(rto_after_many_lost_syns_is_3_s) {
    if (c->variant->ts) return;
    dial(c);
    for (unsigned ms = 1000; ms <= 32000; ms *= 2)
        expect_within_ms(c, ms + 1, SYN, 0, 0, 0);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    expect_after_ms(c, 3000, ACK, 1, 1, 100);
}

CONVERSATION(rto_after_lost_syns_of_a_simultaneous_open_is_3_s) {
    if (c->variant->ts) return;
    dial(c);
    for (unsigned ms = 1000; ms <= 32000; ms *= 2)
        expect_within_ms(c, ms + 1, SYN, 0, 0, 0);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    expect_after_ms(c, 3000, ACK, 1, 1, 100);
}

CONVERSATION(rto_after_a_lost_syn_ack_is_3_s) {
    if (c->variant->ts) return;
    open_half(c);
    expect_within_ms(c, 1001, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    expect_after_ms(c, 3000, ACK, 1, 1, 100);
}

/*
 * (5.4): the earliest segment alone is sent again, and cwnd is one segment: RFC 5681 section 3.1.
 */
CONVERSATION(expiry_sends_one_segment_and_shrinks_cwnd_to_one) {
    establish(c);
    user_write(c, 10 * MSS);
    expect_segments(c, 10, 1, 1);
    wait_us(c, 10000000);
    expect(c, ACK, 1, 1, MSS);
    expect_nothing(c);
    verify_in(c, info_of(c).cwnd_bytes, 1, MSS);
    verify_eq(c, info_of(c).ssthresh_bytes, 5 * MSS);
    receive(c, ACK, 1, 1 + MSS, 0);
    expect_segments(c, 2, 1 + MSS, 1);
    expect_nothing(c);
}

/* A second expiry for the same segment leaves ssthresh: RFC 5681 section 3.1, equation (4). */
CONVERSATION(second_expiry_of_a_segment_leaves_ssthresh) {
    establish(c);
    user_write(c, 10 * MSS);
    expect_segments(c, 10, 1, 1);
    for (unsigned i = 0; i < 3; i++) {
        wait_us(c, 10000000);
        expect(c, ACK, 1, 1, MSS);
        verify_eq(c, info_of(c).ssthresh_bytes, 5 * MSS);
    }
}

/*
 * The peer kept what came behind the loss: one retransmission fills the hole, all is acknowledged.
 */
CONVERSATION(late_ack_of_everything_ends_a_timeout) {
    establish(c);
    user_write(c, 10 * MSS);
    expect_segments(c, 10, 1, 1);
    wait_us(c, 10000000);
    expect(c, ACK, 1, 1, MSS);
    receive(c, ACK, 1, 1 + 10 * MSS, 0);
    verify_eq(c, info_of(c).unacked_bytes, 0);
    advance_s(c, 60);
    expect_nothing(c);
    user_write(c, MSS);
    expect(c, ACK, 1 + 10 * MSS, 1, MSS);
}

CONVERSATION(fin_is_sent_again) {
    establish_100ms(c);
    user_shutdown(c);
    expect(c, FIN | ACK, 101, 1, 0);
    uint64_t rto_us = info_of(c).rto_us, us = wait_us(c, 10000000);
    expect(c, FIN | ACK, 101, 1, 0);
    verify_in(c, us, rto_us, rto_us + 1000);
    expect_within_ms(c, 1000, FIN | ACK, 101, 1, 0);
    receive(c, ACK, 1, 102, 0);
    expect_state(c, FIN_WAIT_2);
    advance_s(c, 30);
    expect_nothing(c);
}

CONVERSATION(data_and_fin_are_sent_again) {
    establish_100ms(c);
    c->corked = true;
    user_write(c, 100);
    c->corked = false;
    user_shutdown(c);
    if (is_on(c) && c->heard[c->head % HEARD_MAX].seg.flags & FIN) {
        expect(c, FIN | ACK, 101, 1, 100);
    } else {
        expect(c, ACK, 101, 1, 100);
        expect(c, FIN | ACK, 201, 1, 0);
    }
    for (unsigned i = 0; i < 3; i++)
        advance_s(c, 5);
    verify(c, c->over || c->head != c->tail);
    if (is_on(c)) verify_eq(c, c->heard[c->head % HEARD_MAX].seq, 101);
    ignore_heard(c);
    receive(c, ACK, 1, 202, 0);
    expect_state(c, FIN_WAIT_2);
}

/* What arrives while we wait for an ACK changes nothing about the timer of ours. */
CONVERSATION(peers_data_does_not_restart_the_timer) {
    establish_100ms(c);
    user_write(c, 100);
    expect(c, ACK, 101, 1, 100);
    uint64_t rto_us = info_of(c).rto_us;
    advance_ms(c, 100);
    receive(c, ACK, 1, 101, 50);
    advance_ms(c, 50);
    ignore_heard(c);
    uint64_t us = wait_us(c, 10000000) + 150000;
    expect(c, ACK, 101, 51, 100);
    verify_in(c, us, rto_us, rto_us + 1000);
}

/* A clock that has gone on by days without any call is no obstacle to any timer. */
static const struct {
    const char *name;
    uint64_t s;
} pauses[] = {
    {"an hour",    3600      },
    {"a day",      86400     },
    {"39 hours",   140400    },
    {"40 hours",   144000    },
    {"three days", 3 * 86400 },
    {"eight days", 8 * 86400 },
    {"20 days",    20 * 86400},
};

CONVERSATION_ROWS(pauses, timers_work_after_a_pause_of) {
    establish_100ms(c);
    advance_s(c, row->s);
    expect_nothing(c);
    receive(c, ACK, 1, 101, 10);
    expect_within_ms(c, 500, ACK, 101, 11, 0);
    advance_s(c, row->s);
    user_write(c, 100);
    expect(c, ACK, 101, 11, 100);
    uint64_t rto_us = info_of(c).rto_us, us = wait_us(c, 10000000);
    expect(c, ACK, 101, 11, 100);
    verify_in(c, us, rto_us, rto_us + 1000);
    receive(c, ACK, 11, 201, 0);
}

/* ... nor to the throttle of challenges: what was answered days ago was not answered a moment ago. */
CONVERSATION_ROWS(pauses, challenges_are_answered_after_a_pause_of) {
    establish(c);
    receive(c, SYN, 500, 0, 0);
    expect(c, ACK, 1, 1, 0);
    advance_s(c, row->s);
    receive(c, SYN, 500, 0, 0);
    expect(c, ACK, 1, 1, 0);
    receive(c, SYN, 500, 0, 0);
    expect_nothing(c);
}

CONVERSATION_ROWS(pauses, half_opens_live_as_long_as_ever_after_a_pause_of) {
    listen_here(c);
    advance_s(c, row->s);
    open_half(c);
    expect_after_ms(c, 1000, SYN | ACK, 0, 1, 0);
    expect_after_ms(c, 2000, SYN | ACK, 0, 1, 0);
    advance_s(c, 61);
    ignore_heard(c);
    verify_eq(c, stack_info(c).half_opens, 0);
}

CONVERSATION_ROWS(pauses, time_wait_is_as_long_as_ever_after_a_pause_of) {
    establish(c);
    advance_s(c, row->s);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, FIN | ACK, 1, 2, 0);
    expect(c, ACK, 2, 2, 0);
    advance_s(c, 59);
    verify_eq(c, stack_info(c).time_waits, c->over ? 0 : 1);
    advance_s(c, 2);
    verify_eq(c, stack_info(c).time_waits, 0);
}
