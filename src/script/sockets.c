/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors, and what happens to a socket without a call: events of the stack, errors, the end of a sleep.
 */
#include <string.h>

#include "script/descriptors.h"
#include "script/option_rows.h"
#include "wire/ip.h"

void sockets_init(struct sockets *sockets, struct tercet_stack *stack,
                  const struct settings *settings, uint32_t mtu, uint32_t seed) {
    sockets->stack = stack;
    sockets->settings = *settings;
    sockets->mtu = mtu;
    sockets->port_seed = seed;
}

struct descriptor *descriptor_at(struct sockets *sockets, int fd) {
    int at = fd - DESCRIPTORS_FIRST;

    if (at < 0 || at >= DESCRIPTORS_MAX) return NULL;
    return sockets->descriptors[at].kind == DESCRIPTOR_FREE ? NULL : &sockets->descriptors[at];
}

int descriptor_open(struct sockets *sockets, enum descriptor_kind kind, uint32_t index) {
    for (int at = 0; at < DESCRIPTORS_MAX; at++) {
        struct descriptor *descriptor = &sockets->descriptors[at];

        if (descriptor->kind != DESCRIPTOR_FREE) continue;
        memset(descriptor, 0, sizeof *descriptor);
        descriptor->kind = kind;
        descriptor->index = index;
        descriptor->socket.wake_ns = UINT64_MAX;
        return at + DESCRIPTORS_FIRST;
    }
    return -UNIX_EMFILE;
}

struct socket *socket_at(struct sockets *sockets, int fd, int *error) {
    struct descriptor *descriptor = descriptor_at(sockets, fd);

    *error = descriptor ? -UNIX_ENOTSOCK : -UNIX_EBADF;
    return descriptor && descriptor->kind == DESCRIPTOR_SOCKET ? &descriptor->socket : NULL;
}

bool socket_info(struct sockets *sockets, const struct socket *socket,
                 struct tercet_conn_info *info) {
    return socket->conn && tercet_conn_info(sockets->stack, socket->conn, info) == 0;
}

enum tercet_state socket_state(struct sockets *sockets, const struct socket *socket) {
    struct tercet_conn_info info;

    if (socket->is_over || !socket_info(sockets, socket, &info)) return TERCET_STATE_CLOSED;
    return info.state == TERCET_STATE_TIME_WAIT ? TERCET_STATE_CLOSED : info.state;
}

int socket_error_take(struct socket *socket) {
    int error = socket->error;

    socket->error = 0;
    return error;
}

int socket_sleeps(struct sockets *sockets, struct socket *socket, enum socket_sleep sleep,
                  bool is_allowed, uint64_t timeout_ns) {
    bool is_over = socket->sleep == sleep && socket->wake_ns <= sockets->now_ns;

    if (!is_allowed || is_over) {
        socket_wakes(socket);
        return -UNIX_EAGAIN;
    }
    if (socket->sleep == sleep) return SOCKETS_WAITS;
    socket->sleep = sleep;
    socket->wake_ns = timeout_ns ? sockets->now_ns + timeout_ns : UINT64_MAX;
    return SOCKETS_WAITS;
}

void socket_wakes(struct socket *socket) {
    socket->sleep = SLEEP_NOT;
    socket->progress = 0;
    socket->wake_ns = UINT64_MAX;
}

uint64_t sockets_deadline(const struct sockets *sockets) {
    uint64_t next = UINT64_MAX;

    for (int at = 0; at < DESCRIPTORS_MAX; at++) {
        const struct descriptor *descriptor = &sockets->descriptors[at];

        if (descriptor->kind != DESCRIPTOR_SOCKET) continue;
        if (descriptor->socket.wake_ns > sockets->now_ns && descriptor->socket.wake_ns < next)
            next = descriptor->socket.wake_ns;
    }
    return next;
}

void socket_release(struct sockets *sockets, struct socket *socket, bool is_reset) {
    if (!socket->conn) return;
    if (is_reset && socket->stage != SOCKET_LISTENING)
        tercet_conn_abort(sockets->stack, socket->conn);
    else
        tercet_conn_close(sockets->stack, socket->conn);
    socket->conn = 0;
}

/* What a connection that failed leaves for the next call to tell. */
static int error_of(const struct sockets *sockets, const struct socket *socket,
                    enum tercet_reason reason) {
    switch (reason) {
    case TERCET_REASON_REFUSED:
        if (sockets_are_bsd(sockets)) return UNIX_ECONNREFUSED;
        return socket->state == TERCET_STATE_SYN_RECEIVED ? UNIX_ECONNRESET : UNIX_ECONNREFUSED;
    case TERCET_REASON_RESET:
        return socket->state == TERCET_STATE_CLOSE_WAIT && !sockets_are_bsd(sockets)
                   ? UNIX_EPIPE
                   : UNIX_ECONNRESET;
    case TERCET_REASON_TIMED_OUT: return socket->icmp_error ? socket->icmp_error : UNIX_ETIMEDOUT;
    case TERCET_REASON_UNREACHABLE:
        return socket->icmp_error ? socket->icmp_error : UNIX_EHOSTUNREACH;
    case TERCET_REASON_ABORTED: return UNIX_ECONNRESET;
    default: return 0;
    }
}

static void socket_is_closed(struct sockets *sockets, struct socket *socket) {
    struct tercet_conn_info info;

    if (socket->is_over || !socket_info(sockets, socket, &info)) return;
    socket->is_over = true;
    socket->error = error_of(sockets, socket, info.reason);
    socket->soft_error = 0;
    socket->is_read_shut = socket->is_write_shut = true;
}

