/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/network.h"

#include "base/must.h"

/*
 * A host's turn, as the owner's loop of tercet/stack.h has it: arrive, tick what is due, let the
 * application pull events and make calls, depart until dry, and wait for the stack's deadline or
 * the time that the application asked for.
 */

/* What departed is a packet that the link can carry, complete in its octets. */
static void departure_check(struct sim *sim, uint32_t host, const struct tercet_frame *frame,
                            uint32_t link) {
    uint32_t mtu = sim_link_at(sim, link)->config.mtu;

    if (frame->length == 0) sim_fault_set(sim, "an empty frame departed", host, link, 0, 1);
    if (frame->length > mtu)
        sim_fault_set(sim, "a frame longer than the MTU departed", host, link, frame->length, mtu);
    if (frame->gso_bytes != 0)
        sim_fault_set(sim, "a frame to be cut departed, and no door cuts here", host, link,
                      frame->gso_bytes, 0);
    if (frame->checksum != TERCET_CHECKSUM_UNKNOWN)
        sim_fault_set(sim, "a frame departed without its checksum", host, link, frame->checksum,
                      TERCET_CHECKSUM_UNKNOWN);
}

static void frame_departed(struct sim *sim, uint32_t host, const struct tercet_frame *frame) {
    struct sim_host *self = sim_host_at(sim, host);
    uint32_t link = frame->door < SIM_DOORS_MAX ? self->links[frame->door] : 0;

    self->frames_out++;
    if (!link) {
        sim_fault_set(sim, "a frame departed by a door where no link begins", host, 0, frame->door,
                      SIM_DOORS_MAX);
        return;
    }
    departure_check(sim, host, frame, link);
    sim_link_enter(sim, link, frame->bytes, frame->length);
}

/* Depart until the stack is dry. */
static void host_depart(struct sim *sim, uint32_t host) {
    struct sim_host *self = sim_host_at(sim, host);
    struct tercet_frame frames[SIM_BATCH_MAX];
    uint32_t departed = 0;
    unsigned n;

    do {
        for (unsigned i = 0; i < self->batch; i++) {
            frames[i] = (struct tercet_frame){
                .bytes = sim->scratch + (size_t)i * sim->config.frame_bytes,
                .capacity = sim->config.frame_bytes,
            };
        }
        n = tercet_stack_depart(self->stack, frames, self->batch, sim->now_ns);
        for (unsigned i = 0; i < n; i++)
            frame_departed(sim, host, &frames[i]);
        departed += n;
    } while (n == self->batch && departed < SIM_DEPART_MAX);
    if (departed >= SIM_DEPART_MAX)
        sim_fault_set(sim, "frames depart without end", host, 0, departed, SIM_DEPART_MAX);
}

/* Tick what is due, let the application do its part, send all that is owed. */
static void stack_round(struct sim *sim, uint32_t host) {
    struct sim_host *self = sim_host_at(sim, host);
    uint64_t deadline_ns = tercet_stack_deadline(self->stack);

    if (deadline_ns != 0 && deadline_ns <= sim->now_ns) tercet_stack_tick(self->stack, sim->now_ns);
    if (self->application.run)
        self->wanted_ns = self->application.run(self->application.user, self->stack, sim->now_ns);
    host_depart(sim, host);
}

/*
 * The rest of a turn, once what arrived is in.  What the application and departing do may arm timers that want a tick at
 * once; after that tick the deadline must be in the future.
 */
static void stack_turn(struct sim *sim, uint32_t host) {
    struct sim_host *self = sim_host_at(sim, host);
    uint64_t deadline_ns;

    stack_round(sim, host);
    deadline_ns = tercet_stack_deadline(self->stack);
    if (deadline_ns == 0)
        sim_fault_set(sim, "something is owed after departing until dry", host, 0, 0, sim->now_ns);
    if (deadline_ns <= sim->now_ns) stack_round(sim, host);
    deadline_ns = tercet_stack_deadline(self->stack);
    if (deadline_ns <= sim->now_ns)
        sim_fault_set(sim, "the deadline is not in the future after the tick", host, 0, deadline_ns,
                      sim->now_ns);
    if (self->wanted_ns < deadline_ns) deadline_ns = self->wanted_ns;
    if (deadline_ns < sim->now_ns) deadline_ns = sim->now_ns;
    events_set(&sim->events, host, deadline_ns);
    sim_host_check(sim, host);
}

static void actor_turn(struct sim *sim, uint32_t host) {
    struct sim_host *self = sim_host_at(sim, host);

    self->wanted_ns = SIM_NEVER;
    if (self->actor.wake) self->wanted_ns = self->actor.wake(self->actor.user, sim, host);
    sim_wake(sim, host, self->wanted_ns);
}

void sim_host_wake(struct sim *sim, uint32_t host) {
    if (sim_host_at(sim, host)->stack)
        stack_turn(sim, host);
    else
        actor_turn(sim, host);
}

static struct tercet_frame frame_borrow(const struct sim *sim, uint32_t index) {
    struct sim_frame *frame = sim_frame_at(sim, index);

