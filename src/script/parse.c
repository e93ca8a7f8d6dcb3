/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader of packetdrill's language, of Google's flavour and of the FreeBSD people's: options, then events, each a
 * moment and what happens then.
 *
 * The text goes through a lexer (token.c), where #ifdef and definitions act (directive.c), to a recursive descent, one
 * file a subject (parse_*.c).  A line's end means nothing to the grammar but in a few places where an event without a moment
 * could be taken for the rest of the one before.
 */
#include "script/parser.h"
#include "script/words.h"

/* The events of a script while they come: all in one list, which is cut at the end. */
struct outline {
    struct event *all, **next; /* next: where the next one is to be hung */
    struct event **first; /* where the first hangs that is more than a command without a moment; NULL: none yet */
    struct event **behind; /* where the one behind the last such hangs */
    uint32_t n;
    uint32_t n_real, n_trailing; /* from the first to the last such; behind it */
};

/* `--` in front of a line, nothing between the two. */
static bool at_setting(const struct parser *parser) {
    struct word next;

    if (!parser_at_sign(parser, '-') || !parser->token.starts_line || parser->lexer.nested)
        return false;
    next = lexer_peek(&parser->lexer);
    return next.at == parser->token.until && word_is(next, "-");
}

static bool at_moment(const struct parser *parser) {
    return parser_at_number(parser) || parser_at_sign(parser, '+') || parser_at_sign(parser, '*');
}

/* What stands in backquotes or %{ }%. */
static bool verbatim_take(struct parser *parser, struct event *event, enum event_kind kind) {
    event->kind = kind;
    event->code = parser->token.text;
    if (kind == EVENT_COMMAND) event->code = word_trimmed(event->code);
    parser_take(parser);
    return true;
}

static bool action_parse(struct parser *parser, struct event *event) {
    switch (parser->token.kind) {
    case TOKEN_COMMAND: return verbatim_take(parser, event, EVENT_COMMAND);
    case TOKEN_CODE: return verbatim_take(parser, event, EVENT_CODE);
    case TOKEN_WORD:
        event->kind = EVENT_CALL;
        event->call = parse_call(parser);
        return event->call != NULL;
    default: break;
    }
    if (!parser_at_sign(parser, '<') && !parser_at_sign(parser, '>'))
        return parser_expected(parser, "a packet (< or >), a call, a `command` or %{ code }%");
    event->kind = EVENT_PACKET;
    event->packet = parse_packet(parser);
    return event->packet != NULL;
}

/* Some moments make sense for some events only. */
static bool moment_check(struct parser *parser, const struct event *event) {
    const struct moment *moment = &event->moment;
    bool is_outbound = event->kind == EVENT_PACKET && !event->packet->is_inbound;

    if (moment->is_blocking && event->kind != EVENT_CALL)
        return lexer_fail(&parser->lexer, event->place, "only a call can last (begin...end)", NULL);
    if (moment->is_range && !is_outbound)
        return lexer_fail(&parser->lexer, event->place,
                          "only a packet that leaves (>) can have a range of times", NULL);
    if (moment->kind == MOMENT_ANY && !is_outbound)
        return lexer_fail(&parser->lexer, event->place,
                          "only a packet that leaves (>) can come at any time (*)", NULL);
    return true;
}

/* An event of which the moment, if it has one, is in hand; without one it happens right after the one before. */
static struct event *event_parse(struct parser *parser, bool has_moment) {
    struct event *event = parser_memory(parser, sizeof *event);
    const char *from = parser->token.from;

    if (!event) return NULL;
    event->place = parser->token.place;
    event->moment.kind = MOMENT_RELATIVE;
    if (has_moment && !parse_moment(parser, &event->moment)) return NULL;
    if (!action_parse(parser, event) || !moment_check(parser, event)) return NULL;
    event->source = word_between(from, parser->taken_until);
    return event;
}

/* @is_bare: a command without a moment, maybe of init or cleanup */
static void event_add(struct outline *outline, struct event *event, bool is_bare) {
    if (!is_bare && !outline->first) outline->first = outline->next;
    *outline->next = event;
    outline->next = &event->next;
    outline->n++;
    if (!outline->first) return;
    outline->n_trailing++;
    if (is_bare) return;
    outline->n_real += outline->n_trailing;
    outline->n_trailing = 0;
    outline->behind = outline->next;
}

/* Commands without a moment in front of all other events are init, those behind all others cleanup. */
static void outline_cut(struct outline *outline, struct script *script) {
    if (!outline->first) {
        script->init = outline->all;
        return;
    }
    script->events = *outline->first;
    script->n_events = outline->n_real;
    script->cleanup = *outline->behind;
    *outline->behind = NULL;
    if (outline->first == &outline->all) return;
    *outline->first = NULL;
    script->init = outline->all;
}

static bool event_take(struct parser *parser, struct outline *outline) {
    bool has_moment = at_moment(parser);
    struct event *event;

    parser->is_fresh = true;
    if (!has_moment && !parser->token.starts_line)
        return parser_expected(parser, "the event to end here");
    if (outline->n == PARSE_EVENTS_MAX)
        return lexer_fail(&parser->lexer, parser->token.place, "too many events (131072 at most)",
                          NULL);
    event = event_parse(parser, has_moment);
    if (!event) return false;
    event_add(outline, event, !has_moment && event->kind == EVENT_COMMAND);
    return true;
}

static bool settings_parse(struct parser *parser, struct script *script) {
    struct script_option **next = &script->options;

    while (at_setting(parser)) {
        *next = parse_setting(parser);
        if (!*next) return false;
        next = &(*next)->next;
    }
    return true;
}

static bool events_parse(struct parser *parser, struct script *script) {
    struct outline outline = {.next = &outline.all};

    while (parser->token.kind != TOKEN_END) {
        if (at_setting(parser))
            return lexer_fail(&parser->lexer, parser->token.place,
                              "options (--name=value) stand in front of everything else", NULL);
        if (!event_take(parser, &outline)) return false;
    }
    outline_cut(&outline, script);
    return true;
}

/* What the command line defines; of two of one name the first in the list counts. */
static bool definitions_take(struct lexer *lexer, const struct definition *definition) {
    struct place start = {1, 1};

    for (; definition; definition = definition->next)
        if (!definitions_add(&lexer->definitions, definition->name, definition->value, true))
            return lexer_fail(lexer, start, "too many definitions (128 at most)", NULL);
    return true;
}

bool script_parse(const char *text, size_t n, const struct definition *definitions,
                  struct arena *arena, struct script *script, struct parse_error *error) {
    struct parser parser;

    memset(script, 0, sizeof *script);
    lexer_init(&parser.lexer, text, n, error);
    parser.arena = arena;
    parser.depth = 0;
    parser.is_fresh = true;
    parser.taken_until = text;
    parser.behind = (struct place){1, 1};
    if (n > PARSE_TEXT_MAX)
        return lexer_fail(&parser.lexer, parser.behind, "the script is too large (8 MiB at most)",
                          NULL);
    if (!definitions_take(&parser.lexer, definitions)) return false;
    lexer_next(&parser.lexer, &parser.token);
    return settings_parse(&parser, script) && events_parse(&parser, script);
}
