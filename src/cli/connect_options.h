/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_CONNECT_OPTIONS_H
#define TERCET_CLI_CONNECT_OPTIONS_H

#include <stdint.h>

#include "cli/network_options.h"
#include "cli/options.h"
#include "cli/output_options.h"

enum {
    CONNECT_WAIT_USUAL_S = 5,
    CONNECT_SECONDS_MOST = 86400,
};

/* What the command line of `tercet connect` asks for; it borrows argv's text. */
struct connect_options {
    const char *host;
    const char *port_text;
    uint16_t port;
    struct network_options network;
    struct output_options output;
    uint32_t wait_s; /* for COMMAND to listen */
    bool has_wait;
    uint32_t timeout_s; /* for the opening, 0: as long as the stack tries */
    char **command;     /* ends with NULL; NULL when there is none */
};

extern const struct argp_option connect_option_table[];

/* The verb's `take`. */
int connect_options_take(int key, char *value, struct argp_state *state, void *into);

/*
 * After the last word: check what must fit together, and fill in the defaults.
 * Return: 0, or -1 after a complaint.
 */
int connect_options_finish(struct connect_options *options);

#endif
