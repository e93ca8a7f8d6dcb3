/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Path MTU discovery (RFC 1191, RFC 8201, RFC 5927 section 7): row 36.
 */
#include "tcp/icmp_talk.h"

static uint32_t headers(const struct conversation *c) {
    return 20u + (c->v6 ? 40u : 20u) + (c->variant->ts ? 12u : 0u);
}

static uint32_t full(const struct conversation *c, uint32_t mtu) {
    return mtu - headers(c);
}

/* The peer takes all that our MTU of 1500 lets go. */
static void establish_full(struct conversation *c) {
    c->talker->mss = c->v6 ? 1440 : 1460;
    establish(c);
}

/* What departs are @n octets from @seq on, in segments of @size. */
static void expect_sizes(struct conversation *c, uint32_t seq, uint32_t n, uint32_t size) {
    for (uint32_t sent = 0; is_on(c) && sent < n; sent += size)
        expect(c, ACK, seq + sent, 1, n - sent < size ? n - sent : size);
    expect_nothing(c);
}

static uint32_t send_three(struct conversation *c) {
    uint32_t n = 3 * full(c, 1500);

    user_write(c, n);
    expect_sizes(c, 1, n, full(c, 1500));
    return n;
}

static const struct mtu_row {
    const char *name;
    uint32_t told, v4, v6; /* 0: ignored */
} mtus[] = {
    {"0",    0,    552,  1280},
    {"1",    1,    552,  1280},
    {"68",   68,   552,  1280},
    {"551",  551,  552,  1280},
    {"576",  576,  576,  1280},
    {"1279", 1279, 1279, 1280},
    {"1280", 1280, 1280, 1280},
    {"1400", 1400, 1400, 1400},
    {"1499", 1499, 1499, 1499},
};

/* Never below the floor, and at once: what was too big goes again in segments that fit. */
CONVERSATION_ROWS(mtus, row_36_segments_shrink_to_what_was_told_and_not_below_the_floor) {
    uint32_t mtu = c->v6 ? row->v6 : row->v4, n;

    establish_full(c);
    n = send_three(c);
    tell_too_big(c, 1, row->told);
    expect_verdict(c, TERCET_ICMP_MTU);
    verify_eq(c, info_of(c).send_mss_bytes, full(c, mtu));
    expect_sizes(c, 1, n, full(c, mtu));
    receive(c, ACK, 1, 1 + n, 0);
    user_write(c, 2 * full(c, mtu));
    expect_sizes(c, 1 + n, 2 * full(c, mtu), full(c, mtu));
}

CONVERSATION(row_36_an_mtu_that_is_not_smaller_changes_nothing) {
    static const uint32_t told[] = {1500, 1501, 9000, 65535};

    establish_full(c);
    send_three(c);
    for (unsigned i = 0; i < 4; i++) {
        tell_too_big(c, 1, told[i]);
        expect_verdict(c, TERCET_ICMP_IGNORED);
    }
    if (c->v6) tell_too_big(c, 1, 0xffffffff);
    expect_nothing(c);
    verify_eq(c, info_of(c).send_mss_bytes, full(c, 1500));
}

CONVERSATION(row_36_an_mtu_for_what_is_not_in_flight_is_ignored) {
    uint32_t n;

    establish_full(c);
    tell_too_big(c, 1, 600);
    expect_verdict(c, TERCET_ICMP_STRAY);
    n = send_three(c);
    tell_too_big(c, 0, 600);
    expect_verdict(c, TERCET_ICMP_STRAY);
    tell_too_big(c, 1 + n, 600);
    expect_verdict(c, TERCET_ICMP_STRAY);
    tell_too_big(c, 1 + 0x40000000, 600);
    expect_verdict(c, TERCET_ICMP_STRAY);
    expect_nothing(c);
    verify_eq(c, info_of(c).send_mss_bytes, full(c, 1500));
}

/* Each of three segments draws its error: what was sent again is not sent a third time. */
CONVERSATION(the_same_mtu_again_sends_nothing_again) {
    uint32_t n;

    establish_full(c);
    n = send_three(c);
    tell_too_big(c, 1, 1300);
    expect_sizes(c, 1, n, full(c, 1300));
    tell_too_big(c, 1 + full(c, 1500), 1300);
    expect_verdict(c, TERCET_ICMP_IGNORED);
    tell_too_big(c, 1 + 2 * full(c, 1500), 1300);
    expect_verdict(c, TERCET_ICMP_IGNORED);
    expect_nothing(c);
}

