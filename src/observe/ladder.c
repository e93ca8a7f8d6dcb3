/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/ladder.h"

#include "base/instant.h"
#include "wire/address_text.h"
#include "observe/icmp_words.h"
#include "observe/ink.h"
#include "observe/rung.h"

/* "0.083 ms" or, from a second on, "1.204 s". */
static void duration_text(struct text *text, uint64_t ns) {
    bool is_short = ns < NS_PER_S;

    text_fixed(text, ns, is_short ? 6 : 9, 3);
    text_put(text, is_short ? " ms" : " s");
}

static void since_begin_text(struct text *text, const struct attempt *attempt, uint64_t now_ns) {
    duration_text(text, now_ns > attempt->began_ns ? now_ns - attempt->began_ns : 0);
}

/* "1 SYN", "3 SYNs". */
static void count_text(struct text *text, uint64_t n, const char *noun) {
    text_u64(text, n);
    text_char(text, ' ');
    text_put(text, noun);
    if (n != 1) text_char(text, 's');
}

static void id_text(struct pen pen, const struct attempt *attempt) {
    pen_ink(pen, INK_BOLD);
    text_char(pen.text, '#');
    text_u64(pen.text, attempt->id);
    pen_ink(pen, INK_NONE);
    text_put(pen.text, "  ");
}

static void header_text(struct pen pen, const struct attempt *attempt) {
    const struct tercet_endpoint *client = &attempt->side[ATTEMPT_CLIENT].endpoint;
    const struct tercet_endpoint *server = &attempt->side[ATTEMPT_SERVER].endpoint;

    id_text(pen, attempt);
    endpoint_text(pen.text, &client->address, client->port);
    text_put(pen.text, attempt->is_simultaneous ? " <-> " : " -> ");
    endpoint_text(pen.text, &server->address, server->port);
    text_char(pen.text, '\n');
}

static void pair_text(struct text *text, const char *noun, unsigned client, unsigned server) {
    text_put(text, noun);
    text_char(text, ' ');
    text_u64(text, client);
    text_char(text, '/');
    text_u64(text, server);
}

/* What was agreed on, client's value first. */
static void terms_text(struct text *text, const struct attempt_terms *terms) {
    pair_text(text, "mss", terms->mss[ATTEMPT_CLIENT], terms->mss[ATTEMPT_SERVER]);
    if (terms->has_wscale) {
        pair_text(text, ", window scale", terms->wscale[ATTEMPT_CLIENT],
                  terms->wscale[ATTEMPT_SERVER]);
    }
    if (terms->has_timestamps) text_put(text, ", timestamps");
    if (terms->has_sack) text_put(text, ", sack");
    if (terms->has_ecn) text_put(text, ", ecn");
    if (terms->has_fast_open) text_put(text, ", fast open");
}

static void established_text(struct pen pen, const struct attempt *attempt) {
    struct text *text = pen.text;

    pen_put(pen, INK_GREEN, "established");
    if (attempt->is_simultaneous)
        text_put(text, " from both sides");
    else if (attempt->is_proven)
        text_put(text, attempt->terms.has_fast_open ? " in 0 RTT" : " in 1 RTT");
    text_put(text, " after ");
    since_begin_text(text, attempt, attempt->ended_ns);
    if (attempt->retransmissions) {
        text_put(text, " (");
        count_text(text, attempt->syns, "SYN");
        text_put(text, ", ");
        count_text(text, attempt->synacks, "SYN-ACK");
        text_char(text, ')');
    }
    text_put(text, ": ");
    if (attempt->is_proven)
        terms_text(text, &attempt->terms);
    else
        text_put(text, "the server's side was not seen");
}

static void refused_text(struct pen pen, const struct attempt *attempt) {
    pen_put(pen, INK_RED, "refused");
    text_put(pen.text, " after ");
    since_begin_text(pen.text, attempt, attempt->ended_ns);
    text_put(pen.text, ": the server answered ");
    text_put(pen.text, attempt->syns == 1 ? "the SYN with a reset" : "");
    if (attempt->syns == 1) return;
    count_text(pen.text, attempt->syns, "SYN");
    text_put(pen.text, " with a reset");
}

