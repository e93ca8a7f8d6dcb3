/* SPDX-License-Identifier: BSD-2-Clause */
/* Opening, reading and writing, closing: what each call answers by the state of the socket. */
#include "rig_pair.h"
#include "script/descriptors.h"
#include "wire/icmp.h"

TALK(a_socket_that_was_never_connected, "linux") {
    int fd = open_socket(pair, pair->a);
    char byte;

    CHECK_EQ(fd, 3);
    nonblocking(pair->a, fd);
    CHECK_EQ(receive_bytes(pair->a, fd, &byte, 1, 0), -UNIX_ENOTCONN);
    CHECK_EQ(send_bytes(pair->a, fd, "x", 1, 0), -UNIX_EPIPE);
    CHECK_EQ(calls->shutdown(pair->a, fd, UNIX_SHUT_WR), -UNIX_ENOTCONN);
    CHECK_EQ(calls->shutdown(pair->a, fd, 3), -UNIX_EINVAL);
    CHECK_EQ(calls->accept(pair->a, fd, NULL, 0), -UNIX_EINVAL);
    CHECK_EQ(poll_mask(pair->a, fd), UNIX_POLLOUT | UNIX_POLLWRNORM | UNIX_POLLHUP);
    CHECK_EQ(get_int(pair->a, fd, UNIX_SOL_SOCKET, UNIX_SO_ERROR), 0);
    CHECK_EQ(calls->close(pair->a, fd), 0);
    CHECK_EQ(calls->close(pair->a, fd), -UNIX_EBADF);
    CHECK_EQ(open_socket(pair, pair->a), 3);
}

TALK(freebsd_says_that_it_is_not_connected, "freebsd") {
    int fd = open_socket(pair, pair->a);
    char byte;

    nonblocking(pair->a, fd);
    CHECK_EQ(receive_bytes(pair->a, fd, &byte, 1, 0), -UNIX_ENOTCONN);
    CHECK_EQ(send_bytes(pair->a, fd, "x", 1, 0), -UNIX_ENOTCONN);
    CHECK_EQ(calls->shutdown(pair->a, fd, UNIX_SHUT_RDWR), -UNIX_ENOTCONN);
    CHECK_EQ(calls->accept(pair->a, fd, NULL, 0), -UNIX_EINVAL);
    CHECK_EQ(poll_mask(pair->a, fd), 0);
}

TALK(descriptors_that_are_none, "linux") {
    struct tercet_endpoint at = end_a(pair, 80);
    int pipe[2];
    char byte;

    CHECK_EQ(calls->listen(pair->a, 3, 1), -UNIX_EBADF);
    CHECK_EQ(calls->bind(pair->a, 77, &at), -UNIX_EBADF);
    CHECK_EQ(receive_bytes(pair->a, -1, &byte, 1, 0), -UNIX_EBADF);
    CHECK_EQ(calls->pipe(pair->a, pipe), 0);
    CHECK_EQ(calls->listen(pair->a, pipe[0], 1), -UNIX_ENOTSOCK);
    CHECK_EQ(calls->connect(pair->a, pipe[1], &at), -UNIX_ENOTSOCK);
}

TALK(what_bind_refuses, "linux") {
    struct tercet_endpoint at = end_a(pair, PAIR_PORT), other = end_b(pair, PAIR_PORT);
    int fd = open_socket(pair, pair->a), second = open_socket(pair, pair->a);

    CHECK_EQ(calls->bind(pair->a, fd, &other), -UNIX_EADDRNOTAVAIL);
    CHECK_EQ(calls->bind(pair->a, fd, &at), 0);
    CHECK_EQ(calls->bind(pair->a, fd, &at), -UNIX_EINVAL);
    CHECK_EQ(calls->bind(pair->a, second, &at), -UNIX_EADDRINUSE);
    CHECK_EQ(set_int(pair->a, second, UNIX_SOL_SOCKET, UNIX_SO_REUSEADDR, 1), 0);
    CHECK_EQ(calls->bind(pair->a, second, &at), -UNIX_EADDRINUSE); /* both have to agree */
    CHECK_EQ(set_int(pair->a, fd, UNIX_SOL_SOCKET, UNIX_SO_REUSEADDR, 1), 0);
    CHECK_EQ(calls->bind(pair->a, second, &at), 0);
    CHECK_EQ(calls->listen(pair->a, fd, 1), 0);
    CHECK_EQ(calls->listen(pair->a, second, 1), -UNIX_EADDRINUSE);
}

