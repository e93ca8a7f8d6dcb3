/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SERVE_STACK_H
#define TERCET_CLI_SERVE_STACK_H

#include <stdbool.h>
#include <stddef.h>

#include <tercet/stack.h>

#include "app/services.h"
#include "cli/serve_options.h"
#include "host/files.h"

/* The stack of `tercet serve`, the services on it, and the folders that they serve. */
struct serve_stack {
    struct files folders[SERVE_SERVICES_MAX]; /* by service */
    bool has_folder[SERVE_SERVICES_MAX];
    void *memory; /* of the stack */
    size_t memory_octets;
    struct tercet_stack *stack;
    struct services *services;
};

/* Open the folders of --http, with the eyes of whoever started us.  Return: 0, or -1 after a complaint. */
int serve_stack_open_folders(struct serve_stack *on, const struct serve_options *options);

/* Make the stack.  Return: 0, or -1 after a complaint. */
int serve_stack_open(struct serve_stack *on, const struct serve_options *options);

/* Start the services; the stack has its addresses.  Return: 0, or -1 after a complaint. */
int serve_stack_serve(struct serve_stack *on, const struct serve_options *options);

/* End the services: their connections are reset, by what the stack then owes. */
void serve_stack_end(struct serve_stack *on);

void serve_stack_close(struct serve_stack *on);

#endif
