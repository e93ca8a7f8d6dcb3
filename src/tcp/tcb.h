/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TCP_TCB_H
#define TERCET_TCP_TCB_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "base/instant.h"
#include "base/list.h"
#include "base/ring.h"
#include "base/seq.h"
#include "base/wheel.h"
#include "tcp/tuple.h"

#define TIMESTAMPS_LENGTH 12u /* octets of the option, padded */

/* Deadlines of a connection, all behind one wheel node. */
enum tcb_timer {
    TIMER_RETRANSMIT, /* RFC 6298 */
    TIMER_PERSIST, /* zero window probes and the sender's silly-window override, RFC 9293 section 3.8.6 */
    TIMER_DELAYED_ACK,
    TIMER_KEEPALIVE,
    TIMER_USER_TIMEOUT,
    TIMER_FIN_WAIT_2, /* of a connection that its user has closed */
    TIMER_COUNT
};

/* What a connection owes or is, in tcb.flags. */
enum tcb_flag {
    TCB_OWED = 1 << 0,          /* in the owed list */
    TCB_READY = 1 << 1,         /* in the ready list */
    TCB_ORPHAN = 1 << 2,        /* the user has given the value back */
    TCB_ACCEPTED = 1 << 3,      /* the user has it (active open, or accepted) */
    TCB_ACTIVE = 1 << 4,        /* opened by us */
    TCB_ACK_NOW = 1 << 5,       /* an ACK is owed */
    TCB_ACK_LATER = 1 << 6,     /* a delayed ACK is owed */
    TCB_RETRANSMIT = 1 << 7,    /* the segment at snd_una is owed again */
    TCB_PROBE = 1 << 8,         /* a window probe is owed */
    TCB_FIN_QUEUED = 1 << 9,    /* our FIN follows snd_end */
    TCB_FIN_RECEIVED = 1 << 10, /* the peer's FIN is at rcv_nxt - 1 */
    TCB_TIMESTAMPS = 1 << 11,   /* agreed */
    TCB_SACK = 1 << 12,         /* agreed */
    TCB_SCALED = 1 << 13,       /* window scaling agreed */
    TCB_NODELAY = 1 << 14,
    TCB_WANTS_ROOM = 1 << 15,  /* a write was cut short */
    TCB_TIMING = 1 << 16,      /* an RTT measurement runs, for timed_seq */
    TCB_RECOVERY = 1 << 17,    /* fast recovery, until recover is acknowledged */
    TCB_LISTED = 1 << 18,      /* in its listener's accept queue */
    TCB_SYN_UNACKED = 1 << 19, /* snd_una is our SYN */
    TCB_INDEXED = 1 << 20,     /* the index leads to it */
    TCB_SYN_TWICE = 1 << 21,   /* our SYN was sent more than once */
    TCB_SYN_SOON = 1 << 23,    /* it goes again shortly, out of turn: no timeout */
    TCB_SNDS_URGENT = 1 << 24, /* snd_up has a meaning */
    TCB_RCVS_URGENT = 1 << 25, /* rcv_up has a meaning */
    TCB_QUIET = 1 << 26,       /* the user wants no events about soft errors */
    TCB_KEEPALIVE = 1 << 27,
    TCB_KEEP_PROBE = 1 << 28,    /* a keep-alive is owed */
    TCB_HEARD_TEXT = 1 << 29,    /* heard_text has a meaning */
    TCB_INTERACTIVE = 1 << 30,   /* the user answers what he reads: no quick ACKs */
    TCB_SMALL_SENT = 1u << 31,   /* less than a full segment may be in flight */
    TCB_FIRST_PARTIAL = 1 << 22, /* fast recovery has seen no partial acknowledgement yet */
};

/* What the user has asked for and few ask for, in tcb.wishes. */
enum tcb_wish {
    WISH_CORK = 1 << 0,      /* full segments only */
    WISH_DEAF = 1 << 1,      /* he reads no more */
    WISH_FIN_ALONE = 1 << 2, /* not his: our FIN left behind the text, and not with it */
};

