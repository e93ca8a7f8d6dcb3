/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_SIM_WITNESS_H
#define TERCET_TESTS_SIM_WITNESS_H

#include "sim/sim.h"

/*
 * An eyewitness beside a path between two hosts that run TCP.  He sees each frame enter and
 * arrive, knows RFC 9293, and keeps the first thing that no TCP may do: a malformed segment, data
 * beyond the window or the MSS, an acknowledgement of what never came or one that goes back, a
 * window that shrinks, a timestamp that goes back or is missing, data behind a FIN.
 */
enum { WITNESS_FLOWS_MAX = 4096 };

/* One direction of one connection, named by its sender. */
struct witness_side {
    bool has_syn, has_fin, has_acked;
    bool has_timestamps, has_wscale; /* offered */
    uint8_t wscale;
    uint16_t mss;
    uint32_t iss;
    uint32_t sent;      /* end of what it has sent, FIN included */
    uint32_t fin;       /* sequence number of its FIN */
    uint32_t came;      /* end of what has arrived at the other side */
    uint32_t acked;     /* the highest acknowledgement that it has sent */
    uint32_t edge;      /* ack + window as it has promised them */
    uint32_t may_send;  /* the highest right edge that has reached it */
    uint32_t timestamp; /* the latest that it has sent */
};

struct witness_flow {
    struct witness_side side[2]; /* of the link there, of the link back */
    bool is_muddled;             /* there was a second incarnation: he looks away */
};

struct witness {
    uint32_t links[2];
    bool is_noisy;                /* what arrives malformed was corrupted on its way */
    uint16_t flow_of_port[65536]; /* the client's port leads to a flow, 1.. */
    struct witness_flow flows[WITNESS_FLOWS_MAX];
    uint32_t n_flows;
    uint64_t segments, bare_acks, syns, fins, resets, repeated; /* that entered */
    const char *fault;
    uint32_t fault_link;
    uint64_t fault_ns, got, limit;
};

void witness_init(struct witness *witness, uint32_t there, uint32_t back);

/* A tap for both links: @user is the struct witness. */
void witness_tap(void *user, uint64_t now_ns, uint32_t link, const struct tercet_frame *frame,
                 enum sim_fate fate);

#endif
