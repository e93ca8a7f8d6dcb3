/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_APP_PAIR_H
#define TERCET_TESTS_APP_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/stack.h>

#include "app/services.h"
#include "sim/sim.h"

/*
 * Two stacks on a simulated path: visitors on the one, the services on the other. A visitor says
 * what the test tells it to and keeps all it hears; time passes only in pair_run_ms.
 */
enum { PAIR_VISITORS_MAX = 4096 };

struct visitor {
    tercet_conn conn;
    char *say; /* the visitor's copy of what is still to be said */
    size_t n_say;
    bool shuts_down; /* its FIN follows what it says */
    bool is_deaf;    /* does not read for now */
    char *heard;     /* always zero-terminated */
    size_t n_heard;
    size_t keeps;     /* octets of it kept at most; the rest is only counted */
    bool is_open;     /* the handshake is complete */
    bool has_ended;   /* the peer has closed, and all has been read */
    bool is_over;     /* the connection has ended */
    uint64_t over_ns; /* when has_ended or is_over was first true */
    enum tercet_reason reason;
};

struct pair_plan {
    bool is_v6;
    uint32_t delay_us, loss_ppm;
    uint32_t send_buffer_bytes; /* of the services' host; 0: the default */
    struct services_limits limits;
};

struct pair {
    struct pair_plan plan;
    struct sim *sim;
    uint32_t client, server; /* hosts */
    uint32_t link;           /* from the client; the one to it has the next number */
    struct services *services;
    struct visitor *visitors;
    unsigned n_visitors;
    unsigned most_clients; /* served at once, ever */
    uint64_t strangers;    /* events that the services did not take for theirs */
    void *memory[3];
    size_t memory_bytes[3];
};

/* IPv4, a delay of 100 us, no loss, the default limits. */
void pair_plan_init(struct pair_plan *plan);

/* Build both hosts; services are added by the test.  @plan: NULL for pair_plan_init's */
void pair_open(struct pair *pair, const struct pair_plan *plan);

/* End everything; checks that the simulation found no fault. */
void pair_close(struct pair *pair);

/* End everything in order, wait, and check that neither side holds anything. */
void pair_settle(struct pair *pair);

/* A new visitor, who connects to @port. */
struct visitor *pair_visit(struct pair *pair, uint16_t port);

/* Say @n octets, as soon as there is room. */
void visitor_say(struct pair *pair, struct visitor *visitor, const void *bytes, size_t n);
void visitor_say_text(struct pair *pair, struct visitor *visitor, const char *text);

/* Send a FIN behind what is still to be said. */
void visitor_shut_down(struct pair *pair, struct visitor *visitor);

/* Reset the connection. */
void visitor_abort(struct pair *pair, struct visitor *visitor);

/* Stop reading, or go on. */
void visitor_set_deaf(struct pair *pair, struct visitor *visitor, bool is_deaf);

/* Let time pass. */
void pair_run_ms(struct pair *pair, uint64_t ms);

/*
 * The same until @visitor's connection has ended one way or the other, @ms at most. Return: whether
 * it has.
 */
bool pair_run_to_end(struct pair *pair, struct visitor *visitor, uint64_t ms);

uint64_t pair_now_ms(const struct pair *pair);

/* A response at the beginning of what was heard. */
struct response {
    unsigned status;
    const char *head; /* borrowed; not terminated */
    size_t n_head;
    const char *body;
    size_t n_body;
};

/*
 * Take one response apart.
 * @is_head: it answers HEAD, so no body follows
 * Return: its octets, 0 when it is not complete or none.
 */
size_t response_read(struct response *response, const char *bytes, size_t n, bool is_head);

/*
 * The value of a field, up to its line's end, in memory that lives until the next call; NULL when
 * it is not there.
 */
const char *response_field(const struct response *response, const char *name);

#endif
