/* SPDX-License-Identifier: BSD-2-Clause */
#define TAP_NO_MAIN
#include "tap.h"

#include "base/text.h"
#include "parsing.h"

enum { ARENA_OCTETS = 64 << 20, STRINGS = 8, STRING_MAX = 512 };

const struct parsed *parse_octets(const char *text, size_t n, const struct definition *definitions) {
    static struct parsed parsed;
    static char *kept;
    static void *memory;
    struct arena arena;

    if (!memory) memory = aligned_alloc(ARENA_ALIGNMENT, ARENA_OCTETS);
    arena = arena_of(memory, ARENA_OCTETS);
    free(kept);
    kept = malloc(n ? n : 1);
    if (n) memcpy(kept, text, n);
    memset(&parsed, 0xa5, sizeof parsed);
    parsed.is_script = script_parse(kept, n, definitions, &arena, &parsed.script, &parsed.error);
    return &parsed;
}

const struct parsed *parse(const char *text) {
    const struct parsed *parsed = parse_octets(text, strlen(text), NULL);

    if (!parsed->is_script)
        tap_note("%u:%u: %s", parsed->error.place.line, parsed->error.place.column,
                 parsed->error.sentence);
    return parsed;
}

const struct event *parse_event(const char *text) {
    const struct parsed *parsed = parse(text);

    if (!CHECK(parsed->is_script) || !CHECK_EQ(parsed->script.n_events, 1)) return NULL;
    CHECK(!parsed->script.events->next);
    return parsed->script.events;
}

const struct script_packet *parse_one_packet(const char *text) {
    const struct event *event = parse_event(text);

    if (!event || !CHECK_EQ(event->kind, EVENT_PACKET)) return NULL;
    return event->packet;
}

const struct script_call *parse_one_call(const char *text) {
    const struct event *event = parse_event(text);

    if (!event || !CHECK_EQ(event->kind, EVENT_CALL)) return NULL;
    return event->call;
}

const struct value *parse_one_value(const char *text) {
    char line[STRING_MAX];
    const struct script_call *call;

    snprintf(line, sizeof line, "0 f(%s) = 0", text);
    call = parse_one_call(line);
    if (!call || !CHECK_EQ(call->n_arguments, 1)) return NULL;
    return call->arguments;
}

static char *string_next(void) {
    static char strings[STRINGS][STRING_MAX];
    static unsigned next;

    return strings[next++ % STRINGS];
}

const char *word_string(struct word word) {
    char *string = string_next();

    snprintf(string, STRING_MAX, "%.*s", (int)word.length, word.at ? word.at : "");
    return string;
}

static void value_write(struct text *text, const struct value *value);

static void items_write(struct text *text, const struct value *value, const char *between) {
    uint32_t n = 0;

    for (const struct value *item = value->items; item; item = item->next) {
        if (n++) text_put(text, between);
        value_write(text, item);
    }
    CHECK_EQ(n, value->n_items);
}

/* What a value is, in one spelling. */
static void value_write(struct text *text, const struct value *value) {
    text_bytes(text, value->word.at ? value->word.at : "", value->word.length);
    switch (value->kind) {
    case VALUE_ELLIPSIS: text_put(text, "..."); break;
    case VALUE_INTEGER: text_i64(text, value->integer); break;
    case VALUE_NAME: break;
    case VALUE_STRING: text_put(text, "\""); break;
    case VALUE_POINTED: text_put(text, "["); break;
    case VALUE_STRUCT: text_put(text, "{"); break;
    case VALUE_OR: text_put(text, "or("); break;
    case VALUE_CALL: text_put(text, "("); break;
    case VALUE_ASSIGNED: text_put(text, "="); break;
    case VALUE_NEGATED: text_put(text, "not "); break;
    }
    items_write(text, value, ", ");
    if (value->kind == VALUE_POINTED) text_put(text, "]");
    if (value->kind == VALUE_STRUCT) text_put(text, "}");
    if (value->kind == VALUE_OR || value->kind == VALUE_CALL) text_put(text, ")");
}

const char *value_string(const struct value *value) {
    char *string = string_next();
    struct text text;

    text_init(&text, string, STRING_MAX);
    if (value) value_write(&text, value);
    return string;
}

const char *parse_complaint(const char *text) {
    const struct parsed *parsed = parse_octets(text, strlen(text), NULL);
    char *string = string_next();

    string[0] = 0;
    if (parsed->is_script) return string;
    snprintf(string, STRING_MAX, "%u:%u: %s", parsed->error.place.line, parsed->error.place.column,
             parsed->error.sentence);
    return string;
}
