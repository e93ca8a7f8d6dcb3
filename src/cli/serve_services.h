/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SERVE_SERVICES_H
#define TERCET_CLI_SERVE_SERVICES_H

#include <stdbool.h>

#include <tercet/stack.h>

#include "app/services.h"
#include "cli/serve_options.h"
#include "host/files.h"

/* The services of `tercet serve`, and the folders that they serve. */
struct serve_services {
    struct files folders[SERVE_SERVICES_MAX]; /* by service */
    bool has_folder[SERVE_SERVICES_MAX];
    struct services *services;
};

enum { SERVE_CONNS_MAX = 16384 };

/* Open the folders of --http, with the eyes of whoever started us.  Return: 0, or -1 after a complaint. */
int serve_services_open_folders(struct serve_services *on, const struct serve_options *options);

/* Start the services on @stack, which has its addresses.  Return: 0, or -1 after a complaint. */
int serve_services_start(struct serve_services *on, const struct serve_options *options,
                         struct tercet_stack *stack);

/* End the services: their connections are reset, by what the stack then owes. */
void serve_services_end(struct serve_services *on);

void serve_services_close(struct serve_services *on);

#endif
