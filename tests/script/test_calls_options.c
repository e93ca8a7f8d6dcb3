/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include "fake_sockets.h"
#include "script/tcp_info.h"

static struct fake *fake;

TEST(values_to_set_are_the_octets_that_c_has)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        SETS("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0",
             "set(103, 1, 2, value, 4)", "\1\0\0\0"),
        SETS("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], ...) = 0",
             "set(103, 1, 2, value, 4)", "\1\0\0\0"),
        SETS("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, 0, 4) = 0",
             "set(103, 1, 2, value, 4)", "\0\0\0\0"),
        SETS("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, 1, 4) = 0",
             "set(103, 1, 2, value, 4)", "\1\0\0\0"),
        SETS("setsockopt(3, SOL_TCP, TCP_MAXSEG, [-1], 4) = 0",
             "set(103, 6, 2, value, 4)", "\377\377\377\377"),
        SETS("setsockopt(3, SOL_IP, IP_MTU_DISCOVER, [IP_PMTUDISC_DONT], 4) = 0",
             "set(103, 0, 10, value, 4)", "\0\0\0\0"),
        SETS("setsockopt(3, SOL_SOCKET, SO_TIMESTAMPING, [SOF_TIMESTAMPING_TX_SOFTWARE|SOF_TIMESTAMPING_SOFTWARE], 4) = 0",
             "set(103, 1, 37, value, 4)", "\22\0\0\0"),
        SETS("setsockopt(3, SOL_TCP, TCP_CONGESTION, \"reno\", 4) = 0",
             "set(103, 6, 13, value, 4)", "reno"),
        SETS("setsockopt(3, SOL_TCP, TCP_CONGESTION, [\"reno\"], 6) = 0",
             "set(103, 6, 13, value, 6)", "reno\0\0"),
        SETS("setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=5}, 8) = 0",
             "set(103, 1, 13, value, 8)", "\1\0\0\0\5\0\0\0"),
        SETS("setsockopt(3, SOL_SOCKET, SO_LINGER, [{l_onoff=1, l_linger=5}], 8) = 0",
             "set(103, 1, 13, value, 8)", "\1\0\0\0\5\0\0\0"),
        SETS("setsockopt(3, SOL_SOCKET, SO_LINGER, {1, 5}, ...) = 0",
             "set(103, 1, 13, value, 8)", "\1\0\0\0\5\0\0\0"),
        SETS("setsockopt(3, SOL_SOCKET, SO_RCVTIMEO, {tv_sec=1, tv_usec=2}, 16) = 0",
             "set(103, 1, 20, value, 16)", "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"),
        SETS("setsockopt(3, SOL_TCP, TCP_FASTOPEN_KEY, [1, 2, 3, 4], 16) = 0",
             "set(103, 6, 33, value, 16)", "\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0"),
        SETS("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 2) = 0",
             "set(103, 1, 2, value, 2)", "\1\0"),
        SETS("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 0) = 0", "set(103, 1, 2, value, 0)", ""),
        SETS("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, NULL, 0) = 0",
             "set(103, 1, 2, value, 0)", ""),
        SETS("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, ..., 4) = 0",
             "set(103, 1, 2, value, 4)", "\0\0\0\0"),
        SETS("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 99999999999) = 0",
             "set(103, 1, 2, value, 512)", "\1\0\0\0\0"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, NULL);
}

