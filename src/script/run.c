/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/run.h"

#include <stddef.h>
#include <string.h>

#include "script/packet_text.h"

static uint64_t min_u64(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static uint64_t max_u64(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

/* Before there is a host, nothing has begun. */
uint64_t run_now(const struct run *run) {
    if (!run->subject.kind) return 0;
    return run->subject.kind->now(run->subject.self) - run->start_ns;
}

/* Moments. */

/* How far from its moment an event may be that is @distance_ns from the one that it is counted from. */
static uint64_t tolerance_of(const struct run *run, uint64_t distance_ns) {
    return max_u64(run->options.tolerance_ns, distance_ns / 1000 * run->options.tolerance_permille);
}

static uint64_t distance_of(uint64_t a, uint64_t b) {
    return a > b ? a - b : b - a;
}

static bool is_arrival(const struct event *event) {
    return event && event->kind == EVENT_PACKET && event->packet->is_inbound;
}

/* From where a relative moment counts: packets that arrive one after another are a train with a timetable. */
static uint64_t base_of(const struct run *run, const struct event *event) {
    if (event->moment.kind == MOMENT_ABSOLUTE) return 0;
    if (is_arrival(event) && is_arrival(run->previous)) return run->previous_ns;
    return run_now(run);
}

/* Behind the limit all moments are the same. */
static uint64_t ns_of_us(int64_t us) {
    uint64_t most_us = RUN_LIMIT_NS / RUN_NS_PER_US;

    return us < 0 ? 0 : min_u64((uint64_t)us, most_us) * RUN_NS_PER_US;
}

struct schedule run_schedule(const struct run *run, const struct event *event) {
    const struct moment *moment = &event->moment;
    struct schedule schedule = {.is_any = moment->kind == MOMENT_ANY};

    if (schedule.is_any) {
        schedule.at_ns = run_now(run);
        schedule.until_ns = RUN_LIMIT_NS;
        return schedule;
    }
    schedule.at_ns = base_of(run, event) + ns_of_us(moment->at_us);
    schedule.until_ns = schedule.at_ns;
    if (moment->is_range || moment->is_blocking)
        schedule.until_ns = moment->until_is_relative ? schedule.at_ns + ns_of_us(moment->until_us)
                                                      : ns_of_us(moment->until_us);
    schedule.early_ns = tolerance_of(run, distance_of(schedule.at_ns, run->previous_ns));
    schedule.late_ns = moment->is_blocking
                           ? tolerance_of(run, distance_of(schedule.until_ns, schedule.at_ns))
                           : tolerance_of(run, distance_of(schedule.until_ns, run->previous_ns));
    return schedule;
}

static void seconds_text(struct text *text, uint64_t ns) {
    text_fixed(text, ns, 9, 6);
}

void run_time_text(struct text *text, uint64_t when_ns, const struct schedule *schedule,
                   bool is_return) {
    uint64_t from_ns = is_return ? schedule->until_ns : schedule->at_ns;

    text_put(text, "at ");
    seconds_text(text, when_ns);
    text_put(text, " s, expected at ");
    seconds_text(text, from_ns);
    if (from_ns != schedule->until_ns) {
        text_put(text, " to ");
        seconds_text(text, schedule->until_ns);
    }
    text_put(text, " s: ");
    if (when_ns < from_ns)
        seconds_text(text, from_ns - when_ns);
    else
        seconds_text(text, when_ns - schedule->until_ns);
    text_put(text, when_ns < from_ns ? " s too early" : " s too late");
    text_put(text, " (tolerance ");
    seconds_text(text, when_ns < from_ns && !is_return ? schedule->early_ns : schedule->late_ns);
    text_put(text, " s)");
}

/* Time. */

bool run_settle(struct run *run) {
    struct run_tables *tables = run->tables;

    departures_take(&tables->departures, &run->subject, &tables->connections, &run->calls.focus,
                    &tables->ladder, run->start_ns);
    if (run->subject.kind->lost(run->subject.self))
        return run_fails(run, run->event, SCRIPT_MISMATCH_ENDLESS,
                         "stopped: more packets have left than can be kept to be judged");
    return run->calls.waiting && !run->is_beyond ? run_sleeper(run) : true;
}

/* The next moment at which a sleeping call wants to be asked. */
static uint64_t sleeper_wakes_ns(const struct run *run) {
    uint64_t now_ns = run_now(run), deadline_ns = run_sleeper_deadline(run) + 1, wakes_ns = 0;

    if (!run->calls.waiting || run->is_beyond) return UINT64_MAX;
    if (run->calls.wait_until_ns != UINT64_MAX && run->calls.wait_until_ns > run->start_ns)
        wakes_ns = run->calls.wait_until_ns - run->start_ns;
    return wakes_ns > now_ns ? min_u64(wakes_ns, deadline_ns) : deadline_ns;
}

bool run_pass(struct run *run, uint64_t until_ns) {
    uint64_t next_ns = min_u64(min_u64(until_ns, sleeper_wakes_ns(run)), RUN_LIMIT_NS);

    if (run->steps++ >= RUN_STEPS_MAX)
        return run_fails(run, run->event, SCRIPT_MISMATCH_ENDLESS,
                         "stopped: more happens in the stack than a script can wait for");
    if (run_now(run) >= RUN_LIMIT_NS)
        return run_fails(run, run->event, SCRIPT_MISMATCH_ENDLESS,
                         "stopped: it takes more than a day of virtual time");
    run->subject.kind->pass(run->subject.self, run->start_ns + next_ns);
    return run_settle(run);
}

bool run_wait(struct run *run, uint64_t until_ns) {
    while (run_now(run) < until_ns) {
        if (!run_pass(run, until_ns)) return false;
    }
    return true;
}

bool run_wait_moment(struct run *run, const struct event *event, const struct schedule *schedule) {
    char memory[SCRIPT_SENTENCE_MAX];
    struct text why;

    if (!run_wait(run, schedule->at_ns)) return false;
    if (run_now(run) <= schedule->at_ns + schedule->early_ns) return true;
    text_init(&why, memory, sizeof memory);
    text_put(&why, "its turn comes ");
    run_time_text(&why, run_now(run),
                  &(struct schedule){.at_ns = schedule->at_ns,
                                     .until_ns = schedule->at_ns,
                                     .late_ns = schedule->early_ns},
                  false);
    return run_fails(run, event, SCRIPT_MISMATCH_TIME, memory);
}

/* Verdicts. */

static void report_end(struct run *run, const struct event *event, enum script_verdict verdict,
                       const char *why) {
    struct text sentence;

    text_init(&sentence, run->report->sentence, sizeof run->report->sentence);
    text_put(&sentence, why);
    run->report->verdict = verdict;
    if (event) run->report->place = event->place;
}

/* Whether --non_fatal lets the run go on. */
static bool is_let_pass(const struct run *run, const struct event *event,
                        enum script_mismatch mismatch) {
    if (!event || mismatch == SCRIPT_MISMATCH_ENDLESS) return false;
    if (event->kind == EVENT_PACKET) return run->options.packets_may_differ;
    return event->kind == EVENT_CALL && run->options.calls_may_differ;
}

void run_marks(struct run *run, const struct event *event) {
    if (run->is_marked) return;
    if (event) ladder_add(&run->tables->ladder, RUNG_FAILED, run_now(run), event);
    run->is_marked = true;
    run->report->virtual_ns = run_now(run);
}

bool run_fails(struct run *run, const struct event *event, enum script_mismatch mismatch,
               const char *why) {
    bool goes_on = is_let_pass(run, event, mismatch);

    run_marks(run, event);
    run->is_marked = false;
    if (goes_on && run->report->mismatch != SCRIPT_MISMATCH_NONE) return true;
    report_end(run, event, goes_on ? SCRIPT_PASSED : SCRIPT_FAILED, why);
    run->report->mismatch = mismatch;
    run->is_over = !goes_on;
    return goes_on;
}

bool run_ends(struct run *run, const struct event *event, enum script_verdict verdict,
              const char *why) {
    run_marks(run, event);
    report_end(run, event, verdict, why);
    run->report->mismatch = SCRIPT_MISMATCH_NONE;
    run->is_over = true;
    return false;
}

/* Events. */

static bool packet_run(struct run *run, const struct event *event, const struct schedule *schedule) {
    char memory[SCRIPT_SENTENCE_MAX];
    struct text why;

    if (event->packet->unsupported.length) {
        text_init(&why, memory, sizeof memory);
        text_put(&why, "packets with `");
        text_bytes(&why, event->packet->unsupported.at, event->packet->unsupported.length);
        text_put(&why, "`");
        return run_ends(run, event, SCRIPT_UNSUPPORTED, memory);
    }
    if (event->packet->is_inbound) return run_inbound(run, event, schedule);
    return run_outbound(run, event, schedule);
}

static bool event_run(struct run *run, const struct event *event, const struct schedule *schedule) {
    if (schedule->at_ns >= RUN_LIMIT_NS)
        return run_fails(run, event, SCRIPT_MISMATCH_ENDLESS,
                         "stopped: its moment is more than a day of virtual time away");
    if (event->kind == EVENT_PACKET) return packet_run(run, event, schedule);
    if (!run_wait_moment(run, event, schedule)) return false;
    switch (event->kind) {
    case EVENT_CALL: return run_call(run, event, schedule);
    case EVENT_COMMAND: return run_command(run, event);
    case EVENT_CODE: return run_code(run, event);
    case EVENT_PACKET: break;
    }
    return false;
}

static bool events_run(struct run *run) {
    for (const struct event *event = run->script->events; event; event = event->next) {
        struct schedule schedule = run_schedule(run, event);

        run->event = event;
        if (!event_run(run, event, &schedule) || run->is_over) return false;
        run->report->events++;
        run->previous = event;
        run->previous_ns = schedule.is_any ? run_now(run) : schedule.at_ns;
    }
    return run_await_sleeper(run);
}

void run_script(struct run *run) {
    struct run_tables *tables = run->tables;

    run->report->verdict = SCRIPT_PASSED;
    run->report->mismatch = SCRIPT_MISMATCH_NONE;
    connections_init(&tables->connections, &run->options.local, &run->options.remote,
                     &tables->timestamps);
    calls_init(&run->calls, &run->subject, run->arena, &run->options.local, &run->options.remote);
    run->calls.is_v6 = run->options.is_v6;
    run->start_ns = run->subject.kind->now(run->subject.self);
    events_run(run);
    if (!run->is_over) run->report->virtual_ns = run_now(run);
}
