/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#define TAP_NO_MAIN
#include "pair.h"

#include <strings.h>
#include <sys/mman.h>

#include "base/instant.h"
#include "tap.h"

static const struct tercet_address client_v4 = {
    {[10] = 0xff, [11] = 0xff, 198, 18, 0, 1}
};
static const struct tercet_address server_v4 = {
    {[10] = 0xff, [11] = 0xff, 198, 18, 0, 2}
};
static const struct tercet_address client_v6 = {
    {0x20, 1, 0, 2, [15] = 1}
};
static const struct tercet_address server_v6 = {
    {0x20, 1, 0, 2, [15] = 2}
};

void pair_plan_init(struct pair_plan *plan) {
    *plan = (struct pair_plan){.delay_us = 100};
    services_limits_init(&plan->limits);
}

/* Large and sparse, as a stack wants it. */
static void *pair_map(struct pair *pair, unsigned which, size_t n) {
    void *at = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                    -1, 0);
    pair->memory[which] = at;
    pair->memory_bytes[which] = n;
    return at == MAP_FAILED ? NULL : at;
}

static void visitor_end(struct pair *pair, struct visitor *visitor, bool is_over) {
    if (visitor->over_ns == 0) visitor->over_ns = sim_now(pair->sim);
    if (is_over)
        visitor->is_over = true;
    else
        visitor->has_ended = true;
}

static void visitor_keep(struct visitor *visitor, const void *bytes, size_t n) {
    size_t room = visitor->n_heard < visitor->keeps ? visitor->keeps - visitor->n_heard : 0;
    size_t kept = n < room ? n : room;
    if (kept > 0) {
        visitor->heard = realloc(visitor->heard, visitor->n_heard + kept + 1);
        memcpy(visitor->heard + visitor->n_heard, bytes, kept);
        visitor->heard[visitor->n_heard + kept] = 0;
    }
    visitor->n_heard += n;
}

static void visitor_hear(struct pair *pair, struct visitor *visitor, struct tercet_stack *stack) {
    struct tercet_span spans[2];
    int n;
    if (visitor->is_deaf || !visitor->conn) return;
    while ((n = tercet_conn_read(stack, visitor->conn, spans)) > 0) {
        for (unsigned i = 0; i < 2; i++)
            visitor_keep(visitor, spans[i].base, spans[i].length);
        tercet_conn_consume(stack, visitor->conn, (uint32_t)n);
    }
    if (n == TERCET_END) visitor_end(pair, visitor, false);
}

static void visitor_speak(struct visitor *visitor, struct tercet_stack *stack) {
    while (visitor->n_say > 0) {
        uint32_t n = visitor->n_say < 65536 ? (uint32_t)visitor->n_say : 65536;
        int taken = tercet_conn_write(stack, visitor->conn, visitor->say, n);
        if (taken <= 0) return;
        visitor->n_say -= (size_t)taken;
        memmove(visitor->say, visitor->say + taken, visitor->n_say);
    }
    if (visitor->shuts_down) tercet_conn_shutdown(stack, visitor->conn);
    visitor->shuts_down = false;
}

static void visitor_go_on(struct pair *pair, struct visitor *visitor, struct tercet_stack *stack,
                          uint32_t ready) {
    struct tercet_conn_info info;
    if (!visitor->conn || visitor->is_over) return;
    if (ready & TERCET_CONNECTED) visitor->is_open = true;
    visitor_hear(pair, visitor, stack);
    visitor_speak(visitor, stack);
    if (!(ready & TERCET_CLOSED)) return;
    if (tercet_conn_info(stack, visitor->conn, &info) == 0) visitor->reason = info.reason;
    visitor_end(pair, visitor, true);
    tercet_conn_close(stack, visitor->conn);
    visitor->conn = 0;
}

/* The visitors' turn: those that events are for, and those that the test has touched. */
static uint64_t client_run(void *user, struct tercet_stack *stack, uint64_t now_ns) {
    struct pair *pair = user;
    struct tercet_event event;
    (void)now_ns;
    while (tercet_stack_next_event(stack, &event)) {
        if (event.user < pair->n_visitors)
            visitor_go_on(pair, &pair->visitors[event.user], stack, event.ready);
    }
    return SIM_NEVER;
}

