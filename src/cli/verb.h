/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_VERB_H
#define TERCET_CLI_VERB_H

#include <argp.h>

/* A row of a table of options; @value is NULL where the option takes none. */
#define OPTION(name, key, value, text)                                                             \
    { name, key, value, 0, text, 0 }

/* The same where the value may be left out. */
#define OPTION_PERHAPS(name, key, value, text)                                                     \
    { name, key, value, OPTION_ARG_OPTIONAL, text, 0 }

/* The row that ends every table; options_read takes it. */
enum { KEY_HELP = 0x1000 };
#define OPTION_HELP OPTION("help", KEY_HELP, NULL, "print this")

/*
 * A verb of the command line. All that can be said about one is here: `tercet help`, the options' reading and the
 * check of the man page come from this table.
 */
struct verb {
    const char *name;
    const char *words;   /* what may follow the options, as usage shows it; NULL: nothing */
    const char *summary; /* one line */
    const struct argp_option *options; /* the last are OPTION_HELP and an empty one */

    /*
     * Take one option (its key) or word (ARGP_KEY_ARG; state->quoted tells that `--` stands before it).
     * @into: as given to options_read.  Return: 0, or anything else after a complaint.
     */
    int (*take)(int key, char *value, struct argp_state *state, void *into);

    /* @argv: argv[0] is the verb.  Return: the exit status. */
    int (*run)(int argc, char **argv);
};

extern const struct verb verb_connect;
extern const struct verb verb_help;
extern const struct verb verb_script;
extern const struct verb verb_serve;

/* All verbs, NULL at the end. */
extern const struct verb *const verbs[];

/* The verb called @name, or NULL. */
const struct verb *verb_find(const char *name);

/* The verb called @name, or NULL after a complaint. */
const struct verb *verb_find_or_complain(const char *name);

#endif
