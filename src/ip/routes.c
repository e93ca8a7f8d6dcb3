/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/routes.h"

#include <string.h>

static struct route route_make(const struct tercet_address *prefix, unsigned bits, uint16_t door,
                               uint32_t mtu) {
    struct route route = {.bits = (uint8_t)bits, .door = door, .mtu = mtu};
    unsigned char mask[16] = {0};

    for (unsigned i = 0; i < bits; i++)
        mask[i / 8] |= (unsigned char)(0x80u >> i % 8);
    memcpy(route.mask, mask, 16);
    memcpy(route.prefix, prefix->octets, 16);
    route.prefix[0] &= route.mask[0];
    route.prefix[1] &= route.mask[1];
    return route;
}

int routes_add(struct routes *routes, const struct tercet_address *prefix, unsigned bits,
               uint16_t door, uint32_t mtu) {
    uint32_t at = routes->n;

    if (routes->n == routes->limit) return -1;
    for (; at > 0 && routes->table[at - 1].bits < bits; at--)
        routes->table[at] = routes->table[at - 1];
    routes->table[at] = route_make(prefix, bits, door, mtu);
    routes->n++;
    return 0;
}

const struct route *routes_find(const struct routes *routes,
                                const struct tercet_address *destination) {
    uint64_t to[2];

    memcpy(to, destination->octets, 16);
    for (uint32_t i = 0; i < routes->n; i++) {
        const struct route *route = &routes->table[i];

        if ((to[0] & route->mask[0]) == route->prefix[0] &&
            (to[1] & route->mask[1]) == route->prefix[1])
            return route;
    }
    return NULL;
}

uint32_t routes_mtu(const struct routes *routes) {
    uint32_t mtu = ROUTE_MTU_MIN;

    for (uint32_t i = 0; i < routes->n; i++)
        mtu = mtu > routes->table[i].mtu ? mtu : routes->table[i].mtu;
    return mtu;
}
