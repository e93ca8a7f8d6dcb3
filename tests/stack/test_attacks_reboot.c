/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Row 88: a host forgets its connections, and its key, while others still remember them (RFC 9293
 * section 3.5.1).  What is left of before gets its reset, and the new incarnation opens.
 */
#include "stack/conversation.h"

/* The stack is made again by the next call, with nothing but another secret. */
static void reboot(struct conversation *c) {
    if (!is_on(c)) return;
    munmap(c->memory, c->memory_bytes);
    c->memory = NULL;
    c->stack = NULL;
    c->listener = c->talker->conn = 0;
    for (unsigned i = 0; i < sizeof c->config.secret; i++)
        c->config.secret[i] ^= 0x5a;
}

static void open_anew(struct conversation *c) {
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    receive(c, ACK, 1, 1, 100);
    expect_readable(c, 100);
    ignore_heard(c);
}

CONVERSATION(row_88_a_server_that_forgot_resets_what_is_left_and_opens_anew) {
    establish(c);
    reboot(c);
    listen_here(c);
    receive(c, ACK, 1, 1, 100);
    expect_rst(c, 1);
    receive(c, FIN | ACK, 101, 1, 0);
    expect_rst(c, 1);
    expect_nothing(c);
    forget_both(c, 5000);
    open_anew(c);
}

/* Figure 9: the peer answers our SYN for the connection that he still has. */
CONVERSATION(row_88_a_client_that_forgot_recovers_by_the_challenge) {
    establish_out(c);
    uint32_t old_next = c->talker->iss + 1;
    reboot(c);
    forget_iss(c);
    dial(c);
    old_next -= c->talker->iss;
    receive(c, ACK, 1, old_next, 0, .no_ts = true);
    expect_verdict(c, TERCET_SYN_SENT_BAD_ACK);
    expect(c, RST, old_next, 0, 0);
    expect_state(c, SYN_SENT);
    expect_within_ms(c, 2, SYN, 0, 0, 0);
    peer_answers(c);
}

CONVERSATION(row_88_a_peer_that_forgot_is_challenged_and_then_believed) {
    establish(c);
    receive(c, SYN, 70000, 0, 0);
    expect_verdict(c, TERCET_SYN_CHALLENGED);
    expect(c, ACK, 1, 1, 0);
    receive(c, RST, 1, 0, 0);
    expect_verdict(c, TERCET_RST_TAKEN);
    expect_reason(c, RESET);
    expect_ready(c, TERCET_CLOSED);
    user_close(c);
    forget_both(c, 70000);
    open_anew(c);
}

/* Old duplicates that are still on the way: PAWS keeps its promise, since the peer's clock went on. */
CONVERSATION(row_88_text_of_before_is_too_old_for_the_new_incarnation) {
    if (!c->variant->ts) return;
    establish(c);
    advance_ms(c, 1000);
    reboot(c);
    listen_here(c);
    receive(c, ACK, 1, 1, 0, .ts = true);
    expect_rst(c, 1);
    forget_both(c, 0);
    open_anew(c);
    receive(c, ACK, 101, 1, 50, .tsval = 10);
    expect_verdict(c, TERCET_OLD_TIMESTAMP);
    expect(c, ACK, 1, 101, 0);
    expect_readable(c, 100);
}
