/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_PERSONALITY_H
#define TERCET_SCRIPT_PERSONALITY_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/config.h>

/*
 * The habits of a host: where the RFCs leave a choice and hosts differ (initial window, delayed ACKs, retries, order
 * of options, what sockets answer), one named set of choices.
 */
enum personality_sockets {
    PERSONALITY_LINUX, /* SO_RCVBUF answers twice what was set, and the like */
    PERSONALITY_FREEBSD,
};

struct personality {
    const char *name;    /* as --as takes it */
    const char *summary; /* one line */
    enum personality_sockets sockets;
    void (*configure)(struct tercet_config *config); /* from tercet_config_init's defaults */
};

/* linux, freebsd, rfc, and tercet (the stack's own defaults); NULL at the end. */
extern const struct personality *const personalities[];

/* The personality called @name, or NULL. */
const struct personality *personality_find(const char *name);

#endif
