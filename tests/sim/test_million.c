/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include "tap.h"

enum { MILLION = 1000000, BYTES = 100000000 };

static struct world world;

/*
 * All invariants of the network are checked after each event; the eyewitness sees nothing here,
 * he would take longer than all else.
 */
TEST(a_million_packets_with_every_impairment_take_seconds)
{
    struct world_plan plan;
    uint64_t packets;
    unsigned long bytes = tap_seeds(BYTES);

    world_plan_init(&plan, 1000000);
    plan.batch = 8;
    plan.stack.rto_max_us = 2000000;
    plan.stack.data_retries = 30;
    plan.there = (struct sim_link_config){.mtu = 180,
                                          .delay_us = 1000,
                                          .jitter_us = 200,
                                          .bandwidth_bps = 1000000000,
                                          .loss_ppm = 300,
                                          .duplicate_ppm = 1000,
                                          .reorder_ppm = 1000,
                                          .reorder_us = 200,
                                          .burst_enter_ppm = 30,
                                          .burst_leave_ppm = 300000,
                                          .burst_loss_ppm = 700000,
                                          .corrupt_ppm = 300,
                                          .cut_from_us = 4000000,
                                          .cut_us = 500000,
                                          .cut_every_us = 30000000};
    plan.back = plan.there;
    plan.back.delay_us = 3000;
    world.each[0] = (struct transfer){
        .plan = {.up_bytes = bytes, .down_bytes = bytes / 10, .chunk_bytes = 8192}
    };
    world_transfers(&world, &plan, 1);
    if (!CHECK(world_make(&world, &plan, 1))) return;
    sim_link_tap(world.sim, 0, NULL, NULL);
    if (!CHECK(world_run(&world))) world_tell(&world);
    packets = world_info(&world, false).frames_in + world_info(&world, true).frames_in;
    CHECK(packets >= MILLION || bytes < BYTES);
    tap_note("%llu packets, %llu events, %llu s of virtual time", (unsigned long long)packets,
             (unsigned long long)sim_events(world.sim),
             (unsigned long long)((sim_now(world.sim) - plan.start_ns) / NS_PER_S));
    if (!CHECK(world_settle(&world))) world_tell(&world);
    world_free(&world);
}