    return (struct tercet_frame){
        .bytes = frame->bytes,
        .length = frame->length,
        .capacity = frame->length,
        .door = sim_link_at(sim, frame->link)->to_door,
        .verdict = TERCET_VERDICT_COUNT,
    };
}

/* The verdict on a frame that came from the pool as @index. */
static void verdict_check(struct sim *sim, uint32_t host, const struct tercet_frame *frame,
                          uint32_t index) {
    const struct sim_luck *luck = &sim_frame_at(sim, index)->luck;

    if (frame->verdict >= TERCET_VERDICT_COUNT)
        sim_fault_set(sim, "a frame arrived and got no verdict", host, 0, frame->verdict,
                      TERCET_VERDICT_COUNT);
    if (luck->is_corrupted && !luck->is_wild) sim_corrupted_check(sim, host, frame->verdict);
}

static void stack_arrive(struct sim *sim, uint32_t host, struct tercet_frame *frames,
                         const uint32_t *indices, unsigned n) {
    struct sim_host *self = sim_host_at(sim, host);

    self->frames_in += n;
    tercet_stack_arrive(self->stack, frames, n, sim->now_ns);
    for (unsigned i = 0; i < n; i++)
        verdict_check(sim, host, &frames[i], indices[i]);
}

void sim_host_arrive(struct sim *sim, uint32_t host, const uint32_t *indices, unsigned n) {
    struct sim_host *self = sim_host_at(sim, host);
    struct tercet_frame frames[SIM_BATCH_MAX];

    must(n <= SIM_BATCH_MAX);
    for (unsigned i = 0; i < n; i++) {
        sim_link_arrived(sim, indices[i]);
        frames[i] = frame_borrow(sim, indices[i]);
    }
    if (self->stack) stack_arrive(sim, host, frames, indices, n);
    for (unsigned i = 0; i < n; i++) {
        if (self->actor.arrive) self->actor.arrive(self->actor.user, sim, host, &frames[i]);
        sim_frame_give(sim, indices[i]);
    }
    if (self->stack) stack_turn(sim, host);
}

/* Take the next free place for a host. */
static uint32_t host_take(struct sim *sim) {
    if (sim->n_hosts >= sim->config.max_hosts) return 0;
    return ++sim->n_hosts;
}

uint32_t sim_add_host(struct sim *sim, const struct sim_host_config *config) {
    struct random secret = random_stream(sim->config.seed, RANDOM_SECRET, sim->n_hosts + 1);
    struct tercet_config limits = *config->stack;
    struct tercet_stack *stack;
    uint32_t host;

    if (sim->n_hosts >= sim->config.max_hosts || config->batch > SIM_BATCH_MAX) return 0;
    random_fill(&secret, limits.secret, sizeof limits.secret);
    if (tercet_stack_init(config->memory, config->memory_bytes, &limits, sim->now_ns, &stack))
        return 0;
    host = host_take(sim);
    *sim_host_at(sim, host) = (struct sim_host){
        .stack = stack,
        .application = config->application,
        .batch = config->batch ? config->batch : 1,
        .limits = limits,
        .wanted_ns = SIM_NEVER,
    };
    sim_wake(sim, host, sim->now_ns);
    return host;
}

uint32_t sim_add_actor(struct sim *sim, const struct sim_actor *actor) {
    uint32_t host = host_take(sim);

    if (!host) return 0;
    *sim_host_at(sim, host) = (struct sim_host){.actor = *actor, .batch = 1};
    sim_wake(sim, host, sim->now_ns);
    return host;
}

bool sim_send(struct sim *sim, uint32_t host, uint16_t door, const void *bytes, uint32_t n) {
    struct sim_host *self = sim_host_at(sim, host);

    must(host >= 1 && host <= sim->n_hosts);
    if (door >= SIM_DOORS_MAX || !self->links[door]) return false;
    self->frames_out++;
    sim_link_enter(sim, self->links[door], bytes, n);
    return true;
}

void sim_wake(struct sim *sim, uint32_t host, uint64_t at_ns) {
    must(host >= 1 && host <= sim->n_hosts);
    if (at_ns < sim->now_ns) at_ns = sim->now_ns;
    if (at_ns < events_at(&sim->events, host)) events_set(&sim->events, host, at_ns);
}

struct tercet_stack *sim_stack(const struct sim *sim, uint32_t host) {
    must(host >= 1 && host <= sim->n_hosts);
    return sim_host_at(sim, host)->stack;
}

int sim_route_all(struct sim *sim, uint32_t host, uint16_t door) {
    static const struct tercet_address v4 =
                                           {
                                               {[10] = 0xff, [11] = 0xff}
    },
                                       v6 = {{0}};
    struct tercet_stack *stack = sim_stack(sim, host);
    uint32_t link = door < SIM_DOORS_MAX ? sim_host_at(sim, host)->links[door] : 0;
    uint32_t mtu;
    int error;

    if (!stack || !link) return TERCET_INVALID;
    mtu = sim_link_at(sim, link)->config.mtu;
    error = tercet_stack_add_route(stack, &v4, 0, door, mtu);
    if (error || mtu < 1280) return error;
    return tercet_stack_add_route(stack, &v6, 0, door, mtu);
}