static uint64_t server_run(void *user, struct tercet_stack *stack, uint64_t now_ns) {
    struct pair *pair = user;
    struct tercet_event event;
    if (!pair->services) return SIM_NEVER;
    while (tercet_stack_next_event(stack, &event)) {
        if (!services_event(pair->services, &event, now_ns)) pair->strangers++;
    }
    if (services_deadline(pair->services) <= now_ns) services_tick(pair->services, now_ns);
    if (services_counters(pair->services)->clients > pair->most_clients)
        pair->most_clients = services_counters(pair->services)->clients;
    uint64_t deadline = services_deadline(pair->services);
    return deadline == UINT64_MAX ? SIM_NEVER : deadline > now_ns ? deadline : now_ns;
}

static uint32_t pair_add_host(struct pair *pair, bool is_server) {
    struct tercet_config config;
    tercet_config_init(&config, sizeof config);
    config.max_conns = config.max_half_opens = config.max_time_waits = 8192;
    config.buffer_bytes = 128 << 20;
    config.msl_ms = 1000;
    if (is_server && pair->plan.send_buffer_bytes)
        config.send_buffer_bytes = pair->plan.send_buffer_bytes;
    memset(config.secret, 1 + is_server, sizeof config.secret);

    size_t n = tercet_stack_size(&config);
    struct sim_host_config host = {
        .stack = &config,
        .memory = pair_map(pair, 1 + is_server, n),
        .memory_bytes = n,
        .batch = SIM_BATCH_MAX,
        .application = {.run = is_server ? server_run : client_run, .user = pair},
    };
    uint32_t number = sim_add_host(pair->sim, &host);
    if (!CHECK(number != 0)) exit(1);
    struct tercet_stack *stack = sim_stack(pair->sim, number);
    CHECK_EQ(tercet_stack_add_address(stack, is_server ? &server_v4 : &client_v4, 24), 0);
    CHECK_EQ(tercet_stack_add_address(stack, is_server ? &server_v6 : &client_v6, 64), 0);
    return number;
}

void pair_open(struct pair *pair, const struct pair_plan *plan) {
    struct sim_config config = {.seed = 3,
                                .start_ns = NS_PER_S,
                                .max_hosts = 2,
                                .max_links = 2,
                                .max_frames = 16384,
                                .frame_bytes = 1500};
    *pair = (struct pair){.client = 0};
    if (plan)
        pair->plan = *plan;
    else
        pair_plan_init(&pair->plan);
    pair->visitors = calloc(PAIR_VISITORS_MAX, sizeof *pair->visitors);
    pair->sim = sim_init(pair_map(pair, 0, sim_size(&config)), &config);
    if (!CHECK(pair->sim != NULL)) exit(1);
    pair->client = pair_add_host(pair, false);
    pair->server = pair_add_host(pair, true);
    struct sim_link_config link = {
        .mtu = 1500, .delay_us = pair->plan.delay_us, .loss_ppm = pair->plan.loss_ppm};
    pair->link = sim_join(pair->sim, pair->client, pair->server, &link);
    CHECK(pair->link != 0);
    CHECK_EQ(services_init(&pair->services, sim_stack(pair->sim, pair->server), &pair->plan.limits,
                           sim_now(pair->sim)),
             0);
}

static void pair_check(const struct pair *pair) {
    const struct sim_fault *fault = sim_fault(pair->sim);
    CHECK(fault->what == NULL);
    if (fault->what) tap_note("host %u: %s", fault->host, fault->what);
    CHECK_EQ(pair->strangers, 0);
}

void pair_close(struct pair *pair) {
    pair_check(pair);
    if (pair->services) services_free(pair->services);
    for (unsigned i = 0; i < pair->n_visitors; i++) {
        free(pair->visitors[i].say);
        free(pair->visitors[i].heard);
    }
    free(pair->visitors);
    for (unsigned i = 0; i < 3; i++)
        munmap(pair->memory[i], pair->memory_bytes[i]);
}

void pair_settle(struct pair *pair) {
    services_stop(pair->services);
    sim_wake(pair->sim, pair->server, sim_now(pair->sim));
    for (unsigned i = 0; i < pair->n_visitors; i++) {
        struct visitor *visitor = &pair->visitors[i];
        if (visitor->conn) tercet_conn_close(sim_stack(pair->sim, pair->client), visitor->conn);
        visitor->conn = 0;
    }
    sim_wake(pair->sim, pair->client, sim_now(pair->sim));
    pair_run_ms(pair, 600000);
    CHECK_EQ(services_counters(pair->services)->clients, 0);
    CHECK(sim_check_idle(pair->sim));
    pair_check(pair);
}

