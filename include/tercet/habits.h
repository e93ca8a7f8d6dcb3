/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_HABITS_H
#define TERCET_HABITS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The order of the options in a SYN; where one is left out, padding keeps the others aligned. */
enum tercet_option_order {
    TERCET_ORDER_SACK_FIRST, /* MSS, SACK-permitted, timestamps, NOP, window scale: as on Linux */
    TERCET_ORDER_SCALE_FIRST, /* MSS, NOP, window scale, SACK-permitted, timestamps, padding by end-of-list: as on the BSDs */
};

/*
 * Habits: where the RFCs leave a choice and hosts differ.  A default, in brackets, is what the RFCs ask for or the more careful
 * thing.  tercet-script(1) has the sets of them by which Linux and FreeBSD are imitated.
 */
struct tercet_habits {
    /* Times. */
    uint32_t rto_slop_us; /* added to every computed RTO, after backing off (0; FreeBSD 200,000) */
    uint32_t rto_variance_min_us; /* least 4 * RTTVAR in it (0; Linux 200,000) */
    uint32_t persist_min_us;      /* least wait between window probes (0; FreeBSD 5,000,000) */
    uint32_t open_timeout_us; /* an active open is given up after this, however many SYNs are left; 0: never (0) */
    bool user_timeout_late; /* the user timeout of sent data runs from its first retransmission, as on Linux (false) */
    bool timeout_resets; /* retransmissions that are given up end in a reset, as on FreeBSD (false) */

    /* What a SYN and a SYN-ACK carry, and how often they go. */
    uint32_t window_scale_bytes; /* the window scale is offered for a buffer of this size; 0: its own (0) */
    uint8_t option_order;       /* of the options of a SYN: enum tercet_option_order */
    uint8_t syn_linear_retries; /* so many SYNs go again a constant time apart, beyond syn_retries, but for few of those twice as many less one at most (0; Linux 4) */
    uint8_t syn_options_retries; /* from this retry on a SYN carries the MSS alone; 255: never (255) */
    uint8_t mss_min_bytes;       /* a peer that asks for less gets this, 48..255 (88; Linux 48) */
    bool window_whole_segments; /* the window of a SYN is a multiple of the segment's size, as on Linux (false) */
    bool syn_again_soon; /* a SYN that drew a wrong answer goes again a moment later, once, out of turn (true) */
    bool syn_loss_forgiven; /* one SYN sent again leaves the initial window as it is, as on Linux; RFC 5681 section 3.1 makes it one segment (false) */

    /* Which openings are taken, and how they end. */
    uint8_t silent_ports; /* no reset is sent to 1: a SYN for a closed port, 2: any segment for it, 3: nor by a listener (0) */
    bool syn_fin_opens; /* a SYN with FIN opens like one without, as RFC 9293 section 3.10.7.2 has it (false) */
    bool simultaneous_offers; /* the SYN-ACK of a simultaneous open has all options, and the peer's is acknowledged, as on Linux (false) */
    bool ecn_marked_syn_refused; /* no ECN for a SYN that is itself marked, which RFC 3168 section 6.1.1 forbids (false) */
    bool half_open_syn_resets; /* another SYN in the window of a half-open line ends it by a reset, as on Linux (false) */
    bool half_open_renewed; /* any SYN gets the SYN-ACK again, SYN-ACKs end a half-open, resets with an ACK do not (false) */
    bool handshake_untimed; /* a passive open takes no round trip but from timestamps, and no RTO of 3 s after a lost SYN-ACK (false) */
    bool unreachable_is_hard; /* any ICMP error ends an opening, as on Linux, not just protocol and port unreachable (false) */
    bool prohibition_is_hard; /* "administratively prohibited" ends an opening, as on FreeBSD (false) */

