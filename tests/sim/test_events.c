/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/events.h"

#include "sim/random.h"
#include "tap.h"

enum { SLOTS = 200, STEPS = 20000 };

/* The model: what each slot waits for, and when that was said. */
struct model {
    uint64_t at_ns[SLOTS + 1];
    uint64_t said[SLOTS + 1];
    uint64_t n_said;
};

static void model_init(struct model *model) {
    memset(model, 0, sizeof *model);
    for (int i = 0; i <= SLOTS; i++)
        model->at_ns[i] = UINT64_MAX;
}

static void model_set(struct model *model, uint32_t slot, uint64_t at_ns) {
    if (model->at_ns[slot] == at_ns) return;
    model->at_ns[slot] = at_ns;
    model->said[slot] = ++model->n_said;
}

/* The slot whose turn is next, 0 for none. */
static uint32_t model_first(const struct model *model) {
    uint32_t first = 0;

    for (uint32_t i = 1; i <= SLOTS; i++) {
        if (model->at_ns[i] == UINT64_MAX) continue;
        if (!first || model->at_ns[i] < model->at_ns[first] ||
            (model->at_ns[i] == model->at_ns[first] && model->said[i] < model->said[first]))
            first = i;
    }
    return first;
}

static struct events events_make(void) {
    static uint64_t memory[1 << 12];
    struct events events;

    memset(memory, 0, sizeof memory);
    if (!CHECK(events_size(SLOTS) <= sizeof memory)) abort();
    events_init(&events, memory, SLOTS);
    return events;
}

TEST(events_come_in_the_order_of_time_then_of_scheduling)
{
    struct random stream = random_stream(11, RANDOM_SCENARIO, 0);
    struct events events = events_make();
    struct model model;

    model_init(&model);
    for (int i = 0; i < STEPS; i++) {
        uint32_t slot = random_between(&stream, 1, SLOTS), what = random_below(&stream, 8);
        uint32_t first = model_first(&model);

        if (what < 4) {
            uint64_t at_ns = random_below(&stream, 50); /* many at one instant */

            events_set(&events, slot, at_ns);
            model_set(&model, slot, at_ns);
        } else if (what < 5) {
            events_cancel(&events, slot);
            model.at_ns[slot] = UINT64_MAX;
        } else if (first) {
            CHECK_EQ(events_first(&events)->at_ns, model.at_ns[first]);
            CHECK_EQ(events_pop(&events), first);
            model.at_ns[first] = UINT64_MAX;
        } else {
            CHECK(events_first(&events) == NULL);
        }
        CHECK_EQ(events_at(&events, slot), model.at_ns[slot]);
    }
}

TEST(the_same_instant_said_again_keeps_the_place_in_the_order)
{
    struct events events = events_make();

    events_set(&events, 1, 100);
    events_set(&events, 2, 100);
    events_set(&events, 1, 100);
    CHECK_EQ(events_pop(&events), 1);
    events_set(&events, 1, 99);
    events_set(&events, 1, 100); /* moved there and back: behind the others */
    CHECK_EQ(events_pop(&events), 2);
    CHECK_EQ(events_pop(&events), 1);
    CHECK(events_first(&events) == NULL);
}

TEST(never_is_the_same_as_cancelled)
{
    struct events events = events_make();

    events_set(&events, 5, 1);
    events_set(&events, 5, UINT64_MAX);
    events_cancel(&events, 6);
    CHECK(events_first(&events) == NULL);
}
