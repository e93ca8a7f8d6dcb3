/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What sockets share with files: fcntl, ioctl; and pipes, with splice between them and sockets.
 */
#include <string.h>

#include "script/descriptors.h"

static bool *nonblocking_of(struct descriptor *descriptor) {
    return descriptor->kind == DESCRIPTOR_SOCKET ? &descriptor->socket.is_nonblocking
                                                 : &descriptor->is_nonblocking;
}

static int mode_of(const struct descriptor *descriptor) {
    switch (descriptor->kind) {
    case DESCRIPTOR_PIPE_READ: return UNIX_O_RDONLY;
    case DESCRIPTOR_PIPE_WRITE: return UNIX_O_WRONLY;
    default: return UNIX_O_RDWR;
    }
}

int sockets_fcntl(void *self, int fd, int command, int64_t value) {
    struct descriptor *descriptor = descriptor_at(self, fd);

    if (!descriptor) return -UNIX_EBADF;
    switch (command) {
    case UNIX_F_GETFL:
        return mode_of(descriptor) | (*nonblocking_of(descriptor) ? UNIX_O_NONBLOCK : 0);
    case UNIX_F_SETFL: *nonblocking_of(descriptor) = (value & UNIX_O_NONBLOCK) != 0; return 0;
    case UNIX_F_GETFD:
    case UNIX_F_SETFD: return 0;
    case UNIX_F_GETPIPE_SZ:
    case UNIX_F_SETPIPE_SZ:
        return descriptor->kind == DESCRIPTOR_PIPE_READ || descriptor->kind == DESCRIPTOR_PIPE_WRITE
                   ? PIPE_BYTES
                   : -UNIX_EBADF;
    case UNIX_F_DUPFD: return SOCKETS_UNSUPPORTED;
    default: return -UNIX_EINVAL;
    }
}

/* Octets before the urgent one; 1 more when the end has come and nothing else is left. */
static int octets_to_read(const struct socket *socket, const struct tercet_conn_info *info) {
    if (info->urgent_bytes && !socket->options.is_oob_inline &&
        info->urgent_bytes <= info->unread_bytes)
        return (int)(info->urgent_bytes - (info->urgent_bytes > 1));
    return (int)info->unread_bytes;
}

static int socket_ioctl(struct sockets *sockets, struct socket *socket, uint64_t request,
                        int *value) {
    struct tercet_conn_info info = {.state = TERCET_STATE_CLOSED};

    if (request == UNIX_FIONBIO) {
        socket->is_nonblocking = *value != 0;
        return 0;
    }
    if (socket->stage == SOCKET_LISTENING) return request == UNIX_SIOCATMARK ? 0 : -UNIX_EINVAL;
    socket_info(sockets, socket, &info);
    switch (request) {
    case UNIX_SIOCINQ: *value = octets_to_read(socket, &info); return 0;
    case UNIX_SIOCOUTQ: *value = (int)(info.unacked_bytes + info.unsent_bytes); return 0;
    case UNIX_SIOCOUTQNSD: *value = (int)info.unsent_bytes; return 0;
    case UNIX_SIOCATMARK: *value = info.urgent_bytes == 1; return 0;
    case UNIX_FIONSPACE: *value = (int)socket_send_room(sockets, socket); return 0;
    default: return -UNIX_ENOTTY;
    }
}

int sockets_ioctl(void *self, int fd, uint64_t request, int *value) {
    struct descriptor *descriptor = descriptor_at(self, fd);
    struct sockets *sockets = self;

    if (!descriptor) return -UNIX_EBADF;
    if (descriptor->kind == DESCRIPTOR_SOCKET)
        return socket_ioctl(sockets, &descriptor->socket, request, value);
    if (descriptor->kind == DESCRIPTOR_EPOLL || request != UNIX_FIONREAD) return -UNIX_ENOTTY;
    *value = (int)sockets->pipes[descriptor->index].count;
    return 0;
}

int sockets_pipe(void *self, int fds[2]) {
    struct sockets *sockets = self;

    for (uint32_t at = 0; at < PIPES_MAX; at++) {
        struct pipe *pipe = &sockets->pipes[at];

        if (pipe->readers || pipe->writers) continue;
        fds[0] = descriptor_open(sockets, DESCRIPTOR_PIPE_READ, at);
        if (fds[0] < 0) return fds[0];
        fds[1] = descriptor_open(sockets, DESCRIPTOR_PIPE_WRITE, at);
        if (fds[1] < 0) {
            descriptor_at(sockets, fds[0])->kind = DESCRIPTOR_FREE;
            return fds[1];
        }
        pipe->readers = pipe->writers = 1;
        pipe->head = pipe->count = 0;
        return 0;
    }
    return -UNIX_ENFILE;
}

/* The octets at the front of the pipe, as far as they lie in one piece. */
static struct unix_span pipe_front(struct pipe *pipe) {
    uint32_t to_end = PIPE_BYTES - pipe->head;

    return (struct unix_span){pipe->bytes + pipe->head, pipe->count < to_end ? pipe->count : to_end};
}

