/* SPDX-License-Identifier: BSD-2-Clause */
#include "door/loop.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/instant.h"
#include "door/clock.h"

int loop_open(struct loop *loop) {
    *loop = (struct loop){.fd = epoll_create1(EPOLL_CLOEXEC)};
    return loop->fd < 0 ? -errno : 0;
}

static struct loop_watch *watch_of(struct loop *loop, int fd) {
    for (struct loop_watch *watch = loop->watches; watch < loop->watches + LOOP_WATCHES_MAX;
         watch++) {
        if (watch->ready && watch->fd == fd) return watch;
    }
    return NULL;
}

static struct loop_watch *watch_free(struct loop *loop) {
    for (struct loop_watch *watch = loop->watches; watch < loop->watches + LOOP_WATCHES_MAX;
         watch++) {
        if (!watch->ready) return watch;
    }
    return NULL;
}

/* An event's 64 bits: the slot, and which of its lives the event belongs to. */
static struct epoll_event event_of(const struct loop *loop, const struct loop_watch *watch,
                                   uint32_t events) {
    uint64_t slot = (uint64_t)(watch - loop->watches);

    return (struct epoll_event){.events = events, .data.u64 = slot << 32 | watch->generation};
}

int loop_watch(struct loop *loop, int fd, uint32_t events, loop_ready *ready, void *user) {
    struct loop_watch *watch = watch_free(loop);

    if (!watch) return -ENOSPC;
    watch->generation++;
    struct epoll_event event = event_of(loop, watch, events);
    if (epoll_ctl(loop->fd, EPOLL_CTL_ADD, fd, &event) != 0) return -errno;
    watch->fd = fd;
    watch->user = user;
    watch->ready = ready;
    return 0;
}

int loop_change(struct loop *loop, int fd, uint32_t events) {
    struct loop_watch *watch = watch_of(loop, fd);

    if (!watch) return -ENOENT;
    struct epoll_event event = event_of(loop, watch, events);
    return epoll_ctl(loop->fd, EPOLL_CTL_MOD, fd, &event) == 0 ? 0 : -errno;
}

void loop_forget(struct loop *loop, int fd) {
    struct loop_watch *watch = watch_of(loop, fd);

    if (!watch) return;
    epoll_ctl(loop->fd, EPOLL_CTL_DEL, fd, NULL);
    watch->ready = NULL;
}

/* How long to sleep for @deadline_ns; the memory for it is the caller's.  Return: NULL for ever. */
static const struct timespec *sleep_until(uint64_t deadline_ns, struct timespec *sleep) {
    if (deadline_ns == UINT64_MAX) return NULL;
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    sleep->tv_sec = (time_t)(left_ns / NS_PER_S);
    sleep->tv_nsec = (long)(left_ns % NS_PER_S);
    return sleep;
}

int loop_turn(struct loop *loop, uint64_t deadline_ns) {
    struct epoll_event events[LOOP_WATCHES_MAX];
    struct timespec sleep;

    int n = epoll_pwait2(loop->fd, events, LOOP_WATCHES_MAX, sleep_until(deadline_ns, &sleep), NULL);
    if (n < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < n; i++) {
        struct loop_watch *watch = &loop->watches[events[i].data.u64 >> 32];

        if (watch->ready && watch->generation == (uint32_t)events[i].data.u64)
            watch->ready(watch->user, events[i].events);
    }
    return n;
}

void loop_close(struct loop *loop) {
    if (loop->fd >= 0) close(loop->fd);
    loop->fd = -1;
}
