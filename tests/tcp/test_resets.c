/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reset rules of RFC 9293, row by row: section 3.5.2 says when one is sent (group 1 is in
 * test_arrives_closed.c), section 3.5.3 what one that arrives does.
 */
#include "stack/conversation.h"

struct unacceptable {
    const char *name;
    struct say in;
};

/*
 * Group 2: "If the incoming segment has an ACK field, the reset takes its sequence number from the
 * ACK field".
 */
static const struct unacceptable unacceptable[] = {
    {"ACK of nothing",             SAY(ACK,       1, 0,          0) },
    {"ACK of the unsent",          SAY(ACK,       1, 2,          0) },
    {"ACK far below",              SAY(ACK,       1, 0x90000000, 0) },
    {"ACK far above",              SAY(ACK,       1, 0x70000000, 0) },
    {"data and ACK of the unsent", SAY(ACK,       1, 77,         20)},
    {"FIN and ACK of the unsent",  SAY(FIN | ACK, 1, 77,         0) },
};

CONVERSATION_ROWS(unacceptable, group_2_half_open) {
    open_half(c);
    receive_said(c, &row->in);
    expect_verdict(c, TERCET_HALF_OPEN_BAD_ACK);
    expect(c, RST, row->in.ack, 0, 0);
    expect_nothing(c);
    expect_state(c, SYN_RECEIVED);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
}

CONVERSATION_ROWS(unacceptable, group_2_simultaneous_open) {
    open_both(c);
    receive_said(c, &row->in);
    expect(c, RST, row->in.ack, 0, 0);
    expect_nothing(c);
    expect_state(c, SYN_RECEIVED);
    receive(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
}

CONVERSATION_ROWS(unacceptable, group_2_listen) {
    listen_here(c);
    receive_said(c, &row->in);
    expect(c, RST, row->in.ack, 0, 0);
    expect_nothing(c);
    expect_state(c, LISTEN);
}

CONVERSATION_ROWS(unacceptable, group_2_syn_sent) {
    dial(c);
    receive_said(c, &row->in);
    expect(c, RST, row->in.ack, 0, 0);
    allow_syn(c);
    expect_nothing(c);
    expect_state(c, SYN_SENT);
}

/* Group 3: "any unacceptable segment must be responded to with an empty acknowledgment segment". */
struct outside {
    const char *name;
    uint8_t flags;
    int32_t seq; /* from RCV.NXT */
    int32_t ack; /* from SND.NXT */
    uint32_t len;
};

static const struct outside outside[] = {
    {"old data",                            ACK,       -500,      0,    100},
    {"data far ahead",                      ACK,       1 << 20,   0,    100},
    {"FIN far ahead",                       FIN | ACK, 1 << 20,   0,    0  },
    {"old FIN",                             FIN | ACK, -500,      0,    0  },
    {"data on the other side of the space", ACK,       INT32_MIN, 0,    1  },
    {"ACK of the unsent",                   ACK,       0,         1,    0  },
    {"data with ACK of the unsent",         ACK,       0,         1000, 50 },
    {"FIN with ACK of the unsent",          FIN | ACK, 0,         1000, 0  },
};

static void outside_play(struct conversation *c, enum tercet_state state, const struct outside *row) {
    struct talker *t = c->talker;

    reach(c, state);
    receive(c, row->flags, t->rcv_nxt + (uint32_t)row->seq, t->snd_nxt + (uint32_t)row->ack,
            row->len);
    expect(c, ACK, t->snd_nxt, t->rcv_nxt, 0);
    expect_nothing(c);
    expect_state_is(c, state, __FILE__, __LINE__);
    verify(c, unread(c) <= 0);
}

CONVERSATION_ROWS(outside, group_3_established) {
    outside_play(c, TERCET_STATE_ESTABLISHED, row);
}

CONVERSATION_ROWS(outside, group_3_fin_wait_1) {
    outside_play(c, TERCET_STATE_FIN_WAIT_1, row);
}

CONVERSATION_ROWS(outside, group_3_fin_wait_2) {
    outside_play(c, TERCET_STATE_FIN_WAIT_2, row);
}

CONVERSATION_ROWS(outside, group_3_close_wait) {
    outside_play(c, TERCET_STATE_CLOSE_WAIT, row);
}

CONVERSATION_ROWS(outside, group_3_closing) {
    outside_play(c, TERCET_STATE_CLOSING, row);
}

CONVERSATION_ROWS(outside, group_3_last_ack) {
    outside_play(c, TERCET_STATE_LAST_ACK, row);
}

/*
 * Section 3.5.3: what a valid reset does in each state is in figure 5 (test_states.c); here, what
 * it leaves.
 */
CONVERSATION_IN(SYNCHRONISED, after_a_reset_the_tuple_is_closed) {
    uint32_t rcv_nxt = c->talker->rcv_nxt;

    receive(c, RST, rcv_nxt, 0, 0);
    close_listener(c);
    receive(c, ACK, rcv_nxt, 4711, 5);
    expect(c, RST, 4711, 0, 0);
}

CONVERSATION_IN(SYNCHRONISED, after_a_reset_the_tuple_can_open_again) {
    receive(c, RST, c->talker->rcv_nxt, 0, 0);
    if (is_on(c)) tercet_conn_close(c->stack, c->talker->conn);
    forget_both(c, 100000);
    receive(c, SYN, 0, 0, 0);
    expect_verdict(c, TERCET_SYN_ADMITTED);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
}

/* SHLD-2: a reset may carry text, such as the cause in words. */
CONVERSATION_IN(SYNCHRONISED, a_reset_with_text_is_a_reset) {
    receive(c, RST, c->talker->rcv_nxt, 0, 40);
    expect_nothing(c);
    expect_reason(c, RESET);
}

CONVERSATION(a_reset_with_text_refuses_an_opening) {
    reach(c, TERCET_STATE_SYN_SENT);
    receive(c, RST | ACK, 0, 1, 40);
    expect_nothing(c);
    expect_reason(c, REFUSED);
}

CONVERSATION(a_reset_with_text_ends_a_half_open) {
    open_half(c);
    receive(c, RST, 1, 0, 40);
    expect_verdict(c, TERCET_HALF_OPEN_RESET);
    expect_state(c, LISTEN);
}

/* A reset is never answered by a reset, whatever it says. */
CONVERSATION(no_reset_answers_a_reset) {
    listen_here(c);
    for (uint32_t flags = 0; flags < 64; flags++) {
        if (flags & RST)
            receive(c, (uint8_t)flags, flags * 1000, flags * 999, flags % 3, .bare = true);
    }
    expect_nothing(c);
    close_listener(c);
    for (uint32_t flags = 0; flags < 64; flags++) {
        if (flags & RST)
            receive(c, (uint8_t)flags, flags * 1000, flags * 999, flags % 3, .bare = true);
    }
    expect_nothing(c);
}
