/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_DOOR_NETWORK_H
#define TERCET_TESTS_DOOR_NETWORK_H

/* For tests with real devices: a network of the program's own, and addresses in it.  _GNU_SOURCE is defined first. */
#include <arpa/inet.h>
#include <sched.h>
#include <unistd.h>

#include <tercet/address.h>

#include "tap.h"

static inline struct tercet_address address_of(const char *text) {
    struct tercet_address address = {
        .octets = {[10] = 0xff, [11] = 0xff}
    };

    if (strchr(text, ':'))
        inet_pton(AF_INET6, text, address.octets);
    else
        inet_pton(AF_INET, text, address.octets + 12);
    return address;
}

/* The whole program moves to a network of its own, once.  Return: NULL, or why it cannot. */
static inline const char *private_network(void) {
    static bool is_there;

    if (is_there) return NULL;
    if (geteuid() != 0) return "only root may make network devices";
    if (access("/dev/net/tun", R_OK | W_OK) != 0) return "no /dev/net/tun on this machine";
    if (unshare(CLONE_NEWNET) != 0) return "no network namespace of our own here";
    is_there = true;
    return NULL;
}

#define NEED_NETWORK                                                                               \
    do {                                                                                           \
        const char *why = private_network();                                                       \
        if (why) SKIP(why);                                                                        \
    } while (0)

#endif
