/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/attempt_json.h"
#include "scene.h"

#define WALL_MINUS_NOW_NS 1700000000000000000ll

/* The records of all attempts that are over, as the watch ends. */
static const char *records(struct scene *s, bool has_ended) {
    struct observe_report report;
    struct text text;

    text_init(&text, s->text, SCENE_TEXT_MAX);
    if (has_ended) observe_finish(s->observer, s->now_ns);
    while (observe_next(s->observer, s->now_ns, &report)) {
        if (attempt_json_is_due(&report)) attempt_json(&text, report.attempt, WALL_MINUS_NOW_NS);
    }
    return s->text;
}

static void opened(struct scene *s) {
    scene_play(s, (struct line){.us = 1500, CLIENT = TCP_SYN, .seq = 99});
    scene_play(s, (struct line){.us = 1540, SERVER = TCP_SYN | TCP_ACK, .seq = 299, .ack = 100});
    scene_play(s, (struct line){.us = 1600, CLIENT = TCP_ACK, .seq = 100, .ack = 300});
}

TEST(a_closed_connection_has_one_record_with_every_key)
{
    struct scene *s = scene_open((struct scene_setup){0});

    opened(s);
    CHECK_STR(records(s, false), "");
    scene_play(s, (struct line){.us = 1700, SERVER = TCP_FIN | TCP_ACK, .seq = 300, .ack = 100});
    scene_play(s, (struct line){.us = 1800, CLIENT = TCP_FIN | TCP_ACK, .seq = 100, .ack = 301});
    CHECK_STR(
        records(s, true),
        "{\"v\":1,\"type\":\"attempt\",\"id\":1,\"t\":1700001000.001500,\"src\":\"198.18.0.1\","
        "\"sport\":43210,\"dst\":\"198.18.0.2\",\"dport\":80,\"outcome\":\"established\","
        "\"reason\":null,\"proven\":true,\"simultaneous\":false,\"syns\":1,\"synacks\":1,"
        "\"rtt_server_us\":40,\"rtt_client_us\":60,\"close\":\"fin\",\"first_closer\":\"server\"}\n");
    scene_close(s);
}

TEST(a_refused_opening_has_its_record_at_once)
{
    struct scene *s = scene_open((struct scene_setup){.is_v6 = true});

    scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 99});
    scene_play(s, (struct line){.us = 30, SERVER = TCP_RST | TCP_ACK, .ack = 100});
    CHECK_STR(records(s, false),
              "{\"v\":1,\"type\":\"attempt\",\"id\":1,\"t\":1700001000.000000,\"src\":\"2001:2::1\","
              "\"sport\":43210,\"dst\":\"2001:2::2\",\"dport\":80,\"outcome\":\"refused\","
              "\"reason\":null,\"proven\":false,\"simultaneous\":false,\"syns\":1,\"synacks\":0,"
              "\"rtt_server_us\":null,\"rtt_client_us\":null,\"close\":\"none\","
              "\"first_closer\":null}\n");
    scene_close(s);
}

TEST(what_the_stack_gave_up_has_its_reason)
{
    struct scene *s = scene_open((struct scene_setup){0});

    scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 99, .direction = OBSERVE_OUT});
    scene_trace(s, 3000000, ATTEMPT_CLIENT, TERCET_STATE_SYN_SENT, TERCET_REASON_TIMED_OUT);
    const char *text = records(s, false);
    CHECK(strstr(text, "\"outcome\":\"filtered\",\"reason\":\"timed-out\"") != NULL);
    CHECK_STR(records(s, true), "");
    scene_close(s);
}

TEST(what_was_given_up_is_no_unknown_when_the_watch_ends_at_once)
{
    struct scene *s = scene_open((struct scene_setup){0});

    scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 99, .direction = OBSERVE_OUT});
    scene_trace(s, 1000000, ATTEMPT_CLIENT, TERCET_STATE_SYN_SENT, TERCET_REASON_ABORTED);
    const char *text = records(s, true);
    CHECK(strstr(text, "\"outcome\":\"filtered\",\"reason\":\"aborted\"") != NULL);
    scene_close(s);
}

TEST(what_is_open_at_the_end_is_said_to_be_open)
{
    struct scene *s = scene_open((struct scene_setup){0});

    opened(s);
    const char *text = records(s, true);
    CHECK(strstr(text, "\"close\":\"open\",\"first_closer\":null}\n") != NULL);
    scene_close(s);
}

TEST(lost_records_are_counted_in_the_language_of_the_others)
{
    char memory[64];
    struct text text;

    text_init(&text, memory, sizeof memory);
    attempt_json_lost(&text, 12);
    CHECK_STR(memory, "{\"v\":1,\"type\":\"lost\",\"records\":12}\n");
}
