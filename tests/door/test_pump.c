/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "door/pump.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "door/clock.h"
#include "door/entropy.h"
#include "door/memory.h"
#include "door/tun.h"
#include "network.h"

/*
 * A stack with an echo service behind a TUN device, and the kernel as its client, in a network of their own.
 * The client runs in a thread and talks through blocking sockets; the test runs the loop until he is done.
 */
#define PATIENCE_S   20
#define STREAM_BYTES (1u << 20)
#define DOOR         3

static const char *const tercet_text[] = {"198.18.0.2", "2001:2::2"};
static const char *const kernel_text[] = {"198.18.0.1", "2001:2::1"};

struct scene {
    struct tun tun;
    struct loop loop;
    struct pump pump;
    struct tercet_stack *stack;
    void *memory;
    size_t memory_octets;
    unsigned seen[2], dropped; /* by the tap */
    bool has_time_gone_back;
    uint64_t last_ns;
};

struct client {
    bool is_v6;
    bool is_content; /* all that it wanted came true */
    _Atomic bool is_done;
};

/* Echo: what waits is written back as far as it is taken. */
static void echo(void *user, const struct tercet_event *event, uint64_t now_ns) {
    struct scene *scene = user;
    struct tercet_span spans[2];
    tercet_conn conn = event->conn;

    (void)now_ns;
    if (event->ready & TERCET_ACCEPTABLE) {
        while (tercet_accept(scene->stack, event->conn, 0, &conn) == 0)
            continue;
        return;
    }
    int waiting = tercet_conn_read(scene->stack, conn, spans);
    for (int i = 0; waiting > 0 && i < 2; i++) {
        int taken = tercet_conn_write(scene->stack, conn, spans[i].base, spans[i].length);

        if (taken <= 0) break;
        waiting -= taken;
        tercet_conn_consume(scene->stack, conn, (uint32_t)taken);
        if ((uint32_t)taken < spans[i].length || i == 1) break;
        tercet_conn_read(scene->stack, conn, spans);
        i = -1;
    }
    if (waiting <= 0 && tercet_conn_read(scene->stack, conn, spans) < 0)
        tercet_conn_close(scene->stack, conn);
}

static void look(void *user, const struct tercet_frame *frame, enum pump_direction direction,
                 uint64_t now_ns) {
    struct scene *scene = user;

    scene->seen[direction]++;
    if (direction == PUMP_IN && frame->verdict >= TERCET_VERDICT_COUNT) scene->dropped++;
    if (now_ns < scene->last_ns) scene->has_time_gone_back = true;
    scene->last_ns = now_ns;
}

static bool stack_make(struct scene *scene) {
    const struct tercet_endpoint any = {.port = 7};
    struct tercet_config config;
    tercet_conn listener;

    tercet_config_init(&config, sizeof config);
    entropy_fill(config.secret, sizeof config.secret);
    scene->memory_octets = tercet_stack_size(&config);
    scene->memory = memory_map(scene->memory_octets, MEMORY_SMALL_PAGES);
    if (!CHECK(scene->memory != NULL)) return false;
    if (!CHECK_EQ(tercet_stack_init(scene->memory, scene->memory_octets, &config,
                                    clock_monotonic_ns(), &scene->stack),
                  0))
        return false;
    for (int i = 0; i < 2; i++) {
        struct tercet_address own = address_of(tercet_text[i]), all = own;

        memset(all.octets + (i ? 0 : 12), 0, i ? 16 : 4);
        CHECK_EQ(tercet_stack_add_address(scene->stack, &own, i ? 64 : 24), 0);
        CHECK_EQ(tercet_stack_add_route(scene->stack, &all, 0, DOOR, 1500), 0);
    }
    return CHECK_EQ(tercet_listen(scene->stack, &any, 100, 0, &listener), 0);
}

static bool scene_open(struct scene *scene) {
    const struct pump_hooks hooks = {.event = echo, .tap = look, .user = scene};

    *scene = (struct scene){.memory = NULL};
    if (!stack_make(scene)) return false;
    CHECK_EQ(tun_open(&scene->tun, "terceta", DOOR), 0);
    CHECK_EQ(tun_set_up(&scene->tun), 0);
    for (int i = 0; i < 2; i++) {
        struct tercet_address address = address_of(kernel_text[i]);

        CHECK_EQ(tun_add_address(&scene->tun, &address, i ? 64 : 24), 0);
    }
    CHECK_EQ(loop_open(&scene->loop), 0);
    return CHECK_EQ(pump_open(&scene->pump, scene->stack, &scene->tun.door, &scene->loop, &hooks),
                    0);
}

static void scene_close(struct scene *scene) {
    pump_close(&scene->pump);
    loop_close(&scene->loop);
    door_close(&scene->tun.door);
    memory_unmap(scene->memory, scene->memory_octets);
}