TEST(values_that_are_none_are_told)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        TELLS("setsockopt(3, SOL_TCP, TCP_NONE, [1], 4) = 0",
              0, CALL_WRONG, "unknown constant `TCP_NONE`"),
        TELLS("setsockopt(3, SOL_TCP, TCP_NODELAY, [YES], 4) = 0",
              0, CALL_WRONG, "unknown constant `YES`"),
        TELLS("setsockopt(3, SOL_TCP, TCP_NODELAY, [[1]], 4) = 0",
              0, CALL_WRONG, "a number is missing"),
        TELLS("setsockopt(3, SOL_TCP, TCP_REPAIR_WINDOW, {1, 2}, 8) = 0",
              0, CALL_UNSUPPORTED, "setsockopt(SOL_TCP, TCP_REPAIR_WINDOW)"),
        TELLS("setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1}, 8) = 0",
              0, CALL_WRONG, "linger is missing"),
        TELLS("setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=1, on=1}, 8) = 0",
              0, CALL_WRONG, "there is no field `on`"),
        TELLS("setsockopt(3, SOL_SOCKET, SO_LINGER, {linger=1}, 8) = 0",
              0, CALL_WRONG, "onoff is missing"),
        MET("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], -1) = -1 EINVAL", 0),
        MET("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, NULL, 4) = -1 EFAULT", 0),
        MET("getsockopt(3, SOL_SOCKET, SO_REUSEADDR, NULL, [4]) = -1 EFAULT", 0),
        MET("getsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], [-1]) = -1 EINVAL", 0),
    };
    /* clang-format on */

    FAKE_ROWS(rows, fake_is_not_asked);
}

TEST(long_lists_of_ints_are_cut)
{
    char text[8000] = "setsockopt(3, SOL_TCP, TCP_NODELAY, [1";

    for (int i = 0; i < 2000; i++)
        strcat(text, ", 1");
    strcat(text, "], 4) = 0");
    fake = fake_new();
    CHECK_EQ(fake_call(fake, text), CALL_MET);
    memcpy(text, "getsockopt", 10);
    fake->option[0] = 1;
    CHECK_EQ(fake_call(fake, text), CALL_DIFFERS);
}

TEST(values_that_come_back_are_compared)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        GETS("getsockopt(3, SOL_TCP, TCP_MAXSEG, [1000], [4]) = 0", "\350\3\0\0", CALL_MET, NULL),
        GETS("getsockopt(3, SOL_TCP, TCP_MAXSEG, [1000], ...) = 0", "\350\3\0\0", CALL_MET, NULL),
        GETS("getsockopt(3, SOL_TCP, TCP_MAXSEG, [...], [4]) = 0", "\350\3\0\0", CALL_MET, NULL),
        GETS("getsockopt(3, SOL_TCP, TCP_MAXSEG, ..., ...) = 0", "\350\3\0\0", CALL_MET, NULL),
        GETS("getsockopt(3, SOL_TCP, TCP_MAXSEG, [1001], [4]) = 0",
             "\350\3\0\0", CALL_DIFFERS, "value: expected: 1001, returned: 1000"),
        GETS("getsockopt(3, SOL_TCP, TCP_MAXSEG, [-1], [4]) = 0",
             "\377\377\377\377", CALL_MET, NULL),
        GETS("getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNRESET], [4]) = 0",
             "\150\0\0\0", CALL_MET, NULL),
        GETS("getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0",
             "\150\0\0\0", CALL_DIFFERS, "value: expected: 0, returned: 104"),
        GETS("getsockopt(3, SOL_TCP, TCP_MAXSEG, [1000], [8]) = 0",
             "\350\3\0\0", CALL_DIFFERS, "length: expected: 8, returned: 4"),
        GETS("getsockopt(3, SOL_TCP, TCP_MAXSEG, [232], [1]) = 0", "\350\3\0\0", CALL_MET, NULL),
        GETS("getsockopt(3, SOL_TCP, TCP_MAXSEG, [233], [1]) = 0",
             "\350\3\0\0", CALL_DIFFERS, "value: expected: 233, returned: 232"),
        GETS("getsockopt(3, SOL_TCP, TCP_MAXSEG, [1, 2], [8]) = 0",
             "\1\0\0\0\2\0\0\0", CALL_MET, NULL),
        GETS("getsockopt(3, SOL_TCP, TCP_MAXSEG, [1, 3], [8]) = 0",
             "\1\0\0\0\2\0\0\0", CALL_DIFFERS, "value: expected: 3, returned: 2"),
        GETS("getsockopt(3, SOL_TCP, TCP_CONGESTION, \"cubic\", [16]) = 0",
             "cubic\0\0\0\0\0\0\0\0\0\0\0", CALL_MET, NULL),
        GETS("getsockopt(3, SOL_TCP, TCP_CONGESTION, [\"cubic\"], [5]) = 0",
             "cubic", CALL_MET, NULL),
        GETS("getsockopt(3, SOL_TCP, TCP_CONGESTION, \"reno\", [16]) = 0",
             "cubic\0\0\0\0\0\0\0\0\0\0\0", CALL_DIFFERS, "value: expected: \"reno\", returned: \"cubic\""),
        GETS("getsockopt(3, SOL_TCP, TCP_CONGESTION, \"cubi\", [16]) = 0",
             "cubic\0\0\0\0\0\0\0\0\0\0\0", CALL_DIFFERS, "value: expected: \"cubi\", returned: \"cubic\""),
        GETS("getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=5}, [8]) = 0",
             "\1\0\0\0\5\0\0\0", CALL_MET, NULL),
        GETS("getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=...}, [8]) = 0",
             "\1\0\0\0\5\0\0\0", CALL_MET, NULL),
        GETS("getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=0, linger=5}, [8]) = 0",
             "\1\0\0\0\5\0\0\0", CALL_DIFFERS, "onoff: expected: 0, returned: 1"),
        GETS("getsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=6}, [8]) = 0",
             "\1\0\0\0\5\0\0\0", CALL_DIFFERS, "linger: expected: 6, returned: 5"),
        GETS("getsockopt(3, SOL_SOCKET, SO_SNDTIMEO, {tv_sec=1, tv_usec=2}, [16]) = 0",
             "\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", CALL_MET, NULL),
        GETS("getsockopt(3, SOL_TCP, TCP_MAXSEG, {1, 2}, [8]) = 0",
             "\1\0\0\0\2\0\0\0", CALL_UNSUPPORTED, "getsockopt(SOL_TCP, TCP_MAXSEG)"),
    };
    /* clang-format on */

    FAKE_ROWS(rows, NULL);
}

