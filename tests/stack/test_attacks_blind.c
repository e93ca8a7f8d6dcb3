/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hostile inputs at an open connection: rows 67 to 76, 78 and 79 (75 also in
 * tests/tcp/test_sending.c, 81 to 85 in tests/tcp/test_time_wait.c).
 */
#include "stack/conversation.h"

static void still_works(struct conversation *c) {
    uint32_t acked = c->talker->acked;

    expect_state(c, ESTABLISHED);
    receive(c, ACK, 1, c->talker->written + 1, 10);
    verify_eq(c, unread(c), 10);
    advance_ms(c, 500);
    verify(c, c->over || c->talker->acked == acked + 10);
    ignore_heard(c);
}

CONVERSATION_IN(SYNCHRONISED, row_67_exact_reset_kills) {
    receive(c, RST, c->talker->rcv_nxt, 0, 0);
    expect_verdict(c, TERCET_RST_TAKEN);
    expect_nothing(c);
    expect_state(c, CLOSED);
}

CONVERSATION_IN(SYNCHRONISED, row_67_reset_in_the_window_is_challenged_throttled) {
    enum tercet_state before = state_of(c);

    receive(c, RST, c->talker->rcv_nxt + 1000, 0, 0);
    expect_verdict(c, TERCET_RST_CHALLENGED);
    expect(c, ACK, c->talker->snd_nxt, c->talker->rcv_nxt, 0);
    receive(c, RST, c->talker->rcv_nxt + 1, 0, 0);
    expect_verdict(c, TERCET_CHALLENGE_THROTTLED);
    expect_nothing(c);
    expect_state_is(c, before, __FILE__, __LINE__);
}

CONVERSATION_IN(SYNCHRONISED, row_67_reset_outside_the_window_is_silent) {
    enum tercet_state before = state_of(c);

    receive(c, RST, c->talker->rcv_nxt + 70000, 0, 0);
    receive(c, RST, c->talker->rcv_nxt - 2, 0, 0);
    receive(c, RST | ACK, c->talker->rcv_nxt + 0x80000000, c->talker->snd_nxt, 0);
    expect_verdict(c, TERCET_RST_OUTSIDE);
    expect_nothing(c);
    expect_state_is(c, before, __FILE__, __LINE__);
}

/* A peer that resets after its FIN may count the FIN or not. */
CONVERSATION_IN(PEER_DONE, row_67_reset_at_the_number_of_the_fin_kills) {
    receive(c, RST, c->talker->rcv_nxt - 1, 0, 0);
    expect_verdict(c, TERCET_RST_TAKEN);
    expect_nothing(c);
    expect_state(c, CLOSED);
}

CONVERSATION_IN(RECEIVING, row_67_reset_just_below_the_window_without_a_fin_is_silent) {
    enum tercet_state before = state_of(c);

    receive(c, RST, 0, 0, 0);
    expect_verdict(c, TERCET_RST_OUTSIDE);
    expect_nothing(c);
    expect_state_is(c, before, __FILE__, __LINE__);
}

CONVERSATION(row_68_only_an_exact_reset_kills_at_a_zero_window) {
    c->config.receive_buffer_bytes = 4096;
    open_half(c);
    uint32_t right = 1u + last_heard(c)->seg.wnd;
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    for (uint32_t seq = 1; seq < right; seq += 512)
        receive(c, ACK, seq, 1, right - seq < 512 ? right - seq : 512);
    advance_ms(c, 500);
    verify_eq(c, last_heard(c)->seg.wnd, 0);
    ignore_heard(c);
    static const uint32_t off[] = {1,          (uint32_t)-1, 2, 1000, (uint32_t)-1000,
                                   0x40000000, 0x80000000};
    for (unsigned i = 0; i < sizeof off / sizeof off[0]; i++)
        receive(c, RST, right + off[i], 0, 0);
    expect_state(c, ESTABLISHED);
    ignore_heard(c);
    receive(c, RST, right, 0, 0);
    expect_verdict(c, TERCET_RST_TAKEN);
    expect_state(c, CLOSED);
}

struct syn {
    const char *name;
    uint8_t flags;
    uint32_t seq, ack;
    bool bare;
};

