/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/wheel.h"
#include "dice.h"
#include "must_fail.h"
#include "tap.h"

#define NODES 150u

struct thing {
    uint64_t other;
    struct wheel_node node;
};

static struct thing things[NODES];
static struct wheel wheel;

/* The model: a deadline a node on a clock of 64 bits that does not wrap; 0 is not armed. */
static uint64_t due_at[NODES + 1];
static uint64_t clock_now;
static uint32_t model_armed;

static struct tick tick_at(uint64_t when) {
    return (struct tick){(uint32_t)when};
}

static void start(uint64_t when) {
    memset(things, 0, sizeof things);
    memset(due_at, 0, sizeof due_at);
    clock_now = when;
    model_armed = 0;
    wheel_init(&wheel, &things[0].node, sizeof things[0], tick_at(when));
}

static void arm(uint32_t index, uint64_t when) {
    wheel_arm(&wheel, index, tick_at(when));
    if (when <= clock_now) when = clock_now + 1;
    if ((uint32_t)when == 0) when++;
    model_armed += due_at[index] == 0;
    due_at[index] = when;
}

static void disarm(uint32_t index) {
    wheel_disarm(&wheel, index);
    model_armed -= due_at[index] != 0;
    due_at[index] = 0;
}

static uint64_t earliest(void) {
    uint64_t least = UINT64_MAX;

    for (uint32_t i = 1; i <= NODES; i++)
        if (due_at[i] && due_at[i] < least) least = due_at[i];
    return least;
}

/* Take one node that is due at clock_now.  Return: its index; every lie is a failed check. */
static uint32_t expire(void) {
    uint64_t first = earliest();
    uint32_t index = wheel_expire(&wheel, tick_at(clock_now));

    if (index == 0) {
        CHECK(first > clock_now);
        return 0;
    }
    CHECK(due_at[index] != 0 && due_at[index] <= clock_now);
    CHECK_EQ(due_at[index], first); /* in the order of time */
    CHECK(!wheel_node_is_armed(&things[index - 1].node));
    due_at[index] = 0;
    model_armed--;
    return index;
}

/*
 * wheel_next is not later than the earliest deadline, exact in the present's block of 64, and
 * ahead.
 */
static void check_next(void) {
    uint64_t first = earliest(), next;
    struct tick tick;

    if (!CHECK_EQ(wheel_next(&wheel, &tick), first != UINT64_MAX)) return;
    if (first == UINT64_MAX) return;
    next = clock_now + (uint32_t)(tick.n - (uint32_t)clock_now);
    CHECK(tick_is_armed(tick));
    CHECK(next > clock_now && next <= first);
    if (first / 64 == clock_now / 64) CHECK_EQ(next, first);
}

/* Distances of all magnitudes up to 2^31 - 1. */
static uint64_t distance(struct dice *dice) {
    return dice_u32(dice) >> (1 + dice_below(dice, 31));
}

static void random_step(struct dice *dice) {
    uint32_t index = 1 + dice_below(dice, NODES);

    switch (dice_below(dice, 8)) {
    case 0: disarm(index); return;
    case 1:
    case 2:
        while (expire())
            ;
        clock_now += distance(dice) >> dice_below(dice, 16);
        for (uint32_t n = 1 + dice_below(dice, 5); n && expire();)
            n--; /* the rest is handed out later, with arming and disarming in between */
        return;
    default:
        arm(index,
            dice_below(dice, 10) ? clock_now + distance(dice) : clock_now - dice_below(dice, 9));
    }
}

TEST(a_random_life_across_wraps_agrees_with_the_model)
{
    for (unsigned long seed = 0; seed < tap_seeds(300); seed++) {
        struct dice dice = {seed};

        start((7ull << 32) - dice_below(&dice, 1u << dice_below(&dice, 32)));
        for (int step = 0; step < 3000; step++) {
            random_step(&dice);
            CHECK_EQ(wheel.armed, model_armed);
            if (dice_below(&dice, 8)) continue;
            while (expire())
                ;
            check_next();
        }
        if (tap.now->failures && tap_complain("the seed above all", __FILE__, __LINE__)) {
            tap_note("seed %lu", seed);
            return;
        }
    }
}