TALK(bind_chooses_a_port, "linux") {
    struct tercet_endpoint at = end_a(pair, 0), local, remote;
    int fd = open_socket(pair, pair->a), second = open_socket(pair, pair->a);
    uint16_t port;

    CHECK_EQ(calls->names(pair->a, fd, &local, &remote), 0);
    CHECK_EQ(local.port, 0);
    CHECK_EQ(calls->bind(pair->a, fd, &at), 0);
    CHECK_EQ(calls->names(pair->a, fd, &local, &remote), 0);
    port = local.port;
    CHECK(port >= 32768);
    CHECK_EQ(calls->bind(pair->a, second, &at), 0);
    CHECK_EQ(calls->names(pair->a, second, &local, &remote), 0);
    CHECK(local.port >= 32768 && local.port != port);
}

TALK(a_listener, "linux") {
    struct tercet_endpoint at = end_a(pair, PAIR_PORT);
    int fd = listener_of(pair, pair->a, &at);
    char byte;

    CHECK_EQ(calls->listen(pair->a, fd, 5), 0); /* again: another backlog */
    CHECK_EQ(calls->connect(pair->a, fd, &at), -UNIX_EISCONN);
    CHECK_EQ(calls->bind(pair->a, fd, &at), -UNIX_EINVAL);
    CHECK_EQ(receive_bytes(pair->a, fd, &byte, 1, UNIX_MSG_DONTWAIT), -UNIX_ENOTCONN);
    CHECK_EQ(send_bytes(pair->a, fd, "x", 1, UNIX_MSG_DONTWAIT), -UNIX_EPIPE);
    CHECK_EQ(calls->accept(pair->a, fd, NULL, 0), SOCKETS_WAITS);
    nonblocking(pair->a, fd);
    CHECK_EQ(calls->accept(pair->a, fd, NULL, 0), -UNIX_EAGAIN);
    CHECK_EQ(get_int(pair->a, fd, UNIX_SOL_SOCKET, UNIX_SO_ACCEPTCONN), 1);
    CHECK_EQ(poll_mask(pair->a, fd), 0);
    CHECK_EQ(calls->shutdown(pair->a, fd, UNIX_SHUT_WR), 0);
    CHECK_EQ(calls->shutdown(pair->a, fd, UNIX_SHUT_RD), 0); /* it listens no more */
    CHECK_EQ(get_int(pair->a, fd, UNIX_SOL_SOCKET, UNIX_SO_ACCEPTCONN), 0);
    CHECK_EQ(calls->accept(pair->a, fd, NULL, 0), -UNIX_EINVAL);
    CHECK_EQ(calls->listen(pair->a, fd, 1), 0);
}

TALK(an_opening_that_does_not_wait, "linux") {
    struct tercet_endpoint at = end_b(pair, PAIR_PORT), local, remote;
    int listener = listener_of(pair, pair->b, &at), fd = open_socket(pair, pair->a);
    char byte;

    nonblocking(pair->a, fd);
    CHECK_EQ(calls->connect(pair->a, fd, &at), -UNIX_EINPROGRESS);
    CHECK_EQ(calls->connect(pair->a, fd, &at), -UNIX_EALREADY);
    CHECK_EQ(send_bytes(pair->a, fd, "x", 1, 0), -UNIX_EAGAIN);
    CHECK_EQ(receive_bytes(pair->a, fd, &byte, 1, 0), -UNIX_EAGAIN);
    CHECK_EQ(poll_mask(pair->a, fd), 0);
    pair_talk(pair);
    CHECK_EQ(poll_mask(pair->a, fd), UNIX_POLLOUT | UNIX_POLLWRNORM);
    CHECK_EQ(get_int(pair->a, fd, UNIX_SOL_SOCKET, UNIX_SO_ERROR), 0);
    CHECK_EQ(calls->connect(pair->a, fd, &at), 0);
    CHECK_EQ(calls->connect(pair->a, fd, &at), -UNIX_EISCONN);
    CHECK_EQ(calls->listen(pair->a, fd, 1), -UNIX_EINVAL);
    CHECK_EQ(calls->names(pair->a, fd, &local, &remote), 0);
    CHECK_EQ(remote.port, PAIR_PORT);
    CHECK_MEM(&remote.address, &at.address, sizeof at.address);
    CHECK_EQ(poll_mask(pair->b, listener), UNIX_POLLIN | UNIX_POLLRDNORM);
}

