/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdio.h>

#include "cli/complaint.h"
#include "cli/options.h"
#include "cli/verb.h"

/* What follows `tercet help`. */
struct help_options {
    const char *about; /* a verb's name, or NULL */
    bool dumps;
};

enum { KEY_OPTIONS = 0x100 };

static const struct argp_option options[] = {
  /* For the test that compares the man page with the tables. */
    {"options", KEY_OPTIONS, NULL, OPTION_HIDDEN, "print all options as a table", 0},
    OPTION_HELP,
    {0    },
};

static int take(int key, char *value, struct argp_state *state, void *into) {
    struct help_options *help = into;
    (void)state;

    if (key == KEY_OPTIONS) {
        help->dumps = true;
        return 0;
    }
    if (help->about) {
        complain("%s: one verb at a time (`tercet help %s`)", value, help->about);
        return -1;
    }
    help->about = value;
    return 0;
}

static void print_overview(void) {
    puts("Usage: tercet VERB [OPTION...]\n"
         "\n"
         "A TCP in user space, and what can be done with one.\n");
    for (const struct verb *const *verb = verbs; *verb; verb++)
        printf("  %-10s %s\n", (*verb)->name, (*verb)->summary);
    puts("\n"
         "`tercet help VERB` tells a verb's options, `tercet --version` the version.");
}

static int run(int argc, char **argv) {
    struct help_options help = {0};
    enum options_result result = options_read(&verb_help, argc, argv, &help);
    if (result != OPTIONS_READ) return result == OPTIONS_WRONG ? STATUS_USAGE : 0;

    if (help.dumps) {
        for (const struct verb *const *verb = verbs; *verb; verb++)
            options_dump(*verb);
        return 0;
    }
    if (!help.about) {
        print_overview();
        return 0;
    }
    const struct verb *about = verb_find_or_complain(help.about);
    if (!about) return STATUS_USAGE;
    options_help(about);
    return 0;
}

const struct verb verb_help = {
    .name = "help",
    .words = "[VERB]",
    .summary = "tell what there is, or how a verb is used",
    .options = options,
    .take = take,
    .run = run,
};
