/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_SUBJECT_H
#define TERCET_SCRIPT_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "script/sockets.h"

struct settings;

/*
 * What a script is run against: a host with sockets on one side and packets on the other, and its time.  The one in
 * this room is a stack in virtual time (rig.h).
 */
struct subject_kind {
    struct sockets_kind sockets;

    /* The settings have changed (sysctl): take them over.  Return: whether it can; if not, nothing has changed */
    bool (*configure)(void *subject, const struct settings *settings);

    /* Nanoseconds since the host was made.  Stands still except in `pass`. */
    uint64_t (*now)(void *subject);

    /*
     * Let time pass until @until_ns, or until something has happened that somebody may wait for: a packet has left, a
     * socket has changed.  Return: whether something has; now is then the time at which it did.
     */
    bool (*pass)(void *subject, uint64_t until_ns);

    /* A packet arrives.  @packet: @n octets, borrowed until it returns */
    void (*arrive)(void *subject, const unsigned char *packet, uint32_t n);

    /*
     * The oldest packet that has left and was not asked for yet.  @packet: set to it, borrowed until the next call;
     * @when_ns: when it left.  Return: its octets, 0: none
     */
    uint32_t (*next_departed)(void *subject, const unsigned char **packet, uint64_t *when_ns);

    /* Packets that have left and were lost, for there were too many to be kept until they are asked for. */
    uint64_t (*lost)(void *subject);

    /* Octets of options and payload that a segment from @local to @remote has when it is full; 0: not known */
    uint32_t (*segment_octets)(void *subject, const struct tercet_endpoint *local,
                               const struct tercet_endpoint *remote);
};

struct subject {
    const struct subject_kind *kind;
    void *self; /* first argument of all of the above, the sockets' too */
};

#endif
