/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_host.h"

#include "tap.h"

#define SYN     "0.1 < S 0:0(0) win 1000\n"
#define SYN_ACK " S. 0:0(0) ack 1 <...>\n"

/* Run a script of the SYN and @moment of the SYN-ACK, which leaves at @left. */
static const struct script_report *judge_moment(const char *options, const char *moment,
                                                const char *left) {
    static char script[300], actor[200];

    snprintf(script, sizeof script, "%s" SYN "%s > " SYN_ACK, options, moment);
    snprintf(actor, sizeof actor, "%s > S. 7000:7000(0) ack 1 win 9\n", left);
    return judge(script, actor);
}

TEST(a_packet_has_a_moment_and_a_tolerance)
{
    static const struct {
        const char *moment, *left, *words; /* words NULL: it passes */
    } rows[] = {
        {"0.1",   "0.103999", NULL                                                        },
        {"0.1",   "0.104001", "at 0.104001 s, expected at 0.100000 s: 0.004001 s too late"},
        {"+0",    "0.103999", NULL                                                        },
        {"+0",    "0.105",    "too late"                                                  },
        {"+.01",  "0.106",    NULL                                                        },
        {"+.01",  "0.105999", "0.004001 s too early"                                      },
        {"0.11",  "0.1",      "too early"                                                 },
        {"+8",    "9.099999", NULL                                                        },
        {"+8",    "9.100001", "too late (tolerance 1.000000 s)"                           },
        {"+8",    "7.1",      NULL                                                        },
        {"+8",    "7.099",    "1.001000 s too early"                                      },
        {"8.1",   "9.099999", NULL                                                        },
        {"8.1",   "9.2",      "too late"                                                  },
        {"+1~+2", "1.1",      NULL                                                        },
        {"+1~+2", "2.1",      NULL                                                        },
        {"+1~+2", "0.974",    "expected at 1.100000 to 2.100000 s: 0.126000 s too early"  },
        {"+1~+2", "2.36",     "too late (tolerance 0.250000 s)"                           },
        {"1~2",   "0.9",      NULL                                                        },
        {"1~2",   "2.2",      NULL                                                        },
        {"1~2",   "2.3",      "too late"                                                  },
        {"*",     "0.1",      NULL                                                        },
        {"*",     "80000",    NULL                                                        },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("%s for %s", rows[i].left, rows[i].moment) {
            const struct script_report *report = judge_moment("", rows[i].moment, rows[i].left);

            CHECK(rows[i].words ? failed_by(report, SCRIPT_MISMATCH_TIME, 2, rows[i].words)
                                : passed(report));
        }
    }
}

TEST(a_report_about_time_shows_the_packet)
{
    const struct script_report *report = judge_moment("", "+1", "3");

    CHECK(failed_by(report, SCRIPT_MISMATCH_TIME, 2, "the packet left at 3.000000 s"));
    CHECK_STR(report->expected, "> S. 0:0(0) ack 1 <...>");
    CHECK_STR(report->actual, "> S. 0:0(0) ack 1 win 9");
}

TEST(tolerance_is_an_option)
{
    CHECK(passed(judge_moment("--tolerance_usecs=100000\n", "+0", "0.199")));
    CHECK(failed_by(judge_moment("--tolerance_usecs=100000\n", "+0", "0.201"), SCRIPT_MISMATCH_TIME,
                    3, "too late"));
    CHECK(passed(judge_moment("--tolerance_percent=50\n", "+2", "3.099")));
    CHECK(failed_by(judge_moment("--tolerance_percent=0.5\n", "+2", "2.2"), SCRIPT_MISMATCH_TIME, 3,
                    "(tolerance 0.010000 s)"));
}

TEST(a_packet_for_any_time_that_never_comes_is_missing)
{ CHECK(failed_by(judge(SYN "* > " SYN_ACK, ""), SCRIPT_MISMATCH_MISSING, 2, "no packet left")); }

TEST(packets_that_arrive_are_a_train)
{
    CHECK(passed(judge("0.1 < . 1:1(0) ack 1 win 9\n"
                       "+.1 < . 1:1(0) ack 1 win 9\n"
                       "+.1 < . 1:1(0) ack 1 win 9\n",
                       "")));
    CHECK_EQ(host.arrived[0].when_ns, 100000000);
    CHECK_EQ(host.arrived[1].when_ns, 200000000);
    CHECK_EQ(host.arrived[2].when_ns, 300000000);
}

