/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include "tap.h"

enum { CROWD = 1000 };

static struct world world;

static void crowd_plan(struct world_plan *plan, uint64_t seed, bool is_v6) {
    world_plan_init(plan, seed);
    plan->is_v6 = is_v6;
    plan->batch = 32;
    plan->backlog = 128;
    plan->max_frames = 16384;
    plan->stack.max_conns = CROWD + 10;
    plan->stack.max_half_opens = CROWD + 10;
    plan->stack.max_time_waits = 2 * CROWD;
    plan->stack.max_reassemblies = CROWD;
    plan->stack.max_replies = 2 * CROWD;
    plan->there = (struct sim_link_config){.mtu = 1500,
                                           .delay_us = 5000,
                                           .jitter_us = 2000,
                                           .bandwidth_bps = 1000000000,
                                           .loss_ppm = 10000,
                                           .duplicate_ppm = 5000,
                                           .reorder_ppm = 20000,
                                           .reorder_us = 3000};
    plan->back = plan->there;
}

/* A thousand clients, one each @every_us; the last sends @bytes_max octets. */
static void crowd_try(const struct world_plan *plan, uint32_t every_us, uint32_t bytes_max,
                      bool is_echo) {
    for (uint32_t i = 0; i < CROWD; i++) {
        world.each[i] = (struct transfer){
            .start_ns = plan->start_ns + (uint64_t)i * every_us * 1000,
            .plan = {.up_bytes = (i + 1) * (uint64_t)bytes_max / CROWD,
                     .is_echo = is_echo,
                     .chunk_bytes = 1400,
                     .linger_ppm = 300000},
        };
    }
    world_transfers(&world, plan, CROWD);
    if (!CHECK(world_make(&world, plan, CROWD) && world_run(&world))) world_tell(&world);
    CHECK_EQ(world_info(&world, false).opened_active, CROWD);
    CHECK_EQ(world_info(&world, true).opened_passive, CROWD);
    CHECK_EQ(world_info(&world, true).half_opens, 0);
    if (!CHECK(world_settle(&world))) world_tell(&world);
    world_free(&world);
}

TEST(a_thousand_clients_at_one_instant_are_all_served)
{
    for (unsigned is_v6 = 0; is_v6 < 2; is_v6++) {
        TEST_ROW ("a thousand clients at one instant: %s", is_v6 ? "IPv6" : "IPv4") {
            struct world_plan plan;

            crowd_plan(&plan, 21 + is_v6, is_v6);
            crowd_try(&plan, 0, 3000, true);
        }
    }
}

TEST(a_thousand_clients_one_behind_another_are_all_served)
{
    struct world_plan plan;

    crowd_plan(&plan, 23, false);
    crowd_try(&plan, 1000, 3000, true);
}

TEST(a_thousand_clients_are_served_even_when_half_opens_and_backlog_are_few)
{
    struct world_plan plan;

    crowd_plan(&plan, 24, false);
    plan.backlog = 15;
    plan.stack.max_half_opens = 50;
    plan.stack.syn_retries = 30;
    plan.stack.rto_max_us = 2000000;
    crowd_try(&plan, 0, 3000, true);
}

TEST(a_thousand_clients_are_served_even_when_buffers_are_few)
{
    struct world_plan plan;

    crowd_plan(&plan, 25, false);
    plan.stack.buffer_bytes = 8u << 20; /* 8 KiB a connection, for both directions */
    plan.stack.data_retries = 30;
    crowd_try(&plan, 0, 60000, false);
}
