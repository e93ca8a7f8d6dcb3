/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include "fake_sockets.h"

static struct fake *fake;

TEST(arguments_of_polls_are_what_the_text_says)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        ASKS("poll([{fd=4, events=POLLIN|POLLOUT, revents=...}], 1, 100) = 0", "poll(104:5 100)"),
        ASKS("poll([{4, POLLIN, ...}, {5, POLLOUT, ...}], 2, 0) = 0", "poll(104:1 105:4 0)"),
        ASKS("poll([{fd=4, events=POLLIN}, {fd=5, events=0}], 1, -1) = 0", "poll(104:1 -1)"),
        ASKS("poll([{fd=-1, events=POLLIN}], 1, 0) = 0", "poll(-1:1 0)"),
        ASKS("poll(NULL, 0, 5) = 0", "poll(5)"),
        ASKS("poll([], 0, 5) = 0", "poll(5)"),
        ASKS("epoll_create(1) = 0", "epoll_create(0)"),
        ASKS("epoll_create1(EPOLL_CLOEXEC) = 0", "epoll_create(524288)"),
        ASKS("epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, fd=4}) = 0",
             "epoll_ctl(105, 1, 104, 0x80000001, 4)"),
        ASKS("epoll_ctl(5, EPOLL_CTL_ADD, 4, [{events=EPOLLIN, u64=77}]) = 0",
             "epoll_ctl(105, 1, 104, 0x1, 77)"),
        ASKS("epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN, data={fd=4}}) = 0",
             "epoll_ctl(105, 1, 104, 0x1, 4)"),
        ASKS("epoll_ctl(5, EPOLL_CTL_ADD, 4, {EPOLLIN, 4}) = 0", "epoll_ctl(105, 1, 104, 0x1, 4)"),
        ASKS("epoll_ctl(5, EPOLL_CTL_DEL, 4, NULL) = 0", "epoll_ctl(105, 2, 104, NULL)"),
        ASKS("epoll_ctl(5, EPOLL_CTL_DEL, 4, ...) = 0", "epoll_ctl(105, 2, 104, NULL)"),
        ASKS("epoll_wait(5, ..., 3, 0) = 0", "epoll_wait(105, 3, 0)"),
        ASKS("epoll_wait(5, ..., 2147483647, 0) = 0", "epoll_wait(105, 64, 0)"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, NULL);
}

static void has_readiness(struct fake *subject) {
    subject->revents[0] = UNIX_POLLIN;
    subject->revents[1] = UNIX_POLLHUP;
    subject->events[0] = (struct unix_epoll_event){UNIX_EPOLLIN, 4};
    subject->events[1] = (struct unix_epoll_event){UNIX_EPOLLRDHUP, 77};
}

TEST(what_happened_is_compared)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        MET("poll([{fd=4, events=POLLIN, revents=POLLIN}], 1, 0) = 1", 1),
        MET("poll([{fd=4, events=POLLIN, revents=POLLIN}, {fd=5, events=POLLIN, revents=POLLHUP}], 2, 0) = 2",
            2),
        TELLS("poll([{fd=4, events=POLLIN, revents=0}], 1, 0) = 1",
              1, CALL_DIFFERS, "revents: expected: 0, returned: POLLIN"),
        TELLS("poll([{fd=4, events=POLLIN, revents=POLLIN}, {fd=5, events=POLLIN, revents=POLLIN|POLLERR}], 2, 0) = 2",
              2, CALL_DIFFERS, "revents: expected: POLLIN|POLLERR, returned: POLLHUP"),
        TELLS("poll([{fd=4, events=POLLIN, revents=POLLIN}], 1, 0) = 0",
              1, CALL_DIFFERS, "expected: 0, returned: 1"),
        MET("poll([{fd=4, events=POLLIN, revents=POLLOUT}], 1, 0) = -1 EINTR", -UNIX_EINTR),
        MET("epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0) = 1", 1),
        MET("epoll_wait(5, [{events=EPOLLIN, fd=4}, {events=EPOLLRDHUP, fd=77}], 2, 0) = 2", 2),
        MET("epoll_wait(5, [{events=..., fd=...}], 1, 0) = 1", 1),
        MET("epoll_wait(5, {events=EPOLLIN}, 1, 0) = 1", 1),
        MET("epoll_wait(5, {events=EPOLLOUT, fd=4}, 1, 0) = 0", 0),
        TELLS("epoll_wait(5, {events=EPOLLIN|EPOLLOUT, fd=4}, 1, 0) = 1",
              1, CALL_DIFFERS, "events: expected: EPOLLIN|EPOLLOUT, returned: EPOLLIN"),
        TELLS("epoll_wait(5, {events=EPOLLIN, fd=5}, 1, 0) = 1",
              1, CALL_DIFFERS, "data: expected: 5, returned: 4"),
        TELLS("epoll_wait(5, [{events=EPOLLIN, fd=4}, {events=EPOLLRDHUP, fd=76}], 2, 0) = 2",
              2, CALL_DIFFERS, "data: expected: 76, returned: 77"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, has_readiness);
}

