/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_SCRIPT_RIG_PAIR_H
#define TERCET_TESTS_SCRIPT_RIG_PAIR_H

/*
 * Two rigs on one wire without delay, in one time: the host under test (a) and its peer (b).  What waits on the wire
 * crosses it in `pair_talk`; a test that holds packets back takes them by `pair_take`.
 */
#include <string.h>
#include <sys/mman.h>

#include "script/constants.h"
#include "script/personality.h"
#include "script/rig.h"
#include "tap.h"
#include "wire/ip.h"
#include "wire/tcp.h"

enum { PAIR_PORT = 8080, PAIR_ROUNDS_MAX = 10000 };

struct pair {
    struct rig *a, *b;
    void *memory[2];
    size_t octets[2];
    struct settings settings;
    int domain; /* of sockets */
    bool is_mapped;
    struct tercet_address address_a, address_b;
};

static const struct sockets_kind *const calls = &rig_kind.sockets;

static inline struct tercet_address v4_address(unsigned a, unsigned b, unsigned c, unsigned d) {
    return (struct tercet_address){
        {[10] = 0xff, 0xff, (uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d}
    };
}

static inline struct settings settings_of(const char *name) {
    struct settings settings = {.as = personality_find(name)};

    tercet_config_init(&settings.config, sizeof settings.config);
    settings.as->configure(&settings.config);
    return settings;
}

static inline struct rig *rig_new(struct pair *pair, int which, const struct tercet_address *own,
                                  uint64_t seed) {
    struct rig_config config = {.settings = &pair->settings, .n_addresses = 1, .seed = seed};

    config.addresses[0] = (struct rig_address){*own, address_is_v4(own) ? 16 : 64};
    pair->octets[which] = rig_size(&config);
    pair->memory[which] = mmap(NULL, pair->octets[which], PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pair->memory[which] == MAP_FAILED) abort();
    return rig_init(pair->memory[which], &config);
}

/* @domain: UNIX_AF_INET or UNIX_AF_INET6; @is_mapped: sockets of IPv6 that speak IPv4 */
static inline void pair_begin(struct pair *pair, const char *personality, int domain,
                              bool is_mapped) {
    *pair = (struct pair){.domain = domain, .is_mapped = is_mapped};
    pair->settings = settings_of(personality);
    pair->address_a = v4_address(192, 168, 0, 1);
    pair->address_b = v4_address(192, 0, 2, 1);
    if (domain == UNIX_AF_INET6 && !is_mapped) {
        pair->address_a = (struct tercet_address){
            {0xfd, 0x3d, 0x0a, 0x0b, [15] = 1}
        };
        pair->address_b = (struct tercet_address){
            {0x20, 0x01, 0x0d, 0xb8, [15] = 1}
        };
    }
    pair->a = rig_new(pair, 0, &pair->address_a, 1);
    pair->b = rig_new(pair, 1, &pair->address_b, 2);
    if (!pair->a || !pair->b) abort();
}

static inline void pair_end(struct pair *pair) {
    munmap(pair->memory[0], pair->octets[0]);
    munmap(pair->memory[1], pair->octets[1]);
}

/* All packets of @from so far arrive at @to.  Return: how many */
static inline unsigned cross(struct rig *from, struct rig *to) {
    const unsigned char *packet;
    unsigned n = 0;
    uint64_t when;
    uint32_t octets;

    while ((octets = rig_kind.next_departed(from, &packet, &when)) != 0) {
        if (to) rig_kind.arrive(to, packet, octets);
        n++;
    }
    return n;
}

/* Until the wire is quiet; no time passes. */
static inline void pair_talk(struct pair *pair) {
    for (unsigned round = 0; round < PAIR_ROUNDS_MAX; round++)
        if (cross(pair->a, pair->b) + cross(pair->b, pair->a) == 0) return;
    tap_check(false, "the wire becomes quiet", __FILE__, __LINE__);
}

/* The next packet that @rig has sent, parsed.  Return: false: none */
static inline bool take_segment(struct rig *rig, struct ip_header *ip, struct segment *seg) {
    const unsigned char *packet;
    uint64_t when;
    uint32_t octets = rig_kind.next_departed(rig, &packet, &when);

    if (!octets) return false;
    if (ip_parse(packet, octets, ip) != TERCET_TAKEN) return false;
    return ip->protocol == IP_PROTOCOL_TCP && tcp_parse(ip, false, seg) == TERCET_TAKEN;
}

/* Time passes for both, @ms of it, with all that happens meanwhile. */
static inline void pair_pass_ms(struct pair *pair, uint64_t ms) {
    uint64_t end = rig_kind.now(pair->a) + ms * 1000000;

    pair_talk(pair);
    for (unsigned round = 0; round < PAIR_ROUNDS_MAX && rig_kind.now(pair->a) < end; round++) {
        uint64_t now = rig_kind.now(pair->a), next;

        rig_kind.pass(pair->a, end);
        next = rig_kind.now(pair->a);
        while (rig_kind.pass(pair->b, next) && next > now)
            cross(pair->b, pair->a);
        pair_talk(pair);
    }
}

static inline struct tercet_endpoint end_a(const struct pair *pair, uint16_t port) {
    return (struct tercet_endpoint){pair->address_a, port};
}

static inline struct tercet_endpoint end_b(const struct pair *pair, uint16_t port) {
    return (struct tercet_endpoint){pair->address_b, port};
}

static inline int open_socket(struct pair *pair, struct rig *rig) {
    return calls->socket(rig, pair->domain, UNIX_SOCK_STREAM, UNIX_IPPROTO_TCP);
}

static inline int nonblocking(struct rig *rig, int fd) {
    return calls->fcntl(rig, fd, UNIX_F_SETFL, UNIX_O_NONBLOCK);
}

static inline int set_int(struct rig *rig, int fd, int level, int name, int value) {
    return calls->set_option(rig, fd, &(struct unix_option){level, name, &value, sizeof value});
}

/* The value, or the error. */
static inline int get_int(struct rig *rig, int fd, int level, int name) {
    int value = 0, error;

    error = calls->get_option(rig, fd, &(struct unix_option){level, name, &value, sizeof value});
    return error ? error : value;
}

static inline int send_bytes(struct rig *rig, int fd, const void *bytes, uint32_t n, int flags) {
    struct unix_span span = {(void *)(uintptr_t)bytes, n};

    return calls->send(rig, fd, &(struct unix_message){.spans = &span, .n_spans = 1}, flags);
}

static inline int receive_bytes(struct rig *rig, int fd, void *bytes, uint32_t n, int flags) {
    struct unix_span span = {bytes, n};
    struct unix_message message = {.spans = &span, .n_spans = 1};

    return calls->receive(rig, fd, &message, flags);
}

static inline unsigned poll_mask(struct rig *rig, int fd) {
    struct unix_poll poll = {.fd = fd, .events = 0x7fff};

    calls->poll(rig, &poll, 1, 0);
    return (unsigned)poll.revents;
}

/* A listener of the host under test.  Return: its descriptor */
static inline int listener_of(struct pair *pair, struct rig *rig, const struct tercet_endpoint *at) {
    int fd = open_socket(pair, rig);

    CHECK_EQ(set_int(rig, fd, UNIX_SOL_SOCKET, UNIX_SO_REUSEADDR, 1), 0);
    CHECK_EQ(calls->bind(rig, fd, at), 0);
    CHECK_EQ(calls->listen(rig, fd, 1), 0);
    return fd;
}

/* Open a connection from the peer to a listener of @a.  @fd_a, @fd_b: its ends; Return: the listener */
static inline int connect_to_a(struct pair *pair, int *fd_a, int *fd_b) {
    struct tercet_endpoint at = end_a(pair, PAIR_PORT);
    int listener = listener_of(pair, pair->a, &at);

    *fd_b = open_socket(pair, pair->b);
    nonblocking(pair->b, *fd_b);
    CHECK_EQ(calls->connect(pair->b, *fd_b, &at), -UNIX_EINPROGRESS);
    pair_talk(pair);
    *fd_a = calls->accept(pair->a, listener, NULL, 0);
    CHECK(*fd_a > 0);
    return listener;
}

static const struct talk {
    const char *name;
    int domain;
    bool is_mapped;
} talks[] = {
    {"IPv4",         UNIX_AF_INET,  false},
    {"IPv6",         UNIX_AF_INET6, false},
    {"IPv4 by IPv6", UNIX_AF_INET6, true },
};

/* A test over each family; its body has `pair`. */
#define TALK(sentence, personality)                                                                \
    static void talk_##sentence(struct pair *pair);                                                \
    TEST(sentence)                                                                                 \
    {                                                                                              \
        for (size_t i = 0; i < sizeof talks / sizeof talks[0]; i++) {                              \
            TEST_ROW (#sentence ", %s", talks[i].name) {                                           \
                struct pair pair;                                                                  \
                pair_begin(&pair, personality, talks[i].domain, talks[i].is_mapped);               \
                talk_##sentence(&pair);                                                            \
                pair_end(&pair);                                                                   \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
    static void talk_##sentence(struct pair *pair)

#endif
