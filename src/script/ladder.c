/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/ladder.h"

#include <stddef.h>
#include <string.h>

#include "base/must.h"
#include "script/packet_text.h"
#include "script/words.h"
#include "wire/ip.h"

enum {
    LINE_WIDTH = 5,  /* columns of the script's line */
    TIME_WIDTH = 12, /* 86400.000000 */
    HEAD_MAX = 40,   /* octets of "... n earlier events" */
};

struct rung *ladder_add(struct ladder *ladder, enum rung_kind kind, uint64_t when_ns,
                        const struct event *event) {
    struct rung *rung = &ladder->rungs[ladder->n++ % LADDER_RUNGS_MAX];

    rung->kind = kind;
    rung->is_judged = false;
    rung->connection = CONNECTION_NONE;
    rung->when_ns = when_ns;
    rung->event = event;
    return rung;
}

struct rung *ladder_at(struct ladder *ladder, uint64_t index) {
    if (index >= ladder->n || ladder->n - index > LADDER_RUNGS_MAX) return NULL;
    return &ladder->rungs[index % LADDER_RUNGS_MAX];
}

/* @value of text_fixed's kind, right-aligned. */
static void column_fixed(struct text *text, uint64_t value, unsigned scale, unsigned decimals,
                         size_t width) {
    char memory[32];
    struct text column;

    text_init(&column, memory, sizeof memory);
    text_fixed(&column, value, scale, decimals);
    for (size_t n = column.used; n < width; n++)
        text_char(text, ' ');
    text_put(text, memory);
}

/* The words of the script, in one line. */
static void word_text(struct text *text, struct word word) {
    bool has_space = false;

    for (uint32_t i = 0; i < word.length; i++) {
        bool is_space = (unsigned char)word.at[i] <= ' ';

        if (!is_space) text_char(text, word.at[i]);
        if (is_space && !has_space) text_char(text, ' ');
        has_space = is_space;
    }
}

/* What the event says, without its moment. */
static void event_text(struct text *text, const struct event *event, uint8_t version) {
    const char *end = event->source.at + event->source.length;

    switch (event->kind) {
    case EVENT_PACKET: packet_text(text, event->packet, version); break;
    case EVENT_CALL:
        text_put(text, "  ");
        word_text(text, (struct word){event->call->name.at, (uint32_t)(end - event->call->name.at)});
        break;
    case EVENT_COMMAND:
        text_put(text, "  `");
        word_text(text, event->code);
        text_char(text, '`');
        break;
    case EVENT_CODE:
        text_put(text, "  %{ ");
        word_text(text, word_trimmed(event->code));
        text_put(text, " }%");
    }
}

static void left_text(struct text *text, struct rung *rung, struct connections *connections) {
    struct connection *connection = connection_at(connections, rung->connection);
    struct packet_view view = rung->view;

    if (!rung->event && connection) mapping_to_script(&connection->mapping, &view);
    packet_view_text(text, &view, false);
    if (rung->event || rung->is_judged) return;
    if (connection) text_put(text, "   (not asked for)");
    if (!connection) text_put(text, "   (of no connection of the script)");
}

static void rung_words(struct text *text, struct rung *rung, struct connections *connections,
                       const char *why) {
    const struct event *event = rung->event;

    if (rung->kind == RUNG_LEFT) {
        left_text(text, rung, connections);
        return;
    }
    must(event);
    switch (rung->kind) {
    case RUNG_LEFT: return;
    case RUNG_ARRIVED:
    case RUNG_DONE: event_text(text, event, rung->view.version); return;
    case RUNG_SLEEPS:
        event_text(text, event, rung->view.version);
        text_put(text, "   (sleeps)");
        return;
    case RUNG_RETURNED:
        text_put(text, "  ");
        word_text(text, event->call->name);
        text_put(text, "() returns");
        return;
    case RUNG_FAILED:
        event_text(text, event, rung->view.version);
        text_put(text, why ? ": " : "");
        text_put(text, why ? why : "");
    }
}

static void rung_text(struct text *text, struct rung *rung, struct connections *connections,
                      const char *why) {
    text_char(text, rung->kind == RUNG_FAILED ? '!' : ' ');
    if (rung->event)
        column_fixed(text, rung->event->place.line, 0, 0, LINE_WIDTH);
    else
        text_put(text, "     ");
    column_fixed(text, rung->when_ns, 9, 6, TIME_WIDTH);
    text_put(text, "  ");
    rung_words(text, rung, connections, why);
}

/* Octets of the line of a rung, its end included. */
static size_t rung_octets(struct rung *rung, struct connections *connections, const char *why) {
    char memory[LADDER_LINE_MAX];
    struct text line;

    text_init(&line, memory, sizeof memory);
    rung_text(&line, rung, connections, why);
    return line.used + 1;
}

/* The first rung that is told: all behind it have room, too. */
static uint64_t ladder_first(struct ladder *ladder, struct connections *connections,
                             const char *why, size_t room) {
    uint64_t index = ladder->n;

    while (index > 0 && ladder_at(ladder, index - 1)) {
        size_t octets = rung_octets(ladder_at(ladder, index - 1), connections, why);

        if (octets > room) break;
        room -= octets;
        index--;
    }
    return index;
}

void ladder_text(struct text *text, struct ladder *ladder, struct connections *connections,
                 const char *why) {
    size_t room = text->capacity - text->used;
    uint64_t index;

    if (room <= HEAD_MAX) return;
    index = ladder_first(ladder, connections, why, room - HEAD_MAX);
    if (index > 0) {
        text_put(text, "... ");
        text_u64(text, index);
        text_put(text, " earlier events\n");
    }
    for (; index < ladder->n; index++) {
        char memory[LADDER_LINE_MAX];
        struct text line;

        text_init(&line, memory, sizeof memory);
        rung_text(&line, ladder_at(ladder, index), connections, why);
        text_bytes(text, memory, line.used);
        text_char(text, '\n');
    }
}
