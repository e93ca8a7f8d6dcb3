/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options: MSS (RFC 9293 section 3.7.1, RFC 6691), window scale (RFC 7323 section 2), what each
 * side may say when. Timestamps are in test_timestamps.c.
 */
#include "stack/conversation.h"

/* What an MTU leaves for the payload of a segment without options. */
static uint32_t room(const struct conversation *c) {
    return c->mtu - (c->v6 ? 60 : 40);
}

static uint32_t default_mss(const struct conversation *c) {
    return c->v6 ? 1220 : 536;
}

static uint32_t stamped(const struct conversation *c) {
    return has_timestamps(c->talker) ? 12 : 0;
}

/* The first full segment tells what MSS is in use. */
static void expect_payload(struct conversation *c, uint32_t bytes) {
    user_write(c, 4 * 1460);
    expect(c, ACK, 1, 1, bytes);
    verify_eq(c, info_of(c).send_mss_bytes, bytes);
    ignore_heard(c);
}

static void establish_with(struct conversation *c, const struct say *syn) {
    listen_here(c);
    receive_said(c, syn);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
}

static void establish_out_with(struct conversation *c, const struct say *syn_ack) {
    dial(c);
    receive_said(c, syn_ack);
    expect(c, ACK, 1, 1, 0);
}

struct mtu {
    const char *name;
    uint32_t mtu;
};

static const struct mtu mtus[] = {
    {"1280",  1280 },
    {"1400",  1400 },
    {"1500",  1500 },
    {"9000",  9000 },
    {"65535", 65535}
};

/* MUST-14, MUST-65, MUST-67: what we announce is what one packet of the route holds. */
CONVERSATION_ROWS(mtus, syn_announces_the_mss_of_the_route) {
    c->mtu = row->mtu;
    connect_out(c);
    expect(c, SYN, 0, 0, 0, .mss = (int32_t)room(c));
    verify_eq(c, info_of(c).receive_mss_bytes, room(c));
}

CONVERSATION_ROWS(mtus, syn_ack_announces_the_mss_of_the_route) {
    c->mtu = row->mtu;
    listen_here(c);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0, .mss = (int32_t)room(c));
}

/* MUST-16: no segment is larger than the route's packet, whatever the peer offers. */
CONVERSATION_ROWS(mtus, segments_fit_the_route) {
    c->mtu = row->mtu;
    establish_with(c, &(struct say)SAY(SYN, 0, 0, 0, .mss = 65535));
    user_write(c, 100000);
    verify(c, c->over || c->head != c->tail);
    while (is_on(c) && c->head != c->tail) {
        const struct heard *h = &c->heard[c->head++ % HEARD_MAX];
        verify_in(c, h->seg.length, 1, room(c) - stamped(c));
    }
}

CONVERSATION(mss_576_of_ipv4) {
    if (c->v6) return;
    c->mtu = 576;
    connect_out(c);
    expect(c, SYN, 0, 0, 0, .mss = 536);
}

/* MUST-15: 536 for IPv4, 1220 for IPv6; RFC 6691: options come out of it. */
CONVERSATION(absent_mss_is_the_default_as_server) {
    c->talker->mss = 0;
    establish_with(c, &(struct say)SAY(SYN, 0, 0, 0));
    expect_payload(c, default_mss(c) - stamped(c));
}

CONVERSATION(absent_mss_is_the_default_as_client) {
    c->talker->mss = 0;
    establish_out_with(c, &(struct say)SAY(SYN | ACK, 0, 1, 0));
    expect_payload(c, default_mss(c) - stamped(c));
}

CONVERSATION(offered_mss_is_used_as_server) {
    establish_with(c, &(struct say)SAY(SYN, 0, 0, 0, .mss = 777));
    expect_payload(c, 777 - stamped(c));
}

CONVERSATION(offered_mss_is_used_as_client) {
    establish_out_with(c, &(struct say)SAY(SYN | ACK, 0, 1, 0, .mss = 777));
    expect_payload(c, 777 - stamped(c));
}

CONVERSATION(mss_is_an_option_of_syns_only) {
    establish_out(c);
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10, .lacks = TCP_HAS_MSS | TCP_HAS_WSCALE | TCP_HAS_SACK_PERMITTED);
    receive(c, ACK, 1, 11, 10, .mss = 100);
    user_write(c, MSS);
    expect(c, ACK, 11, 11, MSS);
}

/*
 * Attack row 6: 0 counts as absent, what is tiny is raised to a floor, and a payload stays positive
 * beside timestamps.
 */
CONVERSATION(row_06_mss_0_is_as_absent) {
    establish_with(c, &(struct say)SAY(SYN, 0, 0, 0, .mss = NOTHING));
    expect_payload(c, default_mss(c) - stamped(c));
}

