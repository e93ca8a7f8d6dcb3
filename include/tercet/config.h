/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CONFIG_H
#define TERCET_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/habits.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Explicit congestion notification. */
enum tercet_ecn {
    TERCET_ECN_OFF,
    TERCET_ECN_GRANTED, /* to whoever asks for it, as most hosts do */
    TERCET_ECN_ASKED,   /* our openings ask for it as well */
};

/*
 * What a stack is made with: limits (memory is cut into pools once), a secret, and the protocol's knobs.
 * Begin with tercet_config_init, which fills in the documented defaults, then change what differs.
 */
struct tercet_config {
    uint32_t size; /* sizeof (struct tercet_config), set by tercet_config_init */

    /* Limits: objects of each kind at most, 1 .. 16,777,215. */
    uint32_t max_conns;        /* connections with a control block (default 4,096) */
    uint32_t max_half_opens;   /* 64 octets each (4,096) */
    uint32_t syn_queue;        /* half-opens a listener may hold, 0: all of them (0) */
    uint32_t max_time_waits;   /* 64 octets each (16,384) */
    uint32_t max_listeners;    /* at most 4,095 (64) */
    uint32_t max_reassemblies; /* connections with out-of-order data (1,024) */
    uint32_t max_fragments;    /* packets waiting for fragments, 4 of a source (64) */
    uint32_t max_replies;      /* answers without state waiting to depart (1,024) */
    uint32_t max_traces;       /* life events kept for tercet_stack_next_trace, 0: none (0) */
    uint32_t max_addresses;    /* local addresses (8) */
    uint32_t max_routes;       /* (16) */
    uint64_t buffer_bytes; /* all send and receive buffers together (256 MiB); rounded down to 8 MiB */

    /* From getrandom, never all zero: ISNs, ports, timestamps and the flow index hang on it. */
    uint8_t secret[32];

    /* A connection's buffers: upper limits, memory is taken only while bytes wait. */
    uint32_t send_buffer_bytes; /* 4,096 .. 4 MiB (512 KiB) */
    uint32_t receive_buffer_bytes; /* 4,096 .. 4 MiB (512 KiB): also decides the window scale offered */

    /* Times. */
    uint32_t msl_ms; /* maximum segment lifetime; TIME-WAIT lasts twice that; 1 .. 60,000,000 (30,000) */
    uint32_t rto_initial_us; /* RFC 6298 section 2.1 (1,000,000) */
    uint32_t rto_min_us;     /* (200,000; the RFC's SHOULD is 1 s) */
    uint32_t rto_max_us;     /* (120,000,000) */
    uint32_t delayed_ack_us; /* less than 500,000 by RFC 9293 MUST-40 (40,000) */
    uint32_t syn_ack_rto_us; /* first wait for the final ACK, doubled each time (1,000,000) */
    uint32_t fin_wait_2_us;  /* for a connection that its user has closed (60,000,000) */
    uint32_t challenge_us;   /* a challenge ACK a connection at most every (500,000) */

    /* Counts. */
    uint8_t syn_retries; /* SYNs sent again before giving up, at least 3 minutes by RFC 9293 MUST-23 (7: 247 s) */
    uint8_t syn_ack_retries; /* SYN-ACKs sent again before a half-open is dropped (5: about 63 s) */
    uint8_t data_retries; /* retransmissions of one segment before giving up, R2 of RFC 9293 section 3.8.3 (15) */
    uint8_t orphan_retries;   /* the same for a connection that its user has closed (8) */
    uint8_t initial_segments; /* initial window, RFC 6928 (10) */
    uint8_t hop_limit;        /* TTL or hop limit of what we send, RFC 9293 MUST-49 (64) */

    struct tercet_habits habits; /* where the RFCs leave a choice */

    /* Options offered and accepted. */
    uint8_t ecn;       /* enum tercet_ecn: RFC 3168 (TERCET_ECN_GRANTED) */
    bool timestamps;   /* RFC 7323 (true) */
    bool window_scale; /* RFC 7323 (true) */
    bool sack;         /* RFC 2018 (true) */
};

/*
 * Fill in the defaults; the secret stays all zero and must be set.
 * @size: sizeof *config of the caller, so that a later library knows which fields it has
 */
void tercet_config_init(struct tercet_config *config, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif
