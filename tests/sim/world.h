/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_SIM_WORLD_H
#define TERCET_TESTS_SIM_WORLD_H

#include "base/instant.h"
#include "sim/digest.h"
#include "sim/sim.h"
#include "sim/transfer.h"
#include "witness.h"

/*
 * Two hosts and a path between them: what most tests of this folder need.  The client is
 * 198.18.0.1 and 2001:2::1, the server 198.18.0.2 and 2001:2::2; transfers run on them.
 */
enum { WORLD_TRANSFERS_MAX = 2048, WORLD_PORT = 7 };

struct world_plan {
    uint64_t seed;
    uint64_t start_ns;
    bool is_v6;
    unsigned batch;
    unsigned backlog;
    uint32_t max_frames;
    struct tercet_config stack;
    struct sim_link_config there, back;
    const struct sim_actor *client; /* an actor instead of the client's stack */
    const struct sim_actor *server;
    const struct sim_application *client_application; /* instead of transfers */
    const struct sim_application *server_application;
};

struct world {
    struct sim *sim;
    uint32_t client, server; /* hosts */
    uint32_t there, back;    /* links */
    struct transfers all;
    struct transfer_host client_host, server_host;
    struct transfer each[WORLD_TRANSFERS_MAX];
    struct witness witness;
    struct sim_digest digest;
    struct world_plan plan;
    void *memory[3];
    size_t memory_bytes[3];
};

/* A world for @seed: IPv4, perfect wires of MTU 1500, small pools. */
void world_plan_init(struct world_plan *plan, uint64_t seed);

/* The endpoint of the client or the server with @port; of the plan's family. */
struct tercet_endpoint world_endpoint(const struct world_plan *plan, bool is_server, uint16_t port);

/*
 * Fill in the hosts and endpoints of @n transfers of @world whose plans are there; before
 * world_make.
 */
void world_transfers(struct world *world, const struct world_plan *plan, uint32_t n);

/*
 * Build the world; @transfers of them have been filled in.  Return: false: it was refused (a
 * check has failed).
 */
bool world_make(struct world *world, const struct world_plan *plan, uint32_t transfers);

void world_free(struct world *world);

/*
 * Run until all transfers are over, an hour of a day at most.  Return: whether they are and
 * nothing was wrong.
 */
bool world_run(struct world *world);

/* Close the listeners, let 2 MSL pass and everything die away.  Return: whether nothing is left. */
bool world_settle(struct world *world);

/* Print what was wrong, if anything was. */
void world_tell(const struct world *world);

struct tercet_stack_info world_info(const struct world *world, bool is_server);

#endif
