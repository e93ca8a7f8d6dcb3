/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/observe.h"

#include <string.h>

#include "base/instant.h"
#include "base/must.h"
#include "observe/glance.h"
#include "observe/ladder.h"
#include "observe/observer.h"
#include "observe/opening.h"

#define OPENINGS_LIMIT 1000000u
#define ATTEMPTS_LIMIT 16000000u
#define SETTLE_NS      (100ull * NS_PER_MS) /* for the reset of an opening that our side gave up */
#define ALIGNMENT      64u

static size_t observer_size(void) {
    return (sizeof(struct observer) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void observe_config_init(struct observe_config *config) {
    *config = (struct observe_config){
        .max_openings = 4096,
        .max_attempts = 16384,
        .blocks_per_second = 50,
        .quiet_ms = 70000,
    };
}

size_t observe_size(const struct observe_config *config) {
    return observer_size() + flows_size(config->max_attempts, config->max_openings);
}

struct observer *observe_init(void *memory, const struct observe_config *config) {
    struct observer *observer = memory;
    unsigned char *behind = (unsigned char *)memory + observer_size();

    must(config->max_openings >= 1 && config->max_openings <= OPENINGS_LIMIT);
    must(config->max_attempts >= config->max_openings && config->max_attempts <= ATTEMPTS_LIMIT);
    flows_init(&observer->flows, behind, config->max_attempts, config->max_openings, &config->key);
    observer->rate.limit = config->blocks_per_second;
    observer->quiet_ns = (uint64_t)config->quiet_ms * NS_PER_MS;
    observer->has_colour = config->has_colour;
    observer->has_midstream = config->has_midstream;
    return observer;
}

static bool has_openings(const struct observer *observer) {
    return flows_oldest(&observer->flows, FLOWS_OPENING) ||
           flows_oldest(&observer->flows, FLOWS_SETTLING);
}

static void observe_signal(struct observer *observer, const unsigned char *bytes, uint32_t length,
                           const struct passage *passage) {
    struct ip_header ip;

    if (ip_parse(bytes, length, &ip) != TERCET_TAKEN || ip_is_fragment(&ip)) {
        observer->counts.unreadable++;
        return;
    }
    sight_packet(observer, &ip, passage);
}

void observe_frame(struct observer *observer, uint64_t now_ns, const unsigned char *bytes,
                   uint32_t length, enum observe_direction direction, enum tercet_verdict verdict) {
    enum glance glance = glance_at(bytes, length);

    observer->counts.frames++;
    if (glance == GLANCE_NOTHING) return;
    if (glance == GLANCE_PLAIN && !observer->has_midstream && !has_openings(observer)) return;
    observe_signal(observer, bytes, length, &(struct passage){now_ns, direction, verdict});
}

/* An opening that the stack gave up: only a reset of its own may still follow. */
static void trace_opening(struct observer *observer, struct attempt *attempt,
                          const struct tercet_trace *trace) {
    attempt->reason = (uint8_t)trace->reason;
    switch (trace->reason) {
    case TERCET_REASON_TIMED_OUT:
    case TERCET_REASON_UNREACHABLE:
        attempt_conclude(observer, attempt, opening_silent(attempt), trace->now_ns);
        return;
    case TERCET_REASON_ABORTED:
        attempt->last_ns = trace->now_ns;
        flows_move(&observer->flows, attempt, FLOWS_SETTLING);
        return;
    default: return; /* the frames tell it */
    }
}

static void trace_open(struct observer *observer, struct attempt *attempt,
                       const struct tercet_trace *trace) {
    if (trace->reason != TERCET_REASON_TIMED_OUT && trace->reason != TERCET_REASON_UNREACHABLE)
        return;
    attempt->reason = (uint8_t)trace->reason;
    attempt->is_fin_missing = trace->state == TERCET_STATE_FIN_WAIT_2;
    attempt_close(observer, attempt, trace->now_ns);
}

void observe_trace(struct observer *observer, const struct tercet_trace *trace) {
    struct flow_way way = {.from = trace->local, .to = trace->remote};
    bool is_opening = trace->state == TERCET_STATE_SYN_SENT ||
                      trace->state == TERCET_STATE_SYN_RECEIVED;
    struct attempt *attempt;

    observer->counts.traces_lost += trace->dropped;
    rate_roll(&observer->rate, trace->now_ns);
    flows_tag(&observer->flows, &way);
    attempt = is_opening ? flows_find_opening(&observer->flows, &way)
                         : flows_find_open(&observer->flows, &way);
    if (!attempt) return;
    if (is_opening)
        trace_opening(observer, attempt, trace);
    else
        trace_open(observer, attempt, trace);
}

static bool attempt_is_due(const struct attempt *attempt, uint64_t wait_ns, uint64_t now_ns) {
    return attempt && attempt->last_ns + wait_ns <= now_ns;
}

static void observer_expire(struct observer *observer, enum flows_phase phase, uint64_t wait_ns,
                            uint64_t now_ns) {
    struct attempt *attempt = flows_oldest(&observer->flows, phase);

    while (attempt_is_due(attempt, wait_ns, now_ns)) {
        uint64_t ended_ns = phase == FLOWS_SETTLING ? attempt->last_ns : now_ns;
        attempt_conclude(observer, attempt, opening_silent(attempt), ended_ns);
        attempt = flows_oldest(&observer->flows, phase);
    }
}

void observe_finish(struct observer *observer, uint64_t now_ns) {
    struct attempt *attempt;

    observer_expire(observer, FLOWS_SETTLING, 0, UINT64_MAX); /* nothing more can come of these */
    while ((attempt = flows_oldest(&observer->flows, FLOWS_OPENING))) {
        attempt->is_interrupted = true;
        attempt_conclude(observer, attempt, TERCET_OUTCOME_UNKNOWN, now_ns);
    }
    while ((attempt = flows_oldest(&observer->flows, FLOWS_OPEN))) {
        attempt->is_interrupted = true;
        attempt_close(observer, attempt, now_ns);
    }
    rate_finish(&observer->rate, now_ns);
}

/* Bring the table up to @now_ns, and take back what the last report lent. */
static void observer_prepare(struct observer *observer, uint64_t now_ns) {
    if (observer->lent) flows_settle(&observer->flows, observer->lent);
    observer->lent = NULL;
    rate_roll(&observer->rate, now_ns);
    observer_expire(observer, FLOWS_OPENING, observer->quiet_ns, now_ns);
    observer_expire(observer, FLOWS_SETTLING, SETTLE_NS, now_ns);
}

bool observe_next(struct observer *observer, uint64_t now_ns, struct observe_report *report) {
    struct attempt *attempt;
    enum flows_due due;

    observer_prepare(observer, now_ns);
    if (rate_take(&observer->rate, &observer->summary)) {
        *report = (struct observe_report){
            .kind = OBSERVE_SUMMARY, .is_drawn = true, .summary = &observer->summary};
        return true;
    }
    attempt = flows_next_due(&observer->flows, &due);
    observer->lent = attempt;
    if (!attempt) return false;
    *report = (struct observe_report){
        .kind = due == FLOWS_OPENING_DUE ? OBSERVE_OPENING : OBSERVE_CLOSE,
        .is_drawn = due == FLOWS_OPENING_DUE ? attempt->is_drawn : attempt->is_close_drawn,
        .attempt = attempt,
        .opening = flows_opening(&observer->flows, attempt),
    };
    return true;
}

void observe_report_text(const struct observer *observer, const struct observe_report *report,
                         struct text *text) {
    switch (report->kind) {
    case OBSERVE_OPENING:
        ladder_opening(text, report->attempt, report->opening, observer->has_colour);
        break;
    case OBSERVE_CLOSE: ladder_close(text, report->attempt, observer->has_colour); break;
    case OBSERVE_SUMMARY: ladder_summary(text, report->summary, observer->has_colour); break;
    }
}

bool observe_next_text(struct observer *observer, uint64_t now_ns, struct text *text) {
    struct observe_report report;

    do {
        if (!observe_next(observer, now_ns, &report)) return false;
    } while (!report.is_drawn);
    observe_report_text(observer, &report, text);
    return true;
}

static uint64_t attempt_deadline(const struct attempt *attempt, uint64_t wait_ns) {
    return attempt ? attempt->last_ns + wait_ns : UINT64_MAX;
}

uint64_t observe_deadline(const struct observer *observer) {
    const struct flows *flows = &observer->flows;
    uint64_t quiet = attempt_deadline(flows_oldest(flows, FLOWS_OPENING), observer->quiet_ns);
    uint64_t settle = attempt_deadline(flows_oldest(flows, FLOWS_SETTLING), SETTLE_NS);
    uint64_t told = rate_deadline(&observer->rate);
    uint64_t soonest = quiet < settle ? quiet : settle;

    if (flows->due.count) return 0;
    return soonest < told ? soonest : told;
}

void observe_counts(const struct observer *observer, struct observe_counts *counts) {
    const struct flows *flows = &observer->flows;

    *counts = observer->counts;
    counts->forgotten = flows->forgotten;
    counts->openings = flows->phases[FLOWS_OPENING].count + flows->phases[FLOWS_SETTLING].count;
    counts->followed = flows->attempts.used;
}
