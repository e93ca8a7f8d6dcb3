/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening and closing: socket, bind, listen, accept, connect, shutdown, close, and the names of both ends.
 */
#include <string.h>

#include "script/descriptors.h"
#include "wire/ip.h"

enum {
    PORT_FIRST = 32768, /* that bind chooses from */
    PORT_COUNT = 28232,
    BACKLOG_MAX = 65534,
};

int sockets_socket(void *self, int domain, int type, int protocol) {
    int kind = type & ~(UNIX_SOCK_NONBLOCK | UNIX_SOCK_CLOEXEC), fd;
    struct sockets *sockets = self;
    struct socket *socket;

    if (domain != UNIX_AF_INET && domain != UNIX_AF_INET6) return -UNIX_EAFNOSUPPORT;
    if (kind == UNIX_SOCK_DGRAM || kind == UNIX_SOCK_RAW) return SOCKETS_UNSUPPORTED;
    if (protocol == UNIX_IPPROTO_MPTCP || protocol == UNIX_IPPROTO_SCTP) return SOCKETS_UNSUPPORTED;
    if (kind != UNIX_SOCK_STREAM) return -UNIX_ESOCKTNOSUPPORT;
    if (protocol && protocol != UNIX_IPPROTO_TCP) return -UNIX_EPROTONOSUPPORT;
    fd = descriptor_open(sockets, DESCRIPTOR_SOCKET, 0);
    if (fd < 0) return fd;
    socket = &descriptor_at(sockets, fd)->socket;
    socket->is_v6 = domain == UNIX_AF_INET6;
    socket->is_nonblocking = (type & UNIX_SOCK_NONBLOCK) != 0;
    socket->options.mtu_discover = socket->options.mtu_discover_v6 = UNIX_IP_PMTUDISC_WANT;
    return fd;
}

/* :: or 0.0.0.0, as the socket's family has it. */
static struct tercet_address any_address(const struct socket *socket) {
    static const struct tercet_address any_v4 =
                                           {
                                               {[10] = 0xff, [11] = 0xff}
    },
                                       any_v6;

    return socket->is_v6 ? any_v6 : any_v4;
}

static bool is_own(const struct sockets *sockets, const struct tercet_address *address) {
    for (uint32_t i = 0; i < sockets->n_own; i++)
        if (address_eq(&sockets->own[i], address)) return true;
    return false;
}

/* Whether an address is one of a socket's family: a socket of IPv6 speaks IPv4 by mapped ones. */
static bool fits_family(const struct socket *socket, const struct tercet_address *address) {
    if (!address_is_v4(address)) return socket->is_v6;
    return !socket->is_v6 || !socket->options.is_v6_only;
}

/* Whether two local ends could get the same segment. */
static bool overlap(const struct socket *a, const struct socket *b) {
    bool a_is_any = address_is_unspecified(&a->local.address),
         b_is_any = address_is_unspecified(&b->local.address);
    bool a_is_v4 = address_is_v4(&a->local.address), b_is_v4 = address_is_v4(&b->local.address);

    if (a_is_v4 != b_is_v4) {
        const struct socket *v6 = a_is_v4 ? b : a;
        return address_is_unspecified(&v6->local.address) && !v6->options.is_v6_only;
    }
    return a_is_any || b_is_any || address_eq(&a->local.address, &b->local.address);
}

/* Source: inet_csk_bind_conflict's rule in words: SO_REUSEADDR of both lets them share while neither listens. */
static bool conflicts(const struct socket *new, const struct socket *old) {
    if (!old->is_bound || old->local.port != new->local.port || !overlap(new, old)) return false;
    if (new->options.is_reuse_port && old->options.is_reuse_port) return false;
    return !(new->options.is_reuse_address && old->options.is_reuse_address &&
             old->stage != SOCKET_LISTENING);
}

static bool port_is_taken(const struct sockets *sockets, const struct socket *new) {
    for (int at = 0; at < DESCRIPTORS_MAX; at++) {
        const struct descriptor *descriptor = &sockets->descriptors[at];

        if (descriptor->kind != DESCRIPTOR_SOCKET || &descriptor->socket == new) continue;
        if (conflicts(new, &descriptor->socket)) return true;
    }
    return false;
}

