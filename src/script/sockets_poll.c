/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readiness: poll, and epoll in its three ways.
 *
 * What a descriptor is ready for is asked of its state each time (tcp_poll of Linux, sopoll of FreeBSD).  An epoll
 * instance keeps a list of those that have become ready; being in it is a flag and an order.  A level-triggered one is
 * delivered and stays in the list as long as it is ready; an edge-triggered one leaves it until something wakes it
 * again; a one-shot one is spent until it is armed again.
 */
#include "script/descriptors.h"

#define MASK_IN  (UNIX_POLLIN | UNIX_POLLRDNORM)
#define MASK_OUT (UNIX_POLLOUT | UNIX_POLLWRNORM)

/* The bits of epoll events that are no readiness. */
#define EPOLL_WAYS                                                                                 \
    ((uint32_t)UNIX_EPOLLET | UNIX_EPOLLONESHOT | UNIX_EPOLLEXCLUSIVE | UNIX_EPOLLWAKEUP)

/* Whether enough octets wait to wake a reader. */
static bool is_readable(struct sockets *sockets, const struct socket *socket) {
    uint32_t low = socket->options.receive_low ? socket->options.receive_low : 1;
    struct tercet_conn_info info;

    if (!socket_info(sockets, socket, &info)) return false;
    if (info.urgent_bytes == 1 && !socket->options.is_oob_inline) low++;
    return info.unread_bytes >= low;
}

static uint32_t listener_mask(struct sockets *sockets, const struct socket *socket) {
    struct tercet_conn_info info;

    return socket_info(sockets, socket, &info) && info.waiting > 0 ? MASK_IN : 0;
}

static bool is_urgent(struct sockets *sockets, const struct socket *socket) {
    struct tercet_conn_info info;

    if (socket->has_urgent) return true;
    return !socket->is_urgent_read && socket_info(sockets, socket, &info) &&
           info.urgent_bytes > 0 && info.urgent_bytes <= info.unread_bytes;
}

static uint32_t linux_mask(struct sockets *sockets, struct socket *socket) {
    enum tercet_state state = socket_state(sockets, socket);
    bool is_open = state != TERCET_STATE_SYN_SENT && state != TERCET_STATE_SYN_RECEIVED;
    uint32_t mask = 0;

    if (state == TERCET_STATE_CLOSED || (socket->is_read_shut && socket->is_write_shut))
        mask |= UNIX_POLLHUP;
    if (socket->is_read_shut) mask |= MASK_IN | UNIX_POLLRDHUP;
    if (is_open && is_readable(sockets, socket)) mask |= MASK_IN;
    if (is_open && is_urgent(sockets, socket)) mask |= UNIX_POLLPRI;
    if (socket->error || socket->zerocopies.n_told) mask |= UNIX_POLLERR;
    if (!is_open) return mask;
    if (socket->is_write_shut || socket_is_writable(sockets, socket))
        mask |= MASK_OUT;
    else
        socket->is_room_wanted = true;
    return mask;
}

static uint32_t bsd_mask(struct sockets *sockets, struct socket *socket) {
    enum tercet_state state = socket_state(sockets, socket);
    bool is_open = state >= TERCET_STATE_ESTABLISHED;
    uint32_t mask = 0;

    if (socket->error) mask |= MASK_IN | MASK_OUT;
    if (socket->is_read_shut) mask |= MASK_IN | UNIX_POLLRDHUP;
    if (socket->is_write_shut) mask |= MASK_OUT | UNIX_POLLHUP;
    if (is_readable(sockets, socket)) mask |= MASK_IN;
    if (is_urgent(sockets, socket)) mask |= UNIX_POLLPRI;
    if (!is_open) return mask;
    if (socket_is_writable(sockets, socket))
        mask |= MASK_OUT;
    else
        socket->is_room_wanted = true;
    return mask;
}

static uint32_t pipe_mask(const struct sockets *sockets, const struct descriptor *descriptor) {
    const struct pipe *pipe = &sockets->pipes[descriptor->index];

    if (descriptor->kind == DESCRIPTOR_PIPE_WRITE)
        return (pipe->count < PIPE_BYTES ? MASK_OUT : 0u) | (pipe->readers ? 0u : UNIX_POLLERR);
    return (pipe->count ? MASK_IN : 0u) | (pipe->writers ? 0u : UNIX_POLLHUP);
}

