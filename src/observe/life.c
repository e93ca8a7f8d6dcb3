/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/closing.h"
#include "observe/observer.h"
#include "observe/opening.h"

void attempt_close(struct observer *observer, struct attempt *attempt, uint64_t now_ns) {
    bool is_quiet_second = rate_closed(&observer->rate);

    attempt->over_ns = now_ns;
    attempt->is_close_drawn = attempt->is_drawn && is_quiet_second;
    flows_move(&observer->flows, attempt, FLOWS_OVER);
    flows_owe(&observer->flows, attempt, FLOWS_CLOSE_DUE);
}

/* The addresses and ports have begun anew without a close that was seen. */
static void attempt_supersede(struct observer *observer, const struct flow_way *way,
                              uint64_t now_ns) {
    struct attempt *old = flows_find_open(&observer->flows, way);

    if (!old) return;
    old->is_superseded = true;
    attempt_close(observer, old, now_ns);
}

static void attempt_open(struct observer *observer, struct attempt *attempt) {
    struct flow_way way = {
        .from = attempt->side[ATTEMPT_CLIENT].endpoint,
        .to = attempt->side[ATTEMPT_SERVER].endpoint,
        .tag = attempt->tag,
    };

    attempt_supersede(observer, &way, attempt->ended_ns);
    attempt->close = ATTEMPT_CLOSE_OPEN;
    attempt->terms = opening_terms(attempt);
    flows_move(&observer->flows, attempt, FLOWS_OPEN);
}

void attempt_conclude(struct observer *observer, struct attempt *attempt,
                      enum tercet_outcome outcome, uint64_t now_ns) {
    attempt->outcome = (uint8_t)outcome;
    attempt->ended_ns = now_ns;
    attempt->is_drawn = rate_ended(&observer->rate, outcome);
    flows_owe(&observer->flows, attempt, FLOWS_OPENING_DUE);
    if (outcome == TERCET_OUTCOME_ESTABLISHED || outcome == TERCET_OUTCOME_MIDSTREAM) {
        attempt_open(observer, attempt);
        return;
    }
    attempt->over_ns = now_ns;
    flows_move(&observer->flows, attempt, FLOWS_OVER);
}

struct attempt *attempt_begin(struct observer *observer, const struct sighting *sighting) {
    struct attempt *attempt = flows_begin(&observer->flows, &sighting->way);

    observer->counts.attempts++;
    rate_begun(&observer->rate, attempt != NULL);
    if (!attempt) {
        observer->counts.not_followed++;
        return NULL;
    }
    attempt->id = observer->counts.attempts;
    attempt->began_ns = sighting->at.now_ns;
    attempt->last_ns = sighting->at.now_ns;
    attempt->first_closer = ATTEMPT_NOBODY;
    attempt->rtt_server_us = ATTEMPT_RTT_UNKNOWN;
    attempt->rtt_client_us = ATTEMPT_RTT_UNKNOWN;
    return attempt;
}

void attempt_touch(struct observer *observer, struct attempt *attempt, uint64_t now_ns) {
    attempt->last_ns = now_ns;
    if (attempt->phase == FLOWS_OPENING) flows_move(&observer->flows, attempt, FLOWS_OPENING);
}

void attempt_go_on(struct observer *observer, struct attempt *attempt,
                   const struct sighting *sighting) {
    struct opening *opening = flows_opening(&observer->flows, attempt);
    enum tercet_outcome outcome;

    attempt_touch(observer, attempt, sighting->at.now_ns);
    outcome = opening_segment(attempt, opening, sighting);
    if (outcome == TERCET_OUTCOME_UNKNOWN) return;
    attempt_conclude(observer, attempt, outcome, sighting->at.now_ns);
    if (outcome == TERCET_OUTCOME_ESTABLISHED && closing_opened(attempt, sighting))
        attempt_close(observer, attempt, sighting->at.now_ns);
}
