/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/sim.h"

#include <stdalign.h>

#include "base/must.h"
#include "sim/network.h"

/* Octets of one frame in the pool: the header, the octets, rounded up. */
static uint32_t frame_stride(const struct sim_config *config) {
    return (uint32_t)((sizeof(struct sim_frame) + config->frame_bytes + 7) & ~(size_t)7);
}

static bool is_config_in_range(const struct sim_config *config) {
    if (config->max_hosts < 1 || config->max_hosts > SIM_HOSTS_MAX) return false;
    if (config->max_links < 1 || config->max_links > SIM_LINKS_MAX) return false;
    if (config->max_frames < 1 || config->max_frames > SIM_FRAMES_MAX) return false;
    return config->frame_bytes >= 68 && config->frame_bytes <= SIM_FRAME_BYTES_MAX;
}

/* The parts of a network's memory: offsets from its beginning. */
struct layout {
    size_t hosts, links, events, frames, scratch, end;
};

static size_t part_take(size_t *end, size_t n) {
    size_t at = *end;

    *end += (n + 63) & ~(size_t)63;
    return at;
}

static struct layout layout_of(const struct sim_config *config) {
    struct layout layout = {.end = 0};
    size_t end = 0;

    part_take(&end, sizeof(struct sim));
    layout.hosts = part_take(&end, config->max_hosts * sizeof(struct sim_host));
    layout.links = part_take(&end, config->max_links * sizeof(struct sim_link));
    layout.events = part_take(&end, events_size(config->max_hosts + config->max_frames));
    layout.frames = part_take(&end, pool_size(config->max_frames, frame_stride(config)));
    layout.scratch = part_take(&end, (size_t)SIM_BATCH_MAX * config->frame_bytes);
    layout.end = end;
    return layout;
}

size_t sim_size(const struct sim_config *config) {
    return is_config_in_range(config) ? layout_of(config).end : 0;
}

struct sim *sim_init(void *memory, const struct sim_config *config) {
    unsigned char *at = memory;
    struct sim *sim = memory;
    struct layout layout;

    if (!is_config_in_range(config)) return NULL;
    layout = layout_of(config);
    *sim = (struct sim){.config = *config, .now_ns = config->start_ns};
    sim->hosts = (struct sim_host *)(void *)(at + layout.hosts);
    sim->links = (struct sim_link *)(void *)(at + layout.links);
    sim->scratch = at + layout.scratch;
    events_init(&sim->events, at + layout.events, config->max_hosts + config->max_frames);
    pool_init(&sim->frames, at + layout.frames, config->max_frames, frame_stride(config));
    return sim;
}

uint64_t sim_now(const struct sim *sim) {
    return sim->now_ns;
}

uint64_t sim_events(const struct sim *sim) {
    return sim->n_events;
}

/* Whether @slot is a frame that ends its flight at @host now. */
static bool is_arrival_at(const struct sim *sim, uint32_t slot, uint32_t host) {
    const struct sim_frame *frame;

    if (slot <= sim->config.max_hosts) return false;
    frame = sim_frame_at(sim, slot - sim->config.max_hosts);
    return frame->is_flying && sim_link_at(sim, frame->link)->to == host;
}

/*
 * The frame @first arrives, and with it those behind it in the heap that arrive at the same host
 * at the same instant, as far as the host takes batches.
 */
static void arrivals_handle(struct sim *sim, uint32_t first) {
    uint32_t host = sim_link_at(sim, sim_frame_at(sim, first)->link)->to;
    uint32_t frames[SIM_BATCH_MAX] = {first};
    unsigned n = 1;

    while (n < sim_host_at(sim, host)->batch) {
        const struct event *next = events_first(&sim->events);

        if (!next || next->at_ns != sim->now_ns) break;
        if (!is_arrival_at(sim, next->slot, host)) break;
        frames[n++] = events_pop(&sim->events) - sim->config.max_hosts;
    }
    sim_host_arrive(sim, host, frames, n);
}

static void clock_move(struct sim *sim, uint64_t at_ns) {
    must(at_ns >= sim->now_ns);
    if (at_ns != sim->now_ns) sim->n_at_now = 0;
    sim->now_ns = at_ns;
    sim->n_events++;
    if (++sim->n_at_now > SIM_INSTANT_MAX)
        sim_fault_set(sim, "time stands still: events at one instant without end", 0, 0,
                      sim->n_at_now, SIM_INSTANT_MAX);
}

bool sim_step(struct sim *sim) {
    const struct event *next = events_first(&sim->events);
    uint32_t slot, frame, link = 0;

    if (!next || sim->fault.what) return false;
    clock_move(sim, next->at_ns);
    slot = events_pop(&sim->events);
    frame = slot - sim->config.max_hosts;
    if (slot > sim->config.max_hosts) link = sim_frame_at(sim, frame)->link;
    if (!link)
        sim_host_wake(sim, slot);
    else if (sim_frame_at(sim, frame)->is_flying)
        arrivals_handle(sim, frame);
    else
        sim_link_transmitted(sim, frame);
    if (link) sim_link_check(sim, link);
    return !sim->fault.what;
}

bool sim_run_until(struct sim *sim, uint64_t until_ns, bool (*is_done)(void *user), void *user) {
    for (;;) {
        const struct event *next = events_first(&sim->events);

        if (is_done && is_done(user)) return true;
        if (sim->fault.what) return false;
        if (!next || next->at_ns > until_ns) break;
        sim_step(sim);
    }
    if (sim->now_ns < until_ns && until_ns != SIM_NEVER) sim->now_ns = until_ns;
    return false;
}
