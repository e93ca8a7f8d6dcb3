/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/instant.h"
#include "scene.h"

/* The blocks as people read them, letter by letter. */

static void play_linux_syn(struct scene *s, uint64_t us, uint32_t seq) {
    scene_play(s, (struct line){.us = us,
                                CLIENT = TCP_SYN,
                                .seq = seq,
                                .mss = 1460,
                                .wscale = 7,
                                .sack_ok = true,
                                .ts = true,
                                .val = 123456});
}

static void play_syn_ack(struct scene *s, uint64_t us, uint32_t seq, uint32_t ack) {
    scene_play(s, (struct line){.us = us,
                                SERVER = TCP_SYN | TCP_ACK,
                                .seq = seq,
                                .ack = ack,
                                .mss = 1460,
                                .wscale = 4,
                                .ts = true,
                                .val = 42,
                                .ecr = 123456});
}

TEST(an_opening_is_drawn_packet_by_packet)
{
    BOTH_FAMILIES(is_v6) {
        struct scene *s = scene_open((struct scene_setup){.is_v6 = is_v6});

        play_linux_syn(s, 0, 3735928559);
        play_syn_ack(s, 41, 1122334455, 3735928560);
        CHECK_STR(scene_text(s), "");
        scene_play(s, (struct line){.us = 83,
                                    CLIENT = TCP_ACK,
                                    .seq = 3735928560,
                                    .ack = 1122334456,
                                    .ts = true,
                                    .val = 123457,
                                    .ecr = 42});
        CHECK_STR(
            scene_text(s),
            scene_block(
                s, 1,
                "  0.000 ms  ->  SYN      seq 3735928559            mss 1460 sackOK ts 123456/0 wscale 7\n"
                "  0.041 ms  <-  SYN-ACK  seq 1122334455 ack +1     mss 1460 ts 42/123456 wscale 4\n"
                "  0.083 ms  ->  ACK      seq +1 ack +1\n"
                "  established in 1 RTT after 0.083 ms: mss 1460/1460, window scale 7/4, timestamps\n"));
        scene_play(
            s, (struct line){
                   .us = 900000, CLIENT = TCP_FIN | TCP_ACK, .seq = 3735928600, .ack = 1122334456});
        CHECK_STR(scene_text(s), "");
        scene_play(
            s, (struct line){
                   .us = 1204000, SERVER = TCP_FIN | TCP_ACK, .seq = 1122334456, .ack = 3735928601});
        CHECK_STR(scene_text(s), "#1  closed: FIN by client, then server, after 1.204 s\n");
        CHECK_EQ(scene_counts(s).followed, 0);
        scene_close(s);
    }
}

TEST(numbers_that_wrap_are_drawn_as_distances)
{
    struct scene *s = scene_open((struct scene_setup){0});

    scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 0xffffffff, .mss = 536});
    scene_play(s,
               (struct line){
                   .us = 10, SERVER = TCP_SYN | TCP_ACK, .seq = 0xffffffff, .ack = 0, .mss = 1220});
    scene_play(s, (struct line){.us = 20, CLIENT = TCP_ACK, .seq = 0, .ack = 0});
    CHECK_STR(scene_text(s),
              scene_block(s, 1,
                          "  0.000 ms  ->  SYN      seq 4294967295            mss 536\n"
                          "  0.010 ms  <-  SYN-ACK  seq 4294967295 ack +1     mss 1220\n"
                          "  0.020 ms  ->  ACK      seq +1 ack +1\n"
                          "  established in 1 RTT after 0.020 ms: mss 536/1220\n"));
    scene_close(s);
}

