/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_OBSERVE_OBSERVE_H
#define TERCET_OBSERVE_OBSERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/stack.h>
#include <tercet/verdict.h>

#include "base/text.h"
#include "observe/attempt.h"
#include "twin/siphash.h"

/*
 * The observer: frames seen at a tap in, explained connection attempts out.
 *
 * The owner's loop:  observe_frame for each frame that passed, observe_trace for each life event of the stack  ->
 * observe_next_text until it answers false  ->  again at observe_deadline.
 * Of a connection's frames it looks at SYN, FIN, RST, ICMP errors, and at all others only while openings are in progress.
 * It works as well on a capture (OBSERVE_UNKNOWN, TERCET_TAKEN): then nothing is known but the frames.
 */
struct observer;

enum observe_direction {
    OBSERVE_UNKNOWN, /* on the path of others, or in a capture */
    OBSERVE_IN,      /* arrived at our stack, which gave its verdict */
    OBSERVE_OUT,     /* departed from it */
};

struct observe_config {
    uint32_t max_openings; /* live openings, 1 .. 1,000,000 (4,096); what comes beyond is counted */
    uint32_t max_attempts; /* with the open connections followed to their close: at least max_openings (16,384) */
    uint32_t blocks_per_second; /* openings drawn; above it one summary line a second (50) */
    uint32_t quiet_ms; /* an opening that is silent for so long is over (70,000: longer than the longest
                                   pause between SYNs or SYN-ACKs of the usual hosts) */
    bool has_colour;        /* ANSI colours in the text (false) */
    bool has_midstream;     /* report connections whose beginning was not seen, too (false) */
    struct siphash_key key; /* random where the traffic is hostile and live */
};

/* The defaults; the key stays zero. */
void observe_config_init(struct observe_config *config);

/* Octets that an observer of @config needs; may be a sparse mapping, untouched parts stay untouched. */
size_t observe_size(const struct observe_config *config);

/* Make an observer in @memory, which it keeps: zeroed, 64-octet aligned, observe_size(@config) octets. */
struct observer *observe_init(void *memory, const struct observe_config *config);

/*
 * A frame has passed the tap.
 * @now_ns: its time; never goes backwards by much (captures may be slightly out of order)
 * @bytes: an IPv4 or IPv6 packet of @length octets, borrowed until the call returns; checksums of TCP are not looked at
 * @verdict: of an arriving frame; TERCET_TAKEN for all others
 */
void observe_frame(struct observer *observer, uint64_t now_ns, const unsigned char *bytes,
                   uint32_t length, enum observe_direction direction, enum tercet_verdict verdict);

/* A life event of the stack that no frame shows.  @trace: borrowed */
void observe_trace(struct observer *observer, const struct tercet_trace *trace);

/* The watch ends at @now_ns: every opening and every open connection is reported as it stands. */
void observe_finish(struct observer *observer, uint64_t now_ns);

/* Octets of the longest text that one report makes, its terminator included. */
#define OBSERVE_TEXT_MAX 8192

/*
 * The next text that is due: the block of an opening that has its outcome, the line of a close, a summary.
 * @text: is appended to; needs room for OBSERVE_TEXT_MAX octets
 * Return: false when nothing is due (and nothing was written).
 */
bool observe_next_text(struct observer *observer, uint64_t now_ns, struct text *text);

/* When to ask for text again at the latest (0: now), UINT64_MAX for never. */
uint64_t observe_deadline(const struct observer *observer);

/* What one second came to, when it was too busy to draw it or too much for the table. */
struct observe_summary {
    uint64_t duration_ns; /* of the time it tells about: 1 s, or more when nobody asked for it */
    uint32_t begun;       /* openings that began */
    uint32_t ended[TERCET_OUTCOME_COUNT]; /* openings that had their outcome, by it */
    uint32_t closed;                      /* connections closed */
    uint32_t not_followed;                /* of begun: there was no room */
    bool is_summary;                      /* blocks were left out: this line stands for them */
};

/* The same reports as values, for other writers than the ladder. */
enum observe_report_kind {
    OBSERVE_OPENING, /* an opening has its outcome */
    OBSERVE_CLOSE,   /* a connection that was open is over */
    OBSERVE_SUMMARY,
};

struct observe_report {
    enum observe_report_kind kind;
    bool is_drawn;                 /* not left to the summary */
    const struct attempt *attempt; /* OPENING, CLOSE; both borrowed until the next report is asked for */
    const struct opening *opening;         /* OPENING */
    const struct observe_summary *summary; /* SUMMARY */
};

/* The next report.  An owner uses either this or observe_next_text.  Return: false when nothing is due. */
bool observe_next(struct observer *observer, uint64_t now_ns, struct observe_report *report);

/* @report as the ladder draws it.  @text: as for observe_next_text */
void observe_report_text(const struct observer *observer, const struct observe_report *report,
                         struct text *text);

struct observe_counts {
    uint64_t frames;       /* seen */
    uint64_t unreadable;   /* of them not IP or TCP or ICMP as it should be, or a fragment */
    uint64_t attempts;     /* openings seen, followed or not */
    uint64_t not_followed; /* of them: no room */
    uint64_t forgotten; /* open connections that gave their place to newer ones: their close is not told */
    uint64_t strays;      /* packets that belong to no attempt */
    uint64_t traces_lost; /* life events that the stack could not keep */
    uint32_t openings;    /* in progress now */
    uint32_t followed;    /* attempts in the table now */
};

void observe_counts(const struct observer *observer, struct observe_counts *counts);

#endif