static void reset_text(struct pen pen, const struct attempt *attempt) {
    pen_put(pen, INK_RED, "reset");
    text_put(pen.text, " by ");
    text_put(pen.text, attempt_side_name((enum attempt_side)attempt->first_closer));
    text_put(pen.text, " after ");
    since_begin_text(pen.text, attempt, attempt->ended_ns);
    text_put(pen.text, ", before the opening was complete");
}

/* Nothing more was heard: after @n packets of the side that waited. */
static void silent_text(struct pen pen, const struct attempt *attempt, uint32_t n, const char *noun,
                        const char *missing) {
    bool is_given_up = attempt->is_superseded || attempt->reason == TERCET_REASON_ABORTED;

    pen_put(pen, INK_YELLOW, is_given_up ? "given up" : "timed out");
    text_put(pen.text, " after ");
    count_text(pen.text, n, noun);
    text_put(pen.text, " in ");
    since_begin_text(pen.text, attempt, attempt->ended_ns);
    text_put(pen.text, missing);
}

static void rejected_text(struct pen pen, const struct attempt *attempt) {
    const struct attempt_icmp *icmp = &attempt->icmp;
    struct text *text = pen.text;

    pen_put(pen, INK_RED, "rejected");
    text_put(text, " by ");
    if (icmp->version)
        address_text(text, &icmp->from);
    else
        text_put(text, "ICMP");
    text_put(text, " after ");
    since_begin_text(text, attempt, attempt->ended_ns);
    if (!icmp->version) return;
    text_put(text, ": ");
    text_put(text, icmp_words(icmp->version, icmp->type, icmp->code));
}

static void unfinished_text(struct pen pen, const struct attempt *attempt) {
    pen_put(pen, INK_YELLOW, "unfinished");
    text_put(pen.text, " after ");
    since_begin_text(pen.text, attempt, attempt->ended_ns);
    text_put(pen.text, ": the watch ended");
}

static void outcome_text(struct pen pen, const struct attempt *attempt) {
    text_put(pen.text, "  ");
    switch ((enum tercet_outcome)attempt->outcome) {
    case TERCET_OUTCOME_ESTABLISHED: established_text(pen, attempt); break;
    case TERCET_OUTCOME_REFUSED: refused_text(pen, attempt); break;
    case TERCET_OUTCOME_RESET_IN_OPENING: reset_text(pen, attempt); break;
    case TERCET_OUTCOME_HALF_OPEN:
        silent_text(pen, attempt, attempt->synacks, "SYN-ACK", ": no ACK completed the opening");
        break;
    case TERCET_OUTCOME_ICMP_REJECTED: rejected_text(pen, attempt); break;
    case TERCET_OUTCOME_FILTERED:
        silent_text(pen, attempt, attempt->syns, "SYN", ": nothing answered");
        break;
    case TERCET_OUTCOME_MIDSTREAM:
        pen_put(pen, INK_DIM, "midstream");
        text_put(pen.text, ": the beginning was not seen");
        break;
    case TERCET_OUTCOME_UNKNOWN:
    case TERCET_OUTCOME_COUNT: unfinished_text(pen, attempt); break;
    }
    text_char(pen.text, '\n');
}

/* "  ... 4 SYN, 3 SYN-ACK more" for the packets that had no place. */
static void more_text(struct pen pen, const struct opening *opening) {
    bool is_first = true;

    for (unsigned i = 0; i < ATTEMPT_KIND_COUNT; i++) {
        if (!opening->more[i]) continue;
        text_put(pen.text, is_first ? "  ... " : ", ");
        text_u64(pen.text, opening->more[i]);
        text_char(pen.text, ' ');
        text_put(pen.text, attempt_kind_name((enum attempt_kind)i));
        is_first = false;
    }
    if (!is_first) text_put(pen.text, " more\n");
}

void ladder_opening(struct text *text, const struct attempt *attempt, const struct opening *opening,
                    bool has_colour) {
    struct pen pen = {text, has_colour};
    size_t width = rung_time_width(attempt, opening);

    header_text(pen, attempt);
    for (uint32_t i = 0; i < opening->n_packets; i++) {
        if (i == OPENING_PACKETS_MAX) more_text(pen, opening);
        rung_text(pen, attempt, &opening->packets[i], width);
    }
    outcome_text(pen, attempt);
}

