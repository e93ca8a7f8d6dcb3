/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/departures.h"

#include <stddef.h>
#include <string.h>

/* How the packet begins is what an ICMP error about it will quote. */
static void connection_quotes(struct connection *connection, const unsigned char *packet,
                              uint32_t n) {
    if (!connection) return;
    connection->quote_octets = n < BUILD_QUOTE_MAX ? n : BUILD_QUOTE_MAX;
    memcpy(connection->quote, packet, connection->quote_octets);
}

/* The oldest makes room. */
static void departure_forget(struct departures *departures, struct connections *connections) {
    const struct departure *oldest = &departures->ring[departures->head++ % DEPARTURES_MAX];
    struct connection *connection = connection_at(connections, oldest->connection);

    if (connection && !oldest->is_claimed) connection->n_forgotten++;
}

static struct departure *departure_add(struct departures *departures,
                                       struct connections *connections) {
    if (departures->tail - departures->head == DEPARTURES_MAX)
        departure_forget(departures, connections);
    return &departures->ring[departures->tail++ % DEPARTURES_MAX];
}

static uint32_t full_octets(const struct subject *subject, const struct packet_view *view) {
    struct tercet_endpoint local = {view->source, view->source_port};
    struct tercet_endpoint remote = {view->destination, view->destination_port};

    return subject->kind->segment_octets(subject->self, &local, &remote);
}

void departures_take(struct departures *departures, const struct subject *subject,
                     struct connections *connections, const struct focus *focus,
                     struct ladder *ladder, uint64_t start_ns) {
    const unsigned char *packet;
    uint64_t when_ns;
    uint32_t n;

    while ((n = subject->kind->next_departed(subject->self, &packet, &when_ns))) {
        struct departure *departure = departure_add(departures, connections);
        uint64_t since_ns = when_ns > start_ns ? when_ns - start_ns : 0;
        struct rung *rung;

        packet_view(packet, n, since_ns, &departure->view);
        departure->full_octets = full_octets(subject, &departure->view);
        departure->is_claimed = false;
        departure->connection = connection_of_view(connections, focus, &departure->view);
        departure->rung = ladder->n;
        rung = ladder_add(ladder, RUNG_LEFT, since_ns, NULL);
        rung->connection = departure->connection;
        rung->view = departure->view;
        connection_quotes(connection_at(connections, departure->connection), packet, n);
    }
}

struct departure *departures_next(struct departures *departures, uint32_t connection,
                                  uint64_t *from) {
    if (*from < departures->head) *from = departures->head;
    for (; *from < departures->tail; ++*from) {
        struct departure *departure = &departures->ring[*from % DEPARTURES_MAX];

        if (!departure->is_claimed && departure->connection == connection) return departure;
    }
    return NULL;
}

void departure_claim(struct departures *departures, struct departure *departure) {
    departure->is_claimed = true;
    while (departures->head < departures->tail &&
           departures->ring[departures->head % DEPARTURES_MAX].is_claimed)
        departures->head++;
}
