/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/sim.h"

#include "base/bytes.h"
#include "base/instant.h"
#include "sim/digest.h"
#include "tap.h"

/*
 * A link between two actors: one sends numbered frames as it is told, the other writes down what
 * comes and when.
 */
enum { FRAMES_MAX = 100000, FRAME_BYTES = 1500 };

struct receipt {
    uint64_t now_ns;
    uint32_t number, length;
};

struct bench {
    struct sim *sim;
    uint32_t sender, receiver, link;
    struct receipt got[FRAMES_MAX];
    uint32_t n_got;
    struct sim_digest digest;
    /* what the sender does: a frame of this length at each step of the clock */
    uint32_t to_send, n_sent, length;
    uint64_t every_ns;
};

static struct bench bench;
static uint64_t memory[1 << 19];

static void frame_note(void *user, struct sim *sim, uint32_t host, const struct tercet_frame *frame) {
    struct bench *self = user;

    CHECK_EQ(host, self->receiver);
    CHECK_EQ(frame->door, 3);
    if (!CHECK(self->n_got < FRAMES_MAX)) return;
    self->got[self->n_got++] = (struct receipt){sim_now(sim), be32_get(frame->bytes), frame->length};
}

static uint64_t frame_send(void *user, struct sim *sim, uint32_t host) {
    struct bench *self = user;
    unsigned char bytes[FRAME_BYTES] = {0};

    while (self->n_sent < self->to_send) {
        be32_put(bytes, self->n_sent++);
        CHECK(sim_send(sim, host, 0, bytes, self->length));
        if (self->every_ns) return sim_now(sim) + self->every_ns;
    }
    return SIM_NEVER;
}

static void bench_make(uint64_t seed, const struct sim_link_config *link, uint32_t max_frames) {
    struct sim_config config = {.seed = seed,
                                .max_hosts = 2,
                                .max_links = 1,
                                .max_frames = max_frames,
                                .frame_bytes = FRAME_BYTES};
    struct sim_actor sender = {.wake = frame_send, .user = &bench};
    struct sim_actor receiver = {.arrive = frame_note, .user = &bench};

    memset(&bench, 0, sizeof bench);
    memset(memory, 0, sizeof memory);
    if (!CHECK(sim_size(&config) <= sizeof memory)) abort();
    bench.sim = sim_init(memory, &config);
    bench.sender = sim_add_actor(bench.sim, &sender);
    bench.receiver = sim_add_actor(bench.sim, &receiver);
    bench.link = sim_add_link(bench.sim, bench.sender, 0, bench.receiver, 3, link);
    CHECK(bench.link != 0);
    sim_link_tap(bench.sim, 0, sim_digest_tap, &bench.digest);
}

/*
 * Send @n frames of @length octets, one every @every_ns (0: all at once), and let them all
 * arrive.
 */
static void bench_run(uint32_t n, uint32_t length, uint64_t every_ns) {
    bench.to_send = n;
    bench.length = length;
    bench.every_ns = every_ns;
    sim_run_until(bench.sim, SIM_NEVER, NULL, NULL);
    CHECK(sim_check(bench.sim));
    CHECK(sim_check_idle(bench.sim));
}

static uint64_t count_of(enum sim_fate fate) {
    return sim_link_counts(bench.sim, bench.link)->frames[fate];
}

/* How many arrived behind one that was sent later. */
static uint32_t overtaken(void) {
    uint32_t n = 0, latest = 0;

    for (uint32_t i = 0; i < bench.n_got; i++) {
        if (bench.got[i].number < latest)
            n++;
        else
            latest = bench.got[i].number;
    }
    return n;
}

TEST(a_perfect_wire_takes_no_time_and_keeps_the_order)
{
    bench_make(1, &(struct sim_link_config){.mtu = FRAME_BYTES}, 64);
    bench_run(50, 100, 0);
    CHECK_EQ(bench.n_got, 50);
    CHECK_EQ(bench.got[49].now_ns, 0);
    CHECK_EQ(overtaken(), 0);
}

