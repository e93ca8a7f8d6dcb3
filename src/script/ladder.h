/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_LADDER_H
#define TERCET_SCRIPT_LADDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "script/connections.h"
#include "script/packet_view.h"
#include "script/syntax.h"

/*
 * What happened in a script, as it happened, for whoever wants to know why it failed:
 *
 *        3    0.000000    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
 *        8    0.100000  < S 0:0(0) win 32792 <mss 1000>
 *        9    0.100000  > S. 0:0(0) ack 1 win 65535 <mss 1460>
 *             0.200000  > . 1:1(0) ack 1 win 65535
 *     !  12    0.200000  > . 1:1(0) ack 2: ack is 1, expected 2
 *
 * Each line has the script's line and the time.  The latest events are kept, and told when asked.
 */
enum {
    LADDER_RUNGS_MAX = 128,
    LADDER_LINE_MAX = 512, /* octets */
};

enum rung_kind {
    RUNG_LEFT,     /* a packet of the subject */
    RUNG_ARRIVED,  /* one of the script */
    RUNG_DONE,     /* a call, a command or code */
    RUNG_SLEEPS,   /* a call that does not return yet */
    RUNG_RETURNED, /* it does */
    RUNG_FAILED,   /* the event at fault */
};

struct rung {
    enum rung_kind kind;
    bool is_judged; /* LEFT: the line at fault, which follows, is about it */
    uint32_t connection;
    uint64_t when_ns;          /* since the beginning of the script */
    const struct event *event; /* LEFT: NULL: nothing asked for it */
    struct packet_view
        view; /* LEFT: in the wire's numbers, in the script's once it was asked for; else its version */
};

struct ladder {
    uint64_t n; /* rungs ever */
    struct rung rungs[LADDER_RUNGS_MAX];
};

/* A new rung, to be filled in: kind, time and event are set, the view is not.  Its index is the ladder's n before. */
struct rung *ladder_add(struct ladder *ladder, enum rung_kind kind, uint64_t when_ns,
                        const struct event *event);

/* The rung @index, NULL: not kept any more. */
struct rung *ladder_at(struct ladder *ladder, uint64_t index);

/*
 * Tell it, the latest that @text has room for.  @why: of the event at fault, or NULL
 * @connections: for the numbers of packets that nothing asked for
 */
void ladder_text(struct text *text, struct ladder *ladder, struct connections *connections,
                 const char *why);

#endif
