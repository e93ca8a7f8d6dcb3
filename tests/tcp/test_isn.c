/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Initial sequence numbers: a clock, and beside it a function of the connection that nobody outside can compute (RFC 9293
 * section 3.4.1: MUST-8, MUST-9, SHLD-1; RFC 6528).  That the SYNs carry them: conversations find our ISS by the clock
 * (conversation.h, start_find).
 */
#include "tap.h"
#include "tcp/isn.h"
#include "tcp/tcp.h"

static struct tcp host_of(uint8_t secret_begins) {
    uint8_t secret[32] = {secret_begins, 2, 3, 4, 5};
    struct tcp t = {.now = instant_of(1000000 * NS_PER_S)};

    keys_derive(&t.keys, secret);
    return t;
}

static struct tuple tuple_of(uint16_t local, uint16_t local_port, uint8_t remote,
                             uint16_t remote_port) {
    return (struct tuple){
        .remote = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 18, 0, remote}},
        .local = local,
        .local_port = local_port,
        .remote_port = remote_port,
    };
}

static uint32_t iss_of(const struct tcp *t, struct tuple tuple) {
    return isn_numbers(t, &tuple).iss.n;
}

TEST(the_clock_ticks_every_4_us_and_wraps)
{
    static const uint64_t later_us[] = {
        4, 8, 400, 1000000, 3600000000u, 4ull << 32, (4ull << 32) + 4};
    struct tuple tuple = tuple_of(0, 80, 1, 50000);
    struct tcp t = host_of(1);
    struct instant begin = t.now;
    uint32_t first = iss_of(&t, tuple);

    for (size_t i = 0; i < sizeof later_us / sizeof later_us[0]; i++) {
        t.now = instant_add_us(begin, later_us[i]);
        CHECK_EQ(iss_of(&t, tuple) - first, (uint32_t)(later_us[i] / 4));
    }
}

/* M + F: two connections stay as far apart as they are, whenever they are opened. */
TEST(each_part_of_the_connection_counts)
{
    const struct tuple tuples[] = {
        tuple_of(0, 80, 1, 50000), tuple_of(1, 80, 1, 50000), tuple_of(0, 81, 1, 50000),
        tuple_of(0, 80, 1, 50001), tuple_of(0, 50000, 1, 80), tuple_of(0, 80, 2, 50000),
    };
    enum { N = sizeof tuples / sizeof tuples[0] };
    struct tcp t = host_of(1), later = t;

    later.now = instant_add_us(t.now, 40000000);
    for (unsigned i = 0; i < N; i++) {
        CHECK_EQ(iss_of(&later, tuples[i]) - iss_of(&t, tuples[i]), 10000000);
        for (unsigned j = 0; j < i; j++)
            CHECK(iss_of(&t, tuples[i]) != iss_of(&t, tuples[j]));
    }
}

/* Where all else is the same, the secret alone decides: what one host shows tells nothing about another. */
TEST(the_secret_decides)
{
    struct tcp one = host_of(1), two = host_of(2);
    unsigned same_order = 0, differ = 0;

    for (unsigned port = 1; port < 2000; port++) {
        uint32_t first = iss_of(&one, tuple_of(0, 80, 1, (uint16_t)port));
        uint32_t second = iss_of(&two, tuple_of(0, 80, 1, (uint16_t)port));
        differ += first != second;
        same_order += (first >> 31) == (second >> 31);
    }
    CHECK_EQ(differ, 1999);
    CHECK(same_order > 850 && same_order < 1150);
}

/*
 * A client that opens from port after port learns nothing of the next: every bit of the step from one number to the
 * next is as often set as not (five standard deviations of 32,768 draws), and no step comes back.
 */
TEST(neighbours_say_nothing_about_each_other)
{
    enum { DRAWS = 32768, MARGIN = 453 };
    static uint32_t steps[DRAWS];
    struct tcp t = host_of(1);
    unsigned set[32] = {0}, again = 0;

    for (unsigned i = 0; i < DRAWS; i++) {
        steps[i] = iss_of(&t, tuple_of(0, 80, 1, (uint16_t)(i + 1))) -
                   iss_of(&t, tuple_of(0, 80, 1, (uint16_t)i));
        for (unsigned bit = 0; bit < 32; bit++)
            set[bit] += steps[i] >> bit & 1;
        again += i > 0 && steps[i] == steps[i - 1];
    }
    for (unsigned bit = 0; bit < 32; bit++)
        CHECK(set[bit] > DRAWS / 2 - MARGIN && set[bit] < DRAWS / 2 + MARGIN);
    CHECK_EQ(again, 0);
}
