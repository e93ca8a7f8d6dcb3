/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bytes.h"
#include "base/instant.h"
#include "base/seq.h"
#include "tap.h"

/* Numbers on both sides of every place where 32 bits wrap or change sign. */
static const uint32_t corners[] = {
    0, 1, 2, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff,
};

#define CORNERS (sizeof corners / sizeof corners[0])

TEST(order_of_sequence_numbers_survives_every_wrap)
{
    static const uint32_t ahead[] = {1, 2, 1460, 65535, 0x40000000, 0x7fffffff};

    for (size_t i = 0; i < CORNERS; i++) {
        struct seq a = seq_of(corners[i]);

        CHECK(seq_eq(a, a) && seq_le(a, a) && seq_ge(a, a) && !seq_lt(a, a) && !seq_gt(a, a));
        for (size_t j = 0; j < sizeof ahead / sizeof ahead[0]; j++) {
            struct seq b = seq_add(a, ahead[j]);

            CHECK(seq_lt(a, b) && seq_le(a, b) && !seq_ge(a, b) && !seq_gt(a, b) && !seq_eq(a, b));
            CHECK(seq_gt(b, a) && seq_ge(b, a) && !seq_le(b, a) && !seq_lt(b, a));
            CHECK_EQ(seq_distance(a, b), ahead[j]);
            CHECK(seq_eq(seq_sub(b, ahead[j]), a));
            CHECK(seq_eq(seq_max(a, b), b) && seq_eq(seq_max(b, a), b));
            CHECK(seq_eq(seq_min(a, b), a) && seq_eq(seq_min(b, a), a));
        }
    }
}

TEST(a_window_holds_its_first_number_and_not_the_one_behind_its_last)
{
    for (size_t i = 0; i < CORNERS; i++) {
        struct seq low = seq_of(corners[i]);

        CHECK(!seq_is_in(low, low, 0));
        CHECK(seq_is_in(low, low, 1));
        CHECK(!seq_is_in(seq_sub(low, 1), low, 65535));
        CHECK(seq_is_in(seq_add(low, 65534), low, 65535));
        CHECK(!seq_is_in(seq_add(low, 65535), low, 65535));
    }
}

TEST(an_instant_that_never_comes_is_behind_all_others)
{
    struct instant soon = instant_of(5), later = instant_add_us(soon, 3);

    CHECK_EQ(later.ns, 3005);
    CHECK(instant_lt(soon, later) && !instant_lt(later, soon) && !instant_lt(soon, soon));
    CHECK(instant_lt(later, INSTANT_NEVER));
    CHECK_EQ(instant_min(later, soon).ns, 5);
    CHECK_EQ(instant_min(INSTANT_NEVER, later).ns, 3005);
}

TEST(a_tick_is_never_early_and_at_most_one_late)
{
    static const uint64_t microseconds[] = {0, 1, 65, 66, 200000, 1000000, 3600000000};

    for (size_t i = 0; i < CORNERS; i++) {
        for (uint64_t part = 0; part < 1u << TICK_SHIFT; part += 8191) {
            struct instant now = instant_of((1ull << 48) + ((uint64_t)corners[i] << TICK_SHIFT) +
                                            part);

            for (size_t j = 0; j < sizeof microseconds / sizeof microseconds[0]; j++) {
                struct instant wanted = instant_add_us(now, microseconds[j]);
                struct tick tick = tick_after_us(now, microseconds[j]);
                struct instant begins = tick_instant(tick, now);

                CHECK(tick_is_armed(tick));
                CHECK(!instant_lt(begins, wanted));
                CHECK(begins.ns - wanted.ns < 2u << TICK_SHIFT);
                CHECK(tick.n == 1 || begins.ns - wanted.ns < 1u << TICK_SHIFT);
                CHECK(tick_is_due(tick, tick_of(begins)));
                CHECK(!tick_is_due(tick, tick_of(instant_of(begins.ns - 1))));
            }
        }
    }
}

TEST(a_tick_is_found_again_on_both_sides_of_the_present)
{
    for (size_t i = 0; i < CORNERS; i++) {
        struct instant now = instant_of((3ull << 48) + ((uint64_t)corners[i] << TICK_SHIFT) + 77);
        uint64_t at = now.ns >> TICK_SHIFT;

        for (int64_t off = -0x7fffffff; off <= 0x7fffffff; off += 0x0ffffff1) {
            struct tick tick = {(uint32_t)(at + (uint64_t)off)};

            CHECK_EQ(tick_instant(tick, now).ns >> TICK_SHIFT, at + (uint64_t)off);
            CHECK_EQ(tick_lt(tick, tick_of(now)), off < 0);
            if (tick.n) CHECK_EQ(tick_is_due(tick, tick_of(now)), off <= 0);
        }
    }
}

TEST(a_tick_of_zero_is_never_due)
{
    CHECK(!tick_is_armed(TICK_NONE));
    CHECK(!tick_is_due(TICK_NONE, (struct tick){0}));
    CHECK(!tick_is_due(TICK_NONE, (struct tick){5}));
}

TEST(wire_order_is_most_significant_first_at_any_address)
{
    unsigned char memory[12] = {0};

    for (unsigned at = 0; at < 8; at++) {
        be32_put(memory + at, 0x01028384);
        CHECK_MEM(memory + at, "\x01\x02\x83\x84", 4);
        CHECK_EQ(be32_get(memory + at), 0x01028384);
        CHECK_EQ(be16_get(memory + at + 2), 0x8384);
        be16_put(memory + at, 0xfe01);
        CHECK_MEM(memory + at, "\xfe\x01\x83\x84", 4);
        be32_put(memory + at, 0xfffefdfc);
        CHECK_EQ(be32_get(memory + at), 0xfffefdfc);
    }
}
