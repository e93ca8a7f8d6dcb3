/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include "fake_sockets.h"
#include "script/address.h"
#include "script/words.h"
#include "wire/address_text.h"

static struct fake *fake;

static const char *shown(const struct tercet_endpoint *endpoint) {
    static char memory[80];
    struct text text;

    text_init(&text, memory, sizeof memory);
    endpoint_text(&text, &endpoint->address, endpoint->port);
    return memory;
}

static struct tercet_endpoint endpoint(const char *address, uint16_t port) {
    struct tercet_endpoint made = {.port = port};

    CHECK(address_of_word(word_of(address), &made.address));
    return made;
}

TEST(arguments_of_openings_are_what_the_text_says)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        ASKS("socket(..., SOCK_STREAM, IPPROTO_TCP) = 0", "socket(2, 1, 6)"),
        ASKS("socket(AF_INET6, SOCK_STREAM|SOCK_NONBLOCK, 0) = 0", "socket(10, 2049, 0)"),
        ASKS("socket(2, 1, 6) = 0", "socket(2, 1, 6)"),
        ASKS("listen(3, SOMAXCONN) = 0", "listen(103, 4096)"),
        ASKS("listen(3, -1) = 0", "listen(103, -1)"),
        ASKS("accept(3, ..., ...) = 0", "accept(103, 0)"),
        ASKS("accept(3, NULL, NULL) = 0", "accept(103, 0)"),
        ASKS("accept4(3, ..., ..., SOCK_NONBLOCK) = 0", "accept(103, 2048)"),
        ASKS("bind(3, ..., ...) = 0", "bind(103, 192.168.0.1:8080)"),
        ASKS("bind(3, {sa_family = AF_INET, sin_port = htons(99), sin_addr = inet_addr(\"10.0.0.1\")}, 16) = 0",
             "bind(103, 10.0.0.1:99)"),
        ASKS("bind(3, {sa_family=AF_INET, sin_port=htons(0), sin_addr=INADDR_ANY}, ...) = 0",
             "bind(103, 0.0.0.0:0)"),
        ASKS("bind(3, {sa_family=AF_INET, sin_port=99, sin_addr={s_addr=htonl(INADDR_LOOPBACK)}}, ...) = 0",
             "bind(103, 127.0.0.1:99)"),
        ASKS("bind(3, {AF_INET, htons(99), \"10.0.0.1\"}, ...) = 0", "bind(103, 10.0.0.1:99)"),
        ASKS("bind(3, {sa_family=AF_INET, sin_port=htons(7)}, ...) = 0",
             "bind(103, 192.168.0.1:7)"),
        ASKS("connect(3, ..., ...) = 0", "connect(103, 192.0.2.1:8080)"),
        ASKS("connect(3, {sa_family = AF_INET6, sin6_port = htons(80), inet_pton(AF_INET6, \"2001:db8::1\", &sin6_addr), sin6_flowinfo=0}, 28) = 0",
             "connect(103, [2001:db8::1]:80)"),
        ASKS("connect(3, {sa_family=AF_INET6, sin6_port=htons(80), sin6_addr=in6addr_loopback}, 28) = 0",
             "connect(103, [::1]:80)"),
        ASKS("connect(3, {sa_family=AF_UNSPEC}, 16) = 0", "connect(103, NULL)"),
        ASKS("connect(3, {sa_family=AF_INET, sin_port=..., sin_addr=...}, 16) = 0",
             "connect(103, 192.0.2.1:8080)"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, NULL);
}

TEST(an_address_left_to_the_judge_is_of_the_scripts_own_version)
{
    struct tercet_endpoint local, remote;

    fake = fake_new();
    local = endpoint("fd3d:a0b:17d6::1", 8080);
    remote = endpoint("2001:db8::1", 9);
    calls_init(&fake->calls, &fake->subject, &fake->arena, &local, &remote);
    fake_answers(fake, 50);
    CHECK_EQ(fake_call(fake, "socket(..., SOCK_STREAM, IPPROTO_TCP) = 3"), CALL_MET);
    CHECK_STR(fake->said, "socket(10, 1, 6)");
    fake_answers(fake, 0);
    CHECK_EQ(fake_call(fake, "bind(3, ..., ...) = 0"), CALL_MET);
    CHECK_STR(fake->said, "bind(50, [fd3d:a0b:17d6::1]:8080)");
    CHECK_EQ(fake_call(fake, "connect(3, ..., ...) = 0"), CALL_MET);
    CHECK_STR(fake->said, "connect(50, [2001:db8::1]:9)");
}

static void has_a_peer(struct fake *subject) {
    subject->local = endpoint("192.168.0.1", 8080);
    subject->remote = endpoint("192.0.2.1", 4000);
}

