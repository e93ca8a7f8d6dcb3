/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SIM_SIM_H
#define TERCET_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/stack.h>

/*
 * A network in virtual time, from one seed.
 *
 * Hosts stand at the ends of links.  A host is a stack with its application, or an actor: a
 * callback that gets frames and sends what it likes.  A link is one direction of a path; a path
 * there and back is two links, which need not be alike.  Time is a number: the next event is taken
 * off a heap ordered by (time, order of scheduling), the clock jumps to it, the host it concerns
 * has its turn (arrive, tick, application, depart until dry), and what departed goes onto links.
 *
 * Nothing here asks the machine for anything: memory is given, all chance comes from the seed, in
 * one stream for each link and purpose (so that switching an impairment on does not shift the
 * draws of another), all arithmetic is in integers.  The same seed and the same calls give the
 * same octets at the same times on any machine.
 *
 * After each event the invariants that can be seen from outside are checked; the first one broken
 * is kept as the fault and stops the run.  Arguments out of range are refused (0, NULL); breaking
 * the simulator's own rules is must().
 */
struct sim;

enum {
    SIM_HOSTS_MAX = 4096,
    SIM_LINKS_MAX = 16384,
    SIM_FRAMES_MAX = 1 << 20,
    SIM_DOORS_MAX = 8,         /* links that leave one host */
    SIM_BATCH_MAX = 32,        /* frames that arrive or depart in one call */
    SIM_DEPART_MAX = 65536,    /* frames that leave one host in one turn: more is a fault */
    SIM_INSTANT_MAX = 1 << 20, /* events at one instant: more is a fault, time stands still */
    SIM_FRAME_BYTES_MAX = 65535,
    SIM_DELAY_US_MAX = 1 << 30, /* about 18 minutes */
    SIM_MILLION = 1000000       /* shares are parts per million */
};

#define SIM_NEVER UINT64_MAX

struct sim_config {
    uint64_t seed;
    uint64_t start_ns;    /* the clock at the beginning */
    uint32_t max_hosts;   /* 1 .. SIM_HOSTS_MAX */
    uint32_t max_links;   /* 1 .. SIM_LINKS_MAX */
    uint32_t max_frames;  /* on all links together, 1 .. SIM_FRAMES_MAX; the rest is dropped */
    uint32_t frame_bytes; /* longest frame in octets, 68 .. SIM_FRAME_BYTES_MAX */
};

/* Octets that sim_init needs; 0 when a limit is out of its range. */
size_t sim_size(const struct sim_config *config);

/*
 * Make a network without hosts in @memory, which it keeps (zeroed, 64-octet aligned, sim_size
 * octets).
 * Return: the network, or NULL when a limit is out of its range.
 */
struct sim *sim_init(void *memory, const struct sim_config *config);

/* The virtual clock in nanoseconds. */
uint64_t sim_now(const struct sim *sim);

/* Events handled so far. */
uint64_t sim_events(const struct sim *sim);

/* What an application believes to be so, to be compared with what its stack says. */
struct sim_belief {
    uint32_t held;      /* conn values that it has and has not given back, listeners not counted */
    uint32_t listeners; /* listeners that it has */
    uint64_t connects;  /* calls of tercet_connect that succeeded, ever */
    uint64_t aborts;    /* calls of tercet_conn_abort that succeeded, ever */
};

/* What runs on a stack. */
struct sim_application {
    /*
     * Pull events and make calls: after each arrival and tick, at the host's first turn, and when
     * asked for.
     * Return: when to be called again at the latest; SIM_NEVER: only when something happens.
     */
    uint64_t (*run)(void *user, struct tercet_stack *stack, uint64_t now_ns);
    /* Fill in @belief; NULL when it has none to offer. */
    void (*believe)(void *user, struct sim_belief *belief);
    void *user; /* borrowed for the life of the network */
};

struct sim_host_config {
    const struct tercet_config *stack; /* copied; the secret is drawn from the seed instead */
    void *memory;                      /* as tercet_stack_init wants it, kept */
    size_t memory_bytes;
    unsigned batch; /* frames of one instant arrive together, 1 .. SIM_BATCH_MAX; 0: 1 */
    struct sim_application application;
};

