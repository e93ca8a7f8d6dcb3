/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "host/relay.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/must.h"

/*
 * A connection has two sides, OUTSIDE (accepted) and INSIDE (opened by us), and two flows, each named by the side that it
 * comes from.  A flow is
 *
 *     FLOWS     -> STUCK   the other side took less than was offered: its EPOLLOUT is awaited, nobody's EPOLLIN
 *     STUCK     -> FLOWS   the other side has room again; the flow inwards begins like this, until the connection is open
 *     FLOWS     -> ENDED   a FIN was read, and passed on by shutdown
 *
 * Both ENDED: the connection is closed.  An error of either side at any time: both are reset.
 *
 * Level-triggered: the events awaited are computed from the two flows alone and changed where they differ.  A side whose
 * two flows want nothing of it is taken out of epoll: after both FINs it would report its hang-up for ever.
 */
#define NOBODY      UINT32_MAX
#define LOOK_OCTETS 65536              /* looked at in one go */
#define TURN_OCTETS (4u * LOOK_OCTETS) /* of one flow in one turn */
#define ACCEPTS_MAX 64                 /* of one listener in one turn */
#define EVENTS_MAX  64
#define PAUSE_NS    100000000L /* before accept is tried again when the kernel was out of something */
#define SPARE_FILES 64         /* descriptors left for everybody else */

enum side_name { OUTSIDE, INSIDE };

enum flow { FLOWS, STUCK, ENDED };

struct side {
    int fd;
    uint32_t events; /* awaited */
    bool is_watched;
};

struct connection {
    struct side sides[2]; /* fd -1: the slot is free */
    uint8_t flows[2];     /* enum flow, by the side that it comes from */
    bool is_open;         /* the connection inside has been opened */
    uint32_t generation; /* of the slot: an event of an earlier connection is not taken for this one */
    uint32_t next;       /* in the list of free ones */
};

struct port {
    int listener;
    struct sockaddr_storage inside;
    socklen_t inside_length;
};

struct relay {
    int epoll, timer;
    bool is_paused; /* no listener is watched */
    unsigned n_ports;
    struct port ports[RELAY_PORTS_MAX];
    struct connection *connections;
    uint32_t n_connections, free;
    struct relay_counters counters;
    unsigned char look[LOOK_OCTETS];
};

/* What an event's 64 bits name: the timer, a listener, or a side of a connection in one of its slot's lives. */
enum { NAME_TIMER = 1, NAME_PORT = 2, NAME_SIDE = 4 };

static uint64_t name_make(unsigned kind, uint32_t index, uint32_t generation) {
    return (uint64_t)generation << 32 | index << 3 | kind;
}

static uint64_t side_name(const struct relay *relay, const struct connection *connection,
                          enum side_name side) {
    uint32_t slot = (uint32_t)(connection - relay->connections);

    return name_make(NAME_SIDE, slot << 1 | side, connection->generation);
}

static socklen_t endpoint_make(struct sockaddr_storage *into, const struct tercet_address *address,
                               uint16_t port) {
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};

    memcpy(&v6.sin6_addr, address->octets, 16);
    memcpy(&v4.sin_addr, address->octets + 12, 4);
    bool is_v4 = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
    memcpy(into, is_v4 ? (void *)&v4 : (void *)&v6, is_v4 ? sizeof v4 : sizeof v6);
    return is_v4 ? sizeof v4 : sizeof v6;
}

static void option_set(int fd, int level, int option) {
    const int on = 1;

    setsockopt(fd, level, option, &on, sizeof on);
}

int relay_bind(const struct tercet_address *address, uint16_t port) {
    struct sockaddr_storage at;
    socklen_t length = endpoint_make(&at, address, port);
    int fd = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) return -errno;
    option_set(fd, SOL_SOCKET, SO_REUSEADDR);
    if (at.ss_family == AF_INET6) option_set(fd, IPPROTO_IPV6, IPV6_V6ONLY);
    if (bind(fd, (struct sockaddr *)&at, length) == 0 && listen(fd, RELAY_BACKLOG) == 0) return fd;
    int error = -errno;
    close(fd);
    return error;
}

