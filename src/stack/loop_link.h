/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_STACK_LOOP_LINK_H
#define TERCET_STACK_LOOP_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buddy.h"

/*
 * The link to ourselves: packets to our own addresses wait here, in blocks of the buffer arena, for the next
 * arrival.  Short, like a device's ring; what does not fit is lost as on any link.
 */
#define LOOP_LINK_MAX 64

struct loop_packet {
    uint32_t block;
    uint32_t length;
    uint8_t order;
};

struct loop_link {
    struct loop_packet ring[LOOP_LINK_MAX];
    uint32_t head, count;
    uint64_t lost;
};

/* Keep a copy of a packet. */
void loop_link_send(struct loop_link *link, struct buddy *buddy, const unsigned char *bytes,
                    uint32_t length);

/* Take the oldest; its block is the caller's to give back.  Return: false when there is none. */
bool loop_link_receive(struct loop_link *link, struct loop_packet *packet);

#endif