TEST(the_peers_address_is_compared_where_it_is_written)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        MET("accept(3, ..., ...) = 6", 200),
        MET("accept(3, {sa_family=AF_INET, sin_port=htons(4000), sin_addr=inet_addr(\"192.0.2.1\")}, [16]) = 6",
            200),
        MET("accept(3, [{sa_family=AF_INET, sin_port=htons(4000)}], [16]) = 6", 200),
        TELLS("accept(3, {sa_family=AF_INET, sin_port=htons(4001), sin_addr=inet_addr(\"192.0.2.1\")}, [16]) = 6",
              200, CALL_DIFFERS, "address: expected: 192.0.2.1:4001, returned: 192.0.2.1:4000"),
        TELLS("accept(3, {sa_family=AF_INET, sin_port=htons(4000), sin_addr=inet_addr(\"192.0.2.2\")}, [16]) = 6",
              200, CALL_DIFFERS, "address: expected: 192.0.2.2:4000, returned: 192.0.2.1:4000"),
        TELLS("getpeername(3, {sa_family=AF_INET, sin_port=htons(4000)}, [16]) = 6",
              200, CALL_DIFFERS, "expected: 6, returned: 0"),
        MET("getpeername(3, {sa_family=AF_INET, sin_port=htons(4000)}, [16]) = 0", 200),
        TELLS("getpeername(3, {sa_family=AF_INET, sin_port=htons(1)}, [16]) = 0",
              200, CALL_DIFFERS, "address: expected: 192.0.2.1:1, returned: 192.0.2.1:4000"),
        MET("getsockname(3, {sa_family=AF_INET, sin_port=htons(8080)}, [16]) = 0", 200),
        TELLS("getsockname(3, {sa_family=AF_INET, sin_port=htons(8081)}, [16]) = 0",
              200, CALL_DIFFERS, "address: expected: 192.168.0.1:8081, returned: 192.168.0.1:8080"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, has_a_peer);
}

TEST(a_socket_without_a_peer_has_no_peers_name)
{
    fake = fake_new();
    CHECK_EQ(fake_call(fake, "getpeername(3, ..., ...) = -1 ENOTCONN"), CALL_MET);
    CHECK_EQ(fake_call(fake, "getsockname(3, ..., ...) = 0"), CALL_MET);
}

TEST(the_focus_follows_the_socket_that_is_spoken_of)
{
    fake = fake_new();
    fake_answers(fake, 50);
    CHECK_EQ(fake_call(fake, "socket(..., SOCK_STREAM, IPPROTO_TCP) = 9"), CALL_MET);
    CHECK_EQ(fake->calls.focus.sockets_made, 1);
    CHECK_EQ(fake->calls.focus.local.port, 0);
    CHECK_EQ(fake->calls.focus.remote.port, 0);

    fake->local = endpoint("192.168.0.1", 777);
    fake_answers(fake, 0);
    CHECK_EQ(fake_call(fake, "bind(9, ..., ...) = 0"), CALL_MET);
    CHECK_STR(shown(&fake->calls.focus.local), "192.168.0.1:777");
    CHECK(!fake->calls.focus.is_passive);
    CHECK_EQ(fake_call(fake, "listen(9, 1) = 0"), CALL_MET);
    CHECK(fake->calls.focus.is_passive);
    CHECK_EQ(fake->calls.focus.local.port, 777);

    fake_answers(fake, 60);
    CHECK_EQ(fake_call(fake, "accept(9, ..., ...) = 10"), CALL_MET);
    CHECK(fake->calls.focus.is_passive);
    CHECK_EQ(fake_call(fake, "socket(..., SOCK_STREAM, IPPROTO_TCP) = 11"), CALL_MET);
    CHECK_EQ(fake->calls.focus.sockets_made, 2);
    CHECK(!fake->calls.focus.is_passive);
    CHECK_EQ(fake->calls.focus.local.port, 0);
}

TEST(the_focus_has_what_was_said_where_the_socket_does_not_know)
{
    fake = fake_new();
    CHECK_EQ(fake_call(fake, "bind(3, ..., ...) = 0"), CALL_MET);
    CHECK_STR(shown(&fake->calls.focus.local), "192.168.0.1:8080");
    CHECK_EQ(fake_call(fake, "listen(3, 1) = 0"), CALL_MET);
    CHECK_STR(shown(&fake->calls.focus.local), "192.168.0.1:8080");
    CHECK_EQ(fake_call(fake, "connect(4, ..., ...) = 0"), CALL_MET);
    CHECK_STR(shown(&fake->calls.focus.remote), "192.0.2.1:8080");
    CHECK(!fake->calls.focus.is_passive);
}

