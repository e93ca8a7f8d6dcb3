/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293 section 3.10.7.2: a segment arrives in LISTEN, sentence by sentence.
 */
#include "stack/conversation.h"

CONVERSATION(first_rst_is_ignored) {
    listen_here(c);
    receive(c, RST, 0, 0, 0);
    expect_verdict(c, TERCET_LISTEN_RST);
    receive(c, RST | ACK, 0, 99, 0);
    expect_verdict(c, TERCET_LISTEN_RST);
    expect_nothing(c);
    expect_state(c, LISTEN);
}

struct acked {
    const char *name;
    struct say in;
};

static const struct acked acked[] = {
    {"ACK",             SAY(ACK,       100, 900, 0) },
    {"ACK with data",   SAY(ACK,       100, 900, 10)},
    {"SYN-ACK",         SAY(SYN | ACK, 100, 900, 0) },
    {"FIN-ACK",         SAY(FIN | ACK, 100, 900, 0) },
    {"ACK of number 0", SAY(ACK,       100, 0,   0) },
};

CONVERSATION_ROWS(acked, second_ack_is_answered_by_a_reset) {
    struct say in = row->in;

    in.bare = true;
    listen_here(c);
    receive_said(c, &in);
    expect_verdict(c, TERCET_LISTEN_ACK);
    expect(c, RST, row->in.ack, 0, 0, .lacks = 0xffff);
    expect_nothing(c);
    expect_state(c, LISTEN);
}

CONVERSATION(third_syn_makes_a_half_open) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0);
    expect_verdict(c, TERCET_SYN_ADMITTED);
    expect(c, SYN | ACK, 0, 1, 0);
    verify_eq(c, stack_info(c).half_opens, 1);
    verify_eq(c, stack_info(c).conns, 0);
    expect_no_connection(c);
}

/*
 * "If the SYN carries data": it waits or is lost, never acknowledged before the handshake is over;
 * sent again it arrives.
 */
CONVERSATION(third_data_in_the_syn_is_not_acknowledged) {
    listen_here(c);
    receive(c, SYN, 0, 0, 10);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    advance_ms(c, 500);
    ignore_heard(c);
    receive(c, ACK, 1, 1, 10);
    expect_readable(c, 10);
}

static const struct acked others[] = {
    {"no flags",           SAY(0,   100, 0, 0) },
    {"no flags with data", SAY(PSH, 100, 0, 10)},
    {"FIN",                SAY(FIN, 100, 0, 0) },
    {"URG",                SAY(URG, 100, 0, 10)},
};

CONVERSATION_ROWS(others, fourth_anything_else_is_dropped) {
    listen_here(c);
    receive_said(c, &row->in);
    expect_verdict(c, TERCET_LISTEN_NO_SYN);
    expect_nothing(c);
    expect_state(c, LISTEN);
}

/* RFC 9293 section 3.9.1.1: a listener for any address, for one family, for both. */
static struct tercet_endpoint anywhere(bool both, bool v6) {
    static const struct tercet_address all = {{0}};

    return (struct tercet_endpoint){both ? all : address_unspecified(v6), SERVER_PORT};
}

CONVERSATION(listener_on_any_address_of_its_family_answers) {
    struct tercet_endpoint any = anywhere(false, c->v6);

    if (c->v6) any.address = address_of(true, 2); /* :: is for both families: the next test */
    if (is_on(c)) verify_eq(c, tercet_listen(c->stack, &any, 1, 0, &c->listener), 0);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
}

CONVERSATION(listener_on_any_address_of_both_families_answers) {
    struct tercet_endpoint any = anywhere(true, c->v6);

    if (is_on(c)) verify_eq(c, tercet_listen(c->stack, &any, 1, 0, &c->listener), 0);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    struct tercet_conn_info info = info_of(c);
    verify(c, address_eq(&info.local.address, &c->talker->us.address));
    verify(c, address_eq(&info.remote.address, &c->talker->peer.address));
    verify_eq(c, info.local.port, SERVER_PORT);
    verify_eq(c, info.remote.port, CLIENT_PORT);
}

/* A listener of one family leaves the other closed. */
CONVERSATION(listener_of_the_other_family_does_not_answer) {
    struct tercet_endpoint other = {address_of(!c->v6, 2), SERVER_PORT};

    if (is_on(c)) verify_eq(c, tercet_listen(c->stack, &other, 1, 0, &c->listener), 0);
    receive(c, SYN, 0, 0, 0);
    expect(c, RST | ACK, 0, 1, 0, .absolute = true);
}

/* Several listeners, each its own port. */
CONVERSATION(each_listener_has_its_own_connections) {
    struct tercet_endpoint other = {address_of(c->v6, 2), 81};
    tercet_conn second = 0, conn = 0;

    listen_here(c);
    if (!is_on(c)) return;
    verify_eq(c, tercet_listen(c->stack, &other, 1, 0, &second), 0);
    verify_eq(c, tercet_listen(c->stack, &other, 1, 0, &conn), TERCET_IN_USE);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    if (!is_on(c)) return;
    verify_eq(c, tercet_accept(c->stack, second, 0, &conn), TERCET_NOT_YET);
    take_connection(c);
    verify_eq(c, tercet_conn_close(c->stack, second), 0);
}

/* A listener and a connection of the same port live side by side, and many connections of it do. */
CONVERSATION(one_listener_opens_many_connections) {
    listen_here(c);
    for (uint16_t port = 1000; port < 1008; port++) {
        talk_with(c, port);
        receive(c, SYN, 0, 0, 0);
        expect(c, SYN | ACK, 0, 1, 0);
        receive(c, ACK, 1, 1, 0);
    }
    for (uint16_t port = 1000; port < 1008; port++) {
        talk_with(c, port);
        take_connection(c);
        verify_eq(c, info_of(c).remote.port, port);
        receive(c, ACK, 1, 1, 5);
        expect_readable(c, 5);
    }
    verify_eq(c, stack_info(c).opened_passive, 8);
}