/* @local with a port, chosen where it is 0.  Return: 0 or -UNIX_EADDRINUSE */
static int socket_bind(struct sockets *sockets, struct socket *socket,
                       const struct tercet_endpoint *local) {
    struct tercet_endpoint before = socket->local;

    socket->local = *local;
    for (int i = 0; !local->port && i < PORT_COUNT; i++) {
        uint64_t draw = sockets->port_seed + sockets->port_count++;

        socket->local.port = (uint16_t)(PORT_FIRST + draw % PORT_COUNT);
        if (!port_is_taken(sockets, socket)) break;
    }
    if (port_is_taken(sockets, socket)) {
        socket->local = before;
        return -UNIX_EADDRINUSE;
    }
    socket->is_bound = true;
    socket->is_port_fixed = local->port != 0;
    return 0;
}

int sockets_bind(void *self, int fd, const struct tercet_endpoint *local) {
    struct sockets *sockets = self;
    struct tercet_endpoint at = *local;
    struct socket *socket;
    bool is_any = address_is_unspecified(&local->address);
    int error;

    socket = socket_at(sockets, fd, &error);
    if (!socket) return error;
    if (is_any && address_is_v4(&local->address) != !socket->is_v6 && !socket->is_v6)
        at.address = any_address(socket);
    else if (!fits_family(socket, &local->address))
        return socket->is_v6 ? -UNIX_EINVAL : -UNIX_EAFNOSUPPORT;
    if (!is_any && !socket->options.is_freebind && !is_own(sockets, &local->address))
        return -UNIX_EADDRNOTAVAIL;
    if (socket->is_bound || socket->stage != SOCKET_FRESH || socket->is_over) return -UNIX_EINVAL;
    return socket_bind(sockets, socket, &at);
}

static unsigned backlog_of(const struct sockets *sockets, int backlog) {
    unsigned most = sockets->settings.backlog_most ? sockets->settings.backlog_most : UNIX_SOMAXCONN;

    if (most > BACKLOG_MAX) most = BACKLOG_MAX;
    if (backlog < 0 || (unsigned)backlog > most) return most;
    return (unsigned)backlog;
}

/* What the stack says to listen or connect, in Unix's words. */
static int unix_error(int error) {
    switch (error) {
    case 0: return 0;
    case TERCET_IN_USE: return -UNIX_EADDRINUSE;
    case TERCET_FULL: return -UNIX_ENOBUFS;
    case TERCET_NO_ADDRESS:
    case TERCET_NO_PORT: return -UNIX_EADDRNOTAVAIL;
    case TERCET_NO_ROUTE: return -UNIX_ENETUNREACH;
    default: return -UNIX_EINVAL;
    }
}

int sockets_listen(void *self, int fd, int backlog) {
    struct sockets *sockets = self;
    struct tercet_endpoint any = {.port = 0};
    struct socket *socket;
    int error;

    socket = socket_at(sockets, fd, &error);
    if (!socket) return error;
    socket->backlog = backlog_of(sockets, backlog);
    if (socket->stage == SOCKET_LISTENING) {
        tercet_conn_set_option(sockets->stack, socket->conn, TERCET_OPTION_BACKLOG, socket->backlog);
        return 0;
    }
    if (socket->stage != SOCKET_FRESH || socket->is_over) return -UNIX_EINVAL;
    any.address = any_address(socket);
    if (!socket->is_bound && socket_bind(sockets, socket, &any)) return -UNIX_EADDRINUSE;
    error = tercet_listen(sockets->stack, &socket->local, backlog_of(sockets, backlog),
                          (uint64_t)fd, &socket->conn);
    if (error) return unix_error(error);
    socket->stage = SOCKET_LISTENING;
    socket_apply(sockets, socket);
    return 0;
}

