/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include "sim/pattern.h"
#include "tap.h"

/*
 * A server that reads nothing until a given time, and a client that has more to say than its
 * window takes: 10 ms of path each way, a receive buffer of 4,096 octets.
 */
enum { SPEECH = 20000, KEY = 99 };

#define ROUND_TRIP_NS (20 * NS_PER_MS)
#define NAGLE_NS      (100 * NS_PER_MS) /* two delayed ACKs: the last little segment waits for them */

static struct world world;

struct listener {
    struct tercet_endpoint local;
    tercet_conn listener, conn;
    uint64_t wake_ns; /* reads from then on */
    uint32_t n_read;
    uint64_t done_ns; /* has read all */
};

struct speaker {
    struct tercet_endpoint remote;
    tercet_conn conn;
    uint32_t n_written;
};

/* Read all that waits. */
static void listener_read(struct listener *self, struct tercet_stack *stack, uint64_t now_ns) {
    struct tercet_span spans[2];
    int n;

    while ((n = tercet_conn_read(stack, self->conn, spans)) > 0) {
        for (unsigned i = 0; i < 2; i++) {
            const unsigned char *bytes = spans[i].base;

            CHECK_EQ(pattern_check(KEY, self->n_read, bytes, spans[i].length), spans[i].length);
            self->n_read += spans[i].length;
        }
        CHECK_EQ(tercet_conn_consume(stack, self->conn, (uint32_t)n), 0);
    }
    CHECK_EQ(n, 0);
    if (self->n_read == SPEECH && !self->done_ns) self->done_ns = now_ns;
}

static uint64_t listener_run(void *user, struct tercet_stack *stack, uint64_t now_ns) {
    struct listener *self = user;
    struct tercet_event event;

    if (!self->listener) CHECK_EQ(tercet_listen(stack, &self->local, 1, 1, &self->listener), 0);
    while (tercet_stack_next_event(stack, &event)) {
        CHECK((event.ready & TERCET_CLOSED) == 0);
        if (event.user == 1) CHECK_EQ(tercet_accept(stack, self->listener, 2, &self->conn), 0);
    }
    if (!self->conn || now_ns < self->wake_ns) return self->wake_ns;
    listener_read(self, stack, now_ns);
    return SIM_NEVER;
}

static uint64_t speaker_run(void *user, struct tercet_stack *stack, uint64_t now_ns) {
    struct speaker *self = user;
    struct tercet_event event;
    unsigned char bytes[SPEECH];
    int n;

    if (!self->conn)
        CHECK_EQ(tercet_connect(stack, NULL, &self->remote, 3, now_ns, &self->conn), 0);
    while (tercet_stack_next_event(stack, &event)) {
        CHECK((event.ready & TERCET_CLOSED) == 0);
        if (!(event.ready & (TERCET_CONNECTED | TERCET_WRITABLE))) continue;
        pattern_put(KEY, self->n_written, bytes, SPEECH - self->n_written);
        n = tercet_conn_write(stack, self->conn, bytes, SPEECH - self->n_written);
        if (CHECK(n >= 0)) self->n_written += (uint32_t)n;
    }
    return SIM_NEVER;
}

/* A speech to a listener who wakes after @wake_ns, begun in a new world. */
static struct listener *speech_begin(bool is_v6, uint64_t wake_ns) {
    static struct listener listener;
    static struct speaker speaker;
    struct sim_application listens = {listener_run, NULL, &listener};
    struct sim_application speaks = {speaker_run, NULL, &speaker};
    struct world_plan plan;

    world_plan_init(&plan, 31);
    plan.is_v6 = is_v6;
    plan.there.delay_us = plan.back.delay_us = 10000;
    plan.stack.receive_buffer_bytes = 4096;
    plan.client_application = &speaks;
    plan.server_application = &listens;
    listener = (struct listener){.wake_ns = plan.start_ns + wake_ns};
    listener.local = world_endpoint(&plan, true, WORLD_PORT);
    speaker = (struct speaker){.remote = listener.local};
    world_make(&world, &plan, 0);
    return &listener;
}

static void speech_run(uint64_t until_ns) {
    sim_run_until(world.sim, world.plan.start_ns + until_ns, NULL, NULL);
    if (!CHECK(!world.witness.fault && sim_check(world.sim))) world_tell(&world);
}

#define EACH_FAMILY                                                                                \
    for (unsigned is_v6 = 0; is_v6 < 2; is_v6++)                                                   \
        TEST_ROW ("%s: %s", __func__ + 5, is_v6 ? "IPv6" : "IPv4")

TEST(a_window_that_opens_is_told_at_once)
{
    EACH_FAMILY {
        struct listener *listener = speech_begin(is_v6, 5 * NS_PER_S);

        speech_run(10 * NS_PER_S);
        CHECK_EQ(listener->n_read, SPEECH);
        CHECK(listener->done_ns <= listener->wake_ns + SPEECH / 2048 * ROUND_TRIP_NS + NAGLE_NS);
        world_free(&world);
    }
}

TEST(a_window_update_that_is_lost_is_found_by_probes)
{
    EACH_FAMILY {
        struct listener *listener = speech_begin(is_v6, 5 * NS_PER_S);
        struct sim_link_config dead = {.mtu = 1500, .loss_ppm = SIM_MILLION};
        struct sim_link_config alive = {.mtu = 1500, .delay_us = 10000};
        uint32_t n_read;

        speech_run(5 * NS_PER_S - 1);
        CHECK_EQ(listener->n_read, 0);
        CHECK(sim_link_change(world.sim, world.back, &dead));
        speech_run(6 * NS_PER_S); /* it reads, and nobody hears of it */
        n_read = listener->n_read;
        CHECK(n_read >= 4096 && n_read < SPEECH);
        CHECK(sim_link_change(world.sim, world.back, &alive));
        speech_run(60 * NS_PER_S);
        CHECK_EQ(listener->n_read, SPEECH);
        world_free(&world);
    }
}

TEST(a_window_that_stays_shut_for_a_day_ends_nothing)
{
    EACH_FAMILY {
        struct listener *listener = speech_begin(is_v6, 24 * 3600 * NS_PER_S);

        speech_run(23 * 3600 * NS_PER_S);
        CHECK_EQ(listener->n_read, 0);
        CHECK_EQ(world_info(&world, false).conns, 1);
        CHECK(world.witness.segments > 23 * 3600 / 120); /* probes go on, 120 s apart at most */
        CHECK(world.witness.segments < 3000);
        speech_run(25 * 3600 * NS_PER_S);
        CHECK_EQ(listener->n_read, SPEECH);
        world_free(&world);
    }
}

TEST(an_idle_connection_holds_no_buffer)
{
    EACH_FAMILY {
        struct listener *listener = speech_begin(is_v6, NS_PER_S);

        speech_run(NS_PER_S - 1);
        CHECK(world_info(&world, false).buffer_blocks >= (SPEECH - 4096) / 2048);
        CHECK(world_info(&world, true).buffer_blocks >= 2);
        speech_run(10 * NS_PER_S);
        CHECK_EQ(listener->n_read, SPEECH);
        CHECK_EQ(world_info(&world, false).buffer_blocks, 0);
        CHECK_EQ(world_info(&world, true).buffer_blocks, 0);
        CHECK_EQ(tercet_stack_deadline(sim_stack(world.sim, world.client)), SIM_NEVER);
        CHECK_EQ(tercet_stack_deadline(sim_stack(world.sim, world.server)), SIM_NEVER);
        world_free(&world);
    }
}
