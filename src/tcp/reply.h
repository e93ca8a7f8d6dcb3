/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_REPLY_H
#define TERCET_TCP_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/seq.h"
#include "tcp/tuple.h"

struct tcp;
struct segment;
struct departure;

/*
 * Answers that need no state: resets, challenge ACKs for lines that are no connection, repeated SYN-ACKs. A
 * fixed ring of 64-octet records, at most one an arriving segment; when it is full the answer is not given,
 * and counted.
 */
struct reply {
    struct tuple tuple;
    uint8_t flags;   /* TCP control bits */
    uint8_t options; /* low octet of enum tcp_option_bit */
    struct seq seq, ack;
    uint32_t ts_val, ts_ecr;
    uint16_t wnd, mss_bytes;
    uint8_t wscale;
    uint8_t option_order;
    uint8_t diffserv; /* codepoint */
    uint8_t reserved[17];
};

_Static_assert(sizeof(struct reply) == 64, "a reply is one cache line");

struct replies {
    struct reply *ring;
    uint32_t limit, head, count;
};

/*
 * Queue a reply of @flags to @tuple, for the caller to fill in: in its place, so that nothing is copied.
 * Return: NULL when the ring is full, which is counted.
 */
struct reply *reply_new(struct tcp *t, const struct tuple *tuple, uint8_t flags, uint8_t diffserv);

/* Turn a reply into a departure. */
void reply_build(const struct reply *reply, struct departure *out);

/* Build the oldest reply.  Return: false when there is none. */
bool reply_departs(struct tcp *t, struct departure *out);

/*
 * Queue the reset that answers @seg, RFC 9293 section 3.5.2 group 1: <SEQ=SEG.ACK> if it has an ACK, else
 * <SEQ=0><ACK=SEG.SEQ+SEG.LEN>.
 * @diffserv: the codepoint of the connection, 0 where there is none
 * Return: false when the ring is full.
 */
bool reply_reset(struct tcp *t, const struct tuple *tuple, const struct segment *seg,
                 uint8_t diffserv);

/*
 * Resets for segments that belong to no connection, limited per source: a bucket each for a keyed hash of the
 * source address, so that no outsider can read from his own answers what another source got (CVE-2016-5696).
 */
#define RESET_BUCKETS   1024
#define RESETS_A_SECOND 256 /* and as many at once */

struct reset_limits {
    struct reset_bucket {
        uint32_t second; /* the second it counts */
        uint32_t used;   /* resets sent in it */
    } bucket[RESET_BUCKETS];
};

/* Whether @source may have one more. */
bool reset_is_allowed(struct tcp *t, const struct tercet_address *source);

#endif
