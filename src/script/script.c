/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/script.h"

#include <string.h>

#include "base/must.h"
#include "script/rig.h"
#include "script/run.h"
#include "wire/ip.h"

/*
 * One script from its text to its report: parsed, its options read, a host made, run, told.
 *
 * The memory that is given is cut into tables, two arenas and the host.  All of it is zeros, and a short script
 * touches little; nothing is cleared but what is taken.
 */
enum {
    VALUES_OCTETS = 256 << 20, /* a script's values: events, packets, calls */
    RUN_OCTETS = 32 << 20,     /* what calls and code keep */
    PAGE_OCTETS = 4096,
};

static size_t page_up_octets(size_t octets) {
    return (octets + PAGE_OCTETS - 1) & ~(size_t)(PAGE_OCTETS - 1);
}

/* Memory, cut from the front. */
struct cut {
    unsigned char *at, *end;
};

static void *cut_take(struct cut *cut, size_t octets) {
    unsigned char *taken = cut->at;

    octets = page_up_octets(octets);
    must(octets <= (size_t)(cut->end - cut->at));
    cut->at += octets;
    return taken;
}

static size_t rig_octets_max(void) {
    struct rig_config config = {.n_addresses = 0};
    struct settings settings = {.mtu = 0};

    tercet_config_init(&settings.config, sizeof settings.config);
    config.settings = &settings;
    return rig_size(&config);
}

size_t script_memory_bytes(void) {
    return page_up_octets(sizeof(struct run_tables)) + VALUES_OCTETS + RUN_OCTETS +
           page_up_octets(rig_octets_max());
}

static void report_begin(struct script_report *report) {
    report->verdict = SCRIPT_PASSED;
    report->mismatch = SCRIPT_MISMATCH_NONE;
    report->place = (struct place){0};
    report->sentence[0] = report->expected[0] = report->actual[0] = report->ladder[0] = 0;
    report->virtual_ns = 0;
    report->events = 0;
}

static void report_broken(struct script_report *report, struct place place, const char *sentence) {
    struct text text;

    text_init(&text, report->sentence, sizeof report->sentence);
    text_put(&text, sentence);
    report->verdict = SCRIPT_BROKEN;
    report->place = place;
}

static bool options_read(struct run *run) {
    struct script_report *report = run->report;
    struct text why;

    text_init(&why, report->sentence, sizeof report->sentence);
    report->verdict = run_options_read(&run->options, run->script, run->job, &report->place, &why);
    if (report->verdict != SCRIPT_PASSED) return false;
    report->place = (struct place){0};
    return true;
}

/* The host of the script; its settings are those that the commands in front of the script have left. */
static bool subject_make(struct run *run, struct cut *cut) {
    struct rig_config config = {
        .settings = &run->settings,
        .addresses = {{run->options.local.address, run->options.prefix_bits}},
        .n_addresses = 1,
        .seed = run->job->seed,
    };
    struct rig *rig = NULL;

    if (rig_size(&config) <= (size_t)(cut->end - cut->at)) rig = rig_init(cut->at, &config);
    run->subject = (struct subject){&rig_kind, rig};
    if (rig) return true;
    run_ends(run, NULL, SCRIPT_UNSUPPORTED, "the stack cannot be set as the script wants it");
    return false;
}

static void ladder_draw(struct run *run) {
    struct script_report *report = run->report;
    struct text text;

    if (report->verdict == SCRIPT_PASSED && !run->job->has_ladder) return;
    text_init(&text, report->ladder, sizeof report->ladder);
    ladder_text(&text, &run->tables->ladder, &run->tables->connections, report->sentence);
}

void script_run(const struct script_job *job, void *memory, struct script_report *report) {
    struct cut cut = {memory, (unsigned char *)memory + script_memory_bytes()};
    struct run_tables *tables = cut_take(&cut, sizeof *tables);
    struct arena values = arena_of(cut_take(&cut, VALUES_OCTETS), VALUES_OCTETS);
    struct arena kept = arena_of(cut_take(&cut, RUN_OCTETS), RUN_OCTETS);
    struct parse_error error;
    struct script script;
    struct run run = {
        .job = job, .script = &script, .report = report, .arena = &kept, .tables = tables};

    report_begin(report);
    if (!script_parse(job->text, job->octets, job->definitions, &values, &script, &error)) {
        report_broken(report, error.place, error.sentence);
        return;
    }
    /* What proves nothing does not pass. */
    if (script.n_events == 0) {
        report_broken(report, (struct place){1, 1}, "there are no events in it");
        return;
    }
    if (!options_read(&run)) return;
    settings_init(&run.settings, job->as);
    run.settings.mtu = run.options.mtu;
    if (!run_init_commands(&run) || !subject_make(&run, &cut)) return;
    run_script(&run);
    ladder_draw(&run);
}
