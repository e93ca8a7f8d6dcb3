/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_IP_ROUTES_H
#define TERCET_IP_ROUTES_H

#include <stddef.h>
#include <stdint.h>

#include <tercet/address.h>

/*
 * Where a packet leaves: the longest matching prefix, kept sorted, longest first.  A host has a handful of routes, so that the
 * search is a walk over at most ROUTES_MAX of them.
 */
#define ROUTES_MAX 64

struct route {
    struct tercet_address prefix;
    uint8_t bits; /* of the 128 */
    uint16_t door;
    uint32_t mtu; /* octets */
};

struct routes {
    struct route table[ROUTES_MAX];
    uint32_t n, limit;
};

/* Add a route.  Return: 0, or -1 when the table is full. */
int routes_add(struct routes *routes, const struct route *route);

/* Return: the route to @destination, or NULL. */
const struct route *routes_find(const struct routes *routes,
                                const struct tercet_address *destination);

/* The largest MTU of any route, ROUTE_MTU_MIN at least: what a departing frame may be. */
uint32_t routes_mtu(const struct routes *routes);

#define ROUTE_MTU_MIN 1280u

#endif
