/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user's calls (RFC 9293 section 3.9.1) and the events that answer them: what each call says in
 * each state.
 */
#include "stack/conversation.h"

CONVERSATION(listen_refuses_what_cannot_be) {
    struct tercet_endpoint here = {address_of(c->v6, 2), 0}, elsewhere = {address_of(c->v6, 99), 80};
    tercet_conn listener = 0;

    if (!is_on(c)) return;
    verify_eq(c, tercet_listen(c->stack, &here, 1, 0, &listener), TERCET_INVALID);
    verify_eq(c, tercet_listen(c->stack, &elsewhere, 1, 0, &listener), TERCET_NO_ADDRESS);
    for (here.port = 1000; here.port < 1008; here.port++)
        verify_eq(c, tercet_listen(c->stack, &here, 1, 0, &listener), 0);
    verify_eq(c, tercet_listen(c->stack, &here, 1, 0, &listener), TERCET_FULL);
    verify_eq(c, tercet_conn_close(c->stack, listener), 0);
    verify_eq(c, tercet_conn_close(c->stack, listener), TERCET_GONE);
    verify_eq(c, tercet_listen(c->stack, &here, 1, 0, &c->listener), 0);
    conversation_end(c);
}

CONVERSATION(connect_refuses_what_cannot_be) {
    struct tercet_endpoint server = {address_of(c->v6, 1), 80}, from = {address_of(c->v6, 99), 0};
    tercet_conn conn = 0;

    if (!is_on(c)) return;
    verify_eq(c, tercet_connect(c->stack, &from, &server, 0, c->now_ns, &conn), TERCET_NO_ADDRESS);
    server.port = 0;
    verify_eq(c, tercet_connect(c->stack, NULL, &server, 0, c->now_ns, &conn), TERCET_INVALID);
    server = (struct tercet_endpoint){address_of(c->v6, 1), 80};
    server.address.octets[c->v6 ? 0 : 12] = 0x30; /* no route leads there */
    verify_eq(c, tercet_connect(c->stack, NULL, &server, 0, c->now_ns, &conn), TERCET_NO_ROUTE);
    verify_eq(c, stack_info(c).conns, 0);
    expect_nothing(c);
}

CONVERSATION(connect_from_a_tuple_in_use_is_refused) {
    tercet_conn conn = 0;

    establish_out(c);
    if (!is_on(c)) return;
    verify_eq(c, tercet_connect(c->stack, &c->talker->us, &c->talker->peer, 0, c->now_ns, &conn),
              TERCET_IN_USE);
    expect_state(c, ESTABLISHED);
}

/*
 * RFC 6056: no port given, one is taken from the ephemeral range; each connection to one server has
 * its own.
 */
CONVERSATION(connect_without_a_port_takes_an_ephemeral_one) {
    struct tercet_endpoint server = {address_of(c->v6, 1), 80};
    uint16_t ports[20];

    for (unsigned i = 0; i < 20 && is_on(c); i++) {
        struct tercet_conn_info info;
        tercet_conn conn = 0;
        verify_eq(c, tercet_connect(c->stack, NULL, &server, 0, c->now_ns, &conn), 0);
        verify_eq(c, tercet_conn_info(c->stack, conn, &info), 0);
        ports[i] = info.local.port;
        verify_in(c, ports[i], 1024, 65535);
        for (unsigned j = 0; j < i; j++)
            verify(c, ports[j] != ports[i]);
        struct tercet_address us = address_of(c->v6, 2);
        verify(c, address_eq(&info.local.address, &us));
        verify_eq(c, tercet_conn_abort(c->stack, conn), 0);
    }
}

