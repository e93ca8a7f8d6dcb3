/* SPDX-License-Identifier: BSD-2-Clause */
#include <sys/mman.h>

#include "base/buddy.h"
#include "dice.h"
#include "must_fail.h"
#include "tap.h"

#define LARGEST   ((size_t)BUDDY_MIN << (BUDDY_ORDERS - 1))
#define TOP_UNITS (1u << (BUDDY_ORDERS - 1))
#define ARENA_MAX (3 * LARGEST)
#define UNITS_MAX (3 * TOP_UNITS)

static struct buddy buddy;
static unsigned char *memory;

/* The model: which block owns each unit (0: none). */
static uint32_t owner[UNITS_MAX];

struct block {
    uint32_t handle;
    unsigned order;
};

/* A fresh arena in memory of its own, so that pages never touched can be told. */
static bool start(size_t arena_bytes) {
    static size_t mapped;

    if (memory) munmap(memory, mapped);
    mapped = buddy_size(ARENA_MAX);
    memory = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                  -1, 0);
    if (!CHECK(memory != MAP_FAILED)) return false;
    memset(owner, 0, sizeof owner);
    buddy_init(&buddy, memory, arena_bytes);
    return true;
}

/*
 * Take a block and mark it in the model.  Return: false if it overlaps another, lies badly or
 * outside.
 */
static bool take(struct block *block, unsigned order) {
    uint32_t units = 1u << order;

    *block = (struct block){buddy_take(&buddy, order), order};
    if (block->handle == 0) return true;
    if (block->handle - 1 + units > buddy.units || (block->handle - 1) % units != 0) return false;
    for (uint32_t i = block->handle - 1; i < block->handle - 1 + units; i++) {
        if (owner[i]) return false;
        owner[i] = block->handle;
    }
    memset(buddy_at(&buddy, block->handle), 0xdd,
           16); /* what was in a free block is the owner's now */
    return true;
}

static void give(struct block block) {
    memset(owner + block.handle - 1, 0, sizeof owner[0] << block.order);
    buddy_give(&buddy, block.handle, block.order);
}

/* Whether the arena is one again: every largest block can be had. */
static bool is_whole(void) {
    struct block blocks[UNITS_MAX / TOP_UNITS];
    uint32_t n = buddy.units / TOP_UNITS;

    if (buddy.used != 0) return false;
    for (uint32_t i = 0; i < n; i++)
        if (!take(&blocks[i], BUDDY_ORDERS - 1) || blocks[i].handle == 0) return false;
    if (buddy_take(&buddy, 0) != 0) return false;
    for (uint32_t i = 0; i < n; i++)
        give(blocks[i]);
    return true;
}

TEST(an_arena_is_whole_largest_blocks)
{
    if (!start(3 * LARGEST - 1)) return;
    CHECK_EQ(buddy.units, 2 * TOP_UNITS);
    CHECK(buddy_size(3 * LARGEST - 1) == buddy_size(2 * LARGEST) &&
          buddy_size(2 * LARGEST) > 2 * LARGEST);
    CHECK(buddy_size(2 * LARGEST) < 2 * LARGEST + LARGEST / 1000);
    CHECK(is_whole());
    if (!start(LARGEST - 1)) return;
    CHECK_EQ(buddy_size(LARGEST - 1), 0);
    CHECK_EQ(buddy_take(&buddy, 0), 0);
}

TEST(every_order_fills_the_arena_and_comes_back)
{
    static struct block blocks[UNITS_MAX];

    if (!start(ARENA_MAX)) return;
    for (unsigned order = 0; order < BUDDY_ORDERS; order++) {
        uint32_t n = UNITS_MAX >> order;

        for (uint32_t i = 0; i < n; i++)
            if (!CHECK(take(&blocks[i], order)) || !CHECK(blocks[i].handle != 0)) return;
        for (unsigned any = 0; any < BUDDY_ORDERS; any++)
            CHECK_EQ(buddy_take(&buddy, any), 0);
        CHECK_EQ(buddy.used, UNITS_MAX);
        for (uint32_t i = 0; i < n; i += 2)
            give(blocks[i]);
        for (uint32_t i = 1; i < n; i += 2)
            give(blocks[i]);
        CHECK(is_whole());
    }
}

TEST(no_octet_has_two_owners_and_freed_neighbours_become_one)
{
    static struct block held[UNITS_MAX];

    for (unsigned long seed = 0; seed < tap_seeds(20); seed++) {
        struct dice dice = {seed};
        uint32_t n = 0, used = 0;

        if (!start(2 * LARGEST)) return;
        for (int step = 0; step < 20000; step++) {
            /* waves: times in which blocks are mostly taken, and mostly given back */
            if (dice_below(&dice, 100) < (step / 2500 % 2 ? 30u : 65u)) {
                unsigned order = dice_below(&dice, 3) ? dice_below(&dice, 3)
                                                      : dice_below(&dice, BUDDY_ORDERS);

                if (!CHECK(take(&held[n], order))) return;
                if (held[n].handle) used += 1u << held[n++].order;
            } else if (n) {
                uint32_t i = dice_below(&dice, n);

                used -= 1u << held[i].order;
                give(held[i]);
                held[i] = held[--n];
            }
            CHECK_EQ(buddy.used, used);
        }
        while (n)
            give(held[--n]);
        CHECK(is_whole());
    }
}

TEST(the_smallest_block_last_given_is_the_first_taken)
{
    struct block a, b, c;

    if (!start(LARGEST)) return;
    CHECK(take(&a, 0));
    CHECK(take(&b, 0));
    CHECK(take(&c, 0));
    give(a);
    give(c);
    CHECK_EQ(buddy_take(&buddy, 0), c.handle);
    CHECK_EQ(buddy_take(&buddy, 0), a.handle);
}

TEST(a_largest_block_is_not_touched_before_it_is_needed)
{
    unsigned char resident[ARENA_MAX / 4096];
    unsigned touched = 0;
    struct block block;

    if (!start(ARENA_MAX)) return;
    CHECK(take(&block, 0));
    if (!CHECK(mincore(memory, ARENA_MAX, resident) == 0)) return;
    for (size_t i = 0; i < sizeof resident; i++)
        touched += resident[i] & 1;
    CHECK(touched >= 1 && touched <= BUDDY_ORDERS);
    for (size_t i = LARGEST / 4096; i < sizeof resident; i++)
        if (!CHECK(!(resident[i] & 1))) return;
}

TEST(misuse_is_stopped)
{
    struct block small, large;

    if (!start(2 * LARGEST)) return;
    CHECK(take(&small, 0));
    CHECK(take(&large, 3));
    CHECK(MUST_FAILS(buddy_take(&buddy, BUDDY_ORDERS)));
    CHECK(MUST_FAILS(buddy_give(&buddy, 0, 0)));
    CHECK(MUST_FAILS(buddy_give(&buddy, small.handle, BUDDY_ORDERS)));
    CHECK(MUST_FAILS(buddy_give(&buddy, large.handle + 1, 3)));
    CHECK(MUST_FAILS(buddy_give(&buddy, TOP_UNITS + 1, 0)));
    CHECK(MUST_FAILS((buddy_give(&buddy, small.handle, 0), buddy_give(&buddy, small.handle, 0))));
    CHECK(MUST_FAILS((buddy_give(&buddy, large.handle, 3), buddy_give(&buddy, large.handle, 3))));
    CHECK(!MUST_FAILS((buddy_give(&buddy, large.handle, 3), buddy_give(&buddy, small.handle, 0))));
}
