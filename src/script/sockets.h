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

/* Calls of a host that scripts make.  Each is as in its manual page but for what stands above. */
struct sockets_kind {
    int (*socket)(void *sockets, int domain, int type, int protocol);
    int (*bind)(void *sockets, int fd, const struct tercet_endpoint *local);
    int (*listen)(void *sockets, int fd, int backlog);
    int (*accept)(void *sockets, int fd, struct tercet_endpoint *remote, int flags);
    int (*connect)(void *sockets, int fd, const struct tercet_endpoint *remote); /* NULL: AF_UNSPEC */
    int (*receive)(void *sockets, int fd, struct unix_message *message, int flags);
    int (*send)(void *sockets, int fd, const struct unix_message *message, int flags);
    int (*close)(void *sockets, int fd);
    int (*shutdown)(void *sockets, int fd, int how);
    int (*fcntl)(void *sockets, int fd, int command, int64_t value);
    int (*ioctl)(void *sockets, int fd, uint64_t request, int *value);
    int (*get_option)(void *sockets, int fd, struct unix_option *option);
    int (*set_option)(void *sockets, int fd, const struct unix_option *option);
    int (*poll)(void *sockets, struct unix_poll *polls, uint32_t n, int timeout_ms);
    int (*epoll_create)(void *sockets, int flags);
    int (*epoll_control)(void *sockets, int epfd, int operation, int fd,
                         const struct unix_epoll_event *event);
    int (*epoll_wait)(void *sockets, int epfd, struct unix_epoll_event *events, int max,
                      int timeout_ms);
    int (*pipe)(void *sockets, int fds[2]);
    int (*splice)(void *sockets, int from, int to, uint32_t n, int flags);
    /* Local and remote end of what @fd is; ports 0 where there is none yet. */
    int (*names)(void *sockets, int fd, struct tercet_endpoint *local,
                 struct tercet_endpoint *remote);
};

#endif
