/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include "fake_sockets.h"

static struct fake *fake;

TEST(buffers_have_the_length_that_the_script_says)
{
    static const struct {
        const char *call, *said;
    } rows[] = {
        {"read(3, ..., 1000) = 9",                                                                          "receive(103, 1000, 0)"    },
        {"read(3, ..., 0) = 9",                                                                             "receive(103, 0, 0)"       },
        {"read(3, ..., 1000000) = 9",                                                                       "receive(103, 1000000, 0)" },
        {"read(3, [...], 10) = 9",                                                                          "receive(103, 10, 0)"      },
        {"read(3, NULL, 10) = 9",                                                                           "receive(103, 10, 0)"      },
        {"recv(3, ..., 1000, MSG_PEEK|MSG_DONTWAIT) = 9",                                                   "receive(103, 1000, 66)"   },
        {"recvfrom(3, ..., 1000, 0, ..., ...) = 9",                                                         "receive(103, 1000, 0)"    },
        {"readv(3, [{..., 1000}, {..., 500}], 2) = 9",                                                      "receive(103, 1500, 0)"    },
        {"readv(3, [{..., 1000}, {..., 500}], 1) = 9",                                                      "receive(103, 1000, 0)"    },
        {"readv(3, [{iov_base=..., iov_len=7}], ...) = 9",                                                  "receive(103, 7, 0)"       },
        {"readv(3, [], 0) = 9",                                                                             "receive(103, 0, 0)"       },
        {"recvmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 1000}], msg_flags=0}, 0) = 9",
         "receive(103, 1000, 0)"                                                                                                       },
        {"recvmsg(3, {msg_name=NULL, msg_iov=NULL, msg_flags=0}, MSG_ERRQUEUE) = 9",
         "receive(103, 0, 8192)"                                                                                                       },
        {"write(3, ..., 1000) = 9",                                                                         "send(103, 1000, 0)"       },
        {"write(3, ..., 100000) = 9",                                                                       "send(103, 100000, 0)"     },
        {"write(3, \"abc\", 3) = 9",                                                                        "send(103, 3, 0)"          },
        {"write(3, \"abc\", 2) = 9",                                                                        "send(103, 2, 0)"          },
        {"write(3, \"abc\", 10) = 9",                                                                       "send(103, 10, 0)"         },
        {"write(3, \"\", 0) = 9",                                                                           "send(103, 0, 0)"          },
        {"writev(3, [{..., 1000}, {\"ab\", 2}], 2) = 9",                                                    "send(103, 1002, 0)"       },
        {"send(3, ..., 1000, MSG_MORE) = 9",                                                                "send(103, 1000, 32768)"   },
        {"sendto(3, ..., 500, MSG_FASTOPEN, ..., ...) = 9",                                                 "send(103, 500, 536870912)"},
        {"sendmsg(3, {msg_name(...)=..., msg_iov(2)=[{..., 1}, {..., 2}], msg_flags=0}, MSG_DONTWAIT) = 9",
         "send(103, 3, 64)"                                                                                                            },
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

TEST(what_is_written_is_zeros_or_the_string)
{
    fake = fake_new();
    fake_answers(fake, 100);
    CHECK_EQ(fake_call(fake, "read(3, ..., 100000) = 100"), CALL_MET); /* soils what is read into */
    CHECK_EQ(fake_call(fake, "write(3, ..., 100000) = 100"), CALL_MET);
    CHECK(fake->is_zeros);
    CHECK_EQ(fake_call(fake, "writev(3, [{\"abc\", 5}, {..., 2}, {\"d\", 1}], 3) = 100"), CALL_MET);
    CHECK(!fake->is_zeros);
    CHECK_MEM(fake->sent, "abc\0\0\0\0d", 8);
    CHECK_EQ(fake->octets, 8);
}

TEST(sizes_without_measure_are_cut_as_the_kernel_does)
{
    struct arena before;

    fake = fake_new();
    fake_answers(fake, 100);
    before = fake->arena;
    CHECK_EQ(fake_call(fake, "write(3, ..., 2147483647) = 100"), CALL_MET);
    CHECK_EQ(fake->octets, 0x7ffff000);
    CHECK(fake->is_zeros);
    CHECK(fake->arena.at - before.at < 4 << 20);
    before = fake->arena;
    CHECK_EQ(fake_call(fake, "writev(3, [{..., 9223372036854775807}, {..., 5}], 2) = 100"),
             CALL_MET);
    CHECK_EQ(fake->octets, 0x7ffff000);
    CHECK(fake->arena.at - before.at < 4096);
}

TEST(a_size_below_zero_is_invalid_before_the_socket_is_asked)
{
    static const char *const rows[] = {
        "read(3, ..., -1) = -1 EINVAL",
        "write(3, ..., -9223372036854775807) = -1 EINVAL",
        "writev(3, [{..., -1}], 1) = -1 EINVAL",
        "readv(3, [{..., 1}], -1) = -1 EINVAL",
        "readv(3, [{..., 1}], 1025) = -1 EINVAL",
        "sendto(3, ..., -1, 0, ..., ...) = -1 EINVAL",
        "recvmsg(3, {msg_iov=[{..., -1}]}, 0) = -1 EINVAL",
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("%s", rows[i]) {
            fake = fake_new();
            CHECK_EQ(fake_call(fake, rows[i]), CALL_MET);
            CHECK_EQ(fake->asked, 0);
        }
    }
}

TEST(a_memory_too_small_is_told)
{
    fake = fake_new();
    fake->arena.at = fake->arena.end - 1024;
    CHECK_EQ(fake_call(fake, "read(3, ..., 1000) = 1000"), CALL_WRONG);
    CHECK_STR(fake->why, "a buffer is too large");
    CHECK_EQ(fake_call(fake, "write(3, ..., 10000000) = 1000"), CALL_WRONG);
    CHECK_STR(fake->why, "a buffer is too large");
}

TEST(a_buffer_that_is_none_is_the_scripts_mistake)
{
    static const struct {
        const char *call;
        enum call_answer is;
        const char *why;
    } rows[] = {
        {"read(3, 5, 10) = 10",                          CALL_WRONG,       "a buffer is missing"                },
        {"read(3, {1, 2}, 10) = 10",                     CALL_WRONG,       "a buffer is missing"                },
        {"read(3, \"abc\", 3) = 3",                      CALL_UNSUPPORTED, "to compare what was read with `abc`"},
        {"readv(3, ..., 1) = 10",                        CALL_WRONG,       "[{..., n}] is missing"              },
        {"readv(3, [{..., 1}], 2) = 10",                 CALL_WRONG,       "there are fewer buffers"            },
        {"readv(3, [5], 1) = 10",                        CALL_WRONG,       "a buffer is {..., n}"               },
        {"readv(3, [{...}], 1) = 10",                    CALL_WRONG,       "a buffer is {..., n}"               },
        {"recvmsg(3, 5, 0) = 10",                        CALL_WRONG,       "{msg_iov=...} is missing"           },
        {"recvmsg(3, {msg_iov=5}, 0) = 10",              CALL_WRONG,       "[{..., n}] is missing"              },
        {"recvmsg(3, {msg_flag=0}, 0) = 10",             CALL_WRONG,       "there is no field `msg_flag`"       },
        {"readv(3, [{iov_bas=..., iov_len=1}], 1) = 10", CALL_WRONG,       "there is no field `iov_bas`"        },
        {"write(3, ..., SIZE) = 10",                     CALL_WRONG,       "unknown constant `SIZE`"            },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("%s", rows[i].call) {
            fake = fake_new();
            CHECK_EQ(fake_call(fake, rows[i].call), rows[i].is);
            CHECK_STR(fake->why, rows[i].why);
            CHECK_EQ(fake->asked, 0);
        }
    }
}

TEST(fast_open_has_an_address_and_the_focus)
{
    fake = fake_new();
    fake_answers(fake, 500);
    CHECK_EQ(fake_call(fake, "sendto(3, ..., 500, MSG_FASTOPEN, ..., ...) = 500"), CALL_MET);
    CHECK(fake->has_name);
    CHECK_EQ(fake->name.port, 8080);
    CHECK_EQ(fake->calls.focus.remote.port, 8080);
    fake = fake_new();
    fake_answers(fake, 500);
    CHECK_EQ(fake_call(fake, "sendto(3, ..., 500, 0, NULL, 0) = 500"), CALL_MET);
    CHECK(!fake->has_name);
    CHECK_EQ(fake_call(fake, "sendto(3, ..., 500, 0, ..., ...) = 500"), CALL_MET);
    CHECK(fake->has_name);
    CHECK_EQ(fake->calls.focus.remote.port, 0);
    CHECK_EQ(
        fake_call(
            fake,
            "sendmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 500}], msg_flags=0}, MSG_FASTOPEN) = 500"),
        CALL_MET);
    CHECK_EQ(fake->calls.focus.remote.port, 8080);
    CHECK_EQ(fake_call(fake,
                       "sendto(3, ..., 500, MSG_FASTOPEN, {sa_family=AF_INET, sin_port=htons(99), "
                       "sin_addr=inet_addr(\"10.0.0.9\")}, 16) = 500"),
             CALL_MET);
    CHECK_EQ(fake->name.port, 99);
    CHECK_EQ(fake->calls.focus.remote.port, 99);
}

TEST(what_recvmsg_tells_besides_is_compared)
{
    static const struct {
        const char *call;
        enum call_answer is;
        const char *why;
    } rows[] = {
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_flags=MSG_TRUNC}, 0) = 10",                                                                        CALL_MET,     ""                                                    },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_flags=...}, 0) = 10",                                                                              CALL_MET,     ""                                                    },
        {"recvmsg(3, {msg_iov=[{..., 10}]}, 0) = 10",                                                                                             CALL_MET,     ""                                                    },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_flags=0}, 0) = 10",                                                                                CALL_DIFFERS,
         "msg_flags: expected: 0, returned: MSG_TRUNC"                                                                                                                                                                },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_flags=MSG_OOB|MSG_TRUNC}, 0) = 10",                                                                CALL_DIFFERS,
         "msg_flags: expected: MSG_OOB|MSG_TRUNC, returned: MSG_TRUNC"                                                                                                                                                },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_control=...}, 0) = 10",                                                                            CALL_MET,     ""                                                    },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=700}]}, 0) = 10",
         CALL_MET,                                                                                                                                              ""                                                    },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=[700]}]}, 0) = 10",
         CALL_MET,                                                                                                                                              ""                                                    },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=...}]}, 0) = 10",
         CALL_MET,                                                                                                                                              ""                                                    },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{SOL_TCP, TCP_CM_INQ, 700}]}, 0) = 10",
         CALL_MET,                                                                                                                                              ""                                                    },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=701}]}, 0) = 10",
         CALL_DIFFERS,                                                                                                                                          "cmsg_data: expected: 701, returned: 700"             },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_NODELAY, cmsg_data=700}]}, 0) = 10",
         CALL_DIFFERS,                                                                                                                                          "cmsg_type: expected: 1, returned: 36"                },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{cmsg_level=SOL_SOCKET, cmsg_type=TCP_CM_INQ, cmsg_data=700}]}, 0) = 10",
         CALL_DIFFERS,                                                                                                                                          "cmsg_level: expected: 1, returned: 6"                },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_control=[]}, 0) = 10",                                                                             CALL_DIFFERS,
         "control messages: expected: 0, returned: 1"                                                                                                                                                                 },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_control=NULL}, 0) = 10",                                                                           CALL_DIFFERS,
         "control messages: expected: 0, returned: 1"                                                                                                                                                                 },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{1,2,3}, {1,2,3}]}, 0) = 10",                                                             CALL_DIFFERS,
         "control messages: expected: 2, returned: 1"                                                                                                                                                                 },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_control=[5]}, 0) = 10",                                                                            CALL_WRONG,
         "a control message is {cmsg_level=, cmsg_type=, cmsg_data=}"                                                                                                                                                 },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_control=5}, 0) = 10",                                                                              CALL_WRONG,
         "msg_control is [{cmsg_level=, ...}, ...]"                                                                                                                                                                   },
        {"recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{cmsg_level=SOL_IP, cmsg_type=IP_RECVERR, cmsg_data={ee_errno=0, ee_info=1}}]}, 0) = 10",
         CALL_UNSUPPORTED,                                                                                                                                      "the control message `IP_RECVERR`"                    },
        {"recvmsg(3, {msg_name={sa_family=AF_INET, sin_port=htons(5)}, msg_iov=[{..., 10}]}, 0) = 10",
         CALL_DIFFERS,                                                                                                                                          "address: expected: 0.0.0.0:5, returned: 0.0.0.0:4000"},
        {"recvfrom(3, ..., 10, 0, {sa_family=AF_INET, sin_port=htons(5)}, [16]) = 10",                                                            CALL_DIFFERS,
         "address: expected: 0.0.0.0:5, returned: 0.0.0.0:4000"                                                                                                                                                       },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("%s", rows[i].call) {
            fake = fake_new();
            fake->flags = UNIX_MSG_TRUNC;
            fake->n_controls = 1;
            fake->controls[0] = (struct unix_control){UNIX_SOL_TCP, UNIX_TCP_CM_INQ, 700};
            fake->remote = (struct tercet_endpoint){{{[10] = 0xff, [11] = 0xff}}, 4000};
            fake_answers(fake, 10);
            CHECK_EQ(fake_call(fake, rows[i].call), rows[i].is);
            CHECK_STR(fake->why, rows[i].why);
        }
    }
}

