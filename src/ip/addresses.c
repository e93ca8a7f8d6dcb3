/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/addresses.h"

#include <string.h>

#include "base/bytes.h"
#include "wire/ip.h"

static size_t table_size(uint32_t limit) {
    return (limit * sizeof(struct own_address) + 63) & ~(size_t)63;
}

size_t addresses_size(uint32_t limit) {
    return table_size(limit) + flow_table_size(limit);
}

void addresses_init(struct addresses *addresses, void *memory, uint32_t limit) {
    *addresses = (struct addresses){.table = memory, .limit = limit};
    flow_table_init(&addresses->index, (unsigned char *)memory + table_size(limit), limit);
}

static uint32_t address_tag(const struct tercet_address *address) {
    uint64_t mixed = load64(address->octets) ^ load64(address->octets + 8) * 0x9e3779b97f4a7c15u;

    mixed ^= mixed >> 32; /* neighbours differ in their last octet, which stands highest here */
    return (uint32_t)(mixed * 0xd6e8feb86659fd93u >> 32);
}

/* By the last four octets, in which the addresses of a network differ. */
static uint64_t filter_bit(const struct tercet_address *address) {
    return 1ull << (be32_get(address->octets + 12) * 0x9e3779b1u >> 26);
}

uint32_t addresses_add(struct addresses *addresses, const struct tercet_address *address,
                       unsigned prefix_bits) {
    if (addresses->n == addresses->limit) return ADDRESS_NONE;
    addresses->table[addresses->n] = (struct own_address){*address, (uint8_t)prefix_bits};
    addresses->filter |= filter_bit(address);
    flow_insert(&addresses->index, address_tag(address), addresses->n + 1);
    return addresses->n++;
}

uint32_t addresses_find(const struct addresses *addresses, const struct tercet_address *address) {
    uint32_t tag, at;

    if (!(addresses->filter & filter_bit(address))) return ADDRESS_NONE;
    tag = address_tag(address);
    for (uint32_t ref = flow_first(&addresses->index, tag, &at); ref;
         ref = flow_next(&addresses->index, tag, &at)) {
        if (address_eq(&addresses->table[ref - 1].address, address)) return ref - 1;
    }
    return ADDRESS_NONE;
}

/* Whether the first @bits of two halves of an address are the same. */
static bool half_has_prefix(const unsigned char *a, const unsigned char *b, unsigned bits) {
    uint64_t differ = be64_get(a) ^ be64_get(b);

    return bits < 64 ? !(differ & ~(UINT64_MAX >> bits)) : !differ;
}

bool address_has_prefix(const struct tercet_address *address, const struct tercet_address *prefix,
                        unsigned bits) {
    const unsigned char *a = address->octets, *b = prefix->octets;

    if (!half_has_prefix(a, b, bits)) return false;
    return bits <= 64 || half_has_prefix(a + 8, b + 8, bits - 64);
}

uint32_t addresses_source(const struct addresses *addresses, const struct tercet_address *remote) {
    uint32_t found = ADDRESS_NONE;

    for (uint32_t i = 0; i < addresses->n; i++) {
        const struct own_address *own = &addresses->table[i];

        if (address_is_v4(&own->address) != address_is_v4(remote)) continue;
        if (address_eq(&own->address, remote) ||
            address_has_prefix(remote, &own->address, own->prefix_bits))
            return i;
        if (found == ADDRESS_NONE) found = i;
    }
    return found;
}

static bool is_broadcast_of(const struct own_address *own, const struct tercet_address *address) {
    unsigned bits = own->prefix_bits;

    if (!address_is_v4(&own->address) || bits >= 127 ||
        !address_has_prefix(address, &own->address, bits))
        return false;
    for (unsigned i = bits; i < 128; i++) {
        if (!(address->octets[i / 8] & 0x80u >> i % 8)) return false;
    }
    return true;
}

bool addresses_is_broadcast(const struct addresses *addresses, const struct tercet_address *address) {
    if ((address->octets[15] & 3) != 3 || !address_is_v4(address))
        return false; /* no network of two host bits or more has it as its broadcast address */
    for (uint32_t i = 0; i < addresses->n; i++) {
        if (is_broadcast_of(&addresses->table[i], address)) return true;
    }
    return false;
}
