/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every pool has its limit, and what happens there has a name: nothing is lost without a count, and
 * nothing that is open is sacrificed for what would like to be.
 */
#include "stack/conversation.h"

static void client_establish(struct conversation *c, uint16_t port) {
    talk_with(c, port);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
}

CONVERSATION(replies_beyond_the_ring_are_counted) {
    c->config.max_replies = 4;
    if (!is_on(c)) return;
    hold(c);
    for (uint16_t port = 1000; port < 1010; port++) {
        talk_with(c, port);
        receive(c, SYN, 0, 0, 0);
    }
    release(c);
    verify_eq(c, ignore_heard(c), c->over ? 0 : 4);
    if (is_on(c)) verify_eq(c, tercet_stack_counter(c->stack, TERCET_REPLIES_FULL), 6);
    talk_with(c, 1010);
    receive(c, SYN, 0, 0, 0);
    expect(c, RST | ACK, 0, 1, 0, .absolute = true);
}

/* Every frame of a batch ends in one verdict, and the counters say the same. */
CONVERSATION(counters_count_every_frame) {
    uint64_t sum = 0;

    listen_here(c);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    for (uint32_t i = 0; i < 100; i++) {
        receive(c, (uint8_t)(i * 7 % 64), i * 12345, i * 54321, i % 50, .bare = true);
        ignore_heard(c);
    }
    if (!is_on(c)) return;
    for (int verdict = 0; verdict < TERCET_VERDICT_COUNT; verdict++) {
        if (verdict == TERCET_REPLIES_FULL) continue; /* beside a verdict, not instead of one */
        sum += tercet_stack_counter(c->stack, (enum tercet_verdict)verdict);
    }
    verify_eq(c, sum, 102);
    verify_eq(c, stack_info(c).frames_in, 102);
}

CONVERSATION(duplicate_syns_of_one_batch_get_one_syn_ack) {
    listen_here(c);
    hold(c);
    for (unsigned i = 0; i < 10; i++)
        receive(c, SYN, 0, 0, 0);
    release(c);
    expect(c, SYN | ACK, 0, 1, 0);
    expect_nothing(c);
    verify_eq(c, stack_info(c).half_opens, 1);
}

/* Two listeners share the pool of half-opens. */
CONVERSATION(syn_that_finds_no_half_open_is_dropped_by_name) {
    struct tercet_endpoint other = {address_of(c->v6, 2), 81};
    tercet_conn second = 0;

    c->config.max_half_opens = 2;
    listen_with(c, 10);
    if (!is_on(c)) return;
    verify_eq(c, tercet_listen(c->stack, &other, 10, 0, &second), 0);
    for (uint16_t port = 1000; port < 1002; port++) {
        talk_with(c, port);
        receive(c, SYN, 0, 0, 0);
        ignore_heard(c);
    }
    verify_eq(c, stack_info(c).half_opens, c->over ? 0 : 2);
    talk_with(c, 1002)->us.port = 81;
    receive(c, SYN, 0, 0, 0);
    verify(c, c->over || c->verdict == TERCET_SYN_NO_MEMORY || c->verdict == TERCET_SYN_QUEUE_FULL);
    expect_nothing(c);
    if (is_on(c)) verify_eq(c, tercet_conn_close(c->stack, second), 0);
}

/* Row 86: no room in TIME-WAIT, the oldest goes; what is open stays. */
CONVERSATION(row_86_the_oldest_time_wait_makes_room) {
    c->config.max_time_waits = 2;
    listen_here(c);
    client_establish(c, 999);
    for (uint16_t port = 1000; port < 1005; port++) {
        client_establish(c, port);
        user_close(c);
        expect(c, FIN | ACK, 1, 1, 0);
        receive(c, FIN | ACK, 1, 2, 0);
        expect(c, ACK, 2, 2, 0);
        advance_ms(c, 1000);
    }
    verify_eq(c, stack_info(c).time_waits, c->over ? 0 : 2);
    talk_with(c, 1004);
    receive(c, FIN | ACK, 1, 2, 0); /* one of the two youngest */
    expect_verdict(c, TERCET_TIME_WAIT_FIN);
    expect(c, ACK, 2, 2, 0);
    close_listener(c);
    talk_with(c, 1000);
    receive(c, FIN | ACK, 1, 2, 0); /* the oldest is forgotten */
    expect(c, RST, 2, 0, 0);
    talk_with(c, 999);
    expect_state(c, ESTABLISHED);
}