/* A connection that was accepted: it inherits what its listener was set to. */
static int accepted(struct sockets *sockets, const struct socket *listener, tercet_conn conn,
                    struct tercet_endpoint *remote, int flags) {
    int fd = descriptor_open(sockets, DESCRIPTOR_SOCKET, 0);
    struct tercet_conn_info info = {.state = TERCET_STATE_CLOSED};
    struct socket *socket;

    if (fd < 0) {
        tercet_conn_abort(sockets->stack, conn);
        return fd;
    }
    socket = &descriptor_at(sockets, fd)->socket;
    socket->is_v6 = listener->is_v6;
    socket->options = listener->options;
    socket->is_nonblocking = (flags & UNIX_SOCK_NONBLOCK) ||
                             (listener->is_nonblocking && sockets_are_bsd(sockets));
    socket->stage = SOCKET_CONNECTED;
    socket->is_bound = true;
    socket->conn = conn;
    socket->state = TERCET_STATE_ESTABLISHED;
    tercet_conn_set_user(sockets->stack, conn, (uint64_t)fd);
    if (socket_info(sockets, socket, &info) && info.state != TERCET_STATE_CLOSED)
        socket->state = info.state;
    socket->local = info.local;
    socket->remote = info.remote;
    socket_apply(sockets, socket);
    if (remote) *remote = info.remote;
    if (!sockets_are_bsd(sockets) || info.state != TERCET_STATE_CLOSED) return fd;
    sockets_close(sockets, fd); /* it was reset while it waited */
    return -UNIX_ECONNABORTED;
}

int sockets_accept(void *self, int fd, struct tercet_endpoint *remote, int flags) {
    struct sockets *sockets = self;
    struct socket *socket;
    tercet_conn conn;
    int error;

    socket = socket_at(sockets, fd, &error);
    if (!socket) return error;
    if (flags & ~(UNIX_SOCK_NONBLOCK | UNIX_SOCK_CLOEXEC)) return -UNIX_EINVAL;
    if (socket->stage != SOCKET_LISTENING) return -UNIX_EINVAL;
    error = tercet_accept(sockets->stack, socket->conn, 0, &conn);
    if (error == TERCET_NOT_YET)
        return socket_sleeps(sockets, socket, SLEEP_ACCEPT, !socket->is_nonblocking,
                             socket->options.receive_timeout_ns);
    socket_wakes(socket);
    return error ? -UNIX_EINVAL : accepted(sockets, socket, conn, remote, flags);
}

/* Back to a socket without a connection. */
static void dissolve(struct sockets *sockets, struct socket *socket, bool is_reset) {
    socket_release(sockets, socket, is_reset);
    socket_wakes(socket);
    socket->stage = SOCKET_FRESH;
    socket->is_over = socket->is_peer_done = socket->is_read_shut = socket->is_write_shut = false;
    socket->error = socket->soft_error = socket->icmp_error = 0;
    memset(&socket->remote, 0, sizeof socket->remote);
    if (!socket->is_port_fixed) socket->is_bound = false;
    if (!socket->is_bound) memset(&socket->local, 0, sizeof socket->local);
}

/* The opening is over: how it ended.  A connection that failed is gone, and another may be tried. */
static int connect_answers(struct sockets *sockets, struct socket *socket) {
    int error;

    if (!socket->is_over) {
        socket_wakes(socket);
        socket->stage = SOCKET_CONNECTED;
        return 0;
    }
    error = socket_error_take(socket);
    dissolve(sockets, socket, false);
    return error ? -error : -UNIX_ECONNABORTED;
}

/* connect() on a socket that is on its way, or there. */
static int connect_again(struct sockets *sockets, struct socket *socket) {
    enum tercet_state state = socket_state(sockets, socket);
    bool is_asleep = socket->sleep == SLEEP_CONNECT;
    bool is_late = sockets_are_bsd(sockets) && !is_asleep && !socket->is_over;
    int answer;

    if (state != TERCET_STATE_SYN_SENT && state != TERCET_STATE_SYN_RECEIVED) {
        answer = connect_answers(sockets, socket);
        return is_late && !answer ? -UNIX_EISCONN : answer; /* FreeBSD tells success by SO_ERROR */
    }
    if (sockets_are_bsd(sockets) && !is_asleep) return -UNIX_EALREADY;
    answer = socket_sleeps(sockets, socket, SLEEP_CONNECT, !socket->is_nonblocking,
                           socket->options.send_timeout_ns);
    if (answer == SOCKETS_WAITS) return answer;
    return is_asleep ? -UNIX_EINPROGRESS : -UNIX_EALREADY;
}

