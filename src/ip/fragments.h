/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_IP_FRAGMENTS_H
#define TERCET_IP_FRAGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/address.h>
#include <tercet/verdict.h>

#include "base/buddy.h"
#include "base/flow.h"
#include "base/instant.h"
#include "base/list.h"
#include "base/pool.h"
#include "twin/siphash.h"
#include "wire/ip.h"

/*
 * Packets that come in fragments, until they are whole.
 *
 * Fragments are an old way to make a host do much work, or to tell it something else than the
 * filter in front of it. So everything here is bounded: packets in the making, those of one source,
 * fragments of one packet, octets of buffer, time. Who comes when all is taken puts out the oldest:
 * an attacker with many addresses harms other fragments only, and no longer than he goes on.
 */
#define FRAGMENT_PIECES_MAX   64u        /* of one packet: 65,535 octets by 1,232 are 54 */
#define FRAGMENTS_SOURCE_MAX  4u         /* packets of one source: an IPv4 address, an IPv6 /64 */
#define FRAGMENTS_BYTES_MIN   (1u << 18) /* the largest packet, twice while it grows */
#define FRAGMENTS_BYTES_MAX   (4u << 20) /* of buffer for all of them */
#define FRAGMENTS_LIFETIME_US 30000000u  /* from the first fragment that came */

/*
 * What the fragments of one packet have in common.  The protocol of IPv6 counts in the first one
 * only: it is 0 here.
 */
struct datagram_key {
    struct tercet_address source;
    uint32_t id;
    uint16_t local;
    uint8_t protocol;
    uint8_t zero;
};

_Static_assert(sizeof(struct datagram_key) == 24, "it is compared and hashed as three words");

struct datagram_piece {
    uint16_t offset, length;
};

/* A packet in the making: its payload stands in the block behind room for a plain header. */
struct datagram {
    struct list_link link;
    struct datagram_key key;
    uint32_t tag, source_tag;
    uint64_t serial;
    struct instant deadline;
    uint32_t flow_label;
    uint32_t block;
    uint32_t end;     /* of the furthest piece, octets of payload */
    uint32_t held;    /* octets of payload that are there */
    uint16_t verdict; /* of what may still come, once the packet is refused; else TERCET_TAKEN */
    uint8_t order;
    uint8_t n_pieces;
    uint8_t protocol, hop_limit, traffic_class; /* of the first fragment, as is the flow label */
    bool has_last;                              /* then end is where the packet ends */
    struct datagram_piece pieces[FRAGMENT_PIECES_MAX]; /* by offset */
};

struct fragments {
    struct siphash_key key;
    struct buddy *buddy;
    struct pool pool;
    struct list queue;       /* oldest first: all live equally long */
    struct flow_table index; /* by key, and again by source */
    uint32_t bytes, bytes_max;
    uint64_t opened; /* packets begun */
    uint64_t lost;   /* of them given up: too late, or put out */
};

/* A packet that is whole: @length octets at the beginning of a block of the buffer. */
struct whole_packet {
    uint32_t block;
    uint32_t length;
    uint8_t order;
};

size_t fragments_size(uint32_t limit);

/*
 * @memory: zeroed, fragments_size(@limit) octets, 64-octet aligned; kept, as is @buddy
 * @bytes_max: of buffer, at least FRAGMENTS_BYTES_MIN
 */
void fragments_init(struct fragments *fragments, void *memory, uint32_t limit, struct buddy *buddy,
                    uint32_t bytes_max, const struct siphash_key *key);

/*
 * The fragment @ip arrives for the local address @local.
 * Return: TERCET_TAKEN when its packet is whole, the block of @whole the caller's to give back;
 * else what became of it.
 */
enum tercet_verdict fragments_arrive(struct fragments *fragments, const struct ip_header *ip,
                                     uint32_t local, struct instant now, struct whole_packet *whole);

/* Give up what is too old. */
void fragments_tick(struct fragments *fragments, struct instant now);

/* When fragments_tick has something to do next. */
struct instant fragments_deadline(const struct fragments *fragments);

#endif
