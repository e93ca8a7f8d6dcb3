/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_KEYS_H
#define TERCET_TCP_KEYS_H

#include <stdint.h>

#include "twin/siphash.h"

/*
 * Subkeys, one a purpose, derived from the configuration's secret: what one of them gives away to an
 * outsider tells nothing about the others.
 */
enum key_purpose {
    KEY_INDEX,   /* the flow index */
    KEY_OPENING, /* initial sequence numbers and timestamp offsets: RFC 6528, RFC 7323 section 5.4 */
    KEY_PORTS,   /* ephemeral ports, RFC 6056 */
    KEY_RESETS,  /* which bucket a source's resets are counted in */
    KEY_FRAGMENTS, /* the index of packets in reassembly */
    KEY_COUNT
};

struct keys {
    struct siphash_key key[KEY_COUNT];
};

/* Derive all subkeys from @secret, 32 octets of entropy. */
void keys_derive(struct keys *keys, const uint8_t secret[32]);

#endif
