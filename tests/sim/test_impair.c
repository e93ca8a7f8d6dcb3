/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bytes.h"
#include "base/instant.h"
#include "sim/sim.h"
#include "tap.h"

/*
 * Bursts, corruption and times without a link, seen from the ends of one link: an actor sends
 * frames that are known octet by octet, another looks at what comes.
 */
enum { FRAMES = 20000, OCTETS = 64 };

#define EVERY_NS (100 * NS_PER_US)

struct rig {
    struct sim *sim;
    uint32_t link, n_sent;
    unsigned char version;      /* in the first four bits */
    unsigned char came[FRAMES]; /* how often */
    uint32_t n_came;
    uint32_t n_changed;              /* frames with wrong bits */
    uint32_t widths[OCTETS * 8 + 1]; /* from the first wrong bit to the last, how often */
    uint32_t flips_max;
    uint32_t first_bit; /* the first that was ever wrong */
};

static struct rig rig;
static uint64_t memory[1 << 16];

static void frame_fill(unsigned char *bytes, uint32_t number) {
    for (unsigned i = 0; i < OCTETS; i++)
        bytes[i] = (unsigned char)(number * 7 + i);
    bytes[0] = (unsigned char)(rig.version << 4);
}

static uint64_t frame_send(void *user, struct sim *sim, uint32_t host) {
    unsigned char bytes[OCTETS];

    (void)user;
    if (rig.n_sent == FRAMES) return SIM_NEVER;
    frame_fill(bytes, rig.n_sent++);
    CHECK(sim_send(sim, host, 0, bytes, OCTETS));
    return sim_now(sim) + EVERY_NS;
}

static void errors_note(const unsigned char *got, const unsigned char *sent) {
    uint32_t first = OCTETS * 8, last = 0, flips = 0;

    for (uint32_t bit = 0; bit < OCTETS * 8; bit++) {
        if (!((got[bit / 8] ^ sent[bit / 8]) >> (7 - bit % 8) & 1)) continue;
        if (!flips++) first = bit;
        last = bit;
    }
    if (!flips) return;
    rig.n_changed++;
    rig.widths[last - first + 1]++;
    if (flips > rig.flips_max) rig.flips_max = flips;
    if (first < rig.first_bit) rig.first_bit = first;
}

/* Frames keep their order and their time here, so that the clock tells the number. */
static void frame_note(void *user, struct sim *sim, uint32_t host, const struct tercet_frame *frame) {
    uint32_t number = (uint32_t)(sim_now(sim) / EVERY_NS);
    unsigned char sent[OCTETS];

    (void)user;
    (void)host;
    if (!CHECK(number < FRAMES && frame->length == OCTETS)) return;
    frame_fill(sent, number);
    rig.came[number]++;
    rig.n_came++;
    errors_note(frame->bytes, sent);
}

static void rig_run(uint64_t seed, unsigned char version, const struct sim_link_config *link) {
    struct sim_config config = {
        .seed = seed, .max_hosts = 2, .max_links = 1, .max_frames = 64, .frame_bytes = 1500};
    struct sim_actor sender = {.wake = frame_send}, receiver = {.arrive = frame_note};

    memset(&rig, 0, sizeof rig);
    memset(memory, 0, sizeof memory);
    rig.version = version;
    rig.first_bit = UINT32_MAX;
    if (!CHECK(sim_size(&config) <= sizeof memory)) abort();
    rig.sim = sim_init(memory, &config);
    sim_add_actor(rig.sim, &sender);
    sim_add_actor(rig.sim, &receiver);
    rig.link = sim_add_link(rig.sim, 1, 0, 2, 0, link);
    if (!CHECK(rig.link != 0)) return;
    sim_run_until(rig.sim, SIM_NEVER, NULL, NULL);
    CHECK_EQ(rig.n_sent, FRAMES);
    CHECK(sim_check_idle(rig.sim));
}

static uint64_t count_of(enum sim_fate fate) {
    return sim_link_counts(rig.sim, rig.link)->frames[fate];
}

TEST(bursts_are_as_frequent_and_as_long_as_asked_for)
{
    struct sim_link_config link = {.mtu = 1500,
                                   .burst_enter_ppm = 10000,
                                   .burst_leave_ppm = 200000,
                                   .burst_loss_ppm = SIM_MILLION};
    uint32_t bursts = 0, lost = 0;

    rig_run(3, 4, &link);
    for (uint32_t i = 0; i < FRAMES; i++) {
        bursts += !rig.came[i] && (i == 0 || rig.came[i - 1]);
        lost += !rig.came[i];
    }
    CHECK_EQ(count_of(SIM_BURST_LOST), lost);
    CHECK_EQ(count_of(SIM_LOST), 0);
    CHECK(bursts > 150 && bursts < 230);           /* 20,000 / (1 / 0.01 + 1 / 0.2) = 190 */
    CHECK(lost > bursts * 4 && lost < bursts * 6); /* five frames each */
}