TEST(an_option_that_nobody_here_has_is_unsupported_where_it_is_taken_for_granted)
{
    fake = fake_new();
    fake_answers(fake, -UNIX_ENOPROTOOPT);
    CHECK_EQ(fake_call(fake, "setsockopt(3, SOL_SOCKET, SO_MARK, [7], 4) = 0"), CALL_UNSUPPORTED);
    CHECK_STR(fake->why, "setsockopt(SOL_SOCKET, SO_MARK)");
    CHECK_EQ(fake_call(fake, "getsockopt(3, SOL_SOCKET, SO_MARK, [7], [4]) = 0"), CALL_UNSUPPORTED);
    CHECK_STR(fake->why, "getsockopt(SOL_SOCKET, SO_MARK)");
    CHECK_EQ(fake_call(fake, "setsockopt(3, SOL_SOCKET, SO_MARK, [7], 4) = -1 ENOPROTOOPT"),
             CALL_MET);
    CHECK_EQ(fake_call(fake, "setsockopt(3, SOL_SOCKET, SO_MARK, [7], 4) = -1"), CALL_MET);
    CHECK_EQ(fake_call(fake, "setsockopt(3, SOL_SOCKET, SO_MARK, [7], 4) = -1 EINVAL"), CALL_ERRNO);
}

TEST(text_that_comes_back_is_shown_safely)
{
    fake = fake_new();
    memset(fake->option, 0xff, 20);
    fake->option_length = 20;
    CHECK_EQ(fake_call(fake, "getsockopt(3, SOL_TCP, TCP_CONGESTION, \"reno\", [16]) = 0"),
             CALL_DIFFERS);
    CHECK(!strchr(fake->why, '\xff'));
}

static void has_tcp_info(struct fake *subject) {
    struct unix_tcp_info info = {.tcpi_state = UNIX_TCP_ESTABLISHED, .tcpi_snd_cwnd = 10};

    memcpy(subject->option, &info, sizeof info);
    subject->option_length = sizeof info;
}

