/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "door/tun.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "network.h"
#include "wire/icmp.h"

#define TUN_V4  "198.18.0.1"
#define PEER_V4 "198.18.0.2"
#define TUN_V6  "2001:2::1"
#define PEER_V6 "2001:2::2"

/* A device with both addresses, up. */
static bool tun_make(struct tun *tun, uint32_t mtu_bytes) {
    struct tercet_address v4 = address_of(TUN_V4), v6 = address_of(TUN_V6);

    return CHECK_EQ(tun_open(tun, NULL, 7), 0) && CHECK_EQ(tun_set_mtu(tun, mtu_bytes), 0) &&
           CHECK_EQ(tun_set_up(tun), 0) && CHECK_EQ(tun_add_address(tun, &v4, 24), 0) &&
           CHECK_EQ(tun_add_address(tun, &v6, 64), 0);
}

/* Wait for one frame.  Return: its length, or -1. */
static int frame_wait(struct tun *tun, unsigned char *into, uint32_t capacity) {
    struct pollfd poll_tun = {.fd = tun->door.fd, .events = POLLIN};
    struct tercet_frame frame = {.bytes = into, .capacity = capacity};

    if (poll(&poll_tun, 1, 5000) != 1) return -1;
    return door_receive(&tun->door, &frame, 1) == 1 && frame.door == 7 ? (int)frame.length : -1;
}

TEST(names_that_the_kernel_would_refuse_or_rewrite_are_refused)
{
    CHECK(tun_is_name("t"));
    CHECK(tun_is_name("fifteen_octets1"));
    CHECK(!tun_is_name(""));
    CHECK(!tun_is_name("sixteen_octets_1"));
    CHECK(!tun_is_name("."));
    CHECK(!tun_is_name(".."));
    CHECK(!tun_is_name("a/b"));
    CHECK(!tun_is_name("a b"));
    CHECK(!tun_is_name("a:b"));
    CHECK(!tun_is_name("tun%d"));
}

TEST(what_a_udp_socket_sends_arrives_as_a_frame)
{
    unsigned char octets[1500];
    struct tun tun;

    NEED_NETWORK;
    if (!tun_make(&tun, 1500)) return;
    CHECK_EQ(tun.door.mtu_bytes, 1500);
    CHECK(strncmp(tun.name, "tercet", 6) == 0);
    CHECK(!tun.was_there);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    inet_pton(AF_INET, PEER_V4, &to.sin_addr);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK_EQ(sendto(fd, "stanza", 6, 0, (struct sockaddr *)&to, sizeof to), 6);
    CHECK_EQ(frame_wait(&tun, octets, sizeof octets), 34);
    CHECK_MEM(octets + 28, "stanza", 6);
    CHECK_EQ(tun.door.counters.frames_in, 1);
    CHECK_EQ(tun.door.counters.bytes_in, 34);
    close(fd);
    door_close(&tun.door);
}

/* Send an echo request from the peer's side.  Return: whether the kernel's echo reply came. */
static bool ping(struct tun *tun, const char *from, const char *to, bool is_v4) {
    unsigned char octets[1280];
    struct ip_header ip = {.source = address_of(from),
                           .destination = address_of(to),
                           .protocol = is_v4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6,
                           .hop_limit = 64,
                           .version = is_v4 ? 4 : 6,
                           .length = 12};
    const struct icmp_message request = {.type = is_v4 ? 8 : 128,
                                         .version = ip.version,
                                         .rest = 0x12345678,
                                         .body = (const unsigned char *)"ping",
                                         .length = 4};
    struct tercet_frame frame = {.bytes = octets, .capacity = sizeof octets};
    struct icmp_message reply;

    frame.length = ip_build(octets, &ip);
    frame.length += icmp_build(octets + frame.length, &ip, &request);
    if (door_send(&tun->door, &frame, 1) != 1) return false;
    int n = frame_wait(tun, octets, sizeof octets);
    return n > 0 && ip_parse(octets, (uint32_t)n, &ip) == TERCET_TAKEN &&
           icmp_parse(&ip, &reply) == TERCET_TAKEN && reply.kind == ICMP_ECHO_REPLY &&
           reply.rest == 0x12345678;
}