CONVERSATION(the_pool_of_connections_has_its_limit) {
    struct tercet_endpoint server = {address_of(c->v6, 1), 80};
    tercet_conn conns[4] = {0}, more = 0;

    c->config.max_conns = 4;
    for (unsigned i = 0; i < 4 && is_on(c); i++)
        verify_eq(c, tercet_connect(c->stack, NULL, &server, 0, c->now_ns, &conns[i]), 0);
    if (!is_on(c)) return;
    verify_eq(c, tercet_connect(c->stack, NULL, &server, 0, c->now_ns, &more), TERCET_FULL);
    for (unsigned i = 0; i < 4; i++)
        verify_eq(c, tercet_conn_abort(c->stack, conns[i]), 0);
    verify_eq(c, tercet_connect(c->stack, NULL, &server, 0, c->now_ns, &more), 0);
    verify_eq(c, tercet_conn_abort(c->stack, more), 0);
}

/* The final ACK finds no connection free: the entry stays and asks again. */
CONVERSATION(final_ack_without_a_free_connection_keeps_the_half_open) {
    c->config.max_conns = 1;
    open_half(c);
    talk_with(c, 1);
    connect_out(c); /* takes the only one */
    expect(c, SYN, 0, 0, 0);
    talk_with(c, CLIENT_PORT);
    receive(c, ACK, 1, 1, 0);
    expect_verdict(c, TERCET_HALF_OPEN_NO_MEMORY);
    verify_eq(c, stack_info(c).half_opens, 1);
    c->talker = &c->talkers[1];
    user_abort(c);
    talk_with(c, CLIENT_PORT);
    receive(c, ACK, 1, 1, 0);
    expect_verdict(c, TERCET_ESTABLISHED);
    take_connection(c);
    ignore_heard(c);
}

CONVERSATION(syn_without_a_free_half_open_is_dropped_by_name) {
    c->config.max_half_opens = 2;
    listen_with(c, 20);
    for (uint16_t port = 1000; port < 1002; port++) {
        talk_with(c, port);
        receive(c, SYN, 0, 0, 0);
        expect(c, SYN | ACK, 0, 1, 0);
    }
    talk_with(c, 1002);
    receive(c, SYN, 0, 0, 0);
    verify(c, c->over || c->verdict == TERCET_SYN_NO_MEMORY || c->verdict == TERCET_SYN_QUEUE_FULL);
    expect_nothing(c);
}

CONVERSATION(values_that_never_were_are_gone) {
    struct tercet_conn_info info;
    struct tercet_span spans[2];
    tercet_conn none = 0, wild = 0x123456789abcdefull;

    establish(c);
    if (!is_on(c)) return;
    verify_eq(c, tercet_conn_info(c->stack, none, &info), TERCET_GONE);
    verify_eq(c, tercet_conn_info(c->stack, wild, &info), TERCET_GONE);
    verify_eq(c, tercet_conn_read(c->stack, none, spans), TERCET_GONE);
    verify_eq(c, tercet_conn_write(c->stack, wild, "x", 1), TERCET_GONE);
    verify_eq(c, tercet_conn_close(c->stack, none), TERCET_GONE);
    verify_eq(c, tercet_conn_abort(c->stack, wild), TERCET_GONE);
    verify_eq(c, tercet_accept(c->stack, wild, 0, &none), TERCET_GONE);
    verify_eq(c, tercet_accept(c->stack, c->talker->conn, 0, &none), TERCET_INVALID);
    expect_state(c, ESTABLISHED);
}

/* The same slot again has another generation. */
CONVERSATION(a_value_is_not_used_twice) {
    struct tercet_endpoint server = {address_of(c->v6, 1), 80};
    tercet_conn seen[50];

    for (unsigned i = 0; i < 50 && is_on(c); i++) {
        verify_eq(c, tercet_connect(c->stack, NULL, &server, 0, c->now_ns, &seen[i]), 0);
        verify(c, seen[i] != 0);
        for (unsigned j = 0; j < i; j++)
            verify(c, seen[j] != seen[i]);
        verify_eq(c, tercet_conn_abort(c->stack, seen[i]), 0);
    }
}

CONVERSATION(reading_before_the_connection_is_open) {
    dial(c);
    verify_eq(c, unread(c), TERCET_NOT_YET);
}

CONVERSATION(consuming_more_than_waits_is_refused) {
    establish(c);
    receive(c, ACK, 1, 1, 10);
    if (!is_on(c)) return;
    verify_eq(c, tercet_conn_consume(c->stack, c->talker->conn, 11), TERCET_INVALID);
    expect_readable(c, 10);
    ignore_heard(c);
}

