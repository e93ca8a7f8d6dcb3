/* SPDX-License-Identifier: BSD-2-Clause */
#include "stack/loop_link.h"

#include <string.h>

void loop_link_send(struct loop_link *link, struct buddy *buddy, const unsigned char *bytes,
                    uint32_t length) {
    struct loop_packet packet = {.length = length};

    while (BUDDY_MIN << packet.order < length)
        packet.order++;
    if (link->count < LOOP_LINK_MAX) packet.block = buddy_take(buddy, packet.order);
    if (!packet.block) {
        link->lost++;
        return;
    }
    memcpy(buddy_at(buddy, packet.block), bytes, length);
    link->ring[(link->head + link->count++) % LOOP_LINK_MAX] = packet;
}

bool loop_link_receive(struct loop_link *link, struct loop_packet *packet) {
    if (!link->count) return false;
    *packet = link->ring[link->head];
    link->head = (link->head + 1) % LOOP_LINK_MAX;
    link->count--;
    return true;
}