/* Why there can be no connection to @remote, or 0. */
static int destination_error(const struct socket *socket, const struct tercet_endpoint *remote) {
    if (!fits_family(socket, &remote->address))
        return socket->is_v6 ? -UNIX_ENETUNREACH : -UNIX_EAFNOSUPPORT;
    if (address_is_multicast(&remote->address)) return -UNIX_ENETUNREACH;
    if (address_is_unspecified(&remote->address) || !remote->port) return -UNIX_ECONNREFUSED;
    return 0;
}

static int connect_begins(struct sockets *sockets, int fd, struct socket *socket,
                          const struct tercet_endpoint *remote) {
    int error = destination_error(socket, remote), answer;
    struct tercet_conn_info info;

    if (error) return error;
    if (socket->is_over) dissolve(sockets, socket, false);
    error = tercet_connect(sockets->stack, socket->is_bound ? &socket->local : NULL, remote,
                           (uint64_t)fd, sockets->now_ns, &socket->conn);
    if (error) return error == TERCET_IN_USE ? -UNIX_EADDRNOTAVAIL : unix_error(error);
    socket->stage = SOCKET_CONNECTING;
    socket->state = TERCET_STATE_SYN_SENT;
    socket->is_bound = true;
    if (socket_info(sockets, socket, &info)) {
        socket->local = info.local;
        socket->remote = info.remote;
    }
    socket_apply(sockets, socket);
    answer = socket_sleeps(sockets, socket, SLEEP_CONNECT, !socket->is_nonblocking,
                           socket->options.send_timeout_ns);
    return answer == SOCKETS_WAITS ? answer : -UNIX_EINPROGRESS;
}

int sockets_connect(void *self, int fd, const struct tercet_endpoint *remote) {
    struct sockets *sockets = self;
    struct socket *socket;
    int error;

    socket = socket_at(sockets, fd, &error);
    if (!socket) return error;
    if (remote && socket->options.is_fastopen_connect) return SOCKETS_UNSUPPORTED;
    if (!remote) {
        dissolve(sockets, socket, true);
        return 0;
    }
    switch (socket->stage) {
    case SOCKET_LISTENING: return sockets_are_bsd(sockets) ? -UNIX_EOPNOTSUPP : -UNIX_EISCONN;
    case SOCKET_CONNECTED: return -UNIX_EISCONN;
    case SOCKET_CONNECTING: return connect_again(sockets, socket);
    case SOCKET_FRESH: break;
    }
    return connect_begins(sockets, fd, socket, remote);
}

/* Of a connection that is open, or was. */
static int shutdown_open(struct sockets *sockets, int fd, struct socket *socket, int how) {
    if (socket->is_over || socket_state(sockets, socket) == TERCET_STATE_CLOSED)
        return -UNIX_ENOTCONN;
    if (how != UNIX_SHUT_WR) {
        socket->is_read_shut = true;
        if (!sockets_are_bsd(sockets))
            tercet_conn_set_option(sockets->stack, socket->conn, TERCET_OPTION_READ_SHUT, 1);
    }
    if (how != UNIX_SHUT_RD && !socket->is_write_shut) {
        socket->is_write_shut = true;
        tercet_conn_shutdown(sockets->stack, socket->conn);
    }
    sockets_wake(sockets, fd, 0);
    return 0;
}

