/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole connection between two lwIP stacks: what echo.c does, in lwIP's way, the same seven
 * segments.  lwIP searches its TIME-WAITs one by one, so its clock is moved on after each round to
 * be rid of them.
 */
#include <string.h>

#include "bench.h"
#include "lwip.h"

#define PORT            7
#define ROUNDS          40000
#define BATCH           8 /* what suits it best, as in handshake_lwip.c */
#define OCTETS          100
#define TIME_WAIT_TICKS (2 * TCP_MSL / TCP_SLOW_INTERVAL)

static struct lwip_stack client, server;
static unsigned n_echoed, n_ended;
static unsigned char question[OCTETS];

static err_t server_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *pbuf, err_t err) {
    (void)arg;
    (void)err;
    if (!pbuf) {
        n_ended++;
        return server.tcp_close(pcb);
    }
    if (pbuf->tot_len != OCTETS || pbuf->len != OCTETS) bench_fail("lwIP: an answer in pieces");
    server.tcp_write(pcb, pbuf->payload, OCTETS, TCP_WRITE_FLAG_COPY);
    server.tcp_recved(pcb, OCTETS);
    server.pbuf_free(pbuf);
    return server.tcp_output(pcb);
}

static err_t server_accept(void *arg, struct tcp_pcb *pcb, err_t err) {
    (void)arg;
    if (err == ERR_OK) server.tcp_recv(pcb, server_recv);
    return err;
}

static err_t client_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *pbuf, err_t err) {
    (void)arg;
    (void)err;
    if (!pbuf) return ERR_OK;
    if (pbuf->len != OCTETS || memcmp(pbuf->payload, question, OCTETS) != 0)
        bench_fail("lwIP: an echo went wrong");
    n_echoed++;
    client.tcp_recved(pcb, OCTETS);
    client.pbuf_free(pbuf);
    return client.tcp_close(pcb);
}

static err_t client_connected(void *arg, struct tcp_pcb *pcb, err_t err) {
    (void)arg;
    client.tcp_recv(pcb, client_recv);
    client.tcp_write(pcb, question, OCTETS, TCP_WRITE_FLAG_COPY);
    return err;
}

static void client_connect(void) {
    ip_addr_t to = lwip_address(2);
    struct tcp_pcb *pcb = client.tcp_new();

    if (!pcb || client.tcp_connect(pcb, &to, PORT, client_connected) != ERR_OK)
        bench_fail("lwIP cannot connect");
}

static void round_of_echoes(void) {
    for (unsigned i = 0; i < BATCH; i++)
        client_connect();
    while (lwip_carry(&client, &server) + lwip_carry(&server, &client))
        ;
    *client.tcp_ticks += TIME_WAIT_TICKS;
    client.tcp_slowtmr();
}

double handshake_echo_close_lwip(void) {
    uint64_t start;

    for (unsigned i = 0; i < OCTETS; i++)
        question[i] = (unsigned char)i;
    lwip_make(&client, 1);
    lwip_make(&server, 2);
    lwip_listen(&server, PORT, server_accept);
    for (unsigned i = 0; i < ROUNDS / 10; i++)
        round_of_echoes();
    n_echoed = n_ended = 0;
    start = bench_cpu_ns();
    for (unsigned i = 0; i < ROUNDS; i++)
        round_of_echoes();
    start = bench_cpu_ns() - start;
    if (n_echoed != ROUNDS * BATCH || n_ended != n_echoed)
        bench_fail("a connection of lwIP went wrong");
    return (double)start / (ROUNDS * BATCH);
}