static const struct mtu tiny[] = {
    {"1",  1 },
    {"12", 12},
    {"13", 13},
    {"47", 47}
};

CONVERSATION_ROWS(tiny, row_06_tiny_mss_is_raised_to_a_floor) {
    establish_with(c, &(struct say)SAY(SYN, 0, 0, 0, .mss = (int32_t)row->mtu));
    verify_in(c, info_of(c).send_mss_bytes, 48 - stamped(c), 88);
    user_write(c, 1000);
    verify(c, c->over || c->head != c->tail);
    while (is_on(c) && c->head != c->tail)
        verify_in(c, c->heard[c->head++ % HEARD_MAX].seg.length, 36, 88);
}

CONVERSATION_ROWS(tiny, row_06_tiny_mss_of_a_server_is_raised_to_a_floor) {
    establish_out_with(c, &(struct say)SAY(SYN | ACK, 0, 1, 0, .mss = (int32_t)row->mtu));
    user_write(c, 1000);
    verify(c, c->over || c->head != c->tail);
    while (is_on(c) && c->head != c->tail)
        verify_in(c, c->heard[c->head++ % HEARD_MAX].seg.length, 36, 88);
}

/*
 * Window scale.
 */
CONVERSATION(window_scale_is_offered_and_used_when_both_offer_it) {
    establish_out_with(c, &(struct say)SAY(SYN | ACK, 0, 1, 0, .ws = 3, .wnd = 1000));
    struct tercet_conn_info info = info_of(c);
    verify(c, info.has_window_scale);
    verify_eq(c, info.send_scale, 3);
    verify_eq(c, info.receive_scale, c->talker->shift);
    verify_eq(c, info.send_window_bytes, 1000); /* never scaled in a SYN */
    receive(c, ACK, 1, 1, 0, .wnd = 1001);
    verify_eq(c, info_of(c).send_window_bytes, 8008);
}

CONVERSATION(window_scale_is_answered_when_offered) {
    establish_with(c, &(struct say)SAY(SYN, 0, 0, 0, .ws = 5, .wnd = 2000));
    verify(c, c->talker->ws_ours);
    verify(c, info_of(c).has_window_scale);
    receive(c, ACK, 1, 1, 0, .wnd = 2000);
    verify_eq(c, info_of(c).send_window_bytes, 64000);
}

CONVERSATION(window_scale_is_not_answered_when_not_offered) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0, .lacks = TCP_HAS_WSCALE);
    receive(c, ACK, 1, 1, 0, .wnd = 1234);
    take_connection(c);
    verify(c, !info_of(c).has_window_scale);
    verify_eq(c, info_of(c).send_window_bytes, 1234);
    verify_eq(c, info_of(c).receive_scale, 0);
}

CONVERSATION(window_scale_is_off_when_the_server_does_not_answer_it) {
    establish_out_with(c, &(struct say)SAY(SYN | ACK, 0, 1, 0, .wnd = 1000));
    verify(c, c->talker->ws_ours);
    verify(c, !info_of(c).has_window_scale);
    receive(c, ACK, 1, 1, 0, .wnd = 1001);
    verify_eq(c, info_of(c).send_window_bytes, 1001);
    verify_eq(c, info_of(c).receive_scale, 0);
    receive(c, ACK, 1, 1, 1);
    expect_within_ms(c, 500, ACK, 1, 2, 0);
    verify_in(c, last_heard(c)->seg.wnd, 60000,
              65535); /* what we hold back for more than 64 KiB cannot be said */
}

/* A simultaneous open: the windows of both the peer's SYN and its SYN-ACK are as they stand. */
CONVERSATION(window_scale_in_a_simultaneous_open) {
    dial(c);
    receive(c, SYN, 0, 0, 0, .ws = 4, .wnd = 3000);
    expect(c, SYN | ACK, 0, 1, 0, .has = TCP_HAS_WSCALE);
    receive(c, SYN | ACK, 0, 1, 0, .ws = 4, .wnd = 3200);
    expect_state(c, ESTABLISHED);
    allow_acks(c, 1, 1);
    verify_eq(c, info_of(c).send_scale, 4);
    verify_eq(c, info_of(c).send_window_bytes, 3200);
    receive(c, ACK, 1, 1, 0, .wnd = 1000);
    verify_eq(c, info_of(c).send_window_bytes, 16000);
}

/* A shift of 0 is an offer too. */
CONVERSATION(window_scale_of_zero_is_an_agreement) {
    establish_with(c, &(struct say)SAY(SYN, 0, 0, 0, .ws = NOTHING));
    verify(c, c->talker->ws_ours);
    verify(c, info_of(c).has_window_scale);
    verify_eq(c, info_of(c).send_scale, 0);
}

/* Attack row 7, RFC 7323 section 2.3: more than 14 is 14. */
static const struct mtu shifts[] = {
    {"14",  14 },
    {"15",  15 },
    {"16",  16 },
    {"31",  31 },
    {"32",  32 },
    {"255", 255}
};

