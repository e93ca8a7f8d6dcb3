/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/closing.h"
#include "observe/observer.h"
#include "observe/opening.h"
#include "wire/icmp.h"

/* A SYN that starts an attempt of its own, or starts one again from the same port. */
static bool is_first_syn(const struct attempt *attempt, const struct sighting *sighting) {
    const struct attempt_end *client;

    if (!attempt) return true;
    client = &attempt->side[ATTEMPT_CLIENT];
    return sighting->is_taken && !attempt->side[ATTEMPT_SERVER].has_iss &&
           endpoint_eq(&client->endpoint, &sighting->way.from) &&
           !seq_eq(client->iss, sighting->seg.seq);
}

/* Whether the SYN belongs to the connection that is open: a late copy of its own, or one that the stack refused. */
static bool is_syn_of_open(const struct attempt *open, const struct sighting *sighting) {
    enum attempt_side from;

    if (!open) return false;
    from = attempt_side_of(open, &sighting->way.from);
    if (!sighting->is_taken) return true;
    return open->side[from].has_iss && seq_eq(open->side[from].iss, sighting->seg.seq);
}

static void sight_syn(struct observer *observer, const struct sighting *sighting) {
    struct attempt *attempt = flows_find_opening(&observer->flows, &sighting->way);

    if (!is_first_syn(attempt, sighting)) {
        attempt_go_on(observer, attempt, sighting);
        return;
    }
    if (attempt) {
        attempt->is_superseded = true;
        attempt_conclude(observer, attempt, opening_silent(attempt), sighting->at.now_ns);
    } else if (is_syn_of_open(flows_find_open(&observer->flows, &sighting->way), sighting)) {
        observer->counts.strays++;
        return;
    }
    attempt = attempt_begin(observer, sighting);
    if (attempt) attempt_go_on(observer, attempt, sighting);
}

/*
 * A connection that was there before the watch began.  Who opened it is told by a SYN-ACK alone;
 * otherwise the side with the lower port is taken for the server.
 */
static void sight_midstream(struct observer *observer, const struct sighting *sighting) {
    struct sighting first = *sighting;
    bool is_from_server = segment_has(&sighting->seg, TCP_SYN) ||
                          sighting->way.from.port < sighting->way.to.port;
    struct attempt *attempt;

    if (is_from_server) {
        first.way.from = sighting->way.to;
        first.way.to = sighting->way.from;
    }
    attempt = attempt_begin(observer, &first);
    if (!attempt) return;
    opening_segment(attempt, flows_opening(&observer->flows, attempt), sighting);
    attempt_conclude(observer, attempt, TERCET_OUTCOME_MIDSTREAM, sighting->at.now_ns);
    if (closing_segment(attempt, sighting)) attempt_close(observer, attempt, sighting->at.now_ns);
}

/* A reset may be meant for the connection that was open before: then the opening does not take it. */
static bool is_for_open(const struct attempt *open, const struct attempt *attempt,
                        const struct sighting *sighting) {
    enum attempt_side from;

    if (!open || !attempt) return open != NULL;
    if (!segment_has(&sighting->seg, TCP_RST)) return false;
    from = attempt_side_of(attempt, &sighting->way.from);
    return from == ATTEMPT_CLIENT && !seq_eq(sighting->seg.seq, seq_add(attempt->side[from].iss, 1));
}

static void sight_segment(struct observer *observer, const struct sighting *sighting) {
    struct attempt *attempt = flows_find_opening(&observer->flows, &sighting->way);
    struct attempt *open = flows_find_open(&observer->flows, &sighting->way);

    if (is_for_open(open, attempt, sighting)) {
        if (closing_segment(open, sighting)) attempt_close(observer, open, sighting->at.now_ns);
        return;
    }
    if (attempt) {
        attempt_go_on(observer, attempt, sighting);
        return;
    }
    observer->counts.strays++;
    if (observer->has_midstream && sighting->is_taken && !segment_has(&sighting->seg, TCP_RST))
        sight_midstream(observer, sighting);
}

static void sight_tcp(struct observer *observer, const struct ip_header *ip,
                      const struct passage *passage) {
    struct sighting sighting = {.at = *passage};
    struct segment *seg = &sighting.seg;

    if (tcp_parse(ip, true, seg) != TERCET_TAKEN) {
        observer->counts.unreadable++;
        return;
    }
    sighting.way.from = (struct tercet_endpoint){ip->source, seg->source_port};
    sighting.way.to = (struct tercet_endpoint){ip->destination, seg->destination_port};
    flows_tag(&observer->flows, &sighting.way);
    sighting_weigh(&sighting);
    rate_roll(&observer->rate, passage->now_ns);
    if ((seg->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN)
        sight_syn(observer, &sighting);
    else
        sight_segment(observer, &sighting);
}

static bool icmp_is_error(const struct icmp_message *icmp) {
    return icmp->kind == ICMP_UNREACHABLE || icmp->kind == ICMP_TOO_BIG ||
           icmp->kind == ICMP_TIME_EXCEEDED || icmp->kind == ICMP_PARAMETER_PROBLEM;
}

/* The quoted packet's way leads to the opening that it was part of. */
static void sight_quote(struct observer *observer, const struct icmp_quote *quote,
                        struct icmp_sighting *sighting) {
    struct flow_way way = {
        .from = {quote->ip.source,      quote->source_port     },
        .to = {quote->ip.destination, quote->destination_port},
    };
    struct attempt *attempt;
    enum tercet_outcome outcome;

    flows_tag(&observer->flows, &way);
    attempt = flows_find_opening(&observer->flows, &way);
    if (!attempt) {
        observer->counts.strays++;
        return;
    }
    rate_roll(&observer->rate, sighting->at.now_ns);
    sighting->quoted = seq_of(quote->seq);
    sighting->quoted_side = attempt_side_of(attempt, &way.from);
    attempt_touch(observer, attempt, sighting->at.now_ns);
    outcome = opening_icmp(attempt, flows_opening(&observer->flows, attempt), sighting);
    if (outcome != TERCET_OUTCOME_UNKNOWN)
        attempt_conclude(observer, attempt, outcome, sighting->at.now_ns);
}

static void sight_icmp(struct observer *observer, const struct ip_header *ip,
                       const struct passage *passage) {
    struct icmp_message icmp;
    struct icmp_quote quote;
    struct icmp_sighting sighting = {.at = *passage};

    if (icmp_parse(ip, &icmp) != TERCET_TAKEN) {
        observer->counts.unreadable++;
        return;
    }
    if (!icmp_is_error(&icmp)) return;
    if (icmp_quote_parse(&icmp, &quote) != TERCET_TAKEN) {
        observer->counts.unreadable++;
        return;
    }
    if (quote.ip.protocol != IP_PROTOCOL_TCP) return;
    sighting.kind = icmp.kind;
    sighting.icmp = (struct attempt_icmp){ip->source, icmp.version, icmp.type, icmp.code};
    sight_quote(observer, &quote, &sighting);
}

void sight_packet(struct observer *observer, const struct ip_header *ip,
                  const struct passage *passage) {
    if (ip->protocol == IP_PROTOCOL_TCP) sight_tcp(observer, ip, passage);
    if (ip->protocol == IP_PROTOCOL_ICMP || ip->protocol == IP_PROTOCOL_ICMPV6)
        sight_icmp(observer, ip, passage);
}