TEST(nothing_behind_pointers_is_compared_when_a_call_fails)
{
    fake = fake_new();
    fake->flags = UNIX_MSG_TRUNC;
    fake_answers(fake, -UNIX_EAGAIN);
    CHECK_EQ(
        fake_call(
            fake,
            "recvmsg(3, {msg_iov=[{..., 10}], msg_flags=0, msg_control=[{1,2,3}]}, 0) = -1 EAGAIN"),
        CALL_MET);
    CHECK_EQ(fake_call(fake, "recvmsg(3, {msg_iov=[{..., 10}], msg_flags=0}, 0) = 10"),
             CALL_DIFFERS);
    CHECK_STR(fake->why, "expected: 10, returned: -1 EAGAIN");
}

TEST(control_messages_are_sent)
{
    fake = fake_new();
    fake_answers(fake, 10);
    CHECK_EQ(fake_call(fake,
                       "sendmsg(3, {msg_iov=[{..., 10}], msg_control=[{cmsg_level=SOL_SOCKET, "
                       "cmsg_type=SO_TIMESTAMPING, cmsg_data=SOF_TIMESTAMPING_TX_ACK}]}, 0) = 10"),
             CALL_MET);
    CHECK_EQ(fake->n_controls, 1);
    CHECK_EQ(fake->controls[0].type, UNIX_SO_TIMESTAMPING);
    CHECK_EQ(fake->controls[0].value, UNIX_SOF_TIMESTAMPING_TX_ACK);
    CHECK_EQ(fake_call(fake, "sendmsg(3, {msg_iov=[{..., 10}], msg_control=[{1,2}]}, 0) = 10"),
             CALL_WRONG);
    CHECK_EQ(
        fake_call(fake,
                  "sendmsg(3, {msg_iov=[{..., 10}], msg_control=[{1,2,3}, {1,2,3}, {1,2,3}, {1,2,3}, "
                  "{1,2,3}, {1,2,3}, {1,2,3}, {1,2,3}, {1,2,3}]}, 0) = 10"),
        CALL_WRONG);
    CHECK_STR(fake->why, "too many control messages");
}

TEST(a_write_that_sleeps_is_made_again_whole)
{
    fake = fake_new();
    fake_answers(fake, SOCKETS_WAITS);
    CHECK_EQ(fake_call_blocking(fake, "write(3, ..., 1000000) = 1000000"), CALL_WAITS);
    CHECK_STR(fake->said, "send(103, 1000000, 0)");
    fake_answers(fake, 1000000);
    CHECK_EQ(fake_again(fake), CALL_MET);
    CHECK_STR(fake->said, "send(103, 1000000, 0)");
    CHECK(fake->is_zeros);
}