TEST(delay_is_exact)
{
    bench_make(1, &(struct sim_link_config){.mtu = FRAME_BYTES, .delay_us = 12345}, 64);
    bench_run(10, 100, 1000);
    CHECK_EQ(bench.n_got, 10);
    for (uint32_t i = 0; i < bench.n_got; i++)
        CHECK_EQ(bench.got[i].now_ns, i * 1000 + 12345000);
}

TEST(bandwidth_is_exact_frame_behind_frame)
{
    struct sim_link_config link = {.mtu = FRAME_BYTES, .bandwidth_bps = 1000000, .delay_us = 5000};

    bench_make(1, &link, 64); /* 1,250 octets are 10,000 bits: 10 ms */
    bench_run(20, 1250, 0);
    CHECK_EQ(bench.n_got, 20);
    for (uint32_t i = 0; i < bench.n_got; i++)
        CHECK_EQ(bench.got[i].now_ns, (i + 1) * 10ull * NS_PER_MS + 5 * NS_PER_MS);
    CHECK_EQ(overtaken(), 0);
}

TEST(an_idle_transmitter_starts_at_once)
{
    struct sim_link_config link = {.mtu = FRAME_BYTES, .bandwidth_bps = 1000000};

    bench_make(1, &link, 64);
    bench_run(5, 125, 7 * NS_PER_MS); /* 1 ms each, one every 7 ms */
    for (uint32_t i = 0; i < 5; i++)
        CHECK_EQ(bench.got[i].now_ns, (i * 7 + 1) * 1ull * NS_PER_MS);
}

TEST(a_transmission_time_that_is_no_whole_number_is_rounded_up)
{
    struct sim_link_config link = {.mtu = FRAME_BYTES, .bandwidth_bps = 3000000000};

    bench_make(1, &link, 64);
    bench_run(1, 100, 0); /* 800 bits at 3 a nanosecond: 266.67 ns */
    CHECK_EQ(bench.got[0].now_ns, 267);
}

TEST(a_full_queue_drops_the_last_to_come)
{
    struct sim_link_config link = {.mtu = FRAME_BYTES, .bandwidth_bps = 1000000, .queue_frames = 7};

    bench_make(1, &link, 64);
    bench_run(20, 1250, 0);
    CHECK_EQ(bench.n_got, 7);
    CHECK_EQ(count_of(SIM_QUEUE_FULL), 13);
    for (uint32_t i = 0; i < bench.n_got; i++)
        CHECK_EQ(bench.got[i].number, i);
}

TEST(a_queue_may_be_limited_in_octets)
{
    struct sim_link_config link = {
        .mtu = FRAME_BYTES, .bandwidth_bps = 1000000, .queue_octets = 5000};

    bench_make(1, &link, 64);
    bench_run(20, 1250, 0);
    CHECK_EQ(bench.n_got, 4);
    CHECK_EQ(count_of(SIM_QUEUE_FULL), 16);
}

TEST(a_queue_that_drains_takes_frames_again)
{
    struct sim_link_config link = {.mtu = FRAME_BYTES, .bandwidth_bps = 1000000, .queue_frames = 1};

    bench_make(1, &link, 64);
    bench_run(20, 1250, 5 * NS_PER_MS); /* twice as fast as it can take them */
    CHECK_EQ(bench.n_got, 10);
    for (uint32_t i = 0; i < bench.n_got; i++)
        CHECK_EQ(bench.got[i].number, 2 * i);
}

TEST(longer_than_the_mtu_is_dropped)
{
    bench_make(1, &(struct sim_link_config){.mtu = 576}, 64);
    bench_run(1, 576, 0);
    CHECK_EQ(bench.n_got, 1);
    bench_make(1, &(struct sim_link_config){.mtu = 576}, 64);
    bench_run(1, 577, 0);
    CHECK_EQ(bench.n_got, 0);
    CHECK_EQ(count_of(SIM_TOO_LONG), 1);
}