/* Whether an epoll instance has anything to deliver. */
static uint32_t epoll_mask(struct sockets *sockets, const struct epoll *epoll) {
    for (int i = 0; i < EPOLL_INTERESTS_MAX; i++) {
        const struct epoll_interest *interest = &epoll->interests[i];
        struct descriptor *of = descriptor_at(sockets, interest->fd);

        if (!interest->is_ready || interest->is_spent || !of || of->kind == DESCRIPTOR_EPOLL)
            continue;
        if (descriptor_poll_mask(sockets, interest->fd) & interest->events) return MASK_IN;
    }
    return 0;
}

uint32_t descriptor_poll_mask(struct sockets *sockets, int fd) {
    struct descriptor *descriptor = descriptor_at(sockets, fd);

    if (!descriptor) return UNIX_POLLNVAL;
    switch (descriptor->kind) {
    case DESCRIPTOR_EPOLL: return epoll_mask(sockets, &sockets->epolls[descriptor->index]);
    case DESCRIPTOR_PIPE_READ:
    case DESCRIPTOR_PIPE_WRITE: return pipe_mask(sockets, descriptor);
    default: break;
    }
    if (descriptor->socket.stage == SOCKET_LISTENING)
        return listener_mask(sockets, &descriptor->socket);
    if (sockets_are_bsd(sockets)) return bsd_mask(sockets, &descriptor->socket);
    return linux_mask(sockets, &descriptor->socket);
}

int sockets_poll(void *self, struct unix_poll *polls, uint32_t n, int timeout_ms) {
    struct sockets *sockets = self;
    int ready = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t wanted = (uint32_t)polls[i].events | UNIX_POLLERR | UNIX_POLLHUP | UNIX_POLLNVAL;

        polls[i].revents = 0;
        if (polls[i].fd < 0) continue;
        polls[i].revents = (int16_t)(descriptor_poll_mask(sockets, polls[i].fd) & wanted);
        ready += polls[i].revents != 0;
    }
    return ready || timeout_ms == 0 ? ready : SOCKETS_WAITS;
}

static void interest_is_ready(struct epoll *epoll, struct epoll_interest *interest) {
    if (interest->is_ready || interest->is_spent) return;
    interest->is_ready = true;
    interest->order = epoll->order++;
}

void sockets_wake(struct sockets *sockets, int fd, uint32_t mask) {
    for (int at = 0; at < EPOLLS_MAX; at++) {
        struct epoll *epoll = &sockets->epolls[at];

        for (int i = 0; epoll->is_used && i < EPOLL_INTERESTS_MAX; i++) {
            struct epoll_interest *interest = &epoll->interests[i];

            if (interest->fd == fd && (!mask || interest->events & mask))
                interest_is_ready(epoll, interest);
        }
    }
}

void epolls_forget(struct sockets *sockets, int fd) {
    for (int at = 0; at < EPOLLS_MAX; at++)
        for (int i = 0; i < EPOLL_INTERESTS_MAX; i++)
            if (sockets->epolls[at].interests[i].fd == fd)
                sockets->epolls[at].interests[i] = (struct epoll_interest){.fd = 0};
}

int sockets_epoll_create(void *self, int flags) {
    struct sockets *sockets = self;

    if (flags & ~UNIX_EPOLL_CLOEXEC) return -UNIX_EINVAL;
    for (uint32_t at = 0; at < EPOLLS_MAX; at++) {
        int fd;

        if (sockets->epolls[at].is_used) continue;
        fd = descriptor_open(sockets, DESCRIPTOR_EPOLL, at);
        if (fd > 0) sockets->epolls[at] = (struct epoll){.is_used = true};
        return fd;
    }
    return -UNIX_EMFILE;
}

static struct epoll *epoll_at(struct sockets *sockets, int epfd, int *error) {
    struct descriptor *descriptor = descriptor_at(sockets, epfd);

