/* SPDX-License-Identifier: BSD-2-Clause */
/* Readiness: poll, epoll in its ways, pipes and splice, urgent octets. */
#include "rig_pair.h"

#define IN  (UNIX_POLLIN | UNIX_POLLRDNORM)
#define OUT (UNIX_POLLOUT | UNIX_POLLWRNORM)

/* An epoll instance that watches @fd for @events. */
static int epoll_on(struct pair *pair, int fd, unsigned events) {
    struct unix_epoll_event event = {events, 77};
    int epfd = calls->epoll_create(pair->a, 0);

    CHECK(epfd > 0);
    CHECK_EQ(calls->epoll_control(pair->a, epfd, UNIX_EPOLL_CTL_ADD, fd, &event), 0);
    return epfd;
}

/* What epoll_wait delivers of one descriptor; 0: nothing. */
static unsigned delivered(struct pair *pair, int epfd) {
    struct unix_epoll_event event = {0, 0};
    int n = calls->epoll_wait(pair->a, epfd, &event, 1, 0);

    CHECK(n == 0 || (n == 1 && event.data == 77));
    return event.events;
}

TALK(poll_waits_and_says_what_it_finds, "linux") {
    struct unix_poll polls[3] = {
        {-1, UNIX_POLLIN, 5},
        {55, UNIX_POLLIN, 0},
        {0,  UNIX_POLLIN, 0}
    };
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    polls[2].fd = fd_a;
    CHECK_EQ(calls->poll(pair->a, polls + 2, 1, -1), SOCKETS_WAITS);
    CHECK_EQ(calls->poll(pair->a, polls + 2, 1, 0), 0);
    CHECK_EQ(calls->poll(pair->a, polls, 3, -1), 1);
    CHECK_EQ(polls[0].revents, 0);
    CHECK_EQ(polls[1].revents, UNIX_POLLNVAL);
    send_bytes(pair->b, fd_b, "x", 1, 0);
    pair_talk(pair);
    CHECK_EQ(calls->poll(pair->a, polls + 2, 1, -1), 1);
    CHECK_EQ(polls[2].revents, UNIX_POLLIN);
}

TALK(poll_waits_for_as_many_octets_as_are_wanted, "linux") {
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(set_int(pair->a, fd_a, UNIX_SOL_SOCKET, UNIX_SO_RCVLOWAT, 5), 0);
    send_bytes(pair->b, fd_b, "1234", 4, 0);
    pair_talk(pair);
    CHECK_EQ(poll_mask(pair->a, fd_a), OUT);
    send_bytes(pair->b, fd_b, "5", 1, 0);
    pair_talk(pair);
    CHECK_EQ(poll_mask(pair->a, fd_a), IN | OUT);
}

TALK(freebsd_polls_without_errors_of_their_own, "freebsd") {
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(poll_mask(pair->a, fd_a), OUT);
    CHECK_EQ(calls->shutdown(pair->b, fd_b, UNIX_SHUT_WR), 0);
    pair_talk(pair);
    CHECK_EQ(poll_mask(pair->a, fd_a), OUT | IN | UNIX_POLLRDHUP);
    CHECK_EQ(calls->shutdown(pair->a, fd_a, UNIX_SHUT_WR), 0);
    CHECK_EQ(poll_mask(pair->a, fd_a), OUT | IN | UNIX_POLLRDHUP | UNIX_POLLHUP);
}

TALK(epoll_by_level_goes_on_telling, "linux") {
    int fd_a, fd_b, epfd;
    char byte;

    connect_to_a(pair, &fd_a, &fd_b);
    epfd = epoll_on(pair, fd_a, UNIX_EPOLLIN);
    CHECK_EQ(delivered(pair, epfd), 0);
    send_bytes(pair->b, fd_b, "x", 1, 0);
    pair_talk(pair);
    CHECK_EQ(poll_mask(pair->a, epfd), IN);
    CHECK_EQ(delivered(pair, epfd), UNIX_EPOLLIN);
    CHECK_EQ(delivered(pair, epfd), UNIX_EPOLLIN);
    CHECK_EQ(receive_bytes(pair->a, fd_a, &byte, 1, 0), 1);
    CHECK_EQ(delivered(pair, epfd), 0);
    CHECK_EQ(poll_mask(pair->a, epfd), 0);
}

