/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How connections end: RFC 9293 section 3.6, 3.10.4 (CLOSE), 3.10.5 (ABORT), RFC 2525 section 2.17.
 */
#include "stack/conversation.h"

/*
 * In order.
 */
CONVERSATION(we_close_first) {
    establish(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, ACK, 1, 2, 0);
    receive(c, FIN | ACK, 1, 2, 0);
    expect(c, ACK, 2, 2, 0);
    verify_eq(c, stack_info(c).time_waits, 1);
    verify_eq(c, stack_info(c).conns, 0);
}

CONVERSATION(peer_closes_first) {
    establish(c);
    receive(c, FIN | ACK, 1, 1, 0);
    expect(c, ACK, 1, 2, 0);
    user_close(c);
    expect(c, FIN | ACK, 1, 2, 0);
    receive(c, ACK, 2, 2, 0);
    expect_nothing(c);
    verify_eq(c, stack_info(c).time_waits, 0);
    verify_eq(c, stack_info(c).conns, 0);
}

/* The peer's FIN acknowledges ours: no CLOSING, no FIN-WAIT-2. */
CONVERSATION(three_segments_can_close) {
    establish(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, FIN | ACK, 1, 2, 0);
    expect(c, ACK, 2, 2, 0);
    verify_eq(c, stack_info(c).time_waits, 1);
}

CONVERSATION(both_close_at_once) {
    establish(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, FIN | ACK, 1, 1, 0);
    expect(c, ACK, 2, 2, 0);
    receive(c, ACK, 2, 2, 0);
    expect_nothing(c);
    verify_eq(c, stack_info(c).time_waits, 1);
}

CONVERSATION(close_delivers_what_was_written) {
    establish(c);
    c->corked = true;
    user_write(c, 3 * MSS);
    c->corked = false;
    user_close(c);
    expect_segments(c, 2, 1, 1);
    if (is_on(c) && c->heard[c->head % HEARD_MAX].seg.flags & FIN) {
        expect(c, FIN | ACK, 1 + 2 * MSS, 1, MSS);
    } else {
        expect(c, ACK, 1 + 2 * MSS, 1, MSS);
        expect(c, FIN | ACK, 1 + 3 * MSS, 1, 0);
    }
    receive(c, FIN | ACK, 1, 2 + 3 * MSS, 0);
    expect(c, ACK, 2 + 3 * MSS, 2, 0);
}

/* More than a window was written: the FIN comes behind all of it, however long it takes. */
CONVERSATION(close_waits_for_the_window) {
    c->talker->wnd = 2000;
    establish(c);
    c->corked = true;
    user_write(c, 5 * MSS);
    c->corked = false;
    user_close(c);
    expect_segments(c, 2, 1, 1);
    expect_nothing(c);
    receive(c, ACK, 1, 1 + 2 * MSS, 0);
    expect_segments(c, 2, 1 + 2 * MSS, 1);
    receive(c, ACK, 1, 1 + 4 * MSS, 0);
    uint32_t seq = 1 + 4 * MSS;
    if (is_on(c) && c->heard[c->head % HEARD_MAX].seg.flags & FIN) {
        expect(c, FIN | ACK, seq, 1, MSS);
    } else {
        expect(c, ACK, seq, 1, MSS);
        expect(c, FIN | ACK, seq + MSS, 1, 0);
    }
}

/*
 * Half-close.
 */
CONVERSATION(we_half_close_and_go_on_reading) {
    establish(c);
    user_shutdown(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, ACK, 1, 2, 0);
    expect_state(c, FIN_WAIT_2);
    for (uint32_t i = 0; i < 10; i++)
        receive(c, ACK, 1 + i * 100, 2, 100);
    expect_readable(c, 1000);
    user_read(c, 1000);
    advance_ms(c, 500);
    verify_eq(c, c->talker->acked, 1001);
    ignore_heard(c);
    advance_s(c, 3600); /* as long as the user holds it there is no limit to FIN-WAIT-2 */
    expect_state(c, FIN_WAIT_2);
    receive(c, FIN | ACK, 1001, 2, 50);
    expect(c, ACK, 2, 1052, 0);
    expect_ready(c, TERCET_ENDED);
    expect_readable(c, 50);
    user_read(c, 50);
    verify_eq(c, unread(c), TERCET_END);
    expect_state(c, TIME_WAIT);
}