TALK(an_opening_that_waits, "linux") {
    struct tercet_endpoint at = end_b(pair, PAIR_PORT);
    int listener = listener_of(pair, pair->b, &at), fd = open_socket(pair, pair->a);

    CHECK_EQ(calls->connect(pair->a, fd, &at), SOCKETS_WAITS);
    CHECK_EQ(calls->connect(pair->a, fd, &at), SOCKETS_WAITS);
    CHECK_EQ(calls->accept(pair->b, listener, NULL, 0), SOCKETS_WAITS);
    pair_talk(pair);
    CHECK_EQ(calls->connect(pair->a, fd, &at), 0);
    CHECK_EQ(calls->connect(pair->a, fd, &at), -UNIX_EISCONN);
    CHECK(calls->accept(pair->b, listener, NULL, UNIX_SOCK_NONBLOCK) > 0);
}

TALK(an_opening_that_is_refused, "linux") {
    struct tercet_endpoint at = end_b(pair, PAIR_PORT);
    int fd = open_socket(pair, pair->a), waiting = open_socket(pair, pair->a);

    nonblocking(pair->a, fd);
    CHECK_EQ(calls->connect(pair->a, fd, &at), -UNIX_EINPROGRESS);
    CHECK_EQ(calls->connect(pair->a, waiting, &at), SOCKETS_WAITS);
    pair_talk(pair);
    CHECK_EQ(calls->connect(pair->a, waiting, &at), -UNIX_ECONNREFUSED);
    CHECK_EQ(poll_mask(pair->a, fd) & (UNIX_POLLERR | UNIX_POLLHUP | UNIX_POLLIN),
             UNIX_POLLERR | UNIX_POLLHUP | UNIX_POLLIN);
    CHECK_EQ(get_int(pair->a, fd, UNIX_SOL_SOCKET, UNIX_SO_ERROR), UNIX_ECONNREFUSED);
    CHECK_EQ(get_int(pair->a, fd, UNIX_SOL_SOCKET, UNIX_SO_ERROR), 0);
    CHECK_EQ(calls->connect(pair->a, fd, &at), -UNIX_ECONNABORTED); /* the error was told */
    CHECK_EQ(calls->connect(pair->a, fd, &at), -UNIX_EINPROGRESS);  /* and it may be tried again */
}

TALK(an_opening_that_nobody_answers, "linux") {
    struct tercet_endpoint at = end_b(pair, PAIR_PORT);
    int fd = open_socket(pair, pair->a);

    CHECK_EQ(calls->connect(pair->a, fd, &at), SOCKETS_WAITS);
    while (rig_kind.pass(pair->a, 1000000000000ull))
        cross(pair->a, NULL);
    CHECK_EQ(calls->connect(pair->a, fd, &at), -UNIX_ETIMEDOUT);
}

TALK(octets_come_as_they_were_written, "linux") {
    char bytes[16] = "";
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 4, 0), SOCKETS_WAITS);
    CHECK_EQ(send_bytes(pair->b, fd_b, "one two", 7, 0), 7);
    pair_talk(pair);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 4, UNIX_MSG_PEEK), 4);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 4, 0), 4);
    CHECK_MEM(bytes, "one ", 4);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 16, 0), 3);
    CHECK_MEM(bytes, "two", 3);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 16, UNIX_MSG_DONTWAIT), -UNIX_EAGAIN);
    CHECK_EQ(send_bytes(pair->b, fd_b, "three", 5, 0), 5);
    pair_talk(pair);
    memset(bytes, 0, sizeof bytes);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 5, UNIX_MSG_TRUNC), 5);
    CHECK_EQ(bytes[0], 0); /* thrown away, not copied */
}

TALK(waiting_for_all_of_it, "linux") {
    char bytes[8] = "";
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(send_bytes(pair->b, fd_b, "1234", 4, 0), 4);
    pair_talk(pair);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, UNIX_MSG_WAITALL), SOCKETS_WAITS);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, UNIX_MSG_WAITALL), SOCKETS_WAITS);
    CHECK_EQ(send_bytes(pair->b, fd_b, "5678", 4, 0), 4);
    pair_talk(pair);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, UNIX_MSG_WAITALL), 8);
    CHECK_MEM(bytes, "12345678", 8);
    CHECK_EQ(send_bytes(pair->b, fd_b, "90", 2, 0), 2);
    pair_talk(pair);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, UNIX_MSG_WAITALL), SOCKETS_WAITS);
    calls->close(pair->b, fd_b);
    pair_talk(pair);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, UNIX_MSG_WAITALL), 2);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, UNIX_MSG_WAITALL), 0);
}

