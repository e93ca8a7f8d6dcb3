/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_NETWORK_OPTIONS_H
#define TERCET_CLI_NETWORK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/address.h>

#include "cli/verb.h"

/* The options about the network that a verb lives in: the same for all verbs that have a stack of their own. */
enum {
    NETWORK_ADDRESSES_MAX = 8,
    NETWORK_MTU_LEAST = 576,
    NETWORK_MTU_MOST = 9000,
    NETWORK_MTU_USUAL = 1500,
    NETWORK_MTU_IPV6 = 1280, /* RFC 8200 section 5: the kernel takes IPv6 off a device below it */
};

struct network_address {
    const char *text;
    struct tercet_address address;
    uint32_t prefix_bits;
};

struct network_options {
    struct network_address addresses[NETWORK_ADDRESSES_MAX];
    unsigned address_count;
    const char *tun; /* NULL: a private namespace */
    uint32_t mtu;
    bool has_mtu;
};

enum { KEY_TUN = 0x300, KEY_ADDRESS, KEY_MTU };

/* Rows of a verb's table. */
#define NETWORK_OPTIONS                                                                            \
    OPTION("tun", KEY_TUN, "NAME", "use this TUN device, in the current namespace"),               \
        OPTION("address", KEY_ADDRESS, "ADDR/BITS", "an address of tercet's own on that device"),  \
        OPTION("mtu", KEY_MTU, "N", "octets of a packet at most, 576 to 9000 (1500)")

/* Read `ADDR/BITS`. */
bool network_address_read(const char *text, struct network_address *address);

/* Whether a host of a network can have the address. */
bool network_is_host(const struct tercet_address *address);

/* Take one of these options.  Return: 0, -1 after a complaint, or EINVAL: @key is another's. */
int network_options_take(struct network_options *options, int key, const char *value);

/*
 * After the last word: check what must fit together, and fill in the defaults.
 * @has_command: there is a COMMAND
 * Return: 0, or -1 after a complaint.
 */
int network_options_finish(struct network_options *options, bool has_command);

#endif