uint16_t relay_port(int listener) {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } name = {.v6 = {0}};
    socklen_t n = sizeof name;

    if (getsockname(listener, &name.any, &n) != 0) return 0;
    return ntohs(name.any.sa_family == AF_INET ? name.v4.sin_port : name.v6.sin6_port);
}

const char *relay_advice(int error) {
    switch (-error) {
    case EADDRINUSE: return "another program listens there: end it, or choose another port";
    case EADDRNOTAVAIL: return "choose an address of this machine";
    case EACCES: return "become root, or choose a port from 1024 up";
    case EAFNOSUPPORT:
        return "this machine has no such protocol: choose an address of the other family";
    default: return "choose another address or port";
    }
}

/*
 * Have epoll report what the two flows wait for at this side.  With nothing to wait for and nothing left to be written
 * to it, it is not watched at all: after a FIN each way it would report its hang-up for ever.
 * Return: false when the kernel has no memory for it.
 */
static bool side_await(struct relay *relay, struct connection *connection, enum side_name name) {
    struct side *side = &connection->sides[name];
    enum flow from = connection->flows[name], to = connection->flows[!name];
    uint32_t events = (from == FLOWS ? EPOLLIN : 0u) | (to == STUCK ? EPOLLOUT : 0u);
    bool is_wanted = events != 0 || to != ENDED;
    struct epoll_event event = {.events = events, .data.u64 = side_name(relay, connection, name)};

    if (is_wanted == side->is_watched && events == side->events) return true;
    int change = !is_wanted ? EPOLL_CTL_DEL : side->is_watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    side->is_watched = is_wanted;
    side->events = events;
    return epoll_ctl(relay->epoll, change, side->fd, &event) == 0;
}

static void ports_await(struct relay *relay, bool is_paused) {
    for (unsigned i = 0; i < relay->n_ports; i++) {
        struct epoll_event event = {.events = is_paused ? 0 : EPOLLIN,
                                    .data.u64 = name_make(NAME_PORT, i, 0)};

        epoll_ctl(relay->epoll, EPOLL_CTL_MOD, relay->ports[i].listener, &event);
    }
    if (is_paused && !relay->is_paused) relay->counters.pauses++;
    relay->is_paused = is_paused;
}

/* The kernel is out of something, and nobody will say when it has it again. */
static void accept_later(struct relay *relay) {
    const struct itimerspec once = {.it_value.tv_nsec = PAUSE_NS};

    ports_await(relay, true);
    timerfd_settime(relay->timer, 0, &once, NULL);
}

/* Close both sides, and give the slot back.  The kernel takes closed descriptors out of epoll. */
static void connection_close(struct relay *relay, struct connection *connection) {
    close(connection->sides[OUTSIDE].fd);
    close(connection->sides[INSIDE].fd);
    connection->sides[OUTSIDE].fd = connection->sides[INSIDE].fd = -1;
    connection->generation++;
    connection->next = relay->free;
    relay->free = (uint32_t)(connection - relay->connections);
    relay->counters.live--;
    if (relay->is_paused) ports_await(relay, false);
}

