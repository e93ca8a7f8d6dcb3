/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_OUTPUT_OPTIONS_H
#define TERCET_CLI_OUTPUT_OPTIONS_H

#include <stdbool.h>

#include "cli/verb.h"

/* The options about what is shown of the connections: the same for all verbs that show some. */
struct output_options {
    const char *pcap; /* or NULL */
    const char *json; /* the file of --json=FILE, or NULL */
    bool has_json;    /* --json: without a file, in place of the ladder */
    bool is_quiet;
};

enum { KEY_PCAP = 0x400, KEY_JSON, KEY_QUIET };

/* Rows of a verb's table. */
#define OUTPUT_OPTIONS                                                                             \
    OPTION("pcap", KEY_PCAP, "FILE", "write every packet to FILE (pcapng)"),                       \
        OPTION_PERHAPS("json", KEY_JSON, "FILE",                                                   \
                       "an object for each attempt in FILE, or in place of the ladder"),           \
        OPTION("quiet", KEY_QUIET, NULL, "no greeting and no ladder, complaints only")

/* Take one of these options.  Return: 0, or EINVAL: @key is another's. */
int output_options_take(struct output_options *options, int key, const char *value);

/* Whether there is text for people on standard error, besides complaints. */
static inline bool output_has_text(const struct output_options *options) {
    return !options->is_quiet && !(options->has_json && !options->json);
}

/* Whether the openings are watched: for text or for JSON. */
static inline bool output_has_observer(const struct output_options *options) {
    return options->has_json || !options->is_quiet;
}

#endif
