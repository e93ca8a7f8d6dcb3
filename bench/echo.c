/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole connection between two stacks in memory: handshake, 100 octets there and back, both FINs;
 * the client closes first.  Seven segments, all checksums made and verified, no system calls.  The
 * client's TIME-WAITs are not waited for: their table is full and the oldest goes for each new one.
 */
#include <string.h>

#include "bench.h"
#include "host.h"

#define PORT       7
#define ROUNDS     10000
#define TIME_WAITS 4096
#define OCTETS     100

static struct host client, server;
static uint64_t now_ns = 1000000000;
static unsigned n_echoed;
static unsigned char question[OCTETS], answer[OCTETS];

static void open_hosts(void) {
    struct tercet_config config = host_config(4096, 4096, TIME_WAITS);
    struct tercet_endpoint at = {host_address(false, 0, 2), PORT};
    tercet_conn listener;

    for (unsigned i = 0; i < OCTETS; i++)
        question[i] = (unsigned char)i;
    host_make(&client, &config, 1, now_ns);
    host_make(&server, &config, 2, now_ns);
    if (tercet_listen(server.stack, &at, 1024, 0, &listener) != 0) bench_fail("cannot listen");
}

/* Take what has come into @answer.  Return: how many octets, or an error of tercet_conn_read. */
static int take(struct host *host, tercet_conn conn) {
    struct tercet_span spans[2];
    int n = tercet_conn_read(host->stack, conn, spans);

    if (n <= 0) return n;
    if (n != OCTETS) bench_fail("an answer came in pieces");
    memcpy(answer, spans[0].base, spans[0].length);
    if (spans[1].length) memcpy(answer + spans[0].length, spans[1].base, spans[1].length);
    tercet_conn_consume(host->stack, conn, OCTETS);
    return n;
}

static void echo(tercet_conn conn) {
    if (take(&server, conn) == OCTETS) tercet_conn_write(server.stack, conn, answer, OCTETS);
}

static void server_serve(void) {
    struct tercet_event event;
    tercet_conn conn;

    while (tercet_stack_next_event(server.stack, &event)) {
        if (event.ready & TERCET_ACCEPTABLE) {
            while (tercet_accept(server.stack, event.conn, 0, &conn) == 0)
                echo(conn);
            continue;
        }
        if (event.ready & TERCET_READABLE) echo(event.conn);
        if (event.ready & (TERCET_ENDED | TERCET_CLOSED))
            tercet_conn_close(server.stack, event.conn);
    }
}

static void client_serve(void) {
    struct tercet_event event;

    while (tercet_stack_next_event(client.stack, &event)) {
        if (event.ready & TERCET_CONNECTED)
            tercet_conn_write(client.stack, event.conn, question, OCTETS);
        if (!(event.ready & TERCET_READABLE)) continue;
        if (take(&client, event.conn) != OCTETS || memcmp(question, answer, OCTETS) != 0)
            bench_fail("an echo went wrong");
        n_echoed++;
        tercet_conn_close(client.stack, event.conn);
    }
}

static void round_of_echoes(void) {
    struct tercet_endpoint remote = {host_address(false, 0, 2), PORT};
    unsigned n;
    tercet_conn conn;

    for (unsigned i = 0; i < HOST_BATCH; i++) {
        if (tercet_connect(client.stack, NULL, &remote, 0, now_ns, &conn) != 0)
            bench_fail("cannot connect");
    }
    do {
        n = host_carry(&client, &server, now_ns);
        server_serve();
        n += host_carry(&server, &client, now_ns);
        client_serve();
    } while (n);
    now_ns += 20000;
}

double handshake_echo_close(void) {
    struct tercet_stack_info info;
    uint64_t start;

    open_hosts();
    for (unsigned i = 0; i < ROUNDS / 10; i++)
        round_of_echoes();
    n_echoed = 0;
    start = bench_cpu_ns();
    for (unsigned i = 0; i < ROUNDS; i++)
        round_of_echoes();
    start = bench_cpu_ns() - start;
    tercet_stack_info(client.stack, &info);
    if (n_echoed != ROUNDS * HOST_BATCH || info.conns || info.time_waits != TIME_WAITS)
        bench_fail("a connection went wrong");
    tercet_stack_info(server.stack, &info);
    if (info.conns != 0 || info.time_waits || info.segments_retransmitted)
        bench_fail("a connection did not end");
    return (double)start / (ROUNDS * HOST_BATCH);
}
