/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_NETWORK_H
#define TERCET_CLI_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "cli/network_options.h"
#include "door/tun.h"

enum { NETWORK_DOOR = 0 };

/* The network that a stack lives in: its device, and its addresses there. */
struct network {
    struct network_address addresses[NETWORK_ADDRESSES_MAX]; /* of tercet, those in use */
    unsigned address_count;
    const char *ipv6_off; /* why the IPv6 addresses that were to be are not there; NULL: they are */
    uint32_t mtu;
    struct tun tun;
};

/* Nothing is open yet: network_close is harmless from here on. */
void network_init(struct network *network);

/* Enter the private namespace, unless --tun was given.  Return: 0, or -1 after a complaint. */
int network_enter(const struct network_options *options);

/* Open the device, and set it up where it is ours.  Return: 0, or -1 after a complaint. */
int network_open(struct network *network, const struct network_options *options);

/* Give @stack the addresses and its way out.  Return: 0, or -1 after a complaint. */
int network_route(const struct network *network, struct tercet_stack *stack);

/* Whether tercet has an address of @address's family there. */
bool network_has_family(const struct network *network, const struct tercet_address *address);

/* Whether @address is tercet's own there. */
bool network_is_own(const struct network *network, const struct tercet_address *address);

void network_close(struct network *network);

#endif
