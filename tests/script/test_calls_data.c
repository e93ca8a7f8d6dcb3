/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include "fake_sockets.h"

static struct fake *fake;

TEST(buffers_have_the_length_that_the_script_says)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        ASKS("read(3, ..., 1000) = 0", "receive(103, 1000, 0)"),
        ASKS("read(3, ..., 0) = 0", ""),
        ASKS("recv(3, ..., 0, 0) = 0", "receive(103, 0, 0)"),
        ASKS("read(3, ..., 1000000) = 0", "receive(103, 1000000, 0)"),
        ASKS("read(3, [...], 10) = 0", "receive(103, 10, 0)"),
        ASKS("read(3, NULL, 10) = 0", "receive(103, 10, 0)"),
        ASKS("recv(3, ..., 1000, MSG_PEEK|MSG_DONTWAIT) = 0", "receive(103, 1000, 66)"),
        ASKS("recvfrom(3, ..., 1000, 0, ..., ...) = 0", "receive(103, 1000, 0)"),
        ASKS("readv(3, [{..., 1000}, {..., 500}], 2) = 0", "receive(103, 1500, 0)"),
        ASKS("readv(3, [{..., 1000}, {..., 500}], 1) = 0", "receive(103, 1000, 0)"),
        ASKS("readv(3, [{iov_base=..., iov_len=7}], ...) = 0", "receive(103, 7, 0)"),
        ASKS("readv(3, [], 0) = 0", ""),
        ASKS("recvmsg(3, {msg_name(...)=..., msg_iov(1)=[{..., 1000}], msg_flags=0}, 0) = 0",
             "receive(103, 1000, 0)"),
        ASKS("recvmsg(3, {msg_name=NULL, msg_iov=NULL, msg_flags=0}, MSG_ERRQUEUE) = 0",
             "receive(103, 0, 8192)"),
        ASKS("write(3, ..., 1000) = 0", "send(103, 1000, 0)"),
        ASKS("write(3, ..., 100000) = 0", "send(103, 100000, 0)"),
        ASKS("write(3, \"abc\", 3) = 0", "send(103, 3, 0)"),
        ASKS("write(3, \"abc\", 2) = 0", "send(103, 2, 0)"),
        ASKS("write(3, \"abc\", 10) = 0", "send(103, 10, 0)"),
        ASKS("write(3, \"\", 0) = 0", "send(103, 0, 0)"),
        ASKS("writev(3, [{..., 1000}, {\"ab\", 2}], 2) = 0", "send(103, 1002, 0)"),
        ASKS("send(3, ..., 1000, MSG_MORE) = 0", "send(103, 1000, 32768)"),
        ASKS("sendto(3, ..., 500, MSG_FASTOPEN, ..., ...) = 0", "send(103, 500, 536870912)"),
        ASKS("sendmsg(3, {msg_name(...)=..., msg_iov(2)=[{..., 1}, {..., 2}], msg_flags=0}, MSG_DONTWAIT) = 0",
             "send(103, 3, 64)"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, NULL);
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
    /* clang-format off */
    static const struct fake_row rows[] = {
        MET("read(3, ..., -1) = -1 EINVAL", 0),
        MET("write(3, ..., -9223372036854775807) = -1 EINVAL", 0),
        MET("writev(3, [{..., -1}], 1) = -1 EINVAL", 0),
        MET("readv(3, [{..., 1}], -1) = -1 EINVAL", 0),
        MET("readv(3, [{..., 1}], 1025) = -1 EINVAL", 0),
        MET("sendto(3, ..., -1, 0, ..., ...) = -1 EINVAL", 0),
        MET("recvmsg(3, {msg_iov=[{..., -1}]}, 0) = -1 EINVAL", 0),
    };
    /* clang-format on */

    FAKE_ROWS(rows, fake_is_not_asked);
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
    /* clang-format off */
    static const struct fake_row rows[] = {
        TELLS("read(3, 5, 10) = 10", 0, CALL_WRONG, "a buffer is missing"),
        TELLS("read(3, {1, 2}, 10) = 10", 0, CALL_WRONG, "a buffer is missing"),
        TELLS("read(3, \"abc\", 3) = 3",
              0, CALL_UNSUPPORTED, "to compare what was read with `abc`"),
        TELLS("readv(3, ..., 1) = 10", 0, CALL_WRONG, "[{..., n}] is missing"),
        TELLS("readv(3, [{..., 1}], 2) = 10", 0, CALL_WRONG, "there are fewer buffers"),
        TELLS("readv(3, [5], 1) = 10", 0, CALL_WRONG, "a buffer is {..., n}"),
        TELLS("readv(3, [{...}], 1) = 10", 0, CALL_WRONG, "a buffer is {..., n}"),
        TELLS("recvmsg(3, 5, 0) = 10", 0, CALL_WRONG, "{msg_iov=...} is missing"),
        TELLS("recvmsg(3, {msg_iov=5}, 0) = 10", 0, CALL_WRONG, "[{..., n}] is missing"),
        TELLS("recvmsg(3, {msg_flag=0}, 0) = 10", 0, CALL_WRONG, "there is no field `msg_flag`"),
        TELLS("readv(3, [{iov_bas=..., iov_len=1}], 1) = 10",
              0, CALL_WRONG, "there is no field `iov_bas`"),
        TELLS("write(3, ..., SIZE) = 10", 0, CALL_WRONG, "unknown constant `SIZE`"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, fake_is_not_asked);
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

static void tells_much_besides(struct fake *subject) {
    subject->flags = UNIX_MSG_TRUNC;
    subject->n_controls = 1;
    subject->controls[0] = (struct unix_control){
        .level = UNIX_SOL_TCP, .type = UNIX_TCP_CM_INQ, .value = 700};
    subject->remote = (struct tercet_endpoint){{{[10] = 0xff, [11] = 0xff}}, 4000};
}

TEST(what_recvmsg_tells_besides_is_compared)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        MET("recvmsg(3, {msg_iov=[{..., 10}], msg_flags=MSG_TRUNC}, 0) = 10", 10),
        MET("recvmsg(3, {msg_iov=[{..., 10}], msg_flags=...}, 0) = 10", 10),
        MET("recvmsg(3, {msg_iov=[{..., 10}]}, 0) = 10", 10),
        TELLS("recvmsg(3, {msg_iov=[{..., 10}], msg_flags=0}, 0) = 10",
              10, CALL_DIFFERS, "msg_flags: expected: 0, returned: MSG_TRUNC"),
        TELLS("recvmsg(3, {msg_iov=[{..., 10}], msg_flags=MSG_OOB|MSG_TRUNC}, 0) = 10",
              10, CALL_DIFFERS, "msg_flags: expected: MSG_OOB|MSG_TRUNC, returned: MSG_TRUNC"),
        MET("recvmsg(3, {msg_iov=[{..., 10}], msg_control=...}, 0) = 10", 10),
        MET("recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=700}]}, 0) = 10",
            10),
        MET("recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=[700]}]}, 0) = 10",
            10),
        MET("recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=...}]}, 0) = 10",
            10),
        MET("recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{SOL_TCP, TCP_CM_INQ, 700}]}, 0) = 10",
            10),
        TELLS("recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=701}]}, 0) = 10",
              10, CALL_DIFFERS, "cmsg_data: expected: 701, returned: 700"),
        TELLS("recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_NODELAY, cmsg_data=700}]}, 0) = 10",
              10, CALL_DIFFERS, "cmsg_type: expected: 1, returned: 36"),
        TELLS("recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{cmsg_level=SOL_SOCKET, cmsg_type=TCP_CM_INQ, cmsg_data=700}]}, 0) = 10",
              10, CALL_DIFFERS, "cmsg_level: expected: 1, returned: 6"),
        TELLS("recvmsg(3, {msg_iov=[{..., 10}], msg_control=[]}, 0) = 10",
              10, CALL_DIFFERS, "control messages: expected: 0, returned: 1"),
        TELLS("recvmsg(3, {msg_iov=[{..., 10}], msg_control=NULL}, 0) = 10",
              10, CALL_DIFFERS, "control messages: expected: 0, returned: 1"),
        TELLS("recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{1,2,3}, {1,2,3}]}, 0) = 10",
              10, CALL_DIFFERS, "control messages: expected: 2, returned: 1"),
        TELLS("recvmsg(3, {msg_iov=[{..., 10}], msg_control=[5]}, 0) = 10",
              10, CALL_WRONG, "a control message is {cmsg_level=, cmsg_type=, cmsg_data=}"),
        TELLS("recvmsg(3, {msg_iov=[{..., 10}], msg_control=5}, 0) = 10",
              10, CALL_WRONG, "msg_control is [{cmsg_level=, ...}, ...]"),
        TELLS("recvmsg(3, {msg_iov=[{..., 10}], msg_control=[{SOL_SOCKET, SCM_TIMESTAMPING, {scm_sec=0, scm_nsec=1}}]}, 0) = 10",
              10, CALL_UNSUPPORTED, "the control message `SCM_TIMESTAMPING`"),
        TELLS("recvmsg(3, {msg_name={sa_family=AF_INET, sin_port=htons(5)}, msg_iov=[{..., 10}]}, 0) = 10",
              10, CALL_DIFFERS, "address: expected: 0.0.0.0:5, returned: 0.0.0.0:4000"),
        TELLS("recvfrom(3, ..., 10, 0, {sa_family=AF_INET, sin_port=htons(5)}, [16]) = 10",
              10, CALL_DIFFERS, "address: expected: 0.0.0.0:5, returned: 0.0.0.0:4000"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, tells_much_besides);
}