CONVERSATION(a_still_narrower_link_behind_the_first_is_found) {
    uint32_t n;

    establish_full(c);
    n = send_three(c);
    tell_too_big(c, 1, 1400);
    expect_sizes(c, 1, n, full(c, 1400));
    tell_too_big(c, 1, 1300);
    expect_verdict(c, TERCET_ICMP_MTU);
    expect_sizes(c, 1, n, full(c, 1300));
}

/* RFC 1191 section 6.4: not a sign of congestion. */
CONVERSATION(a_smaller_mtu_leaves_the_congestion_window) {
    establish_full(c);
    send_three(c);
    uint32_t cwnd = info_of(c).cwnd_bytes, ssthresh = info_of(c).ssthresh_bytes;
    tell_too_big(c, 1, 1300);
    ignore_heard(c);
    verify_eq(c, info_of(c).cwnd_bytes, cwnd);
    verify_eq(c, info_of(c).ssthresh_bytes, ssthresh);
}

/* What duplicates have added to the congestion window in recovery is not left in it. */
CONVERSATION(a_smaller_mtu_in_recovery_leaves_half_of_the_window) {
    establish_full(c);
    user_write(c, 10 * full(c, 1500));
    ignore_heard(c);
    for (unsigned i = 0; i < 9; i++)
        receive(c, ACK, 1, 1, 0);
    ignore_heard(c);
    tell_too_big(c, 1, 1300);
    expect_verdict(c, TERCET_ICMP_MTU);
    ignore_heard(c);
    verify_eq(c, info_of(c).cwnd_bytes, info_of(c).ssthresh_bytes);
}

/* The whole way, with a window's worth in flight: nothing lost, nothing twice, and then it goes on. */
CONVERSATION(a_stream_survives_a_narrow_link) {
    uint32_t acked = 1, total = 100000, limit = 1500;

    establish_full(c);
    user_write(c, total);
    while (is_on(c) && acked <= total) {
        uint32_t before = acked, lost = 0;
        while (is_on(c) && c->head != c->tail) {
            const struct heard *h = &c->heard[c->head++ % HEARD_MAX];
            limit = acked > 20000 ? 1300 : 1500; /* the way changes */
            if (h->seg.length > full(c, limit)) {
                lost = lost ? lost : h->seq;
            } else if (h->seq == acked) {
                acked += h->seg.length;
            }
        }
        if (acked > before) receive(c, ACK, 1, acked, 0);
        if (lost) tell_too_big(c, lost, limit);
        if (acked == before && !lost) break;
    }
    verify_eq(c, acked, total + 1);
    verify_eq(c, info_of(c).unacked_bytes, 0);
    verify_eq(c, info_of(c).send_mss_bytes, full(c, 1300));
}

/* A SYN is never too big. */
CONVERSATION(a_small_mtu_told_about_a_syn_is_ignored) {
    c->talker->mss = c->v6 ? 1440 : 1460;
    dial(c);
    tell_too_big(c, 0, 100);
    expect_verdict(c, TERCET_ICMP_IGNORED);
    receive(c, SYN | ACK, 0, 1, 0);
    expect(c, ACK, 1, 1, 0);
    verify_eq(c, info_of(c).send_mss_bytes, full(c, 1500));
}

CONVERSATION(a_small_mtu_told_about_a_syn_ack_is_ignored) {
    c->talker->mss = c->v6 ? 1440 : 1460;
    open_half(c);
    for (unsigned i = 0; i < 5; i++)
        tell_too_big(c, 0, 100);
    expect_verdict(c, TERCET_ICMP_IGNORED);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    verify_eq(c, info_of(c).send_mss_bytes, full(c, 1500));
}

/* What was too big is sent again by its timer as well when the error comes late. */
CONVERSATION(an_error_after_the_timeout_still_counts) {
    uint32_t n;

    establish_full(c);
    n = send_three(c);
    advance_s(c, 2);
    ignore_heard(c);
    tell_too_big(c, 1, 1300);
    expect_verdict(c, TERCET_ICMP_MTU);
    ignore_heard(c);
    for (unsigned i = 0; i < 20 && is_on(c) && info_of(c).unacked_bytes; i++) {
        uint32_t seq = 1 + n - info_of(c).unacked_bytes;
        receive(c, ACK, 1, seq + full(c, 1300) < 1 + n ? seq + full(c, 1300) : 1 + n, 0);
        while (is_on(c) && c->head != c->tail)
            verify(c, c->heard[c->head++ % HEARD_MAX].seg.length <= full(c, 1300));
    }
    verify_eq(c, info_of(c).unacked_bytes, 0);
}
