/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/network.h"

#include <string.h>

#include "base/instant.h"
#include "base/must.h"

/*
 * One direction of a path.
 *
 * A frame enters, waits in a queue for the transmitter, is transmitted (length / bandwidth),
 * flies (delay, jitter) and arrives.  What chance does to it is drawn when it comes (impair.c);
 * whether the link is down is looked up when transmission is over.  A frame that will be lost
 * still takes its turn at the transmitter, as on a noisy line.
 *
 * Jitter keeps the order: a frame arrives no earlier than the one before it.  Only what is held
 * back (reorder_ppm) is overtaken.
 */
static const char *const fate_names[SIM_FATE_COUNT] = {
#define SIM_FATE_NAME(name, text) [SIM_##name] = text,
    SIM_FATES(SIM_FATE_NAME)
#undef SIM_FATE_NAME
};

const char *sim_fate_name(enum sim_fate fate) {
    return (unsigned)fate < SIM_FATE_COUNT ? fate_names[fate] : "?";
}

/* Count a fate and show it to the tap. */
static void fate_tell(struct sim *sim, uint32_t link, const unsigned char *bytes, uint32_t n,
                      enum sim_fate fate) {
    struct sim_link *self = sim_link_at(sim, link);
    struct tercet_frame frame = {.length = n, .capacity = n, .door = self->to_door};

    self->counts.frames[fate]++;
    self->counts.octets[fate] += n;
    if (!self->tap) return;
    frame.bytes = (unsigned char *)(uintptr_t)bytes; /* borrowed: taps do not write */
    self->tap(self->tap_user, sim->now_ns, link, &frame, fate);
}

static bool is_queue_full(const struct sim_link *self, uint32_t n) {
    const struct sim_link_config *config = &self->config;

    if (config->queue_frames && self->counts.queued_frames >= config->queue_frames) return true;
    return config->queue_octets && self->counts.queued_octets + n > config->queue_octets;
}

/* Nanoseconds that @n octets take to transmit, rounded up. */
static uint64_t transmission_ns(const struct sim_link *self, uint32_t n) {
    uint64_t bits_ns = n * 8ull * NS_PER_S, rate = self->config.bandwidth_bps;

    if (rate == 0) return 0;
    return bits_ns / rate + (bits_ns % rate != 0);
}

/* Put a frame with these octets on @link.  Return: its index, or 0 when the pool is exhausted. */
static uint32_t frame_take(struct sim *sim, uint32_t link, const struct sim_luck *luck,
                           const unsigned char *bytes, uint32_t n) {
    uint32_t index = pool_take(&sim->frames);
    struct sim_frame *frame;

    if (!index) return 0;
    frame = sim_frame_at(sim, index);
    *frame = (struct sim_frame){.link = link, .length = n, .luck = *luck};
    memcpy(frame->bytes, bytes, n);
    sim_link_at(sim, link)->counts.flying_frames++;
    return index;
}

void sim_frame_give(struct sim *sim, uint32_t frame) {
    sim_link_at(sim, sim_frame_at(sim, frame)->link)->counts.flying_frames--;
    pool_give(&sim->frames, frame);
}

static void frame_wait(struct sim *sim, uint32_t frame, uint64_t at_ns) {
    events_set(&sim->events, sim->config.max_hosts + frame, at_ns);
}

/* Queue @frame for the transmitter. */
static void frame_queue(struct sim *sim, struct sim_link *self, uint32_t frame) {
    uint32_t n = sim_frame_at(sim, frame)->length;

    sim_frame_at(sim, frame)->is_queued = true;
    if (self->free_ns < sim->now_ns) self->free_ns = sim->now_ns;
    self->free_ns += transmission_ns(self, n);
    self->counts.queued_frames++;
    self->counts.queued_octets += n;
    frame_wait(sim, frame, self->free_ns);
}

void sim_link_enter(struct sim *sim, uint32_t link, const unsigned char *bytes, uint32_t n) {
    struct sim_link *self = sim_link_at(sim, link);
    struct sim_luck luck = sim_luck_draw(self);
    bool has_queue = self->config.bandwidth_bps != 0 || self->counts.queued_frames > 0;
    uint32_t frame = 0;
    enum sim_fate fate = SIM_ENTERED;

    if (n > self->config.mtu)
        fate = SIM_TOO_LONG;
    else if (has_queue && is_queue_full(self, n))
        fate = SIM_QUEUE_FULL;
    else if (!(frame = frame_take(sim, link, &luck, bytes, n)))
        fate = SIM_NO_FRAME;
    fate_tell(sim, link, bytes, n, fate);
    if (!frame) return;
    if (has_queue)
        frame_queue(sim, self, frame);
    else
        sim_link_transmitted(sim, frame);
}

/* When what was transmitted now arrives; frames that keep the order arrive in it. */
static uint64_t arrival_ns(struct sim *sim, struct sim_link *self, const struct sim_frame *frame) {
    uint64_t at_ns = sim->now_ns + self->config.delay_us * 1000ull + frame->luck.jitter_ns;

    if (at_ns < self->last_arrival_ns) at_ns = self->last_arrival_ns;
    if (frame->luck.held_ns == 0) self->last_arrival_ns = at_ns;
    return at_ns + frame->luck.held_ns;
}

/* A second @original arrives at @at_ns or somewhat later. */
static void frame_copy(struct sim *sim, const struct sim_frame *original, uint64_t at_ns) {
    uint32_t copy = frame_take(sim, original->link, &original->luck, original->bytes,
                               original->length);

    fate_tell(sim, original->link, original->bytes, original->length,
              copy ? SIM_COPIED : SIM_NO_COPY);
    if (!copy) return;
    sim_frame_at(sim, copy)->is_flying = true;
    frame_wait(sim, copy, at_ns + original->luck.copy_ns);
}