TEST(each_deadline_is_met_to_the_tick_from_every_side_of_every_boundary)
{
    static const uint64_t starts[] = {0,      1,          63,         64,         4095,
                                      262143, 0x3fffffff, 0x7fffffff, 0xfffffffe, 0xffffffff};

    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        for (unsigned bit = 0; bit < 31; bit++) {
            for (uint64_t off = (1ull << bit) - (bit > 0); off <= (1ull << bit) + 1; off++) {
                if (off > 0x7fffffff) continue;
                start((1ull << 32) + starts[i]);
                arm(1, clock_now + off);
                clock_now = due_at[1] - 1;
                CHECK_EQ(expire(), 0);
                check_next();
                clock_now++;
                CHECK_EQ(expire(), 1);
                CHECK_EQ(expire(), 0);
            }
        }
    }
}

TEST(following_wheel_next_alone_meets_every_deadline_in_few_steps)
{
    struct dice dice = {11};
    struct tick tick;
    unsigned steps = 0;

    start((1ull << 32) - 100000);
    for (uint32_t i = 1; i <= NODES; i++)
        arm(i, clock_now + distance(&dice));
    while (wheel_next(&wheel, &tick)) {
        clock_now += (uint32_t)(tick.n - (uint32_t)clock_now);
        steps++;
        while (expire())
            ;
    }
    CHECK_EQ(model_armed, 0);
    CHECK(steps <= NODES * WHEEL_LEVELS);
}

TEST(a_reached_deadline_is_the_next_tick)
{
    start(1000);
    arm(1, 1000);
    arm(2, 3);
    CHECK_EQ(wheel_expire(&wheel, tick_at(1000)), 0);
    clock_now = 1001;
    CHECK(expire() && expire() && !expire());
}

TEST(arming_again_for_at_once_while_handing_out_does_not_loop)
{
    start(5000);
    for (uint32_t i = 1; i <= NODES; i++)
        arm(i, 5000 + i);
    clock_now += 1000000;
    for (uint32_t i = 1; i <= NODES; i++) {
        uint32_t index = expire();

        CHECK_EQ(index, i);
        arm(index, 0);
        arm(index, clock_now);
    }
    CHECK_EQ(expire(), 0);
    CHECK_EQ(wheel.armed, NODES);
    clock_now++;
    for (uint32_t i = 1; i <= NODES; i++)
        CHECK(expire() != 0);
    CHECK_EQ(expire(), 0);
}

TEST(a_node_that_is_due_can_still_be_disarmed_or_moved)
{
    struct tick tick;

    start(1);
    for (uint32_t i = 1; i <= 5; i++)
        arm(i, 10);
    clock_now = 20;
    CHECK(expire() != 0);
    CHECK(wheel_next(&wheel, &tick) && !tick_lt(tick_at(clock_now), tick));
    for (uint32_t i = 1; i <= 5; i++) {
        if (!due_at[i]) continue;
        if (i % 2)
            disarm(i);
        else
            arm(i, 30);
    }
    CHECK_EQ(expire(), 0);
    clock_now = 30;
    while (expire())
        ;
    CHECK_EQ(wheel.armed, 0);
    CHECK(!wheel_next(&wheel, &tick));
}

TEST(time_that_runs_backwards_is_not_followed)
{
    start(100);
    arm(1, 200);
    clock_now = 150;
    CHECK_EQ(expire(), 0);
    CHECK_EQ(wheel_expire(&wheel, tick_at(120)), 0);
    arm(2, 130);
    CHECK_EQ(expire(), 0); /* 130 has been reached: it counts as 151 */
    clock_now = 151;
    CHECK_EQ(expire(), 2);
}

TEST(an_idle_wheel_keeps_up_with_time)
{
    start((1ull << 32) + 20);
    while (clock_now < (2ull << 32) - 5) {
        clock_now += 0x0fffffff;
        if (clock_now > (2ull << 32) - 5) clock_now = (2ull << 32) - 5;
        CHECK_EQ(expire(), 0);
    }
    arm(1, (2ull << 32) - 2);
    arm(2, (2ull << 32) + 30); /* near where time stood when the wheel was made */
    clock_now += 4;
    CHECK_EQ(expire(), 1);
    CHECK_EQ(expire(), 0);
    clock_now += 30;
    CHECK_EQ(expire(), 0);
    clock_now++;
    CHECK_EQ(expire(), 2);
}

TEST(misuse_is_stopped)
{
    start(1);
    CHECK(MUST_FAILS(wheel_arm(&wheel, 0, tick_at(5))));
    CHECK(MUST_FAILS(wheel_disarm(&wheel, 0)));
    CHECK(MUST_FAILS(wheel_init(&wheel, things, 8, tick_at(0))));
    CHECK(MUST_FAILS(wheel_init(&wheel, things, 14, tick_at(0))));
}