CONVERSATION(what_was_read_is_read_in_pieces) {
    establish(c);
    receive(c, ACK, 1, 1, 1000);
    for (unsigned i = 0; i < 10; i++)
        user_read(c, 100);
    verify_eq(c, unread(c), 0);
    ignore_heard(c);
}

/* Section 3.9.1.2: SEND, in each state. */
struct state {
    const char *name;
    enum tercet_state state;
    int write; /* 1 taken, or the error */
};

static const struct state states[] = {
    {"SYN-SENT",     TERCET_STATE_SYN_SENT,     1             },
    {"SYN-RECEIVED", TERCET_STATE_SYN_RECEIVED, 1             },
    {"ESTABLISHED",  TERCET_STATE_ESTABLISHED,  1             },
    {"CLOSE-WAIT",   TERCET_STATE_CLOSE_WAIT,   1             },
    {"FIN-WAIT-1",   TERCET_STATE_FIN_WAIT_1,   TERCET_CLOSING},
    {"FIN-WAIT-2",   TERCET_STATE_FIN_WAIT_2,   TERCET_CLOSING},
    {"CLOSING",      TERCET_STATE_CLOSING,      TERCET_CLOSING},
    {"LAST-ACK",     TERCET_STATE_LAST_ACK,     TERCET_CLOSING},
};

CONVERSATION_ROWS(states, send_in_each_state) {
    unsigned char octet = pattern(0, true);

    reach(c, row->state);
    if (!is_on(c)) return;
    verify_eq(c, tercet_conn_write(c->stack, c->talker->conn, &octet, 1), row->write);
    let_depart(c);
    if (row->write == 1) ignore_heard(c);
    expect_nothing(c);
}

/* Section 3.9.1.5: STATUS tells the tuple and the state. */
CONVERSATION_ROWS(states, status_in_each_state) {
    reach(c, row->state);
    struct tercet_conn_info info = info_of(c);
    verify_eq(c, info.state, row->state);
    verify_eq(c, info.reason, TERCET_REASON_NONE);
    verify(c, c->over || address_eq(&info.local.address, &c->talker->us.address));
    verify(c, c->over || address_eq(&info.remote.address, &c->talker->peer.address));
    verify_eq(c, info.local.port, c->over ? 0 : c->talker->us.port);
    verify_eq(c, info.remote.port, c->over ? 0 : c->talker->peer.port);
}

CONVERSATION(counts_of_what_waits) {
    c->talker->wnd = 3000;
    establish(c);
    user_write(c, 5000);
    verify_eq(c, info_of(c).unacked_bytes, 3000);
    verify_eq(c, info_of(c).unsent_bytes, 2000);
    receive(c, ACK, 1, 1001, 250, .wnd = 2000);
    verify_eq(c, info_of(c).unacked_bytes, 2000);
    verify_eq(c, info_of(c).unsent_bytes, 2000);
    verify_eq(c, info_of(c).unread_bytes, 250);
    ignore_heard(c);
}

CONVERSATION(the_users_value_comes_with_events) {
    struct tercet_event event;
    bool seen = false;

    establish(c);
    pull_events(c);
    if (!is_on(c)) return;
    verify_eq(c, tercet_conn_set_user(c->stack, c->talker->conn, 0xfeedface12345678ull), 0);
    verify(c, info_of(c).user == 0xfeedface12345678ull);
    receive(c, ACK, 1, 1, 10);
    while (is_on(c) && tercet_stack_next_event(c->stack, &event)) {
        if (event.conn == c->talker->conn) seen = verify(c, event.user == 0xfeedface12345678ull);
    }
    verify(c, seen);
    ignore_heard(c);
}