static const struct syn syns[] = {
    {"at RCV.NXT",            SYN,       1,          0, false},
    {"at the old number",     SYN,       0,          0, false},
    {"in the window",         SYN,       500,        0, false},
    {"far above",             SYN,       0x40000000, 0, false},
    {"far below",             SYN,       0xc0000000, 0, false},
    {"without a timestamp",   SYN,       500,        0, true },
    {"SYN-ACK of old",        SYN | ACK, 0,          1, false},
    {"SYN-ACK at RCV.NXT",    SYN | ACK, 1,          1, false},
    {"SYN-ACK in the window", SYN | ACK, 700,        1, false},
};

CONVERSATION_ROWS(syns, row_69_syn_is_challenged_throttled_and_never_kills) {
    establish(c);
    for (unsigned round = 0; round < 3; round++) {
        receive(c, row->flags, row->seq, row->ack, 0, .bare = row->bare);
        expect(c, ACK, 1, 1, 0);
        for (unsigned i = 0; i < 10; i++)
            receive(c, row->flags, row->seq, row->ack, 0, .bare = row->bare);
        expect_nothing(c);
        advance_ms(c, 501);
    }
    still_works(c);
}

CONVERSATION(row_69_syn_with_data_delivers_nothing) {
    establish(c);
    receive(c, SYN | ACK, 0, 1, 100);
    receive(c, SYN, 1, 0, 100);
    verify_eq(c, unread(c), 0);
    ignore_heard(c);
    still_works(c);
}

CONVERSATION(row_70_ack_of_the_unsent_delivers_nothing) {
    establish(c);
    receive(c, ACK, 1, 2, 100);
    expect_verdict(c, TERCET_ACK_UNSENT);
    expect(c, ACK, 1, 1, 0);
    receive(c, ACK, 1, 0x7fffffff, 100);
    receive(c, FIN | ACK, 1, 5000, 0);
    verify_eq(c, unread(c), 0);
    ignore_heard(c);
    still_works(c);
}

CONVERSATION(row_70_ack_older_than_any_window_delivers_nothing) {
    establish(c);
    receive(c, ACK, 1, (uint32_t)-65535, 100);
    expect_verdict(c, TERCET_ACK_TOO_OLD);
    expect(c, ACK, 1, 1, 0);
    receive(c, ACK, 1, 0x90000000, 100);
    verify_eq(c, unread(c), 0);
    expect_nothing(c); /* challenges are throttled */
    still_works(c);
}

/* The largest window counts, scaled, not the one of now. */
CONVERSATION(row_70_max_snd_wnd_is_the_largest_window_ever_seen) {
    listen_here(c);
    receive(c, SYN, 0, 0, 0, .ws = 4);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0, .wnd = 10000); /* 160,000 */
    take_connection(c);
    receive(c, ACK, 1, 1, 0, .wnd = 10);
    receive(c, ACK, 1, (uint32_t)-160000, 50, .wnd = 10);
    expect_verdict(c, TERCET_ACK_TOO_OLD);
    verify_eq(c, unread(c), 0);
    ignore_heard(c);
    receive(c, ACK, 1, (uint32_t)-159999, 50, .wnd = 10);
    verify_eq(c, unread(c), 50);
    ignore_heard(c);
}

CONVERSATION(row_70_no_ack_flag_is_dropped) {
    establish(c);
    receive(c, 0, 1, 0, 100);
    expect_verdict(c, TERCET_TCP_NO_FLAGS);
    receive(c, PSH | URG, 1, 0, 100);
    receive(c, FIN, 1, 0, 0);
    expect_nothing(c);
    verify_eq(c, unread(c), 0);
    still_works(c);
}

/*
 * Row 71: what is done to connection A is not to be seen on B.  B's frames of two runs are compared
 * octet by octet, with their times.
 */
static void probe_b(struct conversation *c, bool attack) {
    listen_here(c);
    for (uint16_t port = 50000; port < 50002; port++) {
        talk_with(c, port);
        receive(c, SYN, 0, 0, 0);
        expect(c, SYN | ACK, 0, 1, 0);
        receive(c, ACK, 1, 1, 0);
        take_connection(c);
    }
    uint32_t sent = 1;
    for (unsigned ms = 0; ms < 3000 && is_on(c); ms++) {
        talk_with(c, 50000);
        if (attack) receive(c, ms % 3 ? RST : SYN, 100 + ms, 0, 0, .bare = true);
        talk_with(c, 50001);
        if (ms % 190 == 0) receive(c, RST, sent + 7, 0, 0);
        if (ms % 310 == 0) receive(c, SYN, sent + 9, 0, 0);
        if (ms % 100 == 0) {
            receive(c, ACK, sent, c->talker->written + 1, 20);
            sent += 20;
            user_write(c, 30);
        }
        advance_ms(c, 1);
        ignore_heard(c);
    }
}

