/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/client.h"

/* The discard service.  Source: RFC 863. */
static void discard_serve(struct services *services, struct client *client) {
    uint64_t thrown;
    client_arm(services, client, services->limits.stream_ms);
    enum look look = client_discard(services, client, UINT64_MAX, &thrown);
    if (look == LOOK_END || look == LOOK_OVER) client_close(services, client);
}

const struct service discard_service = {.name = "discard", .serve = discard_serve};
