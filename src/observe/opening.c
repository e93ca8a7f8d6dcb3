/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/opening.h"

#include "base/instant.h"
#include "observe/icmp_words.h"

#define RECEIVE_WINDOW_MAX 65536u /* octets that a window can hold before its scale is in force */
#define WSCALE_MAX         14     /* RFC 7323 section 2.3 */
#define MSS_DEFAULT_V4     536    /* RFC 9293 section 3.7.1 (MUST-15) */
#define MSS_DEFAULT_V6     1220

static enum attempt_kind segment_kind(const struct segment *seg) {
    unsigned flags = seg->flags & (TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK);

    switch (flags) {
    case TCP_SYN: return ATTEMPT_KIND_SYN;
    case TCP_SYN | TCP_ACK: return ATTEMPT_KIND_SYN_ACK;
    case TCP_ACK: return ATTEMPT_KIND_ACK;
    case TCP_FIN:
    case TCP_FIN | TCP_ACK: return ATTEMPT_KIND_FIN;
    case TCP_RST: return ATTEMPT_KIND_RST;
    case TCP_RST | TCP_ACK: return ATTEMPT_KIND_RST_ACK;
    default: return ATTEMPT_KIND_OTHER;
    }
}

/* The first packets keep their places; the latest has the last place, and what it displaces is counted. */
static void opening_keep(struct opening *opening, const struct attempt_packet *packet) {
    struct attempt_packet *last = &opening->packets[OPENING_PACKETS_MAX];

    if (opening->n_packets <= OPENING_PACKETS_MAX) {
        opening->packets[opening->n_packets++] = *packet;
        return;
    }
    opening->more[last->kind]++;
    *last = *packet;
}

static void opening_keep_segment(struct opening *opening, const struct sighting *sighting,
                                 enum attempt_side from, unsigned marks) {
    const struct segment *seg = &sighting->seg;
    struct attempt_packet packet = {
        .at_ns = sighting->at.now_ns,
        .seq = seg->seq,
        .ack = seg->ack,
        .length = seg->length,
        .ts_val = seg->options.ts_val,
        .ts_ecr = seg->options.ts_ecr,
        .options = seg->options.present,
        .mss = seg->options.mss,
        .verdict = (uint16_t)sighting->at.verdict,
        .wscale = seg->options.wscale,
        .fo_length = seg->options.fo_length,
        .flags = seg->flags,
        .kind = (uint8_t)segment_kind(seg),
        .marks = (uint8_t)marks,
        .from = (uint8_t)from,
    };

    opening_keep(opening, &packet);
}

/* Whether @ack acknowledges what @end was seen to send, its SYN at least. */
static bool is_sent(const struct attempt_end *end, struct seq ack) {
    if (!end->has_iss) return false;
    if (seq_eq(ack, seq_add(end->last_iss, 1))) return true;
    return seq_gt(ack, end->iss) && seq_le(ack, end->sent_end);
}

/* RFC 9293: a side without the other's SYN takes a reset by its ACK, one that has it by its sequence number. */
static unsigned reset_judge(const struct attempt *attempt, enum attempt_side from,
                            const struct segment *seg) {
    const struct attempt_end *sender = &attempt->side[from];
    const struct attempt_end *receiver = &attempt->side[attempt_peer(from)];
    bool is_next = seq_eq(seg->seq, seq_add(sender->iss, 1)) ||
                   seq_eq(seg->seq, seq_add(sender->last_iss, 1)) ||
                   seq_eq(seg->seq, sender->sent_end);

    if (sender->has_iss && is_next) return 0;
    if (from == ATTEMPT_CLIENT) return ATTEMPT_WRONG_SEQ;
    if (!segment_has(seg, TCP_ACK)) return ATTEMPT_WRONG_SEQ;
    return is_sent(receiver, seg->ack) ? 0 : ATTEMPT_WRONG_ACK;
}

static unsigned syn_judge(const struct attempt_end *sender, const struct segment *seg) {
    if (!sender->has_iss) return 0;
    if (seq_eq(seg->seq, sender->iss) || seq_eq(seg->seq, sender->last_iss))
        return sender->seen & 1u << segment_kind(seg) ? ATTEMPT_AGAIN : 0;
    return segment_has(seg, TCP_ACK) ? 0 : ATTEMPT_OTHER_ISN;
}

/* In a capture of one direction only, the client's second segment is all that tells of the SYN-ACK. */
static bool is_deduction(const struct attempt *attempt, enum attempt_side from,
                         const struct sighting *sighting) {
    const struct attempt_end *client = &attempt->side[ATTEMPT_CLIENT];
    const struct segment *seg = &sighting->seg;

    return from == ATTEMPT_CLIENT && sighting->at.direction == OBSERVE_UNKNOWN &&
           !attempt->side[ATTEMPT_SERVER].has_iss && !segment_has(seg, TCP_SYN | TCP_RST) &&
           seq_eq(seg->seq, client->sent_end);
}

