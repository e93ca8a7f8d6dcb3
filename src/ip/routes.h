/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_IP_ROUTES_H
#define TERCET_IP_ROUTES_H

#include <stddef.h>
#include <stdint.h>

#include <tercet/address.h>

/*
 * Where a packet leaves: the longest matching prefix, kept sorted, longest first.  A host has a handful of
 * routes, so that the search is a walk over at most ROUTES_MAX of them.
 */
#define ROUTES_MAX    64
#define ROUTE_MTU_MIN 1280u

struct route {
    uint64_t prefix[2], mask[2]; /* as the octets lie in memory */
    uint32_t mtu;                /* octets */
    uint16_t door;
    uint8_t bits; /* of the 128 */
};

struct routes {
    struct route table[ROUTES_MAX];
    uint32_t n, limit;
};

/* Add the route to @prefix/@bits.  Return: 0, or -1 when the table is full. */
int routes_add(struct routes *routes, const struct tercet_address *prefix, unsigned bits,
               uint16_t door, uint32_t mtu);

/* Return: the route to @destination, or NULL. */
const struct route *routes_find(const struct routes *routes,
                                const struct tercet_address *destination);

/* The largest MTU of any route, ROUTE_MTU_MIN at least: what a departing frame may be. */
uint32_t routes_mtu(const struct routes *routes);

#endif
