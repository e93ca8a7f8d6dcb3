/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keep-alives (RFC 9293 section 3.8.4: MUST-24 to MUST-29, SHLD-12).
 */
#include "stack/conversation.h"

enum { GRAIN_US = 3000 }; /* of the clock, twice, and of the waiting */

static void keep_alive(struct conversation *c, uint32_t idle, uint32_t interval, uint32_t count) {
    set_option(c, TERCET_OPTION_KEEPALIVE, 1);
    set_option(c, TERCET_OPTION_KEEPALIVE_IDLE, idle);
    set_option(c, TERCET_OPTION_KEEPALIVE_INTERVAL, interval);
    set_option(c, TERCET_OPTION_KEEPALIVE_COUNT, count);
}

/* A probe departs @s from now: an old number, no text. */
static void expect_probe(struct conversation *c, uint32_t s) {
    const struct talker *t = c->talker;
    uint64_t waited = wait_us(c, s * 1000000ull + GRAIN_US);

    expect(c, ACK, t->snd_nxt - 1, t->rcv_nxt, 0);
    verify_in(c, waited, s * 1000000ull - GRAIN_US, s * 1000000ull + GRAIN_US);
}

static void answer(struct conversation *c) {
    receive(c, ACK, c->talker->rcv_nxt, c->talker->snd_nxt, 0);
    expect_nothing(c);
}

CONVERSATION(no_keepalives_unless_asked_for) {
    establish(c);
    advance_s(c, 3 * 86400);
    expect_nothing(c);
    expect_state(c, ESTABLISHED);
}

CONVERSATION(idle_time_is_two_hours_unless_asked_for) {
    establish(c);
    set_option(c, TERCET_OPTION_KEEPALIVE, 1);
    expect_probe(c, 7200);
    answer(c);
    expect_probe(c, 7200);
}

CONVERSATION_IN(IN(ESTABLISHED) | IN(FIN_WAIT_2) | IN(CLOSE_WAIT),
                silence_is_probed_again_and_again_and_then_ends_it) {
    keep_alive(c, 10, 5, 3);
    expect_probe(c, 10);
    expect_probe(c, 5);
    expect_probe(c, 5);
    expect_reason(c, NONE);
    wait_us(c, 6000000);
    expect_rst(c, c->talker->snd_nxt);
    expect_reason(c, TIMED_OUT);
    expect_ready(c, TERCET_CLOSED);
}

/* MUST-29: an unanswered probe or two say nothing. */
CONVERSATION(an_answer_to_the_last_probe_keeps_it) {
    establish(c);
    keep_alive(c, 10, 5, 3);
    for (unsigned i = 0; i < 20; i++) {
        expect_probe(c, 10);
        expect_probe(c, 5);
        expect_probe(c, 5);
        answer(c);
    }
    expect_state(c, ESTABLISHED);
}

CONVERSATION(an_idle_peer_that_answers_is_kept_for_ever) {
    establish(c);
    keep_alive(c, 10, 5, 1);
    for (unsigned i = 0; i < 500; i++) {
        expect_probe(c, 10);
        answer(c);
    }
    expect_state(c, ESTABLISHED);
}

/* MUST-26: only when nothing came for the idle time. */
CONVERSATION(what_arrives_puts_the_probe_off) {
    establish(c);
    keep_alive(c, 10, 5, 3);
    for (uint32_t i = 0; i < 5; i++) {
        advance_s(c, 8);
        receive(c, ACK, 1 + i * 100, 1, 100);
        c->talker->rcv_nxt += 100;
        advance_ms(c, 100);
        expect(c, ACK, 1, c->talker->rcv_nxt, 0);
    }
    advance_ms(c, 9800);
    expect_nothing(c);
    wait_us(c, 200000);
    expect(c, ACK, 0, 501, 0);
}

/* MUST-26: and nothing was sent and waits for its acknowledgment: that asks the same question. */
CONVERSATION(no_probe_while_data_is_outstanding) {
    establish(c);
    keep_alive(c, 1, 1, 3);
    user_write(c, 10);
    for (unsigned i = 0; i < 5; i++)
        expect_within_ms(c, 20000, ACK, 1, 1, 10);
    expect_state(c, ESTABLISHED);
}

CONVERSATION(asked_for_after_a_pause_they_begin_then) {
    establish(c);
    advance_s(c, 1000);
    keep_alive(c, 10, 5, 3);
    expect_probe(c, 10);
}

CONVERSATION(switched_off_they_stop) {
    establish(c);
    keep_alive(c, 10, 5, 3);
    expect_probe(c, 10);
    set_option(c, TERCET_OPTION_KEEPALIVE, 0);
    advance_s(c, 86400);
    expect_nothing(c);
    expect_state(c, ESTABLISHED);
}

CONVERSATION(asked_for_before_the_opening_they_begin_with_it) {
    reach(c, TERCET_STATE_SYN_SENT);
    keep_alive(c, 10, 5, 3);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    c->talker->rcv_nxt = 1;
    expect_probe(c, 10);
}

CONVERSATION(in_syn_sent_there_are_none) {
    c->config.syn_retries = 6;
    reach(c, TERCET_STATE_SYN_SENT);
    keep_alive(c, 1, 1, 1);
    for (unsigned i = 0; i < 5; i++)
        expect_within_ms(c, 40000, SYN, 0, 0, 0);
    expect_state(c, SYN_SENT);
}

/* A peer that has forgotten the connection answers with a reset. */
CONVERSATION(a_reset_in_answer_ends_it) {
    establish(c);
    keep_alive(c, 10, 5, 3);
    expect_probe(c, 10);
    receive(c, RST, 1, 0, 0);
    expect_nothing(c);
    expect_reason(c, RESET);
    advance_s(c, 100);
    expect_nothing(c);
}

/* The peer's probes: with and without a garbage octet (SHLD-12, MAY-6). */
CONVERSATION_IN(SYNCHRONISED, the_peers_keepalives_are_answered) {
    const struct talker *t = c->talker;

    for (unsigned i = 0; i < 10; i++) {
        ignore_heard(c);
        receive(c, ACK, t->rcv_nxt - 1, t->snd_una, i % 2);
        expect(c, ACK, t->snd_nxt, t->rcv_nxt, 0);
        advance_ms(c, 100);
        ignore_heard(c);
        if (t->snd_una != t->snd_nxt) return; /* our FIN's own timer would speak as well */
        receive(c, ACK, t->rcv_nxt, t->snd_una, 0);
        advance_ms(c, 600);
        expect_nothing(c);
    }
}

CONVERSATION(values_out_of_range_are_refused) {
    static const struct {
        enum tercet_option option;
        uint32_t value;
    } bad[] = {
        {TERCET_OPTION_KEEPALIVE,          2         },
        {TERCET_OPTION_KEEPALIVE_IDLE,     0         },
        {TERCET_OPTION_KEEPALIVE_IDLE,     32768     },
        {TERCET_OPTION_KEEPALIVE_INTERVAL, 0         },
        {TERCET_OPTION_KEEPALIVE_INTERVAL, 0xffffffff},
        {TERCET_OPTION_KEEPALIVE_COUNT,    0         },
        {TERCET_OPTION_KEEPALIVE_COUNT,    128       },
        {TERCET_OPTION_USER_TIMEOUT,       86400001  },
    };

    establish(c);
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0] && is_on(c); i++)
        verify_eq(c, tercet_conn_set_option(c->stack, c->talker->conn, bad[i].option, bad[i].value),
                  TERCET_INVALID);
}
