/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include "fake_sockets.h"
#include "must_fail.h"

static struct fake *fake;

TEST(a_result_that_is_expected_is_met)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        MET("listen(3, 1) = 0", 0),
        MET("listen(3, 1) = ...", 0),
        MET("listen(3, 1) = ...", -UNIX_EINVAL),
        MET("listen(3, 1)", 77),
        MET("listen(3, 1) = -1", -UNIX_EINVAL),
        MET("listen(3, 1) = -1 EADDRINUSE", -UNIX_EADDRINUSE),
        MET("listen(3, 1) = ... EADDRINUSE", -UNIX_EADDRINUSE),
        MET("write(3, ..., 1000) = -1 EAGAIN", -UNIX_EAGAIN),
        MET("write(3, ..., 1000) = -1 EWOULDBLOCK", -UNIX_EAGAIN),
        MET("write(3, ..., 1000) = 512", 512),
        MET("fcntl(3, F_GETFL) = O_RDWR|O_NONBLOCK", UNIX_O_RDWR | UNIX_O_NONBLOCK),
    };
    /* clang-format on */

    FAKE_ROWS(rows, NULL);
}

TEST(a_result_that_differs_is_told_with_both_sides)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        TELLS("listen(3, 1) = 0", -UNIX_EINVAL, CALL_DIFFERS, "expected: 0, returned: -1 EINVAL"),
        TELLS("listen(3, 1) = -1", 0, CALL_DIFFERS, "expected: -1, returned: 0"),
        TELLS("listen(3, 1) = -1 EAGAIN", 5, CALL_DIFFERS, "expected: -1 EAGAIN, returned: 5"),
        TELLS("listen(3, 1) = ... EAGAIN", 5, CALL_DIFFERS, "expected: -1 EAGAIN, returned: 5"),
        TELLS("listen(3, 1) = -1 EAGAIN",
              -UNIX_EPIPE, CALL_ERRNO, "expected: -1 EAGAIN, returned: -1 EPIPE"),
        TELLS("listen(3, 1) = -1 EAGAIN",
              -9999, CALL_ERRNO, "expected: -1 EAGAIN, returned: -1 9999"),
        TELLS("listen(3, 1) = ... EAGAIN",
              -UNIX_EPIPE, CALL_ERRNO, "expected: -1 EAGAIN, returned: -1 EPIPE"),
        TELLS("listen(3, 1) = -2", -2, CALL_DIFFERS, "expected: -2, returned: -1 ENOENT"),
        TELLS("write(3, ..., 1000) = 1000", 999, CALL_DIFFERS, "expected: 1000, returned: 999"),
        TELLS("write(3, ..., 1000) = 1000",
              SOCKETS_WAITS, CALL_DIFFERS, "expected: 1000, returned: nothing yet: it would block"),
        TELLS("read(3, ..., 1000) = -1 EAGAIN",
              SOCKETS_WAITS, CALL_DIFFERS, "expected: -1 EAGAIN, returned: nothing yet: it would block"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, NULL);
}

TEST(a_mistake_of_the_script_is_told_and_the_subject_not_asked)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        TELLS("listen(7, 1) = 0", 0, CALL_WRONG, "descriptor 7 is not open"),
        TELLS("listen(64, 1) = 0", 0, CALL_WRONG, "descriptor 64 is not open"),
        TELLS("listen(9223372036854775807, 1) = 0",
              0, CALL_WRONG, "descriptor 9223372036854775807 is not open"),
        TELLS("listen(3) = 0", 0, CALL_WRONG, "listen() takes 2 arguments, not 1"),
        TELLS("listen(3, 1, 1) = 0", 0, CALL_WRONG, "listen() takes 2 arguments, not 3"),
        TELLS("fcntl(3) = 0", 0, CALL_WRONG, "fcntl() takes 2 to 3 arguments, not 1"),
        TELLS("listen(3, BACKLOG) = 0", 0, CALL_WRONG, "unknown constant `BACKLOG`"),
        TELLS("listen(3, SOMAXCONN|NONE) = 0", 0, CALL_WRONG, "unknown constant `NONE`"),
        TELLS("listen(3, ...) = 0", 0, CALL_WRONG, "a number is missing"),
        TELLS("listen(3, \"1\") = 0", 0, CALL_WRONG, "a number is missing"),
        TELLS("listen(3, [1]) = 0", 0, CALL_WRONG, "a number is missing"),
        TELLS("listen(3, 4294967296) = 0", 0, CALL_WRONG, "a number does not fit 32 bits"),
        TELLS("listen(3, -2147483649) = 0", 0, CALL_WRONG, "a number does not fit 32 bits"),
        TELLS("bind(3, 7, ...) = 0", 0, CALL_WRONG, "an address of a socket is missing"),
        TELLS("bind(3, {sa_family=AF_INET, sin_port=1, sin_addr=inet_addr(\"1.2.3\")}, ...) = 0",
              0, CALL_WRONG, "no address `1.2.3`"),
        TELLS("socket(AF_NONE, SOCK_STREAM, 0) = 3", 0, CALL_WRONG, "unknown constant `AF_NONE`"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, fake_is_not_asked);
}

