/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_SERVE_NETWORK_H
#define TERCET_CLI_SERVE_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "cli/serve_options.h"
#include "door/tun.h"

enum { SERVE_DOOR = 0 };

/* The network that `tercet serve` lives in: its device, its addresses, and the host's side of --publish. */
struct serve_network {
    struct serve_address addresses[SERVE_ADDRESSES_MAX]; /* of tercet, those in use */
    unsigned address_count;
    const char *ipv6_off; /* why the IPv6 addresses that were to be are not there; NULL: they are */
    uint32_t mtu;
    struct tun tun;
    int listeners[SERVE_PUBLISHES_MAX];  /* sockets of the host's network, -1: none */
    uint16_t ports[SERVE_PUBLISHES_MAX]; /* of the listeners */
};

/* Nothing is open yet: serve_network_close is harmless from here on. */
void serve_network_init(struct serve_network *network);

/*
 * Bind the published ports, and then enter the private namespace, unless --tun was given.
 * Return: 0, or -1 after a complaint.
 */
int serve_network_enter(struct serve_network *network, const struct serve_options *options);

/* Open the device, and set it up where it is ours.  Return: 0, or -1 after a complaint. */
int serve_network_open(struct serve_network *network, const struct serve_options *options);

/* Give @stack the addresses and its way out.  Return: 0, or -1 after a complaint. */
int serve_network_route(const struct serve_network *network, struct tercet_stack *stack);

/* The address of tercet's that a relay from @publish goes to: of its family, if there is one. */
const struct tercet_address *serve_network_target(const struct serve_network *network,
                                                  const struct serve_publish *publish);

void serve_network_close(struct serve_network *network);

#endif
