/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SIM_DIGEST_H
#define TERCET_SIM_DIGEST_H

#include <stdint.h>

#include "sim/sim.h"

/*
 * What a run was, in 64 bits: every octet of every frame on the tapped links, its fate and its
 * time, in order. Two runs with equal digests were the same, but for accidents; not against
 * malice.
 */
struct sim_digest {
    uint64_t value;
    uint64_t frames;
};

/* A tap: @user is a struct sim_digest, zeroed at the beginning. */
void sim_digest_tap(void *user, uint64_t now_ns, uint32_t link, const struct tercet_frame *frame,
                    enum sim_fate fate);

#endif
