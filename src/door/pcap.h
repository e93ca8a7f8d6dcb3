/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_DOOR_PCAP_H
#define TERCET_DOOR_PCAP_H

#include <stddef.h>
#include <stdint.h>

/*
 * A pcapng capture, block by block, into memory of the caller; who writes it out, writes whole blocks.
 * One section, one interface of raw IP packets (LINKTYPE_RAW), nanoseconds, each packet with its
 * direction and, when tercet dropped it, a comment with the reason.
 * Source: draft-ietf-opsawg-pcapng, sections 3 and 4; all blocks are in the machine's byte order.
 */
#define PCAP_COMMENT_MAX 200 /* octets of a comment; more is cut */
#define PCAP_BLOCK_MAX                                                                             \
    (65536 + PCAP_COMMENT_MAX + 64) /* the largest block, for a packet of 65,535 octets */

enum pcap_direction {
    PCAP_UNKNOWN,
    PCAP_IN, /* towards tercet */
    PCAP_OUT,
};

struct pcap_packet {
    uint64_t wall_ns; /* since 1970 */
    const unsigned char *bytes;
    uint32_t length; /* octets, at most 65,535: more is cut and said */
    enum pcap_direction direction;
    const char *comment; /* or NULL */
};

/*
 * The beginning of a capture: section header and interface description.
 * @interface: its name, at most PCAP_COMMENT_MAX octets
 * Return: octets written, or 0 when @capacity is too small.
 */
size_t pcap_begin(unsigned char *into, size_t capacity, const char *interface);

/* One packet.  Return: octets written, or 0 when @capacity is too small. */
size_t pcap_add(unsigned char *into, size_t capacity, const struct pcap_packet *packet);

/*
 * How complete the capture is up to here (an Interface Statistics Block).
 * @seen: packets that crossed the door; @lost: of them, how many the capture lacks
 * Return: octets written, or 0 when @capacity is too small.
 */
size_t pcap_add_statistics(unsigned char *into, size_t capacity, uint64_t wall_ns, uint64_t seen,
                           uint64_t lost);

/*
 * A block of nothing, which readers skip (a type for local use, without content).
 * @octets: 12.., a multiple of 4: all of it is written
 */
void pcap_fill(unsigned char *into, size_t octets);

#endif
