/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_VERDICT_H
#define TERCET_VERDICT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Why a packet was taken or dropped: every arrival ends in exactly one verdict, counted in
 * tercet_stack_counter(). One table makes the enum, the names (tercet_verdict_name), the metrics
 * and the rows of tercet(7). X(NAME, "name", "sentence")
 */
#define TERCET_VERDICTS(X)                                                                         \
    X(TAKEN, "taken", "acceptable and processed")                                                  \
    /* the IP wall */                                                                              \
    X(IP_SHORT, "ip-short", "shorter than an IP header, or than the header claims")                \
    X(IP_VERSION, "ip-version", "neither IPv4 nor IPv6")                                           \
    X(IP_HEADER, "ip-header", "header length or extension headers malformed")                      \
    X(IP_CHECKSUM, "ip-checksum", "IPv4 header checksum wrong")                                    \
    X(IP_OPTION, "ip-option", "a source route, or extension headers that a host must refuse")      \
    X(IP_FRAGMENT, "ip-fragment", "a fragment that no host can have sent")                         \
    X(IP_FRAGMENT_KEPT, "ip-fragment-kept", "kept until the rest of its packet comes")             \
    X(IP_FRAGMENT_DUPLICATE, "ip-fragment-duplicate", "the same fragment again: ignored")          \
    X(IP_FRAGMENT_OVERLAP, "ip-fragment-overlap",                                                  \
      "contradicts another fragment: the packet is refused")                                       \
    X(IP_FRAGMENT_LIMIT, "ip-fragment-limit",                                                      \
      "too many fragments of one packet, or no memory for them")                                   \
    X(IP_SOURCE, "ip-source", "source address that no host can have")                              \
    X(IP_NOT_OURS, "ip-not-ours", "destination is not an address of this stack")                   \
    X(IP_MULTICAST, "ip-multicast", "TCP to or from a multicast or broadcast address")             \
    X(IP_PROTOCOL, "ip-protocol", "a protocol other than TCP and ICMP")                            \
    /* ICMP */                                                                                     \
    X(ICMP_SHORT, "icmp-short", "shorter than its header or quote needs")                          \
    X(ICMP_CHECKSUM, "icmp-checksum", "ICMP checksum wrong")                                       \
    X(ICMP_ECHOED, "icmp-echoed", "echo request answered")                                         \
    X(ICMP_IGNORED, "icmp-ignored", "of no interest to this host")                                 \
    X(ICMP_STRAY, "icmp-stray", "quotes no connection, or a sequence number not in flight")        \
    X(ICMP_SOFT, "icmp-soft", "noted as a soft error")                                             \
    X(ICMP_HARD, "icmp-hard", "ended the opening it speaks of")                                    \
    X(ICMP_MTU, "icmp-mtu", "lowered a path MTU")                                                  \
    /* the TCP wall */                                                                             \
    X(TCP_SHORT, "tcp-short", "shorter than a TCP header")                                         \
    X(TCP_OFFSET, "tcp-offset", "data offset below 5 or beyond the segment")                       \
    X(TCP_CHECKSUM, "tcp-checksum", "TCP checksum wrong")                                          \
    X(TCP_PORT, "tcp-port", "a port is zero")                                                      \
    X(TCP_LAND, "tcp-land", "source and destination are the same socket, from outside")            \
    X(TCP_FLAGS, "tcp-flags",                                                                      \
      "a combination of control bits that no TCP sends (SYN with FIN or RST)")                     \
    X(TCP_NO_FLAGS, "tcp-no-flags", "neither ACK, SYN nor RST on a synchronised connection")       \
    /* no connection */                                                                            \
    X(CLOSED_RESET, "closed-reset", "no such connection: answered by a reset")                     \
    X(CLOSED_RST, "closed-rst", "a reset for no connection: silent")                               \
    X(CLOSED_LIMITED, "closed-limited", "no such connection, and the source has had its resets")   \
    /* LISTEN and the admission ladder */                                                          \
    X(LISTEN_ACK, "listen-ack", "an ACK to a listener: answered by a reset")                       \
    X(LISTEN_RST, "listen-rst", "a reset to a listener: silent")                                   \
    X(LISTEN_NO_SYN, "listen-no-syn", "a segment without SYN to a listener: silent")               \
    X(SYN_ADMITTED, "syn-admitted", "a SYN became a half-open")                                    \
    X(SYN_ACCEPT_FULL, "syn-accept-full", "SYN dropped: the accept queue is full")                 \
    X(SYN_QUEUE_FULL, "syn-queue-full", "SYN dropped: the SYN queue is full")                      \
    X(SYN_NO_MEMORY, "syn-no-memory", "SYN dropped: no half-open is free")                         \
    /* half-opens */                                                                               \
    X(HALF_OPEN_SYN_AGAIN, "half-open-syn-again", "the same SYN again: the same SYN-ACK again")    \
    X(HALF_OPEN_THROTTLED, "half-open-throttled", "answered a moment ago: silent")                 \
    X(HALF_OPEN_CHALLENGED, "half-open-challenged",                                                \
      "a different SYN or an inexact reset: answered by an ACK")                                   \
    X(HALF_OPEN_OUTSIDE, "half-open-outside", "sequence number outside the window")                \
    X(HALF_OPEN_BAD_ACK, "half-open-bad-ack",                                                      \
      "acknowledges what was never sent: reset, entry kept")                                       \
    X(HALF_OPEN_NO_ACK, "half-open-no-ack", "no ACK bit: silent")                                  \
    X(HALF_OPEN_BAD_ECHO, "half-open-bad-echo",                                                    \
      "echoes a timestamp that this entry never sent, or none")                                    \
    X(HALF_OPEN_RESET, "half-open-reset", "the peer took its SYN back")                            \
    X(HALF_OPEN_ACCEPT_FULL, "half-open-accept-full",                                              \
      "final ACK dropped: the accept queue is full, entry kept")                                   \
    X(HALF_OPEN_NO_MEMORY, "half-open-no-memory",                                                  \
      "final ACK dropped: no connection is free, entry kept")                                      \
    X(HALF_OPEN_DEFERRED, "half-open-deferred",                                                    \
      "final ACK without text, where the listener waits for text: noted, entry kept")              \
    X(ESTABLISHED, "established", "completed the three-way handshake")                             \
    /* SYN-SENT */                                                                                 \
    X(SYN_SENT_BAD_ACK, "syn-sent-bad-ack",                                                        \
      "acknowledges what was never sent: answered by a reset")                                     \
    X(SYN_SENT_BAD_RST, "syn-sent-bad-rst", "a reset that does not acknowledge our SYN: silent")   \
    X(SYN_SENT_REFUSED, "syn-sent-refused", "the peer refused the connection")                     \
    X(SYN_SENT_NO_SYN, "syn-sent-no-syn", "neither SYN nor RST: silent")                           \
    X(SYN_SENT_BAD_ECHO, "syn-sent-bad-echo", "echoes a timestamp that this SYN never carried")    \
    X(SYN_SENT_SIMULTANEOUS, "syn-sent-simultaneous", "simultaneous open: SYN-ACK owed")           \
    /* synchronised states */                                                                      \
    X(OUTSIDE_WINDOW, "outside-window",                                                            \
      "sequence number outside the receive window: answered by an ACK")                            \
    X(OLD_TIMESTAMP, "old-timestamp",                                                              \
      "PAWS: timestamp older than the last one: answered by an ACK")                               \
    X(NO_TIMESTAMP, "no-timestamp", "timestamps were agreed and none is there: silent")            \
    X(RST_OUTSIDE, "rst-outside", "a reset outside the window: silent")                            \
    X(RST_CHALLENGED, "rst-challenged", "a reset in the window but not exact: challenge ACK")      \
    X(RST_TAKEN, "rst-taken", "reset by the peer")                                                 \
    X(SYN_CHALLENGED, "syn-challenged", "SYN on a synchronised connection: challenge ACK")         \
    X(CHALLENGE_THROTTLED, "challenge-throttled",                                                  \
      "a challenge ACK was due, and one left a moment ago")                                        \
    X(ACK_TOO_OLD, "ack-too-old", "acknowledges data older than any window: challenge ACK")        \
    X(ACK_UNSENT, "ack-unsent", "acknowledges what was never sent: answered by an ACK")            \
    X(DATA_AFTER_CLOSE, "data-after-close", "data for a process that has closed: reset")           \
    X(DATA_NO_MEMORY, "data-no-memory",                                                            \
      "data dropped: no buffer or no room in the reassembly list")                                 \
    X(DATA_DUPLICATE, "data-duplicate", "nothing new in it: answered by an ACK")                   \
    X(DATA_OUT_OF_ORDER, "data-out-of-order", "kept for later: answered by a duplicate ACK")       \
    /* TIME-WAIT */                                                                                \
    X(TIME_WAIT_ACKED, "time-wait-acked", "old segment in TIME-WAIT: answered by an ACK")          \
    X(TIME_WAIT_FIN, "time-wait-fin", "FIN again in TIME-WAIT: acknowledged, 2 MSL restarted")     \
    X(TIME_WAIT_RST, "time-wait-rst", "a reset in TIME-WAIT: ignored (RFC 1337)")                  \
    X(TIME_WAIT_THROTTLED, "time-wait-throttled", "answered a moment ago: silent")                 \
    X(TIME_WAIT_REUSED, "time-wait-reused", "a newer SYN took the place of TIME-WAIT")             \
    /* resources */                                                                                \
    X(REPLIES_FULL, "replies-full", "an answer was due and the reply ring is full")