CONVERSATION(lost_traces_are_counted) {
    struct tercet_trace trace;

    c->config.max_traces = 2;
    listen_here(c);
    for (uint16_t port = 1000; port < 1005; port++) {
        client_establish(c, port);
        receive(c, RST, 1, 0, 0);
    }
    if (!is_on(c)) return;
    uint32_t told = 0, dropped = 0;
    while (tercet_stack_next_trace(c->stack, &trace) && told < 100) {
        told++;
        dropped += trace.dropped;
        verify_eq(c, trace.reason, TERCET_REASON_RESET);
    }
    verify_in(c, told, 1, 2);
    receive(c, ACK, 99, 99, 0); /* life goes on */
    ignore_heard(c);
    client_establish(c, 2000);
    receive(c, RST, 1, 0, 0);
    if (!is_on(c)) return;
    verify(c, tercet_stack_next_trace(c->stack, &trace));
    dropped += trace.dropped;
    verify_eq(c, told + dropped, 5);
}

/*
 * The arena of all buffers is used up: what arrives is refused by name and comes again later.
 */
static void peer_fills(struct conversation *c, uint32_t *seq, enum tercet_verdict until) {
    for (unsigned i = 0; i < 20000 && is_on(c); i++) {
        receive(c, ACK, *seq, 1, 1400);
        ignore_heard(c);
        if (c->verdict == until) return;
        *seq += 1400;
    }
    verify(c, !is_on(c));
}

CONVERSATION(data_without_a_buffer_is_refused_and_taken_when_there_is_one) {
    uint32_t seq[8];

    c->config.buffer_bytes = 8u << 20;
    c->config.receive_buffer_bytes = 4u << 20;
    if (c->variant->irs != 0x1000) return; /* a megabyte wraps nothing more than the others do */
    listen_here(c);
    unsigned used = 0;
    for (; used < 8 && is_on(c); used++) {
        talk_with(c, (uint16_t)(1000 + used));
        receive(c, SYN, 0, 0, 0, .ws = 7);
        expect(c, SYN | ACK, 0, 1, 0);
        receive(c, ACK, 1, 1, 0);
        take_connection(c);
        seq[used] = 1;
        for (unsigned i = 0; i < 3100 && is_on(c); i++) {
            receive(c, ACK, seq[used], 1, 1400);
            ignore_heard(c);
            if (c->verdict != TERCET_TAKEN) break;
            seq[used] += 1400;
        }
        if (c->verdict == TERCET_DATA_NO_MEMORY) break;
    }
    expect_verdict(c, TERCET_DATA_NO_MEMORY);
    if (!is_on(c)) return;
    verify_eq(c, c->talker->acked, seq[used] == 1 ? c->talker->acked : seq[used]);
    expect_state(c, ESTABLISHED);
    talk_with(c, 1000); /* the first one's user reads: there is room again */
    user_read(c, (uint32_t)unread(c));
    ignore_heard(c);
    talk_with(c, (uint16_t)(1000 + used));
    peer_fills(c, &seq[used], TERCET_TAKEN);
    expect_verdict(c, TERCET_TAKEN);
    ignore_heard(c);
}

/* SegmentSmack in width: an octet at the far end of the window of each connection, and no more. */
static void open_with_gap(struct conversation *c, uint16_t port) {
    talk_with(c, port);
    receive(c, SYN, 0, 0, 0, .ws = 7);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    receive(c, ACK, 1, 1, 1);
    user_read(c, 1);
    advance_ms(c, 50);
    ignore_heard(c);
    receive(c, ACK, 500000, 1, 1);
    expect(c, ACK, 1, 2, 0);
}

#define GAPS_TAKEN 12 /* three quarters of 8 MiB, 512 KiB each */