TEST(losses_are_as_many_as_asked_for_and_the_same_each_time)
{
    static const uint32_t shares[] = {1000, 20000, 200000, 1000000};

    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        struct sim_link_config link = {.mtu = FRAME_BYTES, .loss_ppm = shares[i]};
        int64_t wanted = shares[i] / 10, lost;
        uint64_t digest;

        bench_make(5, &link, 64);
        bench_run(100000, 68, 1000);
        lost = (int64_t)count_of(SIM_LOST);
        digest = bench.digest.value;
        CHECK_EQ(lost + bench.n_got, 100000);
        CHECK(lost >= wanted - 400 && lost <= wanted + 400);
        bench_make(5, &link, 64);
        bench_run(100000, 68, 1000);
        CHECK_EQ(count_of(SIM_LOST), lost);
        CHECK_EQ(bench.digest.value, digest);
    }
}

TEST(another_seed_loses_other_frames)
{
    struct sim_link_config link = {.mtu = FRAME_BYTES, .loss_ppm = 500000};
    uint64_t digest;

    bench_make(5, &link, 64);
    bench_run(100, 68, 1000);
    digest = bench.digest.value;
    bench_make(6, &link, 64);
    bench_run(100, 68, 1000);
    CHECK(bench.digest.value != digest);
}

TEST(a_lost_frame_still_takes_its_time_on_the_line)
{
    struct sim_link_config link = {.mtu = FRAME_BYTES, .bandwidth_bps = 1000000, .loss_ppm = 500000};

    bench_make(5, &link, 64);
    bench_run(50, 1250, 0);
    CHECK(bench.n_got > 10 && bench.n_got < 40);
    for (uint32_t i = 0; i < bench.n_got; i++)
        CHECK_EQ(bench.got[i].now_ns, (bench.got[i].number + 1) * 10ull * NS_PER_MS);
}

TEST(duplicates_are_counted_and_come_behind_their_original)
{
    struct sim_link_config link = {.mtu = FRAME_BYTES, .duplicate_ppm = 300000};
    uint32_t twice = 0;

    bench_make(9, &link, 64);
    bench_run(10000, 68, 1000);
    CHECK_EQ(bench.n_got, 10000 + count_of(SIM_COPIED));
    CHECK(count_of(SIM_COPIED) > 2800 && count_of(SIM_COPIED) < 3200);
    for (uint32_t i = 1; i < bench.n_got; i++)
        twice += bench.got[i].number == bench.got[i - 1].number;
    CHECK_EQ(twice, count_of(SIM_COPIED));
}

TEST(duplicates_may_come_late)
{
    struct sim_link_config link = {
        .mtu = FRAME_BYTES, .duplicate_ppm = SIM_MILLION, .duplicate_us = 10};

    bench_make(9, &link, 64);
    bench_run(1000, 68, 1000);
    CHECK_EQ(bench.n_got, 2000);
    CHECK(overtaken() > 500);
}

TEST(what_is_held_back_is_overtaken_and_nothing_else)
{
    struct sim_link_config link = {
        .mtu = FRAME_BYTES, .delay_us = 100, .reorder_ppm = 100000, .reorder_us = 50};
    uint32_t late = 0;

    bench_make(4, &link, 256);
    bench_run(10000, 68, 1000);
    CHECK_EQ(bench.n_got, 10000);
    for (uint32_t i = 0; i < bench.n_got; i++) {
        uint64_t flight_ns = bench.got[i].now_ns - bench.got[i].number * 1000ull;

        late += flight_ns != 100000;
        CHECK(flight_ns >= 100000 && flight_ns <= 150000);
    }
    CHECK(late > 850 && late < 1150);
    CHECK(overtaken() > 700 && overtaken() <= late);
}

