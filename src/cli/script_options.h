/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SCRIPT_OPTIONS_H
#define TERCET_CLI_SCRIPT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/options.h"
#include "script/script.h"

enum {
    SCRIPT_DEFINITIONS_MAX = 64,
    SCRIPT_RUN_OPTIONS_MAX = 64,
    SCRIPT_SEED_USUAL = 1,
};

/* What the command line of `tercet script` asks for; it borrows argv's text. */
struct script_options {
    const char **places; /* FILEs and DIRs, `-` for standard input; as many as there are words at most */
    unsigned place_count;
    const struct personality *as;
    uint32_t seed;
    bool is_verbose, has_json, has_settings;

    /* What the scripts' own options are overridden by: lists, in order. */
    struct definition definitions[SCRIPT_DEFINITIONS_MAX];
    struct script_option run_options[SCRIPT_RUN_OPTIONS_MAX];
    unsigned definition_count, run_option_count;
};

extern const struct argp_option script_option_table[];

/* The verb's `take`. */
int script_options_take(int key, char *value, struct argp_state *state, void *into);

/*
 * After the last word: check what must fit together, and fill in the defaults.
 * Return: 0, or -1 after a complaint.
 */
int script_options_finish(struct script_options *options);

#endif
