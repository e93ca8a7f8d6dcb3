/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/client.h"
#include "app/pattern.h"

/*
 * The character generator. Source: RFC 864.
 *
 * It writes until the send buffer is full, and again when there is room. A peer that only
 * half-closes may go on reading ("nc -N host 19 </dev/null" does); one that has gone answers with a
 * reset, and that ends it.
 */
static void chargen_begin(struct services *services, struct client *client) {
    (void)services;
    client->chargen_at = 0;
}

static void chargen_serve(struct services *services, struct client *client) {
    uint32_t left = CHARGEN_TURN_BYTES;
    uint64_t thrown;
    if (client_discard(services, client, UINT64_MAX, &thrown) == LOOK_OVER) {
        client_close(services, client);
        return;
    }
    while (left > 0) {
        uint32_t n;
        const char *bytes = pattern_at(client->chargen_at, &n);
        if (n > left) n = left;
        int64_t taken = client_write(services, client, bytes, n);
        if (taken < 0) {
            client_abort(services, client);
            return;
        }
        client->chargen_at = (uint32_t)((client->chargen_at + (uint64_t)taken) % PATTERN_BYTES);
        if (taken > 0) client_arm(services, client, services->limits.stream_ms);
        if (taken < n) return;
        left -= n;
    }
    client_wait(services, client);
}

const struct service chargen_service = {
    .name = "chargen", .begin = chargen_begin, .serve = chargen_serve};
