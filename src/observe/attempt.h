/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_OBSERVE_ATTEMPT_H
#define TERCET_OBSERVE_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/stack.h>
#include <tercet/verdict.h>

#include "base/list.h"
#include "base/seq.h"

/*
 * One attempt to open a connection, as an observer on the path sees it: two sides, each with an initial
 * sequence number that the other has to acknowledge, and what became of it.
 *
 * The client is the side whose SYN was seen first.  Everything that is kept for both is an array over
 * enum attempt_side, so that simultaneous open is no special case: the opening is complete when each
 * side has acknowledged the other's SYN, in whatever segments (RFC 9293 sections 3.5, figures 6 and 7).
 */
enum attempt_side {
    ATTEMPT_CLIENT,
    ATTEMPT_SERVER,
    ATTEMPT_NOBODY,
};

static inline enum attempt_side attempt_peer(enum attempt_side side) {
    return side == ATTEMPT_CLIENT ? ATTEMPT_SERVER : ATTEMPT_CLIENT;
}

/* How an attempt was closed.  X(NAME, "name", "sentence") */
#define ATTEMPT_CLOSES(X)                                                                          \
    X(NONE, "none", "it was never open")                                                           \
    X(OPEN, "open", "no side has closed it")                                                       \
    X(HALF_CLOSE, "half-close", "one side has sent its FIN")                                       \
    X(FIN, "fin", "both sides have sent their FIN")                                                \
    X(RST_BY_CLIENT, "rst-by-client", "the client reset it")                                       \
    X(RST_BY_SERVER, "rst-by-server", "the server reset it")

enum attempt_close {
#define ATTEMPT_CLOSE_ENUM(name, text, sentence) ATTEMPT_CLOSE_##name,
    ATTEMPT_CLOSES(ATTEMPT_CLOSE_ENUM)
#undef ATTEMPT_CLOSE_ENUM
        ATTEMPT_CLOSE_COUNT
};

/* "fin" and so on; "?" outside the table. */
const char *attempt_close_name(enum attempt_close close);

/* "client", "server", or "nobody". */
const char *attempt_side_name(enum attempt_side side);

/* What a packet of an opening was.  X(NAME, "text") */
#define ATTEMPT_KINDS(X)                                                                           \
    X(SYN, "SYN")                                                                                  \
    X(SYN_ACK, "SYN-ACK")                                                                          \
    X(ACK, "ACK")                                                                                  \
    X(FIN, "FIN")                                                                                  \
    X(RST, "RST")                                                                                  \
    X(RST_ACK, "RST-ACK")                                                                          \
    X(ICMP, "ICMP")                                                                                \
    X(OTHER, "OTHER")

enum attempt_kind {
#define ATTEMPT_KIND_ENUM(name, text) ATTEMPT_KIND_##name,
    ATTEMPT_KINDS(ATTEMPT_KIND_ENUM)
#undef ATTEMPT_KIND_ENUM
        ATTEMPT_KIND_COUNT
};

const char *attempt_kind_name(enum attempt_kind kind);

/* What was remarkable about a packet; bits. */
enum attempt_mark {
    ATTEMPT_AGAIN = 1 << 0,     /* a retransmission */
    ATTEMPT_DROPPED = 1 << 1,   /* the stack did not take it: see its verdict */
    ATTEMPT_WRONG_ACK = 1 << 2, /* acknowledges what was never sent */
    ATTEMPT_WRONG_SEQ = 1 << 3, /* its sequence number is not the one expected */
    ATTEMPT_OTHER_ISN = 1 << 4, /* a SYN of the same side with another initial sequence number */
};

#define ATTEMPT_NOT_COUNTED                                                                        \
    (ATTEMPT_DROPPED | ATTEMPT_WRONG_ACK | ATTEMPT_WRONG_SEQ | ATTEMPT_OTHER_ISN)

/* An ICMP error that quoted one of the opening's packets. */
struct attempt_icmp {
    struct tercet_address from;
    uint8_t version, type, code; /* version 0: none */
};

/* One packet of an opening. */
struct attempt_packet {
    uint64_t at_ns;
    struct seq seq, ack;
    uint32_t length;         /* payload octets */
    uint32_t ts_val, ts_ecr; /* when options has TCP_HAS_TIMESTAMPS */
    uint16_t options;        /* enum tcp_option_bit */
    uint16_t mss;
    uint16_t verdict; /* enum tercet_verdict, of an arriving frame that was dropped */
    uint8_t wscale;
    uint8_t fo_length;
    uint8_t flags; /* enum tcp_flag */
    uint8_t kind;  /* enum attempt_kind */
    uint8_t marks; /* enum attempt_mark */
    uint8_t from;  /* enum attempt_side; of ICMP: the side opposite to the one it tells */
    struct attempt_icmp icmp;
};

