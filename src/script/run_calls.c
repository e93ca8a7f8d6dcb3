/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of the script in time.  A call whose moment is 0.1...0.2 is expected to sleep from the one to the other; it is tried
 * again whenever something has happened, until it returns, or until it is overdue.  Others answer at once; they may be
 * made while one sleeps, as by another thread.
 */
#include <stddef.h>

#include "script/run.h"

/* A call has answered.  Return: whether the run goes on */
static bool answer_judge(struct run *run, const struct event *event, enum call_answer answer,
                         const char *why) {
    switch (answer) {
    case CALL_MET:
    case CALL_WAITS: return true;
    case CALL_DIFFERS: return run_fails(run, event, SCRIPT_MISMATCH_RESULT, why);
    case CALL_ERRNO: return run_fails(run, event, SCRIPT_MISMATCH_ERRNO, why);
    case CALL_UNSUPPORTED: return run_ends(run, event, SCRIPT_UNSUPPORTED, why);
    case CALL_WRONG: return run_ends(run, event, SCRIPT_BROKEN, why);
    }
    return false;
}

/* A blocking call returns now.  Return: whether the run goes on */
static bool return_judge(struct run *run, const struct event *event,
                         const struct schedule *schedule) {
    uint64_t now_ns = run_now(run);
    char memory[SCRIPT_SENTENCE_MAX];
    struct text why;

    if (now_ns + schedule->late_ns >= schedule->until_ns &&
        now_ns <= schedule->until_ns + schedule->late_ns)
        return true;
    text_init(&why, memory, sizeof memory);
    text_put(&why, "the call returned ");
    run_time_text(&why, now_ns, schedule, true);
    return run_fails(run, event, SCRIPT_MISMATCH_TIME, memory);
}

uint64_t run_sleeper_deadline(const struct run *run) {
    const struct sleeper *sleeper = &run->sleeper;

    if (!run->calls.waiting || !sleeper->event) return UINT64_MAX - 1;
    return sleeper->schedule.until_ns + sleeper->schedule.late_ns;
}

/* The call returned with @answer.  Return: whether the run goes on */
static bool sleeper_returns(struct run *run, enum call_answer answer, const char *why) {
    struct sleeper sleeper = run->sleeper;

    run->sleeper.event = NULL;
    ladder_add(&run->tables->ladder, RUNG_RETURNED, run_now(run), sleeper.event);
    if (!answer_judge(run, sleeper.event, answer, why)) return false;
    return return_judge(run, sleeper.event, &sleeper.schedule);
}

/* Time passes beyond the moment at which the call was to return.  Return: whether it does, late */
static bool returns_late(struct run *run, struct text *why) {
    uint64_t until_ns = run_now(run) + RUN_LOOK_BEYOND_S * RUN_NS_PER_S;
    enum call_answer answer = CALL_WAITS;

    if (run->options.calls_may_differ) return false;
    run->is_beyond = true;
    while (answer == CALL_WAITS && run_now(run) < until_ns && run_pass(run, until_ns))
        answer = calls_again(&run->calls, why);
    run->is_beyond = false;
    return answer != CALL_WAITS && !run->is_over;
}

static bool sleeper_overdue(struct run *run) {
    struct sleeper sleeper = run->sleeper;
    uint64_t deadline_ns = run_sleeper_deadline(run);
    char memory[SCRIPT_SENTENCE_MAX];
    struct text why;

    run_marks(run, sleeper.event);
    text_init(&why, memory, sizeof memory);
    if (returns_late(run, &why)) return return_judge(run, sleeper.event, &sleeper.schedule);
    if (run->is_over) return false;
    run->calls.waiting = NULL;
    run->sleeper.event = NULL;
    text_init(&why, memory, sizeof memory);
    text_put(&why, "the call did not return until ");
    text_fixed(&why, deadline_ns, 9, 6);
    text_put(&why, " s");
    return run_fails(run, sleeper.event, SCRIPT_MISMATCH_RESULT, memory);
}

bool run_sleeper(struct run *run) {
    char memory[SCRIPT_SENTENCE_MAX];
    enum call_answer answer;
    struct text why;

    text_init(&why, memory, sizeof memory);
    answer = calls_again(&run->calls, &why);
    if (answer != CALL_WAITS) return sleeper_returns(run, answer, memory);
    return run_now(run) <= run_sleeper_deadline(run) || sleeper_overdue(run);
}

bool run_await_sleeper(struct run *run) {
    while (run->calls.waiting) {
        if (!run_pass(run, run_sleeper_deadline(run) + 1)) return false;
    }
    return true;
}

/* Make a call while another one may sleep, which goes on to do so. */
static enum call_answer call_begin(struct run *run, const struct event *event, struct text *why) {
    const struct script_call *waiting = run->calls.waiting;
    uint64_t wait_until_ns = run->calls.wait_until_ns;
    enum call_answer answer;

    run->calls.waiting = NULL;
    answer = calls_begin(&run->calls, event->call, event->moment.is_blocking, why);
    if (!waiting) return answer;
    run->calls.waiting = waiting;
    run->calls.wait_until_ns = wait_until_ns;
    return answer;
}

bool run_call(struct run *run, const struct event *event, const struct schedule *schedule) {
    char memory[SCRIPT_SENTENCE_MAX];
    enum call_answer answer;
    struct text why;

    if (event->moment.is_blocking && !run_await_sleeper(run)) return false;
    text_init(&why, memory, sizeof memory);
    answer = call_begin(run, event, &why);
    ladder_add(&run->tables->ladder, answer == CALL_WAITS ? RUNG_SLEEPS : RUNG_DONE, run_now(run),
               event);
    if (answer == CALL_WAITS) run->sleeper = (struct sleeper){event, *schedule};
    if (!answer_judge(run, event, answer, memory)) return false;
    if (event->moment.is_blocking && answer != CALL_WAITS && !return_judge(run, event, schedule))
        return false;
    return run_settle(run);
}
