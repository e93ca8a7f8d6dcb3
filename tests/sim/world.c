/* SPDX-License-Identifier: BSD-2-Clause */
#include "world.h"

#include <sys/mman.h>

#define TAP_NO_MAIN
#include "tap.h"

#define DAY_NS (24 * 3600 * NS_PER_S)

void world_plan_init(struct world_plan *plan, uint64_t seed) {
    *plan = (struct world_plan){
        .seed = seed,
        .start_ns = NS_PER_S,
        .batch = 1,
        .backlog = 64,
        .max_frames = 4096,
        .there = {.mtu = 1500},
        .back = {.mtu = 1500},
    };
    tercet_config_init(&plan->stack, sizeof plan->stack);
    plan->stack.max_conns = 64;
    plan->stack.max_half_opens = 64;
    plan->stack.max_time_waits = 64;
    plan->stack.max_listeners = 4;
    plan->stack.max_reassemblies = 64;
    plan->stack.max_replies = 64;
    plan->stack.buffer_bytes = 64u << 20;
}

static struct tercet_address address_of(bool is_v6, unsigned last) {
    struct tercet_address address = {
        {0x20, 0x01, 0x00, 0x02}
    };
    static const unsigned char v4[16] = {[10] = 0xff, [11] = 0xff, [12] = 198, [13] = 18};

    if (!is_v6) memcpy(address.octets, v4, sizeof v4);
    address.octets[15] = (unsigned char)last;
    return address;
}

struct tercet_endpoint world_endpoint(const struct world_plan *plan, bool is_server, uint16_t port) {
    return (struct tercet_endpoint){address_of(plan->is_v6, is_server ? 2 : 1), port};
}

void world_transfers(struct world *world, const struct world_plan *plan, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        struct transfer *transfer = &world->each[i];

        transfer->client_host = &world->client_host;
        transfer->server_host = &world->server_host;
        transfer->remote = world_endpoint(plan, true, WORLD_PORT);
        transfer->local = world_endpoint(plan, false, 0);
        if (transfer->plan.is_simultaneous) {
            transfer->remote.port = (uint16_t)(10000 + i);
            transfer->local.port = (uint16_t)(20000 + i);
        }
        if (transfer->start_ns == 0) transfer->start_ns = plan->start_ns;
    }
}

/* Zeroed memory that costs only what is touched. */
static void *memory_map(struct world *world, unsigned which, size_t n) {
    void *memory = mmap(NULL, n, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED) abort();
    world->memory[which] = memory;
    world->memory_bytes[which] = n;
    return memory;
}

static uint32_t host_make(struct world *world, bool is_server) {
    const struct world_plan *plan = &world->plan;
    const struct sim_actor *actor = is_server ? plan->server : plan->client;
    const struct sim_application *other = is_server ? plan->server_application
                                                    : plan->client_application;
    struct transfer_host *host = is_server ? &world->server_host : &world->client_host;
    size_t n = tercet_stack_size(&plan->stack);
    struct sim_host_config config = {.stack = &plan->stack, .batch = plan->batch};
    struct tercet_address v4 = address_of(false, is_server ? 2 : 1);
    struct tercet_address v6 = address_of(true, is_server ? 2 : 1);
    uint32_t number;

    if (actor) return sim_add_actor(world->sim, actor);
    config.application = other ? *other : transfer_application(host);
    config.memory = memory_map(world, is_server ? 2 : 1, n);
    config.memory_bytes = n;
    number = sim_add_host(world->sim, &config);
    if (!CHECK(number != 0)) return 0;
    CHECK_EQ(tercet_stack_add_address(sim_stack(world->sim, number), &v4, 24), 0);
    CHECK_EQ(tercet_stack_add_address(sim_stack(world->sim, number), &v6, 64), 0);
    return number;
}

static void world_tap(void *user, uint64_t now_ns, uint32_t link, const struct tercet_frame *frame,
                      enum sim_fate fate) {
    struct world *world = user;

    sim_digest_tap(&world->digest, now_ns, link, frame, fate);
    if (world->all.is_wild) return;
    witness_tap(&world->witness, now_ns, link, frame, fate);
}

bool world_make(struct world *world, const struct world_plan *plan, uint32_t transfers) {
    struct sim_config config = {
        .seed = plan->seed,
        .start_ns = plan->start_ns,
        .max_hosts = 2,
        .max_links = 2,
        .max_frames = plan->max_frames,
        .frame_bytes = plan->there.mtu > plan->back.mtu ? plan->there.mtu : plan->back.mtu,
    };

    world->plan = *plan;
    memset(world->memory, 0, sizeof world->memory);
    world->digest = (struct sim_digest){0};
    transfers_init(&world->all, world->each, transfers, plan->seed);
    world->all.is_wild = plan->there.corrupts_wildly || plan->back.corrupts_wildly;
    world->client_host = (struct transfer_host){.all = &world->all};
    world->server_host = (struct transfer_host){.all = &world->all, .backlog = plan->backlog};
    world->server_host.listen = world_endpoint(plan, true, WORLD_PORT);
    world->sim = sim_init(memory_map(world, 0, sim_size(&config)), &config);
    world->client = host_make(world, false);
    world->server = host_make(world, true);
    if (!CHECK(world->client && world->server)) return false;
    world->there = sim_add_link(world->sim, world->client, 0, world->server, 0, &plan->there);
    world->back = sim_add_link(world->sim, world->server, 0, world->client, 0, &plan->back);
    if (!plan->client) CHECK_EQ(sim_route_all(world->sim, world->client, 0), 0);
    if (!plan->server) CHECK_EQ(sim_route_all(world->sim, world->server, 0), 0);
    witness_init(&world->witness, world->there, world->back);
    world->witness.is_noisy = plan->there.corrupt_ppm || plan->back.corrupt_ppm;
    sim_link_tap(world->sim, 0, world_tap, world);
    return CHECK(world->there && world->back);
}