static unsigned segment_judge(const struct attempt *attempt, enum attempt_side from,
                              const struct sighting *sighting) {
    const struct attempt_end *sender = &attempt->side[from];
    const struct attempt_end *receiver = &attempt->side[attempt_peer(from)];
    const struct segment *seg = &sighting->seg;
    unsigned marks = 0;

    if (segment_has(seg, TCP_RST)) return reset_judge(attempt, from, seg);
    if (segment_has(seg, TCP_SYN))
        marks |= syn_judge(sender, seg);
    else if (sender->has_iss && !seq_is_in(seg->seq, sender->iss, RECEIVE_WINDOW_MAX + 1))
        marks |= ATTEMPT_WRONG_SEQ;
    if (!segment_has(seg, TCP_ACK) || is_deduction(attempt, from, sighting)) return marks;
    return is_sent(receiver, seg->ack) ? marks : marks | ATTEMPT_WRONG_ACK;
}

/* What the SYN of a side says for the whole connection. */
static void end_learn(struct attempt_end *end, const struct segment *seg) {
    end->last_iss = seg->seq;
    if (end->has_iss) return;
    end->has_iss = true;
    end->iss = seg->seq;
    end->sent_end = seq_add(seg->seq, segment_span(seg));
    end->syn_length = seg->length;
    end->options = seg->options.present;
    end->mss = seg->options.mss;
    end->wscale = seg->options.wscale;
    end->syn_flags = seg->flags;
}

static uint32_t rtt_us(uint64_t from_ns, uint64_t to_ns) {
    uint64_t us = to_ns > from_ns ? (to_ns - from_ns) / NS_PER_US : 0;

    return us < ATTEMPT_RTT_UNKNOWN ? (uint32_t)us : ATTEMPT_RTT_UNKNOWN;
}

/* Karn: what answers one of several equal packets measures nothing. */
static void syn_ack_time(struct attempt *attempt, uint64_t now_ns) {
    if (attempt->synacks++ > 0) return;
    attempt->synack_ns = now_ns;
    if (attempt->syns == 1 && !attempt->is_simultaneous)
        attempt->rtt_server_us = rtt_us(attempt->began_ns, now_ns);
}

static void syn_take(struct attempt *attempt, enum attempt_side from,
                     const struct sighting *sighting) {
    bool has_ack = segment_has(&sighting->seg, TCP_ACK);

    end_learn(&attempt->side[from], &sighting->seg);
    if (from == ATTEMPT_CLIENT) return;
    if (has_ack)
        syn_ack_time(attempt, sighting->at.now_ns);
    else
        attempt->is_simultaneous = true;
}

/* The acceptable ACK of @seg: the other side's SYN has arrived. */
static void ack_take(struct attempt *attempt, enum attempt_side from,
                     const struct sighting *sighting) {
    struct attempt_end *end = &attempt->side[attempt_peer(from)];
    struct seq ack = sighting->seg.ack;

    if (end->is_acked) return;
    end->is_acked = true;
    if (!end->has_iss) { /* deduced */
        attempt->side[from].is_acked = true;
        return;
    }
    if (!seq_eq(end->iss, end->last_iss) && seq_eq(ack, seq_add(end->last_iss, 1))) {
        end->iss = end->last_iss;
        end->sent_end = ack;
    }
    if (from == ATTEMPT_SERVER) {
        attempt->terms.has_fast_open = end->syn_length > 0 && seq_distance(end->iss, ack) > 1;
    } else if (attempt->synacks == 1 && !attempt->is_simultaneous) {
        attempt->rtt_client_us = rtt_us(attempt->synack_ns, sighting->at.now_ns);
    }
}

static enum tercet_outcome reset_take(struct attempt *attempt, enum attempt_side from) {
    if (from == ATTEMPT_SERVER && !attempt->side[ATTEMPT_SERVER].has_iss)
        return TERCET_OUTCOME_REFUSED;
    attempt->first_closer = (uint8_t)from;
    attempt->close = from == ATTEMPT_CLIENT ? ATTEMPT_CLOSE_RST_BY_CLIENT
                                            : ATTEMPT_CLOSE_RST_BY_SERVER;
    return TERCET_OUTCOME_RESET_IN_OPENING;
}

/* What counts in a packet even if it was dropped: the client's SYN begins the attempt in any case. */
static void segment_count(struct attempt *attempt, enum attempt_side from,
                          const struct segment *seg, unsigned marks) {
    if (marks & ATTEMPT_AGAIN) attempt->retransmissions++;
    if (segment_has(seg, TCP_SYN)) attempt->side[from].seen |= (uint8_t)(1u << segment_kind(seg));
    if (marks & ATTEMPT_OTHER_ISN || from != ATTEMPT_CLIENT) return;
    if (!segment_has(seg, TCP_SYN) || segment_has(seg, TCP_ACK)) return;
    attempt->syns++;
    if (!attempt->side[from].has_iss) end_learn(&attempt->side[from], seg);
}

