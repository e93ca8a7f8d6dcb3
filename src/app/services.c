/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/services.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/client.h"

/*
 * How it hangs together.
 *
 * A conn's user value says whether it is a listener or a client, and its index. An event leads to
 * the client's protocol (a table of functions), which reads and writes what it can at once and
 * returns. A protocol that could go on for longer than its turn puts the client on the waiting
 * list; the deadline is then 0 and the next tick goes on. When the pool is exhausted, connections
 * stay in the stack's accept queue, and beyond it in the peers: nobody is accepted only to be
 * thrown out. Timers live in one wheel.
 */
enum { STUCK_MS_MAX = 24 * 3600 * 1000 }; /* what the stack takes for a user timeout */
enum { KEEP_IDLE_S_MAX = 32767 };         /* and for keep-alives */

/*
 * A peer may go without our hearing of it: his host has lost its power, or the reset that told of it was lost.  Nobody
 * sends it again, and a stream on which nothing is under way would wait for him for ever.  So he is asked: six times, half a
 * minute apart.
 */
enum { KEEP_INTERVAL_S = 30, KEEP_COUNT = 6 };

enum user_kind { USER_LISTENER = 1, USER_CLIENT = 2 };

static uint64_t user_of(enum user_kind kind, uint32_t index) {
    return (uint64_t)SERVICES_USER << 48 | (uint64_t)kind << 32 | index;
}

const struct service *service_of(enum services_kind kind) {
    static const struct service *const services[SERVICES_KINDS] = {
        [SERVICES_ECHO] = &echo_service,
        [SERVICES_DISCARD] = &discard_service,
        [SERVICES_CHARGEN] = &chargen_service,
        [SERVICES_HTTP] = &http_service,
    };
    return services[kind];
}

const char *services_kind_name(enum services_kind kind) {
    return kind < SERVICES_KINDS ? service_of(kind)->name : "?";
}

void services_limits_init(struct services_limits *limits) {
    *limits = (struct services_limits){
        .max_clients = 16384,
        .backlog = 1024,
        .head_ms = 10000,
        .idle_ms = 60000,
        .linger_ms = 5000,
        .stream_ms = 0,
        .stuck_ms = 0,
        .keep_idle_s = 120,
        .outbox_bytes = 16 << 20,
    };
}

static bool limits_are_valid(const struct services_limits *limits) {
    if (limits->max_clients < 1 || limits->max_clients > 0xffffff) return false;
    if (limits->backlog > 65534 || limits->stuck_ms > STUCK_MS_MAX) return false;
    if (limits->keep_idle_s > KEEP_IDLE_S_MAX) return false;
    return limits->head_ms > 0 && limits->idle_ms > 0 && limits->linger_ms > 0;
}

int services_init(struct services **services, struct tercet_stack *stack,
                  const struct services_limits *limits, uint64_t now_ns) {
    if (!limits_are_valid(limits)) return -EINVAL;
    struct services *made = calloc(1, sizeof *made);
    /* Large enough to be a mapping of its own: clients that never come cost nothing. */
    struct client *clients = calloc(limits->max_clients, sizeof(struct client));
    if (!made || !clients) {
        free(made);
        free(clients);
        return -ENOMEM;
    }
    made->stack = stack;
    made->limits = *limits;
    made->now_ns = now_ns;
    pool_init(&made->clients, clients, limits->max_clients, sizeof *clients);
    wheel_init(&made->wheel, &clients->timer, sizeof *clients, tick_of(instant_of(now_ns)));
    list_init(&made->waiting, &clients->waiting, sizeof *clients);
    *services = made;
    return 0;
}

void services_stop(struct services *services) {
    for (unsigned i = 0; i < services->n_listeners; i++) {
        if (services->listeners[i].conn)
            tercet_conn_close(services->stack, services->listeners[i].conn);
        services->listeners[i].conn = 0;
        services->listeners[i].is_waiting = false;
    }
}

void services_free(struct services *services) {
    services_stop(services);
    for (uint32_t i = 1; i <= services->clients.touched; i++) {
        struct client *client = pool_at(&services->clients, i);
        if (client->conn) client_abort(services, client);
    }
    free(services->clients.base);
    free(services);
}

int services_add(struct services *services, enum services_kind kind, uint16_t port,
                 struct files *root) {
    const struct tercet_endpoint local = {.port = port}; /* :: is both families */
    const struct service *service = service_of(kind);
    unsigned index = services->n_listeners;
    if (index == SERVICES_LISTENERS_MAX) return TERCET_FULL;

    struct listener *listener = &services->listeners[index];
    *listener = (struct listener){.kind = (uint8_t)kind, .root = root};
    int error = tercet_listen(services->stack, &local, services->limits.backlog,
                              user_of(USER_LISTENER, index), &listener->conn);
    if (error) return error;
    if (service->receive_buffer_bytes)
        tercet_conn_set_option(services->stack, listener->conn, TERCET_OPTION_RECEIVE_BUFFER,
                               service->receive_buffer_bytes);
    services->n_listeners++;
    return 0;
}

void services_set_wall(struct services *services, int64_t wall_minus_now_ns) {
    services->wall_minus_now_ns = wall_minus_now_ns;
}