/* As many gaps as are kept, and one that is not. */
static void fill_with_gaps(struct conversation *c) {
    c->config.buffer_bytes = 8u << 20;
    c->config.receive_buffer_bytes = 512u << 10;
    c->config.send_buffer_bytes = 4u << 20;
    c->config.max_reassemblies = 64;
    listen_with(c, 64);
    for (uint16_t i = 0; i < GAPS_TAKEN; i++) {
        open_with_gap(c, (uint16_t)(1000 + i));
        expect_verdict(c, TERCET_DATA_OUT_OF_ORDER);
    }
    open_with_gap(c, 1000 + GAPS_TAKEN);
    expect_verdict(c, TERCET_DATA_NO_MEMORY);
    verify_eq(c, stack_info(c).reassemblies, GAPS_TAKEN);
    verify_eq(c, stack_info(c).gaps_given_up, 0);
}

/* Whoever speaks in order still finds room. */
CONVERSATION(row_77_text_behind_gaps_leaves_room_for_text_in_order) {
    fill_with_gaps(c);
    verify_in(c, stack_info(c).buffer_blocks, 3072, 3072 + 256);
    talk_with(c, 2000);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    receive(c, ACK, 1, 1, 1400);
    expect_readable(c, 1400);
    ignore_heard(c);
}

/*
 * A gap that has not moved for a while makes room for another, the stalest first.  Its text comes again, and nothing is
 * lost.
 */
CONVERSATION(row_77_a_stale_gap_gives_way_to_a_new_one) {
    fill_with_gaps(c);
    advance_ms(c, 4000);
    receive(c, ACK, 500000, 1, 1);
    expect_verdict(c, TERCET_DATA_NO_MEMORY);
    advance_ms(c, 1000);
    receive(c, ACK, 500000, 1, 1);
    expect_verdict(c, TERCET_DATA_OUT_OF_ORDER);
    verify_eq(c, stack_info(c).gaps_given_up, 1);
    verify_eq(c, stack_info(c).reassemblies, GAPS_TAKEN);
    ignore_heard(c);
    talk_with(c, 1000);
    receive(c, ACK, 2, 1, 1000);
    advance_ms(c, 300);
    expect(c, ACK, 1, 1002, 0, .lacks = TCP_HAS_SACK);
    expect_readable(c, 1000);
    user_read(c, 1000);
    receive(c, ACK, 1002, 1, 1000);
    expect_readable(c, 1000);
    ignore_heard(c);
}

/* Of two, the one before which something came. */
CONVERSATION(row_77_a_gap_that_moves_on_is_not_stale) {
    fill_with_gaps(c);
    advance_ms(c, 4000);
    talk_with(c, 1000);
    receive(c, ACK, 2, 1, 1000);
    user_read(c, 1000);
    advance_ms(c, 2000);
    talk_with(c, 1000 + GAPS_TAKEN);
    receive(c, ACK, 500000, 1, 1);
    expect_verdict(c, TERCET_DATA_OUT_OF_ORDER);
    verify_eq(c, stack_info(c).gaps_given_up, 1);
    ignore_heard(c);
    talk_with(c, 1001); /* it was this one's */
    receive(c, ACK, 500001, 1, 1);
    expect_verdict(c, TERCET_DATA_OUT_OF_ORDER);
    verify_eq(c, stack_info(c).gaps_given_up, 2);
    ignore_heard(c);
}

/* What the user writes comes before stale gaps as well. */
CONVERSATION(row_77_stale_gaps_give_way_to_what_is_written) {
    fill_with_gaps(c);
    verify_in(c, write_some(c, 4 << 20), 1 << 20, 2 << 20); /* what is left, or a block of it */
    advance_s(c, 6);
    talk_with(c, 1005);
    receive(c, ACK, 2, 1, 0); /* a write tells no time */
    verify_eq(c, write_some(c, 4 << 20), 4 << 20);
    verify_in(c, stack_info(c).gaps_given_up, 1, GAPS_TAKEN);
    ignore_heard(c);
}