void world_free(struct world *world) {
    for (unsigned i = 0; i < 3; i++) {
        if (world->memory[i]) munmap(world->memory[i], world->memory_bytes[i]);
        world->memory[i] = NULL;
    }
}

static bool is_well(const struct world *world) {
    return !world->all.fault && !sim_fault(world->sim)->what && !world->witness.fault;
}

bool world_run(struct world *world) {
    uint64_t until_ns = world->plan.start_ns + DAY_NS;
    bool is_done = sim_run_until(world->sim, until_ns, transfers_are_done, &world->all);

    return is_done && sim_check(world->sim) && is_well(world);
}

bool world_settle(struct world *world) {
    struct tercet_stack *stack = sim_stack(world->sim, world->server);

    if (stack && transfer_listener_close(&world->server_host, stack)) return false;
    sim_wake(world->sim, world->server, 0);
    sim_run_until(world->sim, sim_now(world->sim) + DAY_NS, NULL, NULL);
    return sim_check_idle(world->sim) && is_well(world);
}

static void transfer_tell(const struct transfers *all) {
    const struct transfer *transfer = all->fault_transfer;

    tap_note("transfer: %s (got %lld, wanted %lld) at %lld ns", all->fault, (long long)all->got,
             (long long)all->wanted, (long long)all->fault_ns);
    if (!transfer) return;
    tap_note("  number %td at the %s; client wrote %lld of %lld, read %lld of %lld; "
             "server wrote %lld of %lld, read %lld of %lld",
             transfer - all->each, all->is_fault_at_server ? "server" : "client",
             (long long)transfer->client.n_written, (long long)transfer->client.to_write,
             (long long)transfer->client.n_read, (long long)transfer->client.to_read,
             (long long)transfer->server.n_written, (long long)transfer->server.to_write,
             (long long)transfer->server.n_read, (long long)transfer->server.to_read);
}

/* An end that is not over: why it may hang. */
static void end_tell(const struct world *world, uint32_t i, bool is_server) {
    const struct transfer *transfer = &world->all.each[i];
    const struct transfer_end *end = is_server ? &transfer->server : &transfer->client;
    struct tercet_stack *stack = sim_stack(world->sim, is_server ? world->server : world->client);
    struct tercet_conn_info info = {.state = TERCET_STATE_CLOSED};

    if (end->phase == TRANSFER_OVER) return;
    if (end->phase == TRANSFER_OPEN && stack) tercet_conn_info(stack, end->conn, &info);
    tap_note("  unfinished: %u %s phase %d state %s reason %s wrote %llu/%llu read %llu/%llu%s%s%s%s "
             "unsent %u unacked %u unread %u snd_wnd %u cwnd %u rto %u",
             i, is_server ? "server" : "client", (int)end->phase, tercet_state_name(info.state),
             tercet_reason_name(info.reason), (unsigned long long)end->n_written,
             (unsigned long long)end->to_write, (unsigned long long)end->n_read,
             (unsigned long long)end->to_read, end->may_write ? "" : " waits-WRITABLE",
             end->may_read ? "" : " waits-READABLE", end->has_shut ? " shut" : "",
             end->has_ended ? " ended" : "", info.unsent_bytes, info.unacked_bytes,
             info.unread_bytes, info.send_window_bytes, info.cwnd_bytes, info.rto_us);
}

void world_tell(const struct world *world) {
    const struct sim_fault *fault = sim_fault(world->sim);
    unsigned told = 0;

    if (!world->client || !world->server) return;
    tap_note("  at %llu ns, event %llu", (unsigned long long)sim_now(world->sim),
             (unsigned long long)sim_events(world->sim));
    if (world->all.fault) transfer_tell(&world->all);
    if (fault->what)
        tap_note("network: %s (host %u, link %u, got %llu, limit %llu) at %llu ns, event %llu",
                 fault->what, fault->host, fault->link, (unsigned long long)fault->got,
                 (unsigned long long)fault->limit, (unsigned long long)fault->now_ns,
                 (unsigned long long)fault->event);
    if (world->witness.fault)
        tap_note("witness: %s (link %u, got %llu, limit %llu) at %llu ns", world->witness.fault,
                 world->witness.fault_link, (unsigned long long)world->witness.got,
                 (unsigned long long)world->witness.limit,
                 (unsigned long long)world->witness.fault_ns);
    for (uint32_t i = 0; i < world->all.n && told < 10; i++) {
        if (world->each[i].client.phase == TRANSFER_OVER &&
            world->each[i].server.phase == TRANSFER_OVER)
            continue;
        end_tell(world, i, false);
        end_tell(world, i, true);
        told++;
    }
}

struct tercet_stack_info world_info(const struct world *world, bool is_server) {
    struct tercet_stack_info info = {0};
    struct tercet_stack *stack = sim_stack(world->sim, is_server ? world->server : world->client);

    if (stack) tercet_stack_info(stack, &info);
    return info;
}
