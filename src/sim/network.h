/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SIM_NETWORK_H
#define TERCET_SIM_NETWORK_H

#include "base/pool.h"
#include "sim/events.h"
#include "sim/random.h"
#include "sim/sim.h"

/*
 * The inside of a network, shared by the files of this room.
 *
 * Slots of the event heap: host h is slot h; the frame with pool index f is slot max_hosts + f.
 */
struct sim_host {
    struct tercet_stack *stack; /* NULL: an actor */
    struct sim_application application;
    struct sim_actor actor;
    uint32_t links[SIM_DOORS_MAX]; /* that leave by each door, 0: none */
    unsigned batch;
    struct tercet_config limits; /* the stack's configuration */
    uint64_t wanted_ns;          /* when the application or the actor wants a turn */
    uint64_t frames_in, frames_out;
};

struct sim_link {
    struct sim_link_config config;
    uint32_t from, to; /* hosts */
    uint16_t to_door;
    struct random loss, duplicate, reorder, jitter, burst, corrupt;
    bool is_bad;              /* a time of bursts */
    uint64_t free_ns;         /* the transmitter has sent all that is queued */
    uint64_t last_arrival_ns; /* of those that keep the order */
    struct sim_link_counts counts;
    sim_tap *tap;
    void *tap_user;
};

/* What chance does to a frame, drawn when it enters. */
struct sim_luck {
    uint64_t jitter_ns, copy_ns;
    uint64_t held_ns;    /* 0: keeps the order */
    uint64_t corruption; /* what becomes of its octets hangs on this */
    bool is_lost, is_in_burst, is_copied, is_corrupted;
    bool is_wild; /* corrupted without regard for checksums */
};

/*
 * A frame on a link; its octets lie behind it.  While it is free the pool's own link overlays the
 * first member.
 */
struct sim_frame {
    uint32_t link;
    uint32_t length;
    struct sim_luck luck;
    bool is_queued; /* waits for the transmitter */
    bool is_flying; /* transmission is over */
    unsigned char bytes[];
};

struct sim {
    struct sim_config config;
    struct sim_host *hosts; /* host h at h - 1 */
    struct sim_link *links;
    uint32_t n_hosts, n_links;
    struct pool frames;
    struct events events;
    uint64_t now_ns;
    uint64_t n_events;
    uint32_t n_at_now; /* events at this instant */
    struct sim_fault fault;
    unsigned char *scratch; /* SIM_BATCH_MAX buffers into which stacks depart */
};

static inline struct sim_host *sim_host_at(const struct sim *sim, uint32_t host) {
    return &sim->hosts[host - 1];
}

static inline struct sim_link *sim_link_at(const struct sim *sim, uint32_t link) {
    return &sim->links[link - 1];
}

static inline struct sim_frame *sim_frame_at(const struct sim *sim, uint32_t frame) {
    return pool_at(&sim->frames, frame);
}

/* impair.c: all that chance will do to the next frame of @link. */
struct sim_luck sim_luck_draw(struct sim_link *link);

/* impair.c: whether the link is down at this time. */
bool sim_link_is_cut(const struct sim_link_config *config, uint64_t since_start_ns);

/* impair.c: change the octets of @frame as its luck says. */
void sim_frame_corrupt(struct sim_frame *frame);

/* link.c: a frame of @n octets, borrowed, comes to the beginning of @link. */
void sim_link_enter(struct sim *sim, uint32_t link, const unsigned char *bytes, uint32_t n);

/* link.c: transmission of @frame is over: it flies or is lost. */
void sim_link_transmitted(struct sim *sim, uint32_t frame);

/*
 * link.c: @frame, which was flying, has come to the end of its link; give it back when its octets
 * are read.
 */
void sim_link_arrived(struct sim *sim, uint32_t frame);
void sim_frame_give(struct sim *sim, uint32_t frame);

/* host.c: the @n frames arrive at @host, which has its turn. */
void sim_host_arrive(struct sim *sim, uint32_t host, const uint32_t *indices, unsigned n);

/* host.c: the time has come that the stack, the application or the actor of @host waited for. */
void sim_host_wake(struct sim *sim, uint32_t host);

/* check.c: keep the first fault. */
void sim_fault_set(struct sim *sim, const char *what, uint32_t host, uint32_t link, uint64_t got,
                   uint64_t limit);

/* check.c: a frame that was corrupted, but not wildly, has come to @verdict. */
void sim_corrupted_check(struct sim *sim, uint32_t host, enum tercet_verdict verdict);

/* check.c: frames on @link are all accounted for. */
void sim_link_check(struct sim *sim, uint32_t link);

/* check.c: what is cheap to check of one host after each of its turns. */
void sim_host_check(struct sim *sim, uint32_t host);

#endif
