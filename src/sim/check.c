/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/network.h"

#include "base/must.h"

/*
 * What must hold after every event, as far as it can be seen from outside: by tercet_stack_info,
 * by what the applications believe, and by what the network itself has counted.
 */
void sim_fault_set(struct sim *sim, const char *what, uint32_t host, uint32_t link, uint64_t got,
                   uint64_t limit) {
    if (sim->fault.what) return;
    sim->fault = (struct sim_fault){
        .what = what,
        .host = host,
        .link = link,
        .now_ns = sim->now_ns,
        .event = sim->n_events,
        .got = got,
        .limit = limit,
    };
}

const struct sim_fault *sim_fault(const struct sim *sim) {
    return &sim->fault;
}

/* A host's invariant: @got is at most @limit. */
static void at_most(struct sim *sim, uint32_t host, const char *what, uint64_t got, uint64_t limit) {
    if (got > limit) sim_fault_set(sim, what, host, 0, got, limit);
}

static void limits_check(struct sim *sim, uint32_t host, const struct tercet_stack_info *info) {
    const struct tercet_config *limits = &sim_host_at(sim, host)->limits;

    at_most(sim, host, "more connections than configured", info->conns, limits->max_conns);
    at_most(sim, host, "more half-opens than configured", info->half_opens, limits->max_half_opens);
    at_most(sim, host, "more TIME-WAITs than configured", info->time_waits, limits->max_time_waits);
    at_most(sim, host, "more listeners than configured", info->listeners, limits->max_listeners);
    at_most(sim, host, "more reassemblies than configured", info->reassemblies,
            limits->max_reassemblies);
    at_most(sim, host, "more buffer than configured", info->buffer_blocks,
            limits->buffer_bytes / 2048);
}

static void counts_check(struct sim *sim, uint32_t host, const struct tercet_stack_info *info) {
    const struct sim_host *self = sim_host_at(sim, host);

    at_most(sim, host, "reassemblies without a connection", info->reassemblies, info->conns);
    if (info->conns == 0 && info->fragmented == 0)
        at_most(sim, host, "buffers without a connection or a fragment", info->buffer_blocks, 0);
    if (info->frames_in != self->frames_in)
        sim_fault_set(sim, "frames in are not those that arrived", host, 0, info->frames_in,
                      self->frames_in);
    if (info->frames_out != self->frames_out)
        sim_fault_set(sim, "frames out are not those that departed", host, 0, info->frames_out,
                      self->frames_out);
}

static void belief_check(struct sim *sim, uint32_t host, const struct tercet_stack_info *info) {
    const struct sim_application *application = &sim_host_at(sim, host)->application;
    struct sim_belief belief = {.held = 0};
    uint64_t ever;

    if (!application->believe) return;
    application->believe(application->user, &belief);
    ever = belief.connects + info->opened_passive;
    at_most(sim, host, "more active opens than calls of connect", info->opened_active,
            belief.connects);
    at_most(sim, host, "more connections than were ever opened and not aborted", info->conns,
            ever - belief.aborts);
    at_most(sim, host, "more TIME-WAITs than connections ever opened", info->time_waits, ever);
    at_most(sim, host, "the application holds more connections than live", belief.held,
            (uint64_t)info->conns + info->time_waits);
    if (belief.listeners != info->listeners)
        sim_fault_set(sim, "listeners are not those that the application has", host, 0,
                      info->listeners, belief.listeners);
}

/* Every arrival ends in exactly one verdict. */
static void verdicts_check(struct sim *sim, uint32_t host, const struct tercet_stack_info *info) {
    uint64_t verdicts = 0;

    for (unsigned i = 0; i < TERCET_VERDICT_COUNT; i++)
        verdicts += tercet_stack_counter(sim_stack(sim, host), (enum tercet_verdict)i);
    if (verdicts != info->frames_in)
        sim_fault_set(sim, "verdicts are not as many as arrivals", host, 0, verdicts,
                      info->frames_in);
}

