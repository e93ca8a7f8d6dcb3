/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293 section 3.10.7.1: a segment arrives and the connection does not exist; with it group 1
 * of section 3.5.2.
 */
#include "stack/conversation.h"

/*
 * @seq and @ack are relative; an answer without ACK has its number from the segment's ACK, one with
 * ACK has number 0.
 */
struct closed {
    const char *name;
    struct say in;
    uint8_t out;
    uint32_t number; /* RST,ACK: the acknowledgment; RST: the sequence number */
    enum tercet_verdict verdict;
};

static const struct closed closed[] = {
    {"SYN",                SAY(SYN,       100, 0,   0),  RST | ACK, 101, TERCET_CLOSED_RESET},
    {"SYN with data",      SAY(SYN,       100, 0,   10), RST | ACK, 111, TERCET_CLOSED_RESET},
    {"FIN",                SAY(FIN,       100, 0,   0),  RST | ACK, 101, TERCET_CLOSED_RESET},
    {"FIN with data",      SAY(FIN,       100, 0,   25), RST | ACK, 126, TERCET_CLOSED_RESET},
    {"no flags",           SAY(0,         100, 0,   0),  RST | ACK, 100, TERCET_CLOSED_RESET},
    {"no flags with data", SAY(PSH,       100, 0,   7),  RST | ACK, 107, TERCET_CLOSED_RESET},
    {"ACK",                SAY(ACK,       100, 900, 0),  RST,       900, TERCET_CLOSED_RESET},
    {"ACK with data",      SAY(ACK,       100, 900, 44), RST,       900, TERCET_CLOSED_RESET},
    {"SYN-ACK",            SAY(SYN | ACK, 100, 900, 0),  RST,       900, TERCET_CLOSED_RESET},
    {"FIN-ACK",            SAY(FIN | ACK, 100, 900, 0),  RST,       900, TERCET_CLOSED_RESET},
    {"ACK of number 0",    SAY(ACK,       100, 0,   0),  RST,       0,   TERCET_CLOSED_RESET},
    {"RST",                SAY(RST,       100, 0,   0),  0,         0,   TERCET_CLOSED_RST  },
    {"RST-ACK",            SAY(RST | ACK, 100, 900, 0),  0,         0,   TERCET_CLOSED_RST  },
    {"RST with data",      SAY(RST,       100, 0,   30), 0,         0,   TERCET_CLOSED_RST  },
};

static void closed_answer(struct conversation *c, const struct closed *row) {
    if (row->out == RST)
        expect(c, RST, row->number, 0, 0);
    else if (row->out)
        expect(c, RST | ACK, 0, row->number, 0, .absolute = true);
    expect_nothing(c);
}

CONVERSATION_ROWS(closed, closed_port) {
    struct say in = row->in;

    in.bare = true;
    receive_said(c, &in);
    expect_verdict(c, row->verdict);
    closed_answer(c, row);
    expect_state(c, CLOSED);
}

/* The rules hold for each tuple, not for the port: another listener changes nothing. */
CONVERSATION_ROWS(closed, closed_port_beside_a_listener) {
    struct say in = row->in;

    listen_here(c);
    c->talker->us.port = 81;
    in.bare = true;
    receive_said(c, &in);
    expect_verdict(c, row->verdict);
    closed_answer(c, row);
}

/* A reset carries no option, no data and no window that anyone would use. */
CONVERSATION(reset_from_a_closed_port_carries_no_options) {
    receive(c, SYN, 0, 0, 0);
    expect(c, RST | ACK, 0, 1, 0, .absolute = true, .lacks = 0xffff);
}

CONVERSATION(closed_port_keeps_no_state) {
    for (uint16_t port = 20000; port < 20010; port++) {
        talk_with(c, port);
        receive(c, SYN, 0, 0, 0);
        expect(c, RST | ACK, 0, 1, 0, .absolute = true);
    }
    verify_eq(c, stack_info(c).conns, 0);
    verify_eq(c, stack_info(c).half_opens, 0);
    if (is_on(c)) verify_eq(c, tercet_stack_deadline(c->stack), UINT64_MAX);
    verify_eq(c, is_on(c) ? tercet_stack_counter(c->stack, TERCET_CLOSED_RESET) : 10, 10);
}
