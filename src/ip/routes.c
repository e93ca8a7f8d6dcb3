/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/routes.h"

#include "ip/addresses.h"

int routes_add(struct routes *routes, const struct route *route) {
    uint32_t at = routes->n;

    if (routes->n == routes->limit) return -1;
    for (; at > 0 && routes->table[at - 1].bits < route->bits; at--)
        routes->table[at] = routes->table[at - 1];
    routes->table[at] = *route;
    routes->n++;
    return 0;
}

const struct route *routes_find(const struct routes *routes,
                                const struct tercet_address *destination) {
    for (uint32_t i = 0; i < routes->n; i++) {
        const struct route *route = &routes->table[i];

        if (address_has_prefix(destination, &route->prefix, route->bits)) return route;
    }
    return NULL;
}

uint32_t routes_mtu(const struct routes *routes) {
    uint32_t mtu = ROUTE_MTU_MIN;

    for (uint32_t i = 0; i < routes->n; i++)
        mtu = mtu > routes->table[i].mtu ? mtu : routes->table[i].mtu;
    return mtu;
}
