/* SPDX-License-Identifier: BSD-2-Clause */
#include "tcp/burst.h"

#include "tcp/tcp.h"

#define BURST_MIN       2u /* segments */
#define BURST_MAX_BYTES 65535u

/* Octets that a round trip brings, doubled in slow start, times 1.2 behind it; those of a millisecond of that. */
static uint32_t octets_a_millisecond(const struct tcb *tcb) {
    uint32_t rtt_us = tcb->srtt_us8 / 8 ? tcb->srtt_us8 / 8 : 1;
    uint32_t percent = tcb->cwnd < tcb->ssthresh / 2 ? 200 : 120;
    uint64_t octets = (uint64_t)tcb->cwnd * percent * 10 / rtt_us;

    return octets < BURST_MAX_BYTES ? (uint32_t)octets : BURST_MAX_BYTES;
}

/* A short way lets more go at once: 64 KiB, halved with each half millisecond of round trip. */
static uint32_t octets_of_nearness(const struct tcb *tcb) {
    uint32_t halvings = (tcb->srtt_us8 / 8) >> 9;

    return halvings < 16 ? BURST_MAX_BYTES >> halvings : 0;
}

static uint32_t burst_segments(const struct tcb *tcb) {
    uint32_t octets = octets_a_millisecond(tcb) + octets_of_nearness(tcb), segments;

    if (octets > BURST_MAX_BYTES) octets = BURST_MAX_BYTES;
    segments = octets / tcb_payload_max(tcb);
    return segments > BURST_MIN ? segments : BURST_MIN;
}

bool burst_ends(struct tcp *t, const struct tcb *tcb, struct seq from, uint32_t n,
                uint32_t sendable) {
    struct burst *burst = &t->burst;
    uint32_t whole = tcb_payload_max(tcb), most;

    if (burst->owner != tcb || !seq_eq(burst->next, from) || !burst->left) {
        most = burst_segments(tcb);
        burst->owner = tcb;
        burst->left = sendable / whole < most ? (sendable + whole - 1) / whole : most;
        if (burst->left == 1) burst->left = 0;
    }
    burst->next = seq_add(from, n);
    return burst->left && !--burst->left;
}