/*
 * The transmission control block (RFC 9293 section 3.3.1): all of an open connection but its waiting bytes.
 *
 * Stream octets live in the rings at their sequence number; snd holds snd_una (behind the SYN) .. snd_end,
 * rcv holds rcv_user .. rcv_nxt and, behind gaps, what the reassembly record lists.  SND.NXT of the RFC, the
 * highest sequence number sent, is snd_max here: after a timeout snd_nxt goes back to snd_una and walks up
 * again.
 */
struct tcb {
    /* Identity. */
    uint32_t tag; /* in the flow index; the pool's link while free */
    uint32_t generation;
    struct tuple tuple;
    uint8_t state;  /* enum tercet_state */
    uint8_t reason; /* enum tercet_reason */
    uint32_t flags; /* enum tcb_flag */

    /* Send sequence. */
    struct seq snd_una, snd_nxt, snd_max, snd_end;
    struct seq snd_wl1, snd_wl2, iss;
    uint32_t snd_wnd, snd_max_wnd; /* octets, scaled */
    uint32_t snd_limit;            /* send buffer, octets */

    /* Receive sequence. */
    struct seq rcv_nxt, rcv_user,
        rcv_adv; /* next expected, next the user reads, right edge announced */
    struct seq irs, last_ack_sent;
    uint32_t rcv_limit; /* receive buffer, octets */

    /* Timestamps. */
    uint32_t ts_recent, ts_recent_s, ts_offset;
    union {
        uint32_t ts_first; /* TSval of our first SYN, until that is acknowledged */
        struct {
            uint16_t rcv_mss;    /* the longest text heard, about; if config.habits.acks_adapt */
            uint16_t mss_agreed; /* mss_bytes, before config.habits.mss_half_window */
        };
    };

    /* Round trip, congestion, recovery. */
    uint32_t srtt_us8, rttvar_us4; /* scaled by 8 and 4 as in RFC 6298's reference arithmetic */
    uint32_t rto_us;
    struct seq timed_seq;
    uint32_t timed_us; /* when it was sent */
    uint32_t cwnd, ssthresh;
    uint32_t congestion[2]; /* private to the algorithm */
    struct seq recover;
    struct tick sent;       /* when data was last sent */
    struct tick challenged; /* when an ACK was last sent out of turn */
    uint32_t retransmits;
    uint16_t mss_bytes;     /* largest payload we send, options not deducted */
    uint16_t announced_mss; /* MSS we announced */
    uint8_t snd_scale, rcv_scale;
    uint8_t dupacks;
    uint8_t retries; /* expirations since the last acknowledgement of something new */
    uint8_t ready;   /* enum tercet_ready bits not yet pulled */
    uint8_t probes;  /* window probes sent since the window closed */
    uint8_t unacked; /* data segments taken since the last ACK left */
    uint8_t dupacks_owed; /* out-of-order segments that each get an ACK of their own (RFC 5681 section 4.2) */
    uint8_t quick_acks;  /* segments that still get one at once */
    uint8_t diffserv;    /* codepoint of all its segments */
    uint8_t soft_errors; /* enum tercet_soft_error bits */
    uint8_t wishes;      /* enum tcb_wish bits */
    uint16_t listener;
    uint8_t fin_wait_2_s; /* as an orphan, plus 1; 0: as configured */
    uint8_t ecn;          /* enum ecn_bit */

