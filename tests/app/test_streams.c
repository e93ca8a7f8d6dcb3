/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/pattern.h"
#include "pair.h"
#include "tap.h"

/* Octets that are known by their place: a counter of 31-bit words. */
static unsigned char *known_octets(size_t n) {
    unsigned char *bytes = malloc(n);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)((i * 2654435761u) >> 13);
    return bytes;
}

static void check_echo(const struct pair_plan *plan, size_t n) {
    struct pair pair;
    unsigned char *bytes = known_octets(n);
    pair_open(&pair, plan);
    CHECK_EQ(services_add(pair.services, SERVICES_ECHO, 7, NULL), 0);
    struct visitor *visitor = pair_visit(&pair, 7);
    visitor_say(&pair, visitor, bytes, n);
    visitor_shut_down(&pair, visitor);
    CHECK(pair_run_to_end(&pair, visitor, 3600000));
    CHECK(visitor->has_ended);
    if (CHECK_EQ(visitor->n_heard, n) && n > 0) CHECK_MEM(visitor->heard, bytes, n);
    CHECK_EQ(services_counters(pair.services)->bytes_in, n);
    CHECK_EQ(services_counters(pair.services)->bytes_out, n);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    pair_settle(&pair);
    pair_close(&pair);
    free(bytes);
}

TEST(echo_sends_back_all_it_gets_then_closes)
{
    static const size_t sizes[] = {0, 1, 1448, 1449, 100000, 3000000};
    struct pair_plan plan;
    pair_plan_init(&plan);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        TEST_ROW ("echo of %zu octets over IPv4", sizes[i]) {
            plan.is_v6 = false;
            check_echo(&plan, sizes[i]);
        }
        TEST_ROW ("echo of %zu octets over IPv6", sizes[i]) {
            plan.is_v6 = true;
            check_echo(&plan, sizes[i]);
        }
    }
}

TEST(echo_goes_on_under_loss)
{
    struct pair_plan plan;
    pair_plan_init(&plan);
    plan.loss_ppm = 20000;
    check_echo(&plan, 300000);
}

TEST(echo_fits_through_the_smallest_send_buffer)
{
    struct pair_plan plan;
    pair_plan_init(&plan);
    plan.send_buffer_bytes = 4096;
    check_echo(&plan, 200000);
}

TEST(echo_keeps_nothing_for_a_peer_who_does_not_read)
{
    struct pair pair;
    size_t n = 8 << 20;
    unsigned char *bytes = known_octets(n);
    pair_open(&pair, NULL);
    services_add(pair.services, SERVICES_ECHO, 7, NULL);
    struct visitor *visitor = pair_visit(&pair, 7);
    visitor_set_deaf(&pair, visitor, true);
    visitor_say(&pair, visitor, bytes, n);
    visitor_shut_down(&pair, visitor);
    pair_run_ms(&pair, 600000);
    CHECK(visitor->n_say > 0); /* it cannot even say it all */
    CHECK_EQ(services_counters(pair.services)->bytes_in,
             services_counters(pair.services)->bytes_out);
    CHECK(services_counters(pair.services)->bytes_in < 2 << 20);
    visitor_set_deaf(&pair, visitor, false);
    CHECK(pair_run_to_end(&pair, visitor, 600000));
    if (CHECK_EQ(visitor->n_heard, n)) CHECK_MEM(visitor->heard, bytes, n);
    pair_settle(&pair);
    pair_close(&pair);
    free(bytes);
}

TEST(discard_takes_everything_and_says_nothing)
{
    struct pair pair;
    size_t n = 3000000;
    unsigned char *bytes = known_octets(n);
    pair_open(&pair, NULL);
    CHECK_EQ(services_add(pair.services, SERVICES_DISCARD, 9, NULL), 0);
    struct visitor *visitor = pair_visit(&pair, 9);
    visitor_say(&pair, visitor, bytes, n);
    pair_run_ms(&pair, 10000);
    CHECK_EQ(services_counters(pair.services)->bytes_in, n);
    CHECK_EQ(services_counters(pair.services)->clients, 1);
    visitor_shut_down(&pair, visitor);
    CHECK(pair_run_to_end(&pair, visitor, 1000));
    CHECK(visitor->has_ended);
    CHECK_EQ(visitor->n_heard, 0);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    pair_settle(&pair);
    pair_close(&pair);
    free(bytes);
}

static bool is_pattern(const char *bytes, size_t n) {
    uint32_t there;
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] != *pattern_at(i, &there)) return false;
    }
    return true;
}