static void socket_note(struct sockets *sockets, int fd, struct socket *socket, uint32_t ready) {
    if (ready & TERCET_CONNECTED && socket->stage == SOCKET_CONNECTING) {
        if (socket->options.keep_init_s) /* it was for the opening alone */
            stack_set(sockets, socket, TERCET_OPTION_USER_TIMEOUT, 0);
        sockets_wake(sockets, fd, 0);
    }
    if (ready & TERCET_SOFT_ERROR && socket->icmp_error && !sockets_are_bsd(sockets))
        socket->soft_error = socket->icmp_error;
    if (ready & TERCET_URGENT) {
        socket->is_urgent_read = false;
        sockets_wake(sockets, fd, UNIX_POLLPRI);
    }
    if (ready & TERCET_ENDED) socket->is_peer_done = socket->is_read_shut = true;
    if (ready & TERCET_CLOSED) socket_is_closed(sockets, socket);
    if (ready & (TERCET_READABLE | TERCET_ACCEPTABLE))
        sockets_wake(sockets, fd, UNIX_POLLIN | UNIX_POLLRDNORM);
    if (ready & (TERCET_ENDED | TERCET_CLOSED)) sockets_wake(sockets, fd, 0);
}

void sockets_note(struct sockets *sockets, const struct tercet_event *event) {
    int fd = (int)event->user;
    struct descriptor *descriptor = descriptor_at(sockets, fd);

    if (!descriptor || descriptor->kind != DESCRIPTOR_SOCKET) return;
    if (descriptor->socket.conn != event->conn) return;
    socket_note(sockets, fd, &descriptor->socket, event->ready);
}

/* Where the time goes, and how long a full segment is. */
static void flow_look(struct sockets *sockets, const struct socket *socket,
                      const struct tercet_conn_info *info) {
    struct traffic_flow *flow = traffic_find(&sockets->traffic, &info->local, &info->remote);
    bool is_window_full = info->unacked_bytes + info->send_mss_bytes > info->send_window_bytes;

    if (!flow || socket->stage == SOCKET_LISTENING) return;
    flow->segment_octets = info->send_mss_bytes + timestamps_octets(info);
    traffic_limits(flow, info->unacked_bytes + info->unsent_bytes > 0,
                   info->unsent_bytes > 0 && is_window_full,
                   !info->unsent_bytes && socket->sleep == SLEEP_SEND, sockets->now_ns);
}

static void socket_look(struct sockets *sockets, int fd, struct socket *socket) {
    struct tercet_conn_info info;

    zerocopies_look(sockets, fd, socket);
    if (socket->is_over || !socket_info(sockets, socket, &info)) return;
    socket->state = info.state;
    if (info.send_window_bytes > socket->window_most) socket->window_most = info.send_window_bytes;
    flow_look(sockets, socket, &info);
    if (socket->is_read_shut && info.unread_bytes && sockets_are_bsd(sockets) &&
        !socket->is_peer_done)
        tercet_conn_consume(sockets->stack, socket->conn, info.unread_bytes); /* thrown away */
    if (!socket->is_room_wanted || !socket_is_writable(sockets, socket)) return;
    socket->is_room_wanted = false;
    sockets_wake(sockets, fd, UNIX_POLLOUT | UNIX_POLLWRNORM);
}

void sockets_look(struct sockets *sockets) {
    for (int at = 0; at < DESCRIPTORS_MAX; at++)
        if (sockets->descriptors[at].kind == DESCRIPTOR_SOCKET)
            socket_look(sockets, at + DESCRIPTORS_FIRST, &sockets->descriptors[at].socket);
}

static bool endpoint_eq(const struct tercet_endpoint *a, const struct tercet_endpoint *b) {
    return a->port == b->port && memcmp(&a->address, &b->address, sizeof a->address) == 0;
}

static struct socket *socket_between(struct sockets *sockets, const struct tercet_endpoint *local,
                                     const struct tercet_endpoint *remote) {
    struct tercet_conn_info info;

    for (int at = 0; at < DESCRIPTORS_MAX; at++) {
        struct descriptor *descriptor = &sockets->descriptors[at];

        if (descriptor->kind != DESCRIPTOR_SOCKET) continue;
        if (!socket_info(sockets, &descriptor->socket, &info)) continue;
        if (endpoint_eq(&info.local, local) && endpoint_eq(&info.remote, remote))
            return &descriptor->socket;
    }
    return NULL;
}

void sockets_icmp(struct sockets *sockets, const struct tercet_endpoint *local,
                  const struct tercet_endpoint *remote, int error) {
    struct socket *socket = socket_between(sockets, local, remote);

    if (socket) socket->icmp_error = error;
}

bool sockets_want_mtu(struct sockets *sockets, const struct tercet_endpoint *local,
                      const struct tercet_endpoint *remote) {
    const struct socket *socket = socket_between(sockets, local, remote);
    bool is_v4 = address_is_v4(&remote->address);
    int way;

    if (!socket) return true;
    way = is_v4 ? socket->options.mtu_discover : socket->options.mtu_discover_v6;
    if (is_v4 && way == UNIX_IP_PMTUDISC_DONT) return false;
    return way != UNIX_IP_PMTUDISC_INTERFACE && way != UNIX_IP_PMTUDISC_OMIT;
}
