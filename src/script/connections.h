/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_CONNECTIONS_H
#define TERCET_SCRIPT_CONNECTIONS_H

#include <stdint.h>

#include <tercet/stack.h>

#include "script/calls.h"
#include "script/mapping.h"
#include "script/packet_build.h"

/*
 * Which connection a packet of the script belongs to.  Scripts do not name ports, as a rule: they speak of the one
 * connection of the socket that was made last.  The first packet that arrives for it, or the SYN that leaves from it,
 * begins the connection; a new socket() begins another; so do explicit ports that were not seen before.
 */
enum {
    CONNECTIONS_MAX = 64,          /* of a script that are remembered, the latest */
    CONNECTION_PORT_FIRST = 36864, /* of the script's side, when it is the one that connects */
    CONNECTION_PORT_LAST = 60999,
};

#define CONNECTION_NONE UINT32_MAX

struct connection {
    struct tercet_endpoint local, remote; /* local: the subject's */
    struct mapping mapping;
    uint32_t sockets_made; /* socket() calls when it began */
    uint32_t n_forgotten; /* packets that left, and were too many to be kept until they are asked for */
    uint32_t quote_octets;
    unsigned char quote[BUILD_QUOTE_MAX]; /* how the last packet that left begins */
};

struct connections {
    struct tercet_endpoint local,
        remote; /* where none is said: the subject's bind_port, the script's connect_port */
    struct ts_table *table;
    uint32_t n;       /* ever */
    uint32_t current; /* the number of the one that is spoken of, or CONNECTION_NONE */
    uint16_t next_port;
    struct connection all[CONNECTIONS_MAX];
};

/* @connections: zeroed; @table: kept, zeroed */
void connections_init(struct connections *connections, const struct tercet_endpoint *local,
                      const struct tercet_endpoint *remote, struct ts_table *table);

/* The connection called @number, NULL: none, or forgotten. */
struct connection *connection_at(struct connections *connections, uint32_t number);

/* The number of the latest connection with these ports, or CONNECTION_NONE. */
uint32_t connection_of_ports(const struct connections *connections, uint16_t local, uint16_t remote);

/* The number of the connection that packets without ports belong to; CONNECTION_NONE: it has not begun. */
uint32_t connection_current(const struct connections *connections, const struct focus *focus);

/* Begin the connection from @remote port to @local port; 0: as @focus and the defaults have it.  Return: its number */
uint32_t connection_begin(struct connections *connections, const struct focus *focus,
                          uint16_t local, uint16_t remote);

/* The connection that @left, a packet of the subject, belongs to; it may begin with it. */
uint32_t connection_of_view(struct connections *connections, const struct focus *focus,
                            const struct packet_view *left);

/* The connection that @packet, which is about to arrive, belongs to; it may begin with it. */
uint32_t connection_of_packet(struct connections *connections, const struct focus *focus,
                              const struct script_packet *packet);

#endif