TEST(what_was_not_announced_is_drawn_by_its_default)
{
    BOTH_FAMILIES(is_v6) {
        struct scene *s = scene_open((struct scene_setup){.is_v6 = is_v6});
        char rest[512];

        scene_play(
            s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 100, .wscale = -1, .sack_ok = true});
        scene_play(s, (struct line){.us = 10,
                                    SERVER = TCP_SYN | TCP_ACK,
                                    .seq = 200,
                                    .ack = 101,
                                    .wscale = 15,
                                    .sack_ok = true});
        scene_play(s, (struct line){.us = 20, CLIENT = TCP_ACK, .seq = 101, .ack = 201});
        snprintf(rest, sizeof rest,
                 "  0.000 ms  ->  SYN      seq 100                   sackOK wscale 0\n"
                 "  0.010 ms  <-  SYN-ACK  seq 200 ack +1            sackOK wscale 15\n"
                 "  0.020 ms  ->  ACK      seq +1 ack +1\n"
                 "  established in 1 RTT after 0.020 ms: mss %s, window scale 0/14, sack\n",
                 is_v6 ? "1220/1220" : "536/536");
        CHECK_STR(scene_text(s), scene_block(s, 1, rest));
        scene_close(s);
    }
}

TEST(ecn_is_agreed_on_by_both_sides_only)
{
    struct scene *s = scene_open((struct scene_setup){0});

    scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN | TCP_ECE | TCP_CWR, .seq = 100});
    scene_play(
        s, (struct line){.us = 10, SERVER = TCP_SYN | TCP_ACK | TCP_ECE, .seq = 200, .ack = 101});
    scene_play(s, (struct line){.us = 20, CLIENT = TCP_ACK, .seq = 101, .ack = 201});
    CHECK_STR(scene_text(s),
              scene_block(s, 1,
                          "  0.000 ms  ->  SYN      seq 100                   ecn\n"
                          "  0.010 ms  <-  SYN-ACK  seq 200 ack +1            ecn\n"
                          "  0.020 ms  ->  ACK      seq +1 ack +1\n"
                          "  established in 1 RTT after 0.020 ms: mss 536/536, ecn\n"));
    scene_close(s);
}

TEST(retransmissions_are_marked_and_counted)
{
    struct scene *s = scene_open((struct scene_setup){0});

    for (unsigned i = 0; i < 3; i++)
        scene_play(s, (struct line){.us = i * 1000000, CLIENT = TCP_SYN, .seq = 100, .mss = 1460});
    scene_play(s, (struct line){.us = 2000041, SERVER = TCP_SYN | TCP_ACK, .seq = 200, .ack = 101});
    scene_play(s, (struct line){.us = 3000041, SERVER = TCP_SYN | TCP_ACK, .seq = 200, .ack = 101});
    scene_play(s, (struct line){.us = 3000100, CLIENT = TCP_ACK, .seq = 101, .ack = 201});
    CHECK_STR(
        scene_text(s),
        scene_block(s, 1,
                    "     0.000 ms  ->  SYN      seq 100                   mss 1460\n"
                    "  1000.000 ms  ->  SYN      seq 100                   mss 1460  again\n"
                    "  2000.000 ms  ->  SYN      seq 100                   mss 1460  again\n"
                    "  2000.041 ms  <-  SYN-ACK  seq 200 ack +1\n"
                    "  3000.041 ms  <-  SYN-ACK  seq 200 ack +1  again\n"
                    "  3000.100 ms  ->  ACK      seq +1 ack +1\n"
                    "  established in 1 RTT after 3.000 s (3 SYNs, 2 SYN-ACKs): mss 1460/536\n"));
    scene_close(s);
}

