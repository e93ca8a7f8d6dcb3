/* SPDX-License-Identifier: BSD-2-Clause */
#include "door/memory.h"

#include <sys/mman.h>

#include "door/clock.h"
#include "door/entropy.h"
#include "tap.h"

/* Pages of @memory that are there. */
static size_t pages_held(unsigned char *memory, size_t octets) {
    size_t held = 0;
    unsigned char *here = malloc(octets / 4096);

    CHECK_EQ(mincore(memory, octets, here), 0);
    for (size_t i = 0; i < octets / 4096; i++)
        held += here[i] & 1;
    free(here);
    return held;
}

TEST(a_sparse_block_holds_only_what_was_touched)
{
    size_t octets = (size_t)4 << 30;
    unsigned char *memory = memory_map(octets, MEMORY_SMALL_PAGES);

    if (!CHECK(memory != NULL)) return;
    CHECK_EQ((size_t)memory % 4096, 0);
    CHECK_EQ(pages_held(memory, octets), 0);
    for (unsigned i = 0; i < 100; i++)
        memory[octets / 100 * i] += 1;
    CHECK_EQ(memory[octets / 100], 1);
    CHECK_EQ(pages_held(memory, octets), 100);
    memory_unmap(memory, octets);
}

TEST(an_impossible_block_is_refused)
{
    CHECK(memory_map(0, MEMORY_SMALL_PAGES) == NULL);
    CHECK(memory_map(SIZE_MAX, MEMORY_SMALL_PAGES) == NULL);
    CHECK(memory_map((size_t)1 << 60, MEMORY_HUGE_PAGES) == NULL);
    memory_unmap(NULL, 4096);
}

TEST(an_odd_size_is_mapped_and_given_back)
{
    for (size_t octets = 1; octets < (size_t)5 << 20; octets = octets * 3 + 1) {
        unsigned char *memory = memory_map(octets, MEMORY_HUGE_PAGES);

        if (!CHECK(memory != NULL)) return;
        memory[0] = memory[octets - 1] = 1;
        memory_unmap(memory, octets);
    }
}

TEST(entropy_fills_all_of_it_and_differs)
{
    unsigned char a[1000] = {0}, b[1000] = {0};
    unsigned zeros = 0;

    entropy_fill(a, sizeof a);
    entropy_fill(b, sizeof b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    for (size_t i = 0; i < sizeof a; i++)
        zeros += a[i] == 0;
    CHECK(zeros < 100); /* about 4 are expected */
    entropy_fill(a, 0);
}

TEST(the_monotonic_clock_never_goes_back_and_the_wall_is_after_2020)
{
    uint64_t last = clock_monotonic_ns();

    for (unsigned i = 0; i < 1000; i++) {
        uint64_t now = clock_monotonic_ns();

        CHECK(now >= last);
        last = now;
    }
    CHECK(clock_wall_ns() > 1577836800000000000u);
}
