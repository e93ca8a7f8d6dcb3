/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/flow.h"
#include "dice.h"
#include "must_fail.h"
#include "tap.h"

#define LIMIT_MAX 6000u

static _Alignas(64) struct flow_slot memory[LIMIT_MAX * 2];
static struct flow_table table;

/* The model: all that is filed, in no order. */
static struct flow_slot filed[LIMIT_MAX];
static uint32_t n_filed;

static void start(uint32_t limit) {
    memset(memory, 0, sizeof memory);
    n_filed = 0;
    flow_table_init(&table, memory, limit);
}

static void file(uint32_t tag, uint32_t ref) {
    flow_insert(&table, tag, ref);
    filed[n_filed++] = (struct flow_slot){tag, ref};
}

static void unfile(uint32_t i) {
    flow_remove(&table, filed[i].tag, filed[i].ref);
    filed[i] = filed[--n_filed];
}

/* Whether the table says of @tag what the model says: each reference once, and no other. */
static bool agrees(uint32_t tag) {
    uint32_t wanted = 0, seen = 0, sum = 0, at, ref;

    for (uint32_t i = 0; i < n_filed; i++) {
        if (filed[i].tag != tag) continue;
        wanted++;
        sum += filed[i].ref;
    }
    for (ref = flow_first(&table, tag, &at); ref; ref = flow_next(&table, tag, &at)) {
        seen++;
        sum -= ref;
        if (seen > wanted) return false;
    }
    return seen == wanted && sum == 0;
}

/* Tags that crowd: few values, at home in the last slots and the first. */
static uint32_t crowded_tag(struct dice *dice) {
    static const uint32_t homes[] = {0xffffffff, 0xfffffffe, 0xf0000000, 0xfc000000,
                                     0,          1,          0x04000000};

    return homes[dice_below(dice, sizeof homes / sizeof homes[0])] +
           dice_below(dice, 2) * 0x00800000;
}

TEST(the_table_is_at_most_two_thirds_full_and_in_whole_lines)
{
    for (uint32_t limit = 0; limit < 1000; limit++) {
        size_t slots = flow_table_size(limit) / sizeof(struct flow_slot);

        CHECK(slots * 2 >= (size_t)limit * 3 && slots > limit);
        CHECK_EQ(flow_table_size(limit) % 64, 0);
    }
    CHECK(flow_table_size(2000000000) >= 24000000000u);
}

TEST(references_under_one_tag_are_all_found)
{
    start(30);
    for (uint32_t ref = 1; ref <= 30; ref++)
        file(0xffffffff, ref); /* every one of them but the first wraps around the end */
    CHECK(agrees(0xffffffff));
    CHECK(agrees(0));
    while (n_filed) {
        unfile(n_filed / 2);
        CHECK(agrees(0xffffffff));
    }
}

TEST(a_crowded_table_agrees_with_the_model)
{
    for (unsigned long seed = 0; seed < tap_seeds(20); seed++) {
        struct dice dice = {seed};
        uint32_t next_ref = 1;

        start(30);
        for (int step = 0; step < 20000; step++) {
            uint32_t tag = crowded_tag(&dice), choice = dice_below(&dice, 5);

            if (choice < 2 && n_filed < 30) {
                file(tag, next_ref++);
            } else if (choice < 4 && n_filed) {
                uint32_t i = dice_below(&dice, n_filed);

                tag = filed[i].tag;
                unfile(i);
            } else if (n_filed) {
                uint32_t i = dice_below(&dice, n_filed);

                tag = filed[i].tag;
                flow_replace(&table, tag, filed[i].ref, next_ref);
                filed[i].ref = next_ref++;
            }
            CHECK_EQ(table.used, n_filed);
            if (!CHECK(agrees(tag)) || !CHECK(agrees(crowded_tag(&dice)))) return;
        }
    }
}

TEST(a_full_table_of_random_tags_agrees_with_the_model)
{
    struct dice dice = {7};

    start(LIMIT_MAX);
    for (int round = 0; round < 3; round++) {
        while (n_filed < LIMIT_MAX)
            file(dice_u32(&dice), 1 + n_filed);
        for (uint32_t i = 0; i < LIMIT_MAX; i += 7)
            CHECK(agrees(filed[i].tag));
        for (uint32_t i = 0; i < LIMIT_MAX / 2; i++)
            unfile(dice_below(&dice, n_filed));
        for (uint32_t i = 0; i < n_filed; i += 7)
            CHECK(agrees(filed[i].tag));
    }
    while (n_filed)
        unfile(n_filed - 1);
    for (uint32_t i = 0; i < table.n_slots; i++)
        CHECK(table.slots[i].ref == 0);
}

TEST(a_prefetch_changes_nothing)
{
    start(3);
    flow_prefetch(&table, 0);
    flow_prefetch(&table, 0xffffffff);
    CHECK_EQ(table.used, 0);
}

TEST(misuse_is_stopped)
{
    start(2);
    file(5, 1);
    CHECK(MUST_FAILS(flow_insert(&table, 5, 0)));
    CHECK(MUST_FAILS(flow_remove(&table, 5, 2)));
    CHECK(MUST_FAILS(flow_remove(&table, 6, 1)));
    CHECK(MUST_FAILS(flow_replace(&table, 5, 1, 0)));
    CHECK(MUST_FAILS(flow_replace(&table, 5, 2, 3)));
    file(5, 2);
    CHECK(MUST_FAILS(flow_insert(&table, 9, 3)));
}

TEST(tags_that_an_outsider_could_choose_are_stopped)
{
    start(FLOW_RUN_MAX + 1);
    for (uint32_t ref = 1; ref <= FLOW_RUN_MAX; ref++)
        flow_insert(&table, 42, ref);
    CHECK(MUST_FAILS(flow_insert(&table, 42, FLOW_RUN_MAX + 1)));
}
