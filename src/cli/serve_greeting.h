/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SERVE_GREETING_H
#define TERCET_CLI_SERVE_GREETING_H

#include "base/text.h"
#include "cli/network.h"
#include "cli/serve_options.h"

/* Where what is served, in a few lines, with the address to open in a browser.  @ports, @metrics_port: as bound */
void serve_greeting(struct text *text, const struct serve_options *options,
                    const struct network *network, const uint16_t *ports, uint16_t metrics_port);

#endif