/* Send a stream from @out, and read it @back at the same time.  Return: whether it came back as it was. */
static bool stream_echoed(int fd, unsigned char *out, unsigned char *back) {
    size_t sent = 0, got = 0;

    for (size_t i = 0; i < STREAM_BYTES; i++)
        out[i] = (unsigned char)(i ^ i >> 8 ^ i >> 16 ^ (size_t)fd);
    while (got < STREAM_BYTES) {
        struct pollfd ready = {.fd = fd,
                               .events = (short)(POLLIN | (sent < STREAM_BYTES ? POLLOUT : 0))};
        ssize_t n = 0;

        if (poll(&ready, 1, PATIENCE_S * 1000) != 1) return false;
        if (ready.revents & POLLOUT) n = send(fd, out + sent, STREAM_BYTES - sent, MSG_DONTWAIT);
        if (n > 0) sent += (size_t)n;
        if (sent == STREAM_BYTES && n > 0) shutdown(fd, SHUT_WR);
        if (!(ready.revents & (POLLIN | POLLHUP | POLLERR))) continue;
        n = recv(fd, back + got, STREAM_BYTES - got, MSG_DONTWAIT);
        if (n <= 0) return false;
        got += (size_t)n;
    }
    return memcmp(out, back, STREAM_BYTES) == 0 && recv(fd, back, 1, 0) == 0;
}

static void *client_run(void *user) {
    struct client *client = user;
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    struct tercet_address to = address_of(tercet_text[client->is_v6]);
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(7)};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(7)};
    unsigned char *octets = malloc(2 * STREAM_BYTES);
    int fd = socket(client->is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(&v6.sin6_addr, to.octets, 16);
    memcpy(&v4.sin_addr, to.octets + 12, 4);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(fd, client->is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
                client->is_v6 ? sizeof v6 : sizeof v4) == 0)
        client->is_content = stream_echoed(fd, octets, octets + STREAM_BYTES);
    close(fd);
    free(octets);
    client->is_done = true;
    return NULL;
}

/* Turn the loop until all clients are done. */
static void loop_run(struct scene *scene, struct client *clients, unsigned n) {
    unsigned done = 0;

    while (done < n) {
        uint64_t look_ns = clock_monotonic_ns() + 10000000, deadline = pump_deadline(&scene->pump);

        loop_turn(&scene->loop, deadline < look_ns ? deadline : look_ns);
        if (!CHECK_EQ(pump_turn(&scene->pump, clock_monotonic_ns()), 0)) return;
        for (done = 0; done < n && clients[done].is_done;)
            done++;
    }
}

TEST(the_kernel_gets_its_stream_back_from_the_stack_in_both_families)
{
    struct client clients[8];
    pthread_t threads[8];
    struct scene scene;

    NEED_NETWORK;
    if (!scene_open(&scene)) return;
    for (int i = 0; i < 8; i++) {
        clients[i] = (struct client){.is_v6 = i & 1};
        pthread_create(&threads[i], NULL, client_run, &clients[i]);
    }
    loop_run(&scene, clients, 8);
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        CHECK(clients[i].is_content);
    }
    CHECK_EQ(scene.seen[PUMP_IN], scene.tun.door.counters.frames_in);
    CHECK_EQ(scene.seen[PUMP_OUT], scene.tun.door.counters.frames_out);
    CHECK_EQ(scene.tun.door.counters.dropped_out, 0);
    CHECK_EQ(scene.dropped, 0);
    CHECK_EQ(scene.pump.misrouted, 0);
    CHECK(!scene.has_time_gone_back);
    CHECK_EQ(tercet_stack_counter(scene.stack, TERCET_ESTABLISHED), 8);
    scene_close(&scene);
}

TEST(an_idle_pump_uses_no_cpu_time)
{
    struct rusage before, after;
    struct scene scene;

    NEED_NETWORK;
    if (!scene_open(&scene)) return;
    uint64_t end_ns = clock_monotonic_ns() + 300000000;
    getrusage(RUSAGE_SELF, &before);
    while (clock_monotonic_ns() < end_ns) {
        uint64_t deadline = pump_deadline(&scene.pump);

        loop_turn(&scene.loop, deadline < end_ns ? deadline : end_ns);
        CHECK_EQ(pump_turn(&scene.pump, clock_monotonic_ns()), 0);
    }
    getrusage(RUSAGE_SELF, &after);
    CHECK((after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000 + after.ru_utime.tv_usec -
              before.ru_utime.tv_usec + (after.ru_stime.tv_sec - before.ru_stime.tv_sec) * 1000000 +
              after.ru_stime.tv_usec - before.ru_stime.tv_usec <
          20000);
    scene_close(&scene);
}

TEST(a_device_taken_away_ends_the_turn_with_its_error)
{
    struct scene scene;
    int error = 0;

    NEED_NETWORK;
    if (!scene_open(&scene)) return;
    CHECK_EQ(pump_turn(&scene.pump, clock_monotonic_ns()), 0);
    if (system("ip link del terceta") != 0) SKIP("no ip command here");
    uint64_t end_ns = clock_monotonic_ns() + PATIENCE_S * 1000000000ull;
    while (!error && clock_monotonic_ns() < end_ns) {
        loop_turn(&scene.loop, end_ns);
        error = pump_turn(&scene.pump, clock_monotonic_ns());
    }
    CHECK(error < 0);
    scene_close(&scene);
}
