/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_SOCKETS_H
#define TERCET_SCRIPT_SOCKETS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "script/constants.h"

/*
 * The sockets of a Unix host over a stack, sans-I/O: each call answers at once, with what the kernel's call would
 * answer, a negative error number (-UNIX_EAGAIN), or SOCKETS_WAITS where the kernel's call would sleep.  Whoever made
 * such a call makes it again, with the same arguments, when something has happened; a call that waits for a deadline
 * of its own (poll) says when.
 *
 * Behind this interface stands a stack in virtual time, or whatever else a script is to be run against.
 */
#define SOCKETS_WAITS INT_MIN

/* What a call answers that asks for something which the kernel has and the host behind this interface has not. */
#define SOCKETS_UNSUPPORTED (INT_MIN + 1)

struct unix_span {
    void *base;
    uint32_t length;
};

/* struct sock_extended_err: what stands in an error queue. */
struct unix_notice {
    uint32_t error;
    uint8_t origin, type, code;
    uint32_t info, data;
};

/* What recvmsg tells besides the bytes. */
struct unix_control {
    int level, type;
    int64_t value;
    struct unix_notice notice; /* of IP_RECVERR and IPV6_RECVERR */
};

enum { UNIX_CONTROLS_MAX = 8 };

struct unix_message {
    struct unix_span *spans;
    uint32_t n_spans;
    struct tercet_endpoint *name; /* NULL: not wanted; sendmsg to it, recvmsg from it */
    struct unix_control controls[UNIX_CONTROLS_MAX];
    uint32_t n_controls;
    int flags; /* out: MSG_TRUNC ... */
};

struct unix_poll {
    int fd;
    int16_t events, revents; /* POLLIN ... */
};

struct unix_epoll_event {
    uint32_t events; /* EPOLLIN ... */
    uint64_t data;
};

/* A value of getsockopt or setsockopt: octets as the C struct or int has them. */
struct unix_option {
    int level, name;
    void *value;
    uint32_t length; /* in: octets at value; out of get: octets of the answer */
};

/*
 * Calls of a host that scripts make, each as in its manual page but for what stands above.  @self: the sockets; connect
 * to NULL: to AF_UNSPEC; names: of both ends of what @fd is, ports 0 where there is none yet.
 * X(name, (its parameters), (its arguments))
 */
/* clang-format off */
#define SOCKETS_CALLS(X)                                                                           \
    X(socket, (void *self, int domain, int type, int protocol), (self, domain, type, protocol))    \
    X(bind, (void *self, int fd, const struct tercet_endpoint *local), (self, fd, local))          \
    X(listen, (void *self, int fd, int backlog), (self, fd, backlog))                              \
    X(accept, (void *self, int fd, struct tercet_endpoint *remote, int flags),                     \
      (self, fd, remote, flags))                                                                   \
    X(connect, (void *self, int fd, const struct tercet_endpoint *remote), (self, fd, remote))     \
    X(receive, (void *self, int fd, struct unix_message *message, int flags),                      \
      (self, fd, message, flags))                                                                  \
    X(send, (void *self, int fd, const struct unix_message *message, int flags),                   \
      (self, fd, message, flags))                                                                  \
    X(close, (void *self, int fd), (self, fd))                                                     \
    X(shutdown, (void *self, int fd, int how), (self, fd, how))                                    \
    X(fcntl, (void *self, int fd, int command, int64_t value), (self, fd, command, value))         \
    X(ioctl, (void *self, int fd, uint64_t request, int *value), (self, fd, request, value))       \
    X(get_option, (void *self, int fd, struct unix_option *option), (self, fd, option))            \
    X(set_option, (void *self, int fd, const struct unix_option *option), (self, fd, option))      \
    X(poll, (void *self, struct unix_poll *polls, uint32_t n, int timeout_ms),                     \
      (self, polls, n, timeout_ms))                                                                \
    X(epoll_create, (void *self, int flags), (self, flags))                                        \
    X(epoll_control,                                                                               \
      (void *self, int epfd, int operation, int fd, const struct unix_epoll_event *event),         \
      (self, epfd, operation, fd, event))                                                          \
    X(epoll_wait,                                                                                  \
      (void *self, int epfd, struct unix_epoll_event *events, int max, int timeout_ms),            \
      (self, epfd, events, max, timeout_ms))                                                       \
    X(pipe, (void *self, int fds[2]), (self, fds))                                                 \
    X(splice, (void *self, int from, int to, uint32_t n, int flags), (self, from, to, n, flags))   \
    X(names, (void *self, int fd, struct tercet_endpoint *local, struct tercet_endpoint *remote),  \
      (self, fd, local, remote))
/* clang-format on */

struct sockets_kind {
#define SOCKETS_FIELD(name, parameters, arguments) int(*name) parameters;
    SOCKETS_CALLS(SOCKETS_FIELD)
#undef SOCKETS_FIELD
};

#endif
