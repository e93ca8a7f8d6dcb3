/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_WIRE_TCP_H
#define TERCET_WIRE_TCP_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/habits.h>

#include "base/seq.h"
#include "twin/options.h"
#include "wire/ip.h"

/*
 * A TCP segment as a value in host order.
 */
enum tcp_flag {
    TCP_FIN = 0x01,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    TCP_PSH = 0x08,
    TCP_ACK = 0x10,
    TCP_URG = 0x20,
    TCP_ECE = 0x40,
    TCP_CWR = 0x80,
};

#define TCP_HEADER_LENGTH 20u
#define TCP_HEADER_MAX    60u

/* Octets of a SACK option with @blocks, padded. */
#define TCP_SACK_LENGTH(blocks) (4 + 8 * (blocks))

/* How many blocks a header holds: one less beside timestamps (RFC 2018 section 3). */
static inline uint32_t tcp_sack_blocks_max(bool has_timestamps) {
    return has_timestamps ? TCP_SACK_MAX - 1 : TCP_SACK_MAX;
}

struct segment {
    struct seq seq, ack;
    uint16_t source_port, destination_port;
    uint16_t wnd;    /* as on the wire, not scaled */
    uint16_t urgent; /* pointer, relative to seq */
    uint8_t flags;
    uint8_t reserved; /* four bits: ignored on arrival, zero on departure (RFC 9293 section 3.1) */
    uint16_t header_length;
    uint8_t option_order;         /* out: enum tercet_option_order */
    uint32_t length;              /* payload octets */
    const unsigned char *payload; /* borrowed */
    struct tcp_options options;
    uint8_t ecn; /* of the packet that brought it: the two low bits of its traffic class */
};

static inline bool segment_has(const struct segment *seg, unsigned flags) {
    return (seg->flags & flags) != 0;
}

static inline bool segment_has_option(const struct segment *seg, unsigned bits) {
    return (seg->options.present & bits) != 0;
}

/* SEG.LEN: payload, SYN and FIN counted (RFC 9293 section 3.4). */
static inline uint32_t segment_span(const struct segment *seg) {
    return seg->length + segment_has(seg, TCP_SYN) + segment_has(seg, TCP_FIN);
}

/* Whether the segment begins or ends in the @wnd numbers from @low, which are not none (RFC 9293 section 3.4, table 6). */
static inline bool segment_is_in(const struct segment *seg, struct seq low, uint32_t wnd) {
    uint32_t span = segment_span(seg);

    return seq_is_in(seg->seq, low, wnd) ||
           (span && seq_is_in(seq_add(seg->seq, span - 1), low, wnd));
}

/*
 * Parse the TCP segment that is the payload of @ip, header and options.
 * Checked in this order: at least 20 octets, data offset 5.. and inside the segment, checksum
 * (MUST-3; unless @checksum_is_valid), ports not zero. Options are parsed by tcp_options_parse; the two
 * common forms (NOP NOP TS; a SYN's as tcp_build lays them out) take a short cut.
 * Return: TERCET_TAKEN, or the reason to drop it.
 */
enum tercet_verdict tcp_parse(const struct ip_header *ip, bool checksum_is_valid,
                              struct segment *seg);

/*
 * The octets the header of @seg will have: 20 plus options as tcp_build lays them out, a multiple
 * of 4.
 */
uint32_t tcp_header_length(const struct segment *seg);

/*
 * Write header and options of @seg to @at, checksum field zero. Laid out as the peers' parsers like
 * them: in a SYN: MSS, then SACK-permitted and timestamps (or NOP NOP SACK-permitted), NOP window
 * scale, fast open; else NOP NOP timestamps, NOP NOP SACK blocks. What does not fit in 40 octets of
 * options must() not be asked for (SACK blocks are reduced to those that fit).
 * In the other order (seg->option_order) they stand as scale_first.h says.
 * Return: octets written, = tcp_header_length(seg).
 */
uint32_t tcp_build(unsigned char *at, const struct segment *seg);

/* The same; the sum of what was written is added to @sum (base/checksum.h). */
uint32_t tcp_build_summed(unsigned char *at, const struct segment *seg, uint64_t *sum);

/* Store the checksum field of a segment whose full sum (pseudo header, header, payload) is @sum (RFC 9293 MUST-2). */
void tcp_checksum_put(unsigned char *tcp_header, uint64_t sum);

#endif
