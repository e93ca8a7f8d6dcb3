/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_DOOR_CLOCK_H
#define TERCET_DOOR_CLOCK_H

#include <stdint.h>

/* Nanoseconds of the monotonic clock: the `now_ns` of the whole stack.  Never goes backwards. */
uint64_t clock_monotonic_ns(void);

/* Nanoseconds since 1970.  May be stepped by an administrator. */
uint64_t clock_wall_ns(void);

#endif
