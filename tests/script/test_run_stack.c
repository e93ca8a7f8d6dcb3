/* SPDX-License-Identifier: BSD-2-Clause */
/* Scripts against the stack itself. */
#include <stdlib.h>
#include <sys/mman.h>

#include "script/script.h"
#include "tap.h"

static const char *read_nothing(void *context, const char *name, size_t *octets) {
    (void)context, (void)name, (void)octets;
    return NULL;
}

/* Run @text.  Return: its report, until the next */
static const struct script_report *run(const char *text) {
    static struct script_report report;
    static void *memory;
    struct script_job job = {
        .text = text,
        .octets = strlen(text),
        .as = personality_find("tercet"),
        .seed = 7,
        .has_ladder = true,
        .files = {read_nothing, NULL}
    };

    if (!memory)
        memory = mmap(NULL, script_memory_bytes(), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) abort();
    script_run(&job, memory, &report);
    madvise(memory, script_memory_bytes(), MADV_DONTNEED);
    return &report;
}

static bool ends_as(const struct script_report *report, enum script_verdict verdict,
                    enum script_mismatch mismatch, uint32_t line, const char *words) {
    if (report->verdict == verdict && report->mismatch == mismatch && report->place.line == line &&
        strstr(report->sentence, words))
        return true;
    tap_note("%s (%s) at line %u: %s", script_verdict_name(report->verdict),
             script_mismatch_name(report->mismatch), report->place.line, report->sentence);
    tap_note("expected %s", report->expected);
    tap_note("actual   %s", report->actual);
    return false;
}

static bool passes(const char *text) {
    return ends_as(run(text), SCRIPT_PASSED, SCRIPT_MISMATCH_NONE, 0, "");
}

#define SERVER                                                                                     \
    "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"                                                \
    "0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n"                                      \
    "0 bind(3, ..., ...) = 0\n"                                                                    \
    "0 listen(3, 1) = 0\n"                                                                         \
    "0.1 < S 0:0(0) win 32792 <mss 1000>\n"                                                        \
    "0.1 > S. 0:0(0) ack 1 <...>\n"                                                                \
    "0.2 < . 1:1(0) ack 1 win 32792\n"                                                             \
    "0.2 accept(3, ..., ...) = 4\n"

TEST(a_server_serves)
{
    CHECK(passes(SERVER "+.1 < P. 1:101(100) ack 1 win 32792\n"
                        "+0~+.1 > . 1:1(0) ack 101\n"
                        "+0 read(4, ..., 1000) = 100\n"
                        "+0 write(4, ..., 3000) = 3000\n"
                        "+0 > P. 1:3001(3000) ack 101\n"
                        "+.1 < . 101:101(0) ack 3001 win 32792\n"
                        "+0 close(4) = 0\n"
                        "+0 > F. 3001:3001(0) ack 101\n"
                        "+.1 < F. 101:101(0) ack 3002 win 32792\n"
                        "+0 > . 3002:3002(0) ack 102\n"));
}

TEST(a_server_serves_in_ipv6)
{
    CHECK(passes("--ip_version=ipv6\n" SERVER "+.1 < F. 1:1(0) ack 1 win 32792\n"
                 "+0~+.1 > . 1:1(0) ack 2\n"
                 "+0 read(4, ..., 1000) = 0\n"));
}

TEST(a_server_serves_ipv4_to_sockets_of_ipv6)
{ CHECK(passes("--ip_version=ipv4-mapped-ipv6\n" SERVER)); }

TEST(a_client_connects_and_sleeps_while_it_does)
{
    CHECK(passes("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
                 "0...0.1 connect(3, ..., ...) = 0\n"
                 "0 > S 0:0(0) <...>\n"
                 "0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000>\n"
                 "0.1 > . 1:1(0) ack 1\n"
                 "0.2...0.3 read(3, ..., 100) = 50\n"
                 "0.3 < P. 1:51(50) ack 1 win 100\n"
                 "0.3~0.4 > . 1:1(0) ack 51\n"));
}

