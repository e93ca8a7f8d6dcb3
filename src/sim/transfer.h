/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SIM_TRANSFER_H
#define TERCET_SIM_TRANSFER_H

#include "sim/random.h"
#include "sim/sim.h"

/*
 * An application for simulated hosts: connections that carry known octets both ways.
 *
 * The client sends, the server answers with octets of its own or with what it got (echo); each
 * shuts down when it has written all.  Each end draws the sizes of its writes and reads and
 * pauses now and then, and holds the stack to its promises: every octet in its place, none lost,
 * none twice, the end exactly at the end, and after a write that was cut short or a read that
 * found nothing no second try before the event that was promised.
 *
 * An end may give up halfway, by close or by abort; the other one then may hear of a reset or of
 * an early end, but no wrong octet, and sooner or later it must hear something.
 */
enum {
    TRANSFER_CHUNK_MAX = 8192,   /* octets that one write may offer */
    TRANSFER_RETRY_NS = 10000000 /* pause when the stack has no memory for a write */
};

struct transfer_plan {
    uint64_t up_bytes;    /* from the client to the server */
    uint64_t down_bytes;  /* back; with is_echo it counts for nothing */
    bool is_echo;         /* the server sends back what it reads */
    bool is_early;        /* the client writes before the connection is open */
    bool is_simultaneous; /* the server does not listen but connects as well */
    uint32_t chunk_bytes; /* a write or read is of 1 .. this, at most TRANSFER_CHUNK_MAX */
    uint32_t pause_ppm;   /* this share of them is followed by a pause */
    uint32_t pause_us;    /* of 1 us .. this */
    uint32_t linger_ppm;  /* this share of the ends closes only after CLOSED, the rest at once */
    uint32_t quit_ppm;    /* after this share of its writes and reads an end gives up */
};

enum transfer_phase { TRANSFER_WAITS, TRANSFER_OPEN, TRANSFER_OVER };

/* One end of one connection. */
struct transfer_end {
    enum transfer_phase phase;
    tercet_conn conn;
    struct tercet_endpoint local; /* of the client: what the server's end will have as its remote */
    struct random writer, reader, quitter;
    uint64_t write_key, read_key; /* of the patterns */
    uint64_t to_write, to_read;
    uint64_t n_written, n_read;
    uint64_t write_ns, read_ns; /* paused until */
    bool may_write, may_read;   /* no event is being waited for */
    bool has_shut, has_ended;
    bool lingers, is_closed;
    bool is_fed_up, has_quit; /* is going to give up, has given up */
    bool is_written_off;      /* counted in ends_over before its time: it may never begin */
};

struct transfer_host;

struct transfer {
    struct transfer_plan plan;
    struct transfer_host *client_host, *server_host; /* borrowed */
    struct tercet_endpoint local;  /* the client's; unspecified, or port 0: left to the stack */
    struct tercet_endpoint remote; /* the server's */
    uint64_t start_ns;
    struct transfer_end client, server; /* filled in by transfers_init */
};

/* All transfers of a network. */
struct transfers {
    struct transfer *each; /* borrowed */
    uint32_t n;
    uint32_t ends_over; /* 2 n when all are done */
    /*
     * Octets may be wrong and segments invented: what the network did is no fault, the end that
     * finds it gives up.  What the stack promises its user whatever comes still holds.
     */
    bool is_wild;
    bool is_called_off; /* no end begins, and each gives up at its next turn */
    /* The first promise broken: what, where, when. */
    const char *fault;
    const struct transfer *fault_transfer; /* NULL: a host's */
    bool is_fault_at_server;
    uint64_t fault_ns, got, wanted;
};

/* What runs on one host. */
struct transfer_host {
    struct transfers *all;         /* borrowed */
    struct tercet_endpoint listen; /* port 0: it does not */
    unsigned backlog;
    /* its own */
    tercet_conn listener;
    uint64_t connects, aborts;
    uint32_t held;
    uint64_t wake_ns;
};

/*
 * Make the ends ready; the plans, hosts and endpoints are filled in.  @seed: what the octets and
 * draws hang on.
 */
void transfers_init(struct transfers *all, struct transfer *each, uint32_t n, uint64_t seed);

/*
 * For sim_run_until: whether all transfers are over, or one has a fault.  @all: a struct
 * transfers
 */
bool transfers_are_done(void *all);

/* The application of @host, which it borrows. */
struct sim_application transfer_application(struct transfer_host *host);

/* Let every end give up.  The caller wakes the hosts (sim_wake). */
void transfers_call_off(struct transfers *all);

/* Close the listener of @host, if it has one.  Return: 0 or an error. */
int transfer_listener_close(struct transfer_host *host, struct tercet_stack *stack);

#endif