    /* Which segments are taken. */
    uint8_t timestamp_slack; /* a timestamp that is older by so much still passes PAWS (0; Linux 1) */
    bool timestamps_lenient; /* segments without the timestamps that were agreed are taken all the same, a final ACK too (false) */
    bool old_timestamps_silent; /* of what PAWS refuses only text is answered; a SYN must have its timestamps, too (false) */
    bool window_ends_strict; /* text that ends beyond the window is dropped as a whole while there is some to read, as on Linux (false) */
    bool shrinking_unseen; /* a window that shrinks counts only with something new, or if it closes, as on Linux (false) */
    bool edges_lenient; /* an old segment's ACK counts, and one that begins at the right edge is taken (false) */
    bool acks_of_nothing_challenged; /* an ACK for less than our SYN is out of range (false) */
    bool reset_at_edges; /* a reset is exact also just before the peer's FIN and behind text that was SACKed (true) */
    bool resets_in_window; /* any reset in the window ends a connection, as before RFC 5961 (false) */
    bool resets_by_ack; /* a reset is exact at the last ACK that was sent, not at RCV.NXT (false) */
    bool syn_resets;    /* a SYN in the window resets a connection, as before RFC 5961 (false) */
    bool reset_keeps_text; /* what came before a reset can still be read; RFC 9293 section 3.10.7.4 flushes it (false) */

    /* What is acknowledged when, and the window that is told. */
    uint8_t quick_acks; /* data segments acknowledged at once when data begins to flow (0) */
    bool acks_adapt; /* ACKs are paced by octets and by the time between segments, as on Linux (false) */
    bool fin_ack_delayed; /* a FIN behind text may wait for a delayed ACK, too (false) */
    bool duplicates_told; /* what arrives twice is told in a SACK block, RFC 2883 (false) */
    bool buffer_whole_segments; /* the receive buffer grows to whole segments when the MSS is agreed, as on FreeBSD (false) */
    bool window_follows_buffer; /* every segment tells all the room, rounded down; an update alone waits for a quarter of it (false) */

    /* What is sent when. */
    uint8_t slow_start_segments; /* an ACK opens cwnd by so many at most in slow start (1; Linux 255, FreeBSD 2) */
    bool window_in_use; /* an ACK opens cwnd in slow start only if half of it was in flight, as on Linux (false) */
    bool restart_after_idle; /* cwnd falls back to the initial window when nothing was sent for an RTO, RFC 5681 section 4.1 (true) */
    bool mss_half_window; /* no segment is longer than half of the largest window offered, as on Linux (false) */
    bool pushes_bursts; /* PSH also on the last of several segments that leave together, as on Linux (false) */
    bool urgent_undelayed; /* nothing waits for Nagle's sake as long as urgent octets are in flight, as on Linux (false) */
    bool probes_wait_anew; /* an answered window probe makes the wait for the next begin again, as on Linux (false) */
    bool probes_empty; /* a closed window is probed by an old sequence number, not by an octet (false) */

    /* Closing and TIME-WAIT. */
    bool unread_resets; /* close() over bytes that nobody has read resets (SHLD-3 of RFC 9293), else they are forgotten (true) */
    bool reset_acks; /* the reset of an abort carries an ACK, as on most hosts; RFC 9293 section 3.10.5 has none (false) */
    bool close_forgets; /* close() in SYN-RECEIVED forgets the connection without a segment (false) */
    bool close_resets_early; /* text after close() resets wherever it ends and whatever it acknowledges (false) */
    bool fin_wait_2_resets; /* FIN-WAIT-2 that may last 0 s ends by a reset, as on Linux (false) */
    bool time_wait_resets; /* a reset ends TIME-WAIT, as RFC 9293 section 3.10.7.4 has it; RFC 1337 warns of it (false) */
    bool time_wait_answers_text; /* text sent again to TIME-WAIT gets its ACK however soon (false) */
    bool time_wait_forgotten; /* a newer SYN ends TIME-WAIT for good; RFC 9293 section 3.6.1 has it back if the SYN proves old (false) */
    bool time_wait_acks_only; /* TIME-WAIT hears only what has an ACK, and timestamps; a newer SYN ends it in any case (false) */
};

#ifdef __cplusplus
}
#endif

#endif
