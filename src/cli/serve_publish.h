/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SERVE_PUBLISH_H
#define TERCET_CLI_SERVE_PUBLISH_H

#include <stdint.h>

#include "cli/serve_options.h"
#include "cli/session.h"
#include "host/relay.h"

/* The host's side of --publish: sockets of the host's network, relayed to tercet's services. */
struct serve_publishing {
    int listeners[SERVE_PUBLISHES_MAX];  /* -1: none, or the relay has it */
    uint16_t ports[SERVE_PUBLISHES_MAX]; /* of the listeners */
    struct relay *relay;
};

/* Nothing is open yet: serve_publishing_close is harmless from here on. */
void serve_publishing_init(struct serve_publishing *publishing);

/* Bind the published ports, before the private network is entered.  Return: 0, or -1 after a complaint. */
int serve_publishing_bind(struct serve_publishing *publishing, const struct serve_options *options);

/* Relay them, inside.  Return: 0, or -1 after a complaint. */
int serve_publishing_open(struct serve_publishing *publishing, const struct serve_options *options,
                          struct session *session);

/* Reset the connections that are relayed. */
void serve_publishing_close(struct serve_publishing *publishing);

#endif
