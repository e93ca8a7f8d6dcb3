/* SPDX-License-Identifier: BSD-2-Clause */
#include "door/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "door/link.h"

_Static_assert(TUN_NAME_MAX == IFNAMSIZ, "the kernel's limit");

static int tun_receive(struct door *door, struct tercet_frame *frames, unsigned n) {
    unsigned filled = 0;

    while (filled < n) {
        struct tercet_frame *frame = &frames[filled];
        ssize_t length = read(door->fd, frame->bytes, frame->capacity);

        if (length < 0 && errno == EAGAIN) break;
        if (length <= 0) return filled > 0 ? (int)filled : -(length < 0 ? errno : EIO);
        frame->length = (uint32_t)length;
        frame->door = door->number;
        frame->checksum = TERCET_CHECKSUM_UNKNOWN;
        frame->gso_bytes = 0;
        door->counters.bytes_in += (uint64_t)length;
        filled++;
    }
    door->counters.frames_in += filled;
    return (int)filled;
}

static unsigned tun_send(struct door *door, const struct tercet_frame *frames, unsigned n) {
    unsigned taken = 0;

    for (unsigned i = 0; i < n; i++) {
        if (write(door->fd, frames[i].bytes, frames[i].length) < 0) continue;
        door->counters.bytes_out += frames[i].length;
        taken++;
    }
    door->counters.frames_out += taken;
    door->counters.dropped_out += n - taken;
    return taken;
}

static void tun_close(struct door *door) {
    if (door->fd >= 0) close(door->fd);
    door->fd = -1;
}

static const struct door_kind tun_kind = {
    .name = "tun",
    .receive = tun_receive,
    .send = tun_send,
    .close = tun_close,
};

bool tun_is_name(const char *name) {
    size_t n = strnlen(name, TUN_NAME_MAX);

    if (n == 0 || n == TUN_NAME_MAX) return false;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return false;
    return strpbrk(name, "/:% \t\n\v\f\r") == NULL;
}

static int tun_attach(struct tun *tun, const char *name) {
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};

    /* The kernel puts the first free number where it finds %d. */
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name ? name : "tercet%d");
    if (ioctl(tun->door.fd, TUNSETIFF, &request) != 0) return -errno;
    memcpy(tun->name, request.ifr_name, sizeof tun->name);
    return 0;
}

/* What the kernel made of it: index and MTU.  Return: 0 or -errno. */
static int tun_look(struct tun *tun) {
    struct ifreq request = {.ifr_mtu = 0};
    int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (socket_fd < 0) return -errno;
    memcpy(request.ifr_name, tun->name, sizeof request.ifr_name);
    int error = ioctl(socket_fd, SIOCGIFMTU, &request) == 0 ? 0 : -errno;
    close(socket_fd);
    if (error) return error;
    tun->door.mtu_bytes = (uint32_t)request.ifr_mtu;
    tun->index = if_nametoindex(tun->name);
    return tun->index ? 0 : -errno;
}

static int tun_open_steps(struct tun *tun, const char *name) {
    if (name && !tun_is_name(name)) return -EINVAL;
    tun->was_there = name && if_nametoindex(name) != 0;
    tun->step = TUN_STEP_OPEN;
    tun->door.fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tun->door.fd < 0) return -errno;
    tun->step = TUN_STEP_ATTACH;
    int error = tun_attach(tun, name);
    if (error) return error;
    tun->step = TUN_STEP_CONFIGURE;
    return tun_look(tun);
}

int tun_open(struct tun *tun, const char *name, uint16_t number) {
    *tun = (struct tun){
        .door = {.kind = &tun_kind, .fd = -1, .number = number}
    };
    int error = tun_open_steps(tun, name);

    if (error) tun_close(&tun->door);
    return error;
}

int tun_set_mtu(struct tun *tun, uint32_t mtu_bytes) {
    tun->step = TUN_STEP_CONFIGURE;
    if (mtu_bytes < TUN_MTU_MIN || mtu_bytes > TUN_MTU_MAX) return -EINVAL;
    int error = link_set_mtu(tun->index, mtu_bytes);
    if (!error) tun->door.mtu_bytes = mtu_bytes;
    return error;
}

int tun_add_address(struct tun *tun, const struct tercet_address *address, unsigned prefix_bits) {
    tun->step = TUN_STEP_CONFIGURE;
    return link_add_address(tun->index, address, prefix_bits);
}

int tun_add_route(struct tun *tun, const struct tercet_address *destination, unsigned prefix_bits) {
    tun->step = TUN_STEP_CONFIGURE;
    return link_add_route(tun->index, destination, prefix_bits);
}

int tun_set_up(struct tun *tun) {
    tun->step = TUN_STEP_CONFIGURE;
    if (!tun->was_there) {
        /* Both make it better and neither is needed: a short MTU leaves no IPv6 to be quiet about. */
        link_set_quiet(tun->index);
        link_set_queue(tun->index, TUN_QUEUE_FRAMES);
    }
    return link_set_up(tun->index);
}

static const char *open_advice(int error) {
    switch (-error) {
    case EACCES:
        return "become root, or let everyone open it as most systems do: chmod 666 /dev/net/tun";
    case EPERM: return "this container may not use it: start it with --device /dev/net/tun";
    case ENOENT: return "load the driver: modprobe tun; in a container: --device /dev/net/tun";
    case ENODEV:
    case ENXIO: return "the kernel has no TUN driver: modprobe tun";
    default: return "try again";
    }
}

static const char *attach_advice(int error) {
    switch (-error) {
    case EPERM:
        return "become root, or let root make it for you: ip tuntap add NAME mode tun user YOU";
    case EBUSY: return "another program has it: end that one, or choose another name";
    case EINVAL: return "a device of another kind has this name: choose another one";
    default: return "choose another name";
    }
}

const char *tun_advice(const struct tun *tun, int error) {
    switch (tun->step) {
    case TUN_STEP_NAME:
        return "a device name has 1 to 15 octets, no space, slash, colon or per cent sign";
    case TUN_STEP_OPEN: return open_advice(error);
    case TUN_STEP_ATTACH: return attach_advice(error);
    case TUN_STEP_CONFIGURE: break;
    }
    if (error == -EPERM) return "become root, or let root set MTU, addresses and state with ip";
    if (error == -EEXIST)
        return "the address or its network is in use on this machine: choose another one";
    return "an MTU is 68 to 65535 octets, and IPv6 needs at least 1280";
}