TEST(a_mistake_in_the_result_is_told)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        TELLS("listen(3, 1) = -1 ENONE", -UNIX_EINVAL, CALL_WRONG, "there is no error `ENONE`"),
        TELLS("listen(3, 1) = 0 EAGAIN",
              0, CALL_WRONG, "a call that succeeds has no error `EAGAIN`"),
        TELLS("listen(3, 1) = NONE", 0, CALL_WRONG, "unknown constant `NONE`"),
        TELLS("socket(..., SOCK_STREAM, IPPROTO_TCP) = 64",
              9, CALL_WRONG, "descriptors have numbers from 0 to 63, not 64"),
        TELLS("socket(..., SOCK_STREAM, IPPROTO_TCP) = 3", 9, CALL_WRONG, "descriptor 3 is in use"),
        TELLS("accept(3, ..., ...) = 4", 9, CALL_WRONG, "descriptor 4 is in use"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, NULL);
}

TEST(what_is_not_there_is_unsupported_by_name)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        TELLS("sendfile(3, 4, [0], 1000) = 1000", SOCKETS_UNSUPPORTED, CALL_UNSUPPORTED, "the call `sendfile`"),
        TELLS("open(\"/dev/zero\", O_RDONLY) = 6", SOCKETS_UNSUPPORTED, CALL_UNSUPPORTED, "the call `open`"),
        TELLS("socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = 6",
              SOCKETS_UNSUPPORTED, CALL_UNSUPPORTED, "socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP)"),
        TELLS("socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 6",
              SOCKETS_UNSUPPORTED, CALL_UNSUPPORTED, "socket(SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP)"),
        TELLS("setsockopt(3, SOL_TCP, TCP_REPAIR, [1], 4) = 0",
              SOCKETS_UNSUPPORTED, CALL_UNSUPPORTED, "setsockopt(SOL_TCP, TCP_REPAIR)"),
        TELLS("listen(3, 1) = NONE", SOCKETS_UNSUPPORTED, CALL_UNSUPPORTED, "listen()"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, NULL);
}

TEST(a_descriptor_of_the_script_names_any_of_the_subject)
{
    fake = fake_new();
    fake_answers(fake, 77);
    CHECK_EQ(fake_call(fake, "socket(..., SOCK_STREAM, IPPROTO_TCP) = 9"), CALL_MET);
    fake_answers(fake, 0);
    CHECK_EQ(fake_call(fake, "listen(9, 5) = 0"), CALL_MET);
    CHECK_STR(fake->said, "listen(77, 5)");
    CHECK_EQ(fake_call(fake, "close(9) = 0"), CALL_MET);
    CHECK_STR(fake->said, "close(77)");
    CHECK_EQ(fake_call(fake, "close(9) = 0"), CALL_WRONG);
    CHECK_STR(fake->why, "descriptor 9 is not open");
    fake_answers(fake, 78);
    CHECK_EQ(fake_call(fake, "socket(..., SOCK_STREAM, IPPROTO_TCP) = 9"), CALL_MET);
    CHECK_EQ(fake->calls.descriptors[9], 78);
}

TEST(a_descriptor_that_is_not_open_goes_in_where_that_is_the_point)
{
    fake = fake_new();
    fake_answers(fake, -UNIX_EBADF);
    CHECK_EQ(fake_call(fake, "listen(9, 5) = -1 EBADF"), CALL_MET);
    CHECK_STR(fake->said, "listen(-1, 5)");
    CHECK_EQ(fake_call(fake, "listen(-1, 5) = -1"), CALL_MET);
    CHECK_EQ(fake_call(fake, "close(9) = -1 EBADF"), CALL_MET);
    CHECK_EQ(fake->calls.descriptors[3], 103);
}

