/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/transfer.h"

#include <string.h>

#include "sim/transfer_end.h"

/*
 * Connections know their end by the user value: 2 x number + 1 at the client, + 2 at the server,
 * so that 0 stays free for what has just been accepted.  An accepted connection is matched with
 * its transfer by the client's endpoint.
 */
#define LISTENER_USER UINT64_MAX

static void end_init(struct transfer_end *self, uint64_t seed, uint64_t index, uint32_t linger_ppm) {
    *self = (struct transfer_end){.phase = TRANSFER_WAITS};
    self->writer = random_stream(seed, RANDOM_WRITER, index);
    self->reader = random_stream(seed, RANDOM_READER, index);
    self->quitter = random_stream(seed, RANDOM_QUITTER, index);
    self->lingers = random_is_hit(&self->reader, linger_ppm);
}

static void transfer_init(struct transfer *transfer, uint64_t seed, uint32_t index) {
    const struct transfer_plan *plan = &transfer->plan;
    struct transfer_end *client = &transfer->client, *server = &transfer->server;
    struct random keys = random_stream(seed, RANDOM_WRITER, UINT64_MAX - index);

    end_init(client, seed, 2ull * index, plan->linger_ppm);
    end_init(server, seed, 2ull * index + 1, plan->linger_ppm);
    client->write_key = server->read_key = random_u64(&keys);
    client->read_key = server->write_key = plan->is_echo ? client->write_key : random_u64(&keys);
    client->to_write = server->to_read = plan->up_bytes;
    client->to_read = server->to_write = plan->is_echo ? plan->up_bytes : plan->down_bytes;
}

void transfers_init(struct transfers *all, struct transfer *each, uint32_t n, uint64_t seed) {
    *all = (struct transfers){.each = each, .n = n};
    for (uint32_t i = 0; i < n; i++)
        transfer_init(&each[i], seed, i);
}

bool transfers_are_done(void *user) {
    const struct transfers *all = user;

    return all->fault || all->ends_over == 2 * all->n;
}

/* A turn for one end of @transfer. */
static struct end_turn turn_of(struct transfer_host *host, struct transfer *transfer,
                               bool is_server, struct tercet_stack *stack, uint64_t now_ns) {
    return (struct end_turn){
        .host = host,
        .transfer = transfer,
        .self = is_server ? &transfer->server : &transfer->client,
        .is_server = is_server,
        .stack = stack,
        .now_ns = now_ns,
    };
}

static uint64_t user_of(const struct end_turn *turn) {
    return 2 * (uint64_t)(turn->transfer - turn->host->all->each) + 1 + turn->is_server;
}

/* What the stack says of a connection that this end holds is what the end knows. */
static void end_check(const struct end_turn *turn) {
    const struct transfer_end *self = turn->self;
    struct tercet_conn_info info;
    uint64_t waiting;

    if (self->phase != TRANSFER_OPEN) return;
    if (tercet_conn_info(turn->stack, self->conn, &info)) {
        end_fault(turn, "a connection is gone that was not given back", self->conn, 0);
        return;
    }
    waiting = (uint64_t)info.unsent_bytes + info.unacked_bytes;
    if (info.user != user_of(turn))
        end_fault(turn, "a connection has another's user value", info.user, user_of(turn));
    if (waiting > self->n_written + 2) /* SYN and FIN count */
        end_fault(turn, "more is to be sent than was written", waiting, self->n_written);
}

static void end_go(const struct end_turn *turn) {
    uint64_t wake_ns;

    if (turn->self->phase != TRANSFER_OPEN || turn->host->all->fault) return;
    end_run(turn);
    end_check(turn);
    wake_ns = end_wake_ns(turn);
    if (wake_ns < turn->host->wake_ns) turn->host->wake_ns = wake_ns;
}

static void end_connect(const struct end_turn *turn) {
    const struct transfer *transfer = turn->transfer;
    const struct tercet_endpoint *local = turn->is_server ? &transfer->remote : &transfer->local;
    const struct tercet_endpoint *remote = turn->is_server ? &transfer->local : &transfer->remote;
    struct tercet_conn_info info;
    tercet_conn conn;
    int error = tercet_connect(turn->stack, local, remote, user_of(turn), turn->now_ns, &conn);

    if (error) {
        end_fault(turn, "a connect was refused", (uint64_t)error, 0);
        return;
    }
    turn->host->connects++;
    end_open(turn, conn, transfer->plan.is_early);
    error = tercet_conn_info(turn->stack, conn, &info);
    if (error) end_fault(turn, "no information on a new connection", (uint64_t)error, 0);
    turn->self->local = info.local;
}

/* Start the end if its time has come, or let it go on after a pause. */
static void end_visit(const struct end_turn *turn) {
    bool connects = !turn->is_server || turn->transfer->plan.is_simultaneous;
    uint64_t start_ns = turn->transfer->start_ns;

    if (turn->host->all->is_called_off) {
        if (turn->self->phase == TRANSFER_OPEN) end_quit(turn, true);
        return;
    }
    if (turn->self->phase == TRANSFER_WAITS && connects) {
        if (start_ns <= turn->now_ns)
            end_connect(turn);
        else if (start_ns < turn->host->wake_ns)
            turn->host->wake_ns = start_ns;
    }
    end_go(turn);
}