int sockets_shutdown(void *self, int fd, int how) {
    struct sockets *sockets = self;
    enum tercet_state state;
    struct socket *socket;
    int error;

    socket = socket_at(sockets, fd, &error);
    if (!socket) return error;
    if (how < UNIX_SHUT_RD || how > UNIX_SHUT_RDWR) return -UNIX_EINVAL;
    state = socket_state(sockets, socket);
    if (socket->stage == SOCKET_FRESH) return -UNIX_ENOTCONN;
    if (socket->stage == SOCKET_LISTENING) {
        if (sockets_are_bsd(sockets)) return -UNIX_ENOTCONN;
        if (how != UNIX_SHUT_WR) dissolve(sockets, socket, false);
        return 0;
    }
    if (state == TERCET_STATE_SYN_SENT && !sockets_are_bsd(sockets)) {
        dissolve(sockets, socket, true);
        return 0;
    }
    return shutdown_open(sockets, fd, socket, how);
}

/* With SO_LINGER, close() sleeps until the FIN is acknowledged, or its time is over. */
static bool close_sleeps(struct sockets *sockets, struct socket *socket) {
    struct socket_options *options = &socket->options;
    uint64_t linger_ns = (uint64_t)options->linger_s * 1000000000u;
    struct tercet_conn_info info;

    if (!options->has_linger || options->linger_s <= 0 || socket->is_over) return false;
    if (!socket_info(sockets, socket, &info) || info.unread_bytes) return false;
    if (info.state == TERCET_STATE_SYN_SENT || info.state == TERCET_STATE_LISTEN) return false;
    if (!socket->is_write_shut) tercet_conn_shutdown(sockets->stack, socket->conn);
    socket->is_write_shut = true;
    if (!socket_info(sockets, socket, &info)) return false;
    switch (info.state) {
    case TERCET_STATE_FIN_WAIT_1:
    case TERCET_STATE_CLOSING:
    case TERCET_STATE_LAST_ACK:
        return socket_sleeps(sockets, socket, SLEEP_CLOSE, true, linger_ns) == SOCKETS_WAITS;
    default: return false;
    }
}

/* SO_LINGER without time; or FIN-WAIT-2, which TCP_LINGER2 has forbidden. */
static bool closes_by_reset(struct sockets *sockets, const struct socket *socket) {
    const struct socket_options *options = &socket->options;

    if (options->has_linger && options->linger_s == 0) return true;
    return options->linger2_s < 0 && socket_state(sockets, socket) == TERCET_STATE_FIN_WAIT_2;
}

static int socket_close(struct sockets *sockets, struct socket *socket) {
    if (close_sleeps(sockets, socket)) return SOCKETS_WAITS;
    socket_release(sockets, socket, closes_by_reset(sockets, socket));
    return 0;
}

static void pipe_close(struct pipe *pipe, enum descriptor_kind kind) {
    if (kind == DESCRIPTOR_PIPE_READ)
        pipe->readers--;
    else
        pipe->writers--;
}

int sockets_close(void *self, int fd) {
    struct sockets *sockets = self;
    struct descriptor *descriptor = descriptor_at(sockets, fd);

    if (!descriptor) return -UNIX_EBADF;
    switch (descriptor->kind) {
    case DESCRIPTOR_SOCKET:
        if (socket_close(sockets, &descriptor->socket)) return SOCKETS_WAITS;
        break;
    case DESCRIPTOR_EPOLL: sockets->epolls[descriptor->index].is_used = false; break;
    case DESCRIPTOR_PIPE_READ:
    case DESCRIPTOR_PIPE_WRITE:
        pipe_close(&sockets->pipes[descriptor->index], descriptor->kind);
        break;
    case DESCRIPTOR_FREE: break;
    }
    epolls_forget(sockets, fd);
    descriptor->kind = DESCRIPTOR_FREE;
    return 0;
}

int sockets_names(void *self, int fd, struct tercet_endpoint *local, struct tercet_endpoint *remote) {
    struct sockets *sockets = self;
    struct socket *socket;
    int error;

    socket = socket_at(sockets, fd, &error);
    if (!socket) return error;
    *local = socket->local;
    *remote = socket->remote;
    if (!socket->is_bound) local->address = any_address(socket);
    return 0;
}