TALK(the_peer_has_closed, "linux") {
    char bytes[8];
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    send_bytes(pair->b, fd_b, "end", 3, 0);
    CHECK_EQ(calls->shutdown(pair->b, fd_b, UNIX_SHUT_WR), 0);
    CHECK_EQ(calls->shutdown(pair->b, fd_b, UNIX_SHUT_WR), 0);
    CHECK_EQ(send_bytes(pair->b, fd_b, "x", 1, 0), -UNIX_EPIPE);
    pair_talk(pair);
    CHECK_EQ(poll_mask(pair->a, fd_a),
             UNIX_POLLIN | UNIX_POLLRDNORM | UNIX_POLLRDHUP | UNIX_POLLOUT | UNIX_POLLWRNORM);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, 0), 3);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, 0), 0);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, 0), 0);
    CHECK_EQ(send_bytes(pair->a, fd_a, "more", 4, 0), 4);
    pair_talk(pair);
    CHECK_EQ(receive_bytes(pair->b, fd_b, bytes, 8, 0), 4);
    CHECK_EQ(calls->shutdown(pair->a, fd_a, UNIX_SHUT_WR), 0);
    pair_talk(pair);
    CHECK(poll_mask(pair->a, fd_a) & UNIX_POLLHUP);
    CHECK_EQ(calls->shutdown(pair->a, fd_a, UNIX_SHUT_WR), -UNIX_ENOTCONN);
    CHECK_EQ(calls->close(pair->a, fd_a), 0);
}

/* The peer resets @fd_a. */
static void reset(struct pair *pair, int fd_b) {
    struct {
        int on, seconds;
    } linger = {1, 0};
    struct unix_option option = {UNIX_SOL_SOCKET, UNIX_SO_LINGER, &linger, sizeof linger};

    CHECK_EQ(calls->set_option(pair->b, fd_b, &option), 0);
    CHECK_EQ(calls->close(pair->b, fd_b), 0);
    pair_talk(pair);
}

TALK(a_reset_is_told_once_by_read, "linux") {
    int fd_a, fd_b;
    char byte;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(receive_bytes(pair->a, fd_a, &byte, 1, 0), SOCKETS_WAITS);
    reset(pair, fd_b);
    CHECK_EQ(poll_mask(pair->a, fd_a), UNIX_POLLIN | UNIX_POLLRDNORM | UNIX_POLLRDHUP | UNIX_POLLOUT |
                                           UNIX_POLLWRNORM | UNIX_POLLHUP | UNIX_POLLERR);
    CHECK_EQ(receive_bytes(pair->a, fd_a, &byte, 1, 0), -UNIX_ECONNRESET);
    CHECK_EQ(receive_bytes(pair->a, fd_a, &byte, 1, 0), 0);
    CHECK_EQ(send_bytes(pair->a, fd_a, "x", 1, 0), -UNIX_EPIPE);
    CHECK_EQ(calls->shutdown(pair->a, fd_a, UNIX_SHUT_WR), -UNIX_ENOTCONN);
    CHECK_EQ(calls->close(pair->a, fd_a), 0);
}

TALK(a_reset_is_told_once_by_write, "linux") {
    int fd_a, fd_b;
    char byte;

    connect_to_a(pair, &fd_a, &fd_b);
    reset(pair, fd_b);
    CHECK_EQ(send_bytes(pair->a, fd_a, "x", 1, 0), -UNIX_ECONNRESET);
    CHECK_EQ(send_bytes(pair->a, fd_a, "x", 1, 0), -UNIX_EPIPE);
    CHECK_EQ(receive_bytes(pair->a, fd_a, &byte, 1, 0), 0);
}

TALK(freebsd_tells_a_writer_of_a_reset_that_the_pipe_is_broken, "freebsd") {
    int fd_a, fd_b;
    char byte;

    connect_to_a(pair, &fd_a, &fd_b);
    reset(pair, fd_b);
    CHECK_EQ(send_bytes(pair->a, fd_a, "x", 1, 0), -UNIX_EPIPE);
    CHECK_EQ(receive_bytes(pair->a, fd_a, &byte, 1, 0), -UNIX_ECONNRESET);
    CHECK_EQ(receive_bytes(pair->a, fd_a, &byte, 1, 0), 0);
}

