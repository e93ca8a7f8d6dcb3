/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include "tap.h"
#include "base/checksum.h"
#include "wire/tcp.h"

/*
 * Openings and closes of which the virtual time is known.  A timer fires at the beginning of a
 * tick of 65.536 us and never early, so a chain of a few of them is late by less than a
 * millisecond.
 */
#define LATE_NS NS_PER_MS

static struct world world;

#define CHECK_TIME(got_ns, wanted_ns)                                                              \
    do {                                                                                           \
        uint64_t time_ = (got_ns), from_ = (wanted_ns);                                            \
        if (!CHECK(time_ >= from_ && time_ < from_ + LATE_NS))                                     \
            tap_note("    got %" PRIu64 " us, wanted %" PRIu64 " us", time_ / 1000, from_ / 1000); \
    } while (0)

/* An application that opens one connection, may write one octet on it, and writes down what becomes of it. */
struct opener {
    struct tercet_endpoint remote;
    uint64_t write_ns; /* when it writes one octet, SIM_NEVER for never */
    tercet_conn conn;
    bool has_written;
    uint64_t connected_ns, closed_ns;
    struct tercet_conn_info info; /* when it wrote, or at the end */
};

static uint64_t opener_run(void *user, struct tercet_stack *stack, uint64_t now_ns) {
    struct opener *self = user;
    struct tercet_event event;

    if (!self->conn)
        CHECK_EQ(tercet_connect(stack, NULL, &self->remote, 5, now_ns, &self->conn), 0);
    while (tercet_stack_next_event(stack, &event)) {
        CHECK_EQ(event.conn, self->conn);
        CHECK_EQ(event.user, 5);
        if (event.ready & TERCET_CONNECTED) self->connected_ns = now_ns;
        if (!(event.ready & TERCET_CLOSED)) continue;
        self->closed_ns = now_ns;
        CHECK_EQ(tercet_conn_info(stack, self->conn, &self->info), 0);
        CHECK_EQ(tercet_conn_close(stack, self->conn), 0);
    }
    if (self->has_written) return SIM_NEVER;
    if (now_ns < self->write_ns) return self->write_ns;
    self->has_written = true;
    CHECK_EQ(tercet_conn_write(stack, self->conn, "x", 1), 1);
    return SIM_NEVER;
}

static void opener_believe(void *user, struct sim_belief *belief) {
    const struct opener *self = user;

    belief->connects = self->conn != 0;
    belief->held = self->conn != 0 && self->closed_ns == 0;
}

/* Runs one opener against the server of @plan for at most an hour.  Return: what it saw. */
static struct opener opener_try(struct world_plan *plan, uint16_t port) {
    struct opener opener = {.remote = world_endpoint(plan, true, port), .write_ns = SIM_NEVER};
    struct sim_application application = {opener_run, opener_believe, &opener};

    plan->client_application = &application;
    if (!world_make(&world, plan, 0)) return opener;
    sim_run_until(world.sim, plan->start_ns + 3600 * NS_PER_S, NULL, NULL);
    if (!CHECK(sim_check(world.sim) && !world.witness.fault)) world_tell(&world);
    return opener;
}

#define EACH_FAMILY                                                                                \
    for (unsigned is_v6 = 0; is_v6 < 2; is_v6++)                                                   \
        TEST_ROW ("%s: %s", __func__ + 5, is_v6 ? "IPv6" : "IPv4")

TEST(an_opening_takes_one_round_trip)
{
    EACH_FAMILY {
        struct world_plan plan;
        struct opener opener;

        world_plan_init(&plan, 1);
        plan.is_v6 = is_v6;
        plan.there.delay_us = 30000;
        plan.back.delay_us = 12000;
        opener = opener_try(&plan, WORLD_PORT);
        CHECK_EQ(opener.connected_ns, plan.start_ns + 42 * NS_PER_MS);
        CHECK_EQ(opener.closed_ns, 0);
        CHECK_EQ(world.witness.syns, 2);
        CHECK_EQ(world_info(&world, false).opened_active, 1);
        CHECK_EQ(world_info(&world, true).opened_passive, 1);
        world_free(&world);
    }
}

TEST(a_closed_port_refuses_after_one_round_trip)
{
    EACH_FAMILY {
        struct world_plan plan;
        struct opener opener;

        world_plan_init(&plan, 2);
        plan.is_v6 = is_v6;
        plan.there.delay_us = plan.back.delay_us = 10000;
        opener = opener_try(&plan, WORLD_PORT + 1);
        CHECK_EQ(opener.connected_ns, 0);
        CHECK_EQ(opener.closed_ns, plan.start_ns + 20 * NS_PER_MS);
        CHECK_EQ(opener.info.reason, TERCET_REASON_REFUSED);
        CHECK(world_settle(&world));
        world_free(&world);
    }
}

