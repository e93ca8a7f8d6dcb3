/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Octets: read and write in all their forms.
 *
 * Receiving tells, in this order: octets that wait; the end, once the peer's FIN has come; the pending error, once; the
 * end again; that there is no connection; that nothing is there yet.  Sending tells the pending error first, then that
 * the direction is shut.  FreeBSD looks whether it is shut first.
 *
 * How much a send takes is not TCP's business but the kernel's: Linux counts what its buffers cost besides their
 * octets, and goes on filling one that it has begun, so that a write ends at the border of such a buffer.
 */
#include <string.h>

#include "script/descriptors.h"

enum {
    LINUX_SEND_BUFFER = 16384, /* tcp_wmem[1] */
    LINUX_SEND_MOST = 4 << 20, /* tcp_wmem[2] */
    LINUX_BUFFER_COST = 1280,  /* what a buffer costs besides its octets */
    LINUX_HEADER_COST = 640,   /* headers and bookkeeping of a segment in it */
    LINUX_STRUCT_COST = 256,
    LINUX_BUFFER_OCTETS = 65215, /* the most of one */
    LINUX_SEND_LEAST = 4608,
    LINUX_BURST = 10, /* segments that the send buffer is to hold at least, and again as many */
    BSD_SEND_BUFFER = 32768,
    BSD_SEND_LOW = 2048,
    STACK_SEND_MOST = 4 << 20, /* what the stack can keep of a connection */
};

