/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_RIG_H
#define TERCET_SCRIPT_RIG_H

#include <stddef.h>
#include <stdint.h>

#include <tercet/address.h>

#include "script/settings.h"
#include "script/subject.h"

/*
 * The subject in this room: one stack in virtual time, sockets on top, and a wire on which every packet is seen.
 *
 * Its clock stands still but in `pass`, which jumps from deadline to deadline.  Whatever a call, an arrival or a timer
 * causes departs at once, as in a kernel: packets are kept, with their time, until they are asked for.  All that
 * chance decides (secrets, ports, where the clock begins) hangs on the seed.
 */
enum {
    RIG_ADDRESSES_MAX = 4,
    RIG_DEPARTED_BYTES = 16 << 20, /* octets of packets that nobody has asked for yet; more are lost */
};

struct rig_address {
    struct tercet_address address;
    unsigned prefix_bits; /* of the family's own: 16 of 192.168.0.1/16 */
};

struct rig_config {
    const struct settings *settings;                 /* copied; mtu 0: 1500 */
    struct rig_address addresses[RIG_ADDRESSES_MAX]; /* the stack's own */
    uint32_t n_addresses;
    uint64_t seed;
};

struct rig;

/* Octets that rig_init needs for @config: a sparse block, of which little is touched. */
size_t rig_size(const struct rig_config *config);

/*
 * @memory: kept; zeroed, 4096-octet aligned, rig_size(config) octets
 * Return: the rig, or NULL when the settings' configuration is none that a stack can have
 */
struct rig *rig_init(void *memory, const struct rig_config *config);

/* What a script is run against; @self of its functions is the rig. */
extern const struct subject_kind rig_kind;

#endif
