/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include "sim/pattern.h"
#include "tap.h"

/*
 * Two hosts talk over 10 ms of path each way, with receive buffers of 4,096 octets.  Each writes
 * what it has to say as room comes and reads nothing until a given time; then it reads at once
 * whatever comes.
 */
enum { SPEECH = 20000, KEY = 99 };

#define ROUND_TRIP_NS (20 * NS_PER_MS)
#define NAGLE_NS      (100 * NS_PER_MS) /* two delayed ACKs: the last little segment waits for them */

static struct world world;

struct talker {
    struct tercet_endpoint server;
    bool is_server;
    tercet_conn listener, conn;
    uint32_t to_say, n_said;
    uint64_t wake_ns; /* listens from then on */
    uint32_t n_heard;
    uint64_t done_ns; /* has heard a whole speech */
};

static struct talker client, server;

static void talker_say(struct talker *self, struct tercet_stack *stack) {
    uint32_t left = self->to_say - self->n_said;
    unsigned char bytes[SPEECH];
    int n;

    if (left == 0) return;
    pattern_put(KEY, self->n_said, bytes, left);
    n = tercet_conn_write(stack, self->conn, bytes, left);
    if (CHECK(n >= 0)) self->n_said += (uint32_t)n;
}

static void talker_hear(struct talker *self, struct tercet_stack *stack, uint64_t now_ns) {
    struct tercet_span spans[2];
    int n;

    while ((n = tercet_conn_read(stack, self->conn, spans)) > 0) {
        for (unsigned i = 0; i < 2; i++) {
            const unsigned char *bytes = spans[i].base;

            CHECK_EQ(pattern_check(KEY, self->n_heard, bytes, spans[i].length), spans[i].length);
            self->n_heard += spans[i].length;
        }
        CHECK_EQ(tercet_conn_consume(stack, self->conn, (uint32_t)n), 0);
    }
    if (self->n_heard == SPEECH && !self->done_ns) self->done_ns = now_ns;
}

static void talker_begin(struct talker *self, struct tercet_stack *stack, uint64_t now_ns) {
    if (self->is_server && !self->listener)
        CHECK_EQ(tercet_listen(stack, &self->server, 1, 1, &self->listener), 0);
    if (!self->is_server && !self->conn)
        CHECK_EQ(tercet_connect(stack, NULL, &self->server, 2, now_ns, &self->conn), 0);
}

static uint64_t talker_run(void *user, struct tercet_stack *stack, uint64_t now_ns) {
    struct talker *self = user;
    struct tercet_event event;

    talker_begin(self, stack, now_ns);
    while (tercet_stack_next_event(stack, &event)) {
        CHECK((event.ready & TERCET_CLOSED) == 0);
        if (event.ready & TERCET_ACCEPTABLE)
            CHECK_EQ(tercet_accept(stack, self->listener, 2, &self->conn), 0);
        if (event.ready & (TERCET_ACCEPTABLE | TERCET_CONNECTED | TERCET_WRITABLE))
            talker_say(self, stack);
    }
    if (!self->conn || now_ns < self->wake_ns) return self->wake_ns;
    talker_hear(self, stack, now_ns);
    return SIM_NEVER;
}

/*
 * A new world in which the client speaks and the server listens after @wake_ns; a duplex one has
 * it both ways.
 */
static struct talker *speech_begin(bool is_v6, uint64_t wake_ns, bool is_duplex) {
    struct sim_application client_application = {talker_run, NULL, &client};
    struct sim_application server_application = {talker_run, NULL, &server};
    struct world_plan plan;

    world_plan_init(&plan, 31);
    plan.is_v6 = is_v6;
    plan.there.delay_us = plan.back.delay_us = 10000;
    plan.stack.receive_buffer_bytes = 4096;
    plan.client_application = &client_application;
    plan.server_application = &server_application;
    client = server = (struct talker){.wake_ns = plan.start_ns + wake_ns};
    client.server = server.server = world_endpoint(&plan, true, WORLD_PORT);
    server.is_server = true;
    client.to_say = SPEECH;
    server.to_say = is_duplex ? SPEECH : 0;
    world_make(&world, &plan, 0);
    return &server;
}

static void speech_run(uint64_t until_ns) {
    sim_run_until(world.sim, world.plan.start_ns + until_ns, NULL, NULL);
    if (!CHECK(!world.witness.fault && sim_check(world.sim))) world_tell(&world);
}

static void links_change(const struct sim_link_config *link) {
    CHECK(sim_link_change(world.sim, world.there, link));
    CHECK(sim_link_change(world.sim, world.back, link));
}

