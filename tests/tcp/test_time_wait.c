/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TIME-WAIT: RFC 9293 section 3.6 and 3.10.7.4, RFC 1337, RFC 6191; rows 81, 82 and 85 of the
 * hostile inputs.
 */
#include "stack/conversation.h"

/*
 * The peer's clock says 1001 at its FIN; our tuple is in TIME-WAIT with RCV.NXT 2 and SND.NXT 2; a
 * second has gone by.
 */
static void wait_begin(struct conversation *c) {
    establish(c);
    advance_ms(c, 1000);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, ACK, 1, 2, 0);
    receive(c, FIN | ACK, 1, 2, 0);
    expect(c, ACK, 2, 2, 0);
    verify_eq(c, stack_info(c).time_waits, 1);
    verify_eq(c, stack_info(c).conns, 0);
    advance_ms(c, 1000);
}

CONVERSATION(it_lasts_two_msl) {
    wait_begin(c);
    advance_ms(c, 2 * c->config.msl_ms - 1001);
    verify_eq(c, stack_info(c).time_waits, 1);
    advance_ms(c, 2);
    verify_eq(c, stack_info(c).time_waits, 0);
    expect_nothing(c);
}

CONVERSATION(it_lasts_two_msl_of_the_configuration) {
    c->config.msl_ms = 5000;
    wait_begin(c);
    advance_ms(c, 8999);
    verify_eq(c, stack_info(c).time_waits, 1);
    advance_ms(c, 2);
    verify_eq(c, stack_info(c).time_waits, 0);
}

CONVERSATION(row_81_exact_reset_is_ignored) {
    wait_begin(c);
    receive(c, RST, 2, 0, 0);
    expect_verdict(c, TERCET_TIME_WAIT_RST);
    receive(c, RST | ACK, 2, 2, 0);
    expect_verdict(c, TERCET_TIME_WAIT_RST);
    receive(c, RST, 100, 0, 0);
    expect_nothing(c);
    verify_eq(c, stack_info(c).time_waits, 1);
}

CONVERSATION(row_85_fin_again_is_acknowledged_and_restarts_two_msl) {
    wait_begin(c);
    advance_ms(c, 29000);
    receive(c, FIN | ACK, 1, 2, 0);
    expect_verdict(c, TERCET_TIME_WAIT_FIN);
    expect(c, ACK, 2, 2, 0);
    advance_ms(c, 2 * c->config.msl_ms - 1);
    verify_eq(c, stack_info(c).time_waits, 1);
    advance_ms(c, 2);
    verify_eq(c, stack_info(c).time_waits, 0);
}

CONVERSATION(row_85_old_data_is_acknowledged_and_restarts_nothing) {
    wait_begin(c);
    advance_ms(c, 29000);
    receive(c, ACK, (uint32_t)-50, 2, 20);
    expect_verdict(c, TERCET_TIME_WAIT_ACKED);
    expect(c, ACK, 2, 2, 0);
    advance_ms(c, 30002);
    verify_eq(c, stack_info(c).time_waits, 0);
}

/* Section 3.10.7.4, fifth: nothing is heard without the ACK bit, here as in any state. */
CONVERSATION(row_70_no_ack_flag_in_time_wait_is_dropped) {
    wait_begin(c);
    for (unsigned i = 0; i < 2; i++) {
        receive(c, i ? FIN : 0, 2, 0, 10);
        expect_verdict(c, TERCET_TCP_NO_FLAGS);
        expect_nothing(c);
    }
    receive(c, 0, (uint32_t)-50, 0, 10);
    expect_verdict(c, TERCET_TIME_WAIT_ACKED);
    expect(c, ACK, 2, 2, 0);
}

CONVERSATION(row_85_answers_are_throttled) {
    wait_begin(c);
    for (unsigned i = 0; i < 2000; i++) {
        receive(c, ACK, (uint32_t)-50, 2, 20);
        advance_ms(c, 1);
    }
    unsigned answers = ignore_heard(c);
    if (is_on(c)) verify_in(c, answers, 1, 5);
    advance_ms(c, 1000);
    receive(c, ACK, (uint32_t)-50, 2, 20);
    expect(c, ACK, 2, 2, 0);
    receive(c, ACK, (uint32_t)-50, 2, 20);
    expect_verdict(c, TERCET_TIME_WAIT_THROTTLED);
    expect_nothing(c);
}

