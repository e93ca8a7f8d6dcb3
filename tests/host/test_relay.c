/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "host/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

/*
 * The relay runs in a thread, as in tercet's loop.  The test is both the client outside and, by a plain listening
 * socket, the server inside; all its own calls wait, at most as long as PATIENCE_S.
 */
#define PATIENCE_S 20

struct scene {
    struct relay *relay;
    pthread_t thread;
    int stop[2];
    int server;      /* listening "inside" */
    uint16_t inside; /* its port */
    uint16_t outside;
    uint64_t cpu_ns; /* of the thread, once it has ended */
};

static struct tercet_address loopback(void) {
    return (struct tercet_address){
        .octets = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}
    };
}

static uint16_t port_of(int fd) {
    struct sockaddr_in6 at;
    socklen_t length = sizeof at;

    CHECK_EQ(getsockname(fd, (struct sockaddr *)&at, &length), 0);
    return ntohs(at.sin6_port);
}

static void *relay_run(void *user) {
    struct scene *scene = user;
    struct pollfd polls[2] = {
        {.fd = scene->stop[0],                 .events = POLLIN},
        {.fd = relay_descriptor(scene->relay), .events = POLLIN}
    };
    struct timespec cpu;

    while (poll(polls, 2, -1) > 0 && !polls[0].revents)
        relay_ready(scene->relay);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    scene->cpu_ns = (uint64_t)cpu.tv_sec * 1000000000u + (uint64_t)cpu.tv_nsec;
    return NULL;
}

/* Connections to *@scene->outside go on to a server at @address. */
static bool scene_open_at(struct scene *scene, uint32_t conns_max, struct tercet_address address) {
    *scene = (struct scene){.server = relay_bind(&address, 0)};
    int listener = relay_bind(&address, 0);

    if (!CHECK(scene->server >= 0 && listener >= 0)) return false;
    fcntl(scene->server, F_SETFL, 0);
    scene->inside = port_of(scene->server);
    scene->outside = port_of(listener);
    CHECK_EQ(pipe2(scene->stop, O_CLOEXEC), 0);
    CHECK_EQ(relay_open(&scene->relay, conns_max), 0);
    CHECK_EQ(relay_publish(scene->relay, listener, &address, scene->inside), 0);
    return CHECK_EQ(pthread_create(&scene->thread, NULL, relay_run, scene), 0);
}

static bool scene_open(struct scene *scene, uint32_t conns_max) {
    return scene_open_at(scene, conns_max, loopback());
}

/* The relay's thread ends, and its counters can be read. */
static const struct relay_counters *scene_stop(struct scene *scene) {
    CHECK_EQ(write(scene->stop[1], "", 1), 1);
    pthread_join(scene->thread, NULL);
    return relay_counters(scene->relay);
}

static void scene_close(struct scene *scene) {
    relay_close(scene->relay);
    if (scene->server >= 0) close(scene->server);
    close(scene->stop[0]);
    close(scene->stop[1]);
}