enum tercet_verdict {
#define TERCET_VERDICT_ENUM(name, text, sentence) TERCET_##name,
    TERCET_VERDICTS(TERCET_VERDICT_ENUM)
#undef TERCET_VERDICT_ENUM
        TERCET_VERDICT_COUNT
};

/* How an attempt to open a connection ended.  X(NAME, "name", "sentence") */
#define TERCET_OUTCOMES(X)                                                                         \
    X(UNKNOWN, "unknown", "not yet, or not seen")                                                  \
    X(ESTABLISHED, "established", "the handshake completed")                                       \
    X(REFUSED, "refused", "a reset answered the SYN")                                              \
    X(RESET_IN_OPENING, "reset-in-opening",                                                        \
      "a reset ended it between SYN-ACK and the end of the opening")                               \
    X(HALF_OPEN, "half-open", "SYN and SYN-ACK, and never a final ACK")                            \
    X(ICMP_REJECTED, "icmp-rejected", "an ICMP error ended it")                                    \
    X(FILTERED, "filtered", "nothing ever answered the SYN")                                       \
    X(MIDSTREAM, "midstream", "the beginning was not seen")

enum tercet_outcome {
#define TERCET_OUTCOME_ENUM(name, text, sentence) TERCET_OUTCOME_##name,
    TERCET_OUTCOMES(TERCET_OUTCOME_ENUM)
#undef TERCET_OUTCOME_ENUM
        TERCET_OUTCOME_COUNT
};

/* The name of a verdict or outcome, such as "rst-challenged"; "?" outside the table. */
const char *tercet_verdict_name(enum tercet_verdict verdict);
const char *tercet_verdict_sentence(enum tercet_verdict verdict);
const char *tercet_outcome_name(enum tercet_outcome outcome);

#ifdef __cplusplus
}
#endif

#endif