TEST(a_refused_client_is_told)
{
    CHECK(passes("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
                 "0...0.1 connect(3, ..., ...) = -1 ECONNREFUSED (Connection refused)\n"
                 "0 > S 0:0(0) <...>\n"
                 "0.1 < R. 0:0(0) ack 1 win 0\n"));
    CHECK(ends_as(run("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
                      "0...0.1 connect(3, ..., ...) = -1 ETIMEDOUT (timed out)\n"
                      "0 > S 0:0(0) <...>\n"
                      "0.1 < R. 0:0(0) ack 1 win 0\n"),
                  SCRIPT_FAILED, SCRIPT_MISMATCH_ERRNO, 2, "ECONNREFUSED"));
}

TEST(timestamps_are_echoed_through_the_map)
{
    CHECK(passes("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
                 "0...0.1 connect(3, ..., ...) = 0\n"
                 "0 > S 0:0(0) <mss 1460,sackOK,TS val 1000 ecr 0,nop,wscale 4>\n"
                 "0.1 < S. 0:0(0) ack 1 win 5792 <mss 1000,nop,nop,TS val 77 ecr 1000>\n"
                 "0.1 > . 1:1(0) ack 1 <nop,nop,TS val 1100 ecr 77>\n"
                 "0.2 < P. 1:11(10) ack 1 win 100 <nop,nop,TS val 78 ecr 1100>\n"
                 "0.2~0.3 > . 1:1(0) ack 11 <nop,nop,TS val 1200 ecr 78>\n"));
}

TEST(nobody_listens)
{
    CHECK(passes(
        "0 < S 5:5(0) win 100\n0 > R. 0:0(0) ack 6\n+1 < . 50:50(0) ack 99 win 100\n+0 > R 99:99(0)\n"));
}

TEST(a_retransmission_has_its_time)
{
    CHECK(passes(
        SERVER "+0 write(4, ..., 100) = 100\n+0 > P. 1:101(100) ack 1\n+.3 > P. 1:101(100) ack 1\n"
               "+.6 > P. 1:101(100) ack 1\n"));
    CHECK(ends_as(
        run(SERVER
            "+0 write(4, ..., 100) = 100\n+0 > P. 1:101(100) ack 1\n+.2 > P. 1:101(100) ack 1\n"),
        SCRIPT_FAILED, SCRIPT_MISMATCH_TIME, 11, "expected at 0.400000 s"));
}

TEST(numbers_near_the_end_of_their_space_are_like_others)
{
    CHECK(passes("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
                 "0 bind(3, ..., ...) = 0\n"
                 "0 listen(3, 1) = 0\n"
                 "0.1 < S 4294967290:4294967290(0) win 32792 <mss 1000>\n"
                 "0.1 > S. 4294967000:4294967000(0) ack 4294967291 <...>\n"
                 "0.2 < . 4294967291:4294967291(0) ack 4294967001 win 32792\n"
                 "0.2 accept(3, ..., ...) = 4\n"
                 "0.3 < P. 4294967291:95(100) ack 4294967001 win 32792\n"
                 "0.3~0.4 > . 4294967001:4294967001(0) ack 95\n"
                 "0.5 write(4, ..., 1000) = 1000\n"
                 "0.5 > P. 4294967001:705(1000) ack 95\n"));
}

TEST(a_call_that_differs_ends_the_run)
{
    CHECK(ends_as(run(SERVER "+0 read(4, ..., 100) = 100\n"), SCRIPT_FAILED, SCRIPT_MISMATCH_RESULT,
                  9, "would block"));
    CHECK(ends_as(
        run(SERVER
            "+0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n+0 read(4, ..., 100) = -1 EBADF (x)\n"),
        SCRIPT_FAILED, SCRIPT_MISMATCH_ERRNO, 10, "EAGAIN"));
}

