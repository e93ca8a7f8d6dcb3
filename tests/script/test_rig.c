/* SPDX-License-Identifier: BSD-2-Clause */
#include "rig_pair.h"
#include "wire/icmp.h"

#define SECOND_NS 1000000000ull

TEST(time_stands_still_but_in_pass)
{
    struct pair pair;
    struct tercet_endpoint to;
    int fd;

    pair_begin(&pair, "linux", UNIX_AF_INET, false);
    CHECK_EQ(rig_kind.now(pair.a), 0);
    fd = open_socket(&pair, pair.a);
    nonblocking(pair.a, fd);
    to = end_b(&pair, 80);
    CHECK_EQ(calls->connect(pair.a, fd, &to), -UNIX_EINPROGRESS);
    CHECK_EQ(rig_kind.now(pair.a), 0);
    CHECK(!rig_kind.pass(pair.a, SECOND_NS / 2));
    CHECK_EQ(rig_kind.now(pair.a), SECOND_NS / 2);
    pair_end(&pair);
}

TEST(a_syn_departs_at_once_and_again_after_a_second)
{
    const unsigned char *packet;
    struct tercet_endpoint to;
    struct pair pair;
    uint64_t when = 1;
    int fd;

    pair_begin(&pair, "linux", UNIX_AF_INET, false);
    fd = open_socket(&pair, pair.a);
    nonblocking(pair.a, fd);
    to = end_b(&pair, 80);
    calls->connect(pair.a, fd, &to);
    CHECK(rig_kind.next_departed(pair.a, &packet, &when) > 0);
    CHECK_EQ(when, 0);
    CHECK_EQ(rig_kind.next_departed(pair.a, &packet, &when), 0);
    CHECK(rig_kind.pass(pair.a, 10 * SECOND_NS));
    CHECK(rig_kind.next_departed(pair.a, &packet, &when) > 0);
    CHECK(when >= SECOND_NS && when < SECOND_NS + SECOND_NS / 1000);
    CHECK_EQ(when, rig_kind.now(pair.a));
    pair_end(&pair);
}

TEST(passing_to_the_end_of_time_with_nothing_to_do_ends)
{
    struct pair pair;

    pair_begin(&pair, "linux", UNIX_AF_INET, false);
    CHECK(!rig_kind.pass(pair.a, UINT64_MAX));
    CHECK_EQ(rig_kind.now(pair.a), 0);
    pair_end(&pair);
}

/* The same seed, the same octets; another seed, other ones. */
static void first_syn(uint64_t seed, unsigned char *to, uint32_t *octets) {
    const unsigned char *packet;
    struct tercet_endpoint at;
    struct pair pair;
    uint64_t when;
    int fd;

    pair_begin(&pair, "linux", UNIX_AF_INET, false);
    pair_end(&pair);
    pair.a = rig_new(&pair, 0, &pair.address_a, seed);
    fd = open_socket(&pair, pair.a);
    nonblocking(pair.a, fd);
    at = end_b(&pair, 80);
    calls->connect(pair.a, fd, &at);
    *octets = rig_kind.next_departed(pair.a, &packet, &when);
    memcpy(to, packet, *octets);
    munmap(pair.memory[0], pair.octets[0]);
}

TEST(a_seed_decides_what_chance_does)
{
    unsigned char one[128], same[128], other[128];
    uint32_t n, m, o;

    first_syn(7, one, &n);
    first_syn(7, same, &m);
    first_syn(8, other, &o);
    CHECK_EQ(n, m);
    CHECK_EQ(n, o);
    CHECK_MEM(one, same, n);
    CHECK(memcmp(one, other, n) != 0);
}

TEST(packets_to_ourselves_do_not_leave)
{
    struct tercet_endpoint at;
    struct pair pair;
    int listener, fd, child;

    pair_begin(&pair, "linux", UNIX_AF_INET, false);
    at = end_a(&pair, PAIR_PORT);
    listener = listener_of(&pair, pair.a, &at);
    fd = open_socket(&pair, pair.a);
    nonblocking(pair.a, fd);
    CHECK_EQ(calls->connect(pair.a, fd, &at), -UNIX_EINPROGRESS);
    child = calls->accept(pair.a, listener, NULL, 0);
    CHECK(child > 0);
    CHECK_EQ(send_bytes(pair.a, fd, "word", 4, 0), 4);
    CHECK_EQ(cross(pair.a, NULL), 0);
    CHECK_EQ(calls->connect(pair.a, fd, &at), 0);
    pair_end(&pair);
}

TEST(settings_reach_a_running_stack)
{
    struct tercet_endpoint to;
    struct settings settings;
    struct segment seg;
    struct ip_header ip;
    struct pair pair;
    int fd;

    pair_begin(&pair, "linux", UNIX_AF_INET, false);
    settings = pair.settings;
    settings.config.timestamps = false;
    rig_kind.configure(pair.a, &settings);
    fd = open_socket(&pair, pair.a);
    nonblocking(pair.a, fd);
    to = end_b(&pair, 80);
    calls->connect(pair.a, fd, &to);
    CHECK(take_segment(pair.a, &ip, &seg));
    CHECK(!segment_has_option(&seg, TCP_HAS_TIMESTAMPS));
    CHECK(segment_has_option(&seg, TCP_HAS_WSCALE));
    pair_end(&pair);
}

/* A request that draws an answer of the same length. */
static uint32_t build_echo(const struct pair *pair, unsigned char *packet, uint32_t data) {
    static unsigned char zeros[65536];
    struct ip_header ip = {
        .source = pair->address_b,
        .destination = pair->address_a,
        .protocol = IP_PROTOCOL_ICMP,
        .hop_limit = 64,
        .version = 4,
        .length = ICMP_HEADER_LENGTH + data,
    };
    struct icmp_message echo = {
        .type = ICMPV4_ECHO_REQUEST, .version = 4, .body = zeros, .length = data};
    uint32_t n = ip_build(packet, &ip);

    return n + icmp_build(packet + n, &ip, &echo);
}

TEST(packets_that_nobody_asks_for_are_kept_up_to_a_limit)
{
    enum { REQUESTS = 20000, DATA = 1400 };
    static unsigned char packet[65536];
    struct pair pair;
    uint32_t n;

    pair_begin(&pair, "linux", UNIX_AF_INET, false);
    n = build_echo(&pair, packet, DATA);
    for (unsigned i = 0; i < REQUESTS; i++)
        rig_kind.arrive(pair.a, packet, n);
    CHECK(rig_kind.lost(pair.a) > 0);
    CHECK_EQ(cross(pair.a, NULL) + rig_kind.lost(pair.a), REQUESTS);
    pair_end(&pair);
}
