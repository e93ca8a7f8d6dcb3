/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Selective acknowledgments: RFC 2018 sections 2 to 4, what we tell; and what of the peer's may be
 * believed.
 */
#include "stack/conversation.h"

static void establish_sack(struct conversation *c) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .sack = true);
    expect(c, SYN | ACK, 0, 1, 0, .has = TCP_HAS_SACK_PERMITTED);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    verify(c, info_of(c).has_sack);
}

/* The next departed segment is a duplicate ACK of @ack whose blocks are exactly these. */
static void expect_blocks(struct conversation *c, uint32_t ack, unsigned n,
                          const uint32_t (*blocks)[2]) {
    struct tcp_options options = {0};

    if (is_on(c) && c->head != c->tail) options = c->heard[c->head % HEARD_MAX].seg.options;
    expect(c, ACK, 1, ack, 0, .has = n ? TCP_HAS_SACK : 0, .lacks = n ? 0 : TCP_HAS_SACK);
    if (!is_on(c) || !n) return;
    verify_eq(c, options.n_sack, n);
    for (unsigned i = 0; i < n && is_on(c); i++) {
        verify_eq(c, options.sack[i].left - c->talker->irs, blocks[i][0]);
        verify_eq(c, options.sack[i].right - c->talker->irs, blocks[i][1]);
    }
}

CONVERSATION(sack_is_permitted_only_when_both_permit_it) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0, .lacks = TCP_HAS_SACK_PERMITTED);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    verify(c, !info_of(c).has_sack);
    receive(c, ACK, 101, 1, 100);
    expect_blocks(c, 1, 0, NULL);
}

CONVERSATION(sack_is_offered_and_agreed_by_the_client) {
    connect_out(c);
    expect(c, SYN, 0, 0, 0, .has = TCP_HAS_SACK_PERMITTED);
    receive(c, SYN | ACK, 0, 1, 0, .sack = true);
    expect(c, ACK, 1, 1, 0, .lacks = TCP_HAS_SACK_PERMITTED);
    verify(c, info_of(c).has_sack);
    receive(c, ACK, 101, 1, 100);
    expect_blocks(c, 1, 1,
                  (const uint32_t[][2]){
                      {101, 201}
    });
}

CONVERSATION(sack_turned_off_is_not_offered) {
    c->config.sack = false;
    connect_out(c);
    expect(c, SYN, 0, 0, 0, .lacks = TCP_HAS_SACK_PERMITTED);
}

/* Section 4: the first block holds the segment that has just arrived. */
CONVERSATION(first_block_is_the_most_recent) {
    establish_sack(c);
    receive(c, ACK, 101, 1, 100);
    expect_blocks(c, 1, 1,
                  (const uint32_t[][2]){
                      {101, 201}
    });
    receive(c, ACK, 301, 1, 100);
    expect_blocks(c, 1, 2,
                  (const uint32_t[][2]){
                      {301, 401},
                      {101, 201}
    });
    receive(c, ACK, 201, 1, 50);
    expect_blocks(c, 1, 2,
                  (const uint32_t[][2]){
                      {101, 251},
                      {301, 401}
    });
    receive(c, ACK, 251, 1, 50);
    expect_blocks(c, 1, 1,
                  (const uint32_t[][2]){
                      {101, 401}
    });
}

/* The order of options in a SYN is nothing to the segments that leave after it. */
CONVERSATION(blocks_leave_beside_a_syn_ack_of_the_other_order) {
    struct talker *first = c->talker;

    c->config.habits.option_order = TERCET_ORDER_SCALE_FIRST;
    establish_sack(c);
    hold(c);
    receive(c, ACK, 101, 1, 100);
    talk_with(c, 45000);
    receive(c, SYN, 0, 0, 0);
    release(c);
    expect(c, SYN | ACK, 0, 1, 0);
    if (is_on(c)) c->talker = first;
    expect_blocks(c, 1, 1,
                  (const uint32_t[][2]){
                      {101, 201}
    });
}

/* As many blocks as the header holds: four, or three beside timestamps. */
CONVERSATION(as_many_blocks_as_fit) {
    establish_sack(c);
    for (uint32_t i = 0; i < 6; i++) {
        receive(c, ACK, 101 + i * 200, 1, 100);
        if (is_on(c)) {
            unsigned most = has_timestamps(c->talker) ? 3 : 4, n = last_heard(c)->seg.options.n_sack;
            verify_eq(c, n, i + 1 < most ? i + 1 : most);
            verify_eq(c, last_heard(c)->seg.options.sack[0].left - c->talker->irs, 101 + i * 200);
        }
        ignore_heard(c);
    }
}

CONVERSATION(filled_holes_are_told_no_more) {
    establish_sack(c);
    receive(c, ACK, 101, 1, 100);
    expect_blocks(c, 1, 1,
                  (const uint32_t[][2]){
                      {101, 201}
    });
    receive(c, ACK, 301, 1, 100);
    expect_blocks(c, 1, 2,
                  (const uint32_t[][2]){
                      {301, 401},
                      {101, 201}
    });
    receive(c, ACK, 1, 1, 100);
    expect_blocks(c, 201, 1,
                  (const uint32_t[][2]){
                      {301, 401}
    });
    receive(c, ACK, 201, 1, 100);
    expect_blocks(c, 401, 0, NULL);
}

