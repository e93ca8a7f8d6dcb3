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
    static const struct {
        const char *call, *said;
    } rows[] = {
        {"socket(..., SOCK_STREAM, IPPROTO_TCP) = 9",                                                                                            "socket(2, 1, 6)"             },
        {"socket(AF_INET6, SOCK_STREAM|SOCK_NONBLOCK, 0) = 9",                                                                                   "socket(10, 2049, 0)"         },
        {"socket(2, 1, 6) = 9",                                                                                                                  "socket(2, 1, 6)"             },
        {"listen(3, SOMAXCONN) = 9",                                                                                                             "listen(103, 4096)"           },
        {"listen(3, -1) = 9",                                                                                                                    "listen(103, -1)"             },
        {"accept(3, ..., ...) = 9",                                                                                                              "accept(103, 0)"              },
        {"accept(3, NULL, NULL) = 9",                                                                                                            "accept(103, 0)"              },
        {"accept4(3, ..., ..., SOCK_NONBLOCK) = 9",                                                                                              "accept(103, 2048)"           },
        {"bind(3, ..., ...) = 9",                                                                                                                "bind(103, 192.168.0.1:8080)" },
        {"bind(3, {sa_family = AF_INET, sin_port = htons(99), sin_addr = inet_addr(\"10.0.0.1\")}, 16) = 9",
         "bind(103, 10.0.0.1:99)"                                                                                                                                              },
        {"bind(3, {sa_family=AF_INET, sin_port=htons(0), sin_addr=INADDR_ANY}, ...) = 9",
         "bind(103, 0.0.0.0:0)"                                                                                                                                                },
        {"bind(3, {sa_family=AF_INET, sin_port=99, sin_addr={s_addr=htonl(INADDR_LOOPBACK)}}, ...) = 9",
         "bind(103, 127.0.0.1:99)"                                                                                                                                             },
        {"bind(3, {AF_INET, htons(99), \"10.0.0.1\"}, ...) = 9",                                                                                 "bind(103, 10.0.0.1:99)"      },
        {"bind(3, {sa_family=AF_INET, sin_port=htons(7)}, ...) = 9",                                                                             "bind(103, 192.168.0.1:7)"    },
        {"connect(3, ..., ...) = 9",                                                                                                             "connect(103, 192.0.2.1:8080)"},
        {"connect(3, {sa_family = AF_INET6, sin6_port = htons(80), inet_pton(AF_INET6, \"2001:db8::1\", &sin6_addr), sin6_flowinfo=0}, 28) = 9",
         "connect(103, [2001:db8::1]:80)"                                                                                                                                      },
        {"connect(3, {sa_family=AF_INET6, sin6_port=htons(80), sin6_addr=in6addr_loopback}, 28) = 9",
         "connect(103, [::1]:80)"                                                                                                                                              },
        {"connect(3, {sa_family=AF_UNSPEC}, 16) = 9",                                                                                            "connect(103, NULL)"          },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("%s", rows[i].call) {
            fake = fake_new();
            fake_answers(fake, 9);
            CHECK_EQ(fake_call(fake, rows[i].call), CALL_MET);
            CHECK_STR(fake->said, rows[i].said);
        }
    }
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

TEST(the_peers_address_is_compared_where_it_is_written)
{
    static const struct {
        const char *call;
        enum call_answer is;
        const char *why;
    } rows[] = {
        {"accept(3, ..., ...) = 6",                                                                           CALL_MET,     ""                                                           },
        {"accept(3, {sa_family=AF_INET, sin_port=htons(4000), sin_addr=inet_addr(\"192.0.2.1\")}, [16]) = 6",
         CALL_MET,                                                                                                          ""                                                           },
        {"accept(3, [{sa_family=AF_INET, sin_port=htons(4000)}], [16]) = 6",                                  CALL_MET,     ""                                                           },
        {"accept(3, {sa_family=AF_INET, sin_port=htons(4001), sin_addr=inet_addr(\"192.0.2.1\")}, [16]) = 6",
         CALL_DIFFERS,                                                                                                      "address: expected: 192.0.2.1:4001, returned: 192.0.2.1:4000"},
        {"accept(3, {sa_family=AF_INET, sin_port=htons(4000), sin_addr=inet_addr(\"192.0.2.2\")}, [16]) = 6",
         CALL_DIFFERS,                                                                                                      "address: expected: 192.0.2.2:4000, returned: 192.0.2.1:4000"},
        {"getpeername(3, {sa_family=AF_INET, sin_port=htons(4000)}, [16]) = 6",                               CALL_DIFFERS,
         "expected: 6, returned: 0"                                                                                                                                                      },
        {"getpeername(3, {sa_family=AF_INET, sin_port=htons(4000)}, [16]) = 0",                               CALL_MET,     ""                                                           },
        {"getpeername(3, {sa_family=AF_INET, sin_port=htons(1)}, [16]) = 0",                                  CALL_DIFFERS,
         "address: expected: 192.0.2.1:1, returned: 192.0.2.1:4000"                                                                                                                      },
        {"getsockname(3, {sa_family=AF_INET, sin_port=htons(8080)}, [16]) = 0",                               CALL_MET,     ""                                                           },
        {"getsockname(3, {sa_family=AF_INET, sin_port=htons(8081)}, [16]) = 0",                               CALL_DIFFERS,
         "address: expected: 192.168.0.1:8081, returned: 192.168.0.1:8080"                                                                                                               },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("%s", rows[i].call) {
            fake = fake_new();
            fake->local = endpoint("192.168.0.1", 8080);
            fake->remote = endpoint("192.0.2.1", 4000);
            fake_answers(fake, 200);
            CHECK_EQ(fake_call(fake, rows[i].call), rows[i].is);
            CHECK_STR(fake->why, rows[i].why);
        }
    }
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
    static const struct {
        const char *call, *said;
    } rows[] = {
        {"close(3) = 9",                                      "close(103)"                     },
        {"shutdown(3, SHUT_WR) = 9",                          "shutdown(103, 1)"               },
        {"fcntl(3, F_GETFL) = 9",                             "fcntl(103, 3, 0)"               },
        {"fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 9",          "fcntl(103, 4, 2050)"            },
        {"fcntl(3, F_SETFL, ~O_NONBLOCK) = 9",                "fcntl(103, 4, -2049)"           },
        {"splice(3, NULL, 4, NULL, 1000, SPLICE_F_MOVE) = 9", "splice(103, 104, 1000, 1)"      },
        {"splice(3, NULL, 4, NULL, 99999999999, 0) = 9",      "splice(103, 104, 2147483647, 0)"},
        {"ioctl(3, SIOCINQ, ...) = 9",                        "ioctl(103, 0x541b, 0)"          },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("%s", rows[i].call) {
            fake = fake_new();
            fake_answers(fake, 9);
            CHECK_EQ(fake_call(fake, rows[i].call), CALL_MET);
            CHECK_STR(fake->said, rows[i].said);
        }
    }
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
