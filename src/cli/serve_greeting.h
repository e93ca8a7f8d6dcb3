/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SERVE_GREETING_H
#define TERCET_CLI_SERVE_GREETING_H

#include "base/text.h"
#include "cli/serve_network.h"
#include "cli/serve_options.h"

/* Where what is served, in a few lines, with the address to open in a browser. */
void serve_greeting(struct text *text, const struct serve_options *options,
                    const struct serve_network *network);

#endif