TEST(a_bad_time_that_is_never_entered_loses_nothing)
{
    struct sim_link_config link = {.mtu = 1500, .burst_loss_ppm = SIM_MILLION};

    rig_run(3, 4, &link);
    CHECK_EQ(rig.n_came, FRAMES);
    CHECK_EQ(rig.n_changed, 0);
}

TEST(corruption_is_one_bit_or_one_burst_of_at_most_15)
{
    for (unsigned char version = 4; version <= 6; version += 2) {
        struct sim_link_config link = {.mtu = 1500, .corrupt_ppm = 200000};
        uint32_t wide = 0;

        rig_run(8, version, &link);
        CHECK_EQ(rig.n_came, FRAMES);
        CHECK_EQ(count_of(SIM_CORRUPTED), rig.n_changed);
        CHECK(rig.n_changed > 3700 && rig.n_changed < 4300);
        for (uint32_t width = 1; width <= 15; width++)
            CHECK(rig.widths[width] > 50);
        for (uint32_t width = 16; width <= OCTETS * 8; width++)
            wide += rig.widths[width];
        CHECK_EQ(wide, 0);
        CHECK(rig.widths[1] > rig.n_changed * 2 / 5);
        CHECK_EQ(rig.first_bit, version == 6 ? 64 : 0); /* what no checksum guards stays whole */
    }
}

TEST(wild_corruption_spares_no_bit)
{
    struct sim_link_config link = {.mtu = 1500, .corrupt_ppm = SIM_MILLION, .corrupts_wildly = true};

    rig_run(8, 6, &link);
    CHECK_EQ(count_of(SIM_CORRUPTED), FRAMES);
    CHECK(rig.n_changed > FRAMES * 9 / 10);
    CHECK_EQ(rig.flips_max, 16);
    CHECK_EQ(rig.first_bit, 0);
}

/* Frame i is sent at i x 100 us. */
TEST(a_link_is_down_when_it_is_said_to_be)
{
    struct sim_link_config link = {
        .mtu = 1500, .cut_from_us = 5000, .cut_us = 1000, .cut_every_us = 20000};
    uint32_t wrong = 0;

    rig_run(1, 4, &link);
    for (uint32_t i = 0; i < FRAMES; i++) {
        bool is_down = i >= 50 && (i - 50) % 200 < 10;

        wrong += rig.came[i] != !is_down;
    }
    CHECK_EQ(wrong, 0);
    CHECK_EQ(count_of(SIM_CUT), FRAMES / 200 * 10);
}

TEST(a_link_may_be_down_but_once)
{
    struct sim_link_config link = {.mtu = 1500, .cut_from_us = 0, .cut_us = 300000};

    rig_run(1, 4, &link);
    CHECK_EQ(count_of(SIM_CUT), 3000);
    CHECK_EQ(rig.came[2999], 0);
    CHECK_EQ(rig.came[3000], 1);
}

TEST(bursts_and_corruption_do_not_shift_the_draws_of_losses)
{
    struct sim_link_config link = {.mtu = 1500, .loss_ppm = 100000};
    static unsigned char alone[FRAMES];
    uint32_t wrong = 0;
    uint64_t n_lost;

    rig_run(12, 4, &link);
    memcpy(alone, rig.came, sizeof alone);
    n_lost = count_of(SIM_LOST);
    link.burst_enter_ppm = link.burst_leave_ppm = 100000;
    link.burst_loss_ppm = 500000;
    link.corrupt_ppm = 300000;
    rig_run(12, 4, &link);
    for (uint32_t i = 0; i < FRAMES; i++)
        wrong += rig.came[i] && !alone[i];
    CHECK_EQ(wrong, 0);
    CHECK_EQ(count_of(SIM_LOST), n_lost);
    CHECK(count_of(SIM_BURST_LOST) > 3000 && count_of(SIM_CORRUPTED) > 3000);
}

static bool is_refused(struct sim_link_config link) {
    link.mtu = 1500;
    return !sim_link_change(rig.sim, rig.link, &link);
}

TEST(shares_and_times_out_of_range_are_refused)
{
    rig_run(1, 4, &(struct sim_link_config){.mtu = 1500});
    CHECK(is_refused((struct sim_link_config){.burst_enter_ppm = SIM_MILLION + 1}));
    CHECK(is_refused((struct sim_link_config){.burst_leave_ppm = SIM_MILLION + 1}));
    CHECK(is_refused((struct sim_link_config){.burst_loss_ppm = SIM_MILLION + 1}));
    CHECK(is_refused((struct sim_link_config){.corrupt_ppm = SIM_MILLION + 1}));
    CHECK(is_refused((struct sim_link_config){.cut_us = 10, .cut_every_us = 10}));
    CHECK(!is_refused((struct sim_link_config){.cut_us = 9, .cut_every_us = 10}));
}