TALK(a_reset_after_the_peers_fin_breaks_the_pipe, "linux") {
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(calls->shutdown(pair->b, fd_b, UNIX_SHUT_WR), 0);
    pair_talk(pair);
    reset(pair, fd_b);
    CHECK_EQ(get_int(pair->a, fd_a, UNIX_SOL_SOCKET, UNIX_SO_ERROR), UNIX_EPIPE);
}

TALK(closing_with_unread_octets_resets, "linux") {
    int fd_a, fd_b;
    char byte;

    connect_to_a(pair, &fd_a, &fd_b);
    send_bytes(pair->b, fd_b, "x", 1, 0);
    pair_talk(pair);
    CHECK_EQ(calls->close(pair->a, fd_a), 0);
    pair_talk(pair);
    CHECK_EQ(receive_bytes(pair->b, fd_b, &byte, 1, 0), -UNIX_ECONNRESET);
}

TALK(a_write_sleeps_until_all_is_taken, "linux") {
    static char bytes[1 << 20], back[1 << 20];
    uint32_t got = 0;
    int fd_a, fd_b, answer = SOCKETS_WAITS;

    connect_to_a(pair, &fd_a, &fd_b);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    nonblocking(pair->b, fd_b);
    for (unsigned i = 0; i < 100000 && got < sizeof back; i++) {
        int n;

        if (answer == SOCKETS_WAITS) answer = send_bytes(pair->a, fd_a, bytes, sizeof bytes, 0);
        if (i == 0) CHECK_EQ(answer, SOCKETS_WAITS);
        pair_talk(pair);
        n = receive_bytes(pair->b, fd_b, back + got, (uint32_t)(sizeof back - got), 0);
        if (n > 0) got += (uint32_t)n;
        if (n < 0) pair_pass_ms(pair, 1);
    }
    CHECK_EQ(answer, sizeof bytes);
    CHECK_EQ(got, sizeof back);
    CHECK_MEM(back, bytes, sizeof back);
}

TALK(a_write_that_must_not_sleep_takes_a_part, "linux") {
    static char bytes[4 << 20];
    int fd_a, fd_b, n;

    connect_to_a(pair, &fd_a, &fd_b);
    nonblocking(pair->a, fd_a);
    n = send_bytes(pair->a, fd_a, bytes, sizeof bytes, 0);
    CHECK(n > 0 && n < (int)sizeof bytes);
    CHECK_EQ(send_bytes(pair->a, fd_a, bytes, 1, 0), -UNIX_EAGAIN);
    CHECK(!(poll_mask(pair->a, fd_a) & UNIX_POLLOUT));
}

TALK(a_read_gives_up_when_its_time_is_over, "linux") {
    int64_t time[2] = {0, 300000};
    struct unix_option option = {UNIX_SOL_SOCKET, UNIX_SO_RCVTIMEO, time, sizeof time};
    int fd_a, fd_b;
    char byte;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(calls->set_option(pair->a, fd_a, &option), 0);
    CHECK_EQ(receive_bytes(pair->a, fd_a, &byte, 1, 0), SOCKETS_WAITS);
    CHECK(!rig_kind.pass(pair->a, 299000000));
    CHECK_EQ(receive_bytes(pair->a, fd_a, &byte, 1, 0), SOCKETS_WAITS);
    CHECK(rig_kind.pass(pair->a, 400000000));
    CHECK_EQ(rig_kind.now(pair->a), 300000000);
    CHECK_EQ(receive_bytes(pair->a, fd_a, &byte, 1, 0), -UNIX_EAGAIN);
}

TALK(close_lingers_until_the_fin_is_acknowledged, "linux") {
    int linger[2] = {1, 5}, fd_a, fd_b;
    struct unix_option option = {UNIX_SOL_SOCKET, UNIX_SO_LINGER, linger, sizeof linger};

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(calls->set_option(pair->a, fd_a, &option), 0);
    CHECK_EQ(calls->close(pair->a, fd_a), SOCKETS_WAITS);
    CHECK_EQ(calls->close(pair->a, fd_a), SOCKETS_WAITS);
    pair_pass_ms(pair, 200); /* the FIN may get a delayed ACK */
    CHECK_EQ(calls->close(pair->a, fd_a), 0);
    CHECK_EQ(calls->close(pair->a, fd_a), -UNIX_EBADF);
}

