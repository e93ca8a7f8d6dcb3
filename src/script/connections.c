/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/connections.h"

#include <stddef.h>

#include "wire/ip.h"

void connections_init(struct connections *connections, const struct tercet_endpoint *local,
                      const struct tercet_endpoint *remote, struct ts_table *table) {
    connections->local = *local;
    connections->remote = *remote;
    connections->table = table;
    connections->current = CONNECTION_NONE;
    connections->next_port = CONNECTION_PORT_FIRST;
}

struct connection *connection_at(struct connections *connections, uint32_t number) {
    if (number >= connections->n || connections->n - number > CONNECTIONS_MAX) return NULL;
    return &connections->all[number % CONNECTIONS_MAX];
}

uint32_t connection_of_ports(const struct connections *connections, uint16_t local, uint16_t remote) {
    for (uint32_t i = 1; i <= connections->n && i <= CONNECTIONS_MAX; i++) {
        uint32_t number = connections->n - i;
        const struct connection *connection = &connections->all[number % CONNECTIONS_MAX];

        if (connection->local.port == local && connection->remote.port == remote) return number;
    }
    return CONNECTION_NONE;
}

uint32_t connection_current(const struct connections *connections, const struct focus *focus) {
    uint32_t number = connections->current;

    if (number == CONNECTION_NONE) return CONNECTION_NONE;
    if (connections->all[number % CONNECTIONS_MAX].sockets_made != focus->sockets_made)
        return CONNECTION_NONE;
    return number;
}

static uint16_t port_next(struct connections *connections) {
    uint16_t port = connections->next_port++;

    if (port == CONNECTION_PORT_LAST) connections->next_port = CONNECTION_PORT_FIRST;
    return port;
}

/* @said unless it says nothing. */
static struct tercet_endpoint endpoint_of(const struct tercet_endpoint *said,
                                          const struct tercet_endpoint *otherwise, uint16_t port) {
    struct tercet_endpoint endpoint = *otherwise;

    if (!address_is_unspecified(&said->address)) endpoint.address = said->address;
    if (said->port) endpoint.port = said->port;
    if (port) endpoint.port = port;
    return endpoint;
}

uint32_t connection_begin(struct connections *connections, const struct focus *focus,
                          uint16_t local, uint16_t remote) {
    uint32_t number = connections->n++;
    struct connection *connection = &connections->all[number % CONNECTIONS_MAX];
    bool is_active = focus->remote.port != 0;

    if (!remote && !is_active) remote = port_next(connections);
    *connection = (struct connection){
        .local = endpoint_of(&focus->local, &connections->local, local),
        .remote = endpoint_of(&focus->remote, &connections->remote, remote),
        .mapping = {.connection = number, .table = connections->table},
        .sockets_made = focus->sockets_made,
    };
    connections->current = number;
    return number;
}

/* Whether @left can be the first packet of the connection that the script's socket has asked for. */
static bool is_first_syn(const struct focus *focus, const struct packet_view *left) {
    if (left->protocol != IP_PROTOCOL_TCP) return false;
    if ((left->flags & (PACKET_SYN | PACKET_ACK)) != PACKET_SYN) return false;
    if (focus->local.port && focus->local.port != left->source_port) return false;
    return focus->remote.port == left->destination_port;
}

uint32_t connection_of_view(struct connections *connections, const struct focus *focus,
                            const struct packet_view *left) {
    uint32_t number = connection_of_ports(connections, left->source_port, left->destination_port);

    if (number != CONNECTION_NONE) return number;
    if (is_first_syn(focus, left))
        return connection_begin(connections, focus, left->source_port, left->destination_port);
    if (left->protocol == IP_PROTOCOL_TCP) return CONNECTION_NONE;
    return connection_current(connections, focus);
}

uint32_t connection_of_packet(struct connections *connections, const struct focus *focus,
                              const struct script_packet *packet) {
    uint32_t number = packet->source_port
                          ? connection_of_ports(connections, packet->destination_port,
                                                packet->source_port)
                          : connection_current(connections, focus);

    if (number == CONNECTION_NONE)
        return connection_begin(connections, focus, packet->destination_port, packet->source_port);
    connections->current = number;
    return number;
}
