/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_APP_SERVICES_H
#define TERCET_APP_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/stack.h>

/*
 * Small services in the stack's own loop: echo, discard, chargen and an HTTP/1.1 file server.
 *
 * They own no thread, no clock and no descriptor to wait on. The loop that owns the stack pulls
 * events and gives each one to services_event, calls services_tick when services_deadline is
 * reached, and lets the stack depart after either. A turn's work is bounded by the stack's buffers
 * and the limits here; what is left over makes the deadline 0.
 */
struct services;
struct files;

enum services_kind {
    SERVICES_ECHO,    /* RFC 862: sends back what it gets */
    SERVICES_DISCARD, /* RFC 863: throws away what it gets */
    SERVICES_CHARGEN, /* RFC 864: sends a rotating pattern, throws away what it gets */
    SERVICES_HTTP,    /* RFC 9110, 9112: files below a folder, or a built-in page */
    SERVICES_KINDS
};

/*
 * The upper 16 bits of the user values that services give to their conns: other users of the stack
 * keep off it.
 */
#define SERVICES_USER 0x5356u

enum {
    SERVICES_LISTENERS_MAX = 64,  /* ports served at once */
    SERVICES_ACCEPTS_A_TURN = 256 /* connections taken from one listener at a time */
};

struct services_limits {
    uint32_t max_clients; /* served at once, 1 .. 16,777,215 (16,384); more wait to be accepted */
    uint32_t backlog;     /* of each listener, 0 .. 65,534 (1,024) */
    uint32_t head_ms;     /* a request's head, and then its body, must be there by then (10,000) */
    uint32_t idle_ms;     /* an HTTP connection without progress for so long ends (60,000) */
    uint32_t linger_ms;   /* after the last response, so long without progress (5,000) */
    uint32_t stream_ms;   /* the same as idle_ms for echo, discard and chargen; 0: never (0) */
    uint32_t stuck_ms; /* a client who takes nothing of what waits for him is reset; 0: never (0) */
    uint32_t keep_idle_s; /* a peer who is silent for so long is asked whether he lives; 0: never (120) */
    uint64_t outbox_bytes; /* response octets without room in send buffers, in all (16 MiB) */
};

/* Since services_init, but for `clients`. */
struct services_counters {
    uint32_t clients;                  /* connections served now */
    uint64_t accepted[SERVICES_KINDS]; /* connections taken */
    uint64_t bytes_in, bytes_out;      /* payload taken from peers and given to the stack */
    uint64_t waited;                   /* times that the pool was full and a listener had to wait */
    uint64_t timed_out;                /* clients that an idle, head or linger limit ended */
    uint64_t aborted;      /* clients that we reset: no progress, no memory, a file that shrank */
    uint64_t requests;     /* HTTP heads parsed or refused */
    uint64_t responses[6]; /* HTTP responses by class: [2] is 200..299 */
};

/* Fill in the defaults. */
void services_limits_init(struct services_limits *limits);

/*
 * Make services over @stack, which they borrow for their life.
 * @limits: copied
 * Return: 0 and *@services, or -ENOMEM; -EINVAL for a limit out of range.
 */
int services_init(struct services **services, struct tercet_stack *stack,
                  const struct services_limits *limits, uint64_t now_ns);

/* Reset all clients, stop listening, free the memory. */
void services_free(struct services *services);

/* Listen no longer; clients are served to their end. */
void services_stop(struct services *services);

/*
 * Serve @kind on @port of every local address of both families.
 * @root: the folder that HTTP serves, borrowed for the services' life; NULL: the built-in page
 * Return: 0, or an enum tercet_error of tercet_listen; TERCET_FULL beyond SERVICES_LISTENERS_MAX.
 */
int services_add(struct services *services, enum services_kind kind, uint16_t port,
                 struct files *root);

/*
 * The wall clock for HTTP's Date: Unix nanoseconds minus the `now_ns` of the calls. Call it again
 * when the clock has moved.
 */
void services_set_wall(struct services *services, int64_t wall_minus_now_ns);

/*
 * Handle one event pulled from the stack.
 * Return: false when it does not belong to the services.
 */
bool services_event(struct services *services, const struct tercet_event *event, uint64_t now_ns);

/* When to call services_tick at the latest, UINT64_MAX for never, 0 when there is work now. */
uint64_t services_deadline(const struct services *services);

/* End what has timed out, and go on with work that was left over. */
void services_tick(struct services *services, uint64_t now_ns);

const struct services_counters *services_counters(const struct services *services);

/* "echo", "discard", "chargen", "http". */
const char *services_kind_name(enum services_kind kind);

#endif
