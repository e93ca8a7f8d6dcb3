/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/checksum.h"
#include "dice.h"
#include "tap.h"

#define LENGTH_MAX 2000u
#define ALIGNMENTS 64u

static unsigned char octets[LENGTH_MAX + ALIGNMENTS], copy[LENGTH_MAX + ALIGNMENTS + 1];

/* The number as the octets on the wire show it. */
static unsigned on_the_wire(uint16_t memory_order) {
    unsigned char at[2];

    memcpy(at, &memory_order, 2);
    return at[0] * 256u + at[1];
}

TEST(the_example_of_rfc_1071_section_3)
{
    static const unsigned char example[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

    CHECK_EQ(on_the_wire(checksum_fold(checksum_add(0, example, sizeof example))), 0xddf2);
    CHECK_EQ(on_the_wire(checksum_finish(checksum_add(0, example, sizeof example))), 0x220d);
    CHECK_EQ(on_the_wire(checksum_fold(checksum_add_plain(0, example, sizeof example))), 0xddf2);
}

TEST(the_fast_sum_is_the_plain_one_at_every_length_and_address)
{
    struct dice dice = {1};

    dice_octets(&dice, octets, sizeof octets);
    for (unsigned at = 0; at < ALIGNMENTS; at++) {
        for (unsigned n = 0; n <= LENGTH_MAX; n += n < 300 || at < 2 ? 1 : 37) {
            uint16_t plain = checksum_fold(checksum_add_plain(0, octets + at, n));

            if (checksum_fold(checksum_add(0, octets + at, n)) == plain) continue;
            CHECK_EQ(checksum_fold(checksum_add(0, octets + at, n)), plain);
            tap_note("length %u, alignment %u", n, at);
        }
    }
    CHECK(true);
}

TEST(octets_of_all_ones_lose_no_carry)
{
    memset(octets, 0xff, sizeof octets);
    for (unsigned n = 2; n <= LENGTH_MAX; n += 2) {
        CHECK_EQ(checksum_fold(checksum_add(0, octets, n)), 0xffff);
        CHECK_EQ(checksum_fold(checksum_add(UINT64_MAX, octets, n)), 0xffff);
    }
}

TEST(any_sum_can_be_gone_on_with)
{
    struct dice dice = {2};

    for (unsigned i = 0; i < 20000; i++) {
        uint64_t start = dice_below(&dice, 4) ? dice_u64(&dice) : UINT64_MAX - dice_below(&dice, 3);
        unsigned n = dice_below(&dice, 200), cut = n ? dice_below(&dice, n) & ~1u : 0;
        uint64_t whole, parts;

        dice_octets(&dice, octets, n);
        whole = checksum_add(start, octets, n);
        parts = checksum_add(checksum_add(start, octets, cut), octets + cut, n - cut);
        CHECK_EQ(checksum_fold(whole), checksum_fold(parts));
        CHECK_EQ(checksum_fold(whole), checksum_fold(checksum_add_plain(start, octets, n)));
    }
}

TEST(octets_with_their_checksum_inside_sum_to_ffff)
{
    struct dice dice = {3};

    for (unsigned i = 0; i < 5000; i++) {
        unsigned n = 2 + dice_below(&dice, 100);
        unsigned at = dice_below(&dice, n / 2) * 2;
        uint16_t checksum;

        dice_octets(&dice, octets, n);
        memset(octets + at, 0, 2);
        if (i % 50 == 0) memset(octets, 0, n); /* nothing but zeros is the one sum that is zero */
        checksum = checksum_finish(checksum_add(0, octets, n));
        memcpy(octets + at, &checksum, 2);
        CHECK_EQ(checksum_fold(checksum_add(0, octets, n)), 0xffff);
        CHECK(checksum_is_right(checksum_add(0, octets, n)));
        octets[dice_below(&dice, n)] ^= (unsigned char)(1u << dice_below(&dice, 8));
        CHECK(checksum_fold(checksum_add(0, octets, n)) != 0xffff);
        CHECK(!checksum_is_right(checksum_add(0, octets, n)));
    }
}

TEST(a_sum_is_right_when_it_folds_to_ffff)
{
    static const uint64_t edges[] = {0,          1,          0xfffe,         0xffff,
                                     0x10000,    0x1fffe,    0xffffffff,     0xfffffffe,
                                     UINT64_MAX, 0xffff0000, UINT64_MAX - 1, 0xffff000000000000};
    struct dice dice = {4};

    for (unsigned i = 0; i < sizeof edges / sizeof edges[0]; i++)
        CHECK_EQ(checksum_is_right(edges[i]), checksum_fold(edges[i]) == 0xffff);
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t sum = dice_u64(&dice) / 0xffff * 0xffff + dice_below(&dice, 2);

        CHECK_EQ(checksum_is_right(sum), checksum_fold(sum) == 0xffff);
    }
}

TEST(a_copy_has_the_same_sum_and_octets_and_stops_where_it_should)
{
    struct dice dice = {4};

    for (unsigned n = 0; n <= LENGTH_MAX; n += n < 300 ? 1 : 13) {
        unsigned from = dice_below(&dice, ALIGNMENTS), to = dice_below(&dice, ALIGNMENTS);

        dice_octets(&dice, octets, sizeof octets);
        memset(copy, 0x5a, sizeof copy);
        CHECK_EQ(checksum_fold(checksum_copy(7, copy + to, octets + from, n)),
                 checksum_fold(checksum_add_plain(7, octets + from, n)));
        CHECK(memcmp(copy + to, octets + from, n) == 0);
        CHECK_EQ(copy[to + n], 0x5a);
        if (to) CHECK_EQ(copy[to - 1], 0x5a);
    }
}