/* The same for the records, where they are what is short. */
CONVERSATION(row_77_a_stale_gap_gives_way_where_records_are_short) {
    c->config.max_reassemblies = 1;
    establish(c);
    receive(c, ACK, 101, 1, 1);
    expect(c, ACK, 1, 1, 0);
    talk_with(c, 2000);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    receive(c, ACK, 101, 1, 1);
    expect_verdict(c, TERCET_DATA_NO_MEMORY);
    advance_s(c, 6);
    receive(c, ACK, 101, 1, 1);
    expect_verdict(c, TERCET_DATA_OUT_OF_ORDER);
    verify_eq(c, stack_info(c).gaps_given_up, 1);
    receive(c, ACK, 1, 1, 100);
    expect_readable(c, 101);
    ignore_heard(c);
}

/* Where no record is left for a gap, no buffer is held for it either. */
CONVERSATION(row_77_text_that_is_not_kept_holds_no_buffer) {
    c->config.max_reassemblies = 1;
    establish(c);
    receive(c, ACK, 101, 1, 1);
    expect(c, ACK, 1, 1, 0);
    uint64_t before = stack_info(c).buffer_blocks;
    talk_with(c, 2000);
    receive(c, SYN, 0, 0, 0);
    expect(c, SYN | ACK, 0, 1, 0);
    receive(c, ACK, 1, 1, 0);
    take_connection(c);
    receive(c, ACK, 60000, 1, 1);
    expect_verdict(c, TERCET_DATA_NO_MEMORY);
    expect(c, ACK, 1, 1, 0);
    verify_eq(c, stack_info(c).buffer_blocks, before);
}

/* The same for what our own user writes: taken in part, or refused by name; nothing is lost. */
CONVERSATION(write_without_a_buffer_takes_less) {
    c->config.buffer_bytes = 8u << 20;
    c->config.send_buffer_bytes = 4u << 20;
    c->config.max_conns = 8;
    if (c->variant->irs != 0x1000) return;
    listen_here(c);
    static unsigned char bytes[1 << 20];
    for (uint32_t i = 0; i < sizeof bytes; i++)
        bytes[i] = pattern(i, true);
    int taken = 1;
    for (uint16_t port = 1000; port < 1008 && is_on(c) && taken > 0; port++) {
        client_establish(c, port);
        c->corked = true;
        taken = 0;
        for (unsigned i = 0; i < 4 && is_on(c); i++) {
            taken = tercet_conn_write(c->stack, c->talker->conn, bytes, sizeof bytes);
            if (taken <= 0) break;
        }
        c->corked = false;
    }
    verify(c, c->over || taken == 0 || taken == TERCET_FULL);
    verify(c, stack_info(c).buffer_blocks <= 4096);
}

/* A limit that is no limit is refused. */
CONVERSATION(configurations_that_cannot_be_are_refused) {
    static const struct {
        size_t offset;
        uint32_t value;
    } wrong[] = {
        {offsetof(struct tercet_config, max_conns),            0             },
        {offsetof(struct tercet_config, max_half_opens),       0             },
        {offsetof(struct tercet_config, max_time_waits),       0             },
        {offsetof(struct tercet_config, max_listeners),        0             },
        {offsetof(struct tercet_config, max_listeners),        4096          },
        {offsetof(struct tercet_config, max_conns),            0x1000000     },
        {offsetof(struct tercet_config, delayed_ack_us),       500000        },
        {offsetof(struct tercet_config, send_buffer_bytes),    4095          },
        {offsetof(struct tercet_config, receive_buffer_bytes), (4u << 20) + 1},
        {offsetof(struct tercet_config, size),                 3             },
        {offsetof(struct tercet_config, msl_ms),               60000001      },
    };
    struct tercet_stack *stack;
    struct tercet_config config;

    conversation_config(&config);
    size_t size = tercet_stack_size(&config);
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    verify_eq(c, tercet_stack_init(memory, size - 1, &config, 1, &stack), TERCET_INVALID);
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        conversation_config(&config);
        memcpy((unsigned char *)&config + wrong[i].offset, &wrong[i].value, sizeof(uint32_t));
        verify_eq(c, tercet_stack_init(memory, size, &config, 1, &stack), TERCET_INVALID);
    }
    conversation_config(&config);
    verify_eq(c, tercet_stack_init(memory, size, &config, 1, &stack), 0);
    munmap(memory, size);
}