TEST(jitter_varies_the_flight_and_keeps_the_order)
{
    struct sim_link_config link = {.mtu = FRAME_BYTES, .delay_us = 100, .jitter_us = 40};
    uint64_t shortest = UINT64_MAX, longest = 0;

    bench_make(4, &link, 256);
    bench_run(10000, 68, 1000);
    CHECK_EQ(bench.n_got, 10000);
    CHECK_EQ(overtaken(), 0);
    for (uint32_t i = 0; i < bench.n_got; i++) {
        uint64_t flight_ns = bench.got[i].now_ns - bench.got[i].number * 1000ull;

        if (flight_ns < shortest) shortest = flight_ns;
        if (flight_ns > longest) longest = flight_ns;
    }
    CHECK(shortest >= 100000 && shortest < longest);
    CHECK_EQ(longest, 140000);
}

/* The numbers of the frames that were lost, as a bit set of the first 4,096. */
static void lost_set(uint64_t set[64]) {
    memset(set, 0xff, 64 * sizeof *set);
    for (uint32_t i = 0; i < bench.n_got; i++)
        set[bench.got[i].number / 64] &= ~(1ull << bench.got[i].number % 64);
}

TEST(an_impairment_does_not_shift_the_draws_of_another)
{
    struct sim_link_config link = {.mtu = FRAME_BYTES, .loss_ppm = 100000};
    uint64_t alone[64], together[64];

    bench_make(12, &link, 1024);
    bench_run(4096, 68, 1000);
    lost_set(alone);
    link.duplicate_ppm = link.reorder_ppm = 200000;
    link.jitter_us = link.reorder_us = link.duplicate_us = 300;
    link.bandwidth_bps = 1000000000;
    bench_make(12, &link, 1024);
    bench_run(4096, 68, 1000);
    lost_set(together);
    CHECK_MEM(together, alone, sizeof alone);
}

TEST(frames_without_room_in_the_pool_are_dropped_and_counted)
{
    struct sim_link_config link = {
        .mtu = FRAME_BYTES, .delay_us = 1000, .duplicate_ppm = SIM_MILLION};

    bench_make(1, &link, 5);
    bench_run(10, 68, 0);
    CHECK_EQ(bench.n_got, 5); /* three with a copy of two of them */
    CHECK_EQ(count_of(SIM_ENTERED), 3);
    CHECK_EQ(count_of(SIM_COPIED), 2);
    CHECK_EQ(count_of(SIM_NO_COPY), 1);
    CHECK_EQ(count_of(SIM_NO_FRAME), 7);
}

TEST(a_link_can_change_while_frames_are_on_their_way)
{
    struct sim_link_config link = {.mtu = FRAME_BYTES, .delay_us = 1000};
    struct sim_link_config dead = {.mtu = FRAME_BYTES, .loss_ppm = SIM_MILLION};

    bench_make(1, &link, 64);
    bench.to_send = 10;
    bench.length = 68;
    bench.every_ns = NS_PER_MS;
    CHECK(!sim_run_until(bench.sim, 4 * NS_PER_MS + 1, NULL, NULL));
    CHECK_EQ(sim_now(bench.sim), 4 * NS_PER_MS + 1);
    CHECK(sim_link_change(bench.sim, bench.link, &dead));
    sim_run_until(bench.sim, SIM_NEVER, NULL, NULL);
    CHECK_EQ(bench.n_got, 5);
    CHECK_EQ(count_of(SIM_LOST), 5);
    CHECK(sim_check_idle(bench.sim));
}

/* An answer to each frame at once; the link back has number 2. */
static void frame_answer(void *user, struct sim *sim, uint32_t host,
                         const struct tercet_frame *frame) {
    (void)user;
    CHECK(sim_send(sim, host, 0, frame->bytes, frame->length));
}

