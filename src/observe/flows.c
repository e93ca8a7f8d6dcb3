/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/flows.h"

#include <string.h>

#include "base/must.h"

#define ALIGNMENT 64u

static size_t round_up(size_t n) {
    return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

size_t flows_size(uint32_t max_attempts, uint32_t max_openings) {
    return round_up(flow_table_size(max_attempts)) +
           round_up(pool_size(max_attempts, sizeof(struct attempt))) +
           round_up(pool_size(max_openings, sizeof(struct opening)));
}

void flows_init(struct flows *flows, void *memory, uint32_t max_attempts, uint32_t max_openings,
                const struct siphash_key *key) {
    unsigned char *at = memory;
    struct attempt *first;

    memset(flows, 0, sizeof *flows);
    flows->key = *key;
    flow_table_init(&flows->index, at, max_attempts);
    at += round_up(flow_table_size(max_attempts));
    first = (struct attempt *)(void *)at;
    pool_init(&flows->attempts, at, max_attempts, sizeof(struct attempt));
    at += round_up(pool_size(max_attempts, sizeof(struct attempt)));
    pool_init(&flows->openings, at, max_openings, sizeof(struct opening));
    for (unsigned i = 0; i < FLOWS_PHASE_COUNT; i++)
        list_init(&flows->phases[i], &first->phase_link, sizeof *first);
    list_init(&flows->due, &first->due_link, sizeof *first);
}

static uint32_t flows_index(const struct flows *flows, const struct attempt *attempt) {
    return (uint32_t)(((const unsigned char *)attempt - flows->attempts.base) /
                      flows->attempts.stride) +
           1;
}

static struct attempt *flows_at(const struct flows *flows, uint32_t index) {
    return index ? pool_at(&flows->attempts, index) : NULL;
}

/* The smaller endpoint is hashed first, so that both directions agree. */
void flows_tag(const struct flows *flows, struct flow_way *way) {
    const struct tercet_endpoint *low = &way->from, *high = &way->to;
    int order = memcmp(&low->address, &high->address, sizeof low->address);
    uint64_t words[4];

    if (order > 0 || (order == 0 && low->port > high->port)) {
        low = &way->to;
        high = &way->from;
    }
    memcpy(words, &low->address, sizeof low->address);
    memcpy(words + 2, &high->address, sizeof high->address);
    way->tag = (uint32_t)siphash_words(&flows->key, words, 4,
                                       (uint64_t)low->port << 16 | high->port, 4);
}

static bool is_between(const struct attempt *attempt, const struct flow_way *way) {
    const struct tercet_endpoint *client = &attempt->side[ATTEMPT_CLIENT].endpoint;
    const struct tercet_endpoint *server = &attempt->side[ATTEMPT_SERVER].endpoint;

    if (endpoint_eq(client, &way->from)) return endpoint_eq(server, &way->to);
    return endpoint_eq(client, &way->to) && endpoint_eq(server, &way->from);
}

static struct attempt *flows_find(const struct flows *flows, const struct flow_way *way,
                                  bool is_open) {
    uint32_t at, ref = flow_first(&flows->index, way->tag, &at);

    for (; ref; ref = flow_next(&flows->index, way->tag, &at)) {
        struct attempt *attempt = flows_at(flows, ref);

        if ((attempt->phase == FLOWS_OPEN) == is_open && is_between(attempt, way)) return attempt;
    }
    return NULL;
}

struct attempt *flows_find_opening(const struct flows *flows, const struct flow_way *way) {
    return flows_find(flows, way, false);
}

struct attempt *flows_find_open(const struct flows *flows, const struct flow_way *way) {
    return flows_find(flows, way, true);
}

static void flows_free(struct flows *flows, struct attempt *attempt) {
    uint32_t index = flows_index(flows, attempt);

    list_remove(&flows->phases[attempt->phase], index);
    if (attempt->phase != FLOWS_OVER) flow_remove(&flows->index, attempt->tag, index);
    pool_give(&flows->attempts, index);
}

/* An attempt's place: a free one, or that of the oldest open connection, unless a report of it is due. */
static uint32_t flows_take(struct flows *flows) {
    uint32_t index = pool_take(&flows->attempts);
    struct attempt *oldest;

    if (index) return index;
    oldest = flows_oldest(flows, FLOWS_OPEN);
    if (!oldest || oldest->due || oldest->is_lent) return 0;
    flows_free(flows, oldest);
    flows->forgotten++;
    return pool_take(&flows->attempts);
}

struct attempt *flows_begin(struct flows *flows, const struct flow_way *way) {
    uint32_t opening = pool_take(&flows->openings), index;
    struct attempt *attempt;

    if (!opening) return NULL;
    index = flows_take(flows);
    if (!index) {
        pool_give(&flows->openings, opening);
        return NULL;
    }
    attempt = flows_at(flows, index);
    memset(attempt, 0, sizeof *attempt);
    attempt->side[ATTEMPT_CLIENT].endpoint = way->from;
    attempt->side[ATTEMPT_SERVER].endpoint = way->to;
    attempt->tag = way->tag;
    attempt->opening = opening;
    attempt->phase = FLOWS_OPENING;
    memset(flows_opening(flows, attempt), 0, sizeof(struct opening));
    list_push(&flows->phases[FLOWS_OPENING], index);
    flow_insert(&flows->index, attempt->tag, index);
    return attempt;
}

void flows_move(struct flows *flows, struct attempt *attempt, enum flows_phase phase) {
    uint32_t index = flows_index(flows, attempt);

    must(attempt->phase != FLOWS_OVER);
    list_remove(&flows->phases[attempt->phase], index);
    if (phase == FLOWS_OVER) flow_remove(&flows->index, attempt->tag, index);
    attempt->phase = (uint8_t)phase;
    list_push(&flows->phases[phase], index);
}

void flows_owe(struct flows *flows, struct attempt *attempt, enum flows_due due) {
    if (!attempt->due) list_push(&flows->due, flows_index(flows, attempt));
    attempt->due |= (uint8_t)due;
}

struct attempt *flows_next_due(struct flows *flows, enum flows_due *due) {
    uint32_t index = list_pop(&flows->due);
    struct attempt *attempt = flows_at(flows, index);

    if (!attempt) return NULL;
    *due = attempt->due & FLOWS_OPENING_DUE ? FLOWS_OPENING_DUE : FLOWS_CLOSE_DUE;
    attempt->due &= (uint8_t) ~*due;
    if (attempt->due) list_push(&flows->due, index);
    attempt->is_lent = true;
    return attempt;
}

void flows_settle(struct flows *flows, struct attempt *attempt) {
    attempt->is_lent = false;
    if (attempt->opening) {
        pool_give(&flows->openings, attempt->opening);
        attempt->opening = 0;
    }
    if (attempt->phase == FLOWS_OVER && !attempt->due) flows_free(flows, attempt);
}

struct attempt *flows_oldest(const struct flows *flows, enum flows_phase phase) {
    return flows_at(flows, flows->phases[phase].head);
}

struct opening *flows_opening(const struct flows *flows, const struct attempt *attempt) {
    return attempt->opening ? pool_at(&flows->openings, attempt->opening) : NULL;
}
