/* SPDX-License-Identifier: BSD-2-Clause */
#include "scene.h"

/*
 * What becomes of attempts, as values.  Each row is played over IPv4 and IPv6, and with initial sequence
 * numbers that wrap in it; its numbers are relative to them.
 */
#define STEPS_MAX 8
#define SYN_ACK   (TCP_SYN | TCP_ACK)
#define RST_ACK   (TCP_RST | TCP_ACK)
#define FIN_ACK   (TCP_FIN | TCP_ACK)
#define UNKNOWN   ATTEMPT_RTT_UNKNOWN
#define QUIET_US  70000000ull
#define IN(word)  .direction = OBSERVE_IN, .verdict = TERCET_##word
#define OUT       .direction = OBSERVE_OUT

enum step_kind { SEGMENT, TRACE, ICMP };

struct step {
    struct line line; /* ICMP: the quoted segment, but its time and verdict are the error's */
    enum step_kind kind;
    enum tercet_state state; /* TRACE, of line.from's stack */
    enum tercet_reason reason;
    uint8_t v4[2], v6[2]; /* ICMP: type and code */
};

struct play {
    const char *name;
    struct step steps[STEPS_MAX];
    unsigned n;
    uint64_t until_us; /* when to ask for the report, 0: at once */
    enum tercet_outcome outcome;
    enum attempt_close close;
    enum attempt_side closer;
    bool is_unproven, is_simultaneous;
    uint32_t syns, synacks, rtt_server_us, rtt_client_us;
};

#define N(...)     {__VA_ARGS__}, sizeof((struct step[]){__VA_ARGS__}) / sizeof(struct step)
#define NOT_OPENED ATTEMPT_CLOSE_NONE, ATTEMPT_NOBODY
#define OPENED     ATTEMPT_CLOSE_OPEN, ATTEMPT_NOBODY
#define IS(word)   TERCET_OUTCOME_##word

/* clang-format off */
#define OPEN_1 {.line = {.us = 0, CLIENT = TCP_SYN}}
#define OPEN_2 {.line = {.us = 40, SERVER = SYN_ACK, .ack = 1}}
#define OPEN_3 {.line = {.us = 100, CLIENT = TCP_ACK, .seq = 1, .ack = 1}}
#define FROM(side, flag, ...) {.line = {side = flag, __VA_ARGS__}}

