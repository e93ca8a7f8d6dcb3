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
    config->receive_buffer_bytes = 65536;
    config->window_scale_bytes = 6u << 20;
    config->syn_retries = 6;
    config->syn_linear_retries = 4;
    config->timestamp_slack = 1;
    config->mss_min_bytes = 48;
    config->quick_acks = 16;
    config->slow_start_segments = 255;
    config->pushes_bursts = true;
    config->probes_empty = true;
    config->window_whole_segments = true;
    config->rto_variance_min_us = SECOND_US / 5;
    config->fin_ack_delayed = true;
    config->reset_acks = true;
    config->reset_keeps_text = true;
    config->time_wait_resets = true;
    config->time_wait_answers_text = true;
    config->unreachable_is_hard = true;
    config->timestamps_lenient = true;
    config->syn_loss_forgiven = true;
    config->user_timeout_late = true;
    config->fin_wait_2_resets = true;
    config->duplicates_told = true;
    config->window_in_use = true;
    config->simultaneous_offers = true;
    config->half_open_syn_resets = true;
    config->ecn_marked_syn_refused = true;
}

static void configure_freebsd(struct tercet_config *config) {
    config->receive_buffer_bytes = 65536;
    config->window_scale_bytes = 2u << 20;
    config->rto_min_us = 30000;
    config->rto_slop_us = SECOND_US / 5;
    config->rto_max_us = 64 * SECOND_US;
    config->syn_retries = 12;
    config->persist_min_us = 5 * SECOND_US;
    config->unread_resets = false;
    config->syn_again_soon = false;
    config->open_timeout_us = 75 * SECOND_US;
    config->syn_options_retries = 3;
    config->syn_ack_retries = 3;
    config->data_retries = 12;
    config->orphan_retries = 12;
    config->challenge_us = 0;
    config->slow_start_segments = 2;
    config->option_order = TERCET_ORDER_SCALE_FIRST;
    config->reset_acks = true;
    config->reset_keeps_text = true;
    config->reset_at_edges = false;
    config->syn_fin_opens = true;
    config->fin_wait_2_us = 600 * SECOND_US;
    config->buffer_whole_segments = true;
    config->window_follows_buffer = true;
    config->handshake_untimed = true;
    config->timeout_resets = true;
    config->close_forgets = true;
    config->close_resets_early = true;
    config->resets_by_ack = true;
    config->old_timestamps_silent = true;
    config->edges_lenient = true;
    config->acks_of_nothing_challenged = true;
    config->half_open_renewed = true;
    config->prohibition_is_hard = true;
    config->time_wait_acks_only = true;
}

static void configure_rfc(struct tercet_config *config) {
    config->rto_min_us = SECOND_US;
    config->msl_ms = 120000;
    config->initial_segments = 3; /* RFC 5681 section 3.1, for segments of 1,095 to 2,190 octets */
    config->delayed_ack_us = SECOND_US / 5;
    config->syn_fin_opens = true;
    config->reset_at_edges = false;
    config->time_wait_resets = true;
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
