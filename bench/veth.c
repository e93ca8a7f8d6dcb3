/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The peer of tun.c: an echo service on kernel sockets in a network of its own, over a veth.
 * Counted is the process that serves.  The kernel does much of a connection's work, the handshake
 * with it, in the time of whoever sent the packet: what the client's processor spends on it is in
 * neither figure.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "host/namespace.h"
#include "load.h"
#include "net.h"

#define PORT   7
#define EVENTS 256

static void watch(int poller, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0) _exit(1);
}

static int listener_open(void) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 4096) != 0)
        _exit(1);
    return fd;
}

static void accept_all(int poller, int listener) {
    int fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
        watch(poller, fd);
}

static void echo(int fd) {
    char bytes[4096];
    ssize_t n = recv(fd, bytes, sizeof bytes, 0);

    if (n <= 0 || send(fd, bytes, (size_t)n, MSG_NOSIGNAL) != n) close(fd);
}

static _Noreturn void serve(void) {
    struct epoll_event events[EVENTS];
    int poller = epoll_create1(EPOLL_CLOEXEC), listener = listener_open();

    watch(poller, listener);
    for (;;) {
        int n = epoll_wait(poller, events, EVENTS, -1);

        for (int i = 0; i < n; i++) {
            if (events[i].data.fd == listener)
                accept_all(poller, listener);
            else
                echo(events[i].data.fd);
        }
    }
}

/* Two pipes in one: the server tells that it has a network, is told that the veth is in it. */
static void wait_for(int end) {
    char byte;

    if (read(end, &byte, 1) != 1) _exit(1);
}

static void tell(int end) {
    if (write(end, "", 1) != 1) _exit(1);
}

static _Noreturn void server_run(int end) {
    struct namespace namespace;

    if (namespace_enter(&namespace) != 0) _exit(1);
    tell(end);
    wait_for(end);
    net_ip("addr add " NET_SERVER_LINK " dev bench1");
    net_ip("link set bench1 up");
    serve();
}

double tun_conn_cpu_kernel(void) {
    char words[128];
    int ends[2];
    pid_t server;

    net_enter();
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) bench_fail("no socketpair");
    server = net_fork_server();
    if (server == 0) server_run(ends[1]);
    close(ends[1]);
    wait_for(ends[0]);
    snprintf(words, sizeof words, "link add bench0 type veth peer name bench1 netns %d", server);
    net_ip(words);
    net_ip("addr add " NET_CLIENT_LINK " dev bench0");
    net_ip("link set bench0 up");
    tell(ends[0]);
    load_wait(PORT);
    return load_cpu_us(server, PORT);
}
