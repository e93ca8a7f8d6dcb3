/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_MAPPING_H
#define TERCET_SCRIPT_MAPPING_H

#include <stdbool.h>
#include <stdint.h>

#include "script/packet_view.h"
#include "script/syntax.h"

/*
 * A script counts from numbers of its own, for the subject draws its initial sequence number and the zero of its
 * timestamps.  The first SYN of the subject shows by how much its sequence numbers differ from the script's; each
 * of its timestamps is remembered beside what the script calls it, so that a later `ecr` can echo it.
 * The peer is the script itself: its numbers stand on the wire as written.
 */
enum { MAPPING_TS_MAX = 4096 }; /* pairs kept; the oldest go */

struct ts_pair {
    uint32_t connection, script, wire;
};

/* The timestamps of all connections of a script. */
struct ts_table {
    uint32_t n; /* ever */
    struct ts_pair pairs[MAPPING_TS_MAX];
};

struct mapping {
    uint32_t connection; /* its number: whose pairs are its own */
    struct ts_table *table;

    bool has_local;    /* the subject has sent a SYN */
    bool has_new_peer; /* the peer has sent a SYN since: a new incarnation may follow */
    uint32_t local;    /* the subject's sequence numbers, wire minus script */

    bool has_ts;
    uint32_t ts_script, ts_wire; /* the first timestamp of the subject */
};

/* A packet of the subject, its numbers turned from the wire's into the script's. */
void mapping_to_script(const struct mapping *mapping, struct packet_view *view);

/* The sequence number @number of the subject, on the wire. */
uint32_t mapping_local_wire(const struct mapping *mapping, const struct number *number);

/*
 * The timestamp that `ecr` @number echoes.  @is_scaled: unknown ones are as far from the first on the wire as in the script
 * Return: false: the subject never sent it
 */
bool mapping_ecr_wire(const struct mapping *mapping, const struct number *number, bool is_scaled,
                      uint32_t *wire);

/* Whether @came, a SYN of the subject, may begin a new numbering. */
bool mapping_may_learn(const struct mapping *mapping, const struct packet_view *came);

/* @came, as on the wire, is what the script calls @want: learn its numbers. */
void mapping_learn_seq(struct mapping *mapping, const struct script_packet *want,
                       const struct packet_view *came);
void mapping_learn_ts(struct mapping *mapping, const struct script_packet *want,
                      const struct packet_view *came);

#endif