TEST(a_dropped_packet_bears_its_verdict)
{
    struct scene *s = scene_open((struct scene_setup){0});

    scene_play(s, (struct line){.us = 0,
                                CLIENT = TCP_SYN,
                                .seq = 100,
                                .direction = OBSERVE_IN,
                                .verdict = TERCET_SYN_QUEUE_FULL});
    scene_play(s, (struct line){.us = 1000,
                                CLIENT = TCP_SYN,
                                .seq = 100,
                                .direction = OBSERVE_IN,
                                .verdict = TERCET_SYN_ADMITTED});
    scene_play(s, (struct line){.us = 1010,
                                SERVER = TCP_SYN | TCP_ACK,
                                .seq = 200,
                                .ack = 101,
                                .direction = OBSERVE_OUT});
    scene_play(s, (struct line){.us = 1100,
                                CLIENT = TCP_ACK,
                                .seq = 101,
                                .ack = 301,
                                .direction = OBSERVE_IN,
                                .verdict = TERCET_HALF_OPEN_BAD_ACK});
    scene_play(s, (struct line){.us = 1110, SERVER = TCP_RST, .seq = 301, .direction = OBSERVE_OUT});
    scene_play(s, (struct line){.us = 1200,
                                CLIENT = TCP_ACK,
                                .seq = 101,
                                .ack = 201,
                                .ts = true,
                                .val = 7,
                                .ecr = 9,
                                .direction = OBSERVE_IN,
                                .verdict = TERCET_HALF_OPEN_BAD_ECHO});
    scene_play(s, (struct line){.us = 1300,
                                CLIENT = TCP_ACK,
                                .seq = 101,
                                .ack = 201,
                                .direction = OBSERVE_IN,
                                .verdict = TERCET_ESTABLISHED});
    CHECK_STR(
        scene_text(s),
        scene_block(
            s, 1,
            "  0.000 ms  ->  SYN      seq 100  dropped: syn-queue-full\n"
            "  1.000 ms  ->  SYN      seq 100  again\n"
            "  1.010 ms  <-  SYN-ACK  seq 200 ack +1\n"
            "  1.100 ms  ->  ACK      seq +1 ack +101  wrong ack  dropped: half-open-bad-ack\n"
            "  1.110 ms  <-  RST      seq +101  wrong seq\n"
            "  1.200 ms  ->  ACK      seq +1 ack +1             ts 7/9  dropped: half-open-bad-echo\n"
            "  1.300 ms  ->  ACK      seq +1 ack +1\n"
            "  established in 1 RTT after 1.300 ms (2 SYNs, 1 SYN-ACK): mss 536/536\n"));
    scene_close(s);
}

TEST(a_refusal_is_drawn)
{
    BOTH_FAMILIES(is_v6) {
        struct scene *s = scene_open((struct scene_setup){.is_v6 = is_v6});

        scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 100, .mss = 1460});
        scene_play(s, (struct line){.us = 41, SERVER = TCP_RST | TCP_ACK, .seq = 0, .ack = 101});
        CHECK_STR(
            scene_text(s),
            scene_block(s, 1,
                        "  0.000 ms  ->  SYN      seq 100                   mss 1460\n"
                        "  0.041 ms  <-  RST-ACK  seq 0 ack +1\n"
                        "  refused after 0.041 ms: the server answered the SYN with a reset\n"));
        CHECK_EQ(scene_counts(s).followed, 0);
        scene_close(s);
    }
}

TEST(a_reset_of_either_side_is_drawn)
{
    struct scene *s = scene_open((struct scene_setup){0});

    for (unsigned port = 1; port <= 2; port++) {
        scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 100});
        scene_play(s, (struct line){.us = 41, SERVER = TCP_SYN | TCP_ACK, .seq = 200, .ack = 101});
        if (port == 1)
            scene_play(s, (struct line){.us = 60, CLIENT = TCP_RST, .seq = 101});
        else
            scene_play(s, (struct line){.us = 60, SERVER = TCP_RST, .seq = 201});
        CHECK_STR(scene_text(s),
                  scene_block(
                      s, port,
                      port == 1
                          ? "  0.000 ms  ->  SYN      seq 100\n"
                            "  0.041 ms  <-  SYN-ACK  seq 200 ack +1\n"
                            "  0.060 ms  ->  RST      seq +1\n"
                            "  reset by client after 0.060 ms, before the opening was complete\n"
                          : "  0.000 ms  ->  SYN      seq 100\n"
                            "  0.041 ms  <-  SYN-ACK  seq 200 ack +1\n"
                            "  0.060 ms  <-  RST      seq +1\n"
                            "  reset by server after 0.060 ms, before the opening was complete\n"));
    }
    scene_close(s);
}