TEST(a_frame_sent_is_answered_by_the_kernel_in_both_families_at_once)
{
    struct tun tun;

    NEED_NETWORK;
    if (!tun_make(&tun, 9000)) return;
    CHECK(ping(&tun, PEER_V4, TUN_V4, true));
    CHECK(ping(&tun, PEER_V6, TUN_V6, false));
    CHECK_EQ(tun.door.counters.frames_out, 2);
    door_close(&tun.door);
}

TEST(the_kernel_is_silent_on_a_device_of_ours_until_it_is_asked)
{
    struct tun tun;
    unsigned char octets[1500];
    struct tercet_frame frame = {.bytes = octets, .capacity = sizeof octets};

    NEED_NETWORK;
    if (!tun_make(&tun, 1500)) return;
    CHECK(ping(&tun, PEER_V6, TUN_V6, false));
    /* Router solicitations and listener reports would have gone out before the echo reply or right behind it. */
    CHECK_EQ(door_receive(&tun.door, &frame, 1), 0);
    CHECK_EQ(tun.door.counters.frames_in, 1);
    door_close(&tun.door);
}

TEST(a_batch_is_filled_and_the_rest_stays)
{
    static unsigned char octets[8][256];
    struct tercet_frame frames[8];
    struct tun tun;

    NEED_NETWORK;
    if (!tun_make(&tun, 1280)) return;
    for (unsigned i = 0; i < 8; i++)
        frames[i] = (struct tercet_frame){.bytes = octets[i], .capacity = sizeof octets[i]};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    inet_pton(AF_INET, PEER_V4, &to.sin_addr);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (unsigned i = 0; i < 13; i++)
        CHECK_EQ(sendto(fd, "0123456789", i % 10, 0, (struct sockaddr *)&to, sizeof to), i % 10);
    CHECK_EQ(door_receive(&tun.door, frames, 8), 8);
    for (unsigned i = 0; i < 8; i++)
        CHECK_EQ(frames[i].length, 28 + i);
    CHECK_EQ(door_receive(&tun.door, frames, 8), 5);
    CHECK_EQ(door_receive(&tun.door, frames, 8), 0);
    close(fd);
    door_close(&tun.door);
}

TEST(what_a_device_that_is_down_does_not_take_is_counted)
{
    struct tun tun;
    unsigned char octets[20] = {0x45};
    struct tercet_frame frames[3];

    NEED_NETWORK;
    if (!CHECK_EQ(tun_open(&tun, "terceta", 0), 0)) return;
    for (unsigned i = 0; i < 3; i++)
        frames[i] = (struct tercet_frame){.bytes = octets, .length = sizeof octets};
    CHECK_EQ(door_send(&tun.door, frames, 3), 0);
    CHECK_EQ(tun.door.counters.dropped_out, 3);
    CHECK_EQ(tun.door.counters.frames_out, 0);
    door_close(&tun.door);
    door_close(&tun.door);
}

TEST(a_device_of_ours_goes_with_its_descriptor)
{
    struct tun tun;

    NEED_NETWORK;
    if (!CHECK_EQ(tun_open(&tun, "terceta", 0), 0)) return;
    CHECK(if_nametoindex("terceta") != 0);
    door_close(&tun.door);
    CHECK_EQ(if_nametoindex("terceta"), 0);
}

TEST(a_device_that_was_there_is_found_with_its_mtu_and_stays)
{
    struct tun tun;

    NEED_NETWORK;
    if (system("ip tuntap add terceta mode tun && ip link set terceta mtu 1400") != 0)
        SKIP("no ip command here");
    CHECK_EQ(tun_open(&tun, "terceta", 0), 0);
    CHECK(tun.was_there);
    CHECK_EQ(tun.door.mtu_bytes, 1400);
    door_close(&tun.door);
    CHECK(if_nametoindex("terceta") != 0);
    CHECK_EQ(system("ip link del terceta"), 0);
}

