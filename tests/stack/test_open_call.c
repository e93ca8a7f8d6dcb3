/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The OPEN call and the addresses of a connection (RFC 9293 section 3.9.1.1: MUST-41 to MUST-46), and what IP is told
 * with each segment (section 3.9.2: MUST-49).
 */
#include "stack/conversation.h"

/* A passive OPEN leaves alone what is there: a connection, a half-open and a listener of the same port. */
CONVERSATION(a_passive_open_changes_no_connection_that_is_there) {
    struct tercet_endpoint any = {address_unspecified(c->v6), SERVER_PORT};
    struct tercet_endpoint here = {address_of(c->v6, 2), SERVER_PORT};
    struct tercet_address both = {{0}};
    tercet_conn other = 0, again = 0;

    establish(c);
    talk_with(c, 50001);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    if (!is_on(c)) return;
    if (c->v6) any.address = both;
    verify_eq(c, tercet_listen(c->stack, &any, 1, 0, &other), 0);
    verify_eq(c, tercet_listen(c->stack, &here, 1, 0, &again), TERCET_IN_USE);
    expect_nothing(c);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    talk_with(c, CLIENT_PORT);
    receive(c, ACK, 1, 1, 100);
    expect_readable(c, 100);
    if (is_on(c)) verify_eq(c, tercet_conn_close(c->stack, other), 0);
    user_write(c, 100);
    expect(c, ACK, 1, 101, 100);
}

static void listen_on_the_port_of_the_opening(struct conversation *c) {
    struct tercet_endpoint here = c->talker->us;

    if (is_on(c)) verify_eq(c, tercet_listen(c->stack, &here, 8, 0, &c->listener), 0);
}

/* A client of the listener that shares its port with the opening. */
static void another_client_is_served(struct conversation *c) {
    struct talker *opening = c->talker;

    talk_with(c, 50001);
    c->talker->us.port = LOCAL_PORT;
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    c->talker = opening;
}

CONVERSATION(a_port_may_be_listened_on_while_it_is_in_syn_sent) {
    reach(c, TERCET_STATE_SYN_SENT);
    listen_on_the_port_of_the_opening(c);
    another_client_is_served(c);
    expect_state(c, SYN_SENT);
    peer_answers(c);
}

CONVERSATION(a_port_may_be_listened_on_while_it_is_in_syn_received) {
    reach(c, TERCET_STATE_SYN_RECEIVED);
    listen_on_the_port_of_the_opening(c);
    another_client_is_served(c);
    expect_state(c, SYN_RECEIVED);
    receive(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
}

/* MUST-43, MUST-45: the address that the user names is that of every segment (heard_check looks at each). */
CONVERSATION(an_opening_may_name_its_local_address) {
    struct tercet_address second = address_of(c->v6, 5);

    if (is_on(c)) verify_eq(c, tercet_stack_add_address(c->stack, &second, c->v6 ? 64 : 24), 0);
    c->talker->us.address = second;
    establish_out(c);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    expect_within_ms(c, 4000, ACK, 1, 1, 100);
    receive(c, ACK, 1, 101, 0);
    user_close(c);
    expect(c, FIN | ACK, 101, 1, 0);
    receive(c, FIN | ACK, 1, 102, 0);
    expect(c, ACK, 102, 2, 0);
}

/* A listener on any address answers by the one that was called. */
CONVERSATION(a_listener_on_any_address_answers_by_the_one_that_was_called) {
    struct tercet_endpoint any = {{{0}}, SERVER_PORT};
    struct tercet_address second = address_of(c->v6, 5);

    if (!is_on(c)) return;
    verify_eq(c, tercet_stack_add_address(c->stack, &second, c->v6 ? 64 : 24), 0);
    verify_eq(c, tercet_listen(c->stack, &any, 1, 0, &c->listener), 0);
    c->talker->us.address = second;
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    struct tercet_conn_info info = info_of(c);
    verify(c, !is_on(c) || address_eq(&info.local.address, &second));
}

/* MUST-44: IP chooses; the address on the network of the peer before any other. */
CONVERSATION(without_a_local_address_ip_chooses_one) {
    struct tercet_address near = address_of(c->v6, 5), peer = address_of(c->v6, 77);
    struct tercet_endpoint server = {peer, SERVER_PORT};
    struct tercet_conn_info info;
    tercet_conn conn = 0;

    near.octets[c->v6 ? 7 : 14] = peer.octets[c->v6 ? 7 : 14] = server.address
                                                                    .octets[c->v6 ? 7 : 14] = 9;
    if (!is_on(c)) return;
    verify_eq(c, tercet_stack_add_address(c->stack, &near, c->v6 ? 64 : 24), 0);
    verify_eq(c, tercet_connect(c->stack, NULL, &server, 0, c->now_ns, &conn), 0);
    verify_eq(c, tercet_conn_info(c->stack, conn, &info), 0);
    verify(c, address_eq(&info.local.address, &near));
    verify_eq(c, tercet_conn_abort(c->stack, conn), 0);
    server.address = address_of(c->v6, 1);
    verify_eq(c, tercet_connect(c->stack, NULL, &server, 0, c->now_ns, &conn), 0);
    verify_eq(c, tercet_conn_info(c->stack, conn, &info), 0);
    near = address_of(c->v6, 2);
    verify(c, address_eq(&info.local.address, &near));
    verify_eq(c, tercet_conn_abort(c->stack, conn), 0);
}

/* MUST-46: nobody, everybody, many. */
CONVERSATION(an_opening_to_many_or_to_nobody_is_refused) {
    static const uint8_t v4[][4] = {
        {0,   0,   0,   0  },
        {224, 0,   0,   1  },
        {239, 255, 0,   1  },
        {255, 255, 255, 255},
        {198, 18,  0,   255}, /* of the network that we are on */
    };
    static const uint8_t v6[][2] = {
        {0,    0   },
        {0xff, 0x01},
        {0xff, 0x02},
        {0xff, 0x0e},
    };
    size_t n = c->v6 ? sizeof v6 / sizeof v6[0] : sizeof v4 / sizeof v4[0];
    struct tercet_address everywhere = address_unspecified(c->v6);
    tercet_conn conn = 0;

    if (!is_on(c)) return;
    verify_eq(c, tercet_stack_add_route(c->stack, &everywhere, 0, 0, 1500), 0);
    for (size_t i = 0; i < n; i++) {
        struct tercet_endpoint server = {address_unspecified(c->v6), SERVER_PORT};
        memcpy(server.address.octets + (c->v6 ? 0 : 12), c->v6 ? v6[i] : v4[i], c->v6 ? 2 : 4);
        verify_eq(c, tercet_connect(c->stack, NULL, &server, 0, c->now_ns, &conn), TERCET_INVALID);
    }
    verify_eq(c, stack_info(c).conns, 0);
    expect_nothing(c);
}

/* MUST-49 */
CONVERSATION(the_hop_limit_is_that_of_the_configuration) {
    c->config.hop_limit = 200;
    open_half(c);
    verify_eq(c, c->heard[(c->head - 1) % HEARD_MAX].ip.hop_limit, 200);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    user_write(c, 100);
    expect(c, ACK, 1, 1, 100);
    verify_eq(c, c->heard[(c->head - 1) % HEARD_MAX].ip.hop_limit, 200);
    user_abort(c);
    expect_rst(c, 101);
    verify_eq(c, c->heard[(c->head - 1) % HEARD_MAX].ip.hop_limit, 200);
}
