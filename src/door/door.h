/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_DOOR_DOOR_H
#define TERCET_DOOR_DOOR_H

#include <stdint.h>

#include <tercet/frame.h>

/*
 * A door: where frames come from and go to.  Each kind (TUN now; packet socket, AF_XDP later) is one
 * const table of functions; its own struct begins with a struct door.
 */
struct door;

struct door_kind {
    const char *name;
    int (*receive)(struct door *door, struct tercet_frame *frames, unsigned n);
    unsigned (*send)(struct door *door, const struct tercet_frame *frames, unsigned n);
    void (*close)(struct door *door);
};

struct door_counters {
    uint64_t frames_in, bytes_in;
    uint64_t frames_out, bytes_out;
    uint64_t dropped_out; /* built, and not taken by the device: it was down, or had no memory */
};

struct door {
    const struct door_kind *kind;
    int fd;             /* to be watched for reading; -1: closed */
    uint32_t mtu_bytes; /* largest packet either way */
    uint16_t number;    /* as in tercet_stack_add_route */
    struct door_counters counters;
};

/*
 * Take frames that have arrived, without waiting.
 * @frames: bytes and capacity are the caller's memory; length, door and checksum are set for those filled
 * Return: frames filled, 0..@n (less than @n: no more for now), or -errno: the device is gone.
 */
static inline int door_receive(struct door *door, struct tercet_frame *frames, unsigned n) {
    return door->kind->receive(door, frames, n);
}

/*
 * Send frames, without waiting.  What the device does not take is dropped and counted, as on any wire.
 * Return: frames taken, 0..@n
 */
static inline unsigned door_send(struct door *door, const struct tercet_frame *frames, unsigned n) {
    return door->kind->send(door, frames, n);
}

/* Close the device.  Harmless when it is closed already. */
static inline void door_close(struct door *door) {
    door->kind->close(door);
}

#endif
