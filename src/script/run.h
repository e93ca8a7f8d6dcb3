/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_RUN_H
#define TERCET_SCRIPT_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "script/arena.h"
#include "script/calls.h"
#include "script/code.h"
#include "script/connections.h"
#include "script/departures.h"
#include "script/ladder.h"
#include "script/packet_build.h"
#include "script/run_options.h"
#include "script/script.h"
#include "script/settings.h"
#include "script/subject.h"
#include "script/syntax.h"

/*
 * A script while it runs.
 *
 * Events are taken one after another.  What the script does (calls, packets that arrive, commands) is done at its moment; until
 * then time passes in the subject.  For a packet that it expects, time passes until one leaves, or until it is too
 * late.  A call that sleeps is tried again whenever something has happened; other events go on meanwhile.  The first
 * trouble ends the run.
 */
enum {
    RUN_STEPS_MAX = 1 << 22, /* things that may happen in a subject before it counts as running in circles */
    RUN_LOOK_BEYOND_S = 64, /* how long a packet or return that is overdue is still looked for, to say how late it is */
    RUN_NS_PER_US = 1000,
};

#define RUN_NS_PER_S 1000000000ull
#define RUN_LIMIT_NS (SCRIPT_VIRTUAL_S_MAX * RUN_NS_PER_S)

/* When an event is due, in ns since the beginning of the script. */
struct schedule {
    bool is_any;                /* * */
    uint64_t at_ns, until_ns;   /* equal unless a range or a blocking call */
    uint64_t early_ns, late_ns; /* tolerance at the two */
};

/* A call that has not returned. */
struct sleeper {
    const struct event *event; /* NULL: there is none */
    struct schedule schedule;
};

/* The large tables of a run: zeroed, and hardly touched by a short script. */
struct run_tables {
    struct ladder ladder;
    struct departures departures;
    struct ts_table timestamps;
    struct connections connections;
    struct build_space space;
};

struct run {
    const struct script_job *job;
    const struct script *script;
    struct script_report *report;
    struct run_options options;
    struct settings settings;
    struct subject subject;
    struct arena *arena;
    struct run_tables *tables;
    struct calls calls;
    struct sleeper sleeper;
    struct code_variables *variables;

    uint64_t start_ns;            /* of the script, in the subject's time */
    const struct event *event;    /* whose turn it is */
    const struct event *previous; /* the one before it */
    uint64_t previous_ns;         /* when it was due */
    uint32_t steps;
    bool is_over;   /* the verdict is there */
    bool is_beyond; /* what happens is only looked at to tell how late it is */
    bool is_marked; /* the event at fault stands in the ladder already */
};

/* Run @run->script: all fields up to the tables are set, the rest are zero.  The report tells what came of it. */
void run_script(struct run *run);

/* For the files run_*.c. */

/* Now, since the beginning of the script. */
uint64_t run_now(const struct run *run);

/* When @event is due, told now. */
struct schedule run_schedule(const struct run *run, const struct event *event);

/*
 * Let time pass until @until_ns, or until something has happened; then sleeping calls are tried.
 * Return: whether the run goes on
 */
bool run_pass(struct run *run, uint64_t until_ns);

/* Let time pass up to @until_ns.  Return: whether the run goes on */
bool run_wait(struct run *run, uint64_t until_ns);

/* Wait for the moment of @event, and compare.  Return: whether the run goes on */
bool run_wait_moment(struct run *run, const struct event *event, const struct schedule *schedule);

/* Something was done to the subject: take its packets, try the call that sleeps.  Return: whether the run goes on */
bool run_settle(struct run *run);

/* Events, each in its file.  Return: whether the run goes on */
bool run_inbound(struct run *run, const struct event *event, const struct schedule *schedule);
bool run_outbound(struct run *run, const struct event *event, const struct schedule *schedule);
bool run_call(struct run *run, const struct event *event, const struct schedule *schedule);
bool run_command(struct run *run, const struct event *event);
bool run_code(struct run *run, const struct event *event);

/* Commands in front of the script: those of --init_scripts, then its own.  Return: whether the run goes on */
bool run_init_commands(struct run *run);

/* The call that sleeps is tried again.  Return: whether the run goes on */
bool run_sleeper(struct run *run);

/* When the call that sleeps is overdue; UINT64_MAX: none sleeps. */
uint64_t run_sleeper_deadline(const struct run *run);

/* Time passes until the call that sleeps has returned.  Return: whether the run goes on */
bool run_await_sleeper(struct run *run);

/* The event is at fault, and the ladder tells so now; run_fails follows. */
void run_marks(struct run *run, const struct event *event);

/* The run fails at @event: @why tells why.  Return: whether it goes on nevertheless (--non_fatal) */
bool run_fails(struct run *run, const struct event *event, enum script_mismatch mismatch,
               const char *why);

/* The run ends at @event without having failed: UNSUPPORTED or BROKEN.  Return: false */
bool run_ends(struct run *run, const struct event *event, enum script_verdict verdict,
              const char *why);

/* "at 1.204000, expected at 1.000000 (0.025000 early or late is right)" */
void run_time_text(struct text *text, uint64_t when_ns, const struct schedule *schedule,
                   bool is_return);

#endif