CONVERSATION_ROWS(shifts, row_07_shift_above_14_is_14_as_server) {
    establish_with(c, &(struct say)SAY(SYN, 0, 0, 0, .ws = (int32_t)row->mtu));
    verify_eq(c, info_of(c).send_scale, 14);
    receive(c, ACK, 1, 1, 0, .wnd = 3);
    verify_eq(c, info_of(c).send_window_bytes, 3 << 14);
}

/* REC-1: 32 bits hold it, and 65,535 << 14 octets are allowed to be in flight. */
CONVERSATION(the_largest_window_is_counted_whole) {
    establish_with(c, &(struct say)SAY(SYN, 0, 0, 0, .ws = 14));
    receive(c, ACK, 1, 1, 0, .wnd = 65535);
    verify_eq(c, info_of(c).send_window_bytes, 65535 << 14);
}

CONVERSATION_ROWS(shifts, row_07_shift_above_14_is_14_as_client) {
    establish_out_with(c, &(struct say)SAY(SYN | ACK, 0, 1, 0, .ws = (int32_t)row->mtu));
    verify_eq(c, info_of(c).send_scale, 14);
    receive(c, ACK, 1, 1, 0, .wnd = 3);
    verify_eq(c, info_of(c).send_window_bytes, 3 << 14);
}

/*
 * The window of our SYN and SYN-ACK is not scaled either: what follows is the same window, scaled.
 */
CONVERSATION(our_window_is_scaled_behind_the_syn_only) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .ws = 7);
    uint32_t first = c->over ? 0 : last_heard(c)->seg.wnd;
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    user_write(c, 10);
    expect(c, ACK, 1, 1, 10);
    if (is_on(c))
        verify(c, (uint32_t)last_heard(c)->seg.wnd << c->talker->shift >=
                      first - (1u << c->talker->shift) + 1);
}

/* The shift offered lets the whole receive buffer be said. */
static const struct mtu buffers[] = {
    {"4 KiB",   4096    },
    {"64 KiB",  65536   },
    {"512 KiB", 524288  },
    {"4 MiB",   4u << 20}
};

CONVERSATION_ROWS(buffers, shift_offered_fits_the_receive_buffer) {
    c->config.receive_buffer_bytes = row->mtu;
    connect_out(c);
    expect(c, SYN, 0, 0, 0, .has = TCP_HAS_WSCALE);
    unsigned shift = c->talker->shift;
    if (!is_on(c)) return;
    verify_in(c, shift, 0, 14);
    verify(c, 65535ull << shift >= row->mtu - (1u << shift));
}

/*
 * What the configuration turns off is neither offered nor taken: attack row 33.
 */
CONVERSATION(row_33_options_never_offered_are_ignored_in_the_syn_ack) {
    c->config.timestamps = c->config.window_scale = c->config.sack = false;
    connect_out(c);
    expect(c, SYN, 0, 0, 0, .has = TCP_HAS_MSS,
           .lacks = TCP_HAS_TIMESTAMPS | TCP_HAS_WSCALE | TCP_HAS_SACK_PERMITTED | TCP_HAS_FAST_OPEN);
    receive(c, SYN | ACK, 0, 1, 0, .ws = 7, .ts = true, .sack = true, .wnd = 500);
    expect(c, ACK, 1, 1, 0, .lacks = 0xffff);
    struct tercet_conn_info info = info_of(c);
    verify(c, !info.has_timestamps && !info.has_window_scale && !info.has_sack);
    receive(c, ACK, 1, 1, 0, .wnd = 500);
    verify_eq(c, info_of(c).send_window_bytes, 500);
    receive(c, ACK, 1, 1, 10); /* without a timestamp: none was agreed */
    expect_readable(c, 10);
}

CONVERSATION(options_turned_off_are_not_answered) {
    c->config.timestamps = c->config.window_scale = c->config.sack = false;
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .ws = 7, .ts = true, .sack = true);
    expect(c, SYN | ACK, 0, 1, 0, .has = TCP_HAS_MSS,
           .lacks = TCP_HAS_TIMESTAMPS | TCP_HAS_WSCALE | TCP_HAS_SACK_PERMITTED | TCP_HAS_FAST_OPEN);
}

/* Attack row 8 and MUST-5: an option behind the opening that belongs to a SYN changes nothing. */
CONVERSATION(window_scale_behind_the_opening_is_ignored) {
    establish_with(c, &(struct say)SAY(SYN, 0, 0, 0, .ws = 2));
    receive(c, ACK, 1, 1, 0, .ws = 9, .wnd = 100);
    verify_eq(c, info_of(c).send_window_bytes, 400);
    verify_eq(c, info_of(c).send_scale, 2);
}
