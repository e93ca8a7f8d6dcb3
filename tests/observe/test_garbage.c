/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bytes.h"
#include "dice.h"
#include "observe/glance.h"
#include "scene.h"

/* Any octets at all: no crash, no attempt out of nothing, bounded work (the sanitizers watch). */

#define ROUNDS 200000ul

static void drain(struct scene *s) {
    while (scene_attempt(s)->outcome != TERCET_OUTCOME_COUNT) {}
}

TEST(random_octets_are_counted_and_change_nothing)
{
    struct scene *s = scene_open((struct scene_setup){.has_midstream = true});
    struct dice dice = {1};
    unsigned long rounds = tap_seeds(ROUNDS);

    for (unsigned long i = 0; i < rounds; i++) {
        uint32_t n = dice_below(&dice, 128);
        unsigned char *frame = malloc(n ? n : 1);

        dice_octets(&dice, frame, n);
        if (n > 9 && i & 1) frame[0] = i & 2 ? 0x45 : 0x60;
        if (n > 9 && i & 4) frame[i & 2 ? 9 : 6] = 6;
        observe_frame(s->observer, s->now_ns, frame, n, dice_below(&dice, 3),
                      dice_below(&dice, TERCET_VERDICT_COUNT));
        free(frame);
    }
    drain(s);
    CHECK_EQ(scene_counts(s).frames, rounds);
    CHECK(scene_counts(s).unreadable > rounds / 16);
    CHECK(scene_counts(s).openings <= 4096);
    scene_close(s);
}

TEST(a_frame_cut_anywhere_is_no_attempt)
{
    BOTH_FAMILIES(is_v6) {
        struct scene *s = scene_open((struct scene_setup){.is_v6 = is_v6});
        unsigned char frame[SCENE_FRAME_MAX];
        struct line syn = {CLIENT = TCP_SYN, .seq = 1, .mss = 1460, .ts = true, .length = 20};
        uint32_t n = scene_build(s, &syn, frame);

        for (uint32_t cut = 0; cut < n; cut++) {
            unsigned char *piece = malloc(cut ? cut : 1);

            memcpy(piece, frame, cut);
            observe_frame(s->observer, s->now_ns, piece, cut, OBSERVE_UNKNOWN, TERCET_TAKEN);
            free(piece);
        }
        CHECK_EQ(scene_counts(s).attempts, 0);
        observe_frame(s->observer, s->now_ns, frame, n, OBSERVE_UNKNOWN, TERCET_TAKEN);
        CHECK_EQ(scene_counts(s).attempts, 1);
        scene_close(s);
    }
}

/* Openings, with octets of their packets changed at random and verdicts drawn from the hat. */
TEST(openings_with_flipped_octets_always_end)
{
    struct dice dice = {2};
    unsigned long rounds = tap_seeds(ROUNDS / 10);
    struct scene *s[2] = {
        scene_open((struct scene_setup){.max_openings = 32, .max_attempts = 48}),
        scene_open((struct scene_setup){
            .is_v6 = true, .max_openings = 32, .max_attempts = 48, .has_midstream = true})};

    for (unsigned long i = 0; i < rounds; i++) {
        struct scene *at = s[i & 1];
        unsigned char frame[SCENE_FRAME_MAX];
        struct line line = {.from = dice_below(&dice, 2),
                            .flags = dice_below(&dice, 64),
                            .seq = 100 + dice_below(&dice, 3),
                            .ack = 100 + dice_below(&dice, 3),
                            .mss = 1460,
                            .length = dice_below(&dice, 4),
                            .client_port = (uint16_t)(1 + dice_below(&dice, 3))};
        uint32_t n = scene_build(at, &line, frame);

        if (dice_below(&dice, 4) == 0)
            frame[dice_below(&dice, n)] ^= (unsigned char)dice_u32(&dice);
        at->now_ns += dice_below(&dice, 1000000);
        observe_frame(at->observer, at->now_ns, frame, n, dice_below(&dice, 3),
                      dice_below(&dice, 2) ? TERCET_TAKEN : dice_below(&dice, TERCET_VERDICT_COUNT));
        if (dice_below(&dice, 8) == 0)
            scene_trace(at, (at->now_ns - SCENE_START_NS) / 1000, dice_below(&dice, 2),
                        dice_below(&dice, TERCET_STATE_COUNT),
                        dice_below(&dice, TERCET_REASON_COUNT));
        if (dice_below(&dice, 2)) scene_text(at);
    }
    for (unsigned k = 0; k < 2; k++) {
        struct observe_counts counts = scene_counts(s[k]);

        CHECK(counts.attempts > rounds / 100);
        CHECK(counts.openings <= 32);
        CHECK(counts.followed <= 48);
        observe_finish(s[k]->observer, s[k]->now_ns);
        drain(s[k]);
        scene_text(s[k]);
        CHECK_EQ(scene_counts(s[k]).followed, 0);
        CHECK_EQ(observe_deadline(s[k]->observer), UINT64_MAX);
        scene_close(s[k]);
    }
}

