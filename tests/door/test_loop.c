/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "door/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "door/clock.h"
#include "door/signals.h"
#include "tap.h"

struct listener {
    struct loop *loop;
    int fd, other;
    unsigned calls;
    uint32_t events;
};

static void take(void *user, uint32_t events) {
    struct listener *listener = user;
    char octet;

    listener->calls++;
    listener->events = events;
    CHECK_EQ(read(listener->fd, &octet, 1), 1);
}

static void forget_other(void *user, uint32_t events) {
    struct listener *listener = user;

    (void)events;
    listener->calls++;
    loop_forget(listener->loop, listener->other);
}

static void pipe_make(int ends[2]) {
    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
}

TEST(a_ready_descriptor_is_served_and_called_again_until_it_is_dry)
{
    struct loop loop;
    struct listener listener = {.loop = &loop};
    int ends[2];

    pipe_make(ends);
    listener.fd = ends[0];
    CHECK_EQ(loop_open(&loop), 0);
    CHECK_EQ(loop_watch(&loop, ends[0], EPOLLIN, take, &listener), 0);
    CHECK_EQ(loop_turn(&loop, 0), 0);
    CHECK_EQ(write(ends[1], "ab", 2), 2);
    CHECK_EQ(loop_turn(&loop, UINT64_MAX), 1);
    CHECK_EQ(loop_turn(&loop, UINT64_MAX), 1);
    CHECK_EQ(loop_turn(&loop, 0), 0);
    CHECK_EQ(listener.calls, 2);
    CHECK_EQ(listener.events, EPOLLIN);
    loop_close(&loop);
    close(ends[0]);
    close(ends[1]);
}

TEST(a_deadline_ends_the_sleep_and_never_early)
{
    struct loop loop;

    CHECK_EQ(loop_open(&loop), 0);
    for (uint64_t sleep_ns = 1000; sleep_ns <= 20000000; sleep_ns *= 20) {
        uint64_t deadline_ns = clock_monotonic_ns() + sleep_ns;

        CHECK_EQ(loop_turn(&loop, deadline_ns), 0);
        CHECK(clock_monotonic_ns() >= deadline_ns);
    }
    loop_close(&loop);
}

TEST(an_idle_loop_uses_no_cpu_time)
{
    struct loop loop;
    struct rusage before, after;

    CHECK_EQ(loop_open(&loop), 0);
    getrusage(RUSAGE_SELF, &before);
    loop_turn(&loop, clock_monotonic_ns() + 300000000);
    getrusage(RUSAGE_SELF, &after);
    long used_us = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000 +
                   (after.ru_utime.tv_usec - before.ru_utime.tv_usec) +
                   (after.ru_stime.tv_sec - before.ru_stime.tv_sec) * 1000000 +
                   (after.ru_stime.tv_usec - before.ru_stime.tv_usec);
    CHECK(used_us < 20000);
    loop_close(&loop);
}

TEST(what_is_forgotten_in_a_turn_is_not_called_in_it)
{
    struct loop loop;
    struct listener first = {.loop = &loop}, second = {.loop = &loop};
    int a[2], b[2];

    pipe_make(a);
    pipe_make(b);
    first = (struct listener){.loop = &loop, .fd = a[0], .other = b[0]};
    second = (struct listener){.loop = &loop, .fd = b[0], .other = a[0]};
    CHECK_EQ(loop_open(&loop), 0);
    CHECK_EQ(loop_watch(&loop, a[0], EPOLLIN, forget_other, &first), 0);
    CHECK_EQ(loop_watch(&loop, b[0], EPOLLIN, forget_other, &second), 0);
    CHECK_EQ(write(a[1], "a", 1) + write(b[1], "b", 1), 2);
    CHECK_EQ(loop_turn(&loop, UINT64_MAX), 2);
    CHECK_EQ(first.calls + second.calls, 1);
    loop_close(&loop);
    for (int i = 0; i < 2; i++) {
        close(a[i]);
        close(b[i]);
    }
}

