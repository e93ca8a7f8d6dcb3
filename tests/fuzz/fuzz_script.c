/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader of scripts: the octets are a text.  Whatever it says, it is read or refused with a place in it; what was
 * read lies in the text or in the arena, and its lists are as long as they say.  Read twice it is the same.
 */
#include "input.h"
#include "script/parse.h"

enum { ARENA_OCTETS = 16 << 20 };

/* Where words may lie. */
struct ground {
    const char *text;
    size_t n;
    const struct arena *arena;
    const unsigned char *memory;
    const struct definition *definitions;
};

static bool lies_in(struct word word, const void *begin, size_t n) {
    const char *from = begin;

    return word.at >= from && word.length <= n && word.at + word.length <= from + n;
}

static void must_lie(const struct ground *ground, struct word word) {
    const struct definition *definition = ground->definitions;

    if (!word.at || lies_in(word, ground->text, ground->n)) return;
    if (lies_in(word, ground->memory, (size_t)(ground->arena->at - ground->memory))) return;
    while (definition && !lies_in(word, definition->value.at, definition->value.length))
        definition = definition->next;
    must(definition);
}

static void must_stand(const struct ground *ground, struct place place) {
    must(place.line >= 1 && place.line <= ground->n + 1);
    must(place.column >= 1 && place.column <= ground->n + 1);
}

static void try_values(const struct ground *ground, const struct value *value, uint32_t n,
                       uint32_t depth) {
    must(depth <= 2 * PARSE_DEPTH_MAX);
    for (; value; value = value->next, n--) {
        must(n > 0 && value->kind <= VALUE_NEGATED);
        must_stand(ground, value->place);
        must_lie(ground, value->word);
        try_values(ground, value->items, value->n_items, depth + 1);
    }
    must(n == 0);
}

static void try_call(const struct ground *ground, const struct script_call *call) {
    must(call->name.length > 0);
    must_lie(ground, call->name);
    must_lie(ground, call->error);
    try_values(ground, call->arguments, call->n_arguments, 0);
    if (call->result) try_values(ground, call->result, 1, 0);
}

static void try_option(const struct ground *ground, const struct packet_option *option) {
    must(option->kind <= PACKET_OPTION_RAW);
    must(option->n_blocks <= PACKET_SACK_BLOCKS_MAX && option->n_bytes <= PACKET_OPTION_BYTES_MAX);
    must_stand(ground, option->place);
}

static void must_be_exact(struct number number) {
    must(!number.is_any);
}

/* What arrives has every number that is needed to build it. */
static void try_inbound(const struct script_packet *packet) {
    must(!packet->options_are_any && packet->win.is_given);
    must_be_exact(packet->seq);
    must_be_exact(packet->end);
    must_be_exact(packet->length);
    must_be_exact(packet->ack);
    must_be_exact(packet->win);
    must_be_exact(packet->urg);
    must(packet->end.value - packet->seq.value == packet->length.value);
}

static void try_packet(const struct ground *ground, const struct script_packet *packet,
                       bool is_quoted) {
    uint32_t n = 0;

    must_lie(ground, packet->icmp_name);
    must_lie(ground, packet->icmp_code_name);
    must(packet->flags <= 0x1ff && packet->length.value <= 65535 && packet->win.value <= 65535);
    must(packet->tos.value <= 255 && packet->ttl.value <= 255 && packet->dscp.value <= 63);
    for (const struct packet_option *option = packet->options; option; option = option->next, n++)
        try_option(ground, option);
    must(n <= 40);
    if (packet->unsupported.length) return;
    if (packet->protocol == PACKET_TCP && packet->is_inbound && !is_quoted) try_inbound(packet);
    if (!packet->quoted) return;
    must(!is_quoted && packet->protocol == PACKET_ICMP);
    try_packet(ground, packet->quoted, true);
}

static void try_moment(const struct event *event) {
    const struct moment *moment = &event->moment;
    bool is_outbound = event->packet && !event->packet->is_inbound;

    must(moment->at_us >= 0 && moment->until_us >= 0);
    must(!moment->is_range || is_outbound);
    must(moment->kind != MOMENT_ANY || is_outbound);
    must(!moment->is_blocking || event->call);
    if ((moment->is_range || moment->is_blocking) && !moment->until_is_relative)
        must(moment->until_us >= moment->at_us);
}

/* Return: how many there are. */
static uint32_t try_events(const struct ground *ground, const struct event *event,
                           bool are_commands) {
    uint32_t n = 0;

    for (; event; event = event->next, n++) {
        must(!are_commands || event->kind == EVENT_COMMAND);
        must((event->kind == EVENT_PACKET) == (event->packet != NULL));
        must((event->kind == EVENT_CALL) == (event->call != NULL));
        must(event->source.length > 0 && lies_in(event->source, ground->text, ground->n));
        must_stand(ground, event->place);
        must_lie(ground, event->code);
        try_moment(event);
        if (event->packet) try_packet(ground, event->packet, false);
        if (event->call) try_call(ground, event->call);
    }
    return n;
}

static void try_script(const struct ground *ground, const struct script *script) {
    for (const struct script_option *option = script->options; option; option = option->next) {
        must(option->name.length > 0);
        must_lie(ground, option->name);
        must_lie(ground, option->value);
        must_stand(ground, option->place);
    }
    try_events(ground, script->init, true);
    must(try_events(ground, script->events, false) == script->n_events);
    try_events(ground, script->cleanup, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size) {
    static const struct definition cookie =
                                       {
                                           NULL, {"COOKIE",   6},
                                            {"a1b2c3d4", 8}
    },
                                   port = {&cookie, {"PORT", 4}, {"8080|1", 6}};
    static _Alignas(ARENA_ALIGNMENT) unsigned char memory[ARENA_OCTETS];
    char *text = (char *)exactly(octets, size);
    struct arena arena = arena_of(memory, sizeof memory);
    struct parse_error error, again;
    struct script script;
    struct ground ground = {text, size, &arena, memory, &port};
    size_t used;

    if (script_parse(text, size, &port, &arena, &script, &error)) {
        try_script(&ground, &script);
        must(error.sentence[0] == 0);
    } else {
        must(error.sentence[0] && memchr(error.sentence, 0, sizeof error.sentence));
        must_stand(&ground, error.place);
    }
    used = (size_t)(arena.at - memory);
    arena = arena_of(memory, sizeof memory);
    script_parse(text, size, &port, &arena, &script, &again);
    must(strcmp(error.sentence, again.sentence) == 0 && used == (size_t)(arena.at - memory));
    free(text);
    return 0;
}