TEST(chargen_sends_its_pattern_until_it_is_reset)
{
    struct pair pair;
    pair_open(&pair, NULL);
    CHECK_EQ(services_add(pair.services, SERVICES_CHARGEN, 19, NULL), 0);
    struct visitor *visitor = pair_visit(&pair, 19);
    visitor->keeps = 2000000;
    visitor_say_text(&pair, visitor, "this is thrown away");
    visitor_shut_down(&pair, visitor);
    for (unsigned i = 0; i < 1000 && visitor->n_heard < 2000000; i++)
        pair_run_ms(&pair, 1);
    CHECK(visitor->n_heard >= 2000000); /* the half-close has not ended it */
    CHECK(is_pattern(visitor->heard, 2000000));
    CHECK_EQ(services_counters(pair.services)->bytes_in, 19);
    visitor_abort(&pair, visitor);
    pair_run_ms(&pair, 10);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    pair_settle(&pair);
    pair_close(&pair);
}

TEST(chargen_waits_for_a_slow_reader)
{
    struct pair pair;
    pair_open(&pair, NULL);
    services_add(pair.services, SERVICES_CHARGEN, 19, NULL);
    struct visitor *visitor = pair_visit(&pair, 19);
    visitor->keeps = 3000000;
    visitor_set_deaf(&pair, visitor, true);
    pair_run_ms(&pair, 60000);
    uint64_t sent = services_counters(pair.services)->bytes_out;
    CHECK(sent > 0 && sent < 2 << 20);
    pair_run_ms(&pair, 60000);
    CHECK_EQ(services_counters(pair.services)->bytes_out, sent);
    visitor_set_deaf(&pair, visitor, false);
    for (unsigned i = 0; i < 300000 && visitor->n_heard < 3000000; i++)
        pair_run_ms(&pair, 1);
    CHECK(visitor->n_heard >= 3000000);
    CHECK(is_pattern(visitor->heard, 3000000));
    visitor_abort(&pair, visitor);
    pair_settle(&pair);
    pair_close(&pair);
}

TEST(streams_have_no_idle_limit_by_default)
{
    struct pair pair;
    pair_open(&pair, NULL);
    services_add(pair.services, SERVICES_ECHO, 7, NULL);
    struct visitor *visitor = pair_visit(&pair, 7);
    pair_run_ms(&pair, 10);
    CHECK_EQ(services_deadline(pair.services), UINT64_MAX);
    CHECK(!pair_run_to_end(&pair, visitor, 24 * 3600000));
    visitor_say_text(&pair, visitor, "still there?");
    pair_run_ms(&pair, 1000);
    CHECK_STR(visitor->heard, "still there?");
    pair_settle(&pair);
    pair_close(&pair);
}

TEST(streams_end_at_an_idle_limit_that_was_set)
{
    struct pair pair;
    struct pair_plan plan;
    pair_plan_init(&plan);
    plan.limits.stream_ms = 30000;
    pair_open(&pair, &plan);
    services_add(pair.services, SERVICES_ECHO, 7, NULL);
    services_add(pair.services, SERVICES_DISCARD, 9, NULL);
    services_add(pair.services, SERVICES_CHARGEN, 19, NULL);
    struct visitor *echo = pair_visit(&pair, 7), *discard = pair_visit(&pair, 9),
                   *chargen = pair_visit(&pair, 19);
    visitor_set_deaf(&pair, chargen, true);
    pair_run_ms(&pair, 20000);
    visitor_say_text(&pair, echo, "x");
    pair_run_ms(&pair, 20000);
    CHECK(!echo->has_ended);
    CHECK(discard->has_ended);
    pair_run_ms(&pair, 20000);
    CHECK(echo->has_ended);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    CHECK_EQ(services_counters(pair.services)->timed_out, 3);
    pair_close(&pair);
}

/* From here on nothing reaches the other side. */
static void cut(struct pair *pair) {
    struct sim_link_config dead = {.mtu = 1500, .delay_us = pair->plan.delay_us, .loss_ppm = 1000000};
    CHECK(sim_link_change(pair->sim, pair->link, &dead));
    CHECK(sim_link_change(pair->sim, pair->link + 1, &dead));
}