TEST(mistakes_of_polls_are_told)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        TELLS("poll([{fd=4, events=POLLIN}], 2, 0) = 1",
              0, CALL_WRONG, "the number of descriptors is not that of the list"),
        TELLS("poll([{fd=4, events=POLLIN}], -1, 0) = 1",
              0, CALL_WRONG, "the number of descriptors is not that of the list"),
        TELLS("poll([{fd=4, events=POLLIN}], 99999999999, 0) = 1",
              0, CALL_WRONG, "the number of descriptors is not that of the list"),
        TELLS("poll(5, 1, 0) = 1", 0, CALL_WRONG, "[{fd=, events=}, ...] is missing"),
        TELLS("poll([5], 1, 0) = 1", 0, CALL_WRONG, "a pollfd is {fd=, events=, revents=}"),
        TELLS("poll([{fd=4}], 1, 0) = 1", 0, CALL_WRONG, "a pollfd is {fd=, events=, revents=}"),
        TELLS("poll([{fd=9, events=POLLIN}], 1, 0) = 1", 0, CALL_WRONG, "descriptor 9 is not open"),
        TELLS("epoll_ctl(5, EPOLL_CTL_ADD, 4, {fd=4}) = 1",
              0, CALL_WRONG, "an event is {events=, fd=}"),
        TELLS("epoll_ctl(5, EPOLL_CTL_ADD, 4, 7) = 1", 0, CALL_WRONG, "an event is {events=, fd=}"),
        TELLS("poll([{fd=4, events=POLLIN, revent=0}], 1, 0) = 1",
              0, CALL_WRONG, "there is no field `revent`"),
        TELLS("poll([{4, POLLIN, 0, 0}], 1, 0) = 1", 0, CALL_WRONG, "a struct has too many fields"),
        TELLS("epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLIN, df=4}) = 1",
              0, CALL_WRONG, "there is no field `df`"),
        MET("epoll_create(0) = -1 EINVAL", 0),
        MET("epoll_wait(5, ..., 0, 0) = -1 EINVAL", 0),
        MET("epoll_wait(5, ..., -1, 0) = -1 EINVAL", 0),
    };
    /* clang-format on */

    FAKE_ROWS(rows, fake_is_not_asked);
}

TEST(a_poll_that_may_sleep_says_until_when)
{
    fake = fake_new();
    fake->now_ns = 5000000;
    fake_answers(fake, SOCKETS_WAITS);
    CHECK_EQ(fake_call_blocking(fake, "poll([{fd=4, events=POLLIN, revents=0}], 1, 100) = 0"),
             CALL_WAITS);
    CHECK_EQ(fake->calls.wait_until_ns, 105000000);
    fake->now_ns = 50000000;
    CHECK_EQ(fake_again(fake), CALL_WAITS);
    CHECK_STR(fake->said, "poll(104:1 100)");
    CHECK_EQ(fake->calls.wait_until_ns, 105000000);
    fake->now_ns = 105000000;
    fake_answers(fake, 0);
    CHECK_EQ(fake_again(fake), CALL_MET);
    CHECK_STR(fake->said, "poll(104:1 0)");
    CHECK(!fake->calls.waiting);
}

TEST(a_poll_without_end_has_no_deadline)
{
    fake = fake_new();
    fake_answers(fake, SOCKETS_WAITS);
    CHECK_EQ(fake_call_blocking(fake, "epoll_wait(5, {events=EPOLLIN, fd=4}, 1, -1) = 1"),
             CALL_WAITS);
    CHECK_EQ(fake->calls.wait_until_ns, UINT64_MAX);
    fake = fake_new();
    fake_answers(fake, SOCKETS_WAITS);
    CHECK_EQ(fake_call(fake, "epoll_wait(5, {events=EPOLLIN, fd=4}, 1, -1) = 1"), CALL_DIFFERS);
    CHECK_STR(fake->why, "expected: 1, returned: nothing yet: it would block");
    CHECK_EQ(fake->passes, 0);
}

TEST(a_poll_with_a_deadline_sleeps_in_a_moment_of_its_own_too)
{
    fake = fake_new();
    fake->answers[0] = SOCKETS_WAITS;
    fake->answers[1] = 0;
    fake->n_answers = 2;
    fake->asked = 0;
    CHECK_EQ(fake_call(fake, "poll([{fd=4, events=POLLIN, revents=0}], 1, 100) = 0"), CALL_MET);
    CHECK_STR(fake->said, "poll(104:1 100); poll(104:1 0)");
    CHECK_EQ(fake->now_ns, 100000000);
    CHECK_EQ(fake->passes, 1);
}

TEST(a_sleep_among_events_without_end_is_bounded)
{
    fake = fake_new();
    fake->step_ns = 1;
    fake_answers(fake, SOCKETS_WAITS);
    CHECK_EQ(fake_call(fake, "poll([{fd=4, events=POLLIN, revents=0}], 1, 2147483647) = 0"),
             CALL_DIFFERS);
    CHECK_STR(fake->why, "expected: 0, returned: nothing yet: it would block");
    CHECK(fake->passes <= 200000);
}
