/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_FUZZ_PAIR_H
#define TERCET_TESTS_FUZZ_PAIR_H

#include <sys/mman.h>

#include <tercet/stack.h>

#include "base/instant.h"
#include "packet.h"

/*
 * Two stacks, A and B, and what is on the wire between them. Time passes only here. A stack that
 * does not come to rest (a departure, an event or an idle tick without end) is a find.
 */
enum {
    PAIR_WIRE_MAX = 256,     /* frames under way to one side; more are lost */
    PAIR_TURN_MAX = 4096,    /* departures, or events, of one turn */
    PAIR_ROUNDS_MAX = 1024,  /* turns until the wire is empty */
    PAIR_TICKS_MAX = 100000, /* deadlines until nothing more is to be done */
    PAIR_FRAME_MAX = 1500,
};

struct pair_frame {
    uint32_t length;
    unsigned char *octets;
};

struct side {
    struct tercet_stack *stack;
    struct pair_frame wire[PAIR_WIRE_MAX]; /* on their way to this side */
    unsigned head, count;
    struct pair_frame last; /* the last that departed from this side */
    /* The owner's part, NULL: events are only pulled. */
    void (*on_event)(void *user, struct side *side, const struct tercet_event *event);
    void *user;
};

struct pair {
    struct side sides[2];
    uint64_t now_ns;
    uint64_t departed; /* frames, of both sides */
};

static inline struct tercet_address pair_address(bool v6, unsigned host) {
    struct tercet_address v4_address = {
        {[10] = 0xff, [11] = 0xff, 198, 18, 0, (uint8_t)host}
    };
    struct tercet_address v6_address = {
        {0x20, 1, 0, 2, [15] = (uint8_t)host}
    };

    return v6 ? v6_address : v4_address;
}

/* Few of each kind, so that an input reaches the limits; made anew for each input, all zero. */
static inline struct tercet_config pair_config(void) {
    struct tercet_config config;

    tercet_config_init(&config, sizeof config);
    config.max_conns = 8;
    config.max_half_opens = config.max_time_waits = 6;
    config.max_listeners = config.max_reassemblies = config.max_fragments = 3;
    config.max_replies = 16;
    config.max_traces = 4;
    config.max_addresses = config.max_routes = 2;
    config.buffer_bytes = 8 << 20;
    config.send_buffer_bytes = config.receive_buffer_bytes = 16384;
    config.msl_ms = 1000;
    memset(config.secret, 7, sizeof config.secret);
    return config;
}

