/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SERVE_OPTIONS_H
#define TERCET_CLI_SERVE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/address.h>

#include "app/services.h"
#include "cli/options.h"

enum {
    SERVE_SERVICES_MAX = 16,
    SERVE_PUBLISHES_MAX = 16,
    SERVE_ADDRESSES_MAX = 8,
    SERVE_MTU_LEAST = 576,
    SERVE_MTU_MOST = 9000,
    SERVE_MTU_USUAL = 1500,
    SERVE_MTU_IPV6 = 1280, /* RFC 8200 section 5: the kernel takes IPv6 off a device below it */
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

struct serve_address {
    const char *text;
    struct tercet_address address;
    uint32_t prefix_bits;
};

/* What the command line of `tercet serve` asks for; it borrows argv's text. */
struct serve_options {
    struct serve_service services[SERVE_SERVICES_MAX];
    struct serve_publish publishes[SERVE_PUBLISHES_MAX];
    struct serve_address addresses[SERVE_ADDRESSES_MAX];
    unsigned service_count, publish_count, address_count;
    const char *tun; /* NULL: a private namespace */
    uint32_t mtu;
    bool has_mtu;
    const char *pcap;
    bool is_quiet;
    bool may_publish_anywhere;
    char **command; /* ends with NULL; NULL when there is none */
};

extern const struct argp_option serve_option_table[];

/* Read `ADDR/BITS`. */
bool serve_address_read(const char *text, struct serve_address *address);

/* The verb's `take`. */
int serve_options_take(int key, char *value, struct argp_state *state, void *into);

/*
 * After the last word: check what must fit together, and fill in the defaults.
 * Return: 0, or -1 after a complaint.
 */
int serve_options_finish(struct serve_options *options);

#endif
