/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_IP_ADDRESSES_H
#define TERCET_IP_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/address.h>

#include "base/flow.h"
#include "wire/ip.h"

/*
 * The host's own addresses.  Each has a 16-bit index, from 0, which stands for it everywhere above.  Only the
 * owner of the host puts any in, so that a hash without a key will do: whoever asks cannot make runs longer.
 */
struct own_address {
    struct tercet_address address;
    uint8_t prefix_bits; /* of the 128 */
};

struct addresses {
    struct own_address *table;
    uint32_t n, limit;
    struct flow_table index; /* to index + 1 */
    uint64_t filter; /* a bit for each address that is there: most strangers are turned away here */
    uint32_t recent; /* the index that was last looked for with success */
};

#define ADDRESS_NONE UINT32_MAX

size_t addresses_size(uint32_t limit);
void addresses_init(struct addresses *addresses, void *memory, uint32_t limit);

/* Own @address.  Return: its index, or ADDRESS_NONE when the table is full. */
uint32_t addresses_add(struct addresses *addresses, const struct tercet_address *address,
                       unsigned prefix_bits);

/* Return: the index of @address, or ADDRESS_NONE. */
uint32_t addresses_find(const struct addresses *addresses, const struct tercet_address *address);

/* The same for the destination of an arriving packet, which is most often that of the one before. */
static inline uint32_t addresses_find_local(struct addresses *addresses,
                                            const struct tercet_address *address) {
    uint32_t index = addresses->recent;

    if (index < addresses->n && address_eq(&addresses->table[index].address, address)) return index;
    index = addresses_find(addresses, address);
    if (index != ADDRESS_NONE) addresses->recent = index;
    return index;
}

/*
 * The address to speak from to @remote (RFC 9293 MUST-44): one whose prefix holds it, else the first of its
 * family, else ADDRESS_NONE.
 */
uint32_t addresses_source(const struct addresses *addresses, const struct tercet_address *remote);

/* Whether @address is the broadcast address of a network that the host is on (IPv4, prefix below 31). */
bool addresses_is_broadcast(const struct addresses *addresses, const struct tercet_address *address);

/* Whether the first @bits of two addresses are the same. */
bool address_has_prefix(const struct tercet_address *address, const struct tercet_address *prefix,
                        unsigned bits);

#endif
