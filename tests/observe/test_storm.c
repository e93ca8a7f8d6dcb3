/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/instant.h"
#include "dice.h"
#include "scene.h"

/* Many openings at once: bounded memory, and text that a person can still read. */

#define STORM 100000u

static unsigned times(const char *text, const char *word) {
    unsigned n = 0;

    while ((text = strstr(text, word))) {
        n++;
        text++;
    }
    return n;
}

static void storm_play(struct scene *s, struct dice *dice, unsigned n) {
    for (unsigned i = 0; i < n; i++) {
        dice_octets(dice, s->end[ATTEMPT_CLIENT].address.octets + 12, 4);
        s->end[ATTEMPT_CLIENT].address.octets[12] |= 1; /* no 0.0.0.0 among them */
        s->end[ATTEMPT_CLIENT].port = (uint16_t)(1 + dice_below(dice, 65535));
        scene_play(s, (struct line){.us = 1, CLIENT = TCP_SYN, .seq = dice_u32(dice)});
    }
}

TEST(a_storm_of_syns_is_bounded_and_counted)
{
    BOTH_FAMILIES(is_v6) {
        struct scene *s = scene_open((struct scene_setup){.is_v6 = is_v6});
        struct dice dice = {0x5eed};
        struct observe_counts counts;

        storm_play(s, &dice, STORM);
        counts = scene_counts(s);
        CHECK_EQ(counts.attempts, STORM);
        CHECK_EQ(counts.openings, 4096);
        CHECK_EQ(counts.followed, 4096);
        CHECK_EQ(counts.not_followed, STORM - 4096);
        CHECK_STR(scene_text(s), "");
        CHECK_EQ(observe_deadline(s->observer), SCENE_START_NS + 1000 + NS_PER_S);
        scene_wait(s, 1000001);
        CHECK_STR(scene_text(s), "...  1.000 s: 100000 openings began, 0 ended, 0 closed, "
                                 "95904 openings not followed: the table is full\n");
        CHECK_EQ(observe_deadline(s->observer), SCENE_START_NS + 1000 + 70 * NS_PER_S);
        scene_wait(s, 70000001);
        CHECK_EQ(times(scene_text(s), "timed out after 1 SYN in 70.000 s"), 50);
        scene_wait(s, 71000001);
        CHECK_STR(scene_text(s),
                  "...  1.000 s: 0 openings began, 4096 ended (4096 filtered), 0 closed\n");
        CHECK_EQ(scene_counts(s).followed, 0);
        CHECK_EQ(observe_deadline(s->observer), UINT64_MAX);
        scene_close(s);
    }
}

static void open_on_port(struct scene *s, uint64_t us, unsigned port) {
    uint16_t p = (uint16_t)port;

    scene_play(s, (struct line){.us = us, CLIENT = TCP_SYN, .seq = 100, .client_port = p});
    scene_play(s,
               (struct line){
                   .us = us, SERVER = TCP_SYN | TCP_ACK, .seq = 200, .ack = 101, .client_port = p});
    scene_play(s,
               (struct line){.us = us, CLIENT = TCP_ACK, .seq = 101, .ack = 201, .client_port = p});
}

static void close_on_port(struct scene *s, uint64_t us, unsigned port) {
    scene_play(
        s, (struct line){.us = us, CLIENT = TCP_RST, .seq = 101, .client_port = (uint16_t)port});
}

TEST(the_oldest_open_connection_makes_room)
{
    struct scene *s = scene_open((struct scene_setup){.max_openings = 4, .max_attempts = 8});
    unsigned closes = 0;

    for (unsigned i = 1; i <= 20; i++) {
        open_on_port(s, i, i);
        CHECK_EQ(times(scene_text(s), "established"), 1);
    }
    CHECK_EQ(scene_counts(s).followed, 8);
    CHECK_EQ(scene_counts(s).forgotten, 12);
    CHECK_EQ(scene_counts(s).not_followed, 0);
    for (unsigned i = 1; i <= 20; i++) {
        close_on_port(s, 100, i);
        closes += times(scene_text(s), "closed: reset by client");
        CHECK_EQ(closes, i <= 12 ? 0 : i - 12);
    }
    CHECK_EQ(scene_counts(s).followed, 0);
    scene_close(s);
}

