/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/stream.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

/* An error counts as ready: the call meets it. */
static bool is_ready(int fd, short events) {
    struct pollfd poll_one = {.fd = fd, .events = events};

    return poll(&poll_one, 1, 0) > 0;
}

ssize_t stream_read(int fd, void *into, size_t octets) {
    if (!is_ready(fd, POLLIN)) return -EAGAIN;
    ssize_t n = read(fd, into, octets);
    if (n >= 0) return n;
    return errno == EINTR ? -EAGAIN : -errno;
}

/* A pipe that is ready takes PIPE_BUF octets without blocking, and perhaps not one more. */
ssize_t stream_write(int fd, const void *from, size_t octets) {
    const unsigned char *next = from;
    size_t left = octets;

    while (left > 0 && is_ready(fd, POLLOUT)) {
        ssize_t n = write(fd, next, left < PIPE_BUF ? left : PIPE_BUF);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) break;
        if (n < 0) return -errno;
        next += n;
        left -= (size_t)n;
    }
    return (ssize_t)(octets - left);
}