/*
 * Two ends in TIME-WAIT must not answer each other for ever: the peer's ACK of nothing new is not
 * answered.
 */
CONVERSATION(the_exact_ack_is_silent) {
    wait_begin(c);
    receive(c, ACK, 2, 2, 0);
    expect_nothing(c);
    verify_eq(c, stack_info(c).time_waits, 1);
}

/*
 * Row 82: which SYN may take the place of TIME-WAIT.  Without timestamps the sequence number
 * decides; with them the timestamp, and where it is equal the sequence number.
 */
struct reuse {
    const char *name;
    bool had_ts, has_ts;
    int32_t seq;   /* from RCV.NXT */
    int32_t tsval; /* from the last one seen */
    bool taken;
};

static const struct reuse reuses[] = {
    {"no timestamps, higher number",                 false, false, 1000,           0,      true },
    {"no timestamps, next higher number",            false, false, 1,              0,      true },
    {"no timestamps, lower number",                  false, false, -1000,          0,      false},
    {"no timestamps, number on the other side",      false, false, INT32_MIN + 10, 0,      false},
    {"newer timestamp, higher number",               true,  true,  1000,           1,      true },
    {"newer timestamp, lower number",                true,  true,  -1000,          1,      true },
    {"much newer timestamp, lower number",           true,  true,  -100000,        100000, true },
    {"equal timestamp, higher number",               true,  true,  1000,           0,      true },
    {"equal timestamp, lower number",                true,  true,  -1000,          0,      false},
    {"older timestamp, higher number",               true,  true,  1000,           -1,     false},
    {"older timestamp, lower number",                true,  true,  -1000,          -1,     false},
    {"timestamp now but none before, higher number", false, true,  1000,           1,      true },
    {"timestamp now but none before, lower number",  false, true,  -1000,          1,      true },
};

