/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SERVE_OPTIONS_H
#define TERCET_CLI_SERVE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/address.h>

#include "app/services.h"
#include "cli/network_options.h"
#include "cli/options.h"
#include "cli/output_options.h"

enum {
    SERVE_SERVICES_MAX = 16,
    SERVE_PUBLISHES_MAX = 16,
};

struct serve_service {
    enum services_kind kind;
    uint16_t port;
    const char *folder; /* of http: the folder to serve, NULL for the built-in page */
};

struct serve_publish {
    const char *text; /* as it was written */
    struct tercet_address address;
    uint16_t outer_port; /* on the host, 0 for any that is free */
    uint16_t inner_port; /* of the service */
};

/* Where --metrics has its page on the host. */
struct serve_page {
    const char *text; /* as it was written; NULL: nowhere */
    struct tercet_address address;
    uint16_t port; /* 0 for any that is free */
};

/* What the command line of `tercet serve` asks for; it borrows argv's text. */
struct serve_options {
    struct serve_service services[SERVE_SERVICES_MAX];
    struct serve_publish publishes[SERVE_PUBLISHES_MAX];
    unsigned service_count, publish_count;
    struct serve_page metrics;
    struct network_options network;
    struct output_options output;
    bool may_publish_anywhere;
    char **command; /* ends with NULL; NULL when there is none */
};

extern const struct argp_option serve_option_table[];

/* The verb's `take`. */
int serve_options_take(int key, char *value, struct argp_state *state, void *into);

/*
 * After the last word: check what must fit together, and fill in the defaults.
 * Return: 0, or -1 after a complaint.
 */
int serve_options_finish(struct serve_options *options);

#endif