/* The memory is kept from input to input; pages that were touched are given back. */
static inline void *pair_memory(unsigned which, size_t size) {
    static void *memory[2];
    static size_t sizes[2];

    if (sizes[which] < size) {
        memory[which] = mmap(NULL, size, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        must(memory[which] != MAP_FAILED);
        sizes[which] = size;
    }
    must(madvise(memory[which], sizes[which], MADV_DONTNEED) == 0);
    return memory[which];
}

static inline void pair_init(struct pair *pair, const struct tercet_config *config, uint32_t mtu) {
    *pair = (struct pair){.now_ns = NS_PER_S};
    for (unsigned i = 0; i < 2; i++) {
        size_t size = tercet_stack_size(config);
        struct tercet_stack *stack;
        struct tercet_address a4 = pair_address(false, i + 1), a6 = pair_address(true, i + 1);

        must(tercet_stack_init(pair_memory(i, size), size, config, pair->now_ns, &stack) == 0);
        must(tercet_stack_add_address(stack, &a4, 24) == 0);
        must(tercet_stack_add_address(stack, &a6, 64) == 0);
        must(tercet_stack_add_route(stack, &a4, 15, 0, mtu) == 0);
        must(tercet_stack_add_route(stack, &a6, 48, 0, mtu < 1280 ? 1280 : mtu) == 0);
        pair->sides[i].stack = stack;
    }
}

/* The oldest frame on its way to @side; the caller frees its octets. */
static inline struct pair_frame side_pop(struct side *side) {
    struct pair_frame frame = side->wire[side->head];

    side->head = (side->head + 1) % PAIR_WIRE_MAX;
    side->count--;
    return frame;
}

static inline void side_push(struct side *side, const unsigned char *octets, uint32_t n) {
    if (side->count == PAIR_WIRE_MAX) return;
    side->wire[(side->head + side->count++) % PAIR_WIRE_MAX] = (struct pair_frame){
        n, exactly(octets, n)};
}

static inline void pair_free(struct pair *pair) {
    for (unsigned i = 0; i < 2; i++) {
        while (pair->sides[i].count)
            free(side_pop(&pair->sides[i]).octets);
        free(pair->sides[i].last.octets);
    }
}

/* Whatever arrived: what departs is a packet without fault. */
static inline void frame_must_be_good(const unsigned char *octets, uint32_t n) {
    struct icmp_message icmp;
    struct ip_header ip;
    struct segment seg;

    must(ip_parse(octets, n, &ip) == TERCET_TAKEN && ip.header_length + ip.length == n);
    if (ip.protocol == IP_PROTOCOL_TCP)
        must(tcp_parse(&ip, false, &seg) == TERCET_TAKEN);
    else
        must(ip_is_icmp(&ip) && icmp_parse(&ip, &icmp) == TERCET_TAKEN);
}

/* What side @i owes goes onto the wire. */
static inline void pair_depart(struct pair *pair, unsigned i) {
    struct side *side = &pair->sides[i];
    unsigned char octets[PAIR_FRAME_MAX];
    struct tercet_frame frame = {.bytes = octets, .capacity = sizeof octets};
    unsigned n = 0;

    while (tercet_stack_depart(side->stack, &frame, 1, pair->now_ns)) {
        must(n++ < PAIR_TURN_MAX);
        pair->departed++;
        frame_must_be_good(octets, frame.length);
        side_push(&pair->sides[!i], octets, frame.length);
        free(side->last.octets);
        side->last = (struct pair_frame){frame.length, exactly(octets, frame.length)};
    }
}

/* The owner's turn on both sides: events, then departures. */
static inline void pair_turn(struct pair *pair) {
    for (unsigned i = 0; i < 2; i++) {
        struct side *side = &pair->sides[i];
        struct tercet_event event;
        struct tercet_trace trace;

        while (tercet_stack_next_trace(side->stack, &trace))
            must(trace.reason < TERCET_REASON_COUNT && trace.state < TERCET_STATE_COUNT);
        for (unsigned n = 0; tercet_stack_next_event(side->stack, &event); n++) {
            must(n < PAIR_TURN_MAX);
            if (side->on_event) side->on_event(side->user, side, &event);
        }
        pair_depart(pair, i);
    }
}

/* A frame arrives at side @i, in memory of just its size. */
static inline void pair_arrive(struct pair *pair, unsigned i, const unsigned char *octets,
                               uint32_t n) {
    unsigned char *copy = exactly(octets, n);
    struct tercet_frame frame = {.bytes = copy, .length = n, .capacity = n};

    tercet_stack_arrive(pair->sides[i].stack, &frame, 1, pair->now_ns);
    must(frame.verdict < TERCET_VERDICT_COUNT);
    free(copy);
}

/* The oldest frame for side @i arrives. */
static inline void pair_carry(struct pair *pair, unsigned i) {
    struct pair_frame frame;

    if (!pair->sides[i].count) return;
    frame = side_pop(&pair->sides[i]);
    pair_arrive(pair, i, frame.octets, frame.length);
    free(frame.octets);
}

/* Carry all there is, and what answers it, until nothing is said any more. */
static inline void pair_settle(struct pair *pair) {
    unsigned rounds = 0;

    for (pair_turn(pair); pair->sides[0].count || pair->sides[1].count; pair_turn(pair)) {
        must(rounds++ < PAIR_ROUNDS_MAX);
        for (unsigned i = 0; i < 2; i++) {
            for (unsigned n = pair->sides[i].count; n > 0; n--)
                pair_carry(pair, i);
        }
    }
}

/* Everything on the wire is lost. */
static inline void pair_lose(struct pair *pair) {
    for (unsigned i = 0; i < 2; i++) {
        while (pair->sides[i].count)
            free(side_pop(&pair->sides[i]).octets);
    }
}

/* Run @i's timers if one is due. */
static inline void pair_tick(struct pair *pair, unsigned i) {
    struct tercet_stack *stack = pair->sides[i].stack;

    if (tercet_stack_deadline(stack) <= pair->now_ns) tercet_stack_tick(stack, pair->now_ns);
}

/*
 * Let time pass until @until_ns, every timer in its time, or until none runs.
 * @carries: frames arrive at once; else all are lost
 */
static inline void pair_walk(struct pair *pair, uint64_t until_ns, bool carries) {
    for (unsigned n = 0; pair->now_ns < until_ns; n++) {
        uint64_t next = until_ns;

        must(n < PAIR_TICKS_MAX);
        for (unsigned i = 0; i < 2; i++)
            pair_tick(pair, i);
        if (carries) pair_settle(pair);
        pair_turn(pair);
        if (!carries) pair_lose(pair);
        for (unsigned i = 0; i < 2; i++) {
            uint64_t deadline = tercet_stack_deadline(pair->sides[i].stack);

            if (deadline < next) next = deadline;
        }
        pair->now_ns = next > pair->now_ns ? next : pair->now_ns + 1;
    }
}

/* Neither side holds anything any more, or waits for anything. */
static inline void pair_must_be_empty(struct pair *pair) {
    for (unsigned i = 0; i < 2; i++) {
        struct tercet_stack_info info;

        tercet_stack_info(pair->sides[i].stack, &info);
        must(info.conns == 0 && info.listeners == 0);
        must(info.half_opens == 0 && info.time_waits == 0);
        must(info.reassemblies == 0 && info.fragmented == 0);
        must(info.buffer_blocks == 0);
        must(tercet_stack_deadline(pair->sides[i].stack) == UINT64_MAX);
    }
}

#endif
