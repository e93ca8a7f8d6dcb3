/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_APP_CLIENT_H
#define TERCET_APP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "app/http.h"
#include "app/services.h"
#include "base/list.h"
#include "base/pool.h"
#include "base/wheel.h"

/*
 * One connection that is served.
 *
 * It lives in the services' pool from accept to client_close or client_abort. Both give the conn
 * and the memory back at once: after them the pointer is dead, so a protocol's function that calls
 * one returns right behind it.
 */
struct client {
    uint32_t pool_link; /* the pool's, while the object is free */
    uint8_t listener;   /* index of the one that it came by */
    struct wheel_node timer;
    tercet_conn conn;
    struct list_link waiting; /* with work left over */
    uint32_t in_flight;       /* octets not acknowledged when the timer was armed */
    uint8_t kind;             /* enum services_kind */
    bool is_waiting;          /* is in that list */
    bool is_full;             /* a write was cut short, and there is no room yet */
    union {
        struct http_client http;
        uint32_t chargen_at; /* position in the pattern */
    };
};

/* What a protocol does. Each function may end the client; all but serve may be NULL. */
struct service {
    const char *name;
    uint32_t receive_buffer_bytes; /* 0: the configuration's */

    /* It has been accepted. */
    void (*begin)(struct services *services, struct client *client);
    /* Something is ready: a bounded turn of work. */
    void (*serve)(struct services *services, struct client *client);
    /* The time that client_arm set has come; NULL: the client is closed. */
    void (*expired)(struct services *services, struct client *client);
    /* The client ends: give up what it holds. */
    void (*release)(struct services *services, struct client *client);
};

extern const struct service echo_service, discard_service, chargen_service, http_service;

const struct service *service_of(enum services_kind kind);

enum {
    ECHO_TURN_BYTES = 4 << 20, /* after so many it is another client's turn */
    CHARGEN_TURN_BYTES = 4 << 20
};

struct listener {
    tercet_conn conn;
    uint8_t kind;    /* enum services_kind */
    bool is_waiting; /* has connections to accept, and the pool was full or the turn was over */
    struct files *root;
};

struct services {
    struct tercet_stack *stack;
    struct services_limits limits;
    struct services_counters counters;
    uint64_t now_ns;
    int64_t wall_minus_now_ns;
    struct listener listeners[SERVICES_LISTENERS_MAX];
    unsigned n_listeners;
    struct pool clients;
    struct wheel wheel;
    struct list waiting;   /* clients with work left over, first in first out */
    uint64_t outbox_bytes; /* held by all clients together */
    struct http_scratch http;
};

/* What client_look found. */
enum look {
    LOOK_NOTHING, /* no bytes wait */
    LOOK_BYTES,
    LOOK_END,  /* the peer has closed and all has been read */
    LOOK_OVER, /* the connection has ended otherwise */
};

/* The bytes that wait, in place, until the next call on the stack. */
enum look client_look(struct services *services, struct client *client, struct tercet_span spans[2]);

/* Whether the peer has closed: nothing can come behind the bytes that wait. */
bool client_has_heard_all(struct services *services, const struct client *client);

/* The first @n of them have been used. */
void client_consume(struct services *services, struct client *client, uint32_t n);

/*
 * Throw away at most @limit octets that wait.
 * @thrown: set to how many
 */
enum look client_discard(struct services *services, struct client *client, uint64_t limit,
                         uint64_t *thrown);

/*
 * Write as much as the send buffer takes; less than @n means that serve is called when there is
 * room again.
 * Return: octets taken, 0..@n, or -1 when the connection is over or no buffer is to be had: the
 * caller aborts.
 */
int64_t client_write(struct services *services, struct client *client, const void *bytes,
                     uint32_t n);

/* Call expired in @ms from now, and not at an earlier time set before; 0: never. */
void client_arm(struct services *services, struct client *client, uint32_t ms);

/* Whether the peer has acknowledged something since the timer was armed, and not yet all. */
bool client_has_progressed(struct services *services, struct client *client);

/* Serve again at the next tick, which is due at once: this turn was long enough. */
void client_wait(struct services *services, struct client *client);

/* Close in order: what was written still arrives. */
void client_close(struct services *services, struct client *client);

/* Reset. */
void client_abort(struct services *services, struct client *client);

#endif
