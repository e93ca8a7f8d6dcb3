/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The peer of tun.c that has its way to go, too: lwIP behind a TUN, echoing the same connections.
 * Round it stands the plainest loop there is: wait, read until nothing is left, and each packet of
 * lwIP's is a write.  What lwIP as packaged is, lwip.h tells.
 */
#include <poll.h>
#include <unistd.h>

#include "bench.h"
#include "door/tun.h"
#include "load.h"
#include "lwip.h"
#include "net.h"

#define PORT 7
#define LINK 15 /* bits that the clients' addresses and the server's have in common */

static struct lwip_stack server;
static struct tun tun;
static struct lwip_frame frame;

static err_t on_text(void *arg, struct tcp_pcb *pcb, struct pbuf *pbuf, err_t err) {
    (void)arg;
    (void)err;
    if (!pbuf) return server.tcp_close(pcb);
    if (pbuf->next) bench_fail("lwIP: a question in pieces");
    server.tcp_write(pcb, pbuf->payload, pbuf->len, TCP_WRITE_FLAG_COPY);
    server.tcp_recved(pcb, pbuf->len);
    server.pbuf_free(pbuf);
    return server.tcp_output(pcb);
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err) {
    (void)arg;
    if (err == ERR_OK) server.tcp_recv(pcb, on_text);
    return err;
}

static err_t frame_write(struct netif *netif, struct pbuf *pbuf, const ip4_addr_t *next) {
    (void)netif;
    (void)next;
    if (pbuf->next) bench_fail("lwIP: an answer in pieces");
    return write(tun.door.fd, pbuf->payload, pbuf->len) < 0 ? ERR_IF : ERR_OK;
}

/* All that is there. */
static void read_frames(void) {
    ssize_t n;

    while ((n = read(tun.door.fd, frame.bytes, sizeof frame.bytes)) > 0) {
        frame.length = (u16_t)n;
        lwip_input(&server, &frame);
    }
}

static _Noreturn void serve(void) {
    struct tercet_address link = {
        {[10] = 0xff, 0xff, 198, 18}
    };
    struct pollfd ready = {.events = POLLIN};

    if (tun_open(&tun, "bench0", 0) != 0 || tun_set_up(&tun) != 0 ||
        tun_add_route(&tun, &link, LINK) != 0)
        _exit(1);
    lwip_make(&server, 2);
    server.netif.output = frame_write;
    lwip_listen(&server, PORT, on_accept);
    ready.fd = tun.door.fd;
    for (;;) {
        if (poll(&ready, 1, TCP_SLOW_INTERVAL) == 0) server.tcp_slowtmr();
        read_frames();
    }
}

const char *tun_lwip_missing(void) {
    const char *why = lwip_missing();

    return why ? why : net_missing();
}

double tun_conn_cpu_lwip(void) {
    pid_t server_process;

    net_enter();
    server_process = net_fork_server();
    if (server_process == 0) serve();
    load_wait(PORT);
    return load_cpu_us(server_process, PORT);
}