/* Bits coalesce: many arrivals, one event; nothing new, no event. */
CONVERSATION(events_coalesce) {
    struct tercet_event event;
    unsigned n = 0;

    establish(c);
    pull_events(c);
    for (uint32_t i = 0; i < 10; i++)
        receive(c, ACK, 1 + i * 10, 1, 10);
    receive(c, FIN | ACK, 101, 1, 0);
    while (is_on(c) && tercet_stack_next_event(c->stack, &event) && n < 100) {
        n++;
        verify_eq(c, event.ready & (TERCET_READABLE | TERCET_ENDED), TERCET_READABLE | TERCET_ENDED);
    }
    if (is_on(c)) verify_eq(c, n, 1);
    if (is_on(c)) verify(c, !tercet_stack_next_event(c->stack, &event));
    ignore_heard(c);
}

CONVERSATION(shutdown_twice_is_once) {
    establish(c);
    user_shutdown(c);
    expect(c, FIN | ACK, 1, 1, 0);
    if (is_on(c)) tercet_conn_shutdown(c->stack, c->talker->conn);
    let_depart(c);
    expect_nothing(c);
    expect_state(c, FIN_WAIT_1);
}

CONVERSATION(options_out_of_range_are_refused) {
    establish(c);
    if (!is_on(c)) return;
    tercet_conn conn = c->talker->conn;
    verify_eq(c, tercet_conn_set_option(c->stack, conn, TERCET_OPTION_SEND_BUFFER, 4095),
              TERCET_INVALID);
    verify_eq(c,
              tercet_conn_set_option(c->stack, conn, TERCET_OPTION_RECEIVE_BUFFER, (4u << 20) + 1),
              TERCET_INVALID);
    verify_eq(c, tercet_conn_set_option(c->stack, conn, (enum tercet_option)99, 1), TERCET_INVALID);
    verify_eq(c, tercet_conn_set_option(c->stack, 0, TERCET_OPTION_NODELAY, 1), TERCET_GONE);
}

/* A stack needs a secret and limits that can be. */
CONVERSATION(a_stack_without_a_secret_is_refused) {
    struct tercet_config config;
    struct tercet_stack *stack;
    static unsigned char *memory;

    conversation_config(&config);
    size_t size = tercet_stack_size(&config);
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                  -1, 0);
    memset(config.secret, 0, sizeof config.secret);
    verify_eq(c, tercet_stack_init(memory, size, &config, 1, &stack), TERCET_INVALID);
    munmap(memory, size);
}

/*
 * Two runs from one seed are identical to the octet: the design's promise, on one connection's
 * life.
 */
CONVERSATION(the_same_input_gives_the_same_octets) {
    static struct conversation *other;
    uint64_t digests[2];

    if (c->is_trial) return establish(c);
    if (!other) other = malloc(sizeof *other);
    if (!other) abort();
    for (unsigned run = 0; run < 2; run++) {
        conversation_begin(other, c->variant, c->v6, c->start_ns);
        establish(other);
        user_write(other, 20 * MSS);
        receive(other, ACK, 1, 1 + 3 * MSS, 500);
        advance_s(other, 5);
        user_close(other);
        advance_s(other, 50);
        digests[run] = other->digest_of_port[0];
        verify(c, !other->failed);
        conversation_end(other);
    }
    verify_eq(c, digests[0], digests[1]);
}

CONVERSATION(status_of_a_listener) {
    struct tercet_conn_info info;

    listen_here(c);
    if (!is_on(c)) return;
    verify_eq(c, tercet_conn_set_user(c->stack, c->listener, 4711), 0);
    verify_eq(c, tercet_conn_info(c->stack, c->listener, &info), 0);
    verify_eq(c, info.state, TERCET_STATE_LISTEN);
    verify_eq(c, info.local.port, SERVER_PORT);
    verify(c, address_eq(&info.local.address, &c->talker->us.address));
    verify_eq(c, info.user, 4711);
}

CONVERSATION(calls_for_connections_refuse_a_listener) {
    struct tercet_span spans[2];

    listen_here(c);
    if (!is_on(c)) return;
    verify_eq(c, tercet_conn_read(c->stack, c->listener, spans), TERCET_INVALID);
    verify_eq(c, tercet_conn_consume(c->stack, c->listener, 0), TERCET_INVALID);
    verify_eq(c, tercet_conn_shutdown(c->stack, c->listener), TERCET_INVALID);
    expect_state(c, LISTEN);
}