TALK(epoll_by_edge_tells_what_is_new, "linux") {
    int fd_a, fd_b, epfd;

    connect_to_a(pair, &fd_a, &fd_b);
    epfd = epoll_on(pair, fd_a, UNIX_EPOLLIN | UNIX_EPOLLOUT | (unsigned)UNIX_EPOLLET);
    CHECK_EQ(delivered(pair, epfd), UNIX_EPOLLOUT);
    CHECK_EQ(delivered(pair, epfd), 0);
    send_bytes(pair->b, fd_b, "x", 1, 0);
    pair_talk(pair);
    CHECK_EQ(delivered(pair, epfd), UNIX_EPOLLIN | UNIX_EPOLLOUT);
    CHECK_EQ(delivered(pair, epfd), 0); /* though it waits still */
    send_bytes(pair->b, fd_b, "y", 1, 0);
    pair_talk(pair);
    CHECK_EQ(delivered(pair, epfd), UNIX_EPOLLIN | UNIX_EPOLLOUT);
}

TALK(epoll_by_edge_tells_of_room_once_it_was_wanted, "linux") {
    static char bytes[4 << 20];
    int fd_a, fd_b, epfd;

    connect_to_a(pair, &fd_a, &fd_b);
    nonblocking(pair->a, fd_a);
    nonblocking(pair->b, fd_b);
    epfd = epoll_on(pair, fd_a, UNIX_EPOLLOUT | (unsigned)UNIX_EPOLLET);
    CHECK_EQ(delivered(pair, epfd), UNIX_EPOLLOUT);
    CHECK(send_bytes(pair->a, fd_a, bytes, sizeof bytes, 0) < (int)sizeof bytes);
    CHECK_EQ(delivered(pair, epfd), 0);
    for (unsigned i = 0; i < 1000 && poll_mask(pair->a, epfd) == 0; i++) {
        pair_pass_ms(pair, 1);
        receive_bytes(pair->b, fd_b, bytes, sizeof bytes, 0);
    }
    CHECK_EQ(delivered(pair, epfd), UNIX_EPOLLOUT);
    CHECK_EQ(delivered(pair, epfd), 0);
}

TALK(epoll_once_is_spent_until_it_is_armed, "linux") {
    struct unix_epoll_event event = {UNIX_EPOLLIN | UNIX_EPOLLONESHOT, 77};
    int fd_a, fd_b, epfd;

    connect_to_a(pair, &fd_a, &fd_b);
    epfd = epoll_on(pair, fd_a, event.events);
    send_bytes(pair->b, fd_b, "x", 1, 0);
    pair_talk(pair);
    CHECK_EQ(delivered(pair, epfd), UNIX_EPOLLIN);
    send_bytes(pair->b, fd_b, "y", 1, 0);
    pair_talk(pair);
    CHECK_EQ(delivered(pair, epfd), 0);
    CHECK_EQ(calls->epoll_control(pair->a, epfd, UNIX_EPOLL_CTL_MOD, fd_a, &event), 0);
    CHECK_EQ(delivered(pair, epfd), UNIX_EPOLLIN);
}

TALK(epoll_tells_of_the_end_and_of_errors_unasked, "linux") {
    int linger[2] = {1, 0}, fd_a, fd_b, epfd;
    struct unix_option option = {UNIX_SOL_SOCKET, UNIX_SO_LINGER, linger, sizeof linger};

    connect_to_a(pair, &fd_a, &fd_b);
    epfd = epoll_on(pair, fd_a, UNIX_EPOLLRDHUP | (unsigned)UNIX_EPOLLET);
    CHECK_EQ(delivered(pair, epfd), 0);
    CHECK_EQ(calls->set_option(pair->b, fd_b, &option), 0);
    CHECK_EQ(calls->close(pair->b, fd_b), 0);
    pair_talk(pair);
    CHECK_EQ(delivered(pair, epfd), UNIX_EPOLLRDHUP | UNIX_EPOLLERR | UNIX_EPOLLHUP);
    CHECK_EQ(delivered(pair, epfd), 0);
}