enum tercet_outcome opening_segment(struct attempt *attempt, struct opening *opening,
                                    const struct sighting *sighting) {
    enum attempt_side from = attempt_side_of(attempt, &sighting->way.from);
    struct attempt_end *sender = &attempt->side[from];
    const struct segment *seg = &sighting->seg;
    unsigned marks = segment_judge(attempt, from, sighting);

    if (!sighting->is_taken) marks |= ATTEMPT_DROPPED;
    if (sighting->is_believed) marks &= ~(unsigned)ATTEMPT_NOT_COUNTED;
    opening_keep_segment(opening, sighting, from, marks);
    segment_count(attempt, from, seg, marks);
    if (marks & ATTEMPT_NOT_COUNTED) return TERCET_OUTCOME_UNKNOWN;
    if (segment_has(seg, TCP_RST)) return reset_take(attempt, from);
    if (segment_has(seg, TCP_SYN))
        syn_take(attempt, from, sighting);
    else if (sender->has_iss)
        sender->sent_end = seq_max(sender->sent_end, seq_add(seg->seq, segment_span(seg)));
    if (segment_has(seg, TCP_ACK)) ack_take(attempt, from, sighting);
    if (!attempt->side[ATTEMPT_CLIENT].is_acked || !attempt->side[ATTEMPT_SERVER].is_acked)
        return TERCET_OUTCOME_UNKNOWN;
    attempt->is_proven = attempt->side[ATTEMPT_SERVER].has_iss;
    return TERCET_OUTCOME_ESTABLISHED;
}

/* A protocol or port that is not there; the stack's word counts for more, where there is one. */
static bool icmp_ends(const struct attempt *attempt, const struct icmp_sighting *sighting) {
    const struct attempt_icmp *icmp = &sighting->icmp;

    if (sighting->at.direction == OBSERVE_IN && sighting->at.verdict != TERCET_TAKEN)
        return sighting->at.verdict == TERCET_ICMP_HARD;
    return !attempt->side[ATTEMPT_SERVER].has_iss &&
           icmp_is_hard(icmp->version, icmp->type, icmp->code);
}

enum tercet_outcome opening_icmp(struct attempt *attempt, struct opening *opening,
                                 const struct icmp_sighting *sighting) {
    const struct attempt_end *quoted = &attempt->side[sighting->quoted_side];
    struct attempt_packet packet = {
        .at_ns = sighting->at.now_ns,
        .verdict = (uint16_t)sighting->at.verdict,
        .kind = ATTEMPT_KIND_ICMP,
        .from = (uint8_t)attempt_peer(sighting->quoted_side),
        .icmp = sighting->icmp,
    };

    if (!verdict_is_taken(sighting->at.verdict)) packet.marks |= ATTEMPT_DROPPED;
    if (!quoted->has_iss || !is_sent(quoted, seq_add(sighting->quoted, 1)))
        packet.marks |= ATTEMPT_WRONG_SEQ;
    opening_keep(opening, &packet);
    if (packet.marks || sighting->kind == ICMP_TOO_BIG) return TERCET_OUTCOME_UNKNOWN;
    attempt->icmp = sighting->icmp;
    return icmp_ends(attempt, sighting) ? TERCET_OUTCOME_ICMP_REJECTED : TERCET_OUTCOME_UNKNOWN;
}

enum tercet_outcome opening_silent(const struct attempt *attempt) {
    if (attempt->icmp.version || attempt->reason == TERCET_REASON_UNREACHABLE)
        return TERCET_OUTCOME_ICMP_REJECTED;
    return attempt->side[ATTEMPT_SERVER].has_iss ? TERCET_OUTCOME_HALF_OPEN
                                                 : TERCET_OUTCOME_FILTERED;
}

static uint16_t mss_in_force(const struct attempt_end *end, uint16_t fallback) {
    return end->options & TCP_HAS_MSS && end->mss ? end->mss : fallback;
}

static uint8_t wscale_in_force(const struct attempt_end *end) {
    return end->wscale < WSCALE_MAX ? end->wscale : WSCALE_MAX;
}

struct attempt_terms opening_terms(const struct attempt *attempt) {
    const struct attempt_end *client = &attempt->side[ATTEMPT_CLIENT];
    const struct attempt_end *server = &attempt->side[ATTEMPT_SERVER];
    bool is_v4 = address_is_v4(&client->endpoint.address);
    uint16_t fallback = is_v4 ? MSS_DEFAULT_V4 : MSS_DEFAULT_V6;
    unsigned common = client->options & server->options;
    unsigned asked = TCP_ECE | TCP_CWR;
    struct attempt_terms terms = attempt->terms;

    terms.mss[ATTEMPT_CLIENT] = mss_in_force(client, fallback);
    terms.mss[ATTEMPT_SERVER] = mss_in_force(server, fallback);
    terms.has_wscale = common & TCP_HAS_WSCALE;
    terms.has_timestamps = common & TCP_HAS_TIMESTAMPS;
    terms.has_sack = common & TCP_HAS_SACK_PERMITTED;
    if (terms.has_wscale) {
        terms.wscale[ATTEMPT_CLIENT] = wscale_in_force(client);
        terms.wscale[ATTEMPT_SERVER] = wscale_in_force(server);
    }
    terms.has_ecn = (client->syn_flags & asked) == asked && (server->syn_flags & asked) == TCP_ECE;
    return terms;
}
