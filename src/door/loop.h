/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_DOOR_LOOP_H
#define TERCET_DOOR_LOOP_H

#include <stdint.h>

/*
 * The event loop: sleeps until a descriptor is ready or a deadline has come, and never else.
 *
 * Level-triggered, one call for each ready descriptor a turn: whoever has more to do than is fair in one
 * call returns, and is called again in the next turn.  A room with many descriptors of its own (the relay)
 * brings one: an epoll descriptor can be watched like any other.
 */
#define LOOP_WATCHES_MAX 64

/* @events: EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP bits of epoll_ctl(2) */
typedef void loop_ready(void *user, uint32_t events);

struct loop_watch {
    loop_ready *ready; /* NULL: free */
    void *user;
    int fd;
    uint32_t generation; /* counts the lives of the slot, so that an event of an earlier life is not delivered */
};

struct loop {
    int fd;
    struct loop_watch watches[LOOP_WATCHES_MAX];
};

/* Return: 0 or -errno. */
int loop_open(struct loop *loop);

/*
 * Call @ready when @fd has @events.  The descriptor stays the caller's; forget it before closing it.
 * Return: 0, -ENOSPC (LOOP_WATCHES_MAX), or epoll_ctl's -errno (-EPERM: the descriptor cannot be polled).
 */
int loop_watch(struct loop *loop, int fd, uint32_t events, loop_ready *ready, void *user);

/* Change the events waited for.  Return: 0, or -ENOENT: it is not watched. */
int loop_change(struct loop *loop, int fd, uint32_t events);

/* Stop watching @fd: @ready is not called any more, not even in this turn.  Harmless when it is not watched. */
void loop_forget(struct loop *loop, int fd);

/*
 * One turn: sleep until something is ready or @deadline_ns has come, then call whom it concerns.
 * @deadline_ns: on clock_monotonic_ns, UINT64_MAX for never; one in the past only looks
 * Return: descriptors served, 0..LOOP_WATCHES_MAX, or -errno.
 */
int loop_turn(struct loop *loop, uint64_t deadline_ns);

/* Close the loop.  What it watched stays open. */
void loop_close(struct loop *loop);

#endif
