/* SPDX-License-Identifier: BSD-2-Clause */
#include "stack/config.h"

#include <stddef.h>
#include <string.h>

#include "base/buddy.h"
#include "stack/stack.h"
#include "tcp/mss.h"

#define LIMIT_MAX  0xffffffu
#define MSL_MAX_MS 60000000u /* twice that is within reach of a tick (base/instant.h) */

void tercet_config_init(struct tercet_config *config, uint32_t size) {
    struct tercet_config defaults = {
        .size = sizeof defaults,
        .max_conns = 4096,
        .max_half_opens = 4096,
        .max_time_waits = 16384,
        .max_listeners = 64,
        .max_reassemblies = 1024,
        .max_fragments = 64,
        .max_replies = 1024,
        .max_addresses = 8,
        .max_routes = 16,
        .buffer_bytes = 256ull << 20,
        .send_buffer_bytes = 512u << 10,
        .receive_buffer_bytes = 512u << 10,
        .msl_ms = 30000,
        .rto_initial_us = 1000000,
        .rto_min_us = 200000,
        .rto_max_us = 120000000,
        .delayed_ack_us = 40000,
        .syn_ack_rto_us = 1000000,
        .fin_wait_2_us = 60000000,
        .challenge_us = 500000,
        .syn_retries = 7,
        .syn_ack_retries = 5,
        .data_retries = 15,
        .orphan_retries = 8,
        .initial_segments = 10,
        .hop_limit = 64,
        .habits =
            {
                     .syn_options_retries = 255,
                     .mss_min_bytes = MSS_FLOOR,
                     .syn_again_soon = true,
                     .reset_at_edges = true,
                     .slow_start_segments = 1,
                     .restart_after_idle = true,
                     .unread_resets = true,
                     },
        .ecn = TERCET_ECN_GRANTED,
        .timestamps = true,
        .window_scale = true,
        .sack = true,
    };

    memcpy(config, &defaults, size < sizeof defaults ? size : sizeof defaults);
    config->size = size;
}

static bool limit_is_valid(uint32_t limit) {
    return limit >= 1 && limit <= LIMIT_MAX;
}

static bool limits_are_valid(const struct tercet_config *c) {
    return limit_is_valid(c->max_conns) && limit_is_valid(c->max_half_opens) &&
           limit_is_valid(c->max_time_waits) && limit_is_valid(c->max_listeners) &&
           c->max_listeners < 4096 && limit_is_valid(c->max_reassemblies) &&
           limit_is_valid(c->max_fragments) && limit_is_valid(c->max_replies) &&
           limit_is_valid(c->max_addresses) && c->max_addresses < LOCAL_MAX &&
           limit_is_valid(c->max_routes) && c->max_routes <= ROUTES_MAX &&
           c->max_traces <= LIMIT_MAX;
}

static bool habits_are_valid(const struct tercet_habits *h) {
    return h->slow_start_segments && h->option_order <= TERCET_ORDER_SCALE_FIRST &&
           h->silent_ports <= 3 && h->mss_min_bytes >= MSS_LEAST;
}

static bool buffer_is_valid(uint32_t bytes) {
    return bytes >= BUFFER_MIN_BYTES && bytes <= BUFFER_MAX_BYTES;
}

/* MUST-40: an ACK waits less than half a second. */
static bool knobs_are_valid(const struct tercet_config *c) {
    return buffer_is_valid(c->send_buffer_bytes) && buffer_is_valid(c->receive_buffer_bytes) &&
           c->buffer_bytes >= BUDDY_MIN << (BUDDY_ORDERS - 1) && c->buffer_bytes <= 1ull << 42 &&
           c->msl_ms && c->msl_ms <= MSL_MAX_MS && c->rto_min_us && c->rto_min_us <= c->rto_max_us &&
           c->rto_initial_us && c->initial_segments && c->hop_limit && c->syn_ack_rto_us &&
           c->delayed_ack_us < 500000 && c->ecn <= TERCET_ECN_ASKED &&
           c->syn_ack_retries <= HALF_OPEN_RETRIES_MAX && habits_are_valid(&c->habits);
}

static bool secret_is_set(const struct tercet_config *c) {
    static const uint8_t zero[sizeof c->secret];

    return memcmp(c->secret, zero, sizeof zero) != 0;
}

bool config_is_valid(const struct tercet_config *c) {
    return c->size == sizeof *c && limits_are_valid(c) && knobs_are_valid(c) && secret_is_set(c);
}

int tercet_stack_retune(struct tercet_stack *stack, const struct tercet_config *config) {
    struct tercet_config *now = &stack->tcp.config, next = *config;

    memcpy(&next.max_conns, &now->max_conns,
           offsetof(struct tercet_config, send_buffer_bytes) -
               offsetof(struct tercet_config, max_conns));
    next.habits.acks_adapt = now->habits.acks_adapt;
    next.habits.mss_half_window = now->habits.mss_half_window;
    if (!config_is_valid(&next)) return TERCET_INVALID;
    *now = next;
    return 0;
}