TEST(fields_of_tcp_info_are_compared)
{
    /* clang-format off */
    static const struct fake_row rows[] = {
        MET("getsockopt(3, SOL_TCP, TCP_INFO, {tcpi_state=TCP_ESTABLISHED, tcpi_snd_cwnd=10, ...}, ...) = 0",
            0),
        TELLS("getsockopt(3, SOL_TCP, TCP_INFO, {tcpi_state=..., tcpi_snd_cwnd=11}, ...) = 0",
              0, CALL_DIFFERS, "tcpi_snd_cwnd: expected: 11, returned: 10"),
        TELLS("getsockopt(3, SOL_TCP, TCP_INFO, {tcpi_weather=1}, ...) = 0",
              0, CALL_UNSUPPORTED, "the field of TCP_INFO `tcpi_weather`"),
        MET("getsockopt(3, SOL_TCP, TCP_INFO, ..., ...) = 0", 0),
    };
    /* clang-format on */

    FAKE_ROWS(rows, has_tcp_info);
}

/* TCP_INFO of a subject with a listener 103, connections 104 and 105, and others that are none. */
static int get_info(void *self, int fd, struct unix_option *option) {
    struct unix_tcp_info info = {.tcpi_state = UNIX_TCP_ESTABLISHED, .tcpi_snd_cwnd = (uint32_t)fd};

    (void)self;
    CHECK_EQ(option->level, UNIX_SOL_TCP);
    CHECK_EQ(option->name, UNIX_TCP_INFO);
    if (fd < 103 || fd > 105) return -UNIX_ENOTSOCK;
    if (fd == 103) info.tcpi_state = UNIX_TCP_LISTEN;
    memcpy(option->value, &info, sizeof info);
    return 0;
}

static int64_t named(const char *name) {
    struct code_name names[CALLS_CODE_NAMES_MAX];
    uint32_t n = calls_code_names(&fake->calls, names);

    for (uint32_t i = 0; i < n; i++) {
        if (strcmp(names[i].name, name) == 0) return names[i].value;
    }
    return -1;
}

/* The congestion window tells whose it is. */
static int64_t info_is_of(void) {
    return named("tcpi_snd_cwnd");
}

TEST(tcp_info_is_of_the_connection_that_was_used_last)
{
    struct subject_kind kind;

    fake = fake_new();
    kind = *fake->subject.kind;
    kind.sockets.get_option = get_info;
    fake->subject.kind = &kind;
    CHECK_EQ(info_is_of(), 105);
    CHECK_EQ(fake_call(fake, "write(4, ..., 0) = 0"), CALL_MET);
    CHECK_EQ(info_is_of(), 104);
    CHECK_EQ(fake_call(fake, "listen(3, 0) = 0"), CALL_MET);
    CHECK_EQ(info_is_of(), 105);
    CHECK_EQ(fake_call(fake, "close(5) = 0"), CALL_MET);
    CHECK_EQ(info_is_of(), 104);
    fake_answers(fake, 200);
    CHECK_EQ(fake_call(fake, "epoll_create(1) = 9"), CALL_MET);
    CHECK_EQ(info_is_of(), 104);
    fake_answers(fake, 0);
    CHECK_EQ(fake_call(fake, "close(4) = 0"), CALL_MET);
    CHECK_EQ(info_is_of(), 103);
    CHECK_EQ(fake_call(fake, "close(3) = 0"), CALL_MET);
    CHECK_EQ(info_is_of(), -1);
}

TEST(fields_have_their_names_and_what_is_not_known_has_none)
{
    struct unix_tcp_info info = {
        .tcpi_state = 1, .tcpi_snd_wscale = 7, .tcpi_rcv_wscale = 8, .tcpi_rtt = 70000};

    fake = fake_new();
    memcpy(fake->option, &info, sizeof info);
    CHECK_EQ(named("tcpi_state"), 1);
    CHECK_EQ(named("tcpi_snd_wscale"), 7);
    CHECK_EQ(named("tcpi_rcv_wscale"), 8);
    CHECK_EQ(named("tcpi_rtt"), 70000);
    CHECK_EQ(named("tcpi_snd_cwnd"), 0);
    CHECK_EQ(named("tcpi_delivery_rate"), -1);
}

TEST(a_subject_that_tells_no_tcp_info_has_none)
{
    fake = fake_new();
    fake_answers(fake, -UNIX_ENOPROTOOPT);
    CHECK_EQ(info_is_of(), -1);
}