TEST(silence_is_drawn_when_the_stack_tells_it)
{
    struct scene *s = scene_open((struct scene_setup){0});

    for (unsigned i = 0; i < 2; i++)
        scene_play(s,
                   (struct line){
                       .us = i * 1000000, CLIENT = TCP_SYN, .seq = 100, .direction = OBSERVE_OUT});
    scene_trace(s, 3000000, ATTEMPT_CLIENT, TERCET_STATE_SYN_SENT, TERCET_REASON_TIMED_OUT);
    CHECK_STR(scene_text(s), scene_block(s, 1,
                                         "     0.000 ms  ->  SYN      seq 100\n"
                                         "  1000.000 ms  ->  SYN      seq 100  again\n"
                                         "  timed out after 2 SYNs in 3.000 s: nothing answered\n"));
    scene_play(s, (struct line){.us = 4000000,
                                CLIENT = TCP_SYN,
                                .seq = 900,
                                .direction = OBSERVE_IN,
                                .verdict = TERCET_SYN_ADMITTED});
    scene_play(s, (struct line){.us = 4000050,
                                SERVER = TCP_SYN | TCP_ACK,
                                .seq = 200,
                                .ack = 901,
                                .direction = OBSERVE_OUT});
    scene_trace(s, 5000000, ATTEMPT_SERVER, TERCET_STATE_SYN_RECEIVED, TERCET_REASON_TIMED_OUT);
    CHECK_STR(scene_text(s),
              scene_block(s, 2,
                          "  0.000 ms  ->  SYN      seq 900\n"
                          "  0.050 ms  <-  SYN-ACK  seq 200 ack +1\n"
                          "  timed out after 1 SYN-ACK in 1.000 s: no ACK completed the opening\n"));
    scene_close(s);
}

TEST(an_icmp_error_is_drawn_in_words)
{
    BOTH_FAMILIES(is_v6) {
        struct scene *s = scene_open((struct scene_setup){.is_v6 = is_v6});
        struct line syn = {.us = 0, CLIENT = TCP_SYN, .seq = 100, .direction = OBSERVE_OUT};
        char rest[512];

        scene_play(s, syn);
        scene_icmp(s, 200, 9, is_v6 ? 1 : 3, is_v6 ? 4 : 3, syn, OBSERVE_IN, TERCET_ICMP_HARD);
        snprintf(rest, sizeof rest,
                 "  0.000 ms  ->  SYN      seq 100\n"
                 "  0.200 ms  <-  ICMP     port unreachable (type %d code %d) from %s\n"
                 "  rejected by %s after 0.200 ms: port unreachable\n",
                 is_v6 ? 1 : 3, is_v6 ? 4 : 3, is_v6 ? "2001:2::9" : "198.18.0.9",
                 is_v6 ? "2001:2::9" : "198.18.0.9");
        CHECK_STR(scene_text(s), scene_block(s, 1, rest));
        scene_close(s);
    }
}

TEST(a_simultaneous_opening_is_drawn_with_a_double_arrow)
{
    struct scene *s = scene_open((struct scene_setup){0});

    scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 100});
    scene_play(s, (struct line){.us = 10, SERVER = TCP_SYN, .seq = 200});
    scene_play(s, (struct line){.us = 20, SERVER = TCP_SYN | TCP_ACK, .seq = 200, .ack = 101});
    CHECK_STR(scene_text(s), "");
    scene_play(s, (struct line){.us = 30, CLIENT = TCP_SYN | TCP_ACK, .seq = 100, .ack = 201});
    CHECK_STR(scene_text(s), "#1  198.18.0.1:43210 <-> 198.18.0.2:80\n"
                             "  0.000 ms  ->  SYN      seq 100\n"
                             "  0.010 ms  <-  SYN      seq 200\n"
                             "  0.020 ms  <-  SYN-ACK  seq 200 ack +1\n"
                             "  0.030 ms  ->  SYN-ACK  seq 100 ack +1\n"
                             "  established from both sides after 0.030 ms: mss 536/536\n");
    scene_close(s);
}

