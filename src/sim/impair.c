/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/network.h"

/*
 * What chance and the clock do to a frame on a link.
 *
 * Every draw is made for every frame, each impairment's from a stream of its own: so the fate of
 * the n-th frame depends on the seed and n alone, not on what else is switched on.
 */
enum { BURST_BITS_MAX = 15, FLIPS_MAX = 16, UNCHECKED_V6_BITS = 64 };

/* A drawn time of @low_us .. @high_us in nanoseconds. */
static uint64_t time_draw_ns(struct random *stream, uint32_t low_us, uint32_t high_us) {
    if (high_us < low_us) high_us = low_us;
    return low_us * 1000ull + random_below(stream, (high_us - low_us) + 1) * 1000ull;
}

/*
 * The chain of Gilbert and Elliott: it goes over between a good and a bad time, and in the bad one
 * frames are lost.
 * Source: Elliott, "Estimates of error rates for codes on burst-noise channels", 1963.
 */
static bool burst_draw(struct sim_link *link) {
    const struct sim_link_config *config = &link->config;
    uint32_t over_ppm = link->is_bad ? config->burst_leave_ppm : config->burst_enter_ppm;
    bool is_hit;

    if (random_is_hit(&link->burst, over_ppm)) link->is_bad = !link->is_bad;
    is_hit = random_is_hit(&link->burst, config->burst_loss_ppm);
    return link->is_bad && is_hit;
}

struct sim_luck sim_luck_draw(struct sim_link *link) {
    const struct sim_link_config *config = &link->config;
    bool is_held = random_is_hit(&link->reorder, config->reorder_ppm);
    uint64_t held_ns = time_draw_ns(&link->reorder, 1, config->reorder_us);
    struct sim_luck luck = {.held_ns = is_held ? held_ns : 0};

    luck.is_lost = random_is_hit(&link->loss, config->loss_ppm);
    luck.is_in_burst = burst_draw(link);
    luck.is_copied = random_is_hit(&link->duplicate, config->duplicate_ppm);
    luck.copy_ns = time_draw_ns(&link->duplicate, 0, config->duplicate_us);
    luck.jitter_ns = time_draw_ns(&link->jitter, 0, config->jitter_us);
    luck.is_corrupted = random_is_hit(&link->corrupt, config->corrupt_ppm);
    luck.corruption = random_u64(&link->corrupt);
    luck.is_wild = config->corrupts_wildly;
    return luck;
}

bool sim_link_is_cut(const struct sim_link_config *config, uint64_t since_start_ns) {
    uint64_t from_ns = config->cut_from_us * 1000ull, every_ns = config->cut_every_us * 1000ull;
    uint64_t into_ns = since_start_ns - from_ns;

    if (since_start_ns < from_ns) return false;
    if (every_ns) into_ns %= every_ns;
    return into_ns < config->cut_us * 1000ull;
}

static void bit_flip(unsigned char *bytes, uint32_t bit) {
    bytes[bit / 8] ^= (unsigned char)(0x80 >> bit % 8);
}

/*
 * One bit, or a burst of 2 .. 15 bits of which the first and the last are wrong: no such error
 * leaves the Internet checksum as it was.  Nothing guards the first octets of an IPv6 header.
 */
static void burst_flip(struct random *stream, unsigned char *bytes, uint32_t n) {
    uint32_t first = bytes[0] >> 4 == 6 ? UNCHECKED_V6_BITS : 0;
    uint32_t width = random_below(stream, 2) ? random_between(stream, 2, BURST_BITS_MAX) : 1;
    uint64_t inside = random_u64(stream);

    if (n * 8 < first + width) return;
    first += random_below(stream, n * 8 - first - width + 1);
    for (uint32_t i = 0; i < width; i++) {
        if (i == 0 || i == width - 1 || inside >> i & 1) bit_flip(bytes, first + i);
    }
}

void sim_frame_corrupt(struct sim_frame *frame) {
    struct random stream = random_stream(frame->luck.corruption, RANDOM_CORRUPT, 0);
    uint32_t flips = random_between(&stream, 1, FLIPS_MAX);

    if (frame->length == 0) return;
    if (!frame->luck.is_wild) {
        burst_flip(&stream, frame->bytes, frame->length);
        return;
    }
    while (flips--)
        bit_flip(frame->bytes, random_below(&stream, frame->length * 8));
}
