/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/list.h"
#include "dice.h"
#include "tap.h"

struct thing {
    uint64_t before;
    struct list_link link, other;
    uint32_t after;
};

#define THINGS 64u

static struct thing things[THINGS];
static struct list list;

static void start(void) {
    memset(things, 0xa5, sizeof things); /* links of what is in no list may be anything */
    list_init(&list, &things[0].link, sizeof things[0]);
}

/* The list holds exactly these, in this order, whichever way it is walked. */
static void check_holds(const uint32_t *wanted, uint32_t n) {
    uint32_t index = list.head, last = 0;

    CHECK_EQ(list.count, n);
    for (uint32_t i = 0; i < n; i++) {
        if (!CHECK_EQ(index, wanted[i])) return;
        CHECK_EQ(list_at(&list, index)->prev, last);
        last = index;
        index = list_at(&list, index)->next;
    }
    CHECK_EQ(index, 0);
    CHECK_EQ(list.tail, last);
}

static void push_all(uint32_t n) {
    for (uint32_t i = 1; i <= n; i++)
        list_push(&list, i);
}

TEST(an_empty_list_has_nothing_to_take)
{
    start();
    check_holds(NULL, 0);
    CHECK_EQ(list_pop(&list), 0);
    check_holds(NULL, 0);
}

TEST(what_was_pushed_first_is_taken_first)
{
    start();
    push_all(5);
    check_holds((const uint32_t[]){1, 2, 3, 4, 5}, 5);
    for (uint32_t i = 1; i <= 5; i++)
        CHECK_EQ(list_pop(&list), i);
    check_holds(NULL, 0);
}

TEST(any_place_can_be_left)
{
    start();
    push_all(5);
    list_remove(&list, 3);
    check_holds((const uint32_t[]){1, 2, 4, 5}, 4);
    list_remove(&list, 1);
    check_holds((const uint32_t[]){2, 4, 5}, 3);
    list_remove(&list, 5);
    check_holds((const uint32_t[]){2, 4}, 2);
    list_remove(&list, 2);
    check_holds((const uint32_t[]){4}, 1);
    list_remove(&list, 4);
    check_holds(NULL, 0);
}

TEST(what_left_comes_back_at_the_end)
{
    start();
    push_all(3);
    list_remove(&list, 1);
    list_push(&list, 1);
    check_holds((const uint32_t[]){2, 3, 1}, 3);
    list_push(&list, list_pop(&list));
    check_holds((const uint32_t[]){3, 1, 2}, 3);
}

TEST(the_last_object_of_a_pool_has_its_place)
{
    start();
    list_push(&list, THINGS);
    list_push(&list, 1);
    check_holds((const uint32_t[]){THINGS, 1}, 2);
    CHECK(list_at(&list, THINGS) == &things[THINGS - 1].link);
}

TEST(two_lists_hold_the_same_objects_by_links_of_their_own)
{
    struct list other;

    start();
    list_init(&other, &things[0].other, sizeof things[0]);
    push_all(3);
    list_push(&other, 2);
    list_push(&other, 1);
    list_remove(&list, 2);
    check_holds((const uint32_t[]){1, 3}, 2);
    CHECK_EQ(list_pop(&other), 2);
    CHECK_EQ(list_pop(&other), 1);
    CHECK_EQ(list_pop(&other), 0);
}

/* Against an array that does the same by moving everything. */
TEST(any_order_of_pushes_and_removals_agrees_with_an_array)
{
    struct dice dice = {1};
    uint32_t model[THINGS], n = 0;
    bool is_in[THINGS + 1] = {false};

    start();
    for (unsigned step = 0; step < 20000; step++) {
        uint32_t index = 1 + dice_below(&dice, THINGS), at = 0;

        if (is_in[index]) {
            while (model[at] != index)
                at++;
            memmove(model + at, model + at + 1, (--n - at) * sizeof *model);
            list_remove(&list, index);
        } else {
            model[n++] = index;
            list_push(&list, index);
        }
        is_in[index] = !is_in[index];
        if (step % 50 == 0) check_holds(model, n);
    }
    check_holds(model, n);
    for (uint32_t i = 0; i < THINGS; i++)
        CHECK_EQ(things[i].before, 0xa5a5a5a5a5a5a5a5u);
}
