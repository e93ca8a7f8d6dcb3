/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/rate.h"

#include <string.h>

#include "base/instant.h"

static uint32_t summary_ended(const struct observe_summary *summary) {
    uint32_t n = 0;

    for (unsigned i = 0; i < TERCET_OUTCOME_COUNT; i++)
        n += summary->ended[i];
    return n;
}

static bool rate_is_above(const struct rate *rate) {
    return rate->now.begun > rate->limit || rate->now.closed > rate->limit ||
           summary_ended(&rate->now) > rate->limit;
}

static bool rate_is_worth_telling(const struct rate *rate) {
    if (rate->now.not_followed) return true;
    return rate->is_busy && (rate->now.begun || rate->now.closed || summary_ended(&rate->now));
}

static void rate_tell(struct rate *rate, uint64_t duration_ns) {
    struct observe_summary *told = &rate->told;

    if (!rate_is_worth_telling(rate)) return;
    if (!rate->is_told_due) memset(told, 0, sizeof *told);
    told->duration_ns += duration_ns;
    told->begun += rate->now.begun;
    told->closed += rate->now.closed;
    told->not_followed += rate->now.not_followed;
    told->is_summary |= rate->is_busy;
    for (unsigned i = 0; i < TERCET_OUTCOME_COUNT; i++)
        told->ended[i] += rate->now.ended[i];
    rate->is_told_due = true;
}

static bool rate_watch(struct rate *rate) {
    if (rate_is_above(rate)) rate->is_busy = true;
    return !rate->is_busy;
}

void rate_roll(struct rate *rate, uint64_t now_ns) {
    uint64_t passed;

    if (!rate->has_begun) rate->begin_ns = now_ns;
    rate->has_begun = true;
    if (now_ns < rate->begin_ns + NS_PER_S) return;
    passed = (now_ns - rate->begin_ns) / NS_PER_S;
    rate_tell(rate, NS_PER_S);
    rate->is_busy = rate_is_above(rate) && passed == 1;
    rate->begin_ns += passed * NS_PER_S;
    memset(&rate->now, 0, sizeof rate->now);
}

void rate_begun(struct rate *rate, bool is_followed) {
    rate->now.begun++;
    if (!is_followed) rate->now.not_followed++;
    rate_watch(rate);
}

bool rate_ended(struct rate *rate, enum tercet_outcome outcome) {
    rate->now.ended[outcome]++;
    return rate_watch(rate);
}

bool rate_closed(struct rate *rate) {
    rate->now.closed++;
    return rate_watch(rate);
}

void rate_finish(struct rate *rate, uint64_t now_ns) {
    rate_roll(rate, now_ns);
    rate_tell(rate, now_ns > rate->begin_ns ? now_ns - rate->begin_ns : 0);
    memset(&rate->now, 0, sizeof rate->now);
}

bool rate_take(struct rate *rate, struct observe_summary *summary) {
    if (!rate->is_told_due) return false;
    *summary = rate->told;
    rate->is_told_due = false;
    return true;
}

uint64_t rate_deadline(const struct rate *rate) {
    if (rate->is_told_due) return 0;
    return rate_is_worth_telling(rate) ? rate->begin_ns + NS_PER_S : UINT64_MAX;
}
