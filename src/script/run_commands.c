/* SPDX-License-Identifier: BSD-2-Clause */
/* Shell commands of a script: what they set is taken over, nothing is run. */
#include <stddef.h>

#include "script/run.h"

/* Return: whether the command was obeyed */
static bool command_obey(struct run *run, const struct event *event, struct word command) {
    char memory[SCRIPT_SENTENCE_MAX];
    struct text why;

    text_init(&why, memory, sizeof memory);
    if (settings_command(&run->settings, &run->job->files, command, &why) == SETTINGS_TAKEN)
        return true;
    return run_ends(run, event, SCRIPT_UNSUPPORTED, memory);
}

bool run_init_commands(struct run *run) {
    for (uint32_t i = 0; i < run->options.n_init_scripts; i++) {
        if (!command_obey(run, NULL, run->options.init_scripts[i])) return false;
    }
    for (const struct event *event = run->script->init; event; event = event->next) {
        if (!command_obey(run, event, event->code)) return false;
    }
    run->settings.sleep_us = 0; /* nothing happens yet */
    return true;
}

bool run_command(struct run *run, const struct event *event) {
    uint64_t sleep_us;

    ladder_add(&run->tables->ladder, RUNG_DONE, run_now(run), event);
    if (!command_obey(run, event, event->code)) return false;
    run->subject.kind->configure(run->subject.self, &run->settings);
    sleep_us = run->settings.sleep_us;
    run->settings.sleep_us = 0;
    if (sleep_us > SCRIPT_VIRTUAL_S_MAX * 1000000ull) sleep_us = SCRIPT_VIRTUAL_S_MAX * 1000000ull;
    return run_wait(run, run_now(run) + sleep_us * RUN_NS_PER_US);
}