TEST(a_call_that_fails_moves_no_focus)
{
    fake = fake_new();
    fake_answers(fake, -UNIX_EINVAL);
    CHECK_EQ(fake_call(fake, "socket(..., SOCK_STREAM, IPPROTO_TCP) = -1"), CALL_MET);
    CHECK_EQ(fake_call(fake, "bind(3, ..., ...) = -1 EINVAL"), CALL_MET);
    CHECK_EQ(fake_call(fake, "listen(3, 1) = -1 EINVAL"), CALL_MET);
    CHECK_EQ(fake->calls.focus.sockets_made, 0);
    CHECK_EQ(fake->calls.focus.local.port, 0);
    CHECK(!fake->calls.focus.is_passive);
}

TEST(a_connect_that_waits_or_goes_on_has_the_focus_already)
{
    fake = fake_new();
    fake_answers(fake, SOCKETS_WAITS);
    CHECK_EQ(fake_call_blocking(fake, "connect(3, ..., ...) = 0"), CALL_WAITS);
    CHECK_EQ(fake->calls.focus.remote.port, 8080);
    fake = fake_new();
    fake_answers(fake, -UNIX_EINPROGRESS);
    CHECK_EQ(fake_call(fake, "connect(3, ..., ...) = -1 EINPROGRESS"), CALL_MET);
    CHECK_EQ(fake->calls.focus.remote.port, 8080);
}

TEST(files_are_closed_shut_and_asked)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        ASKS("close(3) = 0", "close(103)"),
        ASKS("shutdown(3, SHUT_WR) = 0", "shutdown(103, 1)"),
        ASKS("fcntl(3, F_GETFL) = 0", "fcntl(103, 3, 0)"),
        ASKS("fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0", "fcntl(103, 4, 2050)"),
        ASKS("fcntl(3, F_SETFL, ~O_NONBLOCK) = 0", "fcntl(103, 4, -2049)"),
        ASKS("splice(3, NULL, 4, NULL, 1000, SPLICE_F_MOVE) = 0", "splice(103, 104, 1000, 1)"),
        ASKS("splice(3, NULL, 4, NULL, 99999999999, 0) = 0", "splice(103, 104, 2147483647, 0)"),
        ASKS("ioctl(3, SIOCINQ, ...) = 0", "ioctl(103, 0x541b, 0)"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, NULL);
}

TEST(what_ioctl_returns_is_compared)
{
    fake = fake_new();
    fake->ioctl_value = 1000;
    CHECK_EQ(fake_call(fake, "ioctl(3, SIOCINQ, [1000]) = 0"), CALL_MET);
    CHECK_EQ(fake_call(fake, "ioctl(3, SIOCINQ, [...]) = 0"), CALL_MET);
    CHECK_EQ(fake_call(fake, "ioctl(3, SIOCINQ, [0]) = 0"), CALL_DIFFERS);
    CHECK_STR(fake->why, "value: expected: 0, returned: 1000");
    fake->keeps_ioctl_value = true;
    CHECK_EQ(fake_call(fake, "ioctl(3, FIONBIO, [1]) = 0"), CALL_MET);
    CHECK_STR(fake->said, "ioctl(103, 0x5421, 1)");
    fake_answers(fake, -UNIX_EINVAL);
    CHECK_EQ(fake_call(fake, "ioctl(3, SIOCINQ, [5]) = -1 EINVAL"), CALL_MET);
}

TEST(a_pipe_names_two_descriptors)
{
    fake = fake_new();
    fake->pair[0] = 70;
    fake->pair[1] = 71;
    CHECK_EQ(fake_call(fake, "pipe([8, 9]) = 0"), CALL_MET);
    CHECK_EQ(fake->calls.descriptors[8], 70);
    CHECK_EQ(fake->calls.descriptors[9], 71);
    CHECK_EQ(fake_call(fake, "pipe([9, 10]) = 0"), CALL_WRONG);
    CHECK_STR(fake->why, "descriptor 9 is in use");
    CHECK_EQ(fake_call(fake, "pipe([9]) = 0"), CALL_WRONG);
    CHECK_STR(fake->why, "pipe() takes [n, n]");
    CHECK_EQ(fake_call(fake, "splice(3, [5], 4, NULL, 10, 0) = 0"), CALL_UNSUPPORTED);
    CHECK_STR(fake->why, "splice() at an offset");
}

TEST(a_close_that_sleeps_keeps_the_descriptor_until_it_returns)
{
    fake = fake_new();
    fake_answers(fake, SOCKETS_WAITS);
    CHECK_EQ(fake_call_blocking(fake, "close(3) = 0"), CALL_WAITS);
    CHECK_EQ(fake->calls.descriptors[3], 103);
    fake_answers(fake, 0);
    CHECK_EQ(fake_again(fake), CALL_MET);
    CHECK_EQ(fake->calls.descriptors[3], -1);
}
