/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_DOOR_LINK_H
#define TERCET_DOOR_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/address.h>

/*
 * Network interfaces of the current namespace, changed by rtnetlink(7): one request, one answer.
 * All return 0 or the kernel's -errno.
 */

/* @mtu_bytes: largest packet.  Return: also -EINVAL where the device refuses it. */
int link_set_mtu(unsigned index, uint32_t mtu_bytes);

/* @frames: the device's transmit queue, 1.. */
int link_set_queue(unsigned index, uint32_t frames);

int link_set_up(unsigned index);

/* No link-local address, hence no router solicitations (IFLA_INET6_ADDR_GEN_MODE). */
int link_set_quiet(unsigned index);

/* An address with its prefix, usable on return (no duplicate address detection), if the link is up. */
int link_add_address(unsigned index, const struct tercet_address *address, unsigned prefix_bits);

/* What goes to @destination/@prefix_bits goes out by the device; the link is up.  Bits behind the prefix do not count. */
int link_add_route(unsigned index, const struct tercet_address *destination, unsigned prefix_bits);

#endif
