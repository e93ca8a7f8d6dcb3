/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/pool.h"
#include "dice.h"
#include "must_fail.h"
#include "tap.h"

struct thing {
    uint32_t link; /* the pool's while free */
    uint32_t generation;
    uint64_t owner;
};

#define LIMIT 100u

static struct thing memory[LIMIT + 1];
static struct pool pool;

static void start(uint32_t limit) {
    memset(memory, 0, sizeof memory);
    pool_init(&pool, memory, limit, sizeof memory[0]);
}

static struct thing *thing(uint32_t index) {
    return pool_at(&pool, index);
}

TEST(a_pool_gives_out_its_limit_and_then_nothing)
{
    start(LIMIT);
    CHECK_EQ(pool_size(LIMIT, sizeof memory[0]), LIMIT * sizeof memory[0]);
    for (uint32_t i = 1; i <= LIMIT; i++)
        CHECK_EQ(pool_take(&pool), i);
    CHECK_EQ(pool_take(&pool), 0);
    CHECK_EQ(pool.used, LIMIT);
    pool_give(&pool, 17);
    CHECK_EQ(pool_take(&pool), 17);
    CHECK_EQ(pool_take(&pool), 0);
}

TEST(a_pool_of_nothing_gives_nothing)
{
    start(0);
    CHECK_EQ(pool_take(&pool), 0);
}

TEST(the_last_freed_is_the_first_taken)
{
    start(LIMIT);
    for (uint32_t i = 1; i <= 5; i++)
        pool_take(&pool);
    pool_give(&pool, 2);
    pool_give(&pool, 4);
    pool_give(&pool, 3);
    CHECK_EQ(pool_take(&pool), 3);
    CHECK_EQ(pool_take(&pool), 4);
    CHECK_EQ(pool_take(&pool), 2);
    CHECK_EQ(pool_take(&pool), 6);
}

TEST(objects_never_taken_are_never_touched_and_generations_survive)
{
    start(LIMIT);
    memset(memory, 0xee, sizeof memory);
    for (uint32_t i = 1; i <= 3; i++)
        thing(pool_take(&pool))->generation = i;
    pool_give(&pool, 1);
    pool_give(&pool, 2);
    CHECK_EQ(thing(1)->generation, 1);
    CHECK_EQ(thing(2)->generation, 2);
    for (uint32_t i = 3 * sizeof memory[0]; i < sizeof memory; i++)
        CHECK_EQ(((unsigned char *)memory)[i], 0xee);
}

TEST(no_object_has_two_owners)
{
    static uint32_t owned[LIMIT];
    struct dice dice = {5};
    uint32_t n = 0;

    start(LIMIT);
    for (uint64_t step = 1; step < 200000; step++) {
        if (dice_below(&dice, 2) || n == 0) {
            uint32_t index = pool_take(&pool);

            CHECK_EQ(index == 0, n == LIMIT);
            if (index == 0) continue;
            if (!CHECK(thing(index)->owner == 0)) return;
            thing(index)->owner = step;
            owned[n++] = index;
        } else {
            uint32_t i = dice_below(&dice, n);

            thing(owned[i])->owner = 0;
            pool_give(&pool, owned[i]);
            owned[i] = owned[--n];
        }
        CHECK_EQ(pool.used, n);
    }
}

TEST(misuse_is_stopped)
{
    start(LIMIT);
    pool_take(&pool);
    pool_take(&pool);
    pool_give(&pool, 1);
    CHECK(MUST_FAILS(pool_give(&pool, 1)));
    CHECK(MUST_FAILS(pool_give(&pool, 0)));
    CHECK(MUST_FAILS(pool_give(&pool, 3)));
    CHECK(MUST_FAILS(pool_init(&pool, memory, 1, 6)));
    CHECK(MUST_FAILS(pool_init(&pool, memory, 1, 0)));
    CHECK(MUST_FAILS((memory[0].link = 77, pool_take(&pool))));
    CHECK(!MUST_FAILS(pool_give(&pool, 2)));
}