CONVERSATION(row_71_challenges_of_one_connection_are_not_seen_on_another) {
    static struct conversation *quiet;

    if (c->is_trial) return probe_b(c, false);
    if (!quiet) quiet = malloc(sizeof *quiet);
    if (!quiet) abort();
    conversation_begin(quiet, c->variant, c->v6, c->start_ns);
    probe_b(quiet, false);
    probe_b(c, true);
    verify(c, !quiet->failed);
    verify_eq(c, c->digest_of_port[1], quiet->digest_of_port[1]);
    verify(c, c->digest_of_port[0] != quiet->digest_of_port[0]);
    conversation_end(quiet);
}

CONVERSATION(row_71_challenges_of_one_connection_are_throttled) {
    establish(c);
    for (unsigned ms = 0; ms < 3000; ms++) {
        receive(c, ms % 3 ? RST : SYN, 100 + ms, 0, 0, .bare = true);
        advance_ms(c, 1);
    }
    unsigned answers = ignore_heard(c);
    if (is_on(c)) verify_in(c, answers, 1, 7);
    still_works(c);
}

/* Row 72: both ends think the other is somewhere else; ACK answers ACK, and it must decay. */
static const struct {
    const char *name;
    uint32_t seq, ack;
} strangers[] = {
    {"number and ack ahead",  100000,            100000           },
    {"number and ack behind", (uint32_t)-100000, (uint32_t)-100000},
    {"number ahead",          100000,            1                },
    {"ack of the unsent",     1,                 100000           },
};

CONVERSATION_ROWS(strangers, row_72_ack_loop_decays) {
    establish(c);
    for (unsigned ms = 0; ms < 5000; ms++) {
        receive(c, ACK, row->seq, row->ack, 0);
        advance_ms(c, 1);
    }
    unsigned answers = ignore_heard(c);
    if (is_on(c)) verify_in(c, answers, 1, 12);
}

CONVERSATION(row_73_old_timestamp_draws_an_ack_unless_a_reset_carries_it) {
    if (!c->variant->ts) return;
    establish(c);
    advance_ms(c, 1000);
    receive(c, ACK, 1, 1, 0);
    receive(c, ACK, 1, 1, 10, .tsval = 500);
    expect_verdict(c, TERCET_OLD_TIMESTAMP);
    expect(c, ACK, 1, 1, 0);
    verify_eq(c, unread(c), 0);
    receive(c, RST, 1, 0, 0, .tsval = 500);
    expect_verdict(c, TERCET_RST_TAKEN);
    expect_nothing(c);
}

CONVERSATION(row_73_ts_recent_is_void_after_24_days) {
    if (!c->variant->ts) return;
    establish(c);
    advance_s(c, 49 * 43200);
    expect_nothing(c);
    receive(c, ACK, 1, 1, 10, .tsval = 0x90000000);
    expect_readable(c, 10);
    expect_within_ms(c, 500, ACK, 1, 11, 0, .tsecr = 0x90000000);
}

CONVERSATION(row_74_timestamp_from_the_future_counts_only_at_the_left_edge) {
    if (!c->variant->ts) return;
    establish(c);
    receive(c, ACK, 1001, 1, 10, .tsval = 0x7fffffff);
    expect(c, ACK, 1, 1, 0);
    advance_ms(c, 100);
    receive(c, ACK, 1, 1, 1000);
    expect(c, ACK, 1, 1011, 0, .tsecr = 101);
    expect_readable(c, 1010);
}

CONVERSATION(row_75_bytes_beyond_our_window_are_trimmed) {
    c->config.receive_buffer_bytes = 4096;
    open_half(c);
    uint32_t right = 1u + last_heard(c)->seg.wnd;
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    for (uint32_t seq = 1; seq < right + 3000; seq += 700) { /* from an octet inside to far beyond */
        receive(c, ACK, seq, 1, seq < right ? 1400 : 700);
        advance_ms(c, 50);
    }
    receive(c, ACK, c->talker->acked, 1, 1400);
    advance_ms(c, 50);
    verify_eq(c, c->talker->acked, right);
    expect_readable(c, right - 1);
    ignore_heard(c);
    expect_state(c, ESTABLISHED);
}

