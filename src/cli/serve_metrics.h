/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SERVE_METRICS_H
#define TERCET_CLI_SERVE_METRICS_H

#include "cli/serve_options.h"
#include "cli/session.h"
#include "host/scrape.h"

/* The page of --metrics, on a socket of the host's network. */
struct serve_metrics {
    int listener;  /* -1: none, or scrape has it */
    uint16_t port; /* of it */
    struct scrape *scrape;
};

/* Nothing is open yet: serve_metrics_close is harmless from here on. */
void serve_metrics_init(struct serve_metrics *metrics);

/* Bind the port, before the private network is entered.  Return: 0, or -1 after a complaint. */
int serve_metrics_bind(struct serve_metrics *metrics, const struct serve_options *options);

/* Serve the page about @session's stack.  Return: 0, or -1 after a complaint. */
int serve_metrics_open(struct serve_metrics *metrics, struct session *session);

void serve_metrics_close(struct serve_metrics *metrics);

#endif
