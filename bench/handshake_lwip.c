/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SYN, SYN-ACK, ACK and RST between two lwIP stacks: what handshake.c does, in lwIP's way.  Eight
 * at a time is what suits it best: lwIP searches lists, and more at once make it slower again.
 */
#include "bench.h"
#include "lwip.h"

#define PORT   80
#define ROUNDS 640000
#define BATCH  8

static struct lwip_stack client, server;
static struct tcp_pcb *connected[BATCH];
static unsigned n_connected, n_accepted, n_reset;

static void server_err(void *arg, err_t err) {
    (void)arg;
    if (err == ERR_RST) n_reset++;
}

static err_t server_accept(void *arg, struct tcp_pcb *pcb, err_t err) {
    (void)arg;
    if (err != ERR_OK) return err;
    server.tcp_err(pcb, server_err);
    n_accepted++;
    return ERR_OK;
}

static err_t client_connected(void *arg, struct tcp_pcb *pcb, err_t err) {
    (void)arg;
    (void)err;
    connected[n_connected++] = pcb;
    return ERR_OK;
}

static void client_connect(void) {
    ip_addr_t to = lwip_address(2);
    struct tcp_pcb *pcb = client.tcp_new();

    if (!pcb || client.tcp_connect(pcb, &to, PORT, client_connected) != ERR_OK)
        bench_fail("lwIP cannot connect");
}

static void round_of_resets(void) {
    for (unsigned i = 0; i < BATCH; i++)
        client_connect();
    lwip_carry(&client, &server);
    lwip_carry(&server, &client);
    lwip_carry(&client, &server);
    while (n_connected)
        client.tcp_abort(connected[--n_connected]);
    lwip_carry(&client, &server);
}

double handshake_rst_lwip(void) {
    uint64_t start;

    lwip_make(&client, 1);
    lwip_make(&server, 2);
    lwip_listen(&server, PORT, server_accept);
    for (unsigned i = 0; i < ROUNDS / 10 / BATCH; i++)
        round_of_resets();
    n_accepted = n_reset = 0;
    start = bench_cpu_ns();
    for (unsigned i = 0; i < ROUNDS / BATCH; i++)
        round_of_resets();
    start = bench_cpu_ns() - start;
    if (n_accepted != ROUNDS || n_reset != ROUNDS) bench_fail("a handshake of lwIP went wrong");
    return (double)start / ROUNDS;
}
