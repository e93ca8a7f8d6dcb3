/* SPDX-License-Identifier: BSD-2-Clause */
/* Shell commands of a script: what they set is taken over, nothing is run. */
#include <stddef.h>

#include "script/run.h"

typedef enum settings_answer obeying(struct settings *settings, const struct files *files,
                                     struct word word, struct text *why);

/* @obey: settings_command or settings_file.  Return: whether @word was obeyed */
static bool word_obey(struct run *run, const struct event *event, obeying *obey, struct word word) {
    char memory[SCRIPT_SENTENCE_MAX];
    struct text why;

    text_init(&why, memory, sizeof memory);
    if (obey(&run->settings, &run->job->files, word, &why) == SETTINGS_TAKEN) return true;
    return run_ends(run, event, SCRIPT_UNSUPPORTED, memory);
}

static bool command_obey(struct run *run, const struct event *event) {
    return word_obey(run, event, settings_command, event->code);
}

bool run_init_commands(struct run *run) {
    for (uint32_t i = 0; i < run->options.n_init_scripts; i++) {
        if (!word_obey(run, NULL, settings_file, run->options.init_scripts[i])) return false;
    }
    for (const struct event *event = run->script->init; event; event = event->next) {
        if (!command_obey(run, event)) return false;
    }
    run->settings.sleep_us = 0; /* nothing happens yet */
    return true;
}

bool run_command(struct run *run, const struct event *event) {
    uint32_t mtu = run->settings.mtu;
    uint64_t sleep_us;

    ladder_add(&run->tables->ladder, RUNG_DONE, run_now(run), event);
    if (!command_obey(run, event)) return false;
    if (run->settings.mtu != mtu)
        return run_ends(run, event, SCRIPT_UNSUPPORTED, "an MTU that changes during the script");
    if (!run->subject.kind->configure(run->subject.self, &run->settings))
        return run_ends(run, event, SCRIPT_UNSUPPORTED,
                        "a setting that a running stack cannot take");
    sleep_us = run->settings.sleep_us;
    run->settings.sleep_us = 0;
    if (sleep_us > SCRIPT_VIRTUAL_S_MAX * 1000000ull) sleep_us = SCRIPT_VIRTUAL_S_MAX * 1000000ull;
    return run_wait(run, run_now(run) + sleep_us * RUN_NS_PER_US);
}
