/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "net.h"

#define WARM_UP  4000u
#define COUNTED  20000u
#define OCTETS   100
#define STALL_MS 15000

struct client {
    int fd;
    unsigned received;
    bool has_sent;
};

static struct client clients[NET_CLIENTS];
static int poller;
static unsigned n_started, n_done;
static struct sockaddr_in server_at;
static char question[OCTETS];

static _Noreturn void fail(const char *what) {
    char text[128];

    snprintf(text, sizeof text, "%s: %s", what, strerror(errno));
    bench_fail(text);
}

static void target(uint16_t port) {
    server_at = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, NET_SERVER, &server_at.sin_addr);
}

/* A socket bound to a client's address; the port is chosen when it connects. */
static int socket_from(uint32_t address) {
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) fail("socket");
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0) fail("bind");
    return fd;
}

static void client_start(struct client *client) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};

    *client = (struct client){.fd = socket_from(NET_CLIENT + n_started++ % NET_CLIENTS)};
    if (connect(client->fd, (struct sockaddr *)&server_at, sizeof server_at) != 0 &&
        errno != EINPROGRESS)
        fail("connect");
    if (epoll_ctl(poller, EPOLL_CTL_ADD, client->fd, &event) != 0) fail("epoll_ctl");
}

static void client_receive(struct client *client) {
    char answer[OCTETS];
    ssize_t n = recv(client->fd, answer, sizeof answer, 0);

    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) fail("no echo");
    client->received += (unsigned)n;
    if (client->received < OCTETS) return;
    close(client->fd);
    n_done++;
    client_start(client);
}

static void client_ready(struct client *client, uint32_t events) {
    if (!client->has_sent && !(events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) return;
    if (!client->has_sent && send(client->fd, question, OCTETS, MSG_NOSIGNAL) != OCTETS)
        fail("a connection failed");
    client->has_sent = true;
    if (events & EPOLLIN) client_receive(client);
}

static void load_until(unsigned done) {
    struct epoll_event events[NET_CLIENTS];

    while (n_done < done) {
        int n = epoll_wait(poller, events, NET_CLIENTS, STALL_MS);

        if (n <= 0 && errno != EINTR) bench_fail("the connections stall");
        for (int i = 0; i < n; i++)
            client_ready(events[i].data.ptr, events[i].events);
    }
}

/* All threads of the process, nanoseconds. */
static uint64_t process_cpu_ns(pid_t process) {
    struct timespec used;
    clockid_t clock;

    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0)
        bench_fail("the server is gone");
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

/* Return: whether a connection comes about within @timeout_ms. */
static bool try_connect(int timeout_ms) {
    struct pollfd ready = {.fd = socket_from(NET_CLIENT), .events = POLLOUT};
    bool is_open = connect(ready.fd, (struct sockaddr *)&server_at, sizeof server_at) == 0 ||
                   (errno == EINPROGRESS && poll(&ready, 1, timeout_ms) == 1 &&
                    !(ready.revents & (POLLERR | POLLHUP)));

    close(ready.fd);
    return is_open;
}

void load_wait(uint16_t port) {
    const struct timespec pause = {.tv_nsec = 20000000};

    target(port);
    for (unsigned i = 0; i < 100; i++) {
        if (try_connect(100)) return;
        nanosleep(&pause, NULL);
    }
    bench_fail("the server does not answer");
}

double load_cpu_us(pid_t server, uint16_t port) {
    uint64_t start;
    unsigned first;

    target(port);
    poller = epoll_create1(EPOLL_CLOEXEC);
    for (unsigned i = 0; i < NET_CLIENTS; i++)
        client_start(&clients[i]);
    load_until(WARM_UP);
    first = n_done;
    start = process_cpu_ns(server);
    load_until(first + COUNTED);
    return (double)(process_cpu_ns(server) - start) / (n_done - first) / 1000;
}
