/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_STACK_USER_TALK_H
#define TERCET_TESTS_STACK_USER_TALK_H

/* The user's side of a conversation, and the ways to each state. */
#include "stack/expectations.h"

static inline void let_depart(struct conversation *c) {
    if (!c->corked) pump(c);
}

static inline void listen_with(struct conversation *c, unsigned backlog) {
    struct tercet_endpoint here = {address_of(c->v6, 2), SERVER_PORT};

    if (!is_on(c) || c->listener) return;
    verify_eq(c, tercet_listen(c->stack, &here, backlog, 0, &c->listener), 0);
}

static inline void listen_here(struct conversation *c) {
    listen_with(c, 8);
}

static inline void close_listener(struct conversation *c) {
    if (!is_on(c)) return;
    verify_eq(c, tercet_conn_close(c->stack, c->listener), 0);
    c->listener = 0;
    let_depart(c);
}

/* OPEN, active, from port 40000 to the peer's port 80. */
static inline void connect_out(struct conversation *c) {
    struct talker *t = c->talker;

    t->us.port = LOCAL_PORT;
    t->peer.port = SERVER_PORT;
    if (!is_on(c)) return;
    verify_eq(c, tercet_connect(c->stack, &t->us, &t->peer, 0, c->now_ns, &t->conn), 0);
    let_depart(c);
}

static inline void take_connection(struct conversation *c) {
    if (!is_on(c)) return;
    verify_eq(c, tercet_accept(c->stack, c->listener, 0, &c->talker->conn), 0);
}

static inline void expect_no_connection(struct conversation *c) {
    tercet_conn conn;

    if (is_on(c)) verify_eq(c, tercet_accept(c->stack, c->listener, 0, &conn), TERCET_NOT_YET);
}

/* Return: octets taken. */
static inline uint32_t write_some(struct conversation *c, uint32_t n) {
    struct talker *t = c->talker;

    if (!is_on(c)) return 0;
    unsigned char *bytes = malloc(n ? n : 1);
    if (!bytes) abort();
    for (uint32_t i = 0; i < n; i++)
        bytes[i] = pattern(t->written + i, true);
    int taken = tercet_conn_write(c->stack, t->conn, bytes, n);
    free(bytes);
    if (!verify_in(c, taken, 0, n)) return 0;
    t->written += (uint32_t)taken;
    let_depart(c);
    return (uint32_t)taken;
}

static inline void user_write(struct conversation *c, uint32_t n) {
    uint32_t taken = write_some(c, n);

    if (is_on(c)) verify_eq(c, taken, n);
}

/* Octets that wait to be read, or the error. */
static inline int unread(struct conversation *c) {
    struct tercet_span spans[2];

    return is_on(c) ? tercet_conn_read(c->stack, c->talker->conn, spans) : 0;
}

/* Looks at what waits, checks its content, and takes @n octets of it. */
static inline void user_read(struct conversation *c, uint32_t n) {
    struct tercet_span spans[2] = {
        {NULL, 0},
        {NULL, 0}
    };
    struct talker *t = c->talker;

    if (!is_on(c)) return;
    int waiting = tercet_conn_read(c->stack, t->conn, spans);
    if (!verify_in(c, n, 0, waiting) || !verify_eq(c, spans[0].length + spans[1].length, waiting))
        return;
    for (uint32_t i = 0; i < (uint32_t)waiting; i++) {
        const unsigned char *from = i < spans[0].length ? spans[0].base : spans[1].base;
        unsigned char octet = from[i < spans[0].length ? i : i - spans[0].length];
        if (!verify_eq(c, octet, pattern(t->taken + i, false))) return;
    }
    verify_eq(c, tercet_conn_consume(c->stack, t->conn, n), 0);
    t->taken += n;
    let_depart(c);
}

/* Exactly @n octets wait, in order and right. */
#define expect_readable(c, n)                                                                      \
    do {                                                                                           \
        verify_eq((c), unread(c), (n));                                                            \
        user_read((c), 0);                                                                         \
    } while (0)

static inline void user_shutdown(struct conversation *c) {
    if (!is_on(c)) return;
    verify_eq(c, tercet_conn_shutdown(c->stack, c->talker->conn), 0);
    let_depart(c);
}

static inline void user_close(struct conversation *c) {
    if (!is_on(c)) return;
    verify_eq(c, tercet_conn_close(c->stack, c->talker->conn), 0);
    let_depart(c);
}

