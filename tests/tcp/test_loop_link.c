/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections to ourselves cross the stack's own loop link, no door: row 30.  Both ends are one user's.
 */
#include "stack/conversation.h"

static uint32_t events_of(struct conversation *c, tercet_conn conn) {
    struct tercet_event event;
    uint32_t ready = 0;

    while (is_on(c) && tercet_stack_next_event(c->stack, &event))
        ready |= event.conn == conn ? event.ready : 0;
    return ready;
}

static tercet_conn connect_to(struct conversation *c, uint16_t local_port,
                              struct tercet_endpoint to) {
    struct tercet_endpoint from = {address_of(c->v6, 2), local_port};
    tercet_conn conn = 0;

    if (!is_on(c)) return 0;
    verify_eq(c, tercet_connect(c->stack, &from, &to, 0, c->now_ns, &conn), 0);
    pump(c);
    return conn;
}

static struct tercet_conn_info info_at(struct conversation *c, tercet_conn conn) {
    struct tercet_conn_info info = {0};

    if (is_on(c)) tercet_conn_info(c->stack, conn, &info);
    return info;
}

static void send_at(struct conversation *c, tercet_conn conn, uint32_t position, uint32_t n) {
    unsigned char bytes[4000];

    for (uint32_t i = 0; i < n; i++)
        bytes[i] = pattern(position + i, true);
    if (is_on(c)) verify_eq(c, tercet_conn_write(c->stack, conn, bytes, n), n);
}

static void take_at(struct conversation *c, tercet_conn conn, uint32_t position, uint32_t n) {
    struct tercet_span spans[2];

    if (!is_on(c) || !verify_eq(c, tercet_conn_read(c->stack, conn, spans), n)) return;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t first = spans[0].length;
        const unsigned char *at = i < first ? spans[0].base : spans[1].base;
        if (!verify_eq(c, at[i < first ? i : i - first], pattern(position + i, true))) return;
    }
    verify_eq(c, tercet_conn_consume(c->stack, conn, n), 0);
}

/* A simultaneous open with oneself (RFC 9293 figure 8): established, and no storm of ACKs. */
CONVERSATION(row_30_a_connection_to_itself_opens_speaks_and_closes) {
    tercet_conn conn = connect_to(c, 7000, (struct tercet_endpoint){address_of(c->v6, 2), 7000});

    advance_ms(c, 10);
    verify_eq(c, info_at(c, conn).state, TERCET_STATE_ESTABLISHED);
    if (is_on(c)) verify(c, events_of(c, conn) & TERCET_CONNECTED);
    verify_eq(c, stack_info(c).conns, 1);
    uint64_t frames = stack_info(c).frames_in;
    advance_s(c, 3600);
    if (is_on(c)) verify_in(c, stack_info(c).frames_in - frames, 0, 5);
    for (uint32_t i = 0; i < 20; i++) {
        send_at(c, conn, i * 4000, 4000);
        advance_s(c, 1);
        take_at(c, conn, i * 4000, 4000);
    }
    verify_eq(c, info_at(c, conn).unacked_bytes, 0);
    verify_eq(c, info_at(c, conn).retransmits, 0);
    if (is_on(c)) tercet_conn_shutdown(c->stack, conn);
    advance_s(c, 1);
    struct tercet_span spans[2];
    if (is_on(c)) verify_eq(c, tercet_conn_read(c->stack, conn, spans), TERCET_END);
    verify_eq(c, info_at(c, conn).reason, TERCET_REASON_FINISHED);
    if (is_on(c)) tercet_conn_close(c->stack, conn);
    expect_nothing(c);
}

CONVERSATION(row_30_a_connection_to_itself_is_reset_by_its_abort) {
    tercet_conn conn = connect_to(c, 7000, (struct tercet_endpoint){address_of(c->v6, 2), 7000});

    advance_ms(c, 10);
    if (is_on(c)) verify_eq(c, tercet_conn_abort(c->stack, conn), 0);
    advance_s(c, 10);
    verify_eq(c, stack_info(c).conns, 0);
    expect_nothing(c);
}

/* Nobody outside can play that part. */
CONVERSATION(row_30_a_connection_to_itself_is_not_open_to_a_door) {
    struct tercet_address us = address_of(c->v6, 2);
    tercet_conn conn = connect_to(c, 7000, (struct tercet_endpoint){us, 7000});

    advance_ms(c, 10);
    receive(c, RST | ACK, 1, 1, 0, .source = &us, .source_port = 7000, .destination_port = 7000);
    expect_verdict(c, TERCET_TCP_LAND);
    verify_eq(c, info_at(c, conn).state, TERCET_STATE_ESTABLISHED);
    if (is_on(c)) tercet_conn_abort(c->stack, conn);
    advance_ms(c, 10);
    expect_nothing(c);
}

static void talk_at(struct conversation *c, tercet_conn here, tercet_conn there) {
    for (uint32_t i = 0; i < 20; i++) {
        send_at(c, here, i * 4000, 4000);
        advance_s(c, 1);
        take_at(c, there, i * 4000, 4000);
        send_at(c, there, i * 100, 100);
        advance_s(c, 1);
        take_at(c, here, i * 100, 100);
    }
    if (is_on(c)) verify_eq(c, tercet_conn_shutdown(c->stack, here), 0);
    advance_s(c, 1);
    verify_eq(c, info_at(c, there).state, TERCET_STATE_CLOSE_WAIT);
    if (is_on(c)) verify_eq(c, tercet_conn_close(c->stack, there), 0);
    advance_s(c, 1);
    verify_eq(c, info_at(c, here).reason, TERCET_REASON_FINISHED);
    if (is_on(c)) verify_eq(c, tercet_conn_close(c->stack, here), 0);
    expect_nothing(c);
}

CONVERSATION(row_30_a_connection_to_our_own_listener) {
    tercet_conn here, there = 0;

    listen_here(c);
    here = connect_to(c, 7000, (struct tercet_endpoint){address_of(c->v6, 2), SERVER_PORT});
    advance_ms(c, 10);
    verify_eq(c, info_at(c, here).state, TERCET_STATE_ESTABLISHED);
    if (is_on(c)) verify_eq(c, tercet_accept(c->stack, c->listener, 0, &there), 0);
    talk_at(c, here, there);
}

CONVERSATION(row_30_a_connection_to_another_address_of_ours) {
    struct tercet_endpoint second = {address_of(c->v6, 5), SERVER_PORT};
    tercet_conn here, there = 0;

    if (!is_on(c)) return;
    verify_eq(c, tercet_stack_add_address(c->stack, &second.address, c->v6 ? 64 : 24), 0);
    verify_eq(c, tercet_listen(c->stack, &second, 1, 0, &c->listener), 0);
    here = connect_to(c, 7000, second);
    advance_ms(c, 10);
    if (is_on(c)) verify_eq(c, tercet_accept(c->stack, c->listener, 0, &there), 0);
    talk_at(c, here, there);
}

CONVERSATION(row_30_nobody_listens_here_either) {
    tercet_conn conn = connect_to(c, 7000, (struct tercet_endpoint){address_of(c->v6, 2), 7001});

    advance_ms(c, 10);
    verify_eq(c, info_at(c, conn).reason, TERCET_REASON_REFUSED);
    if (is_on(c)) tercet_conn_close(c->stack, conn);
    verify_eq(c, stack_info(c).conns, 0);
    expect_nothing(c);
}