/*
 * Add a host with a stack.  Its addresses and routes are added by tercet_stack_add_address and
 * sim_route_all, or tercet_stack_add_route; its first turn is at once.
 * Return: its number, 1 .. max_hosts, or 0 when it is refused (no room, or by tercet_stack_init).
 */
uint32_t sim_add_host(struct sim *sim, const struct sim_host_config *config);

/* A host played by callbacks: an attacker, a test peer, a router. */
struct sim_actor {
    /* A frame has come (borrowed until it returns); its door is the actor's.  NULL: it is deaf. */
    void (*arrive)(void *user, struct sim *sim, uint32_t host, const struct tercet_frame *frame);
    /*
     * The time asked for has come.  Return: when to be called again, or SIM_NEVER.  NULL: never
     * asks.
     */
    uint64_t (*wake)(void *user, struct sim *sim, uint32_t host);
    void *user; /* borrowed for the life of the network */
};

/*
 * Add a host that is an actor; it wakes at once.  Return: its number, or 0 when there is no room.
 */
uint32_t sim_add_actor(struct sim *sim, const struct sim_actor *actor);

/* An actor sends @n octets out by @door.  Return: false when no link leaves there. */
bool sim_send(struct sim *sim, uint32_t host, uint16_t door, const void *bytes, uint32_t n);

/* Give @host a turn at @at_ns, now or later; an earlier one that it has asked for stays. */
void sim_wake(struct sim *sim, uint32_t host, uint64_t at_ns);

/*
 * The stack of @host, NULL for an actor.  Who calls it outside the application's turn asks for a
 * turn by sim_wake.
 */
struct tercet_stack *sim_stack(const struct sim *sim, uint32_t host);

/* One direction of a path.  All zero, but for the MTU, is a perfect wire. */
struct sim_link_config {
    uint32_t mtu;       /* longest packet in octets, 68 .. frame_bytes; longer ones are dropped */
    uint32_t delay_us;  /* from the end of transmission to arrival */
    uint32_t jitter_us; /* added: 0 .. this, drawn for each frame; keeps the order */
    uint64_t bandwidth_bps; /* 0: transmission takes no time, and there is no queue */
    uint32_t queue_frames;  /* waiting or in transmission at most, 0: no limit; tail drop */
    uint32_t queue_octets;  /* the same in octets */
    uint32_t loss_ppm;      /* parts per million: lost after transmission */
    uint32_t duplicate_ppm; /* arrives twice, the copy right behind the original */
    uint32_t duplicate_us;  /* the copy is late by 0 .. this */
    uint32_t reorder_ppm;   /* held back, so that those behind it overtake it */
    uint32_t reorder_us;    /* held for 1 us .. this */
    /* Loss in bursts: a share of the frames begins a bad time, a share of those in it ends it. */
    uint32_t burst_enter_ppm, burst_leave_ppm;
    uint32_t burst_loss_ppm; /* lost in a bad time */
    /*
     * This share arrives with one bit wrong, or a burst of 2 .. 15 bits where a checksum guards
     * them: such a frame that a stack believes is a fault.  Wildly: 1 .. 16 bits anywhere.
     */
    uint32_t corrupt_ppm;
    bool corrupts_wildly;
    /*
     * Down for @cut_us, the first time @cut_from_us after the network's beginning, then each
     * @cut_every_us (0: once; else more than cut_us).  What has been transmitted arrives.
     */
    uint32_t cut_from_us, cut_us, cut_every_us;
};

/*
 * Lead @door of @from to @to, where frames arrive by @to_door.
 * Return: the link's number, 1 .. max_links, or 0 when it is refused (no room, the door is taken,
 * a value out of range).
 */
uint32_t sim_add_link(struct sim *sim, uint32_t from, uint16_t door, uint32_t to, uint16_t to_door,
                      const struct sim_link_config *config);