/* Closing this socket will send a reset. */
static void reset_arm(int fd) {
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

static void connection_reset(struct relay *relay, struct connection *connection) {
    reset_arm(connection->sides[OUTSIDE].fd);
    reset_arm(connection->sides[INSIDE].fd);
    if (connection->is_open)
        relay->counters.resets++;
    else
        relay->counters.refused++;
    connection_close(relay, connection);
}

static bool is_for_later(ssize_t n) {
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* Pass on what @from has, at most TURN_OCTETS.  Return: false when a side has failed. */
static bool flow_move(struct relay *relay, struct connection *connection, enum side_name from) {
    int in = connection->sides[from].fd, out = connection->sides[!from].fd;
    uint64_t *moved = from == OUTSIDE ? &relay->counters.bytes_in : &relay->counters.bytes_out;

    for (size_t turn = 0; turn < TURN_OCTETS && connection->flows[from] == FLOWS;) {
        ssize_t seen = recv(in, relay->look, LOOK_OCTETS, MSG_PEEK | MSG_DONTWAIT);

        if (seen < 0) return is_for_later(seen);
        if (seen == 0) {
            connection->flows[from] = ENDED;
            return shutdown(out, SHUT_WR) == 0;
        }
        ssize_t taken = send(out, relay->look, (size_t)seen, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (taken < 0 && !is_for_later(taken)) return false;
        if (taken < seen) connection->flows[from] = STUCK;
        if (taken < 0) return true;
        if (recv(in, NULL, (size_t)taken, MSG_TRUNC | MSG_DONTWAIT) != taken) return false;
        turn += (size_t)taken;
        *moved += (uint64_t)taken;
    }
    return true;
}

static bool has_failed(int fd) {
    int error = 0;
    socklen_t length = sizeof error;

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0;
}

/* What @events at one side let both flows do.  Return: false when a side has failed. */
static bool flows_move(struct relay *relay, struct connection *connection, enum side_name side,
                       uint32_t events) {
    if ((events & EPOLLERR) && has_failed(connection->sides[side].fd)) return false;
    if (side == INSIDE) connection->is_open = true; /* it says nothing before it is */
    if ((events & ~(uint32_t)EPOLLOUT) && !flow_move(relay, connection, side)) return false;
    if (!(events & EPOLLOUT)) return true;
    if (connection->flows[!side] == STUCK) connection->flows[!side] = FLOWS;
    return flow_move(relay, connection, !side);
}

static void connection_ready(struct relay *relay, struct connection *connection,
                             enum side_name side, uint32_t events) {
    if (!flows_move(relay, connection, side, events)) {
        connection_reset(relay, connection);
        return;
    }
    if (connection->flows[OUTSIDE] == ENDED && connection->flows[INSIDE] == ENDED) {
        connection_close(relay, connection);
        return;
    }
    if (!side_await(relay, connection, OUTSIDE) || !side_await(relay, connection, INSIDE))
        connection_reset(relay, connection);
}

/* Octets go on as they come: without Nagle's delay, urgent ones among the others. */
static void socket_prepare(int fd) {
    option_set(fd, IPPROTO_TCP, TCP_NODELAY);
    option_set(fd, SOL_SOCKET, SO_OOBINLINE);
}

/* Begin the connection inside.  Return: a descriptor, or -1. */
static int inside_open(const struct port *port) {
    int fd = socket(port->inside.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) return -1;
    socket_prepare(fd);
    if (connect(fd, (const struct sockaddr *)&port->inside, port->inside_length) == 0 ||
        errno == EINPROGRESS)
        return fd;
    close(fd);
    return -1;
}

static void connection_open(struct relay *relay, const struct port *port, int outside) {
    int inside = inside_open(port);

    if (inside < 0) {
        relay->counters.refused++;
        reset_arm(outside);
        close(outside);
        return;
    }
    socket_prepare(outside);
    struct connection *connection = &relay->connections[relay->free];
    relay->free = connection->next;
    connection->is_open = false;
    connection->sides[OUTSIDE] = (struct side){.fd = outside};
    connection->sides[INSIDE] = (struct side){.fd = inside};
    connection->flows[OUTSIDE] = STUCK; /* until the connection inside is open */
    connection->flows[INSIDE] = FLOWS;
    if (++relay->counters.live > relay->counters.peak) relay->counters.peak = relay->counters.live;
    if (!side_await(relay, connection, OUTSIDE) || !side_await(relay, connection, INSIDE))
        connection_reset(relay, connection);
}

static void port_ready(struct relay *relay, const struct port *port) {
    for (unsigned i = 0; i < ACCEPTS_MAX; i++) {
        if (relay->free == NOBODY) {
            ports_await(relay, true);
            return;
        }
        int outside = accept4(port->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (outside < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                accept_later(relay);
            return; /* none waits, or the first one has gone: others are reported again */
        }
        relay->counters.accepted++;
        connection_open(relay, port, outside);
    }
}

static void timer_ready(struct relay *relay) {
    uint64_t expirations;

    (void)!read(relay->timer, &expirations, sizeof expirations);
    if (relay->free != NOBODY) ports_await(relay, false);
}

static void event_take(struct relay *relay, const struct epoll_event *event) {
    uint32_t generation = (uint32_t)(event->data.u64 >> 32);
    uint32_t index = (uint32_t)event->data.u64 >> 3;
    unsigned kind = event->data.u64 & 7;

    if (kind == NAME_TIMER) timer_ready(relay);
    if (kind == NAME_PORT) port_ready(relay, &relay->ports[index]);
    if (kind != NAME_SIDE) return;
    struct connection *connection = &relay->connections[index >> 1];
    if (connection->generation == generation)
        connection_ready(relay, connection, index & 1, event->events);
}

void relay_ready(struct relay *relay) {
    struct epoll_event events[EVENTS_MAX];
    int n = epoll_wait(relay->epoll, events, EVENTS_MAX, 0);

    for (int i = 0; i < n; i++)
        event_take(relay, &events[i]);
}

/* Raise the limit of open files towards two for each of @conns_max.  Return: for how many it is enough. */
static uint32_t files_allow(uint32_t conns_max) {
    rlim_t needed = SPARE_FILES + 2 * (rlim_t)conns_max;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return conns_max;
    if (limit.rlim_cur < needed) {
        limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= needed) return conns_max;
    return limit.rlim_cur > SPARE_FILES + 2 ? (uint32_t)(limit.rlim_cur - SPARE_FILES) / 2 : 1;
}

static int relay_make(struct relay *relay, uint32_t conns_max) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = name_make(NAME_TIMER, 0, 0)};

    relay->epoll = epoll_create1(EPOLL_CLOEXEC);
    relay->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (relay->epoll < 0 || relay->timer < 0) return -errno;
    if (epoll_ctl(relay->epoll, EPOLL_CTL_ADD, relay->timer, &event) != 0) return -errno;
    relay->n_connections = files_allow(conns_max);
    relay->connections = calloc(relay->n_connections, sizeof *relay->connections);
    if (!relay->connections) return -ENOMEM;
    relay->free = NOBODY;
    for (uint32_t i = relay->n_connections; i-- > 0;) {
        relay->connections[i] = (struct connection){
            .sides = {{.fd = -1}, {.fd = -1}},
              .next = relay->free
        };
        relay->free = i;
    }
    return 0;
}

int relay_open(struct relay **relay, uint32_t conns_max) {
    must(conns_max >= 1 && conns_max <= RELAY_CONNS_MAX);
    struct relay *made = calloc(1, sizeof *made);
    if (!made) return -ENOMEM;
    made->epoll = made->timer = -1;
    int error = relay_make(made, conns_max);
    if (error)
        relay_close(made);
    else
        *relay = made;
    return error;
}

int relay_publish(struct relay *relay, int listener, const struct tercet_address *address,
                  uint16_t port) {
    struct epoll_event event = {.events = EPOLLIN,
                                .data.u64 = name_make(NAME_PORT, relay->n_ports, 0)};

    if (relay->n_ports == RELAY_PORTS_MAX) return -ENOSPC;
    if (epoll_ctl(relay->epoll, EPOLL_CTL_ADD, listener, &event) != 0) return -errno;
    struct port *made = &relay->ports[relay->n_ports++];
    made->listener = listener;
    made->inside_length = endpoint_make(&made->inside, address, port);
    return 0;
}

int relay_descriptor(const struct relay *relay) {
    return relay->epoll;
}

const struct relay_counters *relay_counters(const struct relay *relay) {
    return &relay->counters;
}

void relay_close(struct relay *relay) {
    if (!relay) return;
    for (unsigned i = 0; i < relay->n_ports; i++)
        close(relay->ports[i].listener);
    relay->n_ports = 0;
    for (uint32_t i = 0; relay->connections && i < relay->n_connections; i++) {
        if (relay->connections[i].sides[OUTSIDE].fd >= 0)
            connection_reset(relay, &relay->connections[i]);
    }
    if (relay->epoll >= 0) close(relay->epoll);
    if (relay->timer >= 0) close(relay->timer);
    free(relay->connections);
    free(relay);
}