TEST(icmp_reaches_the_connection_that_it_quotes)
{
    CHECK(passes("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
                 "0...0.1 connect(3, ..., ...) = -1 ECONNREFUSED (refused)\n"
                 "0 > S 0:0(0) <...>\n"
                 "0.1 < icmp unreachable port_unreachable [0:0(0)]\n"));
}

TEST(what_is_no_script_is_broken)
{
    CHECK(ends_as(run("0 bind(\n"), SCRIPT_BROKEN, SCRIPT_MISMATCH_NONE, 1, "expected"));
    CHECK(ends_as(run("--no_such_thing=5\n0 < S 0:0(0) win 5\n"), SCRIPT_BROKEN,
                  SCRIPT_MISMATCH_NONE, 1, "--no_such_thing"));
    CHECK(ends_as(run("--mtu=7\n0 < S 0:0(0) win 5\n"), SCRIPT_BROKEN, SCRIPT_MISMATCH_NONE, 1,
                  "--mtu=7: a value that"));
    CHECK(ends_as(run("--ip_version=ipv6\n--local_ip=1.2.3.4\n0 < S 0:0(0) win 5\n"), SCRIPT_BROKEN,
                  SCRIPT_MISMATCH_NONE, 2, "no IPv6 address"));
}

TEST(what_is_asked_for_in_vain_is_unsupported)
{
    CHECK(ends_as(run("--wire_server\n0 < S 0:0(0) win 5\n"), SCRIPT_UNSUPPORTED,
                  SCRIPT_MISMATCH_NONE, 1, "--wire_server"));
    CHECK(ends_as(run("`reboot`\n0 < S 0:0(0) win 5\n"), SCRIPT_UNSUPPORTED, SCRIPT_MISMATCH_NONE,
                  1, "reboot"));
    CHECK(ends_as(run("0 < S 0:0(0) win 5\n0 `reboot`\n"), SCRIPT_UNSUPPORTED, SCRIPT_MISMATCH_NONE,
                  2, "reboot"));
    CHECK(ends_as(run("--init_scripts=nowhere.sh\n0 < S 0:0(0) win 5\n"), SCRIPT_UNSUPPORTED,
                  SCRIPT_MISMATCH_NONE, 0, "nowhere.sh"));
}

TEST(each_run_is_like_the_last)
{
    static struct script_report first;
    static const char script[] = SERVER
        "+0 write(4, ..., 5000) = 5000\n+0 > P. 1:5001(5000) ack 1\n* > R 9:9(0)\n";

    first = *run(script);
    CHECK_EQ(first.verdict, SCRIPT_FAILED);
    for (int i = 0; i < 3; i++)
        CHECK_MEM(&first, run(script), sizeof first);
}

TEST(a_hundred_thousand_events_are_a_script)
{
    enum { EVENTS = 100000 };
    char *script = malloc(64 * EVENTS + 100), *at = script;
    const struct script_report *report;

    for (int i = 0; i < EVENTS; i++)
        at += sprintf(at, "+.0001 < . %d:%d(0) ack 1 win 9 <TS val %d ecr 9!>\n", i, i, i);
    report = run(script);
    CHECK(ends_as(report, SCRIPT_PASSED, SCRIPT_MISMATCH_NONE, 0, ""));
    CHECK_EQ(report->events, EVENTS);
    CHECK_EQ(report->virtual_ns, 10000000000);
    CHECK(strlen(report->ladder) < SCRIPT_LADDER_MAX);
    CHECK(strstr(report->ladder, "99950 earlier events\n") ||
          strstr(report->ladder, " earlier events\n"));
    free(script);
}

TEST(sockets_without_end_are_a_script)
{
    char script[64 * 1000], *at = script;

    for (int i = 0; i < 500; i++)
        at += sprintf(at, "+.1 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 < S 0:0(0) win 9\n"
                          "+0 > R. 0:0(0) ack 1\n+0 close(3) = 0\n");
    CHECK(passes(script));
}