TEST(a_path_there_need_not_be_like_the_path_back)
{
    struct sim_config config = {
        .seed = 3, .max_hosts = 2, .max_links = 2, .max_frames = 64, .frame_bytes = FRAME_BYTES};
    struct sim_link_config there = {.mtu = FRAME_BYTES, .delay_us = 1000, .loss_ppm = 500000};
    struct sim_link_config back = {.mtu = 576, .delay_us = 7000, .bandwidth_bps = 1000000};
    struct sim_actor asker = {.arrive = frame_note, .wake = frame_send, .user = &bench};
    struct sim_actor answerer = {.arrive = frame_answer};
    const struct sim_link_counts *forth, *home;

    memset(&bench, 0, sizeof bench);
    memset(memory, 0, sizeof memory);
    bench.sim = sim_init(memory, &config);
    bench.receiver = sim_add_actor(bench.sim, &asker);
    CHECK_EQ(sim_add_actor(bench.sim, &answerer), 2);
    CHECK_EQ(sim_add_link(bench.sim, 1, 0, 2, 0, &there), 1);
    CHECK_EQ(sim_add_link(bench.sim, 2, 0, 1, 3, &back), 2);
    bench_run(1000, 125, 10 * NS_PER_MS); /* 1 ms at a megabit a second */
    forth = sim_link_counts(bench.sim, 1);
    home = sim_link_counts(bench.sim, 2);
    CHECK(forth->frames[SIM_LOST] > 400 && forth->frames[SIM_LOST] < 600);
    CHECK_EQ(home->frames[SIM_ENTERED], forth->frames[SIM_ARRIVED]);
    CHECK_EQ(home->frames[SIM_LOST], 0);
    CHECK_EQ(bench.n_got, home->frames[SIM_ENTERED]);
    for (uint32_t i = 0; i < bench.n_got; i++)
        CHECK_EQ(bench.got[i].now_ns, bench.got[i].number * 10ull * NS_PER_MS + 9 * NS_PER_MS);
}

TEST(values_out_of_range_are_refused)
{
    struct sim_link_config link = {.mtu = FRAME_BYTES};
    struct sim_config config = {.max_hosts = 1, .max_links = 1, .max_frames = 1, .frame_bytes = 67};
    struct sim_actor actor = {0};

    CHECK_EQ(sim_size(&config), 0);
    CHECK(sim_init(memory, &config) == NULL);
    bench_make(1, &link, 64);
    CHECK_EQ(sim_add_actor(bench.sim, &actor), 0);
    CHECK_EQ(sim_add_link(bench.sim, bench.sender, 1, bench.receiver, 0, &link), 0); /* one at most */
    CHECK(!sim_send(bench.sim, bench.sender, 1, memory, 68)); /* no link there */
    link.mtu = FRAME_BYTES + 1;
    CHECK(!sim_link_change(bench.sim, bench.link, &link));
    link = (struct sim_link_config){.mtu = 68, .loss_ppm = SIM_MILLION + 1};
    CHECK(!sim_link_change(bench.sim, bench.link, &link));
    CHECK(!sim_link_change(bench.sim, bench.link + 1, &(struct sim_link_config){.mtu = 68}));
    CHECK_EQ(sim_add_link(bench.sim, 7, 0, 1, 0, &(struct sim_link_config){.mtu = 68}), 0);
}

/* An actor that never lets the clock go on. */
static uint64_t wake_again(void *user, struct sim *sim, uint32_t host) {
    (void)user;
    (void)host;
    return sim_now(sim);
}

TEST(time_that_stands_still_is_a_fault)
{
    struct sim_config config = {.max_hosts = 1, .max_links = 1, .max_frames = 1, .frame_bytes = 68};
    struct sim_actor actor = {.wake = wake_again};
    struct sim *sim;

    memset(memory, 0, sizeof memory);
    sim = sim_init(memory, &config);
    CHECK_EQ(sim_add_actor(sim, &actor), 1);
    CHECK(!sim_run_until(sim, NS_PER_S, NULL, NULL));
    CHECK(sim_fault(sim)->what != NULL);
    CHECK(!sim_step(sim));
    CHECK(!sim_check(sim));
}

TEST(every_fate_has_a_name)
{
    for (unsigned i = 0; i < SIM_FATE_COUNT; i++)
        CHECK(strlen(sim_fate_name((enum sim_fate)i)) > 3);
    CHECK_STR(sim_fate_name(SIM_FATE_COUNT), "?");
}