/* The packets of an opening: the first few, and the last one; what lies between is counted. */
#define OPENING_PACKETS_MAX 12

struct opening {
    struct attempt_packet packets[OPENING_PACKETS_MAX + 1]; /* the last place: the latest packet */
    uint32_t n_packets;                                     /* places used */
    uint32_t more[ATTEMPT_KIND_COUNT];                      /* packets not kept */
};

/* What is known of one side. */
struct attempt_end {
    struct tercet_endpoint endpoint;
    struct seq iss; /* of its first SYN; of its latest when that was the one acknowledged */
    struct seq last_iss; /* of its latest SYN (a SYN cookie differs from retransmission to retransmission) */
    struct seq sent_end; /* behind the last octet that it was seen to send in the opening */
    uint32_t syn_length; /* payload octets in its SYN */
    uint16_t options;    /* of its SYN: enum tcp_option_bit */
    uint16_t mss;        /* as announced */
    uint8_t wscale;      /* as announced */
    uint8_t seen;        /* kinds of SYN that it sent: bits, 1 << enum attempt_kind */
    uint8_t syn_flags;   /* of its SYN: ECE and CWR tell about ECN (RFC 3168 section 6.1.1) */
    bool has_iss;        /* its SYN was seen */
    bool is_acked;       /* and acknowledged by the other side */
    bool has_fin;
};

/* What the two SYNs agree on. */
struct attempt_terms {
    uint16_t mss[2];   /* in force, by side that announced it (536 or 1220 if it did not) */
    uint8_t wscale[2]; /* in force, at most 14 (RFC 7323 section 2.3) */
    bool has_wscale, has_timestamps, has_sack, has_ecn;
    bool has_fast_open; /* data in the SYN was acknowledged by the SYN-ACK */
};

#define ATTEMPT_RTT_UNKNOWN UINT32_MAX

/* Times are the tap's, in nanoseconds. */
struct attempt {
    uint64_t id;       /* counts attempts from 1 */
    uint64_t began_ns; /* the first SYN */
    uint64_t last_ns;  /* the latest packet of the opening */
    uint64_t ended_ns; /* the opening had its outcome */
    uint64_t over_ns;  /* closed, or as ended_ns when it never was open */
    struct attempt_end side[2];
    struct attempt_terms terms; /* once established */
    struct attempt_icmp icmp;   /* the latest error noted */
    uint32_t syns,
        synacks; /* the client's SYNs, the server's SYN-ACKs: retransmissions included, forgeries not */
    uint32_t retransmissions; /* packets of the opening seen again */
    uint32_t rtt_server_us; /* SYN to SYN-ACK, ATTEMPT_RTT_UNKNOWN if not seen or ambiguous (Karn) */
    uint32_t rtt_client_us; /* SYN-ACK to ACK, likewise */
    uint8_t outcome;        /* enum tercet_outcome */
    uint8_t reason;         /* enum tercet_reason, when the stack told one */
    uint8_t close;          /* enum attempt_close */
    uint8_t first_closer;   /* enum attempt_side */
    bool is_simultaneous;   /* both sides sent a SYN without ACK */
    bool is_proven;         /* established, and both SYNs and their acknowledgements were seen */
    bool is_superseded;     /* a new attempt on the same addresses and ports took its place */
    bool is_interrupted;    /* the watch ended first */
    bool is_fin_missing;    /* given up where nothing was missing but the other side's FIN */

    /* Of the table that it lives in. */
    uint64_t synack_ns;
    uint32_t tag;
    uint32_t opening; /* its packets, 0 once they are reported */
    struct list_link phase_link, due_link;
    uint8_t phase;       /* enum flows_phase */
    uint8_t due;         /* enum flows_due: reports not yet given */
    bool is_drawn;       /* its opening is not left to a summary */
    bool is_close_drawn; /* nor its close */
    bool is_lent;        /* a caller reads it */
};

/* The side that sends from @from; the client when both are the same endpoint. */
enum attempt_side attempt_side_of(const struct attempt *attempt, const struct tercet_endpoint *from);

bool endpoint_eq(const struct tercet_endpoint *a, const struct tercet_endpoint *b);

#endif