CONVERSATION_ROWS(reuses, row_82) {
    if (c->variant->ts != row->had_ts) return;
    wait_begin(c);
    uint32_t seq = 2 + (uint32_t)row->seq, tsval = 1001 + (uint32_t)row->tsval;
    if (row->taken) forget_iss(c);
    receive(c, SYN, seq, 0, 0, .no_ts = !row->has_ts, .tsval = row->has_ts ? tsval : 0);
    if (!row->taken) {
        expect_verdict(c, TERCET_TIME_WAIT_ACKED);
        expect(c, ACK, 2, 2, 0);
        verify_eq(c, stack_info(c).half_opens, 0);
        verify_eq(c, stack_info(c).time_waits, 1);
        return;
    }
    expect_verdict(c, TERCET_TIME_WAIT_REUSED);
    expect(c, SYN | ACK, 0, seq + 1, 0);
    receive(c, ACK, seq + 1, 1, 0, .tsval = row->has_ts ? tsval + 1 : 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    c->talker->taken = seq; /* where the new stream's pattern begins */
    receive(c, ACK, seq + 1, 1, 10, .tsval = row->has_ts ? tsval + 2 : 0);
    expect_readable(c, 10);
}

/* A SYN refused is answered like any old segment: throttled. */
CONVERSATION(row_82_refused_syns_are_throttled) {
    if (c->variant->ts) return;
    wait_begin(c);
    for (unsigned i = 0; i < 100; i++)
        receive(c, SYN, (uint32_t)-1000, 0, 0);
    expect(c, ACK, 2, 2, 0);
    expect_nothing(c);
    verify_eq(c, stack_info(c).time_waits, 1);
}

/* No listener, no reuse: nobody would answer the SYN. */
CONVERSATION(syn_without_a_listener_leaves_time_wait) {
    wait_begin(c);
    close_listener(c);
    receive(c, SYN, 5000, 0, 0);
    verify_eq(c, stack_info(c).half_opens, 0);
    verify_eq(c, stack_info(c).time_waits, 1);
    if (is_on(c) && c->head != c->tail) verify(c, !(c->heard[c->head % HEARD_MAX].seg.flags & SYN));
    ignore_heard(c);
}

/* ... and a SYN that the listener cannot take now changes nothing either. */
CONVERSATION(syn_to_a_full_accept_queue_leaves_time_wait) {
    listen_with(c, 0);
    wait_begin(c);
    talk_with(c, 50001); /* fills the queue */
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    talk_with(c, CLIENT_PORT);
    receive(c, SYN, 5000, 0, 0);
    verify_eq(c, stack_info(c).half_opens, 0);
    verify_eq(c, stack_info(c).time_waits, c->over ? 0 : 1);
    ignore_heard(c);
}

/* Attack row 84 in its simplest form: the new ISS is above the old SND.NXT. */
CONVERSATION(iss_after_reuse_is_above_the_old_numbers) {
    wait_begin(c);
    uint32_t old = c->talker->iss + 2;
    forget_iss(c);
    receive(c, SYN, 5000, 0, 0);
    expect(c, SYN | ACK, 0, 5001, 0);
    if (is_on(c)) verify_in(c, (int32_t)(c->talker->iss - old), 1, INT32_MAX);
}

/* The longest that may be configured is not taken for a moment ago. */
CONVERSATION(it_lasts_two_msl_of_the_longest) {
    c->config.msl_ms = 60000000;
    wait_begin(c);
    advance_s(c, 2 * 60000 - 2);
    verify_eq(c, stack_info(c).time_waits, 1);
    advance_s(c, 2);
    verify_eq(c, stack_info(c).time_waits, 0);
}

/*
 * Row 84: also where the old connection has sent faster than the clock of the ISS ticks (RFC 1122 section 4.2.2.13 (1)):
 * here two megabytes in no time.
 */
CONVERSATION(row_84_iss_after_reuse_is_above_all_that_was_sent) {
    uint32_t sent = 0;

    establish(c);
    while (is_on(c) && sent < 2000 * MSS) {
        user_write(c, 10 * MSS);
        sent += 10 * MSS;
        ignore_heard(c);
        receive(c, ACK, 1, 1 + sent, 0);
    }
    user_close(c);
    expect(c, FIN | ACK, 1 + sent, 1, 0);
    receive(c, FIN | ACK, 1, 2 + sent, 0);
    expect(c, ACK, 2 + sent, 2, 0);
    if (!is_on(c)) return;
    uint32_t end = c->talker->iss + 2 + sent;
    forget_iss(c);
    advance_ms(c, 100);
    receive(c, SYN, 5000, 0, 0);
    expect_verdict(c, TERCET_TIME_WAIT_REUSED);
    expect(c, SYN | ACK, 0, 5001, 0);
    if (is_on(c)) verify_in(c, (int32_t)(c->talker->iss - end), 1, INT32_MAX);
    receive(c, ACK, 5001, 1, 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
}

/* A newer SYN opens the tuple of the line again.  Return: our old ISS. */
static uint32_t open_again(struct conversation *c) {
    uint32_t old = c->talker->iss;

    wait_begin(c);
    forget_iss(c);
    receive(c, SYN, 5000, 0, 0);
    expect_verdict(c, TERCET_TIME_WAIT_REUSED);
    expect(c, SYN | ACK, 0, 5001, 0);
    verify_eq(c, stack_info(c).half_opens, 1);
    return old;
}

/* The line is there again, with its numbers and in its state. */
static void expect_the_old_line(struct conversation *c, uint32_t old_iss) {
    verify_eq(c, stack_info(c).half_opens, 0);
    verify_eq(c, stack_info(c).time_waits, 1);
    forget_iss(c);
    receive(c, FIN | ACK, 1, 2, 0);
    expect_verdict(c, TERCET_TIME_WAIT_FIN);
    expect(c, ACK, old_iss + 2, 2, 0, .absolute = true);
}

/* Row 83: the peer does not know the SYN that took the line's place: it was an old duplicate. */
CONVERSATION(row_83_time_wait_comes_back_when_the_syn_proves_old) {
    uint32_t old = open_again(c);
    receive(c, RST, 5001, 0, 0);
    expect_verdict(c, TERCET_HALF_OPEN_RESET);
    expect_the_old_line(c, old);
    advance_ms(c, 2 * c->config.msl_ms + 1);
    verify_eq(c, stack_info(c).time_waits, 0);
}

/* ... or nobody is there to say so. */
CONVERSATION(row_83_time_wait_comes_back_when_the_opening_is_given_up) {
    c->config.msl_ms = 120000;
    uint32_t old = open_again(c);
    advance_s(c, 64);
    ignore_heard(c);
    expect_the_old_line(c, old);
}

CONVERSATION(row_83_time_wait_comes_back_when_the_listener_closes) {
    uint32_t old = open_again(c);
    close_listener(c);
    expect_the_old_line(c, old);
}

/* It is 2 MSL from the old end, not more, and nothing is left to come back then. */
CONVERSATION(row_83_time_wait_ends_while_it_lies_aside) {
    c->config.msl_ms = 5000;
    open_again(c);
    advance_ms(c, 9001);
    verify_eq(c, stack_info(c).time_waits, 0);
    verify_eq(c, stack_info(c).half_opens, 1);
    ignore_heard(c);
    receive(c, RST, 5001, 0, 0);
    verify_eq(c, stack_info(c).half_opens, 0);
    verify_eq(c, stack_info(c).time_waits, 0);
}

/* The same where another's line needs the room. */
CONVERSATION(row_83_time_wait_that_lies_aside_may_make_room) {
    struct talker *first = c->talker;

    c->config.max_time_waits = 1;
    open_again(c);
    talk_with(c, 50001);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, FIN | ACK, 1, 2, 0);
    expect(c, ACK, 2, 2, 0);
    if (is_on(c)) c->talker = first;
    receive(c, RST, 5001, 0, 0);
    verify_eq(c, stack_info(c).half_opens, 0);
    verify_eq(c, stack_info(c).time_waits, c->over ? 0 : 1);
    talk_with(c, 50001);
    receive(c, FIN | ACK, 1, 2, 0);
    expect_verdict(c, TERCET_TIME_WAIT_FIN);
    ignore_heard(c);
}

/* An opening that succeeds leaves nothing of the line: the next one is its own. */
CONVERSATION(an_opening_from_time_wait_ends_it) {
    open_again(c);
    receive(c, ACK, 5001, 1, 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    verify_eq(c, stack_info(c).time_waits, 0);
    user_close(c);
    expect(c, FIN | ACK, 1, 5001, 0);
    receive(c, FIN | ACK, 5001, 2, 0);
    expect(c, ACK, 2, 5002, 0);
    verify_eq(c, stack_info(c).time_waits, 1);
}

/* Our own connect from the tuple in TIME-WAIT is refused by name, not mixed up with it. */
CONVERSATION(connect_from_a_tuple_in_time_wait_is_refused) {
    tercet_conn conn = 0;

    establish_out(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, FIN | ACK, 1, 2, 0);
    expect(c, ACK, 2, 2, 0);
    verify_eq(c, stack_info(c).time_waits, 1);
    if (!is_on(c)) return;
    verify_eq(c, tercet_connect(c->stack, &c->talker->us, &c->talker->peer, 0, c->now_ns, &conn),
              TERCET_IN_USE);
    advance_s(c, 61);
    verify_eq(c, tercet_connect(c->stack, &c->talker->us, &c->talker->peer, 0, c->now_ns, &conn), 0);
    tercet_conn_abort(c->stack, conn);
    pump(c);
    ignore_heard(c);
}

/* A server that is started anew listens at once, and he whose line waits comes back by a newer SYN (MUST-41, RFC 6191). */
CONVERSATION(a_port_may_be_listened_on_again_while_it_has_time_wait) {
    wait_begin(c);
    close_listener(c);
    listen_here(c);
    verify_eq(c, stack_info(c).time_waits, 1);
    verify_eq(c, stack_info(c).listeners, 1);
    forget_iss(c);
    receive(c, SYN, 5000, 0, 0);
    expect(c, SYN | ACK, 0, 5001, 0);
    receive(c, ACK, 5001, 1, 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    verify_eq(c, stack_info(c).time_waits, 0);
}

/* MUST-13: the other connections of the port live on meanwhile, and new ones come. */
CONVERSATION(other_tuples_of_the_port_are_free) {
    wait_begin(c);
    talk_with(c, 50001);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    verify_eq(c, stack_info(c).time_waits, 1);
}

CONVERSATION(timestamps_go_on_in_time_wait) {
    if (!c->variant->ts) return;
    wait_begin(c);
    receive(c, FIN | ACK, 1, 2, 0);
    expect(c, ACK, 2, 2, 0, .has = TCP_HAS_TIMESTAMPS);
}