TEST(what_follows_a_packet_counts_from_when_it_was_there)
{
    CHECK(passed(judge(SYN "+.1 > " SYN_ACK "+.1 < . 1:1(0) ack 1 win 9\n",
                       "0.203 > S. 7000:7000(0) ack 1 win 9\n")));
    CHECK_EQ(host.arrived[1].when_ns, 303000000);
}

TEST(what_is_behind_its_moment_fails)
{
    static const char actor[] = "5 > S. 7000:7000(0) ack 1 win 9\n";

    CHECK(failed_by(judge(SYN "* > " SYN_ACK "1 < . 1:1(0) ack 1 win 9\n", actor),
                    SCRIPT_MISMATCH_TIME, 3, "its turn comes at 5.000000 s, expected at 1.000000 s"));
    CHECK(failed_by(judge(SYN "* > " SYN_ACK "1 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n", actor),
                    SCRIPT_MISMATCH_TIME, 3, "its turn comes"));
    CHECK(passed(judge(SYN "* > " SYN_ACK "5 < . 1:1(0) ack 1 win 9\n", actor)));
}

TEST(what_lies_behind_a_day_is_not_waited_for)
{
    CHECK(failed_by(judge("+86401 < S 0:0(0) win 9\n", ""), SCRIPT_MISMATCH_ENDLESS, 1, "a day"));
    CHECK(failed_by(judge("+50000 < S 0:0(0) win 9\n+50000 < S 0:0(0) win 9\n", ""),
                    SCRIPT_MISMATCH_ENDLESS, 2, "a day"));
    CHECK(failed_by(judge("1000000000 < S 0:0(0) win 9\n", ""), SCRIPT_MISMATCH_ENDLESS, 1, "a day"));
    CHECK(passed(judge("+43000 < S 0:0(0) win 9\n+43000 < S 0:0(0) win 9\n", "")));
}

TEST(a_host_that_never_rests_is_stopped)
{
    host.is_restless = true;
    CHECK(failed_by(judge(SYN, ""), SCRIPT_MISMATCH_ENDLESS, 1, "more happens"));
    host_reset();
}

TEST(faults_that_are_not_fatal_are_told_and_passed)
{
    const struct script_report *report = judge("--non_fatal=packet\n" SYN
                                               "+0 > S. 0:0(0) ack 2 <...>\n+0 > . 1:1(0) ack 1\n"
                                               "+.1 < . 1:1(0) ack 1 win 9\n",
                                               "0.1 > S. 7000:7000(0) ack 1 win 9\n");

    CHECK(passed(report));
    CHECK(strstr(report->sentence, "ack is 1, expected 2"));
    CHECK_EQ(report->mismatch, SCRIPT_MISMATCH_FIELD);
    CHECK_EQ(report->place.line, 3);
    CHECK_EQ(host.n_arrived, 2);
    CHECK(failed_by(judge("--non_fatal=syscall\n" SYN "+0 > " SYN_ACK, ""), SCRIPT_MISMATCH_MISSING,
                    3, "no packet"));
}

TEST(a_long_script_is_told_from_its_end)
{
    static char script[60 * 4000];
    const struct script_report *report;
    size_t n = 0;

    for (int i = 0; i < 4000; i++)
        n += (size_t)snprintf(script + n, sizeof script - n, "+.001 < . 1:1(0) ack 1 win %d\n", i);
    snprintf(script + n, sizeof script - n, "+0 > . 1:1(0) ack 1\n");
    report = judge(script, "");
    CHECK(failed_by(report, SCRIPT_MISMATCH_MISSING, 4001, "no packet"));
    CHECK(strncmp(report->ladder, "... ", 4) == 0);
    CHECK(strstr(report->ladder, "earlier events\n"));
    CHECK(strstr(report->ladder, "win 3999\n"));
    CHECK(strstr(report->ladder, "! 4001 "));
    CHECK_EQ(report->events, 4000);
}

TEST(a_ladder_marks_the_event_at_fault)
{
    const struct script_report *report = judge(
        SYN "+0 > " SYN_ACK "+.1 < P. 1:11(10) ack 1 win 9\n+0 > . 1:1(0) ack 11\n",
        "0.1 > S. 7000:7000(0) ack 1 win 77\n0.2 > . 7001:7001(0) ack 1 win 77\n");

    CHECK_STR(report->ladder, "     1    0.100000  < S 0:0(0) win 1000\n"
                              "     2    0.100000  > S. 0:0(0) ack 1 win 77\n"
                              "     3    0.200000  < P. 1:11(10) ack 1 win 9\n"
                              "          0.200000  > . 1:1(0) ack 1 win 77\n"
                              "!    4    0.200000  > . 1:1(0) ack 11: ack is 1, expected 11\n");
}
