/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/random.h"

#include "sim/pattern.h"
#include "tap.h"

/* Published test vectors: the reference code's first outputs for these states. */
TEST(splitmix64_gives_the_numbers_of_its_definition)
{
    static const uint64_t wanted[] = {6457827717110365317u, 3203168211198807973u,
                                      9817491932198370423u, 4593380528125082431u,
                                      16408922859458223821u};
    uint64_t state = 1234567;

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        CHECK_EQ(random_split(&state), wanted[i]);
}

TEST(xoshiro256_gives_the_numbers_of_its_definition)
{
    static const uint64_t wanted[] = {
        11520,
        0,
        1509978240,
        1215971899390074240u,
        1216172134540287360u,
        607988272756665600u,
        16172922978634559625u,
        8476171486693032832u,
        10595114339597558777u,
        2904607092377533576u,
    };
    struct random stream = {
        {1, 2, 3, 4}
    };

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        CHECK_EQ(random_u64(&stream), wanted[i]);
}

TEST(streams_of_one_seed_differ_by_purpose_and_index)
{
    struct random a = random_stream(7, RANDOM_LOSS, 1), again = random_stream(7, RANDOM_LOSS, 1);
    struct random b = random_stream(7, RANDOM_LOSS, 2), c = random_stream(7, RANDOM_JITTER, 1);
    struct random d = random_stream(8, RANDOM_LOSS, 1);
    uint64_t first = random_u64(&a);

    CHECK_EQ(random_u64(&again), first);
    CHECK(random_u64(&b) != first);
    CHECK(random_u64(&c) != first);
    CHECK(random_u64(&d) != first);
}

TEST(draws_stay_within_their_bounds_and_reach_them)
{
    struct random stream = random_stream(1, RANDOM_SCENARIO, 0);
    uint32_t seen[6] = {0};

    for (int i = 0; i < 6000; i++) {
        uint32_t n = random_between(&stream, 10, 15);

        if (CHECK(n >= 10 && n <= 15)) seen[n - 10]++;
    }
    for (int i = 0; i < 6; i++)
        CHECK(seen[i] > 850 && seen[i] < 1150);
    CHECK_EQ(random_below(&stream, 1), 0);
}

TEST(shares_of_a_million_are_hit_that_often)
{
    static const uint32_t shares[] = {0, 1000, 50000, 500000, 1000000};

    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        struct random stream = random_stream(3, RANDOM_LOSS, 0);
        int64_t hits = 0, wanted = shares[i] / 10;

        for (int n = 0; n < 100000; n++)
            hits += random_is_hit(&stream, shares[i]);
        CHECK(hits >= wanted - 400 && hits <= wanted + 400);
        if (shares[i] % 1000000 == 0) CHECK_EQ(hits, wanted);
    }
}

TEST(octets_do_not_depend_on_the_byte_order_of_the_machine)
{
    static const unsigned char wanted[] = {0, 0, 0, 0, 0, 0, 0x2d, 0x00, 0, 0};
    struct random stream = {
        {1, 2, 3, 4}
    };
    unsigned char bytes[10];

    random_fill(&stream, bytes, sizeof bytes); /* 11520 is 0x2d00 */
    CHECK_MEM(bytes, wanted, sizeof wanted);
}

TEST(any_piece_of_a_pattern_is_the_same_as_in_the_whole)
{
    unsigned char whole[64], piece[64];

    pattern_put(42, 1000, whole, sizeof whole);
    for (uint32_t from = 0; from < 64; from++) {
        pattern_put(42, 1000 + from, piece, 64 - from);
        CHECK_MEM(piece, whole + from, 64 - from);
        CHECK_EQ(pattern_check(42, 1000 + from, whole + from, 64 - from), 64 - from);
    }
}

TEST(a_pattern_check_tells_where_the_first_wrong_octet_is)
{
    unsigned char bytes[40];

    for (uint32_t wrong = 0; wrong < 40; wrong++) {
        pattern_put(9, 5, bytes, sizeof bytes);
        bytes[wrong] ^= 0x20;
        CHECK_EQ(pattern_check(9, 5, bytes, sizeof bytes), wrong);
    }
    pattern_put(9, 5, bytes, sizeof bytes);
    CHECK(pattern_check(10, 5, bytes, sizeof bytes) < 5);
    CHECK(pattern_check(9, 6, bytes, sizeof bytes) < 5);
}
