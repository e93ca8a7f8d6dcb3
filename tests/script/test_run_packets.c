/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_host.h"

#include "script/departures.h"
#include "tap.h"

/* Lines 1 to 4 of most scripts here: a connection is there.  The host's ISN is 7000. */
#define OPENED                                                                                     \
    "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"                                                \
    "0.1 < S 0:0(0) win 1000 <mss 1000>\n"                                                         \
    "0.1 > S. 0:0(0) ack 1 win 2000 <mss 1460>\n"                                                  \
    "0.2 < . 1:1(0) ack 1 win 1000\n"
#define OPENING "0.1 > S. 7000:7000(0) ack 1 win 2000 <mss 1460>\n"

TEST(what_is_expected_passes)
{
    CHECK(passed(judge(OPENED "0.3 > P. 1:11(10) ack 1 win 100\n",
                       OPENING "0.3 > P. 7001:7011(10) ack 1 win 100\n")));
}

/* A packet that the script wants, and the one that leaves for it. */
struct row {
    const char *want, *left;
    const char *words; /* NULL: it fits */
    enum script_mismatch mismatch;
};

/* clang-format off */
#define FITS(want_, left_) {.want = want_, .left = left_}
#define DIFFERS(kind, want_, left_, words_) \
    {.want = want_, .left = left_, .words = words_, .mismatch = SCRIPT_MISMATCH_##kind}
/* clang-format on */

/* @script, @actor: with %s where the two packets, or parts of them, stand */
static void rows_judge(const struct row *rows, size_t n, const char *script, const char *actor,
                       uint32_t line) {
    for (const struct row *row = rows; row < rows + n; row++) {
        TEST_ROW ("%s for %s", row->left, row->want) {
            const struct script_report *report;
            char wants[600], leaves[300];

            snprintf(wants, sizeof wants, script, row->want);
            snprintf(leaves, sizeof leaves, actor, row->left);
            report = judge(wants, leaves);
            CHECK(row->words ? failed_by(report, row->mismatch, line, row->words) : passed(report));
        }
    }
}

#define JUDGE(rows, script, actor, line)                                                           \
    rows_judge(rows, sizeof rows / sizeof *rows, script, actor, line)

TEST(every_field_that_differs_is_named)
{
#define WANTED "P. 1:11(10) ack 1 win 100 urg 0"
    /* clang-format off */
    static const struct row rows[] = {
        DIFFERS(FIELD, WANTED, "P. 7002:7012(10) ack 1 win 100 urg 0", "seq is 2, expected 1"),
        DIFFERS(FIELD, WANTED, "P. 7001:7012(11) ack 1 win 100 urg 0", "length is 11, expected 10"),
        DIFFERS(FIELD, WANTED, "P. 7001:7011(10) ack 2 win 100 urg 0", "ack is 2, expected 1"),
        DIFFERS(FIELD, WANTED, "P. 7001:7011(10) ack 1 win 101 urg 0",
                "window is 101, expected 100"),
        DIFFERS(FIELD, WANTED, "P. 7001:7011(10) ack 1 win 100 urg 7",
                "urgent pointer is 7, expected 0"),
        DIFFERS(FIELD, WANTED, ". 7001:7011(10) ack 1 win 100 urg 0",
                "flags are `.`, expected `P.`"),
        DIFFERS(FIELD, WANTED, "PEA. 7001:7011(10) ack 1 win 100 urg 0",
                "flags are `PEA.`, expected `P.`"),
        DIFFERS(FIELD, WANTED, "R 7001:7001(0) win 100", "flags are `R`, expected `P.`"),
        DIFFERS(OPTION, WANTED, "P. 7001:7011(10) ack 1 win 100 <nop,nop,nop,nop>",
                "the option `nop` is not expected"),
    };
    /* clang-format on */

    JUDGE(rows, OPENED "0.3 > %s\n", OPENING "0.3 > %s\n", 5);
}

TEST(what_is_not_said_is_not_looked_at)
{
    CHECK(passed(judge(OPENED "0.3 > P. 1:11(10) ack 1\n",
                       OPENING "0.3 > [ce,ttl 3] P. 7001:7011(10) ack 1 win 77 urg 5\n")));
}

TEST(marks_of_ip_are_compared)
{
    /* clang-format off */
    static const struct row rows[] = {
        FITS("ect0", "ect0"),
        FITS("ect01", "ect1"),
        FITS("ect01", "ect0"),
        DIFFERS(FIELD, "ect01", "ce", "ECN mark is ce, expected ect0 or ect1"),
        DIFFERS(FIELD, "ect0", "noecn", "ECN mark is noecn, expected ect0"),
        DIFFERS(FIELD, "noecn", "ect1", "ECN mark is ect1, expected noecn"),
        FITS("tos 0x20", "tos 0x20"),
        DIFFERS(FIELD, "tos 0x20", "tos 0x21", "TOS octet is 33, expected 32"),
        FITS("ttl 64", "ttl 64"),
        DIFFERS(FIELD, "ttl 64", "ttl 63", "TTL is 63, expected 64"),
        FITS("dscp 46", "dscp 46"),
        DIFFERS(FIELD, "dscp 46", "dscp 45", "DSCP is 45, expected 46"),
    };
    /* clang-format on */

    JUDGE(rows, OPENED "0.3 > [%s] . 1:1(0) ack 1\n",
          OPENING "0.3 > [%s] . 7001:7001(0) ack 1 win 9\n", 5);
}

TEST(a_wrong_checksum_is_a_fault)
{
    host.spoil_at = 1;
    CHECK(failed_by(judge("0.1 < S 0:0(0) win 1000\n0.1 > S. 0:0(0) ack 1 <...>\n", OPENING),
                    SCRIPT_MISMATCH_FIELD, 2, "a wrong TCP checksum"));
    host_reset();
}

/* Options. */

TEST(options_are_seen_as_on_the_wire)
{
    /* clang-format off */
    static const struct row rows[] = {
        FITS("mss 1460,nop,wscale 6,sackOK,TS val 1 ecr 0",
             "mss 1460,nop,wscale 6,sackOK,TS val 9 ecr 0"),
        FITS("mss 1460,sackOK,eol,eol", "mss 1460,sackOK,eol,eol"),
        FITS("mss 1460,sackOK", "mss 1460,sackOK,eol,eol"),
        FITS("...", "mss 1,kind 99 aabb,nop"),
        FITS("mss 1460,kind 99 aabb", "mss 1460,kind 99 aabb"),
        DIFFERS(OPTION, "mss 1460", "mss 1461", "option 1 is `mss 1461`, expected `mss 1460`"),
        DIFFERS(ORDER, "mss 1460,sackOK,nop,nop", "mss 1460,nop,nop,sackOK", "order"),
        DIFFERS(ORDER, "nop,nop,sackOK,mss 1460", "mss 1460,nop,nop,sackOK", "order"),
        DIFFERS(OPTION, "mss 1460,nop,wscale 6", "mss 1460,nop,wscale 7",
                "option 3 is `wscale 7`, expected `wscale 6`"),
        DIFFERS(OPTION, "mss 1460,nop,wscale 6", "mss 1460", "the option `nop` is missing"),
        DIFFERS(OPTION, "mss 1460,nop,nop,sackOK", "mss 1460,nop,nop,nop",
                "the option `sackOK` is missing"),
        DIFFERS(OPTION, "mss 1460", "mss 1460,nop,nop,sackOK", "the option `nop` is not expected"),
        DIFFERS(OPTION, "mss 1460", "mss 1460,eol,eol,eol,eol", "the option `eol` is not expected"),
        DIFFERS(OPTION, "mss 1460,sackOK", "mss 1460,sackOK,nop,nop",
                "the option `nop` is not expected"),
        DIFFERS(OPTION, "mss 1460,FO aabbccdd,nop,nop", "mss 1460,FO aabbccde,nop,nop",
                "option 2 is `FO aabbccde`, expected `FO aabbccdd`"),
        DIFFERS(OPTION, "FOEXP,nop,nop,nop,nop", "FO,nop,nop,nop,nop,nop,nop",
                "`FOEXP` is missing"),
        FITS("FOEXP aabbccdd", "FOEXP aabbccdd"),
        FITS("ECN e0b 1 ceb 0 e1b 1,nop", "ECN e0b 1 ceb 0 e1b 1,nop"),
        DIFFERS(OPTION, "ECN e0b 1 ceb 0 e1b 1,nop", "ECN e0b 1 ceb 5 e1b 1,nop",
                "option 1 is `ECN e0b 1 ceb 5 e1b 1`"),
        DIFFERS(OPTION, "ECN e0b 1 ceb 0 e1b 1,nop", "ECN e1b 1 ceb 0 e0b 1,nop",
                "`ECN e0b 1 ceb 0 e1b 1` is missing"),
        DIFFERS(OPTION, "md5 ff112233445566778899aabbccddeeff,nop,nop",
                "md5 00112233445566778899aabbccddeeff,nop,nop",
                "option 1 is `md5 0011"),
    };
    /* clang-format on */

    JUDGE(rows, "0.1 < S 0:0(0) win 1000\n0.1 > S. 0:0(0) ack 1 <%s>\n",
          "0.1 > S. 7000:7000(0) ack 1 win 9 <%s>\n", 2);
}

TEST(a_report_shows_both_packets_in_the_language)
{
    const struct script_report *report = judge(
        OPENED "0.3 > P. 1:11(10) ack 1 win 100 <nop,nop,sack 5:6 8:9>\n",
        OPENING "0.3 > . 7001:7011(10) ack 1 win 99 <nop,nop,sack 5:6>\n");

    CHECK_STR(report->expected, "> P. 1:11(10) ack 1 win 100 <nop,nop,sack 5:6 8:9>");
    CHECK_STR(report->actual, "> . 1:11(10) ack 1 win 99 <nop,nop,sack 5:6>");
}

/* Several for one. */

TEST(a_long_segment_may_leave_in_parts)
{
    CHECK(passed(judge(OPENED "0.3 > P. 1:2501(2500) ack 1\n",
                       OPENING "0.3 > . 7001:8001(1000) ack 1 win 9\n"
                               "0.3 > . 8001:9001(1000) ack 1 win 9\n"
                               "0.3 > P. 9001:9501(500) ack 1 win 9\n")));
}

TEST(parts_are_full_segments_but_for_a_shorter_last)
{
    CHECK(failed_by(judge(OPENED "0.3 > P. 1:2501(2500) ack 1\n",
                          OPENING "0.3 > . 7001:8001(1000) ack 1 win 9\n"
                                  "0.3 > . 8001:8501(500) ack 1 win 9\n"
                                  "0.3 > P. 8501:9501(1000) ack 1 win 9\n"),
                    SCRIPT_MISMATCH_FIELD, 5, "expected"));
    CHECK(failed_by(judge(OPENED "0.3 > P. 1:2501(2500) ack 1\n",
                          OPENING "0.3 > . 7001:8001(1000) ack 1 win 9\n"
                                  "0.3 > P. 8001:9501(1500) ack 1 win 9\n"),
                    SCRIPT_MISMATCH_FIELD, 5, "payload is 1500, expected 1000"));
}

TEST(a_part_may_be_pushed_and_the_last_one_must_be_as_it_says)
{
    CHECK(passed(judge(OPENED "0.3 > P. 1:2001(2000) ack 1\n",
                       OPENING "0.3 > P. 7001:8001(1000) ack 1 win 9\n"
                               "0.3 > P. 8001:9001(1000) ack 1 win 9\n")));
    CHECK(failed_by(judge(OPENED "0.3 > P. 1:2001(2000) ack 1\n",
                          OPENING "0.3 > . 7001:8001(1000) ack 1 win 9\n"
                                  "0.3 > . 8001:9001(1000) ack 1 win 9\n"),
                    SCRIPT_MISMATCH_FIELD, 5, "flags"));
    CHECK(failed_by(judge(OPENED "0.3 > . 1:2001(2000) ack 1\n",
                          OPENING "0.3 > . 7001:8001(1000) ack 1 win 9\n"
                                  "0.3 > P. 8001:9001(1000) ack 1 win 9\n"),
                    SCRIPT_MISMATCH_FIELD, 5, "flags"));
}

TEST(segments_that_are_not_full_are_no_parts)
{
    CHECK(failed_by(judge(OPENED "0.3 > P. 1:1001(1000) ack 1\n",
                          OPENING "0.3 > . 7001:7501(500) ack 1 win 9\n"
                                  "0.3 > . 7501:8001(500) ack 1 win 9\n"),
                    SCRIPT_MISMATCH_FIELD, 5, "length is 500, expected 1000"));
    CHECK(failed_by(judge(OPENED "0.3 > P. 1:2001(2000) ack 1\n",
                          OPENING "0.3 > . 7001:8002(1001) ack 1 win 9\n"
                                  "0.3 > . 8002:9001(999) ack 1 win 9\n"),
                    SCRIPT_MISMATCH_FIELD, 5, "length is 1001, expected 2000"));
}

TEST(options_take_their_room_in_a_full_segment)
{
    CHECK(passed(judge(OPENED "0.3 > P. 1:1977(1976) ack 1 <nop,nop,sack 5:6>\n",
                       OPENING "0.3 > . 7001:7989(988) ack 1 win 9 <nop,nop,sack 5:6>\n"
                               "0.3 > P. 7989:8977(988) ack 1 win 9 <nop,nop,sack 5:6>\n")));
}

TEST(parts_leave_together)
{
    CHECK(failed_by(judge(OPENED "* > P. 1:2001(2000) ack 1\n",
                          OPENING "0.3 > . 7001:8001(1000) ack 1 win 9\n"
                                  "0.4 > P. 8001:9001(1000) ack 1 win 9\n"),
                    SCRIPT_MISMATCH_MISSING, 5, "of 2000 octets only 1000 left"));
}

TEST(strict_segments_are_one_for_one)
{
    CHECK(failed_by(judge("--strict_segments\n" OPENED "0.3 > P. 1:2001(2000) ack 1\n",
                          OPENING "0.3 > . 7001:8001(1000) ack 1 win 9\n"
                                  "0.3 > P. 8001:9001(1000) ack 1 win 9\n"),
                    SCRIPT_MISMATCH_FIELD, 6, "expected"));
}

TEST(parts_that_do_not_come_are_missing)
{
    CHECK(failed_by(judge(OPENED "0.3 > P. 1:2001(2000) ack 1\n",
                          OPENING "0.3 > . 7001:8001(1000) ack 1 win 9\n"),
                    SCRIPT_MISMATCH_MISSING, 5, "of 2000 octets only 1000 left"));
}

/* Too few, too many. */

TEST(a_packet_that_does_not_come_is_missing)
{
    const struct script_report *report = judge(OPENED "0.3 > . 1:1(0) ack 1\n", OPENING);

    CHECK(failed_by(report, SCRIPT_MISMATCH_MISSING, 5, "no packet left until 0.3"));
    CHECK_STR(report->expected, "> . 1:1(0) ack 1");
    CHECK_STR(report->actual, "");
}

TEST(another_packet_long_after_is_told_with_what_is_missing)
{
    CHECK(
        failed_by(judge(OPENED "0.3 > . 1:1(0) ack 1\n", OPENING "5 > . 7001:7001(0) ack 9 win 9\n"),
                  SCRIPT_MISMATCH_MISSING, 5, "the next one left at 5.000000 s"));
}

TEST(a_packet_before_the_expected_one_is_extra)
{
    const struct script_report *report = judge(OPENED "0.3 > P. 1:11(10) ack 1\n",
                                               OPENING "0.25 > . 7001:7001(0) ack 1 win 9\n"
                                                       "0.3 > P. 7001:7011(10) ack 1 win 9\n");

    CHECK(failed_by(report, SCRIPT_MISMATCH_EXTRA, 5, "another packet left before it, at 0.250000"));
    CHECK_STR(report->actual, "> . 1:1(0) ack 1 win 9");
}

TEST(a_packet_that_is_expected_later_is_told_so)
{
    CHECK(failed_by(judge(OPENED "0.3 > P. 1:11(10) ack 1\n+0 > . 11:11(0) ack 5\n",
                          OPENING "0.3 > . 7011:7011(0) ack 5 win 9\n"
                                  "0.3 > P. 7001:7011(10) ack 1 win 9\n"),
                    SCRIPT_MISMATCH_EXTRA, 5, "which line 6 expects"));
}

TEST(packets_behind_the_last_event_are_not_judged)
{
    CHECK(passed(judge(OPENED "0.3 > P. 1:11(10) ack 1\n",
                       OPENING "0.3 > P. 7001:7011(10) ack 1 win 9\n"
                               "0.4 > . 7011:7011(0) ack 55 win 9\n")));
}

/* Numbers. */

TEST(numbers_may_wrap)
{
    CHECK(passed(judge("0.1 < S 4294967290:4294967290(0) win 1000\n"
                       "0.1 > S. 4294967295:4294967295(0) ack 4294967291 <...>\n"
                       "0.2 < P. 4294967291:5(10) ack 0 win 1000\n"
                       "0.3 > . 0:20(20) ack 5\n",
                       "0.1 > S. 4294967290:4294967290(0) ack 4294967291 win 9\n"
                       "0.3 > . 4294967291:15(20) ack 5 win 9\n")));
    CHECK_EQ(host.arrived[1].seq, 4294967291u);
    CHECK_EQ(host.arrived[1].ack, 4294967291u);
}

TEST(what_arrives_acknowledges_the_hosts_own_numbers)
{
    CHECK(passed(judge(OPENED "0.3 < . 1:1(0) ack 11 win 5 <nop,nop,sack 21:31 41:51>\n", OPENING)));
    CHECK_EQ(host.n_arrived, 3);
    CHECK_EQ(host.arrived[2].seq, 1);
    CHECK_EQ(host.arrived[2].ack, 7011);
    CHECK_MEM(host.arrived[2].options,
              ((unsigned char[]){1,    1,    5, 18, 0,    0,    0x1b, 0x6d, 0,    0,
                                 0x1b, 0x77, 0, 0,  0x1b, 0x81, 0,    0,    0x1b, 0x8b}),
              20);
}

TEST(what_leaves_acknowledges_the_scripts_own_numbers)
{
    CHECK(passed(judge(OPENED "0.3 > . 1:1(0) ack 1 <nop,nop,sack 21:31 41:51>\n",
                       OPENING "0.3 > . 7001:7001(0) ack 1 win 9 <nop,nop,sack 21:31 41:51>\n")));
    CHECK(failed_by(judge(OPENED "0.3 > . 1:1(0) ack 1 <nop,nop,sack 21:31 41:51>\n",
                          OPENING "0.3 > . 7001:7001(0) ack 1 win 9 <nop,nop,sack 21:31 41:52>\n"),
                    SCRIPT_MISMATCH_OPTION, 5, "option 3 is `sack 21:31 41:52`"));
}

TEST(absolute_numbers_are_the_wires)
{
    CHECK(passed(judge(OPENED "0.3 > . 7001:7001(0)! ack 1\n",
                       OPENING "0.3 > . 7001:7001(0) ack 1 win 9\n")));
    CHECK(failed_by(
        judge(OPENED "0.3 > . 1:1(0)! ack 1\n", OPENING "0.3 > . 7001:7001(0) ack 1 win 9\n"),
        SCRIPT_MISMATCH_FIELD, 5, "seq is 7001, expected 1"));
}

TEST(any_payload_of_a_length_fits)
{
    CHECK(passed(judge(OPENED "0.3 > P. 1:...(...) ack 1\n",
                       OPENING "0.3 > P. 7001:7011(10) ack 1 win 9\n")));
}

TEST(what_is_not_compared_is_shown_as_written)
{
    CHECK_STR(judge(OPENED "0.3 > P. ...(10) ack 1\n", OPENING)->expected, "> P. ...(10) ack 1");
    CHECK_STR(judge(OPENED "0.3 > P. 1:...(...) ack 1\n", OPENING)->expected,
              "> P. 1:...(...) ack 1");
}

TEST(a_reset_of_what_nobody_knows_has_the_number_that_was_acknowledged)
{
    CHECK(passed(judge("0.1 < . 5:5(0) ack 777 win 9\n0.1 > R 777:777(0) win 0\n",
                       "0.1 > R 777:777(0) win 0\n")));
    CHECK(passed(judge(OPENED "0.3 < . 5:5(0) ack 777 win 9\n0.3 > R 777:777(0) win 0\n",
                       OPENING "0.3 > R 7777:7777(0) win 0\n")));
}

TEST(a_reset_without_a_number_of_its_own_has_0)
{
    CHECK(passed(judge(OPENED "0.3 < S 5:5(0) win 9\n0.3 > R. 0:0(0) ack 6 win 0\n",
                       OPENING "0.3 > R. 0:0(0) ack 6 win 0\n")));
}

TEST(a_second_incarnation_has_numbers_of_its_own)
{
    CHECK(passed(judge(OPENED "0.3 < S 500:500(0) win 9\n"
                              "0.3 > S. 100:100(0) ack 501 <...>\n"
                              "0.4 < . 501:501(0) ack 101 win 9\n",
                       OPENING "0.3 > S. 33333:33333(0) ack 501 win 9\n")));
    CHECK_EQ(host.arrived[3].ack, 33334);
}

TEST(a_repeated_syn_has_the_number_of_the_first)
{
    CHECK(failed_by(judge(OPENED "1.1 > S. 0:0(0) ack 1 <...>\n",
                          OPENING "1.1 > S. 7003:7003(0) ack 1 win 9\n"),
                    SCRIPT_MISMATCH_FIELD, 5, "seq is 3, expected 0"));
}

/* Timestamps. */

#define TS_OPENED                                                                                  \
    "0.1 < S 0:0(0) win 1000 <TS val 100 ecr 0>\n"                                                 \
    "0.1 > S. 0:0(0) ack 1 <TS val 700 ecr 100>\n"
#define TS_OPENING "0.1 > S. 7000:7000(0) ack 1 win 9 <TS val 123456 ecr 100>\n"

TEST(an_echo_is_of_what_was_sent)
{
    CHECK(passed(judge(TS_OPENED "0.2 < . 1:1(0) ack 1 win 9 <TS val 101 ecr 700>\n", TS_OPENING)));
    CHECK_MEM(host.arrived[1].options, ((unsigned char[]){8, 10, 0, 0, 0, 101, 0, 1, 0xe2, 0x40}),
              10);
}

TEST(an_echo_of_what_was_never_sent_is_the_scripts_mistake)
{
    const struct script_report *report = judge(
        TS_OPENED "0.2 < . 1:1(0) ack 1 win 9 <TS val 101 ecr 701>\n", TS_OPENING);

    CHECK_EQ(report->verdict, SCRIPT_BROKEN);
    CHECK_EQ(report->place.line, 3);
    CHECK(strstr(report->sentence, "TS ecr 701 was never sent"));
}

TEST(a_scaled_echo_is_as_far_from_the_first)
{
    CHECK(passed(judge("--tcp_ts_ecr_scaled\n" TS_OPENED
                       "0.2 < . 1:1(0) ack 1 win 9 <TS val 101 ecr 701>\n",
                       TS_OPENING)));
    CHECK_EQ(host.arrived[1].options[9], 0x41);
}

TEST(an_absolute_echo_is_as_written)
{
    CHECK(passed(judge(TS_OPENED "0.2 < . 1:1(0) ack 1 win 9 <TS val 101 ecr 9!>\n", TS_OPENING)));
    CHECK_EQ(host.arrived[1].options[9], 9);
}

TEST(what_the_host_echoes_is_compared)
{
    CHECK(failed_by(judge(TS_OPENED "0.2 > . 1:1(0) ack 1 <TS val 701 ecr 100>\n",
                          TS_OPENING "0.2 > . 7001:7001(0) ack 1 win 9 <TS val 123556 ecr 99>\n"),
                    SCRIPT_MISMATCH_OPTION, 3, "ecr 99`, expected `TS val 701 ecr 100`"));
}

TEST(the_hosts_clock_is_compared_where_its_tick_is_said)
{
    static const char actor[] = TS_OPENING
        "1.1 > . 7001:7001(0) ack 1 win 9 <TS val 124456 ecr 100>\n";

    CHECK(passed(judge(TS_OPENED "1.1 > . 1:1(0) ack 1 <TS val 900 ecr 100>\n", actor)));
    CHECK(passed(judge("--tcp_ts_tick_usecs=1000\n" TS_OPENED
                       "1.1 > . 1:1(0) ack 1 <TS val 1700 ecr 100>\n",
                       actor)));
    CHECK(failed_by(
        judge("--tcp_ts_tick_usecs=1000\n" TS_OPENED "1.1 > . 1:1(0) ack 1 <TS val 900 ecr 100>\n",
              actor),
        SCRIPT_MISMATCH_OPTION, 4, "option 1 is `TS val 1700 ecr 100`, expected `TS val 900"));
}

/* Connections. */

TEST(a_new_socket_begins_a_new_connection)
{
    CHECK(passed(judge(OPENED "0.3 socket(..., SOCK_STREAM, IPPROTO_TCP) = 4\n"
                              "0.4 < S 0:0(0) win 9\n"
                              "0.4 > S. 50:50(0) ack 1 <...>\n"
                              "0.5 < . 1:1(0) ack 51 win 9\n",
                       OPENING "0.4 > S. 900:900(0) ack 1 win 9\n")));
    CHECK_EQ(host.arrived[0].destination_port, 8080);
    CHECK_EQ(host.arrived[1].source_port, host.arrived[0].source_port);
    CHECK(host.arrived[2].source_port != host.arrived[0].source_port);
    CHECK_EQ(host.arrived[3].source_port, host.arrived[2].source_port);
    CHECK_EQ(host.arrived[3].ack, 901);
}

TEST(explicit_ports_are_as_written)
{
    CHECK(passed(judge("0.1 < 5555 > 8080 S 0:0(0) win 9\n"
                       "0.1 > 8080 > 5555 S. 0:0(0) ack 1 <...>\n"
                       "0.2 < 6666 > 8080 S 0:0(0) win 9\n"
                       "0.2 > 8080 > 6666 S. 10:10(0) ack 1 <...>\n"
                       "0.3 < 5555 > 8080 . 1:1(0) ack 1 win 9\n"
                       "0.3 < 6666 > 8080 . 1:1(0) ack 11 win 9\n",
                       "0.1 > S. 1000:1000(0) ack 1 win 9\n"
                       "0.2 > S. 2000:2000(0) ack 1 win 9\n")));
    CHECK_EQ(host.arrived[2].source_port, 5555);
    CHECK_EQ(host.arrived[2].ack, 1001);
    CHECK_EQ(host.arrived[3].source_port, 6666);
    CHECK_EQ(host.arrived[3].ack, 2001);
}

TEST(a_packet_from_another_port_is_not_the_expected_one)
{
    CHECK(failed_by(judge("0.1 < 5555 > 8080 S 0:0(0) win 9\n"
                          "0.1 > 8080 > 5556 S. 0:0(0) ack 1 <...>\n",
                          "0.1 > S. 1000:1000(0) ack 1 win 9\n"),
                    SCRIPT_MISMATCH_FIELD, 2, "destination port is 5555, expected 5556"));
}

TEST(a_syn_that_leaves_tells_the_hosts_port)
{
    CHECK(passed(judge("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
                       "0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n"
                       "0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)\n"
                       "0 > S 0:0(0) <mss 1460>\n"
                       "0.1 < S. 900:900(0) ack 1 win 9\n",
                       "0 > S 7000:7000(0) win 9 <mss 1460>\n")));
    CHECK_EQ(host.n_arrived, 1);
    CHECK_EQ(host.arrived[0].destination_port, 40000);
    CHECK_EQ(host.arrived[0].source_port, 8080);
    CHECK_EQ(host.arrived[0].ack, 7001);
}

/* What arrives. */

TEST(what_arrives_is_built_as_written)
{
    CHECK(passed(judge(
        "0.1 < [ect1,ttl 9] SEWU 5:15(10) win 65535 urg 3 <mss 9,sackOK,kind 77 0102>\n", "")));
    CHECK(!host.arrived[0].damage);
    CHECK_EQ(host.arrived[0].flags, 0xe2);
    CHECK_EQ(host.arrived[0].payload, 10);
    CHECK_EQ(host.arrived[0].window, 65535);
    CHECK_EQ(host.arrived[0].urgent, 3);
    CHECK_EQ(host.arrived[0].traffic_class, 1);
    CHECK_EQ(host.arrived[0].hop_limit, 9);
    CHECK_EQ(host.arrived[0].n_options, 12);
    CHECK_MEM(host.arrived[0].options, ((unsigned char[]){2, 4, 0, 9, 4, 2, 77, 4, 1, 2, 0, 0}), 12);
}

TEST(ace_is_three_bits)
{
    CHECK(passed(judge("0.1 < 5. 5:5(0) ack 1 win 5\n", "")));
    CHECK_EQ(host.arrived[0].flags, 0x150);
}

TEST(the_longest_packet_is_delivered_whole)
{
    CHECK(passed(judge("0.1 < . 1:65496(65495) ack 1 win 5\n", "")));
    CHECK_EQ(host.arrived_octets[0], 65535);
    CHECK(!host.arrived[0].damage);
    CHECK_EQ(judge("0.1 < . 1:65497(65496) ack 1 win 5\n", "")->verdict, SCRIPT_BROKEN);
}

TEST(ipv6_has_its_own_addresses_and_marks)
{
    CHECK(passed(judge("--ip_version=ipv6\n"
                       "0.1 < [flowlabel 0x12345, ect0] S 0:0(0) win 9\n"
                       "0.1 > [ttl 255] S. 0:0(0) ack 1 <mss 1440>\n"
                       "0.2 < . 1:1(0) ack 1 win 9\n",
                       "0.1 > S. 7000:7000(0) ack 1 win 9 <mss 1440>\n")));
    CHECK_EQ(host.arrived[1].version, 6);
    CHECK_EQ(host.arrived[0].flow_label, 0x12345);
    CHECK_EQ(host.arrived[0].traffic_class, 2);
    CHECK_EQ(host.arrived[0].source.octets[0], 0x20);
    CHECK_EQ(host.arrived[0].destination.octets[0], 0xfd);
    CHECK_EQ(host.arrived[1].ack, 7001);
}

TEST(addresses_and_ports_are_options)
{
    CHECK(passed(judge("--local_ip=198.18.0.1\n--remote_ip=198.18.0.2\n--bind_port=99\n"
                       "0.1 < S 0:0(0) win 9\n",
                       "")));
    CHECK_EQ(host.arrived[0].destination_port, 99);
    CHECK_EQ(host.arrived[0].destination.octets[15], 1);
    CHECK_EQ(host.arrived[0].source.octets[12], 198);
    CHECK_EQ(host.arrived[0].source.octets[15], 2);
}

/* ICMP and UDP. */

TEST(an_icmp_error_quotes_the_last_packet)
{
    CHECK(passed(judge(OPENED "0.3 > P. 1:101(100) ack 1\n"
                              "0.4 < icmp unreachable frag_needed mtu 1234\n",
                       OPENING "0.3 > P. 7001:7101(100) ack 1 win 9\n")));
    CHECK_EQ(host.arrived[2].protocol, 1);
    CHECK_EQ(host.arrived[2].icmp_type, 3);
    CHECK_EQ(host.arrived[2].icmp_code, 4);
    CHECK_EQ(host.arrived[2].icmp_rest, 1234);
    CHECK_EQ(host.arrived[2].seq, 7001);
    CHECK_EQ(host.arrived[2].destination_port, 8080);
    CHECK_EQ(host.arrived_octets[2], 20 + 8 + 68);
}

TEST(an_icmp_error_quotes_the_segment_that_it_names)
{
    CHECK(passed(judge(OPENED "0.4 < icmp unreachable host_unreachable [21:31(10)]\n", OPENING)));
    CHECK_EQ(host.arrived[2].seq, 7021);
}

TEST(the_same_words_mean_icmpv6_in_ipv6)
{
    CHECK(passed(judge("--ip_version=ipv6\n0.1 < S 0:0(0) win 9\n"
                       "0.1 > S. 0:0(0) ack 1 <...>\n"
                       "0.2 < icmp unreachable port_unreachable\n"
                       "0.3 < icmp packet_too_big mtu 1280 [1]\n",
                       "0.1 > S. 7000:7000(0) ack 1 win 9 <mss 1440>\n")));
    CHECK_EQ(host.arrived[1].protocol, 58);
    CHECK_EQ(host.arrived[1].icmp_type, 1);
    CHECK_EQ(host.arrived[1].icmp_code, 4);
    CHECK_EQ(host.arrived[2].icmp_type, 2);
    CHECK_EQ(host.arrived[2].icmp_rest, 1280);
    CHECK_EQ(host.arrived[2].seq, 7001);
}

TEST(a_family_has_no_words_of_the_other)
{
    CHECK_EQ(judge("0.1 < S 0:0(0) win 9\n0.2 < icmp packet_too_big mtu 1280\n", "")->verdict,
             SCRIPT_BROKEN);
}

TEST(an_echo_is_compared_with_its_number)
{
    CHECK(passed(judge(OPENED "0.3 > icmp echo_reply id 5 seq 9\n",
                       OPENING "0.3 > icmp echo_reply id 5 seq 9\n")));
    CHECK(failed_by(judge(OPENED "0.3 > icmp echo_reply id 5 seq 9\n",
                          OPENING "0.3 > icmp echo_reply id 5 seq 8\n"),
                    SCRIPT_MISMATCH_FIELD, 5, "the ICMP seq is 8, expected 9"));
}

TEST(packets_too_many_to_be_kept_are_not_forgiven)
{
    enum { LINES = DEPARTURES_MAX + 2 };
    static char actor[LINES * 40 + 200];
    int n = snprintf(actor, sizeof actor, OPENING);

    for (int i = 0; i < LINES; i++)
        n += snprintf(actor + n, sizeof actor - (size_t)n, "0.3 > . 7001:7001(0) ack 1 win 9\n");
    snprintf(actor + n, sizeof actor - (size_t)n, "0.5 > . 7001:7001(0) ack 1 win 9\n");
    CHECK(failed_by(judge(OPENED "0.4 < . 1:1(0) ack 1 win 9\n0.5 > . 1:1(0) ack 1 win 9\n", actor),
                    SCRIPT_MISMATCH_EXTRA, 6, "more than 2048 packets left before it"));
    CHECK(passed(judge(OPENED "0.4 < . 1:1(0) ack 1 win 9\n", actor)));
}

TEST(packets_that_the_host_has_lost_end_the_script)
{
    host.is_forgetful = true;
    CHECK(failed_by(judge("--non_fatal=packet\n" OPENED, OPENING), SCRIPT_MISMATCH_ENDLESS, 2,
                    "more packets have left than can be kept"));
    host_reset();
}

TEST(udp_is_delivered)
{
    CHECK(passed(judge("0.1 < udp (11)\n", "")));
    CHECK_EQ(host.arrived[0].protocol, 17);
    CHECK_EQ(host.arrived[0].payload, 11);
    CHECK_EQ(host.arrived[0].destination_port, 8080);
    CHECK(!host.arrived[0].damage);
}

TEST(other_protocols_are_unsupported)
{
    const struct script_report *report = judge("0.1 < sctp: INIT[flgs=0]\n", "");

    CHECK_EQ(report->verdict, SCRIPT_UNSUPPORTED);
    CHECK(strstr(report->sentence, "sctp"));
}