TEST(beyond_twelve_packets_the_rest_is_counted_and_the_last_one_shown)
{
    struct scene *s = scene_open((struct scene_setup){0});
    char rest[4096] = "  0.000 ms  ->  SYN      seq 100\n"
                      "  0.001 ms  <-  SYN-ACK  seq 200 ack +1\n";
    size_t n = strlen(rest);

    scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 100});
    scene_play(s, (struct line){.us = 1, SERVER = TCP_SYN | TCP_ACK, .seq = 200, .ack = 101});
    for (unsigned i = 2; i < 20; i++) {
        scene_play(s, (struct line){.us = i, CLIENT = TCP_ACK, .seq = 101, .ack = 205});
        if (i < 12) {
            n += (size_t)snprintf(rest + n, sizeof rest - n,
                                  "  0.%03u ms  ->  ACK      seq +1 ack +5  wrong ack\n", i);
        }
    }
    scene_play(s, (struct line){.us = 20, CLIENT = TCP_RST | TCP_ACK, .seq = 777, .ack = 201});
    scene_play(s, (struct line){.us = 21, CLIENT = TCP_ACK, .seq = 101, .ack = 201});
    snprintf(rest + n, sizeof rest - n,
             "  ... 8 ACK, 1 RST-ACK more\n"
             "  0.021 ms  ->  ACK      seq +1 ack +1\n"
             "  established in 1 RTT after 0.021 ms: mss 536/536\n");
    CHECK_STR(scene_text(s), scene_block(s, 1, rest));
    scene_close(s);
}

TEST(thirteen_packets_all_have_a_place)
{
    struct scene *s = scene_open((struct scene_setup){0});
    const char *text;
    unsigned lines = 0;

    for (unsigned i = 0; i < 12; i++)
        scene_play(s, (struct line){.us = i, CLIENT = TCP_SYN, .seq = 100});
    scene_play(s, (struct line){.us = 12, SERVER = TCP_RST | TCP_ACK, .ack = 101});
    text = scene_text(s);
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    CHECK_EQ(lines, 1 + 13 + 1);
    CHECK(!strstr(text, "more"));
    CHECK(strstr(text, "  refused after 0.012 ms: the server answered 12 SYNs with a reset\n"));
    scene_close(s);
}

struct ending {
    const char *name;
    struct line lines[3];
    const char *text;
};

static const struct ending endings[] = {
    {"fin",
     {{.us = 500, SERVER = TCP_FIN | TCP_ACK}, {.us = 700, CLIENT = TCP_FIN | TCP_ACK}},
     "#1  closed: FIN by server, then client, after 0.700 ms\n"                                              },
    {"fin sent again",
     {{.us = 500, SERVER = TCP_FIN | TCP_ACK},
      {.us = 600, SERVER = TCP_FIN | TCP_ACK},
      {.us = 700, CLIENT = TCP_FIN | TCP_ACK}},
     "#1  closed: FIN by server, then client, after 0.700 ms\n"                                              },
    {"reset by the client",
     {{.us = 500, CLIENT = TCP_RST}},
     "#1  closed: reset by client, after 0.500 ms\n"                                                         },
    {"reset by the server",
     {{.us = 61000000, SERVER = TCP_RST | TCP_ACK}},
     "#1  closed: reset by server, after 61.000 s\n"                                                         },
    {"fin, then a reset by the other side",
     {{.us = 500, CLIENT = TCP_FIN | TCP_ACK}, {.us = 600, SERVER = TCP_RST}},
     "#1  closed: FIN by client, reset by server, after 0.600 ms\n"                                          },
    {"fin, then a reset by the same side",
     {{.us = 500, CLIENT = TCP_FIN | TCP_ACK}, {.us = 600, CLIENT = TCP_RST}},
     "#1  closed: FIN by client, reset by client, after 0.600 ms\n"                                          },
    {"a reset that the stack did not take",
     {{.us = 500, CLIENT = TCP_RST, .direction = OBSERVE_IN, .verdict = TERCET_RST_CHALLENGED}},
     ""                                                                                                      },
    {"a late copy of the SYN",              {{.us = 500, CLIENT = TCP_SYN, .seq = 100}},                   ""},
    {"a SYN that the stack challenged",
     {{.us = 500, CLIENT = TCP_SYN, .seq = 5, .direction = OBSERVE_IN, .verdict = TERCET_SYN_CHALLENGED}},
     ""                                                                                                      },
};

static struct scene *scene_established(struct scene_setup setup) {
    struct scene *s = scene_open(setup);

    scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 100});
    scene_play(s, (struct line){.us = 10, SERVER = TCP_SYN | TCP_ACK, .seq = 200, .ack = 101});
    scene_play(s, (struct line){.us = 20, CLIENT = TCP_ACK, .seq = 101, .ack = 201});
    scene_text(s);
    return s;
}

TEST(a_fin_that_came_with_the_syn_ack_counts)
{
    struct scene *s = scene_open((struct scene_setup){0});

    scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 100});
    scene_play(
        s, (struct line){.us = 10, SERVER = TCP_SYN | TCP_ACK | TCP_FIN, .seq = 200, .ack = 101});
    scene_play(s, (struct line){.us = 20, CLIENT = TCP_ACK, .seq = 101, .ack = 202});
    scene_text(s);
    scene_play(s, (struct line){.us = 700, CLIENT = TCP_FIN | TCP_ACK, .seq = 101, .ack = 202});
    CHECK_STR(scene_text(s), "#1  closed: FIN by server, then client, after 0.700 ms\n");
    scene_close(s);
}

TEST(every_close_has_its_line)
{
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        TEST_ROW ("a close has its line: %s", endings[i].name) {
            struct scene *s = scene_established((struct scene_setup){.is_v6 = i & 1});

            for (unsigned k = 0; k < 3 && endings[i].lines[k].us; k++)
                scene_play(s, endings[i].lines[k]);
            CHECK_STR(scene_text(s), endings[i].text);
            CHECK_EQ(scene_counts(s).attempts, 1);
            scene_close(s);
        }
    }
}

TEST(a_connection_that_the_stack_gave_up_is_closed)
{
    struct scene *s = scene_established((struct scene_setup){0});

    scene_trace(s, 2000000, ATTEMPT_SERVER, TERCET_STATE_ESTABLISHED, TERCET_REASON_TIMED_OUT);
    CHECK_STR(scene_text(s), "#1  closed: retransmissions went unanswered, after 2.000 s\n");
    scene_close(s);
}

TEST(a_peer_who_never_closed_is_not_said_to_be_silent)
{
    struct scene *s = scene_established((struct scene_setup){0});

    scene_play(s, (struct line){.us = 50, SERVER = TCP_FIN | TCP_ACK, .seq = 301, .ack = 101});
    scene_play(s, (struct line){.us = 60, CLIENT = TCP_ACK, .seq = 101, .ack = 302});
    scene_trace(s, 60000050, ATTEMPT_SERVER, TERCET_STATE_FIN_WAIT_2, TERCET_REASON_TIMED_OUT);
    CHECK_STR(scene_text(s), "#1  closed: FIN by server, none by client, after 60.000 s\n");
    scene_close(s);
}

TEST(a_connection_that_begins_anew_closes_the_old_one)
{
    struct scene *s = scene_established((struct scene_setup){0});

    scene_play(s, (struct line){.us = 1000, CLIENT = TCP_SYN, .seq = 5000});
    scene_play(s, (struct line){.us = 1010, SERVER = TCP_SYN | TCP_ACK, .seq = 6000, .ack = 5001});
    CHECK_STR(scene_text(s), "");
    scene_play(s, (struct line){.us = 1020, CLIENT = TCP_ACK, .seq = 5001, .ack = 6001});
    CHECK_STR(scene_text(s),
              "#2  198.18.0.1:43210 -> 198.18.0.2:80\n"
              "  0.000 ms  ->  SYN      seq 5000\n"
              "  0.010 ms  <-  SYN-ACK  seq 6000 ack +1\n"
              "  0.020 ms  ->  ACK      seq +1 ack +1\n"
              "  established in 1 RTT after 0.020 ms: mss 536/536\n"
              "#1  closed: not seen, its addresses and ports began anew, after 1.020 ms\n");
    scene_close(s);
}