/*
 * Join door 0 of @a with door 0 of @b by two links of the same kind, and route everything there
 * (sim_route_all).
 * Return: the link from @a to @b; the one from @b to @a has the next number.  0 when it is
 * refused.
 */
uint32_t sim_join(struct sim *sim, uint32_t a, uint32_t b, const struct sim_link_config *config);

/*
 * Send all IPv4 packets, and IPv6 where the MTU allows it, of the stack of @host out by @door.
 * Return: 0 or an error.
 */
int sim_route_all(struct sim *sim, uint32_t host, uint16_t door);

/*
 * Change @link from now on; frames on their way are not touched.  Return: false when a value is
 * out of range.
 */
bool sim_link_change(struct sim *sim, uint32_t link, const struct sim_link_config *config);

/*
 * What can become of a frame on a link.  Each one enters or is refused; who entered gets lost
 * (LOST, BURST_LOST, CUT) or arrives.  X(NAME, "name")
 */
#define SIM_FATES(X)                                                                               \
    X(ENTERED, "entered")       /* onto the link */                                                \
    X(TOO_LONG, "too-long")     /* longer than the MTU */                                          \
    X(QUEUE_FULL, "queue-full") /* tail drop */                                                    \
    X(NO_FRAME, "no-frame")     /* max_frames are on their way */                                  \
    X(LOST, "lost")                                                                                \
    X(COPIED, "copied")   /* a second one is on its way */                                         \
    X(NO_COPY, "no-copy") /* there was no frame for it */                                          \
    X(ARRIVED, "arrived")                                                                          \
    X(BURST_LOST, "burst-lost")                                                                    \
    X(CUT, "link-down")       /* lost */                                                           \
    X(CORRUPTED, "corrupted") /* these octets go on */

enum sim_fate {
#define SIM_FATE_ENUM(name, text) SIM_##name,
    SIM_FATES(SIM_FATE_ENUM)
#undef SIM_FATE_ENUM
        SIM_FATE_COUNT
};

const char *sim_fate_name(enum sim_fate fate);

struct sim_link_counts {
    uint64_t frames[SIM_FATE_COUNT];
    uint64_t octets[SIM_FATE_COUNT];
    uint64_t queued_octets; /* now */
    uint32_t queued_frames;
    uint32_t flying_frames; /* now on the link, queued ones included */
};

const struct sim_link_counts *sim_link_counts(const struct sim *sim, uint32_t link);

/*
 * Called for each fate of each frame; the frame is borrowed until it returns.  No call on the
 * network or a stack.
 */
typedef void sim_tap(void *user, uint64_t now_ns, uint32_t link, const struct tercet_frame *frame,
                     enum sim_fate fate);

/*
 * Tap @link, or all that exist with 0; @user is borrowed for the life of the network; @tap NULL
 * takes it off.
 */
void sim_link_tap(struct sim *sim, uint32_t link, sim_tap *tap, void *user);

/* Handle the next event.  Return: false when there is none, or after a fault. */
bool sim_step(struct sim *sim);

/*
 * Handle events until @is_done answers true (asked before each one), none is left before
 * @until_ns, or a fault.
 * @is_done: may be NULL
 * Return: what @is_done answered last (false without one).  When time ran out the clock stands at
 * @until_ns.
 */
bool sim_run_until(struct sim *sim, uint64_t until_ns, bool (*is_done)(void *user), void *user);

/* An invariant that did not hold. */
struct sim_fault {
    const char *what; /* a sentence, NULL: none so far */
    uint32_t host;    /* where, 0: not at a host */
    uint32_t link;    /* where, 0: not on a link */
    uint64_t now_ns;
    uint64_t event; /* number of the event, for a break point */
    uint64_t got, limit;
};

const struct sim_fault *sim_fault(const struct sim *sim);

/* Check everything now, the costly invariants included.  Return: false: the fault tells. */
bool sim_check(struct sim *sim);

/*
 * Check besides that nothing is left: no connection, half-open, TIME-WAIT, buffer, deadline, frame.
 * For when all connections were closed and 2 MSL have passed.  Listeners may stay.
 */
bool sim_check_idle(struct sim *sim);

#endif