TEST(reports_that_nobody_asks_for_keep_their_place_and_the_rest_is_counted)
{
    struct scene *s = scene_open((struct scene_setup){.max_openings = 4, .max_attempts = 8});

    for (unsigned i = 1; i <= 20; i++)
        open_on_port(s, i, i);
    CHECK_EQ(scene_counts(s).followed, 4);
    CHECK_EQ(scene_counts(s).not_followed, 16);
    CHECK_EQ(times(scene_text(s), "established"), 4);
    open_on_port(s, 30, 30);
    CHECK_EQ(times(scene_text(s), "established"), 1);
    scene_close(s);
}

TEST(a_report_that_is_being_read_keeps_its_place)
{
    struct scene *s = scene_open((struct scene_setup){.max_openings = 2, .max_attempts = 2});
    const struct attempt *a;

    open_on_port(s, 1, 1);
    scene_text(s);
    open_on_port(s, 2, 2);
    close_on_port(s, 3, 1);
    a = scene_attempt(s);
    CHECK_EQ(a->id, 2);
    open_on_port(s, 4, 4);
    CHECK_EQ(a->id, 2);
    CHECK_EQ(a->side[ATTEMPT_CLIENT].endpoint.port, 2);
    CHECK_EQ(scene_counts(s).not_followed, 1);
    CHECK_EQ(scene_attempt(s)->close, ATTEMPT_CLOSE_RST_BY_CLIENT);
    CHECK_EQ(scene_attempt(s)->outcome, TERCET_OUTCOME_COUNT);
    open_on_port(s, 5, 5);
    CHECK_EQ(scene_attempt(s)->id, 4);
    open_on_port(s, 6, 6);
    CHECK_EQ(scene_counts(s).forgotten, 1);
    scene_close(s);
}

TEST(a_report_that_is_due_keeps_its_place)
{
    struct scene *s = scene_open((struct scene_setup){.max_openings = 2, .max_attempts = 2});

    open_on_port(s, 1, 1);
    scene_text(s);
    open_on_port(s, 2, 2);
    close_on_port(s, 3, 1);
    open_on_port(s, 4, 4);
    CHECK_EQ(scene_counts(s).not_followed, 1);
    CHECK_EQ(scene_counts(s).forgotten, 0);
    CHECK_EQ(scene_attempt(s)->id, 2);
    CHECK_EQ(scene_attempt(s)->id, 1);
    scene_close(s);
}

TEST(fifty_openings_a_second_are_drawn_and_one_more_is_a_summary)
{
    struct scene *s = scene_open((struct scene_setup){0});
    const char *text;

    for (unsigned i = 1; i <= 50; i++)
        open_on_port(s, i, i);
    text = scene_text(s);
    CHECK_EQ(times(text, "established"), 50);
    CHECK_EQ(times(text, "..."), 0);
    open_on_port(s, 60, 60);
    CHECK_STR(scene_text(s), "");
    close_on_port(s, 70, 1);
    CHECK_STR(scene_text(s), "");
    scene_wait(s, 1000001);
    CHECK_STR(scene_text(s),
              "...  1.000 s: 51 openings began, 51 ended (51 established), 1 closed\n");
    scene_close(s);
}

TEST(a_burst_that_begins_at_once_is_a_summary_from_its_beginning)
{
    struct scene *s = scene_open((struct scene_setup){.blocks_per_second = 3});

    for (unsigned i = 1; i <= 4; i++)
        scene_play(
            s, (struct line){.us = 1, CLIENT = TCP_SYN, .seq = 100, .client_port = (uint16_t)i});
    for (unsigned i = 1; i <= 4; i++)
        scene_play(
            s, (struct line){
                   .us = 2, SERVER = TCP_RST | TCP_ACK, .ack = 101, .client_port = (uint16_t)i});
    CHECK_STR(scene_text(s), "");
    scene_wait(s, 1000001);
    CHECK_STR(scene_text(s), "...  1.000 s: 4 openings began, 4 ended (4 refused), 0 closed\n");
    scene_close(s);
}