static void be_patient(int fd) {
    const struct timeval patience = {.tv_sec = PATIENCE_S};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

static int client_open(const struct scene *scene) {
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(scene->outside),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    be_patient(fd);
    CHECK_EQ(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static int server_accept(const struct scene *scene) {
    be_patient(scene->server);
    int fd = accept4(scene->server, NULL, NULL, SOCK_CLOEXEC);

    CHECK(fd >= 0);
    be_patient(fd);
    return fd;
}

static void reset(int fd) {
    const struct linger at_once = {.l_onoff = 1};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(fd);
}

TEST(two_hundred_connections_at_once_each_carry_their_own_octets_both_ways)
{
    static int clients[200], servers[200];
    struct scene scene;

    if (!scene_open(&scene, 400)) return;
    for (int i = 0; i < 200; i++) {
        clients[i] = client_open(&scene);
        CHECK_EQ(send(clients[i], &i, sizeof i, 0), sizeof i);
    }
    for (int i = 0; i < 200; i++) {
        int which = -1, answer;

        servers[i] = server_accept(&scene);
        CHECK_EQ(recv(servers[i], &which, sizeof which, MSG_WAITALL), sizeof which);
        answer = which + 1000;
        CHECK_EQ(send(servers[i], &answer, sizeof answer, 0), sizeof answer);
    }
    for (int i = 0; i < 200; i++) {
        int answer = -1;

        CHECK_EQ(recv(clients[i], &answer, sizeof answer, MSG_WAITALL), sizeof answer);
        CHECK_EQ(answer, i + 1000);
    }
    for (int i = 0; i < 200; i++) {
        close(clients[i]);
        close(servers[i]);
    }
    const struct relay_counters *counters = scene_stop(&scene);
    CHECK_EQ(counters->accepted, 200);
    CHECK_EQ(counters->peak, 200);
    CHECK_EQ(counters->bytes_in, 200 * sizeof(int));
    CHECK_EQ(counters->bytes_out, 200 * sizeof(int));
    CHECK_EQ(counters->refused, 0);
    scene_close(&scene);
}

TEST(ipv6_is_relayed_too)
{
    const struct tercet_address v6 = {.octets = {[15] = 1}};
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    struct scene scene;
    char octet = 0;
    int probe = relay_bind(&v6, 0);

    if (probe < 0) SKIP("no IPv6 here");
    close(probe);
    if (!scene_open_at(&scene, 4, v6)) return;
    to.sin6_port = htons(scene.outside);
    int client = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    be_patient(client);
    CHECK_EQ(connect(client, (struct sockaddr *)&to, sizeof to), 0);
    int server = server_accept(&scene);
    CHECK_EQ(send(client, "6", 1, 0), 1);
    CHECK_EQ(recv(server, &octet, 1, 0), 1);
    CHECK_EQ(octet, '6');
    close(client);
    close(server);
    scene_stop(&scene);
    scene_close(&scene);
}

TEST(a_half_close_passes_on_and_the_other_way_stays_open)
{
    struct scene scene;
    char octets[10];

    if (!scene_open(&scene, 4)) return;
    for (int way = 0; way < 2; way++) {
        int client = client_open(&scene), server = server_accept(&scene);
        int first = way ? server : client, second = way ? client : server;

        CHECK_EQ(send(first, "ask", 3, 0), 3);
        CHECK_EQ(shutdown(first, SHUT_WR), 0);
        CHECK_EQ(recv(second, octets, sizeof octets, MSG_WAITALL), 3); /* up to the FIN */
        CHECK_EQ(send(second, "answer", 6, 0), 6);
        CHECK_EQ(recv(first, octets, 6, MSG_WAITALL), 6);
        close(second);
        CHECK_EQ(recv(first, octets, 1, 0), 0);
        close(first);
    }
    const struct relay_counters *counters = scene_stop(&scene);
    CHECK_EQ(counters->resets, 0);
    scene_close(&scene);
}

TEST(a_reset_passes_on_as_a_reset_both_ways)
{
    struct scene scene;
    char octet;

    if (!scene_open(&scene, 4)) return;
    for (int way = 0; way < 2; way++) {
        int client = client_open(&scene), server = server_accept(&scene);
        int first = way ? server : client, second = way ? client : server;

        /* One octet there and back: both halves are open for certain. */
        CHECK_EQ(send(first, "x", 1, 0), 1);
        CHECK_EQ(recv(second, &octet, 1, 0), 1);
        reset(first);
        CHECK(recv(second, &octet, 1, 0) < 0);
        CHECK_EQ(errno, ECONNRESET);
        close(second);
    }
    const struct relay_counters *counters = scene_stop(&scene);
    CHECK_EQ(counters->resets, 2);
    CHECK_EQ(counters->live, 0);
    scene_close(&scene);
}

TEST(a_connection_refused_inside_is_reset_outside)
{
    struct scene scene;
    char octet;

    if (!scene_open(&scene, 4)) return;
    close(scene.server);
    scene.server = -1;
    int client = client_open(&scene);
    CHECK(recv(client, &octet, 1, 0) < 0);
    CHECK_EQ(errno, ECONNRESET);
    close(client);
    const struct relay_counters *counters = scene_stop(&scene);
    CHECK_EQ(counters->refused, 1);
    CHECK_EQ(counters->live, 0);
    scene_close(&scene);
}

/* Octet number @at of a stream that does not repeat soon. */
static unsigned char octet_at(size_t at) {
    return (unsigned char)(at ^ at >> 8 ^ at >> 16);
}

/* Send without waiting until nothing is taken for a while.  Return: octets taken. */
static size_t send_until_stuck(int fd) {
    static unsigned char octets[60000];
    struct pollfd poll_out = {.fd = fd, .events = POLLOUT};
    size_t sent = 0;

    while (poll(&poll_out, 1, 300) == 1) {
        for (size_t i = 0; i < sizeof octets; i++)
            octets[i] = octet_at(sent + i);
        ssize_t n = send(fd, octets, sizeof octets, MSG_DONTWAIT);
        if (n > 0) sent += (size_t)n;
    }
    return sent;
}

/* Receive the stream from @got on, compare it, and stop at @total octets or somewhat later. */
static size_t receive_until(int fd, size_t got, size_t total) {
    static unsigned char octets[60000];

    while (got < total) {
        ssize_t n = recv(fd, octets, sizeof octets, 0);
        if (n <= 0) return 0;
        for (ssize_t i = 0; i < n; i++) {
            if (octets[i] != octet_at(got + (size_t)i)) return 0;
        }
        got += (size_t)n;
    }
    return got;
}

TEST(a_reader_who_does_not_read_stops_the_sender_and_nothing_is_lost)
{
    struct scene scene;

    if (!scene_open(&scene, 4)) return;
    for (int way = 0; way < 2; way++) {
        int client = client_open(&scene), server = server_accept(&scene);
        int from = way ? server : client, to = way ? client : server;
        size_t sent = send_until_stuck(from);

        CHECK(sent > 0 && sent < (size_t)100 << 20);
        CHECK_EQ(shutdown(from, SHUT_WR), 0);
        CHECK_EQ(receive_until(to, 0, sent), sent);
        CHECK_EQ(recv(to, &(char){0}, 1, 0), 0);
        close(to);
        close(from);
    }
    const struct relay_counters *counters = scene_stop(&scene);
    CHECK_EQ(counters->resets, 0);
    scene_close(&scene);
}

/* Whether the peer's kernel has not yet taken all, a FIN included. */
static bool has_unsent(int fd) {
    struct tcp_info info;
    socklen_t length = sizeof info;

    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length);
    return info.tcpi_state != TCP_TIME_WAIT && info.tcpi_state != TCP_CLOSE &&
           info.tcpi_state != TCP_FIN_WAIT2;
}

TEST(a_stuck_connection_closed_by_both_uses_no_cpu_time)
{
    struct scene scene;

    if (!scene_open(&scene, 4)) return;
    int client = client_open(&scene), server = server_accept(&scene);
    size_t sent = send_until_stuck(client), got = 0;
    CHECK_EQ(shutdown(server, SHUT_WR), 0);
    CHECK_EQ(recv(client, &(char){0}, 1, 0), 0); /* the server's FIN has come through */
    CHECK_EQ(shutdown(client, SHUT_WR), 0);
    /* Read until the client's FIN has reached the relay; what is between is more than the server's side takes. */
    while (got < sent && has_unsent(client)) {
        got = receive_until(server, got, got + 1);
        usleep(1000);
    }
    CHECK(got < sent);
    struct timespec cpu_before, cpu_after;
    clockid_t clock;
    CHECK_EQ(pthread_getcpuclockid(scene.thread, &clock), 0);
    clock_gettime(clock, &cpu_before);
    usleep(300000);
    clock_gettime(clock, &cpu_after);
    CHECK((cpu_after.tv_sec - cpu_before.tv_sec) * 1000000000 + cpu_after.tv_nsec -
              cpu_before.tv_nsec <
          20000000);
    CHECK_EQ(receive_until(server, got, sent), sent);
    close(client);
    close(server);
    scene_stop(&scene);
    scene_close(&scene);
}

TEST(beyond_the_limit_connections_wait_for_their_turn)
{
    struct scene scene;
    int clients[5];
    char octet;

    if (!scene_open(&scene, 4)) return;
    for (int i = 0; i < 5; i++)
        clients[i] = client_open(&scene);
    int servers[4];
    for (int i = 0; i < 4; i++)
        servers[i] = server_accept(&scene);
    struct pollfd poll_fifth = {.fd = scene.server, .events = POLLIN};
    CHECK_EQ(poll(&poll_fifth, 1, 200), 0);
    reset(clients[0]); /* whichever of the servers it had is told, and the fifth comes in */
    int fifth = server_accept(&scene);
    CHECK_EQ(send(clients[4], "5", 1, 0), 1);
    CHECK_EQ(recv(fifth, &octet, 1, 0), 1);
    for (int i = 1; i < 5; i++)
        close(clients[i]);
    for (int i = 0; i < 4; i++)
        close(servers[i]);
    close(fifth);
    const struct relay_counters *counters = scene_stop(&scene);
    CHECK_EQ(counters->peak, 4);
    CHECK(counters->pauses >= 1);
    scene_close(&scene);
}

TEST(closing_the_relay_resets_what_is_open)
{
    struct scene scene;
    char octet;

    if (!scene_open(&scene, 4)) return;
    int client = client_open(&scene), server = server_accept(&scene);
    CHECK_EQ(send(client, "x", 1, 0), 1);
    CHECK_EQ(recv(server, &octet, 1, 0), 1);
    scene_stop(&scene);
    scene_close(&scene);
    CHECK(recv(client, &octet, 1, 0) < 0);
    CHECK_EQ(errno, ECONNRESET);
    CHECK(recv(server, &octet, 1, 0) < 0);
    close(client);
    close(server);
    relay_close(NULL);
}

TEST(an_address_that_cannot_be_had_is_told_apart)
{
    const struct tercet_address here = loopback();
    const struct tercet_address elsewhere = {
        .octets = {[10] = 0xff, [11] = 0xff, [12] = 198, [13] = 18, [15] = 200}
    };
    int fd = relay_bind(&here, 0);

    if (!CHECK(fd >= 0)) return;
    CHECK_EQ(relay_bind(&here, port_of(fd)), -EADDRINUSE);
    CHECK_EQ(relay_bind(&elsewhere, 8080), -EADDRNOTAVAIL);
    CHECK(strlen(relay_advice(-EADDRINUSE)) > 10);
    CHECK(strlen(relay_advice(-EACCES)) > 10);
    CHECK(strlen(relay_advice(-EIO)) > 10);
    close(fd);
}

TEST(ports_have_a_limit)
{
    const struct tercet_address here = loopback();
    struct relay *relay = NULL;

    CHECK_EQ(relay_open(&relay, 1), 0);
    for (unsigned i = 0; i <= RELAY_PORTS_MAX; i++) {
        int fd = relay_bind(&here, 0);

        CHECK_EQ(relay_publish(relay, fd, &here, 80), i < RELAY_PORTS_MAX ? 0 : -ENOSPC);
        if (i == RELAY_PORTS_MAX) close(fd);
    }
    relay_close(relay);
}
