/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `tercet script`: scripts of packetdrill's language, run in this process against the stack in virtual time.
 *
 * One sparse block serves all scripts.  What one has touched is given back to the kernel before the next, which brings
 * zeros again and costs as much as was touched, not as much as there is.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cli/complaint.h"
#include "cli/script_files.h"
#include "cli/script_options.h"
#include "cli/script_report.h"
#include "cli/script_walk.h"
#include "door/memory.h"

/* How the verb ends, the worst first. */
enum {
    SCRIPT_STATUS_TROUBLE = 2, /* ours, or the script's own */
    SCRIPT_STATUS_FAILED = 1,
    SCRIPT_STATUS_UNSUPPORTED = 3,
};

struct script_verb {
    struct script_options options;
    struct script_list list;
    struct script_reporter reporter;
    struct shelf shelf;
    void *memory;
    size_t memory_octets;
    bool is_in_trouble;
    struct script_report report;
};

static volatile sig_atomic_t interrupted; /* the signal that came */

static void on_signal(int number) {
    interrupted = number;
}

/* The first one ends the run with its summary, the second at once. */
static void signals_take(void) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* Read a script.  Return: its text, to be freed; NULL after a complaint, which the report has as well */
static char *script_read(struct script_verb *verb, const char *path, size_t *octets) {
    char *text = file_read_whole(path, PARSE_TEXT_MAX, octets);

    if (text) return text;
    memset(&verb->report, 0, sizeof verb->report);
    verb->report.verdict = SCRIPT_BROKEN;
    snprintf(verb->report.sentence, sizeof verb->report.sentence, "cannot be read: %s",
             strerror(errno));
    complain("%s: %s (name what can be read)", path, strerror(errno));
    return NULL;
}

static int script_judge(struct script_verb *verb, const char *path) {
    const struct script_options *options = &verb->options;
    struct script_job job = {
        .as = options->as,
        .seed = options->seed,
        .definitions = options->definition_count ? options->definitions : NULL,
        .options = options->run_option_count ? options->run_options : NULL,
        .files = {shelf_read, &verb->shelf},
        .has_ladder = options->is_verbose,
    };
    char *text = script_read(verb, path, &job.octets);

    if (text) {
        job.text = text;
        shelf_turn_to(&verb->shelf, path);
        script_run(&job, verb->memory, &verb->report);
        madvise(verb->memory, verb->memory_octets, MADV_DONTNEED);
        free(text);
    }
    return reporter_tell(&verb->reporter, path, &verb->report);
}

/* Run them all.  Return: 0, or -1 after a complaint: not all were run */
static int list_judge(struct script_verb *verb) {
    for (size_t i = 0; i < verb->list.n && !interrupted; i++) {
        if (script_judge(verb, verb->list.paths[i]) != 0) return -1;
        reporter_progress(&verb->reporter);
    }
    return 0;
}

static int places_walk(struct script_verb *verb) {
    for (unsigned i = 0; i < verb->options.place_count; i++)
        if (script_list_add(&verb->list, verb->options.places[i]) != 0)
            verb->list.is_incomplete = true;
    if (verb->list.is_incomplete) verb->is_in_trouble = true;
    return verb->list.n ? 0 : -1;
}

static int memory_take(struct script_verb *verb) {
    verb->memory_octets = script_memory_bytes();
    verb->memory = memory_map(verb->memory_octets, MEMORY_SMALL_PAGES);
    if (verb->memory) return 0;
    complain("memory: %s (%s)", strerror(ENOMEM), advice_against(-ENOMEM, ""));
    return -1;
}

/* Return: 0, or -1 after a complaint */
static int judge(struct script_verb *verb) {
    const struct script_options *options = &verb->options;

    if (places_walk(verb) != 0 || memory_take(verb) != 0) return -1;
    if (reporter_init(&verb->reporter, verb->list.n, options->has_json, options->is_verbose) != 0)
        return -1;
    signals_take();
    int result = list_judge(verb);
    reporter_end(&verb->reporter, interrupted != 0);
    /* The complaint is main's. */
    return fflush(stdout) == 0 && !ferror(stdout) ? result : -1;
}

static int status_of(const struct script_verb *verb) {
    const uint32_t *verdicts = verb->reporter.verdicts;

    if (interrupted) return 128 + interrupted;
    if (verb->is_in_trouble || verdicts[SCRIPT_BROKEN]) return SCRIPT_STATUS_TROUBLE;
    if (verdicts[SCRIPT_FAILED]) return SCRIPT_STATUS_FAILED;
    return verdicts[SCRIPT_UNSUPPORTED] ? SCRIPT_STATUS_UNSUPPORTED : 0;
}

static int script_verb_run(struct script_verb *verb) {
    if (verb->options.has_settings) {
        settings_print();
        return 0;
    }
    if (judge(verb) != 0) verb->is_in_trouble = true;
    int status = status_of(verb);
    reporter_free(&verb->reporter);
    shelf_free(&verb->shelf);
    script_list_free(&verb->list);
    memory_unmap(verb->memory, verb->memory_octets);
    return status;
}

static int run(int argc, char **argv) {
    static struct script_verb verb = {.options.seed = SCRIPT_SEED_USUAL};
    enum options_result result = options_read(&verb_script, argc, argv, &verb.options);
    int status = STATUS_USAGE;

    if (result == OPTIONS_HELPED) status = 0;
    if (result == OPTIONS_READ && script_options_finish(&verb.options) == 0)
        status = script_verb_run(&verb);
    free(verb.options.places);
    return status;
}

const struct verb verb_script = {
    .name = "script",
    .words = "FILE|DIR...",
    .summary = "run packetdrill scripts against tercet's own TCP, in virtual time",
    .options = script_option_table,
    .take = script_options_take,
    .run = run,
};
