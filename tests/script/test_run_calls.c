/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_host.h"

#include "tap.h"

#define SOCKET "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"

enum { MS = 1000000 };

/* Run @script against a host whose read() returns @returns, not before @read_ms. */
static const struct script_report *judge_read(uint64_t read_ms, int returns, const char *script) {
    host_reset();
    host.read_ns = read_ms * MS;
    host.read_returns = returns;
    return judge(script, "");
}

TEST(a_call_has_a_result)
{
    CHECK(passed(judge_read(0, 5, SOCKET "0.1 read(3, ..., 10) = 5\n")));
    CHECK(failed_by(judge_read(0, 4, SOCKET "0.1 read(3, ..., 10) = 5\n"), SCRIPT_MISMATCH_RESULT,
                    2, "expected: 5, returned: 4"));
    CHECK(failed_by(judge_read(0, -11, SOCKET "0.1 read(3, ..., 10) = 5\n"), SCRIPT_MISMATCH_RESULT,
                    2, "returned: -1 EAGAIN"));
}

TEST(an_error_has_a_number)
{
    CHECK(passed(judge_read(0, -11, SOCKET "0.1 read(3, ..., 10) = -1 EAGAIN (again)\n")));
    CHECK(failed_by(judge_read(0, -104, SOCKET "0.1 read(3, ..., 10) = -1 EAGAIN (again)\n"),
                    SCRIPT_MISMATCH_ERRNO, 2, "EAGAIN, returned: -1 ECONNRESET"));
}

TEST(a_call_that_sleeps_returns_in_time)
{
    static const struct {
        const char *line;
        unsigned read_ms;
        enum script_mismatch mismatch;
        const char *words; /* NULL: it passes */
    } rows[] = {
        {"0.1...0.3 read(3, ..., 10) = 5", 300,    0,                      NULL                      },
        {"0.1...0.3 read(3, ..., 10) = 5", 325,    0,                      NULL                      },
        {"0.1...0.3 read(3, ..., 10) = 5", 275,    0,                      NULL                      },
        {"+.1...0.3 read(3, ..., 10) = 5", 300,    0,                      NULL                      },
        {"0.1...0.3 read(3, ..., 10) = 5", 274,    SCRIPT_MISMATCH_TIME,
         "the call returned at 0.274000 s, expected at 0.300000 s: 0.026000 s too early"             },
        {"0.1...0.3 read(3, ..., 10) = 5", 0,      SCRIPT_MISMATCH_TIME,   "too early"               },
        {"0.1...0.3 read(3, ..., 10) = 5", 900,    SCRIPT_MISMATCH_TIME,
         "the call returned at 0.900000 s, expected at 0.300000 s: 0.600000 s too late"              },
        {"0.1...0.3 read(3, ..., 10) = 5", 900000, SCRIPT_MISMATCH_RESULT,
         "the call did not return until 0.325000 s"                                                  },
        {"0.1...0.3 read(3, ..., 10) = 6", 300,    SCRIPT_MISMATCH_RESULT, "expected: 6, returned: 5"},
        {"0.1 read(3, ..., 10) = 5",       300,    SCRIPT_MISMATCH_RESULT, "it would block"          },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("%s at %u ms", rows[i].line, rows[i].read_ms) {
            const struct script_report *report;
            char script[200];

            snprintf(script, sizeof script, SOCKET "%s\n", rows[i].line);
            report = judge_read(rows[i].read_ms, 5, script);
            CHECK(rows[i].words ? failed_by(report, rows[i].mismatch, 2, rows[i].words)
                                : passed(report));
        }
    }
}

TEST(other_events_go_on_while_a_call_sleeps)
{
    CHECK(passed(judge_read(300, 5,
                            SOCKET "0.1...0.3 read(3, ..., 10) = 5\n"
                                   "+.1 < S 0:0(0) win 9\n"
                                   "+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 4\n"
                                   "0.4 < S 0:0(0) win 9\n")));
    CHECK_EQ(host.arrived[0].when_ns, 200 * MS);
    CHECK_EQ(host.arrived[1].when_ns, 400 * MS);
}

TEST(a_call_that_is_overdue_fails_before_what_comes_later)
{
    CHECK(failed_by(
        judge_read(5000, 5, SOCKET "0.1...0.3 read(3, ..., 10) = 5\n1 close(3) = -1 EBADF (bad)\n"),
        SCRIPT_MISMATCH_TIME, 2, "returned at 5.000000 s"));
}

TEST(only_one_call_sleeps_at_a_time)
{
    CHECK(passed(judge_read(300, 5,
                            SOCKET "0.1...0.3 read(3, ..., 10) = 5\n"
                                   "0.1...0.3 read(3, ..., 10) = 5\n")));
}

TEST(a_ladder_tells_when_a_call_sleeps_and_returns)
{
    const struct script_report *report = judge_read(
        300, 5,
        SOCKET "0.1...0.3 read(3, ..., 10) = 5\n0.2 < . 1:1(0) win 9\n"
               "0.4 read(3, ..., 10) = 6\n");

    CHECK_STR(report->ladder,
              "     1    0.000000    socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
              "     2    0.100000    read(3, ..., 10) = 5   (sleeps)\n"
              "     3    0.200000  < . 1:1(0) win 9\n"
              "     2    0.300000    read() returns\n"
              "     4    0.400000    read(3, ..., 10) = 6\n"
              "!    4    0.400000    read(3, ..., 10) = 6: expected: 6, returned: 5\n");
}

TEST(calls_that_are_not_known_are_unsupported)
{
    const struct script_report *report = judge("0 fork() = 0\n", "");

    CHECK_EQ(report->verdict, SCRIPT_UNSUPPORTED);
    CHECK(strstr(report->sentence, "fork"));
    CHECK_EQ(report->place.line, 1);
}

TEST(a_mistake_of_the_script_is_no_failure)
{
    const struct script_report *report = judge("0 close(9) = 0\n", "");

    CHECK_EQ(report->verdict, SCRIPT_BROKEN);
    CHECK_EQ(report->place.line, 1);
}

TEST(a_setting_that_the_host_refuses_is_not_passed_over)
{
    static const char script[] = "0 `sysctl -q net.ipv4.tcp_sack=0`\n0.1 < S 0:0(0) win 9\n";
    const struct script_report *report;

    CHECK(passed(judge(script, "")));
    host.is_stubborn = true;
    report = judge(script, "");
    CHECK_EQ(report->verdict, SCRIPT_UNSUPPORTED);
    CHECK_EQ(report->place.line, 1);
    host_reset();
}

TEST(results_that_differ_may_be_let_pass)
{
    const struct script_report *report = judge_read(
        0, 4, "--non_fatal=syscall\n" SOCKET "0.1 read(3, ..., 10) = 5\n0.2 < S 0:0(0) win 9\n");

    CHECK(passed(report));
    CHECK(strstr(report->sentence, "expected: 5, returned: 4"));
    CHECK_EQ(host.n_arrived, 1);
}