TEST(a_device_taken_away_is_told_by_its_error)
{
    struct tun tun;
    unsigned char octets[64];
    struct tercet_frame frame = {.bytes = octets, .capacity = sizeof octets};

    NEED_NETWORK;
    if (!CHECK_EQ(tun_open(&tun, "terceta", 0), 0)) return;
    if (system("ip link del terceta") != 0) SKIP("no ip command here");
    CHECK(door_receive(&tun.door, &frame, 1) < 0);
    door_close(&tun.door);
}

struct refusal {
    const char *what, *name;
    enum tun_step step;
    int error;
};

static const struct refusal refusals[] = {
    {"a bad name",                           "no/name", TUN_STEP_NAME,   -EINVAL},
    {"a device of another kind",             "lo",      TUN_STEP_ATTACH, -EINVAL},
    {"a device that another descriptor has", "terceta", TUN_STEP_ATTACH, -EBUSY },
};

TEST(each_refusal_has_its_step_and_its_error)
{
    struct tun holder, tun;

    NEED_NETWORK;
    CHECK_EQ(tun_open(&holder, "terceta", 0), 0);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const struct refusal *refusal = &refusals[i];

        TEST_ROW ("refused: %s", refusal->what) {
            CHECK_EQ(tun_open(&tun, refusal->name, 0), refusal->error);
            CHECK_EQ(tun.step, refusal->step);
            CHECK_EQ(tun.door.fd, -1);
            CHECK(strlen(tun_advice(&tun, refusal->error)) > 10);
        }
    }
    TEST_ROW ("refused: an MTU out of range") {
        CHECK_EQ(tun_set_mtu(&holder, 67), -EINVAL);
        CHECK_EQ(tun_set_mtu(&holder, 65536), -EINVAL);
        CHECK_EQ(holder.step, TUN_STEP_CONFIGURE);
    }
    TEST_ROW ("refused: IPv6 below 1280 octets") {
        struct tercet_address v6 = address_of(TUN_V6);

        CHECK_EQ(tun_set_mtu(&holder, 1279), 0);
        CHECK_EQ(tun_set_up(&holder), 0);
        CHECK(tun_add_address(&holder, &v6, 64) < 0);
    }
    door_close(&holder.door);
}

/* As an ordinary user: what tun_open answers.  Return: -errno, with the step added as hundreds. */
static int opened_by_nobody(const char *name) {
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        struct tun tun;

        if (setgid(65534) != 0 || setuid(65534) != 0) _exit(255);
        int error = tun_open(&tun, name, 0);
        _exit((int)tun.step * 64 - error);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(an_ordinary_user_is_told_apart_at_the_file_and_at_the_device)
{
    NEED_NETWORK;
    if (unshare(CLONE_NEWNS) != 0) SKIP("no mount namespace here");
    const char *masked = "mount --make-rprivate / && d=$(mktemp -d) && mount -t tmpfs t $d && "
                         "mknod $d/tun c 10 200 && chmod 600 $d/tun && "
                         "mount --bind $d/tun /dev/net/tun && umount -l $d && rmdir $d";
    if (system(masked) != 0) SKIP("no mounts here");
    TEST_ROW ("mode 0600: the step is opening, the error EACCES") {
        CHECK_EQ(opened_by_nobody("terceta"), TUN_STEP_OPEN * 64 + EACCES);
    }
    TEST_ROW ("mode 0666: the step is attaching, the error EPERM") {
        CHECK_EQ(chmod("/dev/net/tun", 0666), 0);
        CHECK_EQ(opened_by_nobody("terceta"), TUN_STEP_ATTACH * 64 + EPERM);
    }
    TEST_ROW ("absent: the step is opening, the error ENOENT or ENXIO") {
        CHECK_EQ(system("umount /dev/net/tun && mount -t tmpfs t /dev/net"), 0);
        CHECK_EQ(opened_by_nobody("terceta"), TUN_STEP_OPEN * 64 + ENOENT);
    }
}
