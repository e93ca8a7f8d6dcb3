/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/ring.h"
#include "dice.h"
#include "must_fail.h"
#include "tap.h"

#define ARENA ((size_t)BUDDY_MIN << (BUDDY_ORDERS - 1))

static _Alignas(4096) unsigned char memory[ARENA + ARENA / 1000];
static struct buddy buddy;
static struct ring ring;

/* What stands at a position of the stream. */
static unsigned char octet_at(uint32_t position) {
    return (unsigned char)(position * 2654435761u >> 24);
}

static void start(void) {
    memset(memory + ARENA, 0, sizeof memory - ARENA);
    buddy_init(&buddy, memory, ARENA);
    ring = (struct ring){.block = 0};
}

static void put(uint32_t at, uint32_t n) {
    static unsigned char bytes[1 << 20];

    for (uint32_t i = 0; i < n; i++)
        bytes[i] = octet_at(at + i);
    ring_put(&ring, &buddy, at, bytes, n);
}

/* Whether positions @at .. @at + @n hold what was put there, by both ways to read. */
static bool holds(uint32_t at, uint32_t n) {
    static unsigned char bytes[1 << 20];
    struct span spans[2];
    uint32_t wrong = 0;

    ring_get(&ring, &buddy, at, bytes, n);
    for (uint32_t i = 0; i < n; i++)
        wrong += bytes[i] != octet_at(at + i);
    ring_spans(&ring, &buddy, at, n, spans);
    if (wrong || spans[0].length + spans[1].length != n) return false;
    return (n == 0 || memcmp(spans[0].base, bytes, spans[0].length) == 0) &&
           (spans[1].length == 0 ||
            memcmp(spans[1].base, bytes + spans[0].length, spans[1].length) == 0);
}

TEST(positions_around_the_wrap_keep_their_octets)
{
    for (uint32_t i = 0; i < 10000; i += 7) {
        uint32_t from = i - 5000;

        start();
        CHECK(ring_reserve(&ring, &buddy, from, 0, 3000));
        put(from, 3000);
        if (!CHECK(holds(from, 3000))) return;
        ring_release(&ring, &buddy);
    }
}

TEST(growth_keeps_what_lives_wherever_it_lies)
{
    struct dice dice = {1};

    for (int i = 0; i < 3000; i++) {
        uint32_t from = dice_below(&dice, 2) ? dice_u32(&dice) : 0u - dice_below(&dice, 4000);
        uint32_t live = dice_below(&dice, 2049), length = live + dice_below(&dice, 60000);

        start();
        CHECK(ring_reserve(&ring, &buddy, from, 0, BUDDY_MIN));
        CHECK_EQ(ring_capacity(&ring), BUDDY_MIN);
        put(from, live);
        CHECK(ring_reserve(&ring, &buddy, from, live, length));
        CHECK(ring_capacity(&ring) >= length);
        CHECK_EQ(buddy.used * BUDDY_MIN, ring_capacity(&ring)); /* the smaller block went back */
        if (!CHECK(holds(from, live))) return;
        put(from + live, length - live);
        if (!CHECK(holds(from, length))) return;
    }
}

TEST(a_stream_of_many_times_its_size_flows_through)
{
    struct dice dice = {2};
    uint32_t read = 0xfffe0000, written = read;

    start();
    while (read - 0xfffe0000 < 1u << 21) {
        uint32_t room = 65536 - (written - read), n = dice_below(&dice, room + 1);

        if (!CHECK(ring_reserve(&ring, &buddy, read, written - read, written - read + n))) return;
        put(written, n);
        written += n;
        n = dice_below(&dice, written - read + 1);
        if (!CHECK(holds(read, n))) return;
        read += n;
    }
    CHECK(ring_capacity(&ring) <= 65536);
    ring_release(&ring, &buddy);
    CHECK_EQ(buddy.used, 0);
}

TEST(without_memory_nothing_changes)
{
    start();
    CHECK(ring_reserve(&ring, &buddy, 0, 0, 1000));
    put(0, 1000);
    while (buddy_take(&buddy, 0) != 0)
        ;
    CHECK(!ring_reserve(&ring, &buddy, 0, 1000, 4000));
    CHECK_EQ(ring_capacity(&ring), BUDDY_MIN);
    CHECK(holds(0, 1000));
}

TEST(an_empty_ring_has_no_memory)
{
    struct span spans[2];

    start();
    CHECK_EQ(ring_capacity(&ring), 0);
    CHECK(ring_reserve(&ring, &buddy, 5, 0, 0));
    CHECK_EQ(ring_capacity(&ring), 0);
    ring_put(&ring, &buddy, 5, NULL, 0);
    ring_get(&ring, &buddy, 5, NULL, 0);
    ring_spans(&ring, &buddy, 5, 0, spans);
    CHECK_EQ(spans[0].length + spans[1].length, 0);
    ring_release(&ring, &buddy);
    CHECK_EQ(buddy.used, 0);
}

TEST(the_largest_ring_can_be_had_and_no_larger)
{
    start();
    CHECK(ring_reserve(&ring, &buddy, 0xfffffff0, 0, ARENA));
    CHECK_EQ(ring_capacity(&ring), ARENA);
    put(0xfffffff0, 100);
    CHECK(holds(0xfffffff0, 100));
    CHECK(MUST_FAILS(ring_reserve(&ring, &buddy, 0, 0, ARENA + 1)));
}

TEST(misuse_is_stopped)
{
    static unsigned char bytes[BUDDY_MIN + 1];
    struct span spans[2];

    start();
    CHECK(MUST_FAILS(ring_reserve(&ring, &buddy, 0, 1, 10)));
    CHECK(MUST_FAILS(ring_put(&ring, &buddy, 0, bytes, 1)));
    CHECK(ring_reserve(&ring, &buddy, 0, 0, 1));
    CHECK(MUST_FAILS(ring_put(&ring, &buddy, 0, bytes, sizeof bytes)));
    CHECK(MUST_FAILS(ring_get(&ring, &buddy, 0, bytes, sizeof bytes)));
    CHECK(MUST_FAILS(ring_spans(&ring, &buddy, 0, BUDDY_MIN + 1, spans)));
    CHECK(MUST_FAILS(ring_reserve(&ring, &buddy, 0, 11, 10)));
}