struct visitor *pair_visit(struct pair *pair, uint16_t port) {
    struct visitor *visitor = &pair->visitors[pair->n_visitors];
    struct tercet_endpoint remote = {.address = pair->plan.is_v6 ? server_v6 : server_v4,
                                     .port = port};
    struct tercet_stack *stack = sim_stack(pair->sim, pair->client);
    if (!CHECK(pair->n_visitors < PAIR_VISITORS_MAX)) exit(1);
    *visitor = (struct visitor){.keeps = 64 << 20};
    CHECK_EQ(
        tercet_connect(stack, NULL, &remote, pair->n_visitors, sim_now(pair->sim), &visitor->conn),
        0);
    tercet_conn_set_option(stack, visitor->conn, TERCET_OPTION_NODELAY, 1);
    pair->n_visitors++;
    sim_wake(pair->sim, pair->client, sim_now(pair->sim));
    return visitor;
}

/* A call on the stack between turns has been made: let what it caused depart. */
static void visitor_touch(struct pair *pair, struct visitor *visitor) {
    visitor_go_on(pair, visitor, sim_stack(pair->sim, pair->client), 0);
    sim_wake(pair->sim, pair->client, sim_now(pair->sim));
}

void visitor_say(struct pair *pair, struct visitor *visitor, const void *bytes, size_t n) {
    visitor->say = realloc(visitor->say, visitor->n_say + n + 1);
    memcpy(visitor->say + visitor->n_say, bytes, n);
    visitor->n_say += n;
    visitor_touch(pair, visitor);
}

void visitor_say_text(struct pair *pair, struct visitor *visitor, const char *text) {
    visitor_say(pair, visitor, text, strlen(text));
}

void visitor_shut_down(struct pair *pair, struct visitor *visitor) {
    visitor->shuts_down = true;
    visitor_touch(pair, visitor);
}

void visitor_abort(struct pair *pair, struct visitor *visitor) {
    tercet_conn_abort(sim_stack(pair->sim, pair->client), visitor->conn);
    visitor->conn = 0;
    visitor_end(pair, visitor, true);
    sim_wake(pair->sim, pair->client, sim_now(pair->sim));
}

void visitor_set_deaf(struct pair *pair, struct visitor *visitor, bool is_deaf) {
    visitor->is_deaf = is_deaf;
    visitor_touch(pair, visitor);
}

void pair_run_ms(struct pair *pair, uint64_t ms) {
    sim_run_until(pair->sim, sim_now(pair->sim) + ms * NS_PER_MS, NULL, NULL);
}

static bool has_visitor_ended(void *user) {
    const struct visitor *visitor = user;
    return visitor->has_ended || visitor->is_over;
}

bool pair_run_to_end(struct pair *pair, struct visitor *visitor, uint64_t ms) {
    return sim_run_until(pair->sim, sim_now(pair->sim) + ms * NS_PER_MS, has_visitor_ended, visitor);
}

uint64_t pair_now_ms(const struct pair *pair) {
    return sim_now(pair->sim) / NS_PER_MS;
}

size_t response_read(struct response *response, const char *bytes, size_t n, bool is_head) {
    *response = (struct response){.head = bytes};
    const char *end = n > 0 ? memmem(bytes, n, "\r\n\r\n", 4) : NULL;
    if (!end || n < 12 || memcmp(bytes, "HTTP/1.1 ", 9) != 0) return 0;
    response->n_head = (size_t)(end - bytes) + 4;
    response->status = (unsigned)strtoul(bytes + 9, NULL, 10);
    response->body = bytes + response->n_head;
    const char *length = response_field(response, "Content-Length");
    if (length && !is_head) response->n_body = strtoul(length, NULL, 10);
    return response->n_head + response->n_body <= n ? response->n_head + response->n_body : 0;
}

const char *response_field(const struct response *response, const char *name) {
    static char value[4096];
    const char *end = response->head + response->n_head - 2;
    size_t n = strlen(name);
    for (const char *line = response->head; line < end;
         line = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1) {
        if ((size_t)(end - line) <= n + 2 || strncasecmp(line, name, n) != 0 || line[n] != ':')
            continue;
        const char *at = line + n + 2;
        size_t length = (size_t)((const char *)memchr(at, '\r', (size_t)(end + 2 - at)) - at);
        if (length >= sizeof value) return NULL;
        memcpy(value, at, length);
        value[length] = 0;
        return value;
    }
    return NULL;
}