/* A send buffer made smaller or larger holds from the next write on. */
CONVERSATION(send_buffer_of_one_connection) {
    c->talker->wnd = 1;
    establish(c);
    set_option(c, TERCET_OPTION_SEND_BUFFER, 4096);
    uint32_t taken = write_some(c, 100000);
    if (is_on(c)) verify_in(c, taken, 2048, 4096);
    set_option(c, TERCET_OPTION_SEND_BUFFER, 65536);
    uint32_t more = write_some(c, 100000);
    if (is_on(c)) verify_in(c, taken + more, 32768, 65536);
    ignore_heard(c);
}

/*
 * A receive buffer made smaller does not take back what the window has promised; made larger it
 * promises more.
 */
CONVERSATION(receive_buffer_of_one_connection) {
    c->config.receive_buffer_bytes = 8192;
    establish(c);
    set_option(c, TERCET_OPTION_RECEIVE_BUFFER, 4096);
    for (uint32_t seq = 1; seq < 8193; seq += 1024) {
        receive(c, ACK, seq, 1, 1024);
        advance_ms(c, 50);
    }
    verify_eq(c, unread(c), 8192);
    verify_eq(c, c->talker->acked, 8193);
    ignore_heard(c);
    set_option(c, TERCET_OPTION_RECEIVE_BUFFER, 32768);
    let_depart(c);
    user_read(c, 8192);
    ignore_heard(c);
    for (uint32_t seq = 8193; seq < 8193 + 16384; seq += 1024)
        receive(c, ACK, seq, 1, 1024);
    verify_eq(c, unread(c), 16384);
    ignore_heard(c);
}

/*
 * The scale that our SYN has offered holds, whatever buffer the user wants meanwhile: the peer reads our windows by it.
 */
CONVERSATION(a_receive_buffer_set_after_the_syn_leaves_the_scale_offered) {
    c->config.receive_buffer_bytes = 65535;
    connect_out(c);
    expect(c, SYN, 0, 0, 0, .has = TCP_HAS_WSCALE);
    if (is_on(c)) verify_eq(c, last_heard(c)->seg.options.wscale, 0);
    set_option(c, TERCET_OPTION_RECEIVE_BUFFER, 4u << 20);
    verify_eq(c, tercet_conn_set_option(c->stack, c->talker->conn, TERCET_OPTION_WINDOW_SCALE, 7),
              TERCET_INVALID);
    receive(c, SYN | ACK, 0, 1, 0, .ws = 2);
    expect(c, ACK, 1, 1, 0);
    if (!is_on(c)) return;
    verify_eq(c, info_of(c).receive_scale, 0);
    verify_in(c, last_heard(c)->seg.wnd, 65000, 65535);
}

CONVERSATION(a_receive_buffer_set_before_the_syn_is_scaled_for) {
    c->config.receive_buffer_bytes = 65535;
    c->corked = true;
    connect_out(c);
    set_option(c, TERCET_OPTION_RECEIVE_BUFFER, 4u << 20);
    c->corked = false;
    let_depart(c);
    expect(c, SYN, 0, 0, 0, .has = TCP_HAS_WSCALE);
    receive(c, SYN | ACK, 0, 1, 0, .ws = 2);
    expect(c, ACK, 1, 1, 0);
    verify_eq(c, info_of(c).receive_scale, 7);
}

CONVERSATION(reasons_and_states_have_names) {
    verify(c, strcmp(tercet_reason_name(TERCET_REASON_TIMED_OUT), "timed-out") == 0);
    verify(c, strcmp(tercet_state_name(TERCET_STATE_SYN_RECEIVED), "SYN-RECEIVED") == 0);
    verify(c, strcmp(tercet_reason_name((enum tercet_reason)99), "?") == 0);
    verify(c, strcmp(tercet_state_name((enum tercet_state)99), "?") == 0);
    verify(c, strcmp(tercet_verdict_name(TERCET_SYN_CHALLENGED), "syn-challenged") == 0);
}