TALK(close_does_not_linger_for_ever, "linux") {
    int linger[2] = {1, 5}, fd_a, fd_b;
    struct unix_option option = {UNIX_SOL_SOCKET, UNIX_SO_LINGER, linger, sizeof linger};

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(calls->set_option(pair->a, fd_a, &option), 0);
    CHECK_EQ(calls->close(pair->a, fd_a), SOCKETS_WAITS);
    while (rig_kind.now(pair->a) < 5000000000)
        rig_kind.pass(pair->a, 5000000000);
    CHECK_EQ(calls->close(pair->a, fd_a), 0);
}

TALK(freebsd_does_not_give_what_was_reset_while_it_waited, "freebsd") {
    struct tercet_endpoint at = end_a(pair, PAIR_PORT);
    int listener = listener_of(pair, pair->a, &at), fd_b = open_socket(pair, pair->b);

    nonblocking(pair->a, listener);
    CHECK_EQ(calls->connect(pair->b, fd_b, &at), SOCKETS_WAITS);
    pair_talk(pair);
    CHECK_EQ(calls->connect(pair->b, fd_b, &at), 0);
    reset(pair, fd_b);
    CHECK_EQ(calls->accept(pair->a, listener, NULL, 0), -UNIX_ECONNABORTED);
    CHECK_EQ(calls->accept(pair->a, listener, NULL, 0), -UNIX_EAGAIN);
}

TALK(linux_gives_what_was_reset_while_it_waited, "linux") {
    struct tercet_endpoint at = end_a(pair, PAIR_PORT);
    int listener = listener_of(pair, pair->a, &at), fd_b = open_socket(pair, pair->b), fd;
    char byte;

    CHECK_EQ(calls->connect(pair->b, fd_b, &at), SOCKETS_WAITS);
    pair_talk(pair);
    CHECK_EQ(calls->connect(pair->b, fd_b, &at), 0);
    reset(pair, fd_b);
    fd = calls->accept(pair->a, listener, NULL, 0);
    CHECK(fd > 0);
    CHECK_EQ(receive_bytes(pair->a, fd, &byte, 1, 0), -UNIX_ECONNRESET);
    CHECK_EQ(receive_bytes(pair->a, fd, &byte, 1, 0), 0);
}

TALK(freebsd_throws_away_what_comes_to_a_reader_who_has_shut, "freebsd") {
    char bytes[8];
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(calls->shutdown(pair->a, fd_a, UNIX_SHUT_RD), 0);
    send_bytes(pair->b, fd_b, "text", 4, 0);
    pair_talk(pair);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, 0), 0);
    CHECK_EQ(calls->close(pair->a, fd_a), 0);
    pair_talk(pair);
    CHECK_EQ(get_int(pair->b, fd_b, UNIX_SOL_SOCKET, UNIX_SO_ERROR), 0); /* no reset */
}

TALK(linux_keeps_what_comes_to_a_reader_who_has_shut, "linux") {
    char bytes[8];
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(calls->shutdown(pair->a, fd_a, UNIX_SHUT_RD), 0);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, 0), 0);
    send_bytes(pair->b, fd_b, "text", 4, 0);
    pair_talk(pair);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, 0), 4);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, 0), 0);
}

/* An ICMP error of @type and @code from a router, about @packet of the host under test. */
static void icmp_arrives(struct pair *pair, uint8_t type, uint8_t code, const unsigned char *packet,
                         uint32_t octets) {
    bool is_v4 = address_is_v4(&pair->address_a);
    struct ip_header ip = {
        .source = pair->address_b,
        .destination = pair->address_a,
        .protocol = is_v4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6,
        .hop_limit = 64,
        .version = is_v4 ? 4 : 6,
        .length = ICMP_HEADER_LENGTH + octets,
    };
    struct icmp_message icmp = {
        .type = type, .code = code, .version = ip.version, .body = packet, .length = octets};
    unsigned char error[1500];
    uint32_t n = ip_build(error, &ip);

    n += icmp_build(error + n, &ip, &icmp);
    rig_kind.arrive(pair->a, error, n);
}