/* Whether @frame ends here, and by which *@fate. */
static bool is_lost(const struct sim *sim, const struct sim_frame *frame, enum sim_fate *fate) {
    const struct sim_link_config *config = &sim_link_at(sim, frame->link)->config;
    bool is_cut = sim_link_is_cut(config, sim->now_ns - sim->config.start_ns);

    *fate = is_cut ? SIM_CUT : frame->luck.is_lost ? SIM_LOST : SIM_BURST_LOST;
    return is_cut || frame->luck.is_lost || frame->luck.is_in_burst;
}

void sim_link_transmitted(struct sim *sim, uint32_t frame) {
    struct sim_frame *self = sim_frame_at(sim, frame);
    struct sim_link *link = sim_link_at(sim, self->link);
    enum sim_fate fate;
    uint64_t at_ns;

    if (self->is_queued) {
        link->counts.queued_frames--;
        link->counts.queued_octets -= self->length;
    }
    if (is_lost(sim, self, &fate)) {
        fate_tell(sim, self->link, self->bytes, self->length, fate);
        sim_frame_give(sim, frame);
        return;
    }
    if (self->luck.is_corrupted) {
        sim_frame_corrupt(self);
        fate_tell(sim, self->link, self->bytes, self->length, SIM_CORRUPTED);
    }
    at_ns = arrival_ns(sim, link, self);
    self->is_flying = true;
    frame_wait(sim, frame, at_ns);
    if (self->luck.is_copied) frame_copy(sim, self, at_ns);
}

void sim_link_arrived(struct sim *sim, uint32_t frame) {
    const struct sim_frame *self = sim_frame_at(sim, frame);

    fate_tell(sim, self->link, self->bytes, self->length, SIM_ARRIVED);
}

static bool is_noise_in_range(const struct sim_link_config *config) {
    if (config->burst_enter_ppm > SIM_MILLION || config->burst_leave_ppm > SIM_MILLION)
        return false;
    if (config->burst_loss_ppm > SIM_MILLION || config->corrupt_ppm > SIM_MILLION) return false;
    return config->cut_every_us == 0 || config->cut_every_us > config->cut_us;
}

static bool is_link_in_range(const struct sim *sim, const struct sim_link_config *config) {
    if (config->mtu < 68 || config->mtu > sim->config.frame_bytes) return false;
    if (config->delay_us > SIM_DELAY_US_MAX || config->jitter_us > SIM_DELAY_US_MAX) return false;
    if (config->duplicate_us > SIM_DELAY_US_MAX || config->reorder_us > SIM_DELAY_US_MAX)
        return false;
    if (config->loss_ppm > SIM_MILLION || config->duplicate_ppm > SIM_MILLION) return false;
    return config->reorder_ppm <= SIM_MILLION && is_noise_in_range(config);
}

static bool is_host(const struct sim *sim, uint32_t host) {
    return host >= 1 && host <= sim->n_hosts;
}

uint32_t sim_add_link(struct sim *sim, uint32_t from, uint16_t door, uint32_t to, uint16_t to_door,
                      const struct sim_link_config *config) {
    uint64_t seed = sim->config.seed;
    uint32_t link = sim->n_links + 1;

    if (link > sim->config.max_links || !is_link_in_range(sim, config)) return 0;
    if (!is_host(sim, from) || !is_host(sim, to) || door >= SIM_DOORS_MAX) return 0;
    if (sim_host_at(sim, from)->links[door]) return 0;
    sim->n_links = link;
    sim_host_at(sim, from)->links[door] = link;
    *sim_link_at(sim, link) = (struct sim_link){
        .config = *config,
        .from = from,
        .to = to,
        .to_door = to_door,
        .loss = random_stream(seed, RANDOM_LOSS, link),
        .duplicate = random_stream(seed, RANDOM_DUPLICATE, link),
        .reorder = random_stream(seed, RANDOM_REORDER, link),
        .jitter = random_stream(seed, RANDOM_JITTER, link),
        .burst = random_stream(seed, RANDOM_BURST, link),
        .corrupt = random_stream(seed, RANDOM_CORRUPT, link),
    };
    return link;
}

uint32_t sim_join(struct sim *sim, uint32_t a, uint32_t b, const struct sim_link_config *config) {
    uint32_t there, back;

    if (!is_host(sim, a) || !is_host(sim, b)) return 0;
    if (sim->n_links + 2 > sim->config.max_links || sim_host_at(sim, b)->links[0]) return 0;
    there = sim_add_link(sim, a, 0, b, 0, config);
    if (!there) return 0;
    back = sim_add_link(sim, b, 0, a, 0, config);
    must(back == there + 1);
    if (sim_host_at(sim, a)->stack && sim_route_all(sim, a, 0)) return 0;
    if (sim_host_at(sim, b)->stack && sim_route_all(sim, b, 0)) return 0;
    return there;
}

bool sim_link_change(struct sim *sim, uint32_t link, const struct sim_link_config *config) {
    if (link < 1 || link > sim->n_links || !is_link_in_range(sim, config)) return false;
    sim_link_at(sim, link)->config = *config;
    return true;
}

const struct sim_link_counts *sim_link_counts(const struct sim *sim, uint32_t link) {
    must(link >= 1 && link <= sim->n_links);
    return &sim_link_at(sim, link)->counts;
}

void sim_link_tap(struct sim *sim, uint32_t link, sim_tap *tap, void *user) {
    uint32_t first = link ? link : 1, last = link ? link : sim->n_links;

    must(last <= sim->n_links);
    for (uint32_t i = first; i <= last; i++) {
        sim_link_at(sim, i)->tap = tap;
        sim_link_at(sim, i)->tap_user = user;
    }
}
