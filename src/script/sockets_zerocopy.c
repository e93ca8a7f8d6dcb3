/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Linux tells of sends by MSG_ZEROCOPY: each has a number, and once its last octet is acknowledged, and nobody
 * needs its pages any more, that number stands in the error queue.  Numbers that follow one another are told together.
 * A send behind others that have not left yet shares its buffer, and so is told with the last of them.
 *
 * The pages are said to have been copied: a device that hands packets to a program, as the one under such scripts
 * does, copies them.
 */
#include <string.h>

#include "script/descriptors.h"

bool zerocopy_sends(struct socket *socket, uint32_t octets, bool is_behind) {
    struct zerocopies *all = &socket->zerocopies;
    struct zerocopy *last = all->n_sent ? &all->sent[all->n_sent - 1] : NULL;

    if (is_behind && last && last->end + octets == socket->written) {
        last->last = all->next++;
        last->end = socket->written;
        return true;
    }
    if (all->n_sent == ZEROCOPIES_MAX) return false;
    all->sent[all->n_sent++] = (struct zerocopy){all->next, all->next, socket->written};
    all->next++;
    return true;
}

/* Return: false: there is no room for it */
static bool zerocopy_tell(struct zerocopies *all, const struct zerocopy *sent) {
    struct zerocopy *last = all->n_told ? &all->told[all->n_told - 1] : NULL;

    if (last && last->last + 1 == sent->first) {
        last->last = sent->last;
        return true;
    }
    if (all->n_told == ZEROCOPIES_MAX) return false;
    all->told[all->n_told++] = *sent;
    return true;
}

/* Octets of those that TCP has taken which the peer has, or nobody will ever have. */
static uint64_t octets_done(struct sockets *sockets, const struct socket *socket) {
    struct tercet_conn_info info;
    uint32_t left;

    if (socket->is_over || !socket_info(sockets, socket, &info)) return socket->written;
    left = info.unacked_bytes + info.unsent_bytes;
    switch (info.state) {
    case TERCET_STATE_FIN_WAIT_1:
    case TERCET_STATE_CLOSING:
    case TERCET_STATE_LAST_ACK:
        if (info.unacked_bytes && !info.unsent_bytes) left--; /* the FIN */
        break;
    default: break;
    }
    return socket->written - left;
}

void zerocopies_look(struct sockets *sockets, int fd, struct socket *socket) {
    struct zerocopies *all = &socket->zerocopies;
    uint64_t done = all->n_sent ? octets_done(sockets, socket) : 0;
    uint32_t n = 0;

    while (n < all->n_sent && all->sent[n].end <= done && zerocopy_tell(all, &all->sent[n]))
        n++;
    if (!n) return;
    all->n_sent -= n;
    memmove(all->sent, all->sent + n, all->n_sent * sizeof all->sent[0]);
    sockets_wake(sockets, fd, UNIX_POLLERR);
}

int zerocopies_receive(struct socket *socket, struct unix_message *message) {
    struct zerocopies *all = &socket->zerocopies;

    if (!all->n_told) return -UNIX_EAGAIN;
    message->flags = UNIX_MSG_ERRQUEUE;
    message->n_controls = 1;
    message->controls[0] = (struct unix_control){
        .level = socket->is_v6 ? UNIX_SOL_IPV6 : UNIX_SOL_IP,
        .type = socket->is_v6 ? UNIX_IPV6_RECVERR : UNIX_IP_RECVERR,
        .notice = {.origin = UNIX_SO_EE_ORIGIN_ZEROCOPY,
                   .code = UNIX_SO_EE_CODE_ZEROCOPY_COPIED,
                   .info = all->told[0].first,
                   .data = all->told[0].last},
    };
    all->n_told--;
    memmove(all->told, all->told + 1, all->n_told * sizeof all->told[0]);
    return 0;
}
