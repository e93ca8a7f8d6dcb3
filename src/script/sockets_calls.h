/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_SOCKETS_CALLS_H
#define TERCET_SCRIPT_SOCKETS_CALLS_H

#include <stdint.h>

#include "script/sockets.h"

/* The calls of sockets.h over a stack; @self is a struct sockets.  sockets_open.c: */
int sockets_socket(void *self, int domain, int type, int protocol);
int sockets_bind(void *self, int fd, const struct tercet_endpoint *local);
int sockets_listen(void *self, int fd, int backlog);
int sockets_accept(void *self, int fd, struct tercet_endpoint *remote, int flags);
int sockets_connect(void *self, int fd, const struct tercet_endpoint *remote);
int sockets_shutdown(void *self, int fd, int how);
int sockets_close(void *self, int fd);
int sockets_names(void *self, int fd, struct tercet_endpoint *local, struct tercet_endpoint *remote);

/* sockets_data.c: */
int sockets_receive(void *self, int fd, struct unix_message *message, int flags);
int sockets_send(void *self, int fd, const struct unix_message *message, int flags);

/* sockets_options.c: */
int sockets_get_option(void *self, int fd, struct unix_option *option);
int sockets_set_option(void *self, int fd, const struct unix_option *option);

/* sockets_poll.c: */
int sockets_poll(void *self, struct unix_poll *polls, uint32_t n, int timeout_ms);
int sockets_epoll_create(void *self, int flags);
int sockets_epoll_control(void *self, int epfd, int operation, int fd,
                          const struct unix_epoll_event *event);
int sockets_epoll_wait(void *self, int epfd, struct unix_epoll_event *events, int max,
                       int timeout_ms);

/* sockets_files.c: */
int sockets_fcntl(void *self, int fd, int command, int64_t value);
int sockets_ioctl(void *self, int fd, uint64_t request, int *value);
int sockets_pipe(void *self, int fds[2]);
int sockets_splice(void *self, int from, int to, uint32_t n, int flags);

#endif
