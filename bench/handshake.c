/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SYN, SYN-ACK, ACK and RST between two stacks in memory: no system calls, all checksums made and
 * verified.
 */
#include <string.h>

#include "bench.h"
#include "host.h"

#define PORT   80
#define ROUNDS 20000
#define IDLE   1000000u
#define NETS   64 /* client networks that the idle connections come from: 15,625 each */

static struct host client, server;
static uint64_t now_ns = 1000000000;

static struct tercet_endpoint server_at(bool is_v6) {
    return (struct tercet_endpoint){host_address(is_v6, 0, 2), PORT};
}

static void open_hosts(uint32_t conns, bool is_v6) {
    struct tercet_config config = host_config(conns, 4096, 4096);
    struct tercet_endpoint at = server_at(is_v6);
    tercet_conn listener;

    host_make(&client, &config, 1, now_ns);
    host_make(&server, &config, 2, now_ns);
    if (tercet_listen(server.stack, &at, 1024, 0, &listener) != 0) bench_fail("cannot listen");
}

/* Let frames go back and forth until neither side has any. */
static void settle(void) {
    while (host_carry(&client, &server, now_ns) + host_carry(&server, &client, now_ns))
        now_ns += 1000;
}

/* Accept all that wait; with @close, give back those that have ended. */
static void serve(void) {
    struct tercet_event event;
    tercet_conn conn;

    while (tercet_stack_next_event(server.stack, &event)) {
        if (event.ready & TERCET_ACCEPTABLE) {
            while (tercet_accept(server.stack, event.conn, 0, &conn) == 0)
                ;
        }
        if (event.ready & TERCET_CLOSED) tercet_conn_close(server.stack, event.conn);
    }
}

/* Connect @n at once, and reset each as soon as it is connected. */
static void round_of_resets(unsigned n, bool is_v6) {
    struct tercet_endpoint remote = server_at(is_v6);
    struct tercet_event event;
    tercet_conn conn;

    for (unsigned i = 0; i < n; i++) {
        if (tercet_connect(client.stack, NULL, &remote, 0, now_ns, &conn) != 0)
            bench_fail("cannot connect");
    }
    host_carry(&client, &server, now_ns);
    host_carry(&server, &client, now_ns);
    host_carry(&client, &server, now_ns);
    serve();
    while (tercet_stack_next_event(client.stack, &event)) {
        if (event.ready & TERCET_CONNECTED) tercet_conn_abort(client.stack, event.conn);
    }
    host_carry(&client, &server, now_ns);
    serve();
    now_ns += 20000;
}

static double measure(bool is_v6) {
    struct tercet_stack_info before, after;
    uint64_t start, end;

    for (unsigned i = 0; i < ROUNDS / 10; i++)
        round_of_resets(HOST_BATCH, is_v6);
    tercet_stack_info(server.stack, &before);
    start = bench_cpu_ns();
    for (unsigned i = 0; i < ROUNDS; i++)
        round_of_resets(HOST_BATCH, is_v6);
    end = bench_cpu_ns();
    tercet_stack_info(server.stack, &after);
    if (after.opened_passive - before.opened_passive != ROUNDS * HOST_BATCH ||
        after.conns != before.conns)
        bench_fail("a handshake went wrong");
    return (double)(end - start) / (ROUNDS * HOST_BATCH);
}

double handshake_rst(void) {
    open_hosts(4096, false);
    return measure(false);
}

double handshake_rst_v6(void) {
    open_hosts(4096, true);
    return measure(true);
}

/* One connection that stays, from 198.18.@net.1. */
static void open_idle(uint16_t net, uint16_t port) {
    struct tercet_endpoint local = {host_address(false, net, 1), port}, remote = server_at(false);
    tercet_conn conn;

    if (tercet_connect(client.stack, &local, &remote, 0, now_ns, &conn) != 0)
        bench_fail("cannot connect an idle one");
}

double handshake_rst_idle_1m(void) {
    struct tercet_event event;

    open_hosts(IDLE + 4096, false);
    for (uint16_t net = 1; net <= NETS; net++) {
        struct tercet_address own = host_address(false, net, 1);

        if (tercet_stack_add_address(client.stack, &own, 32) != 0) bench_fail("no address");
    }
    for (uint32_t i = 0; i < IDLE; i++) {
        open_idle((uint16_t)(1 + i % NETS), (uint16_t)(1024 + i / NETS));
        if (i % HOST_BATCH != HOST_BATCH - 1) continue;
        settle();
        serve();
        while (tercet_stack_next_event(client.stack, &event))
            ;
    }
    return measure(false);
}
