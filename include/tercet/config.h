/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CONFIG_H
#define TERCET_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Explicit congestion notification. */
enum tercet_ecn {
    TERCET_ECN_OFF,
    TERCET_ECN_GRANTED, /* to whoever asks for it, as most hosts do */
    TERCET_ECN_ASKED,   /* our openings ask for it as well */
};

/* The order of the options in a SYN; where one is left out, padding keeps the others aligned. */
enum tercet_option_order {
    TERCET_ORDER_SACK_FIRST, /* MSS, SACK-permitted, timestamps, NOP, window scale: as on Linux */
    TERCET_ORDER_SCALE_FIRST, /* MSS, NOP, window scale, SACK-permitted, timestamps, padding by end-of-list: as on the BSDs */
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
    uint32_t msl_ms;         /* maximum segment lifetime; TIME-WAIT lasts twice that (30,000) */
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

    /*
     * Habits: where the RFCs leave a choice and hosts differ.  tercet-script(1) has the sets of them by which
     * Linux and FreeBSD are imitated.
     */
    uint32_t rto_slop_us; /* added to every computed RTO, after backing off (0; FreeBSD 200,000) */
    uint32_t rto_variance_min_us; /* least 4 * RTTVAR in it (0; Linux 200,000) */
    uint32_t persist_min_us;      /* least wait between window probes (0; FreeBSD 5,000,000) */
    uint32_t open_timeout_us; /* an active open is given up after this, however many SYNs are left; 0: never (0) */
    uint32_t window_scale_bytes; /* the window scale is offered for a buffer of this size; 0: its own (0) */
    uint8_t option_order; /* of the options of a SYN: enum tercet_option_order */
    uint8_t slow_start_segments; /* an ACK opens cwnd by so many at most in slow start (1; Linux 255, FreeBSD 2) */
    uint8_t timestamp_slack; /* a timestamp that is older by so much still passes PAWS (0; Linux 1) */
    uint8_t mss_min_bytes;   /* a peer that asks for less gets this, 48..255 (88; Linux 48) */
    uint8_t quick_acks;      /* data segments acknowledged at once when data begins to flow (0) */
    uint8_t syn_linear_retries; /* so many SYNs go again a constant time apart, beyond syn_retries but for at most as many again (0; Linux 4) */
    uint8_t syn_options_retries; /* from this retry on a SYN carries the MSS alone; 255: never (255) */
    bool fin_ack_delayed;        /* a FIN behind text may wait for a delayed ACK, too (false) */
    bool pushes_bursts; /* PSH also on the last of several segments that leave together, as on Linux (false) */
    bool restart_after_idle; /* cwnd falls back to the initial window when nothing was sent for an RTO, RFC 5681 section 4.1 (true) */
    bool probes_empty; /* a closed window is probed by an old sequence number, not by an octet (false) */
    bool reset_acks; /* the reset of an abort carries an ACK, as on most hosts; RFC 9293 section 3.10.5 has none (false) */
    bool reset_keeps_text; /* what came before a reset can still be read; RFC 9293 section 3.10.7.4 flushes it (false) */
    bool syn_fin_opens; /* a SYN with FIN opens like one without, as RFC 9293 section 3.10.7.2 has it (false) */
    bool unread_resets; /* close() over bytes that nobody has read resets (SHLD-3 of RFC 9293), else they are forgotten (true) */
    bool syn_again_soon; /* a SYN that drew a wrong answer goes again a moment later, once, out of turn (true) */
    bool reset_at_edges; /* a reset is exact also just before the peer's FIN and behind text that was SACKed (true) */
    bool time_wait_resets; /* a reset ends TIME-WAIT, as RFC 9293 section 3.10.7.4 has it; RFC 1337 warns of it (false) */
    bool time_wait_answers_text; /* text sent again to TIME-WAIT gets its ACK however soon (false) */
    bool unreachable_is_hard; /* any ICMP error ends an opening, as on Linux, not just protocol and port unreachable (false) */
    bool prohibition_is_hard; /* "administratively prohibited" ends an opening, as on FreeBSD (false) */
    bool window_whole_segments; /* the window of a SYN is a multiple of the segment's size, as on Linux (false) */
    bool syn_loss_forgiven; /* one SYN sent again leaves the initial window as it is, as on Linux; RFC 5681 section 3.1 makes it one segment (false) */
    bool user_timeout_late; /* the user timeout of sent data runs from its first retransmission, as on Linux (false) */
    bool fin_wait_2_resets; /* FIN-WAIT-2 that may last 0 s ends by a reset, as on Linux (false) */
    bool duplicates_told;   /* what arrives twice is told in a SACK block, RFC 2883 (false) */
    bool window_in_use; /* an ACK opens cwnd in slow start only if half of it was in flight, as on Linux (false) */
    bool simultaneous_offers; /* the SYN-ACK of a simultaneous open has all options, and the peer's is acknowledged, as on Linux (false) */
    bool half_open_syn_resets; /* another SYN in the window of a half-open line ends it by a reset, as on Linux (false) */
    bool ecn_marked_syn_refused; /* no ECN for a SYN that is itself marked, which RFC 3168 section 6.1.1 forbids (false) */
    bool timestamps_lenient; /* segments without the timestamps that were agreed are taken all the same, a final ACK too (false) */
    uint8_t silent_ports; /* no reset is sent to 1: a SYN for a closed port, 2: any segment for it, 3: nor by a listener (0) */
    bool buffer_whole_segments; /* the receive buffer grows to whole segments when the MSS is agreed, as on FreeBSD (false) */
    bool window_follows_buffer; /* every segment tells all the room, rounded down; an update alone waits for a quarter of it (false) */
    bool handshake_untimed; /* a passive open takes no round trip but from timestamps, and no RTO of 3 s after a lost SYN-ACK (false) */
    bool timeout_resets; /* retransmissions that are given up end in a reset, as on FreeBSD (false) */
    bool close_forgets; /* close() in SYN-RECEIVED forgets the connection without a segment (false) */
    bool close_resets_early; /* text after close() resets wherever it ends and whatever it acknowledges (false) */
    bool resets_in_window; /* any reset in the window ends a connection, as before RFC 5961 (false) */
    bool resets_by_ack; /* a reset is exact at the last ACK that was sent, not at RCV.NXT (false) */
    bool syn_resets;    /* a SYN in the window resets a connection, as before RFC 5961 (false) */
    bool old_timestamps_silent; /* of what PAWS refuses only text is answered; a SYN must have its timestamps, too (false) */
    bool edges_lenient; /* an old segment's ACK counts, and one that begins at the right edge is taken (false) */
    bool acks_of_nothing_challenged; /* an ACK for less than our SYN is out of range (false) */
    bool half_open_renewed; /* any SYN gets the SYN-ACK again, SYN-ACKs end a half-open, resets with an ACK do not (false) */
    bool time_wait_acks_only; /* TIME-WAIT hears only what has an ACK, and timestamps; a newer SYN ends it in any case (false) */

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
