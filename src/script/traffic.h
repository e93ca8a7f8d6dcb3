/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_TRAFFIC_H
#define TERCET_SCRIPT_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "base/seq.h"

/*
 * What passes on the wire, counted for each connection: the part of TCP_INFO that a host can tell by looking at its own
 * packets, and that no control block has to carry.
 */
enum {
    TRAFFIC_FLOWS_MAX = 32,      /* the one not seen for longest goes */
    TRAFFIC_SEGMENTS_MAX = 4096, /* in flight and told apart */
};

/* A segment on its way. */
struct traffic_segment {
    struct seq end; /* behind its last octet, or SYN, or FIN */
    bool is_sacked, is_again;
};

struct traffic_flow {
    bool is_used;
    struct tercet_endpoint local, remote;
    uint64_t seen_ns;
    uint32_t segments_in, segments_out, data_in, data_out, out_of_order;
    uint64_t bytes_sent, bytes_again, bytes_acked, bytes_received;
    uint32_t retransmissions, delivered;
    uint64_t data_sent_ns, ack_sent_ns, data_received_ns, ack_received_ns; /* 0: never */
    uint32_t longest_in;     /* octets of the longest text so far */
    uint32_t segment_octets; /* of options and payload in a full segment of ours; the last is kept */
    struct seq sent_end, acked, received_end;
    bool has_sent, has_received, is_passive;
    struct seq asked_end; /* behind a SYN that has come, and begins a connection if it is granted */
    bool is_asked;

    /* Where time went (microseconds * 1000): something waits or is in flight; the peer's window, our buffer hold it. */
    uint64_t busy_ns, window_limited_ns, buffer_limited_ns, since_ns;
    bool is_busy, is_window_limited, is_buffer_limited;

    uint32_t head, count; /* of segments, oldest first */
    struct traffic_segment segments[TRAFFIC_SEGMENTS_MAX];
};

struct traffic {
    struct traffic_flow flows[TRAFFIC_FLOWS_MAX];
};

/* A packet has left (@is_inbound: has arrived, in good order). */
void traffic_sees(struct traffic *traffic, const unsigned char *packet, uint32_t n, bool is_inbound,
                  uint64_t now_ns);

/* What is known of the connection between the two, or NULL. */
struct traffic_flow *traffic_find(struct traffic *traffic, const struct tercet_endpoint *local,
                                  const struct tercet_endpoint *remote);

/* From now on the connection is, or is not, busy and limited by the one or the other. */
void traffic_limits(struct traffic_flow *flow, bool is_busy, bool is_window_limited,
                    bool is_buffer_limited, uint64_t now_ns);

#endif
