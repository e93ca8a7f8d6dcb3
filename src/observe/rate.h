/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_OBSERVE_RATE_H
#define TERCET_OBSERVE_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "observe/observe.h"

/*
 * How busy the last second was: decides between a block for each opening and one line for all.
 *
 * Time is cut into seconds.  From the event that exceeds the limit on, nothing more of that second is
 * drawn; the next seconds stay so until one was within the limit.  A second told by a line is
 * kept as `told` until it is asked for; another one before that is added to it.
 */
struct rate {
    uint64_t begin_ns; /* of the current second */
    uint32_t limit;    /* openings drawn in a second */
    bool has_begun;
    bool is_busy;
    bool is_told_due;
    struct observe_summary now;
    struct observe_summary told;
};

/* What follows happens at @now_ns: a second that has passed is closed. */
void rate_roll(struct rate *rate, uint64_t now_ns);

/* An opening began; @is_followed: there was room. */
void rate_begun(struct rate *rate, bool is_followed);

/* An opening had its outcome.  Return: whether it is to be drawn. */
bool rate_ended(struct rate *rate, enum tercet_outcome outcome);

/* A connection closed.  Return: whether that is to be drawn. */
bool rate_closed(struct rate *rate);

/* Close the current second before its time. */
void rate_finish(struct rate *rate, uint64_t now_ns);

/* Take what is to be told.  Return: false when there is nothing. */
bool rate_take(struct rate *rate, struct observe_summary *summary);

/* When the current second has to be closed so that it is told in time; UINT64_MAX for no matter when. */
uint64_t rate_deadline(const struct rate *rate);

#endif