    /* Urgent data, keep-alives, user timeout. */
    struct seq snd_up, rcv_up; /* behind the last urgent octet */
    struct tick heard;         /* when a segment was last acceptable */
    struct tick heard_text; /* when text last came in order; kept only if config.habits.quick_acks */
    uint32_t user_timeout_ms; /* 0: none */
    uint16_t keep_idle_s, keep_interval_s;
    uint8_t keep_count;  /* probes without an answer that end the connection */
    uint8_t keep_probes; /* sent since the peer was last heard */
    union {
        uint8_t syn_retries; /* of this opening */
        uint8_t ato_4ms;     /* then, if config.habits.acks_adapt: how long an ACK waits */
    };
    union {
        uint8_t offered_scale; /* window shift in our SYN */
        uint8_t pushed;        /* then, the same: short segments since the last ACK */
    };

    /* Buffers. */
    struct ring snd, rcv;
    uint32_t reassembly; /* record of out-of-order ranges, 0 if none */

    /* Timers and lists. */
    struct tick deadline[TIMER_COUNT];
    struct wheel_node timer;
    struct list_link owed, readied;
    struct list_link accepting; /* in the accept queue */
    uint64_t user;
};

_Static_assert(sizeof(struct tcb) <= 304,
               "an idle connection, index included, stays within 320 octets");

static inline bool tcb_is(const struct tcb *tcb, uint32_t flags) {
    return (tcb->flags & flags) != 0;
}

static inline bool tcb_is_synchronized(const struct tcb *tcb) {
    return tcb->state >= TERCET_STATE_ESTABLISHED;
}

/* Whether text can still arrive: our side has not seen the peer's FIN. */
static inline bool tcb_receives(const struct tcb *tcb) {
    return tcb->state == TERCET_STATE_ESTABLISHED || tcb->state == TERCET_STATE_FIN_WAIT_1 ||
           tcb->state == TERCET_STATE_FIN_WAIT_2;
}

/* Octets that we take now: up to the edge that was announced, which never moves left (SHLD-14). */
static inline uint32_t tcb_rcv_wnd(const struct tcb *tcb) {
    return seq_lt(tcb->rcv_nxt, tcb->rcv_adv) ? seq_distance(tcb->rcv_nxt, tcb->rcv_adv) : 0;
}

/* Bytes that wait for the user. */
static inline uint32_t tcb_readable(const struct tcb *tcb) {
    return seq_distance(tcb->rcv_user, tcb->rcv_nxt) - tcb_is(tcb, TCB_FIN_RECEIVED);
}

/* Where the bytes not yet acknowledged begin in the stream. */
static inline struct seq tcb_snd_begin(const struct tcb *tcb) {
    return tcb_is(tcb, TCB_SYN_UNACKED) ? seq_add(tcb->iss, 1) : seq_min(tcb->snd_una, tcb->snd_end);
}

/* Octets of the options that every segment carries. */
static inline uint32_t tcb_options(const struct tcb *tcb) {
    return tcb_is(tcb, TCB_TIMESTAMPS) ? TIMESTAMPS_LENGTH : 0;
}

/* Payload that fits in one segment beside those. */
static inline uint32_t tcb_payload_max(const struct tcb *tcb) {
    return tcb->mss_bytes - tcb_options(tcb);
}

/*
 * The number for a segment without text: SND.NXT, but not beyond the right edge that the peer offers.  A
 * probe of his closed window stands beyond that edge, and he would drop an acknowledgement or a reset
 * numbered from there (RFC 9293 section 3.10.7.4, the first check).
 */
static inline struct seq tcb_acceptable_seq(const struct tcb *tcb) {
    return seq_min(tcb->snd_max, seq_add(tcb->snd_una, tcb->snd_wnd));
}

/* Text in a full segment of the peer. */
static inline uint32_t tcb_advertised(const struct tcb *tcb) {
    return tcb->announced_mss - (tcb_is(tcb, TCB_TIMESTAMPS) ? TIMESTAMPS_LENGTH : 0);
}

/* Sequence numbers sent and not acknowledged. */
static inline uint32_t tcb_flight(const struct tcb *tcb) {
    return seq_distance(tcb->snd_una, tcb->snd_max);
}

#endif