CONVERSATION(peer_half_closes_and_we_go_on_writing) {
    establish(c);
    receive(c, FIN | ACK, 1, 1, 0);
    expect(c, ACK, 1, 2, 0);
    for (uint32_t i = 0; i < 5; i++) {
        user_write(c, MSS);
        expect(c, ACK, 1 + i * MSS, 2, MSS);
        receive(c, ACK, 2, 1 + (i + 1) * MSS, 0);
    }
    advance_s(c, 3600);
    expect_state(c, CLOSE_WAIT);
    user_close(c);
    expect(c, FIN | ACK, 1 + 5 * MSS, 2, 0);
    receive(c, ACK, 2, 2 + 5 * MSS, 0);
    verify_eq(c, stack_info(c).conns, 0);
}

CONVERSATION(nothing_can_be_written_after_shutdown) {
    establish(c);
    user_shutdown(c);
    expect(c, FIN | ACK, 1, 1, 0);
    if (is_on(c))
        verify_eq(c, tercet_conn_write(c->stack, c->talker->conn, "x", 1), TERCET_CLOSING);
    let_depart(c);
    expect_nothing(c);
}

/*
 * The peer's FIN.
 */
CONVERSATION(fin_with_data_is_taken_in_order) {
    establish(c);
    receive(c, FIN | ACK, 1, 1, 100);
    expect(c, ACK, 1, 102, 0);
    expect_ready(c, TERCET_READABLE | TERCET_ENDED);
    expect_readable(c, 100);
    user_read(c, 100);
    verify_eq(c, unread(c), TERCET_END);
    expect_state(c, CLOSE_WAIT);
}