/* Who sent what last: "FIN by client, then server". */
static void closers_text(struct pen pen, const struct attempt *attempt) {
    enum attempt_side first = (enum attempt_side)attempt->first_closer;
    struct text *text = pen.text;

    if (attempt->side[ATTEMPT_CLIENT].has_fin || attempt->side[ATTEMPT_SERVER].has_fin) {
        text_put(text, "FIN by ");
        text_put(text, attempt_side_name(first));
    }
    if (attempt->close == ATTEMPT_CLOSE_FIN) {
        text_put(text, ", then ");
        text_put(text, attempt_side_name(attempt_peer(first)));
    }
    if (attempt->close < ATTEMPT_CLOSE_RST_BY_CLIENT) return;
    if (attempt->side[first].has_fin) text_put(text, ", ");
    pen_put(pen, INK_RED, "reset");
    text_put(text, attempt->close == ATTEMPT_CLOSE_RST_BY_CLIENT ? " by client" : " by server");
}

/* A connection that no packet closed: the stack gave it up, or something else took its place. */
static void unclosed_text(struct pen pen, const struct attempt *attempt) {
    enum attempt_side first = (enum attempt_side)attempt->first_closer;
    bool is_half = attempt->close == ATTEMPT_CLOSE_HALF_CLOSE;

    if (is_half) text_put(pen.text, ", ");
    if (is_half && attempt->is_fin_missing) {
        text_put(pen.text, "none by ");
        text_put(pen.text, attempt_side_name(attempt_peer(first)));
        return;
    }
    if (attempt->reason == TERCET_REASON_UNREACHABLE)
        text_put(pen.text, "unreachable");
    else if (attempt->reason)
        text_put(pen.text, "retransmissions went unanswered");
    else
        text_put(pen.text, "not seen, its addresses and ports began anew");
}

void ladder_close(struct text *text, const struct attempt *attempt, bool has_colour) {
    struct pen pen = {text, has_colour};
    bool is_open = attempt->close == ATTEMPT_CLOSE_OPEN;
    bool is_unclosed = is_open || attempt->close == ATTEMPT_CLOSE_HALF_CLOSE;

    id_text(pen, attempt);
    if (is_unclosed && attempt->is_interrupted) {
        text_put(text, is_open ? "open" : "half-closed by ");
        if (!is_open) text_put(text, attempt_side_name((enum attempt_side)attempt->first_closer));
        text_put(text, " when the watch ended");
    } else {
        text_put(text, "closed: ");
        closers_text(pen, attempt);
        if (is_unclosed) unclosed_text(pen, attempt);
    }
    text_put(text, ", after ");
    since_begin_text(text, attempt, attempt->over_ns);
    text_char(text, '\n');
}

/* "118 over: 100 established, 18 refused" */
static void ended_text(struct text *text, const struct observe_summary *summary) {
    uint64_t n = 0;
    bool is_first = true;

    for (unsigned i = 0; i < TERCET_OUTCOME_COUNT; i++)
        n += summary->ended[i];
    text_u64(text, n);
    text_put(text, " ended");
    for (unsigned i = 0; i < TERCET_OUTCOME_COUNT; i++) {
        if (!summary->ended[i]) continue;
        text_put(text, is_first ? " (" : ", ");
        text_u64(text, summary->ended[i]);
        text_char(text, ' ');
        text_put(text, tercet_outcome_name((enum tercet_outcome)i));
        is_first = false;
    }
    if (!is_first) text_char(text, ')');
}

void ladder_summary(struct text *text, const struct observe_summary *summary, bool has_colour) {
    struct pen pen = {text, has_colour};

    pen_put(pen, INK_BOLD, "...");
    text_put(text, "  ");
    if (summary->is_summary) {
        duration_text(text, summary->duration_ns);
        text_put(text, ": ");
        text_u64(text, summary->begun);
        text_put(text, " openings began, ");
        ended_text(text, summary);
        text_put(text, ", ");
        text_u64(text, summary->closed);
        text_put(text, summary->not_followed ? " closed, " : " closed");
    }
    if (summary->not_followed) {
        count_text(text, summary->not_followed, "opening");
        text_put(text, " not followed: the table is full");
    }
    text_char(text, '\n');
}
