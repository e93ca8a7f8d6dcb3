/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets that the script sends: built, and given to the subject at their moment. */
#include <stddef.h>
#include <string.h>

#include "base/bytes.h"
#include "script/icmp_names.h"
#include "script/packet_build.h"
#include "script/run.h"
#include "wire/ip.h"

enum { SEQ_OFFSET = 4 }; /* in a TCP header */

static uint8_t version_of(const struct connection *connection) {
    return address_is_v4(&connection->remote.address) ? 4 : 6;
}

static struct build build_of(const struct run *run, const struct connection *connection) {
    return (struct build){
        .space = &run->tables->space,
        .version = version_of(connection),
        .is_scaled = run->options.is_ecr_scaled,
        .source = connection->remote,
        .destination = connection->local,
        .mapping = &connection->mapping,
    };
}

/* A segment from the subject, as far as an ICMP error quotes it, that nothing was seen of. */
static uint32_t quote_made_up(const struct build *to_subject, const struct script_packet *segment,
                              unsigned char quote[BUILD_QUOTE_MAX], struct text *why) {
    struct build build = *to_subject;

    build.source = to_subject->destination;
    build.destination = to_subject->source;
    return packet_build_quote(&build, segment, quote, why);
}

/*
 * What the ICMP error @packet quotes: the segment that is written out behind it, or the last that left, with
 * the sequence number that the script may have given it.  Return: octets, 0: it cannot be
 */
static uint32_t quote_of(const struct build *build, const struct connection *connection,
                         const struct script_packet *packet, unsigned char quote[BUILD_QUOTE_MAX],
                         struct text *why) {
    struct script_packet segment = {.seq = packet->icmp_seq, .flags = PACKET_ACK};
    uint32_t header = build->version == 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;

    if (packet->quoted) return quote_made_up(build, packet->quoted, quote, why);
    if (connection->quote_octets < header + 8) return quote_made_up(build, &segment, quote, why);
    memcpy(quote, connection->quote, connection->quote_octets);
    if (packet->icmp_seq.is_given)
        be32_put(quote + header + SEQ_OFFSET,
                 mapping_local_wire(&connection->mapping, &packet->icmp_seq));
    return connection->quote_octets;
}

static void arrive(struct run *run, struct connection *connection, const struct event *event,
                   const unsigned char *packet, uint32_t n) {
    struct rung *rung = ladder_add(&run->tables->ladder, RUNG_ARRIVED, run_now(run), event);

    rung->view.version = version_of(connection);
    if (event->packet->protocol == PACKET_TCP && event->packet->flags & PACKET_SYN)
        connection->mapping.has_new_peer = true;
    run->subject.kind->arrive(run->subject.self, packet, n);
}

bool run_inbound(struct run *run, const struct event *event, const struct schedule *schedule) {
    const struct script_packet *packet = event->packet;
    struct connections *connections = &run->tables->connections;
    struct connection *connection;
    unsigned char quote[BUILD_QUOTE_MAX];
    const unsigned char *octets;
    char memory[SCRIPT_SENTENCE_MAX];
    struct text why;
    struct build build;
    uint32_t n = 0;

    if (!run_wait_moment(run, event, schedule)) return false;
    text_init(&why, memory, sizeof memory);
    connection = connection_at(connections,
                               connection_of_packet(connections, &run->calls.focus, packet));
    build = build_of(run, connection);
    if (packet->protocol == PACKET_ICMP) {
        build.quote = quote;
        build.quote_octets = quote_of(&build, connection, packet, quote, &why);
    }
    if (packet->protocol != PACKET_ICMP || build.quote_octets)
        n = packet_build(&build, packet, &octets, &why);
    if (n == 0) return run_ends(run, event, SCRIPT_BROKEN, memory);
    arrive(run, connection, event, octets, n);
    return run_settle(run);
}
