/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/events.h"

#include "base/must.h"

size_t events_size(uint32_t limit) {
    return (size_t)limit * sizeof(struct event) + ((size_t)limit + 1) * sizeof(uint32_t);
}

void events_init(struct events *events, void *memory, uint32_t limit) {
    struct event *heap = memory;

    *events = (struct events){
        .heap = heap, .place = (uint32_t *)(void *)(heap + limit), .limit = limit};
}

static bool is_before(const struct event *a, const struct event *b) {
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->number < b->number;
}

static void event_put(struct events *events, uint32_t at, struct event event) {
    events->heap[at] = event;
    events->place[event.slot] = at + 1;
}

/* Let @event rise from the hole at @at to where it belongs. */
static void event_rise(struct events *events, uint32_t at, struct event event) {
    while (at > 0) {
        uint32_t above = (at - 1) / 2;

        if (!is_before(&event, &events->heap[above])) break;
        event_put(events, at, events->heap[above]);
        at = above;
    }
    event_put(events, at, event);
}

/* Let @event sink from the hole at @at to where it belongs. */
static void event_sink(struct events *events, uint32_t at, struct event event) {
    for (;;) {
        uint32_t below = 2 * at + 1;

        if (below >= events->n) break;
        if (below + 1 < events->n && is_before(&events->heap[below + 1], &events->heap[below]))
            below++;
        if (!is_before(&events->heap[below], &event)) break;
        event_put(events, at, events->heap[below]);
        at = below;
    }
    event_put(events, at, event);
}

/* Fill the hole at @at with the last of the heap, which has become one shorter. */
static void hole_fill(struct events *events, uint32_t at) {
    struct event last = events->heap[--events->n];

    if (at == events->n) return;
    if (at > 0 && is_before(&last, &events->heap[(at - 1) / 2]))
        event_rise(events, at, last);
    else
        event_sink(events, at, last);
}

void events_set(struct events *events, uint32_t slot, uint64_t at_ns) {
    must(slot >= 1 && slot <= events->limit);
    if (events_at(events, slot) == at_ns) return;
    events_cancel(events, slot);
    if (at_ns == UINT64_MAX) return;
    event_rise(events, events->n++, (struct event){at_ns, events->next_number++, slot});
}

void events_cancel(struct events *events, uint32_t slot) {
    uint32_t place = events->place[slot];

    if (place == 0) return;
    events->place[slot] = 0;
    hole_fill(events, place - 1);
}

uint64_t events_at(const struct events *events, uint32_t slot) {
    return events->place[slot] ? events->heap[events->place[slot] - 1].at_ns : UINT64_MAX;
}

uint32_t events_pop(struct events *events) {
    uint32_t slot;

    must(events->n > 0);
    slot = events->heap[0].slot;
    events_cancel(events, slot);
    return slot;
}