#define EACH_FAMILY                                                                                \
    for (unsigned is_v6 = 0; is_v6 < 2; is_v6++)                                                   \
        TEST_ROW ("%s: %s", __func__ + 5, is_v6 ? "IPv6" : "IPv4")

TEST(a_window_that_opens_is_told_at_once)
{
    EACH_FAMILY {
        const struct talker *listener = speech_begin(is_v6, 5 * NS_PER_S, false);

        speech_run(10 * NS_PER_S);
        CHECK_EQ(listener->n_heard, SPEECH);
        CHECK(listener->done_ns <= listener->wake_ns + SPEECH / 2048 * ROUND_TRIP_NS + NAGLE_NS);
        world_free(&world);
    }
}

TEST(a_window_update_that_is_lost_is_found_by_probes)
{
    EACH_FAMILY {
        const struct talker *listener = speech_begin(is_v6, 5 * NS_PER_S, false);
        struct sim_link_config dead = {.mtu = 1500, .loss_ppm = SIM_MILLION};
        struct sim_link_config alive = {.mtu = 1500, .delay_us = 10000};
        uint32_t n_heard;

        speech_run(5 * NS_PER_S - 1);
        CHECK_EQ(listener->n_heard, 0);
        CHECK(sim_link_change(world.sim, world.back, &dead));
        speech_run(6 * NS_PER_S); /* it reads, and nobody hears of it */
        n_heard = listener->n_heard;
        CHECK(n_heard >= 4096 && n_heard < SPEECH);
        CHECK(sim_link_change(world.sim, world.back, &alive));
        speech_run(60 * NS_PER_S);
        CHECK_EQ(listener->n_heard, SPEECH);
        world_free(&world);
    }
}

/*
 * A probe leaves each side while its own window is shut, and arrives where the window has opened
 * meanwhile: both octets are taken, and then each side stands one octet further than the other's
 * numbers say.
 */
TEST(two_windows_that_open_unheard_do_not_lock_each_other_out)
{
    EACH_FAMILY {
        struct sim_link_config dead = {.mtu = 1500, .loss_ppm = SIM_MILLION};
        struct sim_link_config slow = {.mtu = 1500, .delay_us = 2000000};

        speech_begin(is_v6, 5 * NS_PER_S, true);
        speech_run(2 * NS_PER_S);
        links_change(&slow); /* probes set out, each for two seconds */
        speech_run(5 * NS_PER_S - 1);
        CHECK_EQ(server.n_heard + client.n_heard, 0);
        links_change(&dead);
        speech_run(5 * NS_PER_S); /* both read, and neither hears of it */
        CHECK_EQ(client.n_heard, 4096);
        CHECK_EQ(server.n_heard, 4096);
        links_change(&slow);
        speech_run(600 * NS_PER_S);
        CHECK_EQ(server.n_heard, SPEECH);
        CHECK_EQ(client.n_heard, SPEECH);
        world_free(&world);
    }
}

TEST(a_window_that_stays_shut_for_a_day_ends_nothing)
{
    EACH_FAMILY {
        const struct talker *listener = speech_begin(is_v6, 24 * 3600 * NS_PER_S, false);

        speech_run(23 * 3600 * NS_PER_S);
        CHECK_EQ(listener->n_heard, 0);
        CHECK_EQ(world_info(&world, false).conns, 1);
        CHECK(world.witness.segments > 23 * 3600 / 120); /* probes go on, 120 s apart at most */
        CHECK(world.witness.segments < 3000);
        speech_run(25 * 3600 * NS_PER_S);
        CHECK_EQ(listener->n_heard, SPEECH);
        world_free(&world);
    }
}

TEST(an_idle_connection_holds_no_buffer)
{
    EACH_FAMILY {
        const struct talker *listener = speech_begin(is_v6, NS_PER_S, false);

        speech_run(NS_PER_S - 1);
        CHECK(world_info(&world, false).buffer_blocks >= (SPEECH - 4096) / 2048);
        CHECK(world_info(&world, true).buffer_blocks >= 2);
        speech_run(10 * NS_PER_S);
        CHECK_EQ(listener->n_heard, SPEECH);
        CHECK_EQ(world_info(&world, false).buffer_blocks, 0);
        CHECK_EQ(world_info(&world, true).buffer_blocks, 0);
        CHECK_EQ(tercet_stack_deadline(sim_stack(world.sim, world.client)), SIM_NEVER);
        CHECK_EQ(tercet_stack_deadline(sim_stack(world.sim, world.server)), SIM_NEVER);
        world_free(&world);
    }
}