static void has_a_notice(struct fake *subject) {
    subject->n_controls = 1;
    subject->controls[0] = (struct unix_control){
        .level = UNIX_SOL_IP,
        .type = UNIX_IP_RECVERR,
        .notice = {.origin = UNIX_SO_EE_ORIGIN_ZEROCOPY, .info = 2, .data = 4},
    };
}

#define NOTICE(fields)                                                                             \
    "recvmsg(3, {msg_control=[{SOL_IP, IP_RECVERR, {" fields "}}]}, MSG_ERRQUEUE) = 0"

TEST(fields_of_a_notice_are_compared)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        MET(NOTICE("ee_errno=0, ee_origin=SO_EE_ORIGIN_ZEROCOPY, ee_type=0, ee_code=0, ee_info=2, ee_data=4"), 0),
        MET(NOTICE("ee_info=2, ee_data=..."), 0),
        TELLS(NOTICE("ee_info=1, ee_data=4"), 0, CALL_DIFFERS, "ee_info: expected: 1, returned: 2"),
        TELLS(NOTICE("ee_code=1"), 0, CALL_DIFFERS, "ee_code: expected: 1, returned: 0"),
        TELLS(NOTICE("ee_nfo=1"), 0, CALL_WRONG, "there is no field `ee_nfo`"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, has_a_notice);
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
