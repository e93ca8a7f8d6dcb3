/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hosts by their habits.  What stands here is what such a host does when nobody has set a sysctl; scripts that set
 * some begin from here (settings.h).
 *
 * Linux answers the first segments of a flow at once and the FIN of one that is read late, never lets the variance
 * in an RTO fall under 200 ms, lets a reset end TIME-WAIT unless tcp_rfc1337 is set, and gives up an opening at any
 * ICMP "unreachable".  FreeBSD adds a slop of 200 ms to every RTO, tries a SYN for 75 s and drops its options from
 * the third retry on, puts the window scale before SACK-permitted, and answers every odd segment.  The bare RFC has
 * the times of RFC 6298 and RFC 9293 and none of the later cautions.
 */
#include "script/personality.h"

#include <stddef.h>
#include <string.h>

#define SECOND_US 1000000u

static void configure_tercet(struct tercet_config *config) {
    (void)config;
}

static void configure_linux(struct tercet_config *config) {
    struct tercet_habits *habits = &config->habits;

    config->receive_buffer_bytes = 65536;
    config->syn_retries = 6;

    habits->window_scale_bytes = 6u << 20;
    habits->syn_linear_retries = 4;
    habits->timestamp_slack = 1;
    habits->mss_min_bytes = 48;
    habits->quick_acks = 16;
    habits->acks_adapt = true;
    habits->window_ends_strict = true;
    habits->shrinking_unseen = true;
    habits->urgent_undelayed = true;
    habits->probes_wait_anew = true;
    habits->mss_half_window = true;
    habits->slow_start_segments = 255;
    habits->pushes_bursts = true;
    habits->probes_empty = true;
    habits->window_whole_segments = true;
    habits->rto_variance_min_us = SECOND_US / 5;
    habits->fin_ack_delayed = true;
    habits->reset_acks = true;
    habits->reset_keeps_text = true;
    habits->time_wait_resets = true;
    habits->time_wait_answers_text = true;
    habits->time_wait_forgotten = true;
    habits->unreachable_is_hard = true;
    habits->timestamps_lenient = true;
    habits->syn_loss_forgiven = true;
    habits->user_timeout_late = true;
    habits->fin_wait_2_resets = true;
    habits->duplicates_told = true;
    habits->window_in_use = true;
    habits->simultaneous_offers = true;
    habits->half_open_syn_resets = true;
    habits->ecn_marked_syn_refused = true;
}

static void configure_freebsd(struct tercet_config *config) {
    struct tercet_habits *habits = &config->habits;

    config->receive_buffer_bytes = 65536;
    config->rto_min_us = 30000;
    config->rto_max_us = 64 * SECOND_US;
    config->syn_retries = 12;
    config->syn_ack_retries = 3;
    config->data_retries = 12;
    config->orphan_retries = 12;
    config->challenge_us = 0;
    config->fin_wait_2_us = 600 * SECOND_US;

    habits->window_scale_bytes = 2u << 20;
    habits->rto_slop_us = SECOND_US / 5;
    habits->persist_min_us = 5 * SECOND_US;
    habits->unread_resets = false;
    habits->syn_again_soon = false;
    habits->open_timeout_us = 75 * SECOND_US;
    habits->syn_options_retries = 3;
    habits->slow_start_segments = 2;
    habits->option_order = TERCET_ORDER_SCALE_FIRST;
    habits->reset_acks = true;
    habits->reset_keeps_text = true;
    habits->reset_at_edges = false;
    habits->syn_fin_opens = true;
    habits->buffer_whole_segments = true;
    habits->window_follows_buffer = true;
    habits->handshake_untimed = true;
    habits->timeout_resets = true;
    habits->close_forgets = true;
    habits->close_resets_early = true;
    habits->resets_by_ack = true;
    habits->old_timestamps_silent = true;
    habits->edges_lenient = true;
    habits->acks_of_nothing_challenged = true;
    habits->half_open_renewed = true;
    habits->prohibition_is_hard = true;
    habits->time_wait_forgotten = true;
    habits->time_wait_acks_only = true;
}

static void configure_rfc(struct tercet_config *config) {
    struct tercet_habits *habits = &config->habits;

    config->rto_min_us = SECOND_US;
    config->msl_ms = 120000;
    config->initial_segments = 3; /* RFC 5681 section 3.1, for segments of 1,095 to 2,190 octets */
    config->delayed_ack_us = SECOND_US / 5;

    habits->syn_fin_opens = true;
    habits->reset_at_edges = false;
    habits->time_wait_resets = true;
}

static const struct personality tercet = {
    .name = "tercet",
    .summary = "the defaults of this stack",
    .sockets = PERSONALITY_LINUX,
    .configure = configure_tercet,
};

static const struct personality linux_host = {
    .name = "linux",
    .summary = "the habits of Linux 6",
    .sockets = PERSONALITY_LINUX,
    .configure = configure_linux,
};

static const struct personality freebsd = {
    .name = "freebsd",
    .summary = "the habits of FreeBSD 14",
    .sockets = PERSONALITY_FREEBSD,
    .configure = configure_freebsd,
};

static const struct personality rfc = {
    .name = "rfc",
    .summary = "RFC 9293 and RFC 6298 to the letter",
    .sockets = PERSONALITY_LINUX,
    .configure = configure_rfc,
};

const struct personality *const personalities[] = {&tercet, &linux_host, &freebsd, &rfc, NULL};

const struct personality *personality_find(const char *name) {
    size_t n = strlen(name);

    for (unsigned i = 0; personalities[i]; i++) {
        const char *known = personalities[i]->name;

        if (strlen(known) == n && !memcmp(known, name, n)) return personalities[i];
    }
    return NULL;
}