TALK(what_epoll_refuses, "linux") {
    struct unix_epoll_event event = {UNIX_EPOLLIN, 0};
    int fd = open_socket(pair, pair->a), epfd = calls->epoll_create(pair->a, 0);

    CHECK_EQ(calls->epoll_control(pair->a, epfd, UNIX_EPOLL_CTL_MOD, fd, &event), -UNIX_ENOENT);
    CHECK_EQ(calls->epoll_control(pair->a, epfd, UNIX_EPOLL_CTL_DEL, fd, NULL), -UNIX_ENOENT);
    CHECK_EQ(calls->epoll_control(pair->a, epfd, UNIX_EPOLL_CTL_ADD, fd, &event), 0);
    CHECK_EQ(calls->epoll_control(pair->a, epfd, UNIX_EPOLL_CTL_ADD, fd, &event), -UNIX_EEXIST);
    CHECK_EQ(calls->epoll_control(pair->a, epfd, UNIX_EPOLL_CTL_ADD, 60, &event), -UNIX_EBADF);
    CHECK_EQ(calls->epoll_control(pair->a, epfd, UNIX_EPOLL_CTL_ADD, epfd, &event), -UNIX_EINVAL);
    CHECK_EQ(calls->epoll_control(pair->a, fd, UNIX_EPOLL_CTL_ADD, epfd, &event), -UNIX_EINVAL);
    CHECK_EQ(calls->epoll_wait(pair->a, epfd, &event, 0, 0), -UNIX_EINVAL);
    CHECK_EQ(calls->epoll_wait(pair->a, fd, &event, 1, 0), -UNIX_EINVAL);
    CHECK_EQ(calls->close(pair->a, fd), 0);
    CHECK_EQ(open_socket(pair, pair->a), fd); /* another, which is not watched */
    CHECK_EQ(calls->epoll_control(pair->a, epfd, UNIX_EPOLL_CTL_MOD, fd, &event), -UNIX_ENOENT);
    CHECK_EQ(calls->epoll_wait(pair->a, epfd, &event, 1, -1), SOCKETS_WAITS);
}

TALK(an_urgent_octet_is_read_by_itself, "linux") {
    char bytes[8] = "";
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 1, UNIX_MSG_OOB), -UNIX_EINVAL);
    CHECK_EQ(send_bytes(pair->b, fd_b, "abc", 3, UNIX_MSG_OOB), 3);
    pair_talk(pair);
    CHECK(poll_mask(pair->a, fd_a) & UNIX_POLLPRI);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 1, UNIX_MSG_OOB), 1);
    CHECK_EQ(bytes[0], 'c');
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 1, UNIX_MSG_OOB), -UNIX_EINVAL);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, 0), 2); /* up to it */
    CHECK_MEM(bytes, "ab", 2);
    CHECK_EQ(send_bytes(pair->b, fd_b, "de", 2, 0), 2);
    pair_talk(pair);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, UNIX_MSG_DONTWAIT), 2); /* and behind it */
    CHECK_MEM(bytes, "de", 2);
}

TALK(an_urgent_octet_stays_in_line_when_that_is_wanted, "linux") {
    char bytes[8] = "";
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(set_int(pair->a, fd_a, UNIX_SOL_SOCKET, UNIX_SO_OOBINLINE, 1), 0);
    CHECK_EQ(send_bytes(pair->b, fd_b, "abc", 3, UNIX_MSG_OOB), 3);
    pair_talk(pair);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 1, UNIX_MSG_OOB), -UNIX_EINVAL);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, 0), 2); /* up to the mark, as Unix has it */
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes + 2, 6, 0), 1);
    CHECK_MEM(bytes, "abc", 3);
}

TALK(octets_go_through_a_pipe, "linux") {
    char bytes[8] = "";
    int pipe[2], fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(calls->pipe(pair->a, pipe), 0);
    CHECK_EQ(receive_bytes(pair->a, pipe[0], bytes, 8, 0), SOCKETS_WAITS);
    CHECK_EQ(send_bytes(pair->b, fd_b, "words", 5, 0), 5);
    pair_talk(pair);
    CHECK_EQ(calls->splice(pair->a, fd_a, pipe[1], 100, 0), 5);
    CHECK_EQ(calls->splice(pair->a, pipe[0], fd_a, 2, 0), 2);
    pair_talk(pair);
    CHECK_EQ(receive_bytes(pair->b, fd_b, bytes, 8, 0), 2);
    CHECK_MEM(bytes, "wo", 2);
    CHECK_EQ(receive_bytes(pair->a, pipe[0], bytes, 8, 0), 3);
    CHECK_MEM(bytes, "rds", 3);
    CHECK_EQ(calls->splice(pair->a, fd_a, pipe[1], 100, UNIX_SPLICE_F_NONBLOCK), -UNIX_EAGAIN);
    CHECK_EQ(calls->splice(pair->a, fd_a, fd_a, 100, 0), -UNIX_EINVAL);
    CHECK_EQ(calls->close(pair->a, pipe[1]), 0);
    CHECK_EQ(receive_bytes(pair->a, pipe[0], bytes, 8, 0), 0);
    CHECK_EQ(calls->close(pair->a, pipe[0]), 0);
}