/* The room behind the last octet, as far as it lies in one piece. */
static struct unix_span pipe_back(struct pipe *pipe) {
    uint32_t at = (pipe->head + pipe->count) % PIPE_BYTES, to_end = PIPE_BYTES - at;
    uint32_t room = PIPE_BYTES - pipe->count;

    return (struct unix_span){pipe->bytes + at, room < to_end ? room : to_end};
}

static void pipe_took(struct pipe *pipe, uint32_t n) {
    pipe->head = (pipe->head + n) % PIPE_BYTES;
    pipe->count -= n;
}

int pipe_receive(struct sockets *sockets, int fd, struct unix_message *message) {
    struct descriptor *descriptor = descriptor_at(sockets, fd);
    struct pipe *pipe = &sockets->pipes[descriptor->index];
    uint32_t done = 0;

    for (uint32_t i = 0; i < message->n_spans; i++) {
        unsigned char *to = message->spans[i].base;

        for (uint32_t left = message->spans[i].length; left > 0 && pipe->count > 0;) {
            struct unix_span front = pipe_front(pipe);
            uint32_t n = front.length < left ? front.length : left;

            if (to) memcpy(to, front.base, n);
            if (to) to += n;
            left -= n;
            done += n;
            pipe_took(pipe, n);
        }
    }
    if (done || !pipe->writers) return (int)done;
    return descriptor->is_nonblocking ? -UNIX_EAGAIN : SOCKETS_WAITS;
}

int pipe_send(struct sockets *sockets, int fd, const struct unix_message *message) {
    struct descriptor *descriptor = descriptor_at(sockets, fd);
    struct pipe *pipe = &sockets->pipes[descriptor->index];
    uint32_t done = 0;

    if (!pipe->readers) return -UNIX_EPIPE;
    for (uint32_t i = 0; i < message->n_spans; i++) {
        const unsigned char *from = message->spans[i].base;

        for (uint32_t left = message->spans[i].length; left > 0 && pipe->count < PIPE_BYTES;) {
            struct unix_span back = pipe_back(pipe);
            uint32_t n = back.length < left ? back.length : left;

            memcpy(back.base, from, n);
            from += n;
            left -= n;
            done += n;
            pipe->count += n;
        }
    }
    if (done) return (int)done;
    return descriptor->is_nonblocking ? -UNIX_EAGAIN : SOCKETS_WAITS;
}

/* From a pipe to a socket: what the socket takes leaves the pipe. */
static int splice_out(struct sockets *sockets, struct descriptor *from, int to, uint32_t n,
                      int flags) {
    struct pipe *pipe = &sockets->pipes[from->index];
    struct unix_span front = pipe_front(pipe);
    struct unix_message message = {.spans = &front, .n_spans = 1};
    int answer;

    if (!pipe->count && !pipe->writers) return 0;
    if (!pipe->count)
        return flags & UNIX_SPLICE_F_NONBLOCK || from->is_nonblocking ? -UNIX_EAGAIN : SOCKETS_WAITS;
    if (front.length > n) front.length = n;
    answer = sockets_send(sockets, to, &message,
                          (flags & UNIX_SPLICE_F_NONBLOCK ? UNIX_MSG_DONTWAIT : 0) |
                              (flags & UNIX_SPLICE_F_MORE ? UNIX_MSG_MORE : 0));
    if (answer > 0) pipe_took(pipe, (uint32_t)answer);
    return answer;
}

/* From a socket to a pipe, as much as the pipe has room for in one piece. */
static int splice_in(struct sockets *sockets, int from, struct descriptor *to, uint32_t n,
                     int flags) {
    struct pipe *pipe = &sockets->pipes[to->index];
    struct unix_span back = pipe_back(pipe);
    struct unix_message message = {.spans = &back, .n_spans = 1};
    int answer;

    if (!pipe->readers) return -UNIX_EPIPE;
    if (!back.length)
        return flags & UNIX_SPLICE_F_NONBLOCK || to->is_nonblocking ? -UNIX_EAGAIN : SOCKETS_WAITS;
    if (back.length > n) back.length = n;
    answer = sockets_receive(sockets, from, &message,
                             flags & UNIX_SPLICE_F_NONBLOCK ? UNIX_MSG_DONTWAIT : 0);
    if (answer > 0) pipe->count += (uint32_t)answer;
    return answer;
}

int sockets_splice(void *self, int from, int to, uint32_t n, int flags) {
    struct descriptor *source = descriptor_at(self, from), *sink = descriptor_at(self, to);
    struct sockets *sockets = self;

    if (!source || !sink) return -UNIX_EBADF;
    if (!n) return 0;
    if (source->kind == DESCRIPTOR_PIPE_READ && sink->kind == DESCRIPTOR_SOCKET)
        return splice_out(sockets, source, to, n, flags);
    if (source->kind == DESCRIPTOR_SOCKET && sink->kind == DESCRIPTOR_PIPE_WRITE)
        return splice_in(sockets, from, sink, n, flags);
    return -UNIX_EINVAL;
}