static void ends_visit(struct transfer_host *host, struct tercet_stack *stack, uint64_t now_ns) {
    host->wake_ns = SIM_NEVER;
    for (uint32_t i = 0; i < host->all->n && !host->all->fault; i++) {
        struct transfer *transfer = &host->all->each[i];

        for (unsigned is_server = 0; is_server < 2; is_server++) {
            struct end_turn turn = turn_of(host, transfer, is_server, stack, now_ns);

            if (host == (is_server ? transfer->server_host : transfer->client_host))
                end_visit(&turn);
        }
    }
}

static bool is_same_endpoint(const struct tercet_endpoint *a, const struct tercet_endpoint *b) {
    return a->port == b->port && memcmp(&a->address, &b->address, sizeof a->address) == 0;
}

/* The transfer whose client is at @remote and whose server has not been accepted yet. */
static struct transfer *transfer_find(struct transfer_host *host,
                                      const struct tercet_endpoint *remote) {
    for (uint32_t i = 0; i < host->all->n; i++) {
        struct transfer *transfer = &host->all->each[i];

        if (transfer->server_host != host || transfer->server.phase != TRANSFER_WAITS) continue;
        if (is_same_endpoint(&transfer->client.local, remote)) return transfer;
    }
    return NULL;
}

static void host_fault(struct transfer_host *host, const char *what, int got, uint64_t now_ns) {
    struct end_turn turn = {.host = host, .now_ns = now_ns};

    end_fault(&turn, what, (uint64_t)got, 0);
}

/* Accept one connection.  Return: whether there may be another. */
static bool host_accept(struct transfer_host *host, struct tercet_stack *stack, uint64_t now_ns) {
    struct transfer *transfer;
    struct tercet_conn_info info;
    struct end_turn turn;
    tercet_conn conn;
    int error = tercet_accept(stack, host->listener, 0, &conn);

    if (error == TERCET_NOT_YET) return false;
    if (!error) error = tercet_conn_info(stack, conn, &info);
    transfer = error ? NULL : transfer_find(host, &info.remote);
    if (!transfer && !error && host->all->is_wild) {
        host->aborts++;
        return tercet_conn_abort(stack, conn) == 0;
    }
    if (!transfer) {
        host_fault(host, "an accepted connection that nobody has opened", error, now_ns);
        return false;
    }
    turn = turn_of(host, transfer, true, stack, now_ns);
    error = tercet_conn_set_user(stack, conn, user_of(&turn));
    if (error) end_fault(&turn, "a user value was refused", (uint64_t)error, 0);
    end_open(&turn, conn, true);
    end_go(&turn);
    return true;
}

static void event_take(struct transfer_host *host, struct tercet_stack *stack,
                       const struct tercet_event *event, uint64_t now_ns) {
    struct transfers *all = host->all;
    struct end_turn turn;

    if (event->user == LISTENER_USER) {
        while (host_accept(host, stack, now_ns)) {}
        return;
    }
    if (event->user < 1 || event->user > 2ull * all->n) {
        host_fault(host, "an event with a user value that nobody gave", (int)event->ready, now_ns);
        return;
    }
    turn = turn_of(host, &all->each[(event->user - 1) / 2], (event->user - 1) % 2, stack, now_ns);
    if (event->conn != turn.self->conn)
        end_fault(&turn, "an event for another connection", event->conn, turn.self->conn);
    end_hear(&turn, event->ready);
    end_go(&turn);
}

static uint64_t host_run(void *user, struct tercet_stack *stack, uint64_t now_ns) {
    struct transfer_host *host = user;
    struct tercet_event event;
    int error = 0;

    if (host->all->fault) return SIM_NEVER;
    if (host->listen.port && !host->listener)
        error = tercet_listen(stack, &host->listen, host->backlog, LISTENER_USER, &host->listener);
    if (error) host_fault(host, "a listen was refused", error, now_ns);
    while (!host->all->fault && tercet_stack_next_event(stack, &event))
        event_take(host, stack, &event, now_ns);
    if (host->wake_ns <= now_ns) ends_visit(host, stack, now_ns);
    return host->wake_ns;
}

static void host_believe(void *user, struct sim_belief *belief) {
    const struct transfer_host *host = user;

    belief->held = host->held;
    belief->listeners = host->listener != 0;
    belief->connects = host->connects;
    belief->aborts = host->aborts;
}

struct sim_application transfer_application(struct transfer_host *host) {
    return (struct sim_application){.run = host_run, .believe = host_believe, .user = host};
}

void transfers_call_off(struct transfers *all) {
    all->is_called_off = true;
    for (uint32_t i = 0; i < all->n; i++)
        all->each[i].client_host->wake_ns = all->each[i].server_host->wake_ns = 0;
}

int transfer_listener_close(struct transfer_host *host, struct tercet_stack *stack) {
    int error = host->listener ? tercet_conn_close(stack, host->listener) : 0;

    host->listener = 0;
    host->listen.port = 0;
    return error;
}