TEST(plain_segments_are_not_even_parsed_unless_an_opening_is_in_progress)
{
    BOTH_FAMILIES(is_v6) {
        struct scene *s = scene_open((struct scene_setup){.is_v6 = is_v6});
        unsigned char frame[SCENE_FRAME_MAX];
        struct line data = {CLIENT = TCP_ACK | TCP_PSH, .seq = 1, .ack = 1, .length = 100};
        uint32_t n = scene_build(s, &data, frame);

        frame[is_v6 ? 4 : 2] = 0xff; /* a length that a parser would refuse */
        observe_frame(s->observer, s->now_ns, frame, n, OBSERVE_IN, TERCET_TAKEN);
        CHECK_EQ(scene_counts(s).unreadable, 0);
        scene_play(s, (struct line){CLIENT = TCP_SYN, .seq = 1});
        observe_frame(s->observer, s->now_ns, frame, n, OBSERVE_IN, TERCET_TAKEN);
        CHECK_EQ(scene_counts(s).unreadable, 1);
        scene_close(s);
    }
}

TEST(fragments_and_other_protocols_are_passed_by)
{
    struct scene *s = scene_open((struct scene_setup){0});
    unsigned char frame[SCENE_FRAME_MAX];
    struct line syn = {CLIENT = TCP_SYN, .seq = 1};
    uint32_t n = scene_build(s, &syn, frame);

    CHECK_EQ(glance_at(frame, n), GLANCE_SIGNAL);
    be16_put(frame + 6, 1);
    CHECK_EQ(glance_at(frame, n), GLANCE_NOTHING);
    be16_put(frame + 6, 0x2000);
    be16_put(frame + 10, (uint16_t)(be16_get(frame + 10) - 0x2000));
    observe_frame(s->observer, s->now_ns, frame, n, OBSERVE_IN, TERCET_TAKEN);
    be16_put(frame + 6, 0);
    frame[9] = IP_PROTOCOL_UDP;
    CHECK_EQ(glance_at(frame, n), GLANCE_NOTHING);
    CHECK_EQ(scene_counts(s).attempts, 0);
    scene_close(s);
}

TEST(icmp_that_is_no_error_is_passed_by)
{
    BOTH_FAMILIES(is_v6) {
        struct scene *s = scene_open((struct scene_setup){.is_v6 = is_v6});
        struct line syn = {CLIENT = TCP_SYN, .seq = 1};

        scene_play(s, syn);
        scene_icmp(s, 1, 9, is_v6 ? 128 : 8, 0, syn, OBSERVE_IN, TERCET_ICMP_ECHOED);
        scene_icmp(s, 2, 9, is_v6 ? 129 : 4, 0, syn, OBSERVE_IN, TERCET_ICMP_IGNORED);
        observe_finish(s->observer, s->now_ns);
        CHECK(!strstr(scene_text(s), "ICMP"));
        scene_close(s);
    }
}

/* Row 12 of the hostile inputs: source and destination are one socket. */
TEST(a_land_packet_is_an_attempt_of_one_side)
{
    struct scene *s = scene_open((struct scene_setup){0});

    s->end[ATTEMPT_SERVER] = s->end[ATTEMPT_CLIENT];
    for (unsigned i = 0; i < 3; i++)
        scene_play(s, (struct line){.us = i,
                                    CLIENT = TCP_SYN,
                                    .seq = 1,
                                    .direction = OBSERVE_IN,
                                    .verdict = TERCET_TCP_LAND});
    observe_finish(s->observer, s->now_ns);
    CHECK_STR(scene_text(s), "#1  198.18.0.1:43210 -> 198.18.0.1:43210\n"
                             "  0.000 ms  ->  SYN      seq 1  dropped: tcp-land\n"
                             "  0.001 ms  ->  SYN      seq 1  again  dropped: tcp-land\n"
                             "  0.002 ms  ->  SYN      seq 1  again  dropped: tcp-land\n"
                             "  unfinished after 0.002 ms: the watch ended\n");
    scene_close(s);
}

/* Row 21: what no TCP sends. */
TEST(odd_flags_are_drawn_as_letters)
{
    struct scene *s = scene_open((struct scene_setup){0});

    scene_play(s, (struct line){CLIENT = TCP_SYN | TCP_FIN, .seq = 1, .direction = OBSERVE_IN,
                                .verdict = TERCET_TCP_FLAGS});
    scene_play(s, (struct line){CLIENT = 0x3f, .seq = 1, .ack = 7, .direction = OBSERVE_IN,
                                .verdict = TERCET_TCP_FLAGS});
    scene_play(s, (struct line){CLIENT = 0, .seq = 1, .direction = OBSERVE_IN,
                                .verdict = TERCET_TCP_NO_FLAGS});
    observe_finish(s->observer, s->now_ns);
    CHECK_STR(scene_text(s), "#1  198.18.0.1:43210 -> 198.18.0.2:80\n"
                             "  0.000 ms  ->  FS       seq 1  dropped: tcp-flags\n"
                             "  0.000 ms  ->  FSRPAU   seq 1 ack 7  wrong seq  dropped: tcp-flags\n"
                             "  0.000 ms  ->  none     seq +0  dropped: tcp-no-flags\n"
                             "  unfinished after 0.000 ms: the watch ended\n");
    scene_close(s);
}
