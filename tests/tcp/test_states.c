/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Figure 5 of RFC 9293: every edge is a row, and so is every edge that the figure leaves to its
 * notes: (2) FIN and the acknowledgment of ours in one segment, (3) resets from and in any state.
 */
#include "stack/conversation.h"

enum event {
    PASSIVE_OPEN,
    ACTIVE_OPEN,
    CLOSE,
    ABORT,
    SEGMENT, /* `in` arrives: seq counts from the peer's next number, ack from our SND.NXT */
    TWO_MSL,
};

struct edge {
    const char *name;
    enum tercet_state from;
    bool passive; /* SYN-RECEIVED of a listener, not of a simultaneous open */
    enum event event;
    struct say in;
    enum tercet_state to;
    uint8_t out; /* flags of the one segment sent, 0: none */
};

/* An event of the user or of the clock. */
#define CALL(name, from, event, to, out)                                                           \
    { name, TERCET_STATE_##from, false, event, SAY(0), TERCET_STATE_##to, out }
/* A segment at RCV.NXT that acknowledges all that we have sent. */
#define ARRIVAL(name, from, flags, to, out)                                                        \
    { name, TERCET_STATE_##from, false, SEGMENT, SAY(flags), TERCET_STATE_##to, out }
/* ... or one octet less: not our FIN. */
#define ARRIVAL_BELOW(name, from, flags, to, out)                                                  \
    {                                                                                              \
        name, TERCET_STATE_##from, false, SEGMENT, SAY(flags, .ack = (uint32_t)-1),                \
            TERCET_STATE_##to, out                                                                 \
    }
#define ARRIVAL_AT_LISTENER(name, flags, to)                                                       \
    { name, TERCET_STATE_SYN_RECEIVED, true, SEGMENT, SAY(flags), TERCET_STATE_##to, 0 }

static const struct edge edges[] = {
    CALL("CLOSED, passive OPEN, LISTEN", CLOSED, PASSIVE_OPEN, LISTEN, 0),
    CALL("CLOSED, active OPEN, SYN-SENT", CLOSED, ACTIVE_OPEN, SYN_SENT, SYN),
    CALL("LISTEN, CLOSE, CLOSED", LISTEN, CLOSE, CLOSED, 0),
    ARRIVAL("LISTEN, SYN, SYN-RECEIVED", LISTEN, SYN, SYN_RECEIVED, SYN | ACK),
    ARRIVAL("LISTEN, RST, LISTEN", LISTEN, RST, LISTEN, 0),
    CALL("SYN-SENT, CLOSE, CLOSED", SYN_SENT, CLOSE, CLOSED, 0),
    CALL("SYN-SENT, ABORT, CLOSED", SYN_SENT, ABORT, CLOSED, 0),
    ARRIVAL("SYN-SENT, SYN, SYN-RECEIVED", SYN_SENT, SYN, SYN_RECEIVED, SYN | ACK),
    ARRIVAL("SYN-SENT, SYN-ACK, ESTABLISHED", SYN_SENT, SYN | ACK, ESTABLISHED, ACK),
    ARRIVAL("SYN-SENT, RST and ACK of SYN, CLOSED", SYN_SENT, RST | ACK, CLOSED, 0),
    ARRIVAL("SYN-RECEIVED, ACK of SYN, ESTABLISHED", SYN_RECEIVED, ACK, ESTABLISHED, 0),
    CALL("SYN-RECEIVED, CLOSE, FIN-WAIT-1", SYN_RECEIVED, CLOSE, FIN_WAIT_1, FIN | ACK),
    ARRIVAL("SYN-RECEIVED, RST, CLOSED", SYN_RECEIVED, RST, CLOSED, 0),
    CALL("SYN-RECEIVED, ABORT, CLOSED", SYN_RECEIVED, ABORT, CLOSED, RST),
    ARRIVAL_AT_LISTENER("SYN-RECEIVED of a listener, ACK of SYN, ESTABLISHED", ACK, ESTABLISHED),
    ARRIVAL_AT_LISTENER("SYN-RECEIVED of a listener, RST, LISTEN", RST, LISTEN),
    CALL("ESTABLISHED, CLOSE, FIN-WAIT-1", ESTABLISHED, CLOSE, FIN_WAIT_1, FIN | ACK),
    ARRIVAL("ESTABLISHED, FIN, CLOSE-WAIT", ESTABLISHED, FIN | ACK, CLOSE_WAIT, ACK),
    ARRIVAL("ESTABLISHED, RST, CLOSED", ESTABLISHED, RST, CLOSED, 0),
    CALL("ESTABLISHED, ABORT, CLOSED", ESTABLISHED, ABORT, CLOSED, RST),
    ARRIVAL("FIN-WAIT-1, ACK of FIN, FIN-WAIT-2", FIN_WAIT_1, ACK, FIN_WAIT_2, 0),
    ARRIVAL_BELOW("FIN-WAIT-1, FIN, CLOSING", FIN_WAIT_1, FIN | ACK, CLOSING, ACK),
    ARRIVAL("FIN-WAIT-1, FIN and ACK of FIN, TIME-WAIT", FIN_WAIT_1, FIN | ACK, TIME_WAIT, ACK),
    ARRIVAL("FIN-WAIT-1, RST, CLOSED", FIN_WAIT_1, RST, CLOSED, 0),
    CALL("FIN-WAIT-1, ABORT, CLOSED", FIN_WAIT_1, ABORT, CLOSED, RST),
    ARRIVAL("FIN-WAIT-2, FIN, TIME-WAIT", FIN_WAIT_2, FIN | ACK, TIME_WAIT, ACK),
    ARRIVAL("FIN-WAIT-2, RST, CLOSED", FIN_WAIT_2, RST, CLOSED, 0),
    CALL("FIN-WAIT-2, ABORT, CLOSED", FIN_WAIT_2, ABORT, CLOSED, RST),
    CALL("CLOSE-WAIT, CLOSE, LAST-ACK", CLOSE_WAIT, CLOSE, LAST_ACK, FIN | ACK),
    ARRIVAL("CLOSE-WAIT, RST, CLOSED", CLOSE_WAIT, RST, CLOSED, 0),
    CALL("CLOSE-WAIT, ABORT, CLOSED", CLOSE_WAIT, ABORT, CLOSED, RST),
    ARRIVAL("CLOSING, ACK of FIN, TIME-WAIT", CLOSING, ACK, TIME_WAIT, 0),
    ARRIVAL_BELOW("CLOSING, another ACK, CLOSING", CLOSING, ACK, CLOSING, 0),
    ARRIVAL("CLOSING, RST, CLOSED", CLOSING, RST, CLOSED, 0),
    ARRIVAL("LAST-ACK, ACK of FIN, CLOSED", LAST_ACK, ACK, CLOSED, 0),
    ARRIVAL_BELOW("LAST-ACK, another ACK, LAST-ACK", LAST_ACK, ACK, LAST_ACK, 0),
    ARRIVAL("LAST-ACK, RST, CLOSED", LAST_ACK, RST, CLOSED, 0),
    CALL("TIME-WAIT, 2 MSL, CLOSED", TIME_WAIT, TWO_MSL, CLOSED, 0),
    ARRIVAL("TIME-WAIT, RST, TIME-WAIT (RFC 1337)", TIME_WAIT, RST, TIME_WAIT, 0),
};

static void edge_happen(struct conversation *c, const struct edge *edge) {
    struct talker *t = c->talker;
    struct say in = edge->in;

    switch (edge->event) {
    case PASSIVE_OPEN: return listen_here(c);
    case ACTIVE_OPEN: return connect_out(c);
    case ABORT: return user_abort(c);
    case CLOSE:
        if (edge->from == TERCET_STATE_LISTEN) return close_listener(c);
        if (edge->from == TERCET_STATE_SYN_SENT) return user_close(c);
        return user_shutdown(c);
    case TWO_MSL: return advance_ms(c, 2 * c->config.msl_ms + 1);
    default:
        in.seq += t->rcv_nxt;
        in.ack += in.flags & ACK ? t->snd_nxt : 0;
        receive_said(c, &in);
    }
}

/* The one segment that the edge sends, exactly: our next number, the peer's next number. */
static void edge_answer(struct conversation *c, const struct edge *edge) {
    struct talker *t = c->talker;
    uint32_t rcv_nxt = t->rcv_nxt + edge->in.len + ((edge->in.flags & (SYN | FIN)) != 0);

    if (edge->out == RST)
        expect_rst(c, t->snd_nxt);
    else if (edge->out & SYN)
        expect(c, edge->out, 0, edge->out & ACK ? 1 : 0, 0);
    else if (edge->out)
        expect(c, edge->out, t->snd_nxt, rcv_nxt, 0);
    expect_nothing(c);
}

static void edge_begin(struct conversation *c, const struct edge *edge) {
    if (!edge->passive) return reach(c, edge->from);
    open_half(c);
    expect_state(c, SYN_RECEIVED);
    c->talker->snd_nxt = c->talker->rcv_nxt = 1;
}

CONVERSATION_ROWS(edges, figure_5) {
    edge_begin(c, row);
    edge_happen(c, row);
    edge_answer(c, row);
    if (row->passive && row->to == TERCET_STATE_ESTABLISHED) take_connection(c);
    expect_state_is(c, row->to, __FILE__, __LINE__);
}

/*
 * The edge from LISTEN to SYN-SENT (SEND) is not offered: MAY by RFC 9293 section 3.9.1.1; a
 * listener has no SEND.
 */
CONVERSATION(figure_5_send_on_a_listener_is_refused) {
    listen_here(c);
    if (!is_on(c)) return;
    verify_eq(c, tercet_conn_write(c->stack, c->listener, "x", 1), TERCET_INVALID);
    let_depart(c);
    expect_nothing(c);
    expect_state(c, LISTEN);
}
