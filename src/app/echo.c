/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/client.h"

/*
 * The echo service. Source: RFC 862.
 *
 * Octets go from the receive buffer to the send buffer without a stop between. What the send buffer
 * does not take stays where it is, so the receive window closes and the peer feels its own
 * slowness: no memory here. The peer's FIN is answered by ours once everything before it has been
 * sent back.
 */
static void echo_serve(struct services *services, struct client *client) {
    uint32_t left = ECHO_TURN_BYTES;
    client_arm(services, client, services->limits.stream_ms);
    while (left > 0) {
        struct tercet_span spans[2];
        enum look look = client_look(services, client, spans);
        if (look == LOOK_NOTHING) return;
        if (look != LOOK_BYTES) {
            client_close(services, client);
            return;
        }
        /*
         * Only the first span: the write is a call on the stack, after which the second is no
         * longer ours.
         */
        uint32_t n = spans[0].length < left ? spans[0].length : left;
        int64_t taken = client_write(services, client, spans[0].base, n);
        if (taken < 0) {
            client_abort(services, client);
            return;
        }
        client_consume(services, client, (uint32_t)taken);
        if (taken < n) return;
        left -= n;
    }
    client_wait(services, client);
}

const struct service echo_service = {.name = "echo", .serve = echo_serve};