static const struct play plays[] = {
    {"established",
     N(OPEN_1, OPEN_2, OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 60},
    {"established by data that carries the ACK",
     N(OPEN_1, OPEN_2, FROM(CLIENT, TCP_ACK | TCP_PSH, .us = 90, .seq = 1, .ack = 1, .length = 20)),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 50},
    {"established by data behind a lost segment",
     N(OPEN_1, OPEN_2, FROM(CLIENT, TCP_ACK, .us = 90, .seq = 1461, .ack = 1, .length = 20)),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 50},
    {"established by the ACK of what the server said first",
     N(OPEN_1, OPEN_2, FROM(SERVER, TCP_ACK, .us = 80, .seq = 1, .ack = 1, .length = 30),
       FROM(CLIENT, TCP_ACK, .us = 90, .seq = 1, .ack = 31)),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 50},
    {"established by a FIN that carries the ACK",
     N(OPEN_1, OPEN_2, FROM(CLIENT, FIN_ACK, .us = 90, .seq = 1, .ack = 1)),
     0, IS(ESTABLISHED), ATTEMPT_CLOSE_HALF_CLOSE, ATTEMPT_CLIENT, .syns = 1, .synacks = 1,
     .rtt_server_us = 40, .rtt_client_us = 50},
    {"a SYN sent again measures no RTT",
     N(OPEN_1, FROM(CLIENT, TCP_SYN, .us = 20), OPEN_2, OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 2, .synacks = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = 60},
    {"a SYN-ACK sent again measures no RTT",
     N(OPEN_1, OPEN_2, FROM(SERVER, SYN_ACK, .us = 60, .ack = 1), OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 2, .rtt_server_us = 40, .rtt_client_us = UNKNOWN},
    {"a SYN that comes again after the SYN-ACK spoils no RTT",
     N(OPEN_1, OPEN_2, FROM(CLIENT, TCP_SYN, .us = 60), OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 2, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 60},
    {"a second SYN-ACK with another ISN, the first is acknowledged",
     N(OPEN_1, OPEN_2, FROM(SERVER, SYN_ACK, .us = 60, .seq = 5000, .ack = 1), OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 2, .rtt_server_us = 40, .rtt_client_us = UNKNOWN},
    {"a second SYN-ACK with another ISN is acknowledged",
     N(OPEN_1, OPEN_2, FROM(SERVER, SYN_ACK, .us = 60, .seq = 5000, .ack = 1),
       FROM(CLIENT, TCP_ACK, .us = 100, .seq = 1, .ack = 5001)),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 2, .rtt_server_us = 40, .rtt_client_us = UNKNOWN},
    {"a SYN with another ISN behind the SYN-ACK changes nothing",
     N(OPEN_1, OPEN_2, FROM(CLIENT, TCP_SYN, .us = 60, .seq = 777), OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 60},
    {"a final ACK that the stack dropped is no opening yet",
     N(OPEN_1, OPEN_2, FROM(CLIENT, TCP_ACK, .us = 90, .seq = 1, .ack = 1, IN(HALF_OPEN_ACCEPT_FULL)),
       FROM(CLIENT, TCP_ACK, .us = 900, .seq = 1, .ack = 1, IN(ESTABLISHED))),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 860},
    {"the stack's word is believed about an ACK",
     N(OPEN_1, OPEN_2, FROM(CLIENT, TCP_ACK, .us = 90, .seq = 1, .ack = 900, IN(ESTABLISHED))),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 50},
    {"fast open: data in the SYN is acknowledged with it",
     N(FROM(CLIENT, TCP_SYN, .length = 10), FROM(SERVER, SYN_ACK, .us = 40, .ack = 11),
       FROM(CLIENT, TCP_ACK, .us = 100, .seq = 11, .ack = 1)),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 60},
    {"data in the SYN that is not acknowledged",
     N(FROM(CLIENT, TCP_SYN, .length = 10), OPEN_2, OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 60},
    {"one direction of a capture: opened, not proven",
     N(OPEN_1, OPEN_3),
     0, IS(ESTABLISHED), OPENED, .is_unproven = true, .syns = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"simultaneous: SYN-ACKs cross",
     N(OPEN_1, FROM(SERVER, TCP_SYN, .us = 10), FROM(CLIENT, SYN_ACK, .us = 20, .ack = 1),
       FROM(SERVER, SYN_ACK, .us = 30, .ack = 1)),
     0, IS(ESTABLISHED), OPENED, .is_simultaneous = true, .syns = 1, .synacks = 1,
     .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"simultaneous: one SYN-ACK and one ACK",
     N(OPEN_1, FROM(SERVER, TCP_SYN, .us = 10), FROM(CLIENT, SYN_ACK, .us = 20, .ack = 1),
       FROM(SERVER, TCP_ACK, .us = 30, .seq = 1, .ack = 1)),
     0, IS(ESTABLISHED), OPENED, .is_simultaneous = true, .syns = 1, .synacks = 0,
     .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"refused",
     N(OPEN_1, FROM(SERVER, RST_ACK, .us = 40, .ack = 1, .is_absolute = true)),
     0, IS(REFUSED), NOT_OPENED, .syns = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"refused with data in the SYN",
     N(FROM(CLIENT, TCP_SYN, .length = 10), FROM(SERVER, RST_ACK, .us = 40, .ack = 11, .is_absolute = true)),
     0, IS(REFUSED), NOT_OPENED, .syns = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"a reset that acknowledges something else refuses nothing",
     N(OPEN_1, FROM(SERVER, RST_ACK, .us = 40, .ack = 2, .is_absolute = true)),
     QUIET_US + 40, IS(FILTERED), NOT_OPENED, .syns = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"a reset without ACK refuses nothing",
     N(OPEN_1, FROM(SERVER, TCP_RST, .us = 40, .seq = 0, .is_absolute = true)),
     QUIET_US + 40, IS(FILTERED), NOT_OPENED, .syns = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"reset by the server",
     N(OPEN_1, OPEN_2, FROM(SERVER, TCP_RST, .us = 50, .seq = 1)),
     0, IS(RESET_IN_OPENING), ATTEMPT_CLOSE_RST_BY_SERVER, ATTEMPT_SERVER, .syns = 1, .synacks = 1,
     .rtt_server_us = 40, .rtt_client_us = UNKNOWN},
    {"reset by the server that lost its half-open",
     N(OPEN_1, OPEN_2, FROM(SERVER, RST_ACK, .us = 50, .ack = 1, .is_absolute = true)),
     0, IS(RESET_IN_OPENING), ATTEMPT_CLOSE_RST_BY_SERVER, ATTEMPT_SERVER, .syns = 1, .synacks = 1,
     .rtt_server_us = 40, .rtt_client_us = UNKNOWN},
    {"reset by the client",
     N(OPEN_1, OPEN_2, FROM(CLIENT, TCP_RST, .us = 50, .seq = 1)),
     0, IS(RESET_IN_OPENING), ATTEMPT_CLOSE_RST_BY_CLIENT, ATTEMPT_CLIENT, .syns = 1, .synacks = 1,
     .rtt_server_us = 40, .rtt_client_us = UNKNOWN},
    {"reset by the client before any answer",
     N(OPEN_1, FROM(CLIENT, TCP_RST, .us = 50, .seq = 1)),
     0, IS(RESET_IN_OPENING), ATTEMPT_CLOSE_RST_BY_CLIENT, ATTEMPT_CLIENT, .syns = 1,
     .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"a blind reset by the client changes nothing",
     N(OPEN_1, OPEN_2, FROM(CLIENT, TCP_RST, .us = 50, .seq = 2), OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 60},
    {"a blind reset by the server changes nothing",
     N(OPEN_1, OPEN_2, FROM(SERVER, TCP_RST, .us = 50, .seq = 1000), OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 60},
    {"the stack's word is believed about a reset",
     N(OPEN_1, OPEN_2, FROM(CLIENT, TCP_RST, .us = 50, .seq = 7, IN(HALF_OPEN_RESET))),
     0, IS(RESET_IN_OPENING), ATTEMPT_CLOSE_RST_BY_CLIENT, ATTEMPT_CLIENT, .syns = 1, .synacks = 1,
     .rtt_server_us = 40, .rtt_client_us = UNKNOWN},
    {"a reset that the stack did not take changes nothing",
     N(OPEN_1, OPEN_2, FROM(CLIENT, TCP_RST, .us = 50, .seq = 1, IN(TCP_CHECKSUM)), OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 60},
    {"a SYN-ACK that acknowledges something else, and the reset that answers it",
     N(OPEN_1, FROM(SERVER, SYN_ACK, .us = 20, .seq = 99, .ack = 5), FROM(CLIENT, TCP_RST, .us = 30, .seq = 5),
       OPEN_2, OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 60},
    {"filtered after silence",
     N(OPEN_1, FROM(CLIENT, TCP_SYN, .us = 1000000)),
     QUIET_US + 1000000, IS(FILTERED), NOT_OPENED, .syns = 2, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"filtered by the stack's own count",
     N(FROM(CLIENT, TCP_SYN, OUT), {.line = {.us = 500, .from = ATTEMPT_CLIENT}, .kind = TRACE,
        .state = TERCET_STATE_SYN_SENT, .reason = TERCET_REASON_TIMED_OUT}),
     0, IS(FILTERED), NOT_OPENED, .syns = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"filtered: every SYN was dropped by the stack",
     N(FROM(CLIENT, TCP_SYN, IN(SYN_QUEUE_FULL)), FROM(CLIENT, TCP_SYN, .us = 9, IN(SYN_QUEUE_FULL))),
     QUIET_US + 9, IS(FILTERED), NOT_OPENED, .syns = 2, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"a SYN that was dropped first and admitted then",
     N(FROM(CLIENT, TCP_SYN, IN(TCP_CHECKSUM)), FROM(CLIENT, TCP_SYN, .us = 9, IN(SYN_ADMITTED)), OPEN_2, OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 2, .synacks = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = 60},
    {"half-open after silence",
     N(OPEN_1, OPEN_2),
     QUIET_US + 40, IS(HALF_OPEN), NOT_OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = UNKNOWN},
    {"half-open by the stack's own count",
     N(OPEN_1, OPEN_2, {.line = {.us = 500, .from = ATTEMPT_SERVER}, .kind = TRACE,
        .state = TERCET_STATE_SYN_RECEIVED, .reason = TERCET_REASON_TIMED_OUT}),
     0, IS(HALF_OPEN), NOT_OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = UNKNOWN},
    {"half-open: only forged ACKs came",
     N(OPEN_1, OPEN_2, FROM(CLIENT, TCP_ACK, .us = 50, .seq = 1, .ack = 2),
       FROM(CLIENT, TCP_ACK, .us = 60, .seq = 70000, .ack = 1), FROM(CLIENT, TCP_ACK, .us = 70, .seq = 1, .ack = 0)),
     QUIET_US + 70, IS(HALF_OPEN), NOT_OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = UNKNOWN},
    {"one direction is no proof where our own stack speaks",
     N(FROM(CLIENT, TCP_SYN, OUT), FROM(CLIENT, TCP_ACK, .us = 60, .seq = 1, .ack = 1, OUT)),
     QUIET_US + 60, IS(FILTERED), NOT_OPENED, .syns = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"our side gave up, and its reset follows",
     N(OPEN_1, OPEN_2, {.line = {.us = 500, .from = ATTEMPT_SERVER}, .kind = TRACE,
        .state = TERCET_STATE_SYN_RECEIVED, .reason = TERCET_REASON_ABORTED},
       FROM(SERVER, TCP_RST, .us = 510, .seq = 1, OUT)),
     0, IS(RESET_IN_OPENING), ATTEMPT_CLOSE_RST_BY_SERVER, ATTEMPT_SERVER, .syns = 1, .synacks = 1,
     .rtt_server_us = 40, .rtt_client_us = UNKNOWN},
    {"our side gave up silently",
     N(FROM(CLIENT, TCP_SYN, OUT), {.line = {.us = 500, .from = ATTEMPT_CLIENT}, .kind = TRACE,
        .state = TERCET_STATE_SYN_SENT, .reason = TERCET_REASON_ABORTED}),
     500 + 100000, IS(FILTERED), NOT_OPENED, .syns = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"rejected by a hard ICMP error",
     N(OPEN_1, {.line = {.us = 500, CLIENT = TCP_SYN}, .kind = ICMP, .v4 = {3, 3}, .v6 = {1, 4}}),
     0, IS(ICMP_REJECTED), NOT_OPENED, .syns = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"rejected by a soft one once silence follows",
     N(OPEN_1, {.line = {.us = 500, CLIENT = TCP_SYN}, .kind = ICMP, .v4 = {3, 1}, .v6 = {1, 0}}),
     QUIET_US + 500, IS(ICMP_REJECTED), NOT_OPENED, .syns = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"a soft one that was answered after all",
     N(OPEN_1, {.line = {.us = 20, CLIENT = TCP_SYN}, .kind = ICMP, .v4 = {3, 1}, .v6 = {1, 0}}, OPEN_2, OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 60},
    {"a hard one that the stack took for soft",
     N(OPEN_1, {.line = {.us = 20, CLIENT = TCP_SYN, IN(ICMP_SOFT)}, .kind = ICMP, .v4 = {3, 3}, .v6 = {1, 4}}, OPEN_2, OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 60},
    {"a soft one that the stack took for hard",
     N(OPEN_1, {.line = {.us = 20, CLIENT = TCP_SYN, IN(ICMP_HARD)}, .kind = ICMP, .v4 = {3, 1}, .v6 = {1, 0}}),
     0, IS(ICMP_REJECTED), NOT_OPENED, .syns = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"one that quotes another sequence number",
     N(OPEN_1, {.line = {.us = 20, CLIENT = TCP_SYN, .seq = 1}, .kind = ICMP, .v4 = {3, 3}, .v6 = {1, 4}}, OPEN_2, OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 60},
    {"one that the stack did not believe",
     N(OPEN_1, {.line = {.us = 20, CLIENT = TCP_SYN, IN(ICMP_STRAY)}, .kind = ICMP, .v4 = {3, 3}, .v6 = {1, 4}}, OPEN_2, OPEN_3),
     0, IS(ESTABLISHED), OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = 60},
    {"packet too big rejects nothing",
     N(OPEN_1, {.line = {.us = 20, CLIENT = TCP_SYN}, .kind = ICMP, .v4 = {3, 4}, .v6 = {2, 0}}),
     QUIET_US + 20, IS(FILTERED), NOT_OPENED, .syns = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
    {"an error about the SYN-ACK rejects after silence only",
     N(OPEN_1, OPEN_2, {.line = {.us = 60, SERVER = SYN_ACK, .ack = 1}, .kind = ICMP, .v4 = {3, 3}, .v6 = {1, 4}}),
     QUIET_US + 60, IS(ICMP_REJECTED), NOT_OPENED, .syns = 1, .synacks = 1, .rtt_server_us = 40, .rtt_client_us = UNKNOWN},
    {"unreachable by the stack's word",
     N(FROM(CLIENT, TCP_SYN, OUT), {.line = {.us = 500, .from = ATTEMPT_CLIENT}, .kind = TRACE,
        .state = TERCET_STATE_SYN_SENT, .reason = TERCET_REASON_UNREACHABLE}),
     0, IS(ICMP_REJECTED), NOT_OPENED, .syns = 1, .rtt_server_us = UNKNOWN, .rtt_client_us = UNKNOWN},
};
/* clang-format on */

static const uint32_t isns[][2] = {
    {100,        200       },
    {0xffffffff, 0x7fffffff},
    {0x7fffffff, 0xffffffff},
    {0,          0x80000000},
    {0xfffffff0, 0xfffffff8},
};

static void step_play(struct scene *s, const struct step *step, const uint32_t isn[2]) {
    struct line line = step->line;

    if (!line.is_absolute) line.seq += isn[line.from];
    if (line.flags & TCP_ACK) line.ack += isn[!line.from];
    if (step->kind == SEGMENT) scene_play(s, line);
    if (step->kind == TRACE) scene_trace(s, line.us, line.from, step->state, step->reason);
    if (step->kind == ICMP) {
        const uint8_t *type = s->is_v6 ? step->v6 : step->v4;

        scene_icmp(s, line.us, 9, type[0], type[1], line, line.direction, line.verdict);
    }
}

static void attempt_check(const struct attempt *a, const struct play *play) {
    CHECK_EQ(a->outcome, play->outcome);
    CHECK_EQ(a->close, play->close);
    CHECK_EQ(a->first_closer, play->closer);
    CHECK_EQ(a->is_proven, play->outcome == TERCET_OUTCOME_ESTABLISHED && !play->is_unproven);
    CHECK_EQ(a->is_simultaneous, play->is_simultaneous);
    CHECK_EQ(a->syns, play->syns);
    CHECK_EQ(a->synacks, play->synacks);
    CHECK_EQ(a->rtt_server_us, play->rtt_server_us);
    CHECK_EQ(a->rtt_client_us, play->rtt_client_us);
}

static void play_check(const struct play *play, bool is_v6, const uint32_t isn[2]) {
    struct scene *s = scene_open((struct scene_setup){.is_v6 = is_v6});
    struct observe_report report;
    uint64_t until_ns = SCENE_START_NS + play->until_us * 1000;

    for (unsigned i = 0; i < play->n; i++) {
        CHECK(!observe_next(s->observer, s->now_ns, &report));
        step_play(s, &play->steps[i], isn);
    }
    if (play->until_us) {
        CHECK_EQ(observe_deadline(s->observer), until_ns);
        CHECK(!observe_next(s->observer, until_ns - 1, &report));
        s->now_ns = until_ns;
    } else {
        CHECK_EQ(observe_deadline(s->observer), 0);
    }
    attempt_check(scene_attempt(s), play);
    CHECK(!observe_next(s->observer, s->now_ns, &report));
    CHECK_EQ(scene_counts(s).openings, 0);
    CHECK_EQ(scene_counts(s).followed, play->outcome == TERCET_OUTCOME_ESTABLISHED);
    CHECK_EQ(observe_deadline(s->observer), UINT64_MAX);
    scene_close(s);
}

TEST(every_attempt_has_its_outcome)
{
    for (size_t i = 0; i < sizeof plays / sizeof *plays; i++) {
        TEST_ROW ("an outcome: %s", plays[i].name) {
            for (size_t k = 0; k < sizeof isns / sizeof *isns; k++) {
                BOTH_FAMILIES(is_v6) play_check(&plays[i], is_v6, isns[k]);
            }
        }
    }
}

TEST(the_rows_above_reach_every_outcome_of_an_opening)
{
    for (unsigned outcome = 0; outcome < TERCET_OUTCOME_COUNT; outcome++) {
        bool is_there = outcome == TERCET_OUTCOME_UNKNOWN || outcome == TERCET_OUTCOME_MIDSTREAM;

        for (size_t i = 0; i < sizeof plays / sizeof *plays; i++)
            is_there |= plays[i].outcome == outcome;
        CHECK(is_there);
    }
}

TEST(the_end_of_the_watch_leaves_an_opening_unknown)
{
    struct scene *s = scene_open((struct scene_setup){0});
    const struct attempt *a;

    scene_play(s, (struct line){CLIENT = TCP_SYN, .seq = 1});
    observe_finish(s->observer, s->now_ns);
    a = scene_attempt(s);
    CHECK_EQ(a->outcome, TERCET_OUTCOME_UNKNOWN);
    CHECK_EQ(a->close, ATTEMPT_CLOSE_NONE);
    CHECK(a->is_interrupted);
    scene_close(s);
}

TEST(what_began_before_the_watch_is_midstream_when_asked_for)
{
    static const struct {
        struct line line;
        unsigned client_port; /* as taken by the observer */
    } rows[] = {
        {{SERVER = SYN_ACK, .seq = 1, .ack = 1},     43210},
        {{CLIENT = TCP_ACK, .seq = 1, .length = 10}, 43210},
        {{SERVER = TCP_ACK, .seq = 1, .length = 10}, 43210},
        {{SERVER = FIN_ACK, .seq = 1},               43210},
    };

    BOTH_FAMILIES(is_v6) {
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            struct scene *s = scene_open((struct scene_setup){.is_v6 = is_v6, .has_midstream = true});
            const struct attempt *a;

            scene_play(s, rows[i].line);
            a = scene_attempt(s);
            CHECK_EQ(a->outcome, TERCET_OUTCOME_MIDSTREAM);
            CHECK_EQ(a->side[ATTEMPT_CLIENT].endpoint.port, rows[i].client_port);
            CHECK(!a->is_proven);
            scene_play(s, rows[i].line);
            CHECK_EQ(scene_counts(s).attempts, 1);
            scene_play(s, (struct line){.us = 5, SERVER = TCP_RST, .seq = 1});
            CHECK_EQ(scene_attempt(s)->close, ATTEMPT_CLOSE_RST_BY_SERVER);
            scene_close(s);
        }
    }
}

TEST(a_reset_alone_is_no_connection_midstream)
{
    struct scene *s = scene_open((struct scene_setup){.has_midstream = true});

    scene_play(s, (struct line){CLIENT = TCP_RST, .seq = 1});
    CHECK_EQ(scene_counts(s).attempts, 0);
    CHECK_EQ(scene_counts(s).strays, 1);
    scene_close(s);
}

TEST(what_began_before_the_watch_is_a_stray_otherwise)
{
    struct scene *s = scene_open((struct scene_setup){0});

    scene_play(s, (struct line){SERVER = SYN_ACK, .seq = 1, .ack = 1});
    scene_play(s, (struct line){CLIENT = FIN_ACK, .seq = 1, .ack = 1});
    scene_play(s, (struct line){CLIENT = TCP_RST, .seq = 1});
    scene_play(s, (struct line){CLIENT = TCP_ACK, .seq = 1, .length = 9});
    CHECK_EQ(scene_counts(s).strays, 3);
    CHECK_EQ(scene_counts(s).attempts, 0);
    CHECK_EQ(scene_counts(s).followed, 0);
    CHECK_STR(scene_text(s), "");
    scene_close(s);
}

/* Source: RFC 9293 section 3.5, figure 8. */
TEST(figure_8_an_old_duplicate_syn_is_an_attempt_of_its_own)
{
    struct scene *s = scene_open((struct scene_setup){0});
    const struct attempt *a;

    scene_play(s, (struct line){.us = 10, CLIENT = TCP_SYN, .seq = 90});
    scene_play(s, (struct line){.us = 20, SERVER = SYN_ACK, .seq = 300, .ack = 91});
    scene_play(s, (struct line){.us = 30, CLIENT = TCP_RST, .seq = 91});
    scene_play(s, (struct line){.us = 40, CLIENT = TCP_SYN, .seq = 100});
    scene_play(s, (struct line){.us = 50, SERVER = SYN_ACK, .seq = 400, .ack = 101});
    scene_play(s, (struct line){.us = 60, CLIENT = TCP_ACK, .seq = 101, .ack = 401});
    a = scene_attempt(s);
    CHECK_EQ(a->id, 1);
    CHECK_EQ(a->outcome, TERCET_OUTCOME_RESET_IN_OPENING);
    CHECK_EQ(a->first_closer, ATTEMPT_CLIENT);
    a = scene_attempt(s);
    CHECK_EQ(a->id, 2);
    CHECK_EQ(a->outcome, TERCET_OUTCOME_ESTABLISHED);
    scene_close(s);
}

/* Source: RFC 9293 section 3.5.1, figure 9. */
TEST(figure_9_half_open_recovery_ends_the_old_connection_by_its_reset)
{
    struct scene *s = scene_open((struct scene_setup){0});
    const struct attempt *a;

    scene_play(s, (struct line){.us = 10, CLIENT = TCP_SYN, .seq = 90});
    scene_play(s, (struct line){.us = 20, SERVER = SYN_ACK, .seq = 300, .ack = 91});
    scene_play(s, (struct line){.us = 30, CLIENT = TCP_ACK, .seq = 91, .ack = 301});
    CHECK_EQ(scene_attempt(s)->outcome, TERCET_OUTCOME_ESTABLISHED);
    scene_play(s, (struct line){.us = 40, CLIENT = TCP_SYN, .seq = 400});
    scene_play(s, (struct line){.us = 50, SERVER = TCP_ACK, .seq = 301, .ack = 91});
    scene_play(s, (struct line){.us = 60, CLIENT = TCP_RST, .seq = 91});
    a = scene_attempt(s);
    CHECK_EQ(a->id, 1);
    CHECK_EQ(a->close, ATTEMPT_CLOSE_RST_BY_CLIENT);
    scene_play(s, (struct line){.us = 70, CLIENT = TCP_SYN, .seq = 400});
    scene_play(s, (struct line){.us = 80, SERVER = SYN_ACK, .seq = 500, .ack = 401});
    scene_play(s, (struct line){.us = 90, CLIENT = TCP_ACK, .seq = 401, .ack = 501});
    a = scene_attempt(s);
    CHECK_EQ(a->id, 2);
    CHECK_EQ(a->outcome, TERCET_OUTCOME_ESTABLISHED);
    CHECK_EQ(a->syns, 2);
    scene_close(s);
}

TEST(a_client_that_begins_anew_unanswered_gives_up_the_first_attempt)
{
    struct scene *s = scene_open((struct scene_setup){0});
    const struct attempt *a;

    scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 90});
    scene_play(s, (struct line){.us = 3000000, CLIENT = TCP_SYN, .seq = 5000});
    CHECK_STR(scene_text(s), "#1  198.18.0.1:43210 -> 198.18.0.2:80\n"
                             "  0.000 ms  ->  SYN      seq 90\n"
                             "  given up after 1 SYN in 3.000 s: nothing answered\n");
    scene_play(s, (struct line){.us = 3000010, SERVER = RST_ACK, .ack = 5001});
    a = scene_attempt(s);
    CHECK_EQ(a->id, 2);
    CHECK_EQ(a->outcome, TERCET_OUTCOME_REFUSED);
    scene_close(s);
}

TEST(an_opening_that_is_given_up_ended_then_and_not_when_it_is_told)
{
    struct scene *s = scene_open((struct scene_setup){0});

    scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 90, .direction = OBSERVE_OUT});
    scene_trace(s, 1000000, ATTEMPT_CLIENT, TERCET_STATE_SYN_SENT, TERCET_REASON_ABORTED);
    scene_wait(s, 2000000);
    CHECK_STR(scene_text(s), "#1  198.18.0.1:43210 -> 198.18.0.2:80\n"
                             "  0.000 ms  ->  SYN      seq 90\n"
                             "  given up after 1 SYN in 1.000 s: nothing answered\n");
    scene_close(s);
}

TEST(every_packet_puts_off_the_end_of_a_silent_opening)
{
    struct scene *s = scene_open((struct scene_setup){.quiet_ms = 1000});

    scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 1});
    scene_play(s, (struct line){.us = 10, CLIENT = TCP_SYN, .seq = 1, .client_port = 2});
    CHECK_EQ(observe_deadline(s->observer), SCENE_START_NS + 1000000000);
    scene_play(s, (struct line){.us = 900000, CLIENT = TCP_SYN, .seq = 1});
    CHECK_EQ(observe_deadline(s->observer), SCENE_START_NS + 1000010000);
    scene_wait(s, 1000010);
    CHECK_EQ(scene_attempt(s)->id, 2);
    CHECK_EQ(observe_deadline(s->observer), SCENE_START_NS + 1900000000);
    scene_close(s);
}

TEST(names_are_those_of_the_attempt_record)
{
    CHECK_STR(attempt_close_name(ATTEMPT_CLOSE_NONE), "none");
    CHECK_STR(attempt_close_name(ATTEMPT_CLOSE_OPEN), "open");
    CHECK_STR(attempt_close_name(ATTEMPT_CLOSE_HALF_CLOSE), "half-close");
    CHECK_STR(attempt_close_name(ATTEMPT_CLOSE_FIN), "fin");
    CHECK_STR(attempt_close_name(ATTEMPT_CLOSE_RST_BY_CLIENT), "rst-by-client");
    CHECK_STR(attempt_close_name(ATTEMPT_CLOSE_RST_BY_SERVER), "rst-by-server");
    CHECK_STR(attempt_close_name(ATTEMPT_CLOSE_COUNT), "?");
    CHECK_STR(attempt_side_name(ATTEMPT_CLIENT), "client");
    CHECK_STR(attempt_side_name(ATTEMPT_SERVER), "server");
    CHECK_STR(attempt_side_name(ATTEMPT_NOBODY), "nobody");
}