TEST(a_dead_peer_times_the_opening_out_after_247_seconds)
{
    EACH_FAMILY {
        struct world_plan plan;
        struct opener opener;

        world_plan_init(&plan, 3);
        plan.is_v6 = is_v6;
        plan.there.loss_ppm = SIM_MILLION;
        opener = opener_try(&plan, WORLD_PORT);
        CHECK_EQ(opener.connected_ns, 0);
        CHECK_TIME(opener.closed_ns, plan.start_ns + 247 * NS_PER_S); /* 1+2+4+8+16+32+64+120 */
        CHECK_EQ(opener.info.reason, TERCET_REASON_TIMED_OUT);
        CHECK_EQ(world.witness.syns, 8);
        CHECK(world_settle(&world));
        world_free(&world);
    }
}

TEST(a_peer_whose_answers_are_lost_times_out_as_well_and_its_half_open_goes)
{
    EACH_FAMILY {
        struct world_plan plan;
        struct opener opener;

        world_plan_init(&plan, 4);
        plan.is_v6 = is_v6;
        plan.back.loss_ppm = SIM_MILLION;
        opener = opener_try(&plan, WORLD_PORT);
        CHECK_EQ(opener.info.reason, TERCET_REASON_TIMED_OUT);
        CHECK_TIME(opener.closed_ns, plan.start_ns + 247 * NS_PER_S);
        CHECK_EQ(world_info(&world, true).half_opens, 0);
        CHECK_EQ(world_info(&world, true).opened_passive, 0);
        CHECK(world_settle(&world));
        world_free(&world);
    }
}

/* A client that sends one SYN and falls silent, and writes down when SYN-ACKs come. */
struct half_client {
    const struct world_plan *plan;
    uint64_t came_ns[20];
    unsigned n_came;
    bool has_sent;
};

static void half_client_arrive(void *user, struct sim *sim, uint32_t host,
                               const struct tercet_frame *frame) {
    struct half_client *self = user;
    struct ip_header ip;
    struct segment seg;

    (void)host;
    CHECK_EQ(ip_parse(frame->bytes, frame->length, &ip), TERCET_TAKEN);
    CHECK_EQ(tcp_parse(&ip, false, &seg), TERCET_TAKEN);
    CHECK_EQ(seg.flags, TCP_SYN | TCP_ACK);
    CHECK_EQ(seg.ack.n, 0x01020305);
    if (CHECK(self->n_came < 20)) self->came_ns[self->n_came++] = sim_now(sim);
}

static uint64_t half_client_wake(void *user, struct sim *sim, uint32_t host) {
    struct half_client *self = user;
    struct tercet_endpoint from = world_endpoint(self->plan, false, 4321);
    struct tercet_endpoint to = world_endpoint(self->plan, true, WORLD_PORT);
    struct segment syn = {
        .seq = seq_of(0x01020304),
        .source_port = from.port,
        .destination_port = to.port,
        .wnd = 8192,
        .flags = TCP_SYN,
        .options = {.present = TCP_HAS_MSS, .mss = 1200}
    };
    struct ip_header ip = {.source = from.address,
                           .destination = to.address,
                           .length = tcp_header_length(&syn),
                           .protocol = IP_PROTOCOL_TCP,
                           .hop_limit = 64,
                           .version = self->plan->is_v6 ? 6 : 4};
    unsigned char bytes[100] = {0};
    uint32_t n = ip_build(bytes, &ip);
    uint64_t sum = ip_pseudo_sum(&ip.source, &ip.destination, IP_PROTOCOL_TCP, ip.length);

    if (self->has_sent) return SIM_NEVER;
    self->has_sent = true;
    tcp_build(bytes + n, &syn);
    tcp_checksum_put(bytes + n, checksum_add(sum, bytes + n, ip.length));
    CHECK(sim_send(sim, host, 0, bytes, n + ip.length));
    return SIM_NEVER;
}

static bool has_no_half_open(void *user) {
    const struct world *self = user;

    return world_info(self, true).half_opens == 0;
}

TEST(a_half_open_is_answered_again_and_expires_after_63_seconds)
{
    static const unsigned after_s[] = {0, 1, 3, 7, 15, 31};

    EACH_FAMILY {
        struct world_plan plan;
        struct half_client client = {.plan = &plan};
        struct sim_actor actor = {half_client_arrive, half_client_wake, &client};
        struct tercet_trace trace = {0};

        world_plan_init(&plan, 5);
        plan.is_v6 = is_v6;
        plan.client = &actor;
        plan.stack.max_traces = 8;
        world_make(&world, &plan, 0);
        sim_run_until(world.sim, plan.start_ns, NULL, NULL);
        CHECK_EQ(world_info(&world, true).half_opens, 1);
        CHECK(sim_run_until(world.sim, SIM_NEVER, has_no_half_open, &world));
        CHECK_TIME(sim_now(world.sim), plan.start_ns + 63 * NS_PER_S); /* 1+2+4+8+16+32 */
        CHECK_EQ(client.n_came, 6);
        for (unsigned i = 0; i < client.n_came && i < 6; i++)
            CHECK_TIME(client.came_ns[i], plan.start_ns + after_s[i] * NS_PER_S);
        CHECK(tercet_stack_next_trace(sim_stack(world.sim, world.server), &trace));
        CHECK_EQ(trace.state, TERCET_STATE_SYN_RECEIVED);
        CHECK_EQ(trace.reason, TERCET_REASON_TIMED_OUT);
        CHECK_EQ(trace.remote.port, 4321);
        CHECK_EQ(trace.now_ns, sim_now(world.sim));
        if (!CHECK(world_settle(&world))) world_tell(&world);
        world_free(&world);
    }
}