/* The next departed segment has text and these blocks.  Return: its octets of text. */
static uint32_t heard_text_with(struct conversation *c, uint32_t blocks) {
    const struct heard *h;

    if (!is_on(c)) return 0;
    verify(c, c->head != c->tail);
    if (!is_on(c)) return 0;
    h = &c->heard[c->head++ % HEARD_MAX];
    verify(c, segment_has_option(&h->seg, TCP_HAS_SACK) == (blocks != 0));
    if (blocks) verify_eq(c, h->seg.options.n_sack, blocks);
    return h->seg.length;
}

/*
 * Every ACK that does not acknowledge the highest octet has blocks, one with text as well (RFC 2018 section 4); they take
 * their room from the text, so that the packet is as long as others.
 */
CONVERSATION(blocks_ride_on_data) {
    establish_sack(c);
    receive(c, ACK, 101, 1, 100);
    ignore_heard(c);
    user_write(c, 3 * MSS);
    for (unsigned i = 0; i < 3; i++)
        verify_eq(c, heard_text_with(c, 1), MSS - 12);
    verify_eq(c, heard_text_with(c, 1), 36);
    expect_nothing(c);
    receive(c, ACK, 301, 3 * MSS + 1, 100);
    ignore_heard(c);
    user_write(c, MSS);
    verify_eq(c, heard_text_with(c, 2), MSS - 20);
    ignore_heard(c);
}

CONVERSATION(without_a_gap_text_takes_the_whole_segment) {
    establish_sack(c);
    receive(c, ACK, 101, 1, 100);
    receive(c, ACK, 1, 1, 100);
    ignore_heard(c);
    user_write(c, MSS);
    verify_eq(c, heard_text_with(c, 0), MSS);
}

/* Where SACK was not agreed a gap takes nothing from the text. */
CONVERSATION(without_sack_text_takes_the_whole_segment) {
    establish(c);
    receive(c, ACK, 101, 1, 100);
    ignore_heard(c);
    user_write(c, MSS);
    expect(c, ACK | PSH, 1, 1, MSS, .lacks = TCP_HAS_SACK);
}

/* A segment goes again as whole as it was: its rest would cost a round trip of its own. */
CONVERSATION(retransmission_keeps_its_length_and_tells_what_fits) {
    establish_sack(c);
    user_write(c, 4 * MSS);
    ignore_heard(c);
    receive(c, ACK, 101, 1, 100);
    ignore_heard(c);
    for (unsigned i = 0; i < 3; i++)
        receive(c, ACK, 201, 1, 0);
    verify_eq(c, heard_text_with(c, 0), MSS);
    ignore_heard(c);
}

/* What ends a connection, probes and asks whether the peer lives is an acknowledgement, too. */
CONVERSATION(blocks_ride_on_fin_and_on_keep_alives) {
    establish_sack(c);
    set_option(c, TERCET_OPTION_KEEPALIVE_IDLE, 1);
    set_option(c, TERCET_OPTION_KEEPALIVE, 1);
    receive(c, ACK, 101, 1, 100);
    ignore_heard(c);
    expect_within_ms(c, 1100, ACK, 0, 1, 0, .has = TCP_HAS_SACK);
    receive(c, ACK, 201, 1, 0);
    user_shutdown(c);
    expect(c, FIN | ACK, 1, 1, 0, .has = TCP_HAS_SACK);
}

/*
 * Row 67: a reset at the right edge of what we have selectively acknowledged is one that the peer
 * means.
 */
CONVERSATION(row_67_reset_at_the_right_sack_edge_kills) {
    establish_sack(c);
    receive(c, ACK, 101, 1, 100);
    ignore_heard(c);
    receive(c, RST, 201, 0, 0);
    expect_verdict(c, TERCET_RST_TAKEN);
    expect_nothing(c);
    expect_state(c, CLOSED);
}

CONVERSATION(row_67_reset_beside_the_right_sack_edge_is_challenged) {
    establish_sack(c);
    receive(c, ACK, 101, 1, 100);
    ignore_heard(c);
    receive(c, RST, 200, 0, 0);
    expect_verdict(c, TERCET_RST_CHALLENGED);
    receive(c, RST, 202, 0, 0);
    receive(c, RST, 101, 0, 0);
    expect_state(c, ESTABLISHED);
    ignore_heard(c);
}

/* Without SACK nothing was told, and the edge is a number like any other. */
CONVERSATION(row_67_without_sack_the_edge_is_challenged) {
    establish(c);
    receive(c, ACK, 101, 1, 100);
    ignore_heard(c);
    receive(c, RST, 201, 0, 0);
    expect_verdict(c, TERCET_RST_CHALLENGED);
    expect_state(c, ESTABLISHED);
    ignore_heard(c);
}