/* His reset was lost, or he never had the time for one: nothing is under way that would tell. */
TEST(a_peer_who_is_gone_is_found_out)
{
    struct pair pair;
    pair_open(&pair, NULL);
    services_add(pair.services, SERVICES_ECHO, 7, NULL);
    services_add(pair.services, SERVICES_DISCARD, 9, NULL);
    visitor_say_text(&pair, pair_visit(&pair, 7), "here");
    visitor_say_text(&pair, pair_visit(&pair, 9), "here");
    pair_run_ms(&pair, 10000);
    cut(&pair);
    pair_run_ms(&pair, 120000);
    CHECK_EQ(services_counters(pair.services)->clients, 2);
    pair_run_ms(&pair, 200000);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    pair_close(&pair);
}

TEST(whoever_is_silent_is_asked_only_where_that_is_wanted)
{
    struct pair pair;
    struct pair_plan plan;
    pair_plan_init(&plan);
    plan.limits.keep_idle_s = 0;
    pair_open(&pair, &plan);
    services_add(pair.services, SERVICES_ECHO, 7, NULL);
    pair_visit(&pair, 7);
    pair_run_ms(&pair, 1000);
    cut(&pair);
    pair_run_ms(&pair, 3600000);
    CHECK_EQ(services_counters(pair.services)->clients, 1);
    pair_close(&pair);
}

/* Sockstress, CVE-2008-4609: his stack answers every probe, and he never reads. */
TEST(whoever_keeps_his_window_closed_is_reset)
{
    struct pair pair;
    struct pair_plan plan;
    pair_plan_init(&plan);
    plan.limits.stuck_ms = 120000;
    pair_open(&pair, &plan);
    services_add(pair.services, SERVICES_CHARGEN, 19, NULL);
    struct visitor *stuck = pair_visit(&pair, 19), *slow = pair_visit(&pair, 19);
    visitor_set_deaf(&pair, stuck, true);
    for (unsigned i = 0; i < 4; i++) {
        visitor_set_deaf(&pair, slow, true);
        pair_run_ms(&pair, 50000);
        visitor_set_deaf(&pair, slow, false);
        pair_run_ms(&pair, 1000);
    }
    CHECK(stuck->is_over);
    CHECK_EQ(stuck->reason, TERCET_REASON_RESET);
    CHECK(!slow->is_over);
    CHECK_EQ(services_counters(pair.services)->clients, 1);
    visitor_abort(&pair, slow);
    pair_settle(&pair);
    pair_close(&pair);
}

TEST(an_idle_client_is_not_stuck)
{
    struct pair pair;
    struct pair_plan plan;
    pair_plan_init(&plan);
    plan.limits.stuck_ms = 120000;
    pair_open(&pair, &plan);
    services_add(pair.services, SERVICES_ECHO, 7, NULL);
    struct visitor *visitor = pair_visit(&pair, 7);
    visitor_say_text(&pair, visitor, "here. ");
    CHECK(!pair_run_to_end(&pair, visitor, 3600000));
    visitor_say_text(&pair, visitor, "still here");
    pair_run_ms(&pair, 1000);
    CHECK_STR(visitor->heard, "here. still here");
    pair_settle(&pair);
    pair_close(&pair);
}

TEST(three_thousand_clients_are_echoed_at_once)
{
    struct pair pair;
    enum { N = 3000 };
    pair_open(&pair, NULL);
    services_add(pair.services, SERVICES_ECHO, 7, NULL);
    for (unsigned i = 0; i < N; i++) {
        char text[32];
        struct visitor *visitor = pair_visit(&pair, 7);
        snprintf(text, sizeof text, "visitor %u", i);
        visitor_say_text(&pair, visitor, text);
        if (i % 500 == 499) pair_run_ms(&pair, 5);
    }
    pair_run_ms(&pair, 30000);
    CHECK_EQ(services_counters(pair.services)->clients, N);
    unsigned right = 0;
    for (unsigned i = 0; i < N; i++) {
        char text[32];
        snprintf(text, sizeof text, "visitor %u", i);
        right += pair.visitors[i].heard && strcmp(pair.visitors[i].heard, text) == 0;
        visitor_shut_down(&pair, &pair.visitors[i]);
    }
    CHECK_EQ(right, N);
    pair_run_ms(&pair, 30000);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    CHECK_EQ(services_counters(pair.services)->accepted[SERVICES_ECHO], N);
    pair_settle(&pair);
    pair_close(&pair);
}