TEST(a_socket_that_is_made_in_spite_of_the_script_has_no_name)
{
    fake = fake_new();
    fake_answers(fake, 77);
    CHECK_EQ(fake_call(fake, "socket(..., SOCK_STREAM, IPPROTO_TCP) = -1 EMFILE"), CALL_DIFFERS);
    CHECK_STR(fake->why, "expected: -1 EMFILE, returned: 77");
    CHECK_EQ(fake_call(fake, "socket(..., SOCK_STREAM, IPPROTO_TCP) = ..."), CALL_MET);
    fake_answers(fake, -UNIX_EMFILE);
    CHECK_EQ(fake_call(fake, "socket(..., SOCK_STREAM, IPPROTO_TCP) = 9"), CALL_DIFFERS);
    CHECK_STR(fake->why, "expected: 9, returned: -1 EMFILE");
    CHECK_EQ(fake->calls.descriptors[9], -1);
}

TEST(a_blocking_call_waits_and_is_made_again_until_it_answers)
{
    fake = fake_new();
    fake_answers(fake, SOCKETS_WAITS);
    CHECK_EQ(fake_call_blocking(fake, "accept(3, ..., ...) = 6"), CALL_WAITS);
    CHECK_STR(fake->why, "");
    CHECK(fake->calls.waiting);
    CHECK_EQ(fake->calls.wait_until_ns, UINT64_MAX);
    CHECK_EQ(fake_again(fake), CALL_WAITS);
    CHECK_STR(fake->said, "accept(103, 0)");
    fake_answers(fake, 200);
    CHECK_EQ(fake_again(fake), CALL_MET);
    CHECK(!fake->calls.waiting);
    CHECK_EQ(fake->calls.descriptors[6], 200);
}

TEST(a_blocking_call_may_answer_at_once_and_may_differ_later)
{
    fake = fake_new();
    fake_answers(fake, 10);
    CHECK_EQ(fake_call_blocking(fake, "read(3, ..., 10) = 10"), CALL_MET);
    CHECK(!fake->calls.waiting);
    fake_answers(fake, SOCKETS_WAITS);
    CHECK_EQ(fake_call_blocking(fake, "read(3, ..., 10) = 10"), CALL_WAITS);
    fake_answers(fake, -UNIX_ECONNRESET);
    CHECK_EQ(fake_again(fake), CALL_DIFFERS);
    CHECK_STR(fake->why, "expected: 10, returned: -1 ECONNRESET");
    CHECK(!fake->calls.waiting);
}

TEST(a_descriptor_that_is_closed_while_a_call_sleeps_is_a_bad_one)
{
    fake = fake_new();
    fake_answers(fake, SOCKETS_WAITS);
    CHECK_EQ(fake_call_blocking(fake, "read(3, ..., 10) = 10"), CALL_WAITS);
    fake->calls.descriptors[3] = -1;
    fake_answers(fake, -UNIX_EBADF);
    CHECK_EQ(fake_again(fake), CALL_DIFFERS);
    CHECK_STR(fake->said, "receive(-1, 10, 0)");
    CHECK_STR(fake->why, "expected: 10, returned: -1 EBADF");
}

TEST(two_calls_at_once_are_a_bug_of_ours)
{
    fake = fake_new();
    fake_answers(fake, SOCKETS_WAITS);
    CHECK_EQ(fake_call_blocking(fake, "read(3, ..., 10) = 10"), CALL_WAITS);
    CHECK(MUST_FAILS(fake_call(fake, "read(3, ..., 10) = 10")));
    fake = fake_new();
    CHECK(MUST_FAILS(fake_again(fake)));
}

TEST(sizes_are_those_of_linux)
{
    fake = fake_new();
    CHECK_EQ(fake_call(fake, "setsockopt(3, SOL_TCP, TCP_NODELAY, [1], sizeof(int)) = 0"), CALL_MET);
    CHECK_EQ(fake->set_length, 4);
    CHECK_EQ(
        fake_call(fake, "setsockopt(3, SOL_SOCKET, SO_LINGER, {1, 2}, sizeof(struct linger)) = 0"),
        CALL_MET);
    CHECK_EQ(fake->set_length, 8);
    CHECK_EQ(fake_call(fake, "setsockopt(3, SOL_TCP, TCP_NODELAY, [1], sizeof(long)) = 0"),
             CALL_UNSUPPORTED);
    CHECK_STR(fake->why, "the size of `long`");
    CHECK_EQ(fake_call(fake, "listen(3, round(5)) = 0"), CALL_UNSUPPORTED);
    CHECK_STR(fake->why, "the function `round`");
}