TEST(the_end_of_the_watch_tells_what_is_left)
{
    struct scene *s = scene_established((struct scene_setup){0});

    scene_play(s, (struct line){.us = 50, CLIENT = TCP_SYN, .seq = 9, .client_port = 2});
    scene_wait(s, 5000000);
    observe_finish(s->observer, s->now_ns);
    CHECK_STR(scene_text(s), "#2  198.18.0.1:2 -> 198.18.0.2:80\n"
                             "  0.000 ms  ->  SYN      seq 9\n"
                             "  unfinished after 5.000 s: the watch ended\n"
                             "#1  open when the watch ended, after 5.000 s\n");
    CHECK_EQ(scene_counts(s).followed, 0);
    scene_close(s);

    s = scene_established((struct scene_setup){0});
    scene_play(s, (struct line){.us = 50, CLIENT = TCP_FIN | TCP_ACK, .seq = 101});
    observe_finish(s->observer, s->now_ns + NS_PER_S);
    CHECK_STR(scene_text(s), "#1  half-closed by client when the watch ended, after 1.000 s\n");
    scene_close(s);
}

TEST(colour_is_in_the_text_only_when_asked_for)
{
    struct scene *s = scene_open((struct scene_setup){.has_colour = true});

    scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 100, .mss = 1460});
    scene_play(s, (struct line){.us = 5,
                                CLIENT = TCP_SYN,
                                .seq = 100,
                                .direction = OBSERVE_IN,
                                .verdict = TERCET_HALF_OPEN_THROTTLED});
    scene_play(s, (struct line){.us = 10, SERVER = TCP_SYN | TCP_ACK, .seq = 200, .ack = 101});
    scene_play(s, (struct line){.us = 20, CLIENT = TCP_ACK, .seq = 101, .ack = 201});
    scene_play(s, (struct line){.us = 30, SERVER = TCP_RST, .seq = 201});
    CHECK_STR(
        scene_text(s),
        "\x1b[1m#1\x1b[0m  198.18.0.1:43210 -> 198.18.0.2:80\n"
        "  \x1b[2m0.000 ms\x1b[0m  ->  SYN      seq 100                   mss 1460\n"
        "  \x1b[2m0.005 ms\x1b[0m  ->  SYN      seq 100\x1b[33m  again\x1b[0m\x1b[31m  dropped: "
        "\x1b[0m\x1b[31mhalf-open-throttled\x1b[0m\n"
        "  \x1b[2m0.010 ms\x1b[0m  <-  SYN-ACK  seq 200 ack +1\n"
        "  \x1b[2m0.020 ms\x1b[0m  ->  ACK      seq +1 ack +1\n"
        "  \x1b[32mestablished\x1b[0m in 1 RTT after 0.020 ms (2 SYNs, 1 SYN-ACK): mss 1460/536\n"
        "\x1b[1m#1\x1b[0m  closed: \x1b[31mreset\x1b[0m by server, after 0.030 ms\n");
    scene_close(s);
}

TEST(the_longest_block_fits)
{
    struct scene *s = scene_open(
        (struct scene_setup){.is_v6 = true, .is_far = true, .has_colour = true});
    struct line syn = {CLIENT = TCP_SYN | TCP_ECE | TCP_CWR,
                       .seq = 4294967295,
                       .mss = 65535,
                       .wscale = 255,
                       .sack_ok = true,
                       .ts = true,
                       .val = 4294967295,
                       .ecr = 4294967295,
                       .length = 300};
    struct observe_report report;
    struct text text;

    for (unsigned i = 0; i < 200; i++) {
        syn.us = i * 60000000ull;
        syn.direction = i ? OBSERVE_IN : OBSERVE_UNKNOWN;
        syn.verdict = i ? TERCET_HALF_OPEN_ACCEPT_FULL : TERCET_TAKEN;
        scene_play(s, syn);
        scene_play(s, (struct line){.us = syn.us,
                                    CLIENT = 1u << (i % 6),
                                    .seq = 1u << 31,
                                    .ack = 1u << 31,
                                    .length = 300,
                                    .direction = OBSERVE_IN,
                                    .verdict = TERCET_HALF_OPEN_ACCEPT_FULL});
    }
    observe_finish(s->observer, s->now_ns);
    text_init(&text, s->text, OBSERVE_TEXT_MAX);
    CHECK(observe_next_text(s->observer, s->now_ns, &text));
    CHECK(!text.cut);
    CHECK(text.used > 1000);
    CHECK(!observe_next(s->observer, s->now_ns, &report));
    scene_close(s);
}