TEST(more_clients_than_the_pool_holds_wait_their_turn)
{
    struct pair pair;
    struct pair_plan plan;
    pair_plan_init(&plan);
    plan.limits.max_clients = 3;
    pair_open(&pair, &plan);
    services_add(pair.services, SERVICES_ECHO, 7, NULL);
    for (unsigned i = 0; i < 12; i++) {
        visitor_say_text(&pair, pair_visit(&pair, 7), "hello");
        pair_run_ms(&pair, 10);
    }
    CHECK_EQ(services_counters(pair.services)->clients, 3);
    CHECK(services_counters(pair.services)->waited > 0);
    CHECK_EQ(pair.visitors[3].n_heard, 0);
    for (unsigned i = 0; i < 12; i++) {
        CHECK_STR(pair.visitors[i].heard, "hello");
        visitor_shut_down(&pair, &pair.visitors[i]);
        pair_run_ms(&pair, 10);
    }
    CHECK_EQ(services_counters(pair.services)->accepted[SERVICES_ECHO], 12);
    CHECK_EQ(pair.most_clients, 3);
    pair_settle(&pair);
    pair_close(&pair);
}

TEST(a_reset_ends_a_client_at_once)
{
    static const uint16_t ports[] = {7, 9, 19, 80};
    struct pair pair;
    pair_open(&pair, NULL);
    services_add(pair.services, SERVICES_ECHO, 7, NULL);
    services_add(pair.services, SERVICES_DISCARD, 9, NULL);
    services_add(pair.services, SERVICES_CHARGEN, 19, NULL);
    services_add(pair.services, SERVICES_HTTP, 80, NULL);
    for (unsigned i = 0; i < 4; i++)
        visitor_say_text(&pair, pair_visit(&pair, ports[i]), "GET / HT");
    pair_run_ms(&pair, 5);
    CHECK_EQ(services_counters(pair.services)->clients, 4);
    for (unsigned i = 0; i < 4; i++)
        visitor_abort(&pair, &pair.visitors[i]);
    pair_run_ms(&pair, 5);
    CHECK_EQ(services_counters(pair.services)->clients, 0);
    pair_settle(&pair);
    pair_close(&pair);
}

TEST(what_is_stopped_takes_nobody_new_and_serves_whom_it_has)
{
    struct pair pair;
    pair_open(&pair, NULL);
    services_add(pair.services, SERVICES_ECHO, 7, NULL);
    struct visitor *before = pair_visit(&pair, 7);
    pair_run_ms(&pair, 5);
    services_stop(pair.services);
    struct visitor *after = pair_visit(&pair, 7);
    visitor_say_text(&pair, before, "x");
    pair_run_ms(&pair, 5);
    CHECK_STR(before->heard, "x");
    CHECK(after->is_over);
    CHECK_EQ(after->reason, TERCET_REASON_REFUSED);
    pair_settle(&pair);
    pair_close(&pair);
}

TEST(services_refuse_what_they_cannot_do)
{
    struct pair pair;
    struct services *services;
    struct services_limits limits;
    pair_open(&pair, NULL);
    struct tercet_stack *stack = sim_stack(pair.sim, pair.server);
    CHECK_EQ(services_add(pair.services, SERVICES_ECHO, 7, NULL), 0);
    CHECK_EQ(services_add(pair.services, SERVICES_DISCARD, 7, NULL), TERCET_IN_USE);
    CHECK_EQ(services_add(pair.services, SERVICES_ECHO, 0, NULL), TERCET_INVALID);
    services_limits_init(&limits);
    limits.max_clients = 0;
    CHECK(services_init(&services, stack, &limits, 0) < 0);
    services_limits_init(&limits);
    limits.stuck_ms = 24 * 3600 * 1000 + 1;
    CHECK(services_init(&services, stack, &limits, 0) < 0);
    limits.stuck_ms = 0;
    limits.keep_idle_s = 32768;
    CHECK(services_init(&services, stack, &limits, 0) < 0);
    limits.keep_idle_s = 0;
    limits.idle_ms = 0;
    CHECK(services_init(&services, stack, &limits, 0) < 0);
    struct tercet_event event = {.conn = 1, .user = 5, .ready = TERCET_READABLE};
    CHECK(!services_event(pair.services, &event, sim_now(pair.sim)));
    event.user = (uint64_t)SERVICES_USER << 48 | 2ull << 32 | 77; /* a client that never was */
    CHECK(services_event(pair.services, &event, sim_now(pair.sim)));
    event.user = (uint64_t)SERVICES_USER << 48 | 1ull << 32 | 77; /* and a listener */
    event.ready = TERCET_ACCEPTABLE;
    CHECK(services_event(pair.services, &event, sim_now(pair.sim)));
    pair_close(&pair);
}