CONVERSATION(fin_out_of_order_waits_for_what_is_before_it) {
    establish(c);
    receive(c, FIN | ACK, 101, 1, 100);
    expect(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
    verify_eq(c, unread(c), 0);
    receive(c, ACK, 1, 1, 100);
    /* Either the FIN was kept, or the peer has to send it again. */
    if (c->talker->acked != 202) {
        advance_ms(c, 500);
        verify_eq(c, c->talker->acked, 201);
        receive(c, FIN | ACK, 201, 1, 0);
    }
    verify_eq(c, c->talker->acked, 202);
    ignore_heard(c);
    expect_state(c, CLOSE_WAIT);
    expect_readable(c, 200);
}

CONVERSATION(lone_fin_out_of_order_waits) {
    establish(c);
    receive(c, FIN | ACK, 101, 1, 0);
    expect(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
    receive(c, ACK, 1, 1, 100);
    advance_ms(c, 500);
    if (c->talker->acked == 101) receive(c, FIN | ACK, 101, 1, 0);
    verify_eq(c, c->talker->acked, 102);
    expect_state(c, CLOSE_WAIT);
    ignore_heard(c);
}

/*
 * A FIN where a kept segment has data already: the data counts, the FIN is nonsense or the end; no
 * crash, no stray octet.
 */
CONVERSATION(fin_inside_data_that_is_kept_does_no_harm) {
    establish(c);
    receive(c, ACK, 101, 1, 100);
    receive(c, FIN | ACK, 51, 1, 50);
    receive(c, ACK, 1, 1, 50);
    verify(c, unread(c) == 100 || unread(c) == 200);
    verify_eq(c, stack_info(c).reassemblies, 0);
    user_read(c, 0);
    ignore_heard(c);
}

/*
 * Resets of our own.
 */
CONVERSATION(close_with_unread_data_resets) {
    establish(c);
    receive(c, ACK, 1, 1, 100);
    user_close(c);
    expect_rst(c, 1);
    expect_nothing(c);
    verify_eq(c, stack_info(c).conns, 0);
    verify_eq(c, stack_info(c).time_waits, 0);
}

CONVERSATION(close_with_unread_data_behind_the_fin_resets) {
    establish(c);
    receive(c, FIN | ACK, 1, 1, 100);
    expect(c, ACK, 1, 102, 0);
    user_close(c);
    expect_rst(c, 1);
    verify_eq(c, stack_info(c).conns, 0);
}

CONVERSATION(close_when_all_has_been_read_is_in_order) {
    establish(c);
    receive(c, ACK, 1, 1, 100);
    user_read(c, 100);
    allow_acks(c, 1, 101);
    user_close(c);
    expect(c, FIN | ACK, 1, 101, 0);
}

CONVERSATION(data_after_close_resets) {
    establish(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, ACK, 1, 1, 10);
    expect_verdict(c, TERCET_DATA_AFTER_CLOSE);
    /*
     * With our next number, or with the one that the peer has asked for: it may not have seen our
     * FIN.
     */
    expect_rst(c, is_on(c) && c->heard[c->head % HEARD_MAX].seq == 1 ? 1 : 2);
    expect_nothing(c);
    verify_eq(c, stack_info(c).conns, 0);
    verify_eq(c, stack_info(c).time_waits, 0);
}

CONVERSATION(data_after_close_in_fin_wait_2_resets) {
    establish(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, ACK, 1, 2, 0);
    receive(c, ACK, 1, 2, 10);
    expect_verdict(c, TERCET_DATA_AFTER_CLOSE);
    expect_rst(c, 2);
    verify_eq(c, stack_info(c).conns, 0);
}

/* Data beside the FIN is data all the same: the peer must learn that nobody has read it. */
CONVERSATION(data_with_fin_after_close_resets) {
    establish(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, FIN | ACK, 1, 2, 10);
    expect_rst(c, 2);
    verify_eq(c, stack_info(c).time_waits, 0);
}

/* Old data is no data: an ACK, not the end. */
CONVERSATION(old_data_after_close_does_not_reset) {
    establish(c);
    receive(c, ACK, 1, 1, 10);
    user_read(c, 10);
    allow_acks(c, 1, 11);
    user_close(c);
    expect(c, FIN | ACK, 1, 11, 0);
    receive(c, ACK, 1, 1, 10);
    expect(c, ACK, 2, 11, 0);
    verify_eq(c, stack_info(c).conns, 1);
}

struct abort {
    const char *name;
    enum tercet_state state;
};

/* Section 3.10.5: a reset in these states, with SND.NXT; silence in the others. */
static const struct abort loud[] = {
    {"SYN-RECEIVED", TERCET_STATE_SYN_RECEIVED},
    {"ESTABLISHED",  TERCET_STATE_ESTABLISHED },
    {"FIN-WAIT-1",   TERCET_STATE_FIN_WAIT_1  },
    {"FIN-WAIT-2",   TERCET_STATE_FIN_WAIT_2  },
    {"CLOSE-WAIT",   TERCET_STATE_CLOSE_WAIT  },
};

CONVERSATION_ROWS(loud, abort_sends_a_reset) {
    reach(c, row->state);
    user_abort(c);
    expect_rst(c, c->talker->snd_nxt);
    expect_nothing(c);
    verify_eq(c, stack_info(c).conns, 0);
    if (is_on(c))
        verify_eq(c, tercet_conn_info(c->stack, c->talker->conn, &(struct tercet_conn_info){0}),
                  TERCET_GONE);
    advance_s(c, 600);
    expect_nothing(c);
}

static const struct abort quiet[] = {
    {"SYN-SENT", TERCET_STATE_SYN_SENT},
    {"CLOSING",  TERCET_STATE_CLOSING },
    {"LAST-ACK", TERCET_STATE_LAST_ACK},
};

CONVERSATION_ROWS(quiet, abort_frees_the_connection) {
    reach(c, row->state);
    user_abort(c);
    ignore_heard(c);
    verify_eq(c, stack_info(c).conns, 0);
    advance_s(c, 600);
    expect_nothing(c);
}

/*
 * What has not been acknowledged is not waited for: "all queued SENDs and RECEIVEs should be given
 * 'connection reset'".
 */
CONVERSATION(abort_drops_what_was_written) {
    establish(c);
    user_write(c, 30 * MSS);
    expect_segments(c, 10, 1, 1);
    user_abort(c);
    expect_rst(c, 1 + 10 * MSS);
    verify_eq(c, stack_info(c).buffer_blocks, 0);
    advance_s(c, 600);
    expect_nothing(c);
}

/* After our reset the peer's late segments find nothing. */
CONVERSATION(late_data_after_abort_gets_a_reset) {
    establish(c);
    user_abort(c);
    expect_rst(c, 1);
    close_listener(c);
    receive(c, ACK, 1, 1, 100);
    expect(c, RST, 1, 0, 0);
}

/*
 * Connections that their user has closed.
 */
CONVERSATION(orphan_in_fin_wait_2_is_freed_in_time) {
    establish(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, ACK, 1, 2, 0);
    advance_us(c, c->config.fin_wait_2_us - 100000);
    verify_eq(c, stack_info(c).conns + stack_info(c).time_waits, 1);
    advance_ms(c, 200);
    verify_eq(c, stack_info(c).conns, 0);
    verify_eq(c, stack_info(c).time_waits, 0);
    expect_nothing(c);
}

CONVERSATION(fin_wait_2_of_a_held_connection_becomes_limited_when_it_is_closed) {
    establish(c);
    user_shutdown(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, ACK, 1, 2, 0);
    advance_s(c, 1000);
    expect_state(c, FIN_WAIT_2);
    user_close(c);
    expect_nothing(c);
    advance_us(c, c->config.fin_wait_2_us + 100000);
    verify_eq(c, stack_info(c).conns, 0);
}

CONVERSATION(orphan_retries_its_fin_a_limited_number_of_times) {
    establish(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    advance_s(c, 7200);
    unsigned again = 0;
    for (; is_on(c) && c->head != c->tail; again++)
        expect(c, FIN | ACK, 1, 1, 0);
    if (is_on(c)) verify_eq(c, again, c->config.orphan_retries);
    verify_eq(c, stack_info(c).conns, 0);
}

CONVERSATION(fin_is_sent_again_in_last_ack) {
    establish(c);
    receive(c, FIN | ACK, 1, 1, 0);
    expect(c, ACK, 1, 2, 0);
    user_close(c);
    expect(c, FIN | ACK, 1, 2, 0);
    expect_within_ms(c, 1001, FIN | ACK, 1, 2, 0);
    expect_within_ms(c, 2002, FIN | ACK, 1, 2, 0);
    receive(c, ACK, 2, 2, 0);
    expect_nothing(c);
    verify_eq(c, stack_info(c).conns, 0);
}

CONVERSATION(fin_is_sent_again_in_closing) {
    establish(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, FIN | ACK, 1, 1, 0);
    expect(c, ACK, 2, 2, 0);
    expect_within_ms(c, 1001, FIN | ACK, 1, 2, 0);
    receive(c, ACK, 2, 2, 0);
    verify_eq(c, stack_info(c).time_waits, 1);
}

/* CLOSE while the handshake of a simultaneous open is still going on. */
CONVERSATION(close_in_syn_received_ends_in_order) {
    open_both(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    receive(c, ACK, 1, 2, 0);
    receive(c, FIN | ACK, 1, 2, 0);
    expect(c, ACK, 2, 2, 0);
    verify_eq(c, stack_info(c).time_waits, 1);
}

/* A closed connection's value is stale at once, whatever goes on below. */
CONVERSATION(a_closed_value_is_gone) {
    establish(c);
    user_close(c);
    expect(c, FIN | ACK, 1, 1, 0);
    if (!is_on(c)) return;
    struct tercet_span spans[2];
    verify_eq(c, tercet_conn_read(c->stack, c->talker->conn, spans), TERCET_GONE);
    verify_eq(c, tercet_conn_write(c->stack, c->talker->conn, "x", 1), TERCET_GONE);
    verify_eq(c, tercet_conn_consume(c->stack, c->talker->conn, 0), TERCET_GONE);
    verify_eq(c, tercet_conn_shutdown(c->stack, c->talker->conn), TERCET_GONE);
    verify_eq(c, tercet_conn_close(c->stack, c->talker->conn), TERCET_GONE);
    verify_eq(c, tercet_conn_abort(c->stack, c->talker->conn), TERCET_GONE);
}

/* When the peer has reset it the user still holds the value, and gives it back. */
CONVERSATION(a_reset_connection_is_held_until_its_user_closes_it) {
    establish(c);
    receive(c, RST, 1, 0, 0);
    expect_reason(c, RESET);
    user_close(c);
    expect_nothing(c);
    verify_eq(c, stack_info(c).conns, 0);
}

/* What arrived before the peer's reset is lost or readable; never garbage. */
CONVERSATION(reset_with_unread_data) {
    establish(c);
    receive(c, ACK, 1, 1, 100);
    receive(c, RST, 101, 0, 0);
    verify(c, unread(c) == TERCET_OVER || unread(c) == 100);
    expect_reason(c, RESET);
    ignore_heard(c);
}

/* Section 3.10.4, SYN-RECEIVED: with data pending the FIN is queued until ESTABLISHED. */
CONVERSATION(close_in_syn_received_with_data_pending_waits) {
    dial(c);
    user_write(c, 2 * MSS);
    receive(c, SYN, 0, 0, 0, .wnd = 1500);
    expect(c, SYN | ACK, 0, 1, 0);
    user_shutdown(c);
    expect_nothing(c);
    receive(c, ACK, 1, 1, 0, .wnd = 1500);
    expect_ready(c, TERCET_CONNECTED);
    verify_eq(c, stack_info(c).opened_active, 1);
    expect_segments(c, 1, 1, 1);
    expect_nothing(c);
    receive(c, ACK, 1, 1 + MSS, 0);
    if (is_on(c) && c->heard[c->head % HEARD_MAX].seg.flags & FIN) {
        expect(c, FIN | ACK, 1 + MSS, 1, MSS);
    } else {
        expect(c, ACK, 1 + MSS, 1, MSS);
        expect(c, FIN | ACK, 1 + 2 * MSS, 1, 0);
    }
}

/* ... and without data it may be sent at once, but the opening is told all the same. */
CONVERSATION(close_in_syn_received_is_followed_by_the_end_of_the_opening) {
    open_both(c);
    user_shutdown(c);
    ignore_heard(c);
    receive(c, ACK, 1, 1, 0);
    expect_ready(c, TERCET_CONNECTED);
    verify_eq(c, stack_info(c).opened_active, 1);
}