TEST(a_busy_time_has_one_line_a_second_and_ends_with_a_quiet_second)
{
    struct scene *s = scene_open((struct scene_setup){.blocks_per_second = 2});
    unsigned port = 0;

    for (uint64_t second = 0; second < 3; second++) {
        for (unsigned i = 0; i < 5; i++)
            open_on_port(s, second * 1000000 + i + 1, ++port);
        if (second)
            CHECK_STR(scene_text(s),
                      "...  1.000 s: 5 openings began, 5 ended (5 established), 0 closed\n");
        else
            CHECK_EQ(times(scene_text(s), "established"), 2);
    }
    open_on_port(s, 3000002, ++port);
    CHECK_STR(scene_text(s), "...  1.000 s: 5 openings began, 5 ended (5 established), 0 closed\n");
    open_on_port(s, 4000002, ++port);
    CHECK_STR(scene_text(s), "...  1.000 s: 1 openings began, 1 ended (1 established), 0 closed\n"
                             "#17  198.18.0.1:17 -> 198.18.0.2:80\n"
                             "  0.000 ms  ->  SYN      seq 100\n"
                             "  0.000 ms  <-  SYN-ACK  seq 200 ack +1\n"
                             "  0.000 ms  ->  ACK      seq +1 ack +1\n"
                             "  established in 1 RTT after 0.000 ms: mss 536/536\n");
    scene_close(s);
}

TEST(seconds_that_nobody_asked_for_are_added_up)
{
    struct scene *s = scene_open((struct scene_setup){.blocks_per_second = 1});

    for (unsigned i = 0; i < 6; i++)
        open_on_port(s, 1 + i * 500000, i + 1);
    scene_wait(s, 10000001);
    CHECK(!strncmp(scene_text(s),
                   "...  3.000 s: 6 openings began, 6 ended (6 established), 0 closed\n"
                   "#1  198.18.0.1:1 -> ",
                   85));
    CHECK_EQ(times(s->text, "established in"), 1);
    scene_close(s);
}

TEST(the_close_of_an_opening_that_was_not_drawn_is_not_drawn)
{
    struct scene *s = scene_open((struct scene_setup){.blocks_per_second = 1});

    open_on_port(s, 1, 1);
    open_on_port(s, 2, 2);
    CHECK_EQ(times(scene_text(s), "established"), 1);
    scene_wait(s, 5000000);
    CHECK_EQ(times(scene_text(s), "..."), 1);
    close_on_port(s, 5000000, 2);
    CHECK_STR(scene_text(s), "");
    close_on_port(s, 6500000, 1);
    CHECK_STR(scene_text(s), "#1  closed: reset by client, after 6.500 s\n");
    scene_close(s);
}

TEST(what_found_no_room_is_said_even_when_all_else_is_drawn)
{
    struct scene *s = scene_open((struct scene_setup){.max_openings = 1});

    scene_play(s, (struct line){.us = 1, CLIENT = TCP_SYN, .seq = 100, .client_port = 1});
    scene_play(s, (struct line){.us = 2, CLIENT = TCP_SYN, .seq = 100, .client_port = 2});
    scene_play(s, (struct line){.us = 3, SERVER = TCP_RST | TCP_ACK, .ack = 101, .client_port = 1});
    CHECK_EQ(times(scene_text(s), "refused"), 1);
    CHECK_EQ(observe_deadline(s->observer), SCENE_START_NS + 1000 + NS_PER_S);
    scene_wait(s, 1000001);
    CHECK_STR(scene_text(s), "...  1 opening not followed: the table is full\n");
    scene_close(s);
}

TEST(ten_thousand_connections_come_and_go_without_a_trace)
{
    struct scene *s = scene_open((struct scene_setup){.max_openings = 64, .max_attempts = 128});

    for (unsigned i = 1; i <= 10000; i++) {
        open_on_port(s, i * 10, i);
        close_on_port(s, i * 10 + 5, i);
        scene_text(s);
    }
    CHECK_EQ(scene_counts(s).attempts, 10000);
    CHECK_EQ(scene_counts(s).not_followed, 0);
    CHECK_EQ(scene_counts(s).forgotten, 0);
    CHECK_EQ(scene_counts(s).followed, 0);
    scene_close(s);
}