    *error = descriptor ? -UNIX_EINVAL : -UNIX_EBADF;
    if (!descriptor || descriptor->kind != DESCRIPTOR_EPOLL) return NULL;
    return &sockets->epolls[descriptor->index];
}

/* The interest in @fd; 0: a free place. */
static struct epoll_interest *interest_of(struct epoll *epoll, int fd) {
    for (int i = 0; i < EPOLL_INTERESTS_MAX; i++)
        if (epoll->interests[i].fd == fd) return &epoll->interests[i];
    return NULL;
}

/* Watch @fd from now on; what it is ready for already counts as news. */
static void interest_set(struct sockets *sockets, struct epoll *epoll,
                         struct epoll_interest *interest, int fd,
                         const struct unix_epoll_event *event) {
    *interest = (struct epoll_interest){
        .fd = fd,
        .events = event->events | UNIX_EPOLLERR | UNIX_EPOLLHUP,
        .data = event->data,
    };
    if (descriptor_poll_mask(sockets, fd) & interest->events & ~EPOLL_WAYS)
        interest_is_ready(epoll, interest);
}

int sockets_epoll_control(void *self, int epfd, int operation, int fd,
                          const struct unix_epoll_event *event) {
    struct epoll_interest *interest, *place;
    struct sockets *sockets = self;
    struct epoll *epoll;
    int error;

    if (!descriptor_at(sockets, epfd) || !descriptor_at(sockets, fd)) return -UNIX_EBADF;
    epoll = epoll_at(sockets, epfd, &error);
    if (!epoll || epfd == fd) return -UNIX_EINVAL;
    if (operation != UNIX_EPOLL_CTL_DEL && !event) return -UNIX_EFAULT;
    interest = interest_of(epoll, fd);
    switch (operation) {
    case UNIX_EPOLL_CTL_ADD:
        if (interest) return -UNIX_EEXIST;
        place = interest_of(epoll, 0);
        if (!place) return -UNIX_ENOSPC;
        interest_set(sockets, epoll, place, fd, event);
        return 0;
    case UNIX_EPOLL_CTL_MOD:
        if (!interest) return -UNIX_ENOENT;
        interest_set(sockets, epoll, interest, fd, event);
        return 0;
    case UNIX_EPOLL_CTL_DEL:
        if (!interest) return -UNIX_ENOENT;
        *interest = (struct epoll_interest){.fd = 0};
        return 0;
    default: return -UNIX_EINVAL;
    }
}

/* The first of the ready list that came before @before. */
static struct epoll_interest *first_ready(struct epoll *epoll, uint32_t before) {
    struct epoll_interest *first = NULL;

    for (int i = 0; i < EPOLL_INTERESTS_MAX; i++) {
        struct epoll_interest *interest = &epoll->interests[i];

        if (!interest->is_ready || interest->order >= before) continue;
        if (!first || interest->order < first->order) first = interest;
    }
    return first;
}

/* Take @interest off the list; a level-triggered one that is still ready goes to its end. */
static uint32_t deliver(struct sockets *sockets, struct epoll *epoll,
                        struct epoll_interest *interest) {
    uint32_t mask = descriptor_poll_mask(sockets, interest->fd) & interest->events & ~EPOLL_WAYS;

    interest->is_ready = false;
    if (!mask) return 0;
    if (interest->events & UNIX_EPOLLONESHOT)
        interest->is_spent = true;
    else if (!(interest->events & (uint32_t)UNIX_EPOLLET))
        interest_is_ready(epoll, interest);
    return mask;
}

int sockets_epoll_wait(void *self, int epfd, struct unix_epoll_event *events, int max,
                       int timeout_ms) {
    struct sockets *sockets = self;
    struct epoll_interest *interest;
    struct epoll *epoll;
    uint32_t before;
    int error, n = 0;

    epoll = epoll_at(sockets, epfd, &error);
    if (!epoll) return error;
    if (max <= 0) return -UNIX_EINVAL;
    before = epoll->order;
    while (n < max && (interest = first_ready(epoll, before)) != NULL) {
        uint32_t mask = deliver(sockets, epoll, interest);

        if (mask) events[n++] = (struct unix_epoll_event){mask, interest->data};
    }
    return n || timeout_ms == 0 ? n : SOCKETS_WAITS;
}
