/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_OBSERVE_GLANCE_H
#define TERCET_OBSERVE_GLANCE_H

#include <stdint.h>

/*
 * The first look at a frame, a few octets deep: most frames of a busy host carry data on open
 * connections, and have to cost next to nothing.
 */
enum glance {
    GLANCE_NOTHING, /* not TCP, not an ICMP error, not the first fragment */
    GLANCE_PLAIN,   /* TCP with neither SYN, FIN nor RST */
    GLANCE_SIGNAL, /* TCP with one of them, an ICMP error, or more headers than a glance sees through */
};

enum glance glance_at(const unsigned char *bytes, uint32_t length);

#endif
