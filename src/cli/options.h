/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_OPTIONS_H
#define TERCET_CLI_OPTIONS_H

#include "cli/verb.h"

enum options_result {
    OPTIONS_READ,
    OPTIONS_WRONG,  /* one complaint has been printed */
    OPTIONS_HELPED, /* --help was there: the verb's help is on standard output */
};

/* Read a verb's options and words into what @into points to, by its table. */
enum options_result options_read(const struct verb *verb, int argc, char **argv, void *into);

/*
 * A word that is no option: COMMAND behind `--`, and with it the rest of the line.  @command: set to it, ends with NULL
 * Return: 0, or -1 after a complaint.
 */
int options_take_command(char ***command, const char *value, struct argp_state *state);

/* `tercet help VERB` on standard output. */
void options_help(const struct verb *verb);

/* The table itself on standard output, a line an option: verb, option, value, separated by tabs. */
void options_dump(const struct verb *verb);

#endif