/* Forgets the other and watches a third one, which comes to live in the other's slot. */
static void replace_other(void *user, uint32_t events) {
    struct listener *listener = user;
    static struct listener never;

    (void)events;
    listener->calls++;
    loop_forget(listener->loop, listener->other);
    CHECK_EQ(loop_watch(listener->loop, listener->fd + 1000, EPOLLIN, forget_other, &never), 0);
    CHECK_EQ(never.calls, 0);
}

TEST(an_event_of_an_earlier_life_of_a_slot_is_not_delivered)
{
    struct loop loop;
    struct listener first = {.loop = &loop}, second = {.loop = &loop};
    int a[2], b[2], quiet[2];

    pipe_make(a);
    pipe_make(b);
    pipe_make(quiet);
    if (!CHECK(dup2(quiet[0], a[0] + 1000) > 0 && dup2(quiet[0], b[0] + 1000) > 0)) return;
    first = (struct listener){.loop = &loop, .fd = a[0], .other = b[0]};
    second = (struct listener){.loop = &loop, .fd = b[0], .other = a[0]};
    CHECK_EQ(loop_open(&loop), 0);
    CHECK_EQ(loop_watch(&loop, a[0], EPOLLIN, replace_other, &first), 0);
    CHECK_EQ(loop_watch(&loop, b[0], EPOLLIN, replace_other, &second), 0);
    CHECK_EQ(write(a[1], "a", 1) + write(b[1], "b", 1), 2);
    CHECK_EQ(loop_turn(&loop, UINT64_MAX), 2);
    CHECK_EQ(first.calls + second.calls, 1);
    loop_close(&loop);
    close(a[0] + 1000);
    close(b[0] + 1000);
    for (int i = 0; i < 2; i++) {
        close(a[i]);
        close(b[i]);
        close(quiet[i]);
    }
}

TEST(the_table_of_watches_has_an_end)
{
    struct loop loop;
    int ends[2], fds[LOOP_WATCHES_MAX + 1];
    struct listener listener = {0};

    pipe_make(ends);
    CHECK_EQ(loop_open(&loop), 0);
    for (int i = 0; i <= LOOP_WATCHES_MAX; i++) {
        fds[i] = dup(ends[0]);
        CHECK_EQ(loop_watch(&loop, fds[i], EPOLLIN, take, &listener),
                 i < LOOP_WATCHES_MAX ? 0 : -ENOSPC);
    }
    loop_forget(&loop, fds[0]);
    CHECK_EQ(loop_watch(&loop, fds[LOOP_WATCHES_MAX], EPOLLIN, take, &listener), 0);
    CHECK_EQ(loop_change(&loop, fds[0], EPOLLIN), -ENOENT);
    for (int i = 0; i <= LOOP_WATCHES_MAX; i++)
        close(fds[i]);
    loop_close(&loop);
    close(ends[0]);
    close(ends[1]);
}

/* In a process of its own: what signals_open makes of @signal when it had @disposition.  Return: what is read. */
static int signal_seen(int signal_number, void (*disposition)(int)) {
    const int signals[] = {SIGHUP, SIGTERM};
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        signal(signal_number, disposition);
        int fd = signals_open(signals, 2);
        raise(signal_number);
        raise(SIGPIPE);
        int seen = signals_next(fd);
        _exit(seen == signal_number && signals_next(fd) == 0 ? seen : seen == 0 ? 100 : 101);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(a_signal_is_read_and_one_that_nohup_ignores_stays_ignored)
{
    CHECK_EQ(signal_seen(SIGTERM, SIG_DFL), SIGTERM);
    CHECK_EQ(signal_seen(SIGHUP, SIG_DFL), SIGHUP);
    CHECK_EQ(signal_seen(SIGHUP, SIG_IGN), 100);
}
