/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BASE_INSTANT_H
#define TERCET_BASE_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A point on the caller's monotonic clock, in nanoseconds.  Never read here: `now` is an argument.
 */
struct instant {
    uint64_t ns;
};

#define INSTANT_NEVER ((struct instant){UINT64_MAX})
#define NS_PER_US     1000u
#define NS_PER_MS     1000000u
#define NS_PER_S      1000000000ull

static inline struct instant instant_of(uint64_t ns) {
    return (struct instant){ns};
}

static inline struct instant instant_add_us(struct instant t, uint64_t us) {
    return (struct instant){t.ns + us * NS_PER_US};
}

static inline bool instant_lt(struct instant a, struct instant b) {
    return a.ns < b.ns;
}

static inline struct instant instant_min(struct instant a, struct instant b) {
    return instant_lt(a, b) ? a : b;
}

/*
 * A deadline in four octets: 2^16 ns (65.536 us) ticks modulo 2^32, good for distances below 39
 * hours. Zero means "not armed"; a deadline that would be zero is one tick later.
 */
struct tick {
    uint32_t n;
};

#define TICK_SHIFT 16
#define TICK_US    66 /* a tick, rounded up */
#define TICK_NONE  ((struct tick){0})

/* The current tick: the last one begun. */
static inline struct tick tick_of(struct instant t) {
    return (struct tick){(uint32_t)(t.ns >> TICK_SHIFT)};
}

/* The first tick that begins @us microseconds after @now, or later: a timer never fires early. */
static inline struct tick tick_after_us(struct instant now, uint64_t us) {
    uint32_t n = (uint32_t)((now.ns + us * NS_PER_US + (1u << TICK_SHIFT) - 1) >> TICK_SHIFT);

    return (struct tick){n ? n : 1};
}

static inline bool tick_is_armed(struct tick t) {
    return t.n != 0;
}

/* Microseconds from @from to @to, which is not before it. */
static inline uint64_t tick_us_between(struct tick from, struct tick to) {
    return ((uint64_t)(to.n - from.n) << TICK_SHIFT) / NS_PER_US;
}

/* Whether the armed @t has been reached at @now. */
static inline bool tick_is_due(struct tick t, struct tick now) {
    return tick_is_armed(t) && (int32_t)(t.n - now.n) <= 0;
}

static inline bool tick_lt(struct tick a, struct tick b) {
    return (int32_t)(a.n - b.n) < 0;
}

/* The instant at which @t begins, taken as the one within 39 hours of @now. */
static inline struct instant tick_instant(struct tick t, struct instant now) {
    uint64_t at = now.ns >> TICK_SHIFT;

    return (struct instant){(uint64_t)((int64_t)at + (int32_t)(t.n - (uint32_t)at)) << TICK_SHIFT};
}

#endif