void sim_host_check(struct sim *sim, uint32_t host) {
    struct tercet_stack_info info;

    tercet_stack_info(sim_stack(sim, host), &info);
    limits_check(sim, host, &info);
    counts_check(sim, host, &info);
    belief_check(sim, host, &info);
    verdicts_check(sim, host, &info);
}

/*
 * No error that the Internet checksum finds gets further than the walls of IP and TCP.  An address
 * is no longer ours before any checksum is looked at.
 */
void sim_corrupted_check(struct sim *sim, uint32_t host, enum tercet_verdict verdict) {
    switch (verdict) {
    case TERCET_IP_SHORT:
    case TERCET_IP_VERSION:
    case TERCET_IP_HEADER:
    case TERCET_IP_CHECKSUM:
    case TERCET_IP_SOURCE:
    case TERCET_IP_NOT_OURS:
    case TERCET_IP_MULTICAST:
    case TERCET_IP_PROTOCOL:
    case TERCET_ICMP_SHORT:
    case TERCET_ICMP_CHECKSUM:
    case TERCET_TCP_SHORT:
    case TERCET_TCP_OFFSET:
    case TERCET_TCP_CHECKSUM: return;
    default: sim_fault_set(sim, "a corrupted frame was believed", host, 0, verdict, 0);
    }
}

/* What entered or was copied is lost, has arrived or is on its way. */
void sim_link_check(struct sim *sim, uint32_t link) {
    const struct sim_link_counts *counts = sim_link_counts(sim, link);
    uint64_t in = counts->frames[SIM_ENTERED] + counts->frames[SIM_COPIED];
    uint64_t lost = counts->frames[SIM_LOST] + counts->frames[SIM_BURST_LOST] +
                    counts->frames[SIM_CUT];
    uint64_t out = lost + counts->frames[SIM_ARRIVED] + counts->flying_frames;

    if (in != out) sim_fault_set(sim, "a link made or swallowed a frame", 0, link, in, out);
    if (counts->queued_frames > counts->flying_frames)
        sim_fault_set(sim, "more frames queued than on the link", 0, link, counts->queued_frames,
                      counts->flying_frames);
}

bool sim_check(struct sim *sim) {
    uint64_t flying = 0;

    for (uint32_t host = 1; host <= sim->n_hosts; host++) {
        if (!sim_host_at(sim, host)->stack) continue;
        sim_host_check(sim, host);
    }
    for (uint32_t link = 1; link <= sim->n_links; link++) {
        sim_link_check(sim, link);
        flying += sim_link_counts(sim, link)->flying_frames;
    }
    if (flying != sim->frames.used)
        sim_fault_set(sim, "frames taken are not those on links", 0, 0, sim->frames.used, flying);
    return !sim->fault.what;
}

static void host_check_idle(struct sim *sim, uint32_t host) {
    struct tercet_stack *stack = sim_stack(sim, host);
    uint64_t deadline_ns = tercet_stack_deadline(stack);
    struct tercet_stack_info info;

    tercet_stack_info(stack, &info);
    at_most(sim, host, "a connection is left", info.conns, 0);
    at_most(sim, host, "a half-open is left", info.half_opens, 0);
    at_most(sim, host, "a TIME-WAIT is left", info.time_waits, 0);
    at_most(sim, host, "a reassembly is left", info.reassemblies, 0);
    at_most(sim, host, "a fragmented packet is left", info.fragmented, 0);
    at_most(sim, host, "a buffer is left", info.buffer_blocks, 0);
    if (deadline_ns != UINT64_MAX)
        sim_fault_set(sim, "a timer is left", host, 0, deadline_ns, UINT64_MAX);
}

bool sim_check_idle(struct sim *sim) {
    if (!sim_check(sim)) return false;
    for (uint32_t host = 1; host <= sim->n_hosts; host++) {
        if (sim_host_at(sim, host)->stack) host_check_idle(sim, host);
    }
    if (sim->frames.used != 0) sim_fault_set(sim, "a frame is left", 0, 0, sim->frames.used, 0);
    return !sim->fault.what;
}
