/* SPDX-License-Identifier: BSD-2-Clause */
#include "door/clock.h"

#include <time.h>

#include "base/instant.h"
#include "base/must.h"

static uint64_t clock_ns(clockid_t clock) {
    struct timespec t;

    must(clock_gettime(clock, &t) == 0);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t clock_monotonic_ns(void) {
    return clock_ns(CLOCK_MONOTONIC);
}

uint64_t clock_wall_ns(void) {
    return clock_ns(CLOCK_REALTIME);
}
