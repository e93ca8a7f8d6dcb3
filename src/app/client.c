/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/client.h"

static uint32_t client_index(const struct services *services, const struct client *client) {
    const unsigned char *at = (const unsigned char *)client;
    return (uint32_t)((size_t)(at - services->clients.base) / services->clients.stride) + 1;
}

enum look client_look(struct services *services, struct client *client, struct tercet_span spans[2]) {
    int n = tercet_conn_read(services->stack, client->conn, spans);
    if (n > 0) return LOOK_BYTES;
    if (n == 0 || n == TERCET_NOT_YET) return LOOK_NOTHING;
    return n == TERCET_END ? LOOK_END : LOOK_OVER;
}

bool client_has_heard_all(struct services *services, const struct client *client) {
    struct tercet_conn_info info;
    if (tercet_conn_info(services->stack, client->conn, &info) != 0) return true;
    return info.state == TERCET_STATE_CLOSE_WAIT;
}

void client_consume(struct services *services, struct client *client, uint32_t n) {
    if (n == 0) return;
    tercet_conn_consume(services->stack, client->conn, n);
    services->counters.bytes_in += n;
}

enum look client_discard(struct services *services, struct client *client, uint64_t limit,
                         uint64_t *thrown) {
    struct tercet_span spans[2];
    enum look look = client_look(services, client, spans);
    *thrown = 0;
    if (look != LOOK_BYTES) return look;
    *thrown = (uint64_t)spans[0].length + spans[1].length;
    if (*thrown > limit) *thrown = limit;
    client_consume(services, client, (uint32_t)*thrown);
    return client_look(services, client, spans);
}

int64_t client_write(struct services *services, struct client *client, const void *bytes,
                     uint32_t n) {
    if (client->is_full) return 0;
    int taken = tercet_conn_write(services->stack, client->conn, bytes, n);
    if (taken < 0) return -1;
    client->is_full = (uint32_t)taken < n;
    services->counters.bytes_out += (uint32_t)taken;
    return taken;
}

/* Octets that the peer has not acknowledged. */
static uint32_t client_in_flight(struct services *services, const struct client *client) {
    struct tercet_conn_info info;
    if (tercet_conn_info(services->stack, client->conn, &info) != 0) return 0;
    return info.unsent_bytes + info.unacked_bytes;
}

void client_arm(struct services *services, struct client *client, uint32_t ms) {
    uint32_t index = client_index(services, client);
    if (ms == 0) {
        wheel_disarm(&services->wheel, index);
        return;
    }
    client->in_flight = client_in_flight(services, client);
    wheel_arm(&services->wheel, index,
              tick_after_us(instant_of(services->now_ns), (uint64_t)ms * 1000));
}

bool client_has_progressed(struct services *services, struct client *client) {
    uint32_t in_flight = client_in_flight(services, client);
    return in_flight > 0 && in_flight < client->in_flight;
}

void client_wait(struct services *services, struct client *client) {
    if (client->is_waiting) return;
    client->is_waiting = true;
    list_push(&services->waiting, client_index(services, client));
}

/* Give the memory back; the conn has been given back already. */
static void client_release(struct services *services, struct client *client) {
    uint32_t index = client_index(services, client);
    const struct service *service = service_of(client->kind);
    if (service->release) service->release(services, client);
    wheel_disarm(&services->wheel, index);
    if (client->is_waiting) list_remove(&services->waiting, index);
    client->conn = 0;
    pool_give(&services->clients, index);
    services->counters.clients--;
}

void client_close(struct services *services, struct client *client) {
    tercet_conn_close(services->stack, client->conn);
    client_release(services, client);
}

void client_abort(struct services *services, struct client *client) {
    struct tercet_conn_info info;
    bool is_known = tercet_conn_info(services->stack, client->conn, &info) == 0;
    if (is_known && info.reason == TERCET_REASON_NONE) services->counters.aborted++;
    tercet_conn_abort(services->stack, client->conn);
    client_release(services, client);
}
