/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include "tap.h"

/*
 * Transfers over a grid of paths, all drawn from a seed: loss alone and in bursts, corruption,
 * times without a link, delay, reordering, small buffers, ends that give up halfway.  TERCET_SEEDS sets how many seeds are
 * tried, TERCET_SEEDS_DIVISOR divides that, TERCET_SEED=0x... tries one alone.
 */
enum { SEEDS = 1000, CELLS = 8, SYN_ACK_RETRIES = 15, WILD_DIVISOR = 4, EVENTS_MAX = 1000000 };

#define SEED_FIRST 0x7e2ce70000000000ull

static struct world world;

static const uint32_t losses_ppm[] = {0, 10000, 50000, 150000};

/* What a seed stands for. */
struct scenario {
    struct world_plan plan;
    struct transfer_plan transfer;
    uint32_t transfers;
};

static uint32_t pick(struct random *stream, const uint32_t *from, uint32_t n) {
    return from[random_below(stream, n)];
}

#define PICK(stream, ...)                                                                          \
    pick((stream), (const uint32_t[]){__VA_ARGS__},                                                \
         sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static struct sim_link_config link_draw(struct random *stream, uint32_t loss_ppm, uint32_t mtu) {
    struct sim_link_config link = {.mtu = mtu, .loss_ppm = loss_ppm};

    link.delay_us = PICK(stream, 0, 10, 10000, 150000);
    link.jitter_us = PICK(stream, 0, 0, 3000);
    link.duplicate_ppm = PICK(stream, 0, 0, 20000, 200000);
    link.duplicate_us = PICK(stream, 0, 50000);
    link.reorder_ppm = PICK(stream, 0, 0, 20000, 200000);
    link.reorder_us = PICK(stream, 100, 20000);
    link.bandwidth_bps = PICK(stream, 0, 1000000, 100000000);
    link.queue_frames = PICK(stream, 0, 10, 50);
    return link;
}

/* Bursts, corruption and times of no link at all, drawn apart. */
static void noise_draw(struct random *stream, struct sim_link_config *link) {
    link->burst_enter_ppm = PICK(stream, 0, 0, 10000, 30000);
    link->burst_leave_ppm = 300000;
    link->burst_loss_ppm = PICK(stream, 500000, 800000);
    link->corrupt_ppm = PICK(stream, 0, 0, 5000, 50000);
    link->cut_us = PICK(stream, 0, 0, 300000, 5000000);
    link->cut_from_us = random_below(stream, 3000000);
    link->cut_every_us = PICK(stream, 0, 20000000);
}

static void stack_draw(struct random *stream, struct tercet_config *stack) {
    stack->send_buffer_bytes = PICK(stream, 4096, 16384, 65536, 524288);
    stack->receive_buffer_bytes = PICK(stream, 4096, 16384, 65536, 524288);
    stack->timestamps = PICK(stream, 0, 1, 1) != 0;
    stack->window_scale = PICK(stream, 0, 1, 1) != 0;
    stack->delayed_ack_us = PICK(stream, 0, 40000, 499000);
    stack->syn_retries = 60; /* giving up is not what is tried here */
    stack->syn_ack_retries = SYN_ACK_RETRIES;
    stack->data_retries = stack->orphan_retries = 60;
    stack->msl_ms = 300000; /* nor an ACK that is lost for all of TIME-WAIT */
    stack->rto_max_us = 8000000;
    stack->ecn = (uint8_t)PICK(stream, TERCET_ECN_OFF, TERCET_ECN_GRANTED, TERCET_ECN_ASKED);
}

static void transfer_draw(struct random *stream, struct transfer_plan *plan, uint32_t bytes_max) {
    uint32_t n = random_below(stream, bytes_max + 1);

    switch (random_below(stream, 4)) {
    case 0: plan->up_bytes = n; break;
    case 1: plan->down_bytes = n; break;
    case 2:
        plan->is_echo = true;
        plan->up_bytes = n;
        break;
    default: plan->up_bytes = n; plan->down_bytes = random_below(stream, bytes_max + 1);
    }
    plan->is_early = PICK(stream, 0, 1) != 0;
    plan->is_simultaneous = PICK(stream, 0, 0, 0, 1) != 0;
    plan->chunk_bytes = PICK(stream, 10, 536, 1460, 8192);
    plan->pause_ppm = PICK(stream, 0, 10000, 100000);
    plan->pause_us = PICK(stream, 1000, 100000, 3000000);
    plan->linger_ppm = PICK(stream, 0, 500000, 1000000);
}

/* The low three bits of a seed choose the cell: the family and the loss; the rest is drawn. */
static struct scenario scenario_of(uint64_t seed) {
    struct random stream = random_stream(seed, RANDOM_SCENARIO, 0);
    struct random noise = random_stream(seed, RANDOM_SCENARIO, 1);
    uint32_t loss_ppm = losses_ppm[seed / 2 % 4], mtu, bytes_max = 200000;
    struct scenario scenario = {.transfers = PICK(&stream, 1, 1, 3)};
    struct world_plan *plan = &scenario.plan;

    world_plan_init(plan, seed);
    plan->is_v6 = seed % 2;
    plan->start_ns = random_u64(&stream) >> 8;
    plan->batch = PICK(&stream, 1, 3, 32);
    mtu = plan->is_v6 ? PICK(&stream, 1280, 1500, 9000) : PICK(&stream, 576, 1500, 9000);
    plan->there = link_draw(&stream, loss_ppm, mtu);
    plan->back = link_draw(&stream, loss_ppm, mtu);
    stack_draw(&stream, &plan->stack);
    noise_draw(&noise, &plan->there);
    noise_draw(&noise, &plan->back);
    scenario.transfer.quit_ppm = PICK(&noise, 0, 0, 0, 3000, 100000);
    if (loss_ppm > 50000) {
        plan->there.corrupt_ppm /= 10;
        plan->back.corrupt_ppm /= 10;
        bytes_max = 20000;
    }
    transfer_draw(&stream, &scenario.transfer, bytes_max);
    if (scenario.transfer.chunk_bytes < 100) scenario.transfer.up_bytes %= 5000;
    if (scenario.transfer.chunk_bytes < 100) scenario.transfer.down_bytes %= 5000;
    return scenario;
}

static void link_tell(const char *name, const struct sim_link_config *link) {
    tap_note("    %s: mtu %u delay %u+%u us, %llu b/s queue %u, loss %u ppm, duplicate %u ppm %u us, "
             "reorder %u ppm %u us",
             name, link->mtu, link->delay_us, link->jitter_us,
             (unsigned long long)link->bandwidth_bps, link->queue_frames, link->loss_ppm,
             link->duplicate_ppm, link->duplicate_us, link->reorder_ppm, link->reorder_us);
    tap_note(
        "        bursts %u/%u ppm of %u ppm, corrupt %u ppm%s, down %u us from %u us each %u us",
        link->burst_enter_ppm, link->burst_leave_ppm, link->burst_loss_ppm, link->corrupt_ppm,
        link->corrupts_wildly ? " wildly" : "", link->cut_us, link->cut_from_us, link->cut_every_us);
}

static void scenario_tell(uint64_t seed, const struct scenario *scenario) {
    const struct tercet_config *stack = &scenario->plan.stack;
    const struct transfer_plan *transfer = &scenario->transfer;

    tap_note(
        "seed 0x%016llx scenario: %u transfers up %llu down %llu%s%s%s chunk %u pause %u ppm %u us "
        "linger %u ppm, quit %u ppm, batch %u",
        (unsigned long long)seed, scenario->transfers, (unsigned long long)transfer->up_bytes,
        (unsigned long long)transfer->down_bytes, transfer->is_echo ? " echo" : "",
        transfer->is_early ? " early" : "", transfer->is_simultaneous ? " simultaneous" : "",
        transfer->chunk_bytes, transfer->pause_ppm, transfer->pause_us, transfer->linger_ppm,
        transfer->quit_ppm, scenario->plan.batch);
    tap_note("    buffers %u/%u, timestamps %d, window scale %d, delayed ACK %u us",
             stack->send_buffer_bytes, stack->receive_buffer_bytes, stack->timestamps,
             stack->window_scale, stack->delayed_ack_us);
    link_tell("there", &scenario->plan.there);
    link_tell("back", &scenario->plan.back);
    tap_note("    replay: TERCET_SEED=0x%016llx", (unsigned long long)seed);
}

static bool scenario_make(const struct scenario *scenario) {
    memset(world.each, 0, scenario->transfers * sizeof *world.each);
    for (uint32_t i = 0; i < scenario->transfers; i++)
        world.each[i].plan = scenario->transfer;
    world_transfers(&world, &scenario->plan, scenario->transfers);
    return world_make(&world, &scenario->plan, scenario->transfers);
}

static void scenario_end(uint64_t seed, const struct scenario *scenario, bool is_well) {
    if (!CHECK(is_well)) {
        scenario_tell(seed, scenario);
        world_tell(&world);
    }
    world_free(&world);
}

static void seed_try(uint64_t seed) {
    struct scenario scenario = scenario_of(seed);
    bool is_well = scenario_make(&scenario) && world_run(&world) && world_settle(&world);

    scenario_end(seed, &scenario, is_well);
}

/*
 * Octets go wrong wherever they are, checksums included, so that nothing is certain that comes by
 * the network: but the stacks go on, do no more than is their due, and nothing is left when all
 * is called off.
 */
static void wild_try(uint64_t seed) {
    struct scenario scenario = scenario_of(seed);
    struct sim_link_config *links[] = {&scenario.plan.there, &scenario.plan.back};
    bool is_well;

    for (unsigned i = 0; i < 2; i++) {
        links[i]->corrupts_wildly = true;
        links[i]->corrupt_ppm = seed / 8 % 2 ? 300000 : 10000;
    }
    is_well = scenario_make(&scenario);
    if (is_well) {
        sim_run_until(world.sim, scenario.plan.start_ns + 600 * NS_PER_S, transfers_are_done,
                      &world.all);
        transfers_call_off(&world.all);
        sim_wake(world.sim, world.client, 0);
        is_well = world_settle(&world) && sim_events(world.sim) < EVENTS_MAX;
    }
    scenario_end(seed, &scenario, is_well);
}

static unsigned long seeds_wanted(void) {
    const char *text = getenv("TERCET_SEEDS");

    return tap_seeds(text ? strtoul(text, NULL, 0) : SEEDS);
}

/* Try the seeds from @first on in steps of @step; or the one that is asked for. */
static void seeds_try(void (*one_try)(uint64_t seed), unsigned long first, unsigned long seeds,
                      unsigned long step) {
    for (unsigned long i = first; i < (seeds > first ? seeds : first + 1); i += step)
        one_try(SEED_FIRST + i);
}

TEST(every_octet_arrives_once_over_any_path)
{
    const char *only = getenv("TERCET_SEED");

    if (only) {
        seed_try(strtoull(only, NULL, 0));
        return;
    }
    for (unsigned cell = 0; cell < CELLS; cell++) {
        TEST_ROW ("every octet arrives once over %s with %u.%u %% loss", cell % 2 ? "IPv6" : "IPv4",
                  losses_ppm[cell / 2] / 10000, losses_ppm[cell / 2] / 1000 % 10)
            seeds_try(seed_try, cell, seeds_wanted(), CELLS);
    }
}

TEST(nothing_hangs_or_is_left_when_octets_go_wrong_unnoticed)
{
    const char *only = getenv("TERCET_SEED");

    if (only)
        wild_try(strtoull(only, NULL, 0));
    else
        seeds_try(wild_try, 0, seeds_wanted() / WILD_DIVISOR, 1);
}
