/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_HALF_OPEN_H
#define TERCET_TCP_HALF_OPEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/list.h"
#include "base/seq.h"
#include "tcp/isn.h"
#include "tcp/tuple.h"

struct tcp;
struct segment;
struct departure;

/*
 * A half-open connection in one cache line: what LISTEN remembers of a SYN until its final ACK.
 *
 * It is immutable until that ACK validates, but for the clockwork: when it was last answered, how often its
 * SYN-ACK was sent and how many ICMP errors that drew.  So a duplicate SYN gets the same SYN-ACK, a wrong ACK
 * gets its reset and deletes nothing, and no segment can change the options of a connection that is not open
 * yet.  Each is in exactly one queue: those whose SYN-ACK is owed now, or the one for its number of retries;
 * within such a queue all wait equally long, so it is sorted by deadline and retransmission needs no timer
 * per entry.
 */
struct half_open {
    struct list_link link; /* in the queue numbered `queue` */
    struct tuple tuple;
    uint16_t listener; /* index */
    struct seq iss, irs;
    uint32_t ts_recent; /* the SYN's TSval */
    uint32_t ts_offset; /* of this tuple's TSvals from the clock */
    uint32_t ts_first;  /* the first TSval that this entry sent */
    struct tick deadline;
    uint16_t ts_span_ms; /* from the first TSval to the last: an honest TSecr lies between */
    uint16_t mss_bytes;  /* the peer's, 0 if the SYN had none */
    uint8_t scales;      /* the peer's shift << 4 | ours; peer's 15: no window scaling */
    uint8_t flags;       /* enum half_open_flag */
    uint8_t retries : 4; /* SYN-ACK retransmissions by the clock */
    uint8_t has_ecn : 1; /* granted */
    uint8_t follows : 1; /* a TIME-WAIT of the same tuple lies aside, and comes back if this comes to nothing */
    uint8_t answered; /* when a segment was last answered out of turn, 2^26 ns units modulo 256 */
};

_Static_assert(sizeof(struct half_open) == 64, "a half-open is one cache line");

enum half_open_flag {
    HALF_OPEN_TIMESTAMPS = 1 << 0,
    HALF_OPEN_SACK = 1 << 1,
    HALF_OPEN_ANSWERED = 1 << 2, /* `answered` has a meaning */
    HALF_OPEN_OWED = 1 << 3,     /* in the owed queue */
    HALF_OPEN_ACKED = 1 << 5,    /* its final ACK has come; what is missing is text */
    HALF_OPEN_ERROR = 1 << 6,    /* one ICMP error; the two highest bits count them */
    HALF_OPEN_AMBIGUOUS = 1 << 4, /* its SYN-ACK was sent more than once: no RTT sample without timestamps */
};

#define HALF_OPEN_NO_SCALE    15
#define HALF_OPEN_RETRIES_MAX 15

/*
 * Make a half-open of the SYN @seg that has passed the admission ladder; its SYN-ACK is owed.  There is one
 * free (rung_memory).  Return: its index.
 */
uint32_t half_open_admit(struct tcp *t, uint16_t listener, const struct tuple *tuple, uint32_t tag,
                         struct opening_numbers numbers, const struct segment *seg);

/* Let it go: out of its queue, slot returned.  The index is the caller's to mend (half_open_drop does). */
void half_open_release(struct tcp *t, uint32_t index);

/* Let it go, out of the index too. */
void half_open_drop(struct tcp *t, uint32_t index);

/* Drop all of a listener that closes: silently. */
void half_open_drop_all(struct tcp *t, uint16_t listener);

/* Build the next owed SYN-ACK.  Return: false: none is owed. */
bool half_open_departs(struct tcp *t, struct departure *out);

/*
 * Answer a segment out of turn, not more often than the configuration allows (the first time at once).
 * @flags: TCP_SYN | TCP_ACK for the same SYN-ACK again, TCP_ACK for <SEQ=ISS+1><ACK=IRS+1>
 * Return: false: throttled.
 */
bool half_open_answer(struct tcp *t, struct half_open *half_open, uint8_t flags);

/* config.habits.half_open_renewed: the SYN @seg of the same peer begins it anew, but for its numbers; the SYN-ACK is owed. */
void half_open_renew(struct tcp *t, uint32_t index, const struct segment *seg);

/* Microseconds since the SYN-ACK left, good as an RTT sample; 0 when it left more than once. */
uint32_t half_open_rtt_us(const struct tcp *t, const struct half_open *half_open);

/* Owe the SYN-ACKs whose time has come, drop those that have had their retries. */
void half_open_tick(struct tcp *t);

/* The next deadline of all of them, or INSTANT_NEVER. */
struct instant half_open_deadline(const struct tcp *t);

#endif