static inline void user_abort(struct conversation *c) {
    if (!is_on(c)) return;
    verify_eq(c, tercet_conn_abort(c->stack, c->talker->conn), 0);
    let_depart(c);
}

static inline void set_option(struct conversation *c, enum tercet_option option, uint32_t value) {
    if (is_on(c)) verify_eq(c, tercet_conn_set_option(c->stack, c->talker->conn, option, value), 0);
}

/*
 * Openings, and the ways to a state.
 */
static inline void open_half(struct conversation *c) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
}

static inline void establish(struct conversation *c) {
    open_half(c);
    receive(c, ACK, 1, 1, 0);
    expect_nothing(c);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    c->talker->snd_una = c->talker->snd_nxt = c->talker->rcv_nxt = 1;
}

static inline void dial(struct conversation *c) {
    connect_out(c);
    expect(c, SYN, 0, 0, 0);
}

static inline void peer_answers(struct conversation *c) {
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    expect_state(c, ESTABLISHED);
}

static inline void establish_out(struct conversation *c) {
    dial(c);
    peer_answers(c);
    c->talker->snd_una = c->talker->snd_nxt = c->talker->rcv_nxt = 1;
}

/* SYN-RECEIVED of a connection that both sides open. */
static inline void open_both(struct conversation *c) {
    dial(c);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    expect_state(c, SYN_RECEIVED);
    c->talker->snd_una = 0;
    c->talker->snd_nxt = c->talker->rcv_nxt = 1;
}

/* Our FIN goes out. */
static inline void finish_ours(struct conversation *c) {
    user_shutdown(c);
    expect(c, FIN | ACK, c->talker->snd_nxt, c->talker->rcv_nxt, 0);
    c->talker->snd_nxt++;
}

/* The peer's FIN comes in and acknowledges up to @ack. */
static inline void finish_theirs(struct conversation *c, uint32_t ack) {
    receive(c, FIN | ACK, c->talker->rcv_nxt, ack, 0);
    c->talker->rcv_nxt++;
    expect(c, ACK, c->talker->snd_nxt, c->talker->rcv_nxt, 0);
    c->talker->snd_una = ack;
}

static inline void finish_acked(struct conversation *c) {
    receive(c, ACK, c->talker->rcv_nxt, c->talker->snd_nxt, 0);
    expect_nothing(c);
    c->talker->snd_una = c->talker->snd_nxt;
}

#define IN(state) (1u << TERCET_STATE_##state)

enum {
    RECEIVING = IN(ESTABLISHED) | IN(FIN_WAIT_1) | IN(FIN_WAIT_2),
    PEER_DONE = IN(CLOSE_WAIT) | IN(CLOSING) | IN(LAST_ACK),
    SYNCHRONISED = RECEIVING | PEER_DONE,
};

/*
 * Brings the conversation to @state; snd_una, snd_nxt and rcv_nxt of the talker say where it
 * stands.
 */
static inline void reach(struct conversation *c, enum tercet_state state) {
    bool we_first = state == TERCET_STATE_FIN_WAIT_1 || state == TERCET_STATE_FIN_WAIT_2 ||
                    state == TERCET_STATE_CLOSING || state == TERCET_STATE_TIME_WAIT;

    if (state == TERCET_STATE_CLOSED) return;
    if (state == TERCET_STATE_LISTEN) return listen_here(c);
    if (state == TERCET_STATE_SYN_SENT) {
        dial(c);
        c->talker->snd_nxt = 1;
        return;
    }
    if (state == TERCET_STATE_SYN_RECEIVED) return open_both(c);
    establish(c);
    if (we_first) finish_ours(c);
    if (state == TERCET_STATE_FIN_WAIT_2 || state == TERCET_STATE_TIME_WAIT) finish_acked(c);
    if (state != TERCET_STATE_ESTABLISHED && state != TERCET_STATE_FIN_WAIT_1 &&
        state != TERCET_STATE_FIN_WAIT_2)
        finish_theirs(c, c->talker->snd_una);
    if (state == TERCET_STATE_LAST_ACK) finish_ours(c);
    expect_state_is(c, state, __FILE__, __LINE__);
}

/* @n segments of MSS octets depart from @seq on. */
static inline void expect_segments(struct conversation *c, unsigned n, uint32_t seq, uint32_t ack) {
    for (unsigned i = 0; i < n && !c->over; i++)
        expect(c, ACK, seq + i * MSS, ack, MSS);
}

#endif