/* RFC 9293 section 3.8.4. */
static void keep_alive(struct services *services, tercet_conn conn) {
    if (!services->limits.keep_idle_s) return;
    tercet_conn_set_option(services->stack, conn, TERCET_OPTION_KEEPALIVE_IDLE,
                           services->limits.keep_idle_s);
    tercet_conn_set_option(services->stack, conn, TERCET_OPTION_KEEPALIVE_INTERVAL, KEEP_INTERVAL_S);
    tercet_conn_set_option(services->stack, conn, TERCET_OPTION_KEEPALIVE_COUNT, KEEP_COUNT);
    tercet_conn_set_option(services->stack, conn, TERCET_OPTION_KEEPALIVE, 1);
}

/* Serve the connection @conn that listener @from has given. */
static void services_begin(struct services *services, unsigned from, uint32_t index,
                           tercet_conn conn) {
    struct client *client = pool_at(&services->clients, index);
    const struct listener *listener = &services->listeners[from];
    const struct service *service = service_of(listener->kind);
    memset(client, 0, sizeof *client);
    client->conn = conn;
    client->kind = listener->kind;
    client->listener = (uint8_t)from;
    services->counters.clients++;
    services->counters.accepted[listener->kind]++;
    /*
     * All that a turn writes departs together; to hold back the rest until an ACK comes would only
     * cost time.
     */
    tercet_conn_set_option(services->stack, conn, TERCET_OPTION_NODELAY, 1);
    tercet_conn_set_option(services->stack, conn, TERCET_OPTION_USER_TIMEOUT,
                           services->limits.stuck_ms);
    keep_alive(services, conn);
    if (service->begin) service->begin(services, client);
    service->serve(services, client);
}

static void services_accept(struct services *services, unsigned from) {
    if (from >= services->n_listeners || !services->listeners[from].conn) return;
    struct listener *listener = &services->listeners[from];
    listener->is_waiting = false;
    for (unsigned i = 0; i < SERVICES_ACCEPTS_A_TURN; i++) {
        uint32_t index = pool_take(&services->clients);
        if (!index) {
            services->counters.waited++;
            break;
        }
        tercet_conn conn;
        uint64_t user = user_of(USER_CLIENT, index);
        if (tercet_accept(services->stack, listener->conn, user, &conn) != 0) {
            pool_give(&services->clients, index);
            return;
        }
        services_begin(services, from, index, conn);
    }
    listener->is_waiting = true;
}

/* The client that the event is for, or NULL when it is of the past. */
static struct client *services_client(struct services *services, const struct tercet_event *event) {
    uint32_t index = (uint32_t)event->user;
    if (index == 0 || index > services->clients.touched) return NULL;
    struct client *client = pool_at(&services->clients, index);
    return client->conn == event->conn ? client : NULL;
}

bool services_event(struct services *services, const struct tercet_event *event, uint64_t now_ns) {
    enum user_kind kind = (enum user_kind)(event->user >> 32 & 0xffff);
    if (event->user >> 48 != SERVICES_USER) return false;
    services->now_ns = now_ns;
    if (kind == USER_LISTENER) {
        if (event->ready & TERCET_ACCEPTABLE) services_accept(services, (uint32_t)event->user);
        return true;
    }
    struct client *client = services_client(services, event);
    if (!client) return true;
    if (event->ready & TERCET_WRITABLE) client->is_full = false;
    if (event->ready & TERCET_CLOSED)
        client_close(services, client);
    else
        service_of(client->kind)->serve(services, client);
    return true;
}

static bool services_can_accept(const struct services *services) {
    if (services->clients.used == services->clients.limit) return false;
    for (unsigned i = 0; i < services->n_listeners; i++) {
        if (services->listeners[i].is_waiting) return true;
    }
    return false;
}

uint64_t services_deadline(const struct services *services) {
    struct tick next;
    if (services->waiting.count > 0 || services_can_accept(services)) return 0;
    if (!wheel_next(&services->wheel, &next)) return UINT64_MAX;
    return tick_instant(next, instant_of(services->now_ns)).ns;
}

static void services_expire(struct services *services) {
    struct tick now = tick_of(instant_of(services->now_ns));
    for (uint32_t index; (index = wheel_expire(&services->wheel, now)) != 0;) {
        struct client *client = pool_at(&services->clients, index);
        const struct service *service = service_of(client->kind);
        if (service->expired) {
            service->expired(services, client);
        } else {
            services->counters.timed_out++;
            client_close(services, client);
        }
    }
}

void services_tick(struct services *services, uint64_t now_ns) {
    services->now_ns = now_ns;
    services_expire(services);
    /* Only those that wait now: one that is put back has had its turn. */
    for (uint32_t n = services->waiting.count; n > 0 && services->waiting.count > 0; n--) {
        struct client *client = pool_at(&services->clients, list_pop(&services->waiting));
        client->is_waiting = false;
        service_of(client->kind)->serve(services, client);
    }
    for (unsigned i = 0; i < services->n_listeners; i++) {
        if (services->listeners[i].is_waiting) services_accept(services, i);
    }
}

const struct services_counters *services_counters(const struct services *services) {
    return &services->counters;
}