/*
 * Row 76: every other test wraps as well; here, that the numbers are those wanted, in each role,
 * for a whole life.
 */
static void live(struct conversation *c) {
    uint32_t acked = 1;

    user_write(c, 5 * MSS);
    expect_segments(c, 5, 1, 1);
    for (unsigned i = 0; i < 5; i++, acked += MSS)
        receive(c, ACK, 1 + i * 700, acked + MSS, 700);
    expect_readable(c, 3500);
    user_read(c, 3500);
    ignore_heard(c);
    user_close(c);
    expect(c, FIN | ACK, 1 + 5 * MSS, 3501, 0);
    receive(c, FIN | ACK, 3501, 2 + 5 * MSS, 0);
    expect(c, ACK, 2 + 5 * MSS, 3502, 0);
    verify_eq(c, stack_info(c).time_waits, 1);
    verify_eq(c, c->talker->iss, c->variant->iss);
}

CONVERSATION(row_76_numbers_at_the_wraps_as_server) {
    establish(c);
    live(c);
}

CONVERSATION(row_76_numbers_at_the_wraps_as_client) {
    establish_out(c);
    live(c);
}

CONVERSATION(row_76_numbers_at_the_wraps_in_a_simultaneous_open) {
    open_both(c);
    receive(c, ACK, 1, 1, 0);
    live(c);
}

CONVERSATION(row_78_optimistic_acks_are_dropped) {
    establish(c);
    user_write(c, 100 * MSS);
    expect_segments(c, 10, 1, 1);
    uint32_t cwnd = info_of(c).cwnd_bytes;
    for (uint32_t i = 1; i < 20; i++)
        receive(c, ACK, 1, 1 + (10 + i) * MSS, 0);
    verify(c,
           c->over || c->verdict == TERCET_ACK_UNSENT || c->verdict == TERCET_CHALLENGE_THROTTLED);
    verify_eq(c, info_of(c).cwnd_bytes, cwnd);
    verify_eq(c, info_of(c).unacked_bytes, 10 * MSS);
    while (is_on(c) && c->head != c->tail)
        expect(c, ACK, 1 + 10 * MSS, 1, 0);
}

/*
 * Row 79: the urgent pointer means nothing but "here is more"; data stays in line (RFC 6093).
 */
static const struct {
    const char *name;
    uint16_t pointer;
    uint32_t len;
} pointers[] = {
    {"0",              0,     10},
    {"1",              1,     10},
    {"at the end",     10,    10},
    {"beyond the end", 11,    10},
    {"65535",          65535, 10},
    {"without data",   5,     0 },
};

CONVERSATION_ROWS(pointers, row_79_urgent_pointer_does_no_harm) {
    establish(c);
    receive(c, ACK | URG, 1, 1, row->len, .urgent = row->pointer);
    verify_eq(c, unread(c), row->len);
    receive(c, ACK | URG, 101, 1, row->len, .urgent = row->pointer);
    receive(c, ACK | URG, 1 + row->len, 1, 100 - row->len, .urgent = row->pointer);
    verify_eq(c, unread(c), 100 + row->len);
    user_read(c, 0);
    ignore_heard(c);
    expect_state(c, ESTABLISHED);
}

CONVERSATION_ROWS(pointers, row_79_urgent_pointer_in_a_syn) {
    listen_here(c);
    receive(c, SYN | URG, 0, 0, row->len, .urgent = row->pointer);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    expect_state(c, ESTABLISHED);
    advance_ms(c, 500);
    ignore_heard(c);
}

CONVERSATION_ROWS(pointers, row_79_urgent_pointer_in_syn_sent) {
    dial(c);
    receive(c, ACK | URG, 1, 1, row->len, .urgent = row->pointer);
    expect_nothing(c);
    receive(c, SYN | ACK | URG, 0, 1, row->len, .urgent = row->pointer);
    expect_state(c, ESTABLISHED);
    verify_eq(c, unread(c), row->len);
    ignore_heard(c);
}