TALK(an_opening_fails_by_what_icmp_says, "linux") {
    static const struct {
        uint8_t v4_code, v6_code;
        int v4_error, v6_error;
    } rows[] = {
        {0, 0, UNIX_ENETUNREACH,  UNIX_ENETUNREACH },
        {1, 3, UNIX_EHOSTUNREACH, UNIX_EHOSTUNREACH},
        {3, 4, UNIX_ECONNREFUSED, UNIX_ECONNREFUSED},
        {2, 1, UNIX_ENOPROTOOPT,  UNIX_EACCES      },
    };
    bool is_v4 = address_is_v4(&pair->address_a);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tercet_endpoint at = end_b(pair, PAIR_PORT);
        int fd = open_socket(pair, pair->a);
        const unsigned char *packet;
        uint32_t octets;
        uint64_t when;

        CHECK_EQ(calls->connect(pair->a, fd, &at), SOCKETS_WAITS);
        octets = rig_kind.next_departed(pair->a, &packet, &when);
        icmp_arrives(pair, is_v4 ? 3 : 1, is_v4 ? rows[i].v4_code : rows[i].v6_code, packet, octets);
        CHECK_EQ(calls->connect(pair->a, fd, &at), is_v4 ? -rows[i].v4_error : -rows[i].v6_error);
    }
}

TALK(icmp_about_an_open_connection_is_a_soft_error, "linux") {
    bool is_v4 = address_is_v4(&pair->address_a);
    const unsigned char *packet;
    int fd_a, fd_b;
    uint32_t octets;
    uint64_t when;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(send_bytes(pair->a, fd_a, "x", 1, 0), 1);
    octets = rig_kind.next_departed(pair->a, &packet, &when);
    icmp_arrives(pair, is_v4 ? 3 : 1, is_v4 ? 1 : 3, packet, octets);
    CHECK(!(poll_mask(pair->a, fd_a) & UNIX_POLLERR));
    CHECK_EQ(get_int(pair->a, fd_a, UNIX_SOL_SOCKET, UNIX_SO_ERROR), UNIX_EHOSTUNREACH);
    CHECK_EQ(get_int(pair->a, fd_a, UNIX_SOL_SOCKET, UNIX_SO_ERROR), 0);
}

TALK(times_of_what_was_sent_are_not_told, "linux") {
    char byte;
    int fd = open_socket(pair, pair->a);

    CHECK_EQ(receive_bytes(pair->a, fd, &byte, 1, UNIX_MSG_ERRQUEUE), -UNIX_EAGAIN);
    CHECK_EQ(set_int(pair->a, fd, UNIX_SOL_SOCKET, UNIX_SO_TIMESTAMPING, 1), 0);
    CHECK_EQ(receive_bytes(pair->a, fd, &byte, 1, UNIX_MSG_ERRQUEUE), SOCKETS_UNSUPPORTED);
}

TALK(sends_without_copying_have_a_limit, "linux") {
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    nonblocking(pair->a, fd_a);
    set_int(pair->a, fd_a, UNIX_SOL_TCP, UNIX_TCP_NODELAY, 1);
    set_int(pair->a, fd_a, UNIX_SOL_SOCKET, UNIX_SO_ZEROCOPY, 1);
    for (int i = 0; i < ZEROCOPIES_MAX; i++) {
        CHECK_EQ(send_bytes(pair->a, fd_a, "x", 1, UNIX_MSG_ZEROCOPY), 1);
        CHECK_EQ(send_bytes(pair->a, fd_a, "x", 1, 0), 1);
    }
    CHECK_EQ(send_bytes(pair->a, fd_a, "x", 1, UNIX_MSG_ZEROCOPY), SOCKETS_UNSUPPORTED);
}

TALK(what_came_before_a_reset_can_be_read, "linux") {
    char bytes[8];
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    send_bytes(pair->b, fd_b, "text", 4, 0);
    pair_talk(pair);
    reset(pair, fd_b);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 2, 0), 2);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, 0), 2);
    CHECK_MEM(bytes, "xt", 2);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, 0), -UNIX_ECONNRESET);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, 0), 0);
}

TALK(what_came_before_a_reset_is_gone_where_the_rfc_is_followed, "rfc") {
    char bytes[8];
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    send_bytes(pair->b, fd_b, "text", 4, 0);
    pair_talk(pair);
    reset(pair, fd_b);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, 0), -UNIX_ECONNRESET);
    CHECK_EQ(receive_bytes(pair->a, fd_a, bytes, 8, 0), 0);
}