static uint32_t least(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint32_t spans_length(const struct unix_message *message) {
    uint32_t n = 0;

    for (uint32_t i = 0; i < message->n_spans; i++)
        n += message->spans[i].length;
    return n;
}

/* Copy @n octets to the message behind the first @at. */
static void message_put(const struct unix_message *message, uint32_t at, const unsigned char *from,
                        uint32_t n) {
    for (uint32_t i = 0; i < message->n_spans && n > 0; i++) {
        const struct unix_span *span = &message->spans[i];
        uint32_t skip = least(at, span->length), part = least(n, span->length - skip);

        if (span->base && part) memcpy((unsigned char *)span->base + skip, from, part);
        at -= skip;
        from += part;
        n -= part;
    }
}

/* A read that is under way. */
struct reading {
    struct sockets *sockets;
    struct socket *socket;
    struct unix_message *message;
    int flags;
    uint32_t wanted, done;
};

/* Take up to @most of the octets that wait in @spans, or only look at them.  Return: how many */
static uint32_t reading_takes(const struct reading *reading, const struct tercet_span spans[2],
                              uint32_t skip, uint32_t most) {
    uint32_t done = 0;

    for (unsigned i = 0; i < 2; i++) {
        uint32_t past = least(skip, spans[i].length), n = least(spans[i].length - past, most - done);

        if (n && !(reading->flags & UNIX_MSG_TRUNC))
            message_put(reading->message, reading->done + done,
                        (const unsigned char *)spans[i].base + past, n);
        skip -= past;
        done += n;
    }
    return done;
}

static unsigned char octet_at(const struct tercet_span spans[2], uint32_t at) {
    bool is_second = at >= spans[0].length;

    if (is_second) at -= spans[0].length;
    return ((const unsigned char *)spans[is_second].base)[at];
}

/* Octets up to the urgent one, which a plain read stops at and, when it is the first, passes over; 0: none. */
static uint32_t octets_to_urgent(const struct reading *reading) {
    struct tercet_conn_info info;

    return socket_info(reading->sockets, reading->socket, &info) ? info.urgent_bytes : 0;
}

/* One round: what waits goes to the message.  Return: whether anything did */
static bool reading_round(struct reading *reading) {
    struct socket *socket = reading->socket;
    uint32_t most = reading->wanted - reading->done, urgent, skip = 0, n;
    struct tercet_span spans[2];
    int waiting;

    if (!socket->conn || !most) return false;
    waiting = tercet_conn_read(reading->sockets->stack, socket->conn, spans);
    if (waiting <= 0) return false;
    urgent = octets_to_urgent(reading);
    if (urgent == 1 && socket->options.is_oob_inline) {
        if (reading->done) return false; /* a read of its own begins there */
    } else if (urgent == 1) {
        if (reading->done) return false;
        socket->urgent = octet_at(spans, 0);
        socket->has_urgent = true;
        skip = 1;
    } else if (urgent > 1) {
        most = least(most, urgent - 1);
    }
    n = reading_takes(reading, spans, skip, least(most, (uint32_t)waiting - skip));
    if (!(reading->flags & UNIX_MSG_PEEK))
        tercet_conn_consume(reading->sockets->stack, socket->conn, n + skip);
    reading->done += n;
    return n > 0 && !(reading->flags & UNIX_MSG_PEEK);
}

/* What is told when nothing was read. */
static int nothing_read(struct reading *reading) {
    struct socket *socket = reading->socket;
    int error;

    if (socket->is_peer_done && !sockets_are_bsd(reading->sockets)) return 0;
    error = socket_error_take(socket);
    if (error) return -error;
    if (socket->is_read_shut) return 0;
    if (socket->stage == SOCKET_FRESH || socket->stage == SOCKET_LISTENING) return -UNIX_ENOTCONN;
    return -UNIX_EAGAIN;
}

/* The octets that are there are read; go on, sleep, or answer. */
static int reading_answers(struct reading *reading) {
    struct socket *socket = reading->socket;
    bool is_asleep = !socket->is_nonblocking && !(reading->flags & UNIX_MSG_DONTWAIT);
    uint32_t low = socket->options.receive_low ? socket->options.receive_low : 1;
    uint32_t target = reading->flags & UNIX_MSG_WAITALL ? reading->wanted
                                                        : least(low, reading->wanted);
    bool is_enough = reading->done >= (target ? target : 1);
    int answer;

    if (reading->done && (is_enough || socket->error || socket->is_over || socket->is_read_shut))
        return (int)reading->done;
    answer = reading->done ? -UNIX_EAGAIN : nothing_read(reading);
    if (answer != -UNIX_EAGAIN) return answer;
    answer = socket_sleeps(reading->sockets, socket, SLEEP_RECEIVE, is_asleep,
                           socket->options.receive_timeout_ns);
    if (answer == SOCKETS_WAITS && !(reading->flags & UNIX_MSG_PEEK))
        socket->progress = reading->done;
    return answer == -UNIX_EAGAIN && reading->done ? (int)reading->done : answer;
}

/* MSG_OOB: the urgent octet alone. */
static int receive_urgent(struct reading *reading) {
    struct socket *socket = reading->socket;
    struct tercet_conn_info info = {.urgent_bytes = 0};
    struct tercet_span spans[2];
    int waiting;

    if (socket->stage == SOCKET_FRESH || socket->stage == SOCKET_LISTENING)
        return -UNIX_EINVAL; /* none was ever announced */
    if (socket->options.is_oob_inline || socket->is_urgent_read) return -UNIX_EINVAL;
    if (!socket->has_urgent) {
        if (!socket_info(reading->sockets, socket, &info) || !info.urgent_bytes)
            return -UNIX_EINVAL;
        waiting = tercet_conn_read(reading->sockets->stack, socket->conn, spans);
        if (waiting < 0 || (uint32_t)waiting < info.urgent_bytes)
            return socket->is_read_shut ? 0 : -UNIX_EAGAIN;
        socket->urgent = octet_at(spans, info.urgent_bytes - 1);
    }
    if (!reading->wanted) return 0;
    message_put(reading->message, 0, &socket->urgent, 1);
    reading->message->flags |= UNIX_MSG_OOB;
    if (!(reading->flags & UNIX_MSG_PEEK)) {
        socket->is_urgent_read = true;
        socket->has_urgent = false;
    }
    return 1;
}

/* TCP_INQ: how many octets are left, 1 when there are none but the end is. */
static void tell_left(struct sockets *sockets, const struct socket *socket,
                      struct unix_message *message) {
    struct tercet_conn_info info = {.unread_bytes = 0};
    uint32_t left;

    if (!socket->options.has_inq || message->n_controls >= UNIX_CONTROLS_MAX) return;
    socket_info(sockets, socket, &info);
    left = info.unread_bytes;
    if (!left && socket->is_peer_done) left = 1;
    message->controls[message->n_controls++] = (struct unix_control){
        .level = UNIX_SOL_TCP, .type = UNIX_TCP_CM_INQ, .value = left};
}

int sockets_receive(void *self, int fd, struct unix_message *message, int flags) {
    struct reading reading = {.sockets = self, .message = message, .flags = flags};
    int answer;

    message->n_controls = 0;
    message->flags = 0;
    if (descriptor_at(self, fd) && descriptor_at(self, fd)->kind == DESCRIPTOR_PIPE_READ)
        return pipe_receive(self, fd, message);
    reading.socket = socket_at(self, fd, &answer);
    if (!reading.socket) return answer == -UNIX_ENOTSOCK ? -UNIX_EINVAL : answer;
    if (flags & UNIX_MSG_ERRQUEUE && reading.socket->options.timestamping)
        return SOCKETS_UNSUPPORTED;
    if (flags & UNIX_MSG_ERRQUEUE) return zerocopies_receive(reading.socket, message);
    reading.wanted = spans_length(message);
    if (flags & UNIX_MSG_OOB) return receive_urgent(&reading);
    if (reading.socket->sleep == SLEEP_RECEIVE) reading.done = reading.socket->progress;
    while (reading_round(&reading))
        ;
    answer = reading_answers(&reading);
    if (answer == SOCKETS_WAITS) return answer;
    socket_wakes(reading.socket);
    if (answer >= 0) tell_left(self, reading.socket, message);
    return answer;
}

/* The most octets that Linux puts in one buffer: whole segments, half the peer's window at most. */
static uint32_t buffer_goal(const struct socket *socket, const struct tercet_conn_info *info) {
    uint32_t most = LINUX_BUFFER_OCTETS, half = socket->window_most;
    uint32_t mss = info->send_mss_bytes ? info->send_mss_bytes : 536;

    if (half > 536) half /= 2;
    if (half && half < most) most = half;
    return most > mss ? most / mss * mss : mss;
}

/* What Linux calls sk_wmem_queued. */
static uint64_t linux_queued(const struct socket *socket, const struct tercet_conn_info *info) {
    uint32_t octets = info->unacked_bytes + info->unsent_bytes, goal = buffer_goal(socket, info);

    return octets + (uint64_t)LINUX_BUFFER_COST * ((octets + goal - 1) / goal);
}

/* The send buffer that @info's segments and window ask for. */
static uint32_t linux_grown(const struct sockets *sockets, const struct tercet_conn_info *info) {
    uint32_t most = sockets->settings.send_most_bytes, cost, n;

    if (!info->send_mss_bytes) return 0;
    cost = info->send_mss_bytes + timestamps_octets(info) + LINUX_HEADER_COST;
    cost = (1u << (32 - __builtin_clz(cost - 1))) + LINUX_STRUCT_COST;
    n = info->cwnd_bytes / info->send_mss_bytes;
    if (n < LINUX_BURST) n = LINUX_BURST;
    if (!most) most = LINUX_SEND_MOST;
    return n > most / (2 * cost) ? most : 2 * cost * n;
}

/* FreeBSD's grows to whole segments, as the receive buffer does; the MSS there is without the options' share. */
static uint32_t bsd_send_buffer(struct sockets *sockets, const struct socket *socket) {
    uint32_t bytes = (uint32_t)socket->options.send_buffer, mss, rest;
    struct tercet_conn_info info;

    if (!bytes) bytes = sockets->settings.send_buffer_bytes;
    if (!bytes) bytes = BSD_SEND_BUFFER;
    if (socket->stage != SOCKET_CONNECTED || !socket_info(sockets, socket, &info)) return bytes;
    mss = info.send_mss_bytes + timestamps_octets(&info);
    rest = mss ? bytes % mss : 0;
    return rest && bytes > mss ? bytes + mss - rest : bytes;
}

uint32_t socket_send_buffer(struct sockets *sockets, struct socket *socket) {
    uint32_t asked = (uint32_t)socket->options.send_buffer, grown;
    struct tercet_conn_info info;

    if (sockets_are_bsd(sockets)) return bsd_send_buffer(sockets, socket);
    if (asked) return asked;
    if (!socket->send_most) socket->send_most = sockets->settings.send_buffer_bytes;
    if (!socket->send_most) socket->send_most = LINUX_SEND_BUFFER;
    if (socket->is_over || !socket_info(sockets, socket, &info)) return socket->send_most;
    grown = linux_grown(sockets, &info);
    if (grown > socket->send_most) socket->send_most = grown;
    return socket->send_most;
}

/* Octets not yet sent that TCP_NOTSENT_LOWAT lets wait. */
static uint32_t notsent_low(const struct sockets *sockets, const struct socket *socket) {
    uint32_t low = socket->options.notsent_low ? socket->options.notsent_low
                                               : sockets->settings.notsent_lowat_bytes;

    return low ? low : UINT32_MAX;
}

static uint32_t linux_room(struct sockets *sockets, struct socket *socket,
                           const struct tercet_conn_info *info) {
    uint32_t goal = buffer_goal(socket, info), octets = info->unacked_bytes + info->unsent_bytes;
    uint32_t begun = info->unsent_bytes ? octets % goal : 0, room = begun ? goal - begun : 0;
    uint64_t queued = linux_queued(socket, info), limit = socket_send_buffer(sockets, socket), n;
    uint32_t low = notsent_low(sockets, socket), unsent = info->unsent_bytes + room;

    if (queued >= limit || unsent >= low) return room;
    n = (limit - queued - 1) / (goal + LINUX_BUFFER_COST) + 1;
    if (low != UINT32_MAX && n > (low - unsent - 1) / goal + 1) n = (low - unsent - 1) / goal + 1;
    return (uint32_t)(room + n * goal);
}

uint32_t socket_send_room(struct sockets *sockets, struct socket *socket) {
    struct tercet_conn_info info;
    uint32_t octets, limit, room;

    if (!socket_info(sockets, socket, &info)) return 0;
    octets = info.unacked_bytes + info.unsent_bytes;
    limit = socket_send_buffer(sockets, socket);
    if (sockets_are_bsd(sockets))
        room = limit > octets ? limit - octets : 0;
    else
        room = linux_room(sockets, socket, &info);
    return least(room, octets < STACK_SEND_MOST ? STACK_SEND_MOST - octets : 0);
}

bool socket_is_writable(struct sockets *sockets, struct socket *socket) {
    uint32_t limit = socket_send_buffer(sockets, socket), low = socket->options.send_low;
    struct tercet_conn_info info;
    uint64_t queued;

    if (socket->is_over || !socket_info(sockets, socket, &info)) return true;
    if (sockets_are_bsd(sockets))
        return socket_send_room(sockets, socket) >= least(low ? low : BSD_SEND_LOW, limit);
    queued = linux_queued(socket, &info);
    return queued <= limit && limit - queued >= queued / 2 &&
           info.unsent_bytes < notsent_low(sockets, socket);
}

/* A write that is under way. */
struct writing {
    struct sockets *sockets;
    struct socket *socket;
    const struct unix_message *message;
    int flags;
    uint32_t wanted, done;
};

/* Why nothing can be sent, or 0.  -UNIX_EAGAIN: not yet. */
static int sending_error(struct writing *writing) {
    struct socket *socket = writing->socket;
    bool is_bsd = sockets_are_bsd(writing->sockets);
    enum tercet_state state = socket_state(writing->sockets, socket);

    if (socket->stage == SOCKET_FRESH || socket->stage == SOCKET_LISTENING)
        return is_bsd ? -UNIX_ENOTCONN : -UNIX_EPIPE;
    if (is_bsd && socket->is_write_shut) return -UNIX_EPIPE;
    if (socket->error) return -socket_error_take(socket);
    if (socket->is_write_shut) return -UNIX_EPIPE;
    if (state != TERCET_STATE_SYN_SENT && state != TERCET_STATE_SYN_RECEIVED) return 0;
    return is_bsd ? -UNIX_ENOTCONN : -UNIX_EAGAIN;
}

/* As much as there is room for goes to the stack, from behind the first @done octets. */
static void writing_puts(struct writing *writing) {
    uint32_t room = socket_send_room(writing->sockets, writing->socket), at = writing->done;

    for (uint32_t i = 0; i < writing->message->n_spans && room > 0; i++) {
        const struct unix_span *span = &writing->message->spans[i];
        uint32_t skip = least(at, span->length), n = least(span->length - skip, room);
        int taken;

        at -= skip;
        if (!n) continue;
        taken = tercet_conn_write(writing->sockets->stack, writing->socket->conn,
                                  (const unsigned char *)span->base + skip, n);
        if (taken <= 0) return;
        writing->done += (uint32_t)taken;
        writing->socket->written += (uint32_t)taken;
        room -= (uint32_t)taken;
        if ((uint32_t)taken < n) return;
    }
}

/* What has been put is on its way; go on later, or answer. */
static int writing_waits(struct writing *writing) {
    struct socket *socket = writing->socket;
    bool may_sleep = !socket->is_nonblocking && !(writing->flags & UNIX_MSG_DONTWAIT);
    int answer;

    socket->is_room_wanted = true;
    answer = socket_sleeps(writing->sockets, socket, SLEEP_SEND, may_sleep,
                           socket->options.send_timeout_ns);
    if (answer == SOCKETS_WAITS) socket->progress = writing->done;
    return answer == -UNIX_EAGAIN && writing->done ? (int)writing->done : answer;
}

static int writing_answers(struct writing *writing) {
    struct tercet_stack *stack = writing->sockets->stack;
    struct socket *socket = writing->socket;
    int error = sending_error(writing);

    if (error == -UNIX_EAGAIN) return writing_waits(writing);
    if (error) return writing->done ? (int)writing->done : error;
    if (!socket->options.is_cork)
        tercet_conn_set_option(stack, socket->conn, TERCET_OPTION_CORK,
                               (writing->flags & UNIX_MSG_MORE) != 0);
    writing_puts(writing);
    if (writing->done < writing->wanted) return writing_waits(writing);
    if (writing->flags & UNIX_MSG_OOB && writing->done) tercet_conn_urge(stack, socket->conn);
    if (writing->flags & UNIX_MSG_EOF && sockets_are_bsd(writing->sockets)) {
        socket->is_write_shut = true;
        tercet_conn_shutdown(stack, socket->conn);
    }
    return (int)writing->done;
}

static bool has_unsent(struct sockets *sockets, const struct socket *socket) {
    struct tercet_conn_info info;

    return socket_info(sockets, socket, &info) && info.unsent_bytes;
}

int sockets_send(void *self, int fd, const struct unix_message *message, int flags) {
    struct writing writing = {.sockets = self, .message = message, .flags = flags};
    bool is_behind;
    int answer;

    if (descriptor_at(self, fd) && descriptor_at(self, fd)->kind == DESCRIPTOR_PIPE_WRITE)
        return pipe_send(self, fd, message);
    writing.socket = socket_at(self, fd, &answer);
    if (!writing.socket) return answer == -UNIX_ENOTSOCK ? -UNIX_EINVAL : answer;
    if (flags & UNIX_MSG_FASTOPEN) return SOCKETS_UNSUPPORTED;
    if (message->name && writing.socket->stage == SOCKET_CONNECTED && sockets_are_bsd(self))
        return -UNIX_EISCONN;
    writing.wanted = spans_length(message);
    if (writing.socket->sleep == SLEEP_SEND) writing.done = writing.socket->progress;
    is_behind = !writing.done && has_unsent(self, writing.socket);
    answer = writing_answers(&writing);
    if (answer == SOCKETS_WAITS) return answer;
    socket_wakes(writing.socket);
    if (answer > 0 && flags & UNIX_MSG_ZEROCOPY && writing.socket->options.is_zerocopy &&
        !zerocopy_sends(writing.socket, (uint32_t)answer, is_behind))
        return SOCKETS_UNSUPPORTED;
    return answer;
}