TEST(depth_of_values_is_bounded_by_the_parser_alone)
{
    char text[300] = "listen(3, ";
    size_t n = strlen(text);

    for (int i = 0; i < 30; i++, n += 6)
        memcpy(text + n, "htons(", 6);
    text[n++] = '5';
    for (int i = 0; i < 30; i++)
        text[n++] = ')';
    memcpy(text + n, ") = 0", 6);
    fake = fake_new();
    CHECK_EQ(fake_call(fake, text), CALL_MET);
    CHECK_STR(fake->said, "listen(103, 5)");
}

static const char *const pieces[] = {
    "socket(",    "bind(",      "listen(",     "accept(",
    "connect(",   "read(",      "readv(",      "recvmsg(",
    "sendto(",    "sendmsg(",   "getsockopt(", "setsockopt(",
    "poll(",      "epoll_ctl(", "epoll_wait(", "pipe(",
    "splice(",    "ioctl(",     "fcntl(",      "close(",
    "3",          "4",          "5",           "0",
    "-1",         "1000",       "2147483647",  "9223372036854775807",
    "...",        "NULL",       "[",           "]",
    "{",          "}",          ", ",          ", ",
    ", ",         "|",          "~",           "POLLIN",
    "EPOLLIN",    "AF_INET",    "SOL_SOCKET",  "SOL_TCP",
    "SO_LINGER",  "TCP_INFO",   "\"abc\"",     "\"192.0.2.1\"",
    "inet_addr(", "htons(",     "sizeof(",     ")",
    "fd=",        "events=",    "msg_iov=",    "msg_control=",
    "msg_name=",  "msg_flags=", "sa_family=",  "sin_addr=",
    "onoff=",     "linger=",    "cmsg_level=", "cmsg_type=",
    "cmsg_data=",
};

static uint64_t dice = 88172645463325252u;

static uint64_t throw_dice(uint64_t n) {
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return dice % n;
}

/* A call with random arguments, with its brackets in order. */
static void random_call(char *text, size_t size) {
    enum { PIECES = sizeof pieces / sizeof *pieces, CALLS = 20 };
    char closing[40];
    size_t depth = 0, arguments = throw_dice(7);

    snprintf(text, size, "%s", pieces[throw_dice(CALLS)]);
    for (size_t i = 0; i < arguments; i++) {
        if (i) strcat(text, ", ");
        for (unsigned inside = 0;;) {
            const char *piece = pieces[CALLS + throw_dice(PIECES - CALLS)];
            char last = piece[strlen(piece) - 1];

            if (strchr("]}),|~", *piece)) continue;
            if (inside++) strcat(text, ", ");
            strcat(text, piece);
            if (strchr("[{(=", last) && depth < 8) {
                if (last != '=') closing[depth++] = last == '[' ? ']' : last == '{' ? '}' : ')';
                inside = 0;
                continue;
            }
            if (strchr("[{(=", last)) strcat(text, "1");
            if (last == '[' || last == '{' || last == '(')
                closing[depth++] = last == '[' ? ']' : last == '{' ? '}' : ')';
            if (!depth || throw_dice(3) == 0 || inside > 5) break;
        }
        while (depth)
            strncat(text, &closing[--depth], 1);
    }
    strcat(text, ") = 0");
}

TEST(any_call_has_an_answer)
{
    static const int numbers[] = {
        0, 1, 2, 7, -UNIX_EAGAIN, -UNIX_EINVAL, SOCKETS_WAITS, SOCKETS_UNSUPPORTED};
    unsigned long rounds = tap_seeds(20000);
    unsigned answers[CALL_WRONG + 1] = {0};
    char text[4000];

    for (unsigned long i = 0; i < rounds; i++) {
        if (i % 100 == 0) fake = fake_new();
        fake_answers(fake, numbers[i % 8]);
        random_call(text, sizeof text);
        answers[fake_call(fake, text)]++;
    }
    CHECK(answers[CALL_MET] > 0);
    CHECK(answers[CALL_DIFFERS] > 0);
    CHECK(answers[CALL_WRONG] > 0);
    CHECK(answers[CALL_UNSUPPORTED] > 0);
    CHECK_EQ(answers[CALL_WAITS], 0);
}