/* One transfer over a path of 10 ms each way.  Return: whether all went well. */
static bool transfer_try(const struct transfer_plan *transfer, bool is_v6, uint64_t seed) {
    struct world_plan plan;

    world_plan_init(&plan, seed);
    plan.is_v6 = is_v6;
    plan.there.delay_us = plan.back.delay_us = 10000;
    world.each[0] = (struct transfer){.plan = *transfer};
    world_transfers(&world, &plan, 1);
    if (world_make(&world, &plan, 1) && world_run(&world)) return true;
    world_tell(&world);
    return false;
}

TEST(both_syns_cross_and_one_connection_opens)
{
    EACH_FAMILY {
        struct transfer_plan transfer = {
            .up_bytes = 20000, .down_bytes = 30000, .is_simultaneous = true, .chunk_bytes = 1000};

        CHECK(transfer_try(&transfer, is_v6, 6));
        CHECK_EQ(world.witness.syns, 4); /* a SYN and a SYN-ACK each */
        CHECK_EQ(world.witness.resets, 0);
        for (unsigned side = 0; side < 2; side++) {
            CHECK_EQ(world_info(&world, side).opened_active, 1);
            CHECK_EQ(world_info(&world, side).opened_passive, 0);
        }
        CHECK(world_settle(&world));
        world_free(&world);
    }
}

static bool has_no_time_wait(void *user) {
    const struct world *self = user;

    return !world_info(self, false).time_waits && !world_info(self, true).time_waits;
}

/*
 * Runs the millisecond in which closed connections become TIME-WAITs, then looks at how long they
 * stay.
 */
static void time_wait_check(unsigned at_client, unsigned at_server) {
    uint64_t begun_ns;

    sim_run_until(world.sim, sim_now(world.sim) + NS_PER_S, NULL, NULL);
    CHECK_EQ(world_info(&world, false).time_waits, at_client);
    CHECK_EQ(world_info(&world, true).time_waits, at_server);
    CHECK_EQ(world_info(&world, false).conns, 0);
    CHECK_EQ(world_info(&world, true).conns, 0);
    begun_ns = sim_now(world.sim) - NS_PER_S;
    CHECK(sim_run_until(world.sim, SIM_NEVER, has_no_time_wait, &world));
    CHECK(sim_now(world.sim) >= begun_ns + 60 * NS_PER_S);                  /* 2 MSL */
    CHECK(sim_now(world.sim) < begun_ns + 60 * NS_PER_S + 100 * NS_PER_MS); /* a few flights */
    if (!CHECK(world_settle(&world))) world_tell(&world);
}

TEST(both_fins_cross_and_both_sides_wait_2_msl)
{
    EACH_FAMILY {
        struct transfer_plan transfer = {.is_simultaneous = true, .chunk_bytes = 1};

        CHECK(transfer_try(&transfer, is_v6, 7));
        CHECK_EQ(world.witness.fins, 2);
        time_wait_check(1, 1);
        world_free(&world);
    }
}

TEST(who_closes_first_waits_2_msl_and_the_other_does_not)
{
    EACH_FAMILY {
        struct transfer_plan transfer = {.up_bytes = 5000, .is_echo = true, .chunk_bytes = 1000};

        CHECK(transfer_try(&transfer, is_v6, 8));
        CHECK_EQ(world.witness.fins, 2);
        time_wait_check(1, 0);
        world_free(&world);
    }
}

TEST(a_path_that_dies_times_the_connection_out)
{
    EACH_FAMILY {
        struct sim_link_config dead = {.mtu = 1500, .loss_ppm = SIM_MILLION};
        struct world_plan plan;
        struct opener opener = {.write_ns = 2 * NS_PER_S};
        struct sim_application application = {opener_run, opener_believe, &opener};

        world_plan_init(&plan, 9);
        plan.is_v6 = is_v6;
        plan.stack.data_retries = 4;
        plan.there.delay_us = plan.back.delay_us = 10000;
        plan.client_application = &application;
        opener.remote = world_endpoint(&plan, true, WORLD_PORT);
        world_make(&world, &plan, 0);
        sim_run_until(world.sim, opener.write_ns - 1, NULL, NULL);
        CHECK(opener.connected_ns != 0);
        CHECK(sim_link_change(world.sim, world.there, &dead));
        sim_run_until(world.sim, 600 * NS_PER_S, NULL, NULL);
        CHECK_EQ(opener.info.reason, TERCET_REASON_TIMED_OUT);
        CHECK_EQ(world_info(&world, false).segments_retransmitted, 4);
        CHECK_TIME(opener.closed_ns, opener.write_ns + 6200ull * NS_PER_MS); /* 1+2+4+8+16 RTO */
        CHECK_EQ(world_info(&world, false).conns, 0);
        CHECK(!world.witness.fault && sim_check(world.sim));
        world_free(&world);
    }
}
